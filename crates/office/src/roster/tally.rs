//! What is counted over a whole file, and who stands in it twice.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{IdNumber, Place, Role, RosterRow};

/// What an import would bring, for the user to look at before it happens.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preview {
    /// Rows that tell of a person.
    pub rows: u64,
    /// Of these, rows that cannot be taken.
    pub rows_with_errors: u64,
    /// Empty rows below the headers are not counted; totals and notes are.
    pub rows_skipped: u64,
    pub students: u64,
    pub staff: u64,
    /// Different guardians, told apart by phone or else by name and child.
    pub guardians: u64,
    pub guardians_without_phone: u64,
    pub students_without_guardian: u64,
    pub classes: u64,
    /// Each school with its people; the empty name stands for none given.
    pub schools: BTreeMap<String, u64>,
    /// Headers that were not understood: sheet, column letter, header.
    pub unknown_headers: Vec<(Arc<str>, String, String)>,
}

/// Where something was seen first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) sheet: u16,
    pub(crate) row: u32,
}

/// What two rows may share that makes them one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Twice {
    IdNumber,
    RegisterNo,
    StudentNo,
    StaffNo,
    /// Name, place, birth, sex and guardians are all the same.
    Everything,
    /// Only name and class are.
    NameInClass,
}

#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) preview: Preview,
    seen: FxHashMap<u64, Seen>,
    /// Name in class, and whether that row had a number to tell it by.
    names: FxHashMap<u64, (Seen, bool, u64)>,
    guardians: FxHashSet<u64>,
    classes: FxHashSet<u64>,
}

fn digest(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

impl Tally {
    /// What in this row was in the file before, the most telling first.
    pub(crate) fn find_twice(&mut self, row: &RosterRow, seen: Seen) -> Vec<(Twice, Seen)> {
        let mut found = Vec::new();
        let school = (&row.place.school, &row.place.school_code);
        let id = row.id_number.as_ref().map(|id| match id {
            IdNumber::Resident(number) | IdNumber::Other { number, .. } => number,
        });
        let keys = [
            (Twice::IdNumber, id.map(|id| digest(("id", id)))),
            (Twice::RegisterNo, row.register_no.as_ref().map(|no| digest(("register", no)))),
            (
                Twice::StudentNo,
                row.student_no.as_ref().map(|no| digest(("student", school, no))),
            ),
            (Twice::StaffNo, row.staff_no.as_ref().map(|no| digest(("staff", school, no)))),
        ];
        let has_number = keys.iter().any(|(_, key)| key.is_some());
        for (twice, key) in keys {
            let Some(key) = key else { continue };
            match self.seen.get(&key) {
                Some(first) => found.push((twice, *first)),
                None => {
                    self.seen.insert(key, seen);
                }
            }
        }
        if found.is_empty() {
            found.extend(self.name_twice(row, seen, has_number));
        }
        found
    }

    fn name_twice(
        &mut self,
        row: &RosterRow,
        seen: Seen,
        has_number: bool,
    ) -> Option<(Twice, Seen)> {
        let name = digest((row.role, &row.place, &row.name));
        let rest = digest((row.born_on, row.sex, &row.guardians, &row.phone, &row.post));
        let (first, first_has_number, first_rest) =
            *self.names.entry(name).or_insert((seen, has_number, rest));
        if first == seen || (has_number && first_has_number) {
            return None;
        }
        let same = rest == first_rest && !has_number && !first_has_number;
        Some((if same { Twice::Everything } else { Twice::NameInClass }, first))
    }

    pub(crate) fn count(&mut self, row: &RosterRow) {
        let preview = &mut self.preview;
        match row.role {
            Role::Student => preview.students += 1,
            Role::Staff => preview.staff += 1,
        }
        let school = row.place.school.as_deref().unwrap_or_default();
        match preview.schools.get_mut(school) {
            Some(n) => *n += 1,
            None => {
                preview.schools.insert(school.to_owned(), 1);
            }
        }
        let Place { school, campus, stage, faculty, grade, class, .. } = &row.place;
        if class.is_some() && row.role == Role::Student {
            self.classes.insert(digest((school, campus, stage, faculty, grade, class)));
            preview.classes = self.classes.len() as u64;
        }
        if row.guardians.is_empty() && row.role == Role::Student {
            preview.students_without_guardian += 1;
        }
        for guardian in &row.guardians {
            let key = if guardian.phone.is_some() {
                digest((&guardian.phone, &guardian.name))
            } else {
                preview.guardians_without_phone += 1;
                digest((guardian, &row.name, row.row, &row.sheet))
            };
            self.guardians.insert(key);
        }
        preview.guardians = self.guardians.len() as u64;
    }
}
