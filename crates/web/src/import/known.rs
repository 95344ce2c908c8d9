//! Who is there already, by everything that tells people apart.

use std::collections::{HashMap, HashSet};

use campaign::person::PersonRole;
use storage::StorageError;
use storage::people::{self, Card};
use storage::post;

/// The people of the import's scope, and all guardians.
#[derive(Default)]
pub(super) struct Known {
    pub(super) cards: Vec<Card>,
    by_register: HashMap<String, u32>,
    /// (number, unit) pairs are few: schools are told apart by the caller.
    by_student_no: HashMap<String, Vec<u32>>,
    by_staff_no: HashMap<String, Vec<u32>>,
    by_id_number: HashMap<String, Vec<u32>>,
    by_name: HashMap<(String, String), Vec<u32>>,
    /// Guardians by phone digest.
    pub(super) guardians: HashMap<String, Vec<(String, String)>>,
    /// Guardians of a student: id, name, phone digest, relation.
    pub(super) of_student: HashMap<String, Vec<KnownGuardian>>,
    pub(super) posts: HashSet<(String, String, String)>,
}

/// A guardian as a student has them.
#[derive(Debug, Clone)]
pub(super) struct KnownGuardian {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) phone_digest: Option<String>,
    pub(super) relation: Option<String>,
    pub(super) position: i64,
}

impl Known {
    /// Reads everybody in and below `top`; None is the whole tenant.
    pub(super) async fn load(
        conn: &mut storage::Conn,
        top: Option<&str>,
    ) -> Result<Self, StorageError> {
        let mut known = Self::default();
        let mut guardians: HashMap<String, (String, Option<String>)> = HashMap::new();
        people::each_card(conn, top, &mut |card| {
            if card.role == PersonRole::Guardian {
                if let Some(digest) = &card.phone_digest {
                    let entry = known.guardians.entry(digest.clone()).or_default();
                    entry.push((card.name.clone(), card.id.clone()));
                }
                guardians.insert(card.id, (card.name, card.phone_digest));
            } else {
                known.add(card);
            }
        })
        .await?;
        people::each_guardianship(conn, &mut |pair| {
            if let Some((name, phone_digest)) = guardians.get(&pair.guardian) {
                known.of_student.entry(pair.student).or_default().push(KnownGuardian {
                    id: pair.guardian,
                    name: name.clone(),
                    phone_digest: phone_digest.clone(),
                    relation: pair.relation,
                    position: pair.position,
                });
            }
        })
        .await?;
        post::each(conn, &mut |it| {
            if it.until_on.is_none() {
                known.posts.insert((it.unit, it.post, it.person));
            }
        })
        .await?;
        Ok(known)
    }

    fn add(&mut self, card: Card) {
        let at = self.cards.len() as u32;
        if let Some(no) = &card.register_no {
            self.by_register.insert(no.clone(), at);
        }
        let lists = [
            (&mut self.by_student_no, &card.student_no),
            (&mut self.by_staff_no, &card.staff_no),
            (&mut self.by_id_number, &card.id_number_digest),
        ];
        for (list, key) in lists {
            if let Some(key) = key {
                list.entry(key.clone()).or_default().push(at);
            }
        }
        self.by_name.entry((card.unit.clone(), card.name.clone())).or_default().push(at);
        self.cards.push(card);
    }

    pub(super) fn card(&self, at: u32) -> Option<&Card> {
        self.cards.get(at as usize)
    }

    pub(super) fn by_register(&self, no: &str) -> Option<u32> {
        self.by_register.get(no).copied()
    }

    pub(super) fn by_student_no(&self, no: &str) -> &[u32] {
        self.by_student_no.get(no).map_or(&[], Vec::as_slice)
    }

    pub(super) fn by_staff_no(&self, no: &str) -> &[u32] {
        self.by_staff_no.get(no).map_or(&[], Vec::as_slice)
    }

    pub(super) fn by_id_number(&self, digest: &str) -> &[u32] {
        self.by_id_number.get(digest).map_or(&[], Vec::as_slice)
    }

    pub(super) fn by_name(&self, unit: &str, name: &str) -> &[u32] {
        // Most imports meet an empty house.
        if self.by_name.is_empty() {
            return &[];
        }
        self.by_name.get(&(unit.to_owned(), name.to_owned())).map_or(&[], Vec::as_slice)
    }
}
