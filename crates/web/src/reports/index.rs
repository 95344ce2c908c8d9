//! The list: a unit's own months, and for a superior who below it has handed
//! in and who has not.

use std::collections::HashMap;

use axum::extract::{Query, State};
use campaign::access::Action;
use campaign::report::State as Progress;
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;
use storage::report::{self, Report};

use super::desk::{self, Form};
use super::month::Owing;
use super::{href, month, month_code};
use crate::clock::end_of;
use crate::layout::{self, Page, Tone, bar, crumbs, empty, field, heading, options, tag};
use crate::session::SignedIn;
use crate::{App, AppState, WebError, path, text};

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    unit: String,
    #[serde(default)]
    month: String,
    /// `campaign/form`
    #[serde(default)]
    form: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    q: String,
    #[serde(default)]
    after: String,
}

const PAGE: usize = 50;

pub(crate) async fn index(
    State(app): State<AppState>,
    who: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Markup, WebError> {
    let tree = app.live.tree();
    let unit = tree.scope(&who.actor, Action::Report, Some(&asked.unit))?.unit.clone();
    let forms = desk::forms(&app, &unit.id);
    let chosen = forms.iter().find(|it| code(it) == asked.form).or_else(|| forms.first());
    let content = match chosen {
        None => html! {
            (heading("月报", None))
            section.card { (empty("约束本单位的方案没有要求按月报送的报表。", None)) }
        },
        Some(form) => html! {
            (crumbs(&[("月报".to_owned(), path::REPORTS.to_owned()), (unit.name.clone(), String::new())]))
            (heading(&form.wanted().name, None))
            p.lede {
                (form.plan.head.name) " · 依据“" (form.wanted().clause) "” · 报送至" (form.wanted().to)
            }
            (switch(&forms, form, &unit.id))
            @if desk::reports(&tree, &form.wanted().by, &unit.id) {
                (own(&app, form, &unit.id).await?)
            }
            (below(&app, form, &unit.id, &asked).await?)
        },
    };
    Ok(layout::page(&app, &who, Page { title: "月报", here: path::REPORTS, content }))
}

fn code(form: &Form) -> String {
    format!("{}/{}", form.campaign.id(), form.wanted().id)
}

fn switch(forms: &[Form], chosen: &Form, unit: &str) -> Markup {
    html! {
        @if 1 < forms.len() {
            nav.tabs aria-label="报表" {
                @for form in forms {
                    @let address = path::with_query(path::REPORTS, &[("unit", unit), ("form", &code(form))]);
                    a href=(address) aria-current=[(code(form) == code(chosen)).then_some("page")] {
                        (form.plan.head.name) "：" (form.wanted().name)
                    }
                }
            }
        }
    }
}

/// A unit's own months.
async fn own(app: &App, form: &Form, unit: &str) -> Result<Markup, WebError> {
    let mut conn = app.store.read().await?;
    let known = report::of_unit(&mut conn, form.campaign.id(), &form.wanted().id, unit).await?;
    let by_month: HashMap<&str, &Report> =
        known.iter().map(|it| (it.period.as_str(), it)).collect();
    let today = app.clock.today();
    let months = desk::months(form, today);
    Ok(html! {
        section.card.flush {
            table.stack {
                caption { "本单位的报表" }
                thead { tr { th { "月份" } th { "截止" } th { "状态" } th { "版本" } th { "操作" } } }
                tbody {
                    @for month in months.iter().take(24) {
                        @let period = month_code(*month);
                        @let due = form.due_on(*month);
                        @let report = by_month.get(period.as_str());
                        tr {
                            td data-label="月份" { (period) }
                            td data-label="截止" { (due) }
                            td data-label="状态" { (state_tag(report.copied(), due, today)) }
                            td data-label="版本" { @match report { Some(it) => { "第 " (it.version) " 版" } None => { "—" } } }
                            td data-label="操作" {
                                @match report {
                                    Some(it) => { a href=(href(&it.id)) { "打开" } }
                                    None => {
                                        form method="post" action="/reports/begin" {
                                            input type="hidden" name="campaign" value=(form.campaign.id());
                                            input type="hidden" name="form" value=(form.wanted().id);
                                            input type="hidden" name="unit" value=(unit);
                                            input type="hidden" name="month" value=(period);
                                            button.quiet type="submit" { "填报" }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    })
}

/// The state in words, with the lateness that goes with it.
pub(super) fn state_tag(report: Option<&Report>, due: Date, today: Date) -> Markup {
    let Some(report) = report else {
        return if due < today {
            tag("逾期未报", Tone::Bad)
        } else {
            tag("未填报", Tone::Faint)
        };
    };
    let late = report.first_submitted_at.is_some() && !report.is_in_time(end_of(due));
    let tone = match report.state {
        Progress::Accepted => Tone::Good,
        Progress::Submitted => Tone::Calm,
        Progress::Returned => Tone::Bad,
        Progress::Draft | Progress::Signed => Tone::Warn,
    };
    html! {
        (tag(report.state.chinese(), tone)) " "
        @if late { (tag("迟报", Tone::Warn)) }
        @else if report.first_submitted_at.is_none() && due < today { (tag("已过截止", Tone::Bad)) }
    }
}

/// Who below has handed in for the month asked for.
async fn below(app: &App, form: &Form, unit: &str, asked: &Asked) -> Result<Markup, WebError> {
    let tree = app.live.tree();
    let today = app.clock.today();
    let months = desk::months(form, today);
    let chosen = match asked.month.as_str() {
        "" => months.first().copied().unwrap_or(today),
        code => month(code)?,
    };
    let mut conn = app.store.read().await?;
    let status = super::month::below(&mut conn, &tree, form, (unit, chosen)).await?;
    drop(conn);
    if status.rows.is_empty() {
        return Ok(html! {});
    }
    let period = month_code(chosen);
    let (due, all) = (status.due, status.all);
    let search = asked.q.trim();
    let rows: Vec<&Owing> = status
        .rows
        .iter()
        .filter(|it| fits(it.report.as_ref(), &asked.state))
        .filter(|it| search.is_empty() || tree.full_name(&it.unit).contains(search))
        .collect();
    let first = asked.after.parse::<usize>().unwrap_or(0).min(rows.len());
    let next = (first + PAGE < rows.len()).then(|| (first + PAGE).to_string());
    let form_code = code(form);
    let query = [
        ("unit", unit),
        ("form", form_code.as_str()),
        ("month", period.as_str()),
        ("state", asked.state.as_str()),
        ("q", search),
    ];
    let codes: Vec<String> = months.iter().map(|it| month_code(*it)).collect();
    let collation = path::with_query("/reports/collation", &query[..3]);
    Ok(html! {
        section.card {
            div.heading {
                h2 { (period) " 下级报送情况" }
                div.actions {
                    a.button.quiet href=(format!("{collation}&format=docx")) { "汇总表 Word" }
                    a.button.quiet href=(format!("{collation}&format=xlsx")) { "汇总表 Excel" }
                }
            }
            div.grid.five {
                (figure("应报", &all.due.to_string()))
                (figure("已报", &all.handed_in.to_string()))
                (figure("已接收", &all.accepted.to_string()))
                div { p.muted { "报送率" } (bar(all.share(), None, Tone::Calm)) }
                div { p.muted { "按时率" } (bar(all.timely(), None, Tone::Calm)) }
            }
            form.filter method="get" action=(path::REPORTS) {
                input type="hidden" name="unit" value=(unit);
                input type="hidden" name="form" value=(form_code);
                (field("单位", None, html! { input type="search" name="q" value=(search); }))
                (field("月份", None, html! {
                    select name="month" data-submit-on-change="" { (options(codes.iter().map(|it| (it.as_str(), it.as_str())), &period)) }
                }))
                (field("状态", None, html! {
                    select name="state" data-submit-on-change="" { (options(STATES.iter().copied(), &asked.state)) }
                }))
                button.quiet type="submit" { "查看" }
            }
        }
        section.card.flush {
            table.stack {
                caption { "共 " (rows.len()) " 个单位，截止 " (due) }
                thead { tr { th { "单位" } th { "状态" } th { "首次报送" } th { "版本" } th { "操作" } } }
                tbody {
                    @for it in rows.iter().skip(first).take(PAGE) {
                        @let report = it.report.as_ref();
                        tr {
                            td data-label="单位" { (tree.full_name(&it.unit)) }
                            td data-label="状态" { (state_tag(report, due, today)) }
                            td data-label="首次报送" {
                                (report.and_then(|it| it.first_submitted_at).map_or_else(|| "—".to_owned(), text::moment))
                            }
                            td data-label="版本" { @match report { Some(it) => { "第 " (it.version) " 版" } None => { "—" } } }
                            td data-label="操作" { @if let Some(it) = report { a href=(href(&it.id)) { "打开" } } @else { "—" } }
                        }
                    }
                }
            }
            (layout::pager(path::REPORTS, &query, next.as_deref(), first == 0))
        }
    })
}

const STATES: &[(&str, &str)] = &[
    ("", "全部"),
    ("none", "未报送"),
    ("submitted", "待接收"),
    ("accepted", "已接收"),
    ("returned", "已退回"),
];

fn fits(report: Option<&Report>, wanted: &str) -> bool {
    match wanted {
        "" => true,
        "none" => !report.is_some_and(|it| it.state.is_handed_in()),
        code => report.is_some_and(|it| it.state.code() == code),
    }
}

fn figure(label: &str, value: &str) -> Markup {
    html! { div { p.muted { (label) } p.figure-big { (value) } } }
}
