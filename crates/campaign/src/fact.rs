//! What has happened, as the engine needs it: records without their words.

use std::sync::Arc;

use crate::{
    day::Day,
    engine::NameIx,
    organisation::{PersonIx, Subject},
};

/// A record (记录) that counts from when it was submitted until it is voided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// The duty or activity that it names.
    pub name: NameIx,
    pub subject: Subject,
    /// The date of the act.
    pub day: Day,
    /// When it was handed in, in Unix milliseconds.
    pub submitted_at: i64,
    /// When it was returned or withdrawn, in Unix milliseconds. It counted until
    /// then: what was known at an earlier instant does not change.
    pub voided_at: Option<i64>,
    pub count: u32,
    /// Persons that attendance names, for duties that a superior may hold.
    pub attendees: Option<Arc<[PersonIx]>>,
}

impl Fact {
    /// Whether the fact counts for one who knows what was known at `instant`.
    pub fn is_known_at(&self, instant: i64) -> bool {
        self.submitted_at <= instant && self.voided_at.is_none_or(|voided| voided > instant)
    }

    pub fn submitted_on(&self) -> Day {
        Day::of_instant(self.submitted_at)
    }
}

/// A duty's exemption by hand; the reason stays where it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exemption {
    pub duty: String,
    pub subject: Subject,
    /// The period's first day; none for every period.
    pub period_start: Option<Day>,
}

/// Something that opens a period of an event duty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub duty: String,
    pub subject: Subject,
    pub day: Day,
}
