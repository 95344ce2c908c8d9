//! The board's figures for programs: the same look, the same rights.

use axum::Json;
use axum::extract::{Query, State as Shared};
use campaign::rates::{Counts, Ratio};
use campaign::standing::State;
use serde::Serialize;

use super::figures::{Figures, duty_name};
use super::frame::{Asked, Frame};
use crate::session::SignedIn;
use crate::{AppState, WebError};

#[derive(Serialize)]
pub(crate) struct Board {
    campaign: String,
    unit: String,
    date: String,
    total: Rate,
    duties: Vec<DutyRate>,
    units: Vec<UnitRate>,
    months: Vec<MonthRate>,
}

#[derive(Serialize)]
struct Rate {
    met: u32,
    late: u32,
    partial: u32,
    overdue: u32,
    open: u32,
    upcoming: u32,
    exempt: u32,
    /// None where nothing is due.
    rate: Option<f64>,
    timely: Option<f64>,
}

#[derive(Serialize)]
struct DutyRate {
    id: String,
    name: String,
    clause: Option<String>,
    #[serde(flatten)]
    rate: Rate,
}

#[derive(Serialize)]
struct UnitRate {
    id: String,
    name: String,
    #[serde(flatten)]
    rate: Rate,
}

#[derive(Serialize)]
struct MonthRate {
    month: String,
    #[serde(flatten)]
    rate: Rate,
}

impl Rate {
    fn of(counts: &Counts) -> Self {
        // Four decimals, as in rates.csv.
        let share = |ratio: Ratio| ratio.ten_thousandths().map(|share| share as f64 / 10_000.0);
        Self {
            met: counts.of(State::Met),
            late: counts.of(State::Late),
            partial: counts.of(State::Partial),
            overdue: counts.of(State::Overdue),
            open: counts.of(State::Open),
            upcoming: counts.of(State::Upcoming),
            exempt: counts.of(State::Exempt),
            rate: share(counts.rate()),
            timely: share(counts.timely()),
        }
    }
}

/// `GET /api/board`: rates of a unit by duty, by unit below and by month.
pub(crate) async fn rates(
    Shared(app): Shared<AppState>,
    who: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Json<Board>, WebError> {
    let frame = Frame::open(&app, &who, asked).await?.ok_or(WebError::NotFound)?;
    let figures = Figures::gather(&frame);
    let asked = figures.duties.iter().filter(|it| !it.counts.is_empty());
    let duties = asked.map(|it| DutyRate {
        id: it.id.clone(),
        name: duty_name(&frame, &it.id).to_owned(),
        clause: frame.plan.duty(&it.id).map(|duty| duty.clause.clone()),
        rate: Rate::of(&it.counts),
    });
    let units = figures.units.iter().map(|it| UnitRate {
        id: it.id.clone(),
        name: frame.tree.name(&it.id).to_owned(),
        rate: Rate::of(&it.counts),
    });
    let months = figures.months.iter().map(|(month, counts)| {
        let (year, number, _) = month.year_month_day();
        MonthRate { month: format!("{year}-{number:02}"), rate: Rate::of(counts) }
    });
    Ok(Json(Board {
        campaign: frame.campaign().id().to_owned(),
        unit: frame.unit.clone(),
        date: frame.day.to_string(),
        total: Rate::of(&figures.total),
        duties: duties.collect(),
        units: units.collect(),
        months: months.collect(),
    }))
}
