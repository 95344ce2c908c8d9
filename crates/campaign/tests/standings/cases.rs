//! One table for each rule: what is put in, what the standings are.

use campaign::plan::{Cadence, Due, Duty, EventTrigger, HeldBy, Plan, Stage, UnitKind};
use expect_test::{Expect, expect};

use crate::world::{World, day, duty, plan};

/// One class in one primary school, and what it did.
pub(crate) fn class_world(records: &str) -> World {
    let mut world = World::default();
    World::add(
        &mut world.units,
        "b,,bureau,,局,,
         s,b,school,primary,一小,,
         c,s,class,,一班,,",
    );
    World::add(&mut world.records, records);
    world
}

pub(crate) fn with(plan: &Plan, duty: Duty) -> Vec<Plan> {
    let mut plan = plan.clone();
    plan.duties = vec![duty];
    vec![plan]
}

/// The standings as a table without the columns that never change in it.
#[track_caller]
pub(crate) fn standings(world: &World, plans: &[Plan], as_of: &str, expect: &Expect) {
    let results = world.evaluate(plans, day(as_of), true, 1).unwrap();
    let mut table = String::new();
    for line in results.standings.lines().skip(1) {
        table.push_str(line.trim_start_matches("d,"));
        table.push('\n');
    }
    expect.assert_eq(&table);
}

#[track_caller]
fn rates(world: &World, plans: &[Plan], as_of: &str, expect: &Expect) {
    expect.assert_eq(&world.evaluate(plans, day(as_of), false, 1).unwrap().rates);
}

#[test]
fn states_by_what_was_done_and_when() {
    let plan = plan("2023-01-01", "2023-06-30");
    let mut duty = duty("d");
    duty.quota = 2;
    duty.due = Some(Due::DaysAfter(5));
    let world = class_world(
        "r1,d,c,2023-01-10,2023-01-10,1,accepted
         r2,d,c,2023-01-31,2023-02-05T23:59:59,1,submitted
         r3,d,c,2023-02-10,2023-02-10,1,accepted
         r4,d,c,2023-02-11,2023-03-06,1,accepted
         r5,d,c,2023-03-10,2023-03-10,1,accepted
         r6,d,c,2023-03-11,2023-03-11,5,returned
         r7,d,c,2023-04-11,2023-04-11,2,withdrawn
         r8,d,c,2023-05-11,2023-05-11,1,accepted
         r9,d,c,2023-05-11,2023-06-01,1,accepted
         r10,d,c,2022-12-31,2023-01-01,7,accepted",
    );
    // May is not due before 5 June: open on that day, and r9 is not there yet on 31 May.
    standings(
        &world,
        &with(&plan, duty.clone()),
        "2023-05-31",
        &expect![[r#"
        c,2023-01-01,2023-01-31,2023-02-05,2,2,2,met
        c,2023-02-01,2023-02-28,2023-03-05,2,2,1,late
        c,2023-03-01,2023-03-31,2023-04-05,2,1,1,partial
        c,2023-04-01,2023-04-30,2023-05-05,2,0,0,overdue
        c,2023-05-01,2023-05-31,2023-06-05,2,1,1,open
        c,2023-06-01,2023-06-30,2023-07-05,2,0,0,upcoming
    "#]],
    );
    standings(
        &world,
        &with(&plan, duty),
        "2023-06-06",
        &expect![[r#"
        c,2023-01-01,2023-01-31,2023-02-05,2,2,2,met
        c,2023-02-01,2023-02-28,2023-03-05,2,2,1,late
        c,2023-03-01,2023-03-31,2023-04-05,2,1,1,partial
        c,2023-04-01,2023-04-30,2023-05-05,2,0,0,overdue
        c,2023-05-01,2023-05-31,2023-06-05,2,2,2,met
        c,2023-06-01,2023-06-30,2023-07-05,2,0,0,open
    "#]],
    );
}

#[test]
fn records_do_not_exist_before_they_are_submitted() {
    let plan = plan("2023-01-01", "2023-01-31");
    let world = class_world("r,d,c,2023-01-10,2023-02-03T00:30:00+08:00,1,accepted");
    let plans = with(&plan, duty("d"));
    standings(
        &world,
        &plans,
        "2023-02-02",
        &expect![[r#"
        c,2023-01-01,2023-01-31,2023-01-31,1,0,0,overdue
    "#]],
    );
    standings(
        &world,
        &plans,
        "2023-02-03",
        &expect![[r#"
        c,2023-01-01,2023-01-31,2023-01-31,1,1,0,late
    "#]],
    );
}

#[test]
fn a_subject_owes_what_it_exists_for() {
    let plan = plan("2023-01-01", "2023-06-30");
    let mut world = World::default();
    // February has 28 days, March 31. 14 days of February are half.
    World::add(
        &mut world.units,
        "b,,bureau,,局,,
         c1,b,class,primary,班,2023-02-15,2023-03-31
         c2,b,class,primary,班,2023-02-16,2023-03-15
         c3,b,class,primary,班,,2023-01-15
         c4,b,class,primary,班,2023-06-30,",
    );
    standings(
        &world,
        &with(&plan, duty("d")),
        "2023-07-31",
        &expect![[r#"
        c1,2023-02-01,2023-02-28,2023-02-28,1,0,0,overdue
        c1,2023-03-01,2023-03-31,2023-03-31,1,0,0,overdue
        c2,2023-02-01,2023-02-28,2023-02-28,1,0,0,exempt
        c2,2023-03-01,2023-03-31,2023-03-31,1,0,0,exempt
        c3,2023-01-01,2023-01-31,2023-01-31,1,0,0,exempt
        c4,2023-06-01,2023-06-30,2023-06-30,1,0,0,exempt
    "#]],
    );
}

#[test]
fn exemptions_by_hand_come_first() {
    let plan = plan("2023-01-01", "2023-03-31");
    let mut world = class_world("r,d,c,2023-01-10,2023-01-10,1,accepted");
    World::add(&mut world.units, "e,s,class,,二班,,");
    World::add(
        &mut world.exemptions,
        "d,c,2023-01-01,停课
         d,c,2023-02-02,不是周期的第一天
         d,e,,整班外出",
    );
    standings(
        &world,
        &with(&plan, duty("d")),
        "2023-02-10",
        &expect![[r#"
        c,2023-01-01,2023-01-31,2023-01-31,1,1,1,exempt
        c,2023-02-01,2023-02-28,2023-02-28,1,0,0,open
        c,2023-03-01,2023-03-31,2023-03-31,1,0,0,upcoming
        e,2023-01-01,2023-01-31,2023-01-31,1,0,0,exempt
        e,2023-02-01,2023-02-28,2023-02-28,1,0,0,exempt
        e,2023-03-01,2023-03-31,2023-03-31,1,0,0,exempt
    "#]],
    );
    rates(
        &world,
        &with(&plan, duty("d")),
        "2023-02-10",
        &expect![[r#"
        unit,duty,met,late,partial,overdue,open,upcoming,exempt,rate,timely
        b,d,0,0,0,0,1,1,4,—,—
        c,d,0,0,0,0,1,1,1,—,—
        e,d,0,0,0,0,0,0,3,—,—
        s,d,0,0,0,0,1,1,4,—,—
    "#]],
    );
}

#[test]
fn a_duty_follows_its_post() {
    let plan = plan("2023-01-01", "2023-04-30");
    let mut duty = duty("d");
    duty.by.kind.clear();
    duty.by.post = Some("class-teacher".into());
    let mut world = class_world(
        "r1,d,p1,2023-01-10,2023-01-10,1,accepted
         r2,d,p2,2023-02-20,2023-02-20,1,accepted
         r3,d,p1,2023-04-20,2023-04-20,1,accepted",
    );
    World::add(&mut world.units, "e,s,class,,二班,,");
    World::add(&mut world.people, "p1,s,staff,,,\np2,s,staff,,,");
    // p1 hands the class to p2 in the middle of February, and takes another in April.
    World::add(
        &mut world.posts,
        "c,class-teacher,p1,,2023-02-10
         c,class-teacher,p2,2023-02-11,
         e,class-teacher,p1,2023-04-01,
         e,liaison,p2,,",
    );
    standings(
        &world,
        &with(&plan, duty.clone()),
        "2023-05-31",
        &expect![[r#"
        p1,2023-01-01,2023-01-31,2023-01-31,1,1,1,met
        p1,2023-02-01,2023-02-28,2023-02-28,1,0,0,exempt
        p1,2023-04-01,2023-04-30,2023-04-30,1,1,1,met
        p2,2023-02-01,2023-02-28,2023-02-28,1,1,1,met
        p2,2023-03-01,2023-03-31,2023-03-31,1,0,0,overdue
        p2,2023-04-01,2023-04-30,2023-04-30,1,0,0,overdue
    "#]],
    );
    rates(
        &world,
        &with(&plan, duty),
        "2023-05-31",
        &expect![[r#"
        unit,duty,met,late,partial,overdue,open,upcoming,exempt,rate,timely
        b,d,3,0,0,2,0,0,1,0.6000,0.6000
        c,d,2,0,0,2,0,0,1,0.5000,0.5000
        e,d,1,0,0,0,0,0,0,1.0000,1.0000
        s,d,3,0,0,2,0,0,1,0.6000,0.6000
    "#]],
    );
}

#[test]
fn persons_of_an_audience() {
    let plan = plan("2023-01-01", "2023-12-31");
    let mut duty = duty("d");
    duty.cadence = Cadence::Yearly;
    duty.by.kind.clear();
    duty.by.audience = vec!["student".into()];
    duty.by.stage = vec![Stage::Primary];
    let mut world = class_world("r,d,p1,2023-04-20,2023-04-20,1,accepted");
    World::add(&mut world.units, "m,b,school,middle,一中,,");
    World::add(
        &mut world.people,
        "p1,c,student,,,
         p2,c,pupil,freshman;student,,
         p3,c,staff,,,
         p4,m,student,,,
         p5,c,student,,,2023-06-30",
    );
    standings(
        &world,
        &with(&plan, duty.clone()),
        "2024-01-01",
        &expect![[r#"
        p1,2023-01-01,2023-12-31,2023-12-31,1,1,1,met
        p2,2023-01-01,2023-12-31,2023-12-31,1,0,0,overdue
        p5,2023-01-01,2023-12-31,2023-12-31,1,0,0,exempt
    "#]],
    );
    rates(
        &world,
        &with(&plan, duty),
        "2024-01-01",
        &expect![[r#"
        unit,duty,met,late,partial,overdue,open,upcoming,exempt,rate,timely
        b,d,1,0,0,1,0,0,1,0.5000,0.5000
        c,d,1,0,0,1,0,0,1,0.5000,0.5000
        s,d,1,0,0,1,0,0,1,0.5000,0.5000
    "#]],
    );
}

#[test]
fn a_superior_may_hold_it() {
    let plan = plan("2023-01-01", "2023-02-28");
    let mut duty = duty("d");
    duty.held_by = HeldBy::Superior;
    duty.activity = "meeting".into();
    duty.by.kind = vec![UnitKind::Class];
    // A bureau's record counts for both classes, a school's for its own, and a
    // class's own adds to it. Another class's does not count upwards.
    let mut world = class_world(
        "r1,meeting,b,2023-01-10,2023-01-10,1,accepted
         r2,d,s,2023-02-10,2023-03-10,1,accepted
         r3,meeting,c,2023-02-11,2023-02-11,1,accepted",
    );
    World::add(&mut world.units, "t,b,school,primary,二小,,\nt1,t,class,,一班,,");
    standings(
        &world,
        &with(&plan, duty.clone()),
        "2023-03-31",
        &expect![[r#"
        c,2023-01-01,2023-01-31,2023-01-31,1,1,1,met
        c,2023-02-01,2023-02-28,2023-02-28,1,2,1,met
        t1,2023-01-01,2023-01-31,2023-01-31,1,1,1,met
        t1,2023-02-01,2023-02-28,2023-02-28,1,0,0,overdue
    "#]],
    );
    duty.held_by = HeldBy::Own;
    standings(
        &world,
        &with(&plan, duty),
        "2023-03-31",
        &expect![[r#"
        c,2023-01-01,2023-01-31,2023-01-31,1,0,0,overdue
        c,2023-02-01,2023-02-28,2023-02-28,1,1,1,met
        t1,2023-01-01,2023-01-31,2023-01-31,1,0,0,overdue
        t1,2023-02-01,2023-02-28,2023-02-28,1,0,0,overdue
    "#]],
    );
}

#[test]
fn attendance_names_the_persons() {
    let plan = plan("2023-01-01", "2023-01-31");
    let mut duty = duty("d");
    duty.held_by = HeldBy::Superior;
    duty.by.kind.clear();
    duty.by.audience = vec!["student".into()];
    let mut world = class_world("r,d,c,2023-01-10,2023-01-10,1,accepted");
    World::add(&mut world.people, "p1,c,student,,,\np2,c,student,,,\np3,b,student,,,");
    // p3 is not of this class, though the roll names it; p1 counts once.
    World::add(&mut world.attendance, "r,p1\nr,p1\nr,p3");
    standings(
        &world,
        &with(&plan, duty),
        "2023-02-01",
        &expect![[r#"
        p1,2023-01-01,2023-01-31,2023-01-31,1,1,1,met
        p2,2023-01-01,2023-01-31,2023-01-31,1,0,0,overdue
        p3,2023-01-01,2023-01-31,2023-01-31,1,0,0,overdue
    "#]],
    );
}

#[test]
fn events_open_periods() {
    let plan = plan("2023-01-01", "2023-06-30");
    let mut duty = duty("d");
    duty.cadence = Cadence::Event;
    duty.event = Some(EventTrigger { name: "warning".into(), within_days: 2 });
    let mut world = class_world("r,d,c,2023-01-11,2023-01-11,1,accepted");
    World::add(
        &mut world.events,
        "d,c,2023-01-10
         d,c,2023-03-10
         d,c,2023-03-10
         d,b,2023-03-10
         d,c,2022-12-01",
    );
    standings(
        &world,
        &with(&plan, duty),
        "2023-06-30",
        &expect![[r#"
        c,2023-01-10,2023-01-12,2023-01-12,1,1,1,met
        c,2023-03-10,2023-03-12,2023-03-12,1,0,0,overdue
    "#]],
    );
}

#[test]
fn a_record_counts_for_all_duties_of_its_activity_and_once_for_each() {
    let mut plan = plan("2023-01-01", "2023-01-31");
    let named = |id: &str, activity: &str| Duty { activity: activity.into(), ..duty(id) };
    plan.duties =
        vec![named("z", "meeting"), named("y", "meeting"), named("meeting", "meeting")];
    let world = class_world(
        "r1,meeting,c,2023-01-10,2023-01-10,1,accepted
         r2,z,c,2023-01-10,2023-01-10,1,accepted",
    );
    standings(
        &world,
        &[plan],
        "2023-02-01",
        &expect![[r#"
        z,c,2023-01-01,2023-01-31,2023-01-31,1,2,2,met
        y,c,2023-01-01,2023-01-31,2023-01-31,1,1,1,met
        meeting,c,2023-01-01,2023-01-31,2023-01-31,1,1,1,met
    "#]],
    );
}

#[test]
fn an_amendment_judges_what_begins_under_it() {
    let mut old = plan("2023-01-01", "2023-06-30");
    old.duties = vec![duty("d"), duty("gone")];
    let mut new = old.clone();
    new.head.in_force = Some(day("2023-02-15").date());
    new.head.version = 2;
    new.duties = vec![duty("new"), Duty { quota: 3, ..duty("d") }];
    new.duties[0].from = Some(day("2023-02-15").date());
    let world = class_world(
        "r1,d,c,2023-02-20,2023-02-20,1,accepted
         r2,d,c,2023-03-20,2023-03-20,1,accepted",
    );
    // February began under the old version, though it ended under the new one.
    let plans = [new, old];
    standings(
        &world,
        &plans,
        "2023-03-31",
        &expect![[r#"
        new,c,2023-02-15,2023-02-28,2023-02-28,1,0,0,overdue
        new,c,2023-03-01,2023-03-31,2023-03-31,1,0,0,open
        new,c,2023-04-01,2023-04-30,2023-04-30,1,0,0,upcoming
        new,c,2023-05-01,2023-05-31,2023-05-31,1,0,0,upcoming
        new,c,2023-06-01,2023-06-30,2023-06-30,1,0,0,upcoming
        c,2023-01-01,2023-01-31,2023-01-31,1,0,0,overdue
        c,2023-02-01,2023-02-28,2023-02-28,1,1,1,met
        c,2023-03-01,2023-03-31,2023-03-31,3,1,1,open
        c,2023-04-01,2023-04-30,2023-04-30,3,0,0,upcoming
        c,2023-05-01,2023-05-31,2023-05-31,3,0,0,upcoming
        c,2023-06-01,2023-06-30,2023-06-30,3,0,0,upcoming
        gone,c,2023-01-01,2023-01-31,2023-01-31,1,0,0,overdue
        gone,c,2023-02-01,2023-02-28,2023-02-28,1,0,0,overdue
    "#]],
    );
}

#[test]
fn rates_roll_up_and_nothing_due_is_a_dash() {
    let mut plan = plan("2023-01-01", "2023-02-28");
    plan.duties = vec![duty("d"), Duty { by: duty("x").by, ..duty("later") }];
    plan.duties[1].from = Some(day("2023-02-01").date());
    plan.duties[1].by.kind = vec![UnitKind::School];
    let mut world = class_world(
        "r1,d,c,2023-01-10,2023-01-10,1,accepted
         r2,d,c2,2023-01-10,2023-02-02,1,accepted",
    );
    World::add(
        &mut world.units,
        "c2,s,class,,二班,,\nc3,s,class,,三班,,\nt,b,school,primary,二小,,",
    );
    rates(
        &world,
        &[plan],
        "2023-02-01",
        &expect![[r#"
        unit,duty,met,late,partial,overdue,open,upcoming,exempt,rate,timely
        b,d,1,0,0,2,3,0,0,0.3333,0.3333
        b,later,0,0,0,0,2,0,0,—,—
        c,d,1,0,0,0,1,0,0,1.0000,1.0000
        c2,d,0,0,0,1,1,0,0,0.0000,0.0000
        c3,d,0,0,0,1,1,0,0,0.0000,0.0000
        s,d,1,0,0,2,3,0,0,0.3333,0.3333
        s,later,0,0,0,0,1,0,0,—,—
        t,later,0,0,0,0,1,0,0,—,—
    "#]],
    );
}
