//! The values that fields hold: dates, instants, numbers, words.

use super::{Shape, TableError};
use crate::day::Day;

/// A row with its place, for messages.
pub(super) struct Row<'r> {
    pub(super) shape: Shape,
    pub(super) line: u64,
    pub(super) fields: &'r [&'r [u8]],
}

impl<'r> Row<'r> {
    pub(super) fn bytes(&self, column: usize) -> &'r [u8] {
        self.fields.get(column).copied().unwrap_or_default()
    }

    pub(super) fn text(&self, column: usize) -> Result<&'r str, TableError> {
        std::str::from_utf8(self.bytes(column))
            .map_err(|_| self.refuse(column, "不是 UTF-8 文本".to_owned()))
    }

    /// A text that must be there.
    pub(super) fn named(&self, column: usize) -> Result<&'r str, TableError> {
        let text = self.text(column)?;
        if text.is_empty() {
            Err(self.refuse(column, "不能为空".to_owned()))
        } else {
            Ok(text)
        }
    }

    pub(super) fn day(&self, column: usize) -> Result<Day, TableError> {
        let bytes = self.bytes(column);
        Day::parse(bytes).ok_or_else(|| {
            self.refuse(column, format!("“{}”不是日期，应如 2024-09-01", shown(bytes)))
        })
    }

    /// A date, or none if the field is empty.
    pub(super) fn optional_day(&self, column: usize) -> Result<Option<Day>, TableError> {
        if self.bytes(column).is_empty() { Ok(None) } else { self.day(column).map(Some) }
    }

    pub(super) fn refuse(&self, column: usize, problem: String) -> TableError {
        self.shape.cell(self.line, column, problem)
    }
}

/// A field as it is quoted in a message: short, and readable whatever it holds.
pub(super) fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut shown: String = text.chars().take(40).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

/// The local date of `2024-09-01`, `2024-09-01T08:30`, `2024-09-01 08:30:15.5`,
/// each time with or without `Z` or an offset like `+08:00`.
pub(super) fn local_date(bytes: &[u8]) -> Option<Day> {
    let day = Day::parse(bytes.get(..10)?)?;
    let rest = &bytes[10..];
    let Some((b'T' | b't' | b' ', time)) = rest.split_first() else {
        return rest.is_empty().then_some(day);
    };
    let minutes =
        two_digits(time, 0, 23)? * 60 + two_digits(time.strip_prefix_at(2, b':')?, 0, 59)?;
    let mut rest = time.get(5..)?;
    if rest.first() == Some(&b':') {
        two_digits(&rest[1..], 0, 59)?;
        rest = &rest[3..];
        if matches!(rest.first(), Some(b'.' | b',')) {
            let digits = rest[1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            rest = (digits > 0).then(|| &rest[1 + digits..])?;
        }
    }
    let Some(offset) = offset(rest)? else { return Some(day) };
    // Without an offset the time is local; with one it is moved to +08:00.
    let local = minutes - offset + 8 * 60;
    Some(day.plus(local.div_euclid(24 * 60)))
}

trait StripAt {
    fn strip_prefix_at(&self, at: usize, byte: u8) -> Option<&[u8]>;
}

impl StripAt for [u8] {
    /// What follows `byte`, which must stand at `at`.
    fn strip_prefix_at(&self, at: usize, byte: u8) -> Option<&[u8]> {
        (self.get(at) == Some(&byte)).then(|| &self[at + 1..])
    }
}

fn two_digits(bytes: &[u8], least: i32, most: i32) -> Option<i32> {
    let (&tens, &ones) = (bytes.first()?, bytes.get(1)?);
    if !tens.is_ascii_digit() || !ones.is_ascii_digit() {
        return None;
    }
    let value = i32::from(tens - b'0') * 10 + i32::from(ones - b'0');
    (least..=most).contains(&value).then_some(value)
}

/// Minutes east of Greenwich: of nothing, `Z`, `+08:00`, `+0800` or `+08`.
/// The outer option is none for anything else.
#[expect(clippy::option_option, reason = "no offset and a bad offset are different answers")]
fn offset(bytes: &[u8]) -> Option<Option<i32>> {
    let sign = match bytes.first() {
        None => return Some(None),
        Some(b'Z' | b'z') => return (bytes.len() == 1).then_some(Some(0)),
        Some(b'+') => 1,
        Some(b'-') => -1,
        Some(_) => return None,
    };
    let hours = two_digits(&bytes[1..], 0, 23)?;
    let minutes = match bytes.get(3..)? {
        [] => 0,
        [b':', rest @ ..] | rest if rest.len() == 2 => two_digits(rest, 0, 59)?,
        _ => return None,
    };
    Some(Some(sign * (hours * 60 + minutes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_with_an_offset_move_to_the_local_date() {
        for (text, date) in [
            ("2024-03-05", "2024-03-05"),
            ("2024-03-05T23:59:59", "2024-03-05"),
            ("2024-03-05 23:59", "2024-03-05"),
            ("2024-03-05T23:59:59.999", "2024-03-05"),
            ("2024-03-05T15:59:59Z", "2024-03-05"),
            ("2024-03-05T16:00:00Z", "2024-03-06"),
            ("2024-03-05T23:59:59+08:00", "2024-03-05"),
            ("2024-03-05T00:30+09:00", "2024-03-04"),
            ("2024-03-05T00:30:00.25+0900", "2024-03-04"),
            ("2024-12-31T23:30:00-05", "2025-01-01"),
        ] {
            let local = local_date(text.as_bytes()).map(|day| day.to_string());
            assert_eq!(local.as_deref(), Some(date), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "2024-03-0",
            "2024-02-30",
            "2024-03-05T",
            "2024-03-05T24:00",
            "2024-03-05T1:00",
            "2024-03-05T10:60",
            "2024-03-05T10:00:",
            "2024-03-05T10:00:5",
            "2024-03-05T10:00:00.",
            "2024-03-05T10:00X",
            "2024-03-05T10:00+",
            "2024-03-05T10:00+8",
            "2024-03-05T10:00+08:0",
            "2024-03-05x10:00",
            "2024-03-05T10:00Zz",
            "2024-03-05T1é:00",
        ] {
            assert_eq!(local_date(text.as_bytes()), None, "{text}");
        }
    }
}
