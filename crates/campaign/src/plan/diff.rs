//! What a new plan changes: which duties, targets and other parts come, go or
//! differ, and who gains and who loses work (N1).

// Writing into a String cannot fail, so the results below are dropped.
use std::fmt::Write as _;

mod parts;

use super::describe::{date_words, number_words};
use super::estimate::{acts_per_year, minutes_per_year};
use super::model::{Duty, Plan, Target};

#[derive(Debug, Clone, PartialEq)]
pub struct Diff {
    pub changes: Vec<Change>,
    /// Whose work grows or shrinks, the greatest change first.
    pub loads: Vec<Load>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    Added,
    Removed,
    Changed,
}

impl ChangeKind {
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Added => "新增",
            Self::Removed => "取消",
            Self::Changed => "改变",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub kind: ChangeKind,
    /// `duty/w-notice-letter`, `target/w-zero-cases` and so on, in the plan that
    /// has it.
    pub element: String,
    pub name: String,
    pub clause: String,
    /// Who has to do it; empty for targets.
    pub actor: String,
    /// What it asks, or what differs.
    pub details: Vec<String>,
}

/// Countable work of one actor in a year, before and after.
#[derive(Debug, Clone, PartialEq)]
pub struct Load {
    pub actor: String,
    pub acts_before: f64,
    pub acts_after: f64,
    pub minutes_before: f64,
    pub minutes_after: f64,
    /// Names of duties that came or grew, and of those that went or shrank.
    pub gained: Vec<String>,
    pub lost: Vec<String>,
}

pub fn diff(old: &Plan, new: &Plan) -> Diff {
    let pairs = pair(old, new);
    let mut changes = parts::head(old, new);
    let mut loads = Loads::default();
    for (before, after) in &pairs {
        if let Some(change) = duty_change(old, new, *before, *after) {
            changes.push(change);
        }
        loads.add(old, new, *before, *after);
    }
    for theirs in &old.targets {
        match new.target(&theirs.id) {
            None => changes.push(target_only(old, theirs, ChangeKind::Removed)),
            Some(ours) => changes.extend(target_change(old, new, theirs, ours)),
        }
    }
    let is_new = |target: &&Target| old.target(&target.id).is_none();
    let added = new.targets.iter().filter(is_new);
    changes.extend(added.map(|target| target_only(new, target, ChangeKind::Added)));
    changes.extend(parts::parts(old, new));
    Diff { changes, loads: loads.sorted() }
}

type Pair<'p> = (Option<&'p Duty>, Option<&'p Duty>);

/// Duties of both plans side by side: by id, then by act and actor, since next
/// year's document may come with new ids.
fn pair<'p>(old: &'p Plan, new: &'p Plan) -> Vec<Pair<'p>> {
    let mut taken = vec![false; new.duties.len()];
    let mut find = |wanted: &dyn Fn(&Duty) -> bool| {
        let at =
            new.duties.iter().zip(&taken).position(|(duty, taken)| !taken && wanted(duty))?;
        taken[at] = true;
        new.duties.get(at)
    };
    let mut matches: Vec<Option<&Duty>> =
        old.duties.iter().map(|before| find(&|after| after.id == before.id)).collect();
    for (before, found) in old.duties.iter().zip(&mut matches) {
        if found.is_none() {
            *found = find(&|after| {
                old.duty(&after.id).is_none()
                    && after.activity == before.activity
                    && after.by == before.by
            });
        }
    }
    let both = old.duties.iter().zip(matches).map(|(before, after)| (Some(before), after));
    let mut pairs: Vec<Pair<'p>> = both.collect();
    let left = new.duties.iter().zip(&taken).filter(|(_, taken)| !**taken);
    pairs.extend(left.map(|(after, _)| (None, Some(after))));
    pairs
}

fn actor(plan: &Plan, duty: &Duty) -> String {
    let who = plan.by_words(&duty.by);
    match &duty.doer {
        Some(doer) => format!("{who}·{}", plan.post_name(doer)),
        None => who,
    }
}

fn asks(duty: &Duty) -> String {
    match duty.due_words() {
        Some(due) => format!("{}，{due}", duty.cadence_words()),
        None => duty.cadence_words(),
    }
}

fn duty_change(
    old: &Plan,
    new: &Plan,
    before: Option<&Duty>,
    after: Option<&Duty>,
) -> Option<Change> {
    let (kind, plan, duty) = match (before, after) {
        (Some(_), Some(after)) => (ChangeKind::Changed, new, after),
        (None, Some(after)) => (ChangeKind::Added, new, after),
        (Some(before), None) => (ChangeKind::Removed, old, before),
        (None, None) => return None,
    };
    let details = match (before, after) {
        (Some(before), Some(after)) => differences(old, new, before, after),
        _ => vec![asks(duty)],
    };
    if details.is_empty() {
        return None;
    }
    Some(Change {
        kind,
        element: format!("duty/{}", duty.id),
        name: duty.name.clone(),
        clause: duty.clause.clone(),
        actor: actor(plan, duty),
        details,
    })
}

fn differences(old: &Plan, new: &Plan, before: &Duty, after: &Duty) -> Vec<String> {
    let dates = |plan: &Plan, duty: &Duty| {
        let from = duty.from.unwrap_or(plan.head.from);
        let until = duty.until.unwrap_or(plan.head.until);
        format!("{from}至{until}")
    };
    let own_dates = |duty: &Duty| duty.from.is_some() || duty.until.is_some();
    let mut rows = vec![
        ("名称", before.name.clone(), after.name.clone()),
        ("要求", asks(before), asks(after)),
        ("责任主体", actor(old, before), actor(new, after)),
        ("对象", old.audience_words(&before.audience), new.audience_words(&after.audience)),
        ("佐证", before.proof_words(), after.proof_words()),
        ("组织", before.held_by.chinese().to_owned(), after.held_by.chinese().to_owned()),
        ("用时", minutes_words(before), minutes_words(after)),
        ("权重", before.weight.to_string(), after.weight.to_string()),
        ("依据", before.clause.clone(), after.clause.clone()),
    ];
    if own_dates(before) || own_dates(after) {
        rows.push(("起止", dates(old, before), dates(new, after)));
    }
    rows.into_iter()
        .filter(|(_, before, after)| before != after)
        .map(|(what, before, after)| format!("{what}：{}", from_to(&before, &after)))
        .collect()
}

fn from_to(before: &str, after: &str) -> String {
    format!("{} → {}", or_none(before), or_none(after))
}

fn minutes_words(duty: &Duty) -> String {
    duty.minutes.map_or_else(String::new, |minutes| format!("{minutes}分钟"))
}

fn or_none(text: &str) -> &str {
    if text.is_empty() { "无" } else { text }
}

fn target_only(plan: &Plan, target: &Target, kind: ChangeKind) -> Change {
    Change {
        kind,
        element: format!("target/{}", target.id),
        name: target.name.clone(),
        clause: target.clause.clone(),
        actor: String::new(),
        details: vec![plan.target_words(target)],
    }
}

fn target_change(old: &Plan, new: &Plan, before: &Target, after: &Target) -> Option<Change> {
    let (was, is) = (old.target_words(before), new.target_words(after));
    if was == is && before.indicator == after.indicator {
        return None;
    }
    let mut change = target_only(new, after, ChangeKind::Changed);
    change.details = vec![format!("{was} → {is}")];
    Some(change)
}

#[derive(Default)]
struct Loads(Vec<Load>);

impl Loads {
    fn of(&mut self, actor: String) -> &mut Load {
        let at = self.0.iter().position(|load| load.actor == actor).unwrap_or_else(|| {
            self.0.push(Load {
                actor,
                acts_before: 0.0,
                acts_after: 0.0,
                minutes_before: 0.0,
                minutes_after: 0.0,
                gained: Vec::new(),
                lost: Vec::new(),
            });
            self.0.len() - 1
        });
        &mut self.0[at]
    }

    fn add(&mut self, old: &Plan, new: &Plan, before: Option<&Duty>, after: Option<&Duty>) {
        let acts = |plan: &Plan, duty: &Duty| acts_per_year(plan, duty).unwrap_or(0.0);
        let was = before.map(|duty| (actor(old, duty), acts(old, duty)));
        let is = after.map(|duty| (actor(new, duty), acts(new, duty)));
        if let (Some(duty), Some((actor, acts))) = (before, &was) {
            let load = self.of(actor.clone());
            load.acts_before += acts;
            load.minutes_before += minutes_per_year(old, duty).unwrap_or(0.0);
        }
        if let (Some(duty), Some((actor, acts))) = (after, &is) {
            let load = self.of(actor.clone());
            load.acts_after += acts;
            load.minutes_after += minutes_per_year(new, duty).unwrap_or(0.0);
        }
        const NEAR: f64 = 1e-9;
        let moved = match (&was, &is) {
            (Some((from, _)), Some((to, _))) => from != to,
            _ => true,
        };
        // What a year costs also depends on how long the plan runs; that alone
        // gives nobody more work.
        if let (Some(before), Some(after), false) = (before, after, moved)
            && asks(before) == asks(after)
            && (before.from, before.until) == (after.from, after.until)
        {
            return;
        }
        let (had, has) = (was.as_ref().map_or(0.0, |w| w.1), is.as_ref().map_or(0.0, |i| i.1));
        if let (Some(duty), Some((actor, _))) = (after, is)
            && (moved || has > had + NEAR)
        {
            self.of(actor).gained.push(duty.name.clone());
        }
        if let (Some(duty), Some((actor, _))) = (before, was)
            && (moved || had > has + NEAR)
        {
            self.of(actor).lost.push(duty.name.clone());
        }
    }

    fn sorted(self) -> Vec<Load> {
        let mut loads = self.0;
        loads.retain(|load| !load.gained.is_empty() || !load.lost.is_empty());
        let size = |load: &Load| (load.minutes_after - load.minutes_before).abs();
        loads.sort_by(|a, b| size(b).total_cmp(&size(a)));
        loads
    }
}

impl Diff {
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The changes as text that a leader can read.
    pub fn to_text(&self, old: &Plan, new: &Plan) -> String {
        let mut text = format!("# {} → {}\n", title(old), title(new));
        if self.is_empty() {
            text.push_str("\n两份方案没有不同。\n");
            return text;
        }
        for kind in [ChangeKind::Added, ChangeKind::Removed, ChangeKind::Changed] {
            let of_kind: Vec<&Change> =
                self.changes.iter().filter(|change| change.kind == kind).collect();
            if of_kind.is_empty() {
                continue;
            }
            let _ = writeln!(text, "\n## {}（{}项）\n", kind.chinese(), of_kind.len());
            for change in of_kind {
                text.push_str(&change_line(change));
            }
        }
        if self.loads.is_empty() {
            return text;
        }
        text.push_str("\n## 谁多做，谁少做\n\n");
        text.push_str(
            "每个责任主体按任务频次估计的每年次数和用时；按事件和常态化的任务不计次数。\n\n",
        );
        for load in &self.loads {
            text.push_str(&load_line(load));
        }
        text
    }
}

fn title(plan: &Plan) -> String {
    let head = &plan.head;
    let (from, until) = (date_words(head.from), date_words(head.until));
    format!("{}（第{}版，{from}至{until}）", head.name, head.version)
}

impl Change {
    /// What kind of element it is.
    pub fn what(&self) -> &'static str {
        match self.element.split('/').next().unwrap_or_default() {
            "plan" => "方案",
            "target" => "目标",
            "phase" => "阶段",
            "post" => "岗位",
            "team" => "工作组",
            "responsibility" => "职责",
            "key-period" => "重点时段",
            "report" => "报送",
            "honour" => "创建",
            "score" => "考核",
            _ => "任务",
        }
    }
}

fn change_line(change: &Change) -> String {
    let mut line = format!("- {} ", change.what());
    if !change.actor.is_empty() {
        let _ = write!(line, "{}：", change.actor);
    }
    line.push_str(&change.name);
    if !change.clause.is_empty() {
        let _ = write!(line, "（{}）", change.clause);
    }
    if !change.details.is_empty() {
        let _ = write!(line, "：{}", change.details.join("；"));
    }
    line.push('\n');
    line
}

fn load_line(load: &Load) -> String {
    let mut line = format!("- {}：{}", load.actor, amount_words(load));
    if !load.gained.is_empty() {
        let _ = write!(line, "；多：{}", load.gained.join("、"));
    }
    if !load.lost.is_empty() {
        let _ = write!(line, "；少：{}", load.lost.join("、"));
    }
    line.push('\n');
    line
}

/// How much the countable work of an actor changes.
fn amount_words(load: &Load) -> String {
    const LITTLE: f64 = 0.05;
    if load.acts_before < LITTLE && load.acts_after < LITTLE {
        let (more, fewer) = (load.gained.len(), load.lost.len());
        return format!("不计次数的任务多{more}项、少{fewer}项");
    }
    let change = load.acts_after - load.acts_before;
    let verdict = if change > LITTLE {
        "增加"
    } else if change < -LITTLE {
        "减少"
    } else {
        "次数不变"
    };
    let share = if load.acts_before > 0.0 && change.abs() > LITTLE {
        let sign = if change < 0.0 { "" } else { "+" };
        format!("，{sign}{:.0}%", change / load.acts_before * 100.0)
    } else {
        String::new()
    };
    let hours = |minutes: f64| tenths(minutes / 60.0);
    let time = if load.minutes_before + load.minutes_after > 0.0 {
        format!("（约{}小时 → {}小时）", hours(load.minutes_before), hours(load.minutes_after))
    } else {
        String::new()
    };
    let (before, after) = (tenths(load.acts_before), tenths(load.acts_after));
    format!("{verdict}，每年{before}次 → {after}次{share}{time}")
}

/// One digit after the point, and none if it is a zero.
fn tenths(number: f64) -> String {
    number_words((number * 10.0).round() / 10.0)
}
