//! Measures with a value: shares, nothing, everything, and counts under goals.

use std::ops::Range;

use super::{Carry, Found, Scope};
use crate::date::{Bound, DatePhrase, Day, Part, Year};
use crate::grammar::grammar;
use crate::item::{Cadence, Kind, Op};
use crate::phrase::{Change, Limit, Phrase, What};

pub(super) fn read(scope: &Scope<'_>, carry: &mut Carry, out: &mut Vec<Found>) {
    let measures: Vec<&Phrase> =
        scope.clause.phrases.iter().filter(|p| is_measure(scope, p)).collect();
    let measures = without_parallels(scope, measures);
    let shared = shared_dates(scope, measures.len());
    let date = measure_date(scope, carry);
    let mut from = scope.clause.range.start;
    for (i, phrase) in measures.iter().enumerate() {
        let next = measures.get(i + 1).map(|p| p.start);
        let range = segment(scope, from, phrase, next);
        from = range.end;
        if let Some(mut found) = measure(scope, carry, phrase, &range) {
            if i == 0
                && let Some((_, start)) = &carry.date
            {
                found.range.start = *start;
            }
            let own = shared.get(i).copied().or(date.as_ref().and_then(|d| d.to));
            found.deadline = own
                .or_else(|| within_year(scope, phrase))
                .and_then(|d| scope.place.years.iso(d));
            out.push(found);
        }
    }
}

/// `“零种植、零产量”` and `100%的学校、100%的班级` are one measure each.
fn without_parallels<'a>(scope: &Scope<'_>, measures: Vec<&'a Phrase>) -> Vec<&'a Phrase> {
    let text = scope.place.text;
    let mut out: Vec<&'a Phrase> = Vec::new();
    let mut last: Option<&'a Phrase> = None;
    for phrase in measures {
        let parallel = last.is_some_and(|before| {
            let gap = text.get(before.end..phrase.start).unwrap_or_default();
            let after = text.get(phrase.end..).unwrap_or_default();
            let quoted = before.what == What::Zero && phrase.what == What::Zero && gap == "、";
            let quoted =
                quoted && after.trim_start_matches(char::is_alphanumeric).starts_with('”');
            let of = matches!(phrase.what, What::Share { .. }) && before.what == phrase.what;
            quoted
                || of && gap.starts_with('的') && gap.ends_with('、') && after.starts_with('的')
        });
        last = Some(phrase);
        if !parallel {
            out.push(phrase);
        }
    }
    out
}

fn is_measure(scope: &Scope<'_>, phrase: &Phrase) -> bool {
    match &phrase.what {
        What::Share { .. } | What::Zero | What::Full => true,
        What::Quota { per: None, unit, bound, .. } => {
            let head = scope.before(phrase.start);
            if head.starts_with("每场") || head.starts_with("每次") {
                return false;
            }
            if super::duty::is_level(scope.before(phrase.start), *bound)
                && !scope.clause.has(|w| matches!(w, What::Cadence(_)))
            {
                return true;
            }
            let rated = scope.clause.phrases.iter().any(|p| {
                matches!(p.what, What::Cadence(_)) && !super::duty::is_window(scope, p)
            });
            let acted = grammar().has("duty-verb", scope.before(phrase.start));
            scope.place.goals && !rated && !(acted && grammar().is("times-unit", unit))
        }
        _ => false,
    }
}

/// `全年打造5个`: by the end of the year.
fn within_year(scope: &Scope<'_>, phrase: &Phrase) -> Option<Day> {
    let window = scope.clause.phrases.iter().find(|p| {
        p.what == What::Cadence(Cadence::Yearly) && super::duty::is_window(scope, p)
    })?;
    let counted = matches!(phrase.what, What::Quota { .. }) && window.start < phrase.start;
    counted.then_some(Day { year: Year::This, month: None, part: Part::End })
}

/// The date that binds the measures of the clause: its own, or that of the
/// sentence (`到2020年底，…，…`).
fn measure_date(scope: &Scope<'_>, carry: &mut Carry) -> Option<DatePhrase> {
    let own = scope.dates().map(|(_, d)| d.clone()).last();
    if let Some(date) = own {
        if date.bound == Bound::Until {
            carry.until = Some(date.clone());
        }
        return (date.bound != Bound::Since).then_some(date);
    }
    let led = carry.date.as_ref().map(|(d, _)| d.clone()).filter(|d| d.bound != Bound::Since);
    led.or_else(|| carry.until.clone())
}

/// `2025年、2026年、2027年底分别达到60%、70%、80%`: to each measure its date, where
/// there are as many of the one as of the other.
fn shared_dates(scope: &Scope<'_>, measures: usize) -> Vec<Day> {
    if measures < 2 || !scope.words.contains("分别") {
        return Vec::new();
    }
    let days = |clause: &crate::clause::Clause| -> Vec<Day> {
        let dates = clause.phrases.iter().filter_map(|p| match &p.what {
            What::Date(date) if date.from.is_none() => date.to,
            _ => None,
        });
        dates.collect()
    };
    let before = scope.at.checked_sub(1).and_then(|i| scope.sentence.clauses.get(i));
    let own = Some(days(scope.clause));
    let mut lists = [own, before.map(days)].into_iter().flatten();
    lists.find(|list| list.len() == measures).unwrap_or_default()
}

/// The part of the clause that belongs to a measure: up to the mark after it.
fn segment(
    scope: &Scope<'_>,
    from: usize,
    phrase: &Phrase,
    next: Option<usize>,
) -> Range<usize> {
    let text = scope.place.text;
    let head = text.get(from..phrase.start).unwrap_or_default();
    let start =
        from + head.len() - head.trim_start_matches(['、', '和', '及', '且', '“', '并']).len();
    let Some(next) = next else { return start..scope.clause.range.end };
    let gap = text.get(phrase.end..next).unwrap_or_default();
    let end = gap.find(['、', '和', '且', '及']).map_or(phrase.end, |i| phrase.end + i);
    start..end
}

fn measure(
    scope: &Scope<'_>,
    carry: &mut Carry,
    phrase: &Phrase,
    range: &Range<usize>,
) -> Option<Found> {
    let text = scope.place.text;
    let before = text.get(range.start..phrase.start).unwrap_or_default();
    let after = text.get(phrase.end..range.end).unwrap_or_default();
    let named =
        ["上述", "以上", "前述", "下列", "这", "该"].iter().any(|w| before.ends_with(w));
    if named && matches!(phrase.what, What::Quota { .. }) {
        return None;
    }
    let mut found = Found::new(Kind::Target, range.clone());
    match &phrase.what {
        What::Share { value, op, change } => {
            if is_portion(scope, before, after) {
                return None;
            }
            found.value = Some(*value);
            found.op = Some(*op);
            found.confidence = share_confidence(scope, before, phrase);
            found.metric = metric(carry, before, after, *change);
            found.why = String::from("指标与百分比");
        }
        What::Zero => {
            if after.starts_with("的单位")
                || after.starts_with("的学校")
                || after.starts_with("的个人")
                || after.starts_with("的,")
                || after == "的"
            {
                return None;
            }
            found.value = Some(0.0);
            found.op = Some(Op::Eq);
            found.confidence = zero_confidence(scope, phrase);
            found.metric = Some(zero_metric(before, text.get(phrase.start..phrase.end)?));
            found.why = String::from("“零”或“不发生”的要求");
        }
        What::Full => {
            found.value = Some(1.0);
            found.op = Some(Op::Eq);
            found.confidence = full_confidence(scope, phrase, before, after);
            found.metric = metric(carry, before, after, None);
            found.why = String::from("“全覆盖”“全员”的要求");
        }
        What::Quota { count, unit, bound, .. } => {
            found.value = Some(*count);
            found.op = Some(match bound {
                Limit::AtMost => Op::Le,
                Limit::AtLeast => Op::Ge,
                Limit::Exact => Op::Eq,
            });
            found.unit = Some(unit.clone());
            found.confidence = count_confidence(scope, before, *bound, unit, *count);
            found.metric = metric(carry, before, "", None);
            found.why = String::from("目标中的数量");
        }
        _ => return None,
    }
    found.baseline = baseline(scope, carry, range);
    found.action = found.metric.clone().unwrap_or_default();
    Some(found)
}

/// A share of a mark, a price or a population is no goal.
fn is_portion(scope: &Scope<'_>, before: &str, after: &str) -> bool {
    let goal = grammar().has("goal-cue", scope.words);
    let marks = [
        "成绩",
        "总分",
        "权重",
        "利率",
        "收益",
        "回报",
        "利息",
        "折扣",
        "提成",
        "津贴",
        "年化",
        "计入",
        "考核中",
        "考核权重",
        "经费",
    ];
    marks.iter().any(|w| before.contains(w) || after.contains(w))
        || before.ends_with('占') && !(goal && is_wanted(scope))
        || grammar().has("penalty", after)
        || after.starts_with("是诈骗")
        || after.starts_with("的是")
        || after.starts_with("中奖")
        || before.ends_with(['按', '由', '从', '可'])
}

/// `…占七成以上` tells of what is, unless it stands under goals or is called one.
fn is_wanted(scope: &Scope<'_>) -> bool {
    scope.place.goals
        || ["力争", "确保", "实现", "达到", "目标", "要", "应"]
            .iter()
            .any(|w| scope.words.contains(w))
}

fn share_confidence(scope: &Scope<'_>, before: &str, phrase: &Phrase) -> f64 {
    let words = scope.place.text.get(phrase.start..phrase.end).unwrap_or_default();
    let rate = before.contains('率')
        || before.contains('度')
        || before.contains('面')
        || before.contains("覆盖");
    let bound = [
        "以上",
        "不低于",
        "不少于",
        "达",
        "不超过",
        "以内",
        "≥",
        "下降",
        "100%",
        "降低",
        "减少",
    ]
    .iter()
    .any(|w| words.contains(w))
        || words.contains(['到', '至'])
        || matches!(phrase.what, What::Share { change: Some(_), .. });
    match (rate, bound) {
        (true, true) => 0.95,
        (true, false) if words.starts_with('为') && !scope.place.goals => 0.4,
        (true, false) | (false, true) => 0.85,
        (false, false) if scope.place.goals => 0.8,
        (false, false) => 0.55,
    }
}

fn zero_confidence(scope: &Scope<'_>, phrase: &Phrase) -> f64 {
    let head = scope.before(phrase.start);
    let goal = scope.place.goals || grammar().has("goal-cue", head) || head.contains("杜绝");
    let absent = phrase.rule == "zero.none" || phrase.rule == "zero.without";
    if ["如", "若", "凡", "连续", "对", "年内未", "当年"].iter().any(|w| head.starts_with(w))
    {
        return 0.3;
    }
    match (goal, absent) {
        (true, false) => 0.95,
        (true, true) => 0.85,
        (false, false) => 0.8,
        (false, true) => 0.55,
    }
}

fn full_confidence(scope: &Scope<'_>, phrase: &Phrase, before: &str, after: &str) -> f64 {
    let words = scope.place.text.get(phrase.start..phrase.end).unwrap_or_default();
    let verbs = ["实现", "做到", "确保", "达到", "达成", "要求", "力争", "务必"];
    let asked = verbs.iter().any(|v| scope.before(phrase.start).contains(v));
    let weak = words.ends_with("死角")
        || words.contains('漏')
        || words.contains("参与")
        || words.starts_with("人人");
    // 全覆盖的宣传, 全覆盖、多形式: it only colours what follows.
    let colours = after.starts_with('的')
        || after.starts_with('式')
        || words == "全覆盖"
            && after
                .starts_with(|c: char| c.is_alphanumeric() && !"到和及并且在于与".contains(c))
        || after.chars().count() > 6 && !words.starts_with("全面");
    let listed = after.starts_with('、') && !asked;
    if weak {
        return 0.3;
    }
    match (asked, colours || listed) {
        (_, true) => 0.25,
        (true, false) => 0.8,
        (false, false) if scope.place.goals => 0.75,
        (false, false) if words.starts_with("全面") => 0.35,
        (false, false) if before.chars().count() >= 4 && words == "全覆盖" => 0.6,
        (false, false) => 0.4,
    }
}

fn count_confidence(
    scope: &Scope<'_>,
    before: &str,
    bound: Limit,
    unit: &str,
    count: f64,
) -> f64 {
    if grammar().has("format", scope.words)
        || grammar().has("roster", scope.words)
        || count <= 1.0 && bound == Limit::Exact
    {
        return 0.2;
    }
    let act = [
        "创建", "建成", "打造", "培育", "建设", "评选", "控制", "完成", "实现", "力争", "培训",
        "覆盖", "发放", "开展", "命名", "不", "确保", "推出",
    ];
    if super::duty::is_level(before, bound) {
        return 0.85;
    }
    let acted = act.iter().any(|w| scope.before(scope.clause.range.end).contains(w))
        || bound != Limit::Exact;
    if acted || before.starts_with('“') || unit == "起" { 0.8 } else { 0.5 }
}

/// What is measured: the words before the value, without those that only lead to it.
fn metric(
    carry: &mut Carry,
    before: &str,
    after: &str,
    change: Option<Change>,
) -> Option<String> {
    let mut name = before.trim_matches(|c: char| "“”\"、,:(".contains(c));
    if let Some(label) = name.rfind(':') {
        name = &name[label + 1..];
    }
    loop {
        let shorter =
            grammar().starts("goal-verb", name).map_or(name, |verb| &name[verb.len()..]);
        if shorter == name || shorter.is_empty() {
            break;
        }
        name = shorter;
    }
    for tail in [
        "突破",
        "超过",
        "要",
        "须",
        "应",
        "均",
        "都",
        "也",
        "力争",
        "确保",
        "实现",
        "做到",
        "分别",
        "将",
        "全部",
        "要求",
        "需",
        "必须",
        "务必",
        "要实现",
        "占比",
    ] {
        name = name.strip_suffix(tail).unwrap_or(name);
    }
    let dates = crate::date::scan(name);
    let only_date =
        dates.first().is_some_and(|d| d.start == 0 && name.len() - d.end <= "年度".len());
    let name = if only_date { "" } else { name };
    let object = after.trim_matches(|c: char| "“”、的".contains(c));
    let suffix = match change {
        Some(Change::Down) => "下降",
        Some(Change::Up) => "提升",
        None => "",
    };
    let own = if name.chars().count() >= 2 {
        Some(name.to_owned())
    } else if object.chars().count() >= 2 {
        Some(object.to_owned())
    } else {
        carry.metric.clone()
    };
    if let Some(own) = &own
        && name.chars().count() >= 2
    {
        carry.metric = Some(own.trim_end_matches("下降").to_owned());
    }
    own.map(|own| if own.ends_with(suffix) { own } else { format!("{own}{suffix}") })
}

/// `校园零发案` measures 校园发案.
fn zero_metric(before: &str, phrase: &str) -> String {
    let head = before.trim_matches(|c: char| "“”、,".contains(c));
    let mut head = head;
    while let Some(verb) = grammar().starts("goal-verb", head) {
        head = &head[verb.len()..];
    }
    let what: String = phrase
        .chars()
        .filter(|c| !"零0“”".contains(*c))
        .collect::<String>()
        .trim_start_matches(['不', '无', '未', '没'])
        .trim_start_matches('有')
        .to_owned();
    format!("{head}{what}")
}

fn baseline(scope: &Scope<'_>, carry: &mut Carry, range: &Range<usize>) -> Option<String> {
    let own = scope.clause.phrases.iter().find(|p| {
        matches!(p.what, What::Baseline) && range.start <= p.start && p.end <= range.end
    });
    let words = own.and_then(|p| scope.place.text.get(p.start..p.end)).map(str::to_owned);
    if words.is_some() {
        carry.baseline.clone_from(&words);
    }
    words
}
