//! Consultations: what was asked, how far it has got, and what was said. What
//! people wrote is sealed; it is opened here for whoever was permitted.

pub mod duty;
mod erase;
pub mod limit;
mod list;
pub mod trend;

use campaign::access::Permit;
use campaign::consultation::{Asker, Ending, Given, Outcome, State};
use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

use crate::seal::Sealer;
use crate::{Change, StorageError, Tx};

pub use erase::{Erased, erase_due};
pub use list::{Filter, Key, Summary, count, list, of_account};

const QUESTION: &str = "consultation.question";
const CONTACT: &str = "consultation.contact";
const MESSAGE: &str = "consultation.message";
const CODE: &str = "consultation.code";

/// What was asked, as people wrote it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    pub text: String,
    pub happened: String,
    pub number: String,
    pub link: String,
}

/// How to reach the asker, if they want to be reached.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    pub name: String,
    pub phone: String,
}

/// A screenshot; its bytes lie in the file store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    pub id: String,
    pub sha256: String,
    pub thumbnail_sha256: String,
    pub media_type: String,
    pub size_bytes: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consultation {
    pub id: String,
    pub unit: String,
    /// None for somebody who was not signed in.
    pub account: Option<String>,
    pub asked_at: i64,
    /// The Monday of its week.
    pub week_on: String,
    pub asker: Asker,
    pub given: Given,
    pub outcome: Outcome,
    pub fraud_type: Option<String>,
    /// How sure, of a thousand.
    pub permille: i64,
    /// How long what was asked is.
    pub chars: i64,
    pub state: State,
    pub erased_at: Option<i64>,
    pub revision: i64,
}

/// A consultation that is to be kept.
#[derive(Debug, Clone)]
pub struct New<'a> {
    pub head: &'a Consultation,
    pub code: Option<&'a str>,
    /// None: only the figures are kept.
    pub asked: Option<&'a Asked>,
    pub pictures: &'a [Picture],
}

/// What was said in the conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub number: i64,
    pub at: i64,
    /// None: the asker.
    pub account: Option<String>,
    pub account_name: Option<String>,
    pub text: String,
}

/// A step of its life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepTaken {
    /// The code of the state that it led to.
    pub state: String,
    pub at: i64,
    pub account_name: Option<String>,
    /// The unit it was with after the step; none for old steps.
    pub unit: Option<String>,
}

const COLUMNS: &str = "c.id, c.unit_id, c.account_id, c.asked_at, c.week_on, c.asker, c.given,
    c.outcome, c.fraud_type, c.permille, c.chars, c.state, c.state_at, c.holder_id, c.ending,
    c.erased_at, c.revision";

/// Keeps figures of many that were answered, without anything that was asked;
/// one audit line.
pub async fn insert_figures(
    tx: &mut Tx,
    permit: &Permit,
    heads: &[Consultation],
) -> Result<(), StorageError> {
    crate::bulk::insert_rows(
        tx.conn(),
        "insert into consultation (id, unit_id, asked_at, week_on, asker, given, outcome,
            fraud_type, permille, chars, state, state_at, erased_at)
         values ",
        13,
        heads,
        |query, it| {
            query
                .bind(it.id.clone())
                .bind(it.unit.clone())
                .bind(it.asked_at)
                .bind(it.week_on.clone())
                .bind(it.asker.code())
                .bind(it.given.code())
                .bind(it.outcome.code())
                .bind(it.fraud_type.clone())
                .bind(it.permille)
                .bind(it.chars)
                .bind("answered")
                .bind(it.asked_at)
                .bind(it.erased_at.unwrap_or(it.asked_at))
        },
    )
    .await?;
    let detail = format!("{} 条", heads.len());
    tx.audit(permit, "figures", Change { object: "consultation", detail });
    Ok(())
}

/// Keeps what was asked and answered.
pub async fn insert(tx: &mut Tx, permit: &Permit, it: &New<'_>) -> Result<(), StorageError> {
    let head = it.head;
    let sealer = tx.sealer().clone();
    let question = it.asked.map(|asked| sealed(&sealer, QUESTION, asked)).transpose()?;
    let (state_at, holder, ending) = parts(&head.state, head.asked_at);
    sqlx::query(
        "insert into consultation (id, unit_id, account_id, code_digest, asked_at, week_on, asker,
            given, outcome, fraud_type, permille, question_sealed, chars, state, state_at,
            holder_id, ending, erased_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
    )
    .bind(head.id.clone())
    .bind(head.unit.clone())
    .bind(head.account.clone())
    .bind(it.code.map(|code| sealer.digest(CODE, code)))
    .bind(head.asked_at)
    .bind(head.week_on.clone())
    .bind(head.asker.code())
    .bind(head.given.code())
    .bind(head.outcome.code())
    .bind(head.fraud_type.clone())
    .bind(head.permille)
    .bind(question)
    .bind(head.chars)
    .bind(head.state.code())
    .bind(state_at)
    .bind(holder)
    .bind(ending)
    .bind(head.erased_at)
    .execute(tx.conn())
    .await?;
    for picture in it.pictures {
        sqlx::query(
            "insert into consultation_file (id, consultation_id, sha256, thumbnail_sha256,
                media_type, size_bytes)
             values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(picture.id.clone())
        .bind(head.id.clone())
        .bind(picture.sha256.clone())
        .bind(picture.thumbnail_sha256.clone())
        .bind(picture.media_type.clone())
        .bind(picture.size_bytes)
        .execute(tx.conn())
        .await?;
    }
    step(tx, permit, head).await
}

pub async fn by_id(
    conn: &mut AnyConnection,
    id: &str,
) -> Result<Option<Consultation>, StorageError> {
    let text = format!("select {COLUMNS} from consultation c where c.id = $1");
    let row =
        sqlx::query(sqlx::AssertSqlSafe(text)).bind(id.to_owned()).fetch_optional(conn).await?;
    row.as_ref().map(consultation).transpose()
}

/// The one that a code leads to.
pub async fn by_code(
    conn: &mut AnyConnection,
    sealer: &Sealer,
    code: &str,
) -> Result<Option<Consultation>, StorageError> {
    let text = format!("select {COLUMNS} from consultation c where c.code_digest = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(sealer.digest(CODE, code))
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(consultation).transpose()
}

/// What was asked; none once it is erased.
pub async fn asked(
    conn: &mut AnyConnection,
    sealer: &Sealer,
    id: &str,
) -> Result<Option<Asked>, StorageError> {
    opened(conn, sealer, (QUESTION, "question_sealed"), id).await
}

/// How to reach the asker.
pub async fn contact(
    conn: &mut AnyConnection,
    sealer: &Sealer,
    id: &str,
) -> Result<Option<Contact>, StorageError> {
    opened(conn, sealer, (CONTACT, "contact_sealed"), id).await
}

async fn opened<T: for<'de> Deserialize<'de>>(
    conn: &mut AnyConnection,
    sealer: &Sealer,
    (field, column): (&str, &'static str),
    id: &str,
) -> Result<Option<T>, StorageError> {
    let text = format!("select {column} from consultation where id = $1");
    let row =
        sqlx::query(sqlx::AssertSqlSafe(text)).bind(id.to_owned()).fetch_optional(conn).await?;
    let Some(row) = row else { return Ok(None) };
    let sealed: Option<String> = row.try_get(0)?;
    sealed
        .map(|sealed| {
            let text = sealer.open(field, &sealed)?;
            serde_json::from_str(&text).map_err(|_| inconsistent(column, id))
        })
        .transpose()
}

/// Keeps how the asker can be reached.
pub async fn save_contact(
    tx: &mut Tx,
    permit: &Permit,
    id: &str,
    contact: &Contact,
) -> Result<(), StorageError> {
    let sealed = sealed(tx.sealer(), CONTACT, contact)?;
    sqlx::query("update consultation set contact_sealed = $1 where id = $2")
        .bind(sealed)
        .bind(id.to_owned())
        .execute(tx.conn())
        .await?;
    let object = format!("consultation/{id}");
    tx.audit(permit, "contact", Change { object: &object, detail: String::new() });
    Ok(())
}

/// Keeps the state that a step led to; conflicts if somebody else was first.
pub async fn save_state(
    tx: &mut Tx,
    permit: &Permit,
    it: &Consultation,
) -> Result<(), StorageError> {
    let (state_at, holder, ending) = parts(&it.state, tx.at());
    let done = sqlx::query(
        "update consultation set state = $1, state_at = $2, holder_id = $3, ending = $4,
            unit_id = $5, revision = revision + 1
         where id = $6 and revision = $7",
    )
    .bind(it.state.code())
    .bind(state_at)
    .bind(holder)
    .bind(ending)
    .bind(it.unit.clone())
    .bind(it.id.clone())
    .bind(it.revision)
    .execute(tx.conn())
    .await?;
    if done.rows_affected() != 1 {
        return Err(StorageError::Conflict { table: "consultation", id: it.id.clone() });
    }
    step(tx, permit, it).await
}

async fn step(tx: &mut Tx, permit: &Permit, it: &Consultation) -> Result<(), StorageError> {
    let at = tx.at();
    sqlx::query(
        "insert into consultation_step (consultation_id, step, state, at, account_id, unit_id)
         select $1, coalesce(max(step), 0) + 1, $2, $3, $4, $5
         from consultation_step where consultation_id = $1",
    )
    .bind(it.id.clone())
    .bind(it.state.code())
    .bind(at)
    .bind(permit.account().map(str::to_owned))
    .bind(it.unit.clone())
    .execute(tx.conn())
    .await?;
    let object = format!("consultation/{}", it.id);
    let detail = match &it.state {
        State::Closed { ending, .. } => ending.code().to_owned(),
        _ => it.outcome.code().to_owned(),
    };
    tx.audit(permit, it.state.code(), Change { object: &object, detail });
    Ok(())
}

/// Adds to the conversation. The words are in no audit line.
pub async fn say(
    tx: &mut Tx,
    permit: &Permit,
    id: &str,
    (account, text): (Option<&str>, &str),
) -> Result<i64, StorageError> {
    let sealed = tx.sealer().seal(MESSAGE, text)?;
    let at = tx.at();
    let row = sqlx::query(
        "insert into consultation_message (consultation_id, number, at, account_id, text_sealed)
         select $1, coalesce(max(number), 0) + 1, $2, $3, $4
         from consultation_message where consultation_id = $1
         returning number",
    )
    .bind(id.to_owned())
    .bind(at)
    .bind(account.map(str::to_owned))
    .bind(sealed)
    .fetch_one(tx.conn())
    .await?;
    let number: i64 = row.try_get(0)?;
    let object = format!("consultation/{id}");
    tx.audit(permit, "say", Change { object: &object, detail: number.to_string() });
    Ok(number)
}

pub async fn messages(
    conn: &mut AnyConnection,
    sealer: &Sealer,
    id: &str,
) -> Result<Vec<Message>, StorageError> {
    let rows = sqlx::query(
        "select m.number, m.at, m.account_id, a.display_name, m.text_sealed
         from consultation_message m left join account a on a.id = m.account_id
         where m.consultation_id = $1 order by m.number limit 1000",
    )
    .bind(id.to_owned())
    .fetch_all(conn)
    .await?;
    let message = |row: &AnyRow| -> Result<Message, StorageError> {
        let sealed: String = row.try_get(4)?;
        Ok(Message {
            number: row.try_get(0)?,
            at: row.try_get(1)?,
            account: row.try_get(2)?,
            account_name: row.try_get(3)?,
            text: sealer.open(MESSAGE, &sealed)?,
        })
    };
    rows.iter().map(message).collect()
}

pub async fn pictures(
    conn: &mut AnyConnection,
    id: &str,
) -> Result<Vec<Picture>, StorageError> {
    let rows = sqlx::query(
        "select id, sha256, thumbnail_sha256, media_type, size_bytes from consultation_file
         where consultation_id = $1 order by id",
    )
    .bind(id.to_owned())
    .fetch_all(conn)
    .await?;
    let picture = |row: &AnyRow| -> Result<Picture, StorageError> {
        Ok(Picture {
            id: row.try_get(0)?,
            sha256: row.try_get(1)?,
            thumbnail_sha256: row.try_get(2)?,
            media_type: row.try_get(3)?,
            size_bytes: row.try_get(4)?,
        })
    };
    rows.iter().map(picture).collect()
}

pub async fn steps(conn: &mut AnyConnection, id: &str) -> Result<Vec<StepTaken>, StorageError> {
    let rows = sqlx::query(
        "select s.state, s.at, a.display_name, s.unit_id
         from consultation_step s left join account a on a.id = s.account_id
         where s.consultation_id = $1 order by s.step limit 500",
    )
    .bind(id.to_owned())
    .fetch_all(conn)
    .await?;
    let taken = |row: &AnyRow| -> Result<StepTaken, StorageError> {
        Ok(StepTaken {
            state: row.try_get(0)?,
            at: row.try_get(1)?,
            account_name: row.try_get(2)?,
            unit: row.try_get(3)?,
        })
    };
    rows.iter().map(taken).collect()
}

fn sealed<T: Serialize>(sealer: &Sealer, field: &str, it: &T) -> Result<String, StorageError> {
    let text = serde_json::to_string(it).map_err(|_| StorageError::Sealed)?;
    sealer.seal(field, &text)
}

/// A state as columns: since when, in whose hands, how it ended.
fn parts(state: &State, now: i64) -> (i64, Option<String>, Option<&'static str>) {
    match state {
        State::Answered => (now, None, None),
        State::Waiting { since } => (*since, None, None),
        State::Talking { holder, since } => (*since, Some(holder.clone()), None),
        State::Closed { ending, by, at } => (*at, by.clone(), Some(ending.code())),
    }
}

fn consultation(row: &AnyRow) -> Result<Consultation, StorageError> {
    let id: String = row.try_get(0)?;
    let (asker, given): (String, String) = (row.try_get(5)?, row.try_get(6)?);
    let outcome: String = row.try_get(7)?;
    let (state, ending): (String, Option<String>) = (row.try_get(11)?, row.try_get(14)?);
    let (at, holder): (i64, Option<String>) = (row.try_get(12)?, row.try_get(13)?);
    let state = match (state.as_str(), holder, ending) {
        ("answered", None, None) => State::Answered,
        ("waiting", None, None) => State::Waiting { since: at },
        ("talking", Some(holder), None) => State::Talking { holder, since: at },
        ("closed", by, Some(ending)) => {
            let ending =
                Ending::from_code(&ending).ok_or_else(|| inconsistent("ending", &id))?;
            State::Closed { ending, by, at }
        }
        _ => return Err(inconsistent("state", &id)),
    };
    Ok(Consultation {
        unit: row.try_get(1)?,
        account: row.try_get(2)?,
        asked_at: row.try_get(3)?,
        week_on: row.try_get(4)?,
        asker: Asker::from_code(&asker).ok_or_else(|| inconsistent("asker", &id))?,
        given: Given::from_code(&given).ok_or_else(|| inconsistent("given", &id))?,
        outcome: Outcome::from_code(&outcome).ok_or_else(|| inconsistent("outcome", &id))?,
        fraud_type: row.try_get(8)?,
        permille: row.try_get(9)?,
        chars: row.try_get(10)?,
        state,
        erased_at: row.try_get(15)?,
        revision: row.try_get(16)?,
        id,
    })
}

fn inconsistent(column: &'static str, id: &str) -> StorageError {
    StorageError::Inconsistent { table: "consultation", column, id: id.to_owned() }
}
