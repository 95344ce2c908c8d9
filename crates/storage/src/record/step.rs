//! Accepting, returning, withdrawing.

use campaign::access::Permit;
use campaign::record::{Status, Step};

use super::Record;
use crate::{Change, StorageError, Tx};

/// Saves that `step` led to `next`. The record must still be as it was read.
pub async fn save_step(
    tx: &mut Tx,
    permit: &Permit,
    record: &Record,
    (step, next): (&Step, Status),
) -> Result<(), StorageError> {
    let seq = tx.next_seq().await?;
    let at = tx.at();
    let changed = sqlx::query(
        "update record set status = $1, status_at = $2, voided_at = $3, seq = $4,
            revision = revision + 1
         where id = $5 and revision = $6",
    )
    .bind(next.code().to_owned())
    .bind(at)
    .bind((!next.counts()).then_some(at))
    .bind(seq)
    .bind(record.id.clone())
    .bind(record.revision)
    .execute(tx.conn())
    .await?
    .rows_affected();
    if changed != 1 {
        return Err(StorageError::Conflict { table: "record", id: record.id.clone() });
    }
    sqlx::query(
        "insert into record_step (record_id, step, status, at, account_id, reason)
         select $1, coalesce(max(step), 0) + 1, $2, $3, $4, $5
         from record_step where record_id = $1",
    )
    .bind(record.id.clone())
    .bind(next.code().to_owned())
    .bind(at)
    .bind(permit.account().map(str::to_owned))
    .bind(step.reason().map(str::to_owned))
    .execute(tx.conn())
    .await?;
    let object = format!("record/{}", record.id);
    let detail = step.reason().unwrap_or_default().to_owned();
    tx.audit(permit, step.code(), Change { object: &object, detail });
    Ok(())
}
