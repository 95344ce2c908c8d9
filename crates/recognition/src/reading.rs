//! A message as recognition reads it: the phrases of the lexicon, each with
//! how it is meant (asked of the reader, denied, reported, the reader's own).

use crate::lexicon::{self, Concept, ConceptSet};
use crate::normalise::{Plain, is_han, normalise};

/// How a phrase is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Scope {
    /// Said to the reader, as it stands.
    Plain,
    /// Forbidden or denied: 不要转账, 不收费.
    Denied,
    /// Told about others: 骗子要求转账.
    Reported,
    /// The reader's own words in a dialogue.
    Own,
}

/// How many scopes there are.
pub(crate) const N_SCOPES: usize = 4;

/// A concept met at a place, in bytes of the normalised text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hit {
    pub(crate) concept: Concept,
    pub(crate) scope: Scope,
    pub(crate) from: u32,
    pub(crate) to: u32,
    /// Which sentence it stands in.
    pub(crate) sentence: u16,
}

/// A message, read.
pub(crate) struct Reading {
    pub(crate) plain: Plain,
    pub(crate) hits: Vec<Hit>,
    /// The concepts met in each scope.
    pub(crate) seen: [ConceptSet; N_SCOPES],
    pub(crate) n_chars: usize,
    /// Longest run of digits.
    pub(crate) digits_max: usize,
    /// How many warnings or tellings about others.
    pub(crate) n_reports: usize,
    pub(crate) is_dialogue: bool,
    /// A code is handed over, not asked for: 验证码 482913.
    pub(crate) gives_code: bool,
}

/// A stretch between sentence marks.
struct Sentence {
    to: usize,
    own: bool,
    reports: bool,
}

/// How far before an act a denial still counts, in bytes (eight characters).
const DENIAL_REACH: usize = 24;

/// Names in front of a colon that mark the reader's own turn.
const OWN_SPEAKERS: &[&str] =
    &["我:", "本人:", "用户:", "客户:", "受害人:", "事主:", "机主:", "家长:我"];
/// Names that mark the other side's turn.
const OTHER_SPEAKERS: &[&str] =
    &["对方:", "客服:", "来电:", "骗子:", "说话人", "a:", "b:", "甲:", "乙:"];

impl Reading {
    /// Reads a message.
    pub(crate) fn of(text: &str) -> Self {
        let plain = normalise(text);
        let (mut sentences, n_chars, digits_max, is_dialogue) = cut(&plain.text);
        let mut hits = collect(&plain.text, &sentences);
        mark_reports(&hits, &mut sentences);
        let n_reports = hits
            .iter()
            .filter(|hit| matches!(hit.concept, Concept::Warn | Concept::Narr))
            .count();
        assign_scopes(&plain.text, &mut hits, &sentences, n_reports);
        let gives_code = hits.iter().any(|hit| {
            hit.concept == Concept::Code && is_followed_by_digits(&plain.text, hit.to as usize)
        });
        let mut seen = [0; N_SCOPES];
        for hit in &hits {
            if let Some(set) = seen.get_mut(hit.scope as usize) {
                *set |= hit.concept.bit();
            }
        }
        Self { plain, hits, seen, n_chars, digits_max, n_reports, is_dialogue, gives_code }
    }

    /// The concepts said to the reader.
    pub(crate) fn said(&self) -> ConceptSet {
        self.seen[Scope::Plain as usize]
    }

    /// Whether a concept was met in a scope.
    pub(crate) fn has(&self, concept: Concept, scope: Scope) -> bool {
        self.seen.get(scope as usize).is_some_and(|set| set & concept.bit() != 0)
    }
}

fn is_followed_by_digits(text: &str, at: usize) -> bool {
    let rest = text.get(at..).unwrap_or_default();
    let rest = rest.trim_start_matches([' ', ':', '是', '为', '(', '【']);
    rest.bytes().take_while(u8::is_ascii_digit).count() >= 4
}

/// Cuts a text into sentences and counts characters on the way.
fn cut(text: &str) -> (Vec<Sentence>, usize, usize, bool) {
    let mut sentences = Vec::new();
    let (mut n_chars, mut digits, mut digits_max) = (0, 0, 0);
    let mut own = false;
    let mut is_dialogue = false;
    let mut start = 0;
    for (at, c) in text.char_indices() {
        n_chars += 1;
        if c.is_ascii_digit() {
            digits += 1;
            digits_max = digits_max.max(digits);
        } else {
            digits = 0;
        }
        if matches!(c, '。' | '!' | '?' | ';' | '\n' | '…') {
            let to = at + c.len_utf8();
            let (is_own, is_turn) = speaker(text.get(start..to).unwrap_or_default(), own);
            own = is_own;
            is_dialogue |= is_turn;
            sentences.push(Sentence { to, own, reports: false });
            start = to;
        }
    }
    if start < text.len() {
        let (is_own, is_turn) = speaker(text.get(start..).unwrap_or_default(), own);
        is_dialogue |= is_turn;
        sentences.push(Sentence { to: text.len(), own: is_own, reports: false });
    }
    (sentences, n_chars, digits_max, is_dialogue)
}

/// Whose turn a sentence belongs to: its own mark, or that of the one before.
fn speaker(sentence: &str, before: bool) -> (bool, bool) {
    let head = sentence.trim_start();
    if OWN_SPEAKERS.iter().any(|mark| head.starts_with(mark)) {
        return (true, true);
    }
    if OTHER_SPEAKERS.iter().any(|mark| head.starts_with(mark)) {
        return (false, true);
    }
    (before, false)
}

fn collect(text: &str, sentences: &[Sentence]) -> Vec<Hit> {
    let mut hits = Vec::with_capacity(16);
    let mut sentence = 0usize;
    for found in lexicon::shipped().find(text) {
        while sentences.get(sentence).is_some_and(|current| current.to <= found.from) {
            sentence += 1;
        }
        if !whole_word(text, found.from, found.to) {
            continue;
        }
        for &concept in found.senses {
            hits.push(Hit {
                concept,
                scope: Scope::Plain,
                from: found.from as u32,
                to: found.to as u32,
                sentence: sentence as u16,
            });
        }
    }
    hits
}

/// A Latin phrase counts only as a word of its own: `cf` is not in `cfo`.
fn whole_word(text: &str, from: usize, to: usize) -> bool {
    let bytes = text.as_bytes();
    let is_latin = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_lowercase);
    let first = is_latin(from) && from.checked_sub(1).is_some_and(is_latin);
    let last = to.checked_sub(1).is_some_and(is_latin) && is_latin(to);
    // Host endings and schemes stand inside an address.
    let address = bytes.get(from) == Some(&b'.')
        || text.get(from..).is_some_and(|rest| rest.starts_with("http"));
    address || !(first || last)
}

fn mark_reports(hits: &[Hit], sentences: &mut [Sentence]) {
    for hit in hits.iter().filter(|hit| matches!(hit.concept, Concept::Warn | Concept::Narr)) {
        if let Some(sentence) = sentences.get_mut(usize::from(hit.sentence)) {
            sentence.reports = true;
        }
    }
}

/// Concepts that are frames themselves: they keep the scope of plain speech.
const FRAMES: ConceptSet = Concept::Warn.bit()
    | Concept::Narr.bit()
    | Concept::Forbid.bit()
    | Concept::MakesMe.bit()
    | Concept::Asks.bit()
    | Concept::You.bit()
    | Concept::Past.bit()
    | Concept::Guard.bit()
    | Concept::NoFee.bit()
    | Concept::BackSameWay.bit()
    | Concept::GenuineChannel.bit();

fn assign_scopes(text: &str, hits: &mut [Hit], sentences: &[Sentence], n_reports: usize) {
    // Where the last denial ends, its sentence, and how far it reaches.
    let mut denial: Option<(u32, u16, usize)> = None;
    for hit in hits {
        let sentence = sentences.get(usize::from(hit.sentence));
        if sentence.is_some_and(|sentence| sentence.own) {
            hit.scope = Scope::Own;
            continue;
        }
        if hit.concept == Concept::Forbid {
            denial = Some((hit.to, hit.sentence, DENIAL_REACH));
            continue;
        }
        // `工作人员不会索要…`, `切勿将…`: a promise or a ban on what follows.
        if hit.concept == Concept::Guard {
            denial = Some((hit.to, hit.sentence, 2 * DENIAL_REACH));
            continue;
        }
        if FRAMES & hit.concept.bit() != 0 {
            continue;
        }
        // Two or more warnings or tellings make the whole message a report.
        let reported = n_reports >= 2 || sentence.is_some_and(|sentence| sentence.reports);
        let denied = denial.is_some_and(|(to, of, reach)| {
            of == hit.sentence
                && hit.from as usize <= to as usize + reach
                && !parted(text, to as usize, hit.from as usize)
        });
        if denied {
            hit.scope = Scope::Denied;
        } else if reported {
            hit.scope = Scope::Reported;
        }
    }
}

/// Whether a comma ends the reach of a denial.
fn parted(text: &str, from: usize, to: usize) -> bool {
    text.get(from..to).is_some_and(|between| between.contains(','))
}

/// Folds a stretch for letters: runs of digits, Chinese ones too, become `0`.
pub(crate) fn letters(text: &str) -> Vec<char> {
    let mut out: Vec<char> = Vec::with_capacity(text.len() / 2);
    let mut han_run = 0usize;
    for c in text.chars() {
        if c.is_ascii_digit() {
            han_run = 0;
            if out.last() != Some(&'0') {
                out.push('0');
            }
        } else if is_han_digit(c) {
            han_run += 1;
            match out.last() {
                Some('0') => {}
                _ if han_run == 2 => {
                    out.pop();
                    out.push('0');
                }
                _ => out.push(c),
            }
        } else {
            han_run = 0;
            if is_han(c)
                || c.is_ascii_alphanumeric()
                || matches!(c, '?' | '!' | ':' | ',' | '。' | '\n' | '【')
            {
                out.push(c);
            }
        }
    }
    out
}

fn is_han_digit(c: char) -> bool {
    matches!(
        c,
        '〇' | '零'
            | '一'
            | '二'
            | '两'
            | '三'
            | '四'
            | '五'
            | '六'
            | '七'
            | '八'
            | '九'
            | '十'
            | '百'
            | '千'
            | '万'
    )
}

#[cfg(test)]
mod tests {
    use super::{Reading, Scope, letters};
    use crate::lexicon::Concept;

    fn scope_of(text: &str, concept: Concept) -> Option<Scope> {
        Reading::of(text).hits.iter().find(|hit| hit.concept == concept).map(|hit| hit.scope)
    }

    #[test]
    fn an_act_is_plain_denied_reported_or_ones_own() {
        assert_eq!(scope_of("请马上转账", Concept::Transfer), Some(Scope::Plain));
        assert_eq!(scope_of("切勿转账", Concept::Transfer), Some(Scope::Denied));
        assert_eq!(scope_of("骗子要求转账", Concept::Transfer), Some(Scope::Reported));
        assert_eq!(scope_of("对方：你好\n我：我去转账", Concept::Transfer), Some(Scope::Own));
        assert_eq!(scope_of("不要挂电话，马上转账", Concept::Transfer), Some(Scope::Plain));
    }

    #[test]
    fn numbers_fold_to_one_sign() {
        let folded = |text: &str| letters(text).into_iter().collect::<String>();
        assert_eq!(folded("转5000元"), "转0元");
        assert_eq!(folded("转五千元"), "转0元");
        assert_eq!(folded("一个3万"), "一个0");
    }
}
