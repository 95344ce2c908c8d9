//! The first run: the body and its administrator, made by whoever holds the
//! one-time code that the server printed at its start.

use axum::Form;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use campaign::access::{Action, Role, permit_house};
use campaign::plan::{Stage, UnitKind};
use maud::{Markup, html};
use serde::Deserialize;
use storage::account::{self, Account};
use storage::organisation::{self, Unit};

use crate::app::new_id;
use crate::layout::{self, Tone, field, options};
use crate::{App, AppState, WebError, password, path, session};

#[derive(Debug, Default, Deserialize)]
pub(crate) struct FirstRun {
    code: String,
    body_name: String,
    body_kind: String,
    #[serde(default)]
    stage: String,
    sign_in_name: String,
    display_name: String,
    password: String,
    password_again: String,
}

pub(crate) async fn show(State(app): State<AppState>) -> Result<Response, WebError> {
    if !is_due(&app).await? {
        return Ok(Redirect::to(path::SIGN_IN).into_response());
    }
    Ok(form(&FirstRun::default(), None).into_response())
}

pub(crate) async fn create(
    State(app): State<AppState>,
    headers: HeaderMap,
    Form(input): Form<FirstRun>,
) -> Result<Response, WebError> {
    match create_body(&app, &headers, &input).await {
        Ok(cookie) => {
            Ok((AppendHeaders([(session::SET, cookie)]), Redirect::to(path::HOME))
                .into_response())
        }
        Err(error @ WebError::Invalid(_)) => {
            let (status, words) = error.answer();
            Ok((status, form(&input, Some(words))).into_response())
        }
        Err(error) => Err(error),
    }
}

async fn is_due(app: &App) -> Result<bool, WebError> {
    let mut conn = app.store.read().await?;
    Ok(account::count(&mut conn).await? == 0)
}

async fn create_body(
    app: &App,
    headers: &HeaderMap,
    input: &FirstRun,
) -> Result<axum::http::HeaderValue, WebError> {
    if !is_due(app).await? {
        return Err(WebError::Conflict("本系统已完成初始化，请直接登录。".to_owned()));
    }
    let expected = app.setup_code.as_deref().unwrap_or_default();
    if expected.is_empty() || input.code.trim() != expected {
        return Err(WebError::invalid(
            "“启动码”不对：请抄写服务启动时在终端显示的一次性启动码。",
        ));
    }
    let name = required(&input.body_name, "单位名称", 60)?;
    let display_name = required(&input.display_name, "姓名", 30)?;
    let sign_in_name = sign_in_name(&input.sign_in_name)?;
    if input.password != input.password_again {
        return Err(WebError::invalid("两次输入的密码不一致。"));
    }
    password::check(&input.password, &sign_in_name)?;
    let kind = match input.body_kind.as_str() {
        "bureau" => UnitKind::Bureau,
        "school" | "college" => UnitKind::School,
        _ => return Err(WebError::invalid("“单位类型”应为教育局、学校或高校之一。")),
    };
    let stage = if input.body_kind == "college" {
        Some(Stage::University)
    } else {
        Stage::from_code(&input.stage).filter(|_| kind == UnitKind::School)
    };
    let unit = Unit { stage, ..Unit::new(new_id(), None, kind, name) };
    let now = app.clock.now();
    let account = Account {
        password_hash: password::hash(input.password.clone()).await?,
        ..Account::new(new_id(), sign_in_name, display_name, now)
    };
    let mut tx = app.store.write(now).await?;
    // Counted again inside the transaction: two first runs at once make one body.
    if account::count(tx.conn()).await? != 0 {
        return Err(WebError::Conflict("本系统已完成初始化，请直接登录。".to_owned()));
    }
    organisation::insert_unit(
        &mut tx,
        &permit_house(Action::ManageOrganisation, &unit.id),
        &unit,
    )
    .await?;
    let permit = permit_house(Action::ManageAccounts, &unit.id);
    account::insert(&mut tx, &permit, &account).await?;
    account::grant(&mut tx, &permit, &account.id, Role::Administrator, &unit.id).await?;
    let cookie = session::open(app, &mut tx, &account.id, headers).await?;
    tx.commit().await?;
    app.live.reload_tree(&app.store).await?;
    Ok(cookie)
}

/// A text that must be there, and not too long.
pub(crate) fn required(value: &str, name: &str, chars_max: usize) -> Result<String, WebError> {
    let value = value.trim();
    match value.chars().count() {
        0 => Err(WebError::invalid(format!("请填写“{name}”。"))),
        n if chars_max < n => {
            Err(WebError::invalid(format!("“{name}”最多 {chars_max} 个字，现为 {n} 个。")))
        }
        _ => Ok(value.to_owned()),
    }
}

/// Sign-in names are typed on phones: short, lower case, no surprises.
pub(crate) fn sign_in_name(value: &str) -> Result<String, WebError> {
    let name = value.trim().to_ascii_lowercase();
    let fits = (3..=40).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || ".-_@".contains(c));
    if fits {
        Ok(name)
    } else {
        Err(WebError::invalid(
            "“登录名”应为 3 至 40 个英文字母、数字或 . - _ @，不含空格和汉字。",
        ))
    }
}

fn form(input: &FirstRun, problem: Option<&str>) -> Markup {
    let kinds = [
        ("bureau", "教育局（教委、教体局）"),
        ("school", "中小学、幼儿园、中职"),
        ("college", "高校"),
    ];
    let stages = Stage::ALL.iter().map(|stage| (stage.code(), stage.chinese()));
    layout::bare(
        "首次使用",
        html! {
            section.card {
                h1 { "首次使用" }
                p.muted { "建立您的单位和第一位管理员。此页只在尚无任何账号时出现。" }
                @if let Some(words) = problem { (layout::note(words, Tone::Bad)) }
                form method="post" action=(path::SETUP) {
                    (field("启动码", Some("服务启动时显示在终端里的一次性启动码"), html! {
                        input name="code" required autocomplete="off" value=(input.code);
                    }))
                    (field("单位名称", None, html! {
                        input name="body_name" required maxlength="60" value=(input.body_name);
                    }))
                    (field("单位类型", None, html! {
                        select name="body_kind" { (options(kinds, &input.body_kind)) }
                    }))
                    (field("学段", Some("仅单所学校需要选择"), html! {
                        select name="stage" { option value="" { "不适用" } (options(stages, &input.stage)) }
                    }))
                    (field("管理员姓名", None, html! {
                        input name="display_name" required autocomplete="name" value=(input.display_name);
                    }))
                    (field("登录名", Some("字母或数字，3 至 40 个"), html! {
                        input name="sign_in_name" required autocomplete="username" value=(input.sign_in_name);
                    }))
                    (field("密码", Some("至少 10 个字符，含两类以上字符"), html! {
                        input type="password" name="password" required autocomplete="new-password";
                    }))
                    (field("再输一次密码", None, html! {
                        input type="password" name="password_again" required autocomplete="new-password";
                    }))
                    button.wide-button type="submit" { "建立" }
                }
            }
        },
    )
}
