//! One month of a form: who owes it, what they handed in, and how complete and
//! punctual that is. The page and the collation read the same answer.

use std::collections::HashMap;

use campaign::report::Completeness;
use jiff::civil::Date;
use storage::Conn;
use storage::report::{self, Report, Version};

use super::desk::{Form, owing};
use super::month_code;
use crate::WebError;
use crate::clock::end_of;
use crate::live::Tree;

/// A unit that owes the form, and its report if it has begun one.
pub(super) struct Owing {
    pub(super) unit: String,
    pub(super) report: Option<Report>,
    pub(super) is_in_time: bool,
}

pub(super) struct Month {
    pub(super) due: Date,
    pub(super) rows: Vec<Owing>,
    pub(super) all: Completeness,
}

/// The month of all units below `top`, without its own.
pub(super) async fn below(
    conn: &mut Conn,
    tree: &Tree,
    form: &Form,
    (top, month): (&str, Date),
) -> Result<Month, WebError> {
    let period = month_code(month);
    let (campaign, wanted) = (form.campaign.id(), &form.wanted().id);
    let known = report::of_period(conn, campaign, wanted, &period, top).await?;
    let mut by_unit: HashMap<String, Report> =
        known.into_iter().map(|it| (it.unit.clone(), it)).collect();
    let due = form.due_on(month);
    let mut all = Completeness::default();
    let mut rows = Vec::new();
    for unit in owing(tree, form, top, month).into_iter().filter(|unit| unit != top) {
        let report = by_unit.remove(&unit);
        let is_in_time = report.as_ref().is_some_and(|it| it.is_in_time(end_of(due)));
        all.count(report.as_ref().map(|it| it.state), is_in_time);
        rows.push(Owing { unit, report, is_in_time });
    }
    Ok(Month { due, rows, all })
}

/// The newest texts of a month's reports, by report: one question for all.
pub(super) async fn newest(
    conn: &mut Conn,
    form: &Form,
    (top, month): (&str, Date),
) -> Result<HashMap<String, Version>, WebError> {
    let period = month_code(month);
    let (campaign, wanted) = (form.campaign.id(), &form.wanted().id);
    let found = report::newest_of_period(conn, campaign, wanted, (&period, top)).await?;
    Ok(found.into_iter().collect())
}
