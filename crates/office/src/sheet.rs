//! Lists as files: `.xlsx` in constant memory, or `.csv`.
//!
//! Text is always text. What a user typed never becomes a formula, neither in
//! the workbook nor when a CSV file is opened in a spreadsheet program.

use jiff::civil::Date;
use rust_xlsxwriter::{
    ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

/// A cell of a list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'a> {
    Text(&'a str),
    Integer(i64),
    Number(f64),
    /// A share from 0 to 1, shown as a percentage with one decimal.
    Share(f64),
    Date(Date),
    Empty,
}

/// A column of a list, its width in characters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Column<'a> {
    pub header: &'a str,
    pub width: f64,
}

/// What stands above the rows.
#[derive(Debug, Clone, Copy)]
pub struct Head<'a> {
    /// Name of the sheet; what a sheet's name may not hold is replaced.
    pub sheet: &'a str,
    pub title: &'a str,
    /// A line below the title: unit, date, who made it. Empty for none.
    pub note: &'a str,
    pub columns: &'a [Column<'a>],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ListFormat {
    Xlsx,
    Csv,
}

impl ListFormat {
    pub fn extension(self) -> &'static str {
        match self {
            ListFormat::Xlsx => "xlsx",
            ListFormat::Csv => "csv",
        }
    }

    pub fn media_type(self) -> &'static str {
        match self {
            ListFormat::Xlsx => {
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
            }
            ListFormat::Csv => "text/csv; charset=utf-8",
        }
    }
}

/// Why a list could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    #[error("could not write the workbook")]
    Xlsx(#[from] XlsxError),
    #[error("could not write the table")]
    Csv(#[from] csv::Error),
    #[error("a list needs its head before rows")]
    NoHead,
}

/// A list that is being written, row after row.
pub struct List(Kind);

enum Kind {
    Xlsx(Box<XlsxList>),
    Csv(Box<csv::Writer<Vec<u8>>>),
}

impl List {
    pub fn new(format: ListFormat, head: &Head<'_>) -> Result<Self, ListError> {
        match format {
            ListFormat::Xlsx => {
                let mut list = XlsxList::new();
                list.start(head)?;
                Ok(Self(Kind::Xlsx(Box::new(list))))
            }
            ListFormat::Csv => {
                // Excel takes UTF-8 for what it is only behind a mark.
                let start = "\u{feff}".as_bytes().to_vec();
                let mut writer = csv::WriterBuilder::new()
                    .terminator(csv::Terminator::CRLF)
                    .flexible(true)
                    .from_writer(start);
                writer
                    .write_record(head.columns.iter().map(|column| disarmed(column.header)))?;
                Ok(Self(Kind::Csv(Box::new(writer))))
            }
        }
    }

    /// Begins another list: a new sheet, or below an empty line in CSV.
    pub fn next(&mut self, head: &Head<'_>) -> Result<(), ListError> {
        match &mut self.0 {
            Kind::Xlsx(list) => list.start(head),
            Kind::Csv(writer) => {
                writer.write_record([""])?;
                writer
                    .write_record(head.columns.iter().map(|column| disarmed(column.header)))?;
                Ok(())
            }
        }
    }

    pub fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), ListError> {
        match &mut self.0 {
            Kind::Xlsx(list) => list.row(cells),
            Kind::Csv(writer) => Ok(writer.write_record(cells.iter().map(csv_text))?),
        }
    }

    pub fn finish(self) -> Result<Vec<u8>, ListError> {
        match self.0 {
            Kind::Xlsx(mut list) => Ok(list.workbook.save_to_buffer()?),
            Kind::Csv(writer) => Ok(writer
                .into_inner()
                .map_err(|error| csv::Error::from(std::io::Error::other(error.to_string())))?),
        }
    }
}

struct XlsxList {
    workbook: Workbook,
    style: Style,
    sheet: Option<OpenSheet>,
    names: Vec<String>,
}

struct OpenSheet {
    at: usize,
    next_row: u32,
    head: OwnedHead,
}

/// Kept to go on with on a further sheet when one is full.
#[derive(Clone)]
struct OwnedHead {
    sheet: String,
    title: String,
    note: String,
    columns: Vec<(String, f64)>,
}

/// Rows of a sheet in the format's own limit.
const ROWS_MAX: u32 = 1_048_576;
/// Characters of a cell in the format's own limit.
const CELL_CHARS_MAX: usize = 32_767;

impl XlsxList {
    fn new() -> Self {
        Self { workbook: Workbook::new(), style: Style::new(), sheet: None, names: Vec::new() }
    }

    fn start(&mut self, head: &Head<'_>) -> Result<(), ListError> {
        let columns = head
            .columns
            .iter()
            .map(|column| (column.header.to_owned(), column.width))
            .collect();
        self.open(OwnedHead {
            sheet: head.sheet.to_owned(),
            title: head.title.to_owned(),
            note: head.note.to_owned(),
            columns,
        })
    }

    fn open(&mut self, head: OwnedHead) -> Result<(), ListError> {
        let name = sheet_name(&head.sheet, &self.names);
        self.names.push(name.clone());
        let at = self.names.len() - 1;
        let style = &self.style;
        let sheet = self.workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name(&name)?;
        let next_row = write_head(sheet, style, &head)?;
        self.sheet = Some(OpenSheet { at, next_row, head });
        Ok(())
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), ListError> {
        let open = self.sheet.as_mut().ok_or(ListError::NoHead)?;
        if open.next_row >= ROWS_MAX {
            let head = open.head.clone();
            self.open(head)?;
        }
        let open = self.sheet.as_mut().ok_or(ListError::NoHead)?;
        let sheet = self.workbook.worksheet_from_index(open.at)?;
        let row = open.next_row;
        open.next_row += 1;
        for (column, cell) in cells.iter().enumerate() {
            write_cell(sheet, (row, column as u16), cell, &self.style)?;
        }
        Ok(())
    }
}

fn write_head(
    sheet: &mut Worksheet,
    style: &Style,
    head: &OwnedHead,
) -> Result<u32, ListError> {
    for (column, (_, width)) in head.columns.iter().enumerate() {
        sheet.set_column_width(column as u16, *width)?;
    }
    let last = (head.columns.len().saturating_sub(1)) as u16;
    let mut row = 0;
    for (text, format, height) in
        [(&head.title, &style.title, 30.0), (&head.note, &style.note, 18.0)]
    {
        if text.is_empty() {
            continue;
        }
        sheet.set_row_height(row, height)?;
        // A merge writes its cells at once, so it must come in row order.
        if last > 0 {
            sheet.merge_range(row, 0, row, last, &cut(text), format)?;
        } else {
            sheet.write_string_with_format(row, 0, cut(text), format)?;
        }
        row += 1;
    }
    sheet.set_row_height(row, 22)?;
    for (column, (header, _)) in head.columns.iter().enumerate() {
        sheet.write_string_with_format(row, column as u16, cut(header), &style.header)?;
    }
    sheet.set_freeze_panes(row + 1, 0)?;
    sheet.set_repeat_rows(0, row)?;
    sheet.set_paper_size(9);
    sheet.set_landscape();
    sheet.set_print_fit_to_pages(1, 0);
    Ok(row + 1)
}

fn write_cell(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell<'_>,
    style: &Style,
) -> Result<(), ListError> {
    match *cell {
        Cell::Text(text) => {
            sheet.write_string_with_format(row, column, cut(text), &style.text)?;
        }
        Cell::Integer(number) => {
            sheet.write_number_with_format(row, column, number as f64, &style.plain)?;
        }
        Cell::Number(number) if number.is_finite() => {
            sheet.write_number_with_format(row, column, number, &style.plain)?;
        }
        Cell::Share(share) if share.is_finite() => {
            sheet.write_number_with_format(row, column, share, &style.share)?;
        }
        Cell::Date(day) => {
            let moment = excel_day(day)?;
            sheet.write_datetime_with_format(row, column, moment, &style.date)?;
        }
        Cell::Number(_) | Cell::Share(_) | Cell::Empty => {
            sheet.write_blank(row, column, &style.plain)?;
        }
    }
    Ok(())
}

pub(crate) fn excel_day(day: Date) -> Result<ExcelDateTime, XlsxError> {
    ExcelDateTime::from_ymd(day.year().max(0) as u16, day.month() as u8, day.day() as u8)
}

struct Style {
    title: Format,
    note: Format,
    header: Format,
    text: Format,
    plain: Format,
    share: Format,
    date: Format,
}

impl Style {
    fn new() -> Self {
        let cell = || {
            Format::new()
                .set_border(FormatBorder::Thin)
                .set_border_color("#BFBFBF")
                .set_align(FormatAlign::VerticalCenter)
        };
        Self {
            title: Format::new()
                .set_bold()
                .set_font_size(16)
                .set_align(FormatAlign::Center)
                .set_align(FormatAlign::VerticalCenter),
            note: Format::new()
                .set_font_color("#595959")
                .set_align(FormatAlign::Left)
                .set_align(FormatAlign::VerticalCenter),
            header: cell()
                .set_bold()
                .set_background_color("#DDEBF7")
                .set_align(FormatAlign::Center)
                .set_text_wrap(),
            text: cell().set_num_format("@"),
            plain: cell(),
            share: cell().set_num_format("0.0%"),
            date: cell().set_num_format("yyyy-mm-dd").set_align(FormatAlign::Left),
        }
    }
}

/// A text that fits a cell, without the control signs that XML cannot hold.
pub(crate) fn cut(text: &str) -> String {
    let kept = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
    text.chars().filter(kept).take(CELL_CHARS_MAX).collect()
}

/// A name that a sheet may bear: 31 characters, none forbidden, not taken.
pub(crate) fn sheet_name(wanted: &str, taken: &[String]) -> String {
    let allowed = |c: char| !(c.is_control() || "[]:*?/\\".contains(c));
    let clean: String = wanted.chars().map(|c| if allowed(c) { c } else { ' ' }).collect();
    let clean = clean.trim().trim_matches('\'').trim();
    let clean = if clean.is_empty() { "Sheet" } else { clean };
    let fit = |suffix: &str| {
        // The limit counts UTF-16 units.
        let mut room = 31 - suffix.len();
        let fits = |c: &char| {
            let fits = c.len_utf16() <= room;
            room = room.saturating_sub(c.len_utf16());
            fits
        };
        let head: String = clean.chars().take_while(fits).collect();
        format!("{head}{suffix}")
    };
    let is_taken =
        |name: &str| taken.iter().any(|other| other.to_lowercase() == name.to_lowercase());
    let first = fit("");
    if !is_taken(&first) {
        return first;
    }
    (2..10_000).map(|n| fit(&format!(" ({n})"))).find(|name| !is_taken(name)).unwrap_or(first)
}

fn csv_text(cell: &Cell<'_>) -> String {
    match *cell {
        Cell::Text(text) => disarmed(text),
        Cell::Integer(number) => number.to_string(),
        Cell::Number(number) if number.is_finite() => number.to_string(),
        Cell::Share(share) if share.is_finite() => format!("{:.1}%", share * 100.0),
        Cell::Date(day) => day.to_string(),
        Cell::Number(_) | Cell::Share(_) | Cell::Empty => String::new(),
    }
}

/// Spreadsheet programs run what begins with these signs; an apostrophe before
/// them makes it text.
fn disarmed(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}
