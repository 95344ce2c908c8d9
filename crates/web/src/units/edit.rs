//! Changing what a unit is called and what is known of it.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use campaign::access::Permit;
use campaign::plan::Stage;
use maud::{Markup, html};
use serde::Deserialize;
use storage::organisation::{self, Unit};

use super::add::{check_place, optional_date};
use super::{code_is_free, manage, name_is_free, short, stage_choices, trail, unit_name};
use crate::layout::{self, Page, Tone, field, heading, options};
use crate::session::SignedIn;
use crate::{App, AppState, WebError, path};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Changed {
    name: String,
    stage: String,
    code: String,
    town: String,
    position: String,
    opened_on: String,
    revision: i64,
}

impl Changed {
    fn of(unit: &Unit) -> Self {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        Self {
            name: unit.name.clone(),
            stage: unit.stage.map_or("", Stage::code).to_owned(),
            code: text(&unit.code),
            town: text(&unit.town),
            position: unit.position.to_string(),
            opened_on: text(&unit.opened_on),
            revision: unit.revision,
        }
    }
}

pub(crate) async fn edit_form(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Result<Markup, WebError> {
    let (_, unit) = manage(&app, &who, &id)?;
    Ok(form(&app, &who, &unit, &Changed::of(&unit), None))
}

fn form(
    app: &App,
    who: &SignedIn,
    unit: &Unit,
    input: &Changed,
    wrong: Option<&str>,
) -> Markup {
    let tree = app.live.tree();
    let content = html! {
        (trail(&tree, who, &unit.id, false))
        (heading("修改单位", None))
        @if let Some(words) = wrong { (layout::note(words, Tone::Bad)) }
        form.card.narrow method="post" action=(format!("{}/edit", path::unit(&unit.id))) {
            input type="hidden" name="revision" value=(input.revision);
            (field("类型", Some("类型不能修改；如需改变，请新增单位后合并"), html! { input type="text" value=(unit.kind.chinese()) disabled; }))
            (field("名称", Some("更名后，原名称保留在沿革中"), html! { input type="text" name="name" value=(input.name) required maxlength="60"; }))
            (field("学段", None, html! { select name="stage" { (options(stage_choices(), &input.stage)) } }))
            (field("代码", None, html! { input type="text" name="code" value=(input.code) maxlength="40"; }))
            (field("镇街", None, html! { input type="text" name="town" value=(input.town) maxlength="40"; }))
            (field("排序", Some("同级单位按此从小到大排列"), html! { input type="number" name="position" value=(input.position) min="0" max="99999"; }))
            (field("设立日期", None, html! { input type="date" name="opened_on" value=(input.opened_on); }))
            p.actions {
                button type="submit" { "保存" }
                a.button.quiet href=(path::unit(&unit.id)) { "取消" }
            }
        }
    };
    layout::page(app, who, Page { title: "修改单位", here: path::UNITS, content })
}

pub(crate) async fn edit(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Form(input): Form<Changed>,
) -> Result<Response, WebError> {
    let (permit, unit) = manage(&app, &who, &id)?;
    match save(&app, &permit, &unit, &input).await {
        Ok(()) => Ok(Redirect::to(&path::unit(&id)).into_response()),
        Err(error @ WebError::Invalid(_)) => {
            let (status, words) = error.answer();
            Ok((status, form(&app, &who, &unit, &input, Some(words))).into_response())
        }
        Err(error) => Err(error),
    }
}

async fn save(
    app: &App,
    permit: &Permit,
    unit: &Unit,
    input: &Changed,
) -> Result<(), WebError> {
    let tree = app.live.tree();
    let position = input
        .position
        .trim()
        .parse::<i64>()
        .ok()
        .filter(|n| (0..100_000).contains(n))
        .ok_or_else(|| WebError::invalid("“排序”应为 0 至 99999 的整数。"))?;
    let after = Unit {
        name: unit_name(&input.name)?,
        stage: Stage::from_code(&input.stage),
        code: short(&input.code, "代码", 40)?,
        town: short(&input.town, "镇街", 40)?,
        position,
        opened_on: optional_date(&input.opened_on, "设立日期")?,
        ..unit.clone()
    };
    if let Some(parent) = unit.parent.as_deref().and_then(|id| tree.get(id)) {
        check_place(&tree, &after, &parent.unit)?;
        name_is_free(&tree, &parent.unit.id, &after.name, Some(&unit.id))?;
    }
    code_is_free(&tree, after.code.as_deref(), Some(&unit.id))?;
    let before = Unit { revision: input.revision, ..unit.clone() };
    let verb = if before.name == after.name { "change" } else { "rename" };
    let mut tx = app.store.write(app.clock.now()).await?;
    organisation::save(&mut tx, permit, &before, &after, verb).await?;
    tx.commit().await?;
    app.live.reload_tree(&app.store).await
}
