//! Sessions: the browser holds a random token, the database only its digest.

use sha2::{Digest as _, Sha256};
use sqlx::{AnyConnection, Row as _};

use crate::audit::hex;
use crate::{StorageError, Tx};

/// A session as its owner sees it in the list.
#[derive(Debug, Clone)]
pub struct Session {
    pub token_digest: String,
    pub account: String,
    pub created_at: i64,
    pub seen_at: i64,
    pub expires_at: i64,
    pub agent: String,
}

pub fn digest(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

pub async fn open(tx: &mut Tx, session: &Session) -> Result<(), StorageError> {
    sqlx::query(
        "insert into session (token_digest, account_id, created_at, seen_at, expires_at, agent)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(session.token_digest.clone())
    .bind(session.account.clone())
    .bind(session.created_at)
    .bind(session.seen_at)
    .bind(session.expires_at)
    .bind(session.agent.clone())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The session with this digest, if it still holds at `now`.
pub async fn find(
    conn: &mut AnyConnection,
    digest: &str,
    now: i64,
) -> Result<Option<Session>, StorageError> {
    let row = sqlx::query(
        "select token_digest, account_id, created_at, seen_at, expires_at, agent
         from session where token_digest = $1 and expires_at > $2",
    )
    .bind(digest.to_owned())
    .bind(now)
    .fetch_optional(conn)
    .await?;
    row.as_ref().map(session).transpose()
}

pub async fn of_account(
    conn: &mut AnyConnection,
    account: &str,
    now: i64,
) -> Result<Vec<Session>, StorageError> {
    let rows = sqlx::query(
        "select token_digest, account_id, created_at, seen_at, expires_at, agent
         from session where account_id = $1 and expires_at > $2 order by seen_at desc limit 100",
    )
    .bind(account.to_owned())
    .bind(now)
    .fetch_all(conn)
    .await?;
    rows.iter().map(session).collect()
}

/// Ends one session, or all of the account's when `digest` is None.
pub async fn close(
    tx: &mut Tx,
    account: &str,
    digest: Option<&str>,
) -> Result<(), StorageError> {
    sqlx::query("delete from session where account_id = $1 and ($2 = '' or token_digest = $2)")
        .bind(account.to_owned())
        .bind(digest.unwrap_or_default().to_owned())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Drops what has expired.
pub async fn sweep(tx: &mut Tx) -> Result<(), StorageError> {
    let now = tx.at();
    sqlx::query("delete from session where expires_at <= $1")
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(())
}

fn session(row: &sqlx::any::AnyRow) -> Result<Session, StorageError> {
    Ok(Session {
        token_digest: row.try_get(0)?,
        account: row.try_get(1)?,
        created_at: row.try_get(2)?,
        seen_at: row.try_get(3)?,
        expires_at: row.try_get(4)?,
        agent: row.try_get(5)?,
    })
}
