//! Group commit: submissions that arrive while one transaction is being made
//! lasting are gathered and written in the next one. Each is answered after its
//! commit, so what is acknowledged is kept.
//!
//! The writing has a thread of its own. A batch is a dozen short waits for the
//! database; in the queue of all requests each of them took a millisecond.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use campaign::access::Permit;
use storage::record::{self, Entered, Inserted, NewRecord};
use storage::{StorageError, Store};
use tokio::runtime::Handle;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::WebError;
use crate::clock::Clock;
use crate::live::{Live, Written};

/// At most so many in one transaction: more gain nothing and make the first
/// one wait.
const BATCH_MAX: usize = 512;
/// What may wait before new ones are turned away.
const QUEUE_MAX: usize = 8_192;

/// Hands submissions to the one task that writes them.
#[derive(Clone)]
pub struct Writer {
    sender: mpsc::Sender<Job>,
    waiting: Arc<AtomicUsize>,
}

struct Job {
    permit: Permit,
    record: NewRecord,
    answer: oneshot::Sender<Result<Inserted, StorageError>>,
}

/// What the task needs.
#[derive(Clone)]
struct Task {
    store: Store,
    /// Where the answers are given.
    house: Handle,
    clock: Clock,
    live: Arc<Live>,
    /// Told that there are new records to look through.
    written: Arc<Notify>,
}

/// What became of the jobs of a batch.
struct Done {
    jobs: Vec<(Job, Result<Inserted, StorageError>)>,
    /// Where the new records begin in the order of changes, if one transaction
    /// wrote them all.
    first_seq: Option<i64>,
}

impl Done {
    /// What was added, in the order of changes.
    fn written(&self) -> Option<Written<'_>> {
        let first_seq = self.first_seq?;
        let is_new = |kept: &Result<_, _>| matches!(kept, Ok(Inserted::New { .. }));
        let new = self.jobs.iter().filter(|(_, kept)| is_new(kept));
        Some(Written { first_seq, records: new.map(|(job, _)| &job.record).collect() })
    }
}

impl Writer {
    /// Starts the task; it ends when the last `Writer` is gone.
    pub fn start(
        store: Store,
        clock: Clock,
        live: Arc<Live>,
        written: Arc<Notify>,
    ) -> std::io::Result<Self> {
        let (sender, receiver) = mpsc::channel(QUEUE_MAX);
        let task = Task { store, house: Handle::current(), clock, live, written };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        std::thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || runtime.block_on(task.run(receiver)))?;
        Ok(Self { sender, waiting: Arc::default() })
    }

    /// How many wait for their record to last: what can be put off waits too.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Keeps a record; answers once it lasts.
    pub async fn submit(
        &self,
        permit: Permit,
        record: NewRecord,
    ) -> Result<Inserted, WebError> {
        let (answer, kept) = oneshot::channel();
        let _one = Waiting::new(&self.waiting);
        let gone = || WebError::Internal("the writer has stopped".to_owned());
        self.sender.try_send(Job { permit, record, answer }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => WebError::TooMany(
                "此刻提交的人太多，请稍候再点一次“提交”。您填写的内容还在。".to_owned(),
            ),
            mpsc::error::TrySendError::Closed(_) => gone(),
        })?;
        Ok(kept.await.map_err(|_| gone())??)
    }
}

/// One who waits, counted until the answer is there or nobody wants it any more.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Task {
    /// Writes batch after batch. While the standings follow one, the next one is
    /// being written; no more than one follows at a time.
    async fn run(self, mut receiver: mpsc::Receiver<Job>) {
        let mut jobs = Vec::with_capacity(BATCH_MAX);
        let mut answering: Option<JoinHandle<()>> = None;
        let store = self.store.apart();
        while receiver.recv_many(&mut jobs, BATCH_MAX).await > 0 {
            let done = self.write(&store, std::mem::take(&mut jobs)).await;
            if let Some(before) = answering.take()
                && let Err(error) = before.await
            {
                tracing::error!(%error, "the answers of a batch broke off");
            }
            answering = Some(self.house.spawn(self.clone().answer(done)));
        }
    }

    /// Standings first, answers after: the page that says which duties are
    /// closed must find them closed.
    async fn answer(self, done: Done) {
        self.written.notify_one();
        let now = self.clock.now();
        let followed = match done.written() {
            Some(written) => self.live.follow_written(&self.store, &written, now).await,
            None => self.live.follow(&self.store, now).await,
        };
        if let Err(error) = followed {
            tracing::error!(%error, "standings could not follow the records");
        }
        for (job, kept) in done.jobs {
            // Whoever asked may have gone away; the record is kept.
            let _ = job.answer.send(kept);
        }
    }

    async fn write(&self, store: &Store, jobs: Vec<Job>) -> Done {
        match self.commit(store, &jobs).await {
            Ok((kept, first_seq)) => {
                let jobs = jobs.into_iter().zip(kept.into_iter().map(Ok)).collect();
                return Done { jobs, first_seq: Some(first_seq) };
            }
            Err(error) if jobs.len() == 1 => {
                return Done {
                    jobs: jobs.into_iter().zip([Err(error)]).collect(),
                    first_seq: None,
                };
            }
            Err(_) => {}
        }
        // One that cannot be kept must not take the others with it.
        let mut done = Vec::with_capacity(jobs.len());
        for job in jobs {
            let kept = self.commit(store, std::slice::from_ref(&job)).await;
            let kept = kept.and_then(|(mut all, _)| {
                all.pop().ok_or_else(|| StorageError::Conflict {
                    table: "record",
                    id: job.record.id.clone(),
                })
            });
            done.push((job, kept));
        }
        Done { jobs: done, first_seq: None }
    }

    /// Keeps the records of these jobs and says where the new ones begin in the
    /// order of changes.
    async fn commit(
        &self,
        store: &Store,
        jobs: &[Job],
    ) -> Result<(Vec<Inserted>, i64), StorageError> {
        let mut tx = store.write(self.clock.now()).await?;
        let first_seq = tx.next_seq().await?;
        let entered: Vec<Entered<'_>> = jobs
            .iter()
            .map(|job| Entered { permit: &job.permit, record: &job.record })
            .collect();
        let answers = record::insert_many(&mut tx, &entered).await?;
        tx.commit().await?;
        Ok((answers, first_seq))
    }
}
