//! The files of a version: short films, pictures, things to take along.

use campaign::access::Permit;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

use super::{Material, Version, inconsistent};
use crate::evidence::Kind;
use crate::{StorageError, Tx};

/// One file of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    /// Its number, for the whole life of the material.
    pub place: i64,
    pub kind: Kind,
    pub name: String,
    pub media_type: String,
    pub size_bytes: i64,
    pub sha256: String,
    pub thumbnail_sha256: Option<String>,
    /// What is to be seen or heard, for those who cannot.
    pub caption: String,
}

const COLUMNS: &str =
    "place, kind, name, media_type, size_bytes, sha256, thumbnail_sha256, caption";

/// Puts a file to the open version; its place is given here.
pub async fn attach(
    tx: &mut Tx,
    permit: &Permit,
    (it, version): (&Material, &Version),
    file: &Attached,
) -> Result<(), StorageError> {
    super::save(tx, permit, (it, version), ("attach", Some(&file.name))).await?;
    sqlx::query(
        "insert into material_file (material_id, version, place, kind, name, media_type,
            size_bytes, sha256, thumbnail_sha256, caption)
         values ($1, $2, $10, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(it.id.clone())
    .bind(version.version)
    .bind(file.kind.code())
    .bind(file.name.clone())
    .bind(file.media_type.clone())
    .bind(file.size_bytes)
    .bind(file.sha256.clone())
    .bind(file.thumbnail_sha256.clone())
    .bind(file.caption.clone())
    // Every change has a revision of its own: a place is never given twice.
    .bind(it.revision)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Takes a file off the open version; earlier versions keep it.
pub async fn detach(
    tx: &mut Tx,
    permit: &Permit,
    (it, version): (&Material, &Version),
    file: &Attached,
) -> Result<(), StorageError> {
    super::save(tx, permit, (it, version), ("detach", Some(&file.name))).await?;
    sqlx::query(
        "delete from material_file where material_id = $1 and version = $2 and place = $3",
    )
    .bind(it.id.clone())
    .bind(version.version)
    .bind(file.place)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A new version begins with the files of the one before.
pub(super) async fn carry(tx: &mut Tx, id: &str, version: i64) -> Result<(), StorageError> {
    let text = format!(
        "insert into material_file (material_id, version, {COLUMNS})
         select material_id, version + 1, {COLUMNS} from material_file
         where material_id = $1 and version = $2"
    );
    sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(id.to_owned())
        .bind(version - 1)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The files of a version, in the order in which they came.
pub async fn files(
    conn: &mut AnyConnection,
    id: &str,
    version: i64,
) -> Result<Vec<Attached>, StorageError> {
    let text = format!(
        "select {COLUMNS} from material_file
         where material_id = $1 and version = $2 order by place limit 100"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(id.to_owned())
        .bind(version)
        .fetch_all(conn)
        .await?;
    rows.iter().map(|row| attached(row, id)).collect()
}

fn attached(row: &AnyRow, id: &str) -> Result<Attached, StorageError> {
    let kind: String = row.try_get(1)?;
    Ok(Attached {
        place: row.try_get(0)?,
        kind: Kind::from_code(&kind)
            .ok_or_else(|| inconsistent("material_file", "kind", id))?,
        name: row.try_get(2)?,
        media_type: row.try_get(3)?,
        size_bytes: row.try_get(4)?,
        sha256: row.try_get(5)?,
        thumbnail_sha256: row.try_get(6)?,
        caption: row.try_get(7)?,
    })
}
