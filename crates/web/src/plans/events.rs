//! Events that start the clock of a duty: a case, a warning, a new pattern.

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::Redirect;
use campaign::access::Action;
use campaign::plan::catalogue;
use maud::{Markup, html};
use serde::Deserialize;
use storage::campaign::{self as stored, Event};

use super::seen;
use crate::app::new_id;
use crate::layout::{self, Page, Tone, crumbs, empty, field, heading, options, tag};
use crate::live::Running;
use crate::session::SignedIn;
use crate::{AppState, WebError, path, text};

const SHOWN: i64 = 100;

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    unit: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct NewEvent {
    unit: String,
    event: String,
    happened_on: String,
}

/// The events that some duty of the plan answers.
fn answered(campaign: &Running) -> Vec<String> {
    let duties = campaign.newest().plan.duties.iter();
    let mut names: Vec<String> =
        duties.filter_map(|duty| Some(duty.event.as_ref()?.name.clone())).collect();
    names.sort();
    names.dedup();
    names
}

pub(crate) async fn events(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Markup, WebError> {
    let campaign = seen(&app, &who, &id)?;
    let tree = app.live.tree();
    let unit = tree.scope(&who.actor, Action::Submit, Some(&asked.unit))?.unit.id.clone();
    let mut conn = app.store.read().await?;
    let rows = stored::events_of(&mut conn, &id, &unit, SHOWN).await?;
    drop(conn);
    let names = answered(&campaign);
    let base = format!("{}/events", path::campaign(&id));
    let steps = [
        ("方案".to_owned(), path::PLANS.to_owned()),
        (campaign.campaign.name.clone(), path::campaign(&id)),
        ("事件".to_owned(), String::new()),
    ];
    let units = std::iter::once(unit.as_str())
        .chain(tree.children(&unit).map(|node| node.unit.id.as_str()))
        .take(400)
        .map(|id| (id, tree.name(id)));
    let content = html! {
        (crumbs(&steps))
        (heading("事件", None))
        p.lede { "有的任务由事件触发：登记后，责任人的待办里会出现限时任务。" }
        section.card.flush {
            @if rows.is_empty() { (empty("还没有登记过事件。", None)) }
            @else {
                table.stack {
                    thead { tr { th { "事件" } th { "单位" } th { "发生日期" } th { "登记时间" } th { "状态" } } }
                    tbody {
                        @for row in &rows {
                            tr {
                                td data-label="事件" { (catalogue::event_name(&row.event)) }
                                td data-label="单位" { (tree.full_name(&row.unit)) }
                                td data-label="发生日期" { (row.happened_on) }
                                td data-label="登记时间" { (text::moment(row.created_at)) }
                                td data-label="状态" {
                                    @if row.cancelled_at.is_some() { (tag("已撤销", Tone::Faint)) }
                                    @else {
                                        form method="post" action=(format!("{base}/{}/cancel", row.id)) {
                                            input type="hidden" name="unit" value=(unit);
                                            button.quiet type="submit" { "登记有误，撤销" }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        @if names.is_empty() { p.muted { "这份方案没有由事件触发的任务。" } }
        @else if !campaign.is_ended() {
            section.card {
                h2 { "登记事件" }
                form method="post" action=(base) {
                    (field("事件", None, html! {
                        select name="event" { (options(names.iter().map(|name| (name.as_str(), catalogue::event_name(name))), "")) }
                    }))
                    (field("单位", None, html! { select name="unit" { (options(units, &unit)) } }))
                    (field("发生日期", None, html! { input type="date" name="happened_on" required value=(app.clock.today()); }))
                    button type="submit" { "登记" }
                }
            }
        }
    };
    Ok(layout::page(&app, &who, Page { title: "事件", here: path::PLANS, content }))
}

pub(crate) async fn add_event(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Form(input): Form<NewEvent>,
) -> Result<Redirect, WebError> {
    let campaign = seen(&app, &who, &id)?;
    let tree = app.live.tree();
    let permit = tree.permit(&who.actor, Action::Submit, &input.unit)?;
    if !answered(&campaign).contains(&input.event) {
        return Err(WebError::invalid("“事件”应从列表中选择。"));
    }
    if !tree.within(&input.unit, &campaign.campaign.unit) {
        return Err(WebError::invalid("这份方案不约束所选单位。"));
    }
    let happened_on = text::parse_date(&input.happened_on, "发生日期")?;
    if app.clock.today() < happened_on {
        return Err(WebError::invalid("“发生日期”不能晚于今天。"));
    }
    let now = app.clock.now();
    let row = Event {
        id: new_id(),
        campaign: id.clone(),
        event: input.event,
        subject: input.unit.clone(),
        unit: input.unit,
        happened_on: happened_on.to_string(),
        created_at: now,
        cancelled_at: None,
    };
    let mut tx = app.store.write(now).await?;
    stored::add_event(&mut tx, &permit, &row).await?;
    tx.commit().await?;
    app.live.follow(&app.store, now).await?;
    Ok(Redirect::to(&format!("{}/events", path::campaign(&id))))
}

pub(crate) async fn cancel_event(
    State(app): State<AppState>,
    who: SignedIn,
    Path((id, event)): Path<(String, String)>,
    Form(asked): Form<Asked>,
) -> Result<Redirect, WebError> {
    seen(&app, &who, &id)?;
    let permit = app.live.tree().permit(&who.actor, Action::Submit, &asked.unit)?;
    let now = app.clock.now();
    let mut conn = app.store.read().await?;
    let rows = stored::events_of(&mut conn, &id, &asked.unit, SHOWN).await?;
    drop(conn);
    let row = rows.iter().find(|row| row.id == event).ok_or(WebError::NotFound)?;
    let mut tx = app.store.write(now).await?;
    stored::cancel_event(&mut tx, &permit, &row.id).await?;
    tx.commit().await?;
    app.live.follow(&app.store, now).await?;
    Ok(Redirect::to(&format!("{}/events", path::campaign(&id))))
}
