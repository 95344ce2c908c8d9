//! Events that start the clock of an event duty.

use campaign::access::Permit;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

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

/// The newest events of a campaign in a unit and below it.
pub async fn events_of(
    conn: &mut AnyConnection,
    campaign: &str,
    scope: &str,
    limit: i64,
) -> Result<Vec<Event>, StorageError> {
    let text = format!(
        "select {COLUMNS} from duty_event e
         where campaign_id = $1
           and exists (select 1 from unit_ancestor a
                where a.unit_id = e.unit_id and a.ancestor_id = $2)
         order by happened_on desc, id desc limit $3"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(campaign.to_owned())
        .bind(scope.to_owned())
        .bind(limit)
        .fetch_all(conn)
        .await?;
    rows.iter().map(event).collect()
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
