//! The list of drafts, and what was decided on one.

use axum::extract::{Path, Query, State};
use campaign::access::Action;
use maud::{Markup, html};
use serde::Deserialize;
use storage::draft::{self, Narrow, State as DraftState, Summary};

use super::{desk, home};
use crate::layout::{self, Page, Tone, crumbs, empty, field, heading, options, pager, tag};
use crate::live::Tree;
use crate::session::SignedIn;
use crate::{AppState, WebError, path, text};

const PAGE: usize = 30;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    q: String,
    state: String,
    unit: String,
    after: String,
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
) -> Result<Markup, WebError> {
    let tree = app.live.tree();
    let scope = tree.scope(&who.actor, Action::ManagePlans, Some(&asked.unit))?.unit.id.clone();
    let narrow = Narrow {
        scope,
        state: DraftState::from_code(&asked.state),
        search: asked.q.clone(),
        after: asked.after.clone(),
    };
    let mut conn = app.store.read().await?;
    let mut rows = draft::list(&mut conn, &narrow, PAGE as i64 + 1).await?;
    drop(conn);
    let next =
        (PAGE < rows.len()).then(|| rows.get(PAGE - 1).map(|it| it.draft.id.clone())).flatten();
    rows.truncate(PAGE);
    let pairs = [("q", &*asked.q), ("state", &*asked.state), ("unit", &*asked.unit)];
    let begin = || html! { a.button href=(format!("{}/new", path::DRAFTS)) { "上传文件起草" } };
    let narrowed = !asked.q.is_empty() || !asked.state.is_empty();
    let states = DraftState::ALL.map(|it| (it.code(), state_words(it).0));
    let content = html! {
        (crumbs(&[("方案".to_owned(), path::PLANS.to_owned()), ("从文件起草".to_owned(), String::new())]))
        (heading("从文件起草", Some(begin())))
        p.lede { "上传印发的方案或通知，逐条对照原句确认后启动；每条任务都能点回它的原句。" }
        form.filter method="get" action=(path::DRAFTS) {
            input type="hidden" name="unit" value=(asked.unit);
            (field("名称", None, html! { input type="search" name="q" value=(asked.q); }))
            (field("状态", None, html! { select name="state" { option value="" { "全部" } (options(states, &asked.state)) } }))
            button.quiet type="submit" { "筛选" }
        }
        section.card.flush {
            @if rows.is_empty() {
                @if narrowed || !asked.after.is_empty() { (empty("没有符合条件的起草。", None)) }
                @else { (empty("还没有起草过。有了上级或本单位印发的文件，就可以从它开始。", Some(begin()))) }
            } @else {
                (table(&tree, &rows))
            }
            (pager(path::DRAFTS, &pairs, next.as_deref(), asked.after.is_empty()))
        }
    };
    Ok(layout::page(&app, &who, Page { title: "从文件起草", here: path::PLANS, content }))
}

fn table(tree: &Tree, rows: &[Summary]) -> Markup {
    html! {
        table.stack {
            thead { tr { th { "名称" } th { "实施单位" } th.number { "进度" } th { "最近改动" } th { "建立" } th { "状态" } } }
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

/// Every decision on a draft, the newest first.
pub(crate) async fn history(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Markup, WebError> {
    let desk = desk(&app, &who, &id).await?;
    let mut conn = app.store.read().await?;
    let mut steps = draft::steps(&mut conn, &id, (&asked.after, PAGE as i64 + 1)).await?;
    drop(conn);
    let next =
        (PAGE < steps.len()).then(|| steps.get(PAGE - 1).map(|it| it.id.clone())).flatten();
    steps.truncate(PAGE);
    let here = format!("{}/history", home(&id));
    let quote = |item: Option<&str>| {
        let line = desk.lines.iter().find(|it| Some(it.item.id.as_str()) == item);
        line.map_or("（旧稿中的条目）", |it| it.item.quote.as_str())
    };
    let content = html! {
        (crumbs(&[
            ("方案".to_owned(), path::PLANS.to_owned()),
            ("从文件起草".to_owned(), path::DRAFTS.to_owned()),
            (desk.draft.name.clone(), home(&id)),
            ("确认记录".to_owned(), String::new()),
        ]))
        (heading("确认记录", None))
        section.card.flush {
            @if steps.is_empty() { (empty("还没有作过决定。", None)) } @else {
                table.stack {
                    thead { tr { th { "原句" } th { "决定" } th { "谁" } th { "时间" } } }
                    tbody { @for it in &steps { tr {
                        td data-label="原句" { (quote(it.item.as_deref())) }
                        td data-label="决定" { (verb_words(&it.verb)) }
                        td data-label="谁" { (it.account_name.as_deref().unwrap_or("—")) }
                        td data-label="时间" { (text::moment(it.at)) }
                    } } }
                }
            }
            (pager(&here, &[], next.as_deref(), asked.after.is_empty()))
        }
    };
    Ok(layout::page(&app, &who, Page { title: "确认记录", here: path::PLANS, content }))
}
