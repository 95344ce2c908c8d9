//! The board's tables as workbooks.

use axum::extract::{Query, State as Shared};
use axum::response::{IntoResponse, Response};
use campaign::access::Action;
use campaign::rates::{Counts, Ratio};
use campaign::standing::State;
use office::sheet::{Cell, Column, Head, List, ListFormat};

use super::figures::{Figures, duty_name};
use super::frame::{Asked, Frame};
use super::ranking::matching;
use crate::session::SignedIn;
use crate::{App, AppState, WebError, download, export};

const FIGURES: [(&str, f64); 9] = [
    ("完成率", 10.0),
    ("按时率", 10.0),
    ("应完成", 10.0),
    ("按时", 10.0),
    ("逾期完成", 10.0),
    ("部分完成", 10.0),
    ("未完成", 10.0),
    ("进行中", 10.0),
    ("免除", 10.0),
];

fn figures(counts: &Counts) -> [Cell<'static>; 9] {
    let share = |ratio: Ratio| ratio.share().map_or(Cell::Text("—"), Cell::Share);
    let count = |state| Cell::Integer(counts.of(state).into());
    [
        share(counts.rate()),
        share(counts.timely()),
        Cell::Integer(counts.due().into()),
        count(State::Met),
        count(State::Late),
        count(State::Partial),
        count(State::Overdue),
        count(State::Open),
        count(State::Exempt),
    ]
}

/// A table whose first columns are words and whose others are counts.
struct Table<'a> {
    title: &'a str,
    words: &'a [(&'a str, f64)],
    rows: Vec<(Vec<String>, Counts)>,
}

async fn file(
    app: &App,
    who: &SignedIn,
    frame: &Frame<'_>,
    table: &Table<'_>,
) -> Result<Response, WebError> {
    let permit = frame.tree.permit(&who.actor, Action::Export, &frame.unit)?;
    let columns: Vec<Column<'_>> = table
        .words
        .iter()
        .chain(&FIGURES)
        .map(|&(header, width)| Column { header, width })
        .collect();
    let note = format!(
        "{}，{}，{} 的情况",
        frame.unit_name(),
        frame.campaign().campaign.name,
        frame.day
    );
    let head = Head { sheet: table.title, title: table.title, note: &note, columns: &columns };
    let mut list = List::new(ListFormat::Xlsx, &head).map_err(download::failed)?;
    for (words, counts) in &table.rows {
        let mut cells: Vec<Cell<'_>> = words.iter().map(|word| Cell::Text(word)).collect();
        cells.extend(figures(counts));
        list.row(&cells).map_err(download::failed)?;
    }
    let bytes = list.finish().map_err(download::failed)?;
    let rows = table.rows.len();
    let detail = format!("{}（{}，{}） {rows} 行", table.title, frame.unit_name(), frame.day);
    export::noted(app, &permit, "board", detail).await?;
    let name = format!("{}-{}-{}.xlsx", table.title, frame.unit_name(), frame.day);
    Ok(download::file(&name, ListFormat::Xlsx.media_type(), bytes).into_response())
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
    let words = [("序", 6.0), ("单位", 30.0), ("镇街", 14.0), ("学段", 10.0)];
    file(
        &app,
        &who,
        &frame,
        &Table { title: "下属单位完成情况", words: &words, rows: rows.collect() },
    )
    .await
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
    let words = [("任务", 34.0), ("由谁", 20.0), ("频次", 22.0), ("依据", 14.0)];
    file(
        &app,
        &who,
        &frame,
        &Table { title: "各项任务完成情况", words: &words, rows: rows.collect() },
    )
    .await
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
    let words = [("月份", 12.0)];
    file(
        &app,
        &who,
        &frame,
        &Table { title: "各月完成情况", words: &words, rows: rows.collect() },
    )
    .await
}
