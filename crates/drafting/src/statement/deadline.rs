//! What is due by a date, and acts on a date that have no number.

use super::{Carry, Found, Scope};
use crate::actor;
use crate::clause::Clause;
use crate::date::{Bound, DatePhrase, Part};
use crate::grammar::grammar;
use crate::item::{Cadence, Kind};
use crate::phrase::{Phrase, What};

pub(super) fn read(scope: &Scope<'_>, carry: &mut Carry, out: &mut Vec<Found>) {
    if let Some(host) = scope.host()
        && let [(phrase, date)] = scope.dates().collect::<Vec<_>>().as_slice()
        && bracketed(scope, host, phrase, date, out)
    {
        return;
    }
    if taken(scope, out) || cell(scope, out) {
        return;
    }
    if let Some(found) = every_period(scope) {
        out.push(found);
        return;
    }
    let own: Vec<(&Phrase, &DatePhrase)> = scope.dates().collect();
    if let [(phrase, _)] = own.as_slice()
        && leads(scope, phrase)
    {
        return;
    }
    if own.is_empty() {
        if let Some((date, start)) = carry.date.clone() {
            // The date stood alone before the comma; after a colon it governs the sentence.
            let colon = scope
                .place
                .text
                .get(..scope.clause.range.start)
                .is_some_and(|t| t.ends_with([':', '\t']));
            let end = if colon { scope.sentence.range.end } else { scope.clause.range.end };
            out.extend(dated(scope, &date, None, start..end, true));
        }
        return;
    }
    let mut from = scope.clause.range.start;
    if from == 0 {
        from = scope.place.block.head_len;
    }
    for (i, (phrase, date)) in own.iter().enumerate() {
        // 6月20日、12月10日前: the word of the last holds for both.
        let shared = own.get(i + 1).filter(|(next, following)| {
            let gap = scope.place.text.get(phrase.end..next.start).unwrap_or_default();
            ["、", "和", "及"].contains(&gap) && following.bound == Bound::Before
        });
        let bound = shared.map_or(date.bound, |_| Bound::Before);
        let date = &DatePhrase { bound, ..(*date).clone() };
        let end = own
            .get(i + 1)
            .map_or(scope.clause.range.end, |(p, _)| cut(scope, phrase.end, p.start));
        let begin =
            carry.date.as_ref().filter(|_| i == 0).map_or(from, |(_, s)| (*s).min(from));
        out.extend(dated(scope, date, Some(phrase), begin..end, false));
        from = end;
    }
}

/// `举办1场讲座（完成时限：5月底）` gives its date to the act before the bracket;
/// `启动仪式（9月5日）` is an act by itself.
fn bracketed(
    scope: &Scope<'_>,
    host: &Clause,
    phrase: &Phrase,
    date: &DatePhrase,
    out: &mut Vec<Found>,
) -> bool {
    let Some(day) = date.to.and_then(|d| scope.place.years.iso(d)) else { return false };
    let open = out.iter_mut().rev().find(|f| {
        f.deadline.is_none() && f.range.start < host.range.end && host.range.start < f.range.end
    });
    if let Some(found) =
        open.filter(|f| matches!(f.kind, Kind::Duty | Kind::Target) && f.confidence >= 0.5)
    {
        if matches!(found.cadence, None | Some(Cadence::Once)) {
            found.deadline = Some(day);
        }
        return true;
    }
    let name =
        scope.place.text.get(host.range.start..scope.clause.range.start).unwrap_or_default();
    let name = name.trim_end_matches('(');
    let campaign = ["月”", "周”", "宣传月", "宣传周", "行动", "整治", "攻坚", "阶段"]
        .iter()
        .any(|w| name.contains(w));
    let whole = scope.before(phrase.start).is_empty();
    if date.bound == Bound::Range
        && campaign
        && whole
        && !scope.place.opening
        && name.chars().count() <= 30
    {
        let start =
            if host.range.start == 0 { scope.place.block.head_len } else { host.range.start };
        let mut found = Found::new(Kind::Phase, start..scope.clause.range.end + 1);
        found.deadline = Some(day);
        found.confidence = 0.8;
        found.action = name.to_owned();
        found.why = "活动名称与括号内的起止时间".to_owned();
        out.push(found);
        return true;
    }
    let alone = whole && host.phrases.is_empty();
    let event = grammar().ends("event-noun", name).is_some();
    if !(alone && event) || scope.place.opening && name.chars().count() > 20 {
        return false;
    }
    let start =
        if host.range.start == 0 { scope.place.block.head_len } else { host.range.start };
    let mut found = Found::new(Kind::Duty, start..scope.clause.range.end);
    found.cadence = Some(Cadence::Once);
    found.deadline = Some(day);
    found.confidence = 0.76;
    found.action = String::from(actor::strip(
        scope.place.text.get(start..scope.clause.range.start - 1).unwrap_or_default(),
    ));
    found.why = "活动名称与括号内的时间".to_owned();
    out.push(found);
    true
}

/// A date alone before a comma waits for the clause that it governs.
fn leads(scope: &Scope<'_>, phrase: &Phrase) -> bool {
    let more = scope
        .sentence
        .clauses
        .get(scope.at + 1..)
        .is_some_and(|c| c.iter().any(|c| !c.bracketed));
    let own = scope.place.text.get(phrase.start..phrase.end).map_or(0, |t| t.chars().count());
    let after = scope.after(phrase.end);
    let named = super::is_quoted(after);
    let spare = scope.words.chars().count().saturating_sub(own);
    let spare = if named { spare - after.chars().count() } else { spare };
    more && !scope.clause.bracketed && spare <= 8 && (after.is_empty() || named)
}

/// A cell of a table that holds nothing but a date belongs to its row.
fn cell(scope: &Scope<'_>, out: &mut Vec<Found>) -> bool {
    let row = &scope.sentence.range;
    let whole = scope.place.str(row);
    let [(phrase, date)] = scope.dates().collect::<Vec<_>>()[..] else { return false };
    let alone = scope.before(phrase.start).is_empty() && scope.after(phrase.end).is_empty();
    let last = scope.place.str(&(row.start..scope.clause.range.start)).ends_with('\t');
    if !(alone && last && whole.contains('\t')) {
        return false;
    }
    let Some(day) = date.to.and_then(|d| scope.place.years.iso(d)) else { return true };
    let mut own =
        out.iter_mut().filter(|f| row.start <= f.range.start && f.range.end <= row.end);
    if let Some(found) = own.find(|f| f.confidence >= 0.5) {
        if found.deadline.is_none() && matches!(found.cadence, None | Some(Cadence::Once)) {
            found.deadline = Some(day);
        }
        return true;
    }
    let before = scope.place.str(&(row.start..scope.clause.range.start));
    let due = date.bound == Bound::Before;
    if !grammar().has(if due { "due-verb" } else { "event-verb" }, before) {
        return true;
    }
    let kind = if due { Kind::Deadline } else { Kind::Duty };
    let mut found = Found::new(kind, row.clone());
    found.cadence = Some(Cadence::Once);
    found.confidence = 0.8;
    found.why = format!("表格一行的时间 {day}");
    found.deadline = Some(day);
    let longest = before.split('\t').max_by_key(|c| c.len()).unwrap_or_default();
    found.action = String::from(actor::strip(longest));
    out.push(found);
    true
}

fn cut(scope: &Scope<'_>, from: usize, to: usize) -> usize {
    let gap = scope.place.text.get(from..to).unwrap_or_default();
    gap.rfind('、').map_or(to, |i| from + i + '、'.len_utf8())
}

/// A duty or measure of this clause has the date already.
pub(super) fn taken(scope: &Scope<'_>, out: &[Found]) -> bool {
    let range = &scope.clause.range;
    out.iter().rev().any(|f| {
        f.range.start < range.end
            && range.start < f.range.end
            && matches!(f.kind, Kind::Duty | Kind::Target)
            && f.confidence >= 0.5
    })
}

/// `每月20日前报送`, `每日16时前报`.
fn every_period(scope: &Scope<'_>) -> Option<Found> {
    let (phrase, cadence, deadline) =
        scope.clause.phrases.iter().find_map(|p| match &p.what {
            What::Due { cadence, deadline } => Some((p, *cadence, deadline.clone())),
            _ => None,
        })?;
    let asked =
        grammar().has("due-verb", scope.words) || grammar().has("due-verb", scope.rest());
    let mut found = Found::new(Kind::Deadline, scope.clause.range.clone());
    found.range.start = found.range.start.max(if found.range.start == 0 {
        scope.place.block.head_len
    } else {
        0
    });
    if phrase.end + 6 >= scope.clause.range.end {
        found.range.end = next_end(scope);
    }
    found.cadence = Some(cadence);
    found.deadline = deadline;
    found.confidence = if asked { 0.93 } else { 0.55 };
    found.action = String::from(actor::strip(scope.after(phrase.end)));
    found.why = format!(
        "周期时限“{}”",
        scope.place.text.get(phrase.start..phrase.end).unwrap_or_default()
    );
    Some(found)
}

fn next_end(scope: &Scope<'_>) -> usize {
    scope.sentence.clauses[scope.at + 1..]
        .iter()
        .find(|c| !c.bracketed)
        .map_or(scope.clause.range.end, |c| c.range.end)
}

fn dated(
    scope: &Scope<'_>,
    date: &DatePhrase,
    phrase: Option<&Phrase>,
    range: std::ops::Range<usize>,
    led: bool,
) -> Option<Found> {
    let after = phrase.map_or(scope.words, |p| scope.after(p.end));
    let before = phrase.map_or("", |p| scope.before(p.start));
    let year_only = date.to.is_some_and(|d| d.is_year_only() && d.part == Part::Whole);
    if date.to.is_none()
        || year_only && date.bound != Bound::Before
        || is_name(after, before, date.bound)
    {
        return None;
    }
    let label = before.trim_end_matches([':', '为', '是']);
    let due_label = phrase.is_some()
        && (grammar().ends("due-label", label).is_some() || labelled_before(scope, label));
    if phrase.is_some() && due_label && label.is_empty() && date.bound == Bound::Before {
        return due(scope, date, range, after, before, true);
    }
    // 截至某日的情况: up to when figures are counted.
    let as_of = phrase.is_some_and(|p| scope.place.str(&(p.start..p.end)).starts_with("截至"));
    if as_of
        && !due_label
        && !["报名", "征集", "投稿", "时间", "日期"].iter().any(|w| label.ends_with(w))
    {
        return None;
    }
    match date.bound {
        Bound::Before => due(scope, date, range, after, before, led),
        Bound::Until if due_label => due(scope, date, range, after, before, led),
        Bound::Until if scope.place.goals => None,
        Bound::Until if date.from.is_none() => until(scope, date, range, after),
        Bound::At if ["完成", "结束", "截止", "交"].iter().any(|w| after.starts_with(w)) => {
            due(scope, date, range, after, before, true)
        }
        Bound::At | Bound::Range if due_label => due(scope, date, range, after, before, true),
        Bound::At | Bound::Range => event(scope, date, range, after, before, led),
        Bound::Until | Bound::Since => None,
    }
}

/// `截止时间：5月10日`: the label is the clause before the colon.
fn labelled_before(scope: &Scope<'_>, label: &str) -> bool {
    let heading = scope.place.block.path.last().map_or("", |l| l.heading.as_str());
    if label.is_empty() && grammar().ends("due-label", heading).is_some() {
        return true;
    }
    let Some(previous) = scope.at.checked_sub(1).and_then(|i| scope.sentence.clauses.get(i))
    else {
        return false;
    };
    label.is_empty() && grammar().ends("due-label", scope.place.str(&previous.range)).is_some()
}

/// `6月26日是国际禁毒日`, `12·4宪法日`, `3月15日出生`.
fn is_name(after: &str, before: &str, bound: Bound) -> bool {
    let called = [
        "是",
        "为第",
        "为全国",
        "为国际",
        "为世界",
        "系",
        "国际",
        "世界",
        "全国",
        "的",
        "以来",
    ];
    // 6月12日印发: what was done that day, unless it is to be done before it.
    let done = ["印发", "出台", "公布", "发布的", "下发", "召开的", "发生", "通过"];
    called.iter().any(|w| after.starts_with(w))
        || bound != Bound::Before && done.iter().any(|w| after.starts_with(w))
        || before.ends_with("每年")
}

fn due(
    scope: &Scope<'_>,
    date: &DatePhrase,
    range: std::ops::Range<usize>,
    after: &str,
    before: &str,
    led: bool,
) -> Option<Found> {
    let here = grammar().has("due-verb", after) || grammar().has("due-verb", before);
    let later = grammar().has("due-verb", scope.rest());
    let host =
        scope.host().is_some_and(|h| grammar().has("due-verb", scope.place.str(&h.range)));
    let acts = after.chars().count() >= 4
        && !["出生", "入学", "毕业", "参加工作", "的"].iter().any(|w| after.contains(w))
        && !scope.place.opening;
    if !(here || later || host || led || acts) {
        return None;
    }
    let mut found = Found::new(Kind::Deadline, range);
    if !here && later && after.is_empty() {
        found.range.end = next_end(scope);
    }
    found.cadence = Some(Cadence::Once);
    found.deadline = date.to.and_then(|d| scope.place.years.iso(d));
    found.confidence = match (here || host, later || led) {
        (true, _) => 0.93,
        (false, true) => 0.8,
        (false, false) => 0.65,
    };
    if scope.place.opening && grammar().has("past", scope.words) {
        found.confidence = 0.3;
    }
    let words = if after.is_empty() { scope.rest().trim_start_matches(',') } else { after };
    found.action = String::from(actor::strip(words));
    found.why = format!("截止时间 {}", found.deadline.as_deref().unwrap_or("（日期不全）"));
    Some(found)
}

/// `到6月底完成…` outside the goals is a date by which something is due.
fn until(
    scope: &Scope<'_>,
    date: &DatePhrase,
    range: std::ops::Range<usize>,
    after: &str,
) -> Option<Found> {
    let verb = grammar().has("due-verb", after) || grammar().has("due-verb", scope.rest());
    let mut found = due(scope, date, range, after, "", true)?;
    found.confidence = if verb { 0.76 } else { 0.4 };
    if after.chars().count() <= 1 {
        found.range.end = next_end(scope);
    }
    Some(found)
}

/// `1.启动仪式` with `时间：5月6日` below.
fn of_heading(scope: &Scope<'_>, before: &str) -> bool {
    let label = if before.is_empty() {
        let previous = scope.at.checked_sub(1).and_then(|i| scope.sentence.clauses.get(i));
        previous.map_or("", |c| scope.place.str(&c.range))
    } else {
        before
    };
    let label = label.get(marker_len(label)..).unwrap_or_default().trim_end_matches(':');
    ["时间", "活动时间", "比赛时间", "日期"].contains(&label)
        && super::phase::is_of_an_event(scope.place, label)
}

fn marker_len(text: &str) -> usize {
    crate::marker::read(text).map_or(0, |m| m.len)
}

/// The heading of the event that a line of time stands under.
fn heading<'a>(scope: &Scope<'a>) -> &'a str {
    let levels = &scope.place.block.path;
    let named = levels.iter().rev().find(|l| !l.heading.starts_with("时间"));
    named.map_or("", |l| l.heading.as_str())
}

/// `围绕3月15日…等时点`: days that work makes use of.
fn is_occasion(words: &str) -> bool {
    let within = ["围绕", "契机", "节点", "时点", "时机", "抓住", "紧扣"];
    within.iter().any(|w| words.contains(w))
        || ["结合", "利用", "依托", "借助"].iter().any(|w| words.starts_with(w))
}

/// An act on a day or in a month: a duty, once.
fn event(
    scope: &Scope<'_>,
    date: &DatePhrase,
    range: std::ops::Range<usize>,
    after: &str,
    before: &str,
    led: bool,
) -> Option<Found> {
    let row = scope.place.str(&scope.sentence.range).contains('\t');
    let verb = grammar().has("event-verb", after)
        || row && grammar().has("event-noun", after)
        || after.is_empty() && of_heading(scope, before)
        || (before.chars().count() <= 12 && grammar().has("event-verb", before));
    if !verb || scope.clause.bracketed && scope.host().is_none() {
        return None;
    }
    if !led && is_occasion(scope.words) {
        return None;
    }
    let whole_day = date.to.is_some_and(|d| matches!(d.part, Part::Day(_)));
    let mut found = Found::new(Kind::Duty, range);
    found.cadence = Some(Cadence::Once);
    found.deadline = date.to.and_then(|d| scope.place.years.iso(d));
    found.confidence = match () {
        () if scope.place.opening && scope.sentence.range.start + 9 < date.start => 0.4,
        () if whole_day => 0.85,
        () if led || date.bound == Bound::At => 0.8,
        () => 0.7,
    };
    if scope.words.contains("以来")
        || scope.words.contains("期间") && date.bound == Bound::Range
    {
        found.confidence = 0.4;
    }
    found.action = String::from(actor::strip(after));
    if found.action.is_empty() {
        found.action = heading(scope).to_owned();
    }
    found.why = format!("时间 {} 与事项", found.deadline.as_deref().unwrap_or("（日期不全）"));
    Some(found)
}
