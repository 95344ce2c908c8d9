//! Invented data for a plan: a district with its schools, classes and people,
//! and what they did, left undone, did late, had returned. The same wish gives
//! the same bytes, whatever its size; nothing is kept but the organisation.

mod acts;
mod people;
mod town;

use std::io::{self, Write};

use crate::{
    calendar::Calendar,
    day::Day,
    engine::{Engine, Extras},
    organisation::Organisation,
    plan::Plan,
};

/// How much to invent.
#[derive(Debug, Clone, Copy)]
pub struct Wish {
    pub schools: u32,
    pub students: u32,
    /// From the campaign's first day; no longer than the campaign.
    pub years: u32,
    pub seed: u64,
    /// About how many records. If the plan's duties give fewer, classes add
    /// records of their own for their schools' activities; none: about 6⅔ for
    /// each student and year.
    pub records: Option<u64>,
}

/// Where the tables go.
pub struct Tables<W> {
    pub units: W,
    pub people: W,
    pub posts: W,
}

/// Writes units, people and posts.
pub fn write_organisation<W: Write>(
    plan: &Plan,
    wish: &Wish,
    out: &mut Tables<W>,
) -> io::Result<Organisation> {
    let window = Window::of(plan, wish);
    let town = town::Town::new(plan, wish, window);
    let mut org = town.write_units(&mut out.units)?;
    people::write(plan, wish, &town, &mut org, out)?;
    Ok(org)
}

/// Writes the records of the wished years and the exemptions, and says how many
/// records there are.
pub fn write_acts(
    plan: &Plan,
    wish: &Wish,
    calendar: &Calendar,
    org: Organisation,
    (records, exemptions): (impl Write, impl Write),
) -> io::Result<u64> {
    let plans = std::slice::from_ref(plan);
    let engine = Engine::new(plans, std::sync::Arc::new(org), calendar, &Extras::default());
    acts::Acts::new(&engine, plan, wish).write(records, exemptions)
}

/// The years that are filled.
#[derive(Debug, Clone, Copy)]
struct Window {
    from: Day,
    until: Day,
}

impl Window {
    fn of(plan: &Plan, wish: &Wish) -> Self {
        let from = Day::from(plan.head.from);
        let (year, month, day) = from.year_month_day();
        let end = year.saturating_add(wish.years.min(1000) as i32);
        // 29 February becomes 28 in a year without it.
        let after =
            Day::new(end as i16, month as i8, 1).map_or(Day::MAX, |first| first.in_month(day));
        Self { from, until: after.plus(-1).min(plan.head.until.into()).max(from) }
    }

    fn days(self) -> u32 {
        self.from.days_until(self.until) as u32 + 1
    }
}

/// Chance that comes again: a value depends on what it is for, not on what was
/// drawn before it.
#[derive(Debug, Clone, Copy)]
struct Dice(u64);

impl Dice {
    fn of(seed: u64, what: &str, number: u64) -> Self {
        let named = what.bytes().fold(seed, |hash, byte| mix(hash ^ u64::from(byte)));
        Self(mix(named ^ mix(number)))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// From 0 up to `limit`, not including it.
    fn below(&mut self, limit: u32) -> u32 {
        (((self.next() >> 32) * u64::from(limit)) >> 32) as u32
    }

    fn chance(&mut self, per_mille: u32) -> bool {
        self.below(1000) < per_mille
    }

    fn day(&mut self, from: Day, until: Day) -> Day {
        let days = from.days_until(until).max(0) as u32 + 1;
        from.plus(self.below(days) as i32)
    }
}

/// The mixing step of SplitMix64.
fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// A date or nothing.
fn iso(day: Option<Day>) -> String {
    day.map(|day| day.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
