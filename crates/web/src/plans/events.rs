//! Events that start the clock of a duty: a case, a warning, a new pattern.

mod enter;

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use campaign::access::Action;
use campaign::plan::catalogue;
use maud::{Markup, html};
use serde::Deserialize;
use storage::campaign::{self as stored, Event, EventKey as By, EventNarrow};
use storage::{Order, Part};

use super::seen;
use crate::export::{self, PART, Row, Rows, Wanted};
use crate::layout::{self, Page, Tone, crumbs, empty, field, heading, options, tag};
use crate::live::{Running, Tree};
use crate::paging::At;
use crate::session::SignedIn;
use crate::sort::{Heads, Key, Sort, falling};
use crate::{App, AppState, WebError, path, text};

pub(crate) use enter::{add_event, cancel_event};

const PAGE: usize = 50;
const KEYS: &[Key] = &[falling("happened", "发生日期"), falling("entered", "登记时间")];
const STATES: [(&str, &str); 3] = [("", "全部"), ("valid", "有效"), ("cancelled", "已撤销")];

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    unit: String,
    event: String,
    state: String,
    from: String,
    until: String,
    sort: String,
    #[serde(flatten)]
    at: At,
    format: String,
}

impl Asked {
    fn sort(&self) -> Sort {
        Sort::read(&self.sort, KEYS)
    }

    fn narrow(&self, campaign: &str, unit: &str) -> Result<EventNarrow, WebError> {
        let day = |text: &str, name| match text {
            "" => Ok(String::new()),
            text => text::parse_date(text, name).map(|day| day.to_string()),
        };
        let sort = self.sort();
        let key = if sort.code == "entered" { By::Entered } else { By::Happened };
        Ok(EventNarrow {
            campaign: campaign.to_owned(),
            scope: unit.to_owned(),
            event: self.event.clone(),
            cancelled: match self.state.as_str() {
                "valid" => Some(false),
                "cancelled" => Some(true),
                _ => None,
            },
            from: day(&self.from, "从")?,
            until: day(&self.until, "到")?,
            order: Order { key, descending: sort.descending },
        })
    }
}

/// The events that some duty of the plan answers.
fn answered(campaign: &Running) -> Vec<String> {
    let duties = campaign.newest().plan.duties.iter();
    let mut names: Vec<String> =
        duties.filter_map(|duty| Some(duty.event.as_ref()?.name.clone())).collect();
    names.sort();
    names.dedup();
    names
}

pub(crate) async fn events(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let campaign = seen(&app, &who, &id)?;
    let tree = app.live.tree();
    let unit = tree.scope(&who.actor, Action::Submit, Some(&asked.unit))?.unit.id.clone();
    let narrow = asked.narrow(&id, &unit)?;
    if asked.format == "xlsx" {
        return export(&app, &who, &campaign, (&asked, narrow)).await;
    }
    let mut conn = app.store.read().await?;
    let mut rows = stored::events_page(&mut conn, &narrow, asked.at.part(PAGE)).await?;
    drop(conn);
    let turn = asked.at.turn(&mut rows, PAGE, |row| row.id.clone());
    let names = answered(&campaign);
    let base = format!("{}/events", path::campaign(&id));
    let steps = [
        ("方案".to_owned(), path::PLANS.to_owned()),
        (campaign.campaign.name.clone(), path::campaign(&id)),
        ("事件".to_owned(), String::new()),
    ];
    let narrowing = [
        ("unit", unit.as_str()),
        ("event", asked.event.as_str()),
        ("state", asked.state.as_str()),
        ("from", asked.from.as_str()),
        ("until", asked.until.as_str()),
    ];
    let is_narrowed = narrowing.iter().skip(1).any(|(_, value)| !value.is_empty());
    let heads = Heads { base: &base, pairs: &narrowing, keys: KEYS, sort: asked.sort() };
    let order = asked.sort().text();
    let mut pairs = narrowing.to_vec();
    pairs.push(("sort", &order));
    let back = asked.at.field(&pairs);
    let may_cancel = tree.permit(&who.actor, Action::Read, &unit).is_ok();
    let may_export = tree.permit(&who.actor, Action::Export, &unit).is_ok();
    let content = html! {
        (crumbs(&steps))
        (heading("事件", may_export.then(|| export::button(&export::href(&base, &pairs)))))
        p.lede { "有的任务由事件触发：登记后，责任人的待办里会出现限时任务。" }
        (filter_form(&asked, &unit, &names, &heads))
        section.card.flush {
            @if rows.is_empty() && is_narrowed { (empty("没有符合条件的事件。", None)) }
            @else if rows.is_empty() { (empty("还没有登记过事件。", None)) }
            @else { (table(&tree, &rows, &heads, may_cancel.then_some(&back))) }
            (turn.pager(&base, &pairs))
        }
        @if names.is_empty() { p.muted { "这份方案没有由事件触发的任务。" } }
        @else if !campaign.is_ended() { (enter::form(&app, (&base, &back), &unit, &names)) }
    };
    Ok(layout::page(&app, &who, Page { title: "事件", here: path::PLANS, content })
        .into_response())
}

fn filter_form(asked: &Asked, unit: &str, names: &[String], heads: &Heads<'_>) -> Markup {
    let events = std::iter::once(("", "全部"))
        .chain(names.iter().map(|name| (name.as_str(), catalogue::event_name(name))));
    html! {
        form.filter method="get" action=(heads.base) role="search" {
            input type="hidden" name="unit" value=(unit);
            (field("事件", None, html! { select name="event" { (options(events, &asked.event)) } }))
            (field("状态", None, html! { select name="state" { (options(STATES, &asked.state)) } }))
            (field("从", None, html! { input type="date" name="from" value=(asked.from); }))
            (field("到", None, html! { input type="date" name="until" value=(asked.until); }))
            (heads.choice())
            button.quiet type="submit" { "筛选" }
        }
    }
}

fn table(tree: &Tree, rows: &[Event], heads: &Heads<'_>, back: Option<&Markup>) -> Markup {
    html! {
        table.stack {
            thead { tr { th { "事件" } th { "单位" } (heads.th("happened")) (heads.th("entered")) th { "状态" } } }
            tbody {
                @for row in rows {
                    tr {
                        td data-label="事件" { (catalogue::event_name(&row.event)) }
                        td data-label="单位" { (tree.full_name(&row.unit)) }
                        td data-label="发生日期" { (row.happened_on) }
                        td data-label="登记时间" { (text::moment(row.created_at)) }
                        td data-label="状态" {
                            @if row.cancelled_at.is_some() { (tag("已撤销", Tone::Faint)) }
                            @else if let Some(back) = back {
                                form method="post" action=(format!("{}/{}/cancel", heads.base, row.id)) {
                                    (back)
                                    button.quiet.slim type="submit" { "登记有误，撤销" }
                                }
                            } @else { (tag("有效", Tone::Good)) }
                        }
                    }
                }
            }
        }
    }
}

struct Events {
    narrow: EventNarrow,
    after: String,
}

impl Rows for Events {
    async fn next(&mut self, app: &App) -> Result<Vec<Row>, WebError> {
        let mut conn = app.store.read().await?;
        let part = Part::after(&self.after, PART);
        let found = stored::events_page(&mut conn, &self.narrow, part).await?;
        drop(conn);
        if let Some(last) = found.last() {
            self.after.clone_from(&last.id);
        }
        let tree = app.live.tree();
        let row = |it: &Event| -> Row {
            vec![
                catalogue::event_name(&it.event).into(),
                tree.full_name(&it.unit).into(),
                it.happened_on.as_str().into(),
                text::moment(it.created_at).into(),
                it.cancelled_at.map(text::moment).into(),
            ]
        };
        Ok(found.iter().map(row).collect())
    }
}

const COLUMNS: &[(&str, f64)] = &[
    ("事件", 24.0),
    ("单位", 34.0),
    ("发生日期", 12.0),
    ("登记时间", 18.0),
    ("撤销时间", 18.0),
];

async fn export(
    app: &AppState,
    who: &SignedIn,
    campaign: &Running,
    (asked, narrow): (&Asked, EventNarrow),
) -> Result<Response, WebError> {
    let tree = app.live.tree();
    let state = STATES.iter().find(|(code, _)| *code == asked.state && !code.is_empty());
    let wanted = Wanted {
        list: "events",
        title: format!("{}的事件", campaign.campaign.name),
        narrowed: export::narrowed(&[
            ("单位", &tree.full_name(&narrow.scope)),
            (
                "事件",
                if asked.event.is_empty() { "" } else { catalogue::event_name(&asked.event) },
            ),
            ("状态", state.map_or("", |(_, words)| words)),
            ("从", &asked.from),
            ("到", &asked.until),
        ]),
        columns: COLUMNS,
        permit: tree.permit(&who.actor, Action::Export, &narrow.scope)?,
    };
    export::answer(app, who, wanted, Events { narrow, after: String::new() }).await
}
