//! A copy of a roster that shows its owner what to repair: a first sheet lists
//! every finding, and the cells themselves are coloured and commented.

use std::collections::BTreeMap;

use rust_xlsxwriter::{Format, Note, Url, Workbook, Worksheet, XlsxError};

use super::cells::{RawRow, Value};
use super::file::{FileError, Go, RosterFile};
use super::problem::{CellProblem, Level, Problems};
use crate::sheet::{cut, excel_day, sheet_name};

/// The name of the first sheet; reading a marked copy again leaves it out.
const LIST_SHEET: &str = "问题清单";
/// A row's further findings on one cell share its comment.
type ByCell<'p> = BTreeMap<(u32, u16), Vec<&'p CellProblem>>;

pub(super) fn marked_copy(
    file: &RosterFile,
    problems: &Problems,
) -> Result<Vec<u8>, FileError> {
    let mut book = file.book()?;
    let mut workbook = Workbook::new();
    let mut names = vec![LIST_SHEET.to_owned()];
    let sources: Vec<_> =
        book.sheets.iter().filter(|name| !name.starts_with(LIST_SHEET)).cloned().collect();
    for source in &sources {
        let name = sheet_name(source, &names);
        names.push(name);
    }
    let copies: Vec<&String> = names.iter().skip(1).collect();
    write_list(&mut workbook, problems, |sheet| {
        let at = sources.iter().position(|source| **source == *sheet)?;
        copies.get(at).map(|name| name.as_str())
    })
    .map_err(write_error)?;
    let style = Style::new();
    for (source, name) in sources.iter().zip(copies) {
        let mut marks = by_cell(problems, source);
        let sheet = workbook.add_worksheet_with_constant_memory().map_err(write_error)?;
        sheet.set_name(name).map_err(write_error)?;
        let mut failed = None;
        book.rows(source, &mut |raw| match copy_row(sheet, raw, &mut marks, &style) {
            Ok(()) => Go::On,
            Err(error) => {
                failed = Some(error);
                Go::Stop
            }
        })?;
        if let Some(error) = failed {
            return Err(write_error(error));
        }
    }
    workbook.save_to_buffer().map_err(write_error)
}

#[expect(clippy::needless_pass_by_value, reason = "serves as the argument of map_err")]
fn write_error(error: XlsxError) -> FileError {
    FileError::Write(error.to_string())
}

fn by_cell<'p>(problems: &'p Problems, sheet: &str) -> ByCell<'p> {
    let mut cells: ByCell<'p> = BTreeMap::new();
    for problem in problems.list().iter().filter(|problem| &*problem.sheet == sheet) {
        cells.entry((problem.row, problem.column)).or_default().push(problem);
    }
    cells
}

struct Style {
    error: Format,
    warning: Format,
    date: Format,
    header: Format,
}

impl Style {
    fn new() -> Self {
        Self {
            error: Format::new().set_background_color("#FFC7CE").set_font_color("#9C0006"),
            warning: Format::new().set_background_color("#FFEB9C").set_font_color("#7F6000"),
            date: Format::new().set_num_format("yyyy-mm-dd"),
            header: Format::new().set_bold().set_background_color("#DDEBF7"),
        }
    }

    fn of(&self, level: Level) -> &Format {
        match level {
            Level::Error => &self.error,
            Level::Warning => &self.warning,
        }
    }
}

fn write_list<'n>(
    workbook: &mut Workbook,
    problems: &Problems,
    copy_of: impl Fn(&str) -> Option<&'n str>,
) -> Result<(), XlsxError> {
    let style = Style::new();
    let sheet = workbook.add_worksheet_with_constant_memory()?;
    sheet.set_name(LIST_SHEET)?;
    for (column, width) in [8.0, 18.0, 8.0, 6.0, 16.0, 28.0, 70.0].into_iter().enumerate() {
        sheet.set_column_width(column as u16, width)?;
    }
    let summary = format!(
        "共 {} 处错误（须改正后才能导入）、{} 处提醒。点“行”可跳到该单元格。{}",
        problems.errors(),
        problems.warnings(),
        match problems.unlisted() {
            0 => String::new(),
            n => format!("另有 {n} 处未列出，改正后请重新上传检查。"),
        }
    );
    sheet.write_string(0, 0, summary)?;
    for (column, header) in
        ["级别", "工作表", "行", "列", "列名", "填写内容", "问题与要求"].iter().enumerate()
    {
        sheet.write_string_with_format(1, column as u16, *header, &style.header)?;
    }
    sheet.set_freeze_panes(2, 0)?;
    for (at, problem) in problems.list().iter().enumerate() {
        let row = at as u32 + 2;
        let word = if problem.level == Level::Error { "错误" } else { "提醒" };
        sheet.write_string_with_format(row, 0, word, style.of(problem.level))?;
        sheet.write_string(row, 1, cut(&problem.sheet))?;
        match copy_of(&problem.sheet) {
            Some(copy) => {
                let quoted = copy.replace('\'', "''");
                let link = format!("internal:'{quoted}'!{}{}", problem.letter(), problem.row);
                sheet.write_url(row, 2, Url::new(link).set_text(problem.row.to_string()))?;
            }
            None => {
                sheet.write_number(row, 2, f64::from(problem.row))?;
            }
        }
        sheet.write_string(row, 3, problem.letter())?;
        sheet.write_string(row, 4, cut(&problem.header))?;
        sheet.write_string(row, 5, cut(&problem.value))?;
        sheet.write_string(row, 6, cut(&problem.message))?;
    }
    Ok(())
}

fn copy_row(
    sheet: &mut Worksheet,
    raw: &RawRow<'_, '_>,
    marks: &mut ByCell<'_>,
    style: &Style,
) -> Result<(), XlsxError> {
    let row = raw.number - 1;
    let mut width = raw.cells.len() as u16;
    if !marks.is_empty() {
        let of_row = (raw.number, 0)..=(raw.number, u16::MAX);
        let last = marks.range(of_row).next_back().map(|((_, column), _)| *column);
        width = last.map_or(width, |column| width.max(column + 1));
    }
    for column in 0..width {
        let cell = raw.cell(column);
        let findings =
            if marks.is_empty() { None } else { marks.remove(&(raw.number, column)) };
        let Some(findings) = findings else {
            write_plain(sheet, (row, column), cell, style)?;
            continue;
        };
        let level = findings.iter().map(|problem| problem.level).min().unwrap_or(Level::Error);
        let format = style.of(level);
        match cell {
            Value::Empty => sheet.write_blank(row, column, format)?,
            Value::Number(number) if number.is_finite() => {
                sheet.write_number_with_format(row, column, *number, format)?
            }
            cell => sheet.write_string_with_format(row, column, cut(&cell.text()), format)?,
        };
        let words: Vec<&str> =
            findings.iter().map(|problem| problem.message.as_str()).collect();
        let note = Note::new(words.join("\n")).add_author_prefix(false).set_width(260);
        sheet.insert_note(row, column, &note)?;
    }
    Ok(())
}

fn write_plain(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Value<'_>,
    style: &Style,
) -> Result<(), XlsxError> {
    match cell {
        Value::Empty => {}
        Value::Text(text) => {
            sheet.write_string(row, column, cut(text))?;
        }
        Value::Number(number) if number.is_finite() => {
            sheet.write_number(row, column, *number)?;
        }
        Value::Date(day) => {
            sheet.write_datetime_with_format(row, column, excel_day(*day)?, &style.date)?;
        }
        cell => {
            sheet.write_string(row, column, cut(&cell.text()))?;
        }
    }
    Ok(())
}
