//! Chores that one of several processes does for all of them.

use sqlx::AnyConnection;

use crate::{StorageError, Tx};

/// Takes the chore for `holder` until `until_at`, if nobody has it now. The
/// holder of a lease that still runs is refused too: a lease that is not given
/// back also says how often a chore is done.
pub async fn take(
    tx: &mut Tx,
    name: &str,
    holder: &str,
    until_at: i64,
) -> Result<bool, StorageError> {
    let now = tx.at();
    let taken = sqlx::query(
        "insert into lease (name, holder, until_at) values ($1, $2, $3)
         on conflict (name) do update set holder = excluded.holder,
            until_at = excluded.until_at
         where lease.until_at <= $4",
    )
    .bind(name.to_owned())
    .bind(holder.to_owned())
    .bind(until_at)
    .bind(now)
    .execute(tx.conn())
    .await?
    .rows_affected();
    Ok(taken == 1)
}

/// Gives it back before its time, so that it can be tried again.
pub async fn give_back(tx: &mut Tx, name: &str, holder: &str) -> Result<(), StorageError> {
    sqlx::query("update lease set until_at = 0 where name = $1 and holder = $2")
        .bind(name.to_owned())
        .bind(holder.to_owned())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Whether somebody has it at `now`; spares a writing transaction.
pub async fn is_taken(
    conn: &mut AnyConnection,
    name: &str,
    now: i64,
) -> Result<bool, StorageError> {
    let row = sqlx::query("select name from lease where name = $1 and until_at > $2")
        .bind(name.to_owned())
        .bind(now)
        .fetch_optional(conn)
        .await?;
    Ok(row.is_some())
}
