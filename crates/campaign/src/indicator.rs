//! The light (红黄绿) of a target on a date, and the path that it is held to.

pub mod readings;

use crate::{
    day::Day,
    plan::{Measured, Op, Plan, Target},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Light {
    Green,
    Yellow,
    Red,
}

impl Light {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Green => "green",
            Self::Yellow => "yellow",
            Self::Red => "red",
        }
    }

    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Green => "绿",
            Self::Yellow => "黄",
            Self::Red => "红",
        }
    }
}

/// An indicator as it was measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// On the date that is looked at.
    pub value: f64,
    /// At the start of the target's phase, if it was measured then.
    pub at_start: Option<f64>,
    /// In the baseline year, for a target that is a drop.
    pub in_baseline: Option<f64>,
}

/// The straight line from what was at the start of the target's phase to what
/// must be on its date.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Path {
    pub from: Day,
    pub until: Day,
    pub start: f64,
    pub goal: f64,
}

impl Path {
    /// What the path asks for on a day: the start before it, the goal after it.
    pub fn on(&self, day: Day) -> f64 {
        let whole = f64::from(self.from.days_until(self.until));
        let gone = f64::from(self.from.days_until(day));
        if gone >= whole {
            self.goal
        } else if gone <= 0.0 {
            self.start
        } else {
            self.start + (self.goal - self.start) * gone / whole
        }
    }
}

/// A target on a date, with what the light was decided from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Verdict {
    pub light: Light,
    /// What is compared with the bound: the value, or the drop since the baseline.
    pub measure: f64,
    pub path: Path,
    /// What the path asks for today.
    pub expected: f64,
    /// By how many points the path is missed; not positive if it is kept.
    pub shortfall: f64,
    /// Whether the bound itself is met.
    pub holds: bool,
}

/// Points by which the path may be missed before the light is red.
const YELLOW: f64 = 10.0;

/// Judges a target. A drop needs its baseline: without one there is no verdict.
pub fn judge(
    plan: &Plan,
    target: &Target,
    measured: Measured,
    reading: &Reading,
    as_of: Day,
) -> Option<Verdict> {
    let is_drop = target.baseline.is_some();
    let measure = |value: f64| match (is_drop, reading.in_baseline) {
        (false, _) => Some(value),
        (true, Some(baseline)) => Some(drop(value, baseline, target.value)),
        (true, None) => None,
    };
    let now = measure(reading.value)?;
    let at_start = reading.at_start.and_then(measure);
    let path = path(plan, target, is_drop || measured == Measured::Ratio, at_start);
    let expected = path.on(as_of);
    let rises = path.start <= path.goal && target.op != Op::Le;
    let missing = if target.op == Op::Eq && path.start.total_cmp(&path.goal).is_eq() {
        (now - expected).abs()
    } else if rises {
        expected - now
    } else {
        now - expected
    };
    // A share misses by percentage points, a number by percent of its bound.
    let is_share = is_drop || measured == Measured::Ratio;
    let shortfall = missing * 100.0 / if is_share { 1.0 } else { target.value.abs().max(1.0) };
    let holds = holds(target.op, now, target.value);
    let light = if holds || shortfall <= ROUNDING {
        Light::Green
    } else if shortfall < YELLOW - ROUNDING {
        Light::Yellow
    } else {
        Light::Red
    };
    Some(Verdict { light, measure: now, path, expected, shortfall, holds })
}

/// Shares are sums of binary fractions: a difference this small is none.
const ROUNDING: f64 = 1e-9;

fn holds(op: Op, value: f64, bound: f64) -> bool {
    match op {
        Op::Ge => value >= bound - ROUNDING,
        Op::Le => value <= bound + ROUNDING,
        Op::Eq => (value - bound).abs() <= ROUNDING,
    }
}

/// How much smaller a value is than its baseline. From a baseline of nothing,
/// nothing is as good as the goal, and anything misses it wholly.
fn drop(value: f64, baseline: f64, goal: f64) -> f64 {
    if baseline > 0.0 {
        1.0 - value / baseline
    } else if value > 0.0 {
        goal - 1.0
    } else {
        goal
    }
}

/// The first day of a target's path: its phase is the one that its date lies in.
pub fn path_start(plan: &Plan, target: &Target) -> Day {
    let until = Day::from(target.by.unwrap_or(plan.head.until));
    let phases = plan.phases.iter();
    let starts =
        phases.filter(|phase| Day::from(phase.from) <= until && until <= phase.until.into());
    starts.map(|phase| phase.from).max().unwrap_or(plan.head.from).into()
}

/// The path of a target of which nothing was measured yet. Of a drop, the path
/// of what is measured is not known without its baseline: it is a level line.
pub fn usual_path(plan: &Plan, target: &Target, measured: Measured) -> Path {
    path(plan, target, measured == Measured::Ratio, None)
}

fn path(plan: &Plan, target: &Target, is_share: bool, at_start: Option<f64>) -> Path {
    let until = Day::from(target.by.unwrap_or(plan.head.until));
    let from = path_start(plan, target);
    // Shares grow from nothing; a number that must stay small has no way to go.
    let rises_from_zero = is_share && target.op != Op::Le || target.op == Op::Ge;
    let usual = if rises_from_zero { 0.0 } else { target.value };
    let start = at_start.unwrap_or(usual);
    Path { from, until, start, goal: target.value }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::plan;

    const PLAN: &str = r#"
[plan]
id = "p"
name = "方案"
issuer = "某局"
from = 2022-01-01
until = 2023-12-31

[[phase]]
id = "one"
name = "一"
clause = "一"
from = 2022-01-01
until = 2022-12-31

[[phase]]
id = "two"
name = "二"
clause = "一"
from = 2023-01-01
until = 2023-12-31

[[target]]
id = "coverage"
name = "覆盖率"
clause = "一"
indicator = "alliance-coverage"
at-least = 0.9
by = 2023-12-31

[[target]]
id = "cases"
name = "零发案"
clause = "一"
indicator = "cases"
equals = 0

[[target]]
id = "drop"
name = "发案下降"
clause = "一"
indicator = "cases"
drop = 0.5
baseline = 2021
by = 2022-12-31
"#;

    fn judged(
        target: usize,
        measured: Measured,
        readings: &[(f64, Option<f64>, Option<f64>, &str)],
        expect: &Expect,
    ) {
        let plan = plan::parse(PLAN, "plan.toml").unwrap();
        let mut table = String::new();
        for &(value, at_start, in_baseline, day) in readings {
            let as_of = Day::parse(day.as_bytes()).unwrap();
            let reading = Reading { value, at_start, in_baseline };
            let verdict = judge(&plan, &plan.targets[target], measured, &reading, as_of);
            let line = verdict.map_or("none".to_owned(), |it| {
                format!(
                    "{day} {} measure {:.3} expected {:.3} shortfall {:.1}",
                    it.light.code(),
                    it.measure,
                    it.expected,
                    it.shortfall
                )
            });
            table.push_str(&line);
            table.push('\n');
        }
        expect.assert_eq(&table);
    }

    #[test]
    fn a_share_grows_along_its_path() {
        judged(
            0,
            Measured::Ratio,
            &[
                (0.0, None, None, "2023-01-01"),
                (0.45, None, None, "2023-07-02"),
                (0.36, None, None, "2023-07-02"),
                (0.34, None, None, "2023-07-02"),
                (0.85, Some(0.8), None, "2023-07-02"),
                (0.84, Some(0.8), None, "2023-07-02"),
                (0.89, None, None, "2023-12-31"),
                (0.80, None, None, "2024-02-01"),
                (0.9, None, None, "2023-02-01"),
            ],
            &expect![[r#"
                2023-01-01 green measure 0.000 expected 0.000 shortfall 0.0
                2023-07-02 green measure 0.450 expected 0.450 shortfall 0.0
                2023-07-02 yellow measure 0.360 expected 0.450 shortfall 9.0
                2023-07-02 red measure 0.340 expected 0.450 shortfall 11.0
                2023-07-02 green measure 0.850 expected 0.850 shortfall 0.0
                2023-07-02 yellow measure 0.840 expected 0.850 shortfall 1.0
                2023-12-31 yellow measure 0.890 expected 0.900 shortfall 1.0
                2024-02-01 red measure 0.800 expected 0.900 shortfall 10.0
                2023-02-01 green measure 0.900 expected 0.077 shortfall -82.3
            "#]],
        );
    }

    #[test]
    fn numbers_and_drops() {
        let at = "2022-07-02";
        judged(
            1,
            Measured::Count,
            &[(0.0, None, None, at), (1.0, None, None, at)],
            &expect![[r#"
                2022-07-02 green measure 0.000 expected 0.000 shortfall 0.0
                2022-07-02 red measure 1.000 expected 0.000 shortfall 100.0
            "#]],
        );
        judged(
            2,
            Measured::Count,
            &[
                (20.0, None, Some(40.0), at),
                (30.0, None, Some(40.0), at),
                (32.0, None, Some(40.0), at),
                (36.0, None, Some(40.0), at),
                (0.0, None, Some(0.0), at),
                (1.0, None, Some(0.0), at),
                (1.0, None, None, at),
            ],
            &expect![[r#"
                2022-07-02 green measure 0.500 expected 0.250 shortfall -25.0
                2022-07-02 green measure 0.250 expected 0.250 shortfall 0.0
                2022-07-02 yellow measure 0.200 expected 0.250 shortfall 5.0
                2022-07-02 red measure 0.100 expected 0.250 shortfall 15.0
                2022-07-02 green measure 0.500 expected 0.250 shortfall -25.0
                2022-07-02 red measure -0.500 expected 0.250 shortfall 75.0
                none
            "#]],
        );
    }
}
