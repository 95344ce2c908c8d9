//! The library for those who keep it: the body's own, and what can be
//! overridden.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use campaign::access::{Action, Actor, Refused};
use campaign::material::{Kind, State as Progress};
use maud::{Markup, html};
use office::sheet::{Cell, Column, Head, List, ListFormat};
use serde::Deserialize;
use storage::Change;
use storage::material::{self, Cursor, Filter, Material};

use super::read::keeper_tabs;
use super::shipped;
use crate::ask::{Visitor, shell};
use crate::layout::{Tone, empty, field, heading, options, pager, tag};
use crate::session::SignedIn;
use crate::{App, AppState, WebError, download, path, text};

const PAGE: i64 = 50;
const EXPORT_MAX: i64 = 10_000;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Narrow {
    kind: String,
    state: String,
    q: String,
    after: String,
}

impl Narrow {
    fn pairs(&self) -> [(&'static str, &str); 3] {
        [("kind", &self.kind), ("state", &self.state), ("q", &self.q)]
    }

    fn filter<'a>(&'a self, top: &'a str) -> Filter<'a> {
        Filter { top, kind: &self.kind, state: &self.state, search: self.q.trim() }
    }
}

/// The unit whose library somebody keeps: the topmost of theirs.
pub(super) fn top(app: &App, actor: &Actor) -> Result<String, Refused> {
    let tree = app.live.tree();
    let node = tree
        .scope(actor, Action::WriteContent, None)
        .or_else(|_| tree.scope(actor, Action::ReviewContent, None))?;
    Ok(node.unit.id.clone())
}

pub(super) fn tone(state: &str) -> Tone {
    match state {
        "draft" => Tone::Warn,
        "reviewed" => Tone::Calm,
        "published" => Tone::Good,
        _ => Tone::Faint,
    }
}

pub(crate) async fn list(
    State(app): State<AppState>,
    visitor: Visitor,
    Query(narrow): Query<Narrow>,
) -> Result<Markup, WebError> {
    let who = visitor.who.as_ref().ok_or(WebError::SignedOut)?;
    let top = top(&app, &who.actor)?;
    let after = cursor(&narrow.after);
    let mut conn = app.store.read().await?;
    let mut rows =
        material::list(&mut conn, narrow.filter(&top), (after.as_ref(), PAGE + 1)).await?;
    drop(conn);
    let more = PAGE < rows.len() as i64;
    rows.truncate(PAGE as usize);
    let next = rows.last().filter(|_| more).map(|it| format!("{}.{}", it.changed_at, it.id));
    let pairs = narrow.pairs();
    let kinds = std::iter::once(("", "全部分类"))
        .chain(Kind::ALL.into_iter().map(|it| (it.code(), it.chinese())));
    let states = std::iter::once(("", "全部状态"))
        .chain(Progress::CODES.into_iter().map(|it| (it, Progress::chinese(it))));
    let content = html! {
        (heading("宣传库", Some(html! {
            @if who.actor.may_anywhere(Action::Export) {
                a.button.quiet href=(path::with_query("/library/export.xlsx", &pairs)) { "导出 xlsx" }
            }
            a.button href="/library/new" { "写一篇" }
        })))
        (keeper_tabs(&visitor))
        p.lede { "本单位自己的材料：草稿经另一人审核后才能发布；撤回后公开页面不再显示，覆盖的恢复随产品提供的原文。" }
        form.filter method="get" action=(path::LIBRARY) {
            (field("标题", None, html! { input type="search" name="q" maxlength="50" value=(narrow.q); }))
            (field("分类", None, html! { select name="kind" { (options(kinds, &narrow.kind)) } }))
            (field("状态", None, html! { select name="state" { (options(states, &narrow.state)) } }))
            button.quiet type="submit" { "筛选" }
        }
        @if rows.is_empty() {
            (empty("没有符合条件的材料。", None))
        } @else {
            (table(&app, &rows))
            (pager(path::LIBRARY, &pairs, next.as_deref(), narrow.after.is_empty()))
        }
        (base(&narrow))
    };
    Ok(shell(&app, &visitor, ("宣传库", path::KNOW), content))
}

fn cursor(text: &str) -> Option<Cursor> {
    let (at, id) = text.split_once('.')?;
    Some(Cursor { changed_at: at.parse().ok()?, id: id.to_owned() })
}

fn table(app: &App, rows: &[Material]) -> Markup {
    let tree = app.live.tree();
    html! {
        section.card.flush {
            table.stack {
                thead { tr { th { "标题" } th { "分类" } th { "单位" } th { "版本" } th { "修改时间" } th { "状态" } } }
                tbody {
                    @for it in rows {
                        tr {
                            td data-label="标题" { a.title href=(path::material(&it.id)) { (it.title) } }
                            td data-label="分类" {
                                (it.kind.chinese())
                                @if it.base.is_some() { span.small.muted { "（覆盖）" } }
                            }
                            td data-label="单位" { (tree.full_name(&it.unit)) }
                            td data-label="版本" { (it.version) }
                            td data-label="修改时间" { (text::moment(it.changed_at)) }
                            td data-label="状态" {
                                (tag(Progress::chinese(&it.state), tone(&it.state)))
                                @if it.public_version.is_some_and(|it_is| it_is != it.version) {
                                    " " span.small.muted { "第 " (it.public_version.unwrap_or_default()) " 版仍公开" }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What comes with the product, to be overridden.
fn base(narrow: &Narrow) -> Markup {
    let kind = Kind::from_code(&narrow.kind);
    let pieces: Vec<_> =
        shipped().iter().filter(|it| kind.is_none_or(|kind| it.kind == kind)).collect();
    html! {
        details.card open[kind.is_some()] {
            summary { "随产品提供的材料（" (pieces.len()) "），可以覆盖" }
            ul.list.tight {
                @for piece in pieces {
                    li {
                        span.main {
                            a href=(path::know(&piece.key)) { (piece.text.title) }
                            @if piece.kind == Kind::Rule { span.small.muted { "　" (piece.text.body) } }
                        }
                        (tag(piece.kind.chinese(), Tone::Faint))
                        a.button.quiet.slim href=(path::with_query("/library/new", &[("base", &piece.key)])) { "覆盖" }
                    }
                }
            }
        }
    }
}

/// `/library/export.xlsx`
pub(crate) async fn export(
    State(app): State<AppState>,
    who: SignedIn,
    Query(narrow): Query<Narrow>,
) -> Result<Response, WebError> {
    let top = top(&app, &who.actor)?;
    let tree = app.live.tree();
    let permit = tree.permit(&who.actor, Action::Export, &top)?;
    let mut conn = app.store.read().await?;
    let rows = material::list(&mut conn, narrow.filter(&top), (None, EXPORT_MAX + 1)).await?;
    drop(conn);
    if EXPORT_MAX < rows.len() as i64 {
        return Err(WebError::invalid(format!("超过 {EXPORT_MAX} 篇，请先缩小范围再导出。")));
    }
    let columns: Vec<Column<'_>> = [
        ("标题", 40.0),
        ("分类", 12.0),
        ("单位", 28.0),
        ("覆盖", 18.0),
        ("版本", 8.0),
        ("状态", 14.0),
        ("修改时间", 18.0),
    ]
    .map(|(header, width)| Column { header, width })
    .to_vec();
    let note = format!("导出人 {} · {}", who.name, text::moment(app.clock.now()));
    let head =
        Head { sheet: "宣传库", title: "宣传材料", note: &note, columns: &columns };
    let mut list = List::new(ListFormat::Xlsx, &head).map_err(download::failed)?;
    for it in &rows {
        let (unit, at) = (tree.full_name(&it.unit), text::moment(it.changed_at));
        list.row(&[
            Cell::Text(&it.title),
            Cell::Text(it.kind.chinese()),
            Cell::Text(&unit),
            it.base.as_deref().map_or(Cell::Empty, Cell::Text),
            Cell::Integer(it.version),
            Cell::Text(Progress::chinese(&it.state)),
            Cell::Text(&at),
        ])
        .map_err(download::failed)?;
    }
    let bytes = list.finish().map_err(download::failed)?;
    let mut tx = app.store.write(app.clock.now()).await?;
    let detail = format!("{} 行", rows.len());
    tx.audit(&permit, "library", Change { object: "export/library", detail });
    tx.commit().await?;
    Ok(download::file("宣传库.xlsx", ListFormat::Xlsx.media_type(), bytes).into_response())
}
