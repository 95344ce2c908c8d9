//! Finding thousands of phrases in a text, from left to right, the longest first.
//!
//! Few places of a text begin a phrase, so two neighbours are looked up in a
//! small table of bits first, and compared with the phrases that begin so. A
//! general automaton, which looks at every letter, takes longer.

use std::cmp::Reverse;

use rustc_hash::FxHashMap;

use crate::normalise::{Cell, Plain};

/// How many bits tell which two letters may begin a phrase.
const N_PAIR_BITS: usize = 1 << 17;
/// How many bits tell which letter may be a phrase.
const N_SINGLE_BITS: usize = 1 << 16;

/// Phrases with their numbers, ready to be found.
pub(super) struct Phrases {
    /// All phrases of two letters and more, one behind the other: those that begin
    /// with the same two letters together, the longest first.
    phrases: Vec<Phrase>,
    letters: Vec<char>,
    /// Where in `phrases` those that begin with two letters stand.
    by_pair: FxHashMap<u64, (u32, u32)>,
    /// A bit for the first two letters of each phrase.
    pairs: Box<[u64]>,
    /// Phrases of one letter.
    singles: FxHashMap<char, u32>,
    /// A bit for each of them, by the low bits of the letter.
    single_bits: Box<[u64]>,
}

/// A phrase: its number, and where what follows its first two letters stands in `letters`.
struct Phrase {
    number: u32,
    /// Its third letter, which tells most phrases of a pair apart.
    third: Option<char>,
    from: u32,
    to: u32,
}

impl Phrases {
    /// Phrases by their place in the list; empty ones are never found, and of equal ones the last.
    pub(super) fn new(list: &[String]) -> Self {
        let mut singles = FxHashMap::default();
        let mut sorted: Vec<((char, char), &str, u32)> = Vec::new();
        for (number, phrase) in (0u32..).zip(list) {
            let mut letters = phrase.chars();
            match (letters.next(), letters.next()) {
                (None, _) => {}
                (Some(only), None) => {
                    singles.insert(only, number);
                }
                (Some(first), Some(second)) => sorted.push(((first, second), phrase, number)),
            }
        }
        sorted.sort_by_key(|(pair, phrase, number)| {
            (*pair, Reverse(phrase.len()), Reverse(*number))
        });
        let mut made = Self {
            phrases: Vec::with_capacity(sorted.len()),
            letters: Vec::new(),
            by_pair: FxHashMap::default(),
            pairs: vec![0; N_PAIR_BITS / 64].into_boxed_slice(),
            single_bits: vec![0; N_SINGLE_BITS / 64].into_boxed_slice(),
            singles,
        };
        for c in made.singles.keys() {
            let (word, bit) = single_place(*c);
            if let Some(word) = made.single_bits.get_mut(word) {
                *word |= bit;
            }
        }
        for ((first, second), phrase, number) in sorted {
            let at = made.phrases.len() as u32;
            made.by_pair.entry(key(first, second)).or_insert((at, at)).1 = at + 1;
            let (word, bit) = place(key(first, second));
            if let Some(word) = made.pairs.get_mut(word) {
                *word |= bit;
            }
            let from = made.letters.len() as u32;
            let third = phrase.chars().nth(2);
            // The first two are known from the pair.
            made.letters.extend(phrase.chars().skip(2));
            made.phrases.push(Phrase { number, third, from, to: made.letters.len() as u32 });
        }
        made
    }

    /// Calls `each` with the number, the start and the end of each phrase found.
    pub(super) fn find(&self, text: &Plain, mut each: impl FnMut(u32, usize, usize)) {
        let cells = text.cells();
        let mut at = 0;
        while let Some(first) = cells.get(at) {
            let found = cells
                .get(at + 1)
                .and_then(|second| self.of_pair(cells, at, key(first.c, second.c)))
                .or_else(|| self.single(at, first.c));
            if let Some((number, to)) = found {
                each(number, at, to);
                at = to;
            } else {
                at += 1;
            }
        }
    }

    /// The longest phrase at a place, where two letters begin it, with its end.
    #[inline]
    fn of_pair(&self, cells: &[Cell], at: usize, pair: u64) -> Option<(u32, usize)> {
        let (word, bit) = place(pair);
        if self.pairs.get(word).is_none_or(|word| word & bit == 0) {
            return None;
        }
        let (first, end) = *self.by_pair.get(&pair)?;
        let rest = cells.get(at + 2..)?;
        let third = rest.first().map(|cell| cell.c);
        self.phrases.get(first as usize..end as usize)?.iter().find_map(|phrase| {
            if phrase.third.is_some() && phrase.third != third {
                return None;
            }
            let letters = self.letters.get(phrase.from as usize..phrase.to as usize)?;
            let here = rest.get(..letters.len())?;
            let is_here = here.iter().zip(letters).all(|(cell, c)| cell.c == *c);
            is_here.then_some((phrase.number, at + 2 + letters.len()))
        })
    }

    #[inline]
    fn single(&self, at: usize, c: char) -> Option<(u32, usize)> {
        let (word, bit) = single_place(c);
        if self.single_bits.get(word).is_none_or(|word| word & bit == 0) {
            return None;
        }
        Some((*self.singles.get(&c)?, at + 1))
    }
}

#[inline]
fn key(first: char, second: char) -> u64 {
    u64::from(first as u32) << 32 | u64::from(second as u32)
}

#[inline]
fn single_place(c: char) -> (usize, u64) {
    let slot = c as usize % N_SINGLE_BITS;
    (slot / 64, 1 << (slot % 64))
}

/// The word and the bit of two letters.
#[inline]
fn place(pair: u64) -> (usize, u64) {
    let slot = (pair.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 47) as usize;
    (slot / 64 % (N_PAIR_BITS / 64), 1 << (slot % 64))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, proptest};

    use super::Phrases;
    use crate::normalise::normalise;

    /// At each place the longest phrase, tried one after the other.
    fn plainly(phrases: &[String], text: &str) -> Vec<(u32, usize, usize)> {
        let letters: Vec<char> = text.chars().collect();
        let mut found = Vec::new();
        let mut from = 0;
        while let Some(rest) = letters.get(from..).filter(|rest| !rest.is_empty()) {
            let longest = (0u32..)
                .zip(phrases.iter().map(|phrase| phrase.chars().collect::<Vec<char>>()))
                .filter(|(_, phrase)| !phrase.is_empty() && rest.starts_with(phrase))
                .max_by_key(|(number, phrase)| (phrase.len(), *number));
            let length = longest.as_ref().map_or(1, |(_, phrase)| phrase.len());
            found.extend(longest.map(|(number, _)| (number, from, from + length)));
            from += length;
        }
        found
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn it_finds_what_trying_every_phrase_finds(
            phrases in proptest::collection::vec("[转账码a安]{0,4}", 0..12),
            text in "[转账码a安。x]{0,24}",
        ) {
            let mut found = Vec::new();
            let text = normalise(&text);
            Phrases::new(&phrases).find(&text, |number, from, to| found.push((number, from, to)));
            let text: String = text.cells().iter().map(|cell| cell.c).collect();
            assert_eq!(found, plainly(&phrases, &text), "{phrases:?} in {text}");
        }
    }
}
