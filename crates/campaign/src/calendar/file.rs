//! `calendar.toml`: reading with line and column, and printing back.

use std::fmt::Write as _;

use thiserror::Error;
use toml_edit::{Document, Item, Table, Value};

use super::{Calendar, Span};
use crate::{day::Day, toml_words};

/// What is wrong in a calendar file, in the words of who edits it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("第 {line} 行第 {column} 列：{problem}")]
pub struct CalendarError {
    pub line: usize,
    pub column: usize,
    pub problem: String,
}

const TABLES: &str = "term、holiday、workdays、key_period";

impl Calendar {
    /// Reads `calendar.toml`. Spans and days may come in any order.
    pub fn parse(text: &str) -> Result<Self, CalendarError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let reader = Reader { text };
        let document = Document::parse(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            if let Some((at, wide, ascii)) = toml_words::full_width(text, at) {
                return reader.error(at, format!("用了全角的 {wide}，要用英文的 {ascii}"));
            }
            let problem = match toml_words::in_chinese(error.message()) {
                Some((chinese, allowed)) => format!("{chinese}，{allowed}"),
                None => format!("不是有效的 TOML（{}）", error.message()),
            };
            reader.error(at, problem)
        })?;
        let mut calendar = Self::default();
        for (key, item) in document.as_table() {
            match key {
                "term" => calendar.terms = reader.spans(key, item)?,
                "holiday" => calendar.holidays = reader.spans(key, item)?,
                "key_period" => calendar.key_periods = reader.spans(key, item)?,
                "workdays" => calendar.workdays = reader.days(item)?,
                _ => {
                    let problem = format!("没有“{key}”这一项，可以写的是 {TABLES}");
                    return Err(reader.error_at_key(document.as_table(), key, problem));
                }
            }
        }
        calendar.tidy();
        Ok(calendar)
    }

    /// The calendar as `calendar.toml`, which [`Calendar::parse`] reads back.
    pub fn print(&self) -> String {
        let mut out = String::from("# 调休上班日\nworkdays = [");
        for (n, day) in self.workdays.iter().enumerate() {
            out.push_str(if n % 6 == 0 { "\n    " } else { " " });
            let _ = write!(out, "\"{day}\",");
        }
        out.push_str(if self.workdays.is_empty() { "]\n" } else { "\n]\n" });
        let tables = [
            ("term", &self.terms),
            ("holiday", &self.holidays),
            ("key_period", &self.key_periods),
        ];
        for (table, spans) in tables {
            for span in spans {
                let name = Value::from(span.name.as_str());
                let (from, until) = (span.from, span.until);
                let _ = write!(
                    out,
                    "\n[[{table}]]\nname = {name}\nfrom = \"{from}\"\nuntil = \"{until}\"\n"
                );
            }
        }
        out
    }

    fn tidy(&mut self) {
        for spans in [&mut self.terms, &mut self.holidays, &mut self.key_periods] {
            spans.sort_by_key(|span| (span.from, span.until));
        }
        self.workdays.sort_unstable();
        self.workdays.dedup();
    }
}

struct Reader<'t> {
    text: &'t str,
}

impl Reader<'_> {
    fn spans(&self, key: &str, item: &Item) -> Result<Vec<Span>, CalendarError> {
        let at = item.span().map_or(0, |span| span.start);
        let Some(tables) = item.as_array_of_tables() else {
            return Err(self.error(at, format!("“{key}”要写成 [[{key}]] 的形式")));
        };
        tables.iter().map(|table| self.span(key, table)).collect()
    }

    fn span(&self, key: &str, table: &Table) -> Result<Span, CalendarError> {
        let at = table.span().map_or(0, |span| span.start);
        for (field, _) in table {
            if !matches!(field, "name" | "from" | "until") {
                let hint = if field == "workdays" {
                    "（workdays 要写在所有 [[…]] 之前）"
                } else {
                    ""
                };
                let problem =
                    format!("[[{key}]] 里没有“{field}”，可以写的是 name、from、until{hint}");
                return Err(self.error_at_key(table, field, problem));
            }
        }
        let missing = |field: &str| {
            self.error(at, format!("[[{key}]] 缺少“{field}”，要写 name、from、until"))
        };
        let name = table.get("name").ok_or_else(|| missing("name"))?;
        let name_at = name.span().map_or(at, |span| span.start);
        let name = name
            .as_str()
            .filter(|name| !name.trim().is_empty())
            .ok_or_else(|| self.error(name_at, "name 要写一个名称".to_owned()))?;
        let date = |field: &str| {
            let item = table.get(field).ok_or_else(|| missing(field))?;
            let value = item.as_value();
            let day_at = item.span().map_or(at, |span| span.start);
            value.and_then(day).ok_or_else(|| self.error(day_at, wants_date(field)))
        };
        let (from, until) = (date("from")?, date("until")?);
        if until < from {
            let at = table.get("until").and_then(Item::span).map_or(at, |span| span.start);
            let problem =
                format!("“{name}”的 until {until} 早于 from {from}，until 不得早于 from");
            return Err(self.error(at, problem));
        }
        Ok(Span { name: name.to_owned(), from, until })
    }

    fn days(&self, item: &Item) -> Result<Vec<Day>, CalendarError> {
        let at = item.span().map_or(0, |span| span.start);
        let Some(values) = item.as_array() else {
            return Err(self.error(at, "workdays 要写成日期的列表".to_owned()));
        };
        let mut days = Vec::with_capacity(values.len());
        for value in values {
            let value_at = value.span().map_or(at, |span| span.start);
            days.push(day(value).ok_or_else(|| self.error(value_at, wants_date("workdays")))?);
        }
        Ok(days)
    }

    fn error_at_key(&self, table: &Table, key: &str, problem: String) -> CalendarError {
        let at = table.key(key).and_then(toml_edit::Key::span).map_or(0, |span| span.start);
        self.error(at, problem)
    }

    fn error(&self, at: usize, problem: String) -> CalendarError {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        CalendarError { line, column, problem }
    }
}

fn wants_date(field: &str) -> String {
    format!("{field} 要写日期，如 \"2024-09-01\"")
}

/// A date as a string or as TOML's own date.
fn day(value: &Value) -> Option<Day> {
    if let Some(text) = value.as_str() {
        return Day::parse(text.as_bytes());
    }
    let datetime = value.as_datetime()?;
    let date = datetime.date.filter(|_| datetime.time.is_none())?;
    Day::new(
        i16::try_from(date.year).ok()?,
        i8::try_from(date.month).ok()?,
        i8::try_from(date.day).ok()?,
    )
}
