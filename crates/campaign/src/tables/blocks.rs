//! A CSV file as blocks of whole rows, handed out one by one to any number of
//! threads, and the rows of a block.

use std::{
    io::Read,
    sync::{Mutex, PoisonError},
};

use memchr::{memchr, memchr_iter, memchr2_iter, memrchr};

use super::{Shape, TableError};

/// How much is read at a time: large enough that taking a block costs nothing,
/// small enough to stay in the cache.
const BLOCK: usize = 1 << 19;
/// A row longer than this is a quotation mark that was never closed.
const LONGEST_ROW: usize = 1 << 24;
/// No table has more columns.
const MOST_COLUMNS: usize = 8;

/// A table that is being read.
pub(super) struct Blocks<R> {
    shape: Shape,
    /// For each column of the file its place in the shape.
    places: Vec<usize>,
    state: Mutex<State<R>>,
}

struct State<R> {
    reader: R,
    /// Read, but not handed out.
    rest: Vec<u8>,
    /// The line on which `rest` begins.
    line: u64,
    ended: bool,
}

/// Whole rows.
#[derive(Default)]
pub(super) struct Block {
    bytes: Vec<u8>,
    line: u64,
}

impl<R: Read> Blocks<R> {
    /// Reads the header; every column must be there, in any order, and no other.
    pub(super) fn open(shape: Shape, reader: R) -> Result<Self, TableError> {
        let state = State { reader, rest: Vec::new(), line: 1, ended: false };
        let mut new = Self { shape, places: Vec::new(), state: Mutex::new(state) };
        let mut first = Block::default();
        if !new.next(&mut first)? {
            return Err(empty(shape));
        }
        let bytes = first.bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&first.bytes);
        let (mut header, mut rest, mut line) = (&[][..], bytes, 0);
        while header.trim_ascii().is_empty() {
            if rest.is_empty() {
                return Err(empty(shape));
            }
            let end = memchr(b'\n', rest).unwrap_or(rest.len());
            header = &rest[..end];
            rest = rest.get(end + 1..).unwrap_or_default();
            line += 1;
        }
        new.places = places(shape, header, line)?;
        let state = new.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        // The block's other rows go back in front of what was left over.
        let mut returned = rest.to_vec();
        returned.append(&mut state.rest);
        state.rest = returned;
        state.line = line + 1;
        Ok(new)
    }

    /// Fills `block` with the next rows; false at the end.
    pub(super) fn next(&self, block: &mut Block) -> Result<bool, TableError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let state = &mut *state;
        block.bytes.clear();
        block.bytes.append(&mut state.rest);
        block.line = state.line;
        let mut wanted = BLOCK;
        loop {
            self.fill(state, &mut block.bytes, wanted)?;
            if state.ended {
                break;
            }
            if let Some(end) = last_row_end(&block.bytes) {
                state.rest.extend_from_slice(&block.bytes[end..]);
                block.bytes.truncate(end);
                break;
            }
            if block.bytes.len() > LONGEST_ROW {
                return Err(self.shape.row(block.line, unclosed()));
            }
            wanted = block.bytes.len() * 2;
        }
        state.line += memchr_iter(b'\n', &block.bytes).count() as u64;
        Ok(!block.bytes.is_empty())
    }

    fn fill(
        &self,
        state: &mut State<R>,
        bytes: &mut Vec<u8>,
        wanted: usize,
    ) -> Result<(), TableError> {
        let missing = wanted.saturating_sub(bytes.len()) as u64;
        let read = state.reader.by_ref().take(missing).read_to_end(bytes);
        let read = read
            .map_err(|source| TableError::Read { file: self.shape.file.to_owned(), source })?;
        state.ended = missing > 0 && (read as u64) < missing;
        Ok(())
    }

    /// Calls `row` with line and fields for every row of a block.
    pub(super) fn rows<'b>(
        &self,
        block: &'b Block,
        mut row: impl FnMut(u64, &[&[u8]]) -> Result<(), TableError>,
    ) -> Result<(), TableError> {
        if memchr(b'"', &block.bytes).is_some() {
            return self.quoted_rows(block, row);
        }
        let width = self.places.len();
        let mut fields: [&'b [u8]; MOST_COLUMNS] = [&[]; MOST_COLUMNS];
        let (mut line, mut column, mut start) = (block.line, 0, 0);
        let ends = memchr2_iter(b',', b'\n', &block.bytes);
        let last = (block.bytes.last() != Some(&b'\n')).then_some(block.bytes.len());
        for at in ends.chain(last) {
            let ends_row = block.bytes.get(at).is_none_or(|&byte| byte == b'\n');
            let mut field = &block.bytes[start..at];
            start = at + 1;
            if ends_row {
                field = field.strip_suffix(b"\r").unwrap_or(field);
                if column == 0 && field.is_empty() {
                    line += 1;
                    continue;
                }
            }
            if let Some(&place) = self.places.get(column) {
                fields[place] = field;
            }
            column += 1;
            if ends_row {
                self.check_width(line, column)?;
                row(line, &fields[..width])?;
                (column, line) = (0, line + 1);
            }
        }
        Ok(())
    }

    /// The same with quotation marks: fields are copied without them.
    fn quoted_rows(
        &self,
        block: &Block,
        mut row: impl FnMut(u64, &[&[u8]]) -> Result<(), TableError>,
    ) -> Result<(), TableError> {
        let mut cells: Vec<Vec<u8>> = vec![Vec::new(); self.places.len()];
        let (mut at, mut line) = (0, block.line);
        while at < block.bytes.len() {
            let begins = line;
            let mut column = 0;
            let mut only_empty = true;
            loop {
                let field = quoted_field(&block.bytes, at)
                    .ok_or_else(|| self.shape.row(begins, unclosed()))?;
                line += memchr_iter(b'\n', &block.bytes[at..field.next]).count() as u64;
                at = field.next;
                only_empty &= column == 0 && field.text.is_empty();
                if let Some(&place) = self.places.get(column) {
                    cells[place] = field.text;
                }
                column += 1;
                if !field.comma {
                    break;
                }
            }
            if !only_empty {
                self.check_width(begins, column)?;
                let fields: Vec<&[u8]> = cells.iter().map(Vec::as_slice).collect();
                row(begins, &fields)?;
            }
        }
        Ok(())
    }

    fn check_width(&self, line: u64, found: usize) -> Result<(), TableError> {
        let width = self.places.len();
        if found == width {
            return Ok(());
        }
        Err(self.shape.row(line, format!("这一行有 {found} 列，应有 {width} 列")))
    }
}

fn unclosed() -> String {
    "引号没有成对".to_owned()
}

fn empty(shape: Shape) -> TableError {
    shape.row(1, format!("文件是空的，第一行应为列名：{}", shape.columns.join(",")))
}

fn places(shape: Shape, header: &[u8], line: u64) -> Result<Vec<usize>, TableError> {
    let header = header.strip_suffix(b"\r").unwrap_or(header);
    let refuse = |problem: String| shape.row(line, problem);
    let text =
        std::str::from_utf8(header).map_err(|_| refuse("列名不是 UTF-8 文本".to_owned()))?;
    let columns = shape.columns.join("、");
    let mut places = Vec::new();
    for name in text.split(',').map(|name| name.trim().trim_matches('"')) {
        match shape.columns.iter().position(|column| *column == name) {
            Some(place) if places.contains(&place) => {
                return Err(refuse(format!("列“{name}”出现了两次")));
            }
            Some(place) => places.push(place),
            None => {
                return Err(refuse(format!("不认识的列“{name}”，可以有的列是 {columns}")));
            }
        }
    }
    let missing = shape.columns.iter().enumerate().find(|(n, _)| !places.contains(n));
    match missing {
        Some((_, column)) => Err(refuse(format!("缺少列“{column}”，应有的列是 {columns}"))),
        None => Ok(places),
    }
}

/// One past the last line break that ends a row. `bytes` begins with a row.
fn last_row_end(bytes: &[u8]) -> Option<usize> {
    if memchr(b'"', bytes).is_none() {
        return memrchr(b'\n', bytes).map(|end| end + 1);
    }
    let (mut inside, mut last) = (false, None);
    for at in memchr2_iter(b'"', b'\n', bytes) {
        if bytes[at] == b'"' {
            inside = !inside;
        } else if !inside {
            last = Some(at + 1);
        }
    }
    last
}

struct Field {
    /// Without quotation marks.
    text: Vec<u8>,
    /// Where the next field begins.
    next: usize,
    /// Whether the next field belongs to the same row.
    comma: bool,
}

/// The field that begins at `at`; none if a quotation mark is not closed.
fn quoted_field(bytes: &[u8], at: usize) -> Option<Field> {
    let mut text = Vec::new();
    let mut at = at;
    if bytes.get(at) == Some(&b'"') {
        at += 1;
        loop {
            let end = at + memchr(b'"', bytes.get(at..)?)?;
            text.extend_from_slice(&bytes[at..end]);
            at = end + 1;
            if bytes.get(at) != Some(&b'"') {
                break;
            }
            text.push(b'"');
            at += 1;
        }
    }
    // What follows a closing mark up to the separator belongs to the field.
    let rest = &bytes[at..];
    let end = memchr2_iter(b',', b'\n', rest).next();
    let comma = end.is_some_and(|end| rest[end] == b',');
    let tail = &rest[..end.unwrap_or(rest.len())];
    text.extend_from_slice(if comma { tail } else { tail.strip_suffix(b"\r").unwrap_or(tail) });
    Some(Field { text, next: end.map_or(bytes.len(), |end| at + end + 1), comma })
}
