//! People: the list, each person's page, and what can be done there.

mod add;
mod coverage;
mod edit;
mod show;

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use campaign::access::Action;
use campaign::person::PersonRole;
use maud::{Markup, html};
use serde::Deserialize;
use storage::people::{self, Filter, Person, Scope};
use storage::{Order, Part};

use crate::export::{self, PART, Row, Rows, Wanted};
use crate::layout::{self, Page, Tone, empty, field, heading, options, tag};
use crate::live::{Node, Tree};
use crate::paging::{At, Turn};
use crate::session::SignedIn;
use crate::sort::{Heads, Key, Sort, rising};
use crate::{App, AppState, WebError, path, text, units};

pub(crate) use add::{add, add_form};
pub(crate) use coverage::show as coverage;
pub(crate) use edit::{edit, edit_form, leave, transfer, transfer_form};
pub(crate) use show::{reveal, show};

pub(crate) const PAGE: usize = 50;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    unit: String,
    role: String,
    q: String,
    left: String,
    sort: String,
    #[serde(flatten)]
    at: At,
    format: String,
}

/// Inside a school people can be ordered by their numbers, too; in a whole body
/// only by what an index has.
fn keys(tree: &Tree, top: &Node) -> &'static [Key] {
    const KEYS: &[Key] =
        &[rising("entered", "登记先后"), rising("name", "姓名"), rising("number", "编号")];
    if tree.school_of(&top.unit.id).is_some() { KEYS } else { KEYS.split_at(2).0 }
}

impl Asked {
    fn filter<'a>(
        &'a self,
        tree: &Tree,
        top: &'a Node,
        (today, part): (&'a str, Part<'a>),
    ) -> Filter<'a> {
        let sort = Sort::read(&self.sort, keys(tree, top));
        let key = match sort.code {
            "name" => people::Key::Name,
            "number" => people::Key::Number,
            _ => people::Key::Entered,
        };
        Filter {
            scope: scope_of(tree, top),
            role: PersonRole::from_code(&self.role),
            search: self.q.trim(),
            today,
            only_left: !self.left.is_empty(),
            order: Order { key, descending: sort.descending },
            part,
        }
    }
}

/// The scope for storage: none for the whole tenant, so that no join is made.
pub(crate) fn scope_of<'a>(tree: &Tree, node: &'a Node) -> Scope<'a> {
    if node.parent.is_none() {
        Scope::All
    } else if tree.children(&node.unit.id).next().is_none() {
        Scope::Only(&node.unit.id)
    } else {
        Scope::Below(&node.unit.id)
    }
}

pub(crate) async fn list(
    State(app): State<AppState>,
    who: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let tree = app.live.tree();
    let top = tree.scope(&who.actor, Action::ReadPeople, Some(&asked.unit))?;
    let today = app.clock.today().to_string();
    if asked.format == "xlsx" {
        return export(&app, &who, &tree, top, &asked).await;
    }
    let filter = asked.filter(&tree, top, (&today, asked.at.part(PAGE)));
    let mut conn = app.store.read().await?;
    let mut found = people::list(&mut conn, &app.store.sealer, &filter).await?;
    drop(conn);
    let turn = asked.at.turn(&mut found, PAGE, |it| it.id.clone());
    let content = list_content(&tree, (&who, top), &asked, &found, &turn);
    Ok(layout::page(&app, &who, Page { title: "人员", here: path::PEOPLE, content })
        .into_response())
}

fn list_content(
    tree: &Tree,
    (who, top): (&SignedIn, &Node),
    asked: &Asked,
    found: &[Person],
    turn: &Turn,
) -> Markup {
    let unit = top.unit.id.as_str();
    let query = [
        ("unit", unit),
        ("role", asked.role.as_str()),
        ("q", asked.q.trim()),
        ("left", asked.left.as_str()),
    ];
    let keys = keys(tree, top);
    let sort = Sort::read(&asked.sort, keys);
    let heads = Heads { base: path::PEOPLE, pairs: &query, keys, sort };
    let order = sort.text();
    let mut pairs = query.to_vec();
    pairs.push(("sort", &order));
    let may_manage = tree.permit(&who.actor, Action::ManageOrganisation, unit).is_ok();
    let may_export = tree.permit(&who.actor, Action::Export, unit).is_ok();
    let roles = std::iter::once(("", "全部人员"))
        .chain(PersonRole::ALL.iter().map(|role| (role.code(), role.chinese())));
    html! {
        @if top.parent.is_some() { (units::trail(tree, who, unit, false)) }
        (heading(&format!("{}的人员", top.unit.name), Some(html! {
            @if may_export { (export::button(&export::href(path::PEOPLE, &pairs))) }
            a.button.quiet href=(path::with_query("/coverage", &[("unit", unit)])) { "覆盖检查" }
            @if may_manage {
                a.button.quiet href=(path::with_query(path::IMPORT, &[("unit", unit)])) { "导入花名册" }
                a.button href=(path::with_query("/people/new", &[("unit", unit)])) { "新增人员" }
            }
        })))
        form.filter method="get" action=(path::PEOPLE) role="search" {
            input type="hidden" name="unit" value=(unit);
            (field("姓名、学号或工号", None, html! { input type="search" name="q" value=(asked.q.trim()); }))
            (field("类别", None, html! { select name="role" { (options(roles, &asked.role)) } }))
            (field("范围", None, html! { select name="left" { (options([("", "在册"), ("1", "已离开")], &asked.left)) } }))
            (heads.choice())
            button.quiet type="submit" { "查找" }
        }
        @if found.is_empty() {
            (empty("没有符合条件的人员。", may_manage.then(|| html! { a href=(path::with_query(path::IMPORT, &[("unit", unit)])) { "导入花名册" } })))
        } @else {
            section.card.flush {
                (table(tree, found, &heads))
                (turn.pager(path::PEOPLE, &pairs))
            }
        }
    }
}

/// People as a table; personal fields are masked.
fn table(tree: &Tree, found: &[Person], heads: &Heads<'_>) -> Markup {
    let has_numbers = heads.keys.iter().any(|key| key.code == "number");
    html! {
        table.stack {
            thead { tr {
                (heads.th("name")) th { "类别" } th { "单位" }
                @if has_numbers { (heads.th("number")) } @else { th { "编号" } }
                th { "性别" } th { "手机" }
            } }
            tbody {
                @for it in found {
                    tr {
                        td data-label="姓名" {
                            a href=(path::person(&it.id)) { (it.name) }
                            @if let Some(on) = &it.left_on { " " (tag(&format!("{on} 离开"), Tone::Faint)) }
                        }
                        td data-label="类别" { (it.role.chinese()) }
                        td data-label="单位" { (tree.full_name(&it.unit)) }
                        td data-label="编号" { (number(it).unwrap_or("—")) }
                        td data-label="性别" { (it.gender.map_or("—", campaign::person::Gender::chinese)) }
                        td data-label="手机" { (it.personal.phone.as_deref().map_or_else(|| "—".to_owned(), text::masked_phone)) }
                    }
                }
            }
        }
    }
}

/// The number that a person goes by.
pub(crate) fn number(it: &Person) -> Option<&str> {
    it.student_no.as_deref().or(it.staff_no.as_deref()).or(it.register_no.as_deref())
}

/// The rows of an export, read and masked as the page reads and masks its own.
struct People {
    asked: Asked,
    top: String,
    after: String,
}

impl Rows for People {
    async fn next(&mut self, app: &App) -> Result<Vec<Row>, WebError> {
        let tree = app.live.tree();
        let top = tree.get(&self.top).ok_or(WebError::NotFound)?;
        let today = app.clock.today().to_string();
        let filter = self.asked.filter(&tree, top, (&today, Part::after(&self.after, PART)));
        let mut conn = app.store.read().await?;
        let found = people::list(&mut conn, &app.store.sealer, &filter).await?;
        drop(conn);
        if let Some(last) = found.last() {
            self.after.clone_from(&last.id);
        }
        let row = |it: &Person| {
            vec![
                it.name.as_str().into(),
                it.role.chinese().into(),
                tree.full_name(&it.unit).into(),
                number(it).into(),
                it.gender.map(campaign::person::Gender::chinese).into(),
                it.personal.phone.as_deref().map(text::masked_phone).into(),
                it.joined_on.as_deref().into(),
                it.left_on.as_deref().into(),
            ]
        };
        Ok(found.iter().map(row).collect())
    }
}

const COLUMNS: &[(&str, f64)] = &[
    ("姓名", 12.0),
    ("类别", 10.0),
    ("单位", 34.0),
    ("学号/工号", 18.0),
    ("性别", 6.0),
    ("手机（已隐去中间）", 18.0),
    ("加入日期", 12.0),
    ("最后一天", 12.0),
];

async fn export(
    app: &AppState,
    who: &SignedIn,
    tree: &Tree,
    top: &Node,
    asked: &Asked,
) -> Result<Response, WebError> {
    let narrowed = export::narrowed(&[
        ("查找", &asked.q),
        ("类别", PersonRole::from_code(&asked.role).map_or("", PersonRole::chinese)),
        ("范围", if asked.left.is_empty() { "" } else { "已离开" }),
    ]);
    let wanted = Wanted {
        list: "people",
        title: format!("{}人员名单", top.unit.name),
        narrowed,
        columns: COLUMNS,
        permit: tree.permit(&who.actor, Action::Export, &top.unit.id)?,
    };
    let rows = People { asked: asked.clone(), top: top.unit.id.clone(), after: String::new() };
    export::answer(app, who, wanted, rows).await
}
