//! Group commit: submissions that arrive while one transaction is being made
//! lasting are gathered and written in the next one. Each is answered after its
//! commit, so what is acknowledged is kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use campaign::access::Permit;
use storage::record::{self, Entered, Inserted, NewRecord};
use storage::{StorageError, Store};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::WebError;
use crate::clock::Clock;
use crate::live::Live;

/// At most so many in one transaction: more gain nothing and make the first
/// one wait.
const BATCH_MAX: usize = 256;
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
    clock: Clock,
    live: Arc<Live>,
    /// Told that there are new records to look through.
    written: Arc<Notify>,
}

/// Who waits, with what became of theirs.
type Answers =
    Vec<(oneshot::Sender<Result<Inserted, StorageError>>, Result<Inserted, StorageError>)>;

impl Writer {
    /// Starts the task; it ends when the last `Writer` is gone.
    pub fn start(store: Store, clock: Clock, live: Arc<Live>, written: Arc<Notify>) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE_MAX);
        tokio::spawn(Task { store, clock, live, written }.run(receiver));
        Self { sender, waiting: Arc::default() }
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
        while receiver.recv_many(&mut jobs, BATCH_MAX).await > 0 {
            let answers = self.write(std::mem::take(&mut jobs)).await;
            if let Some(before) = answering.take()
                && let Err(error) = before.await
            {
                tracing::error!(%error, "the answers of a batch broke off");
            }
            answering = Some(tokio::spawn(self.clone().answer(answers)));
        }
    }

    /// Standings first, answers after: the page that says which duties are
    /// closed must find them closed.
    async fn answer(self, answers: Answers) {
        self.written.notify_one();
        if let Err(error) = self.live.follow(&self.store, self.clock.now()).await {
            tracing::error!(%error, "standings could not follow the records");
        }
        for (asked, kept) in answers {
            // Whoever asked may have gone away; the record is kept.
            let _ = asked.send(kept);
        }
    }

    async fn write(&self, jobs: Vec<Job>) -> Answers {
        let kept = self.commit(&jobs).await;
        let one_by_one = match kept {
            Ok(kept) => {
                let kept = kept.into_iter().map(Ok);
                return jobs.into_iter().map(|job| job.answer).zip(kept).collect();
            }
            Err(error) if jobs.len() == 1 => {
                return jobs.into_iter().map(|job| job.answer).zip([Err(error)]).collect();
            }
            Err(_) => jobs,
        };
        // One that cannot be kept must not take the others with it.
        let mut answers = Vec::with_capacity(one_by_one.len());
        for job in one_by_one {
            let kept = self.commit(std::slice::from_ref(&job)).await;
            let kept = kept.and_then(|mut all| {
                all.pop().ok_or_else(|| StorageError::Conflict {
                    table: "record",
                    id: job.record.id.clone(),
                })
            });
            answers.push((job.answer, kept));
        }
        answers
    }

    async fn commit(&self, jobs: &[Job]) -> Result<Vec<Inserted>, StorageError> {
        let mut tx = self.store.write(self.clock.now()).await?;
        let entered: Vec<Entered<'_>> = jobs
            .iter()
            .map(|job| Entered { permit: &job.permit, record: &job.record })
            .collect();
        let answers = record::insert_many(&mut tx, &entered).await?;
        tx.commit().await?;
        Ok(answers)
    }
}
