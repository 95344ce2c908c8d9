//! What an item says, field by field, as it is typed: a value that does not fit
//! yet is kept, told, and mended by the person.

use campaign::plan::{By, Duty, Measured, Phase, Plan, Target};
use serde::{Deserialize, Serialize};

use crate::item::{Item, Kind};

/// The fields of a duty, a target or a phase, in the words of the plan language.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Fields {
    /// The id that the element has in the plan.
    pub element: String,
    /// `duty`, `target` or `phase`.
    pub kind: String,
    pub name: String,
    pub clause: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub by_kind: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub by_stage: Vec<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub by_post: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub by_audience: Vec<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub cadence: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub quota: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub unit: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub year: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub season: String,
    /// As in plan files: `month-20`, `+5d`, `+3w` or a date.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub due: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub from: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub until: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub event: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub within_days: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub held_by: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub activity: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub doer: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub audience: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub proof: Vec<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub minutes: String,
    /// A code of the catalogue; empty for an indicator of the plan's own, which
    /// then has the name of the target.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub indicator: String,
    /// How an indicator of the plan's own is measured: `ratio` or `count`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub measured: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub op: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub value: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub baseline: String,
    /// The day by which a target must hold.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub by: String,
    /// What a phase asks for, a line each.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub goals: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// What the rules were unsure of, until a person has confirmed it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unsure: Vec<String>,
}

pub(super) const DUTY: &str = "duty";
pub(super) const TARGET: &str = "target";
pub(super) const PHASE: &str = "phase";

impl Fields {
    pub(super) fn of_phase(it: &Phase) -> Self {
        Self {
            element: it.id.clone(),
            kind: PHASE.to_owned(),
            name: it.name.clone(),
            clause: it.clause.clone(),
            from: it.from.to_string(),
            until: it.until.to_string(),
            goals: it.goals.join("\n"),
            ..Self::default()
        }
    }

    pub(super) fn of_target(it: &Target, plan: &Plan) -> Self {
        let own = plan.indicators.iter().find(|own| own.id == it.indicator);
        let measured = plan.measured(&it.indicator).unwrap_or(Measured::Ratio);
        let is_share = it.baseline.is_some() || measured == Measured::Ratio;
        Self {
            element: it.id.clone(),
            kind: TARGET.to_owned(),
            name: it.name.clone(),
            clause: it.clause.clone(),
            indicator: if own.is_some() { String::new() } else { it.indicator.clone() },
            measured: measured.code().to_owned(),
            op: it.op.code().to_owned(),
            value: if is_share { percent(it.value) } else { it.value.to_string() },
            baseline: it.baseline.map(|year| year.to_string()).unwrap_or_default(),
            by: it.by.map(|day| day.to_string()).unwrap_or_default(),
            note: it.note.clone().unwrap_or_default(),
            unsure: doubts(it.unsure.as_deref()),
            ..Self::default()
        }
    }

    pub(super) fn of_duty(it: &Duty) -> Self {
        let text = |it: &Option<String>| it.clone().unwrap_or_default();
        let (by_kind, by_stage) = codes(&it.by);
        Self {
            element: it.id.clone(),
            kind: DUTY.to_owned(),
            name: it.name.clone(),
            clause: it.clause.clone(),
            by_kind,
            by_stage,
            by_post: text(&it.by.post),
            by_audience: it.by.audience.clone(),
            cadence: it.cadence.code().to_owned(),
            quota: it.quota.to_string(),
            unit: text(&it.unit),
            year: it.year.map(|year| year.code().to_owned()).unwrap_or_default(),
            season: it.season.code().to_owned(),
            due: it.due.map(campaign::plan::Due::code).unwrap_or_default(),
            from: it.from.map(|day| day.to_string()).unwrap_or_default(),
            until: it.until.map(|day| day.to_string()).unwrap_or_default(),
            event: it.event.as_ref().map(|event| event.name.clone()).unwrap_or_default(),
            within_days: it
                .event
                .as_ref()
                .map(|event| event.within_days.to_string())
                .unwrap_or_default(),
            held_by: it.held_by.code().to_owned(),
            activity: if it.activity == it.id { String::new() } else { it.activity.clone() },
            doer: text(&it.doer),
            audience: it.audience.clone(),
            proof: it.proof.iter().map(|proof| proof.code().to_owned()).collect(),
            minutes: it.minutes.map(|minutes| minutes.to_string()).unwrap_or_default(),
            indicator: text(&it.indicator),
            note: text(&it.note),
            unsure: doubts(it.unsure.as_deref()),
            ..Self::default()
        }
    }

    /// An item that has no element: the person must say what is missing.
    pub(super) fn bare(item: &Item, n: usize) -> Self {
        let kind = match item.kind {
            Kind::Phase => PHASE,
            Kind::Target => TARGET,
            Kind::Duty | Kind::Deadline => DUTY,
        };
        Self {
            element: format!("x-{n}"),
            kind: kind.to_owned(),
            clause: item.section.replace('/', ""),
            measured: Measured::Ratio.code().to_owned(),
            op: ">=".to_owned(),
            unsure: vec!["缺少数值，请对照原文补上".to_owned()],
            ..Self::plain(&item.quote)
        }
    }

    /// A sentence that the rules read nothing in, as the plainest duty.
    pub(super) fn plain(quote: &str) -> Self {
        let words: String = quote.split_whitespace().collect();
        Self {
            kind: DUTY.to_owned(),
            name: words.chars().take(60).collect(),
            by_kind: vec!["school".to_owned()],
            cadence: "once".to_owned(),
            quota: "1".to_owned(),
            season: "always".to_owned(),
            held_by: "own".to_owned(),
            proof: vec!["count".to_owned()],
            ..Self::default()
        }
    }

    pub fn is_duty(&self) -> bool {
        self.kind == DUTY
    }

    /// As findings name it: `duty/d-abc`.
    pub fn key(&self) -> String {
        format!("{}/{}", self.kind, self.element)
    }
}

fn codes(by: &By) -> (Vec<String>, Vec<String>) {
    (
        by.kind.iter().map(|kind| kind.code().to_owned()).collect(),
        by.stage.iter().map(|stage| stage.code().to_owned()).collect(),
    )
}

fn doubts(unsure: Option<&str>) -> Vec<String> {
    unsure.map(|it| it.split('；').map(str::to_owned).collect()).unwrap_or_default()
}

fn percent(share: f64) -> String {
    // 0.07 × 100 is not 7.
    format!("{}%", (share * 1e8).round() / 1e6)
}
