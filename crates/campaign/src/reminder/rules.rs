//! The rules of reminding, read from text: dated, and never edited backwards.

use std::fmt;

use thiserror::Error;
use toml_edit::{Document, Item, Table, Value};

use crate::day::Day;

/// A time of day in minutes since midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Clock(u16);

/// Who is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recipient {
    /// Who has to do it.
    Doer,
    /// The officer of the unit above.
    Superior,
}

/// One step of reminding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub id: String,
    pub name: String,
    /// Days after the due day; negative before it.
    pub day: i32,
    /// The last such day on which the step may still be taken.
    pub last: i32,
    pub to: Recipient,
    /// Shorter periods do not take it.
    pub least_days: i32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rules {
    from: Day,
    source: String,
    quiet_from: Clock,
    quiet_until: Clock,
    steps: Vec<Step>,
}

/// All rules, those that hold later at the back.
// INVARIANT: never empty; every step has `day <= last`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleBook(Vec<Rules>);

/// What is wrong in a text of rules, in the words of who edits it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct RulesError(String);

impl Clock {
    /// Reads `21:00`.
    pub fn parse(text: &str) -> Option<Self> {
        let (hour, minute) = text.split_once(':')?;
        if hour.len() != 2 || minute.len() != 2 {
            return None;
        }
        let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
        (hour < 24 && minute < 60).then_some(Self(hour * 60 + minute))
    }

    /// The local time of an instant in Unix milliseconds.
    pub fn of_instant(ms: i64) -> Self {
        let since_midnight = ms.saturating_sub(Day::of_instant(ms).begins_at());
        Self((since_midnight / 60_000).clamp(0, 1439) as u16)
    }
}

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl RuleBook {
    /// The rules of this product, for bodies that have none of their own.
    pub fn builtin() -> Self {
        // A test reads it, so it reads.
        Self::parse(include_str!("builtin.toml")).unwrap_or(Self(vec![Rules {
            from: Day::MIN,
            source: String::new(),
            quiet_from: Clock(21 * 60),
            quiet_until: Clock(7 * 60),
            steps: Vec::new(),
        }]))
    }

    pub const BUILTIN: &str = include_str!("builtin.toml");

    /// Reads rules; the words of an error name the place and what is allowed.
    pub fn parse(text: &str) -> Result<Self, RulesError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let document = Document::parse(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let line = text.get(..at).unwrap_or(text).matches('\n').count() + 1;
            RulesError(format!("第 {line} 行不是有效的 TOML：{}", error.message()))
        })?;
        known(document.as_table(), &["rules"], "提醒规则")?;
        let tables = document.get("rules").and_then(Item::as_array_of_tables);
        let tables = tables
            .filter(|tables| !tables.is_empty())
            .ok_or_else(|| RulesError("至少要有一组 [[rules]]".to_owned()))?;
        let mut all: Vec<Rules> = Vec::new();
        for (n, table) in tables.iter().enumerate() {
            let rules = rules(table, &format!("第 {} 组 [[rules]]", n + 1))?;
            if all.last().is_some_and(|last| rules.from <= last.from) {
                return Err(RulesError(format!(
                    "第 {} 组 [[rules]] 的 from（{}）应晚于前一组：旧规则不改，新规则往后加",
                    n + 1,
                    rules.from
                )));
            }
            all.push(rules);
        }
        Ok(Self(all))
    }

    fn on(&self, day: Day) -> &Rules {
        // What holds before the first rules are the first rules.
        self.0.iter().rev().find(|rules| rules.from <= day).unwrap_or(&self.0[0])
    }

    /// The steps that hold on a day.
    pub fn steps_on(&self, day: Day) -> &[Step] {
        &self.on(day).steps
    }

    /// Who says so.
    pub fn source_on(&self, day: Day) -> &str {
        &self.on(day).source
    }

    /// From when to when nobody is disturbed.
    pub fn quiet_on(&self, day: Day) -> (Clock, Clock) {
        (self.on(day).quiet_from, self.on(day).quiet_until)
    }

    /// The first instant from `at` on at which people may be disturbed: `at`
    /// itself, or the end of the quiet hours.
    pub fn awake_from(&self, at: i64) -> i64 {
        let day = Day::of_instant(at);
        let (from, until) = self.quiet_on(day);
        let now = Clock::of_instant(at);
        let on = |day: Day| day.begins_at() + i64::from(until.0) * 60_000;
        let over_midnight = until < from;
        if over_midnight && from <= now {
            on(day.next())
        } else if (over_midnight || from <= now) && now < until {
            on(day)
        } else {
            at
        }
    }
}

fn rules(table: &Table, place: &str) -> Result<Rules, RulesError> {
    known(table, &["from", "source", "quiet_from", "quiet_until", "step"], place)?;
    let from = table.get("from").and_then(Item::as_value).and_then(Value::as_datetime);
    let from = from.map(ToString::to_string).ok_or_else(|| {
        RulesError(format!("{place}缺少 from，或它不是日期，应写作 2022-03-01"))
    })?;
    let clock = |key: &str| {
        let word = text(table, key, place)?;
        Clock::parse(&word).ok_or_else(|| {
            RulesError(format!("{place}的 {key} 应写作 \"21:00\"，现为“{word}”"))
        })
    };
    let mut steps: Vec<Step> = Vec::new();
    let tables = table.get("step").and_then(Item::as_array_of_tables);
    for (n, table) in tables.into_iter().flat_map(|tables| tables.iter()).enumerate() {
        let step = step(table, &format!("{place}的第 {} 个 [[rules.step]]", n + 1))?;
        if steps.iter().any(|other| other.id == step.id) {
            return Err(RulesError(format!("{place}有两个步骤都叫“{}”", step.id)));
        }
        steps.push(step);
    }
    Ok(Rules {
        from: Day::parse(from.as_bytes()).ok_or_else(|| {
            RulesError(format!("{place}的 from 应写作 2022-03-01，现为“{from}”"))
        })?,
        source: text(table, "source", place)?,
        quiet_from: clock("quiet_from")?,
        quiet_until: clock("quiet_until")?,
        steps,
    })
}

/// Beyond a month before or after, a reminder is no reminder.
const DAYS_MAX: i32 = 31;

fn step(table: &Table, place: &str) -> Result<Step, RulesError> {
    known(table, &["id", "name", "day", "last", "to", "least_days"], place)?;
    let id = text(table, "id", place)?;
    let fits = !id.is_empty()
        && id.bytes().all(|byte| byte.is_ascii_lowercase() || b"0123456789-".contains(&byte));
    if !fits {
        let words = "只能用小写字母、数字和“-”";
        return Err(RulesError(format!("{place}的 id {words}，现为“{id}”")));
    }
    let to = match text(table, "to", place)?.as_str() {
        "doer" => Recipient::Doer,
        "superior" => Recipient::Superior,
        other => {
            return Err(RulesError(format!(
                "{place}的 to 可以是 doer（承办人）或 superior（上级），现为“{other}”"
            )));
        }
    };
    let day = number(table, "day", place, -DAYS_MAX)?;
    let last = number(table, "last", place, -DAYS_MAX)?;
    if last < day {
        return Err(RulesError(format!("{place}的 last（{last}）不能早于 day（{day}）")));
    }
    let name = text(table, "name", place)?;
    Ok(Step { id, name, day, last, to, least_days: number(table, "least_days", place, 1)? })
}

fn known(table: &Table, allowed: &[&str], place: &str) -> Result<(), RulesError> {
    match table.iter().find(|(key, _)| !allowed.contains(key)) {
        Some((key, _)) => Err(RulesError(format!(
            "{place}没有“{key}”这一项，可以写的是 {}",
            allowed.join("、")
        ))),
        None => Ok(()),
    }
}

fn text(table: &Table, key: &str, place: &str) -> Result<String, RulesError> {
    let value = table.get(key).and_then(Item::as_value).and_then(Value::as_str);
    value
        .map(str::to_owned)
        .ok_or_else(|| RulesError(format!("{place}缺少 {key}，或它不是加引号的文字")))
}

fn number(table: &Table, key: &str, place: &str, least: i32) -> Result<i32, RulesError> {
    let value = table.get(key).and_then(Item::as_value).and_then(Value::as_integer);
    value
        .and_then(|value| i32::try_from(value).ok())
        .filter(|value| (least..=DAYS_MAX).contains(value))
        .ok_or_else(|| RulesError(format!("{place}的 {key} 应为 {least} 至 {DAYS_MAX} 的整数")))
}
