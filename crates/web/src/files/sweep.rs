//! Files that nobody needs any more: originals of forms that were refused or
//! broke off before their record was kept, rosters that were never imported, and
//! exports that were fetched.

use storage::file;

use super::store::came_at;
use crate::{App, WebError};

const DAY_MS: i64 = 86_400_000;
/// A form is sent, or given up, within this time.
const LOOSE_MS: i64 = DAY_MS;
/// A roster holds much about many people: whoever looked at its preview a week
/// ago uploads it again.
const ROSTER_MS: i64 = 7 * DAY_MS;
/// An export was fetched, or is made anew.
const EXPORT_MS: i64 = DAY_MS;
/// Hashes that are asked for at a time.
const PART: usize = 1_024;

/// How many files were taken away.
pub async fn sweep(app: &App) -> Result<u64, WebError> {
    let now = app.clock.now();
    let loose = originals(app, now - LOOSE_MS).await?;
    let rosters = folder(crate::import::folder(app), now, ROSTER_MS);
    let exports = folder(crate::export::folder(app), now, EXPORT_MS);
    let rosters = rosters.await.map_err(storage::StorageError::from)?;
    Ok(loose + rosters + exports.await.map_err(storage::StorageError::from)?)
}

async fn originals(app: &App, before: i64) -> Result<u64, WebError> {
    let old = app.originals.older_than(before).await.map_err(storage::StorageError::from)?;
    let mut taken = 0;
    for part in old.chunks(PART) {
        let mut conn = app.store.read().await?;
        let named = file::named(&mut conn, part).await?;
        drop(conn);
        for sha256 in part.iter().filter(|it| !named.contains(*it)) {
            match app.originals.take_away(sha256, before).await {
                Ok(is_gone) => taken += u64::from(is_gone),
                Err(error) => tracing::warn!(%error, sha256, "a loose file stays"),
            }
        }
    }
    Ok(taken)
}

/// Files of one folder that are older than they are kept; those that never
/// became whole go earlier.
async fn folder(folder: std::path::PathBuf, now: i64, kept_ms: i64) -> std::io::Result<u64> {
    tokio::task::spawn_blocking(move || {
        if !folder.exists() {
            return Ok(0);
        }
        let mut taken = 0;
        for file in std::fs::read_dir(folder)? {
            let file = file?;
            let is_part = file.path().extension().is_some_and(|it| it == "part");
            let kept = if is_part { LOOSE_MS } else { kept_ms };
            if came_at(&file.metadata()?)? < now - kept {
                std::fs::remove_file(file.path())?;
                taken += 1;
            }
        }
        Ok(taken)
    })
    .await
    .map_err(std::io::Error::other)?
}
