//! Editing the calendar: one entry at a time, or the whole text.

use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use campaign::calendar::{Calendar, Span};
use campaign::day::Day;
use serde::Deserialize;
use storage::campaign::{self as stored, CalendarVersion};

use super::{Asked, Attempt, load, page, permit};
use crate::app::new_id;
use crate::session::SignedIn;
use crate::setup::required;
use crate::text::parse_date;
use crate::{App, AppState, WebError, path};

#[derive(Debug, Deserialize)]
pub(crate) struct Addition {
    #[serde(default)]
    newest: String,
    kind: String,
    #[serde(default)]
    name: String,
    from: String,
    #[serde(default)]
    until: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Removal {
    #[serde(default)]
    newest: String,
    kind: String,
    #[serde(default)]
    name: String,
    from: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Text {
    #[serde(default)]
    newest: String,
    text: String,
}

fn list<'c>(calendar: &'c mut Calendar, kind: &str) -> Option<&'c mut Vec<Span>> {
    match kind {
        "term" => Some(&mut calendar.terms),
        "holiday" => Some(&mut calendar.holidays),
        "key_period" => Some(&mut calendar.key_periods),
        _ => None,
    }
}

pub(crate) async fn add(
    State(app): State<AppState>,
    who: SignedIn,
    Form(input): Form<Addition>,
) -> Result<Response, WebError> {
    let (calendar, _, _) = load(&app, "").await?;
    let changed = added(calendar, &input);
    let year = parse_date(&input.from, "开始").ok().map(jiff::civil::Date::year);
    let attempt = Attempt {
        kind: input.kind.clone(),
        name: input.name.clone(),
        from: input.from.clone(),
        until: input.until.clone(),
        ..Attempt::default()
    };
    let change = Change { newest: &input.newest, year, attempt };
    finish(&app, &who, changed.map(|it| it.print()), change).await
}

fn added(mut calendar: Calendar, input: &Addition) -> Result<Calendar, WebError> {
    let from = Day::from(parse_date(&input.from, "开始")?);
    if input.kind == "workday" {
        if calendar.workdays.contains(&from) {
            return Err(WebError::invalid(format!("{from} 已是调休上班日。")));
        }
        calendar.workdays.push(from);
        calendar.workdays.sort_unstable();
        return Ok(calendar);
    }
    let name = required(&input.name, "名称", 40)?;
    let until = Day::from(parse_date(&input.until, "结束")?);
    if until < from {
        return Err(WebError::invalid("“结束”不能早于“开始”。"));
    }
    let is_term = input.kind == "term";
    let spans = list(&mut calendar, &input.kind)
        .ok_or_else(|| WebError::invalid("“类别”应从列表中选择。"))?;
    let overlaps = |span: &Span| span.from <= until && from <= span.until;
    if let Some(other) = spans.iter().find(|span| is_term && overlaps(span)) {
        return Err(WebError::invalid(format!(
            "学期不能重叠：与“{}”（{} 至 {}）有重叠，请先删去它。",
            other.name, other.from, other.until
        )));
    }
    spans.push(Span { name, from, until });
    spans.sort_by_key(|span| (span.from, span.until));
    Ok(calendar)
}

pub(crate) async fn remove(
    State(app): State<AppState>,
    who: SignedIn,
    Form(input): Form<Removal>,
) -> Result<Response, WebError> {
    permit(&app, &who)?;
    let (mut calendar, _, _) = load(&app, "").await?;
    let from = Day::from(parse_date(&input.from, "开始")?);
    if input.kind == "workday" {
        calendar.workdays.retain(|day| *day != from);
    } else if let Some(spans) = list(&mut calendar, &input.kind) {
        spans.retain(|span| span.from != from || span.name != input.name);
    }
    let year = Some(from.date().year());
    let change = Change { newest: &input.newest, year, attempt: Attempt::default() };
    finish(&app, &who, Ok(calendar.print()), change).await
}

pub(crate) async fn save_text(
    State(app): State<AppState>,
    who: SignedIn,
    Form(input): Form<Text>,
) -> Result<Response, WebError> {
    permit(&app, &who)?;
    let checked = Calendar::parse(&input.text)
        .map(|_| input.text.clone())
        .map_err(|error| WebError::invalid(format!("{error}。校历没有保存。")));
    let attempt = Attempt { text: Some(input.text.clone()), ..Attempt::default() };
    let change = Change { newest: &input.newest, year: None, attempt };
    finish(&app, &who, checked, change).await
}

/// A change that is to be saved, or shown again with what is wrong.
struct Change<'a> {
    newest: &'a str,
    year: Option<i16>,
    attempt: Attempt,
}

async fn finish(
    app: &App,
    who: &SignedIn,
    text: Result<String, WebError>,
    change: Change<'_>,
) -> Result<Response, WebError> {
    permit(app, who)?;
    let asked = Asked { year: change.year, version: String::new() };
    let saved = match text {
        Ok(text) => save(app, who, text, change.newest).await,
        Err(error) => Err(error),
    };
    match saved {
        Ok(()) => {
            let year = change.year.map(|year| year.to_string()).unwrap_or_default();
            Ok(Redirect::to(&path::with_query(path::CALENDAR, &[("year", &year)]))
                .into_response())
        }
        Err(error @ (WebError::Invalid(_) | WebError::Conflict(_))) => {
            let (status, words) = error.answer();
            let attempt = Attempt { problem: Some(words.to_owned()), ..change.attempt };
            Ok((status, page(app, who, &asked, attempt).await?).into_response())
        }
        Err(error) => Err(error),
    }
}

async fn save(app: &App, who: &SignedIn, text: String, newest: &str) -> Result<(), WebError> {
    let permit = permit(app, who)?;
    let now = app.clock.now();
    let version = CalendarVersion {
        id: new_id(),
        text,
        created_at: now,
        created_by: Some(who.actor.account.clone()),
    };
    let mut tx = app.store.write(now).await?;
    stored::add_calendar(&mut tx, &permit, &version, newest).await?;
    tx.commit().await?;
    app.live.follow(&app.store, now).await
}
