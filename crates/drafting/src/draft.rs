//! The draft: what a document asks for, each part beside its sentence.

use std::ops::Range;

use serde::Serialize;

use crate::clause;
use crate::date::{self, DatePhrase, Part};
use crate::item::{Cadence, Item, Kind};
use crate::marker;
use crate::outline::{self, Block, Outline};
use crate::phrase::What;
use crate::statement::{self, Found, Place};
use crate::table::Table;

/// Longer texts are cut here: no campaign plan comes near it.
pub const MAX_BYTES: usize = 4 << 20;

/// Below this a statement is a hint, not an item.
const KEEP: f64 = 0.6;

/// What a piece of advice is worth.
const ADVISED: f64 = 0.5;

/// A draft of a plan, read from a document.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    pub title: Option<String>,
    pub issuer: Option<String>,
    pub period: Period,
    /// The quantified and dated statements, in the order of the document.
    pub items: Vec<Item>,
    /// Statements that are borderline: constant duties without a number, wishes,
    /// what a person may still want to take in.
    pub hints: Vec<Item>,
    pub sections: Vec<Section>,
    pub sentences: Vec<SentenceSpan>,
    /// Whether the text was longer than [`MAX_BYTES`] and its end was left unread.
    pub cut: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Period {
    pub from: Option<String>,
    pub to: Option<String>,
}

/// A numbered section: where it begins and how it is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Section {
    pub path: String,
    pub heading: String,
    pub span: Span,
}

/// A sentence with its section, for showing the document beside the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SentenceSpan {
    pub section: String,
    pub span: Span,
    /// Whether the rules read it; page furniture and annexes for pupils are not.
    pub read: bool,
}

/// A place in the document, in bytes and in characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Span {
    pub bytes: Range<usize>,
    pub chars: Range<usize>,
}

/// Reads a document. Any text gives a draft; one without quantified statements
/// gives a draft without items.
pub fn draft(source: &str) -> Draft {
    let (text, cut) = within_limit(source);
    let outline = outline::outline(text);
    let mut items = Vec::new();
    let mut memory = Memory::default();
    for (at, block) in outline.blocks.iter().enumerate() {
        if !block.live {
            continue;
        }
        let reading =
            Reading { outline: &outline, source: text, next: outline.blocks.get(at + 1) };
        for found in read_block(&reading, block, &mut memory) {
            items.push(item(text, block, found));
        }
    }
    if outline.advice {
        items.iter_mut().for_each(advise);
    }
    let (mut items, hints): (Vec<Item>, Vec<Item>) =
        items.into_iter().partition(|item| item.confidence >= KEEP);
    drop_restatements(&mut items, text);
    let period = period(&outline, &items);
    let chars = Chars::of(text);
    Draft {
        title: outline.title.clone(),
        issuer: outline.issuer.clone(),
        period,
        items,
        hints,
        sections: sections(&outline, &chars),
        sentences: sentences(&outline, &chars),
        cut,
    }
}

fn within_limit(source: &str) -> (&str, bool) {
    if source.len() <= MAX_BYTES {
        return (source, false);
    }
    let mut end = MAX_BYTES;
    while !source.is_char_boundary(end) {
        end -= 1;
    }
    (source.get(..end).unwrap_or_default(), true)
}

/// In advice only what has a date of its own is asked for; the rest is a hint.
fn advise(item: &mut Item) {
    let asked = item.deadline.is_some() && item.kind != Kind::Target;
    if !asked {
        item.confidence = item.confidence.min(ADVISED);
        item.why = format!("{}（文件是提示，没有布置任务）", item.why);
    }
}

/// The document that a paragraph is read in.
struct Reading<'a> {
    outline: &'a Outline,
    source: &'a str,
    next: Option<&'a Block>,
}

/// What earlier paragraphs say for later ones.
#[derive(Default)]
struct Memory {
    /// Actors that a heading or opening line names, by depth of the section.
    actors: Vec<(usize, Vec<String>)>,
    /// The month that a line by itself sets, with the section it stands in.
    month: Option<(String, DatePhrase)>,
    /// The open list of ones: how deep it hangs, and the rate of its opening line.
    ones: Option<(usize, Option<Cadence>)>,
    /// The rate of a line that opens a list (`每周做到：`), and how deep it hangs.
    listed: Option<(usize, Cadence)>,
    /// The heads of the table whose rows follow.
    table: Option<Table>,
}

fn read_block(reading: &Reading<'_>, block: &Block, memory: &mut Memory) -> Vec<Found> {
    let outline = reading.outline;
    let text = block.body.text.as_str();
    let depth = block.path.len();
    memory.actors.retain(|(d, _)| *d < depth);
    if memory.ones.is_some_and(|(d, _)| depth <= d && marker::starts(text)) {
        memory.ones = None;
    }
    let section = block.section();
    if memory.month.as_ref().is_some_and(|(at, _)| !section.starts_with(at.as_str())) {
        memory.month = None;
    }
    if let Some(date) = month_alone(block) {
        memory.month = Some((section, date));
        return Vec::new();
    }
    if memory.listed.is_some_and(|(d, _)| depth <= d) {
        memory.listed = None;
    }
    if !text.contains('\t') {
        memory.table = None;
    } else if let Some(table) = Table::of(reading.source, block) {
        memory.table = Some(table);
        return Vec::new();
    }
    let own_ones = says_ones(text);
    let named_ones =
        block.path.iter().any(|l| l.rank == marker::RANK_ONES || says_ones(&l.heading));
    let place = Place {
        block,
        text,
        years: &outline.years,
        goals: block.under_text(&["目标", "指标"])
            || block.under_heading(&["标准"])
                && !block.under_text(&["评分", "考核", "计分", "奖"])
            || opens_goals(text),
        ones: own_ones || named_ones || memory.ones.is_some(),
        prizes: block.under_text(&[
            "奖项",
            "奖励",
            "表彰",
            "评分",
            "考核办法",
            "奖惩",
            "计分",
            "经费",
            "参赛对象",
            "评选条件",
        ]),
        month: memory.month.as_ref().map(|(_, date)| date.clone()),
        list_cadence: match memory.ones {
            Some((_, cadence)) => cadence,
            None => memory.listed.map(|(_, cadence)| cadence),
        },
        opening: block.path.is_empty(),
        table: memory.table.as_ref(),
        source: reading.source,
    };
    let inherited: Vec<String> = match block.department() {
        Some(name) => vec![name.to_owned()],
        None => memory.actors.last().map(|(_, a)| a.clone()).unwrap_or_default(),
    };
    let opened = opens_list(reading, block);
    let mut found = statement::read(&place, &inherited);
    if let Some((rate, at)) = opened.filter(|_| !own_ones) {
        // The line says how often; what is done its entries say.
        found.retain(|f| f.range.end <= at || f.unit.is_some() || f.kind != Kind::Duty);
        memory.listed = Some((depth, rate));
    }
    if let Some(actors) = crate::actor::of(text) {
        memory.actors.push((depth, actors));
    }
    if own_ones && text.ends_with(':') {
        // The line names the list and is a level of its own, below which no number stands.
        let named = block.path.last().is_some_and(|l| l.rank == marker::RANK_ONES);
        let own = named && !marker::starts(text);
        memory.ones = Some((depth - usize::from(own), rate_of(text)));
    }
    found
}

/// `各班每周做到：`, or a heading such as `每日检查`, before numbered entries; with
/// the rate and where it stands.
fn opens_list(reading: &Reading<'_>, block: &Block) -> Option<(Cadence, usize)> {
    let text = block.body.text.as_str();
    let next = reading.next?;
    let deeper = next.head_len > 0 && next.path.len() > block.path.len();
    let short = text.get(block.head_len..)?.chars().count() <= 10 && !text.contains(',');
    if !deeper || !(text.ends_with(':') || short) {
        return None;
    }
    let from = text.rfind(['。', ';', ',']).map_or(block.head_len, |i| i + 1);
    let [phrase] = crate::phrase::scan(text.get(from..)?).try_into().ok()?;
    let crate::phrase::Phrase { start, end, what: What::Cadence(rate), .. } = phrase else {
        return None;
    };
    let after = text.get(from + end..)?.chars().count();
    let named = !text.ends_with(':') && start > 0;
    (rate != Cadence::Continuous && after <= 12 && !named).then_some((rate, from + start))
}

/// `九月份：` by itself, before a list of what is done in it.
fn month_alone(block: &Block) -> Option<DatePhrase> {
    let text = block.body.text.get(block.head_len..)?.trim_end_matches(':');
    let [date] = date::scan(text).try_into().ok()?;
    let day = date.to?;
    let month = day.month.is_some() && day.part == Part::Whole;
    (month && date.start == 0 && date.end == text.len()).then_some(date)
}

/// `六个一`, `四个二`: a list of small quotas.
fn says_ones(text: &str) -> bool {
    ["个一", "个二", "个1"].iter().any(|w| {
        text.match_indices(w).any(|(at, _)| {
            let before = text.get(..at).and_then(|t| t.chars().next_back());
            let after = text.get(at + w.len()..).and_then(|t| t.chars().next());
            before.is_some_and(crate::number::is_numeral)
                && after.is_none_or(|c| "”\"工活要:,。行内建制)(".contains(c))
        })
    })
}

/// The rate in the last sentence of an opening line.
fn rate_of(text: &str) -> Option<Cadence> {
    let from = text.rfind(['。', ';']).unwrap_or(0);
    crate::phrase::scan(text.get(from..).unwrap_or_default()).into_iter().find_map(|p| match p
        .what
    {
        What::Cadence(cadence) if cadence != Cadence::Continuous => Some(cadence),
        _ => None,
    })
}

fn opens_goals(text: &str) -> bool {
    let head: String = text.chars().take(14).collect();
    head.contains("目标") && head.contains(':')
}

fn item(source: &str, block: &Block, found: Found) -> Item {
    let span = block.body.source_range(&found.range);
    let quote = source.get(span.clone()).unwrap_or_default().trim().to_owned();
    Item {
        kind: found.kind,
        quote,
        section: block.section(),
        actors: found.actors,
        action: found.action.trim_matches(|c: char| ",、。;:".contains(c)).to_owned(),
        cadence: found.cadence,
        count: found.count,
        unit: found.unit,
        per: found.per,
        deadline: found.deadline,
        metric: found.metric,
        op: found.op,
        value: found.value,
        baseline: found.baseline,
        confidence: (found.confidence * 100.0).round() / 100.0,
        why: found.why,
        span,
    }
}

/// A heading that its own sentence says again, and a stage told twice, are one.
fn drop_restatements(items: &mut Vec<Item>, source: &str) {
    let mut kept: Vec<Item> = Vec::new();
    let said_again: Vec<bool> = items
        .iter()
        .enumerate()
        .map(|(i, item)| items.get(i + 1).is_some_and(|next| says_again(item, next, source)))
        .collect();
    let drained = items.drain(..).zip(said_again);
    for item in drained.filter(|(_, again)| !again).map(|(item, _)| item) {
        let again = kept.iter().any(|k| {
            k.kind == item.kind
                && k.span.start < item.span.end
                && item.span.start < k.span.end
                && k.kind == Kind::Phase
        });
        if !again {
            kept.push(item);
        }
    }
    *items = kept;
}

/// `（二）上好一堂课。为学生上好一堂课…`: the heading is short, and its last words
/// come back in the next item of the same section.
fn says_again(item: &Item, next: &Item, source: &str) -> bool {
    // Cells of a table stand for themselves.
    let gap = source.get(item.span.end..next.span.start).unwrap_or_default();
    let same = item.kind == next.kind
        && item.section == next.section
        && item.count == next.count
        && item.unit == next.unit
        && item.deadline.is_none()
        && item.kind == Kind::Duty;
    let last: Vec<char> = item.action.chars().rev().take(3).collect();
    let last: String = last.into_iter().rev().collect();
    let close = next.span.start.saturating_sub(item.span.end) <= 240;
    let whole = item.quote.chars().count() <= 20 && last.chars().count() >= 2;
    same && close
        && !gap.contains('\t')
        && whole
        && item.cadence == next.cadence
        && next.quote.contains(&last)
        && item.span.end <= next.span.start
}

/// The campaign's own time: the widest stretch that its stages cover.
fn period(outline: &Outline, items: &[Item]) -> Period {
    let year = outline.years.year.filter(|_| outline.years.titled);
    let mut to: Option<String> = items
        .iter()
        .filter(|i| i.kind == Kind::Phase)
        .filter_map(|i| i.deadline.clone())
        .filter(|d| !d.starts_with('-'))
        .max();
    let mut from = outline.years.issued.map(|(y, m)| format!("{y:04}-{m:02}"));
    if let Some(year) = year {
        if outline.years.school {
            from = from.or(Some(format!("{year:04}-09")));
            to = to.or(Some(format!("{:04}-07", year + 1)));
        } else {
            from = from.or(Some(format!("{year:04}-01")));
            to = to.or(Some(format!("{year:04}-12")));
        }
    }
    let month = |d: String| d.get(..7).map(str::to_owned);
    Period { from, to: to.and_then(month) }
}

/// Bytes to characters.
struct Chars {
    /// Number of characters before every 64th byte.
    marks: Vec<usize>,
    text: String,
}

impl Chars {
    fn of(text: &str) -> Self {
        let mut marks = Vec::with_capacity(text.len() / 64 + 1);
        let mut count = 0;
        for (at, byte) in text.bytes().enumerate() {
            if at % 64 == 0 {
                marks.push(count);
            }
            if byte & 0xC0 != 0x80 {
                count += 1;
            }
        }
        Self { marks, text: text.to_owned() }
    }

    fn at(&self, byte: usize) -> usize {
        let mark = self.marks.get(byte / 64).copied().unwrap_or_default();
        let from = byte / 64 * 64;
        let rest = self.text.as_bytes().get(from..byte).unwrap_or_default();
        mark + rest.iter().filter(|b| **b & 0xC0 != 0x80).count()
    }

    fn span(&self, bytes: Range<usize>) -> Span {
        let chars = self.at(bytes.start)..self.at(bytes.end);
        Span { bytes, chars }
    }
}

fn sections(outline: &Outline, chars: &Chars) -> Vec<Section> {
    let mut out: Vec<Section> = Vec::new();
    for block in &outline.blocks {
        let Some(last) = block.path.last() else { continue };
        let path = block.section();
        if out.last().is_some_and(|s| s.path == path) {
            continue;
        }
        let whole = block.body.source_range(&(0..block.body.text.len()));
        out.push(Section { path, heading: last.heading.clone(), span: chars.span(whole) });
    }
    out
}

fn sentences(outline: &Outline, chars: &Chars) -> Vec<SentenceSpan> {
    let mut out = Vec::new();
    for block in &outline.blocks {
        let section = block.section();
        for range in clause::sentence_ranges(&block.body.text) {
            let bytes = block.body.source_range(&range);
            out.push(SentenceSpan {
                section: section.clone(),
                span: chars.span(bytes),
                read: block.live,
            });
        }
    }
    out
}

impl Draft {
    /// The draft in the shape of the gold files, with `confidence` and `why`.
    pub fn to_gold_json(&self) -> serde_json::Value {
        serde_json::json!({
            "title": self.title,
            "issuer": self.issuer,
            "period": self.period,
            "items": self.items.iter().map(item_json).collect::<Vec<_>>(),
            "hints": self.hints.iter().map(item_json).collect::<Vec<_>>(),
        })
    }

    /// Whether the text says anything that could be a plan.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

/// Whole numbers are written without a fraction, as the gold files have them.
fn item_json(item: &Item) -> serde_json::Value {
    let mut value = serde_json::to_value(item).unwrap_or_default();
    if let Some(count) = item.count.filter(|c| c.fract() == 0.0)
        && let Some(object) = value.as_object_mut()
    {
        object.insert("count".to_owned(), serde_json::json!(count as i64));
    }
    value
}
