//! The list of records: narrowed, paged, taken away as a workbook.

use axum::extract::{Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use campaign::access::Action;
use campaign::record::Status;
use jiff::civil::Date;
use maud::{Markup, html};
use office::sheet::{Cell, Column, Head, List, ListFormat};
use serde::Deserialize;
use storage::Change;
use storage::record::{self, Cursor, Filter, Order, Summary};

use super::{activities, activity_name, scope, tone};
use crate::layout::{self, Page, empty, field, heading, options, pager, tag};
use crate::live::Tree;
use crate::session::SignedIn;
use crate::{App, AppState, WebError, path, text};

pub(crate) const PAGE: i64 = 50;

/// What narrows the list, as it stands in the address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Narrow {
    pub(crate) unit: String,
    pub(crate) activity: String,
    pub(crate) status: String,
    pub(crate) from: String,
    pub(crate) until: String,
    pub(crate) q: String,
    pub(crate) mine: String,
    pub(crate) suspect: String,
    pub(crate) after: String,
}

/// The pairs to carry along to the next page.
pub(crate) fn pairs_of(narrow: &Narrow) -> Vec<(&'static str, &str)> {
    vec![
        ("unit", narrow.unit.as_str()),
        ("activity", narrow.activity.as_str()),
        ("status", narrow.status.as_str()),
        ("from", narrow.from.as_str()),
        ("until", narrow.until.as_str()),
        ("q", narrow.q.as_str()),
        ("mine", narrow.mine.as_str()),
        ("suspect", narrow.suspect.as_str()),
    ]
}

/// `2022-03-05.r1` and back.
pub(crate) fn cursor_text(cursor: &Cursor) -> String {
    format!("{}.{}", cursor.key, cursor.id)
}

pub(crate) fn cursor(text: &str) -> Option<Cursor> {
    let (key, id) = text.split_once('.')?;
    Some(Cursor { key: key.to_owned(), id: id.to_owned() })
}

impl Narrow {
    fn day(text: &str, name: &str) -> Result<Option<Date>, WebError> {
        if text.is_empty() { Ok(None) } else { text::parse_date(text, name).map(Some) }
    }

    /// The filter of storage. Those without a unit to read see their own.
    fn filter<'a>(&'a self, tree: &'a Tree, who: &'a SignedIn) -> Result<Filter<'a>, WebError> {
        let own = !self.mine.is_empty() || !who.actor.may_anywhere(Action::Read);
        let scope = if own {
            storage::record::Scope::Whole
        } else {
            let asked = Some(self.unit.as_str());
            scope(tree, tree.scope(&who.actor, Action::Read, asked)?.unit.id.as_str())
        };
        Ok(Filter {
            scope,
            activity: Some(self.activity.as_str()),
            status: Status::from_code(&self.status),
            from: Self::day(&self.from, "从")?,
            until: Self::day(&self.until, "到")?,
            search: Some(self.q.trim()),
            submitter: own.then_some(who.actor.account.as_str()),
            person: None,
            suspect: false,
        })
    }
}

pub(crate) async fn list(
    State(app): State<AppState>,
    who: SignedIn,
    Query(narrow): Query<Narrow>,
) -> Result<Markup, WebError> {
    let tree = app.live.tree();
    let filter = narrow.filter(&tree, &who)?;
    let after = cursor(&narrow.after);
    let mut conn = app.store.read().await?;
    let mut rows =
        record::list(&mut conn, &filter, Order::Latest, (after.as_ref(), PAGE + 1)).await?;
    drop(conn);
    let more = PAGE < rows.len() as i64;
    rows.truncate(PAGE as usize);
    let next = rows.last().filter(|_| more).map(|row| cursor_text(&row.cursor(Order::Latest)));
    let pairs = pairs_of(&narrow);
    let may_export = who.actor.may_anywhere(Action::Export);
    let title = tree.get(&narrow.unit).map_or_else(
        || "记录".to_owned(),
        |node| format!("{}的记录", tree.full_name(&node.unit.id)),
    );
    let content = html! {
        (heading(&title, Some(html! {
            @if may_export && narrow.mine.is_empty() {
                a.button.quiet href=(path::with_query("/records/export.xlsx", &pairs)) { "导出 xlsx" }
            }
            @if who.actor.may_anywhere(Action::Submit) {
                a.button href="/records/new" { "登记" }
            }
        })))
        (filter_form(&app, &narrow))
        @if rows.is_empty() {
            (empty("没有符合条件的记录。", None))
        } @else {
            (table(&app, &tree, &rows))
            (pager(path::RECORDS, &pairs, next.as_deref(), narrow.after.is_empty()))
        }
    };
    Ok(layout::page(&app, &who, Page { title: &title, here: path::RECORDS, content }))
}

fn filter_form(app: &App, narrow: &Narrow) -> Markup {
    let activities = activities(app);
    let choices = std::iter::once(("", "全部活动"))
        .chain(activities.iter().map(|(code, name)| (code.as_str(), name.as_str())));
    let statuses = std::iter::once(("", "全部状态"))
        .chain(Status::ALL.into_iter().map(|it| (it.code(), it.chinese())));
    html! {
        form.filter method="get" action=(path::RECORDS) {
            input type="hidden" name="unit" value=(narrow.unit);
            (field("标题", None, html! { input type="search" name="q" value=(narrow.q); }))
            (field("活动", None, html! { select name="activity" { (options(choices, &narrow.activity)) } }))
            (field("状态", None, html! { select name="status" { (options(statuses, &narrow.status)) } }))
            (field("从", None, html! { input type="date" name="from" value=(narrow.from); }))
            (field("到", None, html! { input type="date" name="until" value=(narrow.until); }))
            (field("范围", None, html! { select name="mine" {
                (options([("", "本单位及下属"), ("1", "我提交的")], &narrow.mine))
            } }))
            button.quiet type="submit" { "筛选" }
        }
    }
}

fn table(app: &App, tree: &Tree, rows: &[Summary]) -> Markup {
    html! {
        section.card.flush {
            table.stack {
                thead { tr {
                    th { "标题" } th { "活动" } th { "单位" } th { "开展日期" }
                    th.number { "数量" } th { "佐证" } th { "提交" } th { "状态" }
                } }
                tbody {
                    @for row in rows {
                        tr {
                            td data-label="标题" { a href=(path::record(&row.id)) { (row.title) } }
                            td data-label="活动" { (activity_name(app, &row.activity)) }
                            td data-label="单位" {
                                (tree.full_name(&row.unit))
                                @if let Some(name) = &row.person_name { " " (name) }
                            }
                            td data-label="开展日期" { (row.acted_on) }
                            td.number data-label="数量" { (row.count) }
                            td data-label="佐证" { (proof(row)) }
                            td data-label="提交" {
                                (row.submitter_name.as_deref().unwrap_or("—")) " "
                                span.small.muted { (text::moment(row.submitted_at)) }
                            }
                            td data-label="状态" { (tag(row.status.chinese(), tone(row.status))) }
                        }
                    }
                }
            }
        }
    }
}

/// What proves it, in a few words.
pub(crate) fn proof(row: &Summary) -> String {
    let mut words = Vec::new();
    if let (Some(present), Some(absent)) = (row.present_count, row.absent_count) {
        words.push(format!("到场 {present}/{}", present + absent));
    }
    if 0 < row.evidence {
        words.push(format!("{} 个文件", row.evidence));
    }
    if words.is_empty() { "—".to_owned() } else { words.join("，") }
}

/// More than this is asked for in parts.
const EXPORT_MAX: usize = 50_000;
const EXPORT_PAGE: i64 = 2_000;

/// `/records/export.xlsx`: the whole list as a workbook.
pub(crate) async fn export(
    State(app): State<AppState>,
    who: SignedIn,
    Query(narrow): Query<Narrow>,
) -> Result<Response, WebError> {
    let tree = app.live.tree();
    let asked = Some(narrow.unit.as_str());
    let unit = tree.scope(&who.actor, Action::Export, asked)?.unit.id.clone();
    let filter = narrow.filter(&tree, &who)?;
    let rows = all(&app, &filter).await?;
    let note = format!(
        "{} · 导出人 {} · {}",
        tree.full_name(&unit),
        who.name,
        text::moment(app.clock.now())
    );
    let bytes = workbook(&app, &tree, &rows, &note)?;
    let permit = tree.permit(&who.actor, Action::Export, &unit)?;
    let mut tx = app.store.write(app.clock.now()).await?;
    let detail = format!("{} 行", rows.len());
    tx.audit(&permit, "records", Change { object: "export/records", detail });
    tx.commit().await?;
    let headers = [
        (CONTENT_TYPE, ListFormat::Xlsx.media_type().to_owned()),
        (
            CONTENT_DISPOSITION,
            format!(
                "attachment; filename=\"records.xlsx\"; filename*=UTF-8''{}.xlsx",
                path::encode("记录")
            ),
        ),
    ];
    Ok((headers, bytes).into_response())
}

async fn all(app: &App, filter: &Filter<'_>) -> Result<Vec<Summary>, WebError> {
    let mut conn = app.store.read().await?;
    let mut rows: Vec<Summary> = Vec::new();
    loop {
        let after = rows.last().map(|row| row.cursor(Order::Latest));
        let page =
            record::list(&mut conn, filter, Order::Latest, (after.as_ref(), EXPORT_PAGE))
                .await?;
        let last = (page.len() as i64) < EXPORT_PAGE;
        rows.extend(page);
        if EXPORT_MAX < rows.len() {
            return Err(WebError::invalid(format!(
                "符合条件的记录超过 {EXPORT_MAX} 条，请先按日期或活动缩小范围再导出。"
            )));
        }
        if last {
            return Ok(rows);
        }
    }
}

fn workbook(app: &App, tree: &Tree, rows: &[Summary], note: &str) -> Result<Vec<u8>, WebError> {
    let failed = |error: office::sheet::ListError| WebError::Internal(error.to_string());
    let columns: Vec<Column<'_>> = [
        ("标题", 36.0),
        ("活动", 16.0),
        ("单位", 28.0),
        ("人员", 10.0),
        ("开展日期", 12.0),
        ("数量", 8.0),
        ("到场", 8.0),
        ("缺席", 8.0),
        ("佐证文件", 10.0),
        ("提交人", 12.0),
        ("提交时间", 18.0),
        ("状态", 10.0),
    ]
    .map(|(header, width)| Column { header, width })
    .to_vec();
    let head = Head { sheet: "记录", title: "活动记录", note, columns: &columns };
    let mut list = List::new(ListFormat::Xlsx, &head).map_err(failed)?;
    for row in rows {
        let (name, unit) = (activity_name(app, &row.activity), tree.full_name(&row.unit));
        let submitted = text::moment(row.submitted_at);
        let number = |number: Option<i64>| number.map_or(Cell::Empty, Cell::Integer);
        list.row(&[
            Cell::Text(&row.title),
            Cell::Text(&name),
            Cell::Text(&unit),
            row.person_name.as_deref().map_or(Cell::Empty, Cell::Text),
            Cell::Date(row.acted_on),
            Cell::Integer(i64::from(row.count)),
            number(row.present_count),
            number(row.absent_count),
            Cell::Integer(row.evidence),
            row.submitter_name.as_deref().map_or(Cell::Empty, Cell::Text),
            Cell::Text(&submitted),
            Cell::Text(row.status.chinese()),
        ])
        .map_err(failed)?;
    }
    list.finish().map_err(failed)
}
