//! Granting an exemption and taking it back.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use campaign::access::Action;
use campaign::day::Day;
use serde::Deserialize;
use storage::campaign::{self as stored, Exemption};
use storage::people;

use super::{Asked, duties, list};
use crate::app::new_id;
use crate::paging::{Back, back};
use crate::plans::seen;
use crate::session::SignedIn;
use crate::setup::required;
use crate::{App, AppState, WebError, path, text};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Grant {
    unit: String,
    duty: String,
    /// A person's id, from a link on the board …
    subject: String,
    /// … or what was typed: a name or a number.
    pub(super) person: String,
    pub(super) period_start: String,
    pub(super) reason: String,
    back: String,
}

pub(crate) async fn grant(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Form(input): Form<Grant>,
) -> Result<Response, WebError> {
    match save(&app, &who, &id, &input).await {
        Ok(()) => {
            let base = format!("{}/exemptions", path::campaign(&id));
            let unit = path::with_query("", &[("unit", &input.unit)]);
            let query = if input.back.is_empty() { &unit } else { &input.back };
            Ok(Redirect::to(&back(&base, query)).into_response())
        }
        Err(error @ WebError::Invalid(_)) => {
            let asked = Asked {
                unit: input.unit.clone(),
                duty: input.duty.clone(),
                subject: input.subject.clone(),
                typed: input,
                ..Asked::default()
            };
            let (status, words) = error.answer();
            let page = list(&app, &who, &id, &asked, Some(words)).await?;
            Ok((status, page).into_response())
        }
        Err(error) => Err(error),
    }
}

/// Who is exempted, and the unit that they belong to.
async fn subject(app: &App, input: &Grant) -> Result<(String, String), WebError> {
    let asked = input.person.trim();
    if !input.subject.is_empty() {
        return Ok((input.subject.clone(), input.unit.clone()));
    }
    if asked.is_empty() {
        return Ok((input.unit.clone(), input.unit.clone()));
    }
    let today = app.clock.today().to_string();
    let filter = people::Filter {
        scope: people::Scope::Below(&input.unit),
        role: None,
        search: asked,
        today: &today,
        only_left: false,
        order: storage::Order::default(),
        part: storage::Part::first(30),
    };
    let mut conn = app.store.read().await?;
    let mut found = people::list(&mut conn, &app.store.sealer, &filter).await?;
    drop(conn);
    if found.iter().any(|it| it.name == asked) {
        found.retain(|it| it.name == asked);
    }
    match found.as_slice() {
        [one] => Ok((one.id.clone(), one.unit.clone())),
        [] => Err(WebError::invalid(format!(
            "“姓名、学号或工号”：所选单位及其下级中没有找到“{asked}”。"
        ))),
        many => {
            let tree = app.live.tree();
            let words: Vec<String> = many
                .iter()
                .take(5)
                .map(|it| {
                    let number = crate::people::number(it).unwrap_or("无编号");
                    format!("{}（{}，{number}）", it.name, tree.full_name(&it.unit))
                })
                .collect();
            Err(WebError::invalid(format!(
                "有 {} 人符合“{asked}”，请改填学号或工号：{}。",
                many.len(),
                words.join("、")
            )))
        }
    }
}

async fn save(app: &App, who: &SignedIn, id: &str, input: &Grant) -> Result<(), WebError> {
    let campaign = seen(app, who, id)?;
    let tree = app.live.tree();
    tree.permit(&who.actor, Action::Exempt, &input.unit)?;
    if !duties(&campaign).iter().any(|(duty, _)| *duty == input.duty) {
        return Err(WebError::invalid("“任务”应从列表中选择。"));
    }
    let reason = required(&input.reason, "理由", 200)?;
    let period_start = match input.period_start.trim() {
        "" => None,
        value => Some(text::parse_date(value, "只免哪一期")?),
    };
    let (subject, unit) = subject(app, input).await?;
    let permit = tree.permit(&who.actor, Action::Exempt, &unit)?;
    let is_owed = campaign.look(|figures| {
        let engine = figures.engine();
        let org = engine.organisation();
        let (Some(subject), Some(duty)) = (org.subject(&subject), engine.duty_ix(&input.duty))
        else {
            return Some(false);
        };
        // A person is exempted where they belong.
        if org.home(subject).is_none_or(|home| Some(home) != org.unit_ix(&unit)) {
            return None;
        }
        let mut standings = figures.view().of_duty_and_subject(duty, subject);
        let start = period_start.map(Day::from);
        Some(standings.any(|it| start.is_none_or(|start| it.period.start == start)))
    });
    match is_owed {
        None => return Err(WebError::invalid("所选的人不在这个单位。")),
        Some(false) => {
            return Err(WebError::invalid(
                "这个对象没有这项任务，或没有从这一天开始的周期，不需要免除。",
            ));
        }
        Some(true) => {}
    }
    let now = app.clock.now();
    let row = Exemption {
        id: new_id(),
        campaign: id.to_owned(),
        duty: input.duty.clone(),
        subject,
        unit,
        period_start: period_start.map(|date| date.to_string()),
        reason,
        granted_at: now,
        granted_by: Some(who.actor.account.clone()),
        revoked_at: None,
    };
    let mut tx = app.store.write(now).await?;
    stored::grant_exemption(&mut tx, &permit, &row).await?;
    tx.commit().await?;
    app.live.follow(&app.store, now).await
}

pub(crate) async fn revoke(
    State(app): State<AppState>,
    who: SignedIn,
    Path((id, exemption)): Path<(String, String)>,
    Form(input): Form<Back>,
) -> Result<Redirect, WebError> {
    seen(&app, &who, &id)?;
    let mut conn = app.store.read().await?;
    let row = stored::exemption_by_id(&mut conn, &exemption)
        .await?
        .filter(|row| row.campaign == id)
        .ok_or(WebError::NotFound)?;
    drop(conn);
    let permit = app.live.tree().permit(&who.actor, Action::Exempt, &row.unit)?;
    let now = app.clock.now();
    let mut tx = app.store.write(now).await?;
    stored::revoke_exemption(&mut tx, &permit, &row.id).await?;
    tx.commit().await?;
    app.live.follow(&app.store, now).await?;
    let base = format!("{}/exemptions", path::campaign(&id));
    let unit = path::with_query("", &[("unit", &row.unit)]);
    Ok(Redirect::to(&back(&base, if input.back.is_empty() { &unit } else { &input.back })))
}
