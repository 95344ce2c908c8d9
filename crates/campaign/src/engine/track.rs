//! One duty in one version of the plan: its subjects, periods and exemptions.

use std::sync::Arc;

use super::{DutyIx, Roll};
use crate::{
    calendar::Calendar,
    day::Day,
    fact::{Event, Exemption},
    period::{self, Period},
    plan::{Cadence, Duty, HeldBy, Plan},
};

#[derive(Debug)]
pub(crate) struct Track {
    pub(crate) duty: DutyIx,
    pub(crate) quota: u64,
    /// Records held by a unit above count.
    pub(crate) superior: bool,
    pub(crate) roll: Arc<Roll>,
    when: When,
    /// Position and period, sorted; [`EVERY`] for all periods.
    exempt: Vec<(u32, u32)>,
}

const EVERY: u32 = u32::MAX;

#[derive(Debug)]
enum When {
    /// The same periods for every subject.
    Shared { periods: Vec<Period>, whole: Option<Period>, days: Option<DayTable> },
    /// Each subject's own: `starts[at]..starts[at + 1]`.
    Each { starts: Vec<u32>, periods: Vec<Period> },
}

/// For every day the one period that holds it.
#[derive(Debug)]
struct DayTable {
    first: Day,
    periods: Vec<u32>,
}

const NO_PERIOD: u32 = u32::MAX;

impl Track {
    pub(super) fn new(
        (plan, duty): (&Plan, &Duty),
        roll: Arc<Roll>,
        (since, until): (Day, Day),
        calendar: &Calendar,
        events: &[Event],
    ) -> Self {
        let in_force = |period: &Period| since <= period.start && period.start <= until;
        let when = if duty.cadence == Cadence::Event {
            let periods =
                |day| period::event_period(plan, duty, calendar, day).filter(|it| in_force(it));
            When::each(&roll, events.iter().filter(|event| event.duty == duty.id), periods)
        } else {
            let mut periods = period::periods(plan, duty, calendar);
            periods.retain(in_force);
            When::Shared { whole: whole(&periods), days: DayTable::new(&periods), periods }
        };
        Self {
            duty: DutyIx(0),
            quota: u64::from(duty.quota),
            superior: duty.held_by == HeldBy::Superior,
            roll,
            when,
            exempt: Vec::new(),
        }
    }

    pub(super) fn exempt(&mut self, exemption: &Exemption) {
        let Some(at) = self.roll.position(exemption.subject) else { return };
        let Some(start) = exemption.period_start else {
            self.exempt.push((at, EVERY));
            return;
        };
        let (periods, _) = self.periods(at);
        let begins = (0..).zip(periods).filter(|(_, period)| period.start == start);
        let exempt: Vec<(u32, u32)> = begins.map(|(n, _)| (at, n)).collect();
        self.exempt.extend(exempt);
    }

    pub(super) fn sort_exemptions(&mut self) {
        self.exempt.sort_unstable();
    }

    /// The member's exempt periods; test them with [`is_exempt`].
    pub(crate) fn exemptions(&self, at: u32) -> &[(u32, u32)] {
        if self.exempt.is_empty() {
            return &[];
        }
        let from = self.exempt.partition_point(|&(other, _)| other < at);
        let to = self.exempt.partition_point(|&(other, _)| other <= at);
        &self.exempt[from..to]
    }

    /// A member's periods, and the cell of the first; the others follow.
    pub(crate) fn periods(&self, at: u32) -> (&[Period], usize) {
        match &self.when {
            When::Shared { periods, .. } => (periods, at as usize * periods.len()),
            When::Each { starts, periods } => {
                let (from, to) =
                    (starts[at as usize] as usize, starts[at as usize + 1] as usize);
                (&periods[from..to], from)
            }
        }
    }

    /// From the first day of a member's first period to the last day of any.
    pub(crate) fn whole(&self, at: u32) -> Option<Period> {
        match &self.when {
            When::Shared { whole, .. } => *whole,
            When::Each { .. } => whole(self.periods(at).0),
        }
    }

    /// The periods that all members have, if they have the same.
    pub(crate) fn shared_periods(&self) -> Option<&[Period]> {
        match &self.when {
            When::Shared { periods, .. } => Some(periods),
            When::Each { .. } => None,
        }
    }

    pub(crate) fn cells(&self) -> usize {
        match &self.when {
            When::Shared { periods, .. } => periods.len() * self.roll.len(),
            When::Each { periods, .. } => periods.len(),
        }
    }

    /// Calls `found` for each of the member's periods that holds `day`.
    pub(crate) fn periods_at(&self, at: u32, day: Day, mut found: impl FnMut(u32)) {
        if let When::Shared { days: Some(table), .. } = &self.when {
            if let Some(period) = table.get(day) {
                found(period);
            }
            return;
        }
        let (periods, _) = self.periods(at);
        for (n, _) in (0..).zip(periods).filter(|(_, period)| period.contains(day)) {
            found(n);
        }
    }
}

/// The smallest interval around all periods, which come by their first day.
fn whole(periods: &[Period]) -> Option<Period> {
    let end = periods.iter().map(|period| period.end).max()?;
    periods.first().map(|first| Period { start: first.start, end, due: end })
}

pub(crate) fn is_exempt(exemptions: &[(u32, u32)], period: u32) -> bool {
    exemptions.iter().any(|&(_, exempt)| exempt == period || exempt == EVERY)
}

impl When {
    fn each<'e>(
        roll: &Roll,
        events: impl Iterator<Item = &'e Event>,
        period: impl Fn(Day) -> Option<Period>,
    ) -> Self {
        let mut opened: Vec<(u32, Period)> = events
            .filter_map(|event| Some((roll.position(event.subject)?, period(event.day)?)))
            .collect();
        opened.sort_unstable();
        opened.dedup();
        let mut starts = Vec::with_capacity(roll.len() + 1);
        for at in 0..=roll.len() as u32 {
            starts.push(opened.partition_point(|&(other, _)| other < at) as u32);
        }
        Self::Each { starts, periods: opened.into_iter().map(|(_, period)| period).collect() }
    }
}

impl DayTable {
    /// None if periods overlap: then a day may have several.
    fn new(periods: &[Period]) -> Option<Self> {
        if periods.windows(2).any(|pair| pair[1].start <= pair[0].end) {
            return None;
        }
        let first = periods.first().map_or(Day::MIN, |period| period.start);
        let days = periods.last().map_or(0, |last| first.days_until(last.end) + 1);
        let mut table = vec![NO_PERIOD; days as usize];
        for (n, period) in (0..).zip(periods) {
            let from = first.days_until(period.start) as usize;
            table[from..from + period.days() as usize].fill(n);
        }
        Some(Self { first, periods: table })
    }

    fn get(&self, day: Day) -> Option<u32> {
        let at = usize::try_from(self.first.days_until(day)).ok()?;
        self.periods.get(at).copied().filter(|&period| period != NO_PERIOD)
    }
}
