//! A message as recognition reads it: the phrases of the lexicon, each with
//! how it is meant (asked of the reader, denied, reported, the reader's own).

mod sentences;

use crate::lexicon::{self, Concept, ConceptSet, any};
use crate::normalise::{Cell, Plain, begins, normalise};
use sentences::{Cut, Sentence, cut, last_words, quotations};

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

/// A concept met at a place of the normalised text.
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
    /// The last sentence warns, forbids or tells how to be safe.
    pub(crate) ends_warning: bool,
    /// A code is handed over, not asked for: 验证码 482913.
    pub(crate) gives_code: bool,
}

/// So many characters before an act a denial still counts.
const DENIAL_REACH: usize = 8;

impl Reading {
    /// Reads a message.
    pub(crate) fn of(text: &str) -> Self {
        let plain = normalise(text);
        let Cut { mut sentences, digits_max, is_dialogue, has_quotes } = cut(&plain);
        let mut hits = collect(&plain, &sentences);
        mark_reports(&hits, &mut sentences);
        let Told { n_warnings, n_victim_words, n_reports } = Told::of(&hits, &sentences);
        assign_scopes(&plain, &mut hits, &sentences, n_reports);
        // Who warns quotes what swindlers say.
        let n_quoted = if has_quotes {
            quote(&mut hits, &quotations(&plain), n_warnings + n_reports > 0)
        } else {
            0
        };
        let mut seen = [0; N_SCOPES];
        let mut n_denied = 0;
        let mut gives_code = false;
        let last = last_words(&plain, &sentences);
        let mut ends_warning = false;
        for hit in &hits {
            ends_warning |= Some(usize::from(hit.sentence)) == last
                && (hit.scope == Scope::Denied || WARNINGS & hit.concept.bit() != 0);
            if let Some(set) = seen.get_mut(hit.scope as usize) {
                *set |= hit.concept.bit();
            }
            n_denied += usize::from(hit.scope == Scope::Denied);
            gives_code |= hit.concept == Concept::Code
                && is_followed_by_digits(plain.rest_at(hit.to as usize));
        }
        Self {
            plain,
            hits,
            seen,
            digits_max,
            n_reports,
            n_warnings,
            n_victim_words,
            n_denied,
            n_quoted,
            is_dialogue,
            ends_warning,
            gives_code,
        }
    }

    /// The concepts said to the reader.
    pub(crate) fn said(&self) -> ConceptSet {
        self.seen[Scope::Plain as usize]
    }

    /// Whether it warns of something or tells of swindlers.
    pub(crate) fn warns(&self) -> bool {
        self.said() & (Concept::Warn.bit() | Concept::Narr.bit()) != 0
    }

    /// Whether it gives the reader a way on: a link, a number, a group. Also where a
    /// warning stands in front, for that is how swindlers begin.
    pub(crate) fn leads(&self) -> bool {
        self.digits_max >= LEADING_DIGITS || self.said_or_told() & LEADS != 0
    }

    /// Whether it only warns: it asks for nothing, gives the reader nothing to follow,
    /// and nobody speaks of oneself.
    pub(crate) fn only_warns(&self) -> bool {
        self.said() & Concept::Warn.bit() != 0
            && self.said_or_told() & DEMANDS == 0
            && !self.leads()
            && !speaks_of_me(&self.plain)
    }

    fn said_or_told(&self) -> ConceptSet {
        self.said() | self.seen[Scope::Reported as usize]
    }

    /// Whether a concept was met in a scope.
    pub(crate) fn has(&self, concept: Concept, scope: Scope) -> bool {
        self.seen.get(scope as usize).is_some_and(|set| set & concept.bit() != 0)
    }
}

/// Concepts of ways on which a reader is to follow.
const LEADS: ConceptSet = any(&[
    Concept::Url,
    Concept::Link,
    Concept::Contact,
    Concept::Scan,
    Concept::Install,
    Concept::Meeting,
]);
/// Concepts of what a swindler is after.
const DEMANDS: ConceptSet = any(&[
    Concept::Transfer,
    Concept::Pay,
    Concept::Advance,
    Concept::FeeTrick,
    Concept::Deposit,
    Concept::SafeAccount,
    Concept::NamedAccount,
    Concept::CardTrade,
    Concept::Code,
    Concept::Secret,
    Concept::Screen,
]);
/// From so many digits on a number can be called or added.
const LEADING_DIGITS: usize = 5;

/// What 我 stands in front of where an office speaks: 我校, 我市.
const OFFICES: &str = "校院系班部局行司市县区镇乡村省国社街厅委馆矿厂队库";

/// Whether somebody speaks of oneself, not an office, nor of 自我.
fn speaks_of_me(plain: &Plain) -> bool {
    plain.cells().iter().enumerate().any(|(at, cell)| match cell.c {
        '俺' | '咱' => true,
        '我' => {
            let before = at.checked_sub(1).and_then(|before| plain.get(before));
            before != Some('自') && plain.get(at + 1).is_none_or(|c| !OFFICES.contains(c))
        }
        _ => false,
    })
}

fn is_followed_by_digits(rest: &[Cell]) -> bool {
    rest.iter()
        .map(|cell| cell.c)
        .skip_while(|c| matches!(c, ' ' | ':' | '是' | '为' | '(' | '【'))
        .take_while(char::is_ascii_digit)
        .nth(3)
        .is_some()
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
    let mut hits = Vec::with_capacity(32);
    let mut sentence = 0usize;
    lexicon::shipped().find(plain, |found| {
        while sentences.get(sentence).is_some_and(|current| current.to <= found.from) {
            sentence += 1;
        }
        if !whole_word(plain, found.from, found.to) {
            return;
        }
        for &concept in found.senses {
            if concept == Concept::Neutral
                || concept == Concept::Amount && !is_amount(plain, found.from)
            {
                continue;
            }
            hits.push(Hit {
                concept,
                scope: Scope::Plain,
                from: found.from as u32,
                to: found.to as u32,
                sentence: u16::try_from(sentence).unwrap_or(u16::MAX),
            });
        }
    });
    hits
}

/// A unit is an amount only after a number: `三万`, `2980元`, not `万一`.
fn is_amount(plain: &Plain, from: usize) -> bool {
    from.checked_sub(1)
        .and_then(|before| plain.get(before))
        .is_some_and(|c| c.is_ascii_digit() || "一二两三四五六七八九十几多半".contains(c))
}

/// A Latin phrase counts only as a word of its own: `cf` is not in `cfo`.
fn whole_word(plain: &Plain, from: usize, to: usize) -> bool {
    let is_latin = |at: usize| plain.get(at).is_some_and(|c| c.is_ascii_lowercase());
    let first = is_latin(from) && from.checked_sub(1).is_some_and(is_latin);
    let last = to.checked_sub(1).is_some_and(is_latin) && is_latin(to);
    if !(first || last) {
        return true;
    }
    // Host endings and schemes stand inside an address.
    plain.get(from) == Some('.') || begins(plain.rest_at(from), "http")
}

/// Concepts that tell about others instead of asking something of the reader.
const REPORTS: ConceptSet = any(&[Concept::Warn, Concept::Narr, Concept::Victim]);
/// Concepts of those who warn.
const WARNINGS: ConceptSet = any(&[Concept::Warn, Concept::SafeAct, Concept::Guard]);

/// What is told of others, counted.
struct Told {
    n_warnings: usize,
    n_victim_words: usize,
    n_reports: usize,
}

impl Told {
    /// Who asks whether it is a swindle tells of oneself, not of others.
    fn of(hits: &[Hit], sentences: &[Sentence]) -> Self {
        let mut told = Self { n_warnings: 0, n_victim_words: 0, n_reports: 0 };
        for hit in hits.iter().filter(|hit| (REPORTS | WARNINGS) & hit.concept.bit() != 0) {
            if sentences.get(usize::from(hit.sentence)).is_none_or(|one| !one.asks) {
                let bit = hit.concept.bit();
                told.n_warnings += usize::from(WARNINGS & bit != 0);
                told.n_victim_words += usize::from(hit.concept == Concept::Victim);
                told.n_reports += usize::from(REPORTS & bit != 0);
            }
        }
        told
    }
}

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
const FRAMES: ConceptSet = any(&[
    Concept::Warn,
    Concept::Narr,
    Concept::Forbid,
    Concept::MakesMe,
    Concept::Asks,
    Concept::You,
    Concept::Past,
    Concept::Guard,
    Concept::NoFee,
    Concept::BackSameWay,
    Concept::SafeAct,
    Concept::Victim,
    Concept::NoHurry,
    Concept::AsksScam,
    Concept::NotAsked,
    Concept::SelfAct,
    Concept::ToldMe,
    Concept::LetterForm,
]);
/// Ways to check: they may be forbidden, but who warns means them as they stand.
const CHECKS: ConceptSet = any(&[Concept::GenuineChannel, Concept::OfficialUrl]);

fn assign_scopes(plain: &Plain, hits: &mut [Hit], sentences: &[Sentence], n_reports: usize) {
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
                && !parted(plain, to as usize, hit.from as usize)
        });
        if denied {
            hit.scope = Scope::Denied;
        } else if reported && CHECKS & hit.concept.bit() == 0 {
            hit.scope = Scope::Reported;
        }
    }
}

/// Whether a comma ends the reach of a denial.
fn parted(plain: &Plain, from: usize, to: usize) -> bool {
    plain.cells().get(from..to).is_some_and(|between| between.iter().any(|it| it.c == ','))
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

    #[test]
    fn a_reminder_only_warns() {
        let only_warns = |text: &str| Reading::of(text).only_warns();
        assert!(only_warns("我校提醒：冒充老师收费的都是骗局，请当心"));
        assert!(only_warns("自我防范要加强，谨防刷单骗局"));
        assert!(!only_warns("警方提醒：账户有风险，请加微信处理"));
        assert!(!only_warns("警方提醒：账户有风险，请打13900000001"));
        assert!(!only_warns("反诈中心提醒：请将资金转入安全账户"));
        assert!(!only_warns("警方提醒：请开启屏幕共享配合核查"));
        assert!(!only_warns("风险提示：需先存保证金解冻"));
        assert!(!only_warns("他叫我去那边，我妈说小心骗子"));
        assert!(!only_warns("小心骗子，我会再打给您"));
        assert!(!only_warns("这都是套路吗"));
    }

    #[test]
    fn a_message_may_end_with_a_warning_whatever_marks_follow() {
        let ends = |text: &str| Reading::of(text).ends_warning;
        for end in ["", "。", "！！", "。\n", "。\n……"] {
            assert!(ends(&format!("他要您交钱，那是假的。切勿轻信{end}")), "{end:?}");
        }
        assert!(!ends("他说是客服，我不信。转账"));
        assert!(!ends("当心骗子。我们加微信谈"));
    }
}
