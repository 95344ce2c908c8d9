//! The TOML itself. The TOML reader stops at its first error; here the broken
//! part is blanked and reading goes on, so that one run tells them all.

use std::ops::Range;

use toml_edit::Document;

use crate::{plan::reader::Reader, toml_words};

/// More errors than this mean that the file is no plan at all.
const MOST: usize = 20;

pub(super) fn document(reader: &mut Reader<'_>, text: &str) -> Option<Document<String>> {
    let mut text = text.to_owned();
    for _ in 0..MOST {
        let error = match Document::parse(text.clone()) {
            Ok(document) => return Some(document),
            Err(error) => error,
        };
        let span = error.span().unwrap_or(0..0);
        let at = span.start.min(text.len());
        if let Some(date) = impossible_date(&text, at) {
            let written = text.get(date.clone()).unwrap_or("").to_owned();
            reader.error_allowing(
                date.start,
                format!("不是存在的日期：{written}"),
                "日期写作 年-月-日，如 2022-12-31",
            );
            reader.poisoned.push(date.clone());
            text.replace_range(date, "2000-01-01");
            continue;
        }
        // Inside braces that were never closed, everything after is at fault
        // but the line that opened them.
        let opener = unclosed(&text, at, error.message());
        let at = opener.unwrap_or(at);
        let said = if opener.is_some() { "unclosed inline" } else { error.message() };
        let wide = toml_words::full_width(&text, at);
        let at = wide.map_or(at, |(place, ..)| place);
        let (message, allowed) = if let Some((_, wide, ascii)) = wide {
            (format!("文件格式有误：用了全角的 {wide}"), format!("改用英文的 {ascii}"))
        } else if like_a_date(&text, at) {
            ("日期的写法不对".to_owned(), "年写四位，月、日各写两位，如 2022-01-05".to_owned())
        } else {
            in_chinese(said)
        };
        reader.error_allowing(at, message, allowed);
        reader.damaged = true;
        if !blank_line(&mut text, at) {
            return None;
        }
    }
    None
}

/// The unquoted date that `at` lies in, if the broken thing is one.
fn impossible_date(text: &str, at: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let of_date = |b: &u8| b.is_ascii_digit() || *b == b'-';
    let mut start = at;
    while start > 0 && bytes.get(start - 1).is_some_and(of_date) {
        start -= 1;
    }
    let mut end = start;
    while bytes.get(end).is_some_and(of_date) {
        end += 1;
    }
    let word = text.get(start..end)?;
    let parts: Vec<&str> = word.split('-').collect();
    let shaped = matches!(parts.as_slice(), [year, month, day]
        if year.len() == 4 && month.len() <= 2 && day.len() <= 2 && !month.is_empty() && !day.is_empty());
    // Ten bytes keep all later places where they are.
    (shaped && word.len() == 10).then_some(start..end)
}

/// Whether a year with a mark after it stands at `at`, as in `2022/1/5`.
fn like_a_date(text: &str, at: usize) -> bool {
    let rest = text.get(at..).unwrap_or("");
    let after = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    rest.len() - after.len() >= 4 && after.starts_with(['-', '/', '.', '年'])
}

/// The start of an earlier line whose brackets stay open up to `at`, if the
/// error is of the kind that follows from that.
fn unclosed(text: &str, at: usize, message: &str) -> Option<usize> {
    let follows = ["inline table", "array", "missing comma", "extra comma"];
    if !follows.iter().any(|word| message.contains(word)) {
        return None;
    }
    let count = |line: &str, wanted: &[char]| line.matches(wanted).count();
    let mut end = text.get(..at)?.rfind('\n')?;
    loop {
        let start = text.get(..end)?.rfind('\n').map_or(0, |found| found + 1);
        let line = text.get(start..end)?;
        if line.trim().is_empty() || line.trim_start().starts_with('[') {
            return None;
        }
        if line.contains('=') && count(line, &['{', '[']) > count(line, &['}', ']']) {
            return Some(start);
        }
        end = start.checked_sub(1)?;
    }
}

/// Overwrites the line around `at` with spaces; false if it was blank already.
fn blank_line(text: &mut String, at: usize) -> bool {
    let start =
        text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |found| found + 1);
    let end = text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |n| at + n);
    match text.get(start..end) {
        Some(line) if !line.trim().is_empty() => {
            let spaces = " ".repeat(end - start);
            text.replace_range(start..end, &spaces);
            true
        }
        _ => false,
    }
}

fn in_chinese(message: &str) -> (String, String) {
    const SEE: &str = "参照 docs/plan-language.md";
    match toml_words::in_chinese(message) {
        Some((chinese, allowed)) => (format!("文件格式有误：{chinese}"), allowed.to_owned()),
        None if message.starts_with("invalid") => {
            ("文件格式有误：写法不对".to_owned(), SEE.to_owned())
        }
        None => {
            let first = message.lines().next().unwrap_or("");
            (format!("文件格式有误（{first}）"), SEE.to_owned())
        }
    }
}
