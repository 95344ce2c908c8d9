//! The heads of a table's columns: what they say for the rows below them.
//!
//! A table comes as lines with a tab between cells. A cell that is merged or empty
//! is nothing between two tabs, so columns are counted in the document itself.

use crate::grammar::grammar;
use crate::item::Cadence;
use crate::outline::Block;
use crate::phrase::{self, What};

#[derive(Debug, Clone)]
pub(crate) struct Table {
    columns: Vec<(usize, Column)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    /// 每月: whatever stands below it is done so often.
    Every(Cadence),
    /// 频次: its cells say how often.
    Rate,
    Stage,
    Time,
    Task,
    Other,
}

/// The head of a column is not longer.
const HEAD_CHARS: usize = 10;

impl Table {
    /// The table that a row of heads opens.
    pub(crate) fn of(source: &str, block: &Block) -> Option<Self> {
        let text = block.body.text.as_str();
        let mut at = 0;
        let mut columns = Vec::new();
        for cell in text.split('\t') {
            let start = at;
            at += cell.len() + 1;
            if cell.is_empty() {
                continue;
            }
            if cell.chars().count() > HEAD_CHARS {
                return None;
            }
            columns.push((column_at(source, block, start), column(cell)?));
        }
        (columns.len() >= 2).then_some(Self { columns })
    }

    /// The column in which a byte of a row stands.
    pub(crate) fn column(&self, source: &str, block: &Block, at: usize) -> Column {
        let place = column_at(source, block, at);
        let found = self.columns.iter().rev().find(|(column, _)| *column <= place);
        match found {
            Some((column, Column::Every(rate))) if *column == place => Column::Every(*rate),
            Some((_, Column::Every(_))) | None => Column::Other,
            Some((_, column)) => *column,
        }
    }

    pub(crate) fn has(&self, wanted: Column) -> bool {
        self.columns.iter().any(|(_, column)| *column == wanted)
    }
}

/// What a head means; none where a cell is no head of a column.
fn column(cell: &str) -> Option<Column> {
    let name = cell.trim_matches(|c| "()：:".contains(c));
    if let Some(rate) = every(name) {
        return Some(Column::Every(rate));
    }
    let classes = [
        ("column-rate", Column::Rate),
        ("column-stage", Column::Stage),
        ("column-time", Column::Time),
        ("column-task", Column::Task),
        ("column", Column::Other),
    ];
    classes.into_iter().find(|(class, _)| grammar().is(class, name)).map(|(_, column)| column)
}

/// `每月`, `每周工作`, `每学期必做`.
fn every(name: &str) -> Option<Cadence> {
    let [phrase] = phrase::scan(name).try_into().ok()?;
    let What::Cadence(rate) = phrase.what else { return None };
    let rest = name.get(phrase.end..)?;
    let tails = ["", "工作", "任务", "工作任务", "必做", "检查", "内容", "事项", "要求"];
    let whole = phrase.start == 0 && tails.contains(&rest) && rate != Cadence::Continuous;
    whole.then_some(rate)
}

/// How many marks of a column stand before a byte of the row.
fn column_at(source: &str, block: &Block, at: usize) -> usize {
    let byte = block.body.source_range(&(at..at + 1)).start;
    let head = source.get(..byte).unwrap_or_default();
    let line = head.rfind(['\n', '\r']).map_or(0, |i| i + 1);
    let head = head.get(line..).unwrap_or_default();
    let tabs = head.matches('\t').count();
    if tabs > 0 {
        return tabs;
    }
    let bars = head.matches(['|', '│', '┃']).count();
    let framed = usize::from(head.trim_start().starts_with(['|', '│', '┃']));
    if bars > framed {
        return bars - framed;
    }
    let folded = block.body.text.get(..at).unwrap_or_default();
    folded.matches('\t').count()
}
