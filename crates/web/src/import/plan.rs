//! What a roster would change: each row is new, changed or the same. The plan
//! streams: what is to be written goes on in batches and is not held.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use campaign::person::{Gender, PersonRole, audience_of_category};
use campaign::plan::catalogue;
use jiff::civil::Date;
use office::roster::{self, Field, RosterRow, Sex};
use sha2::{Digest as _, Sha256};
use storage::StorageError;
use storage::organisation::Unit;
use storage::people::{self, Card, Guardianship, KnownGuardian, Move, Person, Personal};
use storage::post::Appointment;
use storage::seal::Sealer;
use uuid::Uuid;

use super::known::Known;
use super::meet::{Meeting, Placed, id_number, role_of};
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
    pub(super) moved: Vec<Move>,
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

/// Rows that are planned together: what they can meet is asked for at once.
const BATCH: usize = 2_000;

pub(super) struct Planner<'a> {
    known: Known,
    places: Places,
    sealer: &'a Sealer,
    today: Date,
    waiting: Vec<Placed>,
    /// Rows since the last batch, those without a place included.
    rows: u64,
    batch: Batch,
    flush: &'a mut dyn FnMut(Batch) -> bool,
    /// Set when the writer has gone or the house cannot be read: the rest is not
    /// planned.
    is_over: bool,
    failed: Option<StorageError>,
    matched: HashSet<Box<str>>,
    /// Guardians made by this file: print of phone and name to the id.
    guardians: HashMap<u128, Uuid>,
    pub(super) counts: Counts,
    pub(super) problems: Vec<RowProblem>,
}

/// What is known around the people of a batch.
struct Around {
    of_student: HashMap<String, Vec<KnownGuardian>>,
    by_phone: HashMap<String, Vec<(String, String)>>,
    posts: HashSet<(String, String, String)>,
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
            known,
            places,
            sealer,
            today,
            waiting: Vec::with_capacity(BATCH),
            rows: 0,
            batch: Batch::default(),
            flush,
            is_over: false,
            failed: None,
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
        self.rows += 1;
        match self.places.find(&row.place, row.role) {
            Ok(place) => self.waiting.push(Placed { row, place }),
            Err(no) => self.problem(&row, no.field, no.words),
        }
        if BATCH <= self.waiting.len() {
            self.send();
        }
    }

    /// Plans the rows that wait, and hands on what is to be written.
    fn send(&mut self) {
        let rows = std::mem::replace(&mut self.waiting, Vec::with_capacity(BATCH));
        if let Err(error) = self.plan(&rows) {
            self.failed = Some(error);
            self.is_over = true;
            return;
        }
        let mut batch = std::mem::take(&mut self.batch);
        batch.rows = std::mem::take(&mut self.rows);
        batch.units = self.places.take_new();
        self.is_over = !(self.flush)(batch);
    }

    fn plan(&mut self, rows: &[Placed]) -> Result<(), StorageError> {
        let met = Meeting {
            known: &mut self.known,
            places: &self.places,
            sealer: self.sealer,
            matched: &mut self.matched,
        }
        .of(rows)?;
        let digests = self.phone_digests(rows);
        let mut around = self.around(rows, &met, &digests)?;
        for ((it, met), digests) in rows.iter().zip(met).zip(&digests) {
            let id = match met {
                Some(card) => self.again(it, &card),
                None => self.fresh(it),
            };
            self.guardians_of(it, &id, digests, &around);
            self.posts_of(it, &id, &mut around.posts);
        }
        Ok(())
    }

    /// Digests of the phones of each row's guardians; none where there is nobody
    /// whom they could meet.
    fn phone_digests(&self, rows: &[Placed]) -> Vec<Vec<Option<String>>> {
        let digest = |phone: &String| people::phone_digest(self.sealer, phone);
        let is_asked = self.known.has_guardians();
        rows.iter()
            .map(|it| {
                let of = |guardian: &roster::Guardian| {
                    guardian.phone.as_ref().filter(|_| is_asked).map(digest)
                };
                it.row.guardians.iter().map(of).collect()
            })
            .collect()
    }

    fn around(
        &mut self,
        rows: &[Placed],
        met: &[Option<Card>],
        digests: &[Vec<Option<String>>],
    ) -> Result<Around, StorageError> {
        let ids = |wanted: fn(&RosterRow) -> bool| -> Vec<String> {
            let pairs = rows.iter().zip(met).filter(|(it, _)| wanted(&it.row));
            pairs.filter_map(|(_, card)| Some(card.as_ref()?.id.clone())).collect()
        };
        let of_student = self.known.guardians_of(&ids(|row| !row.guardians.is_empty()))?;
        let posts = self.known.posts_of(&ids(|row| row.post.is_some()))?;
        let mut unknown = Vec::new();
        for ((it, card), digests) in rows.iter().zip(met).zip(digests) {
            let had = card.as_ref().and_then(|card| of_student.get(&card.id));
            let had = had.map_or(&[][..], Vec::as_slice);
            for (guardian, digest) in it.row.guardians.iter().zip(digests) {
                if own(had, guardian, digest.as_deref()).is_none() {
                    unknown.extend(digest.clone());
                }
            }
        }
        let by_phone = self.known.guardians_by_phones(&unknown)?;
        Ok(Around { of_student, by_phone, posts })
    }

    /// Hands on what is left, and counts the units that were made.
    pub(super) fn finish(mut self) -> Result<(Counts, Vec<RowProblem>), StorageError> {
        if !self.is_over {
            self.send();
        }
        if let Some(error) = self.failed {
            return Err(error);
        }
        let mut made: Vec<_> = self.places.made.iter().map(|(kind, n)| (*kind, *n)).collect();
        made.sort();
        self.counts.new_units =
            made.into_iter().map(|(kind, n)| (kind.chinese().to_owned(), n)).collect();
        Ok((self.counts, self.problems))
    }

    fn problem(&mut self, row: &RosterRow, field: Field, words: String) {
        self.problems.push(RowProblem { sheet: row.sheet.clone(), row: row.row, field, words });
    }

    fn fresh(&mut self, it: &Placed) -> String {
        let mut person = new_person(&it.row, &it.place);
        let id = person.id.clone();
        if let Some(audience) = it.row.category.as_deref().and_then(audience_of_category) {
            person.audiences.push(audience.to_owned());
        }
        self.counts.new += 1;
        self.batch.people.push(person);
        id
    }

    /// A row about somebody known.
    fn again(&mut self, it: &Placed, card: &Card) -> String {
        let said = new_person(&it.row, &it.place);
        let is_changed = differs(card, &said, self.sealer);
        let is_moved = card.unit != said.unit || card.left_on.is_some();
        if is_moved {
            self.counts.moved += 1;
            self.batch.moved.push(Move {
                person: card.id.clone(),
                to: said.unit.clone(),
                revision: card.revision,
            });
        }
        if is_changed {
            self.batch.changed.push(Person { id: card.id.clone(), ..said });
        }
        if is_changed || is_moved {
            self.counts.changed += 1;
        } else {
            self.counts.unchanged += 1;
        }
        card.id.clone()
    }

    fn guardians_of(
        &mut self,
        it: &Placed,
        student: &str,
        digests: &[Option<String>],
        around: &Around,
    ) {
        let had = around.of_student.get(student).map_or(&[][..], Vec::as_slice);
        let pairs = it.row.guardians.iter().zip(digests).enumerate();
        for (position, (guardian, digest)) in pairs {
            let position = position as i64;
            if let Some(own) = own(had, guardian, digest.as_deref()) {
                let relation = guardian.relation.clone().or_else(|| own.relation.clone());
                if relation != own.relation || own.position != position {
                    self.pair(student, &own.id, relation, position);
                }
                continue;
            }
            let known = digest.as_ref().and_then(|digest| around.by_phone.get(digest));
            let known = known.map_or(&[][..], Vec::as_slice);
            let id = self.guardian(guardian, known, it);
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
        known: &[(String, String)],
        of: &Placed,
    ) -> String {
        let name = it.name.clone().unwrap_or_else(|| {
            format!("{}的{}", of.row.name, it.relation.as_deref().unwrap_or("监护人"))
        });
        let same = known.iter().find(|(known, _)| it.name.is_none() || *known == name);
        if let Some((_, id)) = same {
            return id.clone();
        }
        let new = Uuid::now_v7();
        if let Some(phone) = &it.phone {
            let print = print_of(phone, it.name.as_deref().unwrap_or_default());
            match self.guardians.entry(print) {
                Entry::Occupied(made) => return made.get().simple().to_string(),
                Entry::Vacant(free) => free.insert(new),
            };
        }
        let id = new.simple().to_string();
        self.counts.new_guardians += 1;
        self.batch.people.push(Person {
            id: id.clone(),
            unit: of.place.unit.clone(),
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
    fn posts_of(
        &mut self,
        it: &Placed,
        person: &str,
        held: &mut HashSet<(String, String, String)>,
    ) {
        let (row, place) = (&it.row, &it.place);
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
            if !held.insert(key) {
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

/// The guardian whom the student has already and whom the row names.
fn own<'a>(
    had: &'a [KnownGuardian],
    it: &roster::Guardian,
    digest: Option<&str>,
) -> Option<&'a KnownGuardian> {
    had.iter().find(|own| {
        let same_name = it.name.as_deref().is_none_or(|name| name == own.name);
        same_name && (digest.is_none() || digest == own.phone_digest.as_deref())
    })
}

/// Stands for a phone and a name in a map of hundreds of thousands.
fn print_of(phone: &str, name: &str) -> u128 {
    let mut hasher = Sha256::new();
    hasher.update(phone.as_bytes());
    hasher.update([0]);
    hasher.update(name.as_bytes());
    hasher.finalize().iter().take(16).fold(0, |print, byte| print << 8 | u128::from(*byte))
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
