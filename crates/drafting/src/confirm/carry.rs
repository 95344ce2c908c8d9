//! A new edition of a document: which confirmations hold on, and what changed,
//! sentence by sentence.

use std::collections::HashMap;
use std::ops::Range;

use super::wording::{alike, bare, numbers};
use super::{Entry, Fields, Layout};

/// An item of the edition before.
#[derive(Debug, Clone, Copy)]
pub struct Old<'a> {
    pub quote: &'a str,
    pub fields: &'a Fields,
}

/// How an item of the new edition stands to the old ones, by their index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carry {
    /// The sentence stands there word for word.
    Same(usize),
    /// A few words differ, and no number.
    Near(usize),
    /// It is the same matter, with other numbers or words.
    Changed(usize),
    New,
}

impl Carry {
    pub const fn old(self) -> Option<usize> {
        match self {
            Self::Same(at) | Self::Near(at) | Self::Changed(at) => Some(at),
            Self::New => None,
        }
    }
}

/// From here on two sentences are taken for the same, if their numbers are.
const NEAR: f64 = 0.8;
/// From here on they are about the same matter.
const KIN: f64 = 0.45;

/// Sets the items of a new edition beside those of the old one. Each old item
/// is given once.
pub fn carry(old: &[Old<'_>], new: &[Entry]) -> Vec<Carry> {
    let old_bare: Vec<String> = old.iter().map(|it| bare(it.quote)).collect();
    let new_bare: Vec<String> = new.iter().map(|it| bare(&it.quote)).collect();
    let mut taken = vec![false; old.len()];
    let mut found = vec![Carry::New; new.len()];
    // Word for word first, so that a likeness takes nothing away from a twin.
    let mut by_words: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, words) in old_bare.iter().enumerate() {
        by_words.entry(words).or_default().push(at);
    }
    for exact in [true, false] {
        for (n, entry) in new.iter().enumerate().filter(|(n, _)| !new_bare[*n].is_empty()) {
            if found[n] != Carry::New {
                continue;
            }
            let twins = by_words.get(new_bare[n].as_str()).map_or(&[][..], Vec::as_slice);
            let fits = |at: usize| {
                let theirs = old[at].fields;
                !exact
                    || theirs.element == entry.fields.element
                    || theirs.kind == entry.fields.kind && theirs.name == entry.fields.name
            };
            if let Some(&at) = twins.iter().find(|at| !taken[**at] && fits(**at)) {
                taken[at] = true;
                found[n] = Carry::Same(at);
            }
        }
    }
    let mut pairs = likenesses(old, new, (&old_bare, &new_bare), (&taken, &found));
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    for (likeness, at, n) in pairs {
        if taken[at] || found[n] != Carry::New {
            continue;
        }
        taken[at] = true;
        let same_numbers = numbers(&old_bare[at]) == numbers(&new_bare[n]);
        found[n] =
            if NEAR <= likeness && same_numbers { Carry::Near(at) } else { Carry::Changed(at) };
    }
    found
}

/// Every pair that may be about the same matter, with its likeness.
fn likenesses(
    old: &[Old<'_>],
    new: &[Entry],
    (old_bare, new_bare): (&[String], &[String]),
    (taken, found): (&[bool], &[Carry]),
) -> Vec<(f64, usize, usize)> {
    let mut pairs = Vec::new();
    for (at, theirs) in old.iter().enumerate().filter(|(at, _)| !taken[*at]) {
        for (n, entry) in new.iter().enumerate().filter(|(n, _)| found[*n] == Carry::New) {
            if theirs.fields.kind != entry.fields.kind {
                continue;
            }
            let likeness = alike(&old_bare[at], &new_bare[n]);
            // Two statements of one sentence are told apart by their names.
            let bonus = if theirs.fields.element == entry.fields.element { 0.1 } else { 0.0 };
            if KIN <= likeness + bonus {
                pairs.push((likeness + bonus, at, n));
            }
        }
    }
    pairs
}

/// Where a sentence that a person had chosen stands in a new edition.
pub fn locate(quote: &str, text: &str, layout: &Layout) -> Option<Range<usize>> {
    if let Some(start) = text.find(quote) {
        return Some(start..start + quote.len());
    }
    let wanted = bare(quote);
    let numbers_wanted = numbers(&wanted);
    layout
        .sentences
        .iter()
        .filter_map(|(start, end, _)| {
            let sentence = text.get(*start..*end)?;
            let (words, start) =
                (bare(sentence), *end - super::wording::unnumbered(sentence).len());
            let likeness = alike(&wanted, &words);
            let fits = NEAR <= likeness && numbers(&words) == numbers_wanted;
            fits.then_some((likeness, start..*end))
        })
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, span)| span)
}

/// What a new edition changed in the sentences of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    Added(String),
    Removed(String),
    Changed(String, String),
}

/// Sentences in a gap that are compared each with each.
const GAP_MAX: usize = 60;

/// The changes in the order of the document. What stands once in both editions
/// holds the others in place; between such sentences the likest are one changed.
pub fn changes(old: &[&str], new: &[&str]) -> Vec<Change> {
    let (old_bare, new_bare): (Vec<String>, Vec<String>) =
        (old.iter().map(|it| bare(it)).collect(), new.iter().map(|it| bare(it)).collect());
    let mut out = Vec::new();
    let mut from = (0, 0);
    let ends = std::iter::once((old.len(), new.len()));
    for (left, right) in anchors(&old_bare, &new_bare).into_iter().chain(ends) {
        gap(
            &mut out,
            old.get(from.0..left).unwrap_or_default(),
            new.get(from.1..right).unwrap_or_default(),
        );
        from = (left + 1, right + 1);
    }
    out
}

fn gap(out: &mut Vec<Change>, old: &[&str], new: &[&str]) {
    let old: Vec<(&str, String)> = old.iter().map(|it| (*it, bare(it))).collect();
    let mut new: Vec<(&str, String)> = new.iter().map(|it| (*it, bare(it))).collect();
    // Sentences that stand several times are no anchors, and may still be there.
    let mut rest = Vec::new();
    for it in old.into_iter().filter(|it| !it.1.is_empty()) {
        match new.iter().position(|other| other.1 == it.1) {
            Some(at) => drop(new.remove(at)),
            None => rest.push(it),
        }
    }
    new.retain(|it| !it.1.is_empty());
    let compared = rest.len() <= GAP_MAX && new.len() <= GAP_MAX;
    for (words, bare_words) in rest {
        let likest = new
            .iter()
            .enumerate()
            .filter(|_| compared)
            .map(|(at, other)| (alike(&bare_words, &other.1), at))
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .filter(|(likeness, _)| KIN <= *likeness);
        match likest {
            Some((_, at)) => {
                let (other, _) = new.remove(at);
                out.push(Change::Changed(words.to_owned(), other.to_owned()));
            }
            None => out.push(Change::Removed(words.to_owned())),
        }
    }
    out.extend(new.into_iter().map(|(words, _)| Change::Added(words.to_owned())));
}

/// Sentences that stand once in each and keep their order: the longest run.
fn anchors(old: &[String], new: &[String]) -> Vec<(usize, usize)> {
    let once = |all: &[String]| {
        let mut seen: HashMap<String, Option<usize>> = HashMap::new();
        for (at, words) in all.iter().enumerate().filter(|(_, words)| !words.is_empty()) {
            seen.entry(words.clone()).and_modify(|it| *it = None).or_insert(Some(at));
        }
        seen
    };
    let (mine, theirs) = (once(old), once(new));
    let mut both: Vec<(usize, usize)> = mine
        .iter()
        .filter_map(|(words, at)| Some(((*at)?, theirs.get(words).copied().flatten()?)))
        .collect();
    both.sort_unstable();
    longest_rising(&both)
}

/// The longest run of pairs that rises on the right as well (patience).
fn longest_rising(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut piles: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; pairs.len()];
    for (n, pair) in pairs.iter().enumerate() {
        let at = piles.partition_point(|top| pairs[*top].1 < pair.1);
        before[n] = at.checked_sub(1).and_then(|it| piles.get(it).copied());
        if at == piles.len() {
            piles.push(n);
        } else {
            piles[at] = n;
        }
    }
    let mut run = Vec::new();
    let mut next = piles.last().copied();
    while let Some(n) = next {
        run.push(pairs[n]);
        next = before[n];
    }
    run.reverse();
    run
}
