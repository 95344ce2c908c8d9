//! The time as an argument: `wuzha` hands in the real clock, tests a still one.

use std::sync::Arc;

use jiff::civil::{Date, DateTime};

/// All dates are local dates of Asia/Shanghai, which has been UTC+8 without
/// daylight saving since 1991; campaigns are younger than that.
const OFFSET_MS: i64 = 8 * 3_600_000;
const DAY_MS: i64 = 86_400_000;

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
    local(ms).date()
}

/// The local date and time of an instant.
pub fn local(ms: i64) -> DateTime {
    let ms = ms + OFFSET_MS;
    let epoch = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
    let span = jiff::SignedDuration::from_millis(ms);
    epoch.saturating_add(span)
}

/// The first instant of a local date.
pub fn start_of(date: Date) -> i64 {
    let epoch = Date::constant(1970, 1, 1);
    let days = i64::from(date.since(epoch).map(|span| span.get_days()).unwrap_or_default());
    days * DAY_MS - OFFSET_MS
}

/// The last millisecond of a local date.
pub fn end_of(date: Date) -> i64 {
    start_of(date) + DAY_MS - 1
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
