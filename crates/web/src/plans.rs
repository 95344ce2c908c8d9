//! Plans: which run in my scope, adopting one, reading it clause by clause,
//! amending and ending it.

mod adopt;
mod amend;
pub(crate) mod drafts;
mod duty;
mod events;
mod exemptions;
mod findings;
mod read;
mod source;

use std::sync::Arc;

use axum::extract::State;
use campaign::access::{Action, Actor};
use campaign::day::Day;
use campaign::plan::{self, Plan};
use maud::{Markup, html};

use crate::layout::{self, Page, Tone, empty, heading, tag};
use crate::live::{Running, Tree, Version};
use crate::session::SignedIn;
use crate::{App, AppState, WebError, path};

pub(crate) use adopt::{choose, preview_built_in, preview_upload, start};
pub(crate) use amend::{amend, amend_form, amend_preview, end};
pub(crate) use duty::{add_duty, add_duty_form};
pub(crate) use events::{add_event, cancel_event, events};
pub(crate) use exemptions::{exemptions, grant, revoke};
pub(crate) use read::quoted;
pub(crate) use read::{clause, file, show};
pub(crate) use source::document as source_document;
pub(crate) use source::{Quote, quotes};

/// Whoever a campaign binds may read its plan, and whoever is above it.
pub(crate) fn may_see(tree: &Tree, actor: &Actor, campaign: &Running) -> bool {
    let top = campaign.campaign.unit.as_str();
    let mut scopes = actor.scopes(Action::Read).chain(actor.scopes(Action::Submit));
    scopes.any(|scope| tree.within(scope, top) || tree.within(top, scope))
}

/// The campaign with this id, if it may be seen.
pub(crate) fn seen(app: &App, who: &SignedIn, id: &str) -> Result<Arc<Running>, WebError> {
    let campaign = app.live.campaign(id).ok_or(WebError::NotFound)?;
    if may_see(&app.live.tree(), &who.actor, &campaign) {
        Ok(campaign)
    } else {
        Err(campaign::access::Refused { action: Action::Read }.into())
    }
}

/// The plan as a reader needs it: what a campaign adds, over what it adopts.
pub(crate) fn effective(app: &App, campaign: &Running, version: &Version) -> Plan {
    let superior = campaign.campaign.adopts.as_deref().and_then(|id| app.live.campaign(id));
    match superior {
        Some(superior) => {
            let theirs = superior.version_on(version.in_force.max(superior.newest().in_force));
            plan::adopt(&theirs.plan, &version.plan)
        }
        None => (*version.plan).clone(),
    }
}

/// Where a campaign stands on a day, in words.
pub(crate) fn stage_words(campaign: &Running, today: Day) -> (&'static str, Tone) {
    let plan = &campaign.version_on(today).plan;
    if campaign.is_ended() {
        ("已终止", Tone::Faint)
    } else if today < Day::from(plan.head.from) {
        ("未开始", Tone::Calm)
    } else if Day::from(plan.head.until) < today {
        ("已期满", Tone::Faint)
    } else {
        ("进行中", Tone::Good)
    }
}

pub(crate) async fn list(
    State(app): State<AppState>,
    who: SignedIn,
) -> Result<Markup, WebError> {
    let tree = app.live.tree();
    let today = Day::from(app.clock.today());
    let all = app.live.campaigns();
    let mut shown: Vec<&Arc<Running>> =
        all.iter().filter(|it| may_see(&tree, &who.actor, it)).collect();
    shown.sort_by_key(|it| (it.is_ended(), tree.above(&it.campaign.unit).len()));
    let may_manage = who.actor.may_anywhere(Action::ManagePlans);
    let adopt = || {
        html! {
            a.button.quiet href=(path::DRAFTS) { "从文件起草" }
            a.button href="/plans/new" { "采用方案" }
        }
    };
    let content = html! {
        (heading("方案", may_manage.then(adopt)))
        @if shown.is_empty() {
            section.card {
                (empty("还没有正在实施的方案。采用一份方案后，任务会按频次自动出现在各单位的待办中。",
                    may_manage.then(adopt)))
            }
        } @else {
            section.card.flush {
                table.stack {
                    caption { "共 " (shown.len()) " 项" }
                    thead { tr {
                        th { "方案" } th { "实施单位" } th { "起止" }
                        th.number { "任务" } th.number { "版本" } th { "状态" }
                    } }
                    tbody { @for it in &shown { (row(&tree, it, today)) } }
                }
            }
        }
    };
    Ok(layout::page(&app, &who, Page { title: "方案", here: path::PLANS, content }))
}

fn row(tree: &Tree, it: &Running, today: Day) -> Markup {
    let (words, tone) = stage_words(it, today);
    let version = it.version_on(today);
    html! {
        tr {
            td data-label="方案" {
                a.title href=(path::campaign(it.id())) { (it.campaign.name) }
                @if it.campaign.adopts.is_some() { " " (tag("在上级方案上增加", Tone::Calm)) }
            }
            td data-label="实施单位" { (tree.full_name(&it.campaign.unit)) }
            td data-label="起止" { (it.campaign.from_on) " 至 " (it.campaign.until_on) }
            td.number data-label="任务" { (version.plan.duties.len()) }
            td.number data-label="版本" { "第 " (version.number) " 版" }
            td data-label="状态" { (tag(words, tone)) }
        }
    }
}
