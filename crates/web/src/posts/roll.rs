//! The appointment list (岗位名单): as a page to read and to print, and as a
//! workbook or a letter.

mod file;
mod lines;

use axum::extract::{Path, Query, State};
use campaign::access::Action;
use maud::{Markup, html};
use serde::Deserialize;

use crate::layout::{self, Page, empty, field, heading, options};
use crate::paging::{At, Turn};
use crate::session::SignedIn;
use crate::sort::{Heads, Key, Sort, falling, rising};
use crate::{AppState, WebError, path, text, units};

pub(crate) use file::download;
use lines::{Line, Lines, UNITS_MAX};

const PAGE: usize = 100;
/// Rows that are printed on one page at most: some eighty sheets of paper.
const PRINTED_MAX: usize = 3_000;
const KEYS: &[Key] = &[
    rising("place", "顺序"),
    rising("post", "岗位"),
    rising("name", "姓名"),
    falling("since", "到任日期"),
];
const STATES: [(&str, &str); 3] = [("", "全部"), ("held", "在任"), ("vacant", "空缺")];

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    q: String,
    state: String,
    sort: String,
    /// All rows on one page, to print.
    whole: String,
    #[serde(flatten)]
    at: At,
}

impl Asked {
    fn sort(&self) -> Sort {
        Sort::read(&self.sort, KEYS)
    }

    fn pairs(&self) -> [(&'static str, &str); 2] {
        [("q", self.q.trim()), ("state", &self.state)]
    }
}

pub(crate) async fn print(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Markup, WebError> {
    let tree = app.live.tree();
    tree.permit(&who.actor, Action::Read, &id)?;
    let node = tree.get(&id).ok_or(WebError::NotFound)?;
    let found = Lines::gather(&app, &tree, &id).await?.narrowed(&asked);
    let base = format!("{}/appointments", path::unit(&id));
    let narrowing = asked.pairs();
    let heads = Heads { base: &base, pairs: &narrowing, keys: KEYS, sort: asked.sort() };
    let order = asked.sort().text();
    let pairs = [narrowing[0], narrowing[1], ("sort", order.as_str())];
    let all = found.rows.len();
    let (from, size) = match asked.whole.as_str() {
        "" => (asked.at.offset(PAGE, all), PAGE),
        _ => (0, PRINTED_MAX),
    };
    let content = html! {
        (units::trail_to(&tree, &who, &id, "岗位名单"))
        (heading(&format!("{}反诈工作岗位名单", node.unit.name), Some(html! {
            @if PAGE < all && asked.whole.is_empty() {
                a.button.quiet href=(path::with_query(&base, &[pairs[0], pairs[1], pairs[2], ("whole", "1")])) {
                    "整张打印"
                }
            }
        })))
        form.filter method="get" action=(base) role="search" {
            (field("单位、岗位或姓名", None, html! { input type="search" name="q" value=(asked.q.trim()) maxlength="50"; }))
            (field("状态", None, html! { select name="state" { (options(STATES, &asked.state)) } }))
            (heads.choice())
            button.quiet type="submit" { "查找" }
        }
        @if tree.permit(&who.actor, Action::Export, &id).is_ok() {
            (file::form(&base, &pairs, tree.permit(&who.actor, Action::Reveal, &id).is_ok()))
        }
        p.muted {
            (text::chinese_date(app.clock.today())) "，共 " (all) " 岗，空缺 " (found.vacant()) " 岗"
            @if found.is_cut { "；单位超过 " (UNITS_MAX) " 个，只列前 " (UNITS_MAX) " 个，其余请到下级单位查看" }
            @if size == PRINTED_MAX && PRINTED_MAX < all { "；本页只列前 " (PRINTED_MAX) " 行，其余请按下级单位打印或下载" }
        }
        @if all == 0 { (empty("没有符合条件的岗位。", None)) } @else {
            section.card.flush {
                (table(&found.on_page(&app, (from, size))?, from, &heads))
                @if asked.whole.is_empty() { (Turn::of(from, PAGE, all).pager(&base, &pairs)) }
            }
        }
    };
    Ok(layout::page(&app, &who, Page { title: "岗位名单", here: path::UNITS, content }))
}

/// Lines with the phones that they show.
fn table(rows: &[(&Line, String)], from: usize, heads: &Heads<'_>) -> Markup {
    html! {
        table.stack {
            thead { tr {
                th.number { "序号" } th { "单位" } (heads.th("post")) (heads.th("name"))
                th { "联系电话" } (heads.th("since"))
            } }
            tbody {
                @for (n, (line, phone)) in (from + 1..).zip(rows) {
                    tr {
                        td.number data-label="序号" { (n) }
                        td data-label="单位" { (line.unit) }
                        td data-label="岗位" { (line.post) }
                        td data-label="姓名" {
                            @match &line.name {
                                Some(name) => (name),
                                None => (layout::tag("空缺", layout::Tone::Bad)),
                            }
                        }
                        td data-label="联系电话" { (phone) }
                        td data-label="到任日期" { (line.since) }
                    }
                }
            }
        }
    }
}
