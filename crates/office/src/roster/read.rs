//! The one pass over a roster: sheet by sheet, row by row.

use std::sync::Arc;

use campaign::plan::Stage;

use super::cells::RawRow;
use super::columns::{HEAD_ROWS, HeadRow, Header, Use, field_of, find_header};
use super::field::{Field, Said, said};
use super::file::{Book, FileError, Go, RosterFile};
use super::grade::{self, ClassWord, Grade};
use super::problem::{CellProblem, Level, Problems, shown};
use super::tally::{Seen, Tally};
use super::value::Fault;
use super::{Options, Reading, Role, RosterRow, SheetReading, SheetState};
use person::PersonReader;

mod person;

/// Everything that is known of the file so far.
#[derive(Default)]
pub(super) struct Known {
    pub(super) problems: Problems,
    pub(super) tally: Tally,
    pub(super) sheets: Vec<Arc<str>>,
    /// Rows stand class by class, so the word before is mostly the word again.
    pub(super) last_grade: Last<Grade>,
    pub(super) last_class: Last<ClassWord>,
}

/// The text, the stage it was read in, and what it was read as.
pub(super) type Last<T> = Option<(String, Option<Stage>, T)>;

/// What `last` holds for this text, or what `read` makes of it.
pub(super) fn again<T: Clone>(
    last: &mut Last<T>,
    text: &str,
    stage: Option<Stage>,
    read: impl FnOnce() -> Result<T, Fault>,
) -> Result<T, Fault> {
    if let Some((word, in_stage, value)) = last
        && word == text
        && *in_stage == stage
    {
        return Ok(value.clone());
    }
    let value = read()?;
    *last = Some((text.to_owned(), stage, value.clone()));
    Ok(value)
}

pub(super) fn read(
    file: &RosterFile,
    options: &Options,
    visit: &mut dyn FnMut(RosterRow),
) -> Result<Reading, FileError> {
    let mut book = file.book()?;
    let mut known = Known { sheets: book.sheets.clone(), ..Known::default() };
    let mut sheets = Vec::new();
    let mut seen_headers = Vec::new();
    for (at, name) in book.sheets.clone().into_iter().enumerate() {
        let head = head_of(&mut book, &name)?;
        let state = match skip_reason(&name, &head, file.is_csv()) {
            Some(reason) => SheetState::Skipped(reason),
            None => match find_header(&head, &name, &options.mapping) {
                None => {
                    seen_headers.extend(widest(&head));
                    SheetState::Skipped("没有找到表头")
                }
                Some(header) => {
                    let sheet = Sheet::new(at as u16, name.clone(), header, &head);
                    read_sheet(&mut book, &sheet, options, &mut known, visit)?
                }
            },
        };
        sheets.push(SheetReading { name, state });
    }
    if !sheets.iter().any(|sheet| matches!(sheet.state, SheetState::Read { .. })) {
        let seen = match seen_headers.first() {
            Some(texts) => format!("文件中看到的内容是：{texts}"),
            None => "文件中没有内容".to_owned(),
        };
        return Err(FileError::NoHeader { seen });
    }
    Ok(Reading { preview: known.tally.preview, problems: known.problems, sheets })
}

fn head_of(book: &mut Book<'_>, sheet: &str) -> Result<Vec<HeadRow>, FileError> {
    let mut head = Vec::new();
    book.rows(sheet, &mut |raw| {
        if raw.cells.iter().any(|cell| !cell.is_blank()) {
            head.push(HeadRow::of(raw));
        }
        if head.len() < HEAD_ROWS { Go::On } else { Go::Stop }
    })?;
    Ok(head)
}

fn skip_reason(name: &str, head: &[HeadRow], is_csv: bool) -> Option<&'static str> {
    const ASIDE: &[&str] = &["说明", "问题清单", "示例", "样例", "字典", "下拉"];
    if head.is_empty() {
        Some("空白工作表")
    } else if !is_csv && ASIDE.iter().any(|word| name.contains(word)) {
        Some("说明或清单，不是花名册")
    } else {
        None
    }
}

/// The row with most cells, to show the user what stands where headers should.
fn widest(head: &[HeadRow]) -> Option<String> {
    let filled = |row: &HeadRow| row.texts.iter().filter(|text| !text.is_empty()).count();
    let row = head.iter().rev().max_by_key(|row| filled(row))?;
    let texts: Vec<String> = row
        .texts
        .iter()
        .filter(|text| !text.is_empty())
        .take(12)
        .map(|text| shown(text))
        .collect();
    Some(texts.join("、"))
}

/// A sheet whose headers are known.
pub(super) struct Sheet {
    pub(super) at: u16,
    pub(super) name: Arc<str>,
    pub(super) header: Header,
    pub(super) role: Role,
    /// The class that the sheet's name or title tells, if no column does.
    pub(super) class: Option<ClassWord>,
}

impl Sheet {
    fn new(at: u16, name: Arc<str>, header: Header, head: &[HeadRow]) -> Self {
        let role = usual_role(&name, &header);
        let titles = head.iter().filter(|row| row.number < header.row);
        let titles = titles.flat_map(|row| row.texts.iter().map(String::as_str));
        let class = std::iter::once(&*name).chain(titles).find_map(class_in_title);
        Self { at, name, header, role, class }
    }

    pub(super) fn has(&self, field: Field) -> bool {
        self.header.columns.iter().any(|column| field_of(column) == Some(field))
    }

    pub(super) fn header_of(&self, column: u16) -> String {
        let found = self.header.columns.iter().find(|this| this.index == column);
        found.map(|column| column.header.clone()).unwrap_or_default()
    }
}

/// Whom a sheet without a category column is about.
fn usual_role(name: &str, header: &Header) -> Role {
    let has =
        |field: Field| header.columns.iter().any(|column| field_of(column) == Some(field));
    let is_named_staff =
        ["教职工", "教师", "职工", "员工", "教工"].iter().any(|word| name.contains(word));
    let has_students =
        [Field::StudentNo, Field::RegisterNo, Field::GuardianName(0), Field::Class];
    let has_staff = [Field::StaffNo, Field::Post, Field::Department];
    let is_staff = !has_students.into_iter().any(has) && has_staff.into_iter().any(has);
    if is_staff || (is_named_staff && !has(Field::StudentNo)) {
        Role::Staff
    } else {
        Role::Student
    }
}

/// Finds `三年级（2）班` in a sheet's name or a title.
fn class_in_title(title: &str) -> Option<ClassWord> {
    let end = title.find('班')? + '班'.len_utf8();
    let text = title.get(..end)?;
    let starts = text.char_indices().map(|(at, _)| at);
    let mut words = starts.filter_map(|at| grade::class(text.get(at..)?, None).ok());
    let with_grade = words.find(|word| word.grade.is_some() && word.class.chars().count() <= 4);
    let alone = || {
        let word = grade::class(text, None).ok()?;
        (word.class.chars().count() <= 4 && text.chars().count() <= 5).then_some(word)
    };
    with_grade.or_else(alone)
}

fn read_sheet(
    book: &mut Book<'_>,
    sheet: &Sheet,
    options: &Options,
    known: &mut Known,
    visit: &mut dyn FnMut(RosterRow),
) -> Result<SheetState, FileError> {
    let reader = PersonReader::new(sheet, options);
    let name_at = reader.name_column();
    note_headers(sheet, known);
    let mut rows = 0;
    let mut has_told_of_class = false;
    book.rows(&sheet.name, &mut |raw| {
        if raw.number <= sheet.header.row || raw.cells.iter().all(super::cells::Value::is_blank)
        {
            return Go::On;
        }
        if is_aside(raw, name_at) {
            known.tally.preview.rows_skipped += 1;
            return Go::On;
        }
        rows += 1;
        known.tally.preview.rows += 1;
        match reader.person(raw, known) {
            Some(row) => {
                known.tally.count(&row);
                visit(row);
            }
            None => known.tally.preview.rows_with_errors += 1,
        }
        if reader.lacks_class() && !has_told_of_class {
            has_told_of_class = true;
            tell_of_class(sheet, known);
        }
        Go::On
    })?;
    let columns = sheet.header.columns.clone();
    Ok(SheetState::Read { header_row: sheet.header.row, columns, rows })
}

fn note_headers(sheet: &Sheet, known: &mut Known) {
    let unknown = sheet
        .header
        .columns
        .iter()
        .filter(|column| matches!(column.used_as, Use::Unknown | Use::Repeated))
        .map(|column| (sheet.name.clone(), column.letter(), column.header.clone()));
    known.tally.preview.unknown_headers.extend(unknown);
}

/// Students need a class; a sheet that has none anywhere is told so once.
fn tell_of_class(sheet: &Sheet, known: &mut Known) {
    let at = sheet.header.columns.iter().find(|column| field_of(column) == Some(Field::Name));
    let at = at.map_or(0, |column| column.index);
    known.problems.add(Level::Error, || CellProblem {
        level: Level::Error,
        sheet: sheet.name.clone(),
        row: sheet.header.row,
        column: at,
        header: "班级".to_owned(),
        value: String::new(),
        message: "表中没有“班级”列，工作表名和标题中也没有班级；学生须有班级，请补上该列，或把工作表命名为班级（如“三（2）班”）"
            .to_owned(),
    });
}

/// Totals, notes below the table, and headers repeated on each page.
fn is_aside(raw: &RawRow<'_, '_>, name_at: u16) -> bool {
    const NOTES: &[&str] = &[
        "制表",
        "填表",
        "审核",
        "注：",
        "注:",
        "备注：",
        "备注:",
        "说明",
        "联系人",
        "负责人",
        "校长",
        "班主任签",
        "盖章",
        "（盖章",
    ];
    const TOTALS: &[&str] = &["合计", "总计", "共计", "小计"];
    let name = raw.cell(name_at);
    let first = raw.cells.iter().find(|cell| !cell.is_blank()).map(|cell| cell.text());
    let first = first.unwrap_or_default();
    if TOTALS.iter().any(|word| first.starts_with(word)) {
        return true;
    }
    let name_text = name.text();
    if name_text.contains('名') && said(&name_text) == NAME {
        return true;
    }
    name.is_blank() && NOTES.iter().any(|word| first.starts_with(word))
}

const NAME: Said = Said::Field(Field::Name);

impl Known {
    pub(super) fn seen_at(&self, seen: Seen, sheet: &Sheet) -> String {
        if seen.sheet == sheet.at {
            format!("第 {} 行", seen.row)
        } else {
            let name = self.sheets.get(usize::from(seen.sheet));
            format!("工作表“{}”第 {} 行", name.map_or("", |name| name), seen.row)
        }
    }
}
