//! What a roster would change: each row is new, changed or the same. The plan
//! streams: what is to be written goes on in batches and is not held.

use std::collections::{HashMap, HashSet};

use campaign::person::{Gender, PersonRole, audience_of_category};
use campaign::plan::catalogue;
use jiff::civil::Date;
use office::roster::{self, Field, IdNumber, RosterRow, Sex};
use storage::organisation::Unit;
use storage::people::{self, Card, Guardianship, Person, Personal};
use storage::post::Appointment;
use storage::seal::Sealer;

use super::known::Known;
use super::place::{Places, Where};
use crate::app::new_id;

/// What is to be written, in this order.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) rows: u64,
    pub(super) units: Vec<Unit>,
    pub(super) people: Vec<Person>,
    /// Existing people with what the roster says of them now; what it does not
    /// say stays.
    pub(super) changed: Vec<Person>,
    /// Person, unit to move to, revision.
    pub(super) moved: Vec<(String, String)>,
    pub(super) pairs: Vec<Guardianship>,
    pub(super) posts: Vec<Appointment>,
}

/// How many of what.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Counts {
    pub new: u64,
    pub changed: u64,
    pub unchanged: u64,
    pub moved: u64,
    pub new_guardians: u64,
    pub new_pairs: u64,
    pub new_posts: u64,
    /// Kind and number of units that are missing and will be made.
    pub new_units: Vec<(String, u64)>,
}

/// A row that cannot be taken, found while planning.
pub(super) struct RowProblem {
    pub(super) sheet: std::sync::Arc<str>,
    pub(super) row: u32,
    pub(super) field: Field,
    pub(super) words: String,
}

/// People in a batch; storage seals and writes so many at a time.
const BATCH: usize = 2_000;

pub(super) struct Planner<'a> {
    known: Known,
    places: Places,
    sealer: &'a Sealer,
    today: Date,
    is_empty: bool,
    batch: Batch,
    flush: &'a mut dyn FnMut(Batch) -> bool,
    /// Set when the writer has gone: the rest is not planned.
    is_over: bool,
    matched: HashSet<u32>,
    /// Guardians made by this file: (phone, name) to id.
    guardians: HashMap<(String, String), String>,
    pub(super) counts: Counts,
    pub(super) problems: Vec<RowProblem>,
}

impl<'a> Planner<'a> {
    pub(super) fn new(
        known: Known,
        places: Places,
        sealer: &'a Sealer,
        today: Date,
        flush: &'a mut dyn FnMut(Batch) -> bool,
    ) -> Self {
        Self {
            is_empty: known.cards.is_empty(),
            known,
            places,
            sealer,
            today,
            batch: Batch::default(),
            flush,
            is_over: false,
            matched: HashSet::new(),
            guardians: HashMap::new(),
            counts: Counts::default(),
            problems: Vec::new(),
        }
    }

    pub(super) fn take(&mut self, row: RosterRow) {
        if self.is_over {
            return;
        }
        let place = match self.places.find(&row.place, row.role) {
            Ok(place) => place,
            Err(no) => {
                self.problem(&row, no.field, no.words);
                return;
            }
        };
        let id = match self.matching(&row, &place) {
            Some(at) => self.again(&row, &place, at),
            None => Some(self.fresh(&row, &place)),
        };
        if let Some(id) = id {
            self.guardians_of(&row, &place, &id);
            self.posts_of(&row, &place, &id);
        }
        self.batch.rows += 1;
        if self.batch.people.len() + self.batch.changed.len() >= BATCH
            || self.batch.rows >= 5 * BATCH as u64
        {
            self.send();
        }
    }

    fn send(&mut self) {
        let mut batch = std::mem::take(&mut self.batch);
        batch.units = self.places.take_new();
        self.is_over = !(self.flush)(batch);
    }

    /// Hands on what is left, and counts the units that were made.
    pub(super) fn finish(mut self) -> (Counts, Vec<RowProblem>) {
        if !self.is_over {
            self.send();
        }
        let mut made: Vec<_> = self.places.made.iter().map(|(kind, n)| (*kind, *n)).collect();
        made.sort();
        self.counts.new_units =
            made.into_iter().map(|(kind, n)| (kind.chinese().to_owned(), n)).collect();
        (self.counts, self.problems)
    }

    fn problem(&mut self, row: &RosterRow, field: Field, words: String) {
        self.problems.push(RowProblem { sheet: row.sheet.clone(), row: row.row, field, words });
    }

    /// The person that this row is about: by national number, number within the
    /// school, identity number, else by name and class.
    fn matching(&mut self, row: &RosterRow, place: &Where) -> Option<u32> {
        if self.is_empty {
            return None;
        }
        let known = &self.known;
        let role = role_of(row.role);
        let fits = |at: &&u32| {
            known.card(**at).is_some_and(|card| card.role == role)
                && !self.matched.contains(*at)
        };
        let in_school = |at: &&u32| {
            fits(at)
                && known.card(**at).is_some_and(|card| {
                    card.unit == place.unit || self.places.is_in(&card.unit, &place.school)
                })
        };
        let found = row
            .register_no
            .as_deref()
            .and_then(|no| known.by_register(no))
            .filter(|at| fits(&at))
            .or_else(|| {
                let no = row.student_no.as_deref()?;
                known.by_student_no(no).iter().find(in_school).copied()
            })
            .or_else(|| {
                let no = row.staff_no.as_deref()?;
                known.by_staff_no(no).iter().find(in_school).copied()
            })
            .or_else(|| {
                let digest = people::id_number_digest(self.sealer, id_number(row)?);
                known.by_id_number(&digest).iter().find(fits).copied()
            })
            .or_else(|| {
                let mut same = known.by_name(&place.unit, &row.name).iter().filter(fits);
                let first = same.next().copied()?;
                let is_alone = same.next().is_none();
                let card = known.card(first)?;
                (is_alone && agrees(card, row)).then_some(first)
            });
        if let Some(at) = found {
            self.matched.insert(at);
        }
        found
    }

    fn fresh(&mut self, row: &RosterRow, place: &Where) -> String {
        let mut person = new_person(row, place);
        let id = person.id.clone();
        if let Some(audience) = row.category.as_deref().and_then(audience_of_category) {
            person.audiences.push(audience.to_owned());
        }
        self.counts.new += 1;
        self.batch.people.push(person);
        id
    }

    /// A row about somebody known. None if nothing around them is to be done.
    fn again(&mut self, row: &RosterRow, place: &Where, at: u32) -> Option<String> {
        let card = self.known.card(at)?.clone();
        let said = new_person(row, place);
        let is_changed = differs(&card, &said, self.sealer);
        let is_moved = card.unit != said.unit || card.left_on.is_some();
        if is_moved {
            self.counts.moved += 1;
            self.batch.moved.push((card.id.clone(), said.unit.clone()));
        }
        if is_changed {
            self.batch.changed.push(Person { id: card.id.clone(), ..said });
        }
        if is_changed || is_moved {
            self.counts.changed += 1;
        } else {
            self.counts.unchanged += 1;
        }
        Some(card.id)
    }

    fn guardians_of(&mut self, row: &RosterRow, place: &Where, student: &str) {
        let had = if self.is_empty {
            Vec::new()
        } else {
            self.known.of_student.get(student).cloned().unwrap_or_default()
        };
        for (position, guardian) in row.guardians.iter().enumerate() {
            let position = position as i64;
            let digest =
                guardian.phone.as_deref().map(|it| people::phone_digest(self.sealer, it));
            let own = had.iter().find(|it| {
                let same_name = guardian.name.as_deref().is_none_or(|name| name == it.name);
                same_name && (digest.is_none() || digest == it.phone_digest)
            });
            if let Some(own) = own {
                let relation = guardian.relation.clone().or_else(|| own.relation.clone());
                if relation != own.relation || own.position != position {
                    self.pair(student, &own.id, relation, position);
                }
                continue;
            }
            let id = self.guardian(guardian, digest.as_deref(), &row.name, place);
            self.counts.new_pairs += 1;
            self.pair(student, &id, guardian.relation.clone(), position);
        }
    }

    fn pair(&mut self, student: &str, guardian: &str, relation: Option<String>, position: i64) {
        // A guardian named twice for one child is one guardian.
        let is_there = self
            .batch
            .pairs
            .iter()
            .rev()
            .take(roster::GUARDIANS_MAX)
            .any(|it| it.student == student && it.guardian == guardian);
        if !is_there {
            self.batch.pairs.push(Guardianship {
                student: student.to_owned(),
                guardian: guardian.to_owned(),
                relation,
                position,
            });
        }
    }

    /// Somebody known by phone and name, else somebody new.
    fn guardian(
        &mut self,
        it: &roster::Guardian,
        digest: Option<&str>,
        student: &str,
        place: &Where,
    ) -> String {
        let name = it.name.clone().unwrap_or_else(|| {
            format!("{student}的{}", it.relation.as_deref().unwrap_or("监护人"))
        });
        if let Some(list) = digest.and_then(|digest| self.known.guardians.get(digest)) {
            let same = list.iter().find(|(known, _)| it.name.is_none() || *known == name);
            if let Some((_, id)) = same {
                return id.clone();
            }
        }
        let key = it.phone.clone().map(|phone| (phone, it.name.clone().unwrap_or_default()));
        if let Some(id) = key.as_ref().and_then(|key| self.guardians.get(key)) {
            return id.clone();
        }
        let id = new_id();
        if let Some(key) = key {
            self.guardians.insert(key, id.clone());
        }
        self.counts.new_guardians += 1;
        self.batch.people.push(Person {
            id: id.clone(),
            unit: place.unit.clone(),
            role: PersonRole::Guardian,
            name,
            gender: None,
            student_no: None,
            register_no: None,
            staff_no: None,
            born_on: None,
            personal: Personal { phone: it.phone.clone(), ..Personal::default() },
            joined_on: None,
            left_on: None,
            audiences: Vec::new(),
            revision: 1,
        });
        id
    }

    /// Posts that the row names and that its unit can have.
    fn posts_of(&mut self, row: &RosterRow, place: &Where, person: &str) {
        let Some(words) = row.post.as_deref() else { return };
        for word in words.split(['、', '，', ',', ';', '；', '/', ' ']).map(str::trim) {
            let Some(entry) = catalogue::POSTS.iter().find(|entry| entry.name == word) else {
                continue;
            };
            let class = self.places.class_of(&place.school, &row.place);
            let unit = [class, Some(place.unit.clone()), Some(place.school.clone())]
                .into_iter()
                .flatten()
                .find(|unit| {
                    self.places.kind(unit).is_some_and(|kind| entry.kinds.contains(&kind))
                });
            let Some(unit) = unit else { continue };
            let key = (unit.clone(), entry.id.to_owned(), person.to_owned());
            if !self.known.posts.insert(key) {
                continue;
            }
            self.counts.new_posts += 1;
            self.batch.posts.push(Appointment {
                id: new_id(),
                unit,
                post: entry.id.to_owned(),
                person: person.to_owned(),
                from_on: self.today.to_string(),
                until_on: None,
                substitute_for: None,
                revision: 1,
            });
        }
    }
}

fn role_of(role: roster::Role) -> PersonRole {
    match role {
        roster::Role::Student => PersonRole::Student,
        roster::Role::Staff => PersonRole::Staff,
    }
}

fn id_number(row: &RosterRow) -> Option<&str> {
    row.id_number.as_ref().map(|it| match it {
        IdNumber::Resident(number) | IdNumber::Other { number, .. } => number.as_str(),
    })
}

/// Whether a namesake in the same class may be the same person: no number of
/// theirs says otherwise.
fn agrees(card: &Card, row: &RosterRow) -> bool {
    let fits = |had: &Option<String>, said: Option<&str>| {
        had.as_deref().is_none_or(|had| said.is_none_or(|said| said == had))
    };
    let born = row.born_on.map(|date| date.to_string());
    fits(&card.student_no, row.student_no.as_deref())
        && fits(&card.register_no, row.register_no.as_deref())
        && fits(&card.staff_no, row.staff_no.as_deref())
        && fits(&card.born_on, born.as_deref())
}

/// Whether the roster says something of a person that is not kept yet.
fn differs(card: &Card, said: &Person, sealer: &Sealer) -> bool {
    let new = |had: &Option<String>, said: Option<&str>| {
        said.is_some_and(|said| had.as_deref() != Some(said))
    };
    let sealed =
        |had: &Option<String>, said: &Option<String>, digest: fn(&Sealer, &str) -> String| {
            said.as_deref()
                .is_some_and(|said| had.as_deref() != Some(digest(sealer, said).as_str()))
        };
    card.name != said.name
        || new(&card.gender, said.gender.map(Gender::code))
        || new(&card.student_no, said.student_no.as_deref())
        || new(&card.register_no, said.register_no.as_deref())
        || new(&card.staff_no, said.staff_no.as_deref())
        || new(&card.born_on, said.born_on.as_deref())
        || new(&card.joined_on, said.joined_on.as_deref())
        || sealed(&card.phone_digest, &said.personal.phone, people::phone_digest)
        || sealed(&card.id_number_digest, &said.personal.id_number, people::id_number_digest)
        || sealed(&card.address_digest, &said.personal.address, people::address_digest)
}

/// `had` with everything that the roster says laid over it.
pub(super) fn overlay(had: Person, said: &Person) -> Person {
    let or = |said: &Option<String>, had: Option<String>| said.clone().or(had);
    Person {
        name: said.name.clone(),
        gender: said.gender.or(had.gender),
        student_no: or(&said.student_no, had.student_no),
        register_no: or(&said.register_no, had.register_no),
        staff_no: or(&said.staff_no, had.staff_no),
        born_on: or(&said.born_on, had.born_on),
        joined_on: or(&said.joined_on, had.joined_on),
        personal: Personal {
            phone: or(&said.personal.phone, had.personal.phone),
            id_number: or(&said.personal.id_number, had.personal.id_number),
            address: or(&said.personal.address, had.personal.address),
        },
        ..had
    }
}

/// The person whom a row describes, under a new id.
fn new_person(row: &RosterRow, place: &Where) -> Person {
    Person {
        id: new_id(),
        unit: place.unit.clone(),
        role: role_of(row.role),
        name: row.name.clone(),
        gender: row.sex.map(|sex| match sex {
            Sex::Male => Gender::Male,
            Sex::Female => Gender::Female,
        }),
        student_no: row.student_no.clone(),
        register_no: row.register_no.clone(),
        staff_no: row.staff_no.clone(),
        born_on: row.born_on.map(|date| date.to_string()),
        personal: Personal {
            phone: row.phone.clone(),
            id_number: id_number(row).map(str::to_owned),
            address: row.address.clone(),
        },
        joined_on: row.enrolled_on.map(|date| date.to_string()),
        left_on: None,
        audiences: Vec::new(),
        revision: 1,
    }
}
