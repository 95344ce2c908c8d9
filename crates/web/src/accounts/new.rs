//! A new account, for a person or a post.

use axum::Form;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use campaign::access::{Action, Role};
use maud::{Markup, html};
use serde::Deserialize;
use storage::account::{self, Account, NewAccount};
use storage::people;

use super::{initial_password, named_unit, password_note};
use crate::app::new_id;
use crate::layout::{self, Page, Tone, field, heading, options};
use crate::session::SignedIn;
use crate::setup::{required, sign_in_name};
use crate::{App, AppState, WebError, password, path};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    unit: String,
    person: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct NewOne {
    display_name: String,
    sign_in_name: String,
    role: String,
    unit: String,
    email: String,
    /// A person's id, or the number they go by.
    person: String,
}

pub(crate) async fn add_form(
    State(app): State<AppState>,
    who: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Markup, WebError> {
    let tree = app.live.tree();
    let top = tree.scope(&who.actor, Action::ManageAccounts, Some(&asked.unit))?;
    let input = NewOne {
        unit: tree.full_name(&top.unit.id),
        person: asked.person,
        role: "officer".to_owned(),
        ..NewOne::default()
    };
    Ok(form(&app, &who, &input, None))
}

fn form(app: &App, who: &SignedIn, input: &NewOne, wrong: Option<&str>) -> Markup {
    let roles = Role::ALL.iter().map(|role| (role.code(), role.chinese()));
    let content = html! {
        (layout::crumbs(&[("账号".to_owned(), path::ACCOUNTS.to_owned()), ("新增账号".to_owned(), String::new())]))
        (heading("新增账号", None))
        @if let Some(words) = wrong { (layout::note(words, Tone::Bad)) }
        form.card.narrow method="post" action="/accounts/new" {
            (field("姓名", None, html! { input type="text" name="display_name" value=(input.display_name) required maxlength="30"; }))
            (field("登录名", Some("3 至 40 个英文字母、数字或 . - _ @"), html! { input type="text" name="sign_in_name" value=(input.sign_in_name) required maxlength="40" autocapitalize="none" autocomplete="off"; }))
            (field("职责", None, html! { select name="role" { (options(roles, &input.role)) } }))
            (field("范围（单位）", Some("填单位全称；账号可看、可办该单位及下级的事"), html! { input type="text" name="unit" value=(input.unit) required maxlength="120"; }))
            (field("对应人员", Some("填工号，使本人的任务出现在待办中；可不填"), html! { input type="text" name="person" value=(input.person) maxlength="40"; }))
            (field("邮箱", Some("用于提醒，可不填"), html! { input type="email" name="email" value=(input.email) maxlength="100"; }))
            p.actions {
                button type="submit" { "新增" }
                a.button.quiet href=(path::ACCOUNTS) { "取消" }
            }
        }
    };
    layout::page(app, who, Page { title: "新增账号", here: path::ACCOUNTS, content })
}

pub(crate) async fn add(
    State(app): State<AppState>,
    who: SignedIn,
    Form(input): Form<NewOne>,
) -> Result<Response, WebError> {
    match save(&app, &who, &input).await {
        Ok((id, secret)) => {
            let name = sign_in_name(&input.sign_in_name)?;
            let part = password_note(&name, &secret);
            Ok(super::page(&app, &who, &id, Some(part)).await?.into_response())
        }
        Err(error @ WebError::Invalid(_)) => {
            let (status, words) = error.answer();
            Ok((status, form(&app, &who, &input, Some(words))).into_response())
        }
        Err(error) => Err(error),
    }
}

async fn save(app: &App, who: &SignedIn, input: &NewOne) -> Result<(String, String), WebError> {
    let tree = app.live.tree();
    let node = named_unit(&tree, &who.actor, &input.unit)?;
    let unit = node.unit.id.clone();
    let permit = tree.permit(&who.actor, Action::ManageAccounts, &unit)?;
    let role =
        Role::from_code(&input.role).ok_or_else(|| WebError::invalid("请选择“职责”。"))?;
    let name = sign_in_name(&input.sign_in_name)?;
    let display_name = required(&input.display_name, "姓名", 30)?;
    let email = Some(input.email.trim().to_owned()).filter(|email| !email.is_empty());
    if email.as_ref().is_some_and(|email| !email.contains('@') || email.len() > 100) {
        return Err(WebError::invalid("“邮箱”应写作 name@example.com 的样子。"));
    }
    let person = person(app, &unit, input.person.trim()).await?;
    let secret = initial_password()?;
    let account = Account {
        person,
        email,
        password_hash: password::hash(secret.clone()).await?,
        must_change_password: true,
        ..Account::new(new_id(), name.clone(), display_name, app.clock.now())
    };
    let id = account.id.clone();
    let mut tx = app.store.write(app.clock.now()).await?;
    if account::by_name(tx.conn(), &name).await?.is_some() {
        return Err(WebError::invalid(format!("“登录名”{name} 已有人使用，请换一个。")));
    }
    let new = NewAccount { account, grants: vec![(role, unit)] };
    account::insert_many(&mut tx, &permit, std::slice::from_ref(&new)).await?;
    tx.commit().await?;
    Ok((id, secret))
}

/// The person with this id or number in the unit's school or part.
async fn person(app: &App, unit: &str, asked: &str) -> Result<Option<String>, WebError> {
    if asked.is_empty() {
        return Ok(None);
    }
    let tree = app.live.tree();
    let top = tree.school_of(unit).map_or(unit, |node| node.unit.id.as_str());
    let today = app.clock.today().to_string();
    let mut conn = app.store.read().await?;
    if let Some(it) = people::by_id(&mut conn, &app.store.sealer, asked).await?
        && tree.within(&it.unit, top)
    {
        return Ok(Some(it.id));
    }
    let filter = people::Filter {
        scope: people::Scope::Below(top),
        role: None,
        search: asked,
        today: &today,
        only_left: false,
        order: storage::Order::default(),
        part: storage::Part::first(20),
    };
    let found = people::list(&mut conn, &app.store.sealer, &filter).await?;
    let exact: Vec<_> = found
        .iter()
        .filter(|it| {
            it.staff_no.as_deref() == Some(asked)
                || it.student_no.as_deref() == Some(asked)
                || it.name == asked
        })
        .collect();
    match exact.as_slice() {
        [one] => Ok(Some(one.id.clone())),
        [] => Err(WebError::invalid(format!(
            "“对应人员”：在“{}”没有找到“{asked}”。",
            tree.name(top)
        ))),
        _ => Err(WebError::invalid(format!("“对应人员”：有多人叫“{asked}”，请填工号。"))),
    }
}
