//! Work that outlives a request: what was asked, how far it is, how it ended.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

use crate::narrow::{By, Clauses, Part, Shape};
use crate::{StorageError, Tx};

/// A job as its page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    pub id: String,
    pub kind: String,
    pub account: Option<String>,
    pub unit: Option<String>,
    /// JSON: what is to be done.
    pub payload: String,
    pub state: State,
    pub done: i64,
    pub total: i64,
    pub message: String,
    /// JSON: what came of it.
    pub result: Option<String>,
    pub created_at: i64,
    pub finished_at: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Queued,
    Running,
    Done,
    Failed,
    Cancelled,
}

impl State {
    pub const ALL: [Self; 5] =
        [Self::Queued, Self::Running, Self::Done, Self::Failed, Self::Cancelled];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.code() == code)
    }

    /// Nothing more will happen to it.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }
}

const COLUMNS: &str = "id, kind, account_id, unit_id, payload, state, done_count, total_count,
    message, result, created_at, finished_at";

pub async fn insert(tx: &mut Tx, it: &Job) -> Result<(), StorageError> {
    sqlx::query(
        "insert into job (id, kind, account_id, unit_id, payload, state, done_count, total_count,
            message, run_at, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)",
    )
    .bind(it.id.clone())
    .bind(it.kind.clone())
    .bind(it.account.clone())
    .bind(it.unit.clone())
    .bind(it.payload.clone())
    .bind(it.state.code())
    .bind(it.done)
    .bind(it.total)
    .bind(it.message.clone())
    .bind(it.created_at)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Saves how far it is; a job that is over gets its end noted.
pub async fn save(tx: &mut Tx, it: &Job) -> Result<(), StorageError> {
    let finished_at = it.finished_at.or_else(|| it.state.is_over().then_some(tx.at()));
    sqlx::query(
        "update job set state = $1, done_count = $2, total_count = $3, message = $4, result = $5,
            payload = $6, finished_at = $7 where id = $8",
    )
    .bind(it.state.code())
    .bind(it.done)
    .bind(it.total)
    .bind(it.message.clone())
    .bind(it.result.clone())
    .bind(it.payload.clone())
    .bind(finished_at)
    .bind(it.id.clone())
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn by_id(conn: &mut AnyConnection, id: &str) -> Result<Option<Job>, StorageError> {
    let text = format!("select {COLUMNS} from job where id = $1");
    let row =
        sqlx::query(sqlx::AssertSqlSafe(text)).bind(id.to_owned()).fetch_optional(conn).await?;
    row.as_ref().map(job).transpose()
}

/// Which of an account's jobs a list shows. An empty field does not narrow.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter<'a> {
    pub kind: &'a str,
    pub state: Option<State>,
    /// The oldest first; else the newest.
    pub oldest_first: bool,
    pub part: Part<'a>,
}

/// A page of an account's jobs.
pub async fn of_account(
    conn: &mut AnyConnection,
    account: &str,
    filter: &Filter<'_>,
) -> Result<Vec<Job>, StorageError> {
    let mut clauses = Clauses::from("job j");
    clauses.equal("j.account_id = {}", account);
    clauses.optional("j.kind = {}", Some(filter.kind));
    clauses.optional("j.state = {}", filter.state.map(State::code));
    let by = By { key: "@.created_at", descending: !filter.oldest_first };
    let shape = Shape { columns: COLUMNS, table: "job", alias: "j", joins: "" };
    clauses.page(conn, shape, by, filter.part).await?.iter().map(job).collect()
}

/// Jobs of these kinds that were running when the house went down end as
/// failed: their transactions left nothing behind.
pub async fn fail_interrupted(
    tx: &mut Tx,
    kind: &str,
    message: &str,
) -> Result<u64, StorageError> {
    let at = tx.at();
    let done = sqlx::query(
        "update job set state = 'failed', message = $1, finished_at = $2
         where kind = $3 and state in ('queued', 'running')",
    )
    .bind(message.to_owned())
    .bind(at)
    .bind(kind.to_owned())
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}

fn job(row: &AnyRow) -> Result<Job, StorageError> {
    let id: String = row.try_get(0)?;
    let state: String = row.try_get(5)?;
    let state = State::from_code(&state).ok_or_else(|| StorageError::Inconsistent {
        table: "job",
        column: "state",
        id: id.clone(),
    })?;
    Ok(Job {
        kind: row.try_get(1)?,
        account: row.try_get(2)?,
        unit: row.try_get(3)?,
        payload: row.try_get(4)?,
        state,
        done: row.try_get(6)?,
        total: row.try_get(7)?,
        message: row.try_get(8)?,
        result: row.try_get(9)?,
        created_at: row.try_get(10)?,
        finished_at: row.try_get(11)?,
        id,
    })
}
