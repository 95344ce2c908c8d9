//! The time as an argument: `wuzha` hands in the real clock, tests a still one.
//! Where a local day begins, [`campaign::day`] knows.

use std::sync::Arc;

use campaign::day::Day;
use jiff::civil::{Date, DateTime, Time};

/// Answers what time it is, in milliseconds since 1970 UTC.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> i64 + Send + Sync>);

impl Clock {
    pub fn new(read: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }

    pub fn now(&self) -> i64 {
        (self.0)()
    }

    pub fn today(&self) -> Date {
        date_of(self.now())
    }
}

/// The local date of an instant.
pub fn date_of(ms: i64) -> Date {
    Day::of_instant(ms).date()
}

/// The local date and time of an instant.
pub fn local(ms: i64) -> DateTime {
    let day = Day::of_instant(ms);
    let since_midnight = jiff::SignedDuration::from_millis(ms - day.begins_at());
    day.date().to_datetime(Time::midnight()).saturating_add(since_midnight)
}

/// The first instant of a local date.
pub fn start_of(date: Date) -> i64 {
    Day::from(date).begins_at()
}

/// The last millisecond of a local date.
pub fn end_of(date: Date) -> i64 {
    Day::from(date).next().begins_at() - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_in_shanghai() {
        let date = Date::constant(2022, 3, 1);
        assert_eq!(date_of(start_of(date)), date);
        assert_eq!(date_of(end_of(date)), date);
        assert_eq!(date_of(end_of(date) + 1), Date::constant(2022, 3, 2));
        assert_eq!(local(0).to_string(), "1970-01-01T08:00:00");
    }
}
