//! The rules in tables.

use std::fmt::Write as _;
use std::sync::Arc;

use expect_test::expect;

use super::*;
use crate::calendar::Calendar;
use crate::engine::{Engine, Extras};
use crate::fact::Fact;
use crate::live::Live;
use crate::organisation::{Organisation, PersonRow, UnitRow};
use crate::plan::{self, UnitKind};

fn day(text: &str) -> Day {
    Day::parse(text.as_bytes()).expect("a date")
}

fn standing(start: &str, end: &str, due: &str, state: State) -> Standing {
    Standing {
        duty: DutyIx(0),
        subject: Subject(0),
        home: UnitIx(0),
        period: Period { start: day(start), end: day(end), due: day(due) },
        required: 1,
        done: 0,
        in_time: 0,
        state,
    }
}

#[test]
fn every_day_around_the_due_day_has_its_step_or_none() {
    let book = RuleBook::builtin();
    let periods = [
        ("a month ", "2022-03-01", "2022-03-31", "2022-03-20"),
        ("a week  ", "2022-03-14", "2022-03-20", "2022-03-20"),
        ("one day ", "2022-03-20", "2022-03-20", "2022-03-20"),
    ];
    let mut table = String::new();
    for (name, start, end, due) in periods {
        for passed in -5..=11 {
            let today = day(due).plus(passed);
            let state = if passed <= 0 { State::Open } else { State::Overdue };
            let it = standing(start, end, due, state);
            let steps = steps_for(book.steps_on(today), &it, today);
            let ids: Vec<&str> = steps.map(|(_, step)| step.id.as_str()).collect();
            writeln!(table, "{name} {passed:>3} {}", ids.join(" ")).expect("a string");
        }
    }
    expect![[r#"
        a month   -5 
        a month   -4 
        a month   -3 before
        a month   -2 before
        a month   -1 before
        a month    0 due
        a month    1 overdue
        a month    2 overdue
        a month    3 escalated
        a month    4 escalated
        a month    5 escalated
        a month    6 escalated
        a month    7 escalated
        a month    8 escalated
        a month    9 escalated
        a month   10 
        a month   11 
        a week    -5 
        a week    -4 
        a week    -3 
        a week    -2 
        a week    -1 
        a week     0 due
        a week     1 overdue
        a week     2 overdue
        a week     3 escalated
        a week     4 escalated
        a week     5 escalated
        a week     6 escalated
        a week     7 escalated
        a week     8 escalated
        a week     9 escalated
        a week    10 
        a week    11 
        one day   -5 
        one day   -4 
        one day   -3 
        one day   -2 
        one day   -1 
        one day    0 
        one day    1 overdue
        one day    2 overdue
        one day    3 
        one day    4 
        one day    5 
        one day    6 
        one day    7 
        one day    8 
        one day    9 
        one day   10 
        one day   11 
    "#]]
    .assert_eq(&table);
}

#[test]
fn what_is_done_or_not_asked_reminds_of_nothing() {
    let book = RuleBook::builtin();
    let mut table = String::new();
    for state in State::ALL {
        let it = standing("2022-03-01", "2022-03-31", "2022-03-20", state);
        let told = [0, 3].map(|passed| {
            let today = day("2022-03-20").plus(passed);
            steps_for(book.steps_on(today), &it, today).count()
        });
        writeln!(table, "{} {told:?}", state.code()).expect("a string takes every write");
    }
    expect![[r#"
        exempt [0, 0]
        upcoming [0, 0]
        met [0, 0]
        late [0, 0]
        open [1, 1]
        partial [1, 1]
        overdue [1, 1]
    "#]]
    .assert_eq(&table);
}

#[test]
fn nobody_is_disturbed_at_night() {
    let book = RuleBook::builtin();
    let at = |text: &str| {
        let (date, time) = text.split_once(' ').expect("a date and a time");
        let (hour, minute) = time.split_once(':').expect("a time");
        let minutes = hour.parse::<i64>().expect("an hour") * 60
            + minute.parse::<i64>().expect("a minute");
        day(date).begins_at() + minutes * 60_000
    };
    let mut table = String::new();
    for text in ["00:00", "06:59", "07:00", "12:30", "20:59", "21:00", "23:59"] {
        let awake = book.awake_from(at(&format!("2022-03-15 {text}")));
        let (date, time) = (Day::of_instant(awake), Clock::of_instant(awake));
        writeln!(table, "{text} -> {date} {time}").expect("a string takes every write");
    }
    expect![[r#"
        00:00 -> 2022-03-15 07:00
        06:59 -> 2022-03-15 07:00
        07:00 -> 2022-03-15 07:00
        12:30 -> 2022-03-15 12:30
        20:59 -> 2022-03-15 20:59
        21:00 -> 2022-03-16 07:00
        23:59 -> 2022-03-16 07:00
    "#]]
    .assert_eq(&table);
    let noon = "[[rules]]\nfrom = 2022-01-01\nsource = \"午休\"\n\
        quiet_from = \"12:00\"\nquiet_until = \"14:00\"\n";
    let book = RuleBook::parse(noon).expect("reads");
    assert_eq!(book.awake_from(at("2022-03-15 12:30")), at("2022-03-15 14:00"));
    assert_eq!(book.awake_from(at("2022-03-15 23:30")), at("2022-03-15 23:30"));
}

#[test]
fn later_rules_hold_from_their_day_on() {
    let text = format!(
        "{}\n[[rules]]\nfrom = 2022-09-01\nsource = \"局办〔2022〕9 号\"\n\
         quiet_from = \"20:00\"\nquiet_until = \"08:00\"\n\
         [[rules.step]]\nid = \"due\"\nname = \"当日\"\nday = 0\nlast = 0\n\
         to = \"doer\"\nleast_days = 1\n",
        RuleBook::BUILTIN
    );
    let book = RuleBook::parse(&text).expect("reads");
    assert_eq!(book.steps_on(day("2020-01-01")).len(), 4);
    assert_eq!(book.steps_on(day("2022-08-31")).len(), 4);
    assert_eq!(book.steps_on(day("2022-09-01")).len(), 1);
    assert_eq!(book.source_on(day("2022-09-01")), "局办〔2022〕9 号");
    assert_eq!(book.quiet_on(day("2022-09-01")).0.to_string(), "20:00");
}

#[test]
fn what_does_not_fit_is_refused_with_its_place() {
    let fine = RuleBook::BUILTIN;
    let mut table = String::new();
    for (from, to) in [
        ("[[rules]]\nfrom", "[[rule]]\nfrom"),
        ("2021-01-01", "2021-02-30"),
        ("\"21:00\"", "\"9pm\""),
        ("day = -3", "day = -400"),
        ("last = -1", "last = -4"),
        ("\"superior\"", "\"chief\""),
        ("id = \"due\"", "id = \"before\""),
        ("id = \"due\"", "id = \"到期\""),
        ("least_days = 10", "least = 10"),
        ("day = -3", "day = "),
    ] {
        let text = fine.replacen(from, to, 1);
        assert_ne!(text, fine, "{from}");
        let error = RuleBook::parse(&text).expect_err(to);
        writeln!(table, "{error}").expect("a string takes every write");
    }
    assert!(RuleBook::parse("").is_err());
    expect![[r#"
        提醒规则没有“rule”这一项，可以写的是 rules
        第 5 行不是有效的 TOML：invalid date, expected day between 01 and 28
        第 1 组 [[rules]]的 quiet_from 应写作 "21:00"，现为“9pm”
        第 1 组 [[rules]]的第 1 个 [[rules.step]]的 day 应为 -31 至 31 的整数
        第 1 组 [[rules]]的第 1 个 [[rules.step]]的 last（-4）不能早于 day（-3）
        第 1 组 [[rules]]的第 4 个 [[rules.step]]的 to 可以是 doer（承办人）或 superior（上级），现为“chief”
        第 1 组 [[rules]]有两个步骤都叫“before”
        第 1 组 [[rules]]的第 2 个 [[rules.step]]的 id 只能用小写字母、数字和“-”，现为“到期”
        第 1 组 [[rules]]的第 1 个 [[rules.step]]没有“least”这一项，可以写的是 id、name、day、last、to、least_days
        第 14 行不是有效的 TOML：string values must be quoted, expected literal string
    "#]].assert_eq(&table);
}

const PLAN: &str = r#"
[plan]
id = "p"
name = "方案"
issuer = "某局"
from = 2022-03-01
until = 2022-07-31

[[duty]]
id = "report"
name = "月报"
clause = "一"
by = { kind = ["school"] }
per = "unit"
cadence = "monthly"
due = "month-20"

[[duty]]
id = "learn"
name = "学习"
clause = "二"
by = { audience = ["student"] }
per = "person"
cadence = "monthly"
due = "month-20"
"#;

fn live(now: &str, done: &[&str]) -> Live {
    let plan = plan::parse(PLAN, "p.toml").expect("the plan reads");
    let unit = |id: &str, parent: &str, kind| UnitRow {
        id: id.to_owned(),
        parent: parent.to_owned(),
        kind,
        stage: None,
        name: id.to_owned(),
        from: None,
        until: None,
    };
    let mut org = Organisation::new(vec![
        unit("b", "", UnitKind::Bureau),
        unit("s", "b", UnitKind::School),
        unit("t", "b", UnitKind::School),
        unit("c", "s", UnitKind::Class),
    ])
    .expect("the tree fits");
    for id in ["p1", "p2", "p3"] {
        let row = PersonRow {
            id,
            unit: "c",
            role: "student",
            audiences: "",
            from: None,
            until: None,
        };
        org.add_person(row).expect("the person fits");
    }
    let calendar = Calendar::builtin();
    let engine = Arc::new(Engine::new(&[plan], Arc::new(org), &calendar, &Extras::default()));
    let facts: Vec<Fact> = done
        .iter()
        .map(|id| {
            let is_unit = engine.organisation().unit_ix(id).is_some();
            Fact {
                name: engine.name_ix(if is_unit { "report" } else { "learn" }).expect("known"),
                subject: engine.organisation().subject(id).expect("is there"),
                day: day("2022-03-05"),
                submitted_at: day("2022-03-05").begins_at(),
                voided_at: None,
                count: 1,
                attendees: None,
            }
        })
        .collect();
    Live::new(engine, facts, day(now).begins_at() + 9 * 3_600_000)
}

fn told(live: &Live, reachable: &[&str]) -> String {
    let book = RuleBook::builtin();
    let org = live.engine().organisation();
    let is_reachable = |person| reachable.contains(&org.id(org.of_person(person)));
    let mut table = String::new();
    for it in notices(live.view(), &book, is_reachable) {
        let step = &book.steps_on(live.as_of())[it.step];
        let home = org.id(org.of_unit(it.home));
        let whom = match it.whom {
            Whom::Unit => "itself".to_owned(),
            Whom::People => format!("its {} people", it.missing),
            Whom::Person(person) => org.id(org.of_person(person)).to_owned(),
        };
        let duty = live.engine().duty_id(it.duty);
        writeln!(table, "{duty} {} {} {home}: {whom}", it.period.due, step.id)
            .expect("a string takes every write");
    }
    table
}

#[test]
fn those_who_have_not_done_it_are_told_by_unit_or_in_person() {
    let table = told(&live("2022-03-17", &["s", "p3"]), &["p2"]);
    expect![[r#"
        report 2022-03-20 before t: itself
        learn 2022-03-20 before c: its 1 people
        learn 2022-03-20 before c: p2
    "#]]
    .assert_eq(&table);
    assert_eq!(told(&live("2022-03-16", &[]), &[]), "", "not yet");
    // The superior is told of all, whoever could be told before.
    let table = told(&live("2022-03-24", &["s"]), &["p2"]);
    expect![[r#"
        report 2022-03-20 escalated t: itself
        learn 2022-03-20 escalated c: its 3 people
    "#]]
    .assert_eq(&table);
    assert_eq!(told(&live("2022-03-30", &[]), &[]), "", "too long ago");
}
