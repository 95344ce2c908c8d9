//! What the house does by itself: it follows what other processes changed,
//! reminds, sends what waits in the outbox, and sweeps. Several processes on
//! one database share the work by leases.

mod deliver;
mod desk;
mod remind;
mod words;

use std::time::Duration;

use campaign::reminder::RuleBook;
use storage::{lease, notification, outbox, session, setting};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

use crate::app::new_id;
use crate::{App, AppState, WebError};

pub use deliver::Delivered;
pub(crate) use words::letter;

/// How often changes of other processes are looked for.
const UPKEEP_EVERY: Duration = Duration::from_secs(1);
/// How often the outbox is looked into.
const DELIVERY_EVERY: Duration = Duration::from_secs(5);
const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;
/// What a stop waits for a letter under way.
const STOP_PATIENCE: Duration = Duration::from_secs(10);

/// The name of the body's own rules of reminding among its settings.
pub const RULES_SETTING: &str = "reminder-rules";

/// What one look at everything did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ran {
    /// Accounts that were told something.
    pub told: u64,
    pub delivered: Delivered,
}

/// The chores under way.
pub struct Chores {
    stop: watch::Sender<bool>,
    upkeep: JoinHandle<()>,
    delivery: JoinHandle<()>,
}

impl Chores {
    /// Lets what is under way come to its end, if it does soon.
    pub async fn stop(self) {
        // Nobody listens any more only if both have ended already.
        let _ = self.stop.send(true);
        for mut handle in [self.upkeep, self.delivery] {
            if tokio::time::timeout(STOP_PATIENCE, &mut handle).await.is_err() {
                handle.abort();
            }
        }
    }
}

/// Starts the chores in the background. Mail has a loop of its own, so that a
/// server that does not answer holds up nothing else.
pub fn start(app: &AppState) -> Chores {
    let (stop, listen) = watch::channel(false);
    let upkeep = repeat(app, UPKEEP_EVERY, listen.clone(), |app| async move {
        upkeep(&app).await;
    });
    let delivery = repeat(app, DELIVERY_EVERY, listen, |app| async move {
        delivery(&app).await;
    });
    Chores { stop, upkeep, delivery }
}

fn repeat<F, W>(
    app: &AppState,
    every: Duration,
    mut stop: watch::Receiver<bool>,
    work: F,
) -> JoinHandle<()>
where
    F: Fn(AppState) -> W + Send + 'static,
    W: Future<Output = ()> + Send + 'static,
{
    let app = AppState::clone(app);
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                _ = stop.changed() => return,
            }
            // A task of its own: what panics once is tried again.
            if let Err(error) = tokio::spawn(work(AppState::clone(&app))).await {
                tracing::error!(error = %error, "a chore broke off");
            }
        }
    })
}

/// Does everything that is due now, once.
pub async fn run_once(app: &AppState) -> Ran {
    let told = upkeep(app).await;
    let delivered = delivery(app).await;
    Ran { told, delivered }
}

/// Each part by itself: one that fails does not keep the others from running.
async fn upkeep(app: &AppState) -> u64 {
    if let Err(error) = app.live.refresh(&app.store, app.clock.now()).await {
        failed("follow", &error);
    }
    let told = match remind::run(app).await {
        Ok(told) => told,
        Err(error) => {
            failed("remind", &error);
            0
        }
    };
    if let Err(error) = sweep(app).await {
        failed("sweep", &error);
    }
    if let Err(error) = consultations(app).await {
        failed("consultations", &error);
    }
    told
}

async fn delivery(app: &AppState) -> Delivered {
    deliver::run(app).await.unwrap_or_else(|error| {
        failed("deliver", &error);
        Delivered::default()
    })
}

fn failed(chore: &str, error: &WebError) {
    let mut chain = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        chain.push_str(": ");
        chain.push_str(&cause.to_string());
        source = cause.source();
    }
    tracing::error!(chore, error = %chain, "a chore failed");
}

/// The rules of reminding that this body goes by.
pub async fn rules(app: &App) -> Result<RuleBook, WebError> {
    let mut conn = app.store.read().await?;
    let own = setting::get(&mut conn, RULES_SETTING).await?;
    // They were checked when they were saved; a later version that reads them
    // otherwise falls back rather than telling nobody anything.
    Ok(own
        .and_then(|text| match RuleBook::parse(&text) {
            Ok(book) => Some(book),
            Err(error) => {
                tracing::warn!(error = %error, "the body's own rules of reminding do not read");
                None
            }
        })
        .unwrap_or_else(RuleBook::builtin))
}

/// Takes a chore for all processes until `until`; `None` if somebody has it.
async fn take(app: &App, chore: &str, until: i64) -> Result<Option<String>, WebError> {
    let now = app.clock.now();
    let mut conn = app.store.read().await?;
    if lease::is_taken(&mut conn, chore, now).await? {
        return Ok(None);
    }
    drop(conn);
    let holder = new_id();
    let mut tx = app.store.write(now).await?;
    let taken = lease::take(&mut tx, chore, &holder, until).await?;
    tx.commit().await?;
    Ok(taken.then_some(holder))
}

async fn give_back(app: &App, chore: &str, holder: &str) -> Result<(), WebError> {
    let mut tx = app.store.write(app.clock.now()).await?;
    lease::give_back(&mut tx, chore, holder).await?;
    Ok(tx.commit().await?)
}

/// Once an hour: what is over is erased, and surges are told of.
async fn consultations(app: &AppState) -> Result<(), WebError> {
    let now = app.clock.now();
    if take(app, "consultations", now + HOUR_MS).await?.is_some() {
        crate::consultations::upkeep(app).await?;
    }
    Ok(())
}

/// What was sent stays a month, what was read half a year.
const SENT_KEPT_MS: i64 = 30 * DAY_MS;
const READ_KEPT_MS: i64 = 180 * DAY_MS;
const TOLD_KEPT_MS: i64 = 100 * DAY_MS;

async fn sweep(app: &App) -> Result<(), WebError> {
    let now = app.clock.now();
    let Some(_) = take(app, "sweep", now + 6 * HOUR_MS).await? else { return Ok(()) };
    let mut tx = app.store.write(now).await?;
    session::sweep(&mut tx).await?;
    outbox::sweep(&mut tx, now - SENT_KEPT_MS).await?;
    notification::sweep(&mut tx, now - READ_KEPT_MS, now - TOLD_KEPT_MS).await?;
    tx.commit().await?;
    let loose = crate::files::sweep(app).await?;
    if 0 < loose {
        tracing::info!(loose, "files that nothing names were taken away");
    }
    Ok(())
}
