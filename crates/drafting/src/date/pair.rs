//! Two months, days or years that share one word: `6至9月`, `9月14-20日`, `2024-2026年`.

use super::cursor::Cursor;
use super::parse::year;
use super::{Bound, DatePhrase, Day, Part, Year};

/// `6至9月`, `3-5月份`, `7、8月`: the first month borrows the word of the second.
pub(super) fn month_pair(cursor: &mut Cursor<'_>) -> Option<(Option<Day>, Day)> {
    let mut probe = *cursor;
    let year = year(&mut probe).unwrap_or(Year::Open);
    let first = probe.number(2).filter(|m| (1..=12).contains(m))?;
    // At the head of a line `5、` is a list number.
    let listed = cursor.at == 0 && probe.rest().starts_with('、');
    if listed || !probe.take(&["至", "到", "-", "~", "、", "和"]) {
        return None;
    }
    let second = probe.number(2).filter(|m| (1..=12).contains(m))?;
    if !probe.take(&["月份", "月"]) || second == first {
        return None;
    }
    if probe.peek().is_some_and(|c| c.is_ascii_digit()) {
        return None;
    }
    let part = if probe.take(&["底", "末"]) { Part::End } else { Part::Whole };
    *cursor = probe;
    let day = |month: u32, part| Day { year, month: u8::try_from(month).ok(), part };
    Some((Some(day(first, Part::Whole)), day(second, part)))
}

/// `9月14-20日`, `6月3、4日`: the first day borrows the word of the second.
pub(super) fn day_pair(cursor: &mut Cursor<'_>) -> Option<(Option<Day>, Day)> {
    let mut probe = *cursor;
    let year = year(&mut probe).unwrap_or(Year::Open);
    let month = probe.number(2).filter(|m| (1..=12).contains(m))?;
    if !probe.take(&["月"]) {
        return None;
    }
    let first = probe.number(2).filter(|d| (1..=31).contains(d))?;
    if !probe.take(&["至", "到", "---", "--", "-", "~", "、", "和"]) {
        return None;
    }
    let second = probe.number(2).filter(|d| first < *d && *d <= 31)?;
    if !probe.take(&["日", "号"]) {
        return None;
    }
    *cursor = probe;
    let month = u8::try_from(month).ok();
    let day = |d: u32| Some(Day { year, month, part: Part::Day(u8::try_from(d).ok()?) });
    Some((day(first), day(second)?))
}

/// `2024-2026年`; a school year is none.
pub(super) fn year_pair(cursor: &mut Cursor<'_>) -> Option<(Option<Day>, Day)> {
    let mut probe = *cursor;
    let first = probe.number(4).filter(|y| (1990..2100).contains(y))?;
    if !probe.take(&["至", "到", "---", "--", "-", "~"]) {
        return None;
    }
    let second = probe.number(4).filter(|y| first < *y && *y < 2100)?;
    if !probe.take(&["年"]) || probe.peek().is_some_and(|c| "级版".contains(c)) {
        return None;
    }
    *cursor = probe;
    let day =
        |y: u32, part| Some(Day { year: Year::Of(i16::try_from(y).ok()?), month: None, part });
    Some((day(first, Part::Whole), day(second, Part::End)?))
}

/// `第一年为…`, `第二年，…` at the head of what it speaks of: a year of the plan.
pub(super) fn nth_year(mut cursor: Cursor<'_>) -> Option<DatePhrase> {
    let start = cursor.at;
    if cursor.before().is_some_and(|c| !"。;,:-、)到".contains(c)) || !cursor.take(&["第"])
    {
        return None;
    }
    let n = cursor.number(1).filter(|n| (1..=5).contains(n))?;
    if !cursor.take(&["年"]) || cursor.peek().is_some_and(|c| "(级度的份".contains(c)) {
        return None;
    }
    let to = Day { year: Year::Nth(u8::try_from(n).ok()?), month: None, part: Part::Whole };
    Some(DatePhrase { start, end: cursor.at, from: None, to: Some(to), bound: Bound::At })
}
