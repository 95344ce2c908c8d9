//! One report: reading it, editing it, and its steps.

use axum::Form as Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use campaign::report::{Answer, Fields, Line, Question, Shape, Step};
use serde::Deserialize;

use super::desk::{self, Opened};
use super::{href, view};
use crate::fields::Fields as Sent;
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
#[derive(Debug, Clone, Default)]
pub(super) struct Edit {
    pub(super) revision: i64,
    pub(super) activities: String,
    pub(super) clues_month: String,
    pub(super) clues_total: String,
    pub(super) clues: String,
    pub(super) remarks: String,
    /// By question.
    pub(super) answers: Vec<(String, String)>,
    pub(super) note: String,
}

impl Edit {
    fn read(sent: &Sent, shape: &Shape) -> Result<Self, WebError> {
        let revision = sent.get("revision").parse();
        let answer = |it: &Question| {
            (it.id.clone(), sent.get(&format!("answer-{}", it.id)).trim().to_owned())
        };
        Ok(Self {
            revision: revision.map_err(|_| WebError::invalid("表单不完整，请刷新页面。"))?,
            activities: sent.get("activities").to_owned(),
            clues_month: sent.get("clues_month").to_owned(),
            clues_total: sent.get("clues_total").to_owned(),
            clues: sent.get("clues").to_owned(),
            remarks: sent.get("remarks").to_owned(),
            answers: shape.questions.iter().map(answer).collect(),
            note: sent.get("note").to_owned(),
        })
    }

    pub(super) fn answer(&self, question: &str) -> &str {
        let found = self.answers.iter().find(|(id, _)| id == question);
        found.map_or("", |(_, text)| text.as_str())
    }
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
    sent: Sent,
) -> Result<Response, WebError> {
    let opened = desk::open(&app, &who, &id).await?;
    let shape = opened.form.shape();
    let input = Edit::read(&sent, &shape)?;
    let note = Some(input.note.trim().to_owned()).filter(|note| !note.is_empty());
    let saved = match fields(&input, &shape) {
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
fn fields(input: &Edit, shape: &Shape) -> Result<Fields, WebError> {
    let number = |value: &str, name: &str| {
        if !shape.has_clues {
            return Ok(0);
        }
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
        answers: shape
            .questions
            .iter()
            .map(|it| Answer {
                id: it.id.clone(),
                name: it.name.clone(),
                text: input.answer(&it.id).to_owned(),
            })
            .collect(),
    })
}
