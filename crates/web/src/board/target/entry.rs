//! Entering what was measured, and taking it back.

use axum::extract::{Path, State as Shared};
use axum::response::Redirect;
use campaign::access::Action;
use campaign::indicator::readings::{MEASURE_MAX, MeasureFault, measure};
use campaign::plan::Measured;
use maud::{Markup, html};
use storage::indicator::{self as kept, Reading};

use super::super::frame::{Asked, Frame};
use super::super::judged::{measured_of, measures};
use crate::app::new_id;
use crate::fields::Fields;
use crate::layout::{field, tag};
use crate::session::SignedIn;
use crate::{AppState, WebError, text};

const SOURCE_MAX: usize = 100;
/// So many readings of the unit are shown.
pub(super) const SHOWN_MAX: i64 = 60;

pub(super) fn form(frame: &Frame<'_>, target: &campaign::plan::Target) -> Markup {
    let measured = measured_of(&frame.plan, target);
    let today = frame.today.to_string();
    html! {
        form.card method="post" action=(frame.to("/board/target/readings", &[("target", &target.id)])) {
            h2 { "填报" }
            p.muted {
                @match measured {
                    Measured::Ratio => "填截至某一天的人数或个数。填错了先撤回再填；以前日期看到的仍是当时的数。",
                    Measured::Count => "填当年 1 月 1 日到这一天的累计数。填错了先撤回再填；以前日期看到的仍是当时的数。",
                }
            }
            (field("截至日期", None, html! { input type="date" name="on" value=(today) max=(today) required; }))
            div.pair {
                @if measured == Measured::Ratio {
                    (field("已达到的数", Some("分子，如已入群人数"), html! { input type="number" name="part" min="0" required; }))
                    (field("总数", Some("分母，如应入群人数"), html! { input type="number" name="whole" min="1" required; }))
                } @else {
                    (field("累计数", None, html! { input type="number" name="part" min="0" required; }))
                }
            }
            (field("数据来源", Some("如“公安机关通报”“各班群主统计”"), html! {
                input type="text" name="source" maxlength=(SOURCE_MAX) required;
            }))
            button type="submit" { "保存" }
        }
    }
}

pub(super) fn history(frame: &Frame<'_>, rows: &[Reading], may_enter: bool) -> Markup {
    html! {
        section.card.flush {
            div.card-head { h2 { "本单位的填报" } }
            table.stack {
                thead { tr { th { "截至日期" } th.number { "数据" } th { "来源" } th { "填报" } th {} } }
                tbody {
                    @for row in rows {
                        tr {
                            td data-label="截至日期" { (row.on_date) }
                            td.number data-label="数据" { (row.measure) }
                            td data-label="来源" { (row.source) }
                            td data-label="填报" {
                                (row.account_name.as_deref().unwrap_or("系统")) " "
                                span.small.muted { (text::moment(row.entered_at)) }
                            }
                            td {
                                @if let Some(at) = row.withdrawn_at {
                                    (tag("已撤回", crate::layout::Tone::Faint)) " " span.small.muted { (text::moment(at)) }
                                } @else if may_enter {
                                    form.inline method="post" data-confirm="确定撤回这一条？"
                                        action=(frame.to(&format!("/board/target/readings/{}/withdraw", row.id), &[("target", &frame.asked.target)])) {
                                        button.quiet.slim type="submit" { "撤回" }
                                    }
                                }
                            }
                        }
                    }
                }
            }
            @if SHOWN_MAX <= rows.len() as i64 { p.inset.muted { "只列最近 " (SHOWN_MAX) " 条。" } }
        }
    }
}

fn whole_number(fields: &Fields, key: &str, name: &str) -> Result<i64, WebError> {
    let text = fields.get(key).trim();
    text.parse::<i64>().ok().filter(|it| (0..=MEASURE_MAX).contains(it)).ok_or_else(|| {
        WebError::invalid(format!("“{name}”应为 0 至 {MEASURE_MAX} 的整数，现为“{text}”。"))
    })
}

pub(crate) async fn enter(
    Shared(app): Shared<AppState>,
    who: SignedIn,
    axum::extract::Query(asked): axum::extract::Query<Asked>,
    fields: Fields,
) -> Result<Redirect, WebError> {
    let frame = Frame::open(&app, &who, asked).await?.ok_or(WebError::NotFound)?;
    let permit = frame.tree.permit(&who.actor, Action::Report, &frame.unit)?;
    let target = frame.plan.target(&frame.asked.target).ok_or(WebError::NotFound)?;
    if !frame.tree.get(&frame.unit).is_some_and(measures) {
        return Err(WebError::invalid("班级和小组不单独填报，请由学校填报。"));
    }
    let measured = measured_of(&frame.plan, target);
    let on = text::parse_date(fields.get("on"), "截至日期")?;
    let (today, first) = (app.clock.today(), jiff::civil::Date::constant(2000, 1, 1));
    if on < first || today < on {
        return Err(WebError::invalid(format!(
            "“截至日期”应在 {first} 至今天（{today}）之间，现为 {on}。"
        )));
    }
    let part = whole_number(&fields, "part", "已达到的数")?;
    let whole = match measured {
        Measured::Ratio => Some(whole_number(&fields, "whole", "总数")?),
        Measured::Count => None,
    };
    let measure = measure(measured, part, whole).map_err(|why| {
        WebError::invalid(match why {
            MeasureFault::NoWhole => "“总数”至少为 1。",
            MeasureFault::TooMuch => "“已达到的数”不能大于“总数”。",
            MeasureFault::OutOfRange => "数字太大或为负数。",
        })
    })?;
    let source = fields.get("source").trim();
    if source.is_empty() || SOURCE_MAX < source.chars().count() {
        return Err(WebError::invalid(format!("“数据来源”要填写，最多 {SOURCE_MAX} 字。")));
    }
    let now = app.clock.now();
    let reading = Reading {
        id: new_id(),
        campaign: frame.campaign().id().to_owned(),
        indicator: target.indicator.clone(),
        unit: frame.unit.clone(),
        on_date: on.to_string(),
        measure,
        source: source.to_owned(),
        entered_at: now,
        account: Some(who.actor.account.clone()),
        account_name: None,
        withdrawn_at: None,
    };
    let mut tx = app.store.write(now).await?;
    kept::insert_many(&mut tx, &permit, &[reading]).await?;
    tx.commit().await?;
    Ok(Redirect::to(&frame.to("/board/target", &[("target", &frame.asked.target)])))
}

pub(crate) async fn withdraw(
    Shared(app): Shared<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    axum::extract::Query(asked): axum::extract::Query<Asked>,
) -> Result<Redirect, WebError> {
    let frame = Frame::open(&app, &who, asked).await?.ok_or(WebError::NotFound)?;
    let mut conn = app.store.read().await?;
    let reading = kept::by_id(&mut conn, &id).await?;
    drop(conn);
    let reading = reading
        .filter(|it| it.unit == frame.unit && it.campaign == frame.campaign().id())
        .ok_or(WebError::NotFound)?;
    let permit = frame.tree.permit(&who.actor, Action::Report, &reading.unit)?;
    if reading.withdrawn_at.is_some() {
        return Err(WebError::Conflict("这一条已经撤回。".to_owned()));
    }
    let mut tx = app.store.write(app.clock.now()).await?;
    kept::withdraw(&mut tx, &permit, &reading).await?;
    tx.commit().await?;
    Ok(Redirect::to(&frame.to("/board/target", &[("target", &frame.asked.target)])))
}
