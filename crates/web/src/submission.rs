//! Group commit: submissions that arrive while one transaction is being made
//! lasting are gathered and written in the next one. Each is answered after its
//! commit, so what is acknowledged is kept.

use std::sync::Arc;

use campaign::access::Permit;
use storage::record::{self, Entered, Inserted, NewRecord};
use storage::{StorageError, Store};
use tokio::sync::{Notify, mpsc, oneshot};

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
}

struct Job {
    permit: Permit,
    record: NewRecord,
    answer: oneshot::Sender<Result<Inserted, StorageError>>,
}

/// What the task needs.
struct Task {
    store: Store,
    clock: Clock,
    live: Arc<Live>,
    /// Told that there are new records to look through.
    written: Arc<Notify>,
}

impl Writer {
    /// Starts the task; it ends when the last `Writer` is gone.
    pub fn start(store: Store, clock: Clock, live: Arc<Live>, written: Arc<Notify>) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE_MAX);
        tokio::spawn(Task { store, clock, live, written }.run(receiver));
        Self { sender }
    }

    /// Keeps a record; answers once it lasts.
    pub async fn submit(
        &self,
        permit: Permit,
        record: NewRecord,
    ) -> Result<Inserted, WebError> {
        let (answer, kept) = oneshot::channel();
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

impl Task {
    async fn run(self, mut receiver: mpsc::Receiver<Job>) {
        let mut jobs = Vec::with_capacity(BATCH_MAX);
        while receiver.recv_many(&mut jobs, BATCH_MAX).await > 0 {
            self.write(std::mem::take(&mut jobs)).await;
        }
    }

    async fn write(&self, jobs: Vec<Job>) {
        match self.commit(&jobs).await {
            Ok(answers) => {
                self.follow().await;
                for (job, answer) in jobs.into_iter().zip(answers) {
                    // Whoever asked may have gone away; the record is kept.
                    let _ = job.answer.send(Ok(answer));
                }
            }
            // One that cannot be kept must not take the others with it.
            Err(_) if jobs.len() > 1 => {
                for job in jobs {
                    let answer = self.commit(std::slice::from_ref(&job)).await;
                    let answer = answer.and_then(|mut all| {
                        all.pop().ok_or_else(|| StorageError::Conflict {
                            table: "record",
                            id: job.record.id.clone(),
                        })
                    });
                    let _ = job.answer.send(answer);
                }
                self.follow().await;
            }
            Err(error) => {
                if let Some(job) = jobs.into_iter().next() {
                    let _ = job.answer.send(Err(error));
                }
            }
        }
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

    /// Standings first, answers after: the page that says which duties are
    /// closed must find them closed.
    async fn follow(&self) {
        self.written.notify_one();
        if let Err(error) = self.live.follow(&self.store, self.clock.now()).await {
            tracing::error!(%error, "standings could not follow the records");
        }
    }
}
