//! All records of the tenant as the engine needs them, kept once for all
//! campaigns: a page of a past date counts them again without the database.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use campaign::day::Day;
use campaign::organisation::{Organisation, PersonIx, Subject};
use storage::live::RecordRow;

/// One record, 48 bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kept {
    /// Digest of the id: with the instant it tells records apart.
    key: u64,
    pub(super) submitted_at: i64,
    /// The end of time while it counts.
    voided_at: i64,
    pub(super) day: Day,
    pub(super) subject: Subject,
    pub(super) name: u32,
    pub(super) count: u32,
    /// Place in `rolls` plus one; 0 for nobody.
    roll: u32,
}

impl Kept {
    pub(super) fn voided_at(&self) -> Option<i64> {
        (self.voided_at != i64::MAX).then_some(self.voided_at)
    }
}

/// What a record read again has changed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Delta {
    Came(Kept),
    Voided(Kept),
    /// It counts again: a return was taken back.
    Restored(Kept),
}

/// The records, with the organisation that their numbers belong to.
#[derive(Debug, Default)]
pub(super) struct Book {
    org: Arc<Organisation>,
    /// By the instant of submission.
    kept: Vec<Kept>,
    names: Vec<String>,
    by_name: HashMap<String, u32>,
    rolls: Vec<Arc<[PersonIx]>>,
    /// The activities of which the rolls are here.
    pub(super) attended: HashSet<String>,
}

impl Book {
    pub(super) fn new(org: Arc<Organisation>) -> Self {
        Self { org, ..Self::default() }
    }

    pub(super) fn organisation(&self) -> &Arc<Organisation> {
        &self.org
    }

    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    pub(super) fn kept(&self) -> &[Kept] {
        &self.kept
    }

    pub(super) fn roll(&self, kept: &Kept) -> Option<&Arc<[PersonIx]>> {
        self.rolls.get(kept.roll.checked_sub(1)? as usize)
    }

    /// Notes a record while everything is read; [`Book::sort`] follows. False
    /// if its subject is not known here.
    pub(super) fn push(&mut self, row: &RecordRow<'_>) -> bool {
        let kept = self.kept_of(row);
        self.kept.extend(kept);
        kept.is_some()
    }

    pub(super) fn sort(&mut self) {
        self.kept.sort_unstable_by_key(|kept| (kept.submitted_at, kept.key));
        self.kept.shrink_to_fit();
    }

    /// Takes a record that came or changed. `Err` if its subject is not known
    /// here: the organisation must be read anew first.
    pub(super) fn take(&mut self, row: &RecordRow<'_>) -> Result<Option<Delta>, ()> {
        let new = self.kept_of(row).ok_or(())?;
        let order = (new.submitted_at, new.key);
        match self.kept.binary_search_by_key(&order, |kept| (kept.submitted_at, kept.key)) {
            Err(at) => {
                self.kept.insert(at, new);
                Ok(Some(Delta::Came(new)))
            }
            Ok(at) => {
                let old = &mut self.kept[at];
                let before = old.voided_at;
                old.voided_at = new.voided_at;
                let known = *old;
                Ok(match (before == i64::MAX, new.voided_at == i64::MAX) {
                    (true, false) => Some(Delta::Voided(known)),
                    (false, true) => Some(Delta::Restored(known)),
                    _ => None,
                })
            }
        }
    }

    fn kept_of(&mut self, row: &RecordRow<'_>) -> Option<Kept> {
        let subject = self.org.subject(row.subject)?;
        Some(Kept {
            key: key(row.id),
            submitted_at: row.submitted_at,
            voided_at: row.voided_at.unwrap_or(i64::MAX),
            day: row.day,
            subject,
            name: self.name(row.activity),
            count: row.count,
            roll: 0,
        })
    }

    fn name(&mut self, activity: &str) -> u32 {
        if let Some(&name) = self.by_name.get(activity) {
            return name;
        }
        let name = self.names.len() as u32;
        self.names.push(activity.to_owned());
        self.by_name.insert(activity.to_owned(), name);
        name
    }

    /// Puts rolls with the records of `activities` that have none yet.
    pub(super) fn attach(&mut self, activities: &HashSet<String>, rolls: &Rolls) {
        let wanted: Vec<bool> =
            self.names.iter().map(|name| activities.contains(name)).collect();
        for kept in &mut self.kept {
            if kept.roll != 0 || wanted.get(kept.name as usize) != Some(&true) {
                continue;
            }
            if let Some(people) = rolls.0.get(&kept.key) {
                self.rolls.push(numbers(&self.org, people));
                kept.roll = self.rolls.len() as u32;
            }
        }
    }

    /// Gives a record that has just come its roll.
    pub(super) fn attach_to(&mut self, delta: &mut Delta, rolls: &Rolls) {
        let Delta::Came(new) = delta else { return };
        let Some(people) = rolls.0.get(&new.key) else { return };
        self.rolls.push(numbers(&self.org, people));
        new.roll = self.rolls.len() as u32;
        let order = (new.submitted_at, new.key);
        if let Ok(at) =
            self.kept.binary_search_by_key(&order, |kept| (kept.submitted_at, kept.key))
        {
            self.kept[at].roll = new.roll;
        }
    }

    /// The same records by the numbers of another organisation; those of
    /// subjects that it no longer has stay behind.
    pub(super) fn renumbered(&self, org: Arc<Organisation>) -> Self {
        let subject = |old: Subject| org.subject(self.org.id(old));
        let rolls = self.rolls.iter().map(|roll| {
            let people = roll
                .iter()
                .filter_map(|&person| org.as_person(subject(self.org.of_person(person))?));
            let mut people: Vec<PersonIx> = people.collect();
            people.sort_unstable();
            Arc::from(people)
        });
        let rolls = rolls.collect();
        let kept = self.kept.iter();
        let kept = kept
            .filter_map(|kept| Some(Kept { subject: subject(kept.subject)?, ..*kept }))
            .collect();
        Self {
            kept,
            rolls,
            names: self.names.clone(),
            by_name: self.by_name.clone(),
            attended: self.attended.clone(),
            org,
        }
    }
}

/// The persons of a roll that the organisation knows, each once.
fn numbers(org: &Organisation, people: &str) -> Arc<[PersonIx]> {
    let ids = people.split_terminator(BETWEEN);
    let mut people: Vec<PersonIx> = ids.filter_map(|id| org.person_ix(id)).collect();
    people.sort_unstable();
    people.dedup();
    people.into()
}

/// Between the ids of a roll.
const BETWEEN: char = ' ';

/// Who was present, by record, as it is read: ids in one text, since each in a
/// text of its own takes three times the memory.
#[derive(Debug, Default)]
pub(super) struct Rolls(HashMap<u64, Box<str>>);

impl Rolls {
    pub(super) fn add<'a>(&mut self, record: &str, present: impl Iterator<Item = &'a str>) {
        let mut people = String::new();
        for id in present {
            people.push_str(id);
            people.push(BETWEEN);
        }
        self.0.insert(key(record), people.into());
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn key(id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}
