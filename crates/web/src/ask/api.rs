//! Asking by JSON: `POST /api/consultations`. The same use case as the form.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use campaign::access::permit_ask;
use campaign::consultation::{Form, Question};
use serde::Deserialize;
use serde_json::json;
use storage::consultation::{self, New};

use super::form::Kept;
use super::judge::{Judgement, advice, asked, judge};
use super::visitor::{new_code, spelled};
use super::{Visitor, answering, words};
use crate::{App, AppState, WebError, path};

/// What a program asks. Kept is only what `keep` says; figures always are.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Input {
    text: String,
    happened: String,
    number: String,
    link: String,
    asker: String,
    given: String,
    unit: String,
    keep: bool,
}

pub(crate) async fn create(
    State(app): State<AppState>,
    visitor: Result<Visitor, WebError>,
    input: Result<Json<Input>, JsonRejection>,
) -> Response {
    let answer = match (visitor, input) {
        (Err(error), _) => Err(error),
        (_, Err(rejection)) => {
            let words = format!("JSON 有误：{}", rejection.body_text());
            return told(StatusCode::UNPROCESSABLE_ENTITY, &words);
        }
        (Ok(visitor), Ok(Json(input))) => ask(&app, &visitor, input).await,
    };
    answer.unwrap_or_else(|error| {
        let (status, words) = error.answer();
        if status == StatusCode::INTERNAL_SERVER_ERROR {
            tracing::error!(%error, "request failed");
        }
        told(status, words)
    })
}

async fn ask(app: &App, visitor: &Visitor, input: Input) -> Result<Response, WebError> {
    let form = Form {
        text: input.text,
        happened: input.happened,
        number: input.number,
        link: input.link,
        asker: input.asker,
        given: input.given,
        has_pictures: false,
    };
    let question = match Question::check(&form) {
        Ok(question) => question,
        Err(faults) => {
            let errors: Vec<_> = faults
                .into_iter()
                .map(|it| json!({ "field": words::field_of(it), "message": words::fault(it) }))
                .collect();
            let body = json!({ "error": "填写有误，什么也没有保存。", "errors": errors });
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, Json(body)).into_response());
        }
    };
    let tree = app.live.tree();
    if !input.unit.is_empty() && tree.get(&input.unit).is_none() {
        return Err(WebError::invalid(format!("没有编号为“{}”的单位。", input.unit)));
    }
    let unit = answering(&tree, visitor, &input.unit).ok_or(WebError::NotFound)?;
    let asked = asked(&question);
    let found = judge(&asked);
    let kept =
        Kept { question: &question, asked: input.keep.then_some(&asked), judgement: &found };
    let head = kept.head(app, visitor, unit);
    let code = (input.keep && visitor.who.is_none()).then(new_code).transpose()?;
    let mut tx = app.store.write(app.clock.now()).await?;
    if let Err(error) = visitor.may_ask(&mut tx).await {
        tx.commit().await?;
        return Err(error);
    }
    let permit = permit_ask(visitor.who.as_ref().map(|who| &who.actor), &head.unit);
    let new = New { head: &head, code: code.as_deref(), asked: kept.asked, pictures: &[] };
    consultation::insert(&mut tx, &permit, &new).await?;
    tx.commit().await?;
    let mut body = answer(&found, &question);
    if let (true, Some(body)) = (input.keep, body.as_object_mut()) {
        body.insert("id".to_owned(), json!(head.id));
        body.insert("href".to_owned(), json!(path::asked(&head.id)));
        body.insert("code".to_owned(), json!(code.as_deref().map(spelled)));
    }
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

fn answer(found: &Judgement, question: &Question) -> serde_json::Value {
    let reasons: Vec<_> = found
        .reasons
        .iter()
        .map(|it| json!({ "rule": it.rule, "span": [it.span.0, it.span.1], "text": it.text }))
        .collect();
    let signs = |signs: &[campaign::consultation::look::Sign]| {
        signs.iter().map(|it| words::sign(*it)).collect::<Vec<_>>()
    };
    json!({
        "verdict": found.outcome.code(),
        "words": words::plain(found.outcome),
        "type": found.kind.map(recognition::FraudType::name),
        "probability": found.permille as f64 / 1000.0,
        "reasons": reasons,
        "number": signs(&found.number),
        "link": signs(&found.link),
        "advice": advice(found.outcome, found.kind, (question.asker(), question.given())),
    })
}

fn told(status: StatusCode, words: &str) -> Response {
    (status, Json(json!({ "error": words }))).into_response()
}
