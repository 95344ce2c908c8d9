//! The library for everybody: `/know`, a page for each material, and its print
//! view with the way to the consultation page.

use axum::extract::{Path, Query, State};
use campaign::access::Action;
use campaign::material::Kind;
use maud::{Markup, html};
use serde::Deserialize;
use storage::material::{self, Attached};

use super::files::{self, Of};
use super::{Piece, audience, body, shelf};
use crate::ask::{Visitor, qr, shell};
use crate::layout::{Tone, empty, field, heading, options, tag};
use crate::paging::{At, Turn};
use crate::{App, AppState, WebError, path};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    kind: String,
    q: String,
    u: String,
    #[serde(flatten)]
    at: At,
}

const PAGE: usize = 30;

/// The unit for which is read: the one asked for, else one's own, else the body.
fn reading(app: &App, visitor: &Visitor, asked: &str) -> Result<String, WebError> {
    let tree = app.live.tree();
    let own = visitor.who.as_ref().and_then(|who| who.actor.grants.first());
    let node = tree
        .get(asked)
        .or_else(|| own.and_then(|grant| tree.get(&grant.unit)))
        .or_else(|| tree.root())
        .ok_or(WebError::NotFound)?;
    Ok(node.unit.id.clone())
}

fn tabs(visitor: &Visitor, here: &str) -> Markup {
    let may = |action| visitor.who.as_ref().is_some_and(|who| who.actor.may_anywhere(action));
    html! {
        @if may(Action::WriteContent) || may(Action::ReviewContent) {
            nav.tabs aria-label="宣传库" {
                a href=(path::KNOW) aria-current=[(here == path::KNOW).then_some("page")] { "阅读" }
                a href=(path::LIBRARY) aria-current=[(here == path::LIBRARY).then_some("page")] { "管理" }
            }
        }
    }
}

/// Shown on the pages of those who keep the library as well.
pub(super) fn keeper_tabs(visitor: &Visitor) -> Markup {
    tabs(visitor, path::LIBRARY)
}

/// `/know`
pub(crate) async fn index(
    State(app): State<AppState>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Markup, WebError> {
    let unit = reading(&app, &visitor, &asked.u)?;
    let shelf = shelf(&app, &unit).await?;
    let kind = Kind::from_code(&asked.kind);
    let search = asked.q.trim();
    let is_whole = kind.is_none() && search.is_empty();
    let found: Vec<&Piece> = shelf
        .iter()
        .filter(|it| kind.is_none_or(|kind| it.kind == kind))
        .filter(|it| it.text.title.contains(search) || it.text.body.contains(search))
        .collect();
    let kinds = std::iter::once(("", "全部"))
        .chain(Kind::ALL.into_iter().map(|it| (it.code(), it.chinese())));
    let content = html! {
        (heading("防骗知识", Some(html! { a.button href=(path::ASK) { "问一件事" } })))
        (tabs(&visitor, path::KNOW))
        form.filter method="get" action=(path::KNOW) role="search" {
            input type="hidden" name="u" value=(asked.u);
            (field("找一找", None, html! { input type="search" name="q" maxlength="50" value=(search); }))
            (field("分类", None, html! { select name="kind" { (options(kinds, &asked.kind)) } }))
            button.quiet type="submit" { "查找" }
        }
        @if is_whole {
            a.emergency href=(path::ASK_PAY) { strong { "已经转账了？" } " 先看止付步骤，越快越好 ›" }
            (overview(&shelf, &asked.u))
        } @else if found.is_empty() {
            (empty("没有找到，换个词试试。", None))
        } @else {
            (results(&found, &asked, search))
        }
    };
    Ok(shell(&app, &visitor, ("防骗知识", path::KNOW), content))
}

fn href(piece: &Piece, unit: &str) -> String {
    path::with_query(&path::know(&piece.key), &[("u", unit)])
}

fn of(shelf: &[Piece], kind: Kind) -> impl Iterator<Item = &Piece> {
    shelf.iter().filter(move |it| it.kind == kind)
}

/// The whole library at a glance.
fn overview(shelf: &[Piece], unit: &str) -> Markup {
    const FEW: usize = 6;
    let more = |kind: Kind| {
        let count = of(shelf, kind).count();
        let to = path::with_query(path::KNOW, &[("kind", kind.code()), ("u", unit)]);
        html! { @if FEW < count { p.foot { a href=(to) { "全部 " (count) " 篇 ›" } } } }
    };
    html! {
        h2 { "骗局类型" }
        nav.type-grid aria-label="骗局类型" {
            @for piece in of(shelf, Kind::Type) { a.type-tile href=(href(piece, unit)) { (piece.text.title) } }
        }
        @for kind in [Kind::CaseAlert, Kind::Video, Kind::Article] {
            @if of(shelf, kind).next().is_some() { section.card.flush {
                h2.inset { (kind.chinese()) }
                ul.list {
                    @for piece in of(shelf, kind).take(FEW) { (line(piece, unit)) }
                }
                (more(kind))
            } }
        }
        section.card {
            h2 { "转账之前，八个自问" }
            ol.questions {
                @for piece in of(shelf, Kind::Question) {
                    li { strong { (piece.text.title) } p.small.muted { (piece.text.body.replace('\n', " ")) } }
                }
            }
        }
        section.card {
            @for group in groups(shelf) {
                h2 { (group) }
                ul { @for piece in of(shelf, Kind::Rule).filter(|it| it.text.title == group) { li { (body_line(piece)) } } }
            }
        }
        section.card {
            h2 { "标语" }
            ul { @for piece in of(shelf, Kind::Slogan) { li { (piece.text.title) } } }
        }
        section.card.flush {
            h2.inset { "海报与应急指引" }
            ul.list {
                @for piece in of(shelf, Kind::Guide).chain(of(shelf, Kind::Poster)) { (line(piece, unit)) }
            }
        }
    }
}

fn body_line(piece: &Piece) -> Markup {
    crate::ask::with_phones(piece.text.body.trim())
}

/// Groups of rules in their order: 六个一律, 十个凡是, and the body's own.
fn groups(shelf: &[Piece]) -> Vec<String> {
    let mut groups: Vec<String> = Vec::new();
    for piece in of(shelf, Kind::Rule) {
        if !groups.contains(&piece.text.title) {
            groups.push(piece.text.title.clone());
        }
    }
    groups
}

fn line(piece: &Piece, unit: &str) -> Markup {
    html! {
        li {
            div.main {
                a.title href=(href(piece, unit)) { (piece.text.title) }
                " " (tag(audience(piece.text.audience), Tone::Faint))
            }
        }
    }
}

fn results(found: &[&Piece], asked: &Asked, search: &str) -> Markup {
    let from = asked.at.offset(PAGE, found.len());
    let pairs = [("kind", asked.kind.as_str()), ("q", search), ("u", asked.u.as_str())];
    html! {
        p.lede { "找到 " (found.len()) " 篇" }
        ul.list.card.flush {
            @for piece in found.iter().skip(from).take(PAGE) {
                li {
                    div.main {
                        a.title href=(href(piece, &asked.u)) { (piece.text.title) }
                        @if piece.kind == Kind::Rule { div.small.muted { (piece.text.body) } }
                    }
                    (tag(piece.kind.chinese(), Tone::Faint))
                }
            }
        }
        (Turn::of(from, PAGE, found.len()).pager(path::KNOW, &pairs))
    }
}

/// Whose files belong to a piece; the product's have none.
fn whose(piece: &Piece) -> Option<Of<'_>> {
    let (id, version) = piece.own.as_ref()?;
    Some(Of { id, version: *version, kind: piece.kind })
}

/// The files of a material of the body.
async fn files_of(app: &App, piece: &Piece) -> Result<Vec<Attached>, WebError> {
    let Some(of) = whose(piece) else { return Ok(Vec::new()) };
    let mut conn = app.store.read().await?;
    Ok(material::files(&mut conn, of.id, of.version).await?)
}

async fn piece(
    app: &App,
    visitor: &Visitor,
    (kind, id): (&str, &str),
    unit: &str,
) -> Result<Piece, WebError> {
    let unit = reading(app, visitor, unit)?;
    let key = format!("{kind}/{id}");
    let shelf = shelf(app, &unit).await?;
    shelf.into_iter().find(|it| it.key == key).ok_or(WebError::NotFound)
}

/// `/know/{kind}/{id}`
pub(crate) async fn read(
    State(app): State<AppState>,
    visitor: Visitor,
    Path((kind, id)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Markup, WebError> {
    let piece = piece(&app, &visitor, (&kind, &id), &asked.u).await?;
    let attached = files_of(&app, &piece).await?;
    let print =
        path::with_query(&format!("{}/print", path::know(&piece.key)), &[("u", &asked.u)]);
    let content = html! {
        nav.crumbs aria-label="位置" { ol { li { a href=(path::KNOW) { "防骗知识" } } li { span { (piece.kind.chinese()) } } } }
        (heading(&piece.text.title, Some(html! {
            a.button.quiet href=(print) { "打印版" }
            a.button href=(path::ASK) { "问一件事" }
        })))
        article.card.reading {
            @if let Some(of) = whose(&piece) { (files::shown(&of, &piece.text.title, &attached)) }
            (body(&piece.text.body))
            @if !piece.text.source.is_empty() { p.small.muted { "依据：" (piece.text.source) } }
            @if let Some(unit) = &piece.unit { p.small.muted { "由" (app.live.tree().full_name(unit)) "发布" } }
        }
    };
    Ok(shell(&app, &visitor, (&piece.text.title, path::KNOW), content))
}

/// `/know/{kind}/{id}/print`: one clean A4 page.
pub(crate) async fn print(
    State(app): State<AppState>,
    visitor: Visitor,
    Path((kind, id)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Markup, WebError> {
    let piece = piece(&app, &visitor, (&kind, &id), &asked.u).await?;
    let tree = app.live.tree();
    let unit = reading(&app, &visitor, &asked.u)?;
    let attached = files_of(&app, &piece).await?;
    let (_, code) = qr(&visitor, &asked.u)?;
    let class = if piece.kind == Kind::Poster { "sheet poster" } else { "sheet" };
    let content = html! {
        p.no-print { a href=(path::know(&piece.key)) { "‹ 返回" } "　用浏览器的“打印”印成 A4，或另存为 PDF。" }
        article class=(class) {
            p.sheet-body { (tree.full_name(&unit)) }
            h1 { (piece.text.title) }
            @if let Some(of) = whose(&piece) { (files::printed(&of, &piece.text.title, &attached)) }
            (body(&piece.text.body))
            @if piece.kind != Kind::Poster && !piece.text.source.is_empty() {
                p.small { "依据：" (piece.text.source) }
            }
            div.sheet-ask {
                div.qr role="img" aria-label="咨询页的二维码" { (code) }
                p { "拿不准？扫码问一声，马上答复" br; "已经转账，马上拨打 " strong { "110" } "　反诈咨询 " strong { "96110" } }
            }
        }
    };
    Ok(shell(&app, &visitor, (&piece.text.title, path::KNOW), content))
}
