//! The calendar (校历): terms, holidays, make-up workdays and key periods.
//!
//! A body edits its own; [`Calendar::builtin`] is where it starts.

mod builtin;
mod file;

pub use file::CalendarError;

use crate::day::Day;

/// A closed interval of dates with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    pub name: String,
    pub from: Day,
    pub until: Day,
}

impl Span {
    pub fn contains(&self, day: Day) -> bool {
        self.from <= day && day <= self.until
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Calendar {
    /// School terms (学期), by their first day.
    pub terms: Vec<Span>,
    /// Public holidays and the days taken off around them (节假日).
    pub holidays: Vec<Span>,
    /// Saturdays and Sundays on which people work (调休上班日).
    pub workdays: Vec<Day>,
    /// Times that need more attention (重点时段): 开学, 考试, 收费, 节假日.
    pub key_periods: Vec<Span>,
}

impl Calendar {
    pub fn in_term(&self, day: Day) -> bool {
        self.terms.iter().any(|term| term.contains(day))
    }

    /// Monday to Friday outside holidays, or a make-up workday.
    pub fn is_workday(&self, day: Day) -> bool {
        self.workdays.contains(&day)
            || (day.weekday() < 5 && !self.holidays.iter().any(|holiday| holiday.contains(day)))
    }

    /// A workday inside a term; a make-up workday outside every term is none.
    pub fn is_school_day(&self, day: Day) -> bool {
        self.in_term(day) && self.is_workday(day)
    }

    pub fn has_school_day(&self, from: Day, until: Day) -> bool {
        let mut day = from;
        while day <= until {
            if self.is_school_day(day) {
                return true;
            }
            day = day.next();
        }
        false
    }

    /// The `count`-th workday after `day`; `day` itself for 0.
    pub fn workdays_after(&self, day: Day, count: u16) -> Day {
        let mut day = day;
        let mut left = count;
        while left > 0 && day < Day::MAX {
            day = day.next();
            if self.is_workday(day) {
                left -= 1;
            }
        }
        day
    }

    /// The key periods that a date lies in.
    pub fn key_periods_on(&self, day: Day) -> impl Iterator<Item = &Span> {
        self.key_periods.iter().filter(move |span| span.contains(day))
    }

    /// The term that a date lies in.
    pub fn term_of(&self, day: Day) -> Option<&Span> {
        self.terms.iter().find(|term| term.contains(day))
    }
}

#[cfg(test)]
mod tests;
