//! Whole reports at once, with the way that they went: for taking over what was
//! kept elsewhere.

use campaign::access::Permit;
use campaign::report::State;

use super::{REPORT, Report, VERSION, Version, Written, bound_report, bound_version};
use crate::bulk::insert_rows;
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
    insert_rows(tx.conn(), REPORT, 11, all, |query, it| bound_report(query, &it.report))
        .await?;
    let mut versions = Vec::with_capacity(all.len());
    for it in all {
        let by = it.author.as_deref();
        versions.push(Written::of(&it.report.id, &it.version, (by, by))?);
    }
    insert_rows(tx.conn(), VERSION, 9, &versions, bound_version).await?;
    let steps: Vec<(&Taken, i64, &TakenStep)> = all
        .iter()
        .flat_map(|it| it.steps.iter().zip(1..).map(move |(step, number)| (it, number, step)))
        .collect();
    insert_rows(
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
