//! One table for each cadence, cut, season and due date: which periods there are.

use campaign::plan::{Cadence, Due, Duty, Phase, Season, YearKind};
use expect_test::{Expect, expect};

use crate::{
    cases::{class_world, with},
    world::{day, duty, plan},
};

/// The periods of a class's duty, without anything done.
#[track_caller]
fn periods(run: (&str, &str), change: impl FnOnce(&mut Duty), expect: &Expect) {
    let mut duty = duty("d");
    change(&mut duty);
    let mut plan = plan(run.0, run.1);
    let phase = |id: &str, from: &str, until: &str| Phase {
        id: id.to_owned(),
        name: id.to_owned(),
        clause: "一".to_owned(),
        from: day(from).date(),
        until: day(until).date(),
        goals: Vec::new(),
    };
    plan.phases =
        vec![phase("first", run.0, "2023-03-15"), phase("second", "2023-03-16", run.1)];
    let results =
        class_world("").evaluate(&with(&plan, duty), day("2022-01-01"), true, 1).unwrap();
    let mut table = String::new();
    for line in results.standings.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        table.push_str(&fields[2..5].join(" "));
        table.push('\n');
    }
    expect.assert_eq(&table);
}

#[test]
fn every_cadence_has_its_periods() {
    let run = ("2023-02-01", "2023-06-30");
    let of = |cadence| move |duty: &mut Duty| duty.cadence = cadence;
    periods(
        ("2023-02-01", "2023-02-03"),
        of(Cadence::Daily),
        &expect![[r#"
        2023-02-01 2023-02-01 2023-02-01
        2023-02-02 2023-02-02 2023-02-02
        2023-02-03 2023-02-03 2023-02-03
    "#]],
    );
    periods(
        ("2023-02-01", "2023-02-20"),
        of(Cadence::Weekly),
        &expect![[r#"
        2023-02-01 2023-02-05 2023-02-05
        2023-02-06 2023-02-12 2023-02-12
        2023-02-13 2023-02-19 2023-02-19
    "#]],
    );
    periods(
        run,
        of(Cadence::Monthly),
        &expect![[r#"
        2023-02-01 2023-02-28 2023-02-28
        2023-03-01 2023-03-31 2023-03-31
        2023-04-01 2023-04-30 2023-04-30
        2023-05-01 2023-05-31 2023-05-31
        2023-06-01 2023-06-30 2023-06-30
    "#]],
    );
    periods(
        run,
        of(Cadence::Quarterly),
        &expect![[r#"
        2023-02-01 2023-03-31 2023-03-31
        2023-04-01 2023-06-30 2023-06-30
    "#]],
    );
    periods(
        run,
        of(Cadence::Term),
        &expect![[r#"
        2023-02-06 2023-06-30 2023-06-30
    "#]],
    );
    periods(
        run,
        of(Cadence::Phase),
        &expect![[r#"
        2023-02-01 2023-03-15 2023-03-15
        2023-03-16 2023-06-30 2023-06-30
    "#]],
    );
    periods(
        run,
        of(Cadence::Once),
        &expect![[r#"
        2023-02-01 2023-06-30 2023-06-30
    "#]],
    );
    periods(
        run,
        of(Cadence::Continuous),
        &expect![[r#"
        2023-02-01 2023-06-30 2023-06-30
    "#]],
    );
    periods(run, of(Cadence::Event), &expect![""]);
    let year = |year| {
        move |duty: &mut Duty| {
            duty.cadence = Cadence::Yearly;
            duty.year = Some(year);
        }
    };
    let run = ("2022-03-01", "2024-06-30");
    periods(
        run,
        year(YearKind::Calendar),
        &expect![[r#"
        2022-03-01 2022-12-31 2022-12-31
        2023-01-01 2023-12-31 2023-12-31
    "#]],
    );
    periods(
        run,
        year(YearKind::School),
        &expect![[r#"
        2022-03-01 2022-08-31 2022-08-31
        2022-09-01 2023-08-31 2023-08-31
        2023-09-01 2024-06-30 2024-06-30
    "#]],
    );
}

#[test]
fn a_cut_period_counts_if_half_of_its_days_remain() {
    // April has 30 days: 15 are half, 14 are not. May has 31: 16 are, 15 are not.
    let run = ("2023-01-01", "2023-12-31");
    let cut = |from: &str, until: &str| {
        let (from, until) = (day(from).date(), day(until).date());
        move |duty: &mut Duty| (duty.from, duty.until) = (Some(from), Some(until))
    };
    periods(
        run,
        cut("2023-04-16", "2023-05-16"),
        &expect![[r#"
        2023-04-16 2023-04-30 2023-04-30
        2023-05-01 2023-05-16 2023-05-16
    "#]],
    );
    periods(run, cut("2023-04-17", "2023-05-15"), &expect![""]);
    // Once is never dropped.
    let once = |duty: &mut Duty| {
        cut("2023-04-30", "2023-04-30")(duty);
        duty.cadence = Cadence::Once;
    };
    periods(
        run,
        once,
        &expect![[r#"
        2023-04-30 2023-04-30 2023-04-30
    "#]],
    );
}

#[test]
fn seasons_keep_periods_by_their_school_days() {
    let season = |season, cadence| {
        move |duty: &mut Duty| (duty.season, duty.cadence) = (season, cadence)
    };
    // The term ends on Friday 30 June 2023 and begins on 1 September.
    let run = ("2023-06-01", "2023-09-30");
    periods(
        run,
        season(Season::InTerm, Cadence::Monthly),
        &expect![[r#"
        2023-06-01 2023-06-30 2023-06-30
        2023-09-01 2023-09-30 2023-09-30
    "#]],
    );
    periods(
        run,
        season(Season::Vacation, Cadence::Monthly),
        &expect![[r#"
        2023-07-01 2023-07-31 2023-07-31
        2023-08-01 2023-08-31 2023-08-31
    "#]],
    );
    // 23 April was a make-up Sunday, 29 April to 3 May a holiday, 6 May a make-up Saturday.
    let run = ("2023-04-21", "2023-05-07");
    periods(
        run,
        season(Season::InTerm, Cadence::Daily),
        &expect![[r#"
        2023-04-21 2023-04-21 2023-04-21
        2023-04-23 2023-04-23 2023-04-23
        2023-04-24 2023-04-24 2023-04-24
        2023-04-25 2023-04-25 2023-04-25
        2023-04-26 2023-04-26 2023-04-26
        2023-04-27 2023-04-27 2023-04-27
        2023-04-28 2023-04-28 2023-04-28
        2023-05-04 2023-05-04 2023-05-04
        2023-05-05 2023-05-05 2023-05-05
        2023-05-06 2023-05-06 2023-05-06
    "#]],
    );
}

#[test]
fn due_dates_move() {
    let due = |due| move |duty: &mut Duty| duty.due = Some(due);
    let run = ("2023-01-01", "2023-04-20");
    periods(
        run,
        due(Due::DayOfMonth(20)),
        &expect![[r#"
        2023-01-01 2023-01-31 2023-01-20
        2023-02-01 2023-02-28 2023-02-20
        2023-03-01 2023-03-31 2023-03-20
        2023-04-01 2023-04-20 2023-04-20
    "#]],
    );
    // A day that the month does not have is its last.
    periods(
        run,
        due(Due::DayOfMonth(31)),
        &expect![[r#"
        2023-01-01 2023-01-31 2023-01-31
        2023-02-01 2023-02-28 2023-02-28
        2023-03-01 2023-03-31 2023-03-31
        2023-04-01 2023-04-20 2023-04-30
    "#]],
    );
    // The last period is cut: days count from the cut.
    periods(
        run,
        due(Due::DaysAfter(5)),
        &expect![[r#"
        2023-01-01 2023-01-31 2023-02-05
        2023-02-01 2023-02-28 2023-03-05
        2023-03-01 2023-03-31 2023-04-05
        2023-04-01 2023-04-20 2023-04-25
    "#]],
    );
    periods(
        run,
        due(Due::WorkdaysAfter(3)),
        &expect![[r#"
        2023-01-01 2023-01-31 2023-02-03
        2023-02-01 2023-02-28 2023-03-03
        2023-03-01 2023-03-31 2023-04-06
        2023-04-01 2023-04-20 2023-04-24
    "#]],
    );
    let once = |duty: &mut Duty| {
        duty.cadence = Cadence::Once;
        duty.due = Some(Due::On(day("2023-02-28").date()));
    };
    periods(
        run,
        once,
        &expect![[r#"
        2023-01-01 2023-02-28 2023-02-28
    "#]],
    );
    let weekly = |duty: &mut Duty| {
        duty.cadence = Cadence::Weekly;
        duty.due = Some(Due::DayOfMonth(5));
    };
    // The month is the one in which the uncut week ends.
    periods(
        ("2023-01-25", "2023-02-07"),
        weekly,
        &expect![[r#"
        2023-01-25 2023-01-29 2023-01-05
        2023-01-30 2023-02-05 2023-02-05
    "#]],
    );
}
