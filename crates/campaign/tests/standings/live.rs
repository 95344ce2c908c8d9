//! What changes in place must be what is counted anew, whatever the order.

use std::sync::Arc;

use campaign::{
    day::Day,
    engine::Engine,
    fact::Fact,
    live::Live,
    standing::{Standing, View},
    tally::Tally,
};
use proptest::prelude::*;

use crate::random::{Dice, random_plan, random_world};

fn noon(day: Day) -> i64 {
    day.begins_at() + 12 * 3_600_000
}

/// Facts that name anything of anyone, some with a roll of persons.
fn random_facts(dice: &mut Dice, engine: &Engine, count: u64) -> Vec<Fact> {
    let org = engine.organisation();
    let names: Vec<String> = engine.names().map(str::to_owned).collect();
    let people = org.people().len() as u64;
    let subjects: Vec<_> = (0..org.units().len() as u32)
        .map(|n| org.of_unit(campaign::organisation::UnitIx(n)))
        .chain((0..people as u32).map(|n| org.of_person(campaign::organisation::PersonIx(n))))
        .collect();
    let mut facts: Vec<Fact> = (0..count)
        .map(|_| {
            let acted = dice.day("2022-10-20", 400);
            let name = &names[dice.below(names.len() as u64) as usize];
            let mut attendees: Vec<_> = (0..people as u32)
                .filter(|_| dice.chance(30))
                .map(campaign::organisation::PersonIx)
                .collect();
            attendees.dedup();
            Fact {
                name: engine.name_ix(name).unwrap(),
                subject: subjects[dice.below(subjects.len() as u64) as usize],
                day: acted,
                submitted_at: noon(acted.plus(dice.below(30) as i32)),
                voided_at: None,
                count: dice.below(3) as u32 + if dice.chance(3) { 70_000 } else { 0 },
                attendees: Some(attendees.into()),
            }
        })
        .collect();
    facts.sort_by_key(|fact| fact.submitted_at);
    facts
}

fn same(live: &Live, facts: &[Fact], now: i64) -> Result<(), TestCaseError> {
    let engine = live.engine();
    let tally = Tally::known_at(engine, facts, now);
    let anew = View::new(engine, &tally, Day::of_instant(now));
    let expected: Vec<Standing> = anew.standings(true).collect();
    let found: Vec<Standing> = live.view().standings(true).collect();
    prop_assert_eq!(found, expected);
    let rates = anew.rates();
    for unit in 0..engine.organisation().units().len() as u32 {
        let unit = campaign::organisation::UnitIx(unit);
        for duty in engine.duties() {
            prop_assert_eq!(live.rates().of(unit, duty), rates.of(unit, duty));
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn applying_and_voiding_equals_counting_anew(seed: u64, duties in 1_u64..5, count in 0_u64..60) {
        let mut dice = Dice(seed);
        let plans = [random_plan(&mut dice, duties)];
        let world = random_world(&mut dice, &plans, 0);
        let engine = Arc::new(world.engine(&plans).unwrap());
        let mut facts = random_facts(&mut dice, &engine, count);
        let known = facts.len() / 2;
        let mut now = facts.get(known).map_or(noon(Day::MIN), |fact| fact.submitted_at - 1);
        let mut live = Live::new(Arc::clone(&engine), &facts, now);
        same(&live, &facts, now)?;
        for n in 0..facts.len() {
            if facts[n].submitted_at <= now {
                continue;
            }
            now = facts[n].submitted_at;
            // Facts that came at the same instant are applied before comparing.
            live.apply(&facts[n]);
            if facts.get(n + 1).is_none_or(|next| next.submitted_at > now) {
                same(&live, &facts, now)?;
            } else {
                now -= 1;
            }
        }
        now = facts.last().map_or(now, |last| last.submitted_at.max(now));
        for fact in &mut facts {
            if dice.chance(30) {
                now += 1;
                live.void(fact);
                fact.voided_at = Some(now);
                // What was known a moment earlier is still known.
                prop_assert!(fact.is_known_at(now - 1) && !fact.is_known_at(now));
            }
        }
        live.advance(Day::of_instant(now));
        same(&live, &facts, now)?;
        let later = Day::of_instant(now).plus(45);
        live.advance(later);
        same(&live, &facts, noon(later))?;
    }

    #[test]
    fn views_of_one_subject_are_parts_of_the_whole(seed: u64, duties in 1_u64..4) {
        let mut dice = Dice(seed);
        let plans = [random_plan(&mut dice, duties)];
        let world = random_world(&mut dice, &plans, 0);
        let engine = world.engine(&plans).unwrap();
        let facts = random_facts(&mut dice, &engine, 40);
        let now = noon(dice.day("2022-11-01", 400));
        let tally = Tally::known_at(&engine, &facts, now);
        let view = View::new(&engine, &tally, Day::of_instant(now));
        let mut parts: Vec<Standing> = Vec::new();
        let org = engine.organisation();
        for number in 0..(org.units().len() as u32) {
            parts.extend(view.of_subject(org.of_unit(campaign::organisation::UnitIx(number))));
        }
        for number in 0..(org.people().len() as u32) {
            parts.extend(view.of_subject(org.of_person(campaign::organisation::PersonIx(number))));
        }
        let mut whole: Vec<Standing> = view.standings(true).collect();
        let key = |it: &Standing| (it.duty, it.subject, it.period);
        parts.sort_by_key(key);
        whole.sort_by_key(key);
        prop_assert_eq!(parts, whole);
    }
}
