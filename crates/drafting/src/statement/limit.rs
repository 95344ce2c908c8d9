//! What is due so long after the plan itself, the start of the term or the end of
//! an event: due, with a day that the document does not say.

use super::{Carry, Found, Scope};
use crate::actor;
use crate::date::Bound;
use crate::grammar::grammar;
use crate::item::{Cadence, Kind};
use crate::phrase::{Phrase, What};

pub(super) fn read(scope: &Scope<'_>, carry: &mut Carry, out: &mut Vec<Found>) {
    // 自印发之日起 begins the limit, and is no date of its own.
    let dated = scope.clause.has(|w| match w {
        What::Date(date) => date.bound != Bound::Since,
        What::Due { .. } | What::Cadence(_) | What::Quota { .. } => true,
        _ => false,
    });
    if scope.clause.bracketed
        || dated
        || scope.place.goals
        || super::deadline::taken(scope, out)
    {
        return;
    }
    let own = scope.clause.phrases.iter().find(|p| p.what == What::Within);
    let Some(phrase) = own else {
        if let Some((why, start)) = carry.within.clone()
            && is_handed_in(scope.words)
        {
            out.push(due(start..scope.clause.range.end, scope.words, &why));
        }
        return;
    };
    if !counts_from_the_plan(scope, phrase) {
        return;
    }
    let after = scope.after(phrase.end);
    let why = scope.place.str(&(phrase.start..phrase.end)).to_owned();
    let start = match scope.clause.range.start {
        0 => scope.place.block.head_len,
        start => start,
    };
    if after.is_empty() {
        carry.within = Some((why, start));
    } else if is_handed_in(after) {
        out.push(due(start..scope.clause.range.end, after, &why));
    }
}

/// `收到本通知后3日内`, `开学后一周内`; not `接到报警后3日内`.
fn counts_from_the_plan(scope: &Scope<'_>, phrase: &Phrase) -> bool {
    if phrase.rule == "within.holiday" {
        return true;
    }
    let head =
        scope.place.text.get(scope.sentence.range.start..phrase.start).unwrap_or_default();
    grammar().has("limit-from", head) && !grammar().has("limit-event", head)
}

fn is_handed_in(words: &str) -> bool {
    grammar().has("hand-in", words) || grammar().starts("due-verb", words).is_some() || {
        let given = ['将', '把'].iter().any(|w| words.contains(*w));
        given && words.contains(['报', '交', '送', '发'])
    }
}

fn due(range: std::ops::Range<usize>, words: &str, why: &str) -> Found {
    let mut found = Found::new(Kind::Deadline, range);
    found.cadence = Some(Cadence::Once);
    found.confidence = 0.7;
    found.action = actor::strip(words).to_owned();
    found.why = format!("相对时限“{why}”，文件没有写日期");
    found
}
