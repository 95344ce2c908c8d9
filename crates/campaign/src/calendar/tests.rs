use std::fmt::Write as _;

use expect_test::{Expect, expect};

use super::Calendar;
use crate::day::Day;

fn day(text: &str) -> Day {
    Day::parse(text.as_bytes()).unwrap()
}

#[test]
fn builtin_holidays_and_workdays_fit_together() {
    let calendar = Calendar::builtin();
    for pair in calendar.holidays.windows(2) {
        assert!(pair[0].until < pair[1].from, "{pair:?}");
    }
    for pair in calendar.terms.windows(2) {
        assert!(pair[0].until < pair[1].from, "{pair:?}");
    }
    for &day in &calendar.workdays {
        assert!(day.weekday() >= 5, "{day} is a weekday: nothing to make up");
        assert!(!calendar.holidays.iter().any(|holiday| holiday.contains(day)), "{day}");
    }
    // A notice moves days, it gives none away: weekdays off beyond the statutory
    // ones are worked on weekends. Statutory days: 11 a year to 2024, 13 from 2025.
    for (year, statutory) in
        [(2021, 11), (2022, 11), (2023, 11), (2024, 11), (2025, 13), (2026, 13)]
    {
        let first = Day::new(year, 1, 1).unwrap();
        let last = Day::new(year, 12, 31).unwrap();
        let mut weekdays_off = 0;
        let mut at = first;
        while at <= last {
            let off = calendar.holidays.iter().any(|holiday| holiday.contains(at));
            weekdays_off += usize::from(off && at.weekday() < 5);
            at = at.next();
        }
        let made_up =
            calendar.workdays.iter().filter(|&&day| first <= day && day <= last).count();
        assert!(weekdays_off - made_up <= statutory, "{year}: {weekdays_off} {made_up}");
        assert!(weekdays_off - made_up + 2 >= statutory, "{year}: {weekdays_off} {made_up}");
    }
}

#[test]
fn school_days_and_workdays() {
    let calendar = Calendar::builtin();
    let mut table = String::new();
    for (text, what) in [
        ("2023-09-28", "Thursday in term"),
        ("2023-09-29", "holiday"),
        ("2023-10-07", "make-up Saturday in term"),
        ("2023-10-14", "Saturday"),
        ("2023-07-10", "Monday in the summer vacation"),
        ("2023-01-28", "make-up Saturday in the winter vacation"),
    ] {
        let (work, school) =
            (calendar.is_workday(day(text)), calendar.is_school_day(day(text)));
        let _ = writeln!(table, "{text} {what}: workday {work}, school day {school}");
    }
    expect![[r#"
        2023-09-28 Thursday in term: workday true, school day true
        2023-09-29 holiday: workday false, school day false
        2023-10-07 make-up Saturday in term: workday true, school day true
        2023-10-14 Saturday: workday false, school day false
        2023-07-10 Monday in the summer vacation: workday true, school day false
        2023-01-28 make-up Saturday in the winter vacation: workday true, school day false
    "#]]
    .assert_eq(&table);
    // After 28 September come the long holiday and two make-up days.
    assert_eq!(calendar.workdays_after(day("2023-09-28"), 1), day("2023-10-07"));
    assert_eq!(calendar.workdays_after(day("2023-09-28"), 3), day("2023-10-09"));
    assert_eq!(calendar.workdays_after(day("2023-09-30"), 0), day("2023-09-30"));
}

#[test]
fn what_is_printed_is_read_back() {
    let calendar = Calendar::builtin();
    assert_eq!(Calendar::parse(&calendar.print()).unwrap(), calendar);
    let empty = Calendar::default();
    assert_eq!(Calendar::parse(&empty.print()).unwrap(), empty);
}

fn refused(text: &str, expect: &Expect) {
    expect.assert_eq(&Calendar::parse(text).unwrap_err().to_string());
}

#[test]
fn bad_files_name_line_and_column() {
    refused(
        "[[trem]]\n",
        &expect![
            "第 1 行第 3 列：没有“trem”这一项，可以写的是 term、holiday、workdays、key_period"
        ],
    );
    refused(
        "[[term]]\nname = \"秋\"\nfrom = \"2023-02-29\"\nuntil = \"2024-01-26\"\n",
        &expect![[r#"第 3 行第 8 列：from 要写日期，如 "2024-09-01""#]],
    );
    refused(
        "[[term]]\nname = \"秋\"\nfrom = 2023-09-01\n",
        &expect!["第 1 行第 1 列：[[term]] 缺少“until”，要写 name、from、until"],
    );
    refused(
        "[[holiday]]\nname = \"节\"\nfrom = 2023-09-02\nuntil = 2023-09-01\n",
        &expect![
            "第 4 行第 9 列：“节”的 until 2023-09-01 早于 from 2023-09-02，until 不得早于 from"
        ],
    );
    refused(
        "[[holiday]]\nname = \"节\"\nfrom = 2023-09-02\nuntil = 2023-09-02\nworkdays = []\n",
        &expect![
            "第 5 行第 1 列：[[holiday]] 里没有“workdays”，可以写的是 name、from、until（workdays 要写在所有 [[…]] 之前）"
        ],
    );
    refused(
        "workdays = [2023-10-07, 3]\n",
        &expect![[r#"第 1 行第 25 列：workdays 要写日期，如 "2024-09-01""#]],
    );
}
