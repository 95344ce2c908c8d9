//! What the live state reads: the whole organisation and all records once, in
//! pages of bounded size, and after that only what changed.

mod packed;

use std::collections::HashMap;

use campaign::day::Day;
use campaign::organisation::PostRow;
use sqlx::{AnyConnection, Row as _};

use crate::StorageError;
use crate::bulk::each_in;

pub use packed::{
    PeoplePage, Present, RecordsPage, attendance, attendance_after, people_page, records_page,
};

/// What kinds of change the audit chain tells of after a place in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Heard {
    /// The chain's end as it was read.
    pub seq: i64,
    pub records: bool,
    pub organisation: bool,
    pub campaigns: bool,
}

/// What has changed after `seq`, by the actions that were taken.
pub async fn heard_after(conn: &mut AnyConnection, seq: i64) -> Result<Heard, StorageError> {
    let rows = sqlx::query(
        "select action, cast(max(seq) as bigint) from audit where seq > $1 group by action",
    )
    .bind(seq)
    .fetch_all(conn)
    .await?;
    let mut heard = Heard { seq, ..Heard::default() };
    for row in &rows {
        let action: String = row.try_get(0)?;
        heard.seq = heard.seq.max(row.try_get(1)?);
        let (what, verb) = action.split_once(':').unwrap_or((&action, ""));
        match what {
            // Handing in a report enters a record, returning it sends that back.
            "submit" | "review" | "report" | "review-report" => heard.records = true,
            "manage-organisation" => heard.organisation = true,
            // A draft is not yet a plan: deciding on one changes no standing.
            "manage-plans" if verb.starts_with("draft-") => {}
            "manage-plans" | "exempt" => heard.campaigns = true,
            _ => {}
        }
        // Events are entered by those who hand in; they open periods.
        heard.campaigns |= matches!(verb, "add-event" | "cancel-event");
    }
    Ok(heard)
}

/// The end of the audit chain: what is read after this may be newer, never older.
pub async fn last_seq(conn: &mut AnyConnection) -> Result<i64, StorageError> {
    let row = sqlx::query("select seq from audit_head where id = 1").fetch_one(conn).await?;
    Ok(row.try_get(0)?)
}

/// Every appointment, past ones too.
pub async fn posts(
    conn: &mut AnyConnection,
    mut each: impl FnMut(PostRow<'_>) + Send,
) -> Result<(), StorageError> {
    let rows =
        sqlx::query("select unit_id, post, person_id, from_on, until_on from post order by id")
            .fetch_all(conn)
            .await?;
    for row in &rows {
        each(PostRow {
            unit: row.try_get(0)?,
            post: row.try_get(1)?,
            person: row.try_get(2)?,
            from: day(row.try_get(3)?),
            until: day(row.try_get(4)?),
        });
    }
    Ok(())
}

/// A record as the live state needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordRow<'a> {
    pub id: &'a str,
    pub activity: &'a str,
    /// The person, or the unit where it is nobody's own.
    pub subject: &'a str,
    pub day: Day,
    pub submitted_at: i64,
    pub voided_at: Option<i64>,
    pub count: u32,
}

const RECORD: &str = "id, activity, coalesce(person_id, unit_id), acted_on, submitted_at,
    voided_at, count";

/// The records that came or changed after a place in the order of changes.
pub async fn records_after(
    conn: &mut AnyConnection,
    seq: i64,
    mut each: impl FnMut(RecordRow<'_>) + Send,
) -> Result<(), StorageError> {
    let text = format!("select {RECORD} from record where seq > $1 order by seq");
    let rows = sqlx::query(sqlx::AssertSqlSafe(text)).bind(seq).fetch_all(&mut *conn).await?;
    for row in &rows {
        each(record(row)?);
    }
    Ok(())
}

fn record(row: &sqlx::any::AnyRow) -> Result<RecordRow<'_>, StorageError> {
    let id: &str = row.try_get(0)?;
    let bad =
        |column| StorageError::Inconsistent { table: "record", column, id: id.to_owned() };
    Ok(RecordRow {
        id,
        activity: row.try_get(1)?,
        subject: row.try_get(2)?,
        day: day(row.try_get(3)?).ok_or_else(|| bad("acted_on"))?,
        submitted_at: row.try_get(4)?,
        voided_at: row.try_get(5)?,
        count: u32::try_from(row.try_get::<i64, _>(6)?).map_err(|_| bad("count"))?,
    })
}

fn day(text: Option<&str>) -> Option<Day> {
    Day::parse(text?.as_bytes())
}

/// The names of some people, by id; those who are not there are left out.
pub async fn person_names(
    conn: &mut AnyConnection,
    ids: &[String],
) -> Result<HashMap<String, String>, StorageError> {
    let mut names = HashMap::with_capacity(ids.len());
    each_in(conn, ("select id, name from person where id in", ""), ids, |row| {
        names.insert(row.try_get(0)?, row.try_get(1)?);
        Ok(())
    })
    .await?;
    Ok(names)
}
