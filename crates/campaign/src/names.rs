//! Identifiers as small numbers. A million ids in one buffer and one table of
//! `u32` instead of a million strings: lookups touch two or three cache lines.

use std::hash::Hasher;

use rustc_hash::FxHasher;

/// A set of distinct names, numbered in the order in which they came.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    text: String,
    /// Where each name ends in `text`; it begins where the one before ends.
    ends: Vec<u32>,
    /// Open addressing: a name's number plus one, 0 for a free slot. The high
    /// bits that a number leaves unused are not used as a tag: comparing the
    /// text is one more cache line, and always right.
    // INVARIANT: the length is a power of two, and at least a third is free.
    slots: Vec<Slot>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    /// Number plus one; 0 when free.
    number: u32,
    tag: u32,
}

impl Names {
    pub(crate) fn with_capacity(names: usize) -> Self {
        let mut new = Self::default();
        new.ends.reserve(names);
        new.grow((names * 3 / 2).next_power_of_two().max(16));
        new
    }

    /// The number of `name`, and whether it is new.
    pub(crate) fn add(&mut self, name: &str) -> (u32, bool) {
        if (self.ends.len() + 1) * 3 > self.slots.len() * 2 {
            self.grow((self.slots.len() * 2).max(16));
        }
        let hash = hash(name.as_bytes());
        match self.find(hash, name.as_bytes()) {
            Ok(number) => (number, false),
            Err(free) => {
                let number = self.ends.len() as u32;
                self.text.push_str(name);
                self.ends.push(self.text.len() as u32);
                self.slots[free] = Slot { number: number + 1, tag: (hash >> 32) as u32 };
                (number, true)
            }
        }
    }

    pub(crate) fn get(&self, name: &[u8]) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        self.find(hash(name), name).ok()
    }

    /// The name with this number; empty if there is none.
    pub(crate) fn name(&self, number: u32) -> &str {
        let number = number as usize;
        let end = self.ends.get(number).copied().unwrap_or_default() as usize;
        let start = match number.checked_sub(1) {
            Some(before) => self.ends.get(before).copied().unwrap_or_default() as usize,
            None => 0,
        };
        self.text.get(start..end).unwrap_or_default()
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.ends.len() as u32).map(|number| self.name(number))
    }

    /// All numbers in the byte order of their names.
    pub(crate) fn sorted(&self, numbers: impl Iterator<Item = u32>) -> Vec<u32> {
        let mut sorted: Vec<u32> = numbers.collect();
        // Rosters come sorted more often than not, and then this is one pass.
        sorted.sort_by(|&a, &b| self.name(a).as_bytes().cmp(self.name(b).as_bytes()));
        sorted
    }

    fn find(&self, hash: u64, name: &[u8]) -> Result<u32, usize> {
        let mask = self.slots.len() - 1;
        let tag = (hash >> 32) as u32;
        let mut at = hash as usize & mask;
        loop {
            let slot = self.slots[at];
            if slot.number == 0 {
                return Err(at);
            }
            if slot.tag == tag && self.name(slot.number - 1).as_bytes() == name {
                return Ok(slot.number - 1);
            }
            at = (at + 1) & mask;
        }
    }

    fn grow(&mut self, slots: usize) {
        let old = std::mem::replace(&mut self.slots, vec![Slot::default(); slots]);
        for slot in old.into_iter().filter(|slot| slot.number != 0) {
            let hash = hash(self.name(slot.number - 1).as_bytes());
            let mut at = hash as usize & (slots - 1);
            while self.slots[at].number != 0 {
                at = (at + 1) & (slots - 1);
            }
            self.slots[at] = slot;
        }
    }
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(bytes);
    let hash = hasher.finish();
    // The low bits choose the slot and the high ones are the tag: mix them.
    hash ^ (hash >> 29)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_kept_through_growth() {
        let mut names = Names::default();
        for n in 0..5000 {
            assert_eq!(names.add(&format!("人{n}")), (n, true));
        }
        for n in 0..5000 {
            let name = format!("人{n}");
            assert_eq!(names.get(name.as_bytes()), Some(n));
            assert_eq!(names.add(&name), (n, false));
            assert_eq!(names.name(n), name);
        }
        assert_eq!(names.get("人5000".as_bytes()), None);
        assert_eq!(names.name(5000), "");
        assert_eq!(Names::default().get(b""), None);
    }
}
