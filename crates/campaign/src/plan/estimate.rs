//! How much work a duty is, before anybody has done it: acts in an ordinary
//! year, for each who owes it. Good enough to compare two plans; what was
//! really asked comes from the calendar.

use super::model::{Cadence, Duty, Plan, Season};

/// School days and the like in an ordinary year: all, in term, in vacation.
const DAYS: [f64; 3] = [365.0, 195.0, 170.0];
const WEEKS: [f64; 3] = [52.0, 40.0, 12.0];
const MONTHS: [f64; 3] = [12.0, 11.0, 1.0];
const QUARTERS: [f64; 3] = [4.0, 4.0, 0.0];

/// Acts per year and subject. None where the plan gives no number: on an
/// event, or continuous.
pub fn acts_per_year(plan: &Plan, duty: &Duty) -> Option<f64> {
    let of = |table: [f64; 3]| match duty.season {
        Season::Always => table[0],
        Season::InTerm => table[1],
        Season::Vacation => table[2],
    };
    let years = {
        let from = duty.from.unwrap_or(plan.head.from);
        let until = duty.until.unwrap_or(plan.head.until);
        let days = f64::from(until.since(from).map_or(365, |span| span.get_days()).max(0) + 1);
        (days / 365.25).max(1.0)
    };
    let periods = match duty.cadence {
        Cadence::Daily => of(DAYS),
        Cadence::Weekly => of(WEEKS),
        Cadence::Monthly => of(MONTHS),
        Cadence::Quarterly => of(QUARTERS),
        Cadence::Term => 2.0,
        Cadence::Yearly => 1.0,
        Cadence::Phase => plan.phases.len() as f64 / years,
        Cadence::Once => 1.0 / years,
        Cadence::Event | Cadence::Continuous => return None,
    };
    Some(periods * f64::from(duty.quota))
}

/// Minutes per year and subject, where the plan says how long the act takes.
pub fn minutes_per_year(plan: &Plan, duty: &Duty) -> Option<f64> {
    Some(acts_per_year(plan, duty)? * f64::from(duty.minutes?))
}
