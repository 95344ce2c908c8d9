//! What a record would do, before it is handed in (N2).

use crate::{
    engine::{Act, Engine},
    fact::Fact,
    standing::{Standing, View},
};

impl View<'_> {
    /// Every standing that a record counts toward, as it stands now: shown
    /// before handing in, and with the record afterwards.
    pub fn reached_by(self, fact: &Fact) -> Vec<Standing> {
        let mut places = Vec::new();
        self.engine.hits(&act(fact), |track, at, period| places.push((track, at, period)));
        let standings = places.into_iter();
        standings.filter_map(|(track, at, period)| self.standing(track, at, period)).collect()
    }
}

impl Engine {
    /// Whether attendance matters for records of this name: they count for
    /// persons when a superior holds the act.
    pub fn asks_attendance(&self, name: crate::engine::NameIx) -> bool {
        self.tracks_of(name).any(|(_, track)| track.superior && !track.roll.of_units())
    }
}

fn act(fact: &Fact) -> Act<'_> {
    Act {
        name: fact.name,
        subject: fact.subject,
        day: fact.day,
        attendees: fact.attendees.as_deref().unwrap_or_default(),
    }
}
