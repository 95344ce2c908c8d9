//! Roles given and taken, passwords reset, accounts locked out and let in.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use campaign::access::{Action, Role};
use serde::Deserialize;
use storage::account::{self, Account};
use storage::session;

use super::{initial_password, managed, named_unit, page, password_note};
use crate::layout::{Tone, note};
use crate::session::SignedIn;
use crate::{AppState, WebError, password, path};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Granting {
    role: String,
    unit: String,
}

pub(crate) async fn grant(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Form(input): Form<Granting>,
) -> Result<Response, WebError> {
    let (it, _, _) = managed(&app, &who.actor, &id).await?;
    let tree = app.live.tree();
    let wished = Role::from_code(&input.role)
        .ok_or_else(|| WebError::invalid("请选择“职责”。"))
        .and_then(|role| Ok((role, named_unit(&tree, &who.actor, &input.unit)?)));
    let (role, node) = match wished {
        Ok(wished) => wished,
        Err(WebError::Invalid(words)) => {
            let shown = page(&app, &who, &id, Some(note(&words, Tone::Bad))).await?;
            return Ok((axum::http::StatusCode::UNPROCESSABLE_ENTITY, shown).into_response());
        }
        Err(error) => return Err(error),
    };
    let permit = tree.permit(&who.actor, Action::ManageAccounts, &node.unit.id)?;
    let mut tx = app.store.write(app.clock.now()).await?;
    account::grant(&mut tx, &permit, &it.id, role, &node.unit.id).await?;
    tx.commit().await?;
    app.sessions.clear();
    Ok(Redirect::to(&format!("{}/{id}", path::ACCOUNTS)).into_response())
}

pub(crate) async fn revoke(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Form(input): Form<Granting>,
) -> Result<Redirect, WebError> {
    let (it, _, _) = managed(&app, &who.actor, &id).await?;
    let role =
        Role::from_code(&input.role).ok_or_else(|| WebError::invalid("没有这项职责。"))?;
    if it.id == who.actor.account && role == Role::Administrator {
        return Err(WebError::invalid("不能收回自己的管理员职责，请由其他管理员办理。"));
    }
    let permit = app.live.tree().permit(&who.actor, Action::ManageAccounts, &input.unit)?;
    let mut tx = app.store.write(app.clock.now()).await?;
    account::revoke(&mut tx, &permit, &it.id, role, &input.unit).await?;
    tx.commit().await?;
    app.sessions.clear();
    Ok(Redirect::to(&format!("{}/{id}", path::ACCOUNTS)))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Changing {
    what: String,
    revision: i64,
}

/// Resets, locks out, lets in. Whoever is shut out is shut out at once.
pub(crate) async fn change(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Form(input): Form<Changing>,
) -> Result<Response, WebError> {
    let (it, _, permit) = managed(&app, &who.actor, &id).await?;
    if it.id == who.actor.account {
        return Err(WebError::invalid("不能对自己的账号这样操作，请由其他管理员办理。"));
    }
    let mut it = Account { revision: input.revision, ..it };
    let mut shown = None;
    match input.what.as_str() {
        "reset" => {
            let secret = initial_password()?;
            it.password_hash = password::hash(secret.clone()).await?;
            it.must_change_password = true;
            it.failures = 0;
            it.locked_until = None;
            shown = Some(password_note(&it.sign_in_name, &secret));
        }
        "unlock" => {
            it.failures = 0;
            it.locked_until = None;
        }
        "disable" => it.disabled_at = Some(app.clock.now()),
        "enable" => it.disabled_at = None,
        _ => return Err(WebError::invalid("没有这项操作。")),
    }
    let mut tx = app.store.write(app.clock.now()).await?;
    account::save(&mut tx, &permit, &it, &input.what).await?;
    if matches!(input.what.as_str(), "reset" | "disable") {
        session::close(&mut tx, &it.id, None).await?;
    }
    tx.commit().await?;
    app.sessions.clear();
    match shown {
        Some(part) => Ok(page(&app, &who, &id, Some(part)).await?.into_response()),
        None => Ok(Redirect::to(&format!("{}/{id}", path::ACCOUNTS)).into_response()),
    }
}
