//! What is wrong with a cell, and the list of all that is wrong with a file.

use std::fmt;
use std::sync::Arc;

/// Whether a row can be saved in spite of what was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// The row cannot be taken, and so the file cannot.
    Error,
    /// The row can be taken; a person should look.
    Warning,
}

/// One finding at one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellProblem {
    pub level: Level,
    pub sheet: Arc<str>,
    /// As the spreadsheet program numbers it, from 1.
    pub row: u32,
    /// From 0; [`CellProblem::letter`] gives it as the program shows it.
    pub column: u16,
    pub header: String,
    /// The beginning of what stands in the cell.
    pub value: String,
    /// What is wrong and what is allowed, in Chinese.
    pub message: String,
}

impl CellProblem {
    pub fn letter(&self) -> String {
        column_letter(self.column)
    }
}

impl fmt::Display for CellProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.level == Level::Error { "错误" } else { "提醒" };
        let (sheet, row, header, message) =
            (&self.sheet, self.row, &self.header, &self.message);
        write!(f, "{word} {sheet} {}{row} {header}“{}”：{message}", self.letter(), self.value)
    }
}

/// Findings in the order of the file: all are counted, the first are listed.
#[derive(Debug, Clone, Default)]
pub struct Problems {
    list: Vec<CellProblem>,
    errors: u64,
    warnings: u64,
}

/// More than this nobody reads; the counts stay true.
pub(crate) const LISTED_MAX: usize = 10_000;
const VALUE_CHARS_MAX: usize = 60;

impl Problems {
    pub fn list(&self) -> &[CellProblem] {
        &self.list
    }

    pub fn errors(&self) -> u64 {
        self.errors
    }

    pub fn warnings(&self) -> u64 {
        self.warnings
    }

    /// Findings that were counted but not listed.
    pub fn unlisted(&self) -> u64 {
        (self.errors + self.warnings).saturating_sub(self.list.len() as u64)
    }

    /// Puts what was found since there were `n` findings in the order of columns.
    pub(crate) fn sort_from(&mut self, n: usize) {
        if let Some(of_row) = self.list.get_mut(n..) {
            of_row.sort_by_key(|problem| problem.column);
        }
    }

    /// Adds what somebody else found, such as a place that does not exist.
    pub fn push(&mut self, problem: CellProblem) {
        self.add(problem.level, || problem);
    }

    pub(crate) fn add(&mut self, level: Level, make: impl FnOnce() -> CellProblem) {
        match level {
            Level::Error => self.errors += 1,
            Level::Warning => self.warnings += 1,
        }
        if self.list.len() < LISTED_MAX {
            self.list.push(make());
        }
    }
}

/// Cuts a cell's text to what fits a list.
pub(crate) fn shown(value: &str) -> String {
    let mut shown: String = value.chars().take(VALUE_CHARS_MAX).collect();
    if shown.len() < value.len() {
        shown.push('…');
    }
    shown
}

/// `0` is `A`, `26` is `AA`.
pub(crate) fn column_letter(column: u16) -> String {
    let mut rest = u32::from(column) + 1;
    let mut letters = Vec::new();
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(b'A' + (rest % 26) as u8));
        rest /= 26;
    }
    letters.iter().rev().collect()
}
