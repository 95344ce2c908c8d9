//! Twelve months at a glance. Every day that is not an ordinary one carries a
//! word for those who do not see its colour.

use campaign::calendar::Calendar;
use campaign::day::Day;
use jiff::civil::Date;
use maud::{Markup, html};

use crate::layout::{Tone, tag};

const WEEKDAYS: [&str; 7] = ["一", "二", "三", "四", "五", "六", "日"];

pub(super) fn weekday(day: Day) -> String {
    format!("星期{}", WEEKDAYS.get(usize::from(day.weekday())).copied().unwrap_or_default())
}

pub(super) fn months(calendar: &Calendar, year: i16, today: Date) -> Markup {
    html! {
        section.card {
            p.legend.days {
                (tag("在校", Tone::Good)) (tag("休 · 节假日", Tone::Bad))
                (tag("班 · 调休上班", Tone::Warn)) (tag("空白 · 周末或假期", Tone::Faint))
            }
            div.months { @for month in 1..=12 { (one(calendar, year, month, today)) } }
        }
    }
}

fn one(calendar: &Calendar, year: i16, month: i8, today: Date) -> Markup {
    let Some(first) = Day::new(year, month, 1) else { return html! {} };
    let days = first.days_until(first.last_of_month()) + 1;
    let before = i32::from(first.weekday());
    let weeks = (before + days + 6) / 7;
    html! {
        table.month {
            caption { (month) " 月" }
            thead { tr { @for name in WEEKDAYS { th scope="col" { (name) } } } }
            tbody {
                @for week in 0..weeks {
                    tr {
                        @for weekday in 0..7 {
                            @let number = week * 7 + weekday - before;
                            @if (0..days).contains(&number) { (cell(calendar, first.plus(number), today)) }
                            @else { td {} }
                        }
                    }
                }
            }
        }
    }
}

fn cell(calendar: &Calendar, day: Day, today: Date) -> Markup {
    let holiday = calendar.holidays.iter().find(|span| span.contains(day));
    let is_made_up = calendar.workdays.contains(&day);
    let (kind, mark) = if is_made_up {
        ("work", "班")
    } else if holiday.is_some() {
        ("holiday", "休")
    } else if calendar.is_school_day(day) {
        ("school", "")
    } else {
        ("off", "")
    };
    let keys: Vec<&str> = calendar.key_periods_on(day).map(|span| span.name.as_str()).collect();
    let term = calendar.term_of(day).map(|term| term.name.as_str());
    let words: Vec<&str> =
        holiday.map(|span| span.name.as_str()).into_iter().chain(term).chain(keys).collect();
    html! {
        td data-day=(kind) data-today[day == Day::from(today)] title=(words.join("，")) {
            (day.date().day())
            @if !mark.is_empty() { small { (mark) } }
        }
    }
}
