//! The engine with today's figures at hand: a new record changes its own
//! standings and the counts above them, and nothing else is looked at.

use std::borrow::Borrow;
use std::sync::Arc;

use crate::{
    day::Day,
    engine::{Act, DutyIx, Engine},
    fact::Fact,
    organisation::UnitIx,
    rates::Rates,
    standing::{Standing, State, View},
    tally::Tally,
};

/// Standings and rates as of a day that only moves forward.
#[derive(Debug)]
pub struct Live {
    engine: Arc<Engine>,
    tally: Tally,
    rates: Rates,
    as_of: Day,
}

/// A standing that a record has changed, before and after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    pub before: State,
    pub after: Standing,
}

impl Live {
    /// Counts everything once. `now` is in Unix milliseconds; facts that are not
    /// known yet are left out.
    pub fn new<F: Borrow<Fact>>(
        engine: Arc<Engine>,
        facts: impl IntoIterator<Item = F>,
        now: i64,
    ) -> Self {
        let tally = Tally::known_at(&engine, facts, now);
        let as_of = Day::of_instant(now);
        let rates = View::new(&engine, &tally, as_of).rates();
        Self { engine, tally, rates, as_of }
    }

    pub fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    pub fn view(&self) -> View<'_> {
        View::new(&self.engine, &self.tally, self.as_of)
    }

    pub fn rates(&self) -> &Rates {
        &self.rates
    }

    pub fn as_of(&self) -> Day {
        self.as_of
    }

    /// Moves on to a later day: counts anew, since any standing may have begun
    /// or fallen due. An earlier day changes nothing.
    pub fn advance(&mut self, as_of: Day) {
        if as_of > self.as_of {
            self.as_of = as_of;
            self.rates = self.view().rates();
        }
    }

    /// Adds a record and says which standings it changed, or only touched.
    pub fn apply(&mut self, fact: &Fact) -> Vec<Change> {
        self.advance(fact.submitted_on());
        self.shift(fact, i64::from(fact.count))
    }

    /// Takes back a record that was returned or withdrawn.
    pub fn void(&mut self, fact: &Fact) -> Vec<Change> {
        self.shift(fact, -i64::from(fact.count))
    }

    fn shift(&mut self, fact: &Fact, count: i64) -> Vec<Change> {
        let submitted = fact.submitted_on();
        let act = Act {
            name: fact.name,
            subject: fact.subject,
            day: fact.day,
            attendees: fact.attendees.as_deref().unwrap_or_default(),
        };
        let mut touched = Vec::new();
        self.engine.hits(&act, |track, at, period| touched.push((track, at, period)));
        let mut changes = Vec::with_capacity(touched.len());
        for (track, at, period) in touched {
            let before = self.view().standing(track, at, period);
            let (periods, first) = self.engine.track(track).periods(at);
            let in_time = periods.get(period as usize).is_some_and(|it| submitted <= it.due);
            let cell = first + period as usize;
            self.tally.add(track, cell, count, if in_time { count } else { 0 });
            let after = self.view().standing(track, at, period);
            if let (Some(before), Some(after)) = (before, after) {
                self.recount(after.home, after.duty, before.state, after.state);
                changes.push(Change { before: before.state, after });
            }
        }
        changes
    }

    fn recount(&mut self, home: UnitIx, duty: DutyIx, before: State, after: State) {
        if before == after {
            return;
        }
        for unit in self.engine.organisation().upwards(home) {
            let counts = self.rates.of_mut(unit, duty);
            counts.remove(before);
            counts.add(after);
        }
    }
}
