use std::fmt::Write as _;

use expect_test::expect;

use super::*;
use crate::{plan, tables};

const PLAN: &str = r#"
[plan]
id = "p"
name = "方案"
issuer = "某局"
from = 2022-09-01
until = 2024-08-31

[[duty]]
id = "meeting"
name = "班会"
clause = "一"
by = { kind = ["class"], stage = ["primary", "middle"] }
cadence = "monthly"
season = "in-term"

[[duty]]
id = "lesson"
name = "听课"
clause = "二"
by = { audience = ["student"] }
cadence = "yearly"

[[duty]]
id = "check"
name = "检查"
clause = "三"
by = { post = "class-teacher" }
cadence = "quarterly"
quota = 2
"#;

fn sample(wish: &Wish) -> [String; 5] {
    let plan = plan::parse(PLAN, "plan.toml").unwrap();
    let mut out = Tables { units: Vec::new(), people: Vec::new(), posts: Vec::new() };
    let org = write_organisation(&plan, wish, &mut out).unwrap();
    let (mut records, mut exemptions) = (Vec::new(), Vec::new());
    let calendar = Calendar::builtin();
    write_acts(&plan, wish, &calendar, org, (&mut records, &mut exemptions)).unwrap();
    [out.units, out.people, out.posts, records, exemptions]
        .map(|bytes| String::from_utf8(bytes).unwrap())
}

const WISH: Wish = Wish { schools: 6, students: 1500, years: 2, seed: 7, records: None };

#[test]
fn the_same_wish_gives_the_same_bytes() {
    assert_eq!(sample(&WISH), sample(&WISH));
    assert_ne!(sample(&WISH)[3], sample(&Wish { seed: 8, ..WISH })[3]);
}

#[test]
fn what_is_invented_can_be_evaluated_and_has_every_state() {
    let [units, people, posts, records, exemptions] = sample(&WISH);
    let students = people.lines().filter(|line| line.contains(",student,")).count();
    assert_eq!(students, 1500);
    let mut org = tables::read_units(units.as_bytes()).unwrap();
    tables::read_people(&mut org, people.as_bytes()).unwrap();
    tables::read_posts(&mut org, posts.as_bytes()).unwrap();
    let plans = [plan::parse(PLAN, "plan.toml").unwrap()];
    let ids = ["meeting", "lesson", "check"];
    let exemptions = tables::read_exemptions(&org, &ids, exemptions.as_bytes()).unwrap();
    let extras = Extras { exemptions, events: Vec::new() };
    let engine = Engine::new(&plans, std::sync::Arc::new(org), &Calendar::builtin(), &extras);
    let as_of = Day::new(2024, 3, 10).unwrap();
    let attendance = tables::Attendance::default();
    let tally =
        tables::load_records(&engine, &attendance, as_of, records.as_bytes(), 2).unwrap();
    let view = crate::standing::View::new(&engine, &tally, as_of);
    let rates = view.rates();
    let root = crate::organisation::UnitIx(0);
    let mut table = String::new();
    for duty in engine.duties() {
        let counts = rates.of(root, duty);
        table.push_str(engine.duty_id(duty));
        for state in crate::standing::State::ALL {
            let _ = write!(table, " {} {}", state.code(), counts.of(state));
        }
        let _ = writeln!(table, " | {} {}", counts.rate().percent(), counts.timely().percent());
    }
    expect![[r#"
        meeting exempt 1 upcoming 104 met 411 late 24 open 28 partial 0 overdue 122 | 78.1% 73.8%
        lesson exempt 77 upcoming 0 met 1430 late 58 open 1117 partial 0 overdue 286 | 83.9% 80.6%
        check exempt 2 upcoming 68 met 132 late 12 open 22 partial 7 overdue 27 | 80.9% 74.2%
    "#]].assert_eq(&table);
}
