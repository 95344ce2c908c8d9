//! What an account is told: on its page, and by the outbox where it has an
//! address. Reminders remember which steps they told of.

use std::collections::{HashMap, HashSet};

use campaign::access::{Grant, Permit, Role};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

use crate::bulk::like;
use crate::narrow::{Clauses, Order, Part, Shape};
use crate::outbox::{self, Mail};
use crate::{Change, StorageError, Tx};

/// What is told to one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub id: String,
    pub account: String,
    pub kind: Kind,
    pub title: String,
    /// Plain text; line breaks count.
    pub body: String,
    /// Where it leads.
    pub href: String,
    /// A second message under the same key is not kept.
    pub dedupe_key: Option<String>,
    /// Steps of duties that this tells of.
    pub steps: Vec<String>,
    pub mail: Option<Mail>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Something that the account itself owes.
    Reminder,
    /// Something that others below did not do in time.
    Escalation,
    /// Something that happened to what the account did.
    News,
}

impl Kind {
    pub const ALL: [Self; 3] = [Self::Reminder, Self::Escalation, Self::News];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Reminder => "reminder",
            Self::Escalation => "escalation",
            Self::News => "news",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// A notification as it was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    pub id: String,
    pub kind: Kind,
    pub title: String,
    pub body: String,
    pub href: String,
    pub created_at: i64,
    pub read_at: Option<i64>,
}

/// Tells it. False, and nothing is kept, if its key was there already.
pub async fn tell(tx: &mut Tx, permit: &Permit, it: &Message) -> Result<bool, StorageError> {
    let told = keep(tx, it).await?;
    if told {
        let object = format!("account/{}", it.account);
        tx.audit(permit, "notify", Change { object: &object, detail: it.title.clone() });
    }
    Ok(told)
}

/// Tells many in one transaction, with one audit line for all. Returns how many
/// were new.
pub async fn tell_many(
    tx: &mut Tx,
    permit: &Permit,
    messages: &[Message],
) -> Result<u64, StorageError> {
    let mut told = 0;
    for it in messages {
        told += u64::from(keep(tx, it).await?);
    }
    if told > 0 {
        tx.audit(
            permit,
            "notify",
            Change { object: "notification", detail: format!("{told} 个账号") },
        );
    }
    Ok(told)
}

async fn keep(tx: &mut Tx, it: &Message) -> Result<bool, StorageError> {
    let at = tx.at();
    let kept = sqlx::query(
        "insert into notification (id, account_id, kind, title, body, href, created_at,
            dedupe_key)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (dedupe_key) do nothing",
    )
    .bind(it.id.clone())
    .bind(it.account.clone())
    .bind(it.kind.code())
    .bind(it.title.clone())
    .bind(it.body.clone())
    .bind(it.href.clone())
    .bind(at)
    .bind(it.dedupe_key.clone())
    .execute(tx.conn())
    .await?
    .rows_affected();
    if kept == 0 {
        return Ok(false);
    }
    let steps: Vec<(&str, &str)> =
        it.steps.iter().map(|step| (it.account.as_str(), step.as_str())).collect();
    crate::bulk::insert_rows_with(
        tx.conn(),
        "insert into reminder (account_id, step_key, told_at) values ",
        "on conflict (account_id, step_key) do nothing",
        3,
        &steps,
        |query, (account, step)| {
            query.bind((*account).to_owned()).bind((*step).to_owned()).bind(at)
        },
    )
    .await?;
    if let Some(mail) = &it.mail {
        outbox::enqueue(tx, mail).await?;
    }
    Ok(true)
}

/// Which steps have been told since an instant, by account.
pub async fn told_since(
    conn: &mut AnyConnection,
    since: i64,
) -> Result<HashMap<String, HashSet<String>>, StorageError> {
    let rows = sqlx::query("select account_id, step_key from reminder where told_at >= $1")
        .bind(since)
        .fetch_all(conn)
        .await?;
    let mut told: HashMap<String, HashSet<String>> = HashMap::new();
    for row in &rows {
        told.entry(row.try_get(0)?).or_default().insert(row.try_get(1)?);
    }
    Ok(told)
}

/// How many the account has not read.
pub async fn unread(conn: &mut AnyConnection, account: &str) -> Result<i64, StorageError> {
    let row = sqlx::query(
        "select count(*) from notification where account_id = $1 and read_at is null",
    )
    .bind(account.to_owned())
    .fetch_one(conn)
    .await?;
    Ok(row.try_get(0)?)
}

const COLUMNS: &str = "id, kind, title, body, href, created_at, read_at";

/// Which of an account's notifications a list shows.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter<'a> {
    pub kind: Option<Kind>,
    pub unread_only: bool,
    /// In the title or the words.
    pub search: &'a str,
    pub order: Order<Key>,
    pub part: Part<'a>,
}

/// By what notifications are ordered. Whether they were read is no order: it
/// changes while a reader turns the pages, and rows would be passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Key {
    #[default]
    Told,
    Kind,
}

impl Key {
    const fn column(self) -> &'static str {
        match self {
            Self::Told => "@.created_at",
            Self::Kind => "@.kind",
        }
    }
}

/// A part of the account's notifications.
pub async fn page(
    conn: &mut AnyConnection,
    account: &str,
    filter: &Filter<'_>,
) -> Result<Vec<Notification>, StorageError> {
    let mut clauses = Clauses::from("notification n");
    clauses.equal("n.account_id = {}", account);
    clauses.optional("n.kind = {}", filter.kind.map(Kind::code));
    if filter.unread_only {
        clauses.add("n.read_at is null".to_owned());
    }
    if !filter.search.is_empty() {
        clauses.equal(
            "(n.title like {} escape '\\' or n.body like {} escape '\\')",
            &format!("%{}%", like(filter.search)),
        );
    }
    let shape = Shape { columns: COLUMNS, table: "notification", alias: "n", joins: "" };
    let by = filter.order.by(Key::column);
    clauses.page(conn, shape, by, filter.part).await?.iter().map(notification).collect()
}

/// One of the account's own.
pub async fn by_id(
    conn: &mut AnyConnection,
    account: &str,
    id: &str,
) -> Result<Option<Notification>, StorageError> {
    let text = format!("select {COLUMNS} from notification where account_id = $1 and id = $2");
    let row = sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(account.to_owned())
        .bind(id.to_owned())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(notification).transpose()
}

/// Marks one as read, or all of the account's if `id` is empty. One's own
/// reading is no change of the body's matters: it leaves no audit line.
pub async fn mark_read(tx: &mut Tx, account: &str, id: &str) -> Result<u64, StorageError> {
    let at = tx.at();
    let marked = sqlx::query(
        "update notification set read_at = $1
         where account_id = $2 and read_at is null and ($3 = '' or id = $3)",
    )
    .bind(at)
    .bind(account.to_owned())
    .bind(id.to_owned())
    .execute(tx.conn())
    .await?;
    Ok(marked.rows_affected())
}

/// Drops what was read, and steps that were told, before these instants.
pub async fn sweep(
    tx: &mut Tx,
    read_before: i64,
    told_before: i64,
) -> Result<(), StorageError> {
    sqlx::query("delete from notification where read_at < $1")
        .bind(read_before)
        .execute(tx.conn())
        .await?;
    sqlx::query("delete from reminder where told_at < $1")
        .bind(told_before)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// An account that can be told something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    pub account: String,
    pub person: Option<String>,
    pub email: Option<String>,
    pub grants: Vec<Grant>,
}

/// All accounts that are in use, with the grants that hold on `today`.
pub async fn contacts(
    conn: &mut AnyConnection,
    today: &str,
) -> Result<Vec<Contact>, StorageError> {
    let rows = sqlx::query(
        "select id, person_id, email from account where disabled_at is null order by id",
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut contacts = Vec::with_capacity(rows.len());
    for row in &rows {
        contacts.push(Contact {
            account: row.try_get(0)?,
            person: row.try_get(1)?,
            email: row.try_get(2)?,
            grants: Vec::new(),
        });
    }
    // The engines sort texts each in their own way.
    contacts.sort_by(|a, b| a.account.cmp(&b.account));
    let rows = sqlx::query(
        "select account_id, role, unit_id from role_grant
         where (from_on is null or from_on <= $1) and (until_on is null or until_on >= $1)
         order by account_id, role, unit_id",
    )
    .bind(today.to_owned())
    .fetch_all(conn)
    .await?;
    for row in &rows {
        let account: &str = row.try_get(0)?;
        let Ok(at) = contacts.binary_search_by(|it| it.account.as_str().cmp(account)) else {
            continue;
        };
        let role = Role::from_code(row.try_get(1)?);
        if let (Some(contact), Some(role)) = (contacts.get_mut(at), role) {
            contact.grants.push(Grant { role, unit: row.try_get(2)? });
        }
    }
    Ok(contacts)
}

fn notification(row: &AnyRow) -> Result<Notification, StorageError> {
    let id: String = row.try_get(0)?;
    let kind: String = row.try_get(1)?;
    Ok(Notification {
        kind: Kind::from_code(&kind).ok_or_else(|| StorageError::Inconsistent {
            table: "notification",
            column: "kind",
            id: id.clone(),
        })?,
        title: row.try_get(2)?,
        body: row.try_get(3)?,
        href: row.try_get(4)?,
        created_at: row.try_get(5)?,
        read_at: row.try_get(6)?,
        id,
    })
}
