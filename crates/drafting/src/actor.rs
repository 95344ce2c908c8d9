//! Who acts: the words at the head of a clause that end like an office or a
//! group of persons and are followed by what they must do.

use crate::grammar::grammar;

/// The actors that open a clause, if it names any.
pub(crate) fn of(clause: &str) -> Option<Vec<String>> {
    let text = lead(clause);
    let mut best = None;
    for (at, _) in text.char_indices().skip(1).take(26) {
        let (head, rest) = text.split_at(at);
        if is_actor(head, rest) {
            best = Some(head);
            break;
        }
    }
    let names: Vec<String> = best?
        .split(['、', '和'])
        .map(|name| name.trim_matches(|c: char| "“”(".contains(c)).to_owned())
        .filter(|name| !name.is_empty())
        .collect();
    (!names.is_empty()).then_some(names)
}

/// Words that end like an office, before what it must do.
fn is_actor(head: &str, rest: &str) -> bool {
    grammar().ends("org", head).is_some()
        && grammar().starts("modal", rest).is_some()
        && is_name(head)
}

fn lead(clause: &str) -> &str {
    let mut text = clause;
    if let Some(marker) = crate::marker::read(text) {
        text = text.get(marker.len..).unwrap_or_default();
    }
    for word in
        ["请", "要求", "由", "并", "组织", "督促", "指导", "同时", "要", "其中", "原则上"]
    {
        text = text.strip_prefix(word).unwrap_or(text);
    }
    text
}

fn is_name(head: &str) -> bool {
    let verbs = [
        "开展", "加强", "落实", "做好", "提高", "确保", "根据", "通过", "利用", "对", "向",
        "在", "把", "将", "完善", "每", "给", "为", "邀请", "到",
    ];
    head.chars().count() <= 24
        && !verbs.iter().any(|v| head.starts_with(v))
        && !head.contains(['“', '”', '%', '每', '向'])
}

/// The clause without the actor and the small words before its verb.
pub(crate) fn strip(words: &str) -> &str {
    let text = lead(words.trim_matches(|c: char| ",、:的".contains(c)));
    let mut rest = text;
    for (at, _) in text.char_indices().skip(1).take(26) {
        let (head, tail) = text.split_at(at);
        if is_actor(head, tail) {
            rest = tail;
            break;
        }
    }
    for word in ["要", "应", "须", "需", "必须", "务必", "至少", "将要", "负责"] {
        rest = rest.strip_prefix(word).unwrap_or(rest);
    }
    rest
}

/// Of whom the number is asked: of each class, school, unit, person.
pub(crate) fn per(clause: &str) -> Option<String> {
    let each = [
        ("class", &["每班", "每个班", "各班", "班级", "班主任"][..]),
        ("parent", &["每位家长", "每名家长", "每户家长", "向家长"][..]),
        ("student", &["每名学生", "每位学生", "每生", "每个学生"][..]),
        ("teacher", &["每名教师", "每位教师", "每名教职工"][..]),
        ("school", &["每校", "每所学校", "各校", "各学校", "学校", "中小学", "幼儿园"][..]),
        (
            "unit",
            &[
                "各单位",
                "每个单位",
                "各部门",
                "各科室",
                "各学院",
                "各村",
                "各社区",
                "各乡镇",
                "各镇",
                "各街道",
                "各县",
            ][..],
        ),
    ];
    each.iter()
        .find(|(_, words)| words.iter().any(|w| clause.contains(w)))
        .map(|(code, _)| (*code).to_owned())
}
