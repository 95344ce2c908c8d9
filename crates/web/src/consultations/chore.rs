//! What the house does with consultations by itself: it erases what is over and
//! looks for surges.

use campaign::access::{Action, permit_house};
use storage::consultation::{self, Erased, limit};

use super::{duty, surge};
use crate::{App, AppState, WebError};

const BATCH: i64 = 500;
/// At most so many batches in one look.
const BATCHES_MAX: usize = 200;
const DAY_MS: i64 = 86_400_000;

/// What one look did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Upkeep {
    pub erased: u64,
    pub surges: u32,
}

pub async fn run(app: &AppState) -> Result<Upkeep, WebError> {
    let erased = erase(app).await?;
    let surges = surge::run(app).await?;
    Ok(Upkeep { erased, surges })
}

async fn erase(app: &App) -> Result<u64, WebError> {
    let tree = app.live.tree();
    let Some(root) = tree.root() else { return Ok(0) };
    let permit = permit_house(Action::ManageConsult, &root.unit.id);
    let retention = duty::retention(app).await?;
    let now = app.clock.now();
    let mut erased = 0;
    for _ in 0..BATCHES_MAX {
        let mut tx = app.store.write(now).await?;
        let done = consultation::erase_due(&mut tx, &permit, retention, BATCH).await?;
        limit::sweep(&mut tx, now - 2 * DAY_MS).await?;
        tx.commit().await?;
        erased += done.consultations;
        remove_files(app, &done).await?;
        if done.consultations < BATCH as u64 {
            break;
        }
    }
    if 0 < erased {
        tracing::info!(consultations = erased, "erased what is over");
    }
    Ok(erased)
}

/// The bytes go when nothing else shows the same picture.
async fn remove_files(app: &App, done: &Erased) -> Result<(), WebError> {
    let mut conn = app.store.read().await?;
    let named = storage::file::named(&mut conn, &done.files).await?;
    for sha256 in &done.files {
        if !named.contains(sha256)
            && let Err(error) = app.originals.remove(sha256).await
        {
            tracing::error!(%error, sha256, "a file that is over could not be removed");
        }
    }
    Ok(())
}
