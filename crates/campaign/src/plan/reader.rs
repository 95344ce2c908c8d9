//! Reads fields out of TOML tables and writes down everything that is wrong,
//! instead of stopping at the first error.

use std::ops::Range;

use jiff::civil::Date;
use toml_edit::{Item, TableLike, Value};

use super::finding::{Finding, Places, Severity, closest};
use super::word::{is_id, parse_date, percent};

/// The text of a plan file, what was found wrong in it so far, and where its
/// elements stand.
pub(super) struct Reader<'a> {
    text: &'a str,
    file: &'a str,
    line_starts: Vec<usize>,
    pub(super) findings: Vec<Finding>,
    pub(super) places: Places,
    /// Parts already reported as broken; nothing more is said about them.
    pub(super) poisoned: Vec<Range<usize>>,
    /// Whole lines had to be skipped, so a missing field proves nothing.
    pub(super) damaged: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str, file: &'a str) -> Self {
        let mut line_starts = vec![0];
        line_starts.extend(text.match_indices('\n').map(|(at, _)| at + 1));
        Self {
            text,
            file,
            line_starts,
            findings: Vec::new(),
            places: Places::new(file),
            poisoned: Vec::new(),
            damaged: false,
        }
    }

    /// Line and column from 1, the column in characters.
    pub(super) fn position(&self, at: usize) -> (usize, usize) {
        let line = self.line_starts.partition_point(|start| *start <= at).max(1);
        let start = self.line_starts.get(line - 1).copied().unwrap_or(0);
        let before = self.text.get(start..at.min(self.text.len())).unwrap_or("");
        (line, before.chars().count() + 1)
    }

    pub(super) fn error(&mut self, at: usize, message: impl Into<String>) {
        self.report(Severity::Error, at, message.into(), None);
    }

    pub(super) fn error_allowing(
        &mut self,
        at: usize,
        message: impl Into<String>,
        allowed: impl Into<String>,
    ) {
        self.report(Severity::Error, at, message.into(), Some(allowed.into()));
    }

    fn report(
        &mut self,
        severity: Severity,
        at: usize,
        message: String,
        allowed: Option<String>,
    ) {
        if self.poisoned.iter().any(|range| range.contains(&at)) {
            return;
        }
        let (line, column) = self.position(at);
        let file = self.file.to_owned();
        self.findings.push(Finding {
            severity,
            file,
            line,
            column,
            element: None,
            message,
            allowed,
        });
    }
}

/// `可用：a、b、c`, with the likely one first if there is one.
pub(super) fn choices<'c>(word: &str, all: impl IntoIterator<Item = &'c str>) -> String {
    let all: Vec<&str> = all.into_iter().collect();
    if all.is_empty() {
        return "方案里还没有可引用的编号".to_owned();
    }
    let list = all.join("、");
    match closest(word, all.iter().copied()) {
        Some(likely) => format!("是不是 `{likely}`？可用：{list}"),
        None => format!("可用：{list}"),
    }
}

/// A value with the place where it stands.
#[derive(Debug, Clone)]
pub(super) struct At<T> {
    pub(super) value: T,
    pub(super) at: usize,
}

/// One table of the file while its fields are being taken.
pub(super) struct Fields<'t> {
    /// How messages call it: `任务 w-notice-letter`.
    pub(super) what: String,
    table: &'t dyn TableLike,
    /// Where the table begins.
    pub(super) at: usize,
    asked: Vec<&'static str>,
}

impl<'t> Fields<'t> {
    pub(super) fn new(what: impl Into<String>, table: &'t dyn TableLike, at: usize) -> Self {
        Self { what: what.into(), table, at, asked: Vec::new() }
    }

    /// Where a field's value stands, or the table if it is absent.
    pub(super) fn place(&self, key: &str) -> usize {
        self.table.get(key).and_then(item_start).unwrap_or(self.at)
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    pub(super) fn item(&mut self, key: &'static str) -> Option<At<&'t Item>> {
        self.asked.push(key);
        let item = self.table.get(key)?;
        Some(At { value: item, at: item_start(item).unwrap_or(self.at) })
    }

    pub(super) fn missing(&self, reader: &mut Reader<'_>, key: &str, example: &str) {
        if !reader.damaged && !self.table.contains_key(key) {
            reader.error_allowing(
                self.at,
                format!("{}缺少字段 `{key}`", self.what),
                format!("例如：{key} = {example}"),
            );
        }
    }

    pub(super) fn text(
        &mut self,
        reader: &mut Reader<'_>,
        key: &'static str,
    ) -> Option<At<String>> {
        let At { value, at } = self.item(key)?;
        let Some(text) = value.as_str() else {
            wrong_type(reader, &self.what, key, at, value, "加引号的文字");
            return None;
        };
        let text = text.trim();
        if text.is_empty() {
            reader.error_allowing(
                at,
                format!("{}的 `{key}` 是空的", self.what),
                "写上内容，或删去这一行",
            );
            return None;
        }
        Some(At { value: text.to_owned(), at })
    }

    pub(super) fn required_text(
        &mut self,
        reader: &mut Reader<'_>,
        key: &'static str,
        example: &str,
    ) -> Option<At<String>> {
        let text = self.text(reader, key);
        if text.is_none() {
            self.missing(reader, key, example);
        }
        text
    }

    /// An id: what other elements refer to.
    pub(super) fn id(&mut self, reader: &mut Reader<'_>) -> Option<At<String>> {
        let id = self.required_text(reader, "id", "\"notice-letter\"")?;
        if is_id(&id.value) {
            return Some(id);
        }
        reader.error_allowing(
            id.at,
            format!("编号 `{}` 不合格式", id.value),
            "编号用小写英文字母、数字和连字符，以字母开头",
        );
        None
    }

    pub(super) fn date(
        &mut self,
        reader: &mut Reader<'_>,
        key: &'static str,
    ) -> Option<At<Date>> {
        let At { value, at } = self.item(key)?;
        let date = match value.as_value() {
            Some(Value::String(text)) => parse_date(text.value()),
            Some(Value::Datetime(stamp)) => match (stamp.value().date, stamp.value().time) {
                (Some(_), None) => parse_date(&stamp.value().to_string()),
                _ => None,
            },
            _ => {
                wrong_type(reader, &self.what, key, at, value, "日期，如 2022-12-31");
                return None;
            }
        };
        if date.is_none() {
            let written = value.to_string();
            reader.error_allowing(
                at,
                format!("{}的 `{key}` 不是存在的日期：{}", self.what, written.trim()),
                "日期写作 年-月-日，如 2022-12-31",
            );
        }
        Some(At { value: date?, at })
    }

    pub(super) fn required_date(
        &mut self,
        reader: &mut Reader<'_>,
        key: &'static str,
    ) -> Option<At<Date>> {
        let date = self.date(reader, key);
        if date.is_none() {
            self.missing(reader, key, "2022-12-31");
        }
        date
    }

    pub(super) fn whole(
        &mut self,
        reader: &mut Reader<'_>,
        key: &'static str,
        allowed: Range<i64>,
    ) -> Option<At<i64>> {
        let At { value, at } = self.item(key)?;
        let Some(number) = value.as_integer() else {
            wrong_type(reader, &self.what, key, at, value, "整数");
            return None;
        };
        if !allowed.contains(&number) {
            reader.error_allowing(
                at,
                format!("{}的 `{key}` 不能是 {number}", self.what),
                format!("可用：{} 到 {} 的整数", allowed.start, allowed.end - 1),
            );
            return None;
        }
        Some(At { value: number, at })
    }

    /// A number, also written as a percentage in quotes.
    pub(super) fn number(
        &mut self,
        reader: &mut Reader<'_>,
        key: &'static str,
    ) -> Option<At<f64>> {
        let At { value, at } = self.item(key)?;
        let number = match value.as_value() {
            Some(Value::Integer(whole)) => Some(*whole.value() as f64),
            Some(Value::Float(float)) => Some(*float.value()),
            Some(Value::String(text)) => percent(text.value()),
            _ => None,
        };
        match number {
            Some(number) if number.is_finite() => Some(At { value: number, at }),
            _ => {
                wrong_type(reader, &self.what, key, at, value, "数，如 0.8 或 \"80%\"");
                None
            }
        }
    }

    /// One word or a list of words.
    pub(super) fn words(
        &mut self,
        reader: &mut Reader<'_>,
        key: &'static str,
    ) -> Vec<At<String>> {
        let Some(At { value, at }) = self.item(key) else { return Vec::new() };
        if let Some(word) = value.as_str() {
            return one_word(reader, &self.what, key, word, at).into_iter().collect();
        }
        let Some(array) = value.as_array() else {
            wrong_type(reader, &self.what, key, at, value, "文字的列表，如 [\"a\", \"b\"]");
            return Vec::new();
        };
        if array.is_empty() {
            reader.error_allowing(
                at,
                format!("{}的 `{key}` 是空的列表", self.what),
                "写上内容，或删去这一行",
            );
        }
        let mut words: Vec<At<String>> = Vec::new();
        for item in array {
            let at = item.span().map_or(at, |span| span.start);
            let Some(word) = item.as_str() else {
                reader.error_allowing(
                    at,
                    format!("{}的 `{key}` 里有一项不是文字", self.what),
                    "每一项加引号",
                );
                continue;
            };
            let Some(word) = one_word(reader, &self.what, key, word, at) else { continue };
            if words.iter().any(|known| known.value == word.value) {
                reader.error(at, format!("{}的 `{key}` 里 `{}` 重复", self.what, word.value));
                continue;
            }
            words.push(word);
        }
        words
    }

    /// Words that must be codes of a closed list.
    pub(super) fn codes<T: Copy>(
        &mut self,
        reader: &mut Reader<'_>,
        key: &'static str,
        list: &CodeList<'_, T>,
    ) -> Vec<At<T>> {
        let words = self.words(reader, key);
        words.iter().filter_map(|word| list.read(reader, &self.what, key, word)).collect()
    }

    pub(super) fn code<T: Copy>(
        &mut self,
        reader: &mut Reader<'_>,
        key: &'static str,
        list: &CodeList<'_, T>,
    ) -> Option<At<T>> {
        let word = self.text(reader, key)?;
        list.read(reader, &self.what, key, &word)
    }

    /// The tables of `key = [{ … }, { … }]`, with bare strings let through.
    pub(super) fn rows(
        &mut self,
        reader: &mut Reader<'_>,
        key: &'static str,
    ) -> Vec<At<Row<'t>>> {
        let Some(At { value, at }) = self.item(key) else { return Vec::new() };
        if let Some(tables) = value.as_array_of_tables() {
            return tables
                .iter()
                .map(|table| At {
                    at: table.span().map_or(at, |span| span.start),
                    value: Row::Table(table),
                })
                .collect();
        }
        let Some(array) = value.as_array() else {
            wrong_type(reader, &self.what, key, at, value, "列表");
            return Vec::new();
        };
        let mut rows = Vec::new();
        for item in array {
            let at = item.span().map_or(at, |span| span.start);
            match item {
                Value::InlineTable(table) => rows.push(At { value: Row::Table(table), at }),
                Value::String(text) if !text.value().trim().is_empty() => {
                    rows.push(At { value: Row::Text(text.value().trim()), at });
                }
                _ => reader.error_allowing(
                    at,
                    format!("{}的 `{key}` 里有一项写法不对", self.what),
                    "每一项写作 { … } 或加引号的文字",
                ),
            }
        }
        rows
    }

    /// Reports the fields that nobody asked for.
    pub(super) fn finish(self, reader: &mut Reader<'_>) {
        for (key, item) in self.table.iter() {
            if self.asked.contains(&key) {
                continue;
            }
            let at = self
                .table
                .key(key)
                .and_then(toml_edit::Key::span)
                .map(|span| span.start)
                .or_else(|| item_start(item))
                .unwrap_or(self.at);
            reader.error_allowing(
                at,
                format!("{}没有字段 `{key}`", self.what),
                choices(key, self.asked.iter().copied()),
            );
        }
    }
}

/// An item of a list: a table or a bare text.
pub(super) enum Row<'t> {
    Table(&'t dyn TableLike),
    Text(&'t str),
}

/// A closed list of codes: what each means, and its Chinese name.
pub(super) struct CodeList<'c, T> {
    pub(super) read: &'c dyn Fn(&str) -> Option<T>,
    pub(super) all: Vec<(&'c str, &'c str)>,
}

impl<T> CodeList<'_, T> {
    fn read(
        &self,
        reader: &mut Reader<'_>,
        what: &str,
        key: &str,
        word: &At<String>,
    ) -> Option<At<T>> {
        if let Some(value) = (self.read)(&word.value) {
            return Some(At { value, at: word.at });
        }
        let in_chinese = self.all.iter().find(|(_, chinese)| *chinese == word.value);
        let allowed = match in_chinese {
            Some((code, chinese)) => format!("“{chinese}”写作 `{code}`"),
            None => choices(&word.value, self.all.iter().map(|(code, _)| *code)),
        };
        reader.error_allowing(
            word.at,
            format!("{what}的 `{key}` 不认识 `{}`", word.value),
            allowed,
        );
        None
    }
}

/// The list of an enum made by `words!`.
macro_rules! code_list {
    ($type:ty) => {
        $crate::plan::reader::CodeList {
            read: &<$type>::from_code,
            all: <$type>::ALL.iter().map(|one| (one.code(), one.chinese())).collect(),
        }
    };
}
pub(super) use code_list;

fn one_word(
    reader: &mut Reader<'_>,
    what: &str,
    key: &str,
    word: &str,
    at: usize,
) -> Option<At<String>> {
    let word = word.trim();
    if word.is_empty() {
        reader.error(at, format!("{what}的 `{key}` 里有一项是空的"));
        return None;
    }
    Some(At { value: word.to_owned(), at })
}

fn wrong_type(
    reader: &mut Reader<'_>,
    what: &str,
    key: &str,
    at: usize,
    found: &Item,
    wanted: &str,
) {
    let found = match found.type_name() {
        "string" => "文字",
        "integer" => "整数",
        "float" => "小数",
        "boolean" => "真假值",
        "datetime" => "日期",
        "array" | "array of tables" => "列表",
        _ => "表",
    };
    reader.error_allowing(
        at,
        format!("{what}的 `{key}` 类型不对，这里是{found}"),
        format!("应写{wanted}"),
    );
}

fn item_start(item: &Item) -> Option<usize> {
    item.span().map(|span| span.start)
}
