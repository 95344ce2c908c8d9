//! What tells of the past, or of what the law says, and asks for nothing.

use super::Place;
use crate::actor;
use crate::clause::{Clause, Sentence};
use crate::date::Bound;
use crate::grammar::grammar;
use crate::phrase::{Limit, What};

/// A sentence of what was. Under goals 累计 sums up what is to come.
pub(super) fn tells(place: &Place<'_>, text: &str) -> bool {
    let sums = place.goals && text.contains("累计");
    if sums {
        grammar().has("past", &text.replace("累计", ""))
    } else {
        grammar().has("past", text)
    }
}

/// `截至2月底,已…`: up to when something was counted.
pub(super) fn is_as_of(text: &str) -> bool {
    let dated = text.contains("截至") || text.contains("截止");
    dated
        && ["已", "累计", "共计", "共开展", "共发", "共举办", "共组"]
            .iter()
            .any(|w| text.contains(w))
}

/// A law or an older document is cited: its dates are not ours.
pub(super) fn is_citation(text: &str) -> bool {
    text.contains('《')
        && ["施行", "颁布", "公布实施", "正式实施", "生效"].iter().any(|w| text.contains(w))
}

/// A clause about a year before the plan's own tells of the past.
pub(super) fn is_old(place: &Place<'_>, clause: &Clause) -> bool {
    let Some(year) = place.years.year else { return false };
    clause.phrases.iter().any(|p| match &p.what {
        What::Date(date) => {
            let of = |d: &crate::date::Day| match d.year {
                crate::date::Year::Of(y) => Some(y),
                _ => None,
            };
            let last = date.to.as_ref().and_then(of);
            let bound = matches!(date.bound, Bound::Range | Bound::Since);
            last.is_some_and(|y| y < year) && !bound && !compared(clause, p.start)
        }
        _ => false,
    })
}

/// `同比2022年`: the year is what is compared with.
fn compared(clause: &Clause, at: usize) -> bool {
    clause.phrases.iter().any(|p| p.what == What::Baseline && p.end == at)
}

/// Whether a clause asks for something. 达到 does not by itself, where the sentence
/// tells of the past and the clause has no date of its own.
pub(super) fn is_asked(clause: &Clause, words: &str, told: bool) -> bool {
    let dated = clause.has(|w| matches!(w, What::Date(_)));
    if !told || dated || !grammar().has("either-cue", words) {
        return grammar().has("goal-cue", words);
    }
    let mut rest = words.to_owned();
    while let Some(at) = grammar().find("either-cue", &rest) {
        let word = grammar().starts("either-cue", rest.get(at..).unwrap_or_default());
        rest.replace_range(at..at + word.map_or(1, str::len), " ");
    }
    grammar().has("goal-cue", &rest)
}

/// `发案19起,同比上升58.3%`: how what was counted compares; so does any rise or fall
/// against last year in the opening of the document.
pub(super) fn compares(place: &Place<'_>, sentence: &Sentence, at: usize) -> bool {
    let Some((clause, before)) = sentence.clauses.get(..=at).and_then(<[_]>::split_last) else {
        return false;
    };
    let compared = clause.has(|w| *w == What::Baseline)
        && clause.has(|w| matches!(w, What::Share { change: Some(_), .. }));
    let wanted = place.goals
        || grammar().has("goal-cue", place.str(&(sentence.range.start..clause.range.end)));
    let happened = |clause: &Clause| {
        clause.has(|w| match w {
            What::Quota { unit, bound: Limit::Exact, figures, .. } => {
                *figures && grammar().is("incident-unit", unit)
            }
            _ => false,
        })
    };
    compared && !wanted && (place.opening || happened(clause) || before.iter().any(happened))
}

/// `并处五千万元以下罚款`: what a law threatens with.
pub(super) fn is_penalty(words: &str) -> bool {
    words.match_indices('处').any(|(at, mark)| {
        let (head, tail) = (words.get(..at), words.get(at + mark.len()..));
        let found = head.is_some_and(|h| h.ends_with(['查', '惩', '到', '各']));
        !found && tail.is_some_and(|t| grammar().has("penalty", t))
    })
}

/// `财务科要加强教育，…严格转账审批`: an office is told what to do, though the words
/// are those of advice.
pub(super) fn is_order(place: &Place<'_>, sentence: &Sentence) -> bool {
    let first = sentence.clauses.first().map_or("", |c| place.str(&c.range));
    actor::of(first).is_some() && !grammar().has("knowledge", first)
}
