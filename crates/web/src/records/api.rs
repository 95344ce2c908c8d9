//! Handing in by JSON: `POST /api/records`. The same use case as the form.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use campaign::record::{Fault, Form, Presence, Submission};
use serde::Deserialize;
use serde_json::json;
use storage::record::{self, Inserted};

use super::{is_known, new::new_record, submit_permit, words};
use crate::session::SignedIn;
use crate::{App, AppState, WebError, clock, path};

/// What a program hands in. `count` is 1 if absent.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    activity: String,
    unit: String,
    #[serde(default)]
    person: String,
    title: String,
    date: String,
    #[serde(default)]
    time: String,
    count: Option<u32>,
    #[serde(default)]
    place: String,
    #[serde(default)]
    minutes: String,
    #[serde(default)]
    link: String,
    client_key: String,
    #[serde(default)]
    roll: Vec<RollInput>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RollInput {
    person: String,
    present: bool,
    #[serde(default)]
    reason: Option<String>,
}

pub(crate) async fn create(
    State(app): State<AppState>,
    who: Result<SignedIn, WebError>,
    input: Result<Json<Input>, JsonRejection>,
) -> Response {
    let answer = match (who, input) {
        (Err(error), _) => Err(error),
        (_, Err(rejection)) => {
            let words = format!("JSON 有误，什么也没有保存：{}", rejection.body_text());
            return told(StatusCode::UNPROCESSABLE_ENTITY, &words);
        }
        (Ok(who), Ok(Json(input))) => submit(&app, &who, input).await,
    };
    match answer {
        Ok(response) => response,
        Err(error) => {
            let (status, words) = error.answer();
            if status == StatusCode::INTERNAL_SERVER_ERROR {
                tracing::error!(%error, "request failed");
            }
            told(status, words)
        }
    }
}

fn told(status: StatusCode, words: &str) -> Response {
    (status, Json(json!({ "error": words }))).into_response()
}

async fn submit(app: &App, who: &SignedIn, input: Input) -> Result<Response, WebError> {
    let tree = app.live.tree();
    let node = tree.get(&input.unit).ok_or_else(|| WebError::invalid("没有这个单位。"))?;
    let person = Some(input.person.as_str()).filter(|person| !person.is_empty());
    let permit = submit_permit(&tree, &who.actor, &input.unit, person)?;
    if node.unit.closed_on.is_some() || !is_known(app, &input.activity) {
        return Err(WebError::invalid("单位已撤销，或没有方案要求这项活动。"));
    }
    check_people(app, &input).await?;
    let roll = input
        .roll
        .into_iter()
        .map(|it| {
            let presence = if it.present {
                Presence::Present
            } else {
                Presence::Absent { reason: it.reason }
            };
            (it.person, presence)
        })
        .collect();
    let form = Form {
        activity: input.activity,
        unit: input.unit,
        person: input.person,
        title: input.title,
        date: input.date,
        time: input.time,
        count: input.count.map(|count| count.to_string()).unwrap_or_default(),
        place: input.place,
        minutes: input.minutes,
        link: input.link,
        client_key: input.client_key,
        replaces: String::new(),
    };
    let now = app.clock.now();
    let submission = match Submission::check(&form, roll, clock::local(now)) {
        Ok(submission) => submission,
        Err(faults) => return Ok(faulty(&faults)),
    };
    let subject = (form.unit, form.person, String::new());
    let kept = app.writer.submit(permit, new_record(&submission, subject, who, now)).await?;
    let (status, again) = match &kept {
        Inserted::New { .. } => (StatusCode::CREATED, false),
        Inserted::Again { .. } => (StatusCode::OK, true),
    };
    let body = json!({ "id": kept.id(), "href": path::record(kept.id()), "again": again });
    Ok((status, Json(body)).into_response())
}

/// Everybody named must be of the unit; each once.
async fn check_people(app: &App, input: &Input) -> Result<(), WebError> {
    let tree = app.live.tree();
    let mut named: Vec<&str> = input.roll.iter().map(|it| it.person.as_str()).collect();
    named.extend(Some(input.person.as_str()).filter(|person| !person.is_empty()));
    let mut conn = None;
    let mut seen = std::collections::HashSet::new();
    for person in named {
        if !seen.insert(person) {
            return Err(WebError::invalid(format!("名单中“{person}”出现了两次。")));
        }
        if conn.is_none() {
            conn = Some(app.store.read().await?);
        }
        let Some(conn) = conn.as_mut() else { continue };
        let home = record::home_of(conn, person).await?;
        if !home.is_some_and(|(home, _)| tree.within(&home, &input.unit)) {
            return Err(WebError::invalid(format!("“{person}”不是本单位的人员。")));
        }
    }
    Ok(())
}

fn faulty(faults: &[Fault]) -> Response {
    let errors: Vec<_> = faults
        .iter()
        .map(|fault| {
            json!({ "field": words::name(words::field_of(fault)), "message": words::fault(fault) })
        })
        .collect();
    let body = json!({ "error": "填写有误，什么也没有保存。", "errors": errors });
    (StatusCode::UNPROCESSABLE_ENTITY, Json(body)).into_response()
}
