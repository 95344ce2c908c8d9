//! Entering an event, and taking it back.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Redirect;
use campaign::access::Action;
use campaign::plan::catalogue;
use maud::{Markup, html};
use serde::Deserialize;
use storage::campaign::{self as stored, Event};

use super::answered;
use crate::app::new_id;
use crate::layout::{field, options};
use crate::paging::{Back, back};
use crate::plans::seen;
use crate::session::SignedIn;
use crate::{App, AppState, WebError, path, text};

#[derive(Debug, Deserialize)]
pub(crate) struct NewEvent {
    unit: String,
    event: String,
    happened_on: String,
    #[serde(default)]
    back: String,
}

pub(super) fn form(
    app: &App,
    (base, back): (&str, &Markup),
    unit: &str,
    names: &[String],
) -> Markup {
    let tree = app.live.tree();
    html! {
        section.card {
            h2 { "登记事件" }
            form method="post" action=(base) {
                (back)
                (field("事件", None, html! {
                    select name="event" { (options(names.iter().map(|name| (name.as_str(), catalogue::event_name(name))), "")) }
                }))
                (field("单位", None, html! { select name="unit" { (options(tree.choice(unit), unit)) } }))
                (field("发生日期", None, html! { input type="date" name="happened_on" required value=(app.clock.today()); }))
                button type="submit" { "登记" }
            }
        }
    }
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
    Ok(Redirect::to(&back(&format!("{}/events", path::campaign(&id)), &input.back)))
}

/// Whoever may enter one for its unit, and sees what others do there, may take it
/// back.
pub(crate) async fn cancel_event(
    State(app): State<AppState>,
    who: SignedIn,
    Path((id, event)): Path<(String, String)>,
    Form(input): Form<Back>,
) -> Result<Redirect, WebError> {
    seen(&app, &who, &id)?;
    let now = app.clock.now();
    let mut conn = app.store.read().await?;
    let row = stored::event_by_id(&mut conn, &event)
        .await?
        .filter(|row| row.campaign == id)
        .ok_or(WebError::NotFound)?;
    drop(conn);
    let tree = app.live.tree();
    tree.permit(&who.actor, Action::Read, &row.unit)?;
    let permit = tree.permit(&who.actor, Action::Submit, &row.unit)?;
    let mut tx = app.store.write(now).await?;
    stored::cancel_event(&mut tx, &permit, &row.id).await?;
    tx.commit().await?;
    app.live.follow(&app.store, now).await?;
    Ok(Redirect::to(&back(&format!("{}/events", path::campaign(&id)), &input.back)))
}
