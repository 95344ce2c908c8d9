//! Acts that are asked for: with a rate, a number, or both.

use std::ops::Range;

use super::sure::{number_alone, rate_alone, with_both};
use super::{Carry, Found, Scope};
use crate::actor;
use crate::date::{Bound, DatePhrase};
use crate::grammar::grammar;
use crate::item::{Cadence, Kind};
use crate::phrase::{Limit, Phrase, What};

pub(super) fn read(scope: &Scope<'_>, carry: &mut Carry, out: &mut Vec<Found>) {
    if carry.conditional {
        return;
    }
    let heads: Vec<Head<'_>> = heads(scope, carry);
    let mut from = scope.clause.range.start;
    for (i, head) in heads.iter().enumerate() {
        let next = heads.get(i + 1).map(Head::start);
        let range = segment(scope, from, head, next);
        from = range.end;
        let Some(mut found) = duty(scope, carry, head, &range).filter(|f| f.confidence > 0.0)
        else {
            continue;
        };
        if i == 0 {
            let starts = [
                carry.date.as_ref().map(|d| d.1),
                carry.cadence.as_ref().map(|c| c.1),
                carry.within.as_ref().map(|w| w.1),
            ];
            if let Some(start) = starts.into_iter().flatten().min() {
                found.range.start = found.range.start.min(start);
            }
        }
        if let Some(cadence) =
            found.cadence.filter(|c| *c != Cadence::Once && *c != Cadence::Continuous)
        {
            carry.running = Some(cadence);
        }
        out.push(found);
    }
}

/// What makes a duty: a rate, a number, or a number with its rate.
pub(super) struct Head<'a> {
    pub(super) rate: Option<(&'a Phrase, Cadence)>,
    number: Option<&'a Phrase>,
}

impl Head<'_> {
    fn start(&self) -> usize {
        let rate = self.rate.map(|r| r.0.start);
        let number = self.number.map(|n| n.start);
        match (rate, number) {
            (Some(a), Some(b)) => a.min(b),
            (a, b) => a.or(b).unwrap_or_default(),
        }
    }

    fn end(&self) -> usize {
        let rate = self.rate.map_or(0, |r| r.0.end);
        rate.max(self.number.map_or(0, |n| n.end))
    }
}

/// A rate governs the numbers after it, up to the next rate; one without
/// numbers stands for itself.
fn heads<'a>(scope: &'a Scope<'_>, carry: &Carry) -> Vec<Head<'a>> {
    let mut out: Vec<Head<'a>> = Vec::new();
    let mut rate: Option<(&Phrase, Cadence)> = None;
    let mut used = true;
    for phrase in &scope.clause.phrases {
        match &phrase.what {
            // 每天滚动播放: how it is done, not how often.
            What::Cadence(Cadence::Continuous) if rate.is_some() && !used => {}
            // Under goals 全年 is when a number is reached, not how often.
            What::Cadence(_) if scope.place.goals && is_window(scope, phrase) => {}
            What::Cadence(cadence) => {
                // 每月一通报、每季一点评: each rate has its own act.
                if let Some((open, _)) = rate.filter(|_| !used)
                    && has_act_between(scope, open, phrase)
                {
                    out.push(Head { rate, number: None });
                }
                // 每周班级群每日发布一条: the inner rate wins.
                rate = Some((phrase, *cadence));
                used = false;
            }
            What::Due { .. } => used = true,
            What::Quota { .. }
                if out.last().is_some_and(|h| used && goes_on(scope, h, phrase)) => {}
            What::Quota { .. }
                if counts(scope, phrase, rate.is_some() || carry.cadence.is_some()) =>
            {
                // Numbers in a row share the rate; a length of time needs its own.
                if used && phrase.rule == "quota.time" {
                    continue;
                }
                out.push(Head { rate, number: Some(phrase) });
                used = true;
            }
            _ => {}
        }
    }
    if let Some(open) = rate.filter(|_| !used) {
        // 召开一次…，每学期: a number before its rate.
        match out.last_mut() {
            Some(head) if head.rate.is_none() => head.rate = Some(open),
            _ => out.push(Head { rate: Some(open), number: None }),
        }
    }
    out
}

/// A stretch of time in which a number is reached.
pub(super) fn is_window(scope: &Scope<'_>, phrase: &Phrase) -> bool {
    let words = scope.place.text.get(phrase.start..phrase.end).unwrap_or_default();
    ["年内", "全年", "年度内", "学年内", "学期内", "本年度内", "全学年"].contains(&words)
}

fn has_act_between(scope: &Scope<'_>, open: &Phrase, next: &Phrase) -> bool {
    let gap = scope.place.text.get(open.end..next.start).unwrap_or_default();
    gap.ends_with(['、', '和']) && grammar().has("duty-verb", gap)
}

/// `分两次送交一份告知书`: the second number belongs to the object of the first.
fn goes_on(scope: &Scope<'_>, head: &Head<'_>, phrase: &Phrase) -> bool {
    let Some(gap) = scope.place.text.get(head.end()..phrase.start) else { return true };
    let joined = gap.rfind(['和', '及', '并', '与', '且']).is_some_and(|i| {
        let rest = gap.get(i..).unwrap_or_default();
        rest.chars().count() <= 7
    });
    head.number.is_some() && !gap.contains('、') && !joined
}

/// Whether a number is a quota at all, whatever stands around the clause.
fn counts(scope: &Scope<'_>, phrase: &Phrase, rated: bool) -> bool {
    let What::Quota { unit, bound, per, .. } = &phrase.what else { return false };
    let act = grammar().is("times-unit", unit)
        && grammar().has("duty-verb", scope.before(phrase.start));
    if *bound == Limit::AtMost || scope.place.goals && !rated && per.is_none() && !act {
        return false;
    }
    if grammar().has("format", scope.words) && !rated {
        return false;
    }
    let head = scope.before(phrase.start);
    let tail = scope.after(phrase.end);
    if phrase.rule == "quota.time" {
        let other = scope
            .clause
            .phrases
            .iter()
            .any(|p| matches!(&p.what, What::Quota { .. }) && p.rule != "quota.time");
        return rated && !other && !head.contains("每次") && !scope.words.contains("内完成");
    }
    let handed = scope.dates().any(|(_, d)| d.bound == Bound::Before)
        || scope.clause.has(|w| matches!(w, What::Due { .. }));
    let beside = ["及", "和", "附", "与", "各"].iter().any(|w| head.ends_with(w))
        || head.contains('、') && head.contains(['将', '把']);
    if handed && beside {
        return false;
    }
    if attached(scope) && !rated || head.ends_with('由') {
        return false;
    }
    if head.ends_with("人手") || is_level(head, *bound) && !rated {
        return false;
    }
    let near: String = head.chars().rev().take(5).collect();
    let enclosed =
        ["照片", "图片", "视频", "材料", "截图", "总结"].iter().any(|w| head.ends_with(w));
    if (near.contains('附') || handed && enclosed && near.contains(['及', '和', '与']))
        && !rated
    {
        return false;
    }
    let inside = [
        "每次", "每场", "每期", "每批", "共有", "现有", "涉及", "包括", "分为", "分成", "其中",
        "原有", "抽取", "下列", "以下", "上述", "前述", "设有",
    ];
    if inside.iter().any(|w| head.contains(w)) && !rated && !each_time(head) {
        return false;
    }
    if tail.starts_with("以内") || tail.starts_with("左右") && !rated || tail.starts_with("内")
    {
        return false;
    }
    !(unit == "人" && head.ends_with('余'))
}

/// `将总结及照片(不少于5张)报…`: what is handed in with the rest.
fn attached(scope: &Scope<'_>) -> bool {
    let due = scope.sentence.clauses.iter().any(super::has_due);
    let Some(host) = scope.host().filter(|_| due) else { return false };
    let words = scope.place.str(&(host.range.start..scope.clause.range.start));
    let words = words.trim_end_matches('(');
    ["照片", "图片", "总结", "材料", "视频", "截图", "资料", "报告", "信息", "文件", "简报"]
        .iter()
        .any(|w| words.ends_with(w))
}

/// `总阅读量突破500万次`: a level that is measured, not an act.
pub(super) fn is_level(head: &str, bound: Limit) -> bool {
    let risen = ["突破", "达到", "达", "超过"].iter().find_map(|w| head.strip_suffix(w));
    let name = match (risen, bound) {
        (Some(name), _) => name,
        (None, Limit::AtLeast | Limit::AtMost) => head,
        (None, Limit::Exact) => return false,
    };
    let name = name.trim_end_matches(['应', '须', '要', '需', '均', '力', '争']);
    grammar().ends("level", name).is_some()
}

fn segment(
    scope: &Scope<'_>,
    from: usize,
    head: &Head<'_>,
    next: Option<usize>,
) -> Range<usize> {
    let text = scope.place.text;
    // A rate that governs several numbers stands before the first of them.
    let begin = if head.start() < from { head.end() } else { head.start() };
    let lead = text.get(from..begin).unwrap_or_default();
    let mut start =
        from + lead.len() - lead.trim_start_matches(['、', '和', '及', '“', '与', '并']).len();
    if from == 0 {
        start = start.max(scope.place.block.head_len);
    }
    let Some(next) = next else { return start..scope.clause.range.end };
    let gap = text.get(head.end()..next).unwrap_or_default();
    let cut = gap.rfind('、').or_else(|| gap.rfind(['和', '及', '并']));
    start..cut.map_or(head.end(), |i| head.end() + i)
}

fn duty(
    scope: &Scope<'_>,
    carry: &Carry,
    head: &Head<'_>,
    range: &Range<usize>,
) -> Option<Found> {
    let mut found = Found::new(Kind::Duty, range.clone());
    let own = head.rate.map(|r| r.1);
    let (count, unit, bound, per) = match head.number.map(|p| &p.what) {
        Some(What::Quota { count, unit, bound, per, .. }) => {
            (Some(*count), Some(unit.clone()), *bound, *per)
        }
        _ => (None, None, Limit::Exact, None),
    };
    let lead = carry.cadence.map(|c| c.0);
    let lead_date = carry.lead.clone().filter(|_| lead.is_none() && own.is_none());
    let date = own_date(scope, carry, head).or(lead_date);
    let running = carry
        .running
        .filter(|_| head.number.is_some() && date.is_none() && runs_on(scope, head));
    let running = running.filter(|_| one_rate(scope));
    let listed = scope.place.list_cadence.filter(|_| date.is_none());
    let rate = per.or(own).or(lead).or(due_rate(scope)).or(running).or(listed);
    found.cadence = Some(rate.unwrap_or(Cadence::Once));
    found.count =
        count.or((rate.is_some() && rate != Some(Cadence::Continuous)).then_some(1.0));
    found.unit = unit;
    found.confidence = match (head.number, per.or(own).or(lead)) {
        // 在5处滚动播放: what is done all the time has no number of its own.
        (Some(number), Some(Cadence::Continuous)) => number_alone(scope, number, false),
        (Some(number), Some(_)) => with_both(scope, number, bound),
        (Some(number), None) => {
            number_alone(scope, number, running.or(listed).or(due_rate(scope)).is_some())
        }
        (None, Some(rate)) => rate_alone(scope, head, rate),
        (None, None) => return None,
    };
    // 6至9月，每天巡查: the date is when the rate runs, not when the act is due.
    let window = rate.is_some() && date.as_ref().is_some_and(|d| d.bound != Bound::Before);
    if rate != Some(Cadence::Yearly) && !window {
        found.deadline =
            date.as_ref().and_then(|d| d.to).and_then(|d| scope.place.years.iso(d));
    } else if rate == Some(Cadence::Yearly) {
        found.deadline = every_year(scope, head);
    }
    if let Some(due) = recurring(scope) {
        found.deadline.clone_from(due);
    }
    found.per = actor::per(scope.words);
    found.action = action(scope, head, range);
    found.why = why(scope, head, rate, found.deadline.as_deref());
    Some(found)
}

/// `每年5月25日`: the same day every year.
fn every_year(scope: &Scope<'_>, head: &Head<'_>) -> Option<String> {
    let (rate, _) = head.rate?;
    let (_, date) = scope.dates().find(|(p, _)| p.start == rate.end)?;
    let whole = date.to.is_some_and(|d| matches!(d.part, crate::date::Part::Day(_)));
    if !whole {
        return None;
    }
    crate::date::Years::default().iso(date.to?)
}

fn recurring<'a>(scope: &'a Scope<'_>) -> Option<&'a Option<String>> {
    scope.clause.phrases.iter().find_map(|p| match &p.what {
        What::Due { deadline, .. } => Some(deadline),
        _ => None,
    })
}

/// Where a sentence names several rates each stands for its own clause only.
fn one_rate(scope: &Scope<'_>) -> bool {
    let rates = scope.sentence.clauses.iter().flat_map(|c| &c.phrases);
    rates.filter(|p| matches!(p.what, What::Cadence(c) if c != Cadence::Continuous)).count()
        <= 1
}

/// `每月末分析研判一次`: the limit says how often as well.
fn due_rate(scope: &Scope<'_>) -> Option<Cadence> {
    scope.clause.phrases.iter().find_map(|p| match p.what {
        What::Due { cadence, .. } => Some(cadence),
        _ => None,
    })
}

/// `，组织两次…` goes on with the rate of the clause before it; so does
/// `，逃生演练不少于1次` after `班会每学期不少于2次`.
fn runs_on(scope: &Scope<'_>, head: &Head<'_>) -> bool {
    let words = scope.words;
    if grammar().starts("set-up", words).is_some() {
        return false;
    }
    if let Some(What::Quota { bound: Limit::AtLeast, unit, .. }) = head.number.map(|n| &n.what)
        && grammar().is("times-unit", unit)
    {
        return true;
    }
    each_time(words)
        || grammar()
            .starts("duty-verb", words.trim_start_matches(['并', '再', '至', '少']))
            .is_some()
}

/// `每次例会通报一个案例`, after the sentence that says how often they meet.
fn each_time(words: &str) -> bool {
    words.strip_prefix("每次").is_some_and(|t| grammar().has("event-noun", t))
}

/// The date of the act: in the clause, or standing alone before it.
fn own_date(scope: &Scope<'_>, carry: &Carry, head: &Head<'_>) -> Option<DatePhrase> {
    let fits = |d: &DatePhrase| !matches!(d.bound, Bound::Since) && d.to.is_some();
    let own = scope.dates().filter(|(p, _)| p.start < head.end() || p.start > head.end());
    own.map(|(_, d)| d.clone())
        .find(|d| fits(d))
        .or_else(|| carry.date.as_ref().map(|(d, _)| d.clone()).filter(fits))
}

/// The act in the words of the clause, without rate and number.
fn action(scope: &Scope<'_>, head: &Head<'_>, range: &Range<usize>) -> String {
    let host = scope.host().filter(|_| !grammar().has("duty-verb", scope.words));
    if let Some(host) = host {
        let words = scope.place.str(&host.range);
        let end = words.find('(').unwrap_or(words.len());
        return actor::strip(words.get(..end).unwrap_or_default()).to_owned();
    }
    let mut words = String::new();
    let mut at = range.start;
    let cut = [head.rate.map(|r| r.0), head.number];
    let mut cut: Vec<&Phrase> = cut.into_iter().flatten().collect();
    cut.sort_by_key(|p| p.start);
    for phrase in cut {
        if phrase.start >= at {
            words.push_str(scope.place.text.get(at..phrase.start).unwrap_or_default());
            at = phrase.end;
        }
    }
    words.push_str(scope.place.text.get(at..range.end).unwrap_or_default());
    actor::strip(words.trim_matches(|c: char| ",、:的“".contains(c))).to_owned()
}

fn why(
    scope: &Scope<'_>,
    head: &Head<'_>,
    rate: Option<Cadence>,
    deadline: Option<&str>,
) -> String {
    let word = |p: &Phrase| scope.place.text.get(p.start..p.end).unwrap_or_default().to_owned();
    let mut parts = Vec::new();
    match (head.rate, rate) {
        (Some((phrase, _)), _) => parts.push(format!("频次“{}”", word(phrase))),
        (None, Some(rate)) => parts.push(format!("频次沿用前文“{}”", rate.chinese())),
        (None, None) => {}
    }
    if let Some(number) = head.number {
        parts.push(format!("数量“{}”", word(number)));
    }
    if let Some(deadline) = deadline {
        parts.push(format!("时限 {deadline}"));
    }
    parts.join("，")
}
