//! One record with everything that belongs to it.

use campaign::record::{Presence, Status};
use jiff::civil::Date;
use sqlx::{AnyConnection, Row as _};

use crate::StorageError;

/// A record as it stands now.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    pub id: String,
    pub activity: String,
    pub unit: String,
    pub person: Option<String>,
    pub person_name: Option<String>,
    pub title: String,
    pub acted_on: Date,
    pub acted_time: Option<String>,
    pub submitted_at: i64,
    pub submitted_by: String,
    pub submitter_name: Option<String>,
    pub count: u32,
    pub place: Option<String>,
    pub minutes: Option<String>,
    pub link: Option<String>,
    pub present_count: Option<i64>,
    pub absent_count: Option<i64>,
    pub status: Status,
    pub status_at: i64,
    pub voided_at: Option<i64>,
    pub replaces: Option<String>,
    pub digest: String,
    pub seq: i64,
    pub revision: i64,
}

/// One step of its life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRow {
    pub status: Status,
    pub at: i64,
    pub account: Option<String>,
    pub account_name: Option<String>,
    pub reason: Option<String>,
}

/// One line of its roll.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollRow {
    pub person: String,
    pub name: String,
    pub presence: Presence,
}

pub async fn by_id(conn: &mut AnyConnection, id: &str) -> Result<Option<Record>, StorageError> {
    let row = sqlx::query(
        "select r.id, r.activity, r.unit_id, r.person_id, p.name, r.title, r.acted_on,
            r.acted_time, r.submitted_at, r.submitted_by, a.display_name, r.count, r.place,
            r.minutes, r.link, r.present_count, r.absent_count, r.status, r.status_at,
            r.voided_at, r.replaces, r.digest, r.seq, r.revision
         from record r
         left join person p on p.id = r.person_id
         left join account a on a.id = r.submitted_by
         where r.id = $1",
    )
    .bind(id.to_owned())
    .fetch_optional(conn)
    .await?;
    row.as_ref().map(record).transpose()
}

fn record(row: &sqlx::any::AnyRow) -> Result<Record, StorageError> {
    let id: String = row.try_get(0)?;
    let (acted_on, status): (String, String) = (row.try_get(6)?, row.try_get(17)?);
    let count: i64 = row.try_get(11)?;
    Ok(Record {
        activity: row.try_get(1)?,
        unit: row.try_get(2)?,
        person: row.try_get(3)?,
        person_name: row.try_get(4)?,
        title: row.try_get(5)?,
        acted_on: super::date(&acted_on, &id)?,
        acted_time: row.try_get(7)?,
        submitted_at: row.try_get(8)?,
        submitted_by: row.try_get(9)?,
        submitter_name: row.try_get(10)?,
        count: u32::try_from(count).map_err(|_| super::inconsistent("count", &id))?,
        place: row.try_get(12)?,
        minutes: row.try_get(13)?,
        link: row.try_get(14)?,
        present_count: row.try_get(15)?,
        absent_count: row.try_get(16)?,
        status: super::status(&status, &id)?,
        status_at: row.try_get(18)?,
        voided_at: row.try_get(19)?,
        replaces: row.try_get(20)?,
        digest: row.try_get(21)?,
        seq: row.try_get(22)?,
        revision: row.try_get(23)?,
        id,
    })
}

/// Its life so far, the first step first.
pub async fn steps(conn: &mut AnyConnection, id: &str) -> Result<Vec<StepRow>, StorageError> {
    let rows = sqlx::query(
        "select s.status, s.at, s.account_id, a.display_name, s.reason
         from record_step s left join account a on a.id = s.account_id
         where s.record_id = $1 order by s.step",
    )
    .bind(id.to_owned())
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| {
            let status: String = row.try_get(0)?;
            Ok(StepRow {
                status: super::status(&status, id)?,
                at: row.try_get(1)?,
                account: row.try_get(2)?,
                account_name: row.try_get(3)?,
                reason: row.try_get(4)?,
            })
        })
        .collect()
}

/// Its roll, those absent first.
pub async fn roll(conn: &mut AnyConnection, id: &str) -> Result<Vec<RollRow>, StorageError> {
    let rows = sqlx::query(
        "select a.person_id, p.name, a.present, a.reason
         from attendance a join person p on p.id = a.person_id
         where a.record_id = $1 order by a.present, p.student_no, p.id",
    )
    .bind(id.to_owned())
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| {
            let present: i64 = row.try_get(2)?;
            let presence = if present == 1 {
                Presence::Present
            } else {
                Presence::Absent { reason: row.try_get(3)? }
            };
            Ok(RollRow { person: row.try_get(0)?, name: row.try_get(1)?, presence })
        })
        .collect()
}

/// The record that replaced this returned one, if there is one.
pub async fn replaced_by(
    conn: &mut AnyConnection,
    id: &str,
) -> Result<Option<String>, StorageError> {
    let row =
        sqlx::query("select id from record where replaces = $1 order by first_seq limit 1")
            .bind(id.to_owned())
            .fetch_optional(conn)
            .await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}

/// Id, title and unit of what an account handed in that has this status and was
/// not handed in anew, the latest first.
pub async fn submitted_by(
    conn: &mut AnyConnection,
    account: &str,
    status: Status,
    limit: i64,
) -> Result<Vec<(String, String, String)>, StorageError> {
    let rows = sqlx::query(
        "select r.id, r.title, r.unit_id from record r
         where r.submitted_by = $1 and r.status = $2
           and not exists (select 1 from record n where n.replaces = r.id)
         order by r.submitted_at desc, r.id desc limit $3",
    )
    .bind(account.to_owned())
    .bind(status.code().to_owned())
    .bind(limit)
    .fetch_all(conn)
    .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?))).collect()
}
