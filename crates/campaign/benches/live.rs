//! How long a new record takes at city size: `cargo bench -p campaign --bench live`.
//!
//! Options by environment: SCHOOLS, STUDENTS, YEARS, FACTS.

use std::{
    env, io,
    sync::Arc,
    time::{Duration, Instant},
};

use campaign::{
    calendar::Calendar,
    day::Day,
    engine::{Engine, Extras},
    fact::Fact,
    live::Live,
    organisation::{PersonIx, UnitIx},
    plan,
    sample::{self, Tables, Wish},
};

fn number(name: &str, usual: u32) -> u32 {
    env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

fn main() {
    let text = include_str!("data/city.toml");
    let Ok(plan) = plan::parse(text, "city.toml") else { panic!("the plan has errors") };
    let wish = Wish {
        schools: number("SCHOOLS", 1000),
        students: number("STUDENTS", 1_000_000),
        years: number("YEARS", 3),
        seed: 1,
        records: None,
    };
    let mut out = Tables { units: io::sink(), people: io::sink(), posts: io::sink() };
    let start = Instant::now();
    let Ok(org) = sample::write_organisation(&plan, &wish, &mut out) else { return };
    println!(
        "units {}, people {}: {:?}",
        org.units().len(),
        org.people().len(),
        start.elapsed()
    );
    let start = Instant::now();
    let engine =
        Arc::new(Engine::new(&[plan], Arc::new(org), &Calendar::builtin(), &Extras::default()));
    println!("engine: {:?}", start.elapsed());
    let mut dice = 1_u64;
    let facts: Vec<Fact> =
        (0..number("FACTS", 500_000)).filter_map(|_| fact(&engine, &mut dice)).collect();
    let as_of = Day::new(2024, 6, 15).unwrap_or(Day::MAX);
    let now = as_of.begins_at();
    let start = Instant::now();
    let mut live = Live::new(Arc::clone(&engine), &facts, now);
    println!("{} facts counted, rates rolled up: {:?}", facts.len(), start.elapsed());
    println!("resident: {} MB", resident() / 1024);
    let mut taken: Vec<Duration> = Vec::new();
    for _ in 0..20_000 {
        let Some(fact) = fact(&engine, &mut dice) else { continue };
        let start = Instant::now();
        live.apply(&Fact { submitted_at: now, ..fact });
        taken.push(start.elapsed());
    }
    report("a record", &mut taken);
    // The worst there is: the bureau held it for every class.
    let Some(name) = engine.name_ix("class-meeting") else { return };
    let subject = engine.organisation().of_unit(UnitIx(0));
    for n in 0..200 {
        let day = as_of.plus(-n);
        let (voided_at, attendees) = (None, None);
        let fact =
            Fact { name, subject, day, submitted_at: now, voided_at, count: 1, attendees };
        let start = Instant::now();
        live.apply(&fact);
        taken.push(start.elapsed());
    }
    report("a record held by the bureau for all classes", &mut taken);
    let start = Instant::now();
    live.advance(as_of.next());
    println!("a new day: {:?}", start.elapsed());
}

/// A record of anyone's own on any day of the three years.
fn fact(engine: &Engine, dice: &mut u64) -> Option<Fact> {
    let mut below = |limit: u64| {
        *dice = dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (*dice >> 33) % limit
    };
    let org = engine.organisation();
    let (name, subject) = match below(5) {
        0 => ("group-push", org.of_unit(UnitIx(below(org.units().len() as u64) as u32))),
        1 => {
            ("student-lesson", org.of_person(PersonIx(below(org.people().len() as u64) as u32)))
        }
        2 => ("weekly-article", org.of_unit(UnitIx(below(org.units().len() as u64) as u32))),
        3 => ("teacher-talk", org.of_person(PersonIx(below(org.people().len() as u64) as u32))),
        _ => (
            "class-meeting",
            org.of_unit(UnitIx(7 + below(org.units().len() as u64 - 7) as u32)),
        ),
    };
    let day = Day::new(2022, 1, 1)?.plus(below(890) as i32);
    let submitted_at = day.begins_at() + below(5 * 86_400_000) as i64;
    let name = engine.name_ix(name)?;
    Some(Fact { name, subject, day, submitted_at, voided_at: None, count: 1, attendees: None })
}

fn report(what: &str, taken: &mut Vec<Duration>) {
    taken.sort_unstable();
    let at = |share: usize| taken.get(taken.len() * share / 1000).or(taken.last());
    let shown = |time: Option<&Duration>| time.copied().unwrap_or_default();
    let (median, p99, slowest) = (shown(at(500)), shown(at(990)), shown(taken.last()));
    println!("{what}: median {median:?}, p99 {p99:?}, slowest {slowest:?}");
    taken.clear();
}

/// Kilobytes, by Linux's own account; 0 elsewhere.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or_default()
}
