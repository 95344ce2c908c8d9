//! Reads words and numbers off a text, one after the other.

use crate::number;

/// What is still to be read.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn before(&self) -> Option<char> {
        self.text.get(..self.at).and_then(|text| text.chars().next_back())
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Takes the first of the words that stands here; longer ones come first.
    pub(super) fn take(&mut self, words: &[&str]) -> bool {
        for word in words {
            if self.rest().starts_with(word) {
                self.at += word.len();
                return true;
            }
        }
        false
    }

    /// A number in figures (at most `digits` of them) or Chinese numerals.
    pub(super) fn number(&mut self, digits: usize) -> Option<u32> {
        let rest = self.rest();
        let figures: &str = take_while(rest, |c| c.is_ascii_digit());
        if !figures.is_empty() {
            if figures.len() > digits {
                return None;
            }
            self.at += figures.len();
            return figures.parse().ok();
        }
        let numerals = take_while(rest, number::is_numeral);
        let value = number::chinese(numerals)?;
        self.at += numerals.len();
        Some(value)
    }
}

fn take_while(text: &str, keep: impl Fn(char) -> bool) -> &str {
    let end = text.find(|c| !keep(c)).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}
