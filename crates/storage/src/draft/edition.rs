//! The document of a draft, edition by edition. An edition is never edited.

use campaign::access::Permit;
use sqlx::{AnyConnection, Row as _};

use super::{Draft, Item, item, note};
use crate::{StorageError, Tx};

/// One edition of the document. The original's bytes lie in the file store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edition {
    pub draft: String,
    pub edition: i64,
    /// As the sender called it; empty where the text was pasted.
    pub file_name: String,
    pub media_type: String,
    pub size_bytes: i64,
    pub sha256: Option<String>,
    pub text: String,
    /// JSON: sections and sentences by their places.
    pub layout: String,
    pub created_at: i64,
    pub created_by: Option<String>,
}

/// The next edition with its items; `it` is the draft as it was read, with the
/// new edition's number. Works on a draft that is in use, too: it opens again.
pub async fn add_edition(
    tx: &mut Tx,
    permit: &Permit,
    it: &Draft,
    (next, items): (&Edition, &[Item]),
) -> Result<(), StorageError> {
    let at = tx.at();
    let saved = sqlx::query(
        "update draft set edition = $3, state = 'open', changed_at = $4, from_on = $5,
            until_on = $6, revision = revision + 1
         where id = $1 and revision = $2 and state <> 'discarded'",
    )
    .bind(it.id.clone())
    .bind(it.revision)
    .bind(next.edition)
    .bind(at)
    .bind(it.from_on.clone())
    .bind(it.until_on.clone())
    .execute(tx.conn())
    .await?
    .rows_affected();
    if saved != 1 {
        return Err(StorageError::Conflict { table: "draft", id: it.id.clone() });
    }
    insert_edition(tx, next).await?;
    item::insert_items(tx, items).await?;
    let detail = format!("第 {} 稿，{} 条", next.edition, items.len());
    note(tx, permit, it, ("draft-edition", detail));
    Ok(())
}

pub(super) async fn insert_edition(tx: &mut Tx, it: &Edition) -> Result<(), StorageError> {
    sqlx::query(
        "insert into draft_edition (draft_id, edition, file_name, media_type, size_bytes, sha256,
            text, layout, created_at, created_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(it.draft.clone())
    .bind(it.edition)
    .bind(it.file_name.clone())
    .bind(it.media_type.clone())
    .bind(it.size_bytes)
    .bind(it.sha256.clone())
    .bind(it.text.clone())
    .bind(it.layout.clone())
    .bind(it.created_at)
    .bind(it.created_by.clone())
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub async fn edition(
    conn: &mut AnyConnection,
    draft: &str,
    number: i64,
) -> Result<Option<Edition>, StorageError> {
    let row = sqlx::query(
        "select file_name, media_type, size_bytes, sha256, text, layout, created_at, created_by
         from draft_edition where draft_id = $1 and edition = $2",
    )
    .bind(draft.to_owned())
    .bind(number)
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        Ok(Edition {
            draft: draft.to_owned(),
            edition: number,
            file_name: row.try_get(0)?,
            media_type: row.try_get(1)?,
            size_bytes: row.try_get(2)?,
            sha256: row.try_get(3)?,
            text: row.try_get(4)?,
            layout: row.try_get(5)?,
            created_at: row.try_get(6)?,
            created_by: row.try_get(7)?,
        })
    })
    .transpose()
}

/// All editions of a draft, the newest first, without text and layout.
pub async fn editions(
    conn: &mut AnyConnection,
    draft: &str,
) -> Result<Vec<Edition>, StorageError> {
    let rows = sqlx::query(
        "select edition, file_name, media_type, size_bytes, sha256, created_at, created_by
         from draft_edition where draft_id = $1 order by edition desc",
    )
    .bind(draft.to_owned())
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Edition {
                draft: draft.to_owned(),
                edition: row.try_get(0)?,
                file_name: row.try_get(1)?,
                media_type: row.try_get(2)?,
                size_bytes: row.try_get(3)?,
                sha256: row.try_get(4)?,
                text: String::new(),
                layout: String::new(),
                created_at: row.try_get(5)?,
                created_by: row.try_get(6)?,
            })
        })
        .collect()
}
