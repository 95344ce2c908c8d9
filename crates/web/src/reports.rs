//! Monthly reports: a unit fills, signs and hands in its form; its superior
//! accepts or returns it, and sees who is complete and punctual.

mod desk;
mod document;
mod fill;
mod index;
mod month;
mod show;
mod view;

pub(crate) use document::{collation, document};
pub(crate) use index::index;
pub(crate) use show::{begin, save, show, step};

use campaign::plan::{Cadence, ReportWanted};
use campaign::report::Problem;
use jiff::civil::Date;

use crate::{WebError, path};

/// The address of one report.
fn href(id: &str) -> String {
    format!("{}/{id}", path::REPORTS)
}

/// The month that a page is about, as its first day.
fn month(text: &str) -> Result<Date, WebError> {
    format!("{text}-01")
        .parse()
        .map_err(|_| WebError::invalid(format!("月份应写作 2022-03 的样子，现为“{text}”。")))
}

fn month_code(month: Date) -> String {
    month.strftime("%Y-%m").to_string()
}

fn is_monthly(report: &ReportWanted) -> bool {
    report.cadence == Cadence::Monthly
}

/// What a check found, in words for whoever fills the form.
fn words(problem: &Problem) -> String {
    match problem {
        Problem::NoActivity { field } => format!("“{field}”至少填写一项。"),
        Problem::NoNumber { field, text } => {
            format!("“{field}”应为不小于 0 的整数，现为“{text}”。")
        }
        Problem::TooManyLines { field, most } => format!("“{field}”最多 {most} 行。"),
        Problem::TooLong { field, line, most } => {
            format!("“{field}”第 {line} 行超过 {most} 个字。")
        }
        Problem::CluesDoNotAdd { month, total } => {
            format!("“累计线索数”（{total}）不能少于“本月线索收集条数”（{month}）。")
        }
        Problem::ClueListDiffers { listed, month } => {
            format!("“线索清单”列了 {listed} 条，与“本月线索收集条数”（{month}）不一致。")
        }
        Problem::CluesShrink { before, total } => format!(
            "“累计线索数”（{total}）比上月已报的（{before}）少；如属更正，请先更正上月报表。"
        ),
    }
}
