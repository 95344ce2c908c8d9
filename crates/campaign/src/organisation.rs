//! The organisation (组织): a tree of units, the people in them, and who holds
//! which post when.
//!
//! Everything is numbered densely. Units are numbered in the order of a walk
//! down the tree, so that what lies below a unit is one range of numbers, and
//! people follow after the units: any [`Subject`] of a duty is one `u32`.

mod within;

use std::{fmt::Write as _, ops::Range};

use rustc_hash::FxHashMap;
use thiserror::Error;

use crate::{
    day::Day,
    names::Names,
    plan::{Stage, UnitKind},
};

/// The number of a unit; parents come before their children.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitIx(pub u32);

/// The number of a person, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonIx(pub u32);

/// Whose a duty or record is: a unit or a person, as one number that means
/// something only together with its [`Organisation`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject(pub(crate) u32);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitRow {
    pub id: String,
    /// Empty for a root.
    pub parent: String,
    pub kind: UnitKind,
    /// None: that of the nearest unit above that has one.
    pub stage: Option<Stage>,
    pub name: String,
    pub from: Option<Day>,
    pub until: Option<Day>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PersonRow<'a> {
    pub id: &'a str,
    pub unit: &'a str,
    pub role: &'a str,
    /// `a;b;c`
    pub audiences: &'a str,
    pub from: Option<Day>,
    pub until: Option<Day>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PostRow<'a> {
    pub unit: &'a str,
    pub post: &'a str,
    pub person: &'a str,
    pub from: Option<Day>,
    pub until: Option<Day>,
}

/// Why a row does not fit the organisation.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OrganisationError {
    #[error("id `{0}` is empty or taken")]
    Id(String),
    #[error("unit `{0}` does not exist")]
    Unit(String),
    #[error("person `{0}` does not exist")]
    Person(String),
    #[error("unit `{0}` lies below itself")]
    Cycle(String),
    #[error("ends before it begins")]
    Dates,
}

/// The error of a row of a list, counted from 0.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unit row {row}: {error}")]
pub struct UnitRowError {
    pub row: usize,
    pub error: OrganisationError,
}

#[derive(Debug, Clone)]
pub struct Unit {
    pub parent: Option<UnitIx>,
    pub kind: UnitKind,
    /// Its own stage or the inherited one.
    pub stage: Option<Stage>,
    pub name: String,
    pub from: Day,
    pub until: Day,
    /// One past the last unit below this one.
    end: u32,
}

#[derive(Debug, Clone, Copy)]
pub struct Person {
    pub unit: UnitIx,
    /// The person's role and audiences, as a number into the distinct sets.
    pub(crate) set: u32,
    pub from: Day,
    pub until: Day,
}

/// One person's time in one post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tenure {
    pub post: u32,
    pub unit: UnitIx,
    pub person: PersonIx,
    pub from: Day,
    pub until: Day,
}

#[derive(Debug, Clone, Default)]
pub struct Organisation {
    units: Vec<Unit>,
    people: Vec<Person>,
    tenures: Vec<Tenure>,
    /// Units first, then people; the numbers are those of [`Subject`].
    ids: Names,
    posts: Names,
    codes: Names,
    /// Distinct sets of audience codes, a person's role among them.
    sets: Vec<Vec<u32>>,
    set_of: FxHashMap<String, u32>,
    key: String,
}

impl Organisation {
    /// Builds the tree; the rows may come in any order.
    pub fn new(rows: Vec<UnitRow>) -> Result<Self, UnitRowError> {
        let fails = |row, error| UnitRowError { row, error };
        let mut by_id = Names::with_capacity(rows.len());
        for (n, row) in rows.iter().enumerate() {
            if row.id.is_empty() || !by_id.add(&row.id).1 {
                return Err(fails(n, OrganisationError::Id(row.id.clone())));
            }
            interval(row.from, row.until).map_err(|error| fails(n, error))?;
        }
        let mut parents = Vec::with_capacity(rows.len());
        for (n, row) in rows.iter().enumerate() {
            let parent = by_id.get(row.parent.as_bytes());
            if parent.is_none() && !row.parent.is_empty() {
                return Err(fails(n, OrganisationError::Unit(row.parent.clone())));
            }
            parents.push(parent);
        }
        let walk = walk_down(&by_id, &parents);
        if walk.len() < rows.len() {
            let mut reached = vec![false; rows.len()];
            for &(n, _) in &walk {
                reached[n as usize] = true;
            }
            let row = reached.iter().position(|reached| !reached).unwrap_or_default();
            let id = rows.get(row).map(|row| row.id.clone()).unwrap_or_default();
            return Err(fails(row, OrganisationError::Cycle(id)));
        }
        let mut new = Self { ids: Names::with_capacity(rows.len()), ..Self::default() };
        let mut rows: Vec<Option<UnitRow>> = rows.into_iter().map(Some).collect();
        for (n, parent) in walk {
            if let Some(row) = rows.get_mut(n as usize).and_then(Option::take) {
                new.push_unit(row, parent);
            }
        }
        new.set_ends();
        Ok(new)
    }

    fn push_unit(&mut self, row: UnitRow, parent: Option<UnitIx>) {
        let inherited = parent.and_then(|parent| self.unit(parent).stage);
        self.ids.add(&row.id);
        self.units.push(Unit {
            parent,
            kind: row.kind,
            stage: row.stage.or(inherited),
            name: row.name,
            from: row.from.unwrap_or(Day::MIN),
            until: row.until.unwrap_or(Day::MAX),
            end: self.units.len() as u32 + 1,
        });
    }

    fn set_ends(&mut self) {
        for n in (0..self.units.len()).rev() {
            let (end, parent) = (self.units[n].end, self.units[n].parent);
            if let Some(parent) = parent {
                let above = &mut self.units[parent.0 as usize];
                above.end = above.end.max(end);
            }
        }
    }

    pub fn add_person(&mut self, row: PersonRow<'_>) -> Result<PersonIx, OrganisationError> {
        let unit = self
            .unit_ix(row.unit)
            .ok_or_else(|| OrganisationError::Unit(row.unit.to_owned()))?;
        let (from, until) = interval(row.from, row.until)?;
        if row.id.is_empty() || !self.ids.add(row.id).1 {
            return Err(OrganisationError::Id(row.id.to_owned()));
        }
        let set = self.set(row.role, row.audiences);
        self.people.push(Person { unit, set, from, until });
        Ok(PersonIx(self.people.len() as u32 - 1))
    }

    pub fn add_post(&mut self, row: PostRow<'_>) -> Result<(), OrganisationError> {
        let unit = self
            .unit_ix(row.unit)
            .ok_or_else(|| OrganisationError::Unit(row.unit.to_owned()))?;
        let person = self
            .person_ix(row.person)
            .ok_or_else(|| OrganisationError::Person(row.person.to_owned()))?;
        let (from, until) = interval(row.from, row.until)?;
        let (post, _) = self.posts.add(row.post);
        self.tenures.push(Tenure { post, unit, person, from, until });
        Ok(())
    }

    /// The set of a person's role and audiences; few distinct ones exist.
    fn set(&mut self, role: &str, audiences: &str) -> u32 {
        // Most rows repeat one of a few pairs: the key is built in one buffer.
        self.key.clear();
        // Its length keeps a role apart from the audiences, whatever both hold.
        let _ = write!(self.key, "{} {role}{audiences}", role.len());
        if let Some(&set) = self.set_of.get(&self.key) {
            return set;
        }
        let words = audiences.split(';').chain([role]).map(str::trim);
        let mut codes: Vec<u32> =
            words.filter(|word| !word.is_empty()).map(|word| self.codes.add(word).0).collect();
        codes.sort_unstable();
        codes.dedup();
        let set = self.sets.len() as u32;
        self.sets.push(codes);
        self.set_of.insert(self.key.clone(), set);
        set
    }

    pub fn units(&self) -> &[Unit] {
        &self.units
    }

    pub fn people(&self) -> &[Person] {
        &self.people
    }

    pub fn tenures(&self) -> &[Tenure] {
        &self.tenures
    }

    pub fn unit(&self, unit: UnitIx) -> &Unit {
        &self.units[unit.0 as usize]
    }

    pub fn person(&self, person: PersonIx) -> &Person {
        &self.people[person.0 as usize]
    }

    pub fn subject(&self, id: &str) -> Option<Subject> {
        self.subject_of_bytes(id.as_bytes())
    }

    pub(crate) fn subject_of_bytes(&self, id: &[u8]) -> Option<Subject> {
        self.ids.get(id).map(Subject)
    }

    pub fn unit_ix(&self, id: &str) -> Option<UnitIx> {
        self.as_unit(self.subject(id)?)
    }

    pub fn person_ix(&self, id: &str) -> Option<PersonIx> {
        self.as_person(self.subject(id)?)
    }

    pub fn as_unit(&self, subject: Subject) -> Option<UnitIx> {
        ((subject.0 as usize) < self.units.len()).then_some(UnitIx(subject.0))
    }

    pub fn as_person(&self, subject: Subject) -> Option<PersonIx> {
        subject.0.checked_sub(self.units.len() as u32).map(PersonIx)
    }

    pub fn of_unit(&self, unit: UnitIx) -> Subject {
        Subject(unit.0)
    }

    pub fn of_person(&self, person: PersonIx) -> Subject {
        Subject(self.units.len() as u32 + person.0)
    }

    pub fn id(&self, subject: Subject) -> &str {
        self.ids.name(subject.0)
    }

    /// The subjects in the byte order of their ids.
    pub(crate) fn by_id(&self, subjects: impl Iterator<Item = Subject>) -> Vec<u32> {
        self.ids.sorted(subjects.map(|subject| subject.0))
    }

    /// The unit itself and everything below it.
    pub fn subtree(&self, unit: UnitIx) -> Range<u32> {
        unit.0..self.unit(unit).end
    }

    /// Whether `unit` is `above` or lies below it.
    pub fn is_within(&self, unit: UnitIx, above: UnitIx) -> bool {
        self.subtree(above).contains(&unit.0)
    }

    /// The unit and all above it, from the unit upwards.
    pub fn upwards(&self, unit: UnitIx) -> impl Iterator<Item = UnitIx> + '_ {
        std::iter::successors(Some(unit), |&unit| self.unit(unit).parent)
    }

    /// The unit and those above it up to the school that it belongs to; the
    /// unit alone if it belongs to none.
    pub fn up_to_school(&self, unit: UnitIx) -> impl Iterator<Item = UnitIx> + '_ {
        let is_school = |unit: UnitIx| self.unit(unit).kind == UnitKind::School;
        let depth = self.upwards(unit).position(is_school).unwrap_or_default();
        self.upwards(unit).take(depth + 1)
    }

    /// The units directly below.
    pub fn children(&self, unit: UnitIx) -> impl Iterator<Item = UnitIx> + '_ {
        let mut below = self.subtree(unit);
        below.start += 1;
        std::iter::from_fn(move || {
            let child = UnitIx(below.next()?);
            below.start = self.unit(child).end;
            Some(child)
        })
    }

    /// The unit in which a subject is counted when nothing else says so.
    pub fn home(&self, subject: Subject) -> Option<UnitIx> {
        match self.as_unit(subject) {
            Some(unit) => Some(unit),
            None => self.people.get(self.as_person(subject)?.0 as usize).map(|it| it.unit),
        }
    }

    pub fn post_code(&self, post: &str) -> Option<u32> {
        self.posts.get(post.as_bytes())
    }

    pub fn post_name(&self, post: u32) -> &str {
        self.posts.name(post)
    }

    /// The audiences of a person, the role among them.
    pub fn audiences(&self, person: PersonIx) -> impl Iterator<Item = &str> {
        let codes = self.sets.get(self.person(person).set as usize);
        codes.into_iter().flatten().map(|&code| self.codes.name(code))
    }

    /// For every distinct set of audiences, whether it holds one of `wanted`.
    pub(crate) fn sets_with(&self, wanted: &[String]) -> Vec<bool> {
        let codes: Vec<u32> =
            wanted.iter().filter_map(|code| self.codes.get(code.as_bytes())).collect();
        self.sets.iter().map(|set| set.iter().any(|code| codes.contains(code))).collect()
    }
}

fn interval(from: Option<Day>, until: Option<Day>) -> Result<(Day, Day), OrganisationError> {
    let (from, until) = (from.unwrap_or(Day::MIN), until.unwrap_or(Day::MAX));
    if until < from { Err(OrganisationError::Dates) } else { Ok((from, until)) }
}

/// The rows in the order of a walk down the tree, children by id, each with its
/// parent's place in that order. Rows on a cycle are never reached.
fn walk_down(ids: &Names, parents: &[Option<u32>]) -> Vec<(u32, Option<UnitIx>)> {
    let order = ids.sorted(0..parents.len() as u32);
    let mut children: Vec<Vec<u32>> = vec![Vec::new(); parents.len()];
    let mut stack = Vec::new();
    for &n in order.iter().rev() {
        match parents[n as usize] {
            Some(parent) => children[parent as usize].push(n),
            None => stack.push((n, None)),
        }
    }
    let mut walk = Vec::with_capacity(parents.len());
    while let Some((n, parent)) = stack.pop() {
        let here = UnitIx(walk.len() as u32);
        walk.push((n, parent));
        stack.extend(children[n as usize].iter().map(|&child| (child, Some(here))));
    }
    walk
}

#[cfg(test)]
mod tests;
