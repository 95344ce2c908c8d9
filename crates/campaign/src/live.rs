//! The engine with today's figures at hand: a new record changes its own
//! standings and the counts above them, and nothing else is looked at.

use std::borrow::Borrow;
use std::sync::Arc;

use crate::{
    day::Day,
    engine::{Act, Engine, Existence, is_exempt},
    fact::Fact,
    rates::Rates,
    standing::{View, judge},
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

    /// Adds a record and says how many standings it counts toward. Which they are
    /// [`View::reached_by`] tells.
    pub fn apply(&mut self, fact: &Fact) -> usize {
        self.advance(fact.submitted_on());
        self.shift(fact, i64::from(fact.count))
    }

    /// Takes back a record that was returned or withdrawn.
    pub fn void(&mut self, fact: &Fact) -> usize {
        self.shift(fact, -i64::from(fact.count))
    }

    fn shift(&mut self, fact: &Fact, count: i64) -> usize {
        let Self { engine, tally, rates, as_of } = self;
        let org = engine.organisation();
        let submitted = fact.submitted_on();
        let act = Act {
            name: fact.name,
            subject: fact.subject,
            day: fact.day,
            attendees: fact.attendees.as_deref().unwrap_or_default(),
        };
        let mut touched = 0;
        engine.hits(&act, |number, at, nth| {
            touched += 1;
            let track = engine.track(number);
            let (periods, first) = track.periods(at);
            let Some(period) = periods.get(nth as usize) else { return };
            let cell = first + nth as usize;
            let before = tally.get(number, cell);
            tally.add(number, cell, count, if submitted <= period.due { count } else { 0 });
            // Exempt ones stay exempt, and what is not asked is not counted.
            if track.roll.existence(org, at, period) != Existence::Full
                || is_exempt(track.exemptions(at), nth)
            {
                return;
            }
            let before = judge(track.quota, before, period, *as_of);
            let after = judge(track.quota, tally.get(number, cell), period, *as_of);
            if before != after {
                for unit in org.upwards(track.roll.home(org, at, period)) {
                    let counts = rates.of_mut(unit, track.duty);
                    counts.remove(before);
                    counts.add(after);
                }
            }
        });
        touched
    }
}
