//! The answer for a message: what it is, how sure, why, and what to do.

use std::borrow::Cow;

use crate::content::{self, Given, Reader};
use crate::fraud_type::FraudType;
use crate::lexicon::{Concept, N_CONCEPTS};
use crate::model::{self, Model};
use crate::reading::{Reading, Scope};
use crate::rules::{self, Firing, RULES, Rule};

/// From this probability on it is a scam.
pub const SCAM_FROM: f64 = 0.85;
/// From this probability on it is suspicious.
pub const SUSPICIOUS_FROM: f64 = 0.5;
/// What a bare order of a swindler is worth at least.
const BARE_ORDER: f64 = SCAM_FROM;
/// Of the messages that only warn, every twelfth that we learned from is a scam, for
/// writers put an imitation beside many a reminder; in the blind sets about every
/// fiftieth. This is a cautious part of the difference, in logarithms of odds.
const ONLY_WARNS: f32 = -1.2;
/// A message is bare up to so many characters.
const BARE_CHARS_MAX: usize = 16;
/// From this strength on a rule decides about a bare message alone.
const BARE_STRENGTH: f32 = 1.8;
/// A message is short up to so many characters.
const SHORT_CHARS_MAX: usize = 40;
/// From this strength on a rule decides about a short message together with another.
const SHORT_STRENGTH: f32 = 2.4;
/// No more reasons than this are given.
const REASONS_MAX: usize = 6;

/// What a message was found to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Scam,
    Suspicious,
    NothingFound,
}

impl Outcome {
    /// The word in output files.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Scam => "scam",
            Self::Suspicious => "suspicious",
            Self::NothingFound => "none",
        }
    }

    /// The Chinese words for pages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Scam => "是诈骗",
            Self::Suspicious => "可疑",
            Self::NothingFound => "未发现诈骗特征",
        }
    }
}

/// One reason, with the place in the original message (characters, end excluded).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    pub rule: &'static str,
    pub span: (u32, u32),
    pub text: Cow<'static, str>,
}

/// The whole answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    pub outcome: Outcome,
    /// The national class; none when nothing was found.
    pub kind: Option<FraudType>,
    /// Calibrated probability that it is a scam.
    pub probability: f64,
    pub reasons: Vec<Reason>,
}

impl Verdict {
    /// What to do now, most urgent first.
    pub fn advice(&self, reader: Reader, given: Given) -> Vec<&'static str> {
        content::advice(self.outcome, self.kind, reader, given)
    }
}

/// Judges a message with the built-in model.
pub fn identify(text: &str) -> Verdict {
    identify_with(model::shipped(), text)
}

/// Judges a message with a given model.
pub fn identify_with(model: &Model, text: &str) -> Verdict {
    if !text.contains(char::is_alphanumeric) {
        return wordless(text);
    }
    let reading = Reading::of(text);
    let firings = rules::judge(&reading);
    let opinion = model.judge(&reading, &firings);
    let shift = if reading.only_warns() { ONLY_WARNS } else { 0.0 };
    let probability = f64::from(model.probability(opinion.score, shift));
    let probability =
        if bare_order(&reading, &firings) { probability.max(BARE_ORDER) } else { probability };
    let outcome = if probability >= SCAM_FROM {
        Outcome::Scam
    } else if probability >= SUSPICIOUS_FROM {
        Outcome::Suspicious
    } else {
        Outcome::NothingFound
    };
    let kind = (outcome != Outcome::NothingFound).then(|| opinion.kind());
    let reasons = if outcome == Outcome::NothingFound {
        calming(&reading)
    } else {
        alarming(model, &reading, &firings)
    };
    Verdict { outcome, kind, probability, reasons }
}

/// A few words that a strong rule holds for, or some more that the strongest and
/// another do, and nothing beside them that could speak for the writer:
/// 把钱转到安全账户. Of so few words the network knows little. Of our own messages it
/// lifts seventeen, twelve of them scams.
fn bare_order(reading: &Reading, firings: &[Firing]) -> bool {
    let framed = reading.n_reports + reading.n_warnings + reading.n_denied + reading.n_quoted;
    let strongest = firings.iter().filter_map(|it| RULES.get(it.rule)).map(|it| it.strength);
    let strongest = strongest.fold(0.0, f32::max);
    let n = reading.plain.len();
    framed == 0
        && (n <= BARE_CHARS_MAX && strongest >= BARE_STRENGTH
            || n <= SHORT_CHARS_MAX && strongest >= SHORT_STRENGTH && firings.len() >= 2)
}

/// Nothing, blanks, marks or pictures alone cannot be judged, and that is said.
fn wordless(text: &str) -> Verdict {
    let reason = Reason {
        rule: "no-words",
        span: (0, text.chars().count() as u32),
        text: Cow::Borrowed("没有可以判断的文字；请把对方的原话贴进来，图片里的字请打出来"),
    };
    Verdict {
        outcome: Outcome::NothingFound,
        kind: None,
        probability: 0.0,
        reasons: vec![reason],
    }
}

/// Why it is suspicious: the rules that hold, the strongest first, then the
/// words that weigh most, then what was disguised.
fn alarming(model: &Model, reading: &Reading, firings: &[Firing]) -> Vec<Reason> {
    let mut strongest: Vec<(&Rule, &Firing)> =
        firings.iter().filter_map(|firing| Some((RULES.get(firing.rule)?, firing))).collect();
    strongest
        .sort_by(|a, b| b.0.strength.total_cmp(&a.0.strength).then(a.1.rule.cmp(&b.1.rule)));
    let mut reasons: Vec<Reason> = strongest
        .iter()
        .map(|(rule, firing)| {
            let span = reading.plain.span(firing.from as usize, firing.to as usize);
            Reason { rule: rule.id, span, text: Cow::Borrowed(rule.says) }
        })
        .take(REASONS_MAX)
        .collect();
    if reasons.len() < 2 {
        reasons.extend(heaviest_words(model, reading).into_iter().take(3));
    }
    reasons.extend(disguises(reading));
    if reasons.is_empty() {
        let span = (0, reading.plain.span(0, reading.plain.len()).1);
        let text = Cow::Borrowed("措辞整体接近已知的诈骗话术，请先核实");
        reasons.push(Reason { rule: "wording", span, text });
    }
    reasons
}

/// The concepts that weigh most, each with the place where it is said.
fn heaviest_words(model: &Model, reading: &Reading) -> Vec<Reason> {
    let mut seen = [false; N_CONCEPTS];
    let mut weighed: Vec<(f32, Concept, (u32, u32))> = Vec::new();
    for hit in reading.hits.iter().filter(|hit| hit.scope == Scope::Plain) {
        let weight = model.concept_weight(hit.concept);
        let slot = seen.get_mut(hit.concept as usize).filter(|seen| !**seen);
        if let (Some(slot), true) = (slot, weight > 0.1) {
            *slot = true;
            weighed.push((
                weight,
                hit.concept,
                reading.plain.span(hit.from as usize, hit.to as usize),
            ));
        }
    }
    weighed.sort_by(|a, b| b.0.total_cmp(&a.0));
    weighed
        .into_iter()
        .map(|(_, concept, span)| Reason {
            rule: concept.id(),
            span,
            text: format!("出现诈骗中常见的说法：{}", crate::lexicon::name(concept)).into(),
        })
        .collect()
}

/// One reason for each kind of disguise.
fn disguises(reading: &Reading) -> Vec<Reason> {
    let mut told = Vec::new();
    let mut reasons = Vec::new();
    for undone in &reading.plain.undone {
        if told.contains(&undone.disguise) {
            continue;
        }
        told.push(undone.disguise);
        let text = format!("写法经过变形（{}），已还原后判断", undone.disguise.name());
        reasons.push(Reason {
            rule: "disguised-writing",
            span: (undone.from, undone.to),
            text: text.into(),
        });
    }
    reasons
}

/// Why a message that speaks of scams is none.
fn calming(reading: &Reading) -> Vec<Reason> {
    let told = Scope::Reported as usize;
    if reading.n_reports < 2 || reading.seen.get(told).is_none_or(|set| *set == 0) {
        return Vec::new();
    }
    let frame =
        reading.hits.iter().find(|hit| matches!(hit.concept, Concept::Warn | Concept::Narr));
    frame
        .map(|hit| Reason {
            rule: "warning-about-scams",
            span: reading.plain.span(hit.from as usize, hit.to as usize),
            text: Cow::Borrowed("内容是在提醒防骗或转述案例"),
        })
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Outcome, identify};

    #[test]
    fn a_bare_order_of_a_swindler_is_one_and_its_denial_is_none() {
        for text in [
            "把钱转到安全账户",
            "请把钱转到安全账户",
            "把验证码发给我",
            "把你的验证码告诉我",
            "不要告诉任何人，把钱打过来",
            "切记保密，把验证码告诉客服",
            "不要告诉任何人，马上把钱转到安全账户",
            "不要对任何人说，请把钱转到安全账户",
        ] {
            let verdict = identify(text);
            assert_eq!(verdict.outcome, Outcome::Scam, "{text}: {}", verdict.probability);
            assert!(!verdict.reasons.is_empty(), "{text}");
        }
        for text in ["不要把钱转到安全账户", "验证码不要发给别人", "把书带来", "把作业发给我"]
        {
            assert_eq!(identify(text).outcome, Outcome::NothingFound, "{text}");
        }
    }

    #[test]
    fn a_message_without_words_is_answered_sensibly() {
        for text in ["", "   \n\t", "🌟🌟😂", "？！……", "💰💰💰"] {
            let verdict = identify(text);
            assert_eq!(verdict.outcome, Outcome::NothingFound, "{text:?}");
            assert_eq!(verdict.kind, None);
            let rules: Vec<&str> = verdict.reasons.iter().map(|reason| reason.rule).collect();
            assert_eq!(rules, ["no-words"], "{text:?}");
            let end = text.chars().count() as u32;
            assert!(verdict.reasons.iter().all(|reason| reason.span == (0, end)));
        }
        assert_ne!(identify("1").reasons.first().map(|reason| reason.rule), Some("no-words"));
    }
}
