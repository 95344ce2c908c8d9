//! Who counts among whom, which records count, and how tables are read.

use campaign::plan::{Cadence, UnitKind};
use expect_test::expect;

use crate::cases::{class_world, standings, with};
use crate::world::{World, day, duty, plan};

#[test]
fn a_pupil_of_a_class_is_a_pupil_of_the_school_but_not_of_the_bureau() {
    let plan = plan("2023-01-01", "2023-12-31");
    let mut duty = duty("d");
    duty.cadence = Cadence::Yearly;
    duty.by.audience = vec!["student".into(), "staff".into()];
    let mut world = class_world("");
    World::add(&mut world.units, "o,b,department,,科室,,");
    World::add(
        &mut world.people,
        "p1,c,student,,,\np2,s,staff,,,\np3,b,staff,,,\np4,o,staff,,,",
    );
    for (kind, expect) in [
        (UnitKind::School, expect!["p1 p2"]),
        (UnitKind::Class, expect!["p1"]),
        (UnitKind::Bureau, expect!["p3"]),
        (UnitKind::Department, expect!["p4"]),
    ] {
        duty.by.kind = vec![kind];
        let plans = with(&plan, duty.clone());
        let results = world.evaluate(&plans, day("2024-01-01"), false, 1).unwrap();
        let rows = results.standings.lines().skip(1);
        let ids: Vec<&str> = rows.filter_map(|row| row.split(',').nth(1)).collect();
        expect.assert_eq(&ids.join(" "));
    }
}

#[test]
fn a_record_counts_unless_it_was_given_back() {
    let plan = plan("2023-01-01", "2023-01-31");
    let mut world = class_world("");
    for (n, status) in
        ["", "submitted", "accepted", "approved", "pending", "returned", "withdrawn"]
            .iter()
            .enumerate()
    {
        let line = format!("r{n},d,c,2023-01-05,2023-01-05,1,{status}");
        World::add(&mut world.records, &line);
    }
    standings(
        &world,
        &with(&plan, duty("d")),
        "2023-02-01",
        &expect![[r#"
        c,2023-01-01,2023-01-31,2023-01-31,1,5,5,met
    "#]],
    );
}

#[test]
fn tables_in_any_order_with_quotes_and_line_ends() {
    let plan = plan("2023-01-01", "2023-01-31");
    let world = World {
        units: "\u{feff}\r\n\nname,until,id,parent,kind,stage,from\r\n\"第一,\"\"甲\"\"\n班\",,\"c,1\",,class,,\r\n\r\n".into(),
        records: "status,count,submitted_at,date,subject,duty,id\naccepted,1,2023-01-10,2023-01-10,\"c,1\",d,r".into(),
        ..World::default()
    };
    let results = world.evaluate(&with(&plan, duty("d")), day("2023-02-01"), false, 1).unwrap();
    expect![[r#"
        duty,subject,period_start,period_end,due,required,done,in_time,state
        d,"c,1",2023-01-01,2023-01-31,2023-01-31,1,1,1,met
        unit,duty,met,late,partial,overdue,open,upcoming,exempt,rate,timely
        "c,1",d,1,0,0,0,0,0,0,1.0000,1.0000
    "#]]
    .assert_eq(&(results.standings + &results.rates));
}
