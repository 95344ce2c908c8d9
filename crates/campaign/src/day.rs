//! A local date as a number of days: small, ordered, and cheap to count with.
//!
//! Plans speak in `jiff` dates; standings count millions of days, and for that
//! a date is an `i32`.

use std::fmt;

use jiff::civil::Date;

/// Days since 1970-01-01 in the tenant's local time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

const MS_PER_DAY: i64 = 86_400_000;
/// All dates are dates of Asia/Shanghai, which has been +08:00 without summer
/// time since 1992.
const LOCAL_OFFSET_MS: i64 = 8 * 3_600_000;

impl Day {
    /// Before every date: the beginning of what has none.
    pub const MIN: Self = Self(-719_162);
    /// After every date: the end of what has none.
    pub const MAX: Self = Self(2_932_896);

    pub fn new(year: i16, month: i8, day: i8) -> Option<Self> {
        let (month, day) = (u8::try_from(month).ok()?, u8::try_from(day).ok()?);
        Self::from_ymd(i32::from(year), month, day)
    }

    fn from_ymd(year: i32, month: u8, day: u8) -> Option<Self> {
        let valid = (1..=9999).contains(&year)
            && (1..=12).contains(&month)
            && day >= 1
            && day <= days_in_month(year, month);
        valid.then(|| Self(days_from_civil(year, month, day)))
    }

    /// The local date of an instant in Unix milliseconds.
    pub fn of_instant(ms: i64) -> Self {
        let days = ms.saturating_add(LOCAL_OFFSET_MS).div_euclid(MS_PER_DAY);
        let bounded = days.clamp(i64::from(Self::MIN.0), i64::from(Self::MAX.0));
        Self(bounded as i32)
    }

    /// The instant at which this date begins, in Unix milliseconds.
    pub fn begins_at(self) -> i64 {
        i64::from(self.0) * MS_PER_DAY - LOCAL_OFFSET_MS
    }

    pub fn number(self) -> i32 {
        self.0
    }

    pub fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days).clamp(Self::MIN.0, Self::MAX.0))
    }

    pub fn next(self) -> Self {
        self.plus(1)
    }

    /// How many days later `other` is.
    pub fn days_until(self, other: Self) -> i32 {
        other.0 - self.0
    }

    /// 0 for Monday to 6 for Sunday.
    pub fn weekday(self) -> u8 {
        (self.0 + 3).rem_euclid(7) as u8
    }

    pub fn year_month_day(self) -> (i32, u8, u8) {
        civil_from_days(self.0)
    }

    pub fn first_of_month(self) -> Self {
        let (_, _, day) = self.year_month_day();
        Self(self.0 - i32::from(day) + 1)
    }

    pub fn last_of_month(self) -> Self {
        let (year, month, day) = self.year_month_day();
        Self(self.0 + i32::from(days_in_month(year, month)) - i32::from(day))
    }

    /// The `day`-th of this date's month, or its last day if it has fewer.
    pub fn in_month(self, day: u8) -> Self {
        let (first, last) = (self.first_of_month(), self.last_of_month());
        first.plus(i32::from(day.max(1)) - 1).min(last)
    }

    /// Reads `2024-03-05`, nothing else.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text else { return None };
        let digit = |byte: u8| {
            let value = byte.wrapping_sub(b'0');
            (value < 10).then_some(value)
        };
        let two = |a, b| Some(digit(a)? * 10 + digit(b)?);
        let year = i32::from(two(y1, y2)?) * 100 + i32::from(two(y3, y4)?);
        Self::from_ymd(year, two(m1, m2)?, two(d1, d2)?)
    }

    /// `2024-03-05` as bytes.
    pub fn iso(self) -> [u8; 10] {
        let (year, month, day) = self.year_month_day();
        let digit = |value: i32| b'0' + (value % 10) as u8;
        let (month, day) = (i32::from(month), i32::from(day));
        [
            digit(year / 1000),
            digit(year / 100),
            digit(year / 10),
            digit(year),
            b'-',
            digit(month / 10),
            digit(month),
            b'-',
            digit(day / 10),
            digit(day),
        ]
    }

    pub fn date(self) -> Date {
        let (year, month, day) = self.year_month_day();
        Date::new(year as i16, month as i8, day as i8).unwrap_or(Date::MAX)
    }
}

impl From<Date> for Day {
    fn from(date: Date) -> Self {
        Self::new(date.year(), date.month(), date.day()).unwrap_or(Self::MIN)
    }
}

impl From<Day> for Date {
    fn from(day: Day) -> Self {
        day.date()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.year_month_day();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in_month(year: i32, month: u8) -> u8 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

// Years are counted from March, so that the leap day is the last of its year
// and month lengths follow one straight line.
fn days_from_civil(year: i32, month: u8, day: u8) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let month_from_march = (i32::from(month) + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + i32::from(day) - 1;
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year
        - 719_468
}

fn civil_from_days(days: i32) -> (i32, u8, u8) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    let year = year_of_era + era * 400 + i32::from(month <= 2);
    (year, month as u8, day as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_jiff_on_every_date_of_two_centuries() {
        let mut date = Date::constant(1899, 12, 31);
        let mut day = Day::from(date);
        for _ in 0..73_100 {
            assert_eq!(day.date(), date);
            assert_eq!(Day::from(date), day);
            assert_eq!(day.weekday(), date.weekday().to_monday_zero_offset() as u8);
            assert_eq!(day.last_of_month().date(), date.last_of_month());
            assert_eq!(Day::parse(date.to_string().as_bytes()), Some(day));
            assert_eq!(day.iso().as_slice(), day.to_string().as_bytes());
            date = date.tomorrow().unwrap();
            day = day.next();
        }
    }

    #[test]
    fn the_bounds_are_real_dates() {
        assert_eq!(Day::MIN.to_string(), "0001-01-01");
        assert_eq!(Day::MAX.to_string(), "9999-12-31");
    }

    #[test]
    fn refuses_what_is_no_date() {
        for text in
            ["2023-02-29", "2023-13-01", "2023-00-10", "2023-1-1", "0000-01-01", "2023/01/01"]
        {
            assert_eq!(Day::parse(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn an_instant_falls_on_the_local_date() {
        // 2024-03-04T15:59:59.999Z is the last millisecond of 4 March in Shanghai.
        let last_of_day = Day::new(2024, 3, 5).unwrap().begins_at() - 1;
        assert_eq!(Day::of_instant(last_of_day).to_string(), "2024-03-04");
        assert_eq!(Day::of_instant(last_of_day + 1).to_string(), "2024-03-05");
    }
}
