//! The phrases of a clause: what says how often, how many, how much, by when.

use regex::Captures;

use crate::date::{self, DatePhrase};
use crate::grammar::{Rule, grammar};
use crate::item::{Cadence, Op};
use crate::number::number;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Phrase {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// The rule that found it, as `kind.code`.
    pub(crate) rule: String,
    pub(crate) what: What,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum What {
    Cadence(Cadence),
    Quota {
        count: f64,
        unit: String,
        bound: Limit,
        per: Option<Cadence>,
        figures: bool,
    },
    Share {
        value: f64,
        op: Op,
        change: Option<Change>,
    },
    Zero,
    Full,
    Baseline,
    Date(DatePhrase),
    /// Due in every period, as `monthly-20`.
    Due {
        cadence: Cadence,
        deadline: Option<String>,
    },
    /// So long after something, or before the holidays.
    Within,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    Exact,
    AtLeast,
    AtMost,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Down,
    Up,
}

/// All phrases of a text, in order; where two overlap the longer one stays.
pub(crate) fn scan(text: &str) -> Vec<Phrase> {
    let mut found: Vec<Phrase> = Vec::new();
    for rule in &grammar().rules {
        for captures in rule.matches(text) {
            if let Some(phrase) = read(rule, &captures, text) {
                found.push(phrase);
            }
        }
    }
    for date in date::scan(text) {
        let (start, end) = (date.start, date.end);
        found.push(Phrase { start, end, rule: "date".to_owned(), what: What::Date(date) });
    }
    keep_longest(found)
}

/// Of overlapping phrases the longest stays; of equals the one found first.
fn keep_longest(mut found: Vec<Phrase>) -> Vec<Phrase> {
    found.sort_by_key(|p| (std::cmp::Reverse(p.end - p.start), p.start));
    let mut kept: Vec<Phrase> = Vec::new();
    for phrase in found {
        if kept.iter().all(|k| phrase.end <= k.start || k.end <= phrase.start) {
            kept.push(phrase);
        }
    }
    kept.sort_by_key(|p| p.start);
    kept
}

fn read(rule: &Rule, captures: &Captures<'_>, text: &str) -> Option<Phrase> {
    let whole = captures.get(0)?;
    let (start, mut end) = (whole.start(), whole.end());
    let named = |name: &str| captures.name(name).map(|m| m.as_str());
    let what = match rule.kind.as_str() {
        "cadence" => {
            let cadence = Cadence::from_code(&rule.code)?;
            // 月调度: the act goes on behind the rate.
            if let Some(rate) = captures.name("rate") {
                end = rate.end();
            }
            // 每周一次: the weekday was the number of the quota.
            if cadence == Cadence::Weekly && weekday_is_number(text, start, end) {
                end -= whole.as_str().chars().next_back().map_or(0, char::len_utf8);
            }
            if let Some(count) = rate(whole.as_str()) {
                What::Quota {
                    count: count.0,
                    unit: count.1,
                    bound: Limit::Exact,
                    per: Some(cadence),
                    figures: false,
                }
            } else {
                What::Cadence(cadence)
            }
        }
        "quota" => quota(rule, captures, text)?,
        "share" => share(rule, captures)?,
        "zero" => What::Zero,
        "full" => What::Full,
        "baseline" => What::Baseline,
        "within" => What::Within,
        "due" => due(rule, &named)?,
        _ => return None,
    };
    Some(Phrase { start, end, rule: format!("{}.{}", rule.kind, rule.code), what })
}

fn weekday_is_number(text: &str, start: usize, end: usize) -> bool {
    let matched = text.get(start..end).unwrap_or_default();
    let ends_in_weekday = matched.ends_with(['一', '二', '三', '四', '五', '六']);
    let rest = text.get(end..).unwrap_or_default();
    ends_in_weekday
        && grammar()
            .starts("unit", rest)
            .is_some_and(|unit| grammar().may_precede("unit", unit, &rest[unit.len()..]))
}

/// `一周两次`: the rate within a cadence.
fn rate(text: &str) -> Option<(f64, String)> {
    let unit = grammar().ends("times", text)?;
    if !text.starts_with(['一', '半']) {
        return None;
    }
    let head = text.get(..text.len() - unit.len())?;
    let digits: String = head
        .chars()
        .rev()
        .take_while(|c| c.is_ascii_digit() || crate::number::is_numeral(*c))
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .collect();
    Some((number(&digits)?, unit.to_owned()))
}

fn quota(rule: &Rule, captures: &Captures<'_>, text: &str) -> Option<What> {
    let unit = captures.name("unit")?;
    let rest = text.get(unit.end()..).unwrap_or_default();
    if !grammar().may_precede("unit", unit.as_str(), rest) {
        return None;
    }
    let n = captures.name("n")?.as_str();
    let count = number(n)?;
    if count <= 0.0 {
        return None;
    }
    let head = text.get(..captures.get(0)?.start()).unwrap_or_default();
    let before = head.chars().next_back();
    // 致家长一封信 is a name of a letter, without its marks.
    let addressed: String = head.chars().rev().take(10).collect();
    if unit.as_str() == "封" && rest.starts_with('信') && addressed.contains(['致', '告']) {
        return None;
    }
    let bare = captures.name("least").is_none() && captures.name("most").is_none();
    // 上一次 and 二次 are an earlier time and a second one; 上一堂课 is a lesson.
    let earlier = before.is_some_and(|c| "上下".contains(c))
        && "次届轮期场年季条篇".contains(unit.as_str());
    // 统一, 唯一, 逐一, 进一步, 之一: parts of other words.
    let within =
        n == "一" && before.is_some_and(|c| "统同唯单专逐进某另之首此全整".contains(c));
    // 活动方案(精选8篇): what a web page offers.
    let offered = ["精选", "通用", "优选", "合集", "范文"].iter().any(|w| head.ends_with(w));
    // 二类户, 三级响应: classes, not counts.
    let class =
        "类级".contains(unit.as_str()) && bare && n.chars().all(|c| "一二三四".contains(c));
    // 两个下降, 三个100%: the name of a list of which the parts stand by themselves.
    let figures = n.starts_with(|c: char| c.is_ascii_digit());
    let name =
        unit.as_str() == "个" && !figures && grammar().starts("named-by", rest).is_some();
    let none_left = n == "一" && bare && grammar().ends("none-left", head).is_some();
    if within
        || offered
        || none_left
        || name
        || class
        || bare && (n == "一" && earlier || n == "二" && unit.as_str() == "次")
    {
        return None;
    }
    let more = captures.get(0).is_some_and(|m| m.as_str().ends_with("以上"));
    let bound = if captures.name("most").is_some() {
        Limit::AtMost
    } else if captures.name("least").is_some() || more {
        Limit::AtLeast
    } else {
        Limit::Exact
    };
    let per = if rule.code == "rate" {
        Some(match captures.name("per")?.as_str() {
            "周" => Cadence::Weekly,
            "月" => Cadence::Monthly,
            "学期" => Cadence::Semester,
            "天" | "日" => Cadence::Daily,
            "季度" | "季" => Cadence::Quarterly,
            _ => Cadence::Yearly,
        })
    } else {
        None
    };
    Some(What::Quota { count, unit: unit.as_str().to_owned(), bound, per, figures })
}

fn share(rule: &Rule, captures: &Captures<'_>) -> Option<What> {
    let named = |name: &str| captures.name(name).map_or("", |m| m.as_str());
    let change = match named("change") {
        "" => None,
        "上升" | "提升" | "提高" | "增长" | "增加" => Some(Change::Up),
        _ => Some(Change::Down),
    };
    // 提升至92%: the level that is reached, not by how much it changes.
    let reached = change.filter(|_| !named("to").is_empty());
    let change = change.filter(|_| reached.is_none());
    let value = match rule.code.as_str() {
        "all" => 1.0,
        "change-word" => 0.5,
        "tenths" => number(named("n"))? / 10.0,
        _ => number(named("n"))? / 100.0,
    };
    let tail = named("tail");
    let op = match named("op") {
        "不得低于" | "不应低于" | "不低于" | "不得少于" | "不少于" | "高于" | "大于"
        | "超过" | "至少" | "≥" | "≧" | ">=" | ">" => Op::Ge,
        "不得高于" | "不高于" | "不得超过" | "不超过" | "低于" | "小于" | "≤" | "≦" | "<="
        | "<" => Op::Le,
        _ if tail.ends_with("下") || tail.ends_with('内') => Op::Le,
        "控制在" => Op::Le,
        _ if reached == Some(Change::Down) => Op::Le,
        _ if tail.ends_with("以上") || change.is_some() => Op::Ge,
        _ if value >= 1.0 => Op::Eq,
        _ => Op::Ge,
    };
    Some(What::Share { value: round(value), op, change })
}

fn due<'t>(rule: &Rule, named: &impl Fn(&str) -> Option<&'t str>) -> Option<What> {
    let day = named("day").and_then(number).filter(|d| (1.0..=31.0).contains(d));
    let cadence = Cadence::from_code(rule.code.trim_end_matches("-end"))?;
    let deadline = match cadence {
        Cadence::Monthly => day.map(|d| format!("monthly-{d:02}")),
        Cadence::Bimonthly => day.map(|d| format!("bimonthly-{d:02}")),
        Cadence::Quarterly => day.map(|d| format!("quarterly-{d:02}")),
        Cadence::Weekly => named("weekday").and_then(weekday).map(|d| format!("weekly-{d}")),
        Cadence::Yearly if rule.code.ends_with("-end") => Some("--12-31".to_owned()),
        Cadence::Yearly => {
            let month = named("month").and_then(number).filter(|m| (1.0..=12.0).contains(m))?;
            let last = crate::date::last_day(2023, month as u8);
            Some(format!("--{month:02}-{:02}", day.map_or(last, |d| d as u8)))
        }
        _ => None,
    };
    Some(What::Due { cadence, deadline })
}

fn weekday(name: &str) -> Option<u8> {
    "一二三四五六日"
        .chars()
        .position(|c| name.starts_with(c))
        .map(|i| i as u8 + 1)
        .or((name == "天").then_some(7))
}

fn round(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}
