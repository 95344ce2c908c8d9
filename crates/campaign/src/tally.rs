//! What has been done toward each standing: two sums a standing, in as few
//! bytes as they need, filled by several threads at once.

use std::borrow::Borrow;
use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
};

use rustc_hash::FxHashMap;

use crate::{
    day::Day,
    engine::{Act, Engine, NameIx},
    fact::Fact,
    organisation::{PersonIx, Subject, UnitIx},
};

/// The sums for every standing of an [`Engine`].
#[derive(Debug)]
pub struct Tally {
    tracks: Vec<Cells>,
}

/// Counts: what was done, and how much of it in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Done {
    pub done: u64,
    pub in_time: u64,
}

/// Standings up to this many are kept as an array (4 bytes each); the larger
/// duties beyond it only where something was done.
const DENSE: usize = 16_000_000;

impl Tally {
    pub fn empty(engine: &Engine) -> Self {
        Self::with_dense(engine, DENSE)
    }

    /// An empty tally that keeps up to `dense` standings as an array.
    pub fn with_dense(engine: &Engine, dense: usize) -> Self {
        let mut sizes: Vec<usize> =
            engine.tracks().iter().map(super::engine::Track::cells).collect();
        sizes.sort_unstable();
        let mut left = dense;
        // The largest track size up to which all fit together.
        let mut largest = 0;
        for size in sizes {
            let Some(rest) = left.checked_sub(size) else { break };
            (left, largest) = (rest, size);
        }
        let cells = |size| if size <= largest { Cells::dense(size) } else { Cells::sparse() };
        Self { tracks: engine.tracks().iter().map(|track| cells(track.cells())).collect() }
    }

    /// What was known at an instant, in Unix milliseconds: facts submitted or
    /// voided later do not exist (N10).
    pub fn known_at<F: Borrow<Fact>>(
        engine: &Engine,
        facts: impl IntoIterator<Item = F>,
        instant: i64,
    ) -> Self {
        let tally = Self::empty(engine);
        let mut loader = Loader::new(engine, &tally);
        for fact in facts {
            let fact: &Fact = fact.borrow();
            if !fact.is_known_at(instant) {
                continue;
            }
            let attendees = fact.attendees.as_deref().unwrap_or_default();
            let (submitted, count) = (fact.submitted_on(), u64::from(fact.count));
            loader.add(&Entry {
                name: fact.name,
                subject: fact.subject,
                day: fact.day,
                submitted,
                count,
                attendees,
            });
        }
        loader.finish();
        tally
    }

    pub(crate) fn get(&self, track: u32, cell: usize) -> Done {
        self.tracks[track as usize].get(cell)
    }

    pub(crate) fn add(&self, track: u32, cell: usize, done: i64, in_time: i64) {
        self.tracks[track as usize].add(cell, done, in_time);
    }
}

/// A record that is to be added.
pub(crate) struct Entry<'a> {
    pub(crate) name: NameIx,
    pub(crate) subject: Subject,
    pub(crate) day: Day,
    pub(crate) submitted: Day,
    pub(crate) count: u64,
    /// Distinct.
    pub(crate) attendees: &'a [PersonIx],
}

/// Adds many records. What superior units held is first summed up by unit and
/// period, and passed down once, in [`Loader::finish`].
pub(crate) struct Loader<'a> {
    engine: &'a Engine,
    tally: &'a Tally,
    held_above: FxHashMap<(u32, UnitIx, u32), Done>,
}

impl<'a> Loader<'a> {
    pub(crate) fn new(engine: &'a Engine, tally: &'a Tally) -> Self {
        Self { engine, tally, held_above: FxHashMap::default() }
    }

    pub(crate) fn add(&mut self, entry: &Entry<'_>) {
        let (engine, tally) = (self.engine, self.tally);
        let count = entry.count as i64;
        let act = Act {
            name: entry.name,
            subject: entry.subject,
            day: entry.day,
            attendees: entry.attendees,
        };
        for (number, track) in engine.tracks_of(entry.name) {
            let mut hit = |_, at, period: u32| {
                let (periods, first) = track.periods(at);
                let in_time = entry.submitted <= periods[period as usize].due;
                let cell = first + period as usize;
                tally.add(number, cell, count, if in_time { count } else { 0 });
            };
            engine.own_hits((number, track), &act, &mut hit);
            let Some(above) = engine.superior(track, entry.subject) else { continue };
            let below = engine.below(above);
            if below.is_empty() {
                continue;
            }
            let Some(shared) = track.shared_periods() else {
                for unit in below {
                    if let Some(at) = track.roll.position(Subject(unit)) {
                        track.periods_at(at, entry.day, |period| hit(number, at, period));
                    }
                }
                continue;
            };
            track.periods_at(0, entry.day, |period| {
                let sum = self.held_above.entry((number, above, period)).or_default();
                let in_time = entry.submitted <= shared[period as usize].due;
                sum.done += entry.count;
                sum.in_time += if in_time { entry.count } else { 0 };
            });
        }
    }

    pub(crate) fn finish(self) {
        for ((number, above, period), sum) in self.held_above {
            let track = self.engine.track(number);
            for unit in self.engine.below(above) {
                if let Some(at) = track.roll.position(Subject(unit)) {
                    let (_, first) = track.periods(at);
                    let cell = first + period as usize;
                    self.tally.add(number, cell, sum.done as i64, sum.in_time as i64);
                }
            }
        }
    }
}

#[derive(Debug)]
enum Cells {
    Dense {
        /// `done` in the high half, `in_time` in the low half.
        packed: Vec<AtomicU32>,
        /// What did not fit, to be added.
        beyond: Mutex<FxHashMap<usize, (i64, i64)>>,
        has_beyond: AtomicBool,
    },
    Sparse(Vec<Mutex<FxHashMap<usize, (i64, i64)>>>),
}

const SHARDS: usize = 64;

impl Cells {
    fn dense(size: usize) -> Self {
        let mut packed = Vec::new();
        packed.resize_with(size, AtomicU32::default);
        Self::Dense { packed, beyond: Mutex::default(), has_beyond: AtomicBool::new(false) }
    }

    fn sparse() -> Self {
        Self::Sparse((0..SHARDS).map(|_| Mutex::default()).collect())
    }

    fn add(&self, cell: usize, done: i64, in_time: i64) {
        match self {
            Self::Sparse(shards) => sum(&shards[cell % SHARDS], cell, done, in_time),
            Self::Dense { packed, beyond, has_beyond } => {
                let add = |old| packed_sum(old, done, in_time);
                if packed[cell].fetch_update(Relaxed, Relaxed, add).is_err() {
                    sum(beyond, cell, done, in_time);
                    has_beyond.store(true, Relaxed);
                }
            }
        }
    }

    fn get(&self, cell: usize) -> Done {
        let (done, in_time) = match self {
            Self::Sparse(shards) => looked_up(&shards[cell % SHARDS], cell),
            Self::Dense { packed, beyond, has_beyond } => {
                let both = packed[cell].load(Relaxed);
                let (done, in_time) = (i64::from(both >> 16), i64::from(both & 0xffff));
                if has_beyond.load(Relaxed) {
                    let more = looked_up(beyond, cell);
                    (done + more.0, in_time + more.1)
                } else {
                    (done, in_time)
                }
            }
        };
        Done { done: done.max(0) as u64, in_time: in_time.max(0) as u64 }
    }
}

/// Both halves raised, unless one of them leaves its 16 bits.
fn packed_sum(old: u32, done: i64, in_time: i64) -> Option<u32> {
    let done = u16::try_from(i64::from(old >> 16) + done).ok()?;
    let in_time = u16::try_from(i64::from(old & 0xffff) + in_time).ok()?;
    Some(u32::from(done) << 16 | u32::from(in_time))
}

fn sum(map: &Mutex<FxHashMap<usize, (i64, i64)>>, cell: usize, done: i64, in_time: i64) {
    let mut map = map.lock().unwrap_or_else(PoisonError::into_inner);
    let sum = map.entry(cell).or_default();
    sum.0 = sum.0.saturating_add(done);
    sum.1 = sum.1.saturating_add(in_time);
}

fn looked_up(map: &Mutex<FxHashMap<usize, (i64, i64)>>, cell: usize) -> (i64, i64) {
    let map = map.lock().unwrap_or_else(PoisonError::into_inner);
    map.get(&cell).copied().unwrap_or_default()
}
