//! Rates (完成率) of every unit and duty, rolled up over the tree.

use crate::{
    engine::DutyIx,
    organisation::{Organisation, UnitIx},
    standing::{State, View},
};

/// How many standings are in each state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts([u32; State::ALL.len()]);

impl Counts {
    pub fn of(&self, state: State) -> u32 {
        self.0[state as usize]
    }

    pub fn add(&mut self, state: State) {
        self.0[state as usize] += 1;
    }

    pub(crate) fn remove(&mut self, state: State) {
        let count = &mut self.0[state as usize];
        *count = count.saturating_sub(1);
    }

    pub fn add_all(&mut self, other: &Self) {
        for (count, more) in self.0.iter_mut().zip(other.0) {
            *count += more;
        }
    }

    /// Whether there is any standing at all.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|&count| count == 0)
    }

    pub fn fulfilled(&self) -> u32 {
        self.of(State::Met) + self.of(State::Late)
    }

    /// The denominator of both rates.
    pub fn due(&self) -> u32 {
        self.fulfilled() + self.of(State::Partial) + self.of(State::Overdue)
    }

    pub fn rate(&self) -> Ratio {
        Ratio { part: self.fulfilled().into(), whole: self.due().into() }
    }

    /// The share done in time.
    pub fn timely(&self) -> Ratio {
        Ratio { part: self.of(State::Met).into(), whole: self.due().into() }
    }
}

/// A share as it was counted; nothing of nothing is “—”, never 100 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ratio {
    pub part: u64,
    pub whole: u64,
}

impl Ratio {
    /// In ten-thousandths, rounded half up.
    pub fn ten_thousandths(self) -> Option<u64> {
        (self.part * 20_000 + self.whole).checked_div(self.whole * 2)
    }

    pub fn share(self) -> Option<f64> {
        (self.whole > 0).then(|| self.part as f64 / self.whole as f64)
    }

    /// `0.8333`, or `—`: what any program prints that divides and asks for four
    /// digits, so that tables can be compared byte by byte.
    pub fn decimal(self) -> String {
        self.share().map_or_else(|| "—".to_owned(), |share| format!("{share:.4}"))
    }

    /// `83.3%` rounded half up, or `—`.
    pub fn percent(self) -> String {
        match (self.part * 2000 + self.whole).checked_div(self.whole * 2) {
            Some(share) => format!("{}.{}%", share / 10, share % 10),
            None => "—".to_owned(),
        }
    }
}

/// The counts of every unit and duty, of the unit and all below it.
#[derive(Debug, Clone)]
pub struct Rates {
    duties: usize,
    /// Unit by unit, each with all duties.
    counts: Vec<Counts>,
}

impl Rates {
    pub(crate) fn zero(units: usize, duties: usize) -> Self {
        Self { duties, counts: vec![Counts::default(); units * duties] }
    }

    pub fn of(&self, unit: UnitIx, duty: DutyIx) -> &Counts {
        &self.counts[unit.0 as usize * self.duties + duty.0 as usize]
    }

    pub(crate) fn of_mut(&mut self, unit: UnitIx, duty: DutyIx) -> &mut Counts {
        &mut self.counts[unit.0 as usize * self.duties + duty.0 as usize]
    }

    /// All duties of a unit together.
    pub fn of_unit(&self, unit: UnitIx) -> Counts {
        let from = unit.0 as usize * self.duties;
        let mut sum = Counts::default();
        self.counts[from..from + self.duties].iter().for_each(|counts| sum.add_all(counts));
        sum
    }

    /// Adds every unit's counts to its parent's, from the bottom up.
    pub(crate) fn roll_up(&mut self, org: &Organisation) {
        for (number, unit) in org.units().iter().enumerate().rev() {
            let Some(parent) = unit.parent else { continue };
            // Parents come first, so their counts lie before the child's.
            let (above, below) = self.counts.split_at_mut(number * self.duties);
            let from = parent.0 as usize * self.duties;
            let parents = &mut above[from..from + self.duties];
            for (sum, counts) in parents.iter_mut().zip(&below[..self.duties]) {
                sum.add_all(counts);
            }
        }
    }
}

impl View<'_> {
    /// The rates of every unit, upcoming standings counted as such.
    pub fn rates(self) -> Rates {
        let org = self.engine.organisation();
        let mut rates = Rates::zero(org.units().len(), self.engine.duty_count());
        for duty in self.engine.duties() {
            for n in 0..self.engine.entries(duty) {
                let Some((track, at)) = self.engine.entry(duty, n) else { continue };
                self.each(track, at, |found| rates.of_mut(found.home, duty).add(found.state));
            }
        }
        rates.roll_up(org);
        rates
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_digits_as_any_program_prints_them() {
        let decimal = |part, whole| Ratio { part, whole }.decimal();
        assert_eq!(decimal(0, 0), "—");
        assert_eq!(decimal(0, 3), "0.0000");
        assert_eq!(decimal(2, 3), "0.6667");
        assert_eq!(decimal(3, 3), "1.0000");
        // Of two equally near ones the even, as in C and Python.
        assert_eq!(decimal(25, 32), "0.7812");
        assert_eq!(decimal(27, 32), "0.8438");
        // 0.00625 as a double lies a little above.
        assert_eq!(decimal(1, 160), "0.0063");
        assert_eq!(Ratio { part: 1, whole: 2000 }.percent(), "0.1%");
    }
}
