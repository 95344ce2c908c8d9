//! `[[duty]]`: who owes what, how often, by when.

use crate::plan::catalogue;
use crate::plan::model::{By, Cadence, Duty, HeldBy, Per, Proof, UnitKind};
use crate::plan::reader::{At, Fields, Reader, choices, code_list};
use crate::plan::word::is_id;

use super::Own;
use super::by::{audience_codes, by, post_code};
use super::head::clause;
use super::when::When;

pub(super) fn read(
    reader: &mut Reader<'_>,
    fields: &mut Fields<'_>,
    own: &Own<'_>,
) -> Option<Duty> {
    let id = fields.id(reader);
    let name = fields.required_text(reader, "name", "\"发放告知书\"");
    let clause = clause(reader, fields);
    let activity = activity(reader, fields);
    let by = by(reader, fields, own, true);
    let per = per(reader, fields, by.as_ref());
    let cadence = cadence(reader, fields);
    let when = When::read(reader, fields, cadence, own);
    let quota = quota(reader, fields, cadence);
    let unit = fields.text(reader, "unit");
    let held_by = fields.code(reader, "held-by", &code_list!(HeldBy));
    let weight = weight(reader, fields);
    let doer = post_code(reader, fields, "doer", own);
    let audience = audience_codes(reader, fields, own, false);
    let proof = fields.codes(reader, "proof", &code_list!(Proof));
    let minutes = fields.whole(reader, "minutes", 1..10_001);
    let indicator = indicator(reader, fields, cadence, own);
    let note = fields.text(reader, "note");
    let unsure = fields.text(reader, "unsure");
    let mut proof: Vec<Proof> = proof.into_iter().map(|code| code.value).collect();
    if proof.is_empty() {
        proof.push(Proof::Count);
    }
    let id = id?.value;
    Some(Duty {
        activity: activity.unwrap_or_else(|| id.clone()),
        id,
        name: name?.value,
        clause: clause?,
        by: by?,
        per: per?,
        cadence: cadence?,
        year: when.year,
        quota: quota?,
        unit: unit.map(|text| text.value),
        from: when.from,
        until: when.until,
        season: when.season,
        due: when.due,
        held_by: held_by.map_or_else(HeldBy::default, |code| code.value),
        weight,
        doer,
        audience,
        proof,
        minutes: minutes.map(|number| number.value as u32),
        event: when.event,
        indicator,
        note: note.map(|text| text.value),
        unsure: unsure.map(|text| text.value),
    })
}

fn activity(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> Option<String> {
    let word = fields.text(reader, "activity")?;
    if !is_id(&word.value) {
        let known = catalogue::ACTIVITIES.iter().find(|entry| entry.name == word.value);
        let allowed = match known {
            Some(entry) => format!("“{}”写作 `{}`", entry.name, entry.id),
            None => "用小写英文字母、数字和连字符".to_owned(),
        };
        reader.error_allowing(word.at, format!("活动 `{}` 不合格式", word.value), allowed);
        return None;
    }
    Some(word.value)
}

fn cadence(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> Option<Cadence> {
    let cadence = fields.code(reader, "cadence", &code_list!(Cadence));
    if cadence.is_none() {
        fields.missing(reader, "cadence", "\"monthly\"");
    }
    cadence.map(|code| code.value)
}

fn per(reader: &mut Reader<'_>, fields: &mut Fields<'_>, by: Option<&By>) -> Option<Per> {
    let written = fields.code(reader, "per", &code_list!(Per));
    let by = by?;
    let derived = if by.post.is_some() || !by.audience.is_empty() {
        Per::Person
    } else if by.kind == [UnitKind::Class] {
        Per::Class
    } else {
        Per::Unit
    };
    if let Some(written) = written
        && written.value != derived
    {
        reader.error_allowing(
            written.at,
            format!("{}的 `per` 与 `by` 不一致", fields.what),
            format!("按 `by` 应为 `{}`（{}），也可不写", derived.code(), derived.chinese()),
        );
    }
    Some(derived)
}

fn quota(
    reader: &mut Reader<'_>,
    fields: &mut Fields<'_>,
    cadence: Option<Cadence>,
) -> Option<u32> {
    let quota = match fields.whole(reader, "quota", 1..10_001) {
        Some(quota) => quota,
        None if fields.has("quota") => return None,
        None => return Some(1),
    };
    if cadence == Some(Cadence::Continuous) && quota.value != 1 {
        reader.error_allowing(
            quota.at,
            format!("{}是常态化任务，没有次数", fields.what),
            "删去 quota，或给出频次",
        );
    }
    Some(quota.value as u32)
}

fn weight(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> f64 {
    match fields.number(reader, "weight") {
        Some(weight) if weight.value <= 0.0 || weight.value > 100.0 => {
            reader.error_allowing(
                weight.at,
                format!("{}的 `weight` 不能是 {}", fields.what, weight.value),
                "可用：大于 0、不超过 100 的数",
            );
            1.0
        }
        Some(weight) => weight.value,
        None => 1.0,
    }
}

fn indicator(
    reader: &mut Reader<'_>,
    fields: &mut Fields<'_>,
    cadence: Option<Cadence>,
    own: &Own<'_>,
) -> Option<String> {
    let code = indicator_code(reader, fields, own)?;
    if cadence.is_some_and(|cadence| cadence != Cadence::Continuous) {
        reader.error_allowing(
            code.at,
            format!("{}不是常态化任务，不用指标评判", fields.what),
            "indicator 只用于 cadence = \"continuous\"",
        );
    }
    Some(code.value)
}

pub(super) fn indicator_code(
    reader: &mut Reader<'_>,
    fields: &mut Fields<'_>,
    own: &Own<'_>,
) -> Option<At<String>> {
    let word = fields.text(reader, "indicator")?;
    let known = catalogue::indicator(&word.value).is_some()
        || own.indicators.iter().any(|own| own.id == word.value);
    if known {
        return Some(word);
    }
    let in_chinese = catalogue::INDICATORS.iter().find(|entry| entry.name == word.value);
    let own_ids = own.indicators.iter().map(|own| own.id.as_str());
    let all = catalogue::INDICATORS.iter().map(|entry| entry.id).chain(own_ids);
    let allowed = match in_chinese {
        Some(entry) => format!("“{}”写作 `{}`", entry.name, entry.id),
        None => format!("{}；也可用 [[indicator]] 自定义", choices(&word.value, all)),
    };
    reader.error_allowing(
        word.at,
        format!("{}不认识指标 `{}`", fields.what, word.value),
        allowed,
    );
    None
}
