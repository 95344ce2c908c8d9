//! The list of records: narrowed, paged, taken away as a workbook.

use axum::extract::{Query, State};
use axum::response::Response;
use campaign::access::Action;
use campaign::record::Status;
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;
use storage::record::{self, Filter, Summary};
use storage::{Order, Part};

use super::{activities, activity_name, scope, tone};
use crate::export::{self, PART, Row, Rows, Wanted};
use crate::layout::{self, Page, empty, field, heading, options, tag};
use crate::live::Tree;
use crate::paging::At;
use crate::session::SignedIn;
use crate::sort::{Heads, Key, Sort, falling};
use crate::{App, AppState, WebError, path, text};

pub(crate) const PAGE: usize = 50;

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
    pub(crate) sort: String,
    #[serde(flatten)]
    pub(crate) at: At,
}

/// The columns that a list of records can be ordered by: those that an index
/// serves, however long the list.
const KEYS: &[Key] = &[falling("acted", "开展日期"), falling("submitted", "提交")];

/// The order in the words of storage.
pub(crate) fn order(sort: Sort) -> Order<record::Key> {
    let key = match sort.code {
        "submitted" => record::Key::Submitted,
        _ => record::Key::Acted,
    };
    Order { key, descending: sort.descending }
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
            suspect: !self.suspect.is_empty(),
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
    let sort = Sort::read(&narrow.sort, KEYS);
    let mut conn = app.store.read().await?;
    let part = narrow.at.part(PAGE);
    let mut rows = record::list(&mut conn, &filter, order(sort), part).await?;
    drop(conn);
    let turn = narrow.at.turn(&mut rows, PAGE, |row| row.id.clone());
    let narrowing = pairs_of(&narrow);
    let heads = Heads { base: path::RECORDS, pairs: &narrowing, keys: KEYS, sort };
    let order = sort.text();
    let mut pairs = narrowing.clone();
    pairs.push(("sort", &order));
    let may_export = who.actor.may_anywhere(Action::Export);
    let title = tree.get(&narrow.unit).map_or_else(
        || "记录".to_owned(),
        |node| format!("{}的记录", tree.full_name(&node.unit.id)),
    );
    let content = html! {
        (heading(&title, Some(html! {
            @if may_export && narrow.mine.is_empty() {
                (export::button(&path::with_query("/records/export.xlsx", &pairs)))
            }
            @if who.actor.may_anywhere(Action::Submit) {
                a.button href="/records/new" { "登记" }
            }
        })))
        (filter_form(&app, &narrow, &heads))
        @if rows.is_empty() {
            (empty("没有符合条件的记录。", None))
        } @else {
            (table(&app, &tree, &rows, &heads))
            (turn.pager(path::RECORDS, &pairs))
        }
    };
    Ok(layout::page(&app, &who, Page { title: &title, here: path::RECORDS, content }))
}

fn filter_form(app: &App, narrow: &Narrow, heads: &Heads<'_>) -> Markup {
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
            (heads.choice())
            button.quiet type="submit" { "筛选" }
        }
    }
}

fn table(app: &App, tree: &Tree, rows: &[Summary], heads: &Heads<'_>) -> Markup {
    html! {
        section.card.flush {
            table.stack {
                thead { tr {
                    th { "标题" } th { "活动" } th { "单位" } (heads.th("acted"))
                    th.number { "数量" } th { "佐证" } (heads.th("submitted")) th { "状态" }
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

/// The rows of an export, read as the page reads its own.
struct Records {
    who: SignedIn,
    narrow: Narrow,
    after: String,
}

impl Rows for Records {
    async fn next(&mut self, app: &App) -> Result<Vec<Row>, WebError> {
        let tree = app.live.tree();
        let filter = self.narrow.filter(&tree, &self.who)?;
        let by = order(Sort::read(&self.narrow.sort, KEYS));
        let mut conn = app.store.read().await?;
        let found =
            record::list(&mut conn, &filter, by, Part::after(&self.after, PART)).await?;
        drop(conn);
        if let Some(last) = found.last() {
            self.after.clone_from(&last.id);
        }
        Ok(found.iter().map(|row| cells(app, &tree, row)).collect())
    }
}

const COLUMNS: &[(&str, f64)] = &[
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
    ("待核疑点", 10.0),
];

fn cells(app: &App, tree: &Tree, row: &Summary) -> Row {
    vec![
        row.title.as_str().into(),
        activity_name(app, &row.activity).into(),
        tree.full_name(&row.unit).into(),
        row.person_name.as_deref().into(),
        row.acted_on.into(),
        i64::from(row.count).into(),
        row.present_count.into(),
        row.absent_count.into(),
        row.evidence.into(),
        row.submitter_name.as_deref().into(),
        text::moment(row.submitted_at).into(),
        row.status.chinese().into(),
        row.suspicions.into(),
    ]
}

/// `/records/export.xlsx`: the whole list as a workbook.
pub(crate) async fn export(
    State(app): State<AppState>,
    who: SignedIn,
    Query(narrow): Query<Narrow>,
) -> Result<Response, WebError> {
    let tree = app.live.tree();
    let unit = tree.scope(&who.actor, Action::Export, Some(&narrow.unit))?.unit.id.clone();
    let permit = tree.permit(&who.actor, Action::Export, &unit)?;
    // What is wrong in the address is told now, not by a job.
    narrow.filter(&tree, &who)?;
    let activity = match narrow.activity.as_str() {
        "" => String::new(),
        activity => activity_name(&app, activity),
    };
    let narrowed = export::narrowed(&[
        ("单位", &tree.full_name(&unit)),
        ("标题", &narrow.q),
        ("活动", &activity),
        ("状态", Status::from_code(&narrow.status).map_or("", Status::chinese)),
        ("从", &narrow.from),
        ("到", &narrow.until),
        ("疑点", if narrow.suspect.is_empty() { "" } else { "待核" }),
    ]);
    let wanted = Wanted {
        list: "records",
        title: "活动记录".to_owned(),
        narrowed,
        columns: COLUMNS,
        permit,
    };
    let rows = Records { who: who.clone(), narrow, after: String::new() };
    export::answer(&app, &who, wanted, rows).await
}
