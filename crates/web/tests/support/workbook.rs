//! What a workbook says, read by another library than wrote it.

#![allow(dead_code, reason = "each test file uses its own part of this")]

use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};

/// The cells of a workbook's first sheet, below its headings.
pub(crate) fn rows(bytes: &[u8]) -> Vec<Vec<String>> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.to_vec())).expect("a workbook");
    let range = book.worksheet_range_at(0).expect("a sheet").expect("cells");
    let words = |cell: &Data| match cell {
        Data::DateTime(at) => {
            let (year, month, day, ..) = at.to_ymd_hms_milli();
            format!("{year}-{month:02}-{day:02}")
        }
        other => other.to_string(),
    };
    // Title, note, headings.
    range.rows().skip(3).map(|row| row.iter().map(words).collect()).collect()
}

/// The column of a workbook, from the top down.
pub(crate) fn column(table: &[Vec<String>], at: usize) -> Vec<&str> {
    table.iter().filter_map(|row| row.get(at)).map(String::as_str).collect()
}
