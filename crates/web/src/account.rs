//! One's own account: password and sessions.

use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use campaign::access::permit_self;
use maud::{Markup, html};
use serde::Deserialize;
use storage::session::{self, Session};
use storage::{Change, account};

use crate::layout::{self, Page, Tone, field, heading};
use crate::session::SignedIn;
use crate::{App, AppState, WebError, mail, password, path, text};

#[derive(Debug, Deserialize)]
pub(crate) struct NewPassword {
    current: String,
    password: String,
    password_again: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Closing {
    #[serde(default)]
    session: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct NewEmail {
    #[serde(default)]
    email: String,
}

pub(crate) async fn show(
    State(app): State<AppState>,
    who: SignedIn,
) -> Result<Markup, WebError> {
    own_page(&app, &who, None, None).await
}

async fn own_page(
    app: &App,
    who: &SignedIn,
    note: Option<(&str, Tone)>,
    // What was typed and refused.
    typed: Option<&str>,
) -> Result<Markup, WebError> {
    let mut conn = app.store.read().await?;
    let email = account::by_id(&mut conn, &who.actor.account)
        .await?
        .and_then(|account| account.email)
        .unwrap_or_default();
    let sessions = session::of_account(&mut conn, &who.actor.account, app.clock.now()).await?;
    let tree = app.live.tree();
    let content = html! {
        (heading("我的账号", None))
        @if who.must_change_password {
            (layout::note("这是管理员为您设的初始密码，请先改成只有自己知道的密码。", Tone::Warn))
        }
        @if let Some((words, tone)) = note { (layout::note(words, tone)) }
        section.card {
            h2 { "我的职责" }
            ul {
                @for grant in &who.actor.grants {
                    li { (tree.full_name(&grant.unit)) "：" (grant.role.chinese()) }
                }
            }
        }
        section.card {
            h2 { "接收提醒的邮箱" }
            form method="post" action="/account/email" {
                (field(
                    "电子邮箱",
                    Some(if app.mailer.is_some() {
                        "到期和逾期提醒同时发到这里，每天至多一封；留空则只在“消息”里看"
                    } else {
                        "本系统还没有配置发信，填好后待管理员配置即可使用；提醒现在只在“消息”里"
                    }),
                    html! { input type="email" name="email" value=(typed.unwrap_or(&email)) maxlength="254" autocomplete="email" inputmode="email"; },
                ))
                button type="submit" { "保存" }
            }
        }
        section.card {
            h2 { "修改密码" }
            form method="post" action="/account/password" {
                (field("现在的密码", None, html! { input type="password" name="current" required autocomplete="current-password"; }))
                (field("新密码", Some("至少 10 个字符，含两类以上字符"), html! { input type="password" name="password" required autocomplete="new-password"; }))
                (field("再输一次新密码", None, html! { input type="password" name="password_again" required autocomplete="new-password"; }))
                button type="submit" { "修改" }
            }
        }
        (session_list(&sessions, &who.session))
        form method="post" action=(path::SIGN_OUT) { button.quiet type="submit" { "退出登录" } }
    };
    Ok(layout::page(app, who, Page { title: "我的账号", here: path::ACCOUNT, content }))
}

fn session_list(sessions: &[Session], own: &str) -> Markup {
    html! {
        section.card.flush {
            table.stack {
                caption { "已登录的设备（不认识的请让它退出，并修改密码）" }
                thead { tr { th { "设备" } th { "登录时间" } th { "操作" } } }
                tbody {
                    @for session in sessions {
                        tr {
                            td data-label="设备" { (session.agent) }
                            td data-label="登录时间" { (text::moment(session.created_at)) }
                            td data-label="操作" {
                                @if session.token_digest == own { "本机" }
                                @else {
                                    form method="post" action="/account/sessions/close" {
                                        input type="hidden" name="session" value=(session.token_digest);
                                        button.quiet type="submit" { "让它退出" }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

pub(crate) async fn change_password(
    State(app): State<AppState>,
    who: SignedIn,
    Form(input): Form<NewPassword>,
) -> Result<Response, WebError> {
    match save_password(&app, &who, &input).await {
        Ok(()) => {
            let who = SignedIn { must_change_password: false, ..who };
            let words = ("密码已修改，其他设备上的登录已全部退出。", Tone::Good);
            Ok(own_page(&app, &who, Some(words), None).await?.into_response())
        }
        Err(error @ WebError::Invalid(_)) => {
            let (status, words) = error.answer();
            let page = own_page(&app, &who, Some((words, Tone::Bad)), None).await?;
            Ok((status, page).into_response())
        }
        Err(error) => Err(error),
    }
}

async fn save_password(app: &App, who: &SignedIn, input: &NewPassword) -> Result<(), WebError> {
    let mut conn = app.store.read().await?;
    let mut account =
        account::by_id(&mut conn, &who.actor.account).await?.ok_or(WebError::NotFound)?;
    drop(conn);
    if input.password != input.password_again {
        return Err(WebError::invalid("两次输入的新密码不一致。"));
    }
    password::check(&input.password, &account.sign_in_name)?;
    if !password::verify(input.current.clone(), account.password_hash.clone()).await? {
        return Err(WebError::invalid("“现在的密码”不对。"));
    }
    account.password_hash = password::hash(input.password.clone()).await?;
    account.must_change_password = false;
    let mut tx = app.store.write(app.clock.now()).await?;
    account::save(&mut tx, &permit_self(&who.actor), &account, "password").await?;
    let sessions = session::of_account(tx.conn(), &account.id, app.clock.now()).await?;
    for other in sessions.iter().filter(|session| session.token_digest != who.session) {
        session::close(&mut tx, &account.id, Some(&other.token_digest)).await?;
    }
    tx.commit().await?;
    app.sessions.clear();
    Ok(())
}

pub(crate) async fn change_email(
    State(app): State<AppState>,
    who: SignedIn,
    Form(input): Form<NewEmail>,
) -> Result<Response, WebError> {
    let email = input.email.trim();
    if !email.is_empty()
        && let Err(words) = mail::check_address(email)
    {
        let page = own_page(&app, &who, Some((&words, Tone::Bad)), Some(email)).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let mut tx = app.store.write(app.clock.now()).await?;
    let mut account =
        account::by_id(tx.conn(), &who.actor.account).await?.ok_or(WebError::NotFound)?;
    account.email = Some(email.to_owned()).filter(|email| !email.is_empty());
    account::save(&mut tx, &permit_self(&who.actor), &account, "email").await?;
    tx.commit().await?;
    let words = if email.is_empty() {
        "邮箱已清空，不再发信。"
    } else {
        "邮箱已保存。"
    };
    Ok(own_page(&app, &who, Some((words, Tone::Good)), None).await?.into_response())
}

pub(crate) async fn close_session(
    State(app): State<AppState>,
    who: SignedIn,
    Form(input): Form<Closing>,
) -> Result<Redirect, WebError> {
    if input.session.is_empty() {
        return Err(WebError::invalid("请选择要退出的设备。"));
    }
    let mut tx = app.store.write(app.clock.now()).await?;
    session::close(&mut tx, &who.actor.account, Some(&input.session)).await?;
    let object = format!("account/{}", who.actor.account);
    tx.audit(
        &permit_self(&who.actor),
        "close-session",
        Change { object: &object, detail: String::new() },
    );
    tx.commit().await?;
    app.sessions.clear();
    Ok(Redirect::to(path::ACCOUNT))
}
