//! The tree of units: its levels with counts, search, and each unit's page.

mod add;
mod close;
mod edit;
mod facts;
mod moves;
mod roll;

use axum::extract::{Path, Query, State};
use campaign::access::Action;
use campaign::plan::{Stage, UnitKind};
use maud::{Markup, html};
use serde::Deserialize;

use crate::headcount::{self, Counts};
use crate::layout::{self, Page, Tone, crumbs, empty, field, heading, options, tag};
use crate::live::{Node, Tree};
use crate::session::SignedIn;
use crate::{App, AppState, WebError, path};

pub(crate) use add::{add, add_classes, add_form, classes_form, optional_date};
pub(crate) use close::{close, close_form, merge};
pub(crate) use edit::{edit, edit_form};
pub(crate) use moves::{candidates, move_form, move_unit};
pub(crate) use roll::{roll_page, run_roll, undo_roll};

/// Rows of a page of units.
const PAGE: usize = 50;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    unit: String,
    q: String,
    kind: String,
    after: String,
    closed: String,
}

/// The level below a unit, or what a search found in it.
pub(crate) async fn list(
    State(app): State<AppState>,
    who: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Markup, WebError> {
    let tree = app.live.tree();
    let top = tree.scope(&who.actor, Action::Read, Some(&asked.unit))?;
    let top_id = top.unit.id.as_str();
    let query = asked.q.trim();
    let kind = UnitKind::from_code(&asked.kind);
    let is_search = !query.is_empty() || kind.is_some();
    let found: Vec<&Node> = if is_search {
        let below = tree.below(top_id).into_iter();
        below.filter(|node| fits(node, query, kind, !asked.closed.is_empty())).collect()
    } else {
        tree.children(top_id).collect()
    };
    let from = asked.after.parse::<usize>().unwrap_or(0).min(found.len());
    let page: Vec<&Node> = found.iter().skip(from).take(PAGE).copied().collect();
    let next = (from + PAGE < found.len()).then(|| (from + PAGE).to_string());
    let counts = headcount::counts(&app).await?;
    let may_add = tree.permit(&who.actor, Action::ManageOrganisation, top_id).is_ok();
    let actions = html! {
        a.button.quiet href=(path::unit(top_id)) { "“" (top.unit.name) "”的详情" }
        @if may_add {
            a.button.quiet href=(path::IMPORT) { "导入花名册" }
            a.button.quiet href=(format!("{}/roll?unit={top_id}", path::UNITS)) { "升级与毕业" }
            a.button href=(format!("{}/new", path::unit(top_id))) { "新增下级单位" }
        }
    };
    let kinds = std::iter::once(("", "全部类型"))
        .chain(UnitKind::ALL.iter().map(|kind| (kind.code(), kind.chinese())));
    let content = html! {
        @if top.parent.is_some() { (trail(&tree, &who, top_id, true)) }
        (heading("组织", Some(actions)))
        form.filter method="get" action=(path::UNITS) role="search" {
            input type="hidden" name="unit" value=(top_id);
            (field("名称或代码", None, html! { input type="search" name="q" value=(query) placeholder="如 中心小学"; }))
            (field("类型", None, html! { select name="kind" { (options(kinds, &asked.kind)) } }))
            label.field {
                span.label { "范围" }
                select name="closed" {
                    (options([("", "在用单位"), ("1", "含已撤销")], &asked.closed))
                }
            }
            button.quiet type="submit" { "查找" }
        }
        @if page.is_empty() {
            @if is_search {
                (empty("没有符合条件的单位。", Some(html! { a href=(path::with_query(path::UNITS, &[("unit", top_id)])) { "清除条件" } })))
            } @else {
                (empty("这里还没有下级单位。", may_add.then(|| html! { a.button href=(format!("{}/new", path::unit(top_id))) { "新增下级单位" } })))
            }
        } @else {
            section.card.flush {
                (table(&tree, &page, &counts, is_search))
                p.table-foot.muted.small { (format!("第 {}–{} 个，共 {} 个", from + 1, from + page.len(), found.len())) }
                (layout::pager(path::UNITS, &[("unit", top_id), ("q", query), ("kind", &asked.kind), ("closed", &asked.closed)], next.as_deref(), from == 0))
            }
        }
    };
    Ok(layout::page(&app, &who, Page { title: "组织", here: path::UNITS, content }))
}

fn fits(node: &Node, query: &str, kind: Option<UnitKind>, with_closed: bool) -> bool {
    let unit = &node.unit;
    (with_closed || unit.closed_on.is_none())
        && kind.is_none_or(|kind| unit.kind == kind)
        && (query.is_empty()
            || unit.name.contains(query)
            || unit.code.as_deref() == Some(query)
            || unit.town.as_deref().is_some_and(|town| town.contains(query)))
}

/// Units as a table; `with_place` tells where each stands.
fn table(tree: &Tree, page: &[&Node], counts: &Counts, with_place: bool) -> Markup {
    html! {
        table.stack {
            thead { tr {
                th { "名称" } th { "类型" } th { "代码" }
                th.number { "下级" } th.number { "学生" } th.number { "教职工" }
            } }
            tbody {
                @for node in page {
                    @let unit = &node.unit;
                    @let (students, staff) = counts.get(&unit.id).copied().unwrap_or_default();
                    tr {
                        td data-label="名称" {
                            a href=(path::unit(&unit.id)) { (unit.name) }
                            @if with_place {
                                @if let Some(parent) = &unit.parent {
                                    span.muted.small { " · " (tree.full_name(parent)) }
                                }
                            }
                            @if unit.closed_on.is_some() { " " (tag("已撤销", Tone::Faint)) }
                        }
                        td data-label="类型" { (kind_words(tree, unit.kind, &unit.id)) }
                        td data-label="代码" { (unit.code.as_deref().unwrap_or("—")) }
                        td.number data-label="下级" {
                            @let below = tree.children(&unit.id).count();
                            @if below > 0 {
                                a href=(path::with_query(path::UNITS, &[("unit", &unit.id)])) { (below) " 个" }
                            } @else { "—" }
                        }
                        td.number data-label="学生" { (students) }
                        td.number data-label="教职工" { (staff) }
                    }
                }
            }
        }
    }
}

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
    crumbs(&steps)
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
