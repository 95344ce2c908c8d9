//! The small words inside fields: ids, dates, percentages.

use std::ops::Range;

use jiff::civil::Date;

pub(super) fn is_id(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// A date in the one form that plans use: `2022-12-31`.
pub(super) fn parse_date(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    let digits = |range: Range<usize>| {
        bytes.get(range).is_some_and(|d| d.iter().all(u8::is_ascii_digit))
    };
    let shaped = bytes.len() == 10
        && digits(0..4)
        && digits(5..7)
        && digits(8..10)
        && bytes[4] == b'-'
        && bytes[7] == b'-';
    if shaped { text.parse().ok() } else { None }
}

/// `80%` as 0.8.
pub(super) fn percent(text: &str) -> Option<f64> {
    let digits = text.trim().strip_suffix(['%', '％'])?;
    let number: f64 = digits.trim().parse().ok()?;
    Some(number / 100.0)
}
