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
    let staff = matches!(
        unit.as_str(),
        "人" | "名"
            | "位"
            | "支"
            | "个"
            | "家"
            | "项"
            | "套"
            | "组"
            | "所"
            | "处"
            | "户"
            | "面"
            | "类"
            | "批"
            | "届"
    );
    let appoint = [
        "明确", "确定", "指定", "配备", "配齐", "安排", "选派", "选聘", "推荐", "遴选", "聘请",
        "抽查", "抽考", "落实", "选送", "推选", "征集", "报送", "设置", "设立", "建立", "组建",
        "打造", "培育", "建设", "制作", "走访", "评选", "选树", "设", "成立", "新建", "安装",
        "配置", "增设", "投放", "改造", "建成", "完成", "招募", "培养", "发展", "创建", "培树",
        "再建", "改建", "增建", "扩建", "推树", "树立", "新增", "提报", "征订", "命名", "推出",
    ]
    .iter()
    .any(|w| head.contains(w));
    let sentence = scope.place.str(&scope.sentence.range);
    if grammar().has("roster", sentence) && matches!(unit.as_str(), "名" | "人" | "位") {
        return 0.2;
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
        () if staff && appoint && matches!(unit.as_str(), "名" | "人" | "位") => 0.76,
        () if staff && appoint && each => 0.76,
        () if staff && appoint => 0.45,
        () if act => 0.4,
        () => 0.2,
    }
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
    let inner = grammar().ends("duty-verb", before).is_some()
        && grammar().ends("verb-like", before).is_none()
        && !["落实", "做", "实施", "安排", "完成"].iter().any(|w| before.ends_with(w));
    let system = ["制度", "机制", "台账", "时间", "契机", "时机", "会上", "例会", "课堂"]
        .iter()
        .any(|w| after.contains(w));
    let by_means = ["利用", "通过", "借助", "结合", "依托", "抓住", "在"]
        .iter()
        .any(|w| before.ends_with(w));
    match verb_at {
        _ if inner || by_means => 0.35,
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
