//! The monthly reports of many units collated into one: who reported, when,
//! and what it adds up to.

use jiff::civil::Date;

use super::{Align, Block, Letter, Row, Signature, Table, TableCell};
use crate::sheet::{Cell, Column, Head, List, ListError, ListFormat};

/// The reports of the units below one, for a month.
#[derive(Debug, Clone, PartialEq)]
pub struct Collation {
    pub system: String,
    pub unit: String,
    pub year: i16,
    pub month: i8,
    /// The title's words, if they are not those of the annex.
    pub name: String,
    /// Forms that ask for no clues have no columns for them.
    pub without_clues: bool,
    pub rows: Vec<CollationRow>,
    /// Paragraphs above the table, as the caller drafts them.
    pub summary: String,
    pub made_on: Date,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CollationRow {
    pub unit: String,
    /// `None` if nothing was submitted.
    pub submitted_on: Option<Date>,
    pub is_on_time: bool,
    /// Its words come from the caller: 已接收, 退回 and the like.
    pub state: String,
    pub n_activities: u64,
    pub clues_month: u64,
    pub clues_total: u64,
    pub note: String,
}

const HEADERS: [(&str, f64); 9] = [
    ("序号", 14.0),
    ("报送单位", 54.0),
    ("报送日期", 28.0),
    ("是否按时", 24.0),
    ("状态", 22.0),
    ("工作项数", 24.0),
    ("本月线索", 24.0),
    ("累计线索", 24.0),
    ("备注", 32.0),
];

const CLUE_COLUMNS: std::ops::Range<usize> = 6..8;

/// What the rows add up to.
struct Totals {
    n_units: usize,
    n_submitted: usize,
    n_on_time: usize,
    n_activities: u64,
    clues_month: u64,
    clues_total: u64,
}

impl Collation {
    fn title(&self) -> String {
        let (system, year, month) = (&self.system, self.year, self.month);
        if self.name.is_empty() {
            format!("{system}{year}年{month}月反诈专项行动\n开展情况和线索收集情况汇总表")
        } else {
            format!("{system}{year}年{month}月\n{}汇总表", self.name)
        }
    }

    /// Leaves out what a form without clues does not have.
    fn only_asked<T>(&self, cells: impl IntoIterator<Item = T>) -> Vec<T> {
        let is_asked = |at: usize| !self.without_clues || !CLUE_COLUMNS.contains(&at);
        let cells = cells.into_iter().enumerate();
        cells.filter(|(at, _)| is_asked(*at)).map(|(_, cell)| cell).collect()
    }

    fn totals(&self) -> Totals {
        let rows = &self.rows;
        let count = |is: fn(&CollationRow) -> bool| rows.iter().filter(|row| is(row)).count();
        Totals {
            n_units: rows.len(),
            n_submitted: count(|row| row.submitted_on.is_some()),
            n_on_time: count(|row| row.submitted_on.is_some() && row.is_on_time),
            n_activities: rows.iter().map(|row| row.n_activities).sum(),
            clues_month: rows.iter().map(|row| row.clues_month).sum(),
            clues_total: rows.iter().map(|row| row.clues_total).sum(),
        }
    }

    fn overview(&self) -> String {
        let totals = self.totals();
        let clues = if self.without_clues {
            String::new()
        } else {
            format!("；本月线索 {} 条，累计 {} 条", totals.clues_month, totals.clues_total)
        };
        format!(
            "应报单位 {} 个，已报 {} 个（{}），按时 {} 个（{}）{clues}。",
            totals.n_units,
            totals.n_submitted,
            share(totals.n_submitted, totals.n_units),
            totals.n_on_time,
            share(totals.n_on_time, totals.n_units),
        )
    }
}

/// Nothing due is “—”, never 100 %.
fn share(part: usize, whole: usize) -> String {
    if whole == 0 {
        "—".to_owned()
    } else {
        format!("{:.1}%", part as f64 * 100.0 / whole as f64)
    }
}

fn on_time(row: &CollationRow) -> &'static str {
    match (row.submitted_on, row.is_on_time) {
        (None, _) => "未报",
        (Some(_), true) => "按时",
        (Some(_), false) => "逾期",
    }
}

/// The collated report as a letter on its side.
pub fn collation(report: &Collation) -> Letter {
    let headers = report.only_asked(HEADERS);
    let head = headers.iter().map(|(header, _)| TableCell::head(*header)).collect();
    let mut rows = vec![Row { height_mm_min: 9.0, cells: head }];
    let center = |text: String| TableCell::new(text).align(Align::Center);
    for (row, n) in report.rows.iter().zip(1..) {
        let day = row.submitted_on.map_or("—".to_owned(), |day| day.to_string());
        let cells = vec![
            center(n.to_string()),
            TableCell::new(&*row.unit),
            center(day),
            center(on_time(row).to_owned()),
            center(row.state.clone()),
            center(row.n_activities.to_string()),
            center(row.clues_month.to_string()),
            center(row.clues_total.to_string()),
            TableCell::new(&*row.note),
        ];
        rows.push(Row { height_mm_min: 8.0, cells: report.only_asked(cells) });
    }
    let totals = report.totals();
    let total = |n: u64| TableCell::head(n.to_string());
    let mut sums = vec![TableCell::head("合计").columns(5), total(totals.n_activities)];
    if !report.without_clues {
        sums.extend([total(totals.clues_month), total(totals.clues_total)]);
    }
    sums.push(TableCell::new(""));
    rows.push(Row { height_mm_min: 9.0, cells: sums });
    let widths = headers.iter().map(|(_, width)| *width).collect();
    let blocks = vec![
        Block::Title(report.title()),
        Block::Paragraph(report.overview()),
        Block::Paragraph(report.summary.clone()),
        Block::Table(Table { widths, n_head_rows: 1, rows }),
        Block::Signature(Signature {
            unit: report.unit.clone(),
            signed_on: report.made_on,
            signed_by: None,
            marks_seal: true,
        }),
    ];
    Letter { name: report.title().replace('\n', ""), is_landscape: true, blocks }
}

/// The collated report as a workbook.
pub fn collation_xlsx(report: &Collation) -> Result<Vec<u8>, ListError> {
    let headers = report.only_asked(HEADERS);
    let columns: Vec<Column<'_>> =
        headers.iter().map(|(header, width)| Column { header, width: width / 2.2 }).collect();
    let (title, note) = (report.title().replace('\n', ""), report.overview());
    let sheet = format!("{}年{}月汇总", report.year, report.month);
    let head = Head { sheet: &sheet, title: &title, note: &note, columns: &columns };
    let mut list = List::new(ListFormat::Xlsx, &head)?;
    for (row, n) in report.rows.iter().zip(1..) {
        list.row(&report.only_asked([
            Cell::Integer(n),
            Cell::Text(&row.unit),
            row.submitted_on.map_or(Cell::Empty, Cell::Date),
            Cell::Text(on_time(row)),
            Cell::Text(&row.state),
            Cell::Integer(row.n_activities as i64),
            Cell::Integer(row.clues_month as i64),
            Cell::Integer(row.clues_total as i64),
            Cell::Text(&row.note),
        ]))?;
    }
    let totals = report.totals();
    list.row(&report.only_asked([
        Cell::Empty,
        Cell::Text("合计"),
        Cell::Empty,
        Cell::Empty,
        Cell::Empty,
        Cell::Integer(totals.n_activities as i64),
        Cell::Integer(totals.clues_month as i64),
        Cell::Integer(totals.clues_total as i64),
        Cell::Empty,
    ]))?;
    list.finish()
}
