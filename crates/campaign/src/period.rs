//! The periods (周期) of a duty: which there are, when each is due.

use std::iter;

use crate::{
    calendar::Calendar,
    day::Day,
    plan::{Cadence, Due, Duty, Plan, Season, YearKind},
};

/// A closed interval of dates in which a quota must be reached, and the day by
/// which it must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    pub start: Day,
    pub end: Day,
    pub due: Day,
}

impl Period {
    pub fn days(&self) -> i32 {
        self.start.days_until(self.end) + 1
    }

    pub fn contains(&self, day: Day) -> bool {
        self.start <= day && day <= self.end
    }
}

/// From when to when a duty runs: its own dates, or its campaign's.
pub fn run(plan: &Plan, duty: &Duty) -> (Day, Day) {
    let from = duty.from.unwrap_or(plan.head.from);
    let until = duty.until.unwrap_or(plan.head.until);
    (from.into(), until.into())
}

/// The periods of a duty by their first day. Those of an event duty depend on
/// its events: see [`event_period`].
pub fn periods(plan: &Plan, duty: &Duty, calendar: &Calendar) -> Vec<Period> {
    let run = run(plan, duty);
    let (from, until) = run;
    if until < from {
        return Vec::new();
    }
    if duty.cadence == Cadence::Once {
        return once(duty, calendar, run).into_iter().collect();
    }
    let whole: Vec<(Day, Day)> = match duty.cadence {
        Cadence::Daily => grid(from, until, |day| (day, day)),
        Cadence::Weekly => grid(from, until, week),
        Cadence::Monthly => grid(from, until, month),
        Cadence::Quarterly => grid(from, until, quarter),
        Cadence::Yearly if duty.year == Some(YearKind::School) => {
            grid(from, until, school_year)
        }
        Cadence::Yearly => grid(from, until, calendar_year),
        Cadence::Term => calendar.terms.iter().map(|term| (term.from, term.until)).collect(),
        Cadence::Phase => {
            plan.phases.iter().map(|phase| (phase.from.into(), phase.until.into())).collect()
        }
        Cadence::Continuous => vec![run],
        Cadence::Once | Cadence::Event => Vec::new(),
    };
    let mut periods: Vec<Period> =
        whole.into_iter().filter_map(|whole| period(duty, calendar, run, whole)).collect();
    periods.sort_unstable();
    // Two phases or terms with the same dates ask the same thing once.
    periods.dedup();
    periods
}

/// The period of an event duty that an event on `day` opens.
pub fn event_period(plan: &Plan, duty: &Duty, calendar: &Calendar, day: Day) -> Option<Period> {
    let limit = duty.event.as_ref().map_or(0, |event| event.within_days);
    period(duty, calendar, run(plan, duty), (day, day.plus(i32::from(limit))))
}

/// A period cut by the duty's run, if enough of it remains and the season fits.
fn period(
    duty: &Duty,
    calendar: &Calendar,
    run: (Day, Day),
    whole: (Day, Day),
) -> Option<Period> {
    let (start, end) = (whole.0.max(run.0), whole.1.min(run.1));
    let remaining = start.days_until(end) + 1;
    let full = whole.0.days_until(whole.1) + 1;
    if remaining <= 0 || remaining * 2 < full || !in_season(duty, calendar, start, end) {
        return None;
    }
    Some(Period { start, end, due: due(duty, calendar, whole.1, end) })
}

fn in_season(duty: &Duty, calendar: &Calendar, start: Day, end: Day) -> bool {
    match duty.season {
        Season::Always => true,
        Season::InTerm => calendar.has_school_day(start, end),
        Season::Vacation => !calendar.has_school_day(start, end),
    }
}

/// The due date of a period that would end on `whole_end` and does on `end`.
fn due(duty: &Duty, calendar: &Calendar, whole_end: Day, end: Day) -> Day {
    match duty.due {
        None => end,
        Some(Due::DayOfMonth(day)) => whole_end.in_month(day),
        Some(Due::DaysAfter(days)) => end.plus(i32::from(days)),
        Some(Due::WorkdaysAfter(days)) => calendar.workdays_after(end, days),
        Some(Due::On(date)) => date.into(),
    }
}

/// One period from the duty's start to its due date; never too short to count.
fn once(duty: &Duty, calendar: &Calendar, (from, until): (Day, Day)) -> Option<Period> {
    let due = due(duty, calendar, until, until);
    let end = due.max(from);
    in_season(duty, calendar, from, end).then_some(Period { start: from, end, due })
}

/// The intervals that `around` makes of all dates from `from` to `until`.
fn grid(from: Day, until: Day, around: impl Fn(Day) -> (Day, Day)) -> Vec<(Day, Day)> {
    let following = |&(_, end): &(Day, Day)| {
        let next = end.next();
        (end < next && next <= until).then(|| around(next))
    };
    iter::successors(Some(around(from)), following).collect()
}

/// Monday to Sunday.
fn week(day: Day) -> (Day, Day) {
    let monday = day.plus(-i32::from(day.weekday()));
    (monday, monday.plus(6))
}

fn month(day: Day) -> (Day, Day) {
    (day.first_of_month(), day.last_of_month())
}

fn quarter(day: Day) -> (Day, Day) {
    let (_, month, _) = day.year_month_day();
    months_around(day, (month - 1) % 3, 3)
}

fn calendar_year(day: Day) -> (Day, Day) {
    let (_, month, _) = day.year_month_day();
    months_around(day, month - 1, 12)
}

/// 1 September to 31 August.
fn school_year(day: Day) -> (Day, Day) {
    let (_, month, _) = day.year_month_day();
    months_around(day, (month + 3) % 12, 12)
}

/// `count` months of which `before` lie before the month of `day`.
fn months_around(day: Day, before: u8, count: u8) -> (Day, Day) {
    let mut first = day.first_of_month();
    for _ in 0..before {
        first = first.plus(-1).first_of_month();
    }
    let mut last = first.last_of_month();
    for _ in 1..count {
        last = last.next().last_of_month();
    }
    (first, last)
}
