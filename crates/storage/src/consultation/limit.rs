//! How often something may be done in a span of time. Keys are digests, so no
//! address lies in the database.

use sqlx::Row as _;

use crate::{StorageError, Tx};

/// Something that is counted.
#[derive(Debug, Clone, Copy)]
pub struct Limit<'a> {
    /// What is counted, such as `ask` or `code`.
    pub what: &'a str,
    /// Of whom: an address, an account; empty for everybody together.
    pub whom: &'a str,
    pub span_ms: i64,
    pub most: i64,
}

/// Counts once more; false if that is more than may be. Counting is no change of
/// the body's matters: it leaves no audit line.
pub async fn hit(tx: &mut Tx, limit: &Limit<'_>) -> Result<bool, StorageError> {
    let span_at = tx.at() - tx.at().rem_euclid(limit.span_ms.max(1));
    let key = key(tx, limit);
    let row = sqlx::query(
        "insert into ask_limit (key, span_at, count) values ($1, $2, 1)
         on conflict (key, span_at) do update set count = ask_limit.count + 1
         returning count",
    )
    .bind(key)
    .bind(span_at)
    .fetch_one(tx.conn())
    .await?;
    let count: i64 = row.try_get(0)?;
    Ok(count <= limit.most)
}

/// How often it was done in the span that runs.
pub async fn count(tx: &mut Tx, limit: &Limit<'_>) -> Result<i64, StorageError> {
    let span_at = tx.at() - tx.at().rem_euclid(limit.span_ms.max(1));
    let key = key(tx, limit);
    let row = sqlx::query("select count from ask_limit where key = $1 and span_at = $2")
        .bind(key)
        .bind(span_at)
        .fetch_optional(tx.conn())
        .await?;
    row.map_or(Ok(0), |row| Ok(row.try_get(0)?))
}

fn key(tx: &Tx, limit: &Limit<'_>) -> String {
    format!("{}/{}", limit.what, tx.sealer().digest("ask.limit", limit.whom))
}

/// Drops spans that began before this.
pub async fn sweep(tx: &mut Tx, before: i64) -> Result<(), StorageError> {
    sqlx::query("delete from ask_limit where span_at < $1")
        .bind(before)
        .execute(tx.conn())
        .await?;
    Ok(())
}
