//! How sure it is that a rate or a number asks for an act.

use super::Scope;
use super::duty::{Head, is_window};
use crate::grammar::grammar;
use crate::item::Cadence;
use crate::phrase::{Limit, Phrase, What};

pub(super) fn with_both(scope: &Scope<'_>, number: &Phrase, bound: Limit) -> f64 {
    let verb = has_verb(scope);
    let base = if bound == Limit::AtLeast { 0.97 } else { 0.93 };
    if number.rule == "quota.time" {
        return if verb { 0.8 } else { 0.6 };
    }
    if verb || scope.clause.bracketed { base } else { 0.78 }
}

fn has_verb(scope: &Scope<'_>) -> bool {
    grammar().has("duty-verb", scope.words)
        || scope.host().is_some_and(|h| grammar().has("duty-verb", scope.place.str(&h.range)))
}

/// A number without a rate is a quota when a verb of acting leads to it.
pub(super) fn number_alone(scope: &Scope<'_>, number: &Phrase, runs: bool) -> f64 {
    let What::Quota { unit, bound, figures, count, per } = &number.what else { return 0.0 };
    if number.rule == "quota.time" {
        return 0.0;
    }
    if per.is_some() {
        return 0.93;
    }
    let head = scope.before(number.start);
    let act = grammar().is("act-unit", unit);
    let verb_before = grammar().has("duty-verb", head)
        || scope.clause.bracketed
            && scope
                .host()
                .is_some_and(|h| grammar().has("duty-verb", scope.place.str(&h.range)));
    let each = head.contains('每') || head.contains('各') || head.contains("分别");
    let staff = grammar().is("staff-unit", unit);
    let appoint = grammar().has("appoint", head);
    let sentence = scope.place.str(&scope.sentence.range);
    let person = matches!(unit.as_str(), "名" | "人" | "位");
    // 每个科室确定一名…: asked for, whoever else the sentence appoints.
    let named = each && appoint && !grammar().has("roster", scope.words);
    if grammar().has("roster", sentence) && person && !named {
        return 0.2;
    }
    if !scope.place.ones && becomes(scope, number) {
        return 0.2;
    }
    // 按每20张病床1名的标准配备: a measure by which the number is found.
    let by_rule =
        head.contains('按') && ["标准", "比例"].iter().any(|w| scope.words.contains(w));
    if staff && sums_up(scope, number) || by_rule {
        return 0.5;
    }
    if scope.place.ones {
        return if verb_before || *figures || each || act { 0.9 } else { 0.6 };
    }
    let explicit =
        *bound == Limit::AtLeast || ["至少", "最少", "不少于"].iter().any(|w| head.contains(w));
    match () {
        () if explicit && (verb_before || each || act) => 0.88,
        () if explicit => 0.65,
        () if runs && verb_before => 0.85,
        () if act && verb_before && adjacent(scope, number) => 0.85,
        () if act && (verb_before || each) && (*figures || *count > 1.0) => 0.8,
        () if act && verb_before => 0.78,
        () if staff && appoint && (*figures || *count > 1.0) => 0.78,
        () if staff && appoint && person => 0.76,
        () if staff && appoint && each => 0.76,
        () if staff && appoint => 0.45,
        () if lists_ones(scope, number) => 0.7,
        () if *figures && *count > 1.0 && goes_on(scope, number) => 0.76,
        // 新增减速带120道、警示灯40盏: things by their own classifiers.
        () if appoint && *figures => 0.76,
        () if act => 0.4,
        () => 0.2,
    }
}

/// `做一名反诈宣传员`, `当好一个守门人`: what a person is to be, not how many.
fn becomes(scope: &Scope<'_>, number: &Phrase) -> bool {
    let What::Quota { unit, count, figures, .. } = &number.what else { return false };
    let one = *count <= 1.0 && !figures && matches!(unit.as_str(), "名" | "个" | "位");
    one && grammar().ends("become", scope.before(number.start)).is_some()
}

/// `建一个反诈群、装一个APP、签一份承诺书`: a short verb before each one of three.
fn lists_ones(scope: &Scope<'_>, number: &Phrase) -> bool {
    let one = |p: &&Phrase| match &p.what {
        What::Quota { unit, count, figures: false, .. } => {
            let head = scope.before(p.start);
            let from = head.rfind('、').map_or(0, |i| i + '、'.len_utf8());
            let verb = head.get(from..).unwrap_or_default();
            let short = from == 0 || (1..=2).contains(&verb.chars().count());
            let ends = |class: &str| grammar().ends(class, verb).is_some();
            let acts = (ends("duty-verb") || ends("short-verb")) && !ends("become");
            *count <= 1.0 && short && acts && grammar().is("listed-unit", unit)
        }
        _ => false,
    };
    !scope.place.opening && one(&number) && scope.clause.phrases.iter().filter(one).count() >= 3
}

/// `配备灭火器50具,警戒带20条`: the verb of the clause before holds for a name and a
/// number that are all there is of this one.
fn goes_on(scope: &Scope<'_>, number: &Phrase) -> bool {
    let named = scope.before(number.start);
    let plain = (2..=8).contains(&named.chars().count())
        && scope.after(number.end).is_empty()
        && !named.starts_with(['共', '有', '约', '达', '参', '受', '覆', '每', '各']);
    let before = scope.at.checked_sub(1).and_then(|i| scope.sentence.clauses.get(i));
    let Some(before) = before.filter(|c| plain && !c.bracketed) else { return false };
    let words = scope.place.str(&before.range);
    let counted = before.phrases.last().is_some_and(|p| {
        matches!(p.what, What::Quota { figures: true, .. }) && p.end == before.range.end
    });
    let asked = grammar().has("appoint", words) || grammar().has("duty-verb", words);
    counted && asked && !super::has_due(before) && !grammar().has("past-near", words)
}

/// `设置校园日、法治日等2个主题日`: as many as are named before it.
fn sums_up(scope: &Scope<'_>, number: &Phrase) -> bool {
    let What::Quota { count, .. } = &number.what else { return false };
    let Some(names) = scope.before(number.start).strip_suffix('等') else { return false };
    let listed = names.matches('、').count() + 1;
    listed > 1 && (*count - listed as f64).abs() < f64::EPSILON
}

/// The verb stands right before the number, or the number right after the object.
fn adjacent(scope: &Scope<'_>, number: &Phrase) -> bool {
    let head = scope.before(number.start);
    grammar().ends("duty-verb", head).is_some() || scope.after(number.end).is_empty()
}

/// A rate without a number is a duty when it governs a verb.
pub(super) fn rate_alone(scope: &Scope<'_>, head: &Head<'_>, rate: Cadence) -> f64 {
    let Some((phrase, _)) = head.rate else {
        // The rate stood alone in the clause before.
        return if grammar().starts("duty-verb", scope.words).is_some() { 0.8 } else { 0.5 };
    };
    if rate == Cadence::Continuous {
        return continuous(scope);
    }
    let before = scope.before(phrase.start);
    let after = scope.after(phrase.end);
    if is_window(scope, phrase) {
        return 0.2;
    }
    let states = ["都有", "都会", "是", "均有", "约有", "有", "为", "定为"];
    if states.iter().any(|w| after.starts_with(w)) || after.starts_with('的') {
        return 0.1;
    }
    if is_when(after) && !scope.rest().is_empty() {
        return 0.0;
    }
    let verb_at = grammar().find("duty-verb", after);
    // A noun stands after the rate: 每日预警线索, 每月通报制度.
    // 镇综治办每日…: an office, not the verb that its last character could be.
    let verb = grammar().ends("duty-verb", before).map_or(0, str::len);
    let office = grammar().ends("org", before).map_or(0, str::len);
    let inner = verb > 0
        && office <= verb
        && grammar().ends("verb-like", before).is_none()
        && !["落实", "做", "实施", "安排", "完成"].iter().any(|w| before.ends_with(w));
    let system = ["制度", "机制", "台账", "时间", "契机", "时机", "会上", "例会", "课堂"]
        .iter()
        .any(|w| after.contains(w));
    let by_means = ["利用", "通过", "借助", "结合", "依托", "抓住", "在"]
        .iter()
        .any(|w| before.ends_with(w));
    match verb_at {
        _ if inner || by_means || is_named(scope, phrase) => 0.35,
        Some(_)
            if system
                && (before.contains("建立")
                    || before.contains("健全")
                    || before.contains("完善")
                    || before.contains("执行")) =>
        {
            0.35
        }
        Some(at) if at <= 36 => 0.85,
        Some(_) => 0.78,
        None if after.contains('必') || after.contains("进行") => 0.78,
        None if scope.clause.bracketed
            || grammar().has("duty-verb", before) && after.chars().count() <= 4 =>
        {
            0.76
        }
        None => 0.4,
    }
}

/// `落实“日管控、周排查、月调度”机制`: how a way of working is called.
fn is_named(scope: &Scope<'_>, phrase: &Phrase) -> bool {
    let opened = scope.before(phrase.start).rfind('“');
    let closed = scope.before(phrase.start).rfind('”');
    let after = scope.after(phrase.end);
    let rest = after.split_once('”').map_or("", |(_, rest)| rest).trim_start_matches("工作");
    let named = ["机制", "制度", "体系", "模式"].iter().any(|w| rest.starts_with(w));
    opened > closed && opened.is_some() && named
}

/// `每学期开学第一周，`: says when, and leaves the act to the next clause.
fn is_when(after: &str) -> bool {
    let ends = [
        "周",
        "初",
        "末",
        "时",
        "前",
        "后",
        "期间",
        "之际",
        "日",
        "开学",
        "结束",
        "当天",
        "中",
        "周内",
        "日内",
        "天内",
        "月内",
        "个月内",
        "期内",
        "起",
    ];
    after.chars().count() <= 9 && ends.iter().any(|w| after.ends_with(w))
}

/// 常态化, 滚动: a duty without a number is for a person to decide; in a list of
/// ones it stands for its entry.
fn continuous(scope: &Scope<'_>) -> f64 {
    if scope.place.ones && scope.words.contains("不间断") { 0.8 } else { 0.3 }
}
