//! What the house makes of a question: the message and the story judged by
//! `recognition`, number and link by their form.

use campaign::consultation::look::{self, Sign, Weight};
use campaign::consultation::{Asker, Given, Outcome, Question};
use recognition::{FraudType, Reader, Reason};
use storage::consultation::Asked;

/// The answer of the house.
pub(crate) struct Judgement {
    pub(crate) outcome: Outcome,
    pub(crate) kind: Option<FraudType>,
    pub(crate) permille: i64,
    pub(crate) reasons: Vec<Reason>,
    /// In which the places of the reasons are counted.
    pub(crate) whole: String,
    pub(crate) number: Vec<Sign>,
    pub(crate) link: Vec<Sign>,
}

pub(crate) fn judge(asked: &Asked) -> Judgement {
    let whole = match (asked.text.is_empty(), asked.happened.is_empty()) {
        (false, false) => format!("{}\n{}", asked.text, asked.happened),
        (true, _) => asked.happened.clone(),
        (false, true) => asked.text.clone(),
    };
    let verdict = recognition::identify(&whole);
    let given = |text: &str, look: fn(&str) -> Vec<Sign>| {
        if text.is_empty() { Vec::new() } else { look(text) }
    };
    let number = given(&asked.number, look::number);
    let link = given(&asked.link, look::link);
    let is_alarming = number.iter().chain(&link).any(|it| it.weight() == Weight::Alarm);
    let outcome = match verdict.outcome {
        recognition::Outcome::Scam => Outcome::Scam,
        recognition::Outcome::Suspicious => Outcome::Suspicious,
        recognition::Outcome::NothingFound if is_alarming => Outcome::Suspicious,
        recognition::Outcome::NothingFound => Outcome::Nothing,
    };
    Judgement {
        outcome,
        kind: verdict.kind,
        permille: (verdict.probability * 1000.0).round() as i64,
        reasons: verdict.reasons,
        whole,
        number,
        link,
    }
}

/// A question as it is kept.
pub(super) fn asked(question: &Question) -> Asked {
    Asked {
        text: question.text().to_owned(),
        happened: question.happened().to_owned(),
        number: question.number().to_owned(),
        link: question.link().to_owned(),
    }
}

/// What to do now, most urgent first.
pub(super) fn advice(
    outcome: Outcome,
    kind: Option<FraudType>,
    (asker, given): (Asker, Given),
) -> Vec<&'static str> {
    let outcome = match outcome {
        Outcome::Scam => recognition::Outcome::Scam,
        Outcome::Suspicious => recognition::Outcome::Suspicious,
        Outcome::Nothing => recognition::Outcome::NothingFound,
    };
    let reader = match asker {
        Asker::Anyone => Reader::Anyone,
        Asker::Pupil => Reader::Pupil,
        Asker::Parent => Reader::Parent,
        Asker::Teacher => Reader::Teacher,
    };
    let given = match given {
        Given::Nothing => recognition::Given::Nothing,
        Given::Codes => recognition::Given::Codes,
        Given::Money => recognition::Given::Money,
    };
    recognition::content().advice(outcome, kind, reader, given)
}
