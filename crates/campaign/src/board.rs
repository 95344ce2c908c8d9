//! What a board shows of standings and rates: who is comparable with whom, how
//! it went period by period, and who is still missing.

use std::collections::BTreeMap;

use crate::{
    collation::title_key,
    day::Day,
    engine::DutyIx,
    organisation::{Organisation, UnitIx},
    period::Period,
    plan::{Plan, Stage, Target, UnitKind},
    rates::{Counts, Rates, Ratio},
    standing::{Standing, State, View},
};

/// Units that may be ranked together: of one kind and stage (N11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Likes {
    pub kind: UnitKind,
    pub stage: Option<Stage>,
}

/// A unit below with its figures.
#[derive(Debug, Clone, Copy)]
pub struct Ranked {
    pub unit: UnitIx,
    pub likes: Likes,
    pub counts: Counts,
}

/// In which order units are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// Those with the most missing first, size for size: by the share missing.
    #[default]
    Missing,
    Rate,
    Timely,
    Name,
}

/// The next level below a unit at which units are compared: schools below a
/// bureau, faculties or classes below a school, groups below a class.
pub fn level_below(org: &Organisation, unit: UnitIx) -> Option<UnitKind> {
    const LEVELS: [UnitKind; 4] =
        [UnitKind::School, UnitKind::Faculty, UnitKind::Class, UnitKind::Group];
    let below = org.subtree(unit).skip(1).map(|it| org.unit(UnitIx(it)).kind);
    let kinds: Vec<UnitKind> = below.collect();
    LEVELS.into_iter().find(|kind| kinds.contains(kind))
}

/// The units of the next level that exist on a day and have anything to show,
/// for one duty or all together.
pub fn ranked(
    org: &Organisation,
    rates: &Rates,
    (unit, duty): (UnitIx, Option<DutyIx>),
    (order, on): (Order, Day),
) -> Vec<Ranked> {
    let Some(level) = level_below(org, unit) else { return Vec::new() };
    let mut found: Vec<Ranked> = Vec::new();
    for number in org.subtree(unit).skip(1) {
        let unit = UnitIx(number);
        let it = org.unit(unit);
        if it.kind != level || on < it.from || it.until < on {
            continue;
        }
        let counts = counts_of(rates, unit, duty);
        let likes = Likes { kind: it.kind, stage: it.stage };
        found.push(Ranked { unit, likes, counts });
    }
    match order {
        Order::Missing => found.sort_by(|a, b| {
            let (a, b) = (&a.counts, &b.counts);
            share_missing(b).total_cmp(&share_missing(a)).then(b.missing().cmp(&a.missing()))
        }),
        Order::Rate => found.sort_by(|a, b| by_share(a.counts.rate(), b.counts.rate())),
        Order::Timely => found.sort_by(|a, b| by_share(a.counts.timely(), b.counts.timely())),
        Order::Name => found.sort_by_cached_key(|it| title_key(&org.unit(it.unit).name)),
    }
    found
}

fn share_missing(counts: &Counts) -> f64 {
    let share = Ratio { part: counts.missing().into(), whole: counts.due().into() }.share();
    share.unwrap_or(-1.0)
}

/// The lowest first; those without anything due last.
fn by_share(a: Ratio, b: Ratio) -> std::cmp::Ordering {
    a.share().unwrap_or(2.0).total_cmp(&b.share().unwrap_or(2.0))
}

/// A unit's counts in one duty or in all.
pub fn counts_of(rates: &Rates, unit: UnitIx, duty: Option<DutyIx>) -> Counts {
    match duty {
        Some(duty) => *rates.of(unit, duty),
        None => rates.of_unit(unit),
    }
}

/// The counts of several units that do not contain one another.
pub fn together(rates: &Rates, units: impl IntoIterator<Item = UnitIx>) -> Counts {
    let mut sum = Counts::default();
    units.into_iter().for_each(|unit| sum.add_all(&rates.of_unit(unit)));
    sum
}

impl Counts {
    /// Past due and not done.
    pub fn missing(&self) -> u32 {
        self.of(State::Partial) + self.of(State::Overdue)
    }
}

impl View<'_> {
    /// How all duties of a unit and those below went, by the month in which
    /// they fell due, up to the month of the date.
    pub fn by_month(self, unit: UnitIx) -> Vec<(Day, Counts)> {
        let org = self.engine().organisation();
        let range = org.subtree(unit);
        let mut months: BTreeMap<Day, Counts> = BTreeMap::new();
        for standing in self.standings(false) {
            let is_here = range.contains(&standing.home.0);
            if is_here && standing.period.due <= self.as_of() {
                let month = standing.period.due.first_of_month();
                months.entry(month).or_default().add(standing.state);
            }
        }
        months.into_iter().collect()
    }

    /// How one duty went in each of its periods that have begun.
    pub fn by_period(self, duty: DutyIx, unit: UnitIx) -> Vec<(Period, Counts)> {
        let range = self.engine().organisation().subtree(unit);
        let mut periods: BTreeMap<Period, Counts> = BTreeMap::new();
        for standing in self.of_duty(duty, false) {
            if range.contains(&standing.home.0) {
                periods.entry(standing.period).or_default().add(standing.state);
            }
        }
        periods.into_iter().collect()
    }

    /// Who owes a duty in a unit and below it: in one period, or in all; in the
    /// states that are asked for, or in any. By period, the newest first, and
    /// then by id.
    pub fn who_owes(
        self,
        duty: DutyIx,
        unit: UnitIx,
        period: Option<Day>,
        states: &[State],
    ) -> Vec<Standing> {
        let range = self.engine().organisation().subtree(unit);
        let mut found: Vec<Standing> = self
            .of_duty(duty, true)
            .filter(|it| range.contains(&it.home.0))
            .filter(|it| period.is_none_or(|start| it.period.start == start))
            .filter(|it| states.is_empty() || states.contains(&it.state))
            .collect();
        // Stable: within a period they stay by id.
        found.sort_by_key(|it| std::cmp::Reverse(it.period.start));
        found
    }
}

/// What stands behind an indicator that is nothing but the doing of duties:
/// their activities, and whether only those in time count.
const MEASURED_BY_DUTIES: &[(&str, &[&str], bool)] = &[
    ("lesson-coverage", &["law-lesson", "safety-lesson"], false),
    ("letter-coverage", &["parent-letter", "notice-letter"], false),
    ("commitment-signed", &["commitment"], false),
    ("plan-submitted", &["action-plan"], false),
    ("report-timely", &["monthly-report"], true),
    ("warning-answered", &["warning-visit", "warning-check"], false),
];

/// The value of a target's indicator as far as duties of the plan measure it;
/// none if they do not, or nothing has fallen due.
pub fn measured(
    plan: &Plan,
    target: &Target,
    unit: UnitIx,
    rates: &Rates,
    duty_ix: impl Fn(&str) -> Option<DutyIx>,
) -> Option<Ratio> {
    let (_, activities, timely) =
        MEASURED_BY_DUTIES.iter().find(|(indicator, ..)| *indicator == target.indicator)?;
    let mut sum = Counts::default();
    for duty in plan.duties.iter().filter(|it| activities.contains(&it.activity.as_str())) {
        sum.add_all(rates.of(unit, duty_ix(&duty.id)?));
    }
    let ratio = if *timely { sum.timely() } else { sum.rate() };
    (ratio.whole > 0).then_some(ratio)
}
