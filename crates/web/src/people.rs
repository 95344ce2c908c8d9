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
use office::sheet::{Cell, Column, Head, List, ListFormat};
use serde::Deserialize;
use storage::people::{self, Filter, Person, Scope};

use crate::layout::{self, Page, Tone, empty, field, heading, options, tag};
use crate::live::{Node, Tree};
use crate::session::SignedIn;
use crate::{App, AppState, WebError, download, path, text, units};

pub(crate) use add::{add, add_form};
pub(crate) use coverage::show as coverage;
pub(crate) use edit::{edit, edit_form, leave, transfer, transfer_form};
pub(crate) use show::{reveal, show};

pub(crate) const PAGE: i64 = 50;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    unit: String,
    role: String,
    q: String,
    left: String,
    after: String,
    format: String,
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
    let filter = Filter {
        scope: scope_of(&tree, top),
        role: PersonRole::from_code(&asked.role),
        search: asked.q.trim(),
        today: &today,
        only_left: !asked.left.is_empty(),
        after: &asked.after,
        limit: PAGE + 1,
    };
    if asked.format == "xlsx" {
        return export(&app, &who, &tree, top, &filter).await;
    }
    let mut conn = app.store.read().await?;
    let mut found = people::list(&mut conn, &app.store.sealer, &filter).await?;
    drop(conn);
    let has_more = found.len() as i64 > PAGE;
    found.truncate(PAGE as usize);
    let next = if has_more { found.last().map(|it| it.id.clone()) } else { None };
    let content = list_content(&tree, &who, top, &asked, &found, next.as_deref());
    Ok(layout::page(&app, &who, Page { title: "人员", here: path::PEOPLE, content })
        .into_response())
}

fn list_content(
    tree: &Tree,
    who: &SignedIn,
    top: &Node,
    asked: &Asked,
    found: &[Person],
    next: Option<&str>,
) -> Markup {
    let unit = top.unit.id.as_str();
    let query = [
        ("unit", unit),
        ("role", asked.role.as_str()),
        ("q", asked.q.trim()),
        ("left", asked.left.as_str()),
    ];
    let may_manage = tree.permit(&who.actor, Action::ManageOrganisation, unit).is_ok();
    let may_export = tree.permit(&who.actor, Action::Export, unit).is_ok();
    let roles = std::iter::once(("", "全部人员"))
        .chain(PersonRole::ALL.iter().map(|role| (role.code(), role.chinese())));
    let mut export = query.to_vec();
    export.push(("format", "xlsx"));
    html! {
        @if top.parent.is_some() { (units::trail(tree, who, unit, false)) }
        (heading(&format!("{}的人员", top.unit.name), Some(html! {
            @if may_export { a.button.quiet href=(path::with_query(path::PEOPLE, &export)) { "导出 Excel" } }
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
            button.quiet type="submit" { "查找" }
        }
        @if found.is_empty() {
            (empty("没有符合条件的人员。", may_manage.then(|| html! { a href=(path::with_query(path::IMPORT, &[("unit", unit)])) { "导入花名册" } })))
        } @else {
            section.card.flush {
                (table(tree, found))
                (layout::pager(path::PEOPLE, &query, next, asked.after.is_empty()))
            }
        }
    }
}

/// People as a table; personal fields are masked.
pub(crate) fn table(tree: &Tree, found: &[Person]) -> Markup {
    html! {
        table.stack {
            thead { tr { th { "姓名" } th { "类别" } th { "单位" } th { "编号" } th { "性别" } th { "手机" } } }
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

/// Rows of an export at most; a district's whole list fits.
const EXPORT_MAX: usize = 300_000;

/// The list as a workbook, masked like the page, a page of rows at a time.
async fn export(
    app: &App,
    who: &SignedIn,
    tree: &Tree,
    top: &Node,
    filter: &Filter<'_>,
) -> Result<Response, WebError> {
    let permit = tree.permit(&who.actor, Action::Export, &top.unit.id)?;
    let title = format!("{}人员名单", top.unit.name);
    let note = format!("{}　导出人：{}", text::chinese_date(app.clock.today()), who.name);
    let column = |header, width| Column { header, width };
    let columns = [
        column("姓名", 12.0),
        column("类别", 10.0),
        column("单位", 34.0),
        column("学号/工号", 18.0),
        column("性别", 6.0),
        column("手机（已隐去中间）", 18.0),
        column("加入日期", 12.0),
        column("最后一天", 12.0),
    ];
    let head = Head { sheet: "人员", title: &title, note: &note, columns: &columns };
    let mut list = List::new(ListFormat::Xlsx, &head).map_err(download::failed)?;
    let mut after = String::new();
    let mut rows = 0;
    let mut conn = app.store.read().await?;
    loop {
        let page = Filter { after: &after, limit: 2_000, ..*filter };
        let found = people::list(&mut conn, &app.store.sealer, &page).await?;
        for it in &found {
            let unit = tree.full_name(&it.unit);
            let phone = it.personal.phone.as_deref().map(text::masked_phone);
            list.row(&[
                Cell::Text(&it.name),
                Cell::Text(it.role.chinese()),
                Cell::Text(&unit),
                Cell::Text(number(it).unwrap_or_default()),
                Cell::Text(it.gender.map_or("", campaign::person::Gender::chinese)),
                Cell::Text(phone.as_deref().unwrap_or_default()),
                Cell::Text(it.joined_on.as_deref().unwrap_or_default()),
                Cell::Text(it.left_on.as_deref().unwrap_or_default()),
            ])
            .map_err(download::failed)?;
        }
        rows += found.len();
        match found.last() {
            Some(last) if found.len() == 2_000 && rows < EXPORT_MAX => {
                after = last.id.clone();
            }
            _ => break,
        }
    }
    drop(conn);
    let mut tx = app.store.write(app.clock.now()).await?;
    let object = format!("unit/{}", top.unit.id);
    let detail = format!("人员名单 {rows} 行");
    tx.audit(&permit, "people", storage::Change { object: &object, detail });
    tx.commit().await?;
    let bytes = tokio::task::spawn_blocking(move || list.finish())
        .await
        .map_err(download::failed)?
        .map_err(download::failed)?;
    Ok(download::file(&format!("{title}.xlsx"), ListFormat::Xlsx.media_type(), bytes)
        .into_response())
}
