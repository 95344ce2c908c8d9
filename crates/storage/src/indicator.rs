//! Readings of indicators: what a unit measured on a day, as it was known.

use campaign::access::Permit;
use campaign::indicator::readings::Measure;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

use crate::{Change, StorageError, Tx};

/// A reading as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    pub id: String,
    pub campaign: String,
    pub indicator: String,
    pub unit: String,
    pub on_date: String,
    pub measure: Measure,
    /// Where the figures are from, in the words of who entered them.
    pub source: String,
    pub entered_at: i64,
    /// None: the house.
    pub account: Option<String>,
    pub account_name: Option<String>,
    pub withdrawn_at: Option<i64>,
}

/// Which readings count: of these indicators, measured in this span of days, as
/// they were known at an instant.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    pub campaign: &'a str,
    pub indicators: &'a [&'a str],
    pub from: &'a str,
    pub until: &'a str,
    pub known_at: i64,
}

const COLUMNS: &str = "r.id, r.campaign_id, r.indicator, r.unit_id, r.on_date, r.part, r.whole,
    r.source, r.entered_at, r.account_id, r.withdrawn_at";

/// Keeps readings; one audit line for all.
pub async fn insert_many(
    tx: &mut Tx,
    permit: &Permit,
    readings: &[Reading],
) -> Result<(), StorageError> {
    crate::bulk::insert_rows(
        tx.conn(),
        "insert into indicator_reading (id, campaign_id, indicator, unit_id, on_date, part,
            whole, source, entered_at, account_id)
         values ",
        10,
        readings,
        |query, it| {
            query
                .bind(it.id.clone())
                .bind(it.campaign.clone())
                .bind(it.indicator.clone())
                .bind(it.unit.clone())
                .bind(it.on_date.clone())
                .bind(it.measure.part)
                .bind(it.measure.whole)
                .bind(it.source.clone())
                .bind(it.entered_at)
                .bind(it.account.clone())
        },
    )
    .await?;
    let Some(first) = readings.first() else { return Ok(()) };
    let object = format!("unit/{}", first.unit);
    let detail = match readings {
        [one] => format!("{} {} {}", one.indicator, one.on_date, one.measure),
        many => format!("{} 条", many.len()),
    };
    tx.audit(permit, "measure", Change { object: &object, detail });
    Ok(())
}

/// Takes one back; it stays for the dates on which it was known.
pub async fn withdraw(tx: &mut Tx, permit: &Permit, it: &Reading) -> Result<(), StorageError> {
    let at = tx.at();
    let done = sqlx::query(
        "update indicator_reading set withdrawn_at = $1, withdrawn_by = $2
         where id = $3 and withdrawn_at is null",
    )
    .bind(at)
    .bind(permit.account().map(str::to_owned))
    .bind(it.id.clone())
    .execute(tx.conn())
    .await?;
    if done.rows_affected() != 1 {
        return Err(StorageError::Conflict { table: "indicator_reading", id: it.id.clone() });
    }
    let object = format!("unit/{}", it.unit);
    let detail = format!("{} {} {}", it.indicator, it.on_date, it.measure);
    tx.audit(permit, "withdraw-measure", Change { object: &object, detail });
    Ok(())
}

pub async fn by_id(
    conn: &mut AnyConnection,
    id: &str,
) -> Result<Option<Reading>, StorageError> {
    let text = format!("select {COLUMNS}, null from indicator_reading r where r.id = $1");
    let row =
        sqlx::query(sqlx::AssertSqlSafe(text)).bind(id.to_owned()).fetch_optional(conn).await?;
    row.as_ref().map(reading).transpose()
}

/// The newest reading of each unit in the span, for each indicator.
pub async fn latest(
    conn: &mut AnyConnection,
    asked: Asked<'_>,
) -> Result<Vec<Reading>, StorageError> {
    let text = format!(
        "select {COLUMNS}, null from (
            select r.*, row_number() over (partition by r.indicator, r.unit_id
                order by r.on_date desc, r.entered_at desc, r.id desc) as place
            from indicator_reading r where {}
         ) r where r.place = 1",
        known(asked.indicators.len())
    );
    fetch(conn, &text, asked).await
}

/// Every reading of the span, in the order in which they were measured.
pub async fn all(
    conn: &mut AnyConnection,
    asked: Asked<'_>,
) -> Result<Vec<Reading>, StorageError> {
    let text = format!(
        "select {COLUMNS}, null from indicator_reading r where {}
         order by r.on_date, r.entered_at, r.id",
        known(asked.indicators.len())
    );
    fetch(conn, &text, asked).await
}

/// What one unit entered, the newest first, withdrawn ones too.
pub async fn of_unit(
    conn: &mut AnyConnection,
    (campaign, indicator, unit): (&str, &str, &str),
    limit: i64,
) -> Result<Vec<Reading>, StorageError> {
    let text = format!(
        "select {COLUMNS}, a.display_name from indicator_reading r
         left join account a on a.id = r.account_id
         where r.campaign_id = $1 and r.indicator = $2 and r.unit_id = $3
         order by r.on_date desc, r.entered_at desc, r.id desc limit $4"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(campaign.to_owned())
        .bind(indicator.to_owned())
        .bind(unit.to_owned())
        .bind(limit)
        .fetch_all(conn)
        .await?;
    rows.iter().map(reading).collect()
}

/// `$1` to `$5` are the campaign, the span and twice the instant; the indicators
/// follow.
fn known(indicators: usize) -> String {
    let places: Vec<String> = (0..indicators).map(|i| format!("${}", i + 6)).collect();
    format!(
        "r.campaign_id = $1 and r.on_date >= $2 and r.on_date <= $3 and r.entered_at <= $4
            and (r.withdrawn_at is null or r.withdrawn_at > $5)
            and r.indicator in ({})",
        places.join(", ")
    )
}

async fn fetch(
    conn: &mut AnyConnection,
    text: &str,
    asked: Asked<'_>,
) -> Result<Vec<Reading>, StorageError> {
    if asked.indicators.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = sqlx::query(sqlx::AssertSqlSafe(text.to_owned()))
        .bind(asked.campaign.to_owned())
        .bind(asked.from.to_owned())
        .bind(asked.until.to_owned())
        .bind(asked.known_at)
        .bind(asked.known_at);
    for indicator in asked.indicators {
        query = query.bind((*indicator).to_owned());
    }
    let rows = query.fetch_all(conn).await?;
    rows.iter().map(reading).collect()
}

fn reading(row: &AnyRow) -> Result<Reading, StorageError> {
    Ok(Reading {
        id: row.try_get(0)?,
        campaign: row.try_get(1)?,
        indicator: row.try_get(2)?,
        unit: row.try_get(3)?,
        on_date: row.try_get(4)?,
        measure: Measure { part: row.try_get(5)?, whole: row.try_get(6)? },
        source: row.try_get(7)?,
        entered_at: row.try_get(8)?,
        account: row.try_get(9)?,
        withdrawn_at: row.try_get(10)?,
        account_name: row.try_get(11)?,
    })
}
