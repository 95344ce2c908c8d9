//! What a reviewer should look at: the same file, picture or text elsewhere,
//! times that cannot be. Nothing follows from it by itself.

use campaign::access::Permit;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

use crate::bulk::insert_rows;
use crate::{Change, StorageError, Tx};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    SameFile,
    SimilarPhoto,
    SimilarText,
    ImpossibleTime,
}

impl Kind {
    pub const ALL: [Self; 4] =
        [Self::SameFile, Self::SimilarPhoto, Self::SimilarText, Self::ImpossibleTime];

    pub const fn code(self) -> &'static str {
        match self {
            Self::SameFile => "same-file",
            Self::SimilarPhoto => "similar-photo",
            Self::SimilarText => "similar-text",
            Self::ImpossibleTime => "impossible-time",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Fine,
    Reused,
}

impl Verdict {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::Reused => "reused",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Fine, Self::Reused].into_iter().find(|verdict| verdict.code() == code)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Suspicion {
    pub id: String,
    pub record: String,
    pub kind: Kind,
    pub other_record: Option<String>,
    pub evidence: Option<String>,
    pub other_evidence: Option<String>,
    /// From 0 to 1.
    pub similarity: Option<f64>,
    pub found_at: i64,
    pub verdict: Option<Verdict>,
    pub decided_at: Option<i64>,
    pub decided_by: Option<String>,
    pub note: Option<String>,
}

const COLUMNS: &str = "id, record_id, kind, other_record_id, evidence_id, other_evidence_id,
    similarity, found_at, verdict, decided_at, decided_by, note";

/// Keeps what was found.
pub async fn insert(
    tx: &mut Tx,
    permit: &Permit,
    rows: &[Suspicion],
) -> Result<(), StorageError> {
    insert_rows(
        tx.conn(),
        "insert into suspicion (id, record_id, kind, other_record_id, evidence_id,
            other_evidence_id, similarity, found_at) values ",
        8,
        rows,
        |query, it| {
            query
                .bind(it.id.clone())
                .bind(it.record.clone())
                .bind(it.kind.code().to_owned())
                .bind(it.other_record.clone())
                .bind(it.evidence.clone())
                .bind(it.other_evidence.clone())
                .bind(it.similarity)
                .bind(it.found_at)
        },
    )
    .await?;
    for it in rows {
        let object = format!("record/{}", it.record);
        let other = it.other_record.as_deref().unwrap_or("");
        let detail = format!("{} {other}", it.kind.code());
        tx.audit(permit, "suspect", Change { object: &object, detail });
    }
    Ok(())
}

pub async fn of_record(
    conn: &mut AnyConnection,
    record: &str,
) -> Result<Vec<Suspicion>, StorageError> {
    let text = format!("select {COLUMNS} from suspicion where record_id = $1 order by id");
    let rows =
        sqlx::query(sqlx::AssertSqlSafe(text)).bind(record.to_owned()).fetch_all(conn).await?;
    rows.iter().map(suspicion).collect()
}

pub async fn by_id(
    conn: &mut AnyConnection,
    id: &str,
) -> Result<Option<Suspicion>, StorageError> {
    let text = format!("select {COLUMNS} from suspicion where id = $1");
    let row =
        sqlx::query(sqlx::AssertSqlSafe(text)).bind(id.to_owned()).fetch_optional(conn).await?;
    row.as_ref().map(suspicion).transpose()
}

/// A person's word on it; the first one stands.
pub async fn decide(
    tx: &mut Tx,
    permit: &Permit,
    it: &Suspicion,
    (verdict, note): (Verdict, &str),
) -> Result<(), StorageError> {
    let at = tx.at();
    let changed = sqlx::query(
        "update suspicion set verdict = $1, note = $2, decided_at = $3, decided_by = $4
         where id = $5 and verdict is null",
    )
    .bind(verdict.code().to_owned())
    .bind(note.to_owned())
    .bind(at)
    .bind(permit.account().map(str::to_owned))
    .bind(it.id.clone())
    .execute(tx.conn())
    .await?
    .rows_affected();
    if changed != 1 {
        return Err(StorageError::Conflict { table: "suspicion", id: it.id.clone() });
    }
    let object = format!("record/{}", it.record);
    let detail = format!("{} {} {note}", it.id, verdict.code());
    tx.audit(permit, "judge", Change { object: &object, detail });
    Ok(())
}

fn suspicion(row: &AnyRow) -> Result<Suspicion, StorageError> {
    let id: String = row.try_get(0)?;
    let bad =
        |column| StorageError::Inconsistent { table: "suspicion", column, id: id.clone() };
    let kind: String = row.try_get(2)?;
    let verdict: Option<String> = row.try_get(8)?;
    Ok(Suspicion {
        record: row.try_get(1)?,
        kind: Kind::from_code(&kind).ok_or_else(|| bad("kind"))?,
        other_record: row.try_get(3)?,
        evidence: row.try_get(4)?,
        other_evidence: row.try_get(5)?,
        similarity: row.try_get(6)?,
        found_at: row.try_get(7)?,
        verdict: verdict
            .map(|verdict| Verdict::from_code(&verdict).ok_or_else(|| bad("verdict")))
            .transpose()?,
        decided_at: row.try_get(9)?,
        decided_by: row.try_get(10)?,
        note: row.try_get(11)?,
        id,
    })
}
