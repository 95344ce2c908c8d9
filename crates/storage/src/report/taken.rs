//! Whole reports at once, with the way that they went: for taking over what was
//! kept elsewhere.

use campaign::access::Permit;
use campaign::report::State;

use super::{Report, Version, json};
use crate::{Change, StorageError, Tx};

/// A report as it was kept elsewhere.
#[derive(Debug, Clone)]
pub struct Taken {
    pub report: Report,
    pub version: Version,
    /// Whose account signed and wrote it.
    pub author: Option<String>,
    pub steps: Vec<TakenStep>,
}

#[derive(Debug, Clone)]
pub struct TakenStep {
    pub state: State,
    pub at: i64,
    pub account: Option<String>,
    pub reason: Option<String>,
}

/// Keeps them with one audit line.
pub async fn insert_taken(
    tx: &mut Tx,
    permit: &Permit,
    all: &[Taken],
) -> Result<(), StorageError> {
    crate::bulk::insert_rows(
        tx.conn(),
        "insert into report (id, campaign_id, form, unit_id, period, due_on, state, version,
            submitted_at, first_submitted_at, record_id)
         values ",
        11,
        all,
        |query, it| {
            let it = &it.report;
            query
                .bind(it.id.clone())
                .bind(it.campaign.clone())
                .bind(it.form.clone())
                .bind(it.unit.clone())
                .bind(it.period.clone())
                .bind(it.due_on.clone())
                .bind(it.state.code())
                .bind(it.version)
                .bind(it.submitted_at)
                .bind(it.first_submitted_at)
                .bind(it.record.clone())
        },
    )
    .await?;
    let mut texts = Vec::with_capacity(all.len());
    for it in all {
        texts.push((it, json(&it.version.fields)?, json(&it.version.filled)?));
    }
    crate::bulk::insert_rows(
        tx.conn(),
        "insert into report_version (report_id, version, fields, filled, note, signed_by,
            signed_at, created_by, created_at)
         values ",
        9,
        &texts,
        |query, (it, fields, filled)| {
            query
                .bind(it.report.id.clone())
                .bind(it.version.version)
                .bind(fields.clone())
                .bind(filled.clone())
                .bind(it.version.note.clone())
                .bind(it.author.clone())
                .bind(it.version.signed_at)
                .bind(it.author.clone())
                .bind(it.version.created_at)
        },
    )
    .await?;
    let steps: Vec<(&Taken, i64, &TakenStep)> = all
        .iter()
        .flat_map(|it| it.steps.iter().zip(1..).map(move |(step, number)| (it, number, step)))
        .collect();
    crate::bulk::insert_rows(
        tx.conn(),
        "insert into report_step (report_id, step, state, version, at, account_id, reason)
         values ",
        7,
        &steps,
        |query, (it, number, step)| {
            query
                .bind(it.report.id.clone())
                .bind(*number)
                .bind(step.state.code())
                .bind(it.report.version)
                .bind(step.at)
                .bind(step.account.clone())
                .bind(step.reason.clone())
        },
    )
    .await?;
    let detail = format!("{} 份", all.len());
    tx.audit(permit, "take-over", Change { object: "report", detail });
    Ok(())
}
