//! Handing in: many records in one transaction, a few statements for all.

use std::collections::HashMap;

use campaign::access::Permit;
use campaign::record::{Presence, Status};
use jiff::civil::Date;
use sha2::{Digest as _, Sha256};
use sqlx::{AnyConnection, Row as _};

use crate::audit::hex;
use crate::bulk::{each_in, insert_rows};
use crate::evidence::{self, Evidence};
use crate::{Change, StorageError, Tx};

/// One line of the roll.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attendance {
    pub person: String,
    pub presence: Presence,
}

/// A step that happened after the handing in. Only filling a house from
/// elsewhere (demo, import) knows such steps at the time of the insert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaterStep {
    pub status: Status,
    pub at: i64,
    pub account: Option<String>,
    pub reason: Option<String>,
}

/// A record that is to be kept.
#[derive(Debug, Clone)]
pub struct NewRecord {
    pub id: String,
    pub activity: String,
    pub unit: String,
    pub person: Option<String>,
    pub title: String,
    pub acted_on: Date,
    /// As `09:05`.
    pub acted_time: Option<String>,
    pub submitted_at: i64,
    /// An account's id.
    pub submitted_by: String,
    pub count: u32,
    pub place: Option<String>,
    pub minutes: Option<String>,
    pub link: Option<String>,
    pub roll: Vec<Attendance>,
    pub evidence: Vec<Evidence>,
    pub replaces: Option<String>,
    /// Unique among what this account hands in.
    pub client_key: String,
    pub later: Vec<LaterStep>,
}

/// A record with the permit under which it is handed in.
#[derive(Debug, Clone)]
pub struct Entered<'a> {
    pub permit: &'a Permit,
    pub record: &'a NewRecord,
}

/// What became of one record of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inserted {
    New {
        id: String,
    },
    /// It was handed in before, under the same key.
    Again {
        id: String,
        /// Whether what was sent now says the same as what is kept.
        same: bool,
    },
}

impl Inserted {
    pub fn id(&self) -> &str {
        match self {
            Self::New { id } | Self::Again { id, .. } => id,
        }
    }
}

/// Keeps all that is not kept yet. Answers in the order of `entered`.
pub async fn insert_many(
    tx: &mut Tx,
    entered: &[Entered<'_>],
) -> Result<Vec<Inserted>, StorageError> {
    // The chain's head first: from here on nobody else inserts, so what the
    // look-up does not find is not there.
    let seq = tx.next_seq().await?;
    let keys: Vec<String> = entered.iter().map(|it| stored_key(it.record)).collect();
    let mut known = known_keys(tx.conn(), &keys).await?;
    let mut answers = Vec::with_capacity(entered.len());
    let mut fresh: Vec<Row<'_>> = Vec::new();
    for (it, key) in entered.iter().zip(keys) {
        let digest = digest(it.record);
        if let Some((id, kept)) = known.get(&key) {
            answers.push(Inserted::Again { id: id.clone(), same: *kept == digest });
            continue;
        }
        known.insert(key.clone(), (it.record.id.clone(), digest.clone()));
        answers.push(Inserted::New { id: it.record.id.clone() });
        let object = format!("record/{}", it.record.id);
        tx.audit(it.permit, "enter", Change { object: &object, detail: digest.clone() });
        fresh.push(Row { record: it.record, key, digest, seq: seq + fresh.len() as i64 });
    }
    insert_rows_of(tx.conn(), &fresh).await?;
    Ok(answers)
}

/// [`insert_many`] for records whose permit is the same.
pub async fn insert_taken(
    tx: &mut Tx,
    permit: &Permit,
    records: &[NewRecord],
) -> Result<Vec<Inserted>, StorageError> {
    let entered: Vec<Entered<'_>> =
        records.iter().map(|record| Entered { permit, record }).collect();
    insert_many(tx, &entered).await
}

struct Row<'a> {
    record: &'a NewRecord,
    key: String,
    digest: String,
    seq: i64,
}

impl Row<'_> {
    fn status(&self) -> (Status, i64) {
        self.record.later.last().map_or((Status::Submitted, self.record.submitted_at), |step| {
            (step.status, step.at)
        })
    }
}

/// A key counts within its account: nobody meets another's record by guessing.
fn stored_key(record: &NewRecord) -> String {
    format!("{}/{}", record.submitted_by, record.client_key)
}

/// The id and digest of what is kept under these keys.
async fn known_keys(
    conn: &mut AnyConnection,
    keys: &[String],
) -> Result<HashMap<String, (String, String)>, StorageError> {
    let mut known = HashMap::with_capacity(keys.len());
    let head = "select client_key, id, digest from record where client_key in";
    each_in(conn, (head, ""), keys, |row| {
        known.insert(row.try_get(0)?, (row.try_get(1)?, row.try_get(2)?));
        Ok(())
    })
    .await?;
    Ok(known)
}

/// The ids of what an account has handed in under these client keys.
pub async fn ids_of(
    conn: &mut AnyConnection,
    account: &str,
    keys: &[String],
) -> Result<HashMap<String, String>, StorageError> {
    let stored: Vec<String> = keys.iter().map(|key| format!("{account}/{key}")).collect();
    let known = known_keys(conn, &stored).await?;
    let found = keys
        .iter()
        .zip(&stored)
        .filter_map(|(key, stored)| Some((key.clone(), known.get(stored)?.0.clone())));
    Ok(found.collect())
}

async fn insert_rows_of(
    conn: &mut AnyConnection,
    rows: &[Row<'_>],
) -> Result<(), StorageError> {
    insert_rows(
        conn,
        "insert into record (id, activity, unit_id, person_id, title, acted_on, acted_time,
            submitted_at, submitted_by, count, place, minutes, link, present_count, absent_count,
            status, status_at, voided_at, replaces, client_key, digest, seq, first_seq) values ",
        23,
        rows,
        |query, row| {
            let it = row.record;
            let (status, status_at) = row.status();
            let absent = it.roll.iter().filter(|one| one.presence != Presence::Present).count();
            let rolled = !it.roll.is_empty();
            query
                .bind(it.id.clone())
                .bind(it.activity.clone())
                .bind(it.unit.clone())
                .bind(it.person.clone())
                .bind(it.title.clone())
                .bind(it.acted_on.to_string())
                .bind(it.acted_time.clone())
                .bind(it.submitted_at)
                .bind(it.submitted_by.clone())
                .bind(i64::from(it.count))
                .bind(it.place.clone())
                .bind(it.minutes.clone())
                .bind(it.link.clone())
                .bind(rolled.then_some((it.roll.len() - absent) as i64))
                .bind(rolled.then_some(absent as i64))
                .bind(status.code().to_owned())
                .bind(status_at)
                .bind((!status.counts()).then_some(status_at))
                .bind(it.replaces.clone())
                .bind(row.key.clone())
                .bind(row.digest.clone())
                .bind(row.seq)
                .bind(row.seq)
        },
    )
    .await?;
    insert_steps(conn, rows).await?;
    insert_roll(conn, rows).await?;
    let evidence: Vec<(&str, &Evidence)> = rows
        .iter()
        .flat_map(|row| row.record.evidence.iter().map(|it| (row.record.id.as_str(), it)))
        .collect();
    evidence::insert(conn, &evidence).await
}

async fn insert_steps(conn: &mut AnyConnection, rows: &[Row<'_>]) -> Result<(), StorageError> {
    let mut steps = Vec::with_capacity(rows.len());
    for row in rows {
        let it = row.record;
        let first = LaterStep {
            status: Status::Submitted,
            at: it.submitted_at,
            account: Some(it.submitted_by.clone()),
            reason: None,
        };
        let all = std::iter::once(first).chain(it.later.iter().cloned());
        steps.extend(all.enumerate().map(|(number, step)| (&it.id, number as i64 + 1, step)));
    }
    insert_rows(
        conn,
        "insert into record_step (record_id, step, status, at, account_id, reason) values ",
        6,
        &steps,
        |query, (id, number, step)| {
            query
                .bind((*id).clone())
                .bind(*number)
                .bind(step.status.code().to_owned())
                .bind(step.at)
                .bind(step.account.clone())
                .bind(step.reason.clone())
        },
    )
    .await?;
    Ok(())
}

async fn insert_roll(conn: &mut AnyConnection, rows: &[Row<'_>]) -> Result<(), StorageError> {
    let roll: Vec<(&str, &Attendance)> = rows
        .iter()
        .flat_map(|row| row.record.roll.iter().map(|it| (row.record.id.as_str(), it)))
        .collect();
    insert_rows(
        conn,
        "insert into attendance (record_id, person_id, present, reason) values ",
        4,
        &roll,
        |query, (id, it)| {
            let reason = match &it.presence {
                Presence::Present => None,
                Presence::Absent { reason } => reason.clone(),
            };
            query
                .bind((*id).to_owned())
                .bind(it.person.clone())
                .bind(i64::from(it.presence == Presence::Present))
                .bind(reason)
        },
    )
    .await?;
    Ok(())
}

/// The digest over everything that was handed in. It stands in the row and in
/// the audit line, so a row that was changed behind the house's back shows.
pub fn digest(it: &NewRecord) -> String {
    digest_of(&Parts {
        activity: it.activity.clone(),
        unit: it.unit.clone(),
        person: it.person.clone(),
        title: it.title.clone(),
        acted_on: it.acted_on.to_string(),
        acted_time: it.acted_time.clone(),
        submitted_by: it.submitted_by.clone(),
        count: it.count.to_string(),
        place: it.place.clone(),
        minutes: it.minutes.clone(),
        link: it.link.clone(),
        replaces: it.replaces.clone(),
        roll: it.roll.clone(),
        files: it.evidence.iter().map(|one| one.sha256.clone()).collect(),
    })
}

/// What the digest covers, as the texts that it covers.
#[derive(Debug, Clone, Default)]
pub(super) struct Parts {
    pub(super) activity: String,
    pub(super) unit: String,
    pub(super) person: Option<String>,
    pub(super) title: String,
    pub(super) acted_on: String,
    pub(super) acted_time: Option<String>,
    pub(super) submitted_by: String,
    pub(super) count: String,
    pub(super) place: Option<String>,
    pub(super) minutes: Option<String>,
    pub(super) link: Option<String>,
    pub(super) replaces: Option<String>,
    pub(super) roll: Vec<Attendance>,
    /// Hashes of the files.
    pub(super) files: Vec<String>,
}

pub(super) fn digest_of(it: &Parts) -> String {
    let mut content = Content(Sha256::new());
    content.part(&it.activity);
    content.part(&it.unit);
    content.optional(it.person.as_deref());
    content.part(&it.title);
    content.part(&it.acted_on);
    content.optional(it.acted_time.as_deref());
    content.part(&it.submitted_by);
    content.part(&it.count);
    content.optional(it.place.as_deref());
    content.optional(it.minutes.as_deref());
    content.optional(it.link.as_deref());
    content.optional(it.replaces.as_deref());
    let mut roll: Vec<&Attendance> = it.roll.iter().collect();
    roll.sort_by(|a, b| a.person.cmp(&b.person));
    content.part(&roll.len().to_string());
    for one in roll {
        content.part(&one.person);
        match &one.presence {
            Presence::Present => content.part("1"),
            Presence::Absent { reason } => {
                content.part("0");
                content.optional(reason.as_deref());
            }
        }
    }
    let mut files: Vec<&str> = it.files.iter().map(String::as_str).collect();
    files.sort_unstable();
    for file in files {
        content.part(file);
    }
    hex(&content.0.finalize())
}

/// Lengths before contents, so that no two contents run together.
struct Content(Sha256);

impl Content {
    fn part(&mut self, text: &str) {
        self.0.update((text.len() as u64).to_be_bytes());
        self.0.update(text.as_bytes());
    }

    fn optional(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.part(text),
            None => self.0.update(u64::MAX.to_be_bytes()),
        }
    }
}
