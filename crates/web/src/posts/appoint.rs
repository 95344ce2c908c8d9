//! Appointing somebody, also in another's place, and ending an appointment.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use campaign::access::{Action, Permit};
use campaign::plan::catalogue;
use serde::Deserialize;
use storage::organisation::Unit;
use storage::people::{self, Filter, Person, Scope};
use storage::post::{self, Appointment};

use super::{Appointing, Shown, board, post_name, wanted};
use crate::app::new_id;
use crate::session::SignedIn;
use crate::units::manage;
use crate::{App, AppState, WebError, path, text};

pub(crate) async fn appoint(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Form(input): Form<Appointing>,
) -> Result<Response, WebError> {
    let (permit, unit) = manage(&app, &who, &id)?;
    let shown = match save(&app, &permit, &unit, &input).await {
        Ok(Outcome::Appointed) => {
            let to = format!("{}/posts", path::unit(&id));
            return Ok(Redirect::to(&to).into_response());
        }
        Ok(Outcome::Several(choices)) => Shown {
            wrong: Some(format!("“{}”有多人符合，请在下面选择。", input.person.trim())),
            choices,
            form: input,
            ..Shown::default()
        },
        Err(WebError::Invalid(words)) => {
            Shown { wrong: Some(words), form: input, ..Shown::default() }
        }
        Err(error) => return Err(error),
    };
    let page = board(&app, &who, &id, shown).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

enum Outcome {
    Appointed,
    /// Id, and words to tell them apart.
    Several(Vec<(String, String)>),
}

async fn save(
    app: &App,
    permit: &Permit,
    unit: &Unit,
    input: &Appointing,
) -> Result<Outcome, WebError> {
    let tree = app.live.tree();
    let in_catalogue =
        catalogue::post(&input.post).is_some_and(|entry| entry.kinds.contains(&unit.kind));
    let in_plan = || wanted(app, &tree, &unit.id).posts.iter().any(|it| it.post == input.post);
    if !in_catalogue && !in_plan() {
        return Err(WebError::invalid(format!(
            "“岗位”不适用于“{}”，请从列表中选择。",
            unit.kind.chinese()
        )));
    }
    let from = text::parse_date(&input.from_on, "到任日期")?;
    let until = match input.until_on.trim() {
        "" => None,
        value => Some(text::parse_date(value, "最后一天")?),
    };
    if until.is_some_and(|until| until < from) {
        return Err(WebError::invalid("“最后一天”不能早于“到任日期”。"));
    }
    let found = match find(app, unit, input).await? {
        Found::One(person) => person,
        Found::Several(choices) => return Ok(Outcome::Several(choices)),
    };
    let mut tx = app.store.write(app.clock.now()).await?;
    let held = post::holders(tx.conn(), Scope::Only(&unit.id), &from.to_string()).await?;
    let is_held = held.iter().any(|it| {
        it.appointment.post == input.post
            && it.appointment.person == found.id
            && until.is_none_or(|until| it.appointment.from_on <= until.to_string())
    });
    if is_held {
        return Err(WebError::invalid(format!(
            "{}在这段时间已任{}，不必重复任命。",
            found.name,
            post_name(&input.post)
        )));
    }
    let substitute_for = Some(input.substitute_for.clone()).filter(|id| !id.is_empty());
    if let Some(id) = &substitute_for {
        let own = held.iter().find(|it| it.appointment.id == *id);
        let Some(own) = own.filter(|it| it.appointment.post == input.post) else {
            return Err(WebError::invalid("“代理”的岗位须与所选岗位一致，且被代理人仍在任。"));
        };
        if own.appointment.person == found.id {
            return Err(WebError::invalid("不能由本人代理本人。"));
        }
    }
    let it = Appointment {
        id: new_id(),
        unit: unit.id.clone(),
        post: input.post.clone(),
        person: found.id,
        from_on: from.to_string(),
        until_on: until.map(|until| until.to_string()),
        substitute_for,
        revision: 1,
    };
    post::insert_many(&mut tx, permit, std::slice::from_ref(&it)).await?;
    tx.commit().await?;
    Ok(Outcome::Appointed)
}

enum Found {
    One(Box<Person>),
    Several(Vec<(String, String)>),
}

/// Looks among the people of the unit's school, else of the unit's own part.
async fn find(app: &App, unit: &Unit, input: &Appointing) -> Result<Found, WebError> {
    let tree = app.live.tree();
    let asked = input.person.trim();
    if asked.is_empty() {
        return Err(WebError::invalid("请填写“姓名”。"));
    }
    let top = tree.school_of(&unit.id).map_or(unit.id.as_str(), |node| node.unit.id.as_str());
    let today = app.clock.today().to_string();
    let filter = Filter {
        scope: Scope::Below(top),
        role: None,
        search: asked,
        today: &today,
        only_left: false,
        order: storage::Order::default(),
        part: storage::Part::first(30),
    };
    let mut conn = app.store.read().await?;
    let mut found = people::list(&mut conn, &app.store.sealer, &filter).await?;
    let exact = |it: &Person| {
        it.name == asked
            || [&it.staff_no, &it.student_no, &it.register_no]
                .into_iter()
                .any(|no| no.as_deref() == Some(asked))
    };
    if found.iter().any(exact) {
        found.retain(exact);
    }
    if !input.person_id.is_empty() && found.iter().any(|it| it.id == input.person_id) {
        found.retain(|it| it.id == input.person_id);
    }
    let words = |it: &Person| {
        let no = it.staff_no.as_deref().or(it.student_no.as_deref()).unwrap_or("无编号");
        format!("{}（{}，{}，{no}）", it.name, it.role.chinese(), tree.full_name(&it.unit))
    };
    match found.len() {
        0 => Err(WebError::invalid(format!(
            "在“{}”没有找到“{asked}”；可先在“人员”中新增。",
            tree.name(top)
        ))),
        1 => found.pop().map(|it| Found::One(Box::new(it))).ok_or(WebError::NotFound),
        _ => Ok(Found::Several(found.iter().map(|it| (it.id.clone(), words(it))).collect())),
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Ending {
    on: String,
    revision: i64,
}

pub(crate) async fn end(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Form(input): Form<Ending>,
) -> Result<Redirect, WebError> {
    let mut tx = app.store.write(app.clock.now()).await?;
    let it = post::by_id(tx.conn(), &id).await?.ok_or(WebError::NotFound)?;
    let permit = app.live.tree().permit(&who.actor, Action::ManageOrganisation, &it.unit)?;
    let on = text::parse_date(&input.on, "最后一天")?.to_string();
    if on < it.from_on {
        return Err(WebError::invalid(format!("“最后一天”不能早于到任日期 {}。", it.from_on)));
    }
    let it = Appointment { revision: input.revision, ..it };
    post::end(&mut tx, &permit, &it, &on).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("{}/posts", path::unit(&it.unit))))
}
