//! A message as recognition reads it: the phrases of the lexicon, each with
//! how it is meant (asked of the reader, denied, reported, the reader's own).

use crate::lexicon::{self, Concept, ConceptSet};
use crate::normalise::{Plain, normalise};

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
    /// How many warnings, and pieces of advice that only an honest writer gives.
    pub(crate) n_warnings: usize,
    /// How many words of a case record: who reported, what was lost.
    pub(crate) n_victim_words: usize,
    /// How many acts are forbidden or denied.
    pub(crate) n_denied: usize,
    /// How many acts stand inside quotation marks.
    pub(crate) n_quoted: usize,
    pub(crate) is_dialogue: bool,
    /// A code is handed over, not asked for: 验证码 482913.
    pub(crate) gives_code: bool,
}

/// A stretch between sentence marks.
struct Sentence {
    to: usize,
    own: bool,
    reports: bool,
    /// Asks whether it is a swindle.
    asks: bool,
}

/// How far before an act a denial still counts, in bytes (eight characters).
const DENIAL_REACH: usize = 24;

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
/// A name in front of a colon is at most so long, in characters.
const SPEAKER_CHARS_MAX: usize = 8;

impl Reading {
    /// Reads a message.
    pub(crate) fn of(text: &str) -> Self {
        let plain = normalise(text);
        let Cut { mut sentences, n_chars, digits_max, is_dialogue, has_quotes } = cut(&plain);
        let mut hits = collect(&plain, &sentences);
        mark_reports(&hits, &mut sentences);
        // Who asks whether it is a swindle tells of oneself, not of others.
        let count = |set: ConceptSet| {
            let is_told = |hit: &&Hit| {
                set & hit.concept.bit() != 0
                    && sentences.get(usize::from(hit.sentence)).is_none_or(|one| !one.asks)
            };
            hits.iter().filter(is_told).count()
        };
        let n_warnings = count(WARNINGS);
        let n_victim_words = count(Concept::Victim.bit());
        let n_reports = count(REPORTS);
        assign_scopes(&plain.text, &mut hits, &sentences, n_reports);
        // Who warns quotes what swindlers say.
        let n_quoted = if has_quotes {
            quote(&mut hits, &quotations(&plain.text), n_warnings + n_reports > 0)
        } else {
            0
        };
        let n_denied = hits.iter().filter(|hit| hit.scope == Scope::Denied).count();
        let gives_code = hits.iter().any(|hit| {
            hit.concept == Concept::Code && is_followed_by_digits(&plain.text, hit.to as usize)
        });
        let mut seen = [0; N_SCOPES];
        for hit in &hits {
            if let Some(set) = seen.get_mut(hit.scope as usize) {
                *set |= hit.concept.bit();
            }
        }
        Self {
            plain,
            hits,
            seen,
            n_chars,
            digits_max,
            n_reports,
            n_warnings,
            n_victim_words,
            n_denied,
            n_quoted,
            is_dialogue,
            gives_code,
        }
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

/// A text cut into sentences, with what was counted on the way.
struct Cut {
    sentences: Vec<Sentence>,
    n_chars: usize,
    digits_max: usize,
    is_dialogue: bool,
    has_quotes: bool,
}

/// Every mark that parts sentences or quotes comes before it.
const BEHIND_MARKS: char = '\u{3400}';

fn cut(plain: &Plain) -> Cut {
    let text = plain.text.as_str();
    let mut sentences = Vec::with_capacity(8);
    let (mut n_chars, mut digits, mut digits_max) = (0, 0, 0);
    let mut own = false;
    let (mut is_dialogue, mut has_quotes) = (false, false);
    let mut start = 0;
    for (at, c) in plain.letters() {
        n_chars += 1;
        // Most are Chinese characters: neither marks nor digits.
        if c >= BEHIND_MARKS {
            digits = 0;
            continue;
        }
        has_quotes |= matches!(c, '“' | '「' | '"');
        // Account numbers are written in groups: a space does not end them.
        if c.is_ascii_digit() {
            digits += 1;
            digits_max = digits_max.max(digits);
        } else if c != ' ' {
            digits = 0;
        }
        if matches!(c, '。' | '!' | '?' | ';' | '\n' | '…') {
            let to = at + c.len_utf8();
            let (is_own, is_turn) = speaker(text.get(start..to).unwrap_or_default(), own);
            own = is_own;
            is_dialogue |= is_turn;
            sentences.push(Sentence { to, own, reports: false, asks: false });
            start = to;
        }
    }
    if start < text.len() {
        let (is_own, is_turn) = speaker(text.get(start..).unwrap_or_default(), own);
        is_dialogue |= is_turn;
        sentences.push(Sentence { to: text.len(), own: is_own, reports: false, asks: false });
    }
    Cut { sentences, n_chars, digits_max, is_dialogue, has_quotes }
}

/// Whose turn a sentence belongs to: its own mark, or that of the one before.
fn speaker(sentence: &str, before: bool) -> (bool, bool) {
    let head = sentence.trim_start();
    let name = head.chars().take(SPEAKER_CHARS_MAX + 1).position(|c| c == ':');
    match name {
        Some(1..) => (OWN_SPEAKERS.iter().any(|mark| head.starts_with(mark)), true),
        _ => (before, false),
    }
}

/// The stretches inside quotation marks, in bytes.
fn quotations(text: &str) -> Vec<(usize, usize)> {
    let mut stretches = Vec::new();
    let mut open: Option<(usize, char)> = None;
    for (at, c) in text.char_indices() {
        match (open, c) {
            (Some((from, '“')), '”')
            | (Some((from, '「')), '」')
            | (Some((from, '"')), '"') => {
                stretches.push((from, at));
                open = None;
            }
            (_, '“' | '「') | (None, '"') => open = Some((at, c)),
            _ => {}
        }
    }
    stretches
}

/// Marks what stands inside quotation marks as reported if someone warns, and
/// counts it.
fn quote(hits: &mut [Hit], stretches: &[(usize, usize)], warned: bool) -> usize {
    let mut n_quoted = 0;
    let mut stretch = stretches.iter().peekable();
    for hit in hits {
        while stretch.peek().is_some_and(|(_, to)| *to <= hit.from as usize) {
            stretch.next();
        }
        let inside = stretch.peek().is_some_and(|(from, _)| *from < hit.from as usize);
        if inside && FRAMES & hit.concept.bit() == 0 {
            n_quoted += 1;
            if warned && hit.scope == Scope::Plain {
                hit.scope = Scope::Reported;
            }
        }
    }
    n_quoted
}

fn collect(plain: &Plain, sentences: &[Sentence]) -> Vec<Hit> {
    let text = plain.text.as_str();
    let mut hits = Vec::with_capacity(32);
    let mut sentence = 0usize;
    lexicon::shipped().find(plain, |found| {
        while sentences.get(sentence).is_some_and(|current| current.to <= found.from) {
            sentence += 1;
        }
        if !whole_word(text, found.from, found.to) {
            return;
        }
        for &concept in found.senses {
            if concept == Concept::Neutral
                || concept == Concept::Amount && !is_amount(text, found.from)
            {
                continue;
            }
            hits.push(Hit {
                concept,
                scope: Scope::Plain,
                from: found.from as u32,
                to: found.to as u32,
                sentence: sentence as u16,
            });
        }
    });
    hits
}

/// A unit is an amount only after a number: `三万`, `2980元`, not `万一`.
fn is_amount(text: &str, from: usize) -> bool {
    text.get(..from)
        .and_then(|before| before.chars().next_back())
        .is_some_and(|c| c.is_ascii_digit() || "一二两三四五六七八九十几多半".contains(c))
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

/// Concepts that tell about others instead of asking something of the reader.
const REPORTS: ConceptSet = Concept::Warn.bit() | Concept::Narr.bit() | Concept::Victim.bit();
/// Concepts of those who warn.
const WARNINGS: ConceptSet =
    Concept::Warn.bit() | Concept::SafeAct.bit() | Concept::Guard.bit();

fn mark_reports(hits: &[Hit], sentences: &mut [Sentence]) {
    for hit in hits.iter().filter(|hit| hit.concept == Concept::AsksScam) {
        if let Some(sentence) = sentences.get_mut(usize::from(hit.sentence)) {
            sentence.asks = true;
        }
    }
    for hit in hits.iter().filter(|hit| REPORTS & hit.concept.bit() != 0) {
        if let Some(sentence) = sentences.get_mut(usize::from(hit.sentence)) {
            sentence.reports = !sentence.asks;
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
    | Concept::SafeAct.bit()
    | Concept::Victim.bit()
    | Concept::NoHurry.bit()
    | Concept::AsksScam.bit()
    | Concept::NotAsked.bit()
    | Concept::SelfAct.bit()
    | Concept::ToldMe.bit()
    | Concept::LetterForm.bit();
/// Ways to check: they may be forbidden, but who warns means them as they stand.
const CHECKS: ConceptSet = Concept::GenuineChannel.bit() | Concept::OfficialUrl.bit();

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
        if matches!(hit.concept, Concept::Guard | Concept::NotAsked) {
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
        } else if reported && CHECKS & hit.concept.bit() == 0 {
            hit.scope = Scope::Reported;
        }
    }
}

/// Whether a comma ends the reach of a denial.
fn parted(text: &str, from: usize, to: usize) -> bool {
    text.get(from..to).is_some_and(|between| between.contains(','))
}

#[cfg(test)]
mod tests {
    use super::{Reading, Scope};
    use crate::lexicon::Concept;

    fn scope_of(text: &str, concept: Concept) -> Option<Scope> {
        Reading::of(text).hits.iter().find(|hit| hit.concept == concept).map(|hit| hit.scope)
    }

    #[test]
    fn an_act_is_plain_denied_reported_or_ones_own() {
        assert_eq!(scope_of("请马上转账", Concept::Transfer), Some(Scope::Plain));
        assert_eq!(scope_of("切勿汇款", Concept::Transfer), Some(Scope::Denied));
        assert_eq!(scope_of("切勿转账", Concept::SafeAct), Some(Scope::Plain));
        assert_eq!(
            scope_of("他会说“请转账”,那是骗局", Concept::Transfer),
            Some(Scope::Reported)
        );
        assert_eq!(scope_of("骗子要求转账", Concept::Transfer), Some(Scope::Reported));
        assert_eq!(scope_of("对方：你好\n我：我去转账", Concept::Transfer), Some(Scope::Own));
        assert_eq!(scope_of("不要挂电话，马上转账", Concept::Transfer), Some(Scope::Plain));
    }
}
