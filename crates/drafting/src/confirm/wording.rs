//! How alike two sentences are.

use std::collections::HashMap;

use crate::text::Folded;

/// The sentence without blanks, widths and marks: what makes it this sentence.
pub(super) fn bare(text: &str) -> String {
    let text = unnumbered(text);
    let folded = Folded::of(text, 0..text.len()).text;
    folded
        .chars()
        .filter(|c| !c.is_whitespace() && !"，,。；;：:、！!“”\"".contains(*c))
        .collect()
}

/// What follows the number of a paragraph: that a list has one more before it
/// changes nothing in a sentence.
pub(super) fn unnumbered(text: &str) -> &str {
    let trimmed = text.trim_start();
    let rest = trimmed.trim_start_matches(['（', '(']);
    let is_numeral =
        |c: char| c.is_ascii_digit() || "一二三四五六七八九十①②③④⑤⑥⑦⑧⑨".contains(c);
    let tail = rest.trim_start_matches(is_numeral);
    match tail.strip_prefix(['）', ')', '、', '.', '．']) {
        Some(after) if tail.len() < rest.len() => after.trim_start(),
        _ => trimmed,
    }
}

/// The numbers of a sentence, in whatever way they are written.
pub(super) fn numbers(bare: &str) -> String {
    bare.chars()
        .filter(|c| c.is_ascii_digit() || "%.零一二两三四五六七八九十百千万每半".contains(*c))
        .collect()
}

/// Dice's share of common pairs of neighbours, from 0 to 1.
pub(super) fn alike(left: &str, right: &str) -> f64 {
    let (left, right) = (pairs(left), pairs(right));
    let total: usize = left.values().sum::<usize>() + right.values().sum::<usize>();
    if total == 0 {
        return 0.0;
    }
    let common: usize =
        left.iter().map(|(pair, n)| (*n).min(right.get(pair).copied().unwrap_or(0))).sum();
    2.0 * common as f64 / total as f64
}

fn pairs(text: &str) -> HashMap<(char, char), usize> {
    let mut pairs = HashMap::new();
    for pair in text.chars().zip(text.chars().skip(1)) {
        *pairs.entry(pair).or_default() += 1;
    }
    pairs
}
