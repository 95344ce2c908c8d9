//! Messages on their way out. A message is written in the transaction of what
//! it tells of, and sent afterwards by whichever process leases it, so that
//! nothing is told that did not happen and nothing is told twice.

use campaign::access::Permit;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

use crate::narrow::{By, Clauses, Part, Shape};
use crate::{Change, StorageError, Tx};

/// A message that is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    pub id: String,
    /// Whose message it is.
    pub account: Option<String>,
    pub recipient: String,
    pub subject: String,
    pub body: String,
    /// Not to be sent earlier.
    pub next_at: i64,
    /// A second message under the same key is not kept.
    pub dedupe_key: Option<String>,
}

/// A message leased for sending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leased {
    pub id: String,
    pub recipient: String,
    pub subject: String,
    pub body: String,
    pub created_at: i64,
    /// This attempt included.
    pub attempts: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It will be sent, or sent again.
    Waiting,
    Sent,
    /// Given up; only a person sends it again.
    Dead,
}

impl State {
    pub const ALL: [Self; 3] = [Self::Dead, Self::Waiting, Self::Sent];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Dead => "dead",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// A message as the administrator's list shows it; its text stays out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    pub id: String,
    pub account_name: Option<String>,
    pub recipient: String,
    pub subject: String,
    pub state: State,
    pub attempts: i64,
    pub next_at: i64,
    pub last_error: Option<String>,
    pub created_at: i64,
    pub sent_at: Option<i64>,
}

/// Keeps a message for sending. False if its key was there already.
pub async fn enqueue(tx: &mut Tx, it: &Mail) -> Result<bool, StorageError> {
    let at = tx.at();
    let kept = sqlx::query(
        "insert into outbox (id, channel, account_id, recipient, subject, body, state, next_at,
            created_at, dedupe_key)
         values ($1, 'email', $2, $3, $4, $5, 'waiting', $6, $7, $8)
         on conflict (dedupe_key) do nothing",
    )
    .bind(it.id.clone())
    .bind(it.account.clone())
    .bind(it.recipient.clone())
    .bind(it.subject.clone())
    .bind(it.body.clone())
    .bind(it.next_at)
    .bind(at)
    .bind(it.dedupe_key.clone())
    .execute(tx.conn())
    .await?
    .rows_affected();
    Ok(kept == 1)
}

/// Whether anything may be sent at `now`; spares a writing transaction.
pub async fn is_due(conn: &mut AnyConnection, now: i64) -> Result<bool, StorageError> {
    let row = sqlx::query(
        "select id from outbox
         where state = 'waiting' and next_at <= $1
           and (lease_until is null or lease_until <= $1) limit 1",
    )
    .bind(now)
    .fetch_optional(conn)
    .await?;
    Ok(row.is_some())
}

/// Leases up to `limit` due messages to `holder`, the longest due first. What
/// another process holds is not touched, until its lease has run out.
pub async fn lease(
    tx: &mut Tx,
    holder: &str,
    until_at: i64,
    limit: i64,
) -> Result<Vec<Leased>, StorageError> {
    let now = tx.at();
    // The outer conditions are asked again of a row that another process has
    // changed meanwhile, where the engine lets both look at once.
    let rows = sqlx::query(
        "update outbox set holder = $1, lease_until = $2, attempts = attempts + 1
         where id in (select id from outbox
                      where state = 'waiting' and next_at <= $3
                        and (lease_until is null or lease_until <= $3)
                      order by next_at, id limit $4)
           and state = 'waiting' and next_at <= $3
           and (lease_until is null or lease_until <= $3)
         returning id, recipient, subject, body, created_at, attempts",
    )
    .bind(holder.to_owned())
    .bind(until_at)
    .bind(now)
    .bind(limit)
    .fetch_all(tx.conn())
    .await?;
    let mut leased = Vec::with_capacity(rows.len());
    for row in &rows {
        leased.push(Leased {
            id: row.try_get(0)?,
            recipient: row.try_get(1)?,
            subject: row.try_get(2)?,
            body: row.try_get(3)?,
            created_at: row.try_get(4)?,
            attempts: row.try_get(5)?,
        });
    }
    leased.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
    Ok(leased)
}

/// How sending ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Sent,
    /// To be tried again from `at` on.
    Later {
        at: i64,
        error: String,
    },
    /// Never by itself again.
    Dead {
        error: String,
    },
    /// It was not tried after all.
    Untried {
        at: i64,
    },
}

/// Saves how sending ended. False if the lease had run out and somebody else
/// has the message: theirs counts.
pub async fn settle(
    tx: &mut Tx,
    id: &str,
    holder: &str,
    outcome: &Outcome,
) -> Result<bool, StorageError> {
    let now = tx.at();
    let (state, next_at, error, untried) = match outcome {
        Outcome::Sent => (State::Sent, now, None, 0),
        Outcome::Later { at, error } => (State::Waiting, *at, Some(error.clone()), 0),
        Outcome::Dead { error } => (State::Dead, now, Some(error.clone()), 0),
        Outcome::Untried { at } => (State::Waiting, *at, None, 1_i64),
    };
    let settled = sqlx::query(
        "update outbox set state = $1, next_at = $2, last_error = coalesce($3, last_error),
            attempts = attempts - $4, sent_at = $5, holder = null, lease_until = null
         where id = $6 and holder = $7 and state = 'waiting'",
    )
    .bind(state.code())
    .bind(next_at)
    .bind(error)
    .bind(untried)
    .bind((state == State::Sent).then_some(now))
    .bind(id.to_owned())
    .bind(holder.to_owned())
    .execute(tx.conn())
    .await?
    .rows_affected();
    Ok(settled == 1)
}

/// Which messages a list is about.
#[derive(Debug, Clone, Default)]
pub struct Narrow {
    /// Those of accounts with a role in this unit or below; all if empty.
    pub scope: String,
    pub state: Option<State>,
    /// In the account's name, the address or the subject.
    pub search: String,
    /// The oldest first; else the newest.
    pub oldest_first: bool,
}

const SCOPED: &str = "($1 = '' or exists (select 1 from role_grant g
        join unit_ancestor u on u.unit_id = g.unit_id
        where g.account_id = o.account_id and u.ancestor_id = $1))";

/// One page, in the order in which they were written.
pub async fn page(
    conn: &mut AnyConnection,
    narrow: &Narrow,
    part: Part<'_>,
) -> Result<Vec<Sent>, StorageError> {
    let mut clauses = Clauses::from("outbox o left join account a on a.id = o.account_id");
    clauses.optional(
        "exists (select 1 from role_grant g join unit_ancestor u on u.unit_id = g.unit_id
         where g.account_id = o.account_id and u.ancestor_id = {})",
        Some(&narrow.scope),
    );
    clauses.optional("o.state = {}", narrow.state.map(State::code));
    if !narrow.search.is_empty() {
        clauses.equal(
            "(o.subject like {} escape '\\' or o.recipient like {} escape '\\'
                or a.display_name like {} escape '\\')",
            &format!("%{}%", crate::bulk::like(&narrow.search)),
        );
    }
    let by = By { key: "@.id", descending: !narrow.oldest_first };
    let shape = Shape {
        columns: "o.id, a.display_name, o.recipient, o.subject, o.state, o.attempts, o.next_at,
            o.last_error, o.created_at, o.sent_at",
        table: "outbox",
        alias: "o",
        joins: "left join account a on a.id = o.account_id",
    };
    clauses.page(conn, shape, by, part).await?.iter().map(sent).collect()
}

/// How many messages there are in a scope, by state.
pub async fn counts(
    conn: &mut AnyConnection,
    scope: &str,
) -> Result<Vec<(State, i64)>, StorageError> {
    let text =
        format!("select o.state, count(*) from outbox o where {SCOPED} group by o.state");
    let rows =
        sqlx::query(sqlx::AssertSqlSafe(text)).bind(scope.to_owned()).fetch_all(conn).await?;
    let mut counts = Vec::new();
    for row in &rows {
        let state: String = row.try_get(0)?;
        counts.extend(State::from_code(&state).map(|state| (state, 0)));
        if let Some(last) = counts.last_mut() {
            last.1 = row.try_get(1)?;
        }
    }
    Ok(counts)
}

/// Sends dead messages again from the beginning: one, or all of the scope if
/// `id` is empty. Returns how many.
pub async fn revive(
    tx: &mut Tx,
    permit: &Permit,
    scope: &str,
    id: &str,
) -> Result<u64, StorageError> {
    let now = tx.at();
    let text = format!(
        "update outbox set state = 'waiting', attempts = 0, next_at = $2, holder = null,
            lease_until = null
         where id in (select o.id from outbox o
                      where {SCOPED} and o.state = 'dead' and ($3 = '' or o.id = $3))"
    );
    let revived = sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(scope.to_owned())
        .bind(now)
        .bind(id.to_owned())
        .execute(tx.conn())
        .await?
        .rows_affected();
    if revived > 0 {
        let object = if id.is_empty() { "outbox".to_owned() } else { format!("outbox/{id}") };
        tx.audit(permit, "resend", Change { object: &object, detail: format!("{revived} 封") });
    }
    Ok(revived)
}

/// Drops what was sent before `before`: the notification stays.
pub async fn sweep(tx: &mut Tx, before: i64) -> Result<u64, StorageError> {
    let swept = sqlx::query("delete from outbox where state = 'sent' and sent_at < $1")
        .bind(before)
        .execute(tx.conn())
        .await?;
    Ok(swept.rows_affected())
}

fn sent(row: &AnyRow) -> Result<Sent, StorageError> {
    let id: String = row.try_get(0)?;
    let state: String = row.try_get(4)?;
    Ok(Sent {
        account_name: row.try_get(1)?,
        recipient: row.try_get(2)?,
        subject: row.try_get(3)?,
        state: State::from_code(&state).ok_or_else(|| StorageError::Inconsistent {
            table: "outbox",
            column: "state",
            id: id.clone(),
        })?,
        attempts: row.try_get(5)?,
        next_at: row.try_get(6)?,
        last_error: row.try_get(7)?,
        created_at: row.try_get(8)?,
        sent_at: row.try_get(9)?,
        id,
    })
}
