//! Figures of what is asked, and surges that were told of. What may be shown of
//! them is decided in `campaign::consultation::trend`.

use campaign::access::Permit;
use sqlx::{AnyConnection, Row as _};

use crate::{Change, StorageError, Tx};

/// How often a type was asked about in one week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weekly {
    pub week_on: String,
    /// `none` where nothing was found, `unsorted` where no type was.
    pub fraud_type: String,
    pub count: u32,
}

const TYPE: &str = "case when c.outcome = 'none' then 'none'
    else coalesce(c.fraud_type, 'unsorted') end";

/// The raw figures at a unit and below it, weeks from `from` to `until`.
pub async fn weekly(
    conn: &mut AnyConnection,
    top: &str,
    from: &str,
    until: &str,
) -> Result<Vec<Weekly>, StorageError> {
    let text = format!(
        "select c.week_on, {TYPE}, count(*) from unit_ancestor u
         join consultation c on c.unit_id = u.unit_id
         where u.ancestor_id = $1 and c.week_on >= $2 and c.week_on <= $3
         group by c.week_on, {TYPE} order by c.week_on, 2"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(top.to_owned())
        .bind(from.to_owned())
        .bind(until.to_owned())
        .fetch_all(conn)
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Weekly {
                week_on: row.try_get(0)?,
                fraud_type: row.try_get(1)?,
                count: figure(row, 2)?,
            })
        })
        .collect()
}

/// How often was asked in each unit directly below `top`, with what is below
/// it.
pub async fn by_child(
    conn: &mut AnyConnection,
    top: &str,
    from: &str,
    until: &str,
) -> Result<Vec<(String, u32)>, StorageError> {
    let rows = sqlx::query(
        "select n.id, count(*) from unit n
         join unit_ancestor u on u.ancestor_id = n.id
         join consultation c on c.unit_id = u.unit_id
         where n.parent_id = $1 and c.week_on >= $2 and c.week_on <= $3
         group by n.id order by n.id",
    )
    .bind(top.to_owned())
    .bind(from.to_owned())
    .bind(until.to_owned())
    .fetch_all(conn)
    .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, figure(row, 1)?))).collect()
}

/// Notes a surge; false if it was noted before.
pub async fn note_surge(
    tx: &mut Tx,
    permit: &Permit,
    (unit, fraud_type, week_on): (&str, &str, &str),
    material: Option<&str>,
) -> Result<bool, StorageError> {
    let at = tx.at();
    let noted = sqlx::query(
        "insert into consult_surge (unit_id, fraud_type, week_on, at, material_id)
         values ($1, $2, $3, $4, $5) on conflict (unit_id, fraud_type, week_on) do nothing",
    )
    .bind(unit.to_owned())
    .bind(fraud_type.to_owned())
    .bind(week_on.to_owned())
    .bind(at)
    .bind(material.map(str::to_owned))
    .execute(tx.conn())
    .await?
    .rows_affected();
    if noted == 1 {
        let object = format!("unit/{unit}/surge");
        let detail = format!("{fraud_type} {week_on}");
        tx.audit(permit, "surge", Change { object: &object, detail });
    }
    Ok(noted == 1)
}

/// A surge that was told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surge {
    pub unit: String,
    pub fraud_type: String,
    pub week_on: String,
    pub at: i64,
    pub material: Option<String>,
}

/// Surges of exactly this unit since a week, the newest first.
pub async fn surges(
    conn: &mut AnyConnection,
    unit: &str,
    since: &str,
) -> Result<Vec<Surge>, StorageError> {
    let rows = sqlx::query(
        "select unit_id, fraud_type, week_on, at, material_id from consult_surge
         where unit_id = $1 and week_on >= $2 order by week_on desc, fraud_type limit 100",
    )
    .bind(unit.to_owned())
    .bind(since.to_owned())
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Surge {
                unit: row.try_get(0)?,
                fraud_type: row.try_get(1)?,
                week_on: row.try_get(2)?,
                at: row.try_get(3)?,
                material: row.try_get(4)?,
            })
        })
        .collect()
}

fn figure(row: &sqlx::any::AnyRow, at: usize) -> Result<u32, StorageError> {
    let count: i64 = row.try_get(at)?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}
