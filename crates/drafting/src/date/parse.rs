//! A recursive-descent reader of dates over folded text.

use super::cursor::Cursor;
use super::pair::{day_pair, month_pair, nth_year, year_pair};
use super::{Bound, DatePhrase, Day, Part, Year};
use crate::number;

/// All dates of a text, in order and without overlap.
pub(crate) fn scan(text: &str) -> Vec<DatePhrase> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        match may_begin(c).then(|| phrase(text, at)).flatten() {
            Some(phrase) if phrase.end > at => {
                at = phrase.end;
                found.push(phrase);
            }
            _ => at += c.len_utf8(),
        }
    }
    found
}

/// The characters with which a date can begin; most others are passed by.
fn may_begin(c: char) -> bool {
    c.is_ascii_digit()
        || number::is_numeral(c)
        || "截直到至自从即本印发今明次翌来下当年第上Xx×*_".contains(c)
}

const UNTIL: &[&str] = &["截止到", "截至到", "截止至", "截止", "截至", "直到", "到", "至"];
const SINCE: &[&str] = &["自", "从", "定于", "于"];
const TO: &[&str] = &[
    "起至",
    "起到",
    "开始至",
    "开始到",
    "起-",
    "起~",
    "起,至",
    "开始,至",
    "至",
    "到",
    "---",
    "--",
    "-",
    "~",
];
const BEFORE: &[&str] = &["底前", "底之前", "之前", "以前", "前", "截止", "止"];
const OPEN: &[&str] = &["起", "开始"];

fn phrase(text: &str, at: usize) -> Option<DatePhrase> {
    let mut cursor = Cursor { text, at };
    let until = cursor.take(UNTIL);
    let since = !until && matches!(cursor.peek(), Some('自' | '从')) && cursor.take(SINCE);
    if !until && !since && starts_inside(text, at) && !after_list_number(text, at) {
        return None;
    }
    if let Some(span) = span(cursor).or_else(|| nth_year(cursor)).filter(|_| !since) {
        return Some(span);
    }
    if cursor.take(&[
        "即日起",
        "即日",
        "本方案印发之日起",
        "本通知印发之日起",
        "印发之日起",
        "发文之日起",
    ]) {
        let mut onward = cursor;
        onward.take(&["开始", ","]);
        if onward.take(&["至", "到", "-", "~"])
            && let Some(to) = point(&mut onward, None)
        {
            close(&mut onward);
            return Some(DatePhrase {
                start: at,
                end: onward.at,
                from: None,
                to: Some(to),
                bound: Bound::Range,
            });
        }
        return Some(DatePhrase {
            start: at,
            end: cursor.at,
            from: None,
            to: None,
            bound: Bound::Since,
        });
    }
    let first = month_pair(&mut cursor)
        .or_else(|| day_pair(&mut cursor))
        .or_else(|| year_pair(&mut cursor))
        .or_else(|| point(&mut cursor, None).map(|day| (None, day)))?;
    let (from, to) = first;
    clock(&mut cursor);
    if from.is_none() {
        let mut second = cursor;
        if second.take(TO)
            && let Some(end) = point(&mut second, Some(to))
        {
            let end = in_same_run(to, end);
            clock(&mut second);
            close(&mut second);
            return Some(DatePhrase {
                start: at,
                end: second.at,
                from: Some(to),
                to: Some(end),
                bound: Bound::Range,
            });
        }
    }
    if from.is_some() {
        clock(&mut cursor);
        close(&mut cursor);
        return Some(DatePhrase {
            start: at,
            end: cursor.at,
            from,
            to: Some(to),
            bound: Bound::Range,
        });
    }
    let mut bound = if until { Bound::Until } else { Bound::At };
    if close(&mut cursor) {
        bound = Bound::Before;
    } else if cursor.take(OPEN) || since {
        bound = Bound::Since;
    }
    if until && text.get(at..).is_some_and(|t| t.starts_with("截")) {
        bound = Bound::Before;
    }
    Some(DatePhrase { start: at, end: cursor.at, from: None, to: Some(to), bound })
}

/// A number that goes on from these is no month or year: 第3月, 每月, 1.2月, 5-6月;
/// a dash at the head of a line is only a mark.
fn starts_inside(text: &str, at: usize) -> bool {
    let mut head = text.get(..at).unwrap_or_default().chars().rev();
    match head.next() {
        Some('-') => head.next().is_some_and(|c| c.is_ascii_alphanumeric()),
        Some(c) => c.is_ascii_digit() || number::is_numeral(c) || "第./每".contains(c),
        None => false,
    }
}

/// `三年内`, `用三年时间`, `经过三年努力`.
fn span(mut cursor: Cursor<'_>) -> Option<DatePhrase> {
    let start = cursor.at;
    if cursor.before().is_some_and(|c| "近前满逾隔续去最任".contains(c)) {
        return None;
    }
    let years = cursor.number(1).filter(|y| (1..=5).contains(y))?;
    if !cursor.take(&["年"]) {
        return None;
    }
    cursor.take(&["左右"]);
    if !cursor.take(&[
        "的时间内",
        "时间内",
        "的时间",
        "时间",
        "的努力",
        "努力",
        "之内",
        "以内",
        "内",
    ]) {
        return None;
    }
    let to = Day { year: Year::Span(u8::try_from(years).ok()?), month: None, part: Part::End };
    Some(DatePhrase { start, end: cursor.at, from: None, to: Some(to), bound: Bound::Until })
}

/// `三季度末`, `第二季度结束`, `上半年结束` before 前: a part of the year by itself
/// tells of what was as often as of what is due.
fn part_of_year(cursor: &mut Cursor<'_>) -> Option<Day> {
    let mut probe = *cursor;
    let month = if probe.take(&["上半年"]) {
        6
    } else {
        probe.take(&["第"]);
        let quarter = probe.number(1).filter(|q| (1..=4).contains(q))?;
        if !probe.take(&["季度"]) {
            return None;
        }
        quarter * 3
    };
    let ended = probe.take(&["结束", "末", "底"]);
    if !ended && !["前", "之前", "以前"].iter().any(|w| probe.rest().starts_with(w)) {
        return None;
    }
    *cursor = probe;
    Some(Day { year: Year::Open, month: u8::try_from(month).ok(), part: Part::End })
}

/// `1.5月25日` at the head of a line is entry 1 on the 25th of May.
fn after_list_number(text: &str, at: usize) -> bool {
    let number = text.get(..at).and_then(|head| head.strip_suffix('.'));
    number.is_some_and(|n| (1..=2).contains(&n.len()) && n.bytes().all(|b| b.is_ascii_digit()))
}

/// The end of a stretch takes the year of its beginning, or the next one when
/// the months run over the new year.
fn in_same_run(from: Day, to: Day) -> Day {
    if to.year != Year::Open {
        return to;
    }
    let wraps = matches!((from.month, to.month), (Some(a), Some(b)) if b < a);
    let year = match from.year {
        Year::Of(year) => Year::Of(year + i16::from(wraps)),
        Year::Open if wraps => Year::Next,
        other => other,
    };
    Day { year, ..to }
}

/// `前` and its kin; not the `前` of 前后 or 前期.
fn close(cursor: &mut Cursor<'_>) -> bool {
    let mut probe = *cursor;
    if !probe.take(BEFORE) || probe.peek().is_some_and(|c| "后期往来夕沿".contains(c)) {
        return false;
    }
    *cursor = probe;
    true
}

/// One date; `base` lends its month to the end of a stretch (`1日至7日`).
fn point(cursor: &mut Cursor<'_>, base: Option<Day>) -> Option<Day> {
    if let Some(day) = numeric(cursor) {
        return Some(day);
    }
    let mut probe = *cursor;
    if let Some(year) = year(&mut probe) {
        let day = in_year(&mut probe, year)?;
        *cursor = probe;
        return Some(day);
    }
    if let Some(day) = year_end(&mut probe, base) {
        *cursor = probe;
        return Some(day);
    }
    if let Some(day) = this_month(&mut probe) {
        *cursor = probe;
        return Some(day);
    }
    if let Some(day) = month_day(&mut probe, Year::Open).or_else(|| part_of_year(&mut probe)) {
        *cursor = probe;
        return Some(day);
    }
    let base = base?;
    let mut probe = *cursor;
    if probe.take(&["月底", "月末"]) {
        *cursor = probe;
        return Some(Day { part: Part::End, ..base });
    }
    let day = probe.number(2).filter(|d| (1..=31).contains(d))?;
    if !probe.take(&["日", "号"]) {
        return None;
    }
    *cursor = probe;
    Some(Day { part: Part::Day(u8::try_from(day).ok()?), ..base })
}

/// `2023.5.10`, `2023-05-10`, `2023/5/10`.
fn numeric(cursor: &mut Cursor<'_>) -> Option<Day> {
    let mut probe = *cursor;
    let year = probe.number(4).filter(|y| (1990..2100).contains(y))?;
    let sign = probe.peek().filter(|c| ".-/".contains(*c))?;
    probe.at += sign.len_utf8();
    let month = probe.number(2).filter(|m| (1..=12).contains(m))?;
    if probe.peek() != Some(sign) {
        return None;
    }
    probe.at += sign.len_utf8();
    let day = probe.number(2).filter(|d| (1..=31).contains(d))?;
    if probe.peek().is_some_and(|c| c.is_ascii_digit()) {
        return None;
    }
    probe.take(&["日"]);
    *cursor = probe;
    Some(Day {
        year: Year::Of(i16::try_from(year).ok()?),
        month: u8::try_from(month).ok(),
        part: Part::Day(u8::try_from(day).ok()?),
    })
}

pub(super) fn year(cursor: &mut Cursor<'_>) -> Option<Year> {
    let mut probe = *cursor;
    for (words, year) in [
        (&["今年", "本年度", "本年", "当年"][..], Year::This),
        (&["明年", "次年", "翌年", "来年", "下一年"][..], Year::Next),
        (
            &[
                "20XX年",
                "20xx年",
                "20××年",
                "20**年",
                "XX年",
                "xx年",
                "××年",
                "XXXX年",
                "xxxx年",
                "202x年",
                "202X年",
                "20_年",
                "20__年",
                "20___年",
                "__年",
                "___年",
                "20…年",
                "20...年",
            ][..],
            Year::Masked,
        ),
    ] {
        if probe.take(words) {
            *cursor = probe;
            return Some(year);
        }
    }
    let value = probe.number(4)?;
    if !(1990..2100).contains(&value) {
        return None;
    }
    if probe.take(&["年"]) {
        *cursor = probe;
        return Some(Year::Of(i16::try_from(value).ok()?));
    }
    None
}

/// What may follow a year: a month, or a word for a part of the year.
fn in_year(cursor: &mut Cursor<'_>, year: Year) -> Option<Day> {
    if let Some(day) = month_day(cursor, year) {
        return Some(day);
    }
    let whole = |month, part| Some(Day { year, month, part });
    if cursor.take(&["年底", "底", "年末", "末"]) {
        return whole(None, Part::End);
    }
    if cursor.take(&["上半年结束", "上半年"]) {
        return whole(Some(6), Part::End);
    }
    if cursor.take(&["下半年"]) {
        return whole(None, Part::End);
    }
    let mut probe = *cursor;
    probe.take(&["第"]);
    if let Some(quarter) = probe.number(1).filter(|q| (1..=4).contains(q))
        && probe.take(&["季度结束", "季度末", "季度底", "季度"])
    {
        *cursor = probe;
        return whole(u8::try_from(quarter * 3).ok(), Part::End);
    }
    // A school year or a class of pupils is no date.
    if cursor.rest().starts_with("级") || cursor.rest().starts_with("版") {
        return None;
    }
    cursor.take(&["全年度", "全年", "年度", "度", "全年内", "内"]);
    whole(None, Part::Whole)
}

/// `年底`, `年内` without a year.
fn year_end(cursor: &mut Cursor<'_>, base: Option<Day>) -> Option<Day> {
    if matches!(cursor.before(), Some(c) if "学每全近几半多一".contains(c)) {
        return None;
    }
    if cursor.take(&["年底", "年末"]) {
        let year = base.map_or(Year::Open, |day| day.year);
        return Some(Day { year, month: None, part: Part::End });
    }
    None
}

/// `本月底`, `下月5日`.
fn this_month(cursor: &mut Cursor<'_>) -> Option<Day> {
    let mut probe = *cursor;
    let ahead = if probe.take(&["本月", "当月"]) {
        0
    } else if probe.take(&["下个月", "下月"]) {
        1
    } else {
        return None;
    };
    let year = Year::Months(ahead);
    if probe.take(&["底", "末"]) {
        *cursor = probe;
        return Some(Day { year, month: None, part: Part::End });
    }
    let day = probe.number(2).filter(|d| (1..=31).contains(d))?;
    if !probe.take(&["日", "号"]) {
        return None;
    }
    *cursor = probe;
    Some(Day { year, month: None, part: Part::Day(u8::try_from(day).ok()?) })
}

fn month_day(cursor: &mut Cursor<'_>, year: Year) -> Option<Day> {
    let mut probe = *cursor;
    if probe.take(&[
        "X月X日",
        "x月x日",
        "XX月XX日",
        "xx月xx日",
        "×月×日",
        "××月××日",
        "*月*日",
        "**月**日",
        "__月__日",
        "_月_日",
    ]) {
        *cursor = probe;
        return Some(Day { year: Year::Masked, month: None, part: Part::Whole });
    }
    let month = probe.number(2).filter(|m| (1..=12).contains(m))?;
    if !probe.take(&["月份", "月"]) {
        return None;
    }
    let month = u8::try_from(month).ok();
    // 一月一次, 月度, 月报 are no months of the calendar.
    if probe.peek().is_some_and(|c| "度报刊龄考薪亮饼".contains(c))
        || rate_follows(probe.rest())
    {
        return None;
    }
    let mut inner = probe;
    if let Some(day) = inner.number(2).filter(|d| (1..=31).contains(d))
        && inner.take(&["日", "号"])
    {
        *cursor = inner;
        return Some(Day { year, month, part: Part::Day(u8::try_from(day).ok()?) });
    }
    let part = if probe.take(&["底", "末"]) {
        Part::End
    } else if probe.take(&["上旬"]) {
        Part::Day(10)
    } else if probe.take(&["中旬"]) {
        Part::Day(20)
    } else {
        probe.take(&["下旬", "初", "中"]);
        Part::Whole
    };
    *cursor = probe;
    Some(Day { year, month, part })
}

/// `一月一次`: the month is a rate.
fn rate_follows(rest: &str) -> bool {
    let mut chars = rest.chars();
    chars.next().is_some_and(number::is_numeral)
        && chars.next().is_some_and(|c| "次场期节回遍".contains(c))
}

/// A day of the week in brackets and a time of day.
fn clock(cursor: &mut Cursor<'_>) {
    let mut probe = *cursor;
    if probe.take(&["("]) && probe.take(&["周", "星期"]) {
        probe.number(1);
        probe.take(&["日", "天"]);
        if probe.take(&[")"]) {
            *cursor = probe;
        }
    }
    let mut probe = *cursor;
    if probe.take(&["下班"]) {
        *cursor = probe;
        return;
    }
    probe.take(&["当天", "当日"]);
    probe.take(&["上午", "下午", "中午", "晚上", "早上", "晚", "早", "夜间"]);
    *cursor = probe;
    if hour(&mut probe) {
        *cursor = probe;
        // 9:00-11:00: the end of the hours adds nothing to the day.
        if probe.take(TO) {
            probe.take(&["次日", "上午", "下午", "中午", "晚上", "晚"]);
            if hour(&mut probe) {
                *cursor = probe;
            }
        }
    }
}

fn hour(cursor: &mut Cursor<'_>) -> bool {
    let clock =
        cursor.number(2).is_some_and(|hour| hour <= 24) && cursor.take(&[":", "时", "点"]);
    if clock {
        cursor.number(2);
        cursor.take(&["分", "半", "整"]);
    }
    clock
}
