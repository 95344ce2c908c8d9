//! Rows of tables whose heads say how often, and entries of lists whose opening
//! line does.

use super::{Carry, Found, Place, Scope};
use crate::actor;
use crate::clause::{Clause, Sentence};
use crate::date::{Bound, Part};
use crate::grammar::grammar;
use crate::item::{Cadence, Kind};
use crate::phrase::{Phrase, What};
use crate::table::Column;

/// The column in which a clause stands.
fn column(place: &Place<'_>, at: usize) -> Option<Column> {
    place.table.map(|table| table.column(place.source, place.block, at))
}

/// A cell under 频次 that holds nothing but a rate belongs to the row before it;
/// one under 每月 has the rate of its head.
pub(super) fn read(scope: &Scope<'_>, carry: &mut Carry, out: &mut [Found]) -> bool {
    let Some(column) = column(scope.place, scope.clause.range.start) else { return false };
    if scope.clause.bracketed {
        return false;
    }
    let own = scope.clause.has(|w| matches!(w, What::Cadence(_)));
    carry.cadence = match column {
        Column::Every(rate) if !own => Some((rate, scope.clause.range.start)),
        _ => None,
    };
    let [phrase] = scope.clause.phrases.as_slice() else { return false };
    let What::Cadence(rate) = phrase.what else { return false };
    let whole =
        phrase.start == scope.clause.range.start && phrase.end == scope.clause.range.end;
    if column != Column::Rate || !whole || rate == Cadence::Continuous {
        return false;
    }
    let row = &scope.sentence.range;
    let found = out
        .iter_mut()
        .find(|f| f.kind == Kind::Duty && f.confidence >= 0.5 && row.start <= f.range.start);
    let Some(found) = found else { return false };
    if found.cadence == Some(Cadence::Once) && found.deadline.is_none() {
        found.cadence = Some(rate);
    }
    true
}

/// What has no number of its own: the task of a row with a rate, a cell under a
/// rate, an entry of a list that a rate opens.
pub(super) fn bare(scope: &Scope<'_>, carry: &Carry, out: &mut Vec<Found>, before: usize) {
    if scope.clause.bracketed || out.iter().skip(before).any(|f| f.confidence >= 0.5) {
        return;
    }
    let column = column(scope.place, scope.clause.range.start);
    match (column, scope.clause.phrases.as_slice()) {
        (Some(Column::Rate), [phrase]) => {
            if let What::Cadence(rate) = phrase.what
                && let Some(task) = task(scope)
            {
                let range = task.start..scope.clause.range.end;
                let words = scope.place.str(&task).to_owned();
                out.truncate(before);
                out.push(duty(scope, range, &words, rate, "表格“频次”一栏"));
            }
        }
        (Some(Column::Every(rate)), []) if acts(scope.words) => {
            let range = scope.clause.range.clone();
            out.push(duty(scope, range, scope.words, rate, "表格列头的频次"));
        }
        (None, []) => entry(scope, carry, out),
        _ => {}
    }
}

/// An entry of a list: a verb and its object, without a number of its own.
fn entry(scope: &Scope<'_>, carry: &Carry, out: &mut Vec<Found>) {
    let Some(rate) = scope.place.list_cadence.filter(|_| !scope.place.ones) else { return };
    let first = scope.clause.range.start == scope.place.block.head_len || scope.at == 0;
    let opens = first && scope.sentence.range.start == 0 && carry.date.is_none();
    let start = scope.place.block.head_len.max(scope.clause.range.start);
    let words = scope.place.str(&(start..scope.clause.range.end));
    let numbered = scope.place.block.head_len > 0;
    if opens && numbered && acts(words) && words.chars().count() <= 30 {
        out.push(duty(scope, start..scope.clause.range.end, words, rate, "频次沿用清单的引语"));
    }
}

fn acts(words: &str) -> bool {
    (3..=40).contains(&words.chars().count())
        && (grammar().has("duty-verb", words) || grammar().ends("event-noun", words).is_some())
}

fn duty(
    scope: &Scope<'_>,
    range: std::ops::Range<usize>,
    words: &str,
    rate: Cadence,
    why: &str,
) -> Found {
    let mut found = Found::new(Kind::Duty, range);
    found.cadence = Some(rate);
    found.count = Some(1.0);
    found.confidence = 0.78;
    found.action = actor::strip(words).to_owned();
    found.per = actor::per(scope.words);
    found.why = format!("{why}“{}”", rate.chinese());
    found
}

/// The cell of the row that says what is done: the one under 任务, or the longest.
fn task(scope: &Scope<'_>) -> Option<std::ops::Range<usize>> {
    let cells = || {
        let clauses = scope.sentence.clauses.iter().take(scope.at).filter(|c| !c.bracketed);
        clauses.map(|c| c.range.clone())
    };
    let task = cells().find(|c| column(scope.place, c.start) == Some(Column::Task));
    let mut task = task.or_else(|| cells().max_by_key(std::ops::Range::len))?;
    task.start = task.start.max(if task.start == 0 { scope.place.block.head_len } else { 0 });
    (scope.place.str(&task).chars().count() >= 2).then_some(task)
}

/// A row of a table of stages: its name, then its time.
pub(super) fn stage(
    place: &Place<'_>,
    sentence: &Sentence,
    clause: &Clause,
    phrase: &Phrase,
) -> Option<(std::ops::Range<usize>, String, f64, String)> {
    let What::Date(date) = &phrase.what else { return None };
    let table = place.table.filter(|t| t.has(Column::Stage) && t.has(Column::Time))?;
    let whole = clause.range == (phrase.start..phrase.end);
    let timed = table.column(place.source, place.block, clause.range.start) == Column::Time;
    let day = date.to.is_some_and(|d| matches!(d.part, Part::Day(_)));
    if !whole || !timed || date.bound == Bound::At && day {
        return None;
    }
    let cells = sentence.clauses.iter().filter(|c| !c.bracketed);
    let name = cells
        .map(|c| &c.range)
        .find(|c| table.column(place.source, place.block, c.start) == Column::Stage)?;
    let start = name.start.min(clause.range.start).max(place.block.head_len.min(name.start));
    let end = name.end.max(clause.range.end);
    Some((start..end, place.str(name).to_owned(), 0.88, "阶段表的一行".to_owned()))
}
