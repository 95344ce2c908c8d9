//! What the confirmed items come to: a plan, or what keeps them from being one,
//! each at its item.

use std::collections::HashMap;

use campaign::access::Permit;
use campaign::plan::{self, Finding, Plan, Severity};
use drafting::confirm::{assemble, element_at};
use storage::Tx;
use storage::draft::{self, Decision, Draft, Source, State};

use super::card::{Problems, field_words};
use super::{Desk, Line, head_of};
use crate::WebError;

/// What a plan's start or amendment keeps of the draft that it came from.
pub(in crate::plans) struct Drafted<'a> {
    /// As it was read; it is saved as used.
    pub(in crate::plans) draft: &'a Draft,
    pub(in crate::plans) document: &'a str,
    pub(in crate::plans) sources: Vec<Source>,
}

impl Drafted<'_> {
    /// Keeps where each element stands, and that the draft is in use.
    pub(in crate::plans) async fn used(
        &self,
        tx: &mut Tx,
        permit: &Permit,
        campaign: &str,
    ) -> Result<(), WebError> {
        draft::insert_sources(tx, campaign, &self.sources).await?;
        let campaign = Some(campaign.to_owned());
        let used = Draft { state: State::Used, campaign, ..self.draft.clone() };
        let detail = used.name.clone();
        draft::save(tx, permit, &used, ("draft-used", detail)).await?;
        Ok(())
    }
}

/// A finding, and the item that it is about.
pub(super) struct Placed {
    pub(super) item: Option<String>,
    pub(super) finding: Finding,
}

pub(super) struct Outcome {
    /// None while something keeps the items from being a plan.
    pub(super) plan: Option<Plan>,
    pub(super) text: String,
    pub(super) found: Vec<Placed>,
}

impl Outcome {
    pub(super) fn is_sound(&self) -> bool {
        self.plan.is_some() && !self.found.iter().any(|it| it.finding.is_error())
    }
}

/// The version that an amendment makes, and what stays of the one before.
#[derive(Clone, Copy)]
pub(super) struct Onto<'a> {
    pub(super) version: u32,
    pub(super) in_force: jiff::civil::Date,
    pub(super) rest: &'a Plan,
}

/// The plan of the items that `wanted` picks.
pub(super) fn outcome(
    desk: &Desk,
    onto: Option<Onto<'_>>,
    wanted: impl Fn(&Line) -> bool,
) -> Result<Outcome, WebError> {
    let mut head = head_of(&desk.draft)?;
    if let Some(onto) = onto {
        head.version = onto.version;
        head.in_force = Some(onto.in_force);
    }
    let mut found = Vec::new();
    let mut elements = Vec::new();
    for line in desk.lines.iter().filter(|it| wanted(it)) {
        match line.fields.element() {
            Ok(element) => elements.push(element),
            Err(wrong) => found.extend(wrong.into_iter().map(|it| Placed {
                item: Some(line.item.id.clone()),
                finding: Finding::about(
                    Severity::Error,
                    &line.fields.kind,
                    &line.fields.element,
                    format!("“{}”的{}{}", line.fields.name, field_words(it.field), it.words),
                ),
            })),
        }
    }
    let plan = assemble(head, elements, onto.map(|it| it.rest));
    let text = plan::to_toml(&plan);
    let (plan, rest) = match plan::parse_placed(&text, "") {
        Ok((plan, places)) => {
            let mut rest = plan::check(&plan, None);
            places.place(&mut rest);
            (Some(plan), rest)
        }
        Err(errors) => (None, errors),
    };
    found.extend(rest.into_iter().map(|finding| {
        let element = finding.element.clone().or_else(|| element_at(&text, finding.line));
        let item = element.and_then(|key| {
            let fits =
                |it: &&Line| it.item.state != Decision::Dropped && it.fields.key() == key;
            desk.lines.iter().find(fits).map(|it| it.item.id.clone())
        });
        Placed { item, finding }
    }));
    Ok(Outcome { plan, text, found })
}

pub(super) fn accepted(line: &Line) -> bool {
    line.item.state == Decision::Accepted
}

/// What the confirm page tells at each confirmed item.
pub(super) fn problems_of(desk: &Desk) -> HashMap<String, Problems> {
    let mut problems: HashMap<String, Problems> = HashMap::new();
    let Ok(outcome) = outcome(desk, None, accepted) else { return problems };
    for it in outcome.found {
        let Some(item) = it.item else { continue };
        if it.finding.severity == Severity::Advice {
            continue;
        }
        let words = match &it.finding.allowed {
            Some(allowed) => {
                format!("{}：{}。{allowed}", it.finding.severity.chinese(), it.finding.message)
            }
            None => format!("{}：{}", it.finding.severity.chinese(), it.finding.message),
        };
        problems.entry(item).or_default().push(words);
    }
    problems
}

/// Where each element stands in the document.
pub(super) fn sources(desk: &Desk, version: i64) -> Vec<Source> {
    desk.lines
        .iter()
        .filter(|it| accepted(it))
        .map(|it| Source {
            version,
            element: it.fields.key(),
            draft: desk.draft.id.clone(),
            edition: desk.draft.edition,
            quote: it.item.quote.clone(),
            start: it.item.start,
            end: it.item.end,
        })
        .collect()
}
