//! Which day a date means, given what the document says of its year.

use super::{Day, Part, Year};

/// What the document says of its time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Years {
    /// The year of the plan: of its title, or of its issue.
    pub(crate) year: Option<i16>,
    /// A school year over two calendar years: September to August.
    pub(crate) school: bool,
    /// Year and month of issue.
    pub(crate) issued: Option<(i16, u8)>,
    /// Whether `year` stands in the title, and so holds whatever the day of issue.
    pub(crate) titled: bool,
    /// The last year of a plan over several.
    pub(crate) until: Option<i16>,
}

impl Years {
    pub(crate) fn year_of(self, day: Day) -> Option<i16> {
        let base = self.year.or(self.issued.map(|(year, _)| year));
        match day.year {
            Year::Of(year) => Some(year),
            Year::Masked => None,
            Year::Months(ahead) => self.month_ahead(ahead).map(|(year, _)| year),
            Year::Span(years) => {
                let end = base.map(|year| year + i16::from(years) - 1);
                self.until.filter(|until| end.is_none_or(|end| end == *until)).or(end)
            }
            Year::Nth(n) => self.until.and(base).map(|year| year + i16::from(n) - 1),
            Year::This => base,
            Year::Next => base.map(|year| year + 1),
            Year::Open => {
                let base = base?;
                let month = day.month.unwrap_or(12);
                if self.school {
                    return Some(if month >= 8 || day.month.is_none() {
                        base
                    } else {
                        base + 1
                    });
                }
                match self.issued {
                    // Issued in November, due in January: the January to come.
                    Some((year, issued)) if year == base && issued >= month + 5 => {
                        Some(base + 1)
                    }
                    _ => Some(base),
                }
            }
        }
    }

    fn month_ahead(self, ahead: u8) -> Option<(i16, u8)> {
        let (year, month) = self.issued?;
        let month = month + ahead;
        Some(if month <= 12 { (year, month) } else { (year + 1, month - 12) })
    }

    /// `2022-12-31`, `2022-12` for a month or its end, `--12-31` without a year.
    pub(crate) fn iso(self, day: Day) -> Option<String> {
        let month = match day.month {
            Some(month) => month,
            None if matches!(day.year, Year::Months(_)) => {
                let Year::Months(ahead) = day.year else { return None };
                self.month_ahead(ahead)?.1
            }
            None if day.year == Year::Masked && day.part == Part::Whole => return None,
            None if matches!(day.year, Year::Nth(_)) && self.until.is_none() => return None,
            None => 12,
        };
        match (self.year_of(day), day.part) {
            (Some(year), Part::Day(d)) => {
                let d = d.min(last_day(year, month));
                Some(format!("{year:04}-{month:02}-{d:02}"))
            }
            (Some(year), _) => Some(format!("{year:04}-{month:02}")),
            (None, Part::Day(d)) => Some(format!("--{month:02}-{d:02}")),
            (None, _) => Some(format!("--{month:02}-{:02}", last_day(2023, month))),
        }
    }
}

pub(crate) fn last_day(year: i16, month: u8) -> u8 {
    jiff::civil::Date::new(year, month as i8, 1).map_or(31, |date| date.days_in_month() as u8)
}
