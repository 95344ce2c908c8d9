//! Who owes a duty: units, persons of an audience, or holders of a post.

use rustc_hash::FxHashMap;

use crate::{
    day::Day,
    organisation::{Organisation, Subject, UnitIx},
    period::Period,
    plan::By,
};

/// The subjects of a duty in the byte order of their ids.
#[derive(Debug)]
pub(crate) struct Roll {
    members: Vec<u32>,
    places: Places,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Units,
    Persons,
    /// When and where each member holds the post: `starts[at]..starts[at + 1]`.
    Holders {
        starts: Vec<u32>,
        spans: Vec<Hold>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Hold {
    from: Day,
    /// The rank of the unit's id, to order holds that begin together.
    rank: u32,
    until: Day,
    unit: UnitIx,
}

/// How much of a period a subject exists in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Existence {
    /// Not asked at all.
    None,
    /// Less than half of the days: exempt.
    Short,
    Full,
}

impl Roll {
    pub(crate) fn new(org: &Organisation, by: &By) -> Self {
        if let Some(post) = &by.post {
            return Self::holders(org, by, post);
        }
        let (members, kind) = if by.audience.is_empty() {
            let units = (0..org.units().len() as u32).map(UnitIx);
            let units = units.filter(|&unit| unit_fits(org, by, unit));
            (org.by_id(units.map(|unit| org.of_unit(unit))), Kind::Units)
        } else {
            let sets = org.sets_with(&by.audience);
            let first = org.units().len() as u32;
            let people = org.people().iter().zip(first..).filter(|(person, _)| {
                sets.get(person.set as usize) == Some(&true)
                    && person_fits(org, by, person.unit)
            });
            (org.by_id(people.map(|(_, number)| Subject(number))), Kind::Persons)
        };
        Self { places: Places::new(&members, org), members, kind }
    }

    fn holders(org: &Organisation, by: &By, post: &str) -> Self {
        let ranks = unit_ranks(org);
        let mut held: FxHashMap<u32, Vec<Hold>> = FxHashMap::default();
        let code = org.post_code(post);
        for tenure in org.tenures().iter().filter(|tenure| Some(tenure.post) == code) {
            let person = org.person(tenure.person);
            let from = tenure.from.max(person.from);
            let until = tenure.until.min(person.until);
            if from <= until && unit_fits(org, by, tenure.unit) {
                let rank = ranks[tenure.unit.0 as usize];
                let hold = Hold { from, rank, until, unit: tenure.unit };
                held.entry(org.of_person(tenure.person).0).or_default().push(hold);
            }
        }
        let members = org.by_id(held.keys().map(|&number| Subject(number)));
        let (mut starts, mut spans) = (vec![0], Vec::new());
        for number in &members {
            let mut holds = held.remove(number).unwrap_or_default();
            holds.sort_unstable();
            spans.append(&mut holds);
            starts.push(spans.len() as u32);
        }
        Self {
            places: Places::new(&members, org),
            members,
            kind: Kind::Holders { starts, spans },
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.members.len()
    }

    pub(crate) fn of_units(&self) -> bool {
        matches!(self.kind, Kind::Units)
    }

    pub(crate) fn subject(&self, at: u32) -> Subject {
        Subject(self.members[at as usize])
    }

    pub(crate) fn position(&self, subject: Subject) -> Option<u32> {
        self.places.get(subject.0)
    }

    /// How much of the period the subject exists in.
    pub(crate) fn existence(&self, org: &Organisation, at: u32, period: &Period) -> Existence {
        match self.days(org, at, period) {
            ..=0 => Existence::None,
            days if days * 2 < period.days() => Existence::Short,
            _ => Existence::Full,
        }
    }

    /// The days of the period on which the subject exists; none if not positive.
    fn days(&self, org: &Organisation, at: u32, period: &Period) -> i32 {
        match &self.kind {
            Kind::Holders { .. } => self.days_held(at, period),
            Kind::Units => {
                let unit = &org.units()[self.members[at as usize] as usize];
                overlap((unit.from, unit.until), period)
            }
            Kind::Persons => {
                let number = self.members[at as usize] as usize - org.units().len();
                let person = &org.people()[number];
                overlap((person.from, person.until), period)
            }
        }
    }

    /// Whether the subject exists on every day of the interval.
    pub(crate) fn exists_throughout(
        &self,
        org: &Organisation,
        at: u32,
        period: &Period,
    ) -> bool {
        self.days(org, at, period) == period.days()
    }

    /// The days of the period on which the member holds the post anywhere.
    fn days_held(&self, at: u32, period: &Period) -> i32 {
        let mut days = 0;
        let mut next = period.start;
        for hold in self.holds(at) {
            let from = hold.from.max(next);
            let until = hold.until.min(period.end);
            if from <= until {
                days += from.days_until(until) + 1;
                next = until.next();
            }
        }
        days
    }

    fn holds(&self, at: u32) -> &[Hold] {
        match &self.kind {
            Kind::Holders { starts, spans } => {
                let (from, to) = (starts[at as usize], starts[at as usize + 1]);
                &spans[from as usize..to as usize]
            }
            _ => &[],
        }
    }

    /// The unit in which the member is counted: for a post's holder that of the
    /// first hold in the period.
    pub(crate) fn home(&self, org: &Organisation, at: u32, period: &Period) -> UnitIx {
        let holds = self.holds(at);
        let in_period =
            holds.iter().find(|hold| hold.from <= period.end && period.start <= hold.until);
        match in_period.or(holds.first()) {
            Some(hold) => hold.unit,
            None => org.home(self.subject(at)).unwrap_or(UnitIx(0)),
        }
    }

    /// Whether every period of the member is counted in one and the same unit.
    pub(crate) fn stays(&self, at: u32) -> bool {
        self.holds(at).windows(2).all(|pair| pair[0].unit == pair[1].unit)
    }

    /// Whether a record held by `above` can be for this member, a person.
    pub(crate) fn is_below(&self, org: &Organisation, at: u32, above: UnitIx) -> bool {
        let own = org.home(self.subject(at)).into_iter();
        own.chain(self.holds(at).iter().map(|hold| hold.unit))
            .any(|unit| org.is_within(unit, above))
    }
}

fn overlap((from, until): (Day, Day), period: &Period) -> i32 {
    from.max(period.start).days_until(until.min(period.end)) + 1
}

fn unit_fits(org: &Organisation, by: &By, unit: UnitIx) -> bool {
    kind_fits(org, by, unit) && stage_fits(org, by, unit)
}

/// A pupil of a class is a pupil of the school.
fn person_fits(org: &Organisation, by: &By, unit: UnitIx) -> bool {
    stage_fits(org, by, unit) && org.up_to_school(unit).any(|unit| kind_fits(org, by, unit))
}

/// An empty list of kinds means any.
fn kind_fits(org: &Organisation, by: &By, unit: UnitIx) -> bool {
    by.kind.is_empty() || by.kind.contains(&org.unit(unit).kind)
}

fn stage_fits(org: &Organisation, by: &By, unit: UnitIx) -> bool {
    let fits = |stage| by.stage.contains(&stage);
    by.stage.is_empty() || org.unit(unit).stage.is_some_and(fits)
}

fn unit_ranks(org: &Organisation) -> Vec<u32> {
    let units = org.units().len() as u32;
    let mut ranks = vec![0; units as usize];
    for (rank, number) in (0..).zip(org.by_id((0..units).map(Subject))) {
        ranks[number as usize] = rank;
    }
    ranks
}

/// From a subject's number to its position on the roll.
#[derive(Debug)]
enum Places {
    /// Most numbers of a range are on the roll.
    Dense {
        first: u32,
        places: Vec<u32>,
    },
    Sparse(FxHashMap<u32, u32>),
}

const NOWHERE: u32 = u32::MAX;

impl Places {
    fn new(members: &[u32], org: &Organisation) -> Self {
        let first = members.iter().copied().min().unwrap_or_default();
        let range = members.iter().copied().max().map_or(0, |last| (last - first) as usize + 1);
        // A table of `u32` is smaller than a hash map down to about a quarter full.
        if range > members.len() * 4 && range > org.units().len() {
            return Self::Sparse(members.iter().copied().zip(0..).collect());
        }
        let mut places = vec![NOWHERE; range];
        for (&number, at) in members.iter().zip(0..) {
            places[(number - first) as usize] = at;
        }
        Self::Dense { first, places }
    }

    fn get(&self, number: u32) -> Option<u32> {
        match self {
            Self::Dense { first, places } => {
                let at = places.get(number.checked_sub(*first)? as usize).copied()?;
                (at != NOWHERE).then_some(at)
            }
            Self::Sparse(places) => places.get(&number).copied(),
        }
    }
}
