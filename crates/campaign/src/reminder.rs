//! Reminders (提醒) before the due day and escalation (上报) to the superior
//! after it: which steps are due on a day, by rules that are data.

mod rules;

use std::collections::BTreeMap;

use crate::{
    day::Day,
    engine::DutyIx,
    organisation::{PersonIx, Subject, UnitIx},
    period::Period,
    standing::{Standing, State, View},
};

pub use rules::{Clock, Recipient, RuleBook, RulesError, Step};

/// Whose missing standings a notice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whom {
    /// A unit's own duty.
    Unit,
    /// Persons of a unit, who cannot be told themselves or of whom the superior
    /// is told.
    People,
    /// One person who can be told.
    Person(PersonIx),
}

/// Something that somebody is to be told today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notice {
    pub duty: DutyIx,
    pub period: Period,
    /// Place in [`RuleBook::steps_on`] of the day.
    pub step: usize,
    /// The unit in which it is counted.
    pub home: UnitIx,
    pub whom: Whom,
    /// One of those who have not done it.
    pub example: Subject,
    /// How many have not done it.
    pub missing: u32,
}

/// The notices of a day, those due first at the front. Persons whom
/// `is_reachable` denies are counted with their unit, since somebody there has
/// to see to it.
pub fn notices(
    view: View<'_>,
    book: &RuleBook,
    is_reachable: impl Fn(PersonIx) -> bool,
) -> Vec<Notice> {
    let today = view.as_of();
    let steps = book.steps_on(today);
    let Some((first, last)) = span(steps, today) else { return Vec::new() };
    let org = view.engine().organisation();
    let mut found: BTreeMap<(Day, DutyIx, Day, usize, UnitIx, Whom), Notice> = BTreeMap::new();
    for standing in view.unfulfilled(first, last) {
        for (step, rule) in steps_for(steps, &standing, today) {
            let whom = match org.as_person(standing.subject) {
                None => Whom::Unit,
                Some(person) if rule.to == Recipient::Doer && is_reachable(person) => {
                    Whom::Person(person)
                }
                Some(_) => Whom::People,
            };
            let Standing { duty, period, home, subject, .. } = standing;
            let key = (period.due, duty, period.start, step, home, whom);
            let fresh = Notice { duty, period, step, home, whom, example: subject, missing: 0 };
            found.entry(key).or_insert(fresh).missing += 1;
        }
    }
    found.into_values().collect()
}

/// The days on which a duty must fall due for any step to be taken today.
fn span(steps: &[Step], today: Day) -> Option<(Day, Day)> {
    let first = steps.iter().map(|step| step.last).max()?;
    let last = steps.iter().map(|step| step.day).min()?;
    Some((today.plus(-first), today.plus(-last)))
}

/// The steps that a standing takes today: for each recipient the latest whose
/// day has come and whose time is not over.
pub fn steps_for<'a>(
    steps: &'a [Step],
    standing: &Standing,
    today: Day,
) -> impl Iterator<Item = (usize, &'a Step)> {
    let waits = matches!(standing.state, State::Open | State::Partial | State::Overdue);
    let passed = standing.period.due.days_until(today);
    let days = standing.period.days();
    let latest = move |to: Recipient| {
        let own = steps.iter().enumerate().filter(move |(_, step)| step.to == to);
        let come = own.filter(move |(_, step)| step.day <= passed && step.least_days <= days);
        come.max_by_key(|(_, step)| step.day)
            .filter(move |(_, step)| waits && passed <= step.last)
    };
    [latest(Recipient::Doer), latest(Recipient::Superior)].into_iter().flatten()
}

#[cfg(test)]
mod tests;
