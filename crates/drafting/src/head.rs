//! The head of a document: title, issuer, dates of issue, and what on a web
//! page is not the document.

use std::sync::LazyLock;

use regex::Regex;

use crate::grammar::grammar;
use crate::marker;
use crate::text::Folded;

const TITLE_ENDS: &[&str] = &[
    "方案",
    "计划",
    "通知",
    "办法",
    "要点",
    "细则",
    "意见",
    "安排",
    "规划",
    "预案",
    "制度",
    "公告",
    "通告",
    "倡议书",
    "清单",
    "措施",
    "规定",
    "函",
    "一封信",
    "公开信",
    "活动",
    "行动",
    "推进会",
    "总结",
    "讲话",
    "报告",
    "知识",
    "手册",
    "问答",
    "须知",
    "提示",
    "常识",
    "守则",
    "提醒",
];

/// The title with the paragraph it stands in. The plan's own title wins over
/// that of the letter that sends it out.
pub(crate) fn title(paragraphs: &[Folded]) -> Option<(usize, String)> {
    let head = paragraphs.len().min(30);
    let mut best: Option<(usize, String, u8)> = None;
    for (at, paragraph) in paragraphs.iter().take(head).enumerate() {
        let text = paragraph.text.trim_matches('\t');
        if marker::starts(text) {
            if best.is_some() {
                break;
            }
            continue;
        }
        let rank = title_rank(text);
        if rank > 0 && best.as_ref().is_none_or(|(_, _, r)| rank > *r) {
            best = Some((at, with_line_above(paragraphs, at), rank));
        }
    }
    let (at, text, _) = best?;
    Some((at, inner_title(&text).unwrap_or(text)))
}

fn title_rank(text: &str) -> u8 {
    let count = text.chars().count();
    if !(5..=70).contains(&count) || text.contains(['。', ';']) || text.ends_with([':', ',']) {
        return 0;
    }
    if grammar().has("head-noise", text) || grammar().has("foot-noise", text) {
        return 0;
    }
    // 工作方案1, 活动方案篇二: one of several on a web page.
    let numbered =
        text.trim_end_matches(|c: char| c.is_ascii_digit() || crate::number::is_numeral(c));
    let text =
        if numbered.len() < text.len() { numbered.trim_end_matches('篇') } else { text };
    let core = core_of(text);
    if !TITLE_ENDS.iter().any(|end| core.ends_with(end)) {
        return 0;
    }
    if core.ends_with("方案") || core.ends_with("计划") { 3 } else { 2 }
}

/// A title without what stands in brackets at its end.
fn core_of(title: &str) -> &str {
    match title.strip_suffix(')') {
        Some(head) => head.rfind('(').map_or(title, |open| &title[..open]),
        None => title,
    }
}

/// A title broken over two lines.
fn with_line_above(paragraphs: &[Folded], at: usize) -> String {
    let text = paragraphs[at].text.trim_matches('\t').to_owned();
    let Some(above) = at.checked_sub(1).and_then(|i| paragraphs.get(i)) else { return text };
    let above = above.text.as_str();
    let count = above.chars().count();
    let fits = (6..=30).contains(&count)
        && text.chars().count() <= 14
        && !above.contains(['。', ':', '[', '>', '|'])
        && !above.ends_with(')')
        && title_rank(above) == 0
        && !grammar().has("head-noise", above)
        && !above.contains("文件");
    if fits { format!("{above}{text}") } else { text }
}

/// `关于印发《…方案》的通知` sends out the plan that it names.
fn inner_title(text: &str) -> Option<String> {
    if !text.contains("印发") {
        return None;
    }
    let open = text.find('《')? + '《'.len_utf8();
    let close = text.rfind('》')?;
    text.get(open..close).filter(|t| t.chars().count() >= 5).map(str::to_owned)
}

/// The years in a title: `2022—2023学年度` is a school year.
pub(crate) fn title_years(title: &str) -> Option<(i16, Option<i16>, bool)> {
    static YEARS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new("(20[0-9]{2})年?(?:[-~至到/]?(20[0-9]{2}))?(?:学?年)?(学年)?(?:度)?")
            .expect("a constant expression")
    });
    let found = YEARS.captures(title)?;
    let from = found.get(1)?.as_str().parse().ok()?;
    let until = found.get(2).and_then(|m| m.as_str().parse().ok());
    let autumn = ["秋季学期", "秋期", "秋学期", "秋季", "第一学期", "上学期"];
    let term = title.contains("学期") || title.contains("秋期");
    let school = title.contains("学年") && until.is_some()
        || until.is_none() && term && autumn.iter().any(|w| title.contains(w));
    Some((from, until, school))
}

/// The day of publication in the head of a web page.
pub(crate) fn published(text: &str) -> Option<(i16, Option<u8>)> {
    static DATE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new("(20[0-9]{2})[-年/.]([0-9]{1,2})").expect("a constant expression")
    });
    if text.chars().count() > 120 || !grammar().has("head-noise", text) {
        return None;
    }
    let found = DATE.captures(text)?;
    let year = found.get(1)?.as_str().parse().ok()?;
    let month = found.get(2)?.as_str().parse().ok().filter(|m| (1..=12).contains(m));
    Some((year, month))
}

/// The year in the number of a document: `〔2024〕11号`.
pub(crate) fn number_year(text: &str) -> Option<(i16, Option<u8>)> {
    static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^[^,。《]{1,16}[\[(](20[0-9]{2})[\])][0-9]{1,4}号?$")
            .expect("a constant expression")
    });
    let found = NUMBER.captures(text)?;
    Some((found.get(1)?.as_str().parse().ok()?, None))
}

/// The issuer: the line under the title, the signature, or the title's own beginning.
pub(crate) fn issuer(paragraphs: &[Folded], title_at: usize, title: &str) -> Option<String> {
    let looks = |text: &str| {
        let count = text.chars().count();
        (3..=30).contains(&count)
            && !text.contains([':', ',', '。', '、', '|', '\t', '《', '>'])
            && grammar().ends("org", text.trim_end_matches(')')).is_some()
            && !marker::starts(text)
            && !grammar().has("head-noise", text)
    };
    let near = |at: usize| paragraphs.get(at).map(|p| p.text.as_str()).filter(|t| looks(t));
    let signed = paragraphs.windows(2).rev().find_map(|pair| {
        let dated = pair[1].text.chars().count() <= 14
            && pair[1].text.ends_with('日')
            && !crate::date::scan(&pair[1].text).is_empty();
        (dated && looks(&pair[0].text)).then(|| pair[0].text.clone())
    });
    near(title_at + 1)
        .map(str::to_owned)
        .or(signed)
        .or_else(|| title_at.checked_sub(1).and_then(near).map(str::to_owned))
        .or_else(|| issuer_in_title(title))
}

fn issuer_in_title(title: &str) -> Option<String> {
    let end = title.find("关于").unwrap_or_else(|| {
        title.find(|c: char| c.is_ascii_digit() || "“《".contains(c)).unwrap_or(title.len())
    });
    let head = title.get(..end)?;
    let mut longest = None;
    for (at, c) in head.char_indices() {
        let prefix = head.get(..at + c.len_utf8())?;
        if prefix.chars().count() >= 4 && grammar().ends("org", prefix).is_some() {
            longest = Some(prefix.to_owned());
        }
    }
    longest
}

/// Lines around a document on a web page, and lines with telephone numbers only.
pub(crate) fn is_noise(text: &str, at: usize, total: usize) -> bool {
    let count = text.chars().count();
    let early = at * 3 <= total || at < 12;
    (early && count < 120 && grammar().has("head-noise", text) && !text.contains('。'))
        || at == 0 && text.starts_with("#source:")
        || early && count < 60 && (text.starts_with("时间:20") || text.starts_with("日期:20"))
        || text.contains(">>")
        || (text.contains('|') && text.matches('|').count() >= 3 && count < 60 && early)
}

/// A letter that is addressed to offices, or says that it orders something.
fn is_order(text: &str) -> bool {
    let addressed = text.ends_with(':')
        && text.chars().count() <= 80
        && !text.starts_with("各位")
        && (text.starts_with('各') || text.contains(",各") || text.contains("、各"))
        || text.starts_with("校属") && text.ends_with(':');
    let said =
        ["通知如下", "特制定本", "制定本方案", "制定如下", "特制订本", "安排如下", "方案如下"];
    addressed || said.iter().any(|w| text.contains(w))
}

/// A line that greets persons: `亲爱的同学们:`, `各位员工:`.
fn greets_persons(text: &str) -> bool {
    let Some(name) = text.strip_suffix(':').filter(|t| t.chars().count() <= 24) else {
        return false;
    };
    let offices = ["单位", "部门", "学院", "班级", "处室", "科室", "各班", "各校"];
    grammar().ends("person", name).is_some() && !offices.iter().any(|w| name.contains(w))
}

/// Advice to persons (安全提示, a notice that greets the pupils): its numbers are
/// no quotas.
pub(crate) fn is_advice(title: &str, paragraphs: &[Folded]) -> bool {
    let acts = [
        "方案", "计划", "办法", "要点", "安排", "开展", "举办", "组织", "征集", "竞赛", "比赛",
        "活动", "报名", "评选",
    ];
    if acts.iter().any(|w| title.contains(w)) {
        return false;
    }
    let opening = || paragraphs.iter().take(15).map(|p| p.text.as_str());
    if opening().any(is_order) {
        return false;
    }
    grammar().ends("advice-title", core_of(title)).is_some() || opening().any(greets_persons)
}

/// Letters to parents, appeals, news: documents that give nobody a quota.
pub(crate) fn asks_nothing(title: &str, paragraphs: &[Folded]) -> bool {
    if grammar().has("skip-title", title) {
        return true;
    }
    // A title that ends in 工作总结 tells; 关于报送工作总结的通知 asks.
    if grammar().ends("told-title", core_of(title)).is_some() {
        return true;
    }
    let orders = ["方案", "计划", "通知", "办法", "要点", "细则", "安排", "清单", "措施"];
    if orders.iter().any(|w| title.contains(w)) {
        return false;
    }
    if paragraphs.iter().take(15).any(|p| is_order(&p.text)) {
        return false;
    }
    let news: usize = [
        "会议强调",
        "会议指出",
        "会议要求",
        "记者",
        "责任编辑",
        "通讯员",
        "据悉",
        "据了解",
        "供稿",
        "活动现场",
        "近日",
        "会上",
    ]
    .iter()
    .filter(|w| paragraphs.iter().any(|p| p.text.contains(*w)))
    .count();
    let numbered = paragraphs.iter().filter(|p| marker::starts(&p.text)).count();
    news >= 2 || (news >= 1 && numbered < 3)
}
