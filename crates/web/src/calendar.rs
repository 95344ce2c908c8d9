//! The body's calendar: terms, holidays, make-up workdays and key periods of a
//! year, and editing them. The newest version holds; older ones stay.

mod edit;
mod year;

use axum::extract::{Query, State};
use axum::response::IntoResponse;
use campaign::access::{Action, Permit};
use campaign::calendar::{Calendar, Span};
use campaign::day::Day;
use maud::{Markup, html};
use serde::Deserialize;
use storage::campaign::{self as stored, CalendarVersion};

use crate::layout::{self, Page, Tone, field, heading, note, options, tag};
use crate::session::SignedIn;
use crate::{App, AppState, WebError, download, path, text};

pub(crate) use edit::{add, remove, save_text};

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    year: Option<i16>,
    #[serde(default)]
    version: String,
}

/// What is built in covers these; a body may add others.
const YEARS: std::ops::RangeInclusive<i16> = 2021..=2027;

/// What an edit tried to do and why it was refused.
#[derive(Default)]
struct Attempt {
    problem: Option<String>,
    /// The text as it was typed.
    text: Option<String>,
    kind: String,
    name: String,
    from: String,
    until: String,
}

pub(crate) async fn show(
    State(app): State<AppState>,
    who: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Markup, WebError> {
    page(&app, &who, &asked, Attempt::default()).await
}

/// Only the body itself edits its calendar: it holds for everybody.
fn permit(app: &App, who: &SignedIn) -> Result<Permit, WebError> {
    let tree = app.live.tree();
    let root = tree.root().ok_or(WebError::NotFound)?;
    Ok(tree.permit(&who.actor, Action::ManagePlans, &root.unit.id)?)
}

/// The calendar in force or an older version of it, and all versions.
async fn load(
    app: &App,
    version: &str,
) -> Result<(Calendar, String, Vec<CalendarVersion>), WebError> {
    let mut conn = app.store.read().await?;
    let versions = stored::calendars(&mut conn).await?;
    drop(conn);
    let found = match version {
        "" => versions.first(),
        "builtin" => None,
        id => Some(versions.iter().find(|it| it.id == id).ok_or(WebError::NotFound)?),
    };
    let Some(found) = found else {
        let calendar = Calendar::builtin();
        let text = calendar.print();
        return Ok((calendar, text, versions));
    };
    let calendar =
        Calendar::parse(&found.text).map_err(|error| WebError::Internal(error.to_string()))?;
    Ok((calendar, found.text.clone(), versions))
}

async fn page(
    app: &App,
    who: &SignedIn,
    asked: &Asked,
    attempt: Attempt,
) -> Result<Markup, WebError> {
    let (calendar, text, versions) = load(app, &asked.version).await?;
    let today = app.clock.today();
    let year = asked.year.unwrap_or(today.year()).clamp(2000, 2100);
    let may_edit = asked.version.is_empty() && permit(app, who).is_ok();
    let newest = versions.first().map(|it| it.id.clone()).unwrap_or_default();
    let content = html! {
        (heading("校历", Some(html! {
            a.button.quiet href=(path::with_query("/calendar/file", &[("version", &asked.version)])) { "下载 calendar.toml" }
        })))
        @if let Some(words) = &attempt.problem { (note(words, Tone::Bad)) }
        @if !asked.version.is_empty() {
            p.note { "这是旧版校历。" a href=(path::CALENDAR) { "看现行的" } }
        }
        (years(year, &calendar, &asked.version))
        div.two {
            div {
                (year::months(&calendar, year, today))
                @if may_edit { (edit_forms(&newest, &text, &attempt)) }
            }
            div {
                (spans(&calendar.terms, "term", "学期", year, may_edit.then_some(&newest)))
                (spans(&calendar.holidays, "holiday", "节假日", year, may_edit.then_some(&newest)))
                (workdays(&calendar, year, may_edit.then_some(&newest)))
                (spans(&calendar.key_periods, "key_period", "重点时段", year, may_edit.then_some(&newest)))
            }
        }
        (version_list(&versions, &asked.version))
    };
    Ok(layout::page(app, who, Page { title: "校历", here: path::CALENDAR, content }))
}

fn years(year: i16, calendar: &Calendar, version: &str) -> Markup {
    let last = calendar.terms.last().map(|term| term.until.date().year());
    let all = *YEARS.start()..=last.unwrap_or(*YEARS.end()).max(*YEARS.end());
    html! {
        nav.tabs aria-label="年份" {
            @for it in all {
                a href=(path::with_query(path::CALENDAR, &[("year", &it.to_string()), ("version", version)]))
                    aria-current=[(it == year).then_some("page")] { (it) " 年" }
            }
        }
    }
}

fn touches(span: &Span, year: i16) -> bool {
    span.from.date().year() <= year && year <= span.until.date().year()
}

fn spans(all: &[Span], kind: &str, title: &str, year: i16, newest: Option<&String>) -> Markup {
    let shown: Vec<&Span> = all.iter().filter(|span| touches(span, year)).collect();
    html! {
        details.card.flush open[kind == "term" || kind == "holiday"] {
            summary { (title) span.small.muted { " " (shown.len()) " 段" } }
            ul.list.tight {
                @for span in shown {
                    li {
                        div.main { (span.name) span.sub { (span.from) " 至 " (span.until) "，" (span.from.days_until(span.until) + 1) " 天" } }
                        @if let Some(newest) = newest { (removal(kind, &span.name, span.from, newest)) }
                    }
                }
            }
        }
    }
}

fn workdays(calendar: &Calendar, year: i16, newest: Option<&String>) -> Markup {
    let days: Vec<&Day> =
        calendar.workdays.iter().filter(|day| day.date().year() == year).collect();
    html! {
        details.card.flush {
            summary { "调休上班日" span.small.muted { " " (days.len()) " 天" } }
            ul.list.tight {
                @for day in days {
                    li {
                        div.main { (day) span.sub { (year::weekday(*day)) } }
                        @if let Some(newest) = newest { (removal("workday", "", *day, newest)) }
                    }
                }
            }
        }
    }
}

fn removal(kind: &str, name: &str, from: Day, newest: &str) -> Markup {
    html! {
        form method="post" action="/calendar/remove" data-confirm="确定删去？" {
            input type="hidden" name="newest" value=(newest);
            input type="hidden" name="kind" value=(kind);
            input type="hidden" name="name" value=(name);
            input type="hidden" name="from" value=(from);
            button.quiet.slim type="submit" aria-label=(format!("删去 {name} {from}")) { "删去" }
        }
    }
}

const KINDS: [(&str, &str); 4] = [
    ("term", "学期"),
    ("holiday", "节假日"),
    ("workday", "调休上班日（只填开始）"),
    ("key_period", "重点时段"),
];

fn edit_forms(newest: &str, text: &str, attempt: &Attempt) -> Markup {
    html! {
        section.card {
            h2 { "添加" }
            form method="post" action="/calendar/add" {
                input type="hidden" name="newest" value=(newest);
                div.pair {
                    (field("类别", None, html! { select name="kind" { (options(KINDS, &attempt.kind)) } }))
                    (field("名称", Some("如 2023—2024 学年第一学期；调休不用填"), html! { input name="name" maxlength="40" value=(attempt.name); }))
                    (field("开始", None, html! { input type="date" name="from" required value=(attempt.from); }))
                    (field("结束", None, html! { input type="date" name="until" value=(attempt.until); }))
                }
                button type="submit" { "添加" }
            }
        }
        details.card open[attempt.text.is_some()] {
            summary { "直接改全文（calendar.toml）" }
            form method="post" action="/calendar/text" {
                input type="hidden" name="newest" value=(newest);
                (field("全文", Some("改校历会重新判定按学期、在校时段和工作日计算的周期"), html! {
                    textarea.code name="text" rows="22" spellcheck="false" { "\n" (attempt.text.as_deref().unwrap_or(text)) }
                }))
                button type="submit" { "保存为新版" }
            }
        }
    }
}

fn version_list(versions: &[CalendarVersion], shown: &str) -> Markup {
    html! {
        @if !versions.is_empty() {
            section.card.flush {
                div.card-head { h2 { "版本" } }
                ul.list.tight {
                    @for (n, version) in versions.iter().enumerate() {
                        li {
                            div.main { (text::moment(version.created_at)) }
                            @if n == 0 { (tag("现行", Tone::Good)) }
                            @if version.id == shown { (tag("正在看", Tone::Calm)) }
                            a href=(path::with_query(path::CALENDAR, &[("version", if n == 0 { "" } else { &version.id })])) { "看" }
                        }
                    }
                    li { div.main { "系统内置（2021—2027 年）" } a href=(path::with_query(path::CALENDAR, &[("version", "builtin")])) { "看" } }
                }
            }
        }
    }
}

pub(crate) async fn file(
    State(app): State<AppState>,
    _who: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<impl IntoResponse, WebError> {
    let (_, text, _) = load(&app, &asked.version).await?;
    Ok(download::file("calendar.toml", "application/toml; charset=utf-8", text.into_bytes()))
}
