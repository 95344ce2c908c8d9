//! Moving a unit, with everything below it, under another one.

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use campaign::access::Action;
use campaign::structure::kinds_under;
use maud::{Markup, html};
use serde::Deserialize;
use storage::organisation::{self, Unit};

use super::add::check_place;
use super::{manage, name_is_free, trail};
use crate::layout::{self, Page, Tone, field, heading};
use crate::live::{Node, Tree};
use crate::session::SignedIn;
use crate::{App, AppState, WebError, path};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    q: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Moving {
    parent: String,
    revision: i64,
}

pub(crate) async fn move_form(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Markup, WebError> {
    let (_, unit) = manage(&app, &who, &id)?;
    Ok(form(&app, &who, &unit, &wanted.q, None))
}

/// Units that match the search and that the reader may manage.
pub(crate) fn candidates<'a>(
    tree: &'a Tree,
    who: &SignedIn,
    query: &str,
    fits: impl Fn(&Node) -> bool,
) -> Vec<&'a Node> {
    const MOST: usize = 30;
    tree.iter()
        .filter(|node| node.unit.closed_on.is_none())
        .filter(|node| query.is_empty() || node.unit.name.contains(query))
        .filter(|node| fits(node))
        .filter(|node| {
            tree.permit(&who.actor, Action::ManageOrganisation, &node.unit.id).is_ok()
        })
        .take(MOST)
        .collect()
}

fn form(app: &App, who: &SignedIn, unit: &Unit, query: &str, wrong: Option<&str>) -> Markup {
    let tree = app.live.tree();
    let query = query.trim();
    let found = candidates(&tree, who, query, |node| {
        kinds_under(node.unit.kind).contains(&unit.kind)
            && !tree.within(&node.unit.id, &unit.id)
            && unit.parent.as_deref() != Some(node.unit.id.as_str())
    });
    let action = format!("{}/move", path::unit(&unit.id));
    let content = html! {
        (trail(&tree, who, &unit.id, false))
        (heading(&format!("移动“{}”", unit.name), None))
        @if let Some(words) = wrong { (layout::note(words, Tone::Bad)) }
        form.filter method="get" action=(action) role="search" {
            (field("查找新的上级单位", None, html! { input type="search" name="q" value=(query); }))
            button.quiet type="submit" { "查找" }
        }
        form.card method="post" action=(action) {
            input type="hidden" name="revision" value=(unit.revision);
            p { "连同其下级单位和人员一起移动；原来的位置保留在沿革中，以前的记录不变。" }
            fieldset {
                legend { "移到" }
                @if found.is_empty() { p.muted { "没有可以作为上级的单位，请换个名称查找。" } }
                @for node in &found {
                    label.line {
                        input type="radio" name="parent" value=(node.unit.id) required;
                        (tree.full_name(&node.unit.id)) span.muted { " · " (node.unit.kind.chinese()) }
                    }
                }
            }
            p.actions {
                button type="submit" disabled[found.is_empty()] data-off[found.is_empty()] { "移动" }
                a.button.quiet href=(path::unit(&unit.id)) { "取消" }
            }
        }
    };
    layout::page(app, who, Page { title: "移动单位", here: path::UNITS, content })
}

pub(crate) async fn move_unit(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Form(input): Form<Moving>,
) -> Result<Response, WebError> {
    let (permit, unit) = manage(&app, &who, &id)?;
    match save(&app, &who, &permit, &unit, &input).await {
        Ok(()) => Ok(Redirect::to(&path::unit(&id)).into_response()),
        Err(error @ WebError::Invalid(_)) => {
            let (status, words) = error.answer();
            Ok((status, form(&app, &who, &unit, "", Some(words))).into_response())
        }
        Err(error) => Err(error),
    }
}

async fn save(
    app: &App,
    who: &SignedIn,
    permit: &campaign::access::Permit,
    unit: &Unit,
    input: &Moving,
) -> Result<(), WebError> {
    let tree = app.live.tree();
    if unit.parent.is_none() {
        return Err(WebError::invalid("本单位是最高一级，不能移动。"));
    }
    // Whoever gives a unit away needs a say where it was; whoever takes it, where it goes.
    let parent =
        tree.get(&input.parent).ok_or_else(|| WebError::invalid("请选择要移到的上级单位。"))?;
    tree.permit(&who.actor, Action::ManageOrganisation, &input.parent)?;
    check_place(&tree, unit, &parent.unit)?;
    name_is_free(&tree, &parent.unit.id, &unit.name, Some(&unit.id))?;
    let before = Unit { revision: input.revision, ..unit.clone() };
    let after = Unit {
        parent: Some(parent.unit.id.clone()),
        position: tree.children(&parent.unit.id).count() as i64,
        ..unit.clone()
    };
    let mut tx = app.store.write(app.clock.now()).await?;
    organisation::save(&mut tx, permit, &before, &after, "move").await?;
    tx.commit().await?;
    app.live.reload_tree(&app.store).await
}
