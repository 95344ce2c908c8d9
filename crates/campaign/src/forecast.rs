//! At this pace the term ends at so much, and what would change it (N16).

use crate::{
    day::Day,
    engine::DutyIx,
    organisation::UnitIx,
    standing::{Standing, View},
};

/// Where a unit will be with a duty at the end of a window of dates.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    pub sums: Sums,
    /// The share of what fell due that is done; of what runs, if nothing has
    /// fallen due yet. None if there is nothing to go by.
    pub pace: Option<f64>,
    /// The rate at the end of the window at this pace.
    pub end: Option<f64>,
    /// The rate if all that remains is done and nothing missed is made up.
    pub reachable: Option<f64>,
    /// The share of what remains that must be done to end at the goal; more than
    /// 1 if missed ones must be made up as well.
    pub needed: Option<f64>,
    /// Missed ones that must be made up even if all that remains is done.
    pub make_up: u32,
    /// What would change it: the units directly below, the largest gain first.
    pub levers: Vec<Lever>,
}

/// Standings in the window by how they are today; exempt ones are not counted.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Sums {
    pub fulfilled: u32,
    /// Past their due date and not done: 部分完成, 逾期未完成.
    pub missed: u32,
    /// Begun and not done, not yet due.
    pub running: u32,
    pub ahead: u32,
    /// Of the fulfilled, those whose due date has passed.
    closed: u32,
    /// How much of their time the periods that run have used, done ones included.
    elapsed: f64,
    begun: u32,
}

/// What one unit below could add to the rate at the end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lever {
    pub unit: UnitIx,
    pub missed: u32,
    /// What making up all missed ones adds to the rate.
    pub make_up_gain: f64,
    pub remaining: u32,
    /// What doing all that remains, instead of going on at its pace, adds.
    pub keep_up_gain: f64,
}

impl Sums {
    fn add(&mut self, standing: &Standing, as_of: Day) {
        use crate::standing::State;
        let Standing { state, period, .. } = standing;
        match state {
            State::Exempt => return,
            State::Upcoming => {
                self.ahead += 1;
                return;
            }
            State::Met | State::Late => self.fulfilled += 1,
            State::Partial | State::Overdue => self.missed += 1,
            State::Open => self.running += 1,
        }
        if period.due < as_of {
            self.closed += u32::from(state.is_fulfilled());
        } else {
            let whole = f64::from(period.start.days_until(period.due.max(period.start)) + 1);
            self.elapsed += (f64::from(period.start.days_until(as_of) + 1) / whole).min(1.0);
            self.begun += 1;
        }
    }

    pub fn all(&self) -> u32 {
        self.fulfilled + self.missed + self.running + self.ahead
    }

    /// Not done, but not too late.
    pub fn remaining(&self) -> u32 {
        self.running + self.ahead
    }

    fn pace(&self) -> Option<f64> {
        let due = self.closed + self.missed;
        if due > 0 {
            return Some(f64::from(self.closed) / f64::from(due));
        }
        // Nothing fell due: what is done early, by the time that has gone.
        let early = f64::from(self.fulfilled - self.closed);
        (self.elapsed > 0.0).then(|| (early / self.elapsed).min(1.0))
    }

    fn share(&self, done: f64) -> Option<f64> {
        (self.all() > 0).then(|| done / f64::from(self.all()))
    }
}

impl View<'_> {
    /// Looks at the standings of a unit and all below it whose period begins in
    /// the window, as a term or the campaign.
    pub fn forecast(
        self,
        duty: DutyIx,
        unit: UnitIx,
        (from, until): (Day, Day),
        goal: f64,
    ) -> Forecast {
        let org = self.engine().organisation();
        let children: Vec<UnitIx> = org.children(unit).collect();
        let mut sums = Sums::default();
        let mut below = vec![Sums::default(); children.len()];
        for standing in self.of_duty(duty, true) {
            let begins_within = from <= standing.period.start && standing.period.start <= until;
            if !begins_within || !org.is_within(standing.home, unit) {
                continue;
            }
            sums.add(&standing, self.as_of());
            let child = children.partition_point(|child| *child <= standing.home);
            if let Some(child) = child.checked_sub(1).and_then(|child| below.get_mut(child)) {
                child.add(&standing, self.as_of());
            }
        }
        let mut levers: Vec<Lever> = children
            .iter()
            .zip(&below)
            .filter_map(|(&child, of_child)| lever(child, of_child, &sums))
            .collect();
        levers.sort_by(|a, b| b.gain().total_cmp(&a.gain()).then(a.unit.cmp(&b.unit)));
        forecast(sums, goal, levers)
    }
}

impl Lever {
    pub fn gain(&self) -> f64 {
        self.make_up_gain + self.keep_up_gain
    }
}

fn lever(unit: UnitIx, of_child: &Sums, whole: &Sums) -> Option<Lever> {
    let pace = of_child.pace().or_else(|| whole.pace()).unwrap_or_default();
    let remaining = of_child.remaining();
    let lever = Lever {
        unit,
        missed: of_child.missed,
        make_up_gain: whole.share(of_child.missed.into())?,
        remaining,
        keep_up_gain: whole.share(f64::from(remaining) * (1.0 - pace))?,
    };
    (lever.gain() > 0.0).then_some(lever)
}

fn forecast(sums: Sums, goal: f64, levers: Vec<Lever>) -> Forecast {
    let pace = sums.pace();
    let remaining = f64::from(sums.remaining());
    let done = f64::from(sums.fulfilled);
    let missing = goal * f64::from(sums.all()) - done;
    Forecast {
        pace,
        end: match pace {
            Some(pace) => sums.share(done + remaining * pace),
            None if sums.remaining() == 0 => sums.share(done),
            None => None,
        },
        reachable: sums.share(done + remaining),
        needed: (remaining > 0.0).then(|| (missing / remaining).max(0.0)),
        // A little less than a whole one is asked by rounding alone.
        make_up: (missing - remaining - 1e-9).ceil().max(0.0) as u32,
        sums,
        levers,
    }
}
