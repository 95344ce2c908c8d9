//! From the clauses of a paragraph to its statements.
//!
//! A clause is read in four steps: is it a stage of the campaign, which measures
//! does it bound, which acts does it ask for, and what is due by which date. A
//! date or a rate that stands alone before a comma governs the clause after it.

mod deadline;
mod duty;
mod limit;
mod past;
mod phase;
mod row;
mod sure;
mod target;

use std::ops::Range;

use crate::actor;
use crate::clause::{self, Clause, Sentence};
use crate::date::{Bound, DatePhrase, Years};
use crate::grammar::grammar;
use crate::item::{Cadence, Kind, Op};
use crate::outline::Block;
use crate::phrase::{Phrase, What};
use crate::table::Table;
use past::{is_as_of, is_citation, is_old, tells};

/// A statement with its place in the paragraph.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) kind: Kind,
    pub(crate) range: Range<usize>,
    pub(crate) actors: Vec<String>,
    pub(crate) action: String,
    pub(crate) cadence: Option<Cadence>,
    pub(crate) count: Option<f64>,
    pub(crate) unit: Option<String>,
    pub(crate) per: Option<String>,
    pub(crate) deadline: Option<String>,
    pub(crate) metric: Option<String>,
    pub(crate) op: Option<Op>,
    pub(crate) value: Option<f64>,
    pub(crate) baseline: Option<String>,
    pub(crate) confidence: f64,
    pub(crate) why: String,
}

impl Found {
    fn new(kind: Kind, range: Range<usize>) -> Self {
        Self {
            kind,
            range,
            actors: Vec::new(),
            action: String::new(),
            cadence: None,
            count: None,
            unit: None,
            per: None,
            deadline: None,
            metric: None,
            op: None,
            value: None,
            baseline: None,
            confidence: 0.5,
            why: String::new(),
        }
    }
}

/// What holds for a whole paragraph.
pub(crate) struct Place<'a> {
    pub(crate) block: &'a Block,
    pub(crate) text: &'a str,
    pub(crate) years: &'a Years,
    /// Under a heading of goals a quantity is a measure, not a quota.
    pub(crate) goals: bool,
    /// In a list of ones (六个一) every entry is a quota.
    pub(crate) ones: bool,
    /// Under a heading that asks for prizes and marks.
    pub(crate) prizes: bool,
    /// The rate of a list's opening line, for its entries.
    pub(crate) list_cadence: Option<Cadence>,
    /// The month that a line above sets for the list below it.
    pub(crate) month: Option<DatePhrase>,
    /// Nothing numbered stands above: the opening of the document.
    pub(crate) opening: bool,
    /// The heads of the columns, where the paragraph is a row of a table.
    pub(crate) table: Option<&'a Table>,
    /// The document, in which the columns of a row are counted.
    pub(crate) source: &'a str,
}

impl Place<'_> {
    fn str(&self, range: &Range<usize>) -> &str {
        self.text.get(range.clone()).unwrap_or_default()
    }
}

/// What a clause hands on to the next one of its sentence.
#[derive(Default)]
struct Carry {
    /// A date or rate that stood alone, and where it began.
    date: Option<(DatePhrase, usize)>,
    cadence: Option<(Cadence, usize)>,
    /// The rate of the duty before, for `…，组织两次…`.
    running: Option<Cadence>,
    metric: Option<String>,
    baseline: Option<String>,
    /// The day by which the measures of the sentence hold.
    until: Option<DatePhrase>,
    actors: Vec<String>,
    /// A date that opens the sentence alone; it binds every act without a date.
    lead: Option<DatePhrase>,
    /// A limit without a date (`收到通知后3日内`) that stood alone, and where it began.
    within: Option<(String, usize)>,
    /// The year that a stage of the paragraph covers (`2024年为提升年。…`): what the
    /// paragraph asks for without a date is due at its end.
    year: Option<DatePhrase>,
    /// Whether a condition (`发生…的`) governs the rest.
    conditional: bool,
    /// Whether what stands before a semicolon, or before, tells of the past.
    told: bool,
}

pub(crate) fn read(place: &Place<'_>, inherited: &[String]) -> Vec<Found> {
    let mut out = Vec::new();
    let mut actors = inherited.to_vec();
    let sentences = clause::sentences(place.text);
    let heading = sentences.first().and_then(|s| heading_date(place, s));
    let mut told = false;
    let mut year = None;
    for (at, sentence) in sentences.iter().enumerate() {
        let goes_on = place.str(&(0..sentence.range.start)).ends_with(';');
        let mut carry = Carry {
            actors: actors.clone(),
            told: told && goes_on,
            until: year.clone(),
            lead: year.clone(),
            year,
            ..Carry::default()
        };
        let date = if at > 0 {
            heading.as_ref().or(place.month.as_ref())
        } else {
            place.month.as_ref()
        };
        if let Some(date) = date
            && starts_with_act(place, sentence)
        {
            let start =
                sentence.range.start.max(if at == 0 { place.block.head_len } else { 0 });
            carry.date = Some((date.clone(), start));
        }
        let before = out.len();
        read_sentence(place, sentence, &mut carry, &mut out);
        if at == 1 && before == 1 {
            join_heading(place, &sentences, &mut out);
        }
        actors.clone_from(&carry.actors);
        told = carry.told;
        year = carry.year;
    }
    out
}

/// `举行一次启动仪式。10月10日升旗仪式上，…`: the sentence after a heading says
/// when it is; both are one statement.
fn join_heading(place: &Place<'_>, sentences: &[Sentence], out: &mut Vec<Found>) {
    let [heading, dated, ..] = sentences else { return };
    let [first, second, ..] = out.as_mut_slice() else { return };
    let plain = |f: &Found| f.kind == Kind::Duty && f.cadence == Some(Cadence::Once);
    let short = place.str(&heading.range).chars().count() <= 24;
    let opens = second.range.start == dated.range.start;
    let fits = plain(first) && first.count.is_some() && first.deadline.is_none();
    let ended = place.str(&(heading.range.end..dated.range.start)) == "。";
    if !(short && opens && fits && plain(second) && ended) || second.count.is_some() {
        return;
    }
    let Some(day) = second.deadline.take() else { return };
    if day.len() == "2022-10-10".len() {
        first.range.end = second.range.end;
        first.deadline = Some(day);
    }
    out.remove(1);
}

fn read_sentence(
    place: &Place<'_>,
    sentence: &Sentence,
    carry: &mut Carry,
    out: &mut Vec<Found>,
) {
    let text = place.str(&sentence.range);
    let told_to_all =
        grammar().count("knowledge", text) >= 2 && !past::is_order(place, sentence);
    if told_to_all || is_citation(text) {
        return;
    }
    if text.contains('\t') && is_scored(text) {
        return;
    }
    carry.told |= tells(place, text) || is_as_of(text);
    let mut consumed: Vec<usize> = Vec::new();
    for (found, date_at) in phase::read(place, sentence) {
        carry.until = date_of(sentence, date_at);
        if found.action.ends_with('年') {
            carry.year = carry.until.clone().filter(is_month_or_year);
            carry.lead.clone_from(&carry.year);
        }
        out.push(found);
        consumed.push(date_at);
    }
    for (at, clause) in sentence.clauses.iter().enumerate() {
        let words = place.str(&clause.range);
        if let Some(actors) = actor::of(words) {
            carry.actors = actors;
        }
        let near =
            grammar().has("past-near", words) && !clause.has(|w| matches!(w, What::Baseline));
        let due = has_due(clause);
        let old = is_old(place, clause) && !due;
        carry.told |= old;
        let counted = clause.has(|w| matches!(w, What::Quota { .. } | What::Share { .. }));
        let asked = past::is_asked(clause, words, carry.told);
        carry.told |= near && counted && !due && !asked;
        carry.told |= past::compares(place, sentence, at);
        let is_past = (carry.told || near) && !due && !asked || old;
        if is_past
            || is_condition(words)
            || past::is_penalty(words)
            || grammar().has("award", words)
            || place.prizes && !due
        {
            continue;
        }
        if clause.has(|w| matches!(w, What::Date(_))) {
            carry.lead = None;
        }
        let scope = Scope { place, sentence, at, clause, words, consumed: &consumed };
        let before = out.len();
        if !row::read(&scope, carry, out) {
            target::read(&scope, carry, out);
            duty::read(&scope, carry, out);
            deadline::read(&scope, carry, out);
            limit::read(&scope, carry, out);
            row::bare(&scope, carry, out, before);
        }
        if out.len() > before {
            carry.date = None;
            carry.cadence = None;
            carry.within = None;
        } else {
            hand_on(&scope, carry);
        }
        for found in out.iter_mut().skip(before) {
            if found.actors.is_empty() {
                found.actors.clone_from(&carry.actors);
            }
        }
    }
}

/// `九月份：…；…`: the date before the colon holds for the whole paragraph.
fn heading_date(place: &Place<'_>, sentence: &Sentence) -> Option<DatePhrase> {
    let clause = sentence.clauses.first()?;
    let [phrase] = clause.phrases.as_slice() else { return None };
    let What::Date(date) = &phrase.what else { return None };
    let colon = place.text.get(clause.range.end..).is_some_and(|t| t.starts_with([':', '\t']));
    let alone = phrase.start <= clause.range.start.max(place.block.head_len)
        && phrase.end == clause.range.end;
    (colon && alone && matches!(date.bound, Bound::At | Bound::Range)).then(|| date.clone())
}

/// A short sentence without a date of its own that opens with a verb.
fn starts_with_act(place: &Place<'_>, sentence: &Sentence) -> bool {
    let text = place.str(&sentence.range);
    let dated = sentence
        .clauses
        .iter()
        .any(|c| c.has(|w| matches!(w, What::Date(_) | What::Due { .. })));
    !dated && text.chars().count() <= 40 && grammar().has("event-verb", text)
}

fn date_of(sentence: &Sentence, at: usize) -> Option<DatePhrase> {
    sentence.clauses.iter().flat_map(|c| &c.phrases).find_map(|p| match &p.what {
        What::Date(date) if p.start == at && date.bound != Bound::Since => Some(date.clone()),
        _ => None,
    })
}

/// A clause with all that stands around it.
pub(crate) struct Scope<'a> {
    pub(crate) place: &'a Place<'a>,
    pub(crate) sentence: &'a Sentence,
    pub(crate) at: usize,
    pub(crate) clause: &'a Clause,
    pub(crate) words: &'a str,
    /// Dates that a stage has already taken.
    consumed: &'a [usize],
}

impl Scope<'_> {
    pub(crate) fn dates(&self) -> impl Iterator<Item = (&Phrase, &DatePhrase)> {
        self.clause.phrases.iter().filter_map(|p| match &p.what {
            What::Date(date) if !self.consumed.contains(&p.start) => Some((p, date)),
            _ => None,
        })
    }

    /// The words of the clause before a byte of the paragraph.
    pub(crate) fn before(&self, at: usize) -> &str {
        self.place.text.get(self.clause.range.start..at).unwrap_or_default()
    }

    pub(crate) fn after(&self, at: usize) -> &str {
        self.place.text.get(at..self.clause.range.end).unwrap_or_default()
    }

    /// The following clauses of the sentence.
    pub(crate) fn rest(&self) -> &str {
        self.place.text.get(self.clause.range.end..self.sentence.range.end).unwrap_or_default()
    }

    /// The clause that a bracket explains.
    pub(crate) fn host(&self) -> Option<&Clause> {
        if !self.clause.bracketed {
            return None;
        }
        self.sentence.clauses[..self.at].iter().rev().find(|c| !c.bracketed)
    }
}

/// A date or rate with hardly a word beside it governs the next clause.
fn hand_on(scope: &Scope<'_>, carry: &mut Carry) {
    if scope.clause.bracketed {
        return;
    }
    let own: usize = scope
        .clause
        .phrases
        .iter()
        .map(|p| scope.place.str(&(p.start..p.end)).chars().count())
        .sum();
    let spare = scope.words.chars().count().saturating_sub(own);
    let start = scope.clause.range.start;
    let inner_cell = scope.place.str(&(scope.sentence.range.start..start)).contains('\t');
    for phrase in &scope.clause.phrases {
        let named = is_quoted(scope.after(phrase.end));
        let spare = if named { spare - scope.after(phrase.end).chars().count() } else { spare };
        match &phrase.what {
            // In a table a date that is not first belongs to what stands before.
            What::Date(_) if inner_cell => {}
            What::Date(date) if spare <= 8 && !scope.consumed.contains(&phrase.start) => {
                carry.date = Some((date.clone(), start));
                let day = ["当天", "当日"].contains(&scope.after(phrase.end));
                if !named && spare <= 2 && (date.bound == Bound::Before || day) {
                    carry.lead = Some(date.clone());
                }
            }
            What::Cadence(cadence) if spare <= 10 && *cadence != Cadence::Continuous => {
                carry.cadence = Some((*cadence, start));
            }
            _ => {}
        }
        if let What::Date(date) = &phrase.what
            && (date.bound == Bound::Until
                || date.bound == Bound::Before && spare <= 8
                || scope.place.goals && spare <= 2 && is_month_or_year(date))
        {
            carry.until = Some(date.clone());
        }
    }
    let number = crate::marker::read(scope.words).map_or(0, |m| m.len);
    let met = ["如遇", "如不慎", "如果", "如被", "一旦"];
    if scope.words.contains('的') && grammar_conditional(scope.words)
        || met.iter().any(|w| scope.words.get(number..).is_some_and(|t| t.starts_with(w)))
    {
        carry.conditional = true;
    }
}

/// `2025年底,` before the measures that hold by then.
fn is_month_or_year(date: &DatePhrase) -> bool {
    let day = date.to.is_some_and(|d| matches!(d.part, crate::date::Part::Day(_)));
    date.bound == Bound::At && !day
}

/// Nothing but a name in quotation marks.
fn is_quoted(words: &str) -> bool {
    let days = ["当天", "当日", "期间", "前后"];
    words.starts_with('“')
        && words.find('”').is_some_and(|i| {
            let rest = words.get(i + '”'.len_utf8()..).unwrap_or_default();
            rest.is_empty() || days.contains(&rest)
        })
}

/// `抽查10户\t每户扣3分`: a row of marks.
fn is_scored(text: &str) -> bool {
    text.match_indices(['扣', '加', '得']).any(|(at, _)| {
        let tail: String = text[at..].chars().take(7).collect();
        tail.find('分').is_some_and(|i| tail[..i].contains(|c: char| c.is_ascii_digit()))
    })
}

fn grammar_conditional(words: &str) -> bool {
    ["凡", "对发生", "如发生", "一旦", "若", "对未", "如有", "逾期"]
        .iter()
        .any(|w| words.contains(w))
}

/// `被骗金额在1万元以上的，…`: whom a rule strikes, not what is asked.
fn is_condition(words: &str) -> bool {
    let whom = [
        "", "单位", "学校", "个人", "村", "社区", "班级", "部门", "企业", "人员", "教师",
        "学院", "网点", "科室", "场所",
    ];
    let ends = words
        .rfind('的')
        .is_some_and(|i| whom.contains(&words.get(i + '的'.len_utf8()..).unwrap_or_default()));
    let follows = ["取消", "约谈", "追究", "追责", "问责", "一票否决", "不得评", "通报批评"];
    let met =
        words.contains("以上的") || ["发生", "以上", "的"].iter().all(|w| words.contains(w));
    let struck = met && follows.iter().any(|w| words.contains(w));
    struck
        || ends
            && !["确保", "实现", "要", "做到", "力争", "努力"].iter().any(|w| words.contains(w))
}

fn has_due(clause: &Clause) -> bool {
    clause.has(|w| match w {
        What::Date(date) => date.bound == Bound::Before,
        What::Due { .. } => true,
        _ => false,
    })
}
