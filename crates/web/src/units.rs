//! The tree of units: its levels, and each unit's page.

mod add;
mod close;
mod edit;
mod facts;
mod list;
mod moves;
mod roll;

use axum::extract::{Path, State};
use campaign::access::Action;
use campaign::plan::{Stage, UnitKind};
use maud::Markup;

use crate::layout::{self, Page, crumbs};
use crate::live::Tree;
use crate::session::SignedIn;
use crate::{App, AppState, WebError, path};

pub(crate) use add::{add, add_classes, add_form, classes_form, optional_date};
pub(crate) use close::{close, close_form, merge};
pub(crate) use edit::{edit, edit_form};
pub(crate) use list::list;
pub(crate) use moves::{candidates, move_form, move_unit};
pub(crate) use roll::{roll_page, run_roll, undo_roll};

fn kind_words(tree: &Tree, kind: UnitKind, id: &str) -> String {
    match tree.stage_of(id) {
        Some(stage) if kind == UnitKind::School => {
            format!("{}（{}）", kind.chinese(), stage.chinese())
        }
        _ => kind.chinese().to_owned(),
    }
}

/// The way down from the highest unit that the reader may see. `as_list` links
/// to levels instead of pages.
pub(crate) fn trail(tree: &Tree, who: &SignedIn, id: &str, as_list: bool) -> Markup {
    crumbs(&steps(tree, who, id, as_list))
}

/// The same with one more step: somebody or something of the unit.
pub(crate) fn trail_to(tree: &Tree, who: &SignedIn, id: &str, last: &str) -> Markup {
    let mut steps = steps(tree, who, id, false);
    steps.push((last.to_owned(), String::new()));
    crumbs(&steps)
}

fn steps(tree: &Tree, who: &SignedIn, id: &str, as_list: bool) -> Vec<(String, String)> {
    let mut steps: Vec<(String, String)> = tree
        .above(id)
        .into_iter()
        .filter(|unit| tree.permit(&who.actor, Action::Read, unit).is_ok())
        .map(|unit| {
            let href = if as_list {
                path::with_query(path::UNITS, &[("unit", unit)])
            } else {
                path::unit(unit)
            };
            (tree.name(unit).to_owned(), href)
        })
        .collect();
    steps.reverse();
    steps
}

/// A unit's own page.
pub(crate) async fn show(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Result<Markup, WebError> {
    let tree = app.live.tree();
    tree.permit(&who.actor, Action::Read, &id)?;
    let node = tree.get(&id).ok_or(WebError::NotFound)?;
    let content = facts::content(&app, &who, &tree, node).await?;
    let title = node.unit.name.as_str();
    Ok(layout::page(&app, &who, Page { title, here: path::UNITS, content }))
}

/// A unit and the permit to change it, or the refusal.
pub(crate) fn manage(
    app: &App,
    who: &SignedIn,
    id: &str,
) -> Result<(campaign::access::Permit, storage::organisation::Unit), WebError> {
    let tree = app.live.tree();
    let permit = tree.permit(&who.actor, Action::ManageOrganisation, id)?;
    let unit = tree.get(id).ok_or(WebError::NotFound)?.unit.clone();
    Ok((permit, unit))
}

/// What a form says of a stage: empty means “as the unit above”.
pub(crate) fn stage_choices() -> impl Iterator<Item = (&'static str, &'static str)> {
    std::iter::once(("", "同上级单位"))
        .chain(Stage::ALL.iter().map(|stage| (stage.code(), stage.chinese())))
}

/// A name as units may have it.
pub(crate) fn unit_name(value: &str) -> Result<String, WebError> {
    let name: String = value.split_whitespace().collect::<Vec<_>>().join(" ");
    let length = name.chars().count();
    if !(1..=60).contains(&length) || name.chars().any(char::is_control) {
        return Err(WebError::invalid(format!("“名称”须为 1 至 60 个字，现为 {length} 个。")));
    }
    Ok(name)
}

/// Optional short text of a form; the words name the field.
pub(crate) fn short(value: &str, label: &str, most: usize) -> Result<Option<String>, WebError> {
    let value = value.trim();
    let length = value.chars().count();
    if length > most || value.chars().any(char::is_control) {
        return Err(WebError::invalid(format!(
            "“{label}”最多 {most} 个字，现为 {length} 个。"
        )));
    }
    Ok(Some(value.to_owned()).filter(|value| !value.is_empty()))
}

/// Brothers and sisters must differ in name.
pub(crate) fn name_is_free(
    tree: &Tree,
    parent: &str,
    name: &str,
    own: Option<&str>,
) -> Result<(), WebError> {
    let taken = tree
        .children(parent)
        .any(|node| node.unit.name == name && Some(node.unit.id.as_str()) != own);
    if taken {
        return Err(WebError::invalid(format!(
            "“{}”下已有名为“{name}”的单位，同一上级下名称不能重复。",
            tree.name(parent)
        )));
    }
    Ok(())
}

/// A code names one unit of the whole body.
pub(crate) fn code_is_free(
    tree: &Tree,
    code: Option<&str>,
    own: Option<&str>,
) -> Result<(), WebError> {
    let Some(code) = code else { return Ok(()) };
    match tree.iter().find(|node| node.unit.code.as_deref() == Some(code)) {
        Some(node) if Some(node.unit.id.as_str()) != own => Err(WebError::invalid(format!(
            "“代码”{code} 已属于“{}”，代码不能重复。",
            node.unit.name
        ))),
        _ => Ok(()),
    }
}

/// The words for a unit that cannot stand where it is wanted.
pub(crate) fn place_words(error: &campaign::structure::PlaceError) -> WebError {
    use campaign::structure::PlaceError;
    let words = match error {
        PlaceError::Kind { kind, parent } => {
            let allowed: Vec<&str> = campaign::structure::kinds_under(*parent)
                .iter()
                .map(|kind| kind.chinese())
                .collect();
            format!(
                "“{}”不能设在“{}”之下；“{}”之下可设：{}。",
                kind.chinese(),
                parent.chinese(),
                parent.chinese(),
                if allowed.is_empty() { "无".to_owned() } else { allowed.join("、") }
            )
        }
        PlaceError::Cycle => "不能把单位移到它自己或它的下级之下。".to_owned(),
        PlaceError::Closed => "上级单位已撤销，请选择在用的单位。".to_owned(),
        PlaceError::Stage { kind, stage } => {
            format!("“{}”学段没有“{}”这类单位。", stage.chinese(), kind.chinese())
        }
    };
    WebError::Invalid(words)
}
