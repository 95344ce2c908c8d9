//! Campaigns: which plan runs for whom, in which versions; the calendar;
//! exemptions; events. What is written here is never edited: an amendment, an
//! edit of the calendar and a revoked exemption each leave what was before.

mod calendar;
mod event;
mod exemption;

use campaign::access::Permit;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

pub use calendar::{CalendarVersion, add_calendar, calendar_text, calendars};
pub use event::{
    Event, EventKey, EventNarrow, add_event, cancel_event, event_by_id, events, events_page,
};
pub use exemption::{
    Exemption, ExemptionKey, Narrow, exemption_by_id, exemptions, exemptions_page,
    grant_exemption, revoke_exemption,
};

use crate::{Change, StorageError, Tx};

/// A plan running for a unit and everything below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Campaign {
    pub id: String,
    pub unit: String,
    /// The id that the plan file itself carries.
    pub plan: String,
    pub name: String,
    /// The superior's campaign that this one adopts.
    pub adopts: Option<String>,
    pub from_on: String,
    pub until_on: String,
    pub ended_at: Option<i64>,
    pub revision: i64,
}

/// One version of a campaign's plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanVersion {
    pub id: String,
    pub campaign: String,
    pub version: i64,
    pub in_force_on: String,
    pub text: String,
    pub document_name: Option<String>,
    pub document_text: Option<String>,
    pub created_at: i64,
    pub created_by: Option<String>,
}

const COLUMNS: &str =
    "id, unit_id, plan_id, name, adopts, from_on, until_on, ended_at, revision";

/// All campaigns, the oldest first.
pub async fn campaigns(conn: &mut AnyConnection) -> Result<Vec<Campaign>, StorageError> {
    let text = format!("select {COLUMNS} from campaign order by id");
    let rows = sqlx::query(sqlx::AssertSqlSafe(text)).fetch_all(conn).await?;
    rows.iter().map(campaign).collect()
}

pub async fn campaign_by_id(
    conn: &mut AnyConnection,
    id: &str,
) -> Result<Option<Campaign>, StorageError> {
    let text = format!("select {COLUMNS} from campaign where id = $1");
    let row =
        sqlx::query(sqlx::AssertSqlSafe(text)).bind(id.to_owned()).fetch_optional(conn).await?;
    row.as_ref().map(campaign).transpose()
}

fn campaign(row: &AnyRow) -> Result<Campaign, StorageError> {
    Ok(Campaign {
        id: row.try_get(0)?,
        unit: row.try_get(1)?,
        plan: row.try_get(2)?,
        name: row.try_get(3)?,
        adopts: row.try_get(4)?,
        from_on: row.try_get(5)?,
        until_on: row.try_get(6)?,
        ended_at: row.try_get(7)?,
        revision: row.try_get(8)?,
    })
}

/// Starts a campaign with the first version of its plan. A unit runs a plan
/// once: a second campaign of the same plan violates a unique key.
pub async fn start(
    tx: &mut Tx,
    permit: &Permit,
    it: &Campaign,
    first: &PlanVersion,
) -> Result<(), StorageError> {
    sqlx::query(
        "insert into campaign (id, unit_id, plan_id, name, adopts, from_on, until_on)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(it.id.clone())
    .bind(it.unit.clone())
    .bind(it.plan.clone())
    .bind(it.name.clone())
    .bind(it.adopts.clone())
    .bind(it.from_on.clone())
    .bind(it.until_on.clone())
    .execute(tx.conn())
    .await?;
    insert_version(tx, first).await?;
    let object = format!("campaign/{}", it.id);
    let detail = format!("{}，{} 至 {}", it.name, it.from_on, it.until_on);
    tx.audit(permit, "start-campaign", Change { object: &object, detail });
    Ok(())
}

/// Adds a version. `it` is the campaign as it was read, with the name and dates
/// that the new version gives it.
pub async fn amend(
    tx: &mut Tx,
    permit: &Permit,
    it: &Campaign,
    version: &PlanVersion,
) -> Result<(), StorageError> {
    save(tx, it).await?;
    insert_version(tx, version).await?;
    let object = format!("campaign/{}", it.id);
    let detail = format!("第 {} 版，自 {} 起施行", version.version, version.in_force_on);
    tx.audit(permit, "amend-plan", Change { object: &object, detail });
    Ok(())
}

/// Ends a campaign: it asks for nothing more, and stays readable.
pub async fn end(
    tx: &mut Tx,
    permit: &Permit,
    it: &Campaign,
    reason: &str,
) -> Result<(), StorageError> {
    let ended = Campaign { ended_at: Some(tx.at()), ..it.clone() };
    save(tx, &ended).await?;
    let object = format!("campaign/{}", it.id);
    tx.audit(
        permit,
        "end-campaign",
        Change { object: &object, detail: format!("{}：{reason}", it.name) },
    );
    Ok(())
}

async fn save(tx: &mut Tx, it: &Campaign) -> Result<(), StorageError> {
    let saved = sqlx::query(
        "update campaign set name = $3, from_on = $4, until_on = $5, ended_at = $6,
            revision = revision + 1
         where id = $1 and revision = $2 and ended_at is null",
    )
    .bind(it.id.clone())
    .bind(it.revision)
    .bind(it.name.clone())
    .bind(it.from_on.clone())
    .bind(it.until_on.clone())
    .bind(it.ended_at)
    .execute(tx.conn())
    .await?
    .rows_affected();
    if saved == 1 {
        Ok(())
    } else {
        Err(StorageError::Conflict { table: "campaign", id: it.id.clone() })
    }
}

async fn insert_version(tx: &mut Tx, it: &PlanVersion) -> Result<(), StorageError> {
    sqlx::query(
        "insert into plan_version (id, campaign_id, version, in_force_on, text, document_name,
            document_text, created_at, created_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(it.id.clone())
    .bind(it.campaign.clone())
    .bind(it.version)
    .bind(it.in_force_on.clone())
    .bind(it.text.clone())
    .bind(it.document_name.clone())
    .bind(it.document_text.clone())
    .bind(it.created_at)
    .bind(it.created_by.clone())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The versions of a campaign's plan, or of all if `campaign` is empty, by
/// campaign and number; without the official document's text.
pub async fn versions(
    conn: &mut AnyConnection,
    campaign: &str,
) -> Result<Vec<PlanVersion>, StorageError> {
    let rows = sqlx::query(
        "select id, campaign_id, version, in_force_on, text, document_name, created_at,
            created_by
         from plan_version where $1 = '' or campaign_id = $1 order by campaign_id, version",
    )
    .bind(campaign.to_owned())
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(PlanVersion {
                id: row.try_get(0)?,
                campaign: row.try_get(1)?,
                version: row.try_get(2)?,
                in_force_on: row.try_get(3)?,
                text: row.try_get(4)?,
                document_name: row.try_get(5)?,
                document_text: None,
                created_at: row.try_get(6)?,
                created_by: row.try_get(7)?,
            })
        })
        .collect()
}

/// The official document that a version was read from, if it was kept.
pub async fn document(
    conn: &mut AnyConnection,
    campaign: &str,
    version: i64,
) -> Result<Option<String>, StorageError> {
    let row = sqlx::query(
        "select document_text from plan_version where campaign_id = $1 and version = $2",
    )
    .bind(campaign.to_owned())
    .bind(version)
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| row.try_get::<Option<String>, _>(0)).transpose()?.flatten())
}
