//! Official letters and forms as `.docx`, laid out by GB/T 9704-2012.
//!
//! A [`Letter`] says what a document holds; how it looks is known in one place
//! here: A4, margins 37/35/28/26 mm, titles in 小标宋 of size 2, text in 仿宋 of
//! size 3 on lines of 28 points, headings in 黑体 and 楷体, page numbers outside.
//! The same letter always gives the same bytes.

mod appointments;
mod body;
mod collation;
mod docx;
mod monthly;
mod table;
mod xml;

use jiff::civil::Date;

pub use appointments::{Appointment, AppointmentGroup, AppointmentList, appointment_list};
pub use collation::{Collation, CollationRow, collation, collation_xlsx};
pub use monthly::{Activity, MonthlyForm, monthly_form, monthly_form_xlsx};

/// A document, from top to bottom.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Letter {
    /// Shown by file managers as the document's title.
    pub name: String,
    pub is_landscape: bool,
    pub blocks: Vec<Block>,
}

/// A part of a letter.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// 发文机关标志 in red.
    Masthead(String),
    /// 发文字号, with the red line below.
    Number(String),
    /// 标题; a line break stands where it is written.
    Title(String),
    /// 主送机关, not indented.
    Addressee(String),
    /// 一、 in 黑体 (1), （一） in 楷体 (2), 1. in bold (3), （1） plain (4).
    Heading(u8, String),
    /// Text, indented by two signs; each line is a paragraph.
    Paragraph(String),
    /// A line that is not indented, as above a form.
    Line(String),
    /// Text at the left and text at the right of one line.
    LeftRight(String, String),
    /// 附件说明: the names of the annexes.
    Annexes(Vec<String>),
    /// 附件 and its number at the head of an annex.
    AnnexMark(String),
    Table(Table),
    Signature(Signature),
    PageBreak,
}

/// Who signs, and when. Room for the seal is left around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    pub unit: String,
    pub signed_on: Date,
    /// 签发人, for documents that name one.
    pub signed_by: Option<String>,
    /// Writes （盖章） where the seal goes.
    pub marks_seal: bool,
}

/// A table as wide as the text.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// Shares of the width; they need not add up to anything.
    pub widths: Vec<f64>,
    /// The first so many rows stand again on each page.
    pub n_head_rows: usize,
    pub rows: Vec<Row>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Row {
    pub height_mm_min: f64,
    /// Places that a cell from above reaches into are left out.
    pub cells: Vec<TableCell>,
}

/// A cell; it may reach over columns and rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableCell {
    pub text: String,
    pub n_columns: usize,
    pub n_rows: usize,
    pub is_head: bool,
    pub align: Align,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Align {
    #[default]
    Left,
    Center,
    Right,
}

/// Why a letter could not be written.
#[derive(Debug, thiserror::Error)]
pub enum LetterError {
    #[error("could not write the package")]
    Package(#[from] zip::result::ZipError),
    #[error("could not write a part")]
    Part(#[from] std::io::Error),
    #[error("could not write the workbook")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
}

pub const DOCX_MEDIA_TYPE: &str =
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

impl Letter {
    pub fn to_docx(&self) -> Result<Vec<u8>, LetterError> {
        docx::write(self)
    }
}

impl TableCell {
    pub fn new(text: impl Into<String>) -> Self {
        let align = Align::Left;
        Self { text: text.into(), n_columns: 1, n_rows: 1, is_head: false, align }
    }

    /// A cell in 黑体, in the middle.
    pub fn head(text: impl Into<String>) -> Self {
        Self { is_head: true, ..Self::new(text) }.align(Align::Center)
    }

    pub fn align(self, align: Align) -> Self {
        Self { align, ..self }
    }

    pub fn columns(self, n_columns: usize) -> Self {
        Self { n_columns: n_columns.max(1), ..self }
    }

    pub fn rows(self, n_rows: usize) -> Self {
        Self { n_rows: n_rows.max(1), ..self }
    }
}

/// `2026年9月20日`, as documents write days.
pub fn chinese_date(day: Date) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}
