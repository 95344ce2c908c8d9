//! The queue of consultations that were handed over. No line holds what people
//! wrote.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use campaign::access::{Action, permit_on_duty};
use campaign::consultation::{Given, State as Progress};
use maud::{Markup, html};
use office::sheet::{Cell, Column, Head, List, ListFormat};
use recognition::FraudType;
use serde::Deserialize;
use storage::Change;
use storage::consultation::{self, Cursor, Filter, Summary, duty as roster};

use super::{instant, refused, scopes};
use crate::ask::{Visitor, kind_of, progress, shell, tabs, tone};
use crate::layout::{Tone, empty, field, heading, options, pager, tag};
use crate::live::Tree;
use crate::session::SignedIn;
use crate::{App, AppState, WebError, download, path, text};

const PAGE: i64 = 50;
const EXPORT_MAX: i64 = 20_000;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Narrow {
    /// `open`, `mine`, `closed`, `all`; the first if empty.
    view: String,
    kind: String,
    given: String,
    from: String,
    until: String,
    after: String,
}

const VIEWS: [(&str, &str); 4] =
    [("open", "待处理"), ("mine", "我经手的"), ("closed", "已结束"), ("all", "全部")];

impl Narrow {
    fn pairs(&self) -> Vec<(&'static str, &str)> {
        vec![
            ("view", self.view.as_str()),
            ("kind", self.kind.as_str()),
            ("given", self.given.as_str()),
            ("from", self.from.as_str()),
            ("until", self.until.as_str()),
        ]
    }

    fn filter<'a>(
        &'a self,
        tops: &'a [String],
        who: &'a SignedIn,
    ) -> Result<Filter<'a>, WebError> {
        let states: &[&str] = match self.view.as_str() {
            "" | "open" => &["waiting", "talking"],
            "closed" => &["closed"],
            _ => &[],
        };
        let is_mine = self.view == "mine";
        Ok(Filter {
            tops,
            states,
            fraud_type: &self.kind,
            given: &self.given,
            holder: if is_mine { &who.actor.account } else { "" },
            from: instant(&self.from, "从", false)?,
            until: instant(&self.until, "到", true)?,
        })
    }
}

pub(crate) async fn list(
    State(app): State<AppState>,
    visitor: Visitor,
    Query(narrow): Query<Narrow>,
) -> Result<Markup, WebError> {
    let who = visitor.who.as_ref().ok_or(WebError::SignedOut)?;
    let tops = scopes(&app, who).await?;
    if tops.is_empty() {
        return Err(refused(Action::Consult));
    }
    let filter = narrow.filter(&tops, who)?;
    let after = cursor(&narrow.after);
    let mut conn = app.store.read().await?;
    let mut rows = consultation::list(&mut conn, &filter, (after.as_ref(), PAGE + 1)).await?;
    drop(conn);
    let more = PAGE < rows.len() as i64;
    rows.truncate(PAGE as usize);
    let next =
        rows.last().filter(|_| more).map(|row| format!("{}.{}", row.it.asked_at, row.it.id));
    let pairs = narrow.pairs();
    let here = if narrow.view.is_empty() { "open" } else { narrow.view.as_str() };
    let may_export = who.actor.may_anywhere(Action::Export);
    let export = path::with_query("/consultations/export.xlsx", &pairs);
    let content = html! {
        (heading("咨询处理", Some(html! {
            a.button.quiet href=(path::ASK_POSTER) { "咨询海报" }
            @if may_export { a.button.quiet href=(export) { "导出 xlsx" } }
        })))
        (tabs(&visitor, path::CONSULTATIONS))
        p.lede { "只列出转给值班人员的咨询。打开一条即留下查看记录。" }
        (filter_form(&narrow, here))
        @if rows.is_empty() {
            (empty("没有符合条件的咨询。", None))
        } @else {
            (table(&app, &rows))
            (pager(path::CONSULTATIONS, &pairs, next.as_deref(), narrow.after.is_empty()))
        }
    };
    Ok(shell(&app, &visitor, ("咨询处理", path::ASK), content))
}

fn cursor(text: &str) -> Option<Cursor> {
    let (at, id) = text.split_once('.')?;
    Some(Cursor { asked_at: at.parse().ok()?, id: id.to_owned() })
}

fn filter_form(narrow: &Narrow, here: &str) -> Markup {
    let kinds = std::iter::once(("", "全部类型"))
        .chain(FraudType::ALL.into_iter().map(|it| (it.id(), it.name())));
    let given = std::iter::once(("", "不限"))
        .chain(Given::ALL.into_iter().map(|it| (it.code(), it.chinese())));
    html! {
        form.filter method="get" action=(path::CONSULTATIONS) {
            (field("状态", None, html! { select name="view" { (options(VIEWS, here)) } }))
            (field("类型", None, html! { select name="kind" { (options(kinds, &narrow.kind)) } }))
            (field("已经给了什么", None, html! { select name="given" { (options(given, &narrow.given)) } }))
            (field("从", None, html! { input type="date" name="from" value=(narrow.from); }))
            (field("到", None, html! { input type="date" name="until" value=(narrow.until); }))
            button.quiet type="submit" { "筛选" }
        }
    }
}

fn table(app: &App, rows: &[Summary]) -> Markup {
    let tree = app.live.tree();
    let now = app.clock.now();
    html! {
        section.card.flush {
            table.stack {
                thead { tr {
                    th { "判断" } th { "已给出" } th { "单位" } th { "提问人" }
                    th { "内容" } th { "提问时间" } th { "状态" }
                } }
                tbody {
                    @for row in rows {
                        @let it = &row.it;
                        tr {
                            td data-label="判断" {
                                a.title href=(path::consultation(&it.id)) { (it.outcome.chinese()) }
                                @if let Some(kind) = kind_of(it) { " " (tag(kind.name(), tone(it.outcome))) }
                            }
                            td data-label="已给出" {
                                @match it.given {
                                    Given::Money => { (tag("已转账", Tone::Bad)) }
                                    Given::Codes => { (tag("给了验证码", Tone::Warn)) }
                                    Given::Nothing => { "—" }
                                }
                            }
                            td data-label="单位" { (tree.full_name(&it.unit)) }
                            td data-label="提问人" {
                                (it.asker.chinese())
                                @if it.account.is_none() { span.small.muted { "（匿名）" } }
                            }
                            td data-label="内容" {
                                (it.chars) " 字"
                                @if 0 < row.pictures { "，截图 " (row.pictures) }
                                @if 0 < row.messages { "，对话 " (row.messages) }
                            }
                            td data-label="提问时间" { (text::moment(it.asked_at)) }
                            td data-label="状态" {
                                (progress(it))
                                @match &it.state {
                                    Progress::Waiting { since } => { " " span.small.muted { "等了 " (waited(now - since)) } }
                                    Progress::Talking { .. } => { " " span.small.muted { (row.holder_name.as_deref().unwrap_or("")) } }
                                    Progress::Closed { ending, .. } => { " " span.small.muted { (ending.chinese()) } }
                                    Progress::Answered => {}
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// How long, in the largest unit that fits.
fn waited(ms: i64) -> String {
    let minutes = (ms / 60_000).max(0);
    match minutes {
        0..60 => format!("{minutes} 分钟"),
        60..2_880 => format!("{} 小时", minutes / 60),
        _ => format!("{} 天", minutes / 1_440),
    }
}

/// `/consultations/export.xlsx`: the list without anything that was written.
pub(crate) async fn export(
    State(app): State<AppState>,
    who: SignedIn,
    Query(narrow): Query<Narrow>,
) -> Result<Response, WebError> {
    let tree = app.live.tree();
    let unit = tree.scope(&who.actor, Action::Export, None)?.unit.id.clone();
    let tops = scopes(&app, &who).await?;
    if tops.is_empty() {
        return Err(refused(Action::Consult));
    }
    let filter = narrow.filter(&tops, &who)?;
    let mut conn = app.store.read().await?;
    let rows = consultation::list(&mut conn, &filter, (None, EXPORT_MAX + 1)).await?;
    let rostered = roster::units_of(&mut conn, &who.actor.account).await?;
    drop(conn);
    if EXPORT_MAX < rows.len() as i64 {
        return Err(WebError::invalid(format!(
            "符合条件的咨询超过 {EXPORT_MAX} 条，请先按日期缩小范围再导出。"
        )));
    }
    let permit = permit_on_duty(&who.actor, &rostered, &unit, &tree.above(&unit))
        .or_else(|_| tree.permit(&who.actor, Action::Export, &unit))?;
    let note = format!("导出人 {} · {}", who.name, text::moment(app.clock.now()));
    let bytes = workbook(&tree, &rows, &note)?;
    let mut tx = app.store.write(app.clock.now()).await?;
    let detail = format!("{} 行", rows.len());
    tx.audit(&permit, "consultations", Change { object: "export/consultations", detail });
    tx.commit().await?;
    Ok(download::file("咨询.xlsx", ListFormat::Xlsx.media_type(), bytes).into_response())
}

fn workbook(tree: &Tree, rows: &[Summary], note: &str) -> Result<Vec<u8>, WebError> {
    let columns: Vec<Column<'_>> = [
        ("提问时间", 18.0),
        ("单位", 28.0),
        ("提问人", 10.0),
        ("判断", 18.0),
        ("类型", 22.0),
        ("已经给了什么", 24.0),
        ("状态", 16.0),
        ("结果", 30.0),
        ("经手人", 12.0),
        ("对话条数", 10.0),
    ]
    .map(|(header, width)| Column { header, width })
    .to_vec();
    let head = Head { sheet: "咨询", title: "反诈咨询台账", note, columns: &columns };
    let mut list = List::new(ListFormat::Xlsx, &head).map_err(download::failed)?;
    for row in rows {
        let it = &row.it;
        let (asked, unit) = (text::moment(it.asked_at), tree.full_name(&it.unit));
        let (state, ending) = match &it.state {
            Progress::Answered => ("已自动答复", ""),
            Progress::Waiting { .. } => ("等待值班人员", ""),
            Progress::Talking { .. } => ("值班人员已接手", ""),
            Progress::Closed { ending, .. } => ("已结束", ending.chinese()),
        };
        list.row(&[
            Cell::Text(&asked),
            Cell::Text(&unit),
            Cell::Text(it.asker.chinese()),
            Cell::Text(it.outcome.chinese()),
            kind_of(it).map_or(Cell::Empty, |kind| Cell::Text(kind.name())),
            Cell::Text(it.given.chinese()),
            Cell::Text(state),
            Cell::Text(ending),
            row.holder_name.as_deref().map_or(Cell::Empty, Cell::Text),
            Cell::Integer(row.messages),
        ])
        .map_err(download::failed)?;
    }
    list.finish().map_err(download::failed)
}
