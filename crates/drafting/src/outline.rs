//! Paragraphs to a document: sections, annexes, what is noise, title, issuer
//! and the years that dates without a year take.

use crate::date::{self, Part, Year, Years};
use crate::grammar::grammar;
use crate::head;
use crate::lines;
use crate::marker::{self, Marker};
use crate::text::Folded;

/// A document taken apart, before anything in it is understood.
#[derive(Debug, Default)]
pub(crate) struct Outline {
    pub(crate) title: Option<String>,
    pub(crate) issuer: Option<String>,
    pub(crate) years: Years,
    pub(crate) blocks: Vec<Block>,
    /// Spoken to persons, as advice: only what has a date is asked for.
    pub(crate) advice: bool,
}

/// A paragraph with its place in the document.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    pub(crate) body: Folded,
    /// Where the text after the number begins.
    pub(crate) head_len: usize,
    /// Numbers from the outermost section inwards.
    pub(crate) path: Vec<Level>,
    /// Whether the rules may read it.
    pub(crate) live: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Level {
    pub(crate) rank: u8,
    pub(crate) label: String,
    pub(crate) heading: String,
}

impl Block {
    pub(crate) fn section(&self) -> String {
        if self.path.is_empty() {
            return "前言".to_owned();
        }
        self.path.iter().map(|l| l.label.as_str()).collect::<Vec<_>>().join("/")
    }

    pub(crate) fn under_text(&self, words: &[&str]) -> bool {
        self.path.iter().any(|l| words.iter().any(|w| l.heading.contains(w)))
    }

    /// Whether a heading, and not a whole sentence, has one of the words.
    pub(crate) fn under_heading(&self, words: &[&str]) -> bool {
        let short = |level: &Level| level.heading.chars().count() <= 14;
        self.path.iter().any(|l| short(l) && words.iter().any(|w| l.heading.contains(w)))
    }

    pub(crate) fn department(&self) -> Option<&str> {
        self.path
            .iter()
            .rev()
            .find(|l| l.rank == marker::RANK_DEPARTMENT)
            .map(|l| l.label.as_str())
    }
}

pub(crate) fn outline(source: &str) -> Outline {
    let paragraphs = lines::paragraphs(source);
    let mut out = Outline::default();
    let title = head::title(&paragraphs);
    let (title_at, title_text) = title.unwrap_or_default();
    out.issuer = head::issuer(&paragraphs, title_at, &title_text);
    out.years = years(&paragraphs, &title_text);
    out.advice = head::is_advice(&title_text, &paragraphs);
    let quiet = head::asks_nothing(&title_text, &paragraphs);
    let mut reader = Reader { live: !quiet, total: paragraphs.len(), ..Reader::default() };
    for at in 0..paragraphs.len() {
        let block = reader.block(&paragraphs, at);
        out.blocks.push(block);
    }
    out.title = (!title_text.is_empty()).then_some(title_text);
    out
}

#[derive(Default)]
struct Reader {
    path: Vec<Level>,
    live: bool,
    /// Inside an annex or letter that is not read.
    skipping: bool,
    /// After the foot of a web page nothing is read.
    ended: bool,
    /// Inside the list of annexes at the end of a letter.
    listing: bool,
    total: usize,
}

impl Reader {
    fn block(&mut self, paragraphs: &[Folded], at: usize) -> Block {
        let text = paragraphs[at].text.as_str();
        let late = at * 2 >= self.total;
        if late && grammar().has("foot-noise", text) {
            self.ended = true;
        }
        if let Some(annex) = annex(paragraphs, at) {
            self.path.clear();
            self.listing = matches!(annex, Annex::List);
            if annex == Annex::Skipped {
                self.skipping = true;
            } else if annex == Annex::Read {
                self.skipping = false;
            }
            return self.dead(paragraphs, at);
        }
        if text.starts_with("尊敬的") || text.starts_with("亲爱的") {
            self.skipping = true;
        }
        let marker = marker::read(text);
        if self.listing {
            if marker.is_some() && text.chars().count() < 45 && !text.contains('。') {
                return self.dead(paragraphs, at);
            }
            self.listing = false;
        }
        let head_len = marker.as_ref().map_or(0, |m| m.len);
        self.enter(text, marker);
        let noise = head::is_noise(text, at, self.total) || is_signature(text);
        Block {
            body: paragraphs[at].clone(),
            head_len,
            path: self.path.clone(),
            live: self.live && !self.skipping && !self.ended && !noise,
        }
    }

    fn dead(&self, paragraphs: &[Folded], at: usize) -> Block {
        Block {
            body: paragraphs[at].clone(),
            head_len: 0,
            path: self.path.clone(),
            live: false,
        }
    }

    fn enter(&mut self, text: &str, marker: Option<Marker>) {
        if let Some(marker) = marker {
            let rest = text.get(marker.len..).unwrap_or_default();
            self.push(Level {
                rank: marker.rank,
                label: marker.label,
                heading: heading_of(rest),
            });
            return;
        }
        if let Some(name) =
            department(text).filter(|n| !self.path.is_empty() || !n.starts_with(['各', '全']))
        {
            self.push(Level {
                rank: marker::RANK_DEPARTMENT,
                label: name.replace('(', "（").replace(')', "）"),
                heading: name.to_owned(),
            });
        } else if let Some(name) = ones_heading(text) {
            self.push(Level {
                rank: marker::RANK_ONES,
                label: name.to_owned(),
                heading: heading_of(text),
            });
        } else if let Some(top) = self.path.last()
            && top.rank == marker::RANK_DEPARTMENT
            && text.chars().count() < 40
            && !text.contains('。')
        {
            // A short line after a department's paragraph belongs to nobody.
            self.path.pop();
        }
    }

    fn push(&mut self, level: Level) {
        while self.path.last().is_some_and(|top| top.rank >= level.rank) {
            self.path.pop();
        }
        self.path.push(level);
    }
}

/// The heading of a numbered paragraph: up to its first full stop or colon.
fn heading_of(rest: &str) -> String {
    let end = rest.find(['。', ':', ';', '!']).unwrap_or(rest.len());
    rest.get(..end).unwrap_or_default().chars().take(40).collect()
}

/// A line that opens with the name of a department and a colon.
fn department(text: &str) -> Option<&str> {
    let colon = text.find(':')?;
    let name = text.get(..colon)?;
    let count = name.chars().count();
    if !(2..=24).contains(&count)
        || text.len() == colon + 1
        || name.contains(['。', ',', ';', '“'])
    {
        return None;
    }
    let core = match name.find('(') {
        Some(open) => &name[..open],
        None => name,
    };
    let last = core.rsplit('、').next().unwrap_or(core);
    if grammar().has("contact", name) || grammar().is("roster", name) {
        return None;
    }
    let body = text.get(colon + 1..).unwrap_or_default();
    let long_enough = body.chars().count() >= 10;
    (long_enough && grammar().ends("org", last).is_some() && !name.contains("责任"))
        .then_some(name)
}

/// `“六个一”具体内容：`: a list of ones with a name.
fn ones_heading(text: &str) -> Option<&str> {
    let at = text.find("个一").or_else(|| text.find("个二"))?;
    let start = text.get(..at)?.char_indices().next_back()?.0;
    let end = at + "个一".len();
    let short = text.chars().count() <= 24;
    (short && !text.contains('。')).then(|| text.get(start..end)).flatten()
}

/// A line that is nothing but a date, or an office and a date of issue.
fn is_signature(text: &str) -> bool {
    if text.chars().count() > 40 {
        return false;
    }
    let dates = date::scan(text);
    let [date] = dates.as_slice() else { return false };
    let whole_day =
        date.to.is_some_and(|d| matches!(d.part, Part::Day(_))) && date.from.is_none();
    let tail = text.get(date.end..).unwrap_or_default();
    let head = text.get(..date.start).unwrap_or_default();
    let bare = head.is_empty() && tail.is_empty();
    let stamped = tail.is_empty() && grammar().ends("org", head).is_some();
    whole_day && (bare || stamped || tail.starts_with("印发") || tail.starts_with("印"))
}

#[derive(PartialEq)]
enum Annex {
    List,
    Skipped,
    Read,
}

fn annex(paragraphs: &[Folded], at: usize) -> Option<Annex> {
    let text = paragraphs[at].text.as_str();
    let rest = text.strip_prefix("附件").or_else(|| text.strip_prefix("附表"))?;
    let rest = rest.trim_start_matches(|c: char| {
        c.is_ascii_digit() || crate::number::is_numeral(c) || "-.".contains(c)
    });
    let body = rest.trim_start_matches([':', '、', '.', '\t']);
    if text.chars().count() > 60 || rest.contains('。') {
        return (rest.starts_with(':') && !body.is_empty()).then_some(Annex::List);
    }
    let next = paragraphs.get(at + 1).map_or("", |p| p.text.as_str());
    if !body.is_empty() {
        let alone = next.is_empty() || next.starts_with("附件") || is_signature(next);
        let listed = marker::starts(body) || marker::starts(next) && next.chars().count() < 45;
        if rest.starts_with(':') && (alone || listed || !next.contains('。')) {
            return Some(Annex::List);
        }
    }
    let title = if body.is_empty() {
        let second = paragraphs.get(at + 2).map_or("", |p| p.text.as_str());
        let second = if second.chars().count() < 30 { second } else { "" };
        format!("{next}{second}")
    } else {
        body.to_owned()
    };
    let useful = [
        "方案", "计划", "任务", "分工", "安排", "要点", "措施", "清单", "制度", "办法", "行动",
    ];
    let wanted = useful.iter().any(|w| title.contains(w));
    if wanted && !grammar().has("skip-annex", &title) {
        Some(Annex::Read)
    } else {
        Some(Annex::Skipped)
    }
}

/// The years of the document: of the title, of the issue, of the first date.
fn years(paragraphs: &[Folded], title: &str) -> Years {
    let mut years = Years::default();
    if let Some((from, until, school)) = head::title_years(title) {
        years.school = school;
        years.titled = until.is_none() || school;
        years.year = years.titled.then_some(from);
        years.until = until.filter(|_| !school);
    }
    if let Some((_, until)) = paragraphs.iter().take(12).find_map(|p| years_alone(&p.text)) {
        years.until = years.until.or(Some(until));
    }
    for paragraph in paragraphs {
        if is_signature(&paragraph.text)
            && let Some(day) = date::scan(&paragraph.text).first().and_then(|d| d.to)
            && let Year::Of(year) = day.year
        {
            years.issued = Some((year, day.month.unwrap_or(1)));
            break;
        }
    }
    let first = || {
        let text = paragraphs.iter().map(|p| p.text.as_str());
        text.clone()
            .find_map(head::published)
            .or_else(|| text.clone().find_map(head::number_year))
            .or_else(|| {
                let plain = |t: &&str| !grammar().has("past", t);
                text.clone()
                    .find_map(|t| first_year(t, true))
                    .or_else(|| text.clone().filter(plain).find_map(|t| first_year(t, false)))
            })
    };
    if years.year.is_none()
        && years.issued.is_none()
        && let Some((year, month)) = first()
    {
        years.year = Some(year);
        if let Some(month) = month {
            years.issued = Some((year, month));
        }
    }
    if years.year.is_none() {
        years.year = years.issued.map(|(year, _)| year);
    }
    years
}

/// `(2025-2027年)` on a line by itself, below the title.
fn years_alone(text: &str) -> Option<(i16, i16)> {
    let text = text.strip_prefix('(')?.strip_suffix(')')?;
    let [stretch] = date::scan(text).try_into().ok()?;
    let year = |day: Option<date::Day>| match day?.year {
        Year::Of(year) => Some(year),
        _ => None,
    };
    let whole = stretch.start == 0 && stretch.end == text.len();
    Some((year(stretch.from)?, year(stretch.to)?)).filter(|_| whole)
}

/// The year of the first date in a text, or of the first stretch (决定自2023年…至…),
/// which counts even where the text also tells of the past.
fn first_year(text: &str, stretches: bool) -> Option<(i16, Option<u8>)> {
    date::scan(text).iter().filter(|d| !stretches || d.bound == date::Bound::Range).find_map(
        |d| match d.from.or(d.to)?.year {
            Year::Of(year) => Some((year, None)),
            _ => None,
        },
    )
}
