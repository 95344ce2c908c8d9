//! The roster (花名册): people of a school or district in `.xlsx` or `.csv`.
//!
//! A roster is read in one pass without holding its rows. Every cell that
//! cannot be taken is reported with its place, its value, what is wrong and
//! what is allowed; a row with such a cell is not handed on. Nothing is saved
//! here: who imports decides, by [`Reading::is_clean`], all or nothing.

mod cells;
mod columns;
mod field;
mod file;
mod grade;
mod marked;
mod problem;
mod read;
mod tally;
mod template;
mod value;

use std::collections::HashMap;
use std::sync::Arc;

use campaign::plan::Stage;
use jiff::civil::Date;

pub use columns::{Column, Use};
pub use field::Field;
pub use file::{FileError, Limits, RosterFile};
pub use grade::Grade;
pub use problem::{CellProblem, Level, Problems};
pub use tally::Preview;
pub use template::template;

/// One person as a row of the roster tells of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterRow {
    pub sheet: Arc<str>,
    /// The row's number as the spreadsheet program shows it, from 1.
    pub row: u32,
    pub name: String,
    pub role: Role,
    /// The word of the category column, as in 财务人员; it may name an audience.
    pub category: Option<String>,
    pub sex: Option<Sex>,
    /// 学号, unique within its school.
    pub student_no: Option<String>,
    /// 全国学籍号, unique everywhere.
    pub register_no: Option<String>,
    /// 工号, unique within its school.
    pub staff_no: Option<String>,
    pub id_number: Option<IdNumber>,
    pub born_on: Option<Date>,
    pub place: Place,
    /// 岗位 or 职务.
    pub post: Option<String>,
    /// The person's own phone.
    pub phone: Option<String>,
    pub address: Option<String>,
    pub enrolled_on: Option<Date>,
    pub note: Option<String>,
    /// At most [`GUARDIANS_MAX`].
    pub guardians: Vec<Guardian>,
}

/// Where in the organisation a person stands, by the words of the roster.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Place {
    pub town: Option<String>,
    pub school: Option<String>,
    /// 学校标识码.
    pub school_code: Option<String>,
    pub campus: Option<String>,
    pub stage: Option<Stage>,
    /// 二级学院 or 系部.
    pub faculty: Option<String>,
    pub major: Option<String>,
    /// 科室 or 部门 of a member of staff.
    pub department: Option<String>,
    pub grade: Option<Grade>,
    /// In one spelling for all variants: `1班`, `2301班`, `软件2班`.
    pub class: Option<String>,
    pub group: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    Student,
    Staff,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sex {
    Male,
    Female,
}

/// A document number. Only resident numbers are checked against GB 11643.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum IdNumber {
    Resident(String),
    Other { kind: Option<String>, number: String },
}

/// Who cares for a student. Any of the three may be missing, never all.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Guardian {
    pub name: Option<String>,
    pub relation: Option<String>,
    pub phone: Option<String>,
}

pub const GUARDIANS_MAX: usize = 4;

/// How a roster is to be read.
#[derive(Debug, Clone, Default)]
pub struct Options {
    pub mapping: Mapping,
    /// No birth or enrolment after this day is believed.
    pub today: Option<Date>,
}

/// What the user said about columns that were not recognised, or were wrongly.
#[derive(Debug, Clone, Default)]
pub struct Mapping {
    by_header: HashMap<String, Option<Field>>,
    header_rows: HashMap<String, u32>,
}

impl Mapping {
    /// Takes the column under `header` as `field`; `None` leaves it out.
    pub fn set(&mut self, header: &str, field: Option<Field>) -> &mut Self {
        self.by_header.insert(field::bare(header), field);
        self
    }

    /// Says which row, from 1, holds the headers of a sheet.
    pub fn set_header_row(&mut self, sheet: &str, row: u32) -> &mut Self {
        self.header_rows.insert(sheet.to_owned(), row);
        self
    }

    pub(crate) fn of_header(&self, header: &str) -> Ordered {
        match self.by_header.get(&field::bare(header)) {
            None => Ordered::Nothing,
            Some(None) => Ordered::LeftOut,
            Some(Some(field)) => Ordered::As(*field),
        }
    }

    pub(crate) fn header_row(&self, sheet: &str) -> Option<u32> {
        self.header_rows.get(sheet).copied()
    }
}

/// What the user ordered for one header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ordered {
    Nothing,
    LeftOut,
    As(Field),
}

/// What came of reading a roster.
#[derive(Debug, Clone)]
pub struct Reading {
    pub preview: Preview,
    pub problems: Problems,
    pub sheets: Vec<SheetReading>,
}

impl Reading {
    /// True if every row may be saved. Warnings do not stop an import.
    pub fn is_clean(&self) -> bool {
        self.problems.errors() == 0
    }
}

/// How one sheet was understood.
#[derive(Debug, Clone)]
pub struct SheetReading {
    pub name: Arc<str>,
    pub state: SheetState,
}

#[derive(Debug, Clone)]
pub enum SheetState {
    /// Read as a roster under the headers of this row.
    Read { header_row: u32, columns: Vec<Column>, rows: u32 },
    /// Left out, and why.
    Skipped(&'static str),
}

impl RosterFile {
    /// Reads every sheet and hands each sound row to `visit`, in order.
    pub fn read(
        &self,
        options: &Options,
        visit: &mut dyn FnMut(RosterRow),
    ) -> Result<Reading, FileError> {
        read::read(self, options, visit)
    }

    /// The same, with the rows collected: for small rosters and tests.
    pub fn rows(&self, options: &Options) -> Result<(Vec<RosterRow>, Reading), FileError> {
        let mut rows = Vec::new();
        let reading = self.read(options, &mut |row| rows.push(row))?;
        Ok((rows, reading))
    }

    /// A copy of the roster as `.xlsx` with the bad cells marked, and a first
    /// sheet that lists what is wrong with them.
    pub fn marked_copy(&self, problems: &Problems) -> Result<Vec<u8>, FileError> {
        marked::marked_copy(self, problems)
    }
}
