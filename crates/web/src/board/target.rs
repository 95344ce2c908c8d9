//! One target of a unit: where it stands against the path to its date, which
//! units below hold it back, and what was measured.

mod chart;
mod entry;

use axum::extract::{Query, State as Shared};
use axum::response::Response;
use campaign::access::Action;
use campaign::collation::title_key;
use campaign::indicator::readings::Book;
use campaign::plan::{Measured, Target};
use maud::{Markup, html};
use storage::indicator::{self as kept};

use super::frame::{Asked, Frame};
use super::judged::{self, Judged, Origin, measures, measuring_children};
use super::ranking::PAGE;
use crate::export::{self, Known, Row, Wanted};
use crate::layout::{self, Page, bar, crumbs, empty, field, heading, icon, tag};
use crate::paging::Turn;
use crate::session::SignedIn;
use crate::{App, AppState, WebError, path};

pub(crate) use entry::{enter, withdraw};

const HERE: &str = "/board/target";

pub(crate) async fn show(
    Shared(app): Shared<AppState>,
    who: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Markup, WebError> {
    let frame = Frame::open(&app, &who, asked).await?.ok_or(WebError::NotFound)?;
    let target = frame.plan.target(&frame.asked.target).ok_or(WebError::NotFound)?;
    let (it, below) = judge(&app, &frame, target).await?;
    let ids = (frame.campaign().id(), target.indicator.as_str(), frame.unit.as_str());
    let mut conn = app.store.read().await?;
    let own = kept::of_unit(&mut conn, ids, entry::SHOWN_MAX).await?;
    drop(conn);
    let points = points(&app, &frame, target, &it).await?;
    let may_enter = frame.may(Action::Report)
        && frame.tree.get(&frame.unit).is_some_and(measures)
        && !matches!(it.origin, Origin::Records(_));
    let steps = [
        (frame.unit_name().to_owned(), frame.to_unit(&frame.unit)),
        (target.name.clone(), String::new()),
    ];
    let content = html! {
        (crumbs(&steps))
        (heading(&target.name, None))
        div.two.facts-first {
            div {
                section.card {
                    h2 { "走势" span.small.muted { " 每月最后一天" } }
                    (chart::picture(it.measured, &points.0, &points.1))
                }
                @if !below.is_empty() { (units(&frame, target, &below)) }
                @if !own.is_empty() { (entry::history(&frame, &own, may_enter)) }
            }
            div {
                (facts(&frame, target, &it))
                @if may_enter { (entry::form(&frame, target)) }
            }
        }
    };
    let title = format!("{} · {}", target.name, frame.unit_name());
    Ok(layout::page(&app, &who, Page { title: &title, here: path::BOARD, content }))
}

fn facts(frame: &Frame<'_>, target: &Target, it: &Judged) -> Markup {
    let light = it.light();
    html! {
        section.card {
            h2 { "情况" }
            dl.facts {
                dt { "现在" } dd {
                    @match it.value { Some(value) => strong { (it.words(value)) }, None => "—" }
                    " " (tag(light.0, light.1))
                }
                dt { "目标" } dd { (frame.plan.target_words(target)) }
                @if let Some(verdict) = it.verdict {
                    @if it.is_ahead { dt { "开始" } dd { (verdict.path.from) } }
                    @else { dt { "今天应达" } dd { (words_of(target, it, verdict.expected)) } }
                    @if target.baseline.is_some() {
                        dt { "较基数下降" } dd { (format!("{:.1}%", verdict.measure * 100.0)) }
                    }
                }
                dt { "依据" } dd { a href=(path::clause(frame.campaign().id(), &target.clause)) { (target.clause) } }
                dt { "数据" } dd { (it.origin_words()) }
                dt { "日期" } dd { (frame.day) }
            }
            @if it.value.is_some() && it.verdict.is_none() {
                p.muted { "这个目标与 " (target.baseline.map_or_else(String::new, |it| it.to_string())) " 年相比，请先填报那一年 12 月 31 日的数。" }
            }
        }
    }
}

/// What the path asks for: of a drop it is a share, whatever is counted.
fn words_of(target: &Target, it: &Judged, value: f64) -> String {
    if target.baseline.is_some() {
        format!("下降 {:.1}%", value * 100.0)
    } else {
        it.words(value)
    }
}

/// The path, and what was known at the end of each month until the day.
async fn points(
    app: &App,
    frame: &Frame<'_>,
    target: &Target,
    it: &Judged,
) -> Result<(campaign::indicator::Path, Vec<chart::Point>), WebError> {
    let path = it.verdict.filter(|_| target.baseline.is_none()).map_or_else(
        || campaign::indicator::usual_path(&frame.plan, target, it.measured),
        |it| it.path,
    );
    let mut conn = app.store.read().await?;
    let asked = kept::Asked {
        campaign: frame.campaign().id(),
        indicators: &[&target.indicator],
        from: "0000-01-01",
        until: &frame.day.to_string(),
        known_at: judged::known_at(frame),
    };
    let rows = kept::all(&mut conn, asked).await?;
    drop(conn);
    let book = judged::books(rows).remove(&target.indicator).unwrap_or_default();
    let children = measuring_children(&frame.tree);
    let mut days = chart::days(&path);
    if path.from < frame.day && frame.day < path.until && !days.contains(&frame.day) {
        days.push(frame.day);
        days.sort_unstable();
    }
    let value = |book: &Book, day| {
        book.value(&frame.unit, (day, it.measured), &children).map(|it| it.measure.value())
    };
    let points = days.into_iter().map(|day| {
        let value = match it.origin {
            _ if frame.day < day => None,
            Origin::Records(_) => it.value.filter(|_| day == frame.day),
            _ => value(&book, day),
        };
        chart::Point { day, value }
    });
    Ok((path, points.collect()))
}

/// The unit itself, and those directly below it with their values, the worst first.
async fn judge(
    app: &App,
    frame: &Frame<'_>,
    target: &Target,
) -> Result<(Judged, Vec<(String, Judged)>), WebError> {
    let below = frame.tree.children(&frame.unit).filter(|node| measures(node));
    let mut ids = vec![frame.unit.clone()];
    ids.extend(below.map(|node| node.unit.id.clone()));
    let judged = judged::of_units(app, frame, target, &ids).await?;
    let mut judged = ids.into_iter().zip(judged);
    let (_, own) = judged.next().ok_or(WebError::NotFound)?;
    let mut all: Vec<(String, Judged)> = judged.collect();
    let by_name = frame.asked.order == "name";
    let key = |it: &Judged| it.verdict.map(|it| -it.shortfall);
    all.sort_by(|(a, x), (b, y)| {
        let (x, y) = (key(x), key(y));
        let worse = x.partial_cmp(&y).unwrap_or(std::cmp::Ordering::Equal);
        let names = || title_key(frame.tree.name(a)).cmp(&title_key(frame.tree.name(b)));
        if by_name { names() } else { worse.then_with(names) }
    });
    Ok((own, all))
}

fn units(frame: &Frame<'_>, target: &Target, all: &[(String, Judged)]) -> Markup {
    let wanted = frame.asked.q.trim();
    let found: Vec<&(String, Judged)> =
        all.iter().filter(|(id, _)| frame.tree.name(id).contains(wanted)).collect();
    let from = frame.asked.at.offset(PAGE, found.len());
    let shown = found.iter().skip(from).take(PAGE);
    let with_data = all.iter().filter(|(_, it)| it.value.is_some()).count();
    let to = |base: &str, more: &[(&str, &str)]| {
        let mut pairs = vec![("target", target.id.as_str())];
        pairs.extend_from_slice(more);
        frame.to(base, &pairs)
    };
    let order = frame.asked.order.as_str();
    let href = |more: (&str, &str)| {
        format!("{}#units", to(HERE, &[("q", wanted), ("order", order), more]))
    };
    html! {
        section.card.flush #units {
            div.card-head {
                h2 { "下级单位" span.small.muted { " " (with_data) "/" (all.len()) " 有数据" } }
                a.button.quiet.slim href=(to("/board/target.xlsx", &[])) { (icon("M12 4v11M7 11l5 5 5-5M5 20h14")) "导出" }
            }
            form.filter.inset method="get" action="/board/target#units" {
                input type="hidden" name="campaign" value=(frame.campaign().id());
                input type="hidden" name="unit" value=(frame.unit);
                input type="hidden" name="date" value=(frame.date());
                input type="hidden" name="target" value=(target.id);
                input type="hidden" name="order" value=(order);
                (field("名称", None, html! { input type="search" name="q" value=(wanted); }))
                button.quiet type="submit" { "查找" }
            }
            @if found.is_empty() { (empty("没有名称含有这些字的单位。", None)) }
            @else {
                table.stack {
                    thead { tr {
                        th aria-sort=(if order == "name" { "ascending" } else { "none" }) { a href=(format!("{}#units", to(HERE, &[("q", wanted), ("order", "name")]))) { "单位" } }
                        th.wide aria-sort=(if order == "name" { "none" } else { "ascending" }) { a href=(format!("{}#units", to(HERE, &[("q", wanted)]))) { "现在" } }
                        th { "红黄绿" }
                        th { "数据" }
                    } }
                    tbody {
                        @for (id, it) in shown.copied() {
                            @let light = it.light();
                            tr {
                                td data-label="单位" { a href=(path::with_query(HERE, &[("campaign", frame.campaign().id()), ("unit", id), ("date", &frame.date()), ("target", &target.id)])) { (frame.tree.name(id)) } }
                                td data-label="现在" {
                                    @match (it.measured, it.value) {
                                        (Measured::Ratio, Some(value)) => (bar(Some(value), Some(target.value), light.1)),
                                        (_, Some(value)) => (it.words(value)),
                                        (_, None) => "—",
                                    }
                                }
                                td data-label="红黄绿" { (tag(light.0, light.1)) }
                                td.small.muted data-label="数据" { (it.origin_words()) }
                            }
                        }
                    }
                }
                (Turn::of(from, PAGE, found.len()).links(href))
            }
        }
    }
}

const COLUMNS: &[(&str, f64)] =
    &[("单位", 30.0), ("现在", 12.0), ("今天应达", 12.0), ("红黄绿", 12.0), ("数据", 50.0)];

/// The units below as a workbook.
pub(crate) async fn file(
    Shared(app): Shared<AppState>,
    who: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let frame = Frame::open(&app, &who, asked).await?.ok_or(WebError::NotFound)?;
    let permit = frame.tree.permit(&who.actor, Action::Export, &frame.unit)?;
    let target = frame.plan.target(&frame.asked.target).ok_or(WebError::NotFound)?;
    let (_, all) = judge(&app, &frame, target).await?;
    let row = |(id, it): &(String, Judged)| -> Row {
        let none = || "—".to_owned();
        let expected = it.verdict.filter(|_| !it.is_ahead);
        vec![
            frame.tree.full_name(id).into(),
            it.value.map_or_else(none, |value| it.words(value)).into(),
            expected.map_or_else(none, |verdict| words_of(target, it, verdict.expected)).into(),
            it.light().0.into(),
            it.origin_words().into(),
        ]
    };
    let (unit, words) = (frame.unit_name(), frame.plan.target_words(target));
    let wanted = Wanted {
        list: "board",
        title: format!("{}-{unit}", target.name),
        narrowed: format!("{unit}，{words}，{} 的情况", frame.day),
        columns: COLUMNS,
        permit,
    };
    export::answer(&app, &who, wanted, Known::new(all.iter().map(row).collect())).await
}
