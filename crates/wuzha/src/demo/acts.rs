//! Believable records: each school has its own diligence; what it owes is done
//! in time, late, partly or not at all accordingly. What is owed is asked of the
//! engine, so the demo fits any plan.

use std::sync::Arc;

use campaign::calendar::Calendar;
use campaign::day::Day;
use campaign::engine::{Engine, Extras};
use campaign::organisation::{Organisation, PersonRow, PostRow, UnitRow};
use campaign::plan::{Cadence, Duty, HeldBy, Plan, Proof};
use campaign::standing::{Standing, View};
use campaign::tally::Tally;

use super::chance::Chance;
use super::district::District;
use super::minutes::Minutes;

/// One record of the demo.
pub(crate) struct Act {
    pub(crate) activity: String,
    pub(crate) unit: usize,
    pub(crate) person: Option<usize>,
    pub(crate) title: String,
    pub(crate) day: Day,
    pub(crate) submitted_at: i64,
    pub(crate) count: u32,
    pub(crate) place: Option<&'static str>,
    pub(crate) minutes: Option<String>,
    pub(crate) link: Option<String>,
    pub(crate) fate: Fate,
    /// The class's students, and those of them who were absent.
    pub(crate) roll: Option<Vec<(usize, Option<&'static str>)>>,
}

/// What became of it after it was handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Accepted,
    Waiting,
    Returned,
}

const HOUR_MS: i64 = 3_600_000;
const PLACES: &[&str] = &["报告厅", "本班教室", "操场", "会议室", "校门口", "多功能厅"];
const TOPICS: &[&str] = &[
    "刷单返利骗局怎么设套",
    "冒充老师收费怎样识别",
    "游戏账号私下买卖的风险",
    "“注销校园贷”是骗局",
    "快递丢件理赔的假客服",
    "不借不卖电话卡和银行卡",
    "追星打投、领福利里的陷阱",
    "陌生链接和二维码不要点",
];
const ABSENCES: &[&str] = &["病假", "事假", "参加比赛"];

/// The organisation as the engine wants it.
pub(crate) fn organisation(district: &District) -> anyhow::Result<Organisation> {
    let units = district.places.iter().map(|place| UnitRow {
        id: place.id.clone(),
        parent: place
            .parent
            .map(|parent| district.places[parent].id.clone())
            .unwrap_or_default(),
        kind: place.kind,
        stage: place.stage,
        name: place.name.clone(),
        from: None,
        until: None,
    });
    let mut org = Organisation::new(units.collect())?;
    for human in &district.people {
        org.add_person(PersonRow {
            id: &human.id,
            unit: &district.places[human.unit].id,
            role: human.role,
            audiences: &human.audiences.join(";"),
            from: Day::parse(human.joined_on.as_bytes()),
            until: None,
        })?;
    }
    for holding in &district.posts {
        org.add_post(PostRow {
            unit: &district.places[holding.unit].id,
            post: holding.post,
            person: &district.people[holding.person].id,
            from: None,
            until: None,
        })?;
    }
    Ok(org)
}

/// All records up to `now`, by the instant at which they were handed in.
pub(crate) fn acts(
    district: &District,
    plans: &[Plan],
    calendar: &Calendar,
    now: i64,
    chance: &mut Chance,
) -> anyhow::Result<Vec<Act>> {
    let org = Arc::new(organisation(district)?);
    let engine = Engine::new(plans, org, calendar, &Extras::default());
    let tally = Tally::empty(&engine);
    let view = View::new(&engine, &tally, Day::of_instant(now));
    let scene =
        Scene { district, plans, engine: &engine, now, diligence: diligence(district, chance) };
    let mut acts = Vec::new();
    let mut pen = Minutes::default();
    for standing in view.standings(false) {
        scene.play(&standing, (&mut pen, chance), &mut acts);
    }
    acts.sort_by_key(|act| act.submitted_at);
    Ok(acts)
}

/// Most schools are good, some are poor; a school's classes are like it.
fn diligence(district: &District, chance: &mut Chance) -> Vec<f64> {
    let mut own: Vec<f64> = district
        .places
        .iter()
        .map(|_| {
            if chance.happens(0.12) {
                0.35 + 0.3 * chance.share()
            } else {
                0.82 + 0.18 * chance.share()
            }
        })
        .collect();
    for index in 0..district.places.len() {
        let school = district.school_of(index);
        if school != index {
            own[index] = (own[school] * 0.8 + own[index] * 0.2).min(1.0);
        }
    }
    own
}

struct Scene<'a> {
    district: &'a District,
    plans: &'a [Plan],
    engine: &'a Engine,
    now: i64,
    diligence: Vec<f64>,
}

impl Scene<'_> {
    fn play(
        &self,
        standing: &Standing,
        (pen, chance): (&mut Minutes, &mut Chance),
        acts: &mut Vec<Act>,
    ) {
        let org = self.engine.organisation();
        let duty_id = self.engine.duty_id(standing.duty);
        let Some(duty) = self.plans.iter().rev().find_map(|plan| plan.duty(duty_id)) else {
            return;
        };
        // A person's duty that a superior may hold is done by its rolls.
        if duty.held_by == HeldBy::Superior && org.as_person(standing.subject).is_some() {
            return;
        }
        let person = org.as_person(standing.subject).map(|it| it.0 as usize);
        let unit_id = match org.as_unit(standing.subject) {
            Some(_) => org.id(standing.subject),
            None => org.id(org.of_unit(standing.home)),
        };
        let Some(unit) = unit_id.trim_start_matches('u').parse::<usize>().ok() else { return };
        let diligence = self.diligence.get(unit).copied().unwrap_or(0.9);
        // Work without a number is shown about every other month.
        let (times, first, last) = match duty.cadence {
            Cadence::Continuous => {
                let months = u64::from(
                    standing.period.start.days_until(Day::of_instant(self.now)).max(30) as u32
                        / 30,
                );
                (
                    1 + chance.below(months.div_ceil(2)),
                    standing.period.start,
                    Day::of_instant(self.now),
                )
            }
            _ => (standing.required, standing.period.start, standing.period.end),
        };
        for _ in 0..times {
            if !chance.happens(diligence) {
                continue;
            }
            let span = first.days_until(last).max(0) as u64 + 1;
            let day = first.plus(chance.below(span) as i32);
            let late = chance.happens(0.25 * (1.1 - diligence));
            let delay = if late {
                standing.period.due.number() - day.number() + 1 + chance.below(9) as i32
            } else {
                chance.below(2) as i32
            };
            let at = day.plus(delay.max(0)).begins_at()
                + 8 * HOUR_MS
                + chance.below(40_000_000) as i64;
            // Handed in by the due date unless late.
            let at = if late { at } else { at.min(standing.period.due.next().begins_at() - 1) };
            if self.now <= at || self.now < day.begins_at() {
                continue;
            }
            acts.push(self.act(duty, (unit, person), (day, at), (pen, chance)));
        }
    }

    fn act(
        &self,
        duty: &Duty,
        (unit, person): (usize, Option<usize>),
        (day, at): (Day, i64),
        (pen, chance): (&mut Minutes, &mut Chance),
    ) -> Act {
        let topic = chance.pick(TOPICS);
        let recent = self.now - at < 6 * 24 * HOUR_MS;
        let fate = match chance.below(100) {
            _ if recent && chance.happens(0.6) => Fate::Waiting,
            0..=2 => Fate::Returned,
            _ => Fate::Accepted,
        };
        let is_class = self.district.places[unit].kind == campaign::plan::UnitKind::Class;
        let roll = is_class.then(|| self.roll(unit, chance));
        let is_online = duty.activity.contains("alert") || duty.activity.contains("article");
        Act {
            activity: duty.activity.clone(),
            unit,
            person,
            title: format!(
                "{}：{topic}",
                campaign::plan::catalogue::activity_name(&duty.activity)
            ),
            day,
            submitted_at: at,
            count: 1,
            place: (!is_online).then(|| *chance.pick(PLACES)),
            minutes: has_minutes(duty, roll.is_some(), chance)
                .then(|| pen.write(topic, chance)),
            link: is_online
                .then(|| format!("https://example.edu.cn/anti-fraud/{}", chance.below(90_000))),
            fate,
            roll,
        }
    }

    fn roll(&self, class: usize, chance: &mut Chance) -> Vec<(usize, Option<&'static str>)> {
        let people = &self.district.people;
        // Students stand class by class at the beginning of the list.
        let first = people.partition_point(|it| it.role == "student" && it.unit < class);
        people
            .iter()
            .enumerate()
            .skip(first)
            .take_while(|(_, it)| it.role == "student" && it.unit == class)
            .map(|(index, _)| (index, chance.happens(0.03).then(|| *chance.pick(ABSENCES))))
            .collect()
    }
}

/// A roll or a link is proof enough; minutes are written where the duty asks for
/// them, and by the diligent.
fn has_minutes(duty: &Duty, has_roll: bool, chance: &mut Chance) -> bool {
    duty.proof.contains(&Proof::Minutes) && (!has_roll || chance.happens(0.15))
}
