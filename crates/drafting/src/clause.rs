//! Sentences and clauses of a paragraph, with the phrases that stand in them.

use std::ops::Range;

use crate::phrase::{self, Phrase, What};

/// A stretch between two commas, or the inside of a pair of brackets.
#[derive(Debug, Clone)]
pub(crate) struct Clause {
    pub(crate) range: Range<usize>,
    /// Whether it stands in brackets, after the clause that it explains.
    pub(crate) bracketed: bool,
    pub(crate) phrases: Vec<Phrase>,
}

#[derive(Debug, Clone)]
pub(crate) struct Sentence {
    pub(crate) range: Range<usize>,
    pub(crate) clauses: Vec<Clause>,
}

impl Clause {
    pub(crate) fn has(&self, wanted: impl Fn(&What) -> bool) -> bool {
        self.phrases.iter().any(|p| wanted(&p.what))
    }
}

pub(crate) fn sentences(text: &str) -> Vec<Sentence> {
    let hidden = pairs(text, &(0..text.len()), '《', '》');
    let names = short_names(text);
    let within = |p: &Phrase, ranges: &[Range<usize>]| {
        ranges.iter().any(|h| h.start <= p.start && p.end <= h.end)
    };
    let phrases: Vec<Phrase> = phrase::scan(text)
        .into_iter()
        .filter(|p| !within(p, &hidden))
        .filter(|p| !matches!(p.what, What::Quota { figures: false, .. }) || !within(p, &names))
        .collect();
    sentence_ranges(text)
        .into_iter()
        .map(|range| Sentence { clauses: clauses(text, &range, &phrases), range })
        .collect()
}

/// Where the sentences of a paragraph are, without reading them.
pub(crate) fn sentence_ranges(text: &str) -> Vec<Range<usize>> {
    split(text, 0..text.len(), |c, _| "。!?;".contains(c))
}

fn clauses(text: &str, sentence: &Range<usize>, phrases: &[Phrase]) -> Vec<Clause> {
    let brackets = pairs(text, sentence, '(', ')');
    let inside = |at: usize| brackets.iter().any(|b| b.contains(&at));
    let parts = split(text, sentence.clone(), |c, at| {
        (",\t".contains(c) || c == ':' && !is_clock(text, at)) && !inside(at)
    });
    let mut out = Vec::new();
    for part in parts {
        let own = |p: &&Phrase| part.start <= p.start && p.end <= part.end && !inside(p.start);
        let own: Vec<Phrase> = phrases.iter().filter(own).cloned().collect();
        let inner: Vec<&Range<usize>> =
            brackets.iter().filter(|b| part.contains(&b.start)).collect();
        out.push(Clause { range: part.clone(), bracketed: false, phrases: own });
        for bracket in inner {
            let within = |p: &&Phrase| bracket.start <= p.start && p.end <= bracket.end;
            let found: Vec<Phrase> = phrases.iter().filter(within).cloned().collect();
            if !found.is_empty() {
                out.push(Clause { range: bracket.clone(), bracketed: true, phrases: found });
            }
        }
    }
    out
}

fn is_clock(text: &str, at: usize) -> bool {
    let before = text.get(..at).and_then(|t| t.chars().next_back());
    let after = text.get(at + 1..).and_then(|t| t.chars().next());
    before.is_some_and(|c| c.is_ascii_digit()) && after.is_some_and(|c| c.is_ascii_digit())
}

fn split(
    text: &str,
    range: Range<usize>,
    is_end: impl Fn(char, usize) -> bool,
) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = range.start;
    for (i, c) in text.get(range.clone()).unwrap_or_default().char_indices() {
        let at = range.start + i;
        if is_end(c, at) {
            if at > start {
                out.push(start..at);
            }
            start = at + c.len_utf8();
        }
    }
    if start < range.end {
        out.push(start..range.end);
    }
    out
}

/// The insides of brackets, outermost only; an open one without an end is none.
fn pairs(text: &str, range: &Range<usize>, open: char, close: char) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut stack = Vec::new();
    for (i, c) in text.get(range.clone()).unwrap_or_default().char_indices() {
        let at = range.start + i;
        if c == open {
            stack.push(at + c.len_utf8());
        } else if c == close
            && let Some(start) = stack.pop()
            && stack.is_empty()
        {
            out.push(start..at);
        }
    }
    out
}

/// A few words between quotation marks are a name: “三会一课”, “四个全面”.
fn short_names(text: &str) -> Vec<Range<usize>> {
    pairs(text, &(0..text.len()), '“', '”')
        .into_iter()
        .filter(|r| text.get(r.clone()).is_some_and(|t| t.chars().count() <= 10))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_no_colon_and_brackets_are_clauses_of_their_own() {
        let text = "于8月30号17:00前报送《2022年总结》,召开班会(每学期至少1次)。完。";
        let got = sentences(text);
        assert_eq!(got.len(), 2);
        let parts: Vec<&str> = got[0].clauses.iter().map(|c| &text[c.range.clone()]).collect();
        assert_eq!(
            parts,
            ["于8月30号17:00前报送《2022年总结》", "召开班会(每学期至少1次)", "每学期至少1次"]
        );
        assert_eq!(got[0].clauses[0].phrases.len(), 1, "the year in the title is hidden");
        assert!(got[0].clauses[1].phrases.is_empty());
        assert_eq!(got[0].clauses[2].phrases.len(), 2);
    }
}
