//! Standings (完成情况): how far one subject has got with one duty in one period.

use crate::{
    day::Day,
    engine::{DutyIx, Engine, Existence, is_exempt},
    organisation::{Subject, UnitIx},
    period::Period,
    tally::{Done, Tally},
};

/// In the order of the specification's table: the first that fits holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    Exempt,
    Upcoming,
    Met,
    Late,
    Open,
    Partial,
    Overdue,
}

impl State {
    pub const ALL: [Self; 7] = [
        Self::Exempt,
        Self::Upcoming,
        Self::Met,
        Self::Late,
        Self::Open,
        Self::Partial,
        Self::Overdue,
    ];

    /// The word in CSV and JSON.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Exempt => "exempt",
            Self::Upcoming => "upcoming",
            Self::Met => "met",
            Self::Late => "late",
            Self::Open => "open",
            Self::Partial => "partial",
            Self::Overdue => "overdue",
        }
    }

    /// The term on pages and in documents.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Exempt => "免除",
            Self::Upcoming => "未开始",
            Self::Met => "按时完成",
            Self::Late => "逾期完成",
            Self::Open => "进行中",
            Self::Partial => "部分完成",
            Self::Overdue => "逾期未完成",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Whether it is counted as done, in time or not.
    pub const fn is_fulfilled(self) -> bool {
        matches!(self, Self::Met | Self::Late)
    }

    /// Whether it is in the denominator of rates.
    pub const fn is_due(self) -> bool {
        matches!(self, Self::Met | Self::Late | Self::Partial | Self::Overdue)
    }
}

/// The state of a standing of which nobody is exempt.
pub fn judge(required: u64, done: Done, period: &Period, as_of: Day) -> State {
    if as_of < period.start {
        State::Upcoming
    } else if done.in_time >= required {
        State::Met
    } else if done.done >= required {
        State::Late
    } else if as_of <= period.due {
        State::Open
    } else if done.done > 0 {
        State::Partial
    } else {
        State::Overdue
    }
}

/// One duty of one subject in one period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub duty: DutyIx,
    pub subject: Subject,
    /// The unit in which it is counted.
    pub home: UnitIx,
    pub period: Period,
    pub required: u64,
    pub done: u64,
    pub in_time: u64,
    pub state: State,
}

/// What is known ([`Tally`]), looked at on a date.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) tally: &'a Tally,
    pub(crate) as_of: Day,
}

impl<'a> View<'a> {
    pub fn new(engine: &'a Engine, tally: &'a Tally, as_of: Day) -> Self {
        Self { engine, tally, as_of }
    }

    pub fn as_of(&self) -> Day {
        self.as_of
    }

    pub fn engine(&self) -> &'a Engine {
        self.engine
    }

    /// All standings in the order of `standings.csv`; those that have not begun
    /// only if `upcoming`.
    pub fn standings(self, upcoming: bool) -> impl Iterator<Item = Standing> + use<'a> {
        let duties = self.engine.duties();
        duties.flat_map(move |duty| self.of_duty(duty, upcoming))
    }

    /// The standings of one duty by subject id and first day.
    pub fn of_duty(
        self,
        duty: DutyIx,
        upcoming: bool,
    ) -> impl Iterator<Item = Standing> + use<'a> {
        let entries = 0..self.engine.entries(duty);
        let entries = entries.filter_map(move |n| self.engine.entry(duty, n));
        entries
            .flat_map(move |(track, at)| self.of_entry(track, at))
            .filter(move |standing| upcoming || standing.state != State::Upcoming)
    }

    /// The standings that fall due from one day to another and are not fulfilled
    /// yet, of periods that have begun.
    pub fn unfulfilled(
        self,
        from: Day,
        until: Day,
    ) -> impl Iterator<Item = Standing> + use<'a> {
        let engine = self.engine;
        let entries = engine.duties().flat_map(move |duty| {
            (0..engine.entries(duty)).filter_map(move |n| engine.entry(duty, n))
        });
        let due = entries.flat_map(move |(number, at)| {
            let (periods, _) = engine.track(number).periods(at);
            let due =
                (0..).zip(periods).filter(move |(_, it)| from <= it.due && it.due <= until);
            due.map(move |(period, _)| (number, at, period))
        });
        due.filter_map(move |(number, at, period)| self.standing(number, at, period))
            .filter(|it| matches!(it.state, State::Open | State::Partial | State::Overdue))
    }

    /// The standings of one unit or person in all duties: what it owes and owed.
    pub fn of_subject(self, subject: Subject) -> impl Iterator<Item = Standing> + use<'a> {
        let duties = self.engine.duties();
        duties.flat_map(move |duty| self.of_duty_and_subject(duty, subject))
    }

    pub fn of_duty_and_subject(
        self,
        duty: DutyIx,
        subject: Subject,
    ) -> impl Iterator<Item = Standing> + use<'a> {
        let tracks = self.engine.tracks_of_duty(duty).iter();
        let places = tracks.filter_map(move |&track| {
            Some((track, self.engine.track(track).roll.position(subject)?))
        });
        places.flat_map(move |(track, at)| self.of_entry(track, at))
    }

    fn of_entry(self, number: u32, at: u32) -> impl Iterator<Item = Standing> + use<'a> {
        let (periods, _) = self.engine.track(number).periods(at);
        (0..periods.len() as u32).filter_map(move |period| self.standing(number, at, period))
    }

    /// Calls `found` for every standing of an entry, in the order of periods.
    /// The same as [`View::standing`] for each period, but what all periods of a
    /// subject share is looked up once.
    pub(crate) fn each(&self, number: u32, at: u32, mut found: impl FnMut(&Found)) {
        let track = self.engine.track(number);
        let (periods, first) = track.periods(at);
        let Some(whole) = track.whole(at) else { return };
        let org = self.engine.organisation();
        let exemptions = track.exemptions(at);
        let stays = track.roll.stays(at);
        let always = track.roll.exists_throughout(org, at, &whole);
        let mut home = track.roll.home(org, at, &whole);
        for (n, period) in (0..).zip(periods) {
            let existence =
                if always { Existence::Full } else { track.roll.existence(org, at, period) };
            if !stays {
                home = track.roll.home(org, at, period);
            }
            let done = self.tally.get(number, first + n as usize);
            let state = match existence {
                Existence::None => continue,
                Existence::Short => State::Exempt,
                Existence::Full if is_exempt(exemptions, n) => State::Exempt,
                Existence::Full => judge(track.quota, done, period, self.as_of),
            };
            found(&Found { period: n, home, done, state });
        }
    }

    /// One standing, if it is asked of the subject at all.
    pub(crate) fn standing(&self, number: u32, at: u32, period: u32) -> Option<Standing> {
        let track = self.engine.track(number);
        let org = self.engine.organisation();
        let (periods, first) = track.periods(at);
        let period_at = *periods.get(period as usize)?;
        let done = self.tally.get(number, first + period as usize);
        let state = match track.roll.existence(org, at, &period_at) {
            Existence::None => return None,
            Existence::Short => State::Exempt,
            Existence::Full if is_exempt(track.exemptions(at), period) => State::Exempt,
            Existence::Full => judge(track.quota, done, &period_at, self.as_of),
        };
        Some(Standing {
            duty: track.duty,
            subject: track.roll.subject(at),
            home: track.roll.home(org, at, &period_at),
            period: period_at,
            required: track.quota,
            done: done.done,
            in_time: done.in_time,
            state,
        })
    }
}

/// A standing of an entry, without what its caller knows.
pub(crate) struct Found {
    pub(crate) period: u32,
    pub(crate) home: UnitIx,
    pub(crate) done: Done,
    pub(crate) state: State,
}
