//! Records: handing in, looking up, taking back.

mod api;
mod closed;
mod form;
mod list;
mod new;
mod roll;
mod show;
mod words;

use campaign::access::{Action, Refused, permit_own_duty};
use campaign::access::{Actor, Permit};
use campaign::plan::catalogue;
use campaign::record::{Status, StepRefused};
use storage::record::{Record, Scope};

use crate::layout::Tone;
use crate::live::Tree;
use crate::session::SignedIn;
use crate::{App, WebError};

pub(crate) use api::create as create_by_api;
pub(crate) use closed::{clause_href, until};
pub(crate) use form::proofs;
pub(crate) use list::{Narrow, export, list, order, pairs_of, proof};
pub(crate) use new::{create, new};
pub(crate) use show::{show, withdraw};
pub(crate) use words::doubt;
use words::step_refused;

/// Those who may read the unit, those who handed it in, and the one whose act
/// it was.
pub(crate) fn may_see(app: &App, who: &SignedIn, record: &Record) -> Result<(), Refused> {
    let own = record.submitted_by == who.actor.account
        || record.person.is_some() && record.person == who.actor.person;
    if own {
        return Ok(());
    }
    app.live.tree().permit(&who.actor, Action::Read, &record.unit).map(|_| ())
}

/// The permit to hand in: for a unit by the role, for oneself without one.
fn submit_permit(
    tree: &Tree,
    actor: &Actor,
    unit: &str,
    person: Option<&str>,
) -> Result<Permit, Refused> {
    match person {
        Some(person) => permit_own_duty(actor, person, unit)
            .or_else(|_| tree.permit(actor, Action::Submit, unit)),
        None => tree.permit(actor, Action::Submit, unit),
    }
}

/// A unit with this many below it is gone through unit by unit.
const NARROW_MAX: usize = 400;

/// Which way to a unit's records is short.
pub(crate) fn scope<'a>(tree: &Tree, unit: &'a str) -> Scope<'a> {
    if tree.root().is_some_and(|root| root.unit.id == unit) {
        Scope::Whole
    } else if tree.below(unit).len() <= NARROW_MAX {
        Scope::Narrow(unit)
    } else {
        Scope::Wide(unit)
    }
}

/// How a status looks.
pub(crate) const fn tone(status: Status) -> Tone {
    match status {
        Status::Submitted => Tone::Calm,
        Status::Accepted => Tone::Good,
        Status::Returned => Tone::Bad,
        Status::Withdrawn => Tone::Faint,
    }
}

/// What an act is called: by the catalogue, or by the duty whose own it is.
pub(crate) fn activity_name(app: &App, activity: &str) -> String {
    if let Some(entry) = catalogue::entry(catalogue::ACTIVITIES, activity) {
        return entry.name.to_owned();
    }
    let campaigns = app.live.campaigns();
    let versions = campaigns.iter().flat_map(|it| it.versions());
    versions
        .flat_map(|version| &version.plan.duties)
        .find(|duty| duty.activity == activity || duty.id == activity)
        .map_or_else(|| activity.to_owned(), |duty| duty.name.clone())
}

/// The acts that some plan asks for, as choices: code and name.
pub(crate) fn activities(app: &App) -> Vec<(String, String)> {
    let campaigns = app.live.campaigns();
    let mut found: Vec<(String, String)> = Vec::new();
    for campaign in campaigns.iter() {
        for duty in &campaign.newest().plan.duties {
            if !found.iter().any(|(code, _)| *code == duty.activity) {
                let name = catalogue::entry(catalogue::ACTIVITIES, &duty.activity)
                    .map_or(duty.name.as_str(), |entry| entry.name);
                found.push((duty.activity.clone(), name.to_owned()));
            }
        }
    }
    found
}

/// Whether anybody asks for this act at all.
fn is_known(app: &App, activity: &str) -> bool {
    catalogue::entry(catalogue::ACTIVITIES, activity).is_some()
        || app.live.campaigns().iter().any(|campaign| {
            let duties = campaign.versions().iter().flat_map(|version| &version.plan.duties);
            duties.into_iter().any(|duty| duty.activity == activity || duty.id == activity)
        })
}

impl From<StepRefused> for WebError {
    fn from(refused: StepRefused) -> Self {
        step_refused(refused)
    }
}
