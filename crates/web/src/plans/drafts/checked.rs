//! What the confirmed items come to, as it was found last: laying a plan of a
//! hundred items out, parsing and checking it is work that a second look at the
//! same decisions does not need.

use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use super::Desk;
use super::card::Problems;
use super::outcome::problems_of;

/// What is wrong, by item.
pub(super) type ByItem = HashMap<String, Problems>;

/// Drafts that are looked at at the same time in one house; older ones are
/// worked out anew.
const KEPT: usize = 32;

/// The findings of the drafts that were looked at last.
#[derive(Default)]
pub struct Checked(Mutex<VecDeque<Entry>>);

struct Entry {
    draft: String,
    state: u64,
    found: Arc<ByItem>,
}

impl Checked {
    /// The findings for the desk as it is.
    pub(super) fn problems(&self, desk: &Desk) -> Arc<ByItem> {
        let state = state_of(desk);
        if let Some(found) = self.kept(&desk.draft.id, state) {
            return found;
        }
        // Not under the lock: two who look at once may both work it out.
        let found = Arc::new(problems_of(desk));
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.retain(|it| it.draft != desk.draft.id);
        if KEPT <= entries.len() {
            entries.pop_front();
        }
        let draft = desk.draft.id.clone();
        entries.push_back(Entry { draft, state, found: Arc::clone(&found) });
        found
    }

    fn kept(&self, draft: &str, state: u64) -> Option<Arc<ByItem>> {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = entries.iter().find(|it| it.draft == draft && it.state == state)?;
        Some(Arc::clone(&entry.found))
    }
}

/// Whatever the findings depend on: the head, and every item by its revision,
/// which each decision raises.
fn state_of(desk: &Desk) -> u64 {
    let mut hasher = DefaultHasher::new();
    (desk.draft.revision, desk.draft.edition).hash(&mut hasher);
    for line in &desk.lines {
        (&line.item.id, line.item.revision).hash(&mut hasher);
    }
    hasher.finish()
}
