//! One duty of a unit: how each period went, where it will end, and who is
//! missing, by name for those entitled to names.

mod file;

pub(crate) use file::duty_file;

use std::collections::HashMap;

use axum::extract::{Query, State as Shared};
use campaign::access::Action;
use campaign::board::{self, Ranked};
use campaign::day::Day;
use campaign::engine::DutyIx;
use campaign::forecast::Forecast;
use campaign::organisation::UnitIx;
use campaign::period::Period;
use campaign::plan::Duty;
use campaign::rates::Counts;
use campaign::standing::{Standing, State};
use maud::{Markup, html};

use super::chart;
use super::figures::{duty_ix, order};
use super::frame::{Asked, Frame};
use super::parts::{counts_words, rate_bar, rate_tone, state_tone};
use super::ranking::PAGE;
use crate::layout::{self, Page, bar, crumbs, empty, field, icon, options, tag};
use crate::paging::{At, Turn};
use crate::plans::{Quote, quoted, quotes};
use crate::session::SignedIn;
use crate::{App, AppState, WebError, path, text};

/// The figures of a duty's page.
struct DutyPage {
    counts: Counts,
    periods: Vec<(Period, Counts)>,
    /// First day of the period whose people are listed.
    period: Option<Day>,
    below: Vec<(String, Ranked)>,
    forecast: Option<(String, Day, Forecast)>,
    levers: Vec<(String, f64)>,
    owing: Vec<Owing>,
    owing_all: usize,
}

struct Owing {
    subject: String,
    unit: String,
    is_person: bool,
    standing: Standing,
}

/// A goal for forecasts of duties: all that is due is done.
const GOAL: f64 = 1.0;
const LEVERS_SHOWN: usize = 5;

pub(crate) async fn duty_page(
    Shared(app): Shared<AppState>,
    who: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Markup, WebError> {
    let frame = Frame::open(&app, &who, asked).await?.ok_or(WebError::NotFound)?;
    let duty = duty_ix(&frame).ok_or(WebError::NotFound)?;
    let figures = gather(&frame, duty, Some(&frame.asked.at))?;
    let known = frame.campaign().duty(&frame.asked.duty, frame.day);
    let (plan, at) = known.ok_or(WebError::NotFound)?;
    let duty = &plan.duties[at];
    let names = names(&app, &frame, &figures.owing).await?;
    let quote = quote(&app, &frame, &duty.id).await?;
    let title = format!("{} · {}", duty.name, frame.unit_name());
    let content = html! {
        (head(&frame, duty))
        div.two {
            div { (chart::periods(&figures.periods)) }
            div {
                (outlook(&frame, &figures))
                (facts(&frame, duty, (&figures.counts, quote.as_ref())))
            }
        }
        (below(&frame, &figures))
        (owing(&frame, &figures, &names))
    };
    Ok(layout::page(&app, &who, Page { title: &title, here: path::BOARD, content }))
}

fn gather(frame: &Frame<'_>, duty: DutyIx, at: Option<&At>) -> Result<DutyPage, WebError> {
    let states = states(frame);
    frame.sight.look(|live| {
        let (engine, view) = (live.engine(), live.view());
        let org = engine.organisation();
        let unit = org.unit_ix(&frame.unit).ok_or(WebError::NotFound)?;
        let id = |unit: UnitIx| org.id(org.of_unit(unit)).to_owned();
        let periods = view.by_period(duty, unit);
        let period = chosen_period(frame, &periods);
        let found = view.who_owes(duty, unit, period, &states);
        let owing_all = found.len();
        let skipped = at.map_or(0, |at| at.offset(PAGE, owing_all));
        let taken = if at.is_some() { PAGE } else { usize::MAX };
        let owing = found.into_iter().skip(skipped).take(taken).map(|standing| Owing {
            subject: org.id(standing.subject).to_owned(),
            unit: id(standing.home),
            is_person: org.as_person(standing.subject).is_some(),
            standing,
        });
        let owing = owing.collect();
        let ranked =
            board::ranked(org, live.rates(), (unit, Some(duty)), (order(frame), frame.day));
        let below = ranked
            .into_iter()
            .filter(|it| !it.counts.is_empty())
            .map(|it| (id(it.unit), it))
            .collect();
        let window = window(frame);
        let forecast = window.map(|(name, from, until)| {
            (name, until, view.forecast(duty, unit, (from, until), GOAL))
        });
        let levers = forecast.iter().flat_map(|(_, _, forecast)| &forecast.levers);
        Ok(DutyPage {
            counts: *live.rates().of(unit, duty),
            levers: levers.take(LEVERS_SHOWN).map(|it| (id(it.unit), it.gain())).collect(),
            periods,
            period,
            below,
            forecast,
            owing,
            owing_all,
        })
    })
}

/// The states that the list is narrowed to: what is missing, unless asked.
fn states(frame: &Frame<'_>) -> Vec<State> {
    match frame.asked.state.as_str() {
        "" => vec![State::Open, State::Partial, State::Overdue],
        "all" => Vec::new(),
        code => State::from_code(code).into_iter().collect(),
    }
}

/// The period asked for, else the last one that has begun.
fn chosen_period(frame: &Frame<'_>, periods: &[(Period, Counts)]) -> Option<Day> {
    if frame.asked.period == "all" {
        return None;
    }
    let asked = Day::parse(frame.asked.period.as_bytes());
    asked.or_else(|| periods.last().map(|(period, _)| period.start))
}

/// The term that the day lies in, else the whole campaign.
fn window(frame: &Frame<'_>) -> Option<(String, Day, Day)> {
    let (from, until) = (Day::from(frame.plan.head.from), Day::from(frame.plan.head.until));
    match frame.campaign().calendar().term_of(frame.day) {
        Some(term) => Some((term.name.clone(), term.from, term.until)),
        None if from <= frame.day && frame.day <= until => {
            Some(("方案期".to_owned(), from, until))
        }
        None => None,
    }
}

/// Names for whoever is near: in a school or below, to those entitled. Above,
/// figures are enough.
fn shows_names(frame: &Frame<'_>) -> bool {
    frame.may(Action::ReadPeople) && frame.tree.school_of(&frame.unit).is_some()
}

async fn names(
    app: &App,
    frame: &Frame<'_>,
    owing: &[Owing],
) -> Result<HashMap<String, String>, WebError> {
    if !shows_names(frame) {
        return Ok(HashMap::new());
    }
    let mut ids: Vec<String> =
        owing.iter().filter(|it| it.is_person).map(|it| it.subject.clone()).collect();
    ids.sort();
    ids.dedup();
    let mut conn = app.store.read().await?;
    Ok(storage::live::person_names(&mut conn, &ids).await?)
}

fn head(frame: &Frame<'_>, duty: &Duty) -> Markup {
    let steps = [
        (frame.unit_name().to_owned(), frame.to_unit(&frame.unit)),
        (duty.name.clone(), String::new()),
    ];
    html! {
        (crumbs(&steps))
        div.heading {
            div {
                h1 { (duty.name) }
                p.sub { (frame.unit_name()) " · " (frame.campaign().campaign.name) " · " (frame.day) }
            }
            form.filter.tight method="get" action=(format!("{}/duty", path::BOARD)) {
                input type="hidden" name="campaign" value=(frame.campaign().id());
                input type="hidden" name="unit" value=(frame.unit);
                input type="hidden" name="duty" value=(duty.id);
                (field("日期", None, html! { input type="date" name="date" value=(frame.day) required; }))
                button.quiet type="submit" { "查看" }
            }
        }
    }
}

/// The sentence of the document that asks for the duty, if the plan was read from one.
async fn quote(app: &App, frame: &Frame<'_>, duty: &str) -> Result<Option<Quote>, WebError> {
    let element = format!("duty/{duty}");
    let version = frame.campaign().version_on(frame.day);
    let mut found = quotes(app, frame.campaign(), version, &[&element]).await?;
    Ok(found.remove(&element))
}

fn facts(frame: &Frame<'_>, duty: &Duty, (counts, quote): (&Counts, Option<&Quote>)) -> Markup {
    html! {
        section.card {
            h2 { "要求" }
            @if let Some(quote) = quote { (quoted(quote)) }
            dl.facts {
                dt { "依据" } dd { a href=(path::clause(frame.campaign().id(), &duty.clause)) { (duty.clause) } }
                dt { "由谁" } dd { (frame.plan.by_words(&duty.by)) }
                dt { "频次" } dd { (duty.cadence_words()) }
                @if let Some(due) = duty.due_words() { dt { "期限" } dd { (due) } }
                @if !duty.proof.is_empty() { dt { "佐证" } dd { (duty.proof_words()) } }
                dt { "完成率" } dd { (counts.rate().percent()) "，按时率 " (counts.timely().percent()) }
                dt { "情况" } dd { (counts_words(counts)) }
            }
            p.actions {
                a.button.quiet href=(path::with_query(path::RECORDS, &[("unit", &frame.unit), ("activity", &duty.activity)])) { "看记录" }
                @if frame.may(Action::Exempt) {
                    a.button.quiet href=(path::with_query(&format!("{}/exemptions", path::campaign(frame.campaign().id())), &[("unit", &frame.unit), ("duty", &duty.id)])) { "免除" }
                }
            }
        }
    }
}

/// Where it ends at this pace, and what would change that (N16).
fn outlook(frame: &Frame<'_>, figures: &DutyPage) -> Markup {
    let Some((name, until, forecast)) = &figures.forecast else { return html! {} };
    html! {
        section.card.outlook {
            h2 { "照此下去" span.small.muted { " " (name) "，至 " (until) } }
            @match forecast.end {
                None => p.muted { "到现在还没有可以推算的依据。" },
                Some(end) => {
                    p.figure-big { (text::percent(Some(end))) }
                    (bar(Some(end), forecast.reachable, rate_tone_of(end)))
                    p.small.muted {
                        "已完成 " b { (forecast.sums.fulfilled) } "，已错过 " b { (forecast.sums.missed) }
                        "，还剩 " b { (forecast.sums.remaining()) } "。"
                        @if let Some(reachable) = forecast.reachable {
                            "剩下的全部做到，可到 " b { (text::percent(Some(reachable))) } "（条上的黑线）。"
                        }
                        @if forecast.make_up > 0 { "要到 100%，还须补做 " b { (forecast.make_up) } " 项。" }
                    }
                }
            }
            @if !figures.levers.is_empty() {
                h3 { "最能改变结果的" }
                ol.plain {
                    @for (unit, gain) in &figures.levers {
                        li { a href=(duty_of(frame, unit)) { (frame.tree.name(unit)) } " 可提高 " b { (format!("{:.1}", gain * 100.0)) } " 个百分点" }
                    }
                }
            }
        }
    }
}

fn rate_tone_of(share: f64) -> layout::Tone {
    rate_tone(campaign::rates::Ratio { part: (share * 1000.0).round() as u64, whole: 1000 })
}

/// The same duty of another unit.
fn duty_of(frame: &Frame<'_>, unit: &str) -> String {
    let pairs = [
        ("campaign", frame.campaign().id()),
        ("unit", unit),
        ("date", &frame.date()),
        ("duty", &frame.asked.duty),
    ];
    path::with_query(&format!("{}/duty", path::BOARD), &pairs)
}

const BELOW_SHOWN: usize = 20;

fn below(frame: &Frame<'_>, figures: &DutyPage) -> Markup {
    html! {
        @if !figures.below.is_empty() {
            section.card.flush {
                div.card-head { h2 { "下属单位" span.small.muted { " 未完成最多的在前" } } }
                table.stack {
                    thead { tr { th { "单位" } th.number { "未完成" } th.wide { "完成率" } th.number { "按时率" } th { "情况" } } }
                    tbody {
                        @for (unit, it) in figures.below.iter().take(BELOW_SHOWN) {
                            tr {
                                td data-label="单位" { a href=(duty_of(frame, unit)) { (frame.tree.name(unit)) } }
                                td.number data-label="未完成" { (it.counts.missing()) }
                                td data-label="完成率" { (rate_bar(it.counts.rate())) }
                                td.number data-label="按时率" { (it.counts.timely().percent()) }
                                td data-label="情况" { (counts_words(&it.counts)) }
                            }
                        }
                    }
                }
                @if figures.below.len() > BELOW_SHOWN {
                    p.foot.small.muted { "共 " (figures.below.len()) " 个，全部在看板上。" }
                }
            }
        }
    }
}

fn owing(frame: &Frame<'_>, figures: &DutyPage, names: &HashMap<String, String>) -> Markup {
    let of_persons = figures.owing.iter().any(|it| it.is_person);
    let hidden = of_persons && !shows_names(frame);
    let from = frame.asked.at.offset(PAGE, figures.owing_all);
    let href = |more: (&str, &str)| {
        let mut pairs = list_query(frame).to_vec();
        pairs.push(more);
        format!("{}#owing", frame.to(&format!("{}/duty", path::BOARD), &pairs))
    };
    html! {
        section.card.flush #owing {
            div.card-head {
                h2 { "名单" span.small.muted { " 共 " (figures.owing_all) " 条" } }
                @if !hidden && figures.owing_all > 0 {
                    a.button.quiet.slim href=(frame.to("/board/duty.xlsx", &list_query(frame))) { (icon("M12 4v11M7 11l5 5 5-5M5 20h14")) "导出" }
                }
            }
            (list_filter(frame, figures))
            @if hidden {
                p.foot { "这里有 " b { (figures.owing_all) } " 人。姓名在学校和班级的页面上列给有权查看的人，上级只看数字。" }
            } @else if figures.owing.is_empty() {
                (empty("这一期没有符合条件的。", None))
            } @else {
                (owing_table(frame, figures, names))
                (Turn::of(from, PAGE, figures.owing_all).links(href))
            }
        }
    }
}

fn list_query<'f>(frame: &'f Frame<'_>) -> [(&'f str, &'f str); 3] {
    [
        ("duty", &frame.asked.duty),
        ("period", &frame.asked.period),
        ("state", &frame.asked.state),
    ]
}

fn list_filter(frame: &Frame<'_>, figures: &DutyPage) -> Markup {
    let periods: Vec<(String, String)> = figures
        .periods
        .iter()
        .rev()
        .map(|(it, _)| (it.start.to_string(), format!("{} 至 {}", it.start, it.end)))
        .collect();
    let chosen = figures.period.map_or("all".to_owned(), |day| day.to_string());
    let states = [("", "未完成和进行中"), ("all", "全部")]
        .into_iter()
        .chain(State::ALL.iter().map(|state| (state.code(), state.chinese())));
    html! {
        form.filter.inset method="get" action=(format!("{}/duty#owing", path::BOARD)) {
            input type="hidden" name="campaign" value=(frame.campaign().id());
            input type="hidden" name="unit" value=(frame.unit);
            input type="hidden" name="duty" value=(frame.asked.duty);
            input type="hidden" name="date" value=(frame.date());
            (field("周期", None, html! {
                select name="period" {
                    option value="all" selected[chosen == "all"] { "全部" }
                    (options(periods.iter().map(|(value, label)| (value.as_str(), label.as_str())), &chosen))
                }
            }))
            (field("状态", None, html! { select name="state" { (options(states, &frame.asked.state)) } }))
            button.quiet type="submit" { "筛选" }
        }
    }
}

fn subject_name(frame: &Frame<'_>, names: &HashMap<String, String>, it: &Owing) -> String {
    if it.is_person {
        names.get(&it.subject).cloned().unwrap_or_else(|| "（已离开）".to_owned())
    } else {
        frame.tree.name(&it.subject).to_owned()
    }
}

fn owing_table(
    frame: &Frame<'_>,
    figures: &DutyPage,
    names: &HashMap<String, String>,
) -> Markup {
    let may_exempt = frame.may(Action::Exempt);
    html! {
        table.stack {
            thead { tr {
                th { "对象" } th { "所在单位" } th { "周期" } th { "应完成日期" }
                th.number { "已做／应做" } th { "状态" } th { "操作" }
            } }
            tbody {
                @for it in &figures.owing {
                    tr {
                        td data-label="对象" {
                            @if it.is_person { a href=(path::person(&it.subject)) { (subject_name(frame, names, it)) } }
                            @else { a href=(frame.to_unit(&it.subject)) { (subject_name(frame, names, it)) } }
                        }
                        td data-label="所在单位" { (frame.tree.full_name(&it.unit)) }
                        td data-label="周期" { (it.standing.period.start) " 至 " (it.standing.period.end) }
                        td data-label="应完成日期" { (it.standing.period.due) }
                        td.number data-label="已做／应做" { (it.standing.done) "／" (it.standing.required) }
                        td data-label="状态" { (tag(it.standing.state.chinese(), state_tone(it.standing.state))) }
                        td data-label="操作" { (row_actions(frame, it, may_exempt)) }
                    }
                }
            }
        }
    }
}

fn row_actions(frame: &Frame<'_>, it: &Owing, may_exempt: bool) -> Markup {
    let activity = frame
        .campaign()
        .duty(&frame.asked.duty, it.standing.period.start)
        .map(|(plan, at)| plan.duties[at].activity.clone())
        .unwrap_or_default();
    let records = path::with_query(
        path::RECORDS,
        &[
            ("unit", &it.unit),
            ("activity", &activity),
            ("from", &it.standing.period.start.to_string()),
            ("until", &it.standing.period.end.to_string()),
        ],
    );
    let exempt = path::with_query(
        &format!("{}/exemptions", path::campaign(frame.campaign().id())),
        &[
            ("unit", it.unit.as_str()),
            ("duty", frame.asked.duty.as_str()),
            ("subject", if it.is_person { it.subject.as_str() } else { "" }),
        ],
    );
    html! {
        a href=(records) { "记录" }
        @if it.standing.state == State::Exempt { " · " a href=(exempt) { "理由" } }
        @else if may_exempt { " · " a href=(exempt) { "免除" } }
    }
}
