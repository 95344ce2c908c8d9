//! What the asker does after the answer: hand over, write, settle, reopen, and
//! find it again by the code.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use campaign::access::{Permit, permit_ask};
use campaign::consultation::State as Progress;
use maud::{Markup, html};
use serde::Deserialize;
use storage::consultation::limit::{self, Limit};
use storage::consultation::{self, Consultation, Contact};

use super::visitor::{cookie, plain_code};
use super::{Visitor, asked_by, shell, step_refused};
use crate::layout::{Tone, field, heading, note};
use crate::{App, AppState, WebError, consultations, path, session};

const WORDS_MAX: usize = 1_000;
/// What one asker writes in one consultation on one day.
const WORDS_PER_DAY: i64 = 30;
const DAY_MS: i64 = 86_400_000;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Said {
    text: String,
    name: String,
    phone: String,
}

pub(crate) async fn hand_over(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(id): Path<String>,
    axum::Form(said): axum::Form<Said>,
) -> Result<Redirect, WebError> {
    let mut it = asked_by(&app, &visitor, &id).await?;
    if it.erased_at.is_some() {
        return Err(WebError::Conflict("原文已到期抹去，请重新提问。".to_owned()));
    }
    let words = words_of(&said.text, false)?;
    let contact = contact(&said)?;
    let now = app.clock.now();
    it.state = it.state.hand_over(now).map_err(step_refused)?;
    let permit = permit(&visitor, &it);
    let mut tx = app.store.write(now).await?;
    visitor.may_hand_over(&mut tx).await?;
    consultation::save_state(&mut tx, &permit, &it).await?;
    if let Some(contact) = contact {
        consultation::save_contact(&mut tx, &permit, &id, &contact).await?;
    }
    if !words.is_empty() {
        consultation::say(&mut tx, &permit, &id, (None, &words)).await?;
    }
    consultations::tell_on_duty(&app, &mut tx, &it, "有人请您看一条反诈咨询").await?;
    tx.commit().await?;
    app.sessions.clear();
    Ok(talk(&id))
}

pub(crate) async fn say(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(id): Path<String>,
    axum::Form(said): axum::Form<Said>,
) -> Result<Redirect, WebError> {
    let it = asked_by(&app, &visitor, &id).await?;
    it.state.is_open_to_asker().map_err(step_refused)?;
    let words = words_of(&said.text, true)?;
    let mut tx = app.store.write(app.clock.now()).await?;
    let limit = Limit { what: "say", whom: &id, span_ms: DAY_MS, most: WORDS_PER_DAY };
    if !limit::hit(&mut tx, &limit).await? {
        return Err(WebError::TooMany(format!(
            "一条咨询每天最多写 {WORDS_PER_DAY} 条，请等值班人员答复，紧急请打96110。"
        )));
    }
    consultation::say(&mut tx, &permit(&visitor, &it), &id, (None, &words)).await?;
    let who = match &it.state {
        Progress::Talking { holder, .. } => Some(holder.as_str()),
        _ => None,
    };
    if let Some(holder) = who {
        consultations::tell(&app, &mut tx, &it, (holder, "提问人补充了内容")).await?;
    }
    tx.commit().await?;
    app.sessions.clear();
    Ok(talk(&id))
}

pub(crate) async fn settle(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Redirect, WebError> {
    let mut it = asked_by(&app, &visitor, &id).await?;
    let holder = match &it.state {
        Progress::Talking { holder, .. } => Some(holder.clone()),
        _ => None,
    };
    it.state = it.state.settle(app.clock.now()).map_err(step_refused)?;
    let mut tx = app.store.write(app.clock.now()).await?;
    consultation::save_state(&mut tx, &permit(&visitor, &it), &it).await?;
    if let Some(holder) = &holder {
        consultations::tell(&app, &mut tx, &it, (holder, "提问人表示已解决")).await?;
    }
    tx.commit().await?;
    app.sessions.clear();
    Ok(talk(&id))
}

pub(crate) async fn reopen(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Redirect, WebError> {
    let mut it = asked_by(&app, &visitor, &id).await?;
    let now = app.clock.now();
    it.state = it.state.reopen(it.erased_at.is_some(), now).map_err(step_refused)?;
    let mut tx = app.store.write(now).await?;
    visitor.may_hand_over(&mut tx).await?;
    consultation::save_state(&mut tx, &permit(&visitor, &it), &it).await?;
    consultations::tell_on_duty(&app, &mut tx, &it, "一条反诈咨询被重新打开").await?;
    tx.commit().await?;
    app.sessions.clear();
    Ok(talk(&id))
}

fn permit(visitor: &Visitor, it: &Consultation) -> Permit {
    permit_ask(visitor.who.as_ref().map(|who| &who.actor), &it.unit)
}

fn talk(id: &str) -> Redirect {
    Redirect::to(&format!("{}#talk", path::asked(id)))
}

/// What was written, trimmed and within bounds.
pub(crate) fn words_of(text: &str, is_needed: bool) -> Result<String, WebError> {
    let words = text.replace("\r\n", "\n").trim().to_owned();
    if is_needed && words.is_empty() {
        return Err(WebError::invalid("请先写下要说的话。"));
    }
    if WORDS_MAX < words.chars().count() {
        return Err(WebError::invalid(format!("一条最多 {WORDS_MAX} 个字，请分几条发。")));
    }
    Ok(words)
}

fn contact(said: &Said) -> Result<Option<Contact>, WebError> {
    let (name, phone) = (said.name.trim(), said.phone.trim());
    if 30 < name.chars().count() {
        return Err(WebError::invalid("“怎么称呼您”最多 30 个字。"));
    }
    let is_phone = phone.len() <= 20
        && phone.chars().all(|c| c.is_ascii_digit() || "+- ".contains(c))
        && 7 <= phone.chars().filter(char::is_ascii_digit).count();
    if !phone.is_empty() && !is_phone {
        return Err(WebError::invalid("“联系电话”应为 7 至 15 位数字，可不填。"));
    }
    let is_empty = name.is_empty() && phone.is_empty();
    Ok((!is_empty).then(|| Contact { name: name.to_owned(), phone: phone.to_owned() }))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Code {
    code: String,
}

pub(crate) async fn follow_form(State(app): State<AppState>, visitor: Visitor) -> Markup {
    code_page(&app, &visitor, None)
}

fn code_page(app: &App, visitor: &Visitor, wrong: Option<&str>) -> Markup {
    let content = html! {
        (heading("凭查询码查看", None))
        @if let Some(words) = wrong { (note(words, Tone::Bad)) }
        form.card method="post" action=(path::ASK_FOLLOW) {
            (field("查询码", Some("提问后显示的 10 位字母和数字，大小写、横线都可以"), html! {
                input.code-input type="text" name="code" required maxlength="20" autocomplete="off"
                    autocapitalize="characters" spellcheck="false";
            }))
            button.wide-button type="submit" { "查看" }
        }
        p.muted { "丢了查询码无法找回，可以" a href=(path::ASK) { "重新提问" } "。" }
    };
    shell(app, visitor, ("凭查询码查看", path::ASK_FOLLOW), content)
}

/// A right code makes this browser remember it; wrong ones are counted.
pub(crate) async fn follow(
    State(app): State<AppState>,
    visitor: Visitor,
    axum::Form(input): axum::Form<Code>,
) -> Result<Response, WebError> {
    let mut tx = app.store.write(app.clock.now()).await?;
    let found = match plain_code(&input.code) {
        Some(code) => {
            let sealer = tx.sealer().clone();
            consultation::by_code(tx.conn(), &sealer, &code).await?.map(|it| (code, it))
        }
        None => None,
    };
    match found {
        // Too many wrong codes, and not even a right one is believed: else
        // guessing would cost nothing.
        Some((code, it)) if !visitor.has_guessed(&mut tx).await? => {
            let headers = AppendHeaders([(session::SET, cookie(&app, Some(&code))?)]);
            tx.commit().await?;
            Ok((headers, Redirect::to(&path::asked(&it.id))).into_response())
        }
        _ => {
            let counted = visitor.wrong_code(&mut tx).await;
            tx.commit().await?;
            counted?;
            let words = "没有这个查询码，请核对后再试；到期的咨询已经抹去。";
            let page = code_page(&app, &visitor, Some(words));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

pub(crate) async fn leave(State(app): State<AppState>) -> Result<Response, WebError> {
    let headers = AppendHeaders([(session::SET, cookie(&app, None)?)]);
    Ok((headers, Redirect::to(path::ASK)).into_response())
}
