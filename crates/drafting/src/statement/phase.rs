//! Stages of a campaign and its own time.

use std::sync::LazyLock;

use regex::Regex;

use super::{Found, Place};
use crate::clause::Sentence;
use crate::date::{Bound, DatePhrase, Year};
use crate::grammar::grammar;
use crate::item::Kind;
use crate::phrase::What;

/// The stages that a sentence names, with the bytes where their dates begin.
pub(super) fn read(place: &Place<'_>, sentence: &Sentence) -> Vec<(Found, usize)> {
    let mut out = Vec::new();
    let mut first = true;
    for clause in &sentence.clauses {
        for phrase in &clause.phrases {
            let What::Date(date) = &phrase.what else { continue };
            let opened = first || clause.range.start <= sentence.range.start;
            // A bracket that holds nothing but the date is named by what stands before it.
            let alone = clause.bracketed && clause.range == (phrase.start..phrase.end);
            let from = match (opened, alone) {
                (true, _) => sentence.range.start,
                (false, true) => named_from(place, sentence, clause.range.start),
                (false, false) => clause.range.start,
            };
            let begin = if from == 0 { place.block.head_len } else { from };
            let (start, end) = (phrase.start, phrase.end);
            let prefix = place.str(&(begin..start));
            let suffix = place.str(&(end..sentence.range.end));
            let dated = Dated { place, prefix, suffix, begin, start, end, date };
            let read = super::row::stage(place, sentence, clause, phrase)
                .or_else(|| named(&dated))
                .or_else(|| called(&dated))
                .or_else(|| labelled(&dated))
                .or_else(|| {
                    first.then(|| {
                        until_goal(&dated, sentence).or_else(|| campaign(&dated, sentence))
                    })?
                });
            first = false;
            let Some((range, name, confidence, why)) = read else { continue };
            let mut found = Found::new(Kind::Phase, range);
            found.deadline = deadline(place, date);
            found.action = name;
            found.confidence = confidence;
            found.why = why;
            out.push((found, start));
        }
    }
    out
}

/// `宣传阶段(3月)、整治阶段(4月)`: where the name before a bracket begins.
fn named_from(place: &Place<'_>, sentence: &Sentence, inside: usize) -> usize {
    let head = place.str(&(sentence.range.start..inside.saturating_sub(1)));
    let marks = [',', ':', ';', '、', ')', '\t'];
    sentence.range.start
        + head
            .rfind(marks)
            .map_or(0, |i| i + head[i..].chars().next().map_or(0, char::len_utf8))
}

/// The first date of a sentence with the words around it.
#[derive(Clone, Copy)]
struct Dated<'a> {
    place: &'a Place<'a>,
    /// From the sentence's first word, after its number, to the date.
    prefix: &'a str,
    suffix: &'a str,
    begin: usize,
    start: usize,
    end: usize,
    date: &'a DatePhrase,
}

type Read = (std::ops::Range<usize>, String, f64, String);

fn deadline(place: &Place<'_>, date: &DatePhrase) -> Option<String> {
    if date.bound == Bound::Since {
        return None;
    }
    date.to.and_then(|day| place.years.iso(day))
}

/// `宣传发动阶段（3月1日—3月31日）`, `3月为动员阶段`.
fn named(dated: &Dated<'_>) -> Option<Read> {
    let Dated { place, prefix, suffix, begin, start, end, date } = *dated;
    static AFTER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new("^[,:)、]?(?:为|是|进行)?(?P<name>[^,。;:、]{2,14}阶段|为[^,。;:、学假]{1,8}期(?:[,。;]|$))")
            .expect("a constant expression")
    });
    static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new("(?P<name>[^,。;:、(]{0,16}(?:阶段|时期)[^,。;(]{0,14})[(:,]?(?:时间)?[:为]?(?:从|自|于|在)?[(]?$")
            .expect("a constant expression")
    });
    let short = prefix.chars().count() <= 40;
    let whole = |from: usize| from..closing(place, end);
    if short && let Some(found) = BEFORE.captures(prefix) {
        let name = found.name("name")?.as_str().to_owned();
        let opened = prefix.ends_with(['(', ':']);
        if date.bound == Bound::Before && !opened || name.contains("本阶段") {
            return None;
        }
        return Some((whole(begin), name, 0.95, "阶段名称与起止时间".to_owned()));
    }
    if prefix.chars().count() <= 3
        && let Some(found) = AFTER.captures(suffix)
    {
        let name = found.name("name")?;
        return Some((
            begin..end + name.end(),
            name.as_str()
                .trim_start_matches('为')
                .trim_end_matches([',', '。', ';'])
                .to_owned(),
            0.9,
            "时间与阶段名称".to_owned(),
        ));
    }
    // Under “实施步骤” a heading with a stretch in brackets is a stage.
    let heading = place.block.path.last().map_or("", |l| l.heading.as_str());
    let parents = &place.block.path[..place.block.path.len().saturating_sub(1)];
    // A paragraph without a number stands right under its heading.
    let plain = place.block.head_len == 0
        && is_staged(place)
        && is_stage_name(prefix.trim_end_matches(['(', ':']));
    let staged = plain || parents.iter().any(|l| grammar().has("stage-section", &l.heading));
    // `(一)5月6日至5月31日,宣传发动;` under 时间安排.
    let apart = suffix.starts_with([',', ':']) && is_month_or_year(date)
        || suffix.starts_with(',') && date.bound == Bound::At;
    if staged && prefix.is_empty() && (date.bound == Bound::Range || apart) {
        let rest = suffix.trim_start_matches([',', ':', '、']);
        let name = rest.split([',', ';', '。', '、']).next().unwrap_or_default();
        let short = (2..=16).contains(&name.chars().count());
        let named = date.bound == Bound::Range || is_stage_name(name);
        if short && named && rest.len() < suffix.len() && rest == name {
            let to = end + suffix.len();
            return Some((begin..to, name.to_owned(), 0.85, "时间安排下的一段时间".to_owned()));
        }
    }
    let opened = prefix.ends_with('(') || prefix.ends_with(':');
    let stretch = matches!(date.bound, Bound::Range | Bound::Since)
        || prefix.ends_with('(') && (is_month_or_year(date) || date.bound == Bound::Before);
    if staged
        && opened
        && stretch
        && begin == place.block.head_len
        && prefix.chars().count() <= 24
    {
        let name = prefix.trim_end_matches(['(', ':']).to_owned();
        if name.ends_with("时间") && is_of_an_event(place, &name) {
            return None;
        }
        return Some((whole(begin), name, 0.85, "实施步骤下的时间段".to_owned()));
    }
    // A stage heading with its dates on the next line.
    let under_stage = heading.contains("阶段") && begin > 0
        || heading.contains("阶段") && place.block.head_len == 0;
    if under_stage && (prefix.is_empty() || prefix.ends_with("时间:")) && start < 40 {
        let name = heading.to_owned();
        let stretch = date.bound == Bound::Range;
        return stretch.then(|| (whole(begin), name, 0.85, "阶段标题下的起止时间".to_owned()));
    }
    None
}

/// 动员部署, 全面启动, 提升之年.
fn is_stage_name(name: &str) -> bool {
    grammar().ends("stage-name", name).is_some() || name.ends_with(['年', '期', '月', '段'])
}

/// Whether the paragraph stands under 实施步骤 or its kin.
fn is_staged(place: &Place<'_>) -> bool {
    place
        .block
        .path
        .iter()
        .any(|l| l.heading.chars().count() <= 14 && grammar().has("stage-section", &l.heading))
}

/// `2026年为攻坚提升年`, `3月为宣传月`, `2025年,起步之年`.
fn called(dated: &Dated<'_>) -> Option<Read> {
    static CALLED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new("^(?:[,:]|[,:]?(?:为|是|作为))(?P<name>[^,。;:、]{1,10}(?:之年|年|月|期|周))(?:[,。;:]|$)|^[(](?P<year>[^,。;:、()]{1,10}年)[)]")
            .expect("a constant expression")
    });
    let Dated { place, prefix, suffix, begin, end, date, .. } = *dated;
    let stretch =
        date.bound == Bound::Range || date.bound == Bound::At && is_month_or_year(date);
    if !stretch || prefix.chars().count() > 3 {
        return None;
    }
    let found = CALLED.captures(suffix)?;
    let bracketed = found.name("year");
    let name = found.name("name").or(bracketed)?;
    if !is_staged(place) && !is_year_of_plan(dated, name.as_str())
        || bracketed.is_some() && !date.to.is_some_and(crate::date::Day::is_year_only)
    {
        return None;
    }
    let end = end + bracketed.map_or(0, |_| ')'.len_utf8());
    let days = ["国际", "世界", "全国", "届"];
    if days.iter().any(|w| name.as_str().contains(w)) {
        return None;
    }
    Some((begin..end + name.end(), name.as_str().to_owned(), 0.85, "时间与阶段名称".to_owned()))
}

/// `2023年为夯实基础年`, wherever it stands but in the opening; `2023年是开局之年` only
/// praises the year.
fn is_year_of_plan(dated: &Dated<'_>, name: &str) -> bool {
    let Dated { place, suffix, date, .. } = *dated;
    let year = date.bound == Bound::At && date.to.is_some_and(crate::date::Day::is_year_only);
    let told = place.goals || suffix.starts_with(['为', '(']);
    year && told
        && !place.opening
        && name.ends_with('年')
        && !grammar().has("praised-year", name)
}

/// A closing bracket belongs to the quote.
fn closing(place: &Place<'_>, end: usize) -> usize {
    let rest = place.text.get(end..).unwrap_or_default();
    if rest.starts_with(')') { end + 1 } else { end }
}

/// `活动时间：9月8日至10月8日`, or the date alone under such a heading.
fn labelled(dated: &Dated<'_>) -> Option<Read> {
    let Dated { place, prefix, suffix, start, end, date, .. } = *dated;
    let mut label = prefix.trim_end_matches(|c: char| ":(为是从自于在".contains(c));
    for word in ["确定", "初定", "拟定", "暂定", "定", "安排", "原则上", "统一"]
    {
        label = label.strip_suffix(word).unwrap_or(label);
    }
    // The label is the end of its sentence part: `…为主题,活动时间从…至…`.
    let cut = label
        .rfind([',', '。', ';'])
        .map_or(0, |i| i + label[i..].chars().next().map_or(0, char::len_utf8));
    let label = label.get(cut..).unwrap_or_default();
    let begin = start - prefix.len() + cut;
    let heading = place.block.path.last().map_or("", |l| l.heading.as_str());
    let due = grammar().is("due-label", label)
        || grammar().ends("due-label", label).is_some()
        || label.is_empty() && grammar().has("due-label", heading);
    let vague = date.to.is_some_and(|d| d.year == Year::This && d.is_year_only());
    if due || vague || date.bound == Bound::Before {
        return None;
    }
    let count = label.chars().count();
    let ranged = date.bound == Bound::Range;
    let word = grammar().ends("time-label", label);
    let labelled = word.is_some_and(|w| count <= 14 || ranged && count <= 40 && w != "期限");
    let under = (label.is_empty() || ranged && count <= 16)
        && grammar().ends("time-label", heading).is_some()
        && suffix.chars().count() <= 40;
    if labelled && is_of_an_event(place, label) {
        return None;
    }
    let single = date.bound == Bound::At && !is_month_or_year(date);
    if (labelled || under) && !place.block.under_text(&["报名", "会议", "培训安排"]) {
        let confidence = if single { 0.75 } else { 0.9 };
        let end = closing(place, end);
        return Some((begin..end, "活动时间".to_owned(), confidence, "活动时间栏".to_owned()));
    }
    None
}

/// `二、知识答题` with `时间：…` below: the time of one event, not of the campaign.
pub(super) fn is_of_an_event(place: &Place<'_>, label: &str) -> bool {
    if label.chars().count() > 4 {
        return false;
    }
    let levels = &place.block.path;
    let own = levels.last().is_some_and(|l| l.heading.starts_with(label));
    let heading = if own { levels.iter().rev().nth(1) } else { levels.last() };
    let Some(heading) = heading.map(|l| l.heading.as_str()) else { return false };
    let general = [
        "阶段", "概况", "安排", "事项", "时间", "要求", "总体", "基本", "主题", "步骤", "内容",
    ];
    grammar().has("event-noun", heading) && !general.iter().any(|w| heading.contains(w))
}

fn is_month_or_year(date: &DatePhrase) -> bool {
    date.to.is_some_and(|d| !matches!(d.part, crate::date::Part::Day(_)))
}

/// `到2021年底，建立…`: under goals a date without a measure is a stage.
fn until_goal(dated: &Dated<'_>, sentence: &Sentence) -> Option<Read> {
    let Dated { place, prefix, begin, start, date, .. } = *dated;
    if !place.goals || date.bound != Bound::Until || prefix.chars().count() > 6 {
        return None;
    }
    let own = |p: &&crate::phrase::Phrase| {
        let whole = p.what == What::Full && place.str(&(p.start..p.end)).ends_with("覆盖");
        p.start > start
            && (whole || matches!(p.what, What::Share { .. } | What::Zero | What::Quota { .. }))
    };
    // A measure of its own takes the date; so does one before the next date.
    if sentence.clauses.iter().flat_map(|c| &c.phrases).any(|p| own(&p)) {
        return None;
    }
    let clauses: Vec<_> = sentence.clauses.iter().filter(|c| !c.bracketed).collect();
    let first = clauses.iter().position(|c| c.range.contains(&start))?;
    let alone = place.str(&clauses[first].range).chars().count() <= 14;
    let last = if alone { first + 1 } else { first };
    let end = clauses.get(last).or(clauses.last())?.range.end;
    let name: String =
        clauses.get(last).map_or("", |c| place.str(&c.range)).chars().take(40).collect();
    Some((begin..end, name, 0.8, "目标中的阶段时间".to_owned()))
}

/// `决定自…起至…开展…行动` in the opening of the document.
fn campaign(dated: &Dated<'_>, sentence: &Sentence) -> Option<Read> {
    let Dated { place, prefix, suffix, start, end, date, .. } = *dated;
    // 行动从3月开始,至12月结束: the campaign is named before its dates.
    let ends = suffix.starts_with("结束") && grammar().has("campaign", prefix);
    let ranged = date.bound == Bound::Range
        || ends && matches!(date.bound, Bound::Until | Bound::Before)
        || date.bound == Bound::At && is_month_or_year(date) && prefix.ends_with('于');
    let decided =
        ["决定", "定于", "拟于", "计划于", "将于", "现定于"].iter().any(|w| prefix.contains(w))
            || place.text.contains("决定")
            || prefix.chars().count() <= 12
            || prefix.ends_with(['从', '自', '于', ','])
            || prefix.ends_with("通过");
    let verbs = ["开展", "实施", "进行", "组织", "启动", "举办", "集中"];
    let acts = ends || verbs.iter().any(|w| suffix.contains(w));
    if !(place.opening
        || place.goals
        || place.block.under_text(&["总体要求", "时间", "总体安排"]))
        || !ranged
        || !decided
        || !acts
    {
        return None;
    }
    let object = ends
        || suffix.contains("活动")
        || ["行动", "整治", "治理", "攻坚", "宣传", "排查", "创建", "工作", "检查", "教育"]
            .iter()
            .any(|w| suffix.contains(w));
    if !object || grammar().has("past", place.str(&sentence.range)) {
        return None;
    }
    // From the comma before the date to the end of the clause that names the campaign.
    let from = place
        .text
        .get(sentence.range.start..start)
        .and_then(|t| t.rfind([',', ':']))
        .map_or(sentence.range.start.max(place.block.head_len), |i| {
            sentence.range.start + i + 1
        });
    let acts_at = verbs.iter().filter_map(|w| suffix.find(w)).min().unwrap_or(0);
    let tail = suffix.get(acts_at..).unwrap_or_default();
    let stop = tail.find([',', '。', ';']).unwrap_or(tail.len());
    let name = tail.get(..stop).unwrap_or_default().to_owned();
    let to = end + acts_at + stop;
    Some((from..to, name, 0.9, "文件开头写明的行动起止时间".to_owned()))
}
