//! Drafts: the document that was issued, what the rules read in it, and what a
//! person decided about each item. A decision takes the item's revision, so two
//! who work on the same draft do not overwrite each other.

mod edition;
mod item;
mod source;

use campaign::access::Permit;
use campaign::collation::title_key;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

pub use edition::{Edition, add_edition, edition, editions};
pub use item::{
    Carried, Decision, Item, Origin, Step, add_item, decide, item_by_id, items, steps,
    steps_of_item,
};
pub use source::{Source, insert_sources, source, sources};

use crate::bulk::like;
use crate::narrow::{Clauses, Order, Part, Shape};
use crate::{Change, StorageError, Tx};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Decisions are being taken.
    Open,
    /// A campaign runs by it.
    Used,
    /// Thrown away; kept for the record.
    Discarded,
}

impl State {
    pub const ALL: [Self; 3] = [Self::Open, Self::Used, Self::Discarded];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Used => "used",
            Self::Discarded => "discarded",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.code() == code)
    }
}

/// A plan that is being confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub id: String,
    pub unit: String,
    pub name: String,
    pub issuer: String,
    /// The id that the plan will carry.
    pub plan: String,
    pub from_on: String,
    pub until_on: String,
    pub note: String,
    pub state: State,
    pub edition: i64,
    pub campaign: Option<String>,
    pub created_at: i64,
    pub created_by: Option<String>,
    pub changed_at: i64,
    pub revision: i64,
}

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    pub draft: Draft,
    pub items: i64,
    pub decided: i64,
    pub creator: Option<String>,
}

/// What narrows the list of drafts. An empty field does not.
#[derive(Debug, Clone, Default)]
pub struct Narrow {
    /// Only drafts of this unit and the units below it.
    pub scope: String,
    pub state: Option<State>,
    /// In the name.
    pub search: String,
    pub order: Order<Key>,
}

/// By what drafts are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Key {
    /// When they were begun.
    #[default]
    Begun,
    Changed,
    Name,
}

impl Key {
    const fn column(self) -> &'static str {
        match self {
            Self::Begun => "@.id",
            Self::Changed => "@.changed_at",
            Self::Name => "@.name_key",
        }
    }
}

const COLUMNS: &str = "d.id, d.unit_id, d.name, d.issuer, d.plan_id, d.from_on, d.until_on,
    d.note, d.state, d.edition, d.campaign_id, d.created_at, d.created_by, d.changed_at,
    d.revision";

const SHAPE: Shape = Shape {
    columns: "d.id, d.unit_id, d.name, d.issuer, d.plan_id, d.from_on, d.until_on, d.note,
        d.state, d.edition, d.campaign_id, d.created_at, d.created_by, d.changed_at, d.revision,
        (select count(*) from draft_item i where i.draft_id = d.id and i.edition = d.edition),
        (select count(*) from draft_item i where i.draft_id = d.id and i.edition = d.edition
            and i.state <> 'open'),
        a.display_name",
    table: "draft",
    alias: "d",
    joins: "left join account a on a.id = d.created_by",
};

/// A part of the drafts that fit.
pub async fn list(
    conn: &mut AnyConnection,
    narrow: &Narrow,
    part: Part<'_>,
) -> Result<Vec<Summary>, StorageError> {
    let mut clauses = Clauses::from("draft d");
    clauses.equal(
        "exists (select 1 from unit_ancestor u
            where u.unit_id = d.unit_id and u.ancestor_id = {})",
        &narrow.scope,
    );
    clauses.optional("d.state = {}", narrow.state.map(State::code));
    let search = narrow.search.trim();
    if !search.is_empty() {
        clauses.equal("d.name like {} escape '\\'", &format!("%{}%", like(search)));
    }
    let rows = clauses.page(conn, SHAPE, narrow.order.by(Key::column), part).await?;
    rows.iter()
        .map(|row| {
            Ok(Summary {
                draft: draft(row)?,
                items: row.try_get(15)?,
                decided: row.try_get(16)?,
                creator: row.try_get(17)?,
            })
        })
        .collect()
}

pub async fn by_id(conn: &mut AnyConnection, id: &str) -> Result<Option<Draft>, StorageError> {
    let text = format!("select {COLUMNS} from draft d where d.id = $1");
    let row =
        sqlx::query(sqlx::AssertSqlSafe(text)).bind(id.to_owned()).fetch_optional(conn).await?;
    row.as_ref().map(draft).transpose()
}

fn draft(row: &AnyRow) -> Result<Draft, StorageError> {
    let id: String = row.try_get(0)?;
    let state: String = row.try_get(8)?;
    let state = State::from_code(&state).ok_or_else(|| StorageError::Inconsistent {
        table: "draft",
        column: "state",
        id: id.clone(),
    })?;
    Ok(Draft {
        unit: row.try_get(1)?,
        name: row.try_get(2)?,
        issuer: row.try_get(3)?,
        plan: row.try_get(4)?,
        from_on: row.try_get(5)?,
        until_on: row.try_get(6)?,
        note: row.try_get(7)?,
        state,
        edition: row.try_get(9)?,
        campaign: row.try_get(10)?,
        created_at: row.try_get(11)?,
        created_by: row.try_get(12)?,
        changed_at: row.try_get(13)?,
        revision: row.try_get(14)?,
        id,
    })
}

/// Keeps a new draft with the document that it was read from.
pub async fn insert(
    tx: &mut Tx,
    permit: &Permit,
    it: &Draft,
    (first, items): (&Edition, &[Item]),
) -> Result<(), StorageError> {
    sqlx::query(
        "insert into draft (id, unit_id, name, issuer, plan_id, from_on, until_on, note, state,
            edition, campaign_id, created_at, created_by, changed_at, name_key)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $12, $14)",
    )
    .bind(it.id.clone())
    .bind(it.unit.clone())
    .bind(it.name.clone())
    .bind(it.issuer.clone())
    .bind(it.plan.clone())
    .bind(it.from_on.clone())
    .bind(it.until_on.clone())
    .bind(it.note.clone())
    .bind(it.state.code())
    .bind(it.edition)
    .bind(it.campaign.clone())
    .bind(tx.at())
    .bind(it.created_by.clone())
    .bind(title_key(&it.name))
    .execute(tx.conn())
    .await?;
    edition::insert_edition(tx, first).await?;
    item::insert_items(tx, items).await?;
    let detail = format!("{}，{} 条", it.name, items.len());
    note(tx, permit, it, ("draft-begin", detail));
    Ok(())
}

/// Saves name, issuer, id, dates, note, state and campaign. `it` carries the
/// revision that was read.
pub async fn save(
    tx: &mut Tx,
    permit: &Permit,
    it: &Draft,
    (verb, detail): (&'static str, String),
) -> Result<(), StorageError> {
    let at = tx.at();
    let saved = sqlx::query(
        "update draft set name = $3, issuer = $4, plan_id = $5, from_on = $6, until_on = $7,
            note = $8, state = $9, campaign_id = $10, edition = $11, changed_at = $12,
            name_key = $13, revision = revision + 1
         where id = $1 and revision = $2",
    )
    .bind(it.id.clone())
    .bind(it.revision)
    .bind(it.name.clone())
    .bind(it.issuer.clone())
    .bind(it.plan.clone())
    .bind(it.from_on.clone())
    .bind(it.until_on.clone())
    .bind(it.note.clone())
    .bind(it.state.code())
    .bind(it.campaign.clone())
    .bind(it.edition)
    .bind(at)
    .bind(title_key(&it.name))
    .execute(tx.conn())
    .await?
    .rows_affected();
    if saved != 1 {
        return Err(StorageError::Conflict { table: "draft", id: it.id.clone() });
    }
    note(tx, permit, it, (verb, detail));
    Ok(())
}

/// Takes the draft's row, if it is still open in this edition: what follows in
/// the transaction cannot meet a new edition half-way.
async fn hold(tx: &mut Tx, it: &Draft) -> Result<(), StorageError> {
    let at = tx.at();
    let held = sqlx::query(
        "update draft set changed_at = $3 where id = $1 and edition = $2 and state = 'open'",
    )
    .bind(it.id.clone())
    .bind(it.edition)
    .bind(at)
    .execute(tx.conn())
    .await?
    .rows_affected();
    if held == 1 {
        Ok(())
    } else {
        Err(StorageError::Conflict { table: "draft", id: it.id.clone() })
    }
}

fn note(tx: &mut Tx, permit: &Permit, it: &Draft, (verb, detail): (&str, String)) {
    let object = format!("draft/{}", it.id);
    tx.audit(permit, verb, Change { object: &object, detail });
}
