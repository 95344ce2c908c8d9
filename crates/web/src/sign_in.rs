//! Signing in and out. A wrong name and a wrong password look the same and
//! take the same time; five failures make the account wait.

use axum::Form;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use campaign::access::{Action, permit_house, permit_self};
use maud::{Markup, html};
use serde::Deserialize;
use storage::{Change, account};

use crate::layout::{self, Tone, field};
use crate::session::SignedIn;
use crate::{App, AppState, WebError, password, path, session};

#[derive(Debug, Deserialize)]
pub(crate) struct Credentials {
    sign_in_name: String,
    password: String,
}

const FAILURES_MAX: i64 = 5;
const LOCKED_MS: i64 = 15 * 60_000;
/// A hash that no password has, checked when the name is unknown.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$Dm7p8NPHOXRXZYvfEaQZC2TYbnUMaMjfeYPqjPzRCzI";

pub(crate) async fn show(State(app): State<AppState>) -> Result<Response, WebError> {
    let mut conn = app.store.read().await?;
    if account::count(&mut conn).await? == 0 {
        return Ok(Redirect::to(path::SETUP).into_response());
    }
    Ok(form("", None).into_response())
}

pub(crate) async fn enter(
    State(app): State<AppState>,
    headers: HeaderMap,
    Form(input): Form<Credentials>,
) -> Result<Response, WebError> {
    match open(&app, &headers, &input).await {
        Ok(cookie) => {
            Ok((AppendHeaders([(session::SET, cookie)]), Redirect::to(path::HOME))
                .into_response())
        }
        Err(error @ (WebError::Invalid(_) | WebError::TooMany(_))) => {
            let (status, words) = error.answer();
            Ok((status, form(&input.sign_in_name, Some(words))).into_response())
        }
        Err(error) => Err(error),
    }
}

async fn open(
    app: &App,
    headers: &HeaderMap,
    input: &Credentials,
) -> Result<axum::http::HeaderValue, WebError> {
    let name = input.sign_in_name.trim().to_ascii_lowercase();
    let mut conn = app.store.read().await?;
    let account = account::by_name(&mut conn, &name).await?;
    drop(conn);
    let now = app.clock.now();
    if let Some(until) = account.as_ref().and_then(|account| account.locked_until)
        && now < until
    {
        let minutes = (until - now) / 60_000 + 1;
        return Err(WebError::TooMany(format!(
            "密码连续输错 {FAILURES_MAX} 次，账号已暂锁，请 {minutes} 分钟后再试，或请管理员重置密码。"
        )));
    }
    let hash =
        account.as_ref().map_or(NOBODY, |account| account.password_hash.as_str()).to_owned();
    let right = password::verify(input.password.clone(), hash).await?;
    let mut tx = app.store.write(now).await?;
    match account {
        Some(account) if right && account.disabled_at.is_none() => {
            account::clear_failures(&mut tx, &account.id).await?;
            let cookie = session::open(app, &mut tx, &account.id, headers).await?;
            let today = crate::clock::date_of(now).to_string();
            let actor = account::actor(tx.conn(), &account, &today).await?;
            let object = format!("account/{}", account.id);
            tx.audit(
                &permit_self(&actor),
                "sign-in",
                Change { object: &object, detail: String::new() },
            );
            tx.commit().await?;
            Ok(cookie)
        }
        account => {
            if let Some(account) = account {
                let locks = FAILURES_MAX <= account.failures + 1;
                account::note_failure(&mut tx, &account.id, locks.then_some(now + LOCKED_MS))
                    .await?;
                let object = format!("account/{}", account.id);
                tx.audit(
                    &permit_house(Action::Self_, ""),
                    "sign-in-failed",
                    Change { object: &object, detail: String::new() },
                );
                tx.commit().await?;
            }
            Err(WebError::invalid("登录名或密码不对。"))
        }
    }
}

pub(crate) async fn leave(
    State(app): State<AppState>,
    who: SignedIn,
) -> Result<Response, WebError> {
    let mut tx = app.store.write(app.clock.now()).await?;
    storage::session::close(&mut tx, &who.actor.account, Some(&who.session)).await?;
    tx.commit().await?;
    app.sessions.clear();
    let cookie = session::closing_cookie(&app)?;
    Ok((AppendHeaders([(session::SET, cookie)]), Redirect::to(path::SIGN_IN)).into_response())
}

fn form(name: &str, problem: Option<&str>) -> Markup {
    layout::bare(
        "登录",
        html! {
            section.card {
                h1 { "登录" }
                @if let Some(words) = problem { (layout::note(words, Tone::Bad)) }
                form method="post" action=(path::SIGN_IN) {
                    (field("登录名", None, html! {
                        input name="sign_in_name" required autofocus autocomplete="username"
                            autocapitalize="none" value=(name);
                    }))
                    (field("密码", None, html! {
                        input type="password" name="password" required autocomplete="current-password";
                    }))
                    button.wide-button type="submit" { "登录" }
                }
            }
            p.muted.small { "忘记密码请联系本单位管理员重置。" }
        },
    )
}
