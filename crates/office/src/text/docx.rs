//! The text of a Word file: paragraphs, tables, and the numbers that Word
//! writes before paragraphs by itself.

use std::io::{BufRead, BufReader, Cursor, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::numbering::Numbering;
use super::{TEXT_BYTES_MAX, TextError};
use crate::package::{self, PackageError, PackageLimits};

/// The parts that are read, inflated; a book of a thousand pages stays below.
const PART_BYTES_MAX: u64 = 64 << 20;

pub(super) fn text(bytes: &[u8]) -> Result<String, TextError> {
    let limits = PackageLimits {
        entries_max: 4_000,
        total_bytes_max: 512 << 20,
        ..PackageLimits::default()
    };
    package::survey(bytes, &limits).map_err(|error| match error {
        PackageError::Damaged => TextError::Damaged,
        PackageError::Encrypted => TextError::Encrypted,
        PackageError::TooManyParts | PackageError::TooLarge => TextError::Bomb,
    })?;
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| TextError::Damaged)?;
    let mut numbering = Numbering::default();
    if let Ok(part) = archive.by_name("word/numbering.xml") {
        numbering.read_definitions(&mut Reader::from_reader(BufReader::new(
            part.take(PART_BYTES_MAX),
        )));
    }
    if let Ok(part) = archive.by_name("word/styles.xml") {
        numbering
            .read_styles(&mut Reader::from_reader(BufReader::new(part.take(PART_BYTES_MAX))));
    }
    let part = archive.by_name("word/document.xml").map_err(|_| TextError::Damaged)?;
    let body = BufReader::new(part.take(PART_BYTES_MAX));
    Body { numbering, ..Body::default() }.read(&mut Reader::from_reader(body))
}

#[derive(Default)]
struct Body {
    numbering: Numbering,
    out: String,
    /// The paragraph being read.
    line: String,
    /// Its style and its own numbering.
    style: Option<String>,
    number: Option<(String, usize)>,
    number_id: Option<String>,
    number_level: usize,
    /// The open tables, the innermost last.
    tables: Vec<Table>,
    /// How many elements are open.
    depth: usize,
    /// Inside something whose text is not shown: fallbacks, field codes, deletions.
    hidden: usize,
    in_text: bool,
}

/// A table that is being read: its open row, and the paragraphs of its open cell.
#[derive(Default)]
struct Table {
    cell: Vec<String>,
    row: Vec<String>,
    /// How many columns the open cell runs over.
    span: usize,
}

/// A cell runs over at most so many columns of a table.
const SPAN_MAX: usize = 64;

/// Word itself nests a few dozen elements; a hostile file nests millions.
const DEPTH_MAX: usize = 512;

impl Body {
    fn read(mut self, reader: &mut Reader<impl BufRead>) -> Result<String, TextError> {
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            match reader.read_event_into(&mut buffer) {
                Ok(Event::Start(tag)) => {
                    self.depth += 1;
                    if DEPTH_MAX < self.depth {
                        return Err(TextError::Bomb);
                    }
                    self.open(&tag, false);
                }
                Ok(Event::Empty(tag)) => self.open(&tag, true),
                Ok(Event::End(tag)) => {
                    self.depth = self.depth.saturating_sub(1);
                    self.close(tag.local_name().as_ref());
                }
                Ok(Event::Text(text)) if self.shows() => {
                    self.line.push_str(&text);
                }
                Ok(Event::CData(text)) if self.shows() => {
                    self.line.push_str(&text);
                }
                Ok(Event::GeneralRef(name)) if self.shows() => {
                    self.line.push_str(&reference(&name));
                }
                Ok(Event::Eof) => break,
                Ok(_) => {}
                Err(_) => return Err(TextError::Damaged),
            }
            if TEXT_BYTES_MAX < self.out.len() + self.line.len() {
                return Err(TextError::TooLong);
            }
        }
        // Cut short by its own end, or by the limit on the part.
        if self.depth != 0 {
            return Err(TextError::Damaged);
        }
        if !self.line.is_empty() {
            self.end_paragraph();
        }
        Ok(self.out)
    }

    fn shows(&self) -> bool {
        self.in_text && self.hidden == 0
    }

    fn open(&mut self, tag: &BytesStart<'_>, empty: bool) {
        match tag.local_name().as_ref() {
            "Fallback" | "del" | "moveFrom" | "instrText" if !empty => self.hidden += 1,
            "t" if !empty => self.in_text = true,
            "tab" if self.hidden == 0 && self.in_run() => self.line.push('\t'),
            "br" | "cr" if self.hidden == 0 => self.line.push('\n'),
            "noBreakHyphen" if self.hidden == 0 => self.line.push('-'),
            "p" => self.begin_paragraph(),
            "pStyle" => self.style = value(tag),
            "ilvl" => self.number_level = value(tag).and_then(|v| v.parse().ok()).unwrap_or(0),
            "numId" => self.number_id = value(tag),
            "gridSpan" => {
                let span = value(tag).and_then(|v| v.parse().ok()).unwrap_or(1);
                if let Some(table) = self.tables.last_mut() {
                    table.span = span;
                }
            }
            "tbl" if !empty => self.tables.push(Table::default()),
            _ => {}
        }
    }

    /// A `tab` among the properties of a paragraph is a stop, not a character.
    fn in_run(&self) -> bool {
        !self.line.is_empty()
    }

    fn begin_paragraph(&mut self) {
        if !self.line.is_empty() {
            self.end_paragraph();
        }
        self.style = None;
        self.number = None;
        self.number_id = None;
        self.number_level = 0;
    }

    fn close(&mut self, name: &str) {
        match name {
            "Fallback" | "del" | "moveFrom" | "instrText" => {
                self.hidden = self.hidden.saturating_sub(1);
            }
            "t" => self.in_text = false,
            "p" => self.end_paragraph(),
            "tc" => {
                if let Some(table) = self.tables.last_mut() {
                    let cell = std::mem::take(&mut table.cell);
                    table.row.push(cell.join(" "));
                    let span = std::mem::take(&mut table.span).min(SPAN_MAX);
                    table.row.extend((1..span).map(|_| String::new()));
                }
            }
            "tr" => {
                let row = self.tables.last_mut().map(|table| std::mem::take(&mut table.row));
                let row = row.filter(|row| row.iter().any(|cell| !cell.is_empty()));
                if let Some(row) = row {
                    self.out.push_str(&row.join("\t"));
                    self.out.push('\n');
                }
            }
            "tbl" => drop(self.tables.pop()),
            _ => {}
        }
    }

    fn end_paragraph(&mut self) {
        let line = std::mem::take(&mut self.line);
        if self.number.is_none() {
            self.number = self.number_id.take().map(|id| (id, self.number_level));
        }
        let label = if line.trim().is_empty() {
            String::new()
        } else {
            self.numbering.label(self.number.as_ref(), self.style.as_deref())
        };
        self.number = None;
        self.style = None;
        let text = format!("{label}{line}");
        if let Some(table) = self.tables.last_mut() {
            if !text.trim().is_empty() {
                table.cell.push(text);
            }
        } else {
            self.out.push_str(&text);
            self.out.push('\n');
        }
    }
}

/// The `val` of a property, whatever the prefix of its namespace.
pub(super) fn value(tag: &BytesStart<'_>) -> Option<String> {
    attribute(tag, "val")
}

pub(super) fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    tag.attributes()
        .flatten()
        .find(|a| a.key.local_name().as_ref() == name)
        .map(|a| a.value.into_owned())
}

fn reference(name: &str) -> String {
    let number = |digits: &str, radix| {
        u32::from_str_radix(digits, radix).ok().and_then(char::from_u32).map(String::from)
    };
    match name {
        "amp" => "&".to_owned(),
        "lt" => "<".to_owned(),
        "gt" => ">".to_owned(),
        "quot" => "\"".to_owned(),
        "apos" => "'".to_owned(),
        _ => name
            .strip_prefix('#')
            .and_then(|d| {
                d.strip_prefix('x').map_or_else(|| number(d, 10), |hex| number(hex, 16))
            })
            .unwrap_or_default(),
    }
}
