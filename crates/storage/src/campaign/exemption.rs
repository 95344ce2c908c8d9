//! Exemptions by hand: who need not do what, and why.

use campaign::access::Permit;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

use crate::bulk::like;
use crate::narrow::{Clauses, Order, Part, Shape};
use crate::{Change, StorageError, Tx};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exemption {
    pub id: String,
    pub campaign: String,
    pub duty: String,
    /// A unit's or a person's id.
    pub subject: String,
    /// The unit itself, or that of the person.
    pub unit: String,
    /// None: every period.
    pub period_start: Option<String>,
    pub reason: String,
    pub granted_at: i64,
    pub granted_by: Option<String>,
    pub revoked_at: Option<i64>,
}

/// Which exemptions a reader asks for. An empty field does not narrow.
#[derive(Debug, Clone, Default)]
pub struct Narrow {
    /// Those of this unit and below.
    pub scope: String,
    pub campaign: String,
    pub duty: String,
    /// Also those that were revoked.
    pub revoked: bool,
    /// In the reason, and, if they may be seen, in persons' names.
    pub search: String,
    pub with_names: bool,
    pub order: Order<ExemptionKey>,
}

/// By what exemptions are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ExemptionKey {
    /// When they were granted.
    #[default]
    Granted,
    Duty,
    Period,
}

impl ExemptionKey {
    const fn column(self) -> &'static str {
        match self {
            Self::Granted => "@.id",
            Self::Duty => "@.duty",
            Self::Period => "@.period_start",
        }
    }
}

const COLUMNS: &str = "id, campaign_id, duty, subject_id, unit_id, period_start, reason,
    granted_at, granted_by, revoked_at";

pub async fn grant_exemption(
    tx: &mut Tx,
    permit: &Permit,
    it: &Exemption,
) -> Result<(), StorageError> {
    sqlx::query(
        "insert into exemption (id, campaign_id, duty, subject_id, unit_id, period_start,
            reason, granted_at, granted_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(it.id.clone())
    .bind(it.campaign.clone())
    .bind(it.duty.clone())
    .bind(it.subject.clone())
    .bind(it.unit.clone())
    .bind(it.period_start.clone().unwrap_or_default())
    .bind(it.reason.clone())
    .bind(it.granted_at)
    .bind(it.granted_by.clone())
    .execute(tx.conn())
    .await?;
    let object = format!("exemption/{}", it.id);
    let detail = format!("{} {}：{}", it.duty, it.subject, it.reason);
    tx.audit(permit, "grant", Change { object: &object, detail });
    Ok(())
}

pub async fn revoke_exemption(
    tx: &mut Tx,
    permit: &Permit,
    id: &str,
) -> Result<(), StorageError> {
    let revoked = sqlx::query(
        "update exemption set revoked_at = $2 where id = $1 and revoked_at is null",
    )
    .bind(id.to_owned())
    .bind(tx.at())
    .execute(tx.conn())
    .await?
    .rows_affected();
    if revoked != 1 {
        return Err(StorageError::Conflict { table: "exemption", id: id.to_owned() });
    }
    let object = format!("exemption/{id}");
    tx.audit(permit, "revoke", Change { object: &object, detail: String::new() });
    Ok(())
}

pub async fn exemption_by_id(
    conn: &mut AnyConnection,
    id: &str,
) -> Result<Option<Exemption>, StorageError> {
    let text = format!("select {COLUMNS} from exemption where id = $1");
    let row =
        sqlx::query(sqlx::AssertSqlSafe(text)).bind(id.to_owned()).fetch_optional(conn).await?;
    row.as_ref().map(exemption).transpose()
}

/// All exemptions, revoked ones too: the live state needs what held when.
pub async fn exemptions(conn: &mut AnyConnection) -> Result<Vec<Exemption>, StorageError> {
    let text = format!("select {COLUMNS} from exemption order by id");
    let rows = sqlx::query(sqlx::AssertSqlSafe(text)).fetch_all(conn).await?;
    rows.iter().map(exemption).collect()
}

/// A part of the exemptions that fit.
pub async fn exemptions_page(
    conn: &mut AnyConnection,
    narrow: &Narrow,
    part: Part<'_>,
) -> Result<Vec<Exemption>, StorageError> {
    let mut clauses = Clauses::from("exemption e");
    clauses.optional(
        "exists (select 1 from unit_ancestor a
            where a.unit_id = e.unit_id and a.ancestor_id = {})",
        Some(&narrow.scope),
    );
    clauses.optional("e.campaign_id = {}", Some(&narrow.campaign));
    clauses.optional("e.duty = {}", Some(&narrow.duty));
    if !narrow.revoked {
        clauses.add("e.revoked_at is null".to_owned());
    }
    let search = narrow.search.trim();
    if !search.is_empty() {
        let condition = if narrow.with_names {
            "(e.reason like {} escape '\\' or exists (select 1 from person p
                where p.id = e.subject_id and p.name like {} escape '\\'))"
        } else {
            "e.reason like {} escape '\\'"
        };
        clauses.equal(condition, &format!("%{}%", like(search)));
    }
    let shape = Shape { columns: COLUMNS, table: "exemption", alias: "e", joins: "" };
    let by = narrow.order.by(ExemptionKey::column);
    let rows = clauses.page(conn, shape, by, part).await?;
    rows.iter().map(exemption).collect()
}

fn exemption(row: &AnyRow) -> Result<Exemption, StorageError> {
    let period_start: String = row.try_get(5)?;
    Ok(Exemption {
        id: row.try_get(0)?,
        campaign: row.try_get(1)?,
        duty: row.try_get(2)?,
        subject: row.try_get(3)?,
        unit: row.try_get(4)?,
        period_start: Some(period_start).filter(|start| !start.is_empty()),
        reason: row.try_get(6)?,
        granted_at: row.try_get(7)?,
        granted_by: row.try_get(8)?,
        revoked_at: row.try_get(9)?,
    })
}
