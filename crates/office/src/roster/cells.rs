//! Cells as they come from a sheet or a CSV file, before they mean anything.

use std::borrow::Cow;

use jiff::civil::{Date, date};

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value<'a> {
    Empty,
    Text(Cow<'a, str>),
    Number(f64),
    Date(Date),
    /// `#N/A` and its like.
    Error,
}

impl Value<'_> {
    pub(crate) fn is_blank(&self) -> bool {
        match self {
            Value::Empty => true,
            Value::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }

    /// The cell as a person sees it: whole numbers without a point.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        match self {
            Value::Empty => Cow::Borrowed(""),
            Value::Text(text) => Cow::Borrowed(text.trim()),
            Value::Number(number) => Cow::Owned(number_text(*number)),
            Value::Date(day) => Cow::Owned(day.to_string()),
            Value::Error => Cow::Borrowed("#错误值"),
        }
    }
}

/// A number written out in full, since a student number may be stored as one.
fn number_text(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e18 {
        format!("{}", number as i64)
    } else {
        format!("{number}")
    }
}

/// The day that a spreadsheet's serial number stands for.
pub(crate) fn serial_date(serial: f64) -> Option<Date> {
    // Day 60 is the 29 February 1900 that never was; dates before it are
    // shifted by one, and no roster holds them.
    if !(61.0..2_958_466.0).contains(&serial) {
        return None;
    }
    let days = jiff::Span::new().days(serial.floor() as i64);
    date(1899, 12, 30).checked_add(days).ok()
}

/// A row with the values of cells that are merged downwards into it.
pub(crate) struct RawRow<'r, 'a> {
    /// From 1.
    pub(crate) number: u32,
    pub(crate) cells: &'r [Value<'a>],
    pub(crate) carried: &'r [(u16, Value<'a>)],
}

impl<'a> RawRow<'_, 'a> {
    pub(crate) fn cell(&self, column: u16) -> &Value<'a> {
        const EMPTY: &Value<'static> = &Value::Empty;
        self.cells.get(usize::from(column)).unwrap_or(EMPTY)
    }

    /// The cell, or what a merge from above puts there.
    pub(crate) fn cell_or_carried(&self, column: u16) -> &Value<'a> {
        let own = self.cell(column);
        if self.carried.is_empty() || !own.is_blank() {
            return own;
        }
        self.carried.iter().find(|(at, _)| *at == column).map_or(own, |(_, value)| value)
    }
}
