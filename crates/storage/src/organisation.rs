//! The tree of units: reading it whole for the live state, and its changes.

mod edit;

use campaign::access::Permit;
use campaign::plan::{Stage, UnitKind};
use sqlx::{AnyConnection, Row as _};

use crate::{Change, StorageError, Tx};

pub use edit::{Past, close, history, insert_units_many, move_people, people_in, save};

/// A node of the tree as it stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    pub id: String,
    pub parent: Option<String>,
    pub kind: UnitKind,
    pub stage: Option<Stage>,
    pub name: String,
    pub code: Option<String>,
    pub town: Option<String>,
    pub position: i64,
    pub opened_on: Option<String>,
    pub closed_on: Option<String>,
    pub merged_into: Option<String>,
    pub revision: i64,
}

impl Unit {
    /// A unit of which nothing else is known.
    pub fn new(
        id: impl Into<String>,
        parent: Option<String>,
        kind: UnitKind,
        name: impl Into<String>,
    ) -> Self {
        Self {
            id: id.into(),
            parent,
            kind,
            stage: None,
            name: name.into(),
            code: None,
            town: None,
            position: 0,
            opened_on: None,
            closed_on: None,
            merged_into: None,
            revision: 1,
        }
    }
}

const COLUMNS: &str = "id, parent_id, kind, stage, name, code, town, position, opened_on,
    closed_on, merged_into, revision";

/// All units, parents before children where ids are made in time order.
pub async fn units(conn: &mut AnyConnection) -> Result<Vec<Unit>, StorageError> {
    let text = format!("select {COLUMNS} from unit order by id");
    let rows = sqlx::query(sqlx::AssertSqlSafe(text)).fetch_all(conn).await?;
    rows.iter().map(unit).collect()
}

pub async fn unit_by_id(
    conn: &mut AnyConnection,
    id: &str,
) -> Result<Option<Unit>, StorageError> {
    let text = format!("select {COLUMNS} from unit where id = $1");
    let row =
        sqlx::query(sqlx::AssertSqlSafe(text)).bind(id.to_owned()).fetch_optional(conn).await?;
    row.as_ref().map(unit).transpose()
}

/// The unit itself and all above it, nearest first.
pub async fn above(conn: &mut AnyConnection, id: &str) -> Result<Vec<String>, StorageError> {
    let rows =
        sqlx::query("select ancestor_id from unit_ancestor where unit_id = $1 order by depth")
            .bind(id.to_owned())
            .fetch_all(conn)
            .await?;
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
}

/// Adds one unit under its parent.
pub async fn insert_unit(tx: &mut Tx, permit: &Permit, it: &Unit) -> Result<(), StorageError> {
    sqlx::query(
        "insert into unit (id, parent_id, kind, stage, name, code, town, position, opened_on,
            closed_on, merged_into)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(it.id.clone())
    .bind(it.parent.clone())
    .bind(it.kind.code().to_owned())
    .bind(it.stage.map(|stage| stage.code().to_owned()))
    .bind(it.name.clone())
    .bind(it.code.clone())
    .bind(it.town.clone())
    .bind(it.position)
    .bind(it.opened_on.clone())
    .bind(it.closed_on.clone())
    .bind(it.merged_into.clone())
    .execute(tx.conn())
    .await?;
    sqlx::query(
        "insert into unit_ancestor (unit_id, ancestor_id, depth)
         select $1, $1, 0
         union all
         select $1, ancestor_id, depth + 1 from unit_ancestor where unit_id = $2",
    )
    .bind(it.id.clone())
    .bind(it.parent.clone())
    .execute(tx.conn())
    .await?;
    let object = format!("unit/{}", it.id);
    tx.audit(permit, "create", Change { object: &object, detail: it.name.clone() });
    Ok(())
}

pub(crate) fn unit(row: &sqlx::any::AnyRow) -> Result<Unit, StorageError> {
    let id: String = row.try_get(0)?;
    let bad = |column| StorageError::Inconsistent { table: "unit", column, id: id.clone() };
    let kind: String = row.try_get(2)?;
    let stage: Option<String> = row.try_get(3)?;
    Ok(Unit {
        kind: UnitKind::from_code(&kind).ok_or_else(|| bad("kind"))?,
        stage: stage
            .map(|stage| Stage::from_code(&stage).ok_or_else(|| bad("stage")))
            .transpose()?,
        parent: row.try_get(1)?,
        name: row.try_get(4)?,
        code: row.try_get(5)?,
        town: row.try_get(6)?,
        position: row.try_get(7)?,
        opened_on: row.try_get(8)?,
        closed_on: row.try_get(9)?,
        merged_into: row.try_get(10)?,
        revision: row.try_get(11)?,
        id,
    })
}
