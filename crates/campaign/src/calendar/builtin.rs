//! The calendar of mainland China 2021–2027.
//!
//! Holidays and make-up workdays are those of the yearly notices of the General
//! Office of the State Council (国务院办公厅关于…年部分节假日安排的通知):
//! 2021 国办发明电〔2020〕27号, 2022 国办发明电〔2021〕11号, 2023
//! 国办发明电〔2022〕16号, 2024 国办发明电〔2023〕7号, 2025 国办发明电〔2024〕12号,
//! 2026 国办发明电〔2025〕7号. For 2027 only the days that the regulation itself
//! fixes (全国年节及纪念日放假办法 as revised by 国务院令第795号) are here; a body
//! adds the exchanged days when the notice is out.
//!
//! Terms differ from place to place. Those below are the usual shape (autumn
//! from 1 September to two weeks or more before the Spring Festival, spring from
//! about the Lantern Festival to early July) and are meant to be edited.

use super::{Calendar, Span};
use crate::day::Day;

type Date = (i16, i8, i8);

const HOLIDAYS: &[(&str, Date, Date)] = &[
    ("元旦", (2021, 1, 1), (2021, 1, 3)),
    ("春节", (2021, 2, 11), (2021, 2, 17)),
    ("清明节", (2021, 4, 3), (2021, 4, 5)),
    ("劳动节", (2021, 5, 1), (2021, 5, 5)),
    ("端午节", (2021, 6, 12), (2021, 6, 14)),
    ("中秋节", (2021, 9, 19), (2021, 9, 21)),
    ("国庆节", (2021, 10, 1), (2021, 10, 7)),
    ("元旦", (2022, 1, 1), (2022, 1, 3)),
    ("春节", (2022, 1, 31), (2022, 2, 6)),
    ("清明节", (2022, 4, 3), (2022, 4, 5)),
    ("劳动节", (2022, 4, 30), (2022, 5, 4)),
    ("端午节", (2022, 6, 3), (2022, 6, 5)),
    ("中秋节", (2022, 9, 10), (2022, 9, 12)),
    ("国庆节", (2022, 10, 1), (2022, 10, 7)),
    ("元旦", (2022, 12, 31), (2023, 1, 2)),
    ("春节", (2023, 1, 21), (2023, 1, 27)),
    ("清明节", (2023, 4, 5), (2023, 4, 5)),
    ("劳动节", (2023, 4, 29), (2023, 5, 3)),
    ("端午节", (2023, 6, 22), (2023, 6, 24)),
    ("中秋节、国庆节", (2023, 9, 29), (2023, 10, 6)),
    ("元旦", (2024, 1, 1), (2024, 1, 1)),
    ("春节", (2024, 2, 10), (2024, 2, 17)),
    ("清明节", (2024, 4, 4), (2024, 4, 6)),
    ("劳动节", (2024, 5, 1), (2024, 5, 5)),
    ("端午节", (2024, 6, 10), (2024, 6, 10)),
    ("中秋节", (2024, 9, 15), (2024, 9, 17)),
    ("国庆节", (2024, 10, 1), (2024, 10, 7)),
    ("元旦", (2025, 1, 1), (2025, 1, 1)),
    ("春节", (2025, 1, 28), (2025, 2, 4)),
    ("清明节", (2025, 4, 4), (2025, 4, 6)),
    ("劳动节", (2025, 5, 1), (2025, 5, 5)),
    ("端午节", (2025, 5, 31), (2025, 6, 2)),
    ("国庆节、中秋节", (2025, 10, 1), (2025, 10, 8)),
    ("元旦", (2026, 1, 1), (2026, 1, 3)),
    ("春节", (2026, 2, 15), (2026, 2, 23)),
    ("清明节", (2026, 4, 4), (2026, 4, 6)),
    ("劳动节", (2026, 5, 1), (2026, 5, 5)),
    ("端午节", (2026, 6, 19), (2026, 6, 21)),
    ("中秋节", (2026, 9, 25), (2026, 9, 27)),
    ("国庆节", (2026, 10, 1), (2026, 10, 7)),
    // By the regulation alone: New Year's Eve (除夕) to the third of the first month.
    ("元旦", (2027, 1, 1), (2027, 1, 1)),
    ("春节", (2027, 2, 5), (2027, 2, 8)),
    ("清明节", (2027, 4, 5), (2027, 4, 5)),
    ("劳动节", (2027, 5, 1), (2027, 5, 2)),
    ("端午节", (2027, 6, 9), (2027, 6, 9)),
    ("中秋节", (2027, 9, 15), (2027, 9, 15)),
    ("国庆节", (2027, 10, 1), (2027, 10, 3)),
];

const WORKDAYS: &[Date] = &[
    (2021, 2, 7),
    (2021, 2, 20),
    (2021, 4, 25),
    (2021, 5, 8),
    (2021, 9, 18),
    (2021, 9, 26),
    (2021, 10, 9),
    (2022, 1, 29),
    (2022, 1, 30),
    (2022, 4, 2),
    (2022, 4, 24),
    (2022, 5, 7),
    (2022, 10, 8),
    (2022, 10, 9),
    (2023, 1, 28),
    (2023, 1, 29),
    (2023, 4, 23),
    (2023, 5, 6),
    (2023, 6, 25),
    (2023, 10, 7),
    (2023, 10, 8),
    (2024, 2, 4),
    (2024, 2, 18),
    (2024, 4, 7),
    (2024, 4, 28),
    (2024, 5, 11),
    (2024, 9, 14),
    (2024, 9, 29),
    (2024, 10, 12),
    (2025, 1, 26),
    (2025, 2, 8),
    (2025, 4, 27),
    (2025, 9, 28),
    (2025, 10, 11),
    (2026, 1, 4),
    (2026, 2, 14),
    (2026, 2, 28),
    (2026, 5, 9),
    (2026, 9, 20),
    (2026, 10, 10),
];

const TERMS: &[(&str, Date, Date)] = &[
    ("2020—2021学年第一学期", (2020, 9, 1), (2021, 1, 29)),
    ("2020—2021学年第二学期", (2021, 2, 22), (2021, 7, 2)),
    ("2021—2022学年第一学期", (2021, 9, 1), (2022, 1, 21)),
    ("2021—2022学年第二学期", (2022, 2, 14), (2022, 7, 1)),
    ("2022—2023学年第一学期", (2022, 9, 1), (2023, 1, 13)),
    ("2022—2023学年第二学期", (2023, 2, 6), (2023, 6, 30)),
    ("2023—2024学年第一学期", (2023, 9, 1), (2024, 1, 26)),
    ("2023—2024学年第二学期", (2024, 2, 19), (2024, 6, 28)),
    ("2024—2025学年第一学期", (2024, 9, 1), (2025, 1, 17)),
    ("2024—2025学年第二学期", (2025, 2, 10), (2025, 7, 4)),
    ("2025—2026学年第一学期", (2025, 9, 1), (2026, 1, 30)),
    ("2025—2026学年第二学期", (2026, 3, 2), (2026, 7, 3)),
    ("2026—2027学年第一学期", (2026, 9, 1), (2027, 1, 22)),
    ("2026—2027学年第二学期", (2027, 2, 22), (2027, 7, 2)),
    ("2027—2028学年第一学期", (2027, 9, 1), (2028, 1, 14)),
];

/// The days at a term's beginning in which fees are paid, and at its end in
/// which examinations are held.
const TWO_WEEKS: i32 = 13;

impl Calendar {
    /// Public holidays and make-up workdays of mainland China 2021–2027, and
    /// terms and key periods of the usual shape.
    pub fn builtin() -> Self {
        let terms = spans(TERMS);
        let holidays = spans(HOLIDAYS);
        let key_periods = key_periods(&terms, &holidays);
        let workdays = WORKDAYS.iter().filter_map(|&(y, m, d)| Day::new(y, m, d)).collect();
        Self { terms, holidays, workdays, key_periods }
    }
}

fn spans(rows: &[(&str, Date, Date)]) -> Vec<Span> {
    let span = |&(name, from, until): &(&str, Date, Date)| {
        let day = |(y, m, d): Date| Day::new(y, m, d);
        Some(Span { name: name.to_owned(), from: day(from)?, until: day(until)? })
    };
    rows.iter().filter_map(span).collect()
}

fn key_periods(terms: &[Span], holidays: &[Span]) -> Vec<Span> {
    let named = |name: &str, from, until| Span { name: name.to_owned(), from, until };
    let mut found = Vec::new();
    for term in terms {
        let opening_ends = term.from.plus(TWO_WEEKS);
        found.push(named("开学季", term.from, opening_ends));
        found.push(named("收费期", term.from, opening_ends));
        found.push(named("期末考试", term.until.plus(-TWO_WEEKS), term.until));
    }
    for pair in terms.windows(2) {
        if let [before, after] = pair {
            let (from, until) = (before.until.next(), after.from.plus(-1));
            let summer = from.days_until(until) > 40;
            found.push(named(if summer { "暑假" } else { "寒假" }, from, until));
        }
    }
    for year in 2021..=2027 {
        if let (Some(from), Some(until)) = (Day::new(year, 6, 7), Day::new(year, 6, 9)) {
            found.push(named("高考", from, until));
        }
    }
    found.extend(holidays.iter().cloned());
    found.sort_by_key(|span| (span.from, span.until));
    found
}
