//! `by`: whose duty it is, and whether anybody can have it. Codes of posts and
//! audiences are read here too.

use crate::plan::catalogue;
use crate::plan::model::{By, Stage, UnitKind};
use crate::plan::reader::{At, Fields, Reader, choices, code_list};

use super::Own;

/// Whose duty. `needed` is false where a plan may leave it to the reader.
pub(super) fn by(
    reader: &mut Reader<'_>,
    fields: &mut Fields<'_>,
    own: &Own<'_>,
    needed: bool,
) -> Option<By> {
    let Some(At { value, at }) = fields.item("by") else {
        if needed {
            fields.missing(reader, "by", "{ kind = [\"school\"], stage = [\"primary\"] }");
            return None;
        }
        return Some(By::default());
    };
    let Some(table) = value.as_table_like() else {
        reader.error_allowing(
            at,
            format!("{}的 `by` 写法不对", fields.what),
            "写作 { kind = [\"school\"] }、{ post = \"class-teacher\" } 或 { audience = [\"student\"] }",
        );
        return None;
    };
    let mut inner = Fields::new(format!("{}的 by ", fields.what), table, at);
    let kinds = inner.codes(reader, "kind", &code_list!(UnitKind));
    let stages = inner.codes(reader, "stage", &code_list!(Stage));
    let post = post_code(reader, &mut inner, "post", own);
    let audience = audience_codes(reader, &mut inner, own, true);
    let written_wrong = (inner.has("kind") && kinds.is_empty())
        || (inner.has("stage") && stages.is_empty())
        || (inner.has("post") && post.is_none())
        || (inner.has("audience") && audience.is_empty());
    if !written_wrong {
        someone_can(reader, &inner, &kinds, &stages, post.as_deref(), &audience);
    }
    inner.finish(reader);
    if written_wrong {
        return None;
    }
    Some(By {
        kind: kinds.into_iter().map(|code| code.value).collect(),
        stage: stages.into_iter().map(|code| code.value).collect(),
        post,
        audience,
    })
}

/// Refuses a duty that nobody can have.
fn someone_can(
    reader: &mut Reader<'_>,
    by: &Fields<'_>,
    kinds: &[At<UnitKind>],
    stages: &[At<Stage>],
    post: Option<&str>,
    audience: &[String],
) {
    if kinds.is_empty() && post.is_none() && audience.is_empty() {
        reader.error_allowing(
            by.at,
            format!("{}没有说是谁的任务", by.what),
            "写 kind（单位类别）、post（岗位）或 audience（人员对象）之一",
        );
        return;
    }
    if post.is_some() && !audience.is_empty() {
        reader.error_allowing(
            by.place("audience"),
            format!("{}同时写了 post 和 audience", by.what),
            "岗位和人员对象只能写一个；给谁做用任务的 audience 字段",
        );
        return;
    }
    if !stages.is_empty() {
        stages_fit(reader, by, kinds, stages);
    }
    if let Some(entry) = post.and_then(catalogue::post) {
        let fits = |kind: UnitKind| {
            entry.kinds.contains(&kind)
                && (stages.is_empty()
                    || stages.iter().any(|stage| catalogue::exists(kind, stage.value)))
        };
        for kind in kinds.iter().filter(|kind| !entry.kinds.contains(&kind.value)) {
            let allowed: Vec<&str> = entry.kinds.iter().map(|kind| kind.code()).collect();
            reader.error_allowing(
                kind.at,
                format!("{}没有人能承担：{}不设{}", by.what, kind.value.chinese(), entry.name),
                format!("{}可设在：{}", entry.name, allowed.join("、")),
            );
        }
        if kinds.is_empty() && !stages.is_empty() && !entry.kinds.iter().any(|kind| fits(*kind))
        {
            reader.error_allowing(
                by.place("stage"),
                format!("{}没有人能承担：这些学段不设{}", by.what, entry.name),
                "改学段，或改岗位",
            );
        }
    }
    for entry in audience.iter().filter_map(|code| catalogue::audience(code)) {
        let found = stages.is_empty()
            || entry.stages.is_empty()
            || stages.iter().any(|stage| entry.stages.contains(&stage.value));
        if !found {
            reader.error_allowing(
                by.place("stage"),
                format!("{}没有人能承担：这些学段没有{}", by.what, entry.name),
                "改学段，或改对象",
            );
        }
    }
}

fn stages_fit(
    reader: &mut Reader<'_>,
    by: &Fields<'_>,
    kinds: &[At<UnitKind>],
    stages: &[At<Stage>],
) {
    for kind in kinds {
        if stages.iter().any(|stage| catalogue::exists(kind.value, stage.value)) {
            continue;
        }
        let possible: Vec<&str> = Stage::ALL
            .iter()
            .filter(|stage| catalogue::exists(kind.value, **stage))
            .map(|stage| stage.code())
            .collect();
        let allowed = if possible.is_empty() {
            format!("{}不分学段，删去 stage", kind.value.chinese())
        } else {
            format!("{}可有的学段：{}", kind.value.chinese(), possible.join("、"))
        };
        reader.error_allowing(
            kind.at,
            format!("{}没有人能承担：这些学段没有{}", by.what, kind.value.chinese()),
            allowed,
        );
    }
    for stage in stages {
        let someone = kinds.is_empty()
            || kinds.iter().any(|kind| catalogue::exists(kind.value, stage.value));
        let told = kinds
            .iter()
            .any(|kind| !stages.iter().any(|other| catalogue::exists(kind.value, other.value)));
        if !someone && !told {
            reader.error_allowing(
                stage.at,
                format!("{}里{}没有所写的单位", by.what, stage.value.chinese()),
                "删去这个学段，或改 kind",
            );
        }
    }
}

pub(super) fn post_code(
    reader: &mut Reader<'_>,
    fields: &mut Fields<'_>,
    key: &'static str,
    own: &Own<'_>,
) -> Option<String> {
    let read = |code: &str| known_post(code, own).then(|| code.to_owned());
    let word = fields.text(reader, key)?;
    if let Some(code) = read(&word.value) {
        return Some(code);
    }
    unknown_post(reader, &fields.what, key, &word, own);
    None
}

pub(super) fn known_post(code: &str, own: &Own<'_>) -> bool {
    catalogue::post(code).is_some() || own.posts.iter().any(|wanted| wanted.post == code)
}

pub(super) fn unknown_post(
    reader: &mut Reader<'_>,
    what: &str,
    key: &str,
    word: &At<String>,
    own: &Own<'_>,
) {
    let in_chinese = catalogue::POSTS.iter().find(|entry| entry.name == word.value);
    let own_posts = own.posts.iter().map(|wanted| wanted.post.as_str());
    let own_posts = own_posts.filter(|code| catalogue::post(code).is_none());
    let all = catalogue::POSTS.iter().map(|entry| entry.id).chain(own_posts);
    let allowed = match in_chinese {
        Some(entry) => format!("“{}”写作 `{}`", entry.name, entry.id),
        None => choices(&word.value, all),
    };
    reader.error_allowing(
        word.at,
        format!("{what}的 `{key}` 不认识岗位 `{}`", word.value),
        allowed,
    );
}

/// Audience codes; `owing` if these persons are to owe a duty.
pub(super) fn audience_codes(
    reader: &mut Reader<'_>,
    fields: &mut Fields<'_>,
    own: &Own<'_>,
    owing: bool,
) -> Vec<String> {
    let mut codes = Vec::new();
    for word in fields.words(reader, "audience") {
        let entry = catalogue::audience(&word.value);
        let is_own = own.audiences.iter().any(|own| own.id == word.value);
        if entry.is_none() && !is_own {
            let in_chinese = catalogue::AUDIENCES.iter().find(|entry| entry.name == word.value);
            let own_ids = own.audiences.iter().map(|own| own.id.as_str());
            let all = catalogue::AUDIENCES.iter().map(|entry| entry.id).chain(own_ids);
            let allowed = match in_chinese {
                Some(entry) => format!("“{}”写作 `{}`", entry.name, entry.id),
                None => choices(&word.value, all),
            };
            let what = &fields.what;
            reader.error_allowing(
                word.at,
                format!("{what}不认识对象 `{}`", word.value),
                allowed,
            );
        } else if owing && entry.is_some_and(|entry| !entry.persons) {
            reader.error_allowing(
                word.at,
                format!("{}没有人能承担：`{}` 不是人员", fields.what, word.value),
                "单位的任务写 kind 和 stage，如 { kind = [\"school\"], stage = [\"training\"] }",
            );
        } else {
            codes.push(word.value);
        }
    }
    codes
}
