//! The targets of a plan on a day: counted from the records where the duties
//! tell, else from what units measured.

use std::collections::HashMap;

use campaign::day::Day;
use campaign::indicator::readings::{Book, Known};
use campaign::indicator::{self, Light, Reading, Verdict};
use campaign::plan::{Measured, Plan, Target};
use campaign::rates::Ratio;
use jiff::civil::Date;
use storage::indicator::{self as kept, Asked};

use super::figures::{TargetFigures, target_of_units};
use super::frame::Frame;
use crate::layout::Tone;
use crate::live::{Node, Tree};
use crate::{App, WebError, clock};

/// A target of the unit that is looked at.
pub(super) struct Judged {
    pub(super) id: String,
    pub(super) measured: Measured,
    pub(super) value: Option<f64>,
    pub(super) origin: Origin,
    pub(super) verdict: Option<Verdict>,
    /// The path has not begun on that day: there is no light yet, unless the
    /// bound is met already.
    pub(super) is_ahead: bool,
}

/// Where a value comes from.
#[derive(Clone, Copy)]
pub(super) enum Origin {
    Nowhere,
    /// Counted from records.
    Records(Ratio),
    Measured(Known),
}

/// Readings of all indicators, as far as judging needs them.
struct Books {
    now: HashMap<String, Book>,
    starts: HashMap<(String, Day), Book>,
    baselines: HashMap<(String, i16), Book>,
}

/// The units in which something is measured: no classes, no groups.
pub(super) fn measures(node: &Node) -> bool {
    use campaign::plan::UnitKind;
    !matches!(node.unit.kind, UnitKind::Grade | UnitKind::Class | UnitKind::Group)
}

pub(super) fn measuring_children<'t>(
    tree: &'t Tree,
) -> impl Fn(&str) -> Box<dyn Iterator<Item = &'t str> + 't> {
    move |unit| {
        let below = tree.children(unit).filter(|node| measures(node));
        Box::new(below.map(|node| node.unit.id.as_str()))
    }
}

/// Until which instant something is known that is looked at on this day.
pub(super) fn known_at(frame: &Frame<'_>) -> i64 {
    if frame.day < frame.today { clock::end_of(frame.day.date()) } else { i64::MAX }
}

pub(super) fn measured_of(plan: &Plan, target: &Target) -> Measured {
    plan.measured(&target.indicator).unwrap_or(Measured::Count)
}

/// Judges every target of the plan for the unit of the frame.
pub(super) async fn judge(
    app: &App,
    frame: &Frame<'_>,
    counted: &[TargetFigures],
) -> Result<Vec<Judged>, WebError> {
    let targets = &frame.plan.targets;
    let books = Books::load(app, frame, targets).await?;
    let of =
        |target: &Target| counted.iter().find(|it| it.id == target.id).and_then(|it| it.value);
    let judged = targets.iter().map(|it| books.judge(frame, (it, of(it)), &frame.unit));
    Ok(judged.collect())
}

/// Judges one target for each of several units.
pub(super) async fn of_units(
    app: &App,
    frame: &Frame<'_>,
    target: &Target,
    units: &[String],
) -> Result<Vec<Judged>, WebError> {
    let books = Books::load(app, frame, std::slice::from_ref(target)).await?;
    let counted = target_of_units(frame, target, units);
    let judged = units
        .iter()
        .zip(counted)
        .map(|(unit, counted)| books.judge(frame, (target, counted), unit));
    Ok(judged.collect())
}

impl Books {
    fn judge(
        &self,
        frame: &Frame<'_>,
        (target, counted): (&Target, Option<Ratio>),
        unit: &str,
    ) -> Judged {
        let plan = &frame.plan;
        let measured = measured_of(plan, target);
        let children = measuring_children(&frame.tree);
        let read = |book: Option<&Book>, day: Day| {
            book.and_then(|book| book.value(unit, (day, measured), &children))
        };
        let origin = match counted {
            Some(ratio) => Origin::Records(ratio),
            None => match read(self.now.get(&target.indicator), frame.day) {
                Some(known) => Origin::Measured(known),
                None => Origin::Nowhere,
            },
        };
        let value = match origin {
            Origin::Nowhere => None,
            Origin::Records(ratio) => ratio.share(),
            Origin::Measured(known) => Some(known.measure.value()),
        };
        let start = indicator::path_start(plan, target);
        let at_start = self.starts.get(&(target.indicator.clone(), start));
        // Counts begin anew each year: what was at the start says nothing of them.
        let at_start = read(at_start.filter(|_| measured == Measured::Ratio), start);
        let in_baseline = target.baseline.and_then(|year| {
            let book = self.baselines.get(&(target.indicator.clone(), year));
            read(book, Day::from(Date::constant(year, 12, 31)))
        });
        let verdict = value.and_then(|value| {
            let reading = Reading {
                value,
                at_start: at_start.map(|it| it.measure.value()),
                in_baseline: in_baseline.map(|it| it.measure.value()),
            };
            indicator::judge(plan, target, measured, &reading, frame.day)
        });
        let is_ahead = frame.day < start && verdict.is_some_and(|it| !it.holds);
        Judged { id: target.id.clone(), measured, value, origin, verdict, is_ahead }
    }

    async fn load(app: &App, frame: &Frame<'_>, targets: &[Target]) -> Result<Self, WebError> {
        let plan = &frame.plan;
        let mut indicators: Vec<&str> =
            targets.iter().map(|it| it.indicator.as_str()).collect();
        indicators.sort_unstable();
        indicators.dedup();
        let mut conn = app.store.read().await?;
        let mut read = async |from: &str, until: String| {
            let asked = Asked {
                campaign: frame.campaign().id(),
                indicators: &indicators,
                from,
                until: &until,
                known_at: known_at(frame),
            };
            let rows = kept::latest(&mut conn, asked).await?;
            Ok::<_, WebError>(books(rows))
        };
        let now = read("0000-01-01", frame.day.to_string()).await?;
        let mut starts = HashMap::new();
        let mut baselines = HashMap::new();
        let days: std::collections::BTreeSet<Day> =
            targets.iter().map(|it| indicator::path_start(plan, it)).collect();
        let years: std::collections::BTreeSet<i16> =
            targets.iter().filter_map(|it| it.baseline).collect();
        for day in days {
            for (id, book) in read("0000-01-01", day.to_string()).await? {
                starts.insert((id, day), book);
            }
        }
        for year in years {
            let from = format!("{year:04}-01-01");
            for (id, book) in read(&from, format!("{year:04}-12-31")).await? {
                baselines.insert((id, year), book);
            }
        }
        Ok(Self { now, starts, baselines })
    }
}

/// Readings by indicator.
pub(super) fn books(rows: Vec<kept::Reading>) -> HashMap<String, Book> {
    let mut sorted: HashMap<
        String,
        Vec<(String, Day, campaign::indicator::readings::Measure)>,
    > = HashMap::new();
    for row in rows {
        if let Some(on) = Day::parse(row.on_date.as_bytes()) {
            sorted.entry(row.indicator).or_default().push((row.unit, on, row.measure));
        }
    }
    sorted.into_iter().map(|(id, rows)| (id, Book::new(rows))).collect()
}

impl Judged {
    /// The light in a word and its tone.
    pub(super) fn light(&self) -> (&'static str, Tone) {
        match self.verdict.map(|it| it.light) {
            Some(_) if self.is_ahead => ("未开始", Tone::Faint),
            Some(Light::Green) => ("绿 · 达标", Tone::Good),
            Some(Light::Yellow) => ("黄 · 略慢", Tone::Warn),
            Some(Light::Red) => ("红 · 落后", Tone::Bad),
            None if self.value.is_some() => ("缺基数", Tone::Faint),
            None => ("尚无数据", Tone::Faint),
        }
    }

    /// A value of this indicator in words.
    pub(super) fn words(&self, value: f64) -> String {
        number(self.measured, value)
    }

    pub(super) fn origin_words(&self) -> String {
        match self.origin {
            Origin::Nowhere => "还没有填报".to_owned(),
            Origin::Records(ratio) => format!("由记录自动统计，{}/{}", ratio.part, ratio.whole),
            Origin::Measured(Known { measure, on, added: None }) => {
                format!("{on} 填报，{measure}")
            }
            Origin::Measured(Known { measure, on, added: Some(units) }) => {
                format!("下级 {units} 个单位填报的合计 {measure}，最早一份是 {on}")
            }
        }
    }
}

/// A share in percent, a count as it is.
pub(super) fn number(measured: Measured, value: f64) -> String {
    match measured {
        Measured::Ratio => format!("{:.1}%", value * 100.0),
        Measured::Count if value.fract() == 0.0 => format!("{value:.0}"),
        Measured::Count => format!("{value:.1}"),
    }
}
