//! Whether every record is still what was handed in: its content against the
//! digest in its row and in the audit chain, its state against its last step.

use std::collections::HashMap;

use campaign::record::{Presence, Status};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

use super::insert::{Attendance, Parts, digest_of};
use crate::StorageError;

/// What checking the records found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Whole {
        records: i64,
    },
    /// The first record by id that does not fit, and why.
    Broken {
        record: String,
        why: &'static str,
    },
}

const PAGE: i64 = 2_000;

/// A row as it is checked.
struct Row {
    id: String,
    parts: Parts,
    digest: String,
    status: Status,
    status_at: i64,
    voided_at: Option<i64>,
    submitted_at: i64,
    present: Option<i64>,
    absent: Option<i64>,
}

/// What the chain says of a row.
#[derive(Default)]
struct Lines {
    /// Object, action and detail of the line of its entry.
    entry: Option<(String, String, String)>,
    /// Object and action of the line of its last change.
    last: Option<(String, String)>,
}

/// Checks all records. The chain itself is checked by [`crate::audit::verify`].
pub async fn verify(conn: &mut AnyConnection) -> Result<Verdict, StorageError> {
    let (mut after, mut records) = (String::new(), 0_i64);
    loop {
        let rows = page(conn, &after).await?;
        let Some(last) = rows.last() else { break };
        let span = (after.as_str(), last.id.as_str());
        let until = last.id.clone();
        let mut rolls = rolls(conn, span).await?;
        let mut files = files(conn, span).await?;
        let mut lines = lines(conn, span).await?;
        let mut steps = steps(conn, span).await?;
        for mut row in rows {
            row.parts.roll = rolls.remove(&row.id).unwrap_or_default();
            row.parts.files = files.remove(&row.id).unwrap_or_default();
            let lines = lines.remove(&row.id).unwrap_or_default();
            let step = steps.remove(&row.id);
            if let Some(why) = fault(&row, &lines, step) {
                return Ok(Verdict::Broken { record: row.id, why });
            }
            records += 1;
        }
        after = until;
    }
    if let Some(record) = gone(conn).await? {
        return Ok(Verdict::Broken {
            record, why: "审计链中有此记录，记录表中已不存在"
        });
    }
    Ok(Verdict::Whole { records })
}

/// Why a row does not fit, if it does not.
fn fault(row: &Row, lines: &Lines, step: Option<(Status, i64)>) -> Option<&'static str> {
    let object = format!("record/{}", row.id);
    let Some((entered, action, digest)) = &lines.entry else {
        return Some("审计链中没有此记录的录入行");
    };
    if *entered != object || !action.ends_with(":enter") {
        return Some("录入行说的是别的事");
    }
    if row.digest != *digest {
        return Some("行内摘要与审计链中的摘要不符");
    }
    if digest_of(&row.parts) != row.digest {
        return Some("记录、点名或附件内容与摘要不符");
    }
    let count = |present: bool| {
        let roll = row.parts.roll.iter();
        roll.filter(|it| (it.presence == Presence::Present) == present).count() as i64
    };
    let rolled = !row.parts.roll.is_empty();
    let counted = (rolled.then(|| count(true)), rolled.then(|| count(false)));
    if counted != (row.present, row.absent) {
        return Some("出勤人数与点名不符");
    }
    state_fault(row, lines, step, &object)
}

fn state_fault(
    row: &Row,
    lines: &Lines,
    step: Option<(Status, i64)>,
    object: &str,
) -> Option<&'static str> {
    if step != Some((row.status, row.status_at)) {
        return Some("状态与最后一步不符");
    }
    if row.voided_at != (!row.status.counts()).then_some(row.status_at) {
        return Some("是否计入与状态不符");
    }
    let Some((changed, action)) = &lines.last else {
        return Some("审计链中没有此记录最后一次变动");
    };
    if changed != object {
        return Some("最后变动行说的是别的记录");
    }
    let verb = action.rsplit(':').next().unwrap_or_default();
    let fits = match verb {
        // What came from elsewhere with its whole life is entered in one line.
        "enter" => row.status != Status::Submitted || row.status_at == row.submitted_at,
        "accept" => row.status == Status::Accepted,
        "return" => row.status == Status::Returned,
        "withdraw" => row.status == Status::Withdrawn,
        _ => true,
    };
    (!fits).then_some("状态与审计链中最后一次变动不符")
}

async fn page(conn: &mut AnyConnection, after: &str) -> Result<Vec<Row>, StorageError> {
    let rows = sqlx::query(
        "select id, activity, unit_id, person_id, title, acted_on, acted_time, submitted_by,
            count, place, minutes, link, replaces, digest, status, status_at, voided_at,
            submitted_at, present_count, absent_count
         from record where id > $1 order by id limit $2",
    )
    .bind(after.to_owned())
    .bind(PAGE)
    .fetch_all(conn)
    .await?;
    rows.iter().map(row).collect()
}

fn row(row: &AnyRow) -> Result<Row, StorageError> {
    let id: String = row.try_get(0)?;
    let status: String = row.try_get(14)?;
    Ok(Row {
        parts: Parts {
            activity: row.try_get(1)?,
            unit: row.try_get(2)?,
            person: row.try_get(3)?,
            title: row.try_get(4)?,
            acted_on: row.try_get(5)?,
            acted_time: row.try_get(6)?,
            submitted_by: row.try_get(7)?,
            count: row.try_get::<i64, _>(8)?.to_string(),
            place: row.try_get(9)?,
            minutes: row.try_get(10)?,
            link: row.try_get(11)?,
            replaces: row.try_get(12)?,
            roll: Vec::new(),
            files: Vec::new(),
        },
        digest: row.try_get(13)?,
        status: super::status(&status, &id)?,
        status_at: row.try_get(15)?,
        voided_at: row.try_get(16)?,
        submitted_at: row.try_get(17)?,
        present: row.try_get(18)?,
        absent: row.try_get(19)?,
        id,
    })
}

async fn rolls(
    conn: &mut AnyConnection,
    (after, until): (&str, &str),
) -> Result<HashMap<String, Vec<Attendance>>, StorageError> {
    let rows = sqlx::query(
        "select a.record_id, a.person_id, a.present, a.reason
         from record r join attendance a on a.record_id = r.id
         where r.id > $1 and r.id <= $2",
    )
    .bind(after.to_owned())
    .bind(until.to_owned())
    .fetch_all(conn)
    .await?;
    let mut rolls: HashMap<String, Vec<Attendance>> = HashMap::new();
    for row in &rows {
        let presence = match row.try_get::<i64, _>(2)? {
            1 => Presence::Present,
            _ => Presence::Absent { reason: row.try_get(3)? },
        };
        let person = row.try_get(1)?;
        rolls.entry(row.try_get(0)?).or_default().push(Attendance { person, presence });
    }
    Ok(rolls)
}

async fn files(
    conn: &mut AnyConnection,
    (after, until): (&str, &str),
) -> Result<HashMap<String, Vec<String>>, StorageError> {
    let rows = sqlx::query(
        "select e.record_id, e.sha256
         from record r join evidence e on e.record_id = r.id
         where r.id > $1 and r.id <= $2",
    )
    .bind(after.to_owned())
    .bind(until.to_owned())
    .fetch_all(conn)
    .await?;
    let mut files: HashMap<String, Vec<String>> = HashMap::new();
    for row in &rows {
        files.entry(row.try_get(0)?).or_default().push(row.try_get(1)?);
    }
    Ok(files)
}

async fn lines(
    conn: &mut AnyConnection,
    (after, until): (&str, &str),
) -> Result<HashMap<String, Lines>, StorageError> {
    let rows = sqlx::query(
        "select r.id, f.object, f.action, f.detail, l.object, l.action
         from record r
         left join audit f on f.seq = r.first_seq
         left join audit l on l.seq = r.seq
         where r.id > $1 and r.id <= $2",
    )
    .bind(after.to_owned())
    .bind(until.to_owned())
    .fetch_all(conn)
    .await?;
    let mut lines = HashMap::with_capacity(rows.len());
    for row in &rows {
        let entered: Option<String> = row.try_get(1)?;
        let changed: Option<String> = row.try_get(4)?;
        let entry = match entered {
            Some(object) => Some((object, row.try_get(2)?, row.try_get(3)?)),
            None => None,
        };
        let last = match changed {
            Some(object) => Some((object, row.try_get(5)?)),
            None => None,
        };
        lines.insert(row.try_get(0)?, Lines { entry, last });
    }
    Ok(lines)
}

/// The last step of each record.
async fn steps(
    conn: &mut AnyConnection,
    (after, until): (&str, &str),
) -> Result<HashMap<String, (Status, i64)>, StorageError> {
    let rows = sqlx::query(
        "select s.record_id, s.status, s.at
         from record r join record_step s on s.record_id = r.id
         where r.id > $1 and r.id <= $2
         order by s.record_id, s.step",
    )
    .bind(after.to_owned())
    .bind(until.to_owned())
    .fetch_all(conn)
    .await?;
    let mut steps = HashMap::with_capacity(rows.len());
    for row in &rows {
        let id: String = row.try_get(0)?;
        let status: String = row.try_get(1)?;
        let status = super::status(&status, &id)?;
        steps.insert(id, (status, row.try_get(2)?));
    }
    Ok(steps)
}

/// A record that the chain tells of and that is not there any more.
async fn gone(conn: &mut AnyConnection) -> Result<Option<String>, StorageError> {
    let row = sqlx::query(
        "select substr(a.object, 8) from audit a
         left join record r on r.id = substr(a.object, 8)
         where a.object like 'record/%' and a.action like '%:enter' and r.id is null
         order by a.seq limit 1",
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}
