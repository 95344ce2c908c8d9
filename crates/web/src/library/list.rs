//! The library for those who keep it: the body's own, and what can be
//! overridden.

use axum::extract::{Query, State};
use axum::response::Response;
use campaign::access::{Action, Actor, Refused};
use campaign::material::{Kind, State as Progress};
use maud::{Markup, html};
use serde::Deserialize;
use storage::material::{self, Filter, Key as By, Material};
use storage::{Order, Part};

use super::read::keeper_tabs;
use super::shipped;
use crate::ask::{Visitor, shell};
use crate::export::{self, PART, Row, Rows, Wanted};
use crate::layout::{Tone, empty, field, heading, options, tag};
use crate::paging::At;
use crate::session::SignedIn;
use crate::sort::{Heads, Key, Sort, falling, rising};
use crate::{App, AppState, WebError, path, text};

const PAGE: usize = 50;
const KEYS: &[Key] =
    &[falling("changed", "修改时间"), rising("title", "标题"), falling("version", "版本")];

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Narrow {
    kind: String,
    state: String,
    q: String,
    sort: String,
    #[serde(flatten)]
    at: At,
}

impl Narrow {
    fn pairs(&self) -> [(&'static str, &str); 3] {
        [("kind", &self.kind), ("state", &self.state), ("q", &self.q)]
    }

    fn sort(&self) -> Sort {
        Sort::read(&self.sort, KEYS)
    }

    fn order(&self) -> Order<By> {
        let sort = self.sort();
        let key = match sort.code {
            "title" => By::Title,
            "version" => By::Version,
            _ => By::Changed,
        };
        Order { key, descending: sort.descending }
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
    let part = narrow.at.part(PAGE);
    let mut conn = app.store.read().await?;
    let mut rows = material::list(&mut conn, narrow.filter(&top), narrow.order(), part).await?;
    drop(conn);
    let turn = narrow.at.turn(&mut rows, PAGE, |it| it.id.clone());
    let narrowing = narrow.pairs();
    let heads =
        Heads { base: path::LIBRARY, pairs: &narrowing, keys: KEYS, sort: narrow.sort() };
    let order = narrow.sort().text();
    let mut pairs = narrowing.to_vec();
    pairs.push(("sort", &order));
    let kinds = std::iter::once(("", "全部分类"))
        .chain(Kind::ALL.into_iter().map(|it| (it.code(), it.chinese())));
    let states = std::iter::once(("", "全部状态"))
        .chain(Progress::CODES.into_iter().map(|it| (it, Progress::chinese(it))));
    let content = html! {
        (heading("宣传库", Some(html! {
            @if who.actor.may_anywhere(Action::Export) {
                (export::button(&path::with_query("/library/export.xlsx", &pairs)))
            }
            a.button href="/library/new" { "写一篇" }
        })))
        (keeper_tabs(&visitor))
        p.lede { "本单位自己的材料：草稿经另一人审核后才能发布；撤回后公开页面不再显示，覆盖的恢复随产品提供的原文。" }
        form.filter method="get" action=(path::LIBRARY) {
            (field("标题", None, html! { input type="search" name="q" maxlength="50" value=(narrow.q); }))
            (field("分类", None, html! { select name="kind" { (options(kinds, &narrow.kind)) } }))
            (field("状态", None, html! { select name="state" { (options(states, &narrow.state)) } }))
            (heads.choice())
            button.quiet type="submit" { "筛选" }
        }
        @if rows.is_empty() {
            (empty("没有符合条件的材料。", None))
        } @else {
            (table(&app, &rows, &heads))
            (turn.pager(path::LIBRARY, &pairs))
        }
        (base(&narrow))
    };
    Ok(shell(&app, &visitor, ("宣传库", path::KNOW), content))
}

fn table(app: &App, rows: &[Material], heads: &Heads<'_>) -> Markup {
    let tree = app.live.tree();
    html! {
        section.card.flush {
            table.stack {
                thead { tr { (heads.th("title")) th { "分类" } th { "单位" } (heads.th("version")) (heads.th("changed")) th { "状态" } } }
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

struct Materials {
    narrow: Narrow,
    top: String,
    after: String,
}

impl Rows for Materials {
    async fn next(&mut self, app: &App) -> Result<Vec<Row>, WebError> {
        let part = Part::after(&self.after, PART);
        let (filter, order) = (self.narrow.filter(&self.top), self.narrow.order());
        let mut conn = app.store.read().await?;
        let rows = material::list(&mut conn, filter, order, part).await?;
        drop(conn);
        if let Some(last) = rows.last() {
            self.after.clone_from(&last.id);
        }
        let tree = app.live.tree();
        let row = |it: &Material| -> Row {
            vec![
                it.title.as_str().into(),
                it.kind.chinese().into(),
                tree.full_name(&it.unit).into(),
                it.base.as_deref().into(),
                it.version.into(),
                Progress::chinese(&it.state).into(),
                text::moment(it.changed_at).into(),
            ]
        };
        Ok(rows.iter().map(row).collect())
    }
}

/// `/library/export.xlsx`
pub(crate) async fn export(
    State(app): State<AppState>,
    who: SignedIn,
    Query(narrow): Query<Narrow>,
) -> Result<Response, WebError> {
    let top = top(&app, &who.actor)?;
    let wanted = Wanted {
        list: "library",
        title: "宣传材料".to_owned(),
        narrowed: export::narrowed(&[
            ("标题", &narrow.q),
            ("分类", Kind::from_code(&narrow.kind).map_or("", Kind::chinese)),
            (
                "状态",
                if narrow.state.is_empty() { "" } else { Progress::chinese(&narrow.state) },
            ),
        ]),
        columns: &[
            ("标题", 40.0),
            ("分类", 12.0),
            ("单位", 28.0),
            ("覆盖", 18.0),
            ("版本", 8.0),
            ("状态", 14.0),
            ("修改时间", 18.0),
        ],
        permit: app.live.tree().permit(&who.actor, Action::Export, &top)?,
    };
    export::answer(&app, &who, wanted, Materials { narrow, top, after: String::new() }).await
}
