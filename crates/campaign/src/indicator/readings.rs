//! What units measured of an indicator, and how it adds up over the tree: a
//! unit's own reading counts for it; where it has none, the readings of the
//! nearest units below that have one are added.

use std::collections::HashMap;
use std::fmt;

use crate::day::Day;
use crate::plan::Measured;

/// A part of a whole (比率), or a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measure {
    pub part: i64,
    /// None for a count.
    pub whole: Option<i64>,
}

impl Measure {
    pub fn value(self) -> f64 {
        match self.whole {
            Some(whole) if whole > 0 => self.part as f64 / whole as f64,
            _ => self.part as f64,
        }
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.whole {
            Some(whole) => write!(out, "{}/{whole}", self.part),
            None => write!(out, "{}", self.part),
        }
    }
}

/// Why figures cannot be a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MeasureFault {
    #[error("a share needs a whole of at least one")]
    NoWhole,
    #[error("the part is greater than the whole")]
    TooMuch,
    #[error("a number is negative or too large")]
    OutOfRange,
}

/// So much is measured at most: people of a province, yuan lost in a year.
pub const MEASURE_MAX: i64 = 10_000_000_000;

/// The figures of a form as a reading.
pub fn measure(
    measured: Measured,
    part: i64,
    whole: Option<i64>,
) -> Result<Measure, MeasureFault> {
    let range = 0..=MEASURE_MAX;
    if !range.contains(&part) || whole.is_some_and(|it| !range.contains(&it)) {
        return Err(MeasureFault::OutOfRange);
    }
    match (measured, whole) {
        (Measured::Count, _) => Ok(Measure { part, whole: None }),
        (Measured::Ratio, None | Some(0)) => Err(MeasureFault::NoWhole),
        (Measured::Ratio, Some(whole)) if whole < part => Err(MeasureFault::TooMuch),
        (Measured::Ratio, Some(whole)) => Ok(Measure { part, whole: Some(whole) }),
    }
}

/// What is known of a unit on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    pub measure: Measure,
    /// When it was measured; for a sum, the oldest reading in it.
    pub on: Day,
    /// How many units it was added from; none if it is the unit's own.
    pub added: Option<usize>,
}

/// The readings of one indicator.
#[derive(Debug, Default)]
pub struct Book {
    by_unit: HashMap<String, Vec<(Day, Measure)>>,
}

impl Book {
    /// From readings in the order in which they were measured and entered.
    pub fn new(rows: impl IntoIterator<Item = (String, Day, Measure)>) -> Self {
        let mut by_unit: HashMap<String, Vec<(Day, Measure)>> = HashMap::new();
        for (unit, on, measure) in rows {
            by_unit.entry(unit).or_default().push((on, measure));
        }
        Self { by_unit }
    }

    pub fn is_empty(&self) -> bool {
        self.by_unit.is_empty()
    }

    /// The unit's own newest reading. A count counts from New Year: that of an
    /// earlier year says nothing any more.
    pub fn own(&self, unit: &str, day: Day, measured: Measured) -> Option<Known> {
        let rows = self.by_unit.get(unit)?;
        let until = rows.partition_point(|(on, _)| *on <= day);
        let &(on, measure) = rows.get(until.checked_sub(1)?)?;
        let is_stale =
            measured == Measured::Count && on.year_month_day().0 != day.year_month_day().0;
        (!is_stale).then_some(Known { measure, on, added: None })
    }

    /// The unit's own reading, or the sum of those below it.
    pub fn value<'t, C, I>(
        &self,
        unit: &str,
        (day, measured): (Day, Measured),
        children: &C,
    ) -> Option<Known>
    where
        C: Fn(&str) -> I,
        I: Iterator<Item = &'t str>,
    {
        if let Some(own) = self.own(unit, day, measured) {
            return Some(own);
        }
        let mut sum: Option<(Measure, Day, usize)> = None;
        for child in children(unit) {
            let Some(known) = self.value(child, (day, measured), children) else { continue };
            let units = known.added.unwrap_or(1);
            sum = Some(match sum {
                None => (known.measure, known.on, units),
                Some((measure, on, before)) => {
                    let whole = match (measure.whole, known.measure.whole) {
                        (Some(a), Some(b)) => Some(a + b),
                        _ => None,
                    };
                    let part = measure.part + known.measure.part;
                    (Measure { part, whole }, on.min(known.on), before + units)
                }
            });
        }
        sum.map(|(measure, on, units)| Known { measure, on, added: Some(units) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::from(text.parse::<jiff::civil::Date>().expect("a date"))
    }

    fn share(part: i64, whole: i64) -> Measure {
        Measure { part, whole: Some(whole) }
    }

    fn children(unit: &str) -> std::iter::Copied<std::slice::Iter<'static, &'static str>> {
        let below: &'static [&'static str] = match unit {
            "bureau" => &["s1", "s2", "s3"],
            "s1" => &["g1", "g2"],
            _ => &[],
        };
        below.iter().copied()
    }

    #[test]
    fn the_own_reading_counts_and_otherwise_the_nearest_below_are_added() {
        let book = Book::new([
            ("s1".to_owned(), day("2022-03-01"), share(40, 100)),
            ("s1".to_owned(), day("2022-05-01"), share(90, 100)),
            // Below a unit that has its own: not added again.
            ("g1".to_owned(), day("2022-05-01"), share(50, 50)),
            ("s2".to_owned(), day("2022-04-01"), share(10, 300)),
        ]);
        let at = |unit: &str, on: &str| {
            book.value(unit, (day(on), Measured::Ratio), &children)
                .map(|it| (it.measure.to_string(), it.on.to_string(), it.added))
        };
        assert_eq!(at("bureau", "2022-02-28"), None);
        let known = Some(("40/100".to_owned(), "2022-03-01".to_owned(), Some(1)));
        assert_eq!(at("bureau", "2022-03-31"), known);
        let known = Some(("100/400".to_owned(), "2022-04-01".to_owned(), Some(2)));
        assert_eq!(at("bureau", "2022-05-02"), known);
        let known = Some(("90/100".to_owned(), "2022-05-01".to_owned(), None));
        assert_eq!(at("s1", "2022-12-31"), known);
        assert_eq!(at("s3", "2022-12-31"), None);
    }

    #[test]
    fn a_count_is_of_its_own_year() {
        let book =
            Book::new([("s1".to_owned(), day("2021-11-01"), Measure { part: 3, whole: None })]);
        let at = |on: &str| book.own("s1", day(on), Measured::Count).map(|it| it.measure.part);
        assert_eq!(at("2021-12-31"), Some(3));
        assert_eq!(at("2022-01-01"), None);
    }

    #[test]
    fn figures_that_cannot_be_are_refused() {
        let ratio = |part, whole| measure(Measured::Ratio, part, whole);
        assert_eq!(ratio(1, None), Err(MeasureFault::NoWhole));
        assert_eq!(ratio(0, Some(0)), Err(MeasureFault::NoWhole));
        assert_eq!(ratio(2, Some(1)), Err(MeasureFault::TooMuch));
        assert_eq!(ratio(-1, Some(1)), Err(MeasureFault::OutOfRange));
        assert_eq!(ratio(1, Some(2)), Ok(share(1, 2)));
        let count = measure(Measured::Count, 7, Some(9));
        assert_eq!(count, Ok(Measure { part: 7, whole: None }));
    }
}
