//! Who is there already. It is asked for a batch of rows at a time, so that an
//! import holds no more of the house than its rows can meet, and as the house
//! was before the import: what the import writes itself does not show here.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use storage::people::{self, Card, CardKey, KnownGuardian};
use storage::{PoolConnection, StorageError, post};
use tokio::runtime::Handle;

use crate::live::Tree;

/// The house before the import, for a thread that may wait.
pub(super) struct Known {
    conn: PoolConnection,
    runtime: Handle,
    tree: Arc<Tree>,
    /// Only people in and below this unit are met; None is the whole tenant.
    scope: Option<String>,
    has_people: bool,
    has_guardians: bool,
}

impl Known {
    pub(super) async fn open(
        mut conn: PoolConnection,
        tree: Arc<Tree>,
        scope: Option<String>,
    ) -> Result<Self, StorageError> {
        let has_people = people::has_members(&mut conn, scope.as_deref()).await?;
        let has_guardians = people::has_guardians(&mut conn).await?;
        Ok(Self { conn, runtime: Handle::current(), tree, scope, has_people, has_guardians })
    }

    /// Whether there is anybody whom a row could be about.
    pub(super) const fn has_people(&self) -> bool {
        self.has_people
    }

    /// Whether there is any guardian whom a row could name.
    pub(super) const fn has_guardians(&self) -> bool {
        self.has_guardians
    }

    /// Whether the unit was there before the import.
    pub(super) fn has_unit(&self, unit: &str) -> bool {
        self.tree.get(unit).is_some()
    }

    pub(super) fn cards(
        &mut self,
        key: CardKey<'_>,
        values: &[String],
    ) -> Result<Vec<Card>, StorageError> {
        if values.is_empty() || !self.has_people {
            return Ok(Vec::new());
        }
        let mut found =
            self.runtime.block_on(people::cards(&mut self.conn, key, &distinct(values)))?;
        if let Some(scope) = &self.scope {
            found.retain(|card| self.tree.within(&card.unit, scope));
        }
        Ok(found)
    }

    /// The guardians of these students, by student.
    pub(super) fn guardians_of(
        &mut self,
        students: &[String],
    ) -> Result<HashMap<String, Vec<KnownGuardian>>, StorageError> {
        let mut by_student: HashMap<String, Vec<KnownGuardian>> = HashMap::new();
        if students.is_empty() || !self.has_guardians {
            return Ok(by_student);
        }
        let found = people::guardians_of_many(&mut self.conn, students);
        for it in self.runtime.block_on(found)? {
            by_student.entry(it.student.clone()).or_default().push(it);
        }
        Ok(by_student)
    }

    /// Name and id of the guardians with these phones, by the phone's digest.
    pub(super) fn guardians_by_phones(
        &mut self,
        digests: &[String],
    ) -> Result<HashMap<String, Vec<(String, String)>>, StorageError> {
        let mut by_phone: HashMap<String, Vec<(String, String)>> = HashMap::new();
        if digests.is_empty() || !self.has_guardians {
            return Ok(by_phone);
        }
        let digests = distinct(digests);
        let found = people::guardians_by_phones(&mut self.conn, &digests);
        for (digest, name, id) in self.runtime.block_on(found)? {
            by_phone.entry(digest).or_default().push((name, id));
        }
        Ok(by_phone)
    }

    /// Unit, post and person of what these people hold.
    pub(super) fn posts_of(
        &mut self,
        people: &[String],
    ) -> Result<HashSet<(String, String, String)>, StorageError> {
        if people.is_empty() {
            return Ok(HashSet::new());
        }
        let held = self.runtime.block_on(post::held_by(&mut self.conn, people))?;
        Ok(held.into_iter().collect())
    }
}

fn distinct(values: &[String]) -> Vec<String> {
    let mut values = values.to_vec();
    values.sort_unstable();
    values.dedup();
    values
}
