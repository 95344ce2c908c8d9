//! The board's tables as workbooks.

use axum::extract::{Query, State as Shared};
use axum::response::Response;
use campaign::access::Action;
use campaign::rates::{Counts, Ratio};
use campaign::standing::State;

use super::figures::{Figures, duty_name};
use super::frame::{Asked, Frame};
use super::ranking::matching;
use crate::export::{self, Known, Row, Value, Wanted};
use crate::session::SignedIn;
use crate::{App, AppState, WebError};

/// Columns of words, and after them those of `figures`.
macro_rules! columns {
    ($($words:expr),+) => {
        &[
            $($words,)+
            ("完成率", 10.0),
            ("按时率", 10.0),
            ("应完成", 10.0),
            ("按时", 10.0),
            ("逾期完成", 10.0),
            ("部分完成", 10.0),
            ("未完成", 10.0),
            ("进行中", 10.0),
            ("免除", 10.0),
        ]
    };
}

fn figures(counts: &Counts) -> [Value; 9] {
    let share = |ratio: Ratio| ratio.share().map_or_else(|| "—".into(), Value::Share);
    let count = |state| Value::Integer(counts.of(state).into());
    [
        share(counts.rate()),
        share(counts.timely()),
        Value::Integer(counts.due().into()),
        count(State::Met),
        count(State::Late),
        count(State::Partial),
        count(State::Overdue),
        count(State::Open),
        count(State::Exempt),
    ]
}

/// A table whose first columns are words and whose others are counts.
struct Table {
    title: &'static str,
    columns: &'static [(&'static str, f64)],
    rows: Vec<(Vec<String>, Counts)>,
}

async fn file(
    app: &AppState,
    who: &SignedIn,
    frame: &Frame<'_>,
    table: Table,
) -> Result<Response, WebError> {
    let row = |(words, counts): (Vec<String>, Counts)| -> Row {
        words.into_iter().map(Value::from).chain(figures(&counts)).collect()
    };
    let wanted = Wanted {
        list: "board",
        title: format!("{}-{}", table.title, frame.unit_name()),
        narrowed: frame.words(),
        columns: table.columns,
        permit: frame.tree.permit(&who.actor, Action::Export, &frame.unit)?,
    };
    let rows = table.rows.into_iter().map(row).collect();
    export::answer(app, who, wanted, Known::new(rows)).await
}

async fn open<'a>(app: &App, who: &'a SignedIn, asked: Asked) -> Result<Frame<'a>, WebError> {
    let frame = Frame::open(app, who, asked).await?.ok_or(WebError::NotFound)?;
    frame.tree.permit(&who.actor, Action::Export, &frame.unit)?;
    Ok(frame)
}

pub(crate) async fn units_file(
    Shared(app): Shared<AppState>,
    who: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let frame = open(&app, &who, asked).await?;
    let figures = Figures::gather(&frame);
    let rows = matching(&frame, &figures.units).into_iter().map(|(place, unit)| {
        let town = frame.tree.get(&unit.id).and_then(|node| node.unit.town.clone());
        let stage = unit.likes.stage.map(campaign::plan::Stage::chinese).unwrap_or_default();
        let name = frame.tree.full_name(&unit.id);
        let words =
            vec![(place + 1).to_string(), name, town.unwrap_or_default(), stage.to_owned()];
        (words, unit.counts)
    });
    let columns = columns![("序", 6.0), ("单位", 30.0), ("镇街", 14.0), ("学段", 10.0)];
    let rows = rows.collect();
    file(&app, &who, &frame, Table { title: "下属单位完成情况", columns, rows }).await
}

pub(crate) async fn duties_file(
    Shared(app): Shared<AppState>,
    who: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let frame = open(&app, &who, asked).await?;
    let figures = Figures::gather(&frame);
    let asked = figures.duties.iter().filter(|it| !it.counts.is_empty());
    let rows = asked.map(|it| {
        let duty = frame.plan.duty(&it.id);
        let words = vec![
            duty_name(&frame, &it.id).to_owned(),
            duty.map(|duty| frame.plan.by_words(&duty.by)).unwrap_or_default(),
            duty.map(campaign::plan::Duty::cadence_words).unwrap_or_default(),
            duty.map(|duty| duty.clause.clone()).unwrap_or_default(),
        ];
        (words, it.counts)
    });
    let columns = columns![("任务", 34.0), ("由谁", 20.0), ("频次", 22.0), ("依据", 14.0)];
    let rows = rows.collect();
    file(&app, &who, &frame, Table { title: "各项任务完成情况", columns, rows }).await
}

pub(crate) async fn months_file(
    Shared(app): Shared<AppState>,
    who: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let frame = open(&app, &who, asked).await?;
    let figures = Figures::gather(&frame);
    let rows = figures.months.iter().map(|(month, counts)| {
        let (year, number, _) = month.year_month_day();
        (vec![format!("{year}-{number:02}")], *counts)
    });
    let columns = columns![("月份", 12.0)];
    let rows = rows.collect();
    file(&app, &who, &frame, Table { title: "各月完成情况", columns, rows }).await
}
