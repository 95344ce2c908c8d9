//! Dates as documents write them: `2022 年 12 月底`, `即日起至…`, `8月30号17:00前`,
//! `9月8日-10月8日`, `二〇二三年五月`, `20xx年6月`.

mod cursor;
mod pair;
mod parse;
mod resolve;

pub(crate) use parse::scan;
pub(crate) use resolve::{Years, last_day};

/// A date, or a stretch between two, with the words around it that say how it binds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DatePhrase {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) from: Option<Day>,
    /// The date itself, or the end of the stretch.
    pub(crate) to: Option<Day>,
    pub(crate) bound: Bound,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bound {
    /// On that day, in that month.
    At,
    /// 前, 之前, 截止.
    Before,
    /// From one day to another.
    Range,
    /// 起, without an end.
    Since,
    /// 到…, 至… without a beginning.
    Until,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Day {
    pub(crate) year: Year,
    pub(crate) month: Option<u8>,
    pub(crate) part: Part,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Year {
    /// Not said.
    Open,
    Of(i16),
    /// 今年, 本年.
    This,
    /// 明年, 次年.
    Next,
    /// 20xx: said, and hidden.
    Masked,
    /// 三年内: so many years from the first, or the plan's last.
    Span(u8),
    /// 第一年: of a plan over several years.
    Nth(u8),
    /// 本月, 下月: so many months after the month of issue.
    Months(u8),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// The whole month or year.
    Whole,
    Day(u8),
    /// 底, 末.
    End,
}

impl Day {
    pub(crate) fn is_year_only(self) -> bool {
        self.month.is_none()
    }
}
