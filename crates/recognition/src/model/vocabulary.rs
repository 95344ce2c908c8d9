//! Which letter sequences the network knows, and where each has its weights.
//! Without it sequences that were never learned would speak with the weights of
//! others; with one byte of each known one it takes a stranger for a known one
//! once in sixty times.

use std::collections::BTreeMap;

/// Known sequences that share a bucket; each has a place in it.
const IN_BUCKET: usize = 4;
const N_BUCKETS: usize = 24_576;
/// How many places there are.
pub(super) const N_PLACES: usize = N_BUCKETS * IN_BUCKET;
/// What fewer messages than this have is chance: it says nothing of others.
pub(super) const RARE_BELOW: u32 = 3;

/// The mark of each place, four to a number; zero where nothing is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Vocabulary(Vec<u32>);

/// Where a key is looked for.
fn bucket(key: u32) -> usize {
    ((u64::from(key) * N_BUCKETS as u64) >> 32) as usize
}

/// What is kept of a key: never zero.
fn mark(key: u32) -> u32 {
    (key & 0xFF).max(1)
}

impl Vocabulary {
    pub(super) fn empty() -> Self {
        Self(vec![0; N_BUCKETS])
    }

    /// From the keys of all messages, each once a message. Where more fall into a
    /// bucket than it holds, the most frequent stay.
    pub(super) fn of<'a>(messages: impl Iterator<Item = &'a [u32]>) -> Self {
        let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
        for key in messages.flatten() {
            *counts.entry(*key).or_default() += 1;
        }
        let mut known: Vec<(u32, u32)> =
            counts.into_iter().filter(|(_, count)| RARE_BELOW <= *count).collect();
        known.sort_unstable_by_key(|(key, count)| (u32::MAX - count, *key));
        let mut vocabulary = Self::empty();
        for (key, _) in known {
            vocabulary.add(key);
        }
        vocabulary
    }

    fn add(&mut self, key: u32) {
        if self.is_known(key) {
            return;
        }
        let Some(marks) = self.0.get_mut(bucket(key)) else { return };
        let mut bytes = marks.to_le_bytes();
        if let Some(free) = bytes.iter_mut().find(|byte| **byte == 0) {
            *free = mark(key) as u8;
            *marks = u32::from_le_bytes(bytes);
        }
    }

    fn is_known(&self, key: u32) -> bool {
        self.place(key).1
    }

    /// The place of a key, and whether it is known: if not, the place says nothing.
    #[inline]
    pub(super) fn place(&self, key: u32) -> (u32, bool) {
        const ONES: u32 = 0x0101_0101;
        const TOPS: u32 = 0x8080_8080;
        let bucket = bucket(key);
        let marks = self.0.get(bucket).copied().unwrap_or_default();
        // The lowest byte that is zero is the mark that is sought.
        let differs = marks ^ (mark(key) * ONES);
        let zero = differs.wrapping_sub(ONES) & !differs & TOPS;
        ((bucket * IN_BUCKET) as u32 + zero.trailing_zeros() / 8, zero != 0)
    }

    pub(super) fn bytes(&self) -> impl Iterator<Item = u8> {
        self.0.iter().flat_map(|marks| marks.to_le_bytes())
    }

    /// Reads what [`Self::bytes`] gives.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let marks = bytes.as_chunks::<4>().0;
        (bytes.len() == N_PLACES)
            .then(|| Self(marks.iter().map(|marks| u32::from_le_bytes(*marks)).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_met_often_is_known_and_hardly_anything_else() {
        let spread = |n: u32| n.wrapping_mul(0x9E37_79B1) ^ n.rotate_left(13);
        let known: Vec<u32> = (1..40_000).map(spread).collect();
        let messages = [known.as_slice(), &known, &known, &[spread(90_000)]];
        let vocabulary = Vocabulary::of(messages.into_iter());
        let places: Vec<u32> = known
            .iter()
            .map(|key| vocabulary.place(*key))
            .filter_map(|(place, is_known)| is_known.then_some(place))
            .collect();
        assert!(known.len() * 95 / 100 < places.len(), "{}", places.len());
        assert!(places.iter().all(|place| (*place as usize) < N_PLACES));
        let is_known = |n: &u32| vocabulary.is_known(spread(*n));
        let strangers = (100_000..140_000).filter(is_known).count();
        assert!(strangers < 40_000 / 60, "{strangers}");
        let bytes: Vec<u8> = vocabulary.bytes().collect();
        assert_eq!(Vocabulary::from_bytes(&bytes), Some(vocabulary));
        assert_eq!(Vocabulary::from_bytes(&bytes[1..]), None);
    }
}
