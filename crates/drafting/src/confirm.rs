//! The draft on its way to a plan: what each item says as a person may change
//! it, whether it can stand in a plan, and what a new edition carries over.
//! Deciding is here; keeping and showing is not.

mod carry;
mod element;
mod fields;
mod layout;
mod wording;

pub use carry::{Carry, Change, Old, carry, changes, locate};
pub use element::{Element, Wrong, assemble, element_at, stands_alone};
pub use fields::Fields;
pub use layout::Layout;

use std::ops::Range;

use campaign::plan::Plan;
use jiff::civil::Date;

use crate::draft::{Draft, draft};
use crate::item::{Item, Kind};

/// An item of the document as it is put before a person.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub fields: Fields,
    pub quote: String,
    /// Bytes of the document.
    pub span: Range<usize>,
    pub confidence: f64,
    pub why: String,
}

/// Every item of a draft with the element of the plan that it became. A target
/// without a value became none; it is put before the person as it is.
pub fn entries(draft: &Draft, plan: &Plan) -> Vec<Entry> {
    let (mut phases, mut targets, mut duties) =
        (plan.phases.iter(), plan.targets.iter(), plan.duties.iter());
    draft
        .items
        .iter()
        .enumerate()
        .map(|(n, item)| {
            let fields = match item.kind {
                Kind::Phase => phases.next().map(Fields::of_phase),
                Kind::Target if item.value.is_none() => None,
                Kind::Target => targets.next().map(|it| Fields::of_target(it, plan)),
                Kind::Duty | Kind::Deadline => duties.next().map(Fields::of_duty),
            };
            entry(item, fields.unwrap_or_else(|| Fields::bare(item, n)))
        })
        .collect()
}

fn entry(item: &Item, mut fields: Fields) -> Entry {
    // That the rules were not certain is told by the confidence and its reason.
    fields.unsure.retain(|doubt| !doubt.ends_with("把握不大，请核对原文"));
    Entry {
        fields,
        quote: item.quote.clone(),
        span: item.span.clone(),
        confidence: item.confidence,
        why: item.why.clone(),
    }
}

/// What a person selected in the document, read as far as the rules can.
pub fn selected(text: &str, span: Range<usize>, clause: &str, from: Date) -> Entry {
    let quote = text.get(span.clone()).unwrap_or_default().trim().to_owned();
    // A year in the heading, so that dates without one fall into the plan's.
    let framed = format!("{}年工作方案\n一、任务\n{quote}", from.year());
    let read = draft(&framed);
    let plan = read.to_plan();
    let found = entries(&read, &plan).into_iter().next();
    let mut fields = found.map_or_else(|| Fields::plain(&quote), |it| it.fields);
    clause.clone_into(&mut fields.clause);
    let confidence = 0.0;
    Entry { fields, quote, span, confidence, why: "人工从原文选取".to_owned() }
}
