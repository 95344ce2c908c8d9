//! From fields to an element of the plan, with every field that does not fit.

use std::collections::HashMap;

use campaign::plan::{
    self, By, Cadence, Due, Duty, EventTrigger, Finding, Head, HeldBy, IndicatorDef, Measured,
    Op, Per, Phase, Plan, Proof, Season, Stage, Target, UnitKind, YearKind,
};
use jiff::civil::Date;

use super::fields::{DUTY, Fields, PHASE, TARGET};
use crate::plan::hash;

/// An element of a plan, in no plan yet.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "one at a time is looked at, none are kept")]
pub enum Element {
    Duty(Duty),
    /// With the indicator that it brings, if the catalogue has none.
    Target(Target, Option<IndicatorDef>),
    Phase(Phase),
}

/// A field that does not fit, and what is allowed in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    pub field: &'static str,
    pub words: String,
}

struct Check(Vec<Wrong>);

impl Check {
    fn wrong(&mut self, field: &'static str, words: impl Into<String>) {
        self.0.push(Wrong { field, words: words.into() });
    }

    fn text(&mut self, field: &'static str, (value, most): (&str, usize)) -> String {
        let value = value.trim();
        let count = value.chars().count();
        if count == 0 {
            self.wrong(field, "不能为空");
        } else if most < count {
            self.wrong(field, format!("最多 {most} 个字，现为 {count} 个"));
        }
        value.to_owned()
    }

    fn code<T>(
        &mut self,
        field: &'static str,
        value: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let found = read(value);
        if found.is_none() {
            self.wrong(field, "请从列表中选择");
        }
        found
    }

    fn codes<T>(
        &mut self,
        field: &'static str,
        values: &[String],
        read: impl Fn(&str) -> Option<T>,
    ) -> Vec<T> {
        let found: Vec<T> = values.iter().filter_map(|it| read(it)).collect();
        if found.len() != values.len() {
            self.wrong(field, "请从列表中选择");
        }
        found
    }

    fn date(&mut self, field: &'static str, value: &str) -> Option<Date> {
        if value.trim().is_empty() {
            return None;
        }
        let date = value.trim().parse().ok();
        if date.is_none() {
            self.wrong(field, format!("应为日期，写作 2022-03-01 的样子，现为“{value}”"));
        }
        date
    }

    fn whole(
        &mut self,
        field: &'static str,
        value: &str,
        range: std::ops::RangeInclusive<u32>,
    ) -> Option<u32> {
        let number = value.trim().parse().ok().filter(|number| range.contains(number));
        if number.is_none() {
            self.wrong(
                field,
                format!("应为 {} 至 {} 的整数，现为“{value}”", range.start(), range.end()),
            );
        }
        number
    }
}

impl Fields {
    /// The element, or every field that keeps it from being one.
    pub fn element(&self) -> Result<Element, Vec<Wrong>> {
        let mut check = Check(Vec::new());
        let element = match self.kind.as_str() {
            DUTY => self.duty(&mut check).map(Element::Duty),
            TARGET => self.target(&mut check).map(|(it, own)| Element::Target(it, own)),
            PHASE => self.phase(&mut check).map(Element::Phase),
            _ => {
                check.wrong("kind", "请选择任务、目标或阶段");
                None
            }
        };
        match element {
            Some(element) if check.0.is_empty() => Ok(element),
            _ => Err(check.0),
        }
    }

    fn phase(&self, check: &mut Check) -> Option<Phase> {
        let name = check.text("name", (&self.name, 60));
        let clause = check.text("clause", (&self.clause, 40));
        for (field, value) in [("from", &self.from), ("until", &self.until)] {
            if value.trim().is_empty() {
                check.wrong(field, "阶段要有起止日期");
            }
        }
        let from = check.date("from", &self.from);
        let until = check.date("until", &self.until);
        let (from, until) = (from?, until?);
        if until < from {
            check.wrong("until", "不能早于开始日期");
        }
        let goals = self.goals.lines().map(str::trim).filter(|it| !it.is_empty());
        let goals = goals.map(str::to_owned).collect();
        Some(Phase { id: self.element.clone(), name, clause, from, until, goals })
    }

    fn target(&self, check: &mut Check) -> Option<(Target, Option<IndicatorDef>)> {
        let name = check.text("name", (&self.name, 60));
        let clause = check.text("clause", (&self.clause, 40));
        let op = check.code("op", &self.op, Op::from_code);
        let own = if self.indicator.is_empty() {
            let measured = check.code("measured", &self.measured, Measured::from_code)?;
            let id = format!("i-{}", hash(&format!("{}{name}", measured.code())));
            Some(IndicatorDef { id, name: name.clone(), measured })
        } else {
            if plan::catalogue::indicator(&self.indicator).is_none() {
                check.wrong("indicator", "请从列表中选择，或选“自拟指标”");
            }
            None
        };
        let value = number(&self.value);
        if value.is_none() {
            let words = "应为数或百分比，写作 12、0.8 或 80%";
            check.wrong("value", format!("{words}，现为“{}”", self.value));
        }
        let baseline = match self.baseline.trim() {
            "" => None,
            year => check.whole("baseline", year, 1990..=2100).map(|year| year as i16),
        };
        let is_share = baseline.is_some()
            || own.as_ref().map(|own| own.measured) == Some(Measured::Ratio)
            || plan::catalogue::indicator(&self.indicator)
                .is_some_and(|entry| entry.measured == Measured::Ratio);
        if is_share && value.is_some_and(|value| !(0.0..=1.0).contains(&value)) {
            check.wrong("value", format!("比率在 0% 到 100% 之间，现为“{}”", self.value));
        }
        if value.is_some_and(|value| value < 0.0) {
            check.wrong("value", "不能小于 0");
        }
        if baseline.is_some() && op.is_some_and(|op| op != Op::Ge) {
            check.wrong("op", "与某年相比的是降幅，只能是“不低于”");
        }
        let by = check.date("by", &self.by);
        let target = Target {
            id: self.element.clone(),
            name,
            clause,
            indicator: own.as_ref().map_or_else(|| self.indicator.clone(), |it| it.id.clone()),
            op: op?,
            value: value?,
            by,
            baseline,
            note: some(&self.note),
            unsure: None,
        };
        Some((target, own))
    }

    fn duty(&self, check: &mut Check) -> Option<Duty> {
        let name = check.text("name", (&self.name, 60));
        let clause = check.text("clause", (&self.clause, 40));
        let by = self.by_whom(check);
        let cadence = check.code("cadence", &self.cadence, Cadence::from_code);
        let is_counted = cadence != Some(Cadence::Continuous);
        let quota =
            if is_counted { check.whole("quota", &self.quota, 1..=10_000) } else { Some(1) };
        let season = check.code("season", &self.season, Season::from_code);
        let held_by = check.code("held_by", &self.held_by, HeldBy::from_code);
        let year = match (cadence, self.year.as_str()) {
            (Some(Cadence::Yearly), "") => Some(YearKind::Calendar),
            (Some(Cadence::Yearly), code) => check.code("year", code, YearKind::from_code),
            _ => None,
        };
        let mut proof = check.codes("proof", &self.proof, Proof::from_code);
        if proof.is_empty() {
            proof.push(Proof::Count);
        }
        let minutes = match self.minutes.trim() {
            "" => None,
            minutes => check.whole("minutes", minutes, 1..=10_000),
        };
        let (from, until) = (check.date("from", &self.from), check.date("until", &self.until));
        if until.is_some() && until < from {
            check.wrong("until", "不能早于开始日期");
        }
        let event = self.trigger(check, cadence);
        let due = self.due_of(check, cadence);
        let some_of = |code: &str, wanted: bool| some(code).filter(|_| wanted);
        Some(Duty {
            activity: some(&self.activity).unwrap_or_else(|| self.element.clone()),
            id: self.element.clone(),
            name,
            clause,
            per: per(&by),
            by,
            cadence: cadence?,
            year,
            quota: quota?,
            unit: some(&self.unit),
            from,
            until,
            season: season?,
            due,
            held_by: held_by?,
            weight: 1.0,
            doer: some(&self.doer),
            audience: self.audience.clone(),
            proof,
            minutes,
            event,
            indicator: some_of(&self.indicator, cadence == Some(Cadence::Continuous)),
            note: some(&self.note),
            unsure: None,
        })
    }

    fn by_whom(&self, check: &mut Check) -> By {
        let by = By {
            kind: check.codes("by", &self.by_kind, UnitKind::from_code),
            stage: check.codes("by", &self.by_stage, Stage::from_code),
            post: some(&self.by_post),
            audience: self.by_audience.clone(),
        };
        if by.kind.is_empty() && by.post.is_none() && by.audience.is_empty() {
            check.wrong("by", "请选单位类别、岗位或人员对象之一");
        }
        if by.post.is_some() && !by.audience.is_empty() {
            check.wrong("by", "岗位和人员对象只能选一种");
        }
        by
    }

    fn trigger(&self, check: &mut Check, cadence: Option<Cadence>) -> Option<EventTrigger> {
        if cadence != Some(Cadence::Event) {
            return None;
        }
        let name = check.text("event", (&self.event, 40));
        let days = check.whole("within_days", &self.within_days, 0..=365)?;
        Some(EventTrigger { name, within_days: days as u16 })
    }

    fn due_of(&self, check: &mut Check, cadence: Option<Cadence>) -> Option<Due> {
        let text = self.due.trim();
        let due = if text.is_empty() { None } else { due(text) };
        if due.is_none() && !text.is_empty() {
            check.wrong("due", "日数应为整数，日期写作 2022-03-01 的样子");
        }
        let allowed = match (due?, cadence?) {
            (Due::On(_), Cadence::Once) | (Due::DayOfMonth(_), Cadence::Monthly) => None,
            (Due::On(_), _) => Some("某一天截止只用于一次性任务"),
            (_, Cadence::Once) => Some("一次性任务的截止应为日期"),
            (_, Cadence::Event) => Some("按事件的任务以事件后的天数为限，不另写截止"),
            (_, Cadence::Continuous) => Some("常态化任务没有截止"),
            (Due::DayOfMonth(_), _) => Some("当月某日只用于每月的任务"),
            _ => None,
        };
        if let Some(words) = allowed {
            check.wrong("due", words);
        }
        due
    }
}

fn some(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn due(text: &str) -> Option<Due> {
    if let Some(day) = text.strip_prefix("month-") {
        return day.parse().ok().filter(|day| (1..=31).contains(day)).map(Due::DayOfMonth);
    }
    let Some(rest) = text.strip_prefix('+') else { return text.parse().ok().map(Due::On) };
    let days = |rest: &str| rest.parse().ok().filter(|days: &u16| *days <= 365);
    match rest.strip_suffix('w') {
        Some(rest) => days(rest).map(Due::WorkdaysAfter),
        None => rest.strip_suffix('d').and_then(days).map(Due::DaysAfter),
    }
}

fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let value = match text.strip_suffix(['%', '％']) {
        Some(digits) => digits.trim().parse::<f64>().ok()? / 100.0,
        None => text.parse::<f64>().ok()?,
    };
    value.is_finite().then_some(value)
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

/// A plan of these elements. What else `rest` has stays, without what refers to
/// duties that are gone.
pub fn assemble(
    head: Head,
    elements: impl IntoIterator<Item = Element>,
    rest: Option<&Plan>,
) -> Plan {
    let mut plan = Plan::new(head);
    for element in elements {
        match element {
            Element::Duty(it) => plan.duties.push(it),
            Element::Phase(it) => plan.phases.push(it),
            Element::Target(it, own) => {
                let known =
                    |own: &IndicatorDef| plan.indicators.iter().all(|it| it.id != own.id);
                plan.indicators.extend(own.filter(known));
                plan.targets.push(it);
            }
        }
    }
    if let Some(rest) = rest {
        keep_rest(&mut plan, rest);
    }
    plan
}

fn keep_rest(plan: &mut Plan, rest: &Plan) {
    plan.posts = rest.posts.clone();
    plan.teams.clone_from(&rest.teams);
    plan.responsibilities.clone_from(&rest.responsibilities);
    plan.reports.clone_from(&rest.reports);
    plan.honours.clone_from(&rest.honours);
    plan.scoring.clone_from(&rest.scoring);
    plan.key_periods.clone_from(&rest.key_periods);
    plan.audiences.clone_from(&rest.audiences);
    for own in &rest.indicators {
        if plan.indicators.iter().all(|it| it.id != own.id) {
            plan.indicators.push(own.clone());
        }
    }
    let gone = |id: &String| {
        (rest.duty(id).is_some() || rest.target(id).is_some())
            && plan.duty(id).is_none()
            && plan.target(id).is_none()
    };
    let stays = |id: &String| !gone(id);
    let kept = |ids: &[String]| ids.iter().filter(|id| stays(id)).cloned().collect::<Vec<_>>();
    let (mut responsibilities, mut periods, mut reports) =
        (plan.responsibilities.clone(), plan.key_periods.clone(), plan.reports.clone());
    let (mut posts, mut honours, mut scoring) =
        (plan.posts.clone(), plan.honours.clone(), plan.scoring.clone());
    for it in &mut responsibilities {
        it.duties = kept(&it.duties);
    }
    for it in &mut periods {
        it.duties = kept(&it.duties);
    }
    for it in &mut reports {
        it.duty = it.duty.take().filter(stays);
    }
    for it in &mut posts {
        it.duty = it.duty.take().filter(stays);
    }
    for honour in &mut honours {
        honour.revoked_by = kept(&honour.revoked_by);
        for it in &mut honour.criteria {
            it.fact = it.fact.take().filter(stays);
        }
    }
    for it in &mut scoring {
        it.on = kept(&it.on);
    }
    (plan.responsibilities, plan.key_periods, plan.reports) =
        (responsibilities, periods, reports);
    (plan.posts, plan.honours, plan.scoring) = (posts, honours, scoring);
}

/// Whether an element could stand in a plan with this head: every error that
/// the plan language finds in it.
pub fn stands_alone(head: &Head, element: Element) -> Vec<Finding> {
    let by_phase = matches!(&element, Element::Duty(it) if it.cadence == Cadence::Phase);
    let mut plan = assemble(head.clone(), [element], None);
    if by_phase {
        plan.phases.push(Phase {
            id: "one".to_owned(),
            name: "阶段".to_owned(),
            clause: "—".to_owned(),
            from: head.from,
            until: head.until,
            goals: Vec::new(),
        });
    }
    plan::parse(&plan::to_toml(&plan), "").err().unwrap_or_default()
}

/// The element, as `duty/d-abc`, in whose part of a plan file a line stands.
pub fn element_at(text: &str, line: usize) -> Option<String> {
    let mut parts: HashMap<&str, &str> = HashMap::new();
    let mut section = "";
    for (n, words) in text.lines().enumerate() {
        if let Some(name) = words.strip_prefix("[[").and_then(|it| it.strip_suffix("]]")) {
            if line <= n {
                break;
            }
            section = name;
            parts.clear();
        } else if words.starts_with('[') {
            if line <= n {
                break;
            }
            section = "";
        }
        if let Some(id) = words.strip_prefix("id = \"").and_then(|it| it.strip_suffix('"')) {
            parts.insert(section, id);
        }
    }
    let id = parts.get(section).filter(|_| !section.is_empty())?;
    Some(format!("{section}/{id}"))
}
