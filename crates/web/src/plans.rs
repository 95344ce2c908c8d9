//! Plans: which run in my scope, adopting one, reading it clause by clause,
//! amending and ending it.

mod adopt;
mod amend;
pub(crate) mod drafts;
mod duty;
mod events;
mod exemptions;
mod findings;
mod list;
mod read;
mod source;

use std::sync::Arc;

use campaign::access::{Action, Actor};
use campaign::day::Day;
use campaign::plan::{self, Plan};

use crate::layout::Tone;
use crate::live::{Running, Tree, Version};
use crate::session::SignedIn;
use crate::{App, WebError};

pub(crate) use adopt::{choose, preview_built_in, preview_upload, start};
pub(crate) use amend::{amend, amend_form, amend_preview, end};
pub(crate) use duty::{add_duty, add_duty_form};
pub(crate) use events::{add_event, cancel_event, events};
pub(crate) use exemptions::{exemptions, grant, revoke};
pub(crate) use list::list;
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
