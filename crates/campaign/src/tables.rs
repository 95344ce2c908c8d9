//! The CSV files of an evaluation without a server, read and written as
//! streams: `units.csv`, `people.csv`, `posts.csv`, `records.csv`,
//! `exemptions.csv` and, where a plan needs them, `events.csv` and
//! `attendance.csv`; `standings.csv` and `rates.csv`.

mod blocks;
mod extras;
mod fields;
mod organisation;
mod records;
mod write;

use std::io;

use thiserror::Error;

pub use extras::{Attendance, read_attendance, read_events, read_exemptions};
pub use organisation::{read_people, read_posts, read_units};
pub use records::{load_records, submitted_on};
pub use write::{write_rates, write_standings};

/// What is wrong in a table, in the words of who made it.
#[derive(Debug, Error)]
pub enum TableError {
    #[error("{file} 第 {line} 行“{column}”列：{problem}")]
    Cell { file: String, line: u64, column: &'static str, problem: String },
    #[error("{file} 第 {line} 行：{problem}")]
    Row { file: String, line: u64, problem: String },
    #[error("{file} 读不出来")]
    Read { file: String, source: io::Error },
}

impl TableError {
    /// The line of the file, to tell which of two errors comes first.
    fn line(&self) -> u64 {
        match self {
            Self::Cell { line, .. } | Self::Row { line, .. } => *line,
            Self::Read { .. } => u64::MAX,
        }
    }
}

/// A table's columns in the order in which the code takes them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) file: &'static str,
    pub(crate) columns: &'static [&'static str],
}

impl Shape {
    /// A refusal of one field, which is quoted in the message by its caller.
    pub(crate) fn cell(&self, line: u64, column: usize, problem: String) -> TableError {
        let column = self.columns.get(column).copied().unwrap_or_default();
        TableError::Cell { file: self.file.to_owned(), line, column, problem }
    }

    pub(crate) fn row(&self, line: u64, problem: String) -> TableError {
        TableError::Row { file: self.file.to_owned(), line, problem }
    }
}

#[cfg(test)]
mod tests;
