//! The draft as a plan file: what the document leaves open is filled in the
//! plainest way and marked `unsure`, so that a person looks there first.

use std::collections::HashMap;

use campaign::plan::{
    self, By, Due, Duty, Head, HeldBy, IndicatorDef, Measured, Per, Phase, Plan, Proof, Season,
    Target, UnitKind, YearKind,
};
use jiff::civil::Date;

use crate::date::last_day;
use crate::draft::Draft;
use crate::item::{Cadence, Item, Kind, Op};
use crate::roles;

/// The year of a document that names none; the note on the plan says so.
const NO_YEAR: i16 = 2000;

impl Draft {
    /// The draft as a plan that [`campaign::plan::parse`] accepts once written.
    pub fn to_plan(&self) -> Plan {
        Builder::new(self).plan()
    }

    /// The plan file, with what was left out as remarks at its end.
    pub fn to_toml(&self) -> String {
        let mut text = plan::to_toml(&self.to_plan());
        if !self.hints.is_empty() {
            text.push_str("\n# 以下各句未列入方案，请判断是否需要补充：\n");
        }
        for hint in &self.hints {
            // A remark in a plan file holds no control character.
            let plain = |c: &char| !c.is_whitespace() && !c.is_control();
            let quote: String = hint.quote.chars().filter(plain).collect();
            text.extend(["# ", &hint.section, "：", &quote, "\n"]);
        }
        text
    }
}

struct Builder<'a> {
    draft: &'a Draft,
    from: Date,
    until: Date,
    note: Option<String>,
    used: HashMap<String, u32>,
    indicators: Vec<IndicatorDef>,
}

impl<'a> Builder<'a> {
    fn new(draft: &'a Draft) -> Self {
        let (from, until, note) = bounds(draft);
        Self { draft, from, until, note, used: HashMap::new(), indicators: Vec::new() }
    }

    fn plan(mut self) -> Plan {
        let unnamed = "未命名方案";
        let name = self.draft.title.clone().unwrap_or_else(|| unnamed.to_owned());
        let items = &self.draft.items;
        let phases = self.phases();
        let of = |kind: Kind| items.iter().filter(move |i| i.kind == kind);
        let targets = of(Kind::Target).filter_map(|i| self.target(i)).collect();
        let duties = items
            .iter()
            .filter(|i| matches!(i.kind, Kind::Duty | Kind::Deadline))
            .map(|i| self.duty(i))
            .collect();
        let head = Head {
            id: format!("p-{}", hash(&name)),
            issuer: self
                .draft
                .issuer
                .clone()
                .unwrap_or_else(|| "（请填写发文单位）".to_owned()),
            document: self.draft.title.clone(),
            name,
            from: self.from,
            until: self.until,
            in_force: None,
            version: 1,
            adopts: None,
            note: self.note,
        };
        Plan { phases, duties, targets, indicators: self.indicators, ..Plan::new(head) }
    }

    /// The same words give the same id in every edition of a document.
    fn id(&mut self, letter: char, words: &str) -> String {
        let base = format!("{letter}-{}", hash(words));
        let count = self.used.entry(base.clone()).or_default();
        *count += 1;
        if *count == 1 { base } else { format!("{base}-{count}") }
    }

    fn phases(&mut self) -> Vec<Phase> {
        let mut out: Vec<Phase> = Vec::new();
        for item in self.draft.items.iter().filter(|i| i.kind == Kind::Phase) {
            let until = self.day(item.deadline.as_deref()).unwrap_or(self.until);
            // A stage begins where the one before it ended.
            let from = out
                .iter()
                .map(|p| p.until)
                .filter(|end| *end < until)
                .max()
                .and_then(|end| end.tomorrow().ok())
                .unwrap_or(self.from);
            let name = or_quote(&item.action, item);
            let id = self.id('s', &name);
            out.push(Phase { id, name, clause: clause(item), from, until, goals: Vec::new() });
        }
        out
    }

    fn target(&mut self, item: &Item) -> Option<Target> {
        let value = item.value?;
        let metric = item.metric.clone().unwrap_or_else(|| or_quote(&item.action, item));
        let ratio = item.unit.is_none() && (0.0..=1.0).contains(&value);
        let baseline = item.baseline.as_deref().and_then(|words| self.baseline_year(words));
        let drop = baseline.is_some() && ratio && item.op == Some(Op::Ge);
        let known = roles::indicator(&metric)
            .filter(|code| drop || measured(code) == Some(ratio) || value == 0.0);
        let indicator = known
            .map_or_else(|| self.own_indicator(&metric, ratio && value != 0.0), str::to_owned);
        let mut doubts = doubts(item);
        if known.is_none() {
            doubts.push("指标不在常用目录中，已按原文自拟".to_owned());
        }
        if item.baseline.is_some() && !drop {
            doubts.push(format!(
                "对比口径“{}”请核对",
                item.baseline.as_deref().unwrap_or_default()
            ));
        }
        Some(Target {
            id: self
                .id('t', &format!("{metric}{}", item.deadline.as_deref().unwrap_or_default())),
            name: metric,
            clause: clause(item),
            indicator,
            op: match item.op {
                Some(Op::Le) => plan::Op::Le,
                Some(Op::Eq) if !drop => plan::Op::Eq,
                _ => plan::Op::Ge,
            },
            value,
            by: self.day(item.deadline.as_deref()),
            baseline: baseline.filter(|_| drop),
            note: None,
            unsure: joined(&doubts),
        })
    }

    fn own_indicator(&mut self, name: &str, ratio: bool) -> String {
        let measured = if ratio { Measured::Ratio } else { Measured::Count };
        if let Some(own) =
            self.indicators.iter().find(|i| i.name == name && i.measured == measured)
        {
            return own.id.clone();
        }
        let id = self.id('i', name);
        self.indicators.push(IndicatorDef { id: id.clone(), name: name.to_owned(), measured });
        id
    }

    fn duty(&mut self, item: &Item) -> Duty {
        let name = or_quote(&item.action, item);
        let id = self.id('d', &name);
        let mut doubts = doubts(item);
        let by = roles::by(&item.actors).unwrap_or_else(|| {
            doubts.push("责任单位没有写明，暂按“学校”".to_owned());
            By { kind: vec![UnitKind::School], ..By::default() }
        });
        let by = by_class(by, item);
        let (cadence, times) = cadence(item.cadence, &mut doubts);
        let due = self.due(item, cadence, &mut doubts);
        let count = item.count.unwrap_or(1.0).max(1.0) * f64::from(times);
        let quota =
            if cadence == plan::Cadence::Continuous { 1.0 } else { count.min(10_000.0) };
        Duty {
            activity: id.clone(),
            id,
            name,
            clause: clause(item),
            per: per(&by),
            by,
            cadence,
            year: (cadence == plan::Cadence::Yearly).then(|| {
                let school = item.quote.contains("学年");
                if school { YearKind::School } else { YearKind::Calendar }
            }),
            quota: quota as u32,
            unit: item.unit.clone(),
            from: None,
            until: None,
            season: Season::Always,
            due,
            held_by: HeldBy::Own,
            weight: 1.0,
            doer: None,
            audience: Vec::new(),
            proof: vec![Proof::Count],
            minutes: None,
            event: None,
            indicator: None,
            note: None,
            unsure: joined(&doubts),
        }
    }

    fn due(
        &self,
        item: &Item,
        cadence: plan::Cadence,
        doubts: &mut Vec<String>,
    ) -> Option<Due> {
        let words = item.deadline.as_deref()?;
        if let Some(day) = words.strip_prefix("monthly-") {
            return day
                .parse()
                .ok()
                .filter(|_| cadence == plan::Cadence::Monthly)
                .map(Due::DayOfMonth);
        }
        let day = self.day(Some(words));
        if cadence == plan::Cadence::Once {
            return day.map(Due::On);
        }
        doubts.push(format!("时限“{words}”请核对"));
        None
    }

    /// The last day that a deadline may mean, within the plan.
    fn day(&self, words: Option<&str>) -> Option<Date> {
        full_day(words?, self.from.year()).map(|day| day.clamp(self.from, self.until))
    }

    /// 同比 is against the year before the plan's own.
    fn baseline_year(&self, words: &str) -> Option<i16> {
        let digits: String = words.chars().filter(char::is_ascii_digit).collect();
        if let Ok(year) = digits.parse::<i16>() {
            return (1990..2101).contains(&year).then_some(year);
        }
        let last =
            ["同比", "去年", "上年", "上一年", "前一年"].iter().any(|w| words.contains(w));
        last.then(|| self.from.year() - 1)
    }
}

/// First and last day of the plan: what the document says, widened to every
/// date in it.
fn bounds(draft: &Draft) -> (Date, Date, Option<String>) {
    let first = |month: &str| full_day(month, NO_YEAR).map(jiff::civil::Date::first_of_month);
    let named = draft.period.from.as_deref().and_then(first);
    let dated: Vec<Date> = draft
        .items
        .iter()
        .filter_map(|i| i.deadline.as_deref())
        .filter(|d| d.starts_with(|c: char| c.is_ascii_digit()))
        .filter_map(|d| full_day(d, NO_YEAR))
        .collect();
    let from = named.into_iter().chain(dated.iter().map(|d| d.first_of_month())).min();
    let Some(from) = from else {
        let year = |month, day| Date::new(NO_YEAR, month, day).unwrap_or(Date::ZERO);
        let note = "文件没有写明年份，起止日期和各项日期为占位，请先改为实际年份";
        return (year(1, 1), year(12, 31), Some(note.to_owned()));
    };
    let end = draft.period.to.as_deref().and_then(|m| full_day(m, from.year()));
    let until = end.into_iter().chain(dated).max();
    if let Some(until) = until.filter(|_| end.is_some()) {
        (from, until.max(from), None)
    } else {
        // A year and a day before it: the usual run of a plan without an end.
        let year =
            Date::new(from.year() + 1, from.month(), 1).ok().and_then(|d| d.yesterday().ok());
        let until = year.into_iter().chain(until).max().unwrap_or(from);
        (from, until, Some("文件没有写明结束日期，暂按一年，请核对".to_owned()))
    }
}

/// `2022-12` is its last day; `--12-31` falls into the given year.
fn full_day(words: &str, year: i16) -> Option<Date> {
    let (year, rest) = match words.strip_prefix("--") {
        Some(rest) => (year, rest),
        None => (words.get(..4)?.parse().ok()?, words.get(5..)?),
    };
    let (month, day) = match rest.split_once('-') {
        Some((month, day)) => (month.parse::<u8>().ok()?, day.parse::<u8>().ok()?),
        None => (rest.parse::<u8>().ok()?, 31),
    };
    if !(1..=12).contains(&month) {
        return None;
    }
    Date::new(year, month as i8, day.clamp(1, last_day(year, month)) as i8).ok()
}

fn measured(code: &str) -> Option<bool> {
    plan::catalogue::indicator(code).map(|entry| entry.measured == Measured::Ratio)
}

/// A number asked of each class is the class's duty.
fn by_class(by: By, item: &Item) -> By {
    let school = by.post.is_none() && by.kind == [UnitKind::School];
    if school && item.per.as_deref() == Some("class") {
        return By { kind: vec![UnitKind::Class], stage: Vec::new(), ..By::default() };
    }
    by
}

fn per(by: &By) -> Per {
    if by.post.is_some() || !by.audience.is_empty() {
        Per::Person
    } else if by.kind == [UnitKind::Class] {
        Per::Class
    } else {
        Per::Unit
    }
}

/// The plan language's cadence, and how many times ours falls into it.
fn cadence(words: Option<Cadence>, doubts: &mut Vec<String>) -> (plan::Cadence, u32) {
    use plan::Cadence as P;
    let (cadence, times) = match words {
        Some(Cadence::Daily) => (P::Daily, 1),
        Some(Cadence::Weekly) => (P::Weekly, 1),
        Some(Cadence::Biweekly) => (P::Monthly, 2),
        Some(Cadence::Monthly) => (P::Monthly, 1),
        Some(Cadence::Bimonthly) => (P::Yearly, 6),
        Some(Cadence::Quarterly) => (P::Quarterly, 1),
        Some(Cadence::Semester) => (P::Term, 1),
        Some(Cadence::Halfyearly) => (P::Yearly, 2),
        Some(Cadence::Yearly) => (P::Yearly, 1),
        Some(Cadence::Continuous) => (P::Continuous, 1),
        Some(Cadence::Once) | None => (P::Once, 1),
    };
    if times > 1 {
        let said = words.map_or("", Cadence::chinese);
        doubts.push(format!("原文为“{said}”，折算为“{}”{times}次", cadence.chinese()));
    }
    (cadence, times)
}

fn clause(item: &Item) -> String {
    // The plan language writes 三（一）1 where a section is 三/（一）/1.
    item.section.replace('/', "")
}

fn or_quote(words: &str, item: &Item) -> String {
    let words = if words.chars().count() >= 2 { words.to_owned() } else { item.quote.clone() };
    let plain: String = words.split_whitespace().collect();
    let short: String = plain.chars().take(60).collect();
    if short.is_empty() { "（未命名）".to_owned() } else { short }
}

fn doubts(item: &Item) -> Vec<String> {
    if item.is_sure() {
        return Vec::new();
    }
    vec![format!("由“{}”读出，把握不大，请核对原文", item.why)]
}

fn joined(doubts: &[String]) -> Option<String> {
    (!doubts.is_empty()).then(|| doubts.join("；"))
}

/// A short, stable name for some words (FNV-1a).
pub(crate) fn hash(words: &str) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in words.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    (0..7)
        .map(|i| {
            char::from(LETTERS.get((hash >> (i * 5)) as usize & 31).copied().unwrap_or(b'a'))
        })
        .collect()
}
