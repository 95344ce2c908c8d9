//! What is asked about, by type and week, without giving anybody away.
//!
//! The rules, as docs/consultation.md states them:
//! 1. A figure below [`LEAST`], none included, is shown as “少于5”.
//! 2. A total adds up shown figures only, so nothing that is withheld can be
//!    found by subtraction.
//! 3. Units below one's own are shown in bands, over the whole time only.

/// The smallest figure that is shown.
pub const LEAST: u32 = 5;

/// A figure as it may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    Exact(u32),
    /// Fewer than [`LEAST`]; perhaps none.
    Few,
}

impl Figure {
    pub const fn of(count: u32) -> Self {
        if count < LEAST { Self::Few } else { Self::Exact(count) }
    }

    pub const fn shown(self) -> u32 {
        match self {
            Self::Exact(count) => count,
            Self::Few => 0,
        }
    }

    /// The total of what is shown; [`Figure::Few`] where nothing is.
    pub fn total(figures: impl IntoIterator<Item = Self>) -> Self {
        Self::of(figures.into_iter().map(Self::shown).sum())
    }
}

/// Between which bounds a figure lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Band {
    Few,
    To9,
    To19,
    To49,
    To99,
    More,
}

impl Band {
    pub const fn of(count: u32) -> Self {
        match count {
            0..=4 => Self::Few,
            5..=9 => Self::To9,
            10..=19 => Self::To19,
            20..=49 => Self::To49,
            50..=99 => Self::To99,
            _ => Self::More,
        }
    }

    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Few => "少于5",
            Self::To9 => "5–9",
            Self::To19 => "10–19",
            Self::To49 => "20–49",
            Self::To99 => "50–99",
            Self::More => "100 以上",
        }
    }
}

/// So many weeks before are compared with.
pub const WEEKS_BEFORE: usize = 6;
/// It takes so many more than the usual.
const RISE_LEAST: u32 = 3;

/// Whether a type surges: this week at least [`LEAST`], at least twice the mean
/// of the six weeks before, and at least three more than it. With no weeks
/// before, nothing is usual and nothing surges.
pub fn is_surge(this_week: u32, before: &[u32]) -> bool {
    let weeks = u32::try_from(before.len()).unwrap_or(u32::MAX);
    if weeks == 0 || this_week < LEAST {
        return false;
    }
    let sum: u32 = before.iter().sum();
    // Without division: this ≥ 2·sum/weeks and this ≥ sum/weeks + 3.
    2 * sum <= this_week * weeks && sum + RISE_LEAST * weeks <= this_week * weeks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_small_is_shown_and_no_total_gives_it_away() {
        for counts in [vec![4, 12, 7], vec![0, 0, 5], vec![1, 2, 4], vec![9, 4, 4, 4]] {
            let figures: Vec<Figure> = counts.iter().map(|it| Figure::of(*it)).collect();
            let total = Figure::total(figures.iter().copied());
            let shown: u32 = figures.iter().map(|it| it.shown()).sum();
            for (count, figure) in counts.iter().zip(&figures) {
                assert_eq!(*figure == Figure::Few, *count < LEAST, "{counts:?}");
            }
            // Whatever is subtracted from the total, nothing is left over.
            assert_eq!(total.shown() - shown, 0, "{counts:?}");
        }
        // Counts that differ only in what is withheld look the same.
        let look = |counts: &[u32]| {
            let figures: Vec<Figure> = counts.iter().map(|it| Figure::of(*it)).collect();
            (Figure::total(figures.iter().copied()), figures)
        };
        assert_eq!(look(&[4, 12, 0]), look(&[1, 12, 3]));
        assert_eq!(Band::of(4), Band::of(0));
        assert_ne!(Band::of(9), Band::of(10));
    }

    #[test]
    fn a_surge_is_twice_the_usual_and_not_a_handful() {
        for (this_week, before, expected) in [
            (5, &[0, 0, 0, 0, 0, 0][..], true),
            (4, &[0, 0, 0, 0, 0, 0], false),
            (8, &[4, 4, 4, 4, 4, 4], true),
            (7, &[4, 4, 4, 4, 4, 4], false),
            (5, &[2, 3, 2, 3, 2, 3], false),
            (6, &[2, 3, 2, 3, 2, 3], true),
            (20, &[], false),
        ] {
            assert_eq!(is_surge(this_week, before), expected, "{this_week} {before:?}");
        }
    }
}
