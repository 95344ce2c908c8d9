//! A message cut into sentences: whose turn each is, and what stands in quotes.

use crate::normalise::{Plain, begins};

/// A stretch between sentence marks.
pub(super) struct Sentence {
    pub(super) to: usize,
    pub(super) own: bool,
    pub(super) reports: bool,
    /// Asks whether it is a swindle.
    pub(super) asks: bool,
}

/// Names in front of a colon that mark the reader's own turn.
const OWN_SPEAKERS: &[&str] = &[
    "我:",
    "本人:",
    "用户:",
    "客户:",
    "受害人:",
    "事主:",
    "机主:",
    "家长:我",
    "right:",
    "右:",
    "市民:",
    "顾客:",
    "旅客:",
    "储户:",
    "接听人:",
    "接听者:",
    "居民:",
    "业主:",
];
/// A name in front of a colon has at most so many characters.
const SPEAKER_CHARS_MAX: usize = 8;

/// A text cut into sentences, with what was counted on the way.
pub(super) struct Cut {
    pub(super) sentences: Vec<Sentence>,
    pub(super) digits_max: usize,
    pub(super) is_dialogue: bool,
    pub(super) has_quotes: bool,
}

/// Every mark that parts sentences or quotes comes before it.
const BEHIND_MARKS: char = '\u{3400}';

pub(super) fn cut(plain: &Plain) -> Cut {
    let mut cut = Cut {
        sentences: Vec::with_capacity(8),
        digits_max: 0,
        is_dialogue: false,
        has_quotes: false,
    };
    let mut digits = 0;
    let mut start = 0;
    let mut colon = None;
    for (at, cell) in plain.cells().iter().enumerate() {
        let c = cell.c;
        // Most are Chinese characters: neither marks nor digits.
        if c >= BEHIND_MARKS {
            digits = 0;
            continue;
        }
        // Account numbers are written in groups: a space does not end them.
        if c.is_ascii_digit() {
            digits += 1;
            cut.digits_max = cut.digits_max.max(digits);
            continue;
        }
        if c != ' ' {
            digits = 0;
        }
        match c {
            '“' | '「' | '"' => cut.has_quotes = true,
            ':' if colon.is_none() => colon = Some(at),
            '。' | '!' | '?' | ';' | '\n' | '…' => {
                cut.end(plain, (start, at + 1), colon.take());
                start = at + 1;
            }
            _ => {}
        }
    }
    if start < plain.len() {
        cut.end(plain, (start, plain.len()), colon);
    }
    cut
}

impl Cut {
    /// Ends a sentence, whose first colon is given: it is the turn of whom its
    /// own mark names, or of whom the one before did.
    fn end(&mut self, plain: &Plain, (from, to): (usize, usize), colon: Option<usize>) {
        let mut own = self.sentences.last().is_some_and(|before| before.own);
        if let Some(colon) = colon {
            let blanks = plain.rest_at(from).iter().take_while(|cell| cell.c.is_whitespace());
            let from = from + blanks.count();
            if (from + 1..=from + SPEAKER_CHARS_MAX).contains(&colon) {
                let head = plain.rest_at(from);
                own = OWN_SPEAKERS.iter().any(|mark| begins(head, mark));
                self.is_dialogue = true;
            }
        }
        self.sentences.push(Sentence { to, own, reports: false, asks: false });
    }
}

/// The stretches inside quotation marks.
pub(super) fn quotations(plain: &Plain) -> Vec<(usize, usize)> {
    let mut stretches = Vec::new();
    let mut open: Option<(usize, char)> = None;
    for (at, cell) in plain.cells().iter().enumerate() {
        match (open, cell.c) {
            (Some((from, '“')), '”')
            | (Some((from, '「')), '」')
            | (Some((from, '"')), '"') => {
                stretches.push((from, at));
                open = None;
            }
            (_, '“' | '「') | (None, '"') => open = Some((at, cell.c)),
            _ => {}
        }
    }
    stretches
}

/// The last sentence that holds a word, unless the reader says or asks it.
pub(super) fn last_words(plain: &Plain, sentences: &[Sentence]) -> Option<usize> {
    let holds_word = |(from, to): (usize, usize)| {
        let cells = plain.cells().get(from..to).unwrap_or_default();
        cells.iter().any(|cell| cell.c.is_alphanumeric())
    };
    let from =
        |at: usize| at.checked_sub(1).and_then(|at| sentences.get(at)).map_or(0, |it| it.to);
    let worded =
        sentences.iter().enumerate().rev().find(|(at, it)| holds_word((from(*at), it.to)));
    worded.filter(|(_, it)| !it.own && !it.asks).map(|(at, _)| at)
}
