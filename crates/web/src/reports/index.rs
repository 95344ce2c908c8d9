//! The list: a unit's own months, and for a superior who below it has handed
//! in and who has not.

mod below;

use std::collections::HashMap;

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use campaign::access::Action;
use campaign::report::State as Progress;
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;
use storage::report::{self, Report};

use super::desk::{self, Form};
use super::{href, month_code};
use crate::clock::end_of;
use crate::layout::{self, Page, Tone, crumbs, empty, heading, tag};
use crate::paging::At;
use crate::session::SignedIn;
use crate::{App, AppState, WebError, path};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    unit: String,
    month: String,
    /// `campaign/form`
    form: String,
    state: String,
    q: String,
    sort: String,
    #[serde(flatten)]
    at: At,
    format: String,
}

pub(crate) async fn index(
    State(app): State<AppState>,
    who: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let tree = app.live.tree();
    let unit = tree.scope(&who.actor, Action::Report, Some(&asked.unit))?.unit.clone();
    let forms = desk::forms(&app, &unit.id);
    let chosen = forms.iter().find(|it| code(it) == asked.form).or_else(|| forms.first());
    if asked.format == "xlsx" {
        let form = chosen.ok_or(WebError::NotFound)?;
        return below::export(&app, &who, (form, &unit.id), &asked).await;
    }
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
            (below::part(&app, &who, (form, &unit.id), &asked).await?)
        },
    };
    Ok(layout::page(&app, &who, Page { title: "月报", here: path::REPORTS, content })
        .into_response())
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
