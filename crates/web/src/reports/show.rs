//! One report: reading it, editing it, and its steps.

use axum::Form as Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use campaign::report::{Fields, Line, Step};
use serde::Deserialize;

use super::desk::{self, Opened};
use super::{href, view};
use crate::layout::Tone;
use crate::session::SignedIn;
use crate::{AppState, WebError};

#[derive(Debug, Deserialize)]
pub(crate) struct Beginning {
    campaign: String,
    form: String,
    unit: String,
    month: String,
}

/// The form as the page sends it: a text of lines is friendlier on a phone than
/// a growing table.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Edit {
    pub(super) revision: i64,
    pub(super) activities: String,
    pub(super) clues_month: String,
    pub(super) clues_total: String,
    #[serde(default)]
    pub(super) clues: String,
    #[serde(default)]
    pub(super) remarks: String,
    #[serde(default)]
    pub(super) note: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct StepAsked {
    step: String,
    revision: i64,
    #[serde(default)]
    reason: String,
}

pub(crate) async fn begin(
    State(app): State<AppState>,
    who: SignedIn,
    Body(input): Body<Beginning>,
) -> Result<Redirect, WebError> {
    let form = desk::form(&app, &input.campaign, &input.form)?;
    let id = desk::begin(&app, &who, &form, &input.unit, &input.month).await?;
    Ok(Redirect::to(&href(&id)))
}

pub(crate) async fn show(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let opened = desk::open(&app, &who, &id).await?;
    Ok(view::page(&app, &who, &opened, None, None).await?.into_response())
}

pub(crate) async fn save(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Body(input): Body<Edit>,
) -> Result<Response, WebError> {
    let opened = desk::open(&app, &who, &id).await?;
    let note = Some(input.note.trim().to_owned()).filter(|note| !note.is_empty());
    let saved = match fields(&input) {
        Ok(fields) => desk::save(&app, &who, &opened, fields, (input.revision, note)).await,
        Err(error) => Err(error),
    };
    answer(&app, &who, &opened, saved, Some(&input)).await
}

pub(crate) async fn step(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Body(input): Body<StepAsked>,
) -> Result<Response, WebError> {
    let step = match input.step.as_str() {
        "sign" => Step::Sign,
        "submit" => Step::Submit,
        "accept" => Step::Accept,
        "return" => Step::Return,
        other => return Err(WebError::invalid(format!("不认识的操作“{other}”。"))),
    };
    let opened = desk::open(&app, &who, &id).await?;
    let reason = Some(input.reason.trim().to_owned()).filter(|reason| !reason.is_empty());
    let done = desk::take(&app, &who, &opened, step, (input.revision, reason)).await;
    answer(&app, &who, &opened, done, None).await
}

/// Back to the report, or the page again with what is wrong and what was typed.
async fn answer(
    app: &AppState,
    who: &SignedIn,
    opened: &Opened,
    done: Result<(), WebError>,
    typed: Option<&Edit>,
) -> Result<Response, WebError> {
    match done {
        Ok(()) => Ok(Redirect::to(&href(&opened.report.id)).into_response()),
        Err(error @ (WebError::Invalid(_) | WebError::Conflict(_))) => {
            let (status, words) = error.answer();
            let page = view::page(app, who, opened, typed, Some((words, Tone::Bad))).await?;
            Ok((status, page).into_response())
        }
        Err(error) => Err(error),
    }
}

/// Reads the page's text fields; `工作内容 | 备注` stands on one line.
fn fields(input: &Edit) -> Result<Fields, WebError> {
    let number = |value: &str, name: &str| {
        value.trim().parse::<u32>().map_err(|_| {
            WebError::invalid(format!("“{name}”应为不小于 0 的整数，现为“{}”。", value.trim()))
        })
    };
    let lines = |text: &str| -> Vec<String> {
        text.lines().map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned).collect()
    };
    let activity = |line: String| match line.split_once(['|', '｜']) {
        Some((text, note)) => {
            Line { text: text.trim().to_owned(), note: note.trim().to_owned() }
        }
        None => Line { text: line, note: String::new() },
    };
    Ok(Fields {
        activities: lines(&input.activities).into_iter().map(activity).collect(),
        clues_month: number(&input.clues_month, "本月线索收集条数")?,
        clues_total: number(&input.clues_total, "累计线索数")?,
        clues: lines(&input.clues),
        remarks: input.remarks.trim().to_owned(),
    })
}
