//! The other parts of a plan: posts, teams, responsibilities, reports,
//! honours, scoring, key periods, and what a plan adds to the catalogues.

use crate::plan::catalogue;
use crate::plan::model::{
    AudienceDef, Cadence, Criterion, Honour, IndicatorDef, KeyPeriodRule, Measure, Measured,
    PostWanted, ReportField, ReportWanted, Responsibility, ScoreEffect, ScoreRule, Stage,
    TeamWanted, UnitKind,
};
use crate::plan::reader::{At, Fields, Reader, Row, choices, code_list};
use crate::plan::word::is_id;

use super::Own;
use super::by::{audience_codes, by, known_post, unknown_post};
use super::head::clause;
use super::when::due;

pub(super) fn audience(
    reader: &mut Reader<'_>,
    fields: &mut Fields<'_>,
) -> Option<AudienceDef> {
    let id = fields.id(reader);
    let name = fields.required_text(reader, "name", "\"住校生\"");
    let id = id?;
    if catalogue::audience(&id.value).is_some() {
        reader.error(id.at, format!("对象 `{}` 目录里已有，不必再定义", id.value));
    }
    Some(AudienceDef { id: id.value, name: name?.value })
}

pub(super) fn indicator(
    reader: &mut Reader<'_>,
    fields: &mut Fields<'_>,
) -> Option<IndicatorDef> {
    let id = fields.id(reader);
    let name = fields.required_text(reader, "name", "\"整改完成率\"");
    let measured = fields.code(reader, "measured", &code_list!(Measured));
    if measured.is_none() {
        fields.missing(reader, "measured", "\"ratio\"");
    }
    let id = id?;
    if catalogue::indicator(&id.value).is_some() {
        reader.error(id.at, format!("指标 `{}` 目录里已有，不必再定义", id.value));
    }
    Some(IndicatorDef { id: id.value, name: name?.value, measured: measured?.value })
}

pub(super) fn post(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> Option<PostWanted> {
    let post = fields.required_text(reader, "post", "\"liaison\"");
    let name = fields.text(reader, "name");
    let clause = clause(reader, fields);
    let kinds = fields.codes(reader, "kind", &code_list!(UnitKind));
    let stages = fields.codes(reader, "stage", &code_list!(Stage));
    let least = fields.whole(reader, "least", 1..1001);
    let duty = fields.text(reader, "duty");
    if kinds.is_empty() {
        fields.missing(reader, "kind", "[\"school\"]");
    }
    let post = post?;
    match catalogue::post(&post.value) {
        Some(entry) => {
            for kind in kinds.iter().filter(|kind| !entry.kinds.contains(&kind.value)) {
                let allowed: Vec<&str> = entry.kinds.iter().map(|kind| kind.code()).collect();
                reader.error_allowing(
                    kind.at,
                    format!("{}不设{}", kind.value.chinese(), entry.name),
                    format!("可设在：{}", allowed.join("、")),
                );
            }
        }
        None if name.is_none() || !is_id(&post.value) => {
            let ids = catalogue::POSTS.iter().map(|entry| entry.id);
            let allowed =
                format!("{}；自定义岗位须用英文编号并写 name", choices(&post.value, ids));
            reader.error_allowing(post.at, format!("不认识岗位 `{}`", post.value), allowed);
            return None;
        }
        None => {}
    }
    if kinds.is_empty() {
        return None;
    }
    Some(PostWanted {
        name: name.map(|text| text.value),
        post: post.value,
        clause: clause?,
        kind: kinds.into_iter().map(|code| code.value).collect(),
        stage: stages.into_iter().map(|code| code.value).collect(),
        least: least.map_or(1, |number| number.value as u32),
        duty: duty.map(|text| text.value),
    })
}

pub(super) fn team(
    reader: &mut Reader<'_>,
    fields: &mut Fields<'_>,
    own: &Own<'_>,
) -> Option<TeamWanted> {
    let id = fields.id(reader);
    let name = fields.required_text(reader, "name", "\"四位一体工作组\"");
    let clause = clause(reader, fields);
    let kinds = fields.codes(reader, "kind", &code_list!(UnitKind));
    if kinds.is_empty() {
        fields.missing(reader, "kind", "[\"school\"]");
    }
    let posts = fields.words(reader, "posts");
    if posts.is_empty() {
        fields.missing(reader, "posts", "[\"grid-chief\", \"volunteer\"]");
    }
    for word in posts.iter().filter(|word| !known_post(&word.value, own)) {
        unknown_post(reader, &fields.what, "posts", word, own);
    }
    Some(TeamWanted {
        id: id?.value,
        name: name?.value,
        clause: clause?,
        kind: kinds.into_iter().map(|code| code.value).collect(),
        posts: values(posts),
    })
}

pub(super) fn responsibility(
    reader: &mut Reader<'_>,
    fields: &mut Fields<'_>,
    own: &Own<'_>,
) -> Option<Responsibility> {
    let actor = fields.required_text(reader, "actor", "\"办公室\"");
    let clause = clause(reader, fields);
    let tasks = fields.words(reader, "tasks");
    if tasks.is_empty() {
        fields.missing(reader, "tasks", "[\"统筹协调\"]");
    }
    let duties = fields.words(reader, "duties");
    let audience = audience_codes(reader, fields, own, false);
    let key_periods = fields.words(reader, "key-periods");
    Some(Responsibility {
        actor: actor?.value,
        clause: clause?,
        tasks: values(tasks),
        duties: values(duties),
        audience,
        key_periods: values(key_periods),
    })
}

pub(super) fn report(
    reader: &mut Reader<'_>,
    fields: &mut Fields<'_>,
    own: &Own<'_>,
) -> Option<ReportWanted> {
    let id = fields.id(reader);
    let name = fields.required_text(reader, "name", "\"月度情况统计表\"");
    let clause = clause(reader, fields);
    let by = by(reader, fields, own, true);
    let to = fields.required_text(reader, "to", "\"区教委安稳科\"");
    let cadence = fields.code(reader, "cadence", &code_list!(Cadence));
    if cadence.is_none() {
        fields.missing(reader, "cadence", "\"monthly\"");
    }
    let cadence = cadence.map(|code| code.value);
    let due = due(reader, fields, cadence);
    let duty = fields.text(reader, "duty");
    let report_fields = inner_rows(reader, fields, "fields", "栏目 ", None, report_field);
    Some(ReportWanted {
        id: id?.value,
        name: name?.value,
        clause: clause?,
        by: by?,
        to: to?.value,
        cadence: cadence?,
        due: due.map(|due| due.value),
        duty: duty.map(|text| text.value),
        fields: report_fields,
    })
}

fn report_field(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> Option<ReportField> {
    let id = fields.id(reader);
    let name = fields.required_text(reader, "name", "\"备注\"");
    let source = fields.required_text(reader, "source", "\"text\"");
    let source = source?;
    if catalogue::entry(catalogue::REPORT_SOURCES, &source.value).is_none() {
        let ids = catalogue::REPORT_SOURCES.iter().map(|entry| entry.id);
        let allowed = choices(&source.value, ids);
        reader.error_allowing(source.at, format!("不认识数据来源 `{}`", source.value), allowed);
        return None;
    }
    Some(ReportField { id: id?.value, name: name?.value, source: source.value })
}

pub(super) fn honour(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> Option<Honour> {
    let id = fields.id(reader);
    let name = fields.required_text(reader, "name", "\"无诈学校\"");
    let clause = clause(reader, fields);
    let kinds = fields.codes(reader, "kind", &code_list!(UnitKind));
    let cadence = fields.code(reader, "cadence", &code_list!(Cadence));
    let bare = |text: &str| Criterion { text: text.to_owned(), fact: None };
    let criteria = inner_rows(reader, fields, "criteria", "条件 ", Some(&bare), criterion);
    if criteria.is_empty() {
        fields.missing(reader, "criteria", "[{ text = \"零发案\", fact = \"cases\" }]");
    }
    let revoked_by = fields.words(reader, "revoked-by");
    Some(Honour {
        id: id?.value,
        name: name?.value,
        clause: clause?,
        kind: kinds.into_iter().map(|code| code.value).collect(),
        cadence: cadence.map(|code| code.value),
        criteria,
        revoked_by: values(revoked_by),
    })
}

fn criterion(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> Option<Criterion> {
    let text = fields.required_text(reader, "text", "\"零发案\"");
    let fact = fields.text(reader, "fact");
    Some(Criterion { text: text?.value, fact: fact.map(|text| text.value) })
}

pub(super) fn score(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> Option<ScoreRule> {
    let id = fields.id(reader);
    let name = fields.required_text(reader, "name", "\"逾期扣分\"");
    let clause = clause(reader, fields);
    let effect = effect(reader, fields);
    let on = fields.words(reader, "on");
    let cap = fields.number(reader, "cap");
    Some(ScoreRule {
        id: id?.value,
        clause: clause?,
        name: name?.value,
        effect: effect?,
        on: values(on),
        cap: cap.map(|number| number.value),
    })
}

/// `points = 5`, `deduct = 2`, `bonus = 1`, `veto = true` or
/// `consequence = "circular"`.
fn effect(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> Option<ScoreEffect> {
    const WAYS: &str = "写 points、deduct、bonus、veto = true、consequence 之一";
    let number = |reader: &mut Reader<'_>,
                  fields: &mut Fields<'_>,
                  key,
                  make: fn(f64) -> ScoreEffect| {
        let value: Option<At<f64>> = fields.number(reader, key);
        match value {
            Some(value) if value.value <= 0.0 => {
                let what = &fields.what;
                reader.error_allowing(value.at, format!("{what}的分值须大于 0"), "写正数");
                None
            }
            value => value.map(|value| make(value.value)),
        }
    };
    let mut effects: Vec<ScoreEffect> = Vec::new();
    effects.extend(number(reader, fields, "points", ScoreEffect::Points));
    effects.extend(number(reader, fields, "deduct", ScoreEffect::Deduct));
    effects.extend(number(reader, fields, "bonus", ScoreEffect::Bonus));
    if let Some(At { value, at }) = fields.item("veto") {
        match value.as_bool() {
            Some(true) => effects.push(ScoreEffect::Veto),
            _ => reader.error_allowing(at, "veto 只能写 true", WAYS),
        }
    }
    let measure = fields.code(reader, "consequence", &code_list!(Measure));
    effects.extend(measure.map(|code| ScoreEffect::Consequence(code.value)));
    let written = ["points", "deduct", "bonus", "veto", "consequence"]
        .iter()
        .filter(|key| fields.has(key))
        .count();
    if written != 1 && !reader.damaged {
        let said = if written == 0 { "没有写后果" } else { "写了不止一个后果" };
        reader.error_allowing(fields.at, format!("{}{said}", fields.what), WAYS);
        return None;
    }
    effects.first().copied()
}

pub(super) fn key_period(
    reader: &mut Reader<'_>,
    fields: &mut Fields<'_>,
) -> Option<KeyPeriodRule> {
    let id = fields.id(reader);
    let name = fields.required_text(reader, "name", "\"开学\"");
    let clause = clause(reader, fields);
    let duties = fields.words(reader, "duties");
    let note = fields.text(reader, "note");
    Some(KeyPeriodRule {
        id: id?.value,
        name: name?.value,
        clause: clause?,
        duties: values(duties),
        note: note.map(|text| text.value),
    })
}

/// Reads the tables of a list inside an element.
fn inner_rows<T>(
    reader: &mut Reader<'_>,
    fields: &mut Fields<'_>,
    key: &'static str,
    what: &str,
    bare: Option<&dyn Fn(&str) -> T>,
    read: for<'r, 'f> fn(&mut Reader<'r>, &mut Fields<'f>) -> Option<T>,
) -> Vec<T> {
    let mut all = Vec::new();
    for At { value, at } in fields.rows(reader, key) {
        match (value, bare) {
            (Row::Table(table), _) => {
                let mut inner = Fields::new(what, table, at);
                all.extend(read(reader, &mut inner));
                inner.finish(reader);
            }
            (Row::Text(text), Some(bare)) => all.push(bare(text)),
            (Row::Text(_), None) => {
                reader.error_allowing(at, format!("{what}写法不对"), "每一项写作 { … }");
            }
        }
    }
    all
}

fn values(words: Vec<At<String>>) -> Vec<String> {
    words.into_iter().map(|word| word.value).collect()
}
