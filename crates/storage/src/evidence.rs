//! Proof attached to records: what each file is. The bytes lie in the file
//! store under their hash.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

use crate::StorageError;
use crate::bulk::insert_rows;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Photo,
    Video,
    Audio,
    File,
}

impl Kind {
    pub const ALL: [Self; 4] = [Self::Photo, Self::Video, Self::Audio, Self::File];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Photo => "photo",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::File => "file",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// One file of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    pub id: String,
    pub unit: String,
    pub kind: Kind,
    /// As the sender called it; never used as a path.
    pub name: String,
    pub media_type: String,
    pub size_bytes: i64,
    pub sha256: String,
    pub thumbnail_sha256: Option<String>,
    /// From the picture's own notes, local time as `2022-03-01T09:05:00`.
    pub taken_at: Option<String>,
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
    pub uploaded_at: i64,
    pub uploaded_by: String,
}

const COLUMNS: &str = "id, unit_id, kind, name, media_type, size_bytes, sha256,
    thumbnail_sha256, taken_at, latitude, longitude, uploaded_at, uploaded_by";

/// Called by the insert of records, under its permit.
pub(crate) async fn insert(
    conn: &mut AnyConnection,
    rows: &[(&str, &Evidence)],
) -> Result<(), StorageError> {
    insert_rows(
        conn,
        "insert into evidence (record_id, id, unit_id, kind, name, media_type, size_bytes,
            sha256, thumbnail_sha256, taken_at, latitude, longitude, uploaded_at, uploaded_by)
         values ",
        14,
        rows,
        |query, (record, it)| {
            query
                .bind((*record).to_owned())
                .bind(it.id.clone())
                .bind(it.unit.clone())
                .bind(it.kind.code().to_owned())
                .bind(it.name.clone())
                .bind(it.media_type.clone())
                .bind(it.size_bytes)
                .bind(it.sha256.clone())
                .bind(it.thumbnail_sha256.clone())
                .bind(it.taken_at.clone())
                .bind(it.latitude)
                .bind(it.longitude)
                .bind(it.uploaded_at)
                .bind(it.uploaded_by.clone())
        },
    )
    .await?;
    Ok(())
}

pub async fn of_record(
    conn: &mut AnyConnection,
    record: &str,
) -> Result<Vec<Evidence>, StorageError> {
    let text = format!("select {COLUMNS} from evidence where record_id = $1 order by id");
    let rows =
        sqlx::query(sqlx::AssertSqlSafe(text)).bind(record.to_owned()).fetch_all(conn).await?;
    rows.iter().map(evidence).collect()
}

/// One file with the record that it belongs to.
pub async fn by_id(
    conn: &mut AnyConnection,
    id: &str,
) -> Result<Option<(Evidence, Option<String>)>, StorageError> {
    let text = format!("select {COLUMNS}, record_id from evidence where id = $1");
    let row =
        sqlx::query(sqlx::AssertSqlSafe(text)).bind(id.to_owned()).fetch_optional(conn).await?;
    row.map(|row| Ok((evidence(&row)?, row.try_get(13)?))).transpose()
}

/// The first use of the same bytes by an earlier record: its file and record.
/// What this unit took back or had returned does not count: handing it in
/// again is no reuse.
pub async fn first_use(
    conn: &mut AnyConnection,
    sha256: &str,
    record: &str,
) -> Result<Option<(String, String)>, StorageError> {
    let row = sqlx::query(
        "select e.id, e.record_id from evidence e
         join record r on r.id = e.record_id
         join record n on n.id = $2
         where e.sha256 = $1 and r.first_seq < n.first_seq
           and not (r.unit_id = n.unit_id and r.voided_at is not null)
         order by r.first_seq limit 1",
    )
    .bind(sha256.to_owned())
    .bind(record.to_owned())
    .fetch_optional(conn)
    .await?;
    row.map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).transpose()
}

fn evidence(row: &AnyRow) -> Result<Evidence, StorageError> {
    let id: String = row.try_get(0)?;
    let kind: String = row.try_get(2)?;
    Ok(Evidence {
        unit: row.try_get(1)?,
        kind: Kind::from_code(&kind).ok_or_else(|| StorageError::Inconsistent {
            table: "evidence",
            column: "kind",
            id: id.clone(),
        })?,
        name: row.try_get(3)?,
        media_type: row.try_get(4)?,
        size_bytes: row.try_get(5)?,
        sha256: row.try_get(6)?,
        thumbnail_sha256: row.try_get(7)?,
        taken_at: row.try_get(8)?,
        latitude: row.try_get(9)?,
        longitude: row.try_get(10)?,
        uploaded_at: row.try_get(11)?,
        uploaded_by: row.try_get(12)?,
        id,
    })
}
