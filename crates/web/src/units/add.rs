//! Adding units: one at a time, or the classes of a school by the row.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use campaign::access::Permit;
use campaign::plan::{Stage, UnitKind};
use campaign::structure::{Placing, kinds_under, may_stand};
use maud::{Markup, html};
use serde::Deserialize;
use storage::organisation::{self, Unit};

use super::{
    code_is_free, manage, name_is_free, place_words, short, stage_choices, trail, unit_name,
};
use crate::app::new_id;
use crate::layout::{self, Page, Tone, field, heading, options};
use crate::live::Tree;
use crate::session::SignedIn;
use crate::{App, AppState, WebError, path, text};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct NewUnit {
    kind: String,
    stage: String,
    name: String,
    code: String,
    town: String,
    opened_on: String,
}

pub(crate) async fn add_form(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Result<Markup, WebError> {
    let (_, parent) = manage(&app, &who, &id)?;
    Ok(form(&app, &who, &parent, &NewUnit::default(), None))
}

fn form(
    app: &App,
    who: &SignedIn,
    parent: &Unit,
    input: &NewUnit,
    wrong: Option<&str>,
) -> Markup {
    let tree = app.live.tree();
    let kinds = kinds_under(parent.kind).iter().map(|kind| (kind.code(), kind.chinese()));
    let content = html! {
        (trail(&tree, who, &parent.id, false))
        (heading("新增下级单位", None))
        @if let Some(words) = wrong { (layout::note(words, Tone::Bad)) }
        form.card.narrow method="post" action=(format!("{}/new", path::unit(&parent.id))) {
            (field("上级单位", None, html! { input type="text" value=(parent.name) disabled; }))
            (field("类型", None, html! { select name="kind" required { (options(kinds, &input.kind)) } }))
            (field("名称", Some("同一上级下不能重复，最多 60 个字"), html! { input type="text" name="name" value=(input.name) required maxlength="60"; }))
            (field("学段", Some("不选则随上级单位"), html! { select name="stage" { (options(stage_choices(), &input.stage)) } }))
            (field("代码", Some("学校标识码等，可不填；全区不能重复"), html! { input type="text" name="code" value=(input.code) maxlength="40"; }))
            (field("镇街", Some("用于看板上的分区，可不填"), html! { input type="text" name="town" value=(input.town) maxlength="40"; }))
            (field("设立日期", Some("可不填"), html! { input type="date" name="opened_on" value=(input.opened_on); }))
            p.actions {
                button type="submit" { "新增" }
                a.button.quiet href=(path::unit(&parent.id)) { "取消" }
            }
        }
    };
    layout::page(app, who, Page { title: "新增下级单位", here: path::UNITS, content })
}

pub(crate) async fn add(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Form(input): Form<NewUnit>,
) -> Result<Response, WebError> {
    let (permit, parent) = manage(&app, &who, &id)?;
    match save_new(&app, &permit, &parent, &input).await {
        Ok(new) => Ok(Redirect::to(&path::unit(&new)).into_response()),
        Err(error @ WebError::Invalid(_)) => {
            let (status, words) = error.answer();
            Ok((status, form(&app, &who, &parent, &input, Some(words))).into_response())
        }
        Err(error) => Err(error),
    }
}

async fn save_new(
    app: &App,
    permit: &Permit,
    parent: &Unit,
    input: &NewUnit,
) -> Result<String, WebError> {
    let tree = app.live.tree();
    let kind =
        UnitKind::from_code(&input.kind).ok_or_else(|| WebError::invalid("请选择“类型”。"))?;
    let opened_on = optional_date(&input.opened_on, "设立日期")?;
    let unit = Unit {
        stage: Stage::from_code(&input.stage),
        code: short(&input.code, "代码", 40)?,
        town: short(&input.town, "镇街", 40)?,
        position: tree.children(&parent.id).count() as i64,
        opened_on,
        ..Unit::new(new_id(), Some(parent.id.clone()), kind, unit_name(&input.name)?)
    };
    check_place(&tree, &unit, parent)?;
    name_is_free(&tree, &parent.id, &unit.name, None)?;
    code_is_free(&tree, unit.code.as_deref(), None)?;
    insert(app, permit, std::slice::from_ref(&unit)).await?;
    Ok(unit.id)
}

/// An optional date of a form as ISO text.
pub(crate) fn optional_date(value: &str, label: &str) -> Result<Option<String>, WebError> {
    if value.trim().is_empty() {
        return Ok(None);
    }
    text::parse_date(value, label).map(|date| Some(date.to_string()))
}

/// Asks `campaign::structure` whether a unit may stand under `parent`.
pub(super) fn check_place(tree: &Tree, unit: &Unit, parent: &Unit) -> Result<(), WebError> {
    let placing = Placing {
        kind: unit.kind,
        stage: unit.stage.or_else(|| tree.stage_of(&parent.id)),
        id: Some(&unit.id),
        parent: parent.kind,
        parent_is_closed: parent.closed_on.is_some(),
        above: &tree.above(&parent.id),
    };
    may_stand(&placing).map_err(|error| place_words(&error))
}

async fn insert(app: &App, permit: &Permit, units: &[Unit]) -> Result<(), WebError> {
    let mut tx = app.store.write(app.clock.now()).await?;
    organisation::insert_units_many(&mut tx, permit, units).await?;
    tx.commit().await?;
    app.live.reload_tree(&app.store).await
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct NewClasses {
    grade: String,
    from: String,
    until: String,
    grade_unit: String,
}

pub(crate) async fn classes_form(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Result<Markup, WebError> {
    let (_, parent) = manage(&app, &who, &id)?;
    let input = NewClasses {
        grade: if parent.kind == UnitKind::Grade { parent.name.clone() } else { String::new() },
        from: "1".to_owned(),
        until: "6".to_owned(),
        grade_unit: "1".to_owned(),
    };
    Ok(many_form(&app, &who, &parent, &input, None))
}

fn many_form(
    app: &App,
    who: &SignedIn,
    parent: &Unit,
    input: &NewClasses,
    wrong: Option<&str>,
) -> Markup {
    let tree = app.live.tree();
    let may_grade = kinds_under(parent.kind).contains(&UnitKind::Grade);
    let content = html! {
        (trail(&tree, who, &parent.id, false))
        (heading("批量新增班级", None))
        @if let Some(words) = wrong { (layout::note(words, Tone::Bad)) }
        form.card.narrow method="post" action=(format!("{}/classes", path::unit(&parent.id))) {
            p { "例如：年级填“三年级”，班号填 1 至 6，将新增三年级1班至三年级6班；已有的班级不会重复新增。" }
            (field("年级", Some("一年级、七年级、高一、大班、2023级等"), html! { input type="text" name="grade" value=(input.grade) required maxlength="20"; }))
            (field("班号从", None, html! { input type="number" name="from" value=(input.from) min="1" max="99" required; }))
            (field("到", None, html! { input type="number" name="until" value=(input.until) min="1" max="99" required; }))
            @if may_grade {
                label.field {
                    input type="checkbox" name="grade_unit" value="1" checked[!input.grade_unit.is_empty()];
                    "班级归入同名的年级单位（没有则新建）"
                }
            }
            p.actions {
                button type="submit" { "新增" }
                a.button.quiet href=(path::unit(&parent.id)) { "取消" }
            }
        }
    };
    layout::page(app, who, Page { title: "批量新增班级", here: path::UNITS, content })
}

pub(crate) async fn add_classes(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Form(input): Form<NewClasses>,
) -> Result<Response, WebError> {
    let (permit, parent) = manage(&app, &who, &id)?;
    match save_classes(&app, &permit, &parent, &input).await {
        Ok(place) => Ok(Redirect::to(&path::unit(&place)).into_response()),
        Err(error @ WebError::Invalid(_)) => {
            let (status, words) = error.answer();
            Ok((status, many_form(&app, &who, &parent, &input, Some(words))).into_response())
        }
        Err(error) => Err(error),
    }
}

async fn save_classes(
    app: &App,
    permit: &Permit,
    parent: &Unit,
    input: &NewClasses,
) -> Result<String, WebError> {
    let tree = app.live.tree();
    let number = |value: &str, label: &str| {
        value.trim().parse::<u32>().ok().filter(|n| (1..=99).contains(n)).ok_or_else(|| {
            WebError::invalid(format!("“{label}”应为 1 至 99 的整数，现为“{}”。", value.trim()))
        })
    };
    let (from, until) = (number(&input.from, "班号从")?, number(&input.until, "到")?);
    if until < from {
        return Err(WebError::invalid(format!("“到”不能小于“班号从”：{until} 小于 {from}。")));
    }
    let grade = unit_name(&input.grade)?;
    let mut units = Vec::new();
    let wants_grade =
        !input.grade_unit.is_empty() && kinds_under(parent.kind).contains(&UnitKind::Grade);
    let place = if wants_grade {
        let found = tree
            .children(&parent.id)
            .find(|node| node.unit.kind == UnitKind::Grade && node.unit.name == grade);
        if let Some(node) = found {
            node.unit.clone()
        } else {
            let new = blank(UnitKind::Grade, parent, &grade, 0);
            check_place(&tree, &new, parent)?;
            units.push(new.clone());
            new
        }
    } else {
        parent.clone()
    };
    let before = tree.children(&place.id).count() as i64;
    for n in from..=until {
        let name = format!("{grade}{n}班");
        if tree.children(&place.id).any(|node| node.unit.name == name) {
            continue;
        }
        let class = blank(UnitKind::Class, &place, &name, before + i64::from(n));
        let stage_from = if place.id == parent.id { &place } else { parent };
        let checked = Unit { parent: Some(stage_from.id.clone()), ..class.clone() };
        if place.id == parent.id {
            check_place(&tree, &checked, &place)?;
        }
        units.push(class);
    }
    if units.is_empty() {
        return Err(WebError::invalid("这些班级都已存在，没有需要新增的。"));
    }
    insert(app, permit, &units).await?;
    Ok(place.id)
}

fn blank(kind: UnitKind, parent: &Unit, name: &str, position: i64) -> Unit {
    Unit { position, ..Unit::new(new_id(), Some(parent.id.clone()), kind, name) }
}
