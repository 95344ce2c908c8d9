//! Plan, organisation and calendar brought together: which standings there
//! are. What has been done toward them is a [`Tally`](crate::tally::Tally).

mod roll;
mod track;

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::{
    calendar::Calendar,
    day::Day,
    fact::{Event, Exemption},
    names::Names,
    organisation::{Organisation, PersonIx, Subject, UnitIx},
    plan::{By, Duty, Plan},
};

pub(crate) use roll::{Existence, Roll};
pub(crate) use track::{Track, is_exempt};

/// The place of a duty in plan order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DutyIx(pub u32);

/// The number of a word that a record may name: a duty or an activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameIx(pub u32);

/// All standings that a plan asks of an organisation, without what was done.
#[derive(Debug)]
pub struct Engine {
    org: Arc<Organisation>,
    lines: Vec<Line>,
    tracks: Vec<Track>,
    names: Names,
    /// For every name the tracks whose duty or activity it is.
    by_name: Vec<Vec<u32>>,
}

/// A duty through all versions of the plan.
#[derive(Debug)]
struct Line {
    id: String,
    /// In the order of the versions.
    tracks: Vec<u32>,
    /// Track and position of each subject, by the subject's id; none if there
    /// is only one track, whose own order is that.
    merged: Option<Vec<(u32, u32)>>,
}

/// What is known beside the plan, the organisation and the calendar.
#[derive(Debug, Clone, Default)]
pub struct Extras {
    pub exemptions: Vec<Exemption>,
    pub events: Vec<Event>,
}

impl Engine {
    /// Versions of one plan, in any order: each judges the periods that begin
    /// from the day on which it came into force until the next one did.
    pub fn new(
        versions: &[Plan],
        org: Arc<Organisation>,
        calendar: &Calendar,
        extras: &Extras,
    ) -> Self {
        let mut sorted: Vec<&Plan> = versions.iter().collect();
        sorted.sort_by_key(|plan| (in_force(plan), plan.head.version));
        let mut engine = Self {
            lines: lines(&sorted),
            tracks: Vec::new(),
            names: Names::default(),
            by_name: Vec::new(),
            org,
        };
        let mut rolls: Vec<(By, Arc<Roll>)> = Vec::new();
        for (n, plan) in sorted.iter().enumerate() {
            let since = if n == 0 { Day::MIN } else { in_force(plan) };
            let until = sorted.get(n + 1).map_or(Day::MAX, |next| in_force(next).plus(-1));
            for duty in &plan.duties {
                let roll = shared_roll(&mut rolls, &engine.org, &duty.by);
                let track =
                    Track::new((plan, duty), roll, (since, until), calendar, &extras.events);
                engine.add(duty, track);
            }
        }
        for line in &mut engine.lines {
            line.merged = merge(&engine.tracks, &line.tracks, &engine.org);
        }
        engine.exempt(&extras.exemptions);
        engine
    }

    fn add(&mut self, duty: &Duty, mut track: Track) {
        let Some(ix) = self.lines.iter().position(|line| line.id == duty.id) else { return };
        track.duty = DutyIx(ix as u32);
        let number = self.tracks.len() as u32;
        self.tracks.push(track);
        self.lines[ix].tracks.push(number);
        for name in [&duty.id, &duty.activity] {
            let (name, is_new) = self.names.add(name);
            if is_new {
                self.by_name.push(Vec::new());
            }
            let tracks = &mut self.by_name[name as usize];
            if tracks.last() != Some(&number) {
                tracks.push(number);
            }
        }
    }

    fn exempt(&mut self, exemptions: &[Exemption]) {
        let place: FxHashMap<&str, &Line> =
            self.lines.iter().map(|line| (line.id.as_str(), line)).collect();
        for exemption in exemptions {
            let Some(line) = place.get(exemption.duty.as_str()) else { continue };
            for &number in &line.tracks {
                self.tracks[number as usize].exempt(exemption);
            }
        }
        for track in &mut self.tracks {
            track.sort_exemptions();
        }
    }

    pub fn organisation(&self) -> &Organisation {
        &self.org
    }

    pub fn shared_organisation(&self) -> Arc<Organisation> {
        Arc::clone(&self.org)
    }

    /// The duties in plan order: that of the newest version, then those that
    /// only older versions have.
    pub fn duties(&self) -> impl ExactSizeIterator<Item = DutyIx> + use<> {
        (0..self.lines.len() as u32).map(DutyIx)
    }

    pub fn duty_count(&self) -> usize {
        self.lines.len()
    }

    pub fn duty_id(&self, duty: DutyIx) -> &str {
        self.lines.get(duty.0 as usize).map_or("", |line| &line.id)
    }

    pub fn duty_ix(&self, id: &str) -> Option<DutyIx> {
        self.lines.iter().position(|line| line.id == id).map(|ix| DutyIx(ix as u32))
    }

    /// The number of the duty or activity that a record names.
    pub fn name_ix(&self, name: &str) -> Option<NameIx> {
        self.name_of_bytes(name.as_bytes())
    }

    pub(crate) fn name_of_bytes(&self, name: &[u8]) -> Option<NameIx> {
        self.names.get(name).map(NameIx)
    }

    /// All words that a record may name.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.names.iter()
    }

    /// The duties that records of this name may count toward.
    pub fn duties_of(&self, name: NameIx) -> impl Iterator<Item = DutyIx> + '_ {
        let mut last = None;
        self.tracks_of(name).filter_map(move |(_, track)| {
            let duty = Some(track.duty);
            if last == duty {
                return None;
            }
            last = duty;
            duty
        })
    }

    pub(crate) fn tracks(&self) -> &[Track] {
        &self.tracks
    }

    pub(crate) fn track(&self, number: u32) -> &Track {
        &self.tracks[number as usize]
    }

    pub(crate) fn tracks_of(&self, name: NameIx) -> impl Iterator<Item = (u32, &Track)> {
        let numbers = self.by_name.get(name.0 as usize).into_iter().flatten();
        numbers.map(|&number| (number, self.track(number)))
    }

    pub(crate) fn tracks_of_duty(&self, duty: DutyIx) -> &[u32] {
        self.lines.get(duty.0 as usize).map_or(&[], |line| &line.tracks)
    }

    /// How many entries [`Engine::entry`] knows for a duty.
    pub(crate) fn entries(&self, duty: DutyIx) -> usize {
        let Some(line) = self.lines.get(duty.0 as usize) else { return 0 };
        match (&line.merged, line.tracks.first()) {
            (Some(merged), _) => merged.len(),
            (None, Some(&only)) => self.track(only).roll.len(),
            (None, None) => 0,
        }
    }

    /// Track and position of a duty's n-th entry, by subject id and version.
    pub(crate) fn entry(&self, duty: DutyIx, n: usize) -> Option<(u32, u32)> {
        let line = self.lines.get(duty.0 as usize)?;
        match &line.merged {
            Some(merged) => merged.get(n).copied(),
            None => line.tracks.first().map(|&only| (only, n as u32)),
        }
    }

    /// Calls `hit` with track, position and period for every standing that a
    /// record touches.
    pub(crate) fn hits(&self, act: &Act<'_>, mut hit: impl FnMut(u32, u32, u32)) {
        for (number, track) in self.tracks_of(act.name) {
            self.own_hits((number, track), act, &mut hit);
            let Some(above) = self.superior(track, act.subject) else { continue };
            for unit in self.below(above) {
                if let Some(at) = track.roll.position(Subject(unit)) {
                    track.periods_at(at, act.day, |period| hit(number, at, period));
                }
            }
        }
    }

    /// The part of [`Engine::hits`] that does not fan out below a unit.
    pub(crate) fn own_hits(
        &self,
        (number, track): (u32, &Track),
        act: &Act<'_>,
        hit: &mut impl FnMut(u32, u32, u32),
    ) {
        if let Some(at) = track.roll.position(act.subject) {
            track.periods_at(at, act.day, |period| hit(number, at, period));
        }
        let Some(above) = self.org.as_unit(act.subject) else { return };
        if !track.superior {
            return;
        }
        for &person in act.attendees {
            let subject = self.org.of_person(person);
            if let Some(at) = track.roll.position(subject)
                && track.roll.is_below(&self.org, at, above)
            {
                track.periods_at(at, act.day, |period| hit(number, at, period));
            }
        }
    }

    /// The unit below which a record of `subject` counts for this track.
    pub(crate) fn superior(&self, track: &Track, subject: Subject) -> Option<UnitIx> {
        let unit = self.org.as_unit(subject)?;
        (track.superior && track.roll.of_units()).then_some(unit)
    }

    /// The units strictly below `unit`.
    pub(crate) fn below(&self, unit: UnitIx) -> std::ops::Range<u32> {
        let range = self.org.subtree(unit);
        range.start + 1..range.end
    }
}

/// The part of a record that decides where it counts.
pub(crate) struct Act<'a> {
    pub(crate) name: NameIx,
    pub(crate) subject: Subject,
    pub(crate) day: Day,
    /// Distinct.
    pub(crate) attendees: &'a [PersonIx],
}

fn in_force(plan: &Plan) -> Day {
    plan.head.in_force.unwrap_or(plan.head.from).into()
}

/// The duties of all versions, those of the newest first.
fn lines(versions: &[&Plan]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for duty in versions.iter().rev().flat_map(|plan| &plan.duties) {
        if !lines.iter().any(|line| line.id == duty.id) {
            lines.push(Line { id: duty.id.clone(), tracks: Vec::new(), merged: None });
        }
    }
    lines
}

/// Duties of the same people share one list of them.
fn shared_roll(rolls: &mut Vec<(By, Arc<Roll>)>, org: &Organisation, by: &By) -> Arc<Roll> {
    if let Some((_, roll)) = rolls.iter().find(|(known, _)| known == by) {
        return Arc::clone(roll);
    }
    let roll = Arc::new(Roll::new(org, by));
    rolls.push((by.clone(), Arc::clone(&roll)));
    roll
}

fn merge(tracks: &[Track], of: &[u32], org: &Organisation) -> Option<Vec<(u32, u32)>> {
    if of.len() < 2 {
        return None;
    }
    let mut merged: Vec<(u32, u32)> = Vec::new();
    for &number in of {
        let members = tracks[number as usize].roll.len() as u32;
        merged.extend((0..members).map(|at| (number, at)));
    }
    let id = |&(number, at): &(u32, u32)| {
        org.id(tracks[number as usize].roll.subject(at)).as_bytes()
    };
    // Stable: one subject's versions stay in their order.
    merged.sort_by(|a, b| id(a).cmp(id(b)));
    Some(merged)
}
