//! Random worlds: the engine must say what the oracle says, to the byte.

use std::fmt::Write as _;

use campaign::{
    day::Day,
    plan::{
        Cadence, Due, Duty, EventTrigger, HeldBy, Phase, Plan, Season, Stage, UnitKind,
        YearKind,
    },
};
use proptest::prelude::*;

use crate::{
    oracle,
    world::{World, day, duty, plan},
};

/// Numbers that look random and come again from the same seed.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit.max(1)
    }

    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u64) as usize]
    }

    pub(crate) fn day(&mut self, from: &str, days: u64) -> Day {
        day(from).plus(self.below(days) as i32)
    }

    /// Often empty, else from around the campaign.
    fn some_days(&mut self) -> (String, String) {
        let (a, b) = (self.day("2022-10-01", 700), self.day("2022-10-01", 700));
        let show = |given: bool, day: Day| if given { day.to_string() } else { String::new() };
        (show(self.chance(30), a.min(b)), show(self.chance(30), a.max(b)))
    }
}

const POSTS: [&str; 2] = ["class-teacher", "liaison"];
const AUDIENCES: [&str; 3] = ["student", "staff", "freshman"];

pub(crate) fn random_duty(dice: &mut Dice, n: u64, base: &Plan) -> Duty {
    let mut duty = duty(&format!("d{n}"));
    duty.activity = format!("a{}", dice.below(4));
    duty.cadence = dice.one(Cadence::ALL);
    duty.year = Some(dice.one(YearKind::ALL));
    duty.quota = 1 + dice.below(3) as u32;
    duty.season = dice.one(Season::ALL);
    if dice.chance(50) {
        duty.season = Season::Always;
    }
    duty.held_by = dice.one(HeldBy::ALL);
    duty.due = match dice.below(4) {
        0 => Some(Due::DayOfMonth(1 + dice.below(31) as u8)),
        1 => Some(Due::DaysAfter(dice.below(20) as u16)),
        2 => Some(Due::WorkdaysAfter(dice.below(12) as u16)),
        _ => None,
    };
    let (from, until): (Day, Day) = (base.head.from.into(), base.head.until.into());
    let a = from.plus(dice.below(from.days_until(until) as u64) as i32);
    let b = from.plus(dice.below(from.days_until(until) as u64) as i32);
    if dice.chance(30) {
        duty.from = Some(a.min(b).date());
    }
    if dice.chance(30) {
        duty.until = Some(a.max(b).date());
    }
    if duty.cadence == Cadence::Once && dice.chance(60) {
        duty.due = Some(Due::On(a.max(b).date()));
    }
    if duty.cadence == Cadence::Event {
        let within_days = dice.below(10) as u16;
        duty.event = Some(EventTrigger { name: "warning".into(), within_days });
    }
    duty.by.kind.clear();
    if dice.chance(60) {
        duty.by.kind = vec![dice.one(&[UnitKind::Class, UnitKind::School])];
    }
    if dice.chance(30) {
        duty.by.stage = vec![dice.one(&[Stage::Primary, Stage::Middle])];
    }
    match dice.below(4) {
        0 => duty.by.post = Some(dice.one(&POSTS).to_owned()),
        1 => duty.by.audience = vec![dice.one(&AUDIENCES).to_owned()],
        _ => {}
    }
    duty
}

pub(crate) fn random_plan(dice: &mut Dice, duties: u64) -> Plan {
    let from = dice.day("2022-11-01", 120);
    let until = from.plus(150 + dice.below(300) as i32);
    let mut made = plan(&from.to_string(), &until.to_string());
    let split = from.plus(20 + dice.below(100) as i32);
    for (id, from, until) in [("one", from, split), ("two", split.next(), until)] {
        made.phases.push(Phase {
            id: id.into(),
            name: id.into(),
            clause: "一".into(),
            from: from.date(),
            until: until.date(),
            goals: Vec::new(),
        });
    }
    made.duties = (0..duties).map(|n| random_duty(dice, n, &made)).collect();
    made
}

pub(crate) fn random_world(dice: &mut Dice, plans: &[Plan], records: u64) -> World {
    let mut world = World::default();
    let mut units = vec!["b".to_owned()];
    World::add(&mut world.units, "b,,bureau,,局,,");
    for school in 0..3 {
        let (from, until) = dice.some_days();
        let stage = dice.one(&["primary", "middle", ""]);
        let _ = writeln!(world.units, "s{school},b,school,{stage},校,{from},{until}");
        units.push(format!("s{school}"));
        for class in 0..dice.below(3) {
            let (from, until) = dice.some_days();
            let stage = dice.one(&["primary", "middle", "", ""]);
            let parent = format!("s{school}");
            let _ = writeln!(
                world.units,
                "s{school}c{class},{parent},class,{stage},班,{from},{until}"
            );
            units.push(format!("s{school}c{class}"));
        }
    }
    let mut people = Vec::new();
    for n in 0..6 {
        let (from, until) = dice.some_days();
        let unit = &units[dice.below(units.len() as u64) as usize];
        let role = dice.one(&["student", "staff"]);
        let audiences = dice.one(&["", "freshman", "freshman;student", "x"]);
        let _ = writeln!(world.people, "p{n},{unit},{role},{audiences},{from},{until}");
        people.push(format!("p{n}"));
    }
    for _ in 0..dice.below(10) {
        let (from, until) = dice.some_days();
        let unit = &units[dice.below(units.len() as u64) as usize];
        let person = &people[dice.below(6) as usize];
        let _ = writeln!(world.posts, "{unit},{},{person},{from},{until}", dice.one(&POSTS));
    }
    let names: Vec<&str> = plans
        .iter()
        .flat_map(|plan| &plan.duties)
        .flat_map(|duty| [duty.id.as_str(), duty.activity.as_str()])
        .collect();
    let ids: Vec<&str> =
        plans.iter().flat_map(|plan| &plan.duties).map(|duty| duty.id.as_str()).collect();
    let subjects: Vec<&String> = units.iter().chain(&people).collect();
    for n in 0..records {
        let acted = dice.day("2022-10-20", 520);
        let submitted = acted.plus(dice.below(12) as i32 * dice.below(4) as i32);
        let status =
            dice.one(&["submitted", "accepted", "", "approved", "returned", "withdrawn"]);
        let subject = subjects[dice.below(subjects.len() as u64) as usize];
        let name = dice.one(&names);
        let _ = writeln!(
            world.records,
            "r{n},{name},{subject},{acted},{submitted},{},{status}",
            dice.below(3)
        );
        for _ in 0..dice.below(4) {
            let _ = writeln!(world.attendance, "r{n},p{}", dice.below(6));
        }
    }
    for _ in 0..dice.below(5) {
        let subject = subjects[dice.below(subjects.len() as u64) as usize];
        let start = match dice.below(3) {
            0 => String::new(),
            1 => "2023-01-01".to_owned(),
            _ => dice.day("2022-12-01", 90).first_of_month().to_string(),
        };
        let _ = writeln!(world.exemptions, "{},{subject},{start},病假", dice.one(&ids));
    }
    for _ in 0..dice.below(12) {
        let subject = subjects[dice.below(subjects.len() as u64) as usize];
        let on = dice.day("2022-11-01", 300);
        let _ = writeln!(world.events, "{},{subject},{on}", dice.one(&ids));
    }
    world
}

/// A later version of a plan: some duties changed, some dropped, one added.
pub(crate) fn amended(dice: &mut Dice, old: &Plan) -> Plan {
    let mut new = old.clone();
    let from: Day = old.head.from.into();
    new.head.in_force = Some(from.plus(dice.below(200) as i32).date());
    new.head.version = old.head.version + 1;
    new.duties.retain(|_| dice.chance(80));
    let changed: Vec<Duty> = new
        .duties
        .iter()
        .enumerate()
        .map(|(n, duty)| {
            let changed = random_duty(dice, n as u64, old);
            if dice.chance(50) { Duty { id: duty.id.clone(), ..changed } } else { duty.clone() }
        })
        .collect();
    new.duties = changed;
    let added = random_duty(dice, 90 + u64::from(new.head.version), old);
    new.duties.push(added);
    new
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_engine_agrees_with_the_oracle(
        seed: u64,
        duties in 1_u64..5,
        records in 0_u64..120,
        versions in 1_usize..4,
        upcoming: bool,
    ) {
        let mut dice = Dice(seed);
        let mut plans = vec![random_plan(&mut dice, duties)];
        while plans.len() < versions {
            let next = amended(&mut dice, &plans[plans.len() - 1]);
            plans.push(next);
        }
        let world = random_world(&mut dice, &plans, records);
        let as_of = dice.day("2022-11-01", 500);
        let (standings, rates) = oracle::evaluate(&plans, &world, as_of.date(), upcoming);
        let results = world.evaluate(&plans, as_of, upcoming, 2).unwrap();
        prop_assert_eq!(&results.standings, &standings);
        prop_assert_eq!(&results.rates, &rates);
    }
}
