//! From a reading to numbered features. The same walk serves training and
//! judging, so that both always see the same numbers.

use crate::letters::letters;
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
const LATE_AT: usize = MISC_AT + 80;

const _: () = assert!(RULES_MAX >= 60);

/// The feature of a concept in a scope.
pub(super) fn concept_feature(concept: Concept, scope: Scope) -> usize {
    CONCEPTS_AT + concept as usize * N_SCOPES + scope as usize
}

/// A message is long from so many bytes on.
const LATE_BYTES_MIN: u32 = 240;
/// Two concepts of a pair stand at most this far apart, in bytes.
const PAIR_REACH: u32 = 120;
/// No more hits than this are paired: a very long text says no more.
const PAIRED_MAX: usize = 48;

/// Each single feature and each pair of concepts.
pub(super) fn acts(reading: &Reading, firings: &[Firing]) -> Vec<u32> {
    let mut acts = Vec::with_capacity(128);
    let mut dense = |feature: usize| acts.push(feature as u32);
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
    let n_chars = reading.n_chars;
    let length =
        [8, 20, 40, 80, 160, 320, 640].iter().filter(|bound| n_chars > **bound).count();
    dense(LENGTHS_AT + length);
    each_misc(reading, firings, &mut dense);
    each_pair(reading, &mut dense);
    acts
}

/// In a long message the decisive act stands near the end.
fn each_late(reading: &Reading, dense: &mut impl FnMut(usize)) {
    let n = reading.plain.text.len() as u32;
    if n < LATE_BYTES_MIN {
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
    let calm = reading.has(Concept::NotAsked, Scope::Plain)
        || reading.has(Concept::SelfAct, Scope::Plain)
        || reading.has(Concept::GenuineChannel, Scope::Plain);
    let facts = [
        (11..15).contains(&reading.digits_max),
        reading.digits_max >= 5 && reading.digits_max < 11,
        reading.n_reports == 1,
        reading.n_reports == 2,
        reading.n_reports >= 3,
        reading.is_dialogue,
        reading.gives_code,
        reading.plain.text.ends_with('?') || reading.plain.text.ends_with('吗'),
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
        reading.n_chars >= 150 && firings.is_empty(),
        reading.n_chars >= 150 && firings.len() >= 2,
        reading.digits_max >= 15,
        reading.digits_max >= 15 && reading.n_chars < 60,
        reading.n_chars < 12 && firings.is_empty(),
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
    ];
    for (i, _) in facts.iter().enumerate().filter(|(_, holds)| **holds) {
        dense(MISC_AT + i);
    }
}

fn each_pair(reading: &Reading, pair: &mut impl FnMut(usize)) {
    let hits = reading.hits.get(..reading.hits.len().min(PAIRED_MAX)).unwrap_or_default();
    let mut seen = [0u64; N_PAIRS / 64];
    for (i, a) in hits.iter().enumerate() {
        for b in hits.iter().skip(i + 1) {
            if b.from.saturating_sub(a.to) > PAIR_REACH {
                break;
            }
            let (x, y) = (key(a.concept, a.scope), key(b.concept, b.scope));
            if x == y {
                continue;
            }
            let (low, high) = (x.min(y), x.max(y));
            let slot = (mix(low << 16 | high) >> 12) as usize % N_PAIRS;
            let (word, bit) = (slot / 64, 1u64 << (slot % 64));
            if let Some(word) = seen.get_mut(word).filter(|word| **word & bit == 0) {
                *word |= bit;
                pair(N_DENSE + slot);
            }
        }
    }
}

fn key(concept: Concept, scope: Scope) -> u32 {
    concept as u32 * N_SCOPES as u32 + scope as u32
}

/// The keys of each letter and each two neighbours, once.
pub(super) fn grams(reading: &Reading) -> Vec<u32> {
    let letters = letters(&reading.plain);
    let mut met = Met([0; MET_BITS / 64]);
    let mut grams = Vec::with_capacity(letters.len() * 2);
    let mut say = |key: u32| {
        let key = mix(key);
        if met.is_new(key) {
            grams.push(key);
        }
    };
    let mut before = 0u32;
    for c in letters {
        let c = c as u32;
        say(c ^ 0x5bd1_0000);
        if before != 0 {
            say(before.wrapping_mul(0x0100_0193) ^ c);
        }
        before = c;
    }
    grams
}

/// Room to remember which letters were met.
const MET_BITS: usize = 1 << 14;

/// Remembers keys; now and then it takes a new one for a known one, always the
/// same ones.
struct Met([u64; MET_BITS / 64]);

impl Met {
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
