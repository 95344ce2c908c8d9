//! Whom the rows of a batch are about: by national number, number within the
//! school, identity number, else by name and class.

use std::collections::{HashMap, HashSet};

use campaign::person::PersonRole;
use office::roster::{self, IdNumber, RosterRow};
use storage::StorageError;
use storage::people::{self, Card, CardKey};
use storage::seal::Sealer;

use super::known::Known;
use super::place::{Places, Where};

/// A row with the unit that it goes to.
pub(super) struct Placed {
    pub(super) row: RosterRow,
    pub(super) place: Where,
}

/// One batch on its way to the people that are there.
pub(super) struct Meeting<'a> {
    pub(super) known: &'a mut Known,
    pub(super) places: &'a Places,
    pub(super) sealer: &'a Sealer,
    /// Ids of those whom earlier rows were about: nobody is met twice.
    pub(super) matched: &'a mut HashSet<Box<str>>,
}

impl Meeting<'_> {
    /// The person whom each row is about, in the order of `rows`.
    pub(super) fn of(&mut self, rows: &[Placed]) -> Result<Vec<Option<Card>>, StorageError> {
        let mut found: Vec<Option<Card>> = vec![None; rows.len()];
        if !self.known.has_people() {
            return Ok(found);
        }
        self.by_register(rows, &mut found)?;
        self.by_number(rows, &mut found, Number::Student)?;
        self.by_number(rows, &mut found, Number::Staff)?;
        self.by_id_number(rows, &mut found)?;
        self.by_name(rows, &mut found)?;
        Ok(found)
    }

    fn fits(&self, card: &Card, row: &RosterRow) -> bool {
        card.role == role_of(row.role) && !self.matched.contains(card.id.as_str())
    }

    fn take(&mut self, to: &mut Option<Card>, card: &Card) {
        self.matched.insert(card.id.as_str().into());
        *to = Some(card.clone());
    }

    fn by_register(
        &mut self,
        rows: &[Placed],
        found: &mut [Option<Card>],
    ) -> Result<(), StorageError> {
        let wanted: Vec<String> =
            rows.iter().filter_map(|it| it.row.register_no.clone()).collect();
        let cards = by_key(self.known.cards(CardKey::Register, &wanted)?, |card| {
            card.register_no.clone()
        });
        for (it, to) in rows.iter().zip(found) {
            let number = it.row.register_no.as_deref();
            let card = of(&cards, number).iter().find(|card| self.fits(card, &it.row));
            if let Some(card) = card {
                self.take(to, card);
            }
        }
        Ok(())
    }

    fn by_number(
        &mut self,
        rows: &[Placed],
        found: &mut [Option<Card>],
        number: Number,
    ) -> Result<(), StorageError> {
        let mut wanted: HashMap<&str, Vec<String>> = HashMap::new();
        for (it, to) in rows.iter().zip(&*found) {
            if to.is_none()
                && self.known.has_unit(&it.place.school)
                && let Some(no) = number.of_row(&it.row)
            {
                wanted.entry(&it.place.school).or_default().push(no.to_owned());
            }
        }
        let mut cards = HashMap::new();
        for (school, numbers) in &wanted {
            let of_school = self.known.cards(number.key(school), numbers)?;
            cards.insert(*school, by_key(of_school, |card| number.of_card(card)));
        }
        for (it, to) in rows.iter().zip(found) {
            let Some(cards) = cards.get(it.place.school.as_str()) else { continue };
            if to.is_some() {
                continue;
            }
            let card = of(cards, number.of_row(&it.row)).iter().find(|card| {
                self.fits(card, &it.row)
                    && (card.unit == it.place.unit
                        || self.places.is_in(&card.unit, &it.place.school))
            });
            if let Some(card) = card {
                self.take(to, card);
            }
        }
        Ok(())
    }

    fn by_id_number(
        &mut self,
        rows: &[Placed],
        found: &mut [Option<Card>],
    ) -> Result<(), StorageError> {
        let digests: Vec<Option<String>> = rows
            .iter()
            .zip(&*found)
            .map(|(it, to)| {
                let number = id_number(&it.row).filter(|_| to.is_none())?;
                Some(people::id_number_digest(self.sealer, number))
            })
            .collect();
        let wanted: Vec<String> = digests.iter().flatten().cloned().collect();
        let cards = by_key(self.known.cards(CardKey::IdNumber, &wanted)?, |card| {
            card.id_number_digest.clone()
        });
        for ((it, to), digest) in rows.iter().zip(found).zip(digests) {
            let card =
                of(&cards, digest.as_deref()).iter().find(|card| self.fits(card, &it.row));
            if let Some(card) = card {
                self.take(to, card);
            }
        }
        Ok(())
    }

    /// A namesake in the same class, if there is only one and no number of theirs
    /// says otherwise.
    fn by_name(
        &mut self,
        rows: &[Placed],
        found: &mut [Option<Card>],
    ) -> Result<(), StorageError> {
        let named: HashSet<(&str, &str)> = rows
            .iter()
            .zip(&*found)
            .filter(|(it, to)| to.is_none() && self.known.has_unit(&it.place.unit))
            .map(|(it, _)| (it.place.unit.as_str(), it.row.name.as_str()))
            .collect();
        let units: Vec<String> = named.iter().map(|(unit, _)| (*unit).to_owned()).collect();
        let mut cards: HashMap<(String, String), Vec<Card>> = HashMap::new();
        for card in self.known.cards(CardKey::Unit, &units)? {
            if named.contains(&(card.unit.as_str(), card.name.as_str())) {
                let key = (card.unit.clone(), card.name.clone());
                cards.entry(key).or_default().push(card);
            }
        }
        for (it, to) in rows.iter().zip(found) {
            if to.is_some() || cards.is_empty() {
                continue;
            }
            let key = (it.place.unit.clone(), it.row.name.clone());
            let same = cards.get(&key).map_or(&[][..], Vec::as_slice);
            let mut same = same.iter().filter(|card| self.fits(card, &it.row));
            if let (Some(card), None) = (same.next(), same.next())
                && agrees(card, &it.row)
            {
                let card = card.clone();
                self.take(to, &card);
            }
        }
        Ok(())
    }
}

/// Numbers that tell people apart within a school.
#[derive(Clone, Copy)]
enum Number {
    Student,
    Staff,
}

impl Number {
    fn of_row(self, row: &RosterRow) -> Option<&str> {
        match self {
            Self::Student => row.student_no.as_deref(),
            Self::Staff => row.staff_no.as_deref(),
        }
    }

    fn of_card(self, card: &Card) -> Option<String> {
        match self {
            Self::Student => card.student_no.clone(),
            Self::Staff => card.staff_no.clone(),
        }
    }

    const fn key(self, school: &str) -> CardKey<'_> {
        match self {
            Self::Student => CardKey::Student { school },
            Self::Staff => CardKey::Staff { school },
        }
    }
}

/// Cards by a key, in the order of ids.
fn by_key(
    cards: Vec<Card>,
    key: impl Fn(&Card) -> Option<String>,
) -> HashMap<String, Vec<Card>> {
    let mut map: HashMap<String, Vec<Card>> = HashMap::with_capacity(cards.len());
    for card in cards {
        if let Some(key) = key(&card) {
            map.entry(key).or_default().push(card);
        }
    }
    for same in map.values_mut() {
        same.sort_by(|a, b| a.id.cmp(&b.id));
    }
    map
}

fn of<'a>(cards: &'a HashMap<String, Vec<Card>>, key: Option<&str>) -> &'a [Card] {
    key.and_then(|key| cards.get(key)).map_or(&[], Vec::as_slice)
}

pub(super) fn role_of(role: roster::Role) -> PersonRole {
    match role {
        roster::Role::Student => PersonRole::Student,
        roster::Role::Staff => PersonRole::Staff,
    }
}

pub(super) fn id_number(row: &RosterRow) -> Option<&str> {
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
