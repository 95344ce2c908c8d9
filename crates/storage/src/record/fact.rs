//! Records as the live standings need them: plain, without words.

use campaign::record::Status;
use futures_util::TryStreamExt as _;
use jiff::civil::Date;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

use crate::StorageError;

/// What of a record decides where and since when it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactRow {
    pub id: String,
    pub activity: String,
    pub unit: String,
    /// Whose act, when it is a person's.
    pub person: Option<String>,
    pub acted_on: Date,
    pub submitted_at: i64,
    pub count: u32,
    /// Returned or withdrawn at this instant. A record is voided once and never
    /// counts again.
    pub voided_at: Option<i64>,
    /// Place of its last and of its first change in the order of changes: who
    /// has followed the order up to `s` has seen it if `first_seq <= s`.
    pub seq: i64,
    pub first_seq: i64,
}

const COLUMNS: &str = "id, activity, unit_id, person_id, acted_on, submitted_at, count,
    voided_at, seq, first_seq";

/// Hands every record to `each`, as they all stood at one moment, in the order
/// in which they came. Answers how far in the order of changes that was: the
/// next is asked of [`facts_after`].
pub async fn facts(
    conn: &mut AnyConnection,
    mut each: impl FnMut(FactRow),
) -> Result<i64, StorageError> {
    let text = format!("select {COLUMNS} from record order by first_seq");
    let mut rows = sqlx::query(sqlx::AssertSqlSafe(text)).fetch(conn);
    let mut last = 0;
    while let Some(row) = rows.try_next().await? {
        let row = fact(&row)?;
        last = last.max(row.seq);
        each(row);
    }
    Ok(last)
}

/// The records changed after `seq`, in the order of their changes.
pub async fn facts_after(
    conn: &mut AnyConnection,
    seq: i64,
    limit: i64,
) -> Result<Vec<FactRow>, StorageError> {
    let text =
        format!("select {COLUMNS} from record where seq > $1 order by seq, first_seq limit $2");
    let rows =
        sqlx::query(sqlx::AssertSqlSafe(text)).bind(seq).bind(limit).fetch_all(conn).await?;
    rows.iter().map(fact).collect()
}

/// Hands record and person of everybody present at records of `activity`.
pub async fn attendees(
    conn: &mut AnyConnection,
    activity: &str,
    mut each: impl FnMut(&str, &str),
) -> Result<(), StorageError> {
    let mut rows = sqlx::query(
        "select a.record_id, a.person_id from record r
         join attendance a on a.record_id = r.id
         where r.activity = $1 and a.present = 1",
    )
    .bind(activity.to_owned())
    .fetch(conn);
    while let Some(row) = rows.try_next().await? {
        let (record, person): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        each(&record, &person);
    }
    Ok(())
}

/// Record and person of everybody present at these records.
pub async fn attendees_of(
    conn: &mut AnyConnection,
    records: &[String],
) -> Result<Vec<(String, String)>, StorageError> {
    let mut present = Vec::new();
    for chunk in records.chunks(500) {
        let text = format!(
            "select record_id, person_id from attendance where present = 1 and record_id in ({})",
            crate::bulk::places(1, chunk.len())
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(text));
        for id in chunk {
            query = query.bind(id.clone());
        }
        for row in query.fetch_all(&mut *conn).await? {
            present.push((row.try_get(0)?, row.try_get(1)?));
        }
    }
    Ok(present)
}

fn fact(row: &AnyRow) -> Result<FactRow, StorageError> {
    let id: String = row.try_get(0)?;
    let acted_on: String = row.try_get(4)?;
    let count: i64 = row.try_get(6)?;
    Ok(FactRow {
        activity: row.try_get(1)?,
        unit: row.try_get(2)?,
        person: row.try_get(3)?,
        acted_on: super::date(&acted_on, &id)?,
        submitted_at: row.try_get(5)?,
        count: u32::try_from(count).map_err(|_| super::inconsistent("count", &id))?,
        voided_at: row.try_get(7)?,
        seq: row.try_get(8)?,
        first_seq: row.try_get(9)?,
        id,
    })
}

/// Whether a status means that `voided_at` is set; the table's rule in words.
pub(super) const fn voids(status: Status) -> bool {
    !status.counts()
}
