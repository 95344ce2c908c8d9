//! A roster file: what it is, whether it may be opened, and its rows as they
//! stand. The meaning of a cell is not known here.

use std::borrow::Cow;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use calamine::{DataRef, Reader, SheetType, Xlsx};
use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

use super::cells::{RawRow, Value};
use crate::package::{self, Container, PackageError, PackageLimits};

/// Bounds of a roster.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub file_bytes_max: usize,
    pub package: PackageLimits,
    /// Columns beyond this are not looked at.
    pub columns_max: u16,
}

impl Default for Limits {
    fn default() -> Self {
        let package = PackageLimits::default();
        Self { file_bytes_max: 128 << 20, package, columns_max: 256 }
    }
}

/// Why a file cannot be read as a roster, in words for its owner.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    #[error("文件是空的，请检查后重新上传")]
    Empty,
    #[error("文件过大（{size_mb} MB），花名册最大 {max_mb} MB，请按学校拆分后再上传")]
    TooLarge { size_mb: usize, max_mb: usize },
    #[error("文件解压后内容异常庞大，为安全起见不予打开；请另存为新的 .xlsx 后重试")]
    Bomb,
    #[error("文件设有打开密码，请在 Excel 或 WPS 中取消密码后重新上传")]
    Encrypted,
    #[error("文件已损坏，无法打开；请用 Excel 或 WPS 重新另存为 .xlsx 后上传")]
    Damaged,
    #[error("这是{found}，不能作为花名册读取；请另存为 Excel 工作簿（.xlsx）或 CSV 后上传")]
    WrongKind { found: &'static str },
    #[error("CSV 文件的编码无法识别；请保存为 UTF-8 或 GB18030（中文 Windows 默认）编码")]
    Encoding,
    #[error("CSV 第 {line} 行格式有误：{detail}")]
    Csv { line: u64, detail: &'static str },
    #[error(
        "没有找到表头。表头须有“姓名”列，并至少再有一列可识别的列（如班级、学号、性别）。{seen}"
    )]
    NoHeader { seen: String },
    #[error("生成文件失败：{0}")]
    Write(String),
}

/// A roster that may be read, kept as its bytes.
#[derive(Debug, Clone)]
pub struct RosterFile {
    bytes: Arc<[u8]>,
    format: Format,
    columns_max: u16,
}

#[derive(Debug, Clone)]
enum Format {
    Xlsx { merges_rows: bool },
    Csv { name: Arc<str>, encoding: &'static Encoding, delimiter: u8 },
}

impl RosterFile {
    /// Looks at the bytes and refuses what is no roster. The name only serves
    /// to call the one sheet of a CSV file something.
    pub fn open(
        bytes: impl Into<Arc<[u8]>>,
        file_name: &str,
        limits: &Limits,
    ) -> Result<Self, FileError> {
        let bytes = bytes.into();
        if bytes.is_empty() {
            return Err(FileError::Empty);
        }
        if bytes.len() > limits.file_bytes_max {
            let (size_mb, max_mb) = (bytes.len() >> 20, limits.file_bytes_max >> 20);
            return Err(FileError::TooLarge { size_mb, max_mb });
        }
        let format = match package::container(&bytes) {
            Container::Xlsx => {
                let survey = package::survey(&bytes, &limits.package)?;
                Format::Xlsx { merges_rows: survey.merges_rows }
            }
            Container::Other => csv_format(&bytes, file_name)?,
            other => return Err(refusal(other)),
        };
        Ok(Self { bytes, format, columns_max: limits.columns_max })
    }

    pub(crate) fn is_csv(&self) -> bool {
        matches!(self.format, Format::Csv { .. })
    }

    /// Opens the workbook: its strings and styles are read, its sheets not yet.
    pub(crate) fn book(&self) -> Result<Book<'_>, FileError> {
        match &self.format {
            Format::Xlsx { merges_rows } => {
                let open = || Xlsx::new(Cursor::new(&*self.bytes));
                let xlsx = guarded(open)?.map_err(|_| FileError::Damaged)?;
                let sheets = xlsx
                    .sheets_metadata()
                    .iter()
                    .filter(|sheet| sheet.typ == SheetType::WorkSheet)
                    .map(|sheet| Arc::from(sheet.name.as_str()))
                    .collect();
                let kind = BookKind::Xlsx { xlsx: Box::new(xlsx), merges: *merges_rows };
                Ok(Book { kind, sheets, columns_max: self.columns_max })
            }
            Format::Csv { name, encoding, delimiter } => {
                let (text, _, _) = encoding.decode(&self.bytes);
                let kind = BookKind::Csv { text, delimiter: *delimiter };
                Ok(Book { kind, sheets: vec![name.clone()], columns_max: self.columns_max })
            }
        }
    }
}

impl From<PackageError> for FileError {
    fn from(error: PackageError) -> Self {
        match error {
            PackageError::Damaged => FileError::Damaged,
            PackageError::Encrypted => FileError::Encrypted,
            PackageError::TooManyParts | PackageError::TooLarge => FileError::Bomb,
        }
    }
}

fn refusal(container: Container) -> FileError {
    let found = match container {
        Container::Encrypted => return FileError::Encrypted,
        Container::OtherZip => return FileError::Damaged,
        Container::Xls => "旧版 Excel 文件（.xls）",
        Container::Xlsb => "二进制 Excel 文件（.xlsb）",
        Container::Doc | Container::Docx => "Word 文档",
        Container::Ppt | Container::Pptx => "演示文稿",
        Container::OpenDocument => "OpenDocument 文件（.ods/.odt）",
        Container::Pdf => "PDF 文件",
        Container::Html => "网页格式的表格（有的系统把它导出为 .xls）",
        Container::Rar => "压缩包",
        Container::OtherCompound => "旧版 Office 文件",
        Container::Xlsx | Container::Other => "未知类型的文件",
    };
    FileError::WrongKind { found }
}

/// Parsers of foreign formats are not ours: should one panic, the file is
/// damaged and the program goes on.
fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, FileError> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| FileError::Damaged)
}

fn csv_format(bytes: &[u8], file_name: &str) -> Result<Format, FileError> {
    let encoding = match Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding,
        None if std::str::from_utf8(bytes).is_ok() => UTF_8,
        None => GB18030,
    };
    let is_wide = encoding == UTF_16LE || encoding == UTF_16BE;
    if !is_wide && memchr::memchr(0, bytes).is_some() {
        return Err(FileError::WrongKind { found: "未知类型的文件" });
    }
    let (text, _, has_faults) = encoding.decode(bytes);
    if has_faults {
        return Err(FileError::Encoding);
    }
    let stem = file_name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem).trim();
    let name = Arc::from(if stem.is_empty() { "CSV" } else { stem });
    Ok(Format::Csv { name, encoding, delimiter: delimiter(&text) })
}

/// The mark that stands most often in the first lines.
fn delimiter(text: &str) -> u8 {
    let head: Vec<&str> = text.lines().take(20).collect();
    let count = |mark: char| head.iter().map(|line| line.matches(mark).count()).sum::<usize>();
    let marks = [(',', b','), ('\t', b'\t'), (';', b';')];
    let best = marks.into_iter().rev().max_by_key(|(mark, _)| count(*mark));
    best.map_or(b',', |(_, byte)| byte)
}

/// An open workbook.
pub(crate) struct Book<'b> {
    kind: BookKind<'b>,
    pub(crate) sheets: Vec<Arc<str>>,
    columns_max: u16,
}

enum BookKind<'b> {
    Xlsx { xlsx: Box<Xlsx<Cursor<&'b [u8]>>>, merges: bool },
    Csv { text: Cow<'b, str>, delimiter: u8 },
}

/// Takes rows in order, as long as it says so.
pub(crate) type TakeRow<'v> = dyn FnMut(&RawRow<'_, '_>) -> Go + 'v;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Go {
    On,
    Stop,
}

impl Book<'_> {
    /// Hands every row with cells to `take`, from the top.
    pub(crate) fn rows(
        &mut self,
        sheet: &str,
        take: &mut TakeRow<'_>,
    ) -> Result<(), FileError> {
        let columns_max = self.columns_max;
        match &mut self.kind {
            BookKind::Xlsx { xlsx, merges } => {
                let merges = if *merges { down_merges(xlsx, sheet)? } else { Vec::new() };
                guarded(|| xlsx_rows(xlsx, sheet, columns_max, merges, take))?
            }
            BookKind::Csv { text, delimiter } => csv_rows(text, *delimiter, columns_max, take),
        }
    }
}

/// A merge that reaches below its first row: first row, last row, columns.
struct DownMerge {
    from: u32,
    until: u32,
    columns: (u32, u32),
}

fn down_merges(
    xlsx: &mut Xlsx<Cursor<&[u8]>>,
    sheet: &str,
) -> Result<Vec<DownMerge>, FileError> {
    let merges = guarded(|| xlsx.merge_cells_by_sheet_name(sheet))?;
    let mut merges: Vec<DownMerge> = merges
        .map_err(|_| FileError::Damaged)?
        .into_iter()
        .filter(|merge| merge.end.0 > merge.start.0)
        .map(|merge| DownMerge {
            from: merge.start.0,
            until: merge.end.0,
            columns: (merge.start.1, merge.end.1),
        })
        .collect();
    merges.sort_by_key(|merge| std::cmp::Reverse(merge.from));
    Ok(merges)
}

fn xlsx_rows(
    xlsx: &mut Xlsx<Cursor<&[u8]>>,
    sheet: &str,
    columns_max: u16,
    merges: Vec<DownMerge>,
    take: &mut TakeRow<'_>,
) -> Result<(), FileError> {
    let damaged = |_| FileError::Damaged;
    let mut reader = xlsx.worksheet_cells_reader(sheet).map_err(damaged)?;
    let mut carry = Carry { waiting: merges, open: Vec::new(), values: Vec::new() };
    let mut cells: Vec<Value<'_>> = Vec::new();
    let mut at: Option<u32> = None;
    loop {
        let cell = reader.next_cell().map_err(damaged)?;
        let row = cell.as_ref().map(|cell| cell.get_position().0);
        if row != at {
            if let Some(done) = at {
                carry.advance(done, &cells);
                let raw = RawRow { number: done + 1, cells: &cells, carried: &carry.values };
                if take(&raw) == Go::Stop {
                    return Ok(());
                }
            }
            cells.clear();
            at = row;
        }
        let Some(cell) = cell else { return Ok(()) };
        let column = cell.get_position().1;
        if column >= u32::from(columns_max) {
            continue;
        }
        let value = value_of(&cell);
        if value == Value::Empty {
            continue;
        }
        let column = column as usize;
        if cells.len() <= column {
            cells.resize(column + 1, Value::Empty);
        }
        if let Some(place) = cells.get_mut(column) {
            *place = value;
        }
    }
}

/// The values of merged cells on their way down.
struct Carry<'a> {
    /// Merges further down, the next one last.
    waiting: Vec<DownMerge>,
    open: Vec<(u32, u16, Value<'a>)>,
    values: Vec<(u16, Value<'a>)>,
}

impl<'a> Carry<'a> {
    fn advance(&mut self, row: u32, cells: &[Value<'a>]) {
        if self.waiting.is_empty() && self.open.is_empty() {
            return;
        }
        self.open.retain(|(until, _, _)| *until >= row);
        while let Some(merge) = self.waiting.pop_if(|merge| merge.from <= row) {
            let first = cells.get(merge.columns.0 as usize);
            let Some(first) = first.filter(|_| merge.from == row) else { continue };
            self.open.push((merge.until, merge.columns.0 as u16, first.clone()));
        }
        self.values.clear();
        let values = self.open.iter().map(|(_, column, value)| (*column, value.clone()));
        self.values.extend(values);
    }
}

fn value_of<'a>(cell: &calamine::Cell<DataRef<'a>>) -> Value<'a> {
    match cell.get_value() {
        DataRef::Empty => Value::Empty,
        DataRef::SharedString(text) => Value::Text(Cow::Borrowed(text)),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            Value::Text(Cow::Owned(text.clone()))
        }
        DataRef::Int(number) => Value::Number(*number as f64),
        DataRef::Float(number) => Value::Number(*number),
        DataRef::Bool(yes) => Value::Text(Cow::Borrowed(if *yes { "TRUE" } else { "FALSE" })),
        DataRef::Error(_) => Value::Error,
        DataRef::DateTime(moment) => {
            let (year, month, day, ..) = moment.to_ymd_hms_milli();
            let date = jiff::civil::Date::new(year as i16, month as i8, day as i8);
            date.map_or(Value::Number(moment.as_f64()), Value::Date)
        }
    }
}

fn csv_rows(
    text: &str,
    delimiter: u8,
    columns_max: u16,
    take: &mut TakeRow<'_>,
) -> Result<(), FileError> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    // Rows are numbered as a spreadsheet program numbers them: an empty line is
    // a row, a line break inside quotes is none.
    let (mut number, mut line, mut inner_breaks) = (0_u32, 1_u64, 0);
    loop {
        let line_of_last =
            if inner_breaks > 0 { line.saturating_sub(inner_breaks) } else { line };
        let unpaired = FileError::Csv {
            line: line_of_last,
            detail: "引号不配对，或单元格内容过长",
        };
        let Ok(more) = reader.read_record(&mut record) else { return Err(unpaired) };
        if !more {
            // A quote that nobody closes swallows the rest of the file.
            let is_open = inner_breaks > 0 && text.matches('"').count() % 2 == 1;
            return if is_open { Err(unpaired) } else { Ok(()) };
        }
        inner_breaks = 0;
        for field in record.iter().filter(|field| field.contains('\n') || field.len() > 512) {
            inner_breaks += field.matches('\n').count() as u64;
            if field.len() > CELL_BYTES_MAX {
                return Err(unpaired);
            }
        }
        let end = reader.position().line();
        number += (end.saturating_sub(line).saturating_sub(inner_breaks)).max(1) as u32;
        line = end;
        let cells: Vec<Value<'_>> = record
            .iter()
            .take(usize::from(columns_max))
            .map(|field| match field {
                "" => Value::Empty,
                text => Value::Text(Cow::Borrowed(text)),
            })
            .collect();
        if take(&RawRow { number, cells: &cells, carried: &[] }) == Go::Stop {
            return Ok(());
        }
    }
}

/// What a spreadsheet cell holds at most, in bytes of UTF-8.
const CELL_BYTES_MAX: usize = 32_767 * 4;
