//! Erasing what was asked when its time is over. The figures stay.

use campaign::access::Permit;
use campaign::consultation::Retention;
use sqlx::Row as _;

use crate::bulk::places;
use crate::{Change, StorageError, Tx};

/// What one look erased.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Erased {
    pub consultations: u64,
    /// Hashes of files that belong to no consultation any more; they may still
    /// belong to a record.
    pub files: Vec<String>,
}

/// Erases up to `limit` of those whose time is over: question, contact,
/// conversation, pictures and code.
pub async fn erase_due(
    tx: &mut Tx,
    permit: &Permit,
    retention: Retention,
    limit: i64,
) -> Result<Erased, StorageError> {
    let now = tx.at();
    let rows = sqlx::query(
        "select id from consultation
         where erased_at is null
           and ((state = 'answered' and asked_at < $1) or (state = 'closed' and state_at < $2))
         order by id limit $3",
    )
    .bind(retention.answered_before(now))
    .bind(retention.closed_before(now))
    .bind(limit)
    .fetch_all(tx.conn())
    .await?;
    let ids: Vec<String> =
        rows.iter().map(|row| row.try_get(0)).collect::<Result<_, sqlx::Error>>()?;
    if ids.is_empty() {
        return Ok(Erased::default());
    }
    let list = places(1, ids.len());
    let text = format!(
        "delete from consultation_file where consultation_id in ({list})
         returning sha256, thumbnail_sha256"
    );
    let gone = bound(&text, &ids).fetch_all(tx.conn()).await?;
    let mut files = Vec::new();
    for row in &gone {
        files.push(row.try_get(0)?);
        files.push(row.try_get(1)?);
    }
    files.sort();
    files.dedup();
    let text = format!("delete from consultation_message where consultation_id in ({list})");
    bound(&text, &ids).execute(tx.conn()).await?;
    let at = ids.len() + 1;
    let text = format!(
        "update consultation set question_sealed = null, contact_sealed = null,
            code_digest = null, erased_at = ${at}, revision = revision + 1
         where id in ({list})"
    );
    let done = bound(&text, &ids).bind(now).execute(tx.conn()).await?.rows_affected();
    let detail = format!("{done} 条");
    tx.audit(permit, "erase", Change { object: "consultation", detail });
    Ok(Erased { consultations: done, files })
}

fn bound<'q>(text: &str, ids: &[String]) -> crate::bulk::AnyQuery<'q> {
    let mut query = sqlx::query(sqlx::AssertSqlSafe(text.to_owned()));
    for id in ids {
        query = query.bind(id.clone());
    }
    query
}
