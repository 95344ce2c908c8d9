//! Coverage (A4): every student in a class and with somebody responsible,
//! every school in the grid. Names for those entitled, counts for the rest.

mod file;

use std::collections::HashMap;

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use campaign::access::Action;
use campaign::plan::UnitKind;
use maud::{Markup, html};
use serde::Deserialize;
use storage::people::{self, Person, Scope};
use storage::post::{self, Holder};

use super::PAGE;
use crate::export;
use crate::layout::{self, Page, Tone, field, heading, tag};
use crate::live::{Node, Tree};
use crate::paging::{At, Turn};
use crate::session::SignedIn;
use crate::sort::{Heads, Key, Sort, rising};
use crate::{App, AppState, WebError, path, posts, units};

const BASE: &str = "/coverage";
/// Units shown at a time.
const SHOWN: usize = 50;
const KEYS: &[Key] = &[rising("unit", "单位"), rising("gap", "缺口")];
/// What is looked at: its name in the address, and in words.
const LOOSE: &str = "loose";
const ALONE: &str = "alone";
const KINDS: [(&str, UnitKind, &str); 3] = [
    ("school", UnitKind::School, "学校网格"),
    ("class", UnitKind::Class, "班级责任人"),
    ("group", UnitKind::Group, "小组责任人"),
];

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    unit: String,
    q: String,
    /// Which list is turned over; the others stay at their beginning.
    kind: String,
    sort: String,
    #[serde(flatten)]
    at: At,
    format: String,
}

impl Asked {
    /// Where in one of the lists the reader is.
    fn at(&self, code: &str) -> At {
        if self.kind == code { self.at.clone() } else { At::default() }
    }
}

/// The units of one kind, and those of them with a gap.
struct Gaps<'a> {
    code: &'static str,
    title: &'static str,
    all: usize,
    rows: Vec<(&'a Node, String)>,
}

/// Who is missing where, below a unit.
fn gaps<'a>(
    app: &App,
    (tree, top): (&'a Tree, &str),
    holders: &[Holder],
    asked: &Asked,
) -> Vec<Gaps<'a>> {
    let today = app.clock.today().to_string();
    let mut by_unit: HashMap<&str, Vec<Holder>> = HashMap::new();
    for it in holders {
        by_unit.entry(it.appointment.unit.as_str()).or_default().push(it.clone());
    }
    let missing = |node: &Node| {
        let own = by_unit.get(node.unit.id.as_str()).map_or(&[][..], Vec::as_slice);
        let held =
            |codes: &[&str]| own.iter().any(|it| codes.contains(&it.appointment.post.as_str()));
        match node.unit.kind {
            UnitKind::Class if held(&["class-teacher", "counsellor"]) => None,
            UnitKind::Class => Some("缺班主任".to_owned()),
            UnitKind::Group if held(&["group-leader"]) => None,
            UnitKind::Group => Some("缺小组长".to_owned()),
            _ => {
                let wanted = posts::wanted(app, tree, &node.unit.id);
                let names: Vec<&str> = posts::vacancies(&wanted, own, &today)
                    .into_iter()
                    .map(|it| it.name.as_str())
                    .collect();
                (!names.is_empty()).then(|| format!("空缺：{}", names.join("、")))
            }
        }
    };
    let query = asked.q.trim();
    let sort = Sort::read(&asked.sort, KEYS);
    let below = tree.below(top);
    KINDS
        .iter()
        .map(|&(code, kind, title)| {
            let of: Vec<&Node> = below
                .iter()
                .copied()
                .filter(|node| node.unit.kind == kind && node.unit.closed_on.is_none())
                .collect();
            let mut rows: Vec<(&Node, String)> = of
                .iter()
                .filter_map(|node| Some((*node, missing(node)?)))
                .filter(|(node, words)| {
                    query.is_empty()
                        || words.contains(query)
                        || tree.full_name(&node.unit.id).contains(query)
                })
                .collect();
            match sort.code {
                "gap" => sort.rows(&mut rows, |(_, words)| words.clone()),
                _ if sort.descending => rows.reverse(),
                _ => {}
            }
            Gaps { code, title, all: of.len(), rows }
        })
        .collect()
}

pub(crate) async fn show(
    State(app): State<AppState>,
    who: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let tree = app.live.tree();
    let top = tree.scope(&who.actor, Action::Read, Some(&asked.unit))?;
    let id = top.unit.id.as_str();
    let today = app.clock.today().to_string();
    let names = tree.permit(&who.actor, Action::ReadPeople, id).is_ok();
    let scope = if top.parent.is_none() { Scope::All } else { Scope::Below(id) };
    let mut conn = app.store.read().await?;
    let holders = post::holders(&mut conn, scope, &today).await?;
    drop(conn);
    let gaps = gaps(&app, (&tree, id), &holders, &asked);
    if asked.format == "xlsx" {
        return file::export(&app, &who, (top, names), &gaps).await;
    }
    let sealer = &app.store.sealer;
    let mut conn = app.store.read().await?;
    let loose_count = people::count_outside_classes(&mut conn, id, &today).await?;
    let alone_count = people::count_without_guardian(&mut conn, id, &today).await?;
    let (mut loose, mut alone) = (Vec::new(), Vec::new());
    if names {
        let (of, at) = ((id, today.as_str()), asked.at(LOOSE));
        loose = people::outside_classes(&mut conn, sealer, of, at.part(PAGE)).await?;
        let at = asked.at(ALONE);
        alone = people::without_guardian(&mut conn, sealer, of, at.part(PAGE)).await?;
    }
    drop(conn);
    let turn =
        |rows: &mut Vec<Person>, code| asked.at(code).turn(rows, PAGE, |it| it.id.clone());
    let (turn_loose, turn_alone) = (turn(&mut loose, LOOSE), turn(&mut alone, ALONE));
    let may_export = tree.permit(&who.actor, Action::Export, id).is_ok();
    let sort = Sort::read(&asked.sort, KEYS);
    let narrowing = [("unit", id), ("q", asked.q.trim())];
    let heads = Heads { base: BASE, pairs: &narrowing, keys: KEYS, sort };
    let content = html! {
        (units::trail_to(&tree, &who, id, "覆盖检查"))
        (heading(&format!("{}的覆盖检查", top.unit.name), Some(html! {
            @if may_export { (export::button(&export::href(BASE, &narrowing))) }
            a.button.quiet href=(path::with_query(path::BOARD, &[("unit", id)])) { "任务完成到人" }
        })))
        form.filter method="get" action=(BASE) role="search" {
            input type="hidden" name="unit" value=(id);
            (field("单位或缺口", None, html! { input type="search" name="q" value=(asked.q.trim()) placeholder="如 班主任"; }))
            (heads.choice())
            button.quiet type="submit" { "查找" }
        }
        @for it in gaps.iter().filter(|it| 0 < it.all) { (section(&tree, it, &asked, &heads)) }
        (student_gap(("没有编入班级的学生", loose_count, names), &loose, &links(&turn_loose, &narrowing, LOOSE), LOOSE))
        (student_gap(("没有登记监护人的学生", alone_count, names), &alone, &links(&turn_alone, &narrowing, ALONE), ALONE))
    };
    Ok(layout::page(&app, &who, Page { title: "覆盖检查", here: path::PEOPLE, content })
        .into_response())
}

fn section(tree: &Tree, gaps: &Gaps<'_>, asked: &Asked, heads: &Heads<'_>) -> Markup {
    let first = asked.at(gaps.code).offset(SHOWN, gaps.rows.len());
    let turn = Turn::of(first, SHOWN, gaps.rows.len());
    let order = heads.sort.text();
    let mut pairs = heads.pairs.to_vec();
    pairs.push(("sort", order.as_str()));
    html! {
        section.card.flush id=(gaps.code) {
            h2.inset {
                (gaps.title) " "
                @if gaps.rows.is_empty() && asked.q.trim().is_empty() {
                    (tag(&format!("{} 个全部覆盖", gaps.all), Tone::Good))
                } @else if gaps.rows.is_empty() {
                    (tag("没有符合条件的", Tone::Faint))
                } @else {
                    (tag(&format!("{} 个未覆盖，共 {} 个", gaps.rows.len(), gaps.all), Tone::Bad))
                }
            }
            @if !gaps.rows.is_empty() {
                table.stack {
                    thead { tr { (heads.th("unit")) (heads.th("gap")) } }
                    tbody {
                        @for (node, words) in gaps.rows.iter().skip(first).take(SHOWN) {
                            tr {
                                td data-label="单位" { a href=(format!("{}/posts", path::unit(&node.unit.id))) { (tree.full_name(&node.unit.id)) } }
                                td data-label="缺口" { (words) }
                            }
                        }
                    }
                }
                (links(&turn, &pairs, gaps.code))
            }
        }
    }
}

/// The pager of one of several lists on a page.
fn links(turn: &Turn, pairs: &[(&str, &str)], code: &str) -> Markup {
    turn.links(|more| {
        let mut pairs = pairs.to_vec();
        pairs.extend([("kind", code), more]);
        format!("{}#{code}", path::with_query(BASE, &pairs))
    })
}

fn student_gap(
    (title, count, names): (&str, i64, bool),
    found: &[Person],
    links: &Markup,
    code: &str,
) -> Markup {
    html! {
        section.card.flush id=(code) {
            h2.inset {
                (title) " "
                @if count == 0 { (tag("没有", Tone::Good)) } @else { (tag(&format!("{count} 人"), Tone::Bad)) }
            }
            @if count > 0 && !names { p.inset.muted { "姓名只对有权查看人员名单的人显示。" } }
            @if !found.is_empty() {
                ul.list.tight {
                    @for it in found {
                        li { a.title href=(path::person(&it.id)) { (it.name) } span.muted { (super::number(it).unwrap_or("无学号")) } }
                    }
                }
            }
            (links)
        }
    }
}
