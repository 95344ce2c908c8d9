//! The items of a draft and the decisions about them.

use campaign::access::Permit;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

use super::{Draft, hold, note};
use crate::bulk::insert_rows;
use crate::narrow::{By, Clauses, Part, Shape};
use crate::{StorageError, Tx};

/// An enum that is kept as its code.
macro_rules! codes {
    ($type:ident { $($variant:ident $code:literal,)+ }) => {
        impl $type {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

/// Who found the item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    Read,
    Added,
}
codes!(Origin { Read "read", Added "added", });

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    Open,
    Accepted,
    Dropped,
}
codes!(Decision { Open "open", Accepted "accepted", Dropped "dropped", });

/// How an item stands to the edition before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Carried {
    /// There was no edition before.
    #[default]
    First,
    /// The sentence stands there word for word.
    Same,
    /// Nearly so, and it asks for the same.
    Near,
    /// The sentence asks for something else now.
    Changed,
    New,
}
codes!(Carried { First "", Same "same", Near "near", Changed "changed", New "new", });

/// One statement of the document and what was decided about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    pub id: String,
    pub draft: String,
    pub edition: i64,
    pub position: i64,
    pub quote: String,
    /// Bytes of the edition's text.
    pub start: i64,
    pub end: i64,
    pub origin: Origin,
    pub state: Decision,
    /// JSON: what it says.
    pub fields: String,
    pub carried: Carried,
    /// The item of the edition before that it goes back to.
    pub former: Option<String>,
    pub confidence: f64,
    pub why: String,
    pub decided_at: Option<i64>,
    pub decided_by: Option<String>,
    pub revision: i64,
}

/// A decision that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub id: String,
    pub item: Option<String>,
    pub verb: String,
    pub detail: String,
    /// Empty where there was nothing before.
    pub state_before: String,
    pub fields_before: String,
    pub at: i64,
    pub account_name: Option<String>,
}

const COLUMNS: &str = "id, draft_id, edition, position, quote, start_at, end_at, origin, state,
    fields, carried, former_id, confidence, why, decided_at, decided_by, revision";

/// The items of an edition in the order of the document.
pub async fn items(
    conn: &mut AnyConnection,
    draft: &str,
    edition: i64,
) -> Result<Vec<Item>, StorageError> {
    let text = format!(
        "select {COLUMNS} from draft_item where draft_id = $1 and edition = $2
         order by position, id"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(draft.to_owned())
        .bind(edition)
        .fetch_all(conn)
        .await?;
    rows.iter().map(item).collect()
}

pub async fn item_by_id(
    conn: &mut AnyConnection,
    id: &str,
) -> Result<Option<Item>, StorageError> {
    let text = format!("select {COLUMNS} from draft_item where id = $1");
    let row =
        sqlx::query(sqlx::AssertSqlSafe(text)).bind(id.to_owned()).fetch_optional(conn).await?;
    row.as_ref().map(item).transpose()
}

fn item(row: &AnyRow) -> Result<Item, StorageError> {
    let id: String = row.try_get(0)?;
    let wrong = |column: &'static str| StorageError::Inconsistent {
        table: "draft_item",
        column,
        id: id.clone(),
    };
    let (origin, state, carried): (String, String, String) =
        (row.try_get(7)?, row.try_get(8)?, row.try_get(10)?);
    Ok(Item {
        draft: row.try_get(1)?,
        edition: row.try_get(2)?,
        position: row.try_get(3)?,
        quote: row.try_get(4)?,
        start: row.try_get(5)?,
        end: row.try_get(6)?,
        origin: Origin::from_code(&origin).ok_or_else(|| wrong("origin"))?,
        state: Decision::from_code(&state).ok_or_else(|| wrong("state"))?,
        fields: row.try_get(9)?,
        carried: Carried::from_code(&carried).ok_or_else(|| wrong("carried"))?,
        former: row.try_get(11)?,
        confidence: row.try_get(12)?,
        why: row.try_get(13)?,
        decided_at: row.try_get(14)?,
        decided_by: row.try_get(15)?,
        revision: row.try_get(16)?,
        id,
    })
}

pub(super) async fn insert_items(tx: &mut Tx, rows: &[Item]) -> Result<(), StorageError> {
    insert_rows(
        tx.conn(),
        "insert into draft_item (id, draft_id, edition, position, quote, start_at, end_at,
            origin, state, fields, carried, former_id, confidence, why, decided_at, decided_by)
         values ",
        16,
        rows,
        |query, it| {
            query
                .bind(it.id.clone())
                .bind(it.draft.clone())
                .bind(it.edition)
                .bind(it.position)
                .bind(it.quote.clone())
                .bind(it.start)
                .bind(it.end)
                .bind(it.origin.code().to_owned())
                .bind(it.state.code().to_owned())
                .bind(it.fields.clone())
                .bind(it.carried.code().to_owned())
                .bind(it.former.clone())
                .bind(it.confidence)
                .bind(it.why.clone())
                .bind(it.decided_at)
                .bind(it.decided_by.clone())
        },
    )
    .await?;
    Ok(())
}

/// Keeps an item that a person found in the document.
pub async fn add_item(
    tx: &mut Tx,
    permit: &Permit,
    draft: &Draft,
    it: &Item,
) -> Result<(), StorageError> {
    hold(tx, draft).await?;
    insert_items(tx, std::slice::from_ref(it)).await?;
    let step = Step { verb: "add".to_owned(), detail: it.quote.clone(), ..step_of(it, tx) };
    insert_steps(tx, permit, draft, &[step]).await?;
    let quote: String = it.quote.chars().take(80).collect();
    note(tx, permit, draft, ("draft-add", quote));
    Ok(())
}

/// Saves decisions: each pair is an item as it was read and as it is to be.
/// One that somebody else decided in between refuses them all.
pub async fn decide(
    tx: &mut Tx,
    permit: &Permit,
    draft: &Draft,
    (verb, pairs): (&str, &[(Item, Item)]),
) -> Result<(), StorageError> {
    hold(tx, draft).await?;
    let mut taken = Vec::with_capacity(pairs.len());
    for (before, after) in pairs {
        let saved = sqlx::query(
            "update draft_item set state = $3, fields = $4, decided_at = $5, decided_by = $6,
                revision = revision + 1
             where id = $1 and revision = $2",
        )
        .bind(before.id.clone())
        .bind(before.revision)
        .bind(after.state.code())
        .bind(after.fields.clone())
        .bind(after.decided_at)
        .bind(after.decided_by.clone())
        .execute(tx.conn())
        .await?
        .rows_affected();
        if saved != 1 {
            return Err(StorageError::Conflict { table: "draft_item", id: before.id.clone() });
        }
        taken.push(Step {
            verb: verb.to_owned(),
            detail: after.fields.clone(),
            state_before: before.state.code().to_owned(),
            fields_before: before.fields.clone(),
            ..step_of(before, tx)
        });
    }
    insert_steps(tx, permit, draft, &taken).await?;
    let ids: Vec<&str> = pairs.iter().map(|(it, _)| it.id.as_str()).collect();
    let detail = match pairs {
        [(it, _)] => format!("{}：{}", it.id, it.quote.chars().take(60).collect::<String>()),
        _ => format!("{} 条：{}", ids.len(), ids.join("、")),
    };
    note(tx, permit, draft, (&format!("draft-{verb}"), detail));
    Ok(())
}

/// An empty step about an item; its id sorts after those before it.
fn step_of(it: &Item, tx: &Tx) -> Step {
    Step {
        id: uuid::Uuid::now_v7().simple().to_string(),
        item: Some(it.id.clone()),
        verb: String::new(),
        detail: String::new(),
        state_before: String::new(),
        fields_before: String::new(),
        at: tx.at(),
        account_name: None,
    }
}

async fn insert_steps(
    tx: &mut Tx,
    permit: &Permit,
    draft: &Draft,
    rows: &[Step],
) -> Result<(), StorageError> {
    let account = permit.account().map(str::to_owned);
    insert_rows(
        tx.conn(),
        "insert into draft_step (id, draft_id, item_id, verb, detail, state_before,
            fields_before, at, account_id) values ",
        9,
        rows,
        |query, it| {
            query
                .bind(it.id.clone())
                .bind(draft.id.clone())
                .bind(it.item.clone())
                .bind(it.verb.clone())
                .bind(it.detail.clone())
                .bind(it.state_before.clone())
                .bind(it.fields_before.clone())
                .bind(it.at)
                .bind(account.clone())
        },
    )
    .await?;
    Ok(())
}

/// A part of the decisions on a draft, in the order of time.
pub async fn steps(
    conn: &mut AnyConnection,
    draft: &str,
    oldest_first: bool,
    part: Part<'_>,
) -> Result<Vec<Step>, StorageError> {
    steps_where(conn, ("s.draft_id = {}", draft), oldest_first, part).await
}

/// The decisions on one item, the newest first.
pub async fn steps_of_item(
    conn: &mut AnyConnection,
    item: &str,
    limit: i64,
) -> Result<Vec<Step>, StorageError> {
    steps_where(conn, ("s.item_id = {}", item), false, Part::first(limit)).await
}

async fn steps_where(
    conn: &mut AnyConnection,
    (of, id): (&str, &str),
    oldest_first: bool,
    part: Part<'_>,
) -> Result<Vec<Step>, StorageError> {
    let mut clauses = Clauses::from("draft_step s");
    clauses.equal(of, id);
    let shape = Shape {
        columns: "s.id, s.item_id, s.verb, s.detail, s.state_before, s.fields_before, s.at,
            a.display_name",
        table: "draft_step",
        alias: "s",
        joins: "left join account a on a.id = s.account_id",
    };
    let by = By { key: "@.id", descending: !oldest_first };
    let rows = clauses.page(conn, shape, by, part).await?;
    rows.iter()
        .map(|row| {
            Ok(Step {
                id: row.try_get(0)?,
                item: row.try_get(1)?,
                verb: row.try_get(2)?,
                detail: row.try_get(3)?,
                state_before: row.try_get(4)?,
                fields_before: row.try_get(5)?,
                at: row.try_get(6)?,
                account_name: row.try_get(7)?,
            })
        })
        .collect()
}
