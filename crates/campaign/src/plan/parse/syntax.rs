//! The TOML itself. The TOML reader stops at its first error; here the broken
//! part is blanked and reading goes on, so that one run tells them all.

use std::ops::Range;

use toml_edit::Document;

use crate::plan::reader::Reader;

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
        let (message, allowed) = if like_a_date(&text, at) {
            ("日期的写法不对".to_owned(), "月、日各写两位，如 2022-01-05".to_owned())
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
    let mut rest = text.get(at..).unwrap_or("").chars();
    let year = rest.by_ref().take(4).filter(char::is_ascii_digit).count() == 4;
    year && rest.next().is_some_and(|mark| matches!(mark, '-' | '/' | '.' | '年'))
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
    const TABLE: &[(&str, &str, &str)] = &[
        ("duplicate key", "同一字段写了两次", "删去其中一个"),
        ("string values must be quoted", "文字没有加引号", "写作 name = \"…\""),
        ("missing value", "等号后面没有值", "写作 字段 = 值"),
        ("key with no value", "只有字段名，没有值", "写作 字段 = 值"),
        ("missing assignment", "缺少等号", "写作 字段 = 值"),
        ("extra `=`", "多了一个等号", "写作 字段 = 值"),
        (
            "unclosed inline",
            "方括号或花括号没有结束",
            "写作 [\"a\", \"b\"] 或 { kind = \"school\" }",
        ),
        ("unclosed array", "列表没有用 ] 结束", "写作 [\"a\", \"b\"]"),
        ("unclosed table", "方括号标题没有结束", "写作 [[duty]]"),
        ("missing comma", "两项之间缺少逗号", "各项用英文逗号隔开"),
        ("extra comma", "多了一个逗号", "各项用一个英文逗号隔开"),
        ("missing key for inline", "花括号里缺少字段名", "写作 { kind = \"school\" }"),
        ("invalid inline", "花括号里写法不对", "写作 { kind = \"school\" }"),
        ("unexpected", "这里有多余或看不懂的内容", "每行写一个 字段 = 值，说明以 # 开头"),
        ("invalid comment", "说明里有不能用的字符", "说明以 # 开头，写在行尾或单独一行"),
        ("redundant", "数字前有多余的符号或零", "写普通的整数或小数"),
        ("invalid unquoted key", "字段名里有不能用的字符", "字段名用英文字母、数字和连字符"),
        ("invalid basic string", "引号没有配对", "文字首尾各一个英文双引号"),
        ("invalid", "写法不对", "参照 docs/plan-language.md"),
    ];
    let known = TABLE.iter().find(|(english, ..)| message.starts_with(english));
    match known {
        Some((_, chinese, allowed)) => {
            (format!("文件格式有误：{chinese}"), (*allowed).to_owned())
        }
        None => (
            format!("文件格式有误（{}）", message.lines().next().unwrap_or("")),
            "参照 docs/plan-language.md".to_owned(),
        ),
    }
}
