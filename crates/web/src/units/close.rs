//! Closing a unit on a day, or merging it into another one.

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use campaign::access::{Action, Permit};
use maud::{Markup, html};
use serde::Deserialize;
use storage::organisation::{self, Unit};

use super::moves::candidates;
use super::{manage, name_is_free, trail};
use crate::layout::{self, Page, Tone, field, heading};
use crate::session::SignedIn;
use crate::{App, AppState, WebError, path, text};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    q: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Ending {
    on: String,
    into: String,
    revision: i64,
}

pub(crate) async fn close_form(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Markup, WebError> {
    let (_, unit) = manage(&app, &who, &id)?;
    form(&app, &who, &unit, &wanted.q, None).await
}

async fn form(
    app: &App,
    who: &SignedIn,
    unit: &Unit,
    query: &str,
    wrong: Option<&str>,
) -> Result<Markup, WebError> {
    let tree = app.live.tree();
    let today = app.clock.today().to_string();
    let mut conn = app.store.read().await?;
    let people = organisation::people_in(&mut conn, &unit.id, &today).await?;
    drop(conn);
    let query = query.trim();
    let found = candidates(&tree, who, query, |node| {
        node.unit.kind == unit.kind && !tree.within(&node.unit.id, &unit.id)
    });
    let to = |last: &str| format!("{}/{last}", path::unit(&unit.id));
    let content = html! {
        (trail(&tree, who, &unit.id, false))
        (heading(&format!("合并或撤销“{}”", unit.name), None))
        @if let Some(words) = wrong { (layout::note(words, Tone::Bad)) }
        section.card {
            h2 { "并入另一个单位" }
            p { "下级单位和 " (people) " 名人员转入新的单位，原单位撤销；历史记录仍归原单位。" }
            form.filter method="get" action=(to("close")) role="search" {
                (field("查找同类单位", None, html! { input type="search" name="q" value=(query); }))
                button.quiet type="submit" { "查找" }
            }
            form method="post" action=(to("merge")) data-confirm="确定合并吗？合并后不能撤回。" {
                input type="hidden" name="revision" value=(unit.revision);
                fieldset {
                    legend { "并入" }
                    @if found.is_empty() { p.muted { "没有同类的单位，请换个名称查找。" } }
                    @for node in &found {
                        label.line {
                            input type="radio" name="into" value=(node.unit.id) required;
                            (tree.full_name(&node.unit.id))
                        }
                    }
                }
                (field("原单位最后一天", None, html! { input type="date" name="on" value=(today) required; }))
                button type="submit" disabled[found.is_empty()] data-off[found.is_empty()] { "合并" }
            }
        }
        section.card {
            h2 { "撤销" }
            @if people > 0 {
                p { "该单位及其下级还有 " (people) " 名人员，须先转出、办理离校离职，或改用合并。" }
            } @else {
                p { "撤销后不再承担任务，下级单位一并撤销，岗位任职同时结束；以前的资料保留。" }
                form method="post" action=(to("close")) data-confirm="确定撤销吗？" {
                    input type="hidden" name="revision" value=(unit.revision);
                    (field("最后一天", None, html! { input type="date" name="on" value=(today) required; }))
                    button.danger type="submit" { "撤销" }
                }
            }
        }
        p { a href=(path::unit(&unit.id)) { "返回" } }
    };
    Ok(layout::page(app, who, Page { title: "合并或撤销", here: path::UNITS, content }))
}

pub(crate) async fn close(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Form(input): Form<Ending>,
) -> Result<Response, WebError> {
    let (permit, unit) = manage(&app, &who, &id)?;
    let done = save_close(&app, &permit, &unit, &input).await;
    answer(&app, &who, &unit, done).await
}

pub(crate) async fn merge(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Form(input): Form<Ending>,
) -> Result<Response, WebError> {
    let (permit, unit) = manage(&app, &who, &id)?;
    let tree = app.live.tree();
    if tree.get(&input.into).is_some() {
        tree.permit(&who.actor, Action::ManageOrganisation, &input.into)?;
    }
    let done = save_merge(&app, &permit, &unit, &input).await;
    answer(&app, &who, &unit, done).await
}

async fn answer(
    app: &App,
    who: &SignedIn,
    unit: &Unit,
    done: Result<(), WebError>,
) -> Result<Response, WebError> {
    match done {
        Ok(()) => Ok(Redirect::to(&path::unit(&unit.id)).into_response()),
        Err(error @ WebError::Invalid(_)) => {
            let (status, words) = error.answer();
            Ok((status, form(app, who, unit, "", Some(words)).await?).into_response())
        }
        Err(error) => Err(error),
    }
}

/// A unit that is open, not the topmost, and its last day.
fn last_day(unit: &Unit, input: &Ending) -> Result<jiff::civil::Date, WebError> {
    if unit.parent.is_none() {
        return Err(WebError::invalid("本单位是最高一级，不能撤销。"));
    }
    if let Some(on) = &unit.closed_on {
        return Err(WebError::invalid(format!("该单位已于 {on} 撤销。")));
    }
    let on = text::parse_date(&input.on, "最后一天")?;
    match &unit.opened_on {
        Some(opened) if on.to_string() < *opened => {
            Err(WebError::invalid(format!("“最后一天”不能早于设立日期 {opened}。")))
        }
        _ => Ok(on),
    }
}

async fn save_close(
    app: &App,
    permit: &Permit,
    unit: &Unit,
    input: &Ending,
) -> Result<(), WebError> {
    let on = last_day(unit, input)?.to_string();
    let mut tx = app.store.write(app.clock.now()).await?;
    let people = organisation::people_in(tx.conn(), &unit.id, &on).await?;
    if people > 0 {
        return Err(WebError::invalid(format!(
            "该单位及其下级在 {on} 还有 {people} 名人员，不能撤销；请先转出或改用合并。"
        )));
    }
    let it = Unit { revision: input.revision, ..unit.clone() };
    organisation::close(&mut tx, permit, &it, &on).await?;
    tx.commit().await?;
    app.live.reload_tree(&app.store).await
}

async fn save_merge(
    app: &App,
    permit: &Permit,
    unit: &Unit,
    input: &Ending,
) -> Result<(), WebError> {
    let tree = app.live.tree();
    let into = tree
        .get(&input.into)
        .filter(|node| node.unit.closed_on.is_none())
        .ok_or_else(|| WebError::invalid("请选择要并入的单位。"))?;
    if into.unit.kind != unit.kind || tree.within(&into.unit.id, &unit.id) {
        return Err(WebError::invalid("只能并入同类的、且不是自己下级的单位。"));
    }
    let on = last_day(unit, input)?;
    let since = on.tomorrow().map_err(|_| WebError::invalid("“最后一天”超出范围。"))?;
    let (on, since) = (on.to_string(), since.to_string());
    let mut tx = app.store.write(app.clock.now()).await?;
    // Children first: what is closed below stays where it is, in the past.
    for child in tree.children(&unit.id) {
        name_is_free(&tree, &into.unit.id, &child.unit.name, None)?;
        let after = Unit { parent: Some(into.unit.id.clone()), ..child.unit.clone() };
        organisation::save(&mut tx, permit, &child.unit, &after, "move").await?;
    }
    organisation::move_people(&mut tx, permit, &unit.id, &into.unit.id, (&on, &since)).await?;
    let before = Unit { revision: input.revision, ..unit.clone() };
    let merged = Unit { merged_into: Some(into.unit.id.clone()), ..before.clone() };
    organisation::save(&mut tx, permit, &before, &merged, "merge").await?;
    let closing = Unit { revision: before.revision + 1, ..merged };
    organisation::close(&mut tx, permit, &closing, &on).await?;
    tx.commit().await?;
    app.live.reload_tree(&app.store).await
}
