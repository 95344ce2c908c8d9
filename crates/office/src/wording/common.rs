//! The parts that two texts have in common, for showing them side by side.

use std::collections::HashMap;
use std::ops::Range;

use super::SIGNS_MIN;

/// Two texts laid beside each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Share of the runs of three signs that both have, exactly, from 0 to 1.
    pub likeness: f32,
    /// Signs of the shorter text that carry meaning.
    pub signs: usize,
    /// Share of the shorter text that stands in the longer one.
    pub contained: f32,
    /// Byte ranges of the first text that stand in the second, in order.
    pub left: Vec<Range<usize>>,
    /// Byte ranges of the second text that stand in the first, in order.
    pub right: Vec<Range<usize>>,
}

/// From these shares on two texts are shown to a reviewer.
const LIKENESS_MIN: f32 = 0.4;
const CONTAINED_MIN: f32 = 0.65;
/// Shorter parts are common to all minutes.
const PART_MIN: usize = 6;
/// More than this of a text is not compared.
const SIGNS_MAX: usize = 60_000;
/// Places where a part may begin that are tried, for texts of one sign.
const STARTS_MAX: usize = 32;

impl Comparison {
    /// True if a reviewer should see the two.
    pub fn is_near_duplicate(&self) -> bool {
        let is_telling = self.signs >= SIGNS_MIN;
        is_telling && (self.likeness >= LIKENESS_MIN || self.contained >= CONTAINED_MIN)
    }
}

/// The signs that carry meaning, each with where it stands: no spaces, no
/// punctuation, letters small, full-width ones plain.
pub(super) fn normal(text: &str) -> Vec<(usize, char)> {
    text.char_indices()
        .map(|(at, c)| match c {
            '\u{ff01}'..='\u{ff5e}' => (at, char::from_u32(c as u32 - 0xfee0).unwrap_or(c)),
            c => (at, c),
        })
        .filter(|(_, c)| c.is_alphanumeric())
        .map(|(at, c)| (at, c.to_ascii_lowercase()))
        .collect()
}

/// Compares two texts and marks what they share.
pub fn compare(left: &str, right: &str) -> Comparison {
    let mut a = normal(left);
    let mut b = normal(right);
    a.truncate(SIGNS_MAX);
    b.truncate(SIGNS_MAX);
    let parts = parts(&signs(&a), &signs(&b));
    let shared: usize = parts.iter().map(|part| part.len).sum();
    let shorter = a.len().min(b.len());
    let contained = if shorter == 0 { 0.0 } else { shared as f32 / shorter as f32 };
    let spans = |text: &str, signs: &[(usize, char)], start: fn(&Part) -> usize| {
        let mut spans: Vec<Range<usize>> =
            parts.iter().filter_map(|part| span(text, signs, start(part), part.len)).collect();
        spans.sort_by_key(|span| span.start);
        spans
    };
    Comparison {
        likeness: likeness(&signs(&a), &signs(&b)),
        signs: shorter,
        contained,
        left: spans(left, &a, |part| part.a),
        right: spans(right, &b, |part| part.b),
    }
}

fn signs(text: &[(usize, char)]) -> Vec<char> {
    text.iter().map(|(_, sign)| *sign).collect()
}

/// The bytes of the original from the first to the last sign of a part.
fn span(text: &str, signs: &[(usize, char)], start: usize, len: usize) -> Option<Range<usize>> {
    let from = signs.get(start)?.0;
    let last = signs.get(start + len.checked_sub(1)?)?.0;
    let last_len = text.get(last..)?.chars().next()?.len_utf8();
    Some(from..last + last_len)
}

fn likeness(a: &[char], b: &[char]) -> f32 {
    let runs = |signs: &[char]| {
        let mut counts: HashMap<[char; 3], u32> = HashMap::new();
        for run in signs.windows(3) {
            if let Ok(run) = run.try_into() {
                *counts.entry(run).or_default() += 1;
            }
        }
        counts
    };
    let (a, b) = (runs(a), runs(b));
    let total = |counts: &HashMap<[char; 3], u32>| counts.values().sum::<u32>();
    let both: u32 = a.iter().map(|(run, n)| b.get(run).map_or(0, |m| *n.min(m))).sum();
    let either = total(&a) + total(&b) - both;
    if either == 0 { 0.0 } else { both as f32 / either as f32 }
}

/// A part that stands in both, by its first sign in each.
#[derive(Debug, Clone, Copy)]
struct Part {
    a: usize,
    b: usize,
    len: usize,
}

/// Parts of at least [`PART_MIN`] signs, the longest first taken, none twice.
fn parts(a: &[char], b: &[char]) -> Vec<Part> {
    let mut starts: HashMap<&[char], Vec<usize>> = HashMap::new();
    for (at, run) in b.windows(PART_MIN).enumerate() {
        let places = starts.entry(run).or_default();
        if places.len() < STARTS_MAX {
            places.push(at);
        }
    }
    let mut found: Vec<Part> = Vec::new();
    let mut at = 0;
    while let Some(run) = a.get(at..at + PART_MIN) {
        let places = starts.get(run).map(Vec::as_slice).unwrap_or_default();
        let longest = places
            .iter()
            .map(|&place| Part { a: at, b: place, len: same_from(a, at, b, place) })
            .max_by_key(|part| part.len);
        // From inside a part only its tail would be found again.
        at += longest.map_or(1, |part| (part.len + 1).saturating_sub(PART_MIN).max(1));
        found.extend(longest);
    }
    found.sort_by_key(|part| (std::cmp::Reverse(part.len), part.a));
    let (mut taken_a, mut taken_b) = (vec![false; a.len()], vec![false; b.len()]);
    let mut kept = Vec::new();
    for part in found {
        if let Some(part) = free_part(part, &taken_a, &taken_b) {
            mark(&mut taken_a, part.a, part.len);
            mark(&mut taken_b, part.b, part.len);
            kept.push(part);
        }
    }
    kept
}

fn same_from(a: &[char], at: usize, b: &[char], place: usize) -> usize {
    let a = a.get(at..).unwrap_or_default();
    let b = b.get(place..).unwrap_or_default();
    a.iter().zip(b).take_while(|(x, y)| x == y).count()
}

/// What is left of a part when both its ends are cut to what is not yet taken.
fn free_part(mut part: Part, taken_a: &[bool], taken_b: &[bool]) -> Option<Part> {
    let is_taken = |i: usize, part: &Part| {
        let a = taken_a.get(part.a + i).copied().unwrap_or(true);
        let b = taken_b.get(part.b + i).copied().unwrap_or(true);
        a || b
    };
    while part.len > 0 && is_taken(0, &part) {
        part = Part { a: part.a + 1, b: part.b + 1, len: part.len - 1 };
    }
    let free = (0..part.len).take_while(|i| !is_taken(*i, &part)).count();
    part.len = free;
    (free >= PART_MIN).then_some(part)
}

fn mark(taken: &mut [bool], from: usize, len: usize) {
    if let Some(part) = taken.get_mut(from..from + len) {
        part.fill(true);
    }
}
