//! The body's calendar, in versions; the newest holds.

use campaign::access::Permit;
use sqlx::{AnyConnection, Row as _};

use crate::{Change, StorageError, Tx};

/// A version of the calendar, without its text in lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarVersion {
    pub id: String,
    pub text: String,
    pub created_at: i64,
    pub created_by: Option<String>,
}

/// All versions, the newest first. There is none until the body edits what is
/// built in.
pub async fn calendars(conn: &mut AnyConnection) -> Result<Vec<CalendarVersion>, StorageError> {
    let rows = sqlx::query(
        "select id, text, created_at, created_by from calendar_version
         order by created_at desc, id desc",
    )
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(CalendarVersion {
                id: row.try_get(0)?,
                text: row.try_get(1)?,
                created_at: row.try_get(2)?,
                created_by: row.try_get(3)?,
            })
        })
        .collect()
}

/// The text of one version.
pub async fn calendar_text(
    conn: &mut AnyConnection,
    id: &str,
) -> Result<Option<String>, StorageError> {
    let row = sqlx::query("select text from calendar_version where id = $1")
        .bind(id.to_owned())
        .fetch_optional(conn)
        .await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}

/// Adds a version. `newest` is the id of the one that was edited, empty for the
/// built-in calendar: somebody else's edit in between is a conflict.
pub async fn add_calendar(
    tx: &mut Tx,
    permit: &Permit,
    it: &CalendarVersion,
    newest: &str,
) -> Result<(), StorageError> {
    let row = sqlx::query(
        "select id from calendar_version order by created_at desc, id desc limit 1",
    )
    .fetch_optional(tx.conn())
    .await?;
    let found: Option<String> = row.map(|row| row.try_get(0)).transpose()?;
    if found.as_deref().unwrap_or_default() != newest {
        return Err(StorageError::Conflict {
            table: "calendar_version",
            id: newest.to_owned(),
        });
    }
    sqlx::query(
        "insert into calendar_version (id, text, created_at, created_by)
         values ($1, $2, $3, $4)",
    )
    .bind(it.id.clone())
    .bind(it.text.clone())
    .bind(it.created_at)
    .bind(it.created_by.clone())
    .execute(tx.conn())
    .await?;
    let object = format!("calendar/{}", it.id);
    tx.audit(permit, "edit-calendar", Change { object: &object, detail: String::new() });
    Ok(())
}
