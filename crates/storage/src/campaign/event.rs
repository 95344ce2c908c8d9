//! Events that start the clock of an event duty.

use campaign::access::Permit;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

use crate::narrow::{Clauses, Order, Part, Shape};
use crate::{Change, StorageError, Tx};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub id: String,
    pub campaign: String,
    /// A code of the catalogue, or the plan's own name.
    pub event: String,
    /// A unit's or a person's id.
    pub subject: String,
    pub unit: String,
    pub happened_on: String,
    pub created_at: i64,
    pub cancelled_at: Option<i64>,
}

const COLUMNS: &str =
    "id, campaign_id, event, subject_id, unit_id, happened_on, created_at, cancelled_at";

pub async fn add_event(tx: &mut Tx, permit: &Permit, it: &Event) -> Result<(), StorageError> {
    sqlx::query(
        "insert into duty_event (id, campaign_id, event, subject_id, unit_id, happened_on,
            created_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(it.id.clone())
    .bind(it.campaign.clone())
    .bind(it.event.clone())
    .bind(it.subject.clone())
    .bind(it.unit.clone())
    .bind(it.happened_on.clone())
    .bind(it.created_at)
    .execute(tx.conn())
    .await?;
    let object = format!("event/{}", it.id);
    let detail = format!("{} {}", it.happened_on, it.event);
    tx.audit(permit, "add-event", Change { object: &object, detail });
    Ok(())
}

/// Takes back an event that was entered by mistake.
pub async fn cancel_event(tx: &mut Tx, permit: &Permit, id: &str) -> Result<(), StorageError> {
    let cancelled = sqlx::query(
        "update duty_event set cancelled_at = $2 where id = $1 and cancelled_at is null",
    )
    .bind(id.to_owned())
    .bind(tx.at())
    .execute(tx.conn())
    .await?
    .rows_affected();
    if cancelled != 1 {
        return Err(StorageError::Conflict { table: "duty_event", id: id.to_owned() });
    }
    let object = format!("event/{id}");
    tx.audit(permit, "cancel-event", Change { object: &object, detail: String::new() });
    Ok(())
}

/// All events, cancelled ones too: the live state needs what held when.
pub async fn events(conn: &mut AnyConnection) -> Result<Vec<Event>, StorageError> {
    let text = format!("select {COLUMNS} from duty_event order by id");
    let rows = sqlx::query(sqlx::AssertSqlSafe(text)).fetch_all(conn).await?;
    rows.iter().map(event).collect()
}

pub async fn event_by_id(
    conn: &mut AnyConnection,
    id: &str,
) -> Result<Option<Event>, StorageError> {
    let text = format!("select {COLUMNS} from duty_event where id = $1");
    let row =
        sqlx::query(sqlx::AssertSqlSafe(text)).bind(id.to_owned()).fetch_optional(conn).await?;
    row.as_ref().map(event).transpose()
}

/// Which events of a campaign a list shows. An empty field does not narrow.
#[derive(Debug, Clone, Default)]
pub struct EventNarrow {
    pub campaign: String,
    /// Those of this unit and below.
    pub scope: String,
    pub event: String,
    /// Only those that hold, or only those that were taken back.
    pub cancelled: Option<bool>,
    /// Days on which they happened, both included.
    pub from: String,
    pub until: String,
    pub order: Order<EventKey>,
}

/// By what events are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EventKey {
    #[default]
    Happened,
    /// When they were entered.
    Entered,
}

impl EventKey {
    const fn column(self) -> &'static str {
        match self {
            Self::Happened => "@.happened_on",
            Self::Entered => "@.id",
        }
    }
}

/// A part of the events that fit.
pub async fn events_page(
    conn: &mut AnyConnection,
    narrow: &EventNarrow,
    part: Part<'_>,
) -> Result<Vec<Event>, StorageError> {
    let mut clauses = Clauses::from("duty_event e");
    clauses.equal("e.campaign_id = {}", &narrow.campaign);
    clauses.optional(
        "exists (select 1 from unit_ancestor a
            where a.unit_id = e.unit_id and a.ancestor_id = {})",
        Some(&narrow.scope),
    );
    clauses.optional("e.event = {}", Some(&narrow.event));
    clauses.optional("e.happened_on >= {}", Some(&narrow.from));
    clauses.optional("e.happened_on <= {}", Some(&narrow.until));
    if let Some(cancelled) = narrow.cancelled {
        let not = if cancelled { " not" } else { "" };
        clauses.add(format!("e.cancelled_at is{not} null"));
    }
    let shape = Shape { columns: COLUMNS, table: "duty_event", alias: "e", joins: "" };
    let by = narrow.order.by(EventKey::column);
    clauses.page(conn, shape, by, part).await?.iter().map(event).collect()
}

fn event(row: &AnyRow) -> Result<Event, StorageError> {
    Ok(Event {
        id: row.try_get(0)?,
        campaign: row.try_get(1)?,
        event: row.try_get(2)?,
        subject: row.try_get(3)?,
        unit: row.try_get(4)?,
        happened_on: row.try_get(5)?,
        created_at: row.try_get(6)?,
        cancelled_at: row.try_get(7)?,
    })
}
