//! The level below a unit with its counts, or what a search found in it.

use std::cmp::Reverse;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use campaign::access::Action;
use campaign::collation::title_key;
use campaign::plan::UnitKind;
use maud::{Markup, html};
use serde::Deserialize;

use super::{kind_words, trail};
use crate::export::{self, Known, Row, Wanted};
use crate::headcount::{self, Counts};
use crate::layout::{self, Page, Tone, empty, field, heading, options, tag};
use crate::live::{Node, Tree};
use crate::paging::{At, Turn};
use crate::session::SignedIn;
use crate::sort::{Heads, Key, Sort, falling, rising};
use crate::{AppState, WebError, path};

/// Rows of a page of units.
const PAGE: usize = 50;
const KEYS: &[Key] = &[
    rising("place", "顺序"),
    rising("name", "名称"),
    rising("code", "代码"),
    falling("below", "下级"),
    falling("students", "学生"),
    falling("staff", "教职工"),
];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    unit: String,
    q: String,
    kind: String,
    closed: String,
    sort: String,
    #[serde(flatten)]
    at: At,
    format: String,
}

/// What was asked for, in the order asked for.
struct Found<'a> {
    tree: &'a Tree,
    counts: Arc<Counts>,
    rows: Vec<&'a Node>,
    is_search: bool,
    sort: Sort,
}

impl<'a> Found<'a> {
    fn look(tree: &'a Tree, top: &str, asked: &Asked, counts: Arc<Counts>) -> Self {
        let query = asked.q.trim();
        let kind = UnitKind::from_code(&asked.kind);
        let is_search = !query.is_empty() || kind.is_some() || !asked.closed.is_empty();
        let mut rows: Vec<&Node> = if is_search {
            let below = tree.below(top).into_iter();
            below
                .filter(|node| node.unit.id != top)
                .filter(|node| fits(node, query, kind, !asked.closed.is_empty()))
                .collect()
        } else {
            tree.children(top).collect()
        };
        let sort = Sort::read(&asked.sort, KEYS);
        let count = |node: &&Node| counts.get(&node.unit.id).copied().unwrap_or_default();
        match sort.code {
            "name" => sort.rows(&mut rows, |node| title_key(&node.unit.name)),
            // Those without a code come last.
            "code" => sort.rows(&mut rows, |node| {
                (Reverse(node.unit.code.is_some()), node.unit.code.clone())
            }),
            "below" => sort.rows(&mut rows, |node| tree.children(&node.unit.id).count()),
            "students" => sort.rows(&mut rows, |node| count(node).0),
            "staff" => sort.rows(&mut rows, |node| count(node).1),
            _ if sort.descending => rows.reverse(),
            _ => {}
        }
        Self { tree, counts, rows, is_search, sort }
    }
}

pub(crate) async fn list(
    State(app): State<AppState>,
    who: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let tree = app.live.tree();
    let top = tree.scope(&who.actor, Action::Read, Some(&asked.unit))?;
    let top_id = top.unit.id.as_str();
    let counts = headcount::counts(&app).await?;
    let found = Found::look(&tree, top_id, &asked, counts);
    if asked.format == "xlsx" {
        return export(&app, &who, top, (&asked, &found)).await;
    }
    let from = asked.at.offset(PAGE, found.rows.len());
    let page: Vec<&Node> = found.rows.iter().skip(from).take(PAGE).copied().collect();
    let turn = Turn::of(from, PAGE, found.rows.len());
    let narrowing = [
        ("unit", top_id),
        ("q", asked.q.trim()),
        ("kind", asked.kind.as_str()),
        ("closed", asked.closed.as_str()),
    ];
    let heads = Heads { base: path::UNITS, pairs: &narrowing, keys: KEYS, sort: found.sort };
    let order = found.sort.text();
    let mut pairs = narrowing.to_vec();
    pairs.push(("sort", &order));
    let may_add = tree.permit(&who.actor, Action::ManageOrganisation, top_id).is_ok();
    let may_export = tree.permit(&who.actor, Action::Export, top_id).is_ok();
    let actions = html! {
        @if may_export { (export::button(&export::href(path::UNITS, &pairs))) }
        a.button.quiet href=(path::unit(top_id)) { "“" (top.unit.name) "”的详情" }
        @if may_add {
            a.button.quiet href=(path::IMPORT) { "导入花名册" }
            a.button.quiet href=(format!("{}/roll?unit={top_id}", path::UNITS)) { "升级与毕业" }
            a.button href=(format!("{}/new", path::unit(top_id))) { "新增下级单位" }
        }
    };
    let content = html! {
        @if top.parent.is_some() { (trail(&tree, &who, top_id, true)) }
        (heading("组织", Some(actions)))
        (filter_form(&asked, top_id, &heads))
        @if page.is_empty() {
            @if found.is_search {
                (empty("没有符合条件的单位。", Some(html! { a href=(path::with_query(path::UNITS, &[("unit", top_id)])) { "清除条件" } })))
            } @else {
                (empty("这里还没有下级单位。", may_add.then(|| html! { a.button href=(format!("{}/new", path::unit(top_id))) { "新增下级单位" } })))
            }
        } @else {
            section.card.flush {
                (table(&tree, &page, &found.counts, Some((&heads, found.is_search))))
                p.table-foot.muted.small { (format!("第 {}–{} 个，共 {} 个", from + 1, from + page.len(), found.rows.len())) }
                (turn.pager(path::UNITS, &pairs))
            }
        }
    };
    Ok(layout::page(&app, &who, Page { title: "组织", here: path::UNITS, content })
        .into_response())
}

fn filter_form(asked: &Asked, top: &str, heads: &Heads<'_>) -> Markup {
    let kinds = std::iter::once(("", "全部类型"))
        .chain(UnitKind::ALL.iter().map(|kind| (kind.code(), kind.chinese())));
    html! {
        form.filter method="get" action=(path::UNITS) role="search" {
            input type="hidden" name="unit" value=(top);
            (field("名称或代码", None, html! { input type="search" name="q" value=(asked.q.trim()) placeholder="如 中心小学"; }))
            (field("类型", None, html! { select name="kind" { (options(kinds, &asked.kind)) } }))
            (field("范围", None, html! { select name="closed" { (options([("", "在用单位"), ("1", "含已撤销")], &asked.closed)) } }))
            (heads.choice())
            button.quiet type="submit" { "查找" }
        }
    }
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

/// Units as a table. A list has headings that order it, and tells where each
/// stands if it was searched.
pub(super) fn table(
    tree: &Tree,
    page: &[&Node],
    counts: &Counts,
    list: Option<(&Heads<'_>, bool)>,
) -> Markup {
    let with_place = list.is_some_and(|(_, is_search)| is_search);
    html! {
        table.stack {
            thead { tr {
                @if let Some((heads, _)) = list {
                    (heads.th("name")) th { "类型" } (heads.th("code"))
                    (heads.number("below")) (heads.number("students")) (heads.number("staff"))
                } @else {
                    th { "名称" } th { "类型" } th { "代码" }
                    th.number { "下级" } th.number { "学生" } th.number { "教职工" }
                }
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

const COLUMNS: &[(&str, f64)] = &[
    ("名称", 30.0),
    ("所属", 30.0),
    ("类型", 16.0),
    ("代码", 14.0),
    ("镇街", 12.0),
    ("下级", 8.0),
    ("学生", 8.0),
    ("教职工", 8.0),
    ("设立", 12.0),
    ("撤销", 12.0),
];

async fn export(
    app: &AppState,
    who: &SignedIn,
    top: &Node,
    (asked, found): (&Asked, &Found<'_>),
) -> Result<Response, WebError> {
    let tree = found.tree;
    let row = |node: &&Node| -> Row {
        let unit = &node.unit;
        let (students, staff) = found.counts.get(&unit.id).copied().unwrap_or_default();
        vec![
            unit.name.as_str().into(),
            unit.parent.as_deref().map(|parent| tree.full_name(parent)).into(),
            kind_words(tree, unit.kind, &unit.id).into(),
            unit.code.as_deref().into(),
            unit.town.as_deref().into(),
            tree.children(&unit.id).count().into(),
            students.into(),
            staff.into(),
            unit.opened_on.as_deref().into(),
            unit.closed_on.as_deref().into(),
        ]
    };
    let rows = found.rows.iter().map(row).collect();
    let wanted = Wanted {
        list: "units",
        title: format!("{}下级单位", top.unit.name),
        narrowed: export::narrowed(&[
            ("查找", &asked.q),
            ("类型", UnitKind::from_code(&asked.kind).map_or("", UnitKind::chinese)),
            ("范围", if asked.closed.is_empty() { "" } else { "含已撤销" }),
        ]),
        columns: COLUMNS,
        permit: tree.permit(&who.actor, Action::Export, &top.unit.id)?,
    };
    export::answer(app, who, wanted, Known::new(rows)).await
}
