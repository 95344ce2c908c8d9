//! Where each element of a plan version was read from: the sentence of the
//! document that asks for it (N1).

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

use crate::bulk::insert_rows;
use crate::{StorageError, Tx};

/// The place of one element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    pub version: i64,
    /// `duty/…`, `target/…` or `phase/…`.
    pub element: String,
    pub draft: String,
    pub edition: i64,
    pub quote: String,
    /// Bytes of the edition's text.
    pub start: i64,
    pub end: i64,
}

/// Called with the version that it is about, in the transaction and under the
/// permit of the start or amendment.
pub async fn insert_sources(
    tx: &mut Tx,
    campaign: &str,
    rows: &[Source],
) -> Result<(), StorageError> {
    insert_rows(
        tx.conn(),
        "insert into plan_source (campaign_id, version, element, draft_id, edition, quote,
            start_at, end_at) values ",
        8,
        rows,
        |query, it| {
            query
                .bind(campaign.to_owned())
                .bind(it.version)
                .bind(it.element.clone())
                .bind(it.draft.clone())
                .bind(it.edition)
                .bind(it.quote.clone())
                .bind(it.start)
                .bind(it.end)
        },
    )
    .await?;
    Ok(())
}

const COLUMNS: &str = "version, element, draft_id, edition, quote, start_at, end_at";

/// The places of the newest version up to this one that was read from a
/// document, in the order of the document.
pub async fn sources(
    conn: &mut AnyConnection,
    campaign: &str,
    version: i64,
) -> Result<Vec<Source>, StorageError> {
    let text = format!(
        "select {COLUMNS} from plan_source
         where campaign_id = $1 and version = (select max(version) from plan_source
                where campaign_id = $1 and version <= $2)
         order by start_at, element"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(campaign.to_owned())
        .bind(version)
        .fetch_all(conn)
        .await?;
    rows.iter().map(read).collect()
}

/// Where an element of a version stands in the document. A version that was
/// amended by hand keeps the places of the one before it.
pub async fn source(
    conn: &mut AnyConnection,
    campaign: &str,
    version: i64,
    element: &str,
) -> Result<Option<Source>, StorageError> {
    let text = format!(
        "select {COLUMNS} from plan_source
         where campaign_id = $1 and element = $3 and version <= $2
         order by version desc limit 1"
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(campaign.to_owned())
        .bind(version)
        .bind(element.to_owned())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(read).transpose()
}

fn read(row: &AnyRow) -> Result<Source, StorageError> {
    Ok(Source {
        version: row.try_get(0)?,
        element: row.try_get(1)?,
        draft: row.try_get(2)?,
        edition: row.try_get(3)?,
        quote: row.try_get(4)?,
        start: row.try_get(5)?,
        end: row.try_get(6)?,
    })
}
