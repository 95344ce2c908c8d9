//! Who acts: the words at the head of a clause that end like an office or a
//! group of persons and are followed by what they must do.

use crate::grammar::grammar;

/// Words between an actor and its verb.
const MODAL: &[&str] = &[
    "要",
    "应",
    "须",
    "需",
    "必须",
    "务必",
    "负责",
    "牵头",
    "每",
    "至少",
    "于",
    "在",
    "将",
    "对",
    "向",
    "根据",
    "按照",
    "组织",
    "开展",
    "召开",
    "制定",
    "结合",
    "利用",
    "通过",
    "积极",
    "切实",
    "认真",
    "定期",
    "统一",
    "分别",
    "不少于",
    "举办",
    "举行",
    "推送",
    "报送",
    "完成",
    "建立",
    "明确",
    "可",
    "会同",
    "联合",
    "深入",
    "及时",
    "全年",
    "进行",
    "为",
    "安排",
    "上",
    "填写",
    "指定",
    "确定",
    "上报",
    "推荐",
    "发布",
    "发放",
    "同步",
    "共同",
    "签订",
    "联名",
    "制订",
];

/// The actors that open a clause, if it names any.
pub(crate) fn of(clause: &str) -> Option<Vec<String>> {
    let text = lead(clause);
    let mut best = None;
    for (at, _) in text.char_indices().skip(1).take(26) {
        let (head, rest) = text.split_at(at);
        let follows = MODAL.iter().any(|m| rest.starts_with(m));
        if follows && grammar().ends("org", head).is_some() && is_name(head) {
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
        && !head.contains(['“', '”', '%'])
}

/// The clause without the actor and the small words before its verb.
pub(crate) fn strip(words: &str) -> &str {
    let text = lead(words.trim_matches(|c: char| ",、:的".contains(c)));
    let mut rest = text;
    for (at, _) in text.char_indices().skip(1).take(26) {
        let (head, tail) = text.split_at(at);
        if MODAL.iter().any(|m| tail.starts_with(m))
            && grammar().ends("org", head).is_some()
            && is_name(head)
        {
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
