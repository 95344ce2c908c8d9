//! Forecasts as tables: what was done, where it leads, what would change it.

use std::fmt::Write as _;

use campaign::{
    organisation::UnitIx,
    plan::Cadence,
    standing::View,
    tables::{self, Attendance},
};
use expect_test::{Expect, expect};

use crate::world::{World, day, duty, plan};

#[track_caller]
fn forecast(cadence: Cadence, records: &str, as_of: &str, expect: &Expect) {
    let mut world = World::default();
    World::add(
        &mut world.units,
        "b,,bureau,,局,,
         s,b,school,primary,一小,,
         s1,s,class,,一班,,
         s2,s,class,,二班,,
         t,b,school,primary,二小,,
         t1,t,class,,一班,,",
    );
    World::add(&mut world.records, records);
    let mut plan = plan("2023-02-01", "2023-06-30");
    let mut duty = duty("d");
    duty.cadence = cadence;
    plan.duties = vec![duty];
    let engine = world.engine(&[plan]).unwrap();
    let as_of = day(as_of);
    let records = world.records.as_bytes();
    let tally =
        tables::load_records(&engine, &Attendance::default(), as_of, records, 1).unwrap();
    let view = View::new(&engine, &tally, as_of);
    let window = (day("2023-02-01"), day("2023-06-30"));
    let duty = engine.duty_ix("d").unwrap();
    let found = view.forecast(duty, UnitIx(0), window, 0.9);
    let show = |share: Option<f64>| share.map_or("—".to_owned(), |it| format!("{it:.3}"));
    let sums = found.sums;
    let mut text = format!(
        "fulfilled {} missed {} running {} ahead {}\npace {} end {} reachable {} needed {} make up {}\n",
        sums.fulfilled,
        sums.missed,
        sums.running,
        sums.ahead,
        show(found.pace),
        show(found.end),
        show(found.reachable),
        show(found.needed),
        found.make_up
    );
    for lever in &found.levers {
        let unit = engine.organisation().id(engine.organisation().of_unit(lever.unit));
        let _ = writeln!(
            text,
            "{unit}: make up {} +{:.3}, keep up {} +{:.3}",
            lever.missed, lever.make_up_gain, lever.remaining, lever.keep_up_gain
        );
    }
    expect.assert_eq(&text);
}

#[test]
fn months_that_have_ended_give_the_pace() {
    // Three classes, five months. February and March are over: s1 did both, s2
    // one, t1 none. April runs.
    forecast(
        Cadence::Monthly,
        "r1,d,s1,2023-02-10,2023-02-10,1,accepted
         r2,d,s1,2023-03-10,2023-03-10,1,accepted
         r3,d,s2,2023-03-10,2023-04-02,1,accepted
         r4,d,s1,2023-04-03,2023-04-03,1,accepted",
        "2023-04-10",
        &expect![[r#"
            fulfilled 4 missed 3 running 2 ahead 6
            pace 0.500 end 0.533 reachable 0.800 needed 1.188 make up 2
            t: make up 2 +0.133, keep up 3 +0.200
            s: make up 1 +0.067, keep up 5 +0.083
        "#]],
    );
}

#[test]
fn one_long_period_is_judged_by_the_time_that_has_gone() {
    forecast(
        Cadence::Continuous,
        "r1,d,s1,2023-02-10,2023-02-10,1,accepted",
        "2023-04-16",
        &expect![[r#"
            fulfilled 1 missed 0 running 2 ahead 0
            pace 0.667 end 0.778 reachable 1.000 needed 0.850 make up 0
            t: make up 0 +0.000, keep up 1 +0.333
        "#]],
    );
    forecast(
        Cadence::Continuous,
        "",
        "2023-01-01",
        &expect![[r#"
        fulfilled 0 missed 0 running 0 ahead 3
        pace — end — reachable 1.000 needed 0.900 make up 0
        s: make up 0 +0.000, keep up 2 +0.667
        t: make up 0 +0.000, keep up 1 +0.333
    "#]],
    );
    forecast(
        Cadence::Continuous,
        "",
        "2023-07-01",
        &expect![[r#"
        fulfilled 0 missed 3 running 0 ahead 0
        pace 0.000 end 0.000 reachable 0.000 needed — make up 3
        s: make up 2 +0.667, keep up 0 +0.000
        t: make up 1 +0.333, keep up 0 +0.000
    "#]],
    );
}
