//! A plan as JSON, for programs that check ours: exactly the keys of
//! `docs/plan-language.md`, absent values null.

use serde::Serialize;

use super::model::{Duty, Plan, Target};

#[derive(Serialize)]
struct JsonPlan<'p> {
    plan: JsonHead<'p>,
    phases: Vec<JsonPhase<'p>>,
    duties: Vec<JsonDuty<'p>>,
    targets: Vec<JsonTarget<'p>>,
}

#[derive(Serialize)]
struct JsonHead<'p> {
    id: &'p str,
    name: &'p str,
    from: String,
    until: String,
}

#[derive(Serialize)]
struct JsonPhase<'p> {
    id: &'p str,
    name: &'p str,
    from: String,
    until: String,
}

#[derive(Serialize)]
struct JsonDuty<'p> {
    id: &'p str,
    name: &'p str,
    clause: &'p str,
    activity: &'p str,
    by: JsonBy<'p>,
    per: &'static str,
    cadence: &'static str,
    year: Option<&'static str>,
    quota: u32,
    from: Option<String>,
    until: Option<String>,
    season: &'static str,
    due: Option<String>,
    held_by: &'static str,
    weight: f64,
}

#[derive(Serialize)]
struct JsonBy<'p> {
    kind: Vec<&'static str>,
    stage: Vec<&'static str>,
    post: Option<&'p str>,
    audience: &'p [String],
}

#[derive(Serialize)]
struct JsonTarget<'p> {
    id: &'p str,
    clause: &'p str,
    indicator: &'p str,
    op: &'static str,
    value: f64,
    by: Option<String>,
    baseline: Option<i16>,
}

/// The plan as indented JSON with a final newline.
pub fn to_json(plan: &Plan) -> String {
    let head = &plan.head;
    let json = JsonPlan {
        plan: JsonHead {
            id: &head.id,
            name: &head.name,
            from: head.from.to_string(),
            until: head.until.to_string(),
        },
        phases: plan
            .phases
            .iter()
            .map(|phase| JsonPhase {
                id: &phase.id,
                name: &phase.name,
                from: phase.from.to_string(),
                until: phase.until.to_string(),
            })
            .collect(),
        duties: plan.duties.iter().map(json_duty).collect(),
        targets: plan.targets.iter().map(json_target).collect(),
    };
    // Plain structs of strings and finite numbers always serialise.
    let mut text = serde_json::to_string_pretty(&json).unwrap_or_default();
    text.push('\n');
    text
}

fn json_duty(duty: &Duty) -> JsonDuty<'_> {
    JsonDuty {
        id: &duty.id,
        name: &duty.name,
        clause: &duty.clause,
        activity: &duty.activity,
        by: JsonBy {
            kind: duty.by.kind.iter().map(|kind| kind.code()).collect(),
            stage: duty.by.stage.iter().map(|stage| stage.code()).collect(),
            post: duty.by.post.as_deref(),
            audience: &duty.by.audience,
        },
        per: duty.per.code(),
        cadence: duty.cadence.code(),
        year: duty.year.map(super::model::YearKind::code),
        quota: duty.quota,
        from: duty.from.map(|day| day.to_string()),
        until: duty.until.map(|day| day.to_string()),
        season: duty.season.code(),
        due: duty.due.map(super::model::Due::code),
        held_by: duty.held_by.code(),
        weight: duty.weight,
    }
}

fn json_target(target: &Target) -> JsonTarget<'_> {
    JsonTarget {
        id: &target.id,
        clause: &target.clause,
        indicator: &target.indicator,
        op: target.op.code(),
        value: target.value,
        by: target.by.map(|day| day.to_string()),
        baseline: target.baseline,
    }
}
