//! Signatures by which near-duplicates are found, and how far the search for
//! them has got.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use campaign::access::Permit;
use sqlx::{AnyConnection, Row as _};

use crate::bulk::{insert_rows, insert_rows_with};
use crate::{StorageError, Tx};

/// A signature of something handed in.
#[derive(Debug, Clone)]
pub struct Likeness {
    pub id: String,
    pub record: String,
    pub of: Of,
}

#[derive(Debug, Clone)]
pub enum Of {
    Photo { evidence: String, sketch: Vec<u8>, print: Vec<u8> },
    Text { signature: Vec<u8>, bands: Vec<i64> },
}

/// A text that shares a band with another.
#[derive(Debug, Clone)]
pub struct TextNear {
    pub record: String,
    pub signature: Vec<u8>,
}

/// Keeps signatures. They say nothing that the records do not, so they are
/// not audited one by one.
pub async fn insert(
    tx: &mut Tx,
    _permit: &Permit,
    rows: &[Likeness],
) -> Result<(), StorageError> {
    insert_rows(
        tx.conn(),
        "insert into likeness (id, source, record_id, evidence_id, signature, detail) values ",
        6,
        rows,
        |query, it| {
            let (source, evidence, signature, detail) = match &it.of {
                Of::Photo { evidence, sketch, print } => {
                    ("photo", Some(evidence.clone()), sketch, Some(STANDARD.encode(print)))
                }
                Of::Text { signature, .. } => ("text", None, signature, None),
            };
            query
                .bind(it.id.clone())
                .bind(source.to_owned())
                .bind(it.record.clone())
                .bind(evidence)
                .bind(STANDARD.encode(signature))
                .bind(detail)
        },
    )
    .await?;
    let bands: Vec<(&str, i64, i64)> = rows
        .iter()
        .filter_map(|it| match &it.of {
            Of::Text { bands, .. } => Some((it.id.as_str(), bands)),
            Of::Photo { .. } => None,
        })
        .flat_map(|(id, bands)| {
            (0_i64..).zip(bands).map(move |(band, value)| (id, band, *value))
        })
        .collect();
    insert_rows_with(
        tx.conn(),
        "insert into likeness_band (source, band, value, likeness_id) values ",
        "on conflict do nothing",
        4,
        &bands,
        |query, (id, band, value)| {
            query.bind("text".to_owned()).bind(*band).bind(*value).bind((*id).to_owned())
        },
    )
    .await?;
    Ok(())
}

/// The texts of other records that share a band, the earliest first.
pub async fn texts_near(
    conn: &mut AnyConnection,
    record: &str,
    bands: &[i64],
    limit: i64,
) -> Result<Vec<TextNear>, StorageError> {
    if bands.is_empty() {
        return Ok(Vec::new());
    }
    // `union` instead of `or`: each arm is one look-up in the index, which holds
    // the ids in order; a phrase that everybody writes must not be read whole.
    let arms: Vec<String> = (0..bands.len())
        .map(|band| {
            format!(
                "select likeness_id from (select likeness_id from likeness_band
                 where source = 'text' and band = {band} and value = ${}
                 order by likeness_id limit ${}) b{band}",
                band + 1,
                bands.len() + 2
            )
        })
        .collect();
    let text = format!(
        "select l.record_id, l.signature from ({}) near
         join likeness l on l.id = near.likeness_id
         where l.record_id <> ${} order by l.id limit ${}",
        arms.join(" union "),
        bands.len() + 1,
        bands.len() + 2
    );
    let mut query = sqlx::query(sqlx::AssertSqlSafe(text));
    for value in bands {
        query = query.bind(*value);
    }
    let rows = query.bind(record.to_owned()).bind(limit).fetch_all(conn).await?;
    rows.iter()
        .map(|row| Ok(TextNear { record: row.try_get(0)?, signature: bytes(row, 1)? }))
        .collect()
}

/// A picture's sketch and where it stands.
#[derive(Debug, Clone)]
pub struct PhotoSketch {
    /// The key to go on after.
    pub id: String,
    pub evidence: String,
    pub record: String,
    pub sketch: Vec<u8>,
}

/// The sketches of all pictures, in pages, in the order in which they came.
pub async fn photos(
    conn: &mut AnyConnection,
    after: &str,
    limit: i64,
) -> Result<Vec<PhotoSketch>, StorageError> {
    let rows = sqlx::query(
        "select id, evidence_id, record_id, signature from likeness
         where source = 'photo' and id > $1 order by id limit $2",
    )
    .bind(after.to_owned())
    .bind(limit)
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(PhotoSketch {
                id: row.try_get(0)?,
                evidence: row.try_get(1)?,
                record: row.try_get(2)?,
                sketch: bytes(row, 3)?,
            })
        })
        .collect()
}

/// The print of a picture: what confirms that two are one.
pub async fn print_of(
    conn: &mut AnyConnection,
    evidence: &str,
    record: &str,
) -> Result<Option<Vec<u8>>, StorageError> {
    let row = sqlx::query(
        "select detail from likeness where record_id = $1 and evidence_id = $2
           and detail is not null",
    )
    .bind(record.to_owned())
    .bind(evidence.to_owned())
    .fetch_optional(conn)
    .await?;
    row.map(|row| bytes(&row, 0)).transpose()
}

/// A record that the search has not looked at yet.
#[derive(Debug, Clone)]
pub struct Unseen {
    pub record: String,
    pub first_seq: i64,
}

/// The next records with something to compare, in the order in which they came.
pub async fn unseen(
    conn: &mut AnyConnection,
    after: i64,
    limit: i64,
) -> Result<Vec<Unseen>, StorageError> {
    let rows = sqlx::query(
        "select r.id, r.first_seq from record r
         where r.first_seq > $1
           and (r.minutes is not null or r.acted_time is not null
             or exists (select 1 from evidence e where e.record_id = r.id))
         order by r.first_seq limit $2",
    )
    .bind(after)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| Ok(Unseen { record: row.try_get(0)?, first_seq: row.try_get(1)? }))
        .collect()
}

const PROGRESS: &str = "likeness-seq";

/// How far in the order of changes the search has got.
pub async fn progress(conn: &mut AnyConnection) -> Result<i64, StorageError> {
    let text = crate::setting::get(conn, PROGRESS).await?;
    Ok(text.and_then(|text| text.parse().ok()).unwrap_or(0))
}

/// Notes how far it has got, in the transaction that keeps what it found.
pub async fn save_progress(
    tx: &mut Tx,
    _permit: &Permit,
    seq: i64,
) -> Result<(), StorageError> {
    sqlx::query(
        "insert into setting (name, value) values ($1, $2)
         on conflict (name) do update set value = excluded.value",
    )
    .bind(PROGRESS.to_owned())
    .bind(seq.to_string())
    .execute(tx.conn())
    .await?;
    Ok(())
}

fn bytes(row: &sqlx::any::AnyRow, column: usize) -> Result<Vec<u8>, StorageError> {
    let text: String = row.try_get(column)?;
    STANDARD.decode(text).map_err(|_| StorageError::Inconsistent {
        table: "likeness",
        column: "signature",
        id: String::new(),
    })
}
