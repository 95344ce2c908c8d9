//! The plans that run where the reader may look, and those that ran.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use campaign::access::Action;
use campaign::collation::title_key;
use campaign::day::Day;
use maud::{Markup, html};
use serde::Deserialize;

use super::{may_see, stage_words};
use crate::export::{self, Known, Row, Wanted};
use crate::layout::{self, Page, Tone, empty, field, heading, options, tag};
use crate::live::{Running, Tree};
use crate::paging::{At, Turn};
use crate::session::SignedIn;
use crate::sort::{Heads, Key, Sort, falling, rising};
use crate::{AppState, WebError, path};

const PAGE: usize = 50;
/// The nearest to the root first.
const KEYS: &[Key] = &[
    rising("level", "层级"),
    rising("name", "方案"),
    rising("unit", "实施单位"),
    falling("from", "起止"),
    falling("duties", "任务"),
];
const STAGES: [&str; 4] = ["进行中", "未开始", "已期满", "已终止"];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    q: String,
    state: String,
    sort: String,
    #[serde(flatten)]
    at: At,
    format: String,
}

impl Asked {
    fn pairs(&self) -> [(&'static str, &str); 2] {
        [("q", self.q.trim()), ("state", self.state.as_str())]
    }
}

fn found(
    all: &[Arc<Running>],
    (tree, who): (&Tree, &SignedIn),
    asked: &Asked,
    today: Day,
) -> Vec<Arc<Running>> {
    let query = asked.q.trim();
    let mut rows: Vec<Arc<Running>> = all
        .iter()
        .filter(|it| may_see(tree, &who.actor, it))
        .filter(|it| asked.state.is_empty() || stage_words(it, today).0 == asked.state)
        .filter(|it| {
            query.is_empty()
                || it.campaign.name.contains(query)
                || tree.full_name(&it.campaign.unit).contains(query)
        })
        .cloned()
        .collect();
    let sort = Sort::read(&asked.sort, KEYS);
    match sort.code {
        "name" => sort.rows(&mut rows, |it| title_key(&it.campaign.name)),
        "unit" => sort.rows(&mut rows, |it| title_key(&tree.full_name(&it.campaign.unit))),
        "from" => sort.rows(&mut rows, |it| it.campaign.from_on.clone()),
        "duties" => sort.rows(&mut rows, |it| it.version_on(today).plan.duties.len()),
        _ => sort.rows(&mut rows, |it| (it.is_ended(), tree.above(&it.campaign.unit).len())),
    }
    rows
}

pub(crate) async fn list(
    State(app): State<AppState>,
    who: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let tree = app.live.tree();
    let today = Day::from(app.clock.today());
    let all = app.live.campaigns();
    let rows = found(&all, (&tree, &who), &asked, today);
    if asked.format == "xlsx" {
        return export(&app, &who, &asked, &rows).await;
    }
    let from = asked.at.offset(PAGE, rows.len());
    let turn = Turn::of(from, PAGE, rows.len());
    let sort = Sort::read(&asked.sort, KEYS);
    let narrowing = asked.pairs();
    let heads = Heads { base: path::PLANS, pairs: &narrowing, keys: KEYS, sort };
    let order = sort.text();
    let pairs = [narrowing[0], narrowing[1], ("sort", order.as_str())];
    let may_manage = who.actor.may_anywhere(Action::ManagePlans);
    let may_export = who.actor.may_anywhere(Action::Export);
    let adopt = || {
        html! {
            a.button.quiet href=(path::DRAFTS) { "从文件起草" }
            a.button href="/plans/new" { "采用方案" }
        }
    };
    let is_narrowed = narrowing.iter().any(|(_, value)| !value.is_empty());
    let content = html! {
        (heading("方案", Some(html! {
            @if may_export { (export::button(&export::href(path::PLANS, &pairs))) }
            @if may_manage { (adopt()) }
        })))
        form.filter method="get" action=(path::PLANS) role="search" {
            (field("方案或单位", None, html! { input type="search" name="q" value=(asked.q.trim()); }))
            (field("状态", None, html! { select name="state" {
                option value="" { "全部" }
                (options(STAGES.map(|words| (words, words)), &asked.state))
            } }))
            (heads.choice())
            button.quiet type="submit" { "筛选" }
        }
        @if rows.is_empty() && is_narrowed {
            (empty("没有符合条件的方案。", None))
        } @else if rows.is_empty() {
            section.card {
                (empty("还没有正在实施的方案。采用一份方案后，任务会按频次自动出现在各单位的待办中。",
                    may_manage.then(adopt)))
            }
        } @else {
            section.card.flush {
                table.stack {
                    caption { "共 " (rows.len()) " 项" }
                    thead { tr {
                        (heads.th("name")) (heads.th("unit")) (heads.th("from"))
                        (heads.number("duties")) th.number { "版本" } th { "状态" }
                    } }
                    tbody { @for it in rows.iter().skip(from).take(PAGE) { (row(&tree, it, today)) } }
                }
                (turn.pager(path::PLANS, &pairs))
            }
        }
    };
    Ok(layout::page(&app, &who, Page { title: "方案", here: path::PLANS, content })
        .into_response())
}

fn row(tree: &Tree, it: &Running, today: Day) -> Markup {
    let (words, tone) = stage_words(it, today);
    let version = it.version_on(today);
    html! {
        tr {
            td data-label="方案" {
                a.title href=(path::campaign(it.id())) { (it.campaign.name) }
                @if it.campaign.adopts.is_some() { " " (tag("在上级方案上增加", Tone::Calm)) }
            }
            td data-label="实施单位" { (tree.full_name(&it.campaign.unit)) }
            td data-label="起止" { (it.campaign.from_on) " 至 " (it.campaign.until_on) }
            td.number data-label="任务" { (version.plan.duties.len()) }
            td.number data-label="版本" { "第 " (version.number) " 版" }
            td data-label="状态" { (tag(words, tone)) }
        }
    }
}

const COLUMNS: &[(&str, f64)] = &[
    ("方案", 40.0),
    ("实施单位", 30.0),
    ("自", 12.0),
    ("至", 12.0),
    ("任务", 8.0),
    ("版本", 8.0),
    ("在上级方案上增加", 16.0),
    ("状态", 10.0),
];

async fn export(
    app: &AppState,
    who: &SignedIn,
    asked: &Asked,
    rows: &[Arc<Running>],
) -> Result<Response, WebError> {
    let tree = app.live.tree();
    let today = Day::from(app.clock.today());
    let unit = tree.scope(&who.actor, Action::Export, None)?.unit.id.clone();
    let row = |it: &Arc<Running>| -> Row {
        let version = it.version_on(today);
        vec![
            it.campaign.name.as_str().into(),
            tree.full_name(&it.campaign.unit).into(),
            it.campaign.from_on.as_str().into(),
            it.campaign.until_on.as_str().into(),
            version.plan.duties.len().into(),
            version.number.into(),
            if it.campaign.adopts.is_some() { "是" } else { "" }.into(),
            stage_words(it, today).0.into(),
        ]
    };
    let wanted = Wanted {
        list: "plans",
        title: "实施方案一览".to_owned(),
        narrowed: export::narrowed(&[("查找", &asked.q), ("状态", &asked.state)]),
        columns: COLUMNS,
        permit: tree.permit(&who.actor, Action::Export, &unit)?,
    };
    export::answer(app, who, wanted, Known::new(rows.iter().map(row).collect())).await
}
