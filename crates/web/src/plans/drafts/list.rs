//! The list of drafts, and what was decided on one.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use campaign::access::Action;
use maud::{Markup, html};
use serde::Deserialize;
use storage::draft::{self, Key as By, Narrow, State as DraftState, Step, Summary};
use storage::{Order, Part};

use super::{Desk, desk, home};
use crate::export::{self, PART, Row, Rows, Wanted};
use crate::layout::{self, Page, Tone, crumbs, empty, field, heading, options, tag};
use crate::live::Tree;
use crate::paging::At;
use crate::session::SignedIn;
use crate::sort::{Heads, Key, Sort, falling, rising};
use crate::{App, AppState, WebError, path, text};

const PAGE: usize = 50;
const KEYS: &[Key] =
    &[falling("begun", "建立"), falling("changed", "最近改动"), rising("name", "名称")];

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    q: String,
    state: String,
    unit: String,
    sort: String,
    #[serde(flatten)]
    at: At,
    format: String,
}

impl Asked {
    fn sort(&self) -> Sort {
        Sort::read(&self.sort, KEYS)
    }

    fn narrow(&self, scope: String) -> Narrow {
        let sort = self.sort();
        let key = match sort.code {
            "changed" => By::Changed,
            "name" => By::Name,
            _ => By::Begun,
        };
        Narrow {
            scope,
            state: DraftState::from_code(&self.state),
            search: self.q.clone(),
            order: Order { key, descending: sort.descending },
        }
    }
}

pub(super) fn state_words(state: DraftState) -> (&'static str, Tone) {
    match state {
        DraftState::Open => ("确认中", Tone::Calm),
        DraftState::Used => ("已用于方案", Tone::Good),
        DraftState::Discarded => ("已作废", Tone::Faint),
    }
}

pub(crate) async fn list(
    State(app): State<AppState>,
    who: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let tree = app.live.tree();
    let scope = tree.scope(&who.actor, Action::ManagePlans, Some(&asked.unit))?.unit.id.clone();
    let may_export = tree.permit(&who.actor, Action::Export, &scope).is_ok();
    let narrow = asked.narrow(scope);
    if asked.format == "xlsx" {
        return export(&app, &who, (&asked, narrow)).await;
    }
    let mut conn = app.store.read().await?;
    let mut rows = draft::list(&mut conn, &narrow, asked.at.part(PAGE)).await?;
    drop(conn);
    let turn = asked.at.turn(&mut rows, PAGE, |it| it.draft.id.clone());
    let narrowing = [("q", asked.q.trim()), ("state", &*asked.state), ("unit", &*asked.unit)];
    let heads = Heads { base: path::DRAFTS, pairs: &narrowing, keys: KEYS, sort: asked.sort() };
    let order = asked.sort().text();
    let mut pairs = narrowing.to_vec();
    pairs.push(("sort", &order));
    let begin = || html! { a.button href=(format!("{}/new", path::DRAFTS)) { "上传文件起草" } };
    let narrowed = !asked.q.is_empty() || !asked.state.is_empty();
    let states = DraftState::ALL.map(|it| (it.code(), state_words(it).0));
    let content = html! {
        (crumbs(&[("方案".to_owned(), path::PLANS.to_owned()), ("从文件起草".to_owned(), String::new())]))
        (heading("从文件起草", Some(html! {
            @if may_export { (export::button(&export::href(path::DRAFTS, &pairs))) }
            (begin())
        })))
        p.lede { "上传印发的方案或通知，逐条对照原句确认后启动；每条任务都能点回它的原句。" }
        form.filter method="get" action=(path::DRAFTS) {
            input type="hidden" name="unit" value=(asked.unit);
            (field("名称", None, html! { input type="search" name="q" value=(asked.q); }))
            (field("状态", None, html! { select name="state" { option value="" { "全部" } (options(states, &asked.state)) } }))
            (heads.choice())
            button.quiet type="submit" { "筛选" }
        }
        section.card.flush {
            @if rows.is_empty() {
                @if narrowed { (empty("没有符合条件的起草。", None)) }
                @else { (empty("还没有起草过。有了上级或本单位印发的文件，就可以从它开始。", Some(begin()))) }
            } @else {
                (table(&tree, &rows, &heads))
            }
            (turn.pager(path::DRAFTS, &pairs))
        }
    };
    Ok(layout::page(&app, &who, Page { title: "从文件起草", here: path::PLANS, content })
        .into_response())
}

fn table(tree: &Tree, rows: &[Summary], heads: &Heads<'_>) -> Markup {
    html! {
        table.stack {
            thead { tr { (heads.th("name")) th { "实施单位" } th.number { "进度" } (heads.th("changed")) (heads.th("begun")) th { "状态" } } }
            tbody { @for row in rows {
                @let it = &row.draft;
                @let (words, tone) = state_words(it.state);
                tr {
                    td data-label="名称" {
                        a.title href=(home(&it.id)) { (it.name) }
                        @if 1 < it.edition { " " (tag(&format!("第 {} 稿", it.edition), Tone::Calm)) }
                    }
                    td data-label="实施单位" { (tree.full_name(&it.unit)) }
                    td.number data-label="进度" { (row.decided) " / " (row.items) }
                    td data-label="最近改动" { (text::moment(it.changed_at)) }
                    td data-label="建立" { (row.creator.as_deref().unwrap_or("—")) " " span.small.muted { (text::moment(it.created_at)) } }
                    td data-label="状态" { (tag(words, tone)) }
                }
            } }
        }
    }
}

struct Drafts {
    narrow: Narrow,
    after: String,
}

impl Rows for Drafts {
    async fn next(&mut self, app: &App) -> Result<Vec<Row>, WebError> {
        let mut conn = app.store.read().await?;
        let found =
            draft::list(&mut conn, &self.narrow, Part::after(&self.after, PART)).await?;
        drop(conn);
        if let Some(last) = found.last() {
            self.after.clone_from(&last.draft.id);
        }
        let tree = app.live.tree();
        let row = |Summary { draft: it, items, decided, creator }: &Summary| -> Row {
            vec![
                it.name.as_str().into(),
                tree.full_name(&it.unit).into(),
                it.edition.into(),
                (*decided).into(),
                (*items).into(),
                text::moment(it.changed_at).into(),
                creator.as_deref().into(),
                text::moment(it.created_at).into(),
                state_words(it.state).0.into(),
            ]
        };
        Ok(found.iter().map(row).collect())
    }
}

async fn export(
    app: &AppState,
    who: &SignedIn,
    (asked, narrow): (&Asked, Narrow),
) -> Result<Response, WebError> {
    let tree = app.live.tree();
    let wanted = Wanted {
        list: "drafts",
        title: "方案起草一览".to_owned(),
        narrowed: export::narrowed(&[
            ("单位", &tree.full_name(&narrow.scope)),
            ("名称", &asked.q),
            ("状态", narrow.state.map_or("", |it| state_words(it).0)),
        ]),
        columns: &[
            ("名称", 40.0),
            ("实施单位", 30.0),
            ("稿次", 8.0),
            ("已确认", 8.0),
            ("条目", 8.0),
            ("最近改动", 18.0),
            ("建立人", 12.0),
            ("建立", 18.0),
            ("状态", 12.0),
        ],
        permit: tree.permit(&who.actor, Action::Export, &narrow.scope)?,
    };
    export::answer(app, who, wanted, Drafts { narrow, after: String::new() }).await
}

fn verb_words(verb: &str) -> &str {
    match verb {
        "accept" => "确认",
        "accept-sure" => "批量确认",
        "change" => "修改并确认",
        "drop" => "删去",
        "undo" => "撤销",
        "add" => "补充",
        other => other,
    }
}

const STEP_KEYS: &[Key] = &[falling("at", "时间")];

/// The sentence that a decision was about.
fn quote<'a>(desk: &'a Desk, it: &Step) -> &'a str {
    let line = desk.lines.iter().find(|line| Some(&line.item.id) == it.item.as_ref());
    line.map_or("（旧稿中的条目）", |line| line.item.quote.as_str())
}

/// Every decision on a draft, the newest first.
pub(crate) async fn history(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let desk = desk(&app, &who, &id).await?;
    let sort = Sort::read(&asked.sort, STEP_KEYS);
    if asked.format == "xlsx" {
        return export_history(&app, &who, desk, !sort.descending).await;
    }
    let part = asked.at.part(PAGE);
    let mut conn = app.store.read().await?;
    let mut steps = draft::steps(&mut conn, &id, !sort.descending, part).await?;
    drop(conn);
    let turn = asked.at.turn(&mut steps, PAGE, |it| it.id.clone());
    let here = format!("{}/history", home(&id));
    let heads = Heads { base: &here, pairs: &[], keys: STEP_KEYS, sort };
    let order = sort.text();
    let pairs = [("sort", order.as_str())];
    let may_export =
        app.live.tree().permit(&who.actor, Action::Export, &desk.draft.unit).is_ok();
    let content = html! {
        (crumbs(&[
            ("方案".to_owned(), path::PLANS.to_owned()),
            ("从文件起草".to_owned(), path::DRAFTS.to_owned()),
            (desk.draft.name.clone(), home(&id)),
            ("确认记录".to_owned(), String::new()),
        ]))
        (heading("确认记录", may_export.then(|| export::button(&export::href(&here, &pairs)))))
        section.card.flush {
            @if steps.is_empty() { (empty("还没有作过决定。", None)) } @else {
                table.stack {
                    thead { tr { th { "原句" } th { "决定" } th { "谁" } (heads.th("at")) } }
                    tbody { @for it in &steps { tr {
                        td data-label="原句" { (quote(&desk, it)) }
                        td data-label="决定" { (verb_words(&it.verb)) }
                        td data-label="谁" { (it.account_name.as_deref().unwrap_or("—")) }
                        td data-label="时间" { (text::moment(it.at)) }
                    } } }
                }
            }
            (turn.pager(&here, &pairs))
        }
    };
    Ok(layout::page(&app, &who, Page { title: "确认记录", here: path::PLANS, content })
        .into_response())
}

struct Steps {
    desk: Desk,
    oldest_first: bool,
    after: String,
}

impl Rows for Steps {
    async fn next(&mut self, app: &App) -> Result<Vec<Row>, WebError> {
        let part = Part::after(&self.after, PART);
        let mut conn = app.store.read().await?;
        let found =
            draft::steps(&mut conn, &self.desk.draft.id, self.oldest_first, part).await?;
        drop(conn);
        if let Some(last) = found.last() {
            self.after.clone_from(&last.id);
        }
        let row = |it: &Step| -> Row {
            vec![
                quote(&self.desk, it).into(),
                verb_words(&it.verb).into(),
                it.account_name.as_deref().into(),
                text::moment(it.at).into(),
            ]
        };
        Ok(found.iter().map(row).collect())
    }
}

async fn export_history(
    app: &AppState,
    who: &SignedIn,
    desk: Desk,
    oldest_first: bool,
) -> Result<Response, WebError> {
    let wanted = Wanted {
        list: "drafts",
        title: format!("{}确认记录", desk.draft.name),
        narrowed: String::new(),
        columns: &[("原句", 70.0), ("决定", 14.0), ("谁", 12.0), ("时间", 18.0)],
        permit: app.live.tree().permit(&who.actor, Action::Export, &desk.draft.unit)?,
    };
    export::answer(app, who, wanted, Steps { desk, oldest_first, after: String::new() }).await
}
