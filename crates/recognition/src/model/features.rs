//! From a reading to numbered features. The same walk serves training and
//! judging, so that both always see the same numbers.

use crate::lexicon::{Concept, ConceptSet, N_CONCEPTS};
use crate::reading::{N_SCOPES, Reading, Scope};
use crate::rules::Firing;

/// Pairs of concepts are hashed into this many places.
const N_PAIRS: usize = 1 << 13;

const CONCEPTS_AT: usize = 1;
const RULES_AT: usize = CONCEPTS_AT + N_CONCEPTS * N_SCOPES;
const LENGTHS_AT: usize = RULES_AT + RULES_MAX;
const MISC_AT: usize = LENGTHS_AT + 8;
/// Room for rules, so that adding one moves nothing else.
const RULES_MAX: usize = 96;

/// Features that have a place of their own.
const N_DENSE: usize = LATE_AT + N_CONCEPTS;
/// Single features and pairs of concepts.
pub(super) const N_ACTS: usize = N_DENSE + N_PAIRS;
/// Acts in the last part of a long message.
const LATE_AT: usize = MISC_AT + MISC_MAX;
/// How many facts there are.
const N_FACTS: usize = 65;
/// Room for them, so that adding one moves nothing else.
const MISC_MAX: usize = 80;

const _: () = assert!(RULES_MAX >= 60);

/// The feature of a concept in a scope.
pub(super) fn concept_feature(concept: Concept, scope: Scope) -> usize {
    CONCEPTS_AT + concept as usize * N_SCOPES + scope as usize
}

/// A message is long from so many characters on.
const LATE_FROM: u32 = 80;
/// Two concepts of a pair stand at most so many characters apart.
const PAIR_REACH: u32 = 40;
/// No more hits than this are paired: a very long text says no more.
const PAIRED_MAX: usize = 48;

/// Calls `each` for each single feature and each pair of concepts, and says whether
/// it counts: a pair counts once.
pub(super) fn each_act(reading: &Reading, firings: &[Firing], mut each: impl FnMut(u32, bool)) {
    let mut dense = |feature: usize| each(feature as u32, true);
    dense(0);
    for (scope, set) in reading.seen.iter().enumerate() {
        let mut left = *set;
        while left != 0 {
            let concept = left.trailing_zeros() as usize;
            left &= left - 1;
            dense(CONCEPTS_AT + concept * N_SCOPES + scope);
        }
    }
    for firing in firings {
        dense(RULES_AT + firing.rule.min(RULES_MAX - 1));
    }
    each_late(reading, &mut dense);
    let n_chars = reading.plain.len();
    let length =
        [8, 20, 40, 80, 160, 320, 640].iter().filter(|bound| n_chars > **bound).count();
    dense(LENGTHS_AT + length);
    each_misc(reading, firings, &mut dense);
    each_pair(reading, &mut each);
}

/// In a long message the decisive act stands near the end.
fn each_late(reading: &Reading, dense: &mut impl FnMut(usize)) {
    let n = reading.plain.len() as u32;
    if n < LATE_FROM {
        return;
    }
    let mut seen: ConceptSet = 0;
    for hit in reading.hits.iter().rev().take_while(|hit| hit.from > n - n / 3) {
        if hit.scope == Scope::Plain && seen & hit.concept.bit() == 0 {
            seen |= hit.concept.bit();
            dense(LATE_AT + hit.concept as usize);
        }
    }
}

/// Disguises are no features: honest writers space and decorate words too, and
/// a disguised message must be judged like its plain form.
fn each_misc(reading: &Reading, firings: &[Firing], dense: &mut impl FnMut(usize)) {
    let told = reading.has(Concept::ToldMe, Scope::Plain)
        || reading.has(Concept::MakesMe, Scope::Plain);
    let n_chars = reading.plain.len();
    let calm = reading.has(Concept::NotAsked, Scope::Plain)
        || reading.has(Concept::SelfAct, Scope::Plain)
        || reading.has(Concept::GenuineChannel, Scope::Plain);
    // Who only warns gives the reader nothing to follow; who swindles must.
    let (warns, leads) = (reading.warns(), reading.leads());
    let ends = reading.ends_warning;
    let facts: [bool; N_FACTS] = [
        (11..15).contains(&reading.digits_max),
        reading.digits_max >= 5 && reading.digits_max < 11,
        reading.n_reports == 1,
        reading.n_reports == 2,
        reading.n_reports >= 3,
        reading.is_dialogue,
        reading.gives_code,
        matches!(reading.plain.cells().last().map(|cell| cell.c), Some('?' | '吗')),
        firings.len() == 1,
        firings.len() == 2,
        firings.len() >= 3,
        firings.len() >= 5,
        reading.hits.is_empty(),
        reading.has(Concept::MakesMe, Scope::Plain) && !firings.is_empty(),
        reading.n_reports >= 2
            && reading.has(Concept::Link, Scope::Reported)
            && reading.has(Concept::You, Scope::Plain),
        reading.n_warnings == 1,
        reading.n_warnings == 2,
        reading.n_warnings >= 3,
        reading.n_victim_words == 1,
        reading.n_victim_words == 2,
        reading.n_victim_words >= 3,
        reading.n_victim_words >= 2 && reading.n_warnings == 0,
        reading.n_victim_words >= 1 && reading.n_warnings >= 1,
        reading.n_denied == 1,
        reading.n_denied == 2,
        reading.n_denied >= 3,
        reading.n_denied >= 1 && reading.n_warnings >= 1,
        reading.n_quoted >= 1,
        reading.n_quoted >= 1 && reading.n_warnings + reading.n_reports >= 1,
        reading.n_quoted >= 3,
        reading.has(Concept::SafeAct, Scope::Plain) && reading.n_reports >= 1,
        reading.has(Concept::SafeAct, Scope::Plain) && firings.is_empty(),
        reading.n_warnings >= 1 && firings.len() >= 2,
        reading.has(Concept::MakesMe, Scope::Plain) && reading.n_warnings == 0,
        reading.is_dialogue && firings.is_empty(),
        reading.is_dialogue && firings.len() >= 2,
        n_chars >= 150 && firings.is_empty(),
        n_chars >= 150 && firings.len() >= 2,
        reading.digits_max >= 15,
        reading.digits_max >= 15 && n_chars < 60,
        n_chars < 12 && firings.is_empty(),
        reading.has(Concept::Url, Scope::Plain) && firings.is_empty(),
        reading.has(Concept::NoHurry, Scope::Plain) && !firings.is_empty(),
        reading.has(Concept::GenuineChannel, Scope::Plain) && !firings.is_empty(),
        told && !calm && !firings.is_empty(),
        told && !calm,
        told && calm,
        reading.has(Concept::AsksScam, Scope::Plain) && firings.is_empty(),
        reading.has(Concept::NotAsked, Scope::Plain) && !firings.is_empty(),
        reading.has(Concept::Amount, Scope::Plain) && !firings.is_empty(),
        reading.has(Concept::Amount, Scope::Plain) && firings.is_empty(),
        reading.has(Concept::LetterForm, Scope::Plain) && firings.len() >= 2,
        reading.has(Concept::LetterForm, Scope::Plain)
            && reading.has(Concept::GenuineChannel, Scope::Plain),
        reading.has(Concept::Isolate, Scope::Plain)
            && reading.has(Concept::Amount, Scope::Plain),
        warns && !leads,
        warns && !leads && !told,
        warns && leads,
        warns && told,
        warns && ends && !told,
        warns && ends && !told && !leads,
        ends && !told && !leads,
        ends && leads,
        ends && firings.is_empty(),
        ends && !firings.is_empty(),
        warns && !ends && firings.len() >= 2,
    ];
    const { assert!(N_FACTS <= MISC_MAX) };
    for (i, _) in facts.iter().enumerate().filter(|(_, holds)| **holds) {
        dense(MISC_AT + i);
    }
}

fn each_pair(reading: &Reading, each: &mut impl FnMut(u32, bool)) {
    let hits = reading.hits.get(..reading.hits.len().min(PAIRED_MAX)).unwrap_or_default();
    let mut seen = [0u64; N_PAIRS / 64];
    for (i, a) in hits.iter().enumerate() {
        let x = key(a.concept, a.scope);
        for b in hits.iter().skip(i + 1) {
            if b.from.saturating_sub(a.to) > PAIR_REACH {
                break;
            }
            let y = key(b.concept, b.scope);
            let (low, high) = (x.min(y), x.max(y));
            let slot = (mix(low << 16 | high) >> 12) as usize % N_PAIRS;
            let Some(word) = seen.get_mut(slot / 64) else { continue };
            let bit = u64::from(x != y) << (slot % 64);
            each((N_DENSE + slot) as u32, bit & !*word != 0);
            *word |= bit;
        }
    }
}

fn key(concept: Concept, scope: Scope) -> u32 {
    concept as u32 * N_SCOPES as u32 + scope as u32
}

/// Gives the keys of letters as they come.
pub(super) struct Grams {
    met: Met,
    /// Nothing stands before the first letter: that pair is the letter alone.
    before: u32,
}

impl Grams {
    pub(super) const fn new() -> Self {
        Self { met: Met([0; MET_BITS / 64]), before: 0 }
    }

    /// The keys of a letter alone and with the one before it, and whether each comes
    /// for the first time.
    #[inline]
    pub(super) fn of(&mut self, letter: char) -> [(u32, bool); 2] {
        let c = letter as u32;
        let before = std::mem::replace(&mut self.before, c);
        [spread(0, c), spread(before, c)].map(|key| (key, self.met.is_new(key)))
    }
}

/// The key of two letters, or of one alone: both halves of a product, mixed.
#[inline]
fn spread(first: u32, second: u32) -> u32 {
    let both = u64::from(first) << 32 | u64::from(second);
    let product = u128::from(both) * 0x9E37_79B9_7F4A_7C15;
    let mixed = product as u64 ^ (product >> 64) as u64;
    (mixed >> 32) as u32 ^ mixed as u32
}

/// Room to remember which letters were met.
const MET_BITS: usize = 1 << 14;

/// Remembers keys; now and then it takes a new one for a known one, always the
/// same ones.
struct Met([u64; MET_BITS / 64]);

impl Met {
    #[inline]
    fn is_new(&mut self, key: u32) -> bool {
        let slot = key as usize >> 7;
        let bit = 1u64 << (slot % 64);
        let Some(word) = self.0.get_mut(slot / 64 % (MET_BITS / 64)) else { return false };
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }
}

/// Spreads the bits of a key.
fn mix(key: u32) -> u32 {
    let mut h = key.wrapping_mul(0x9E37_79B1);
    h ^= h >> 15;
    h = h.wrapping_mul(0x85EB_CA77);
    h ^ (h >> 13)
}
