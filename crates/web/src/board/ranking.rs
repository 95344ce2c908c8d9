//! Comparable units below, those with the most missing first.

use maud::{Markup, html};

use super::figures::{Figures, UnitFigures, likes_code, likes_words};
use super::frame::Frame;
use super::parts::rate_bar;
use crate::layout::{empty, field, icon};
use crate::paging::Turn;
use crate::path;

pub(super) const PAGE: usize = 20;

pub(super) fn units(frame: &Frame<'_>, figures: &Figures) -> Markup {
    html! {
        @if let Some(chosen) = figures.chosen {
            section.card.flush #units {
                div.card-head {
                    h2 { "下属单位" span.small.muted { " 只在同类之间比较" } }
                    a.button.quiet.slim href=(link(frame, "/board/units.xlsx", &[("likes", &likes_code(chosen))])) {
                        (icon("M12 4v11M7 11l5 5 5-5M5 20h14")) "导出"
                    }
                }
                @if figures.level.len() > 1 {
                    nav.tabs aria-label="类别" {
                        @for likes in &figures.level {
                            a href=(anchored(&link(frame, path::BOARD, &[("likes", &likes_code(*likes))])))
                                aria-current=[(*likes == chosen).then_some("true")] { (likes_words(*likes)) }
                        }
                    }
                }
                (filter(frame, &likes_code(chosen)))
                (table(frame, figures, &likes_code(chosen)))
            }
        }
    }
}

fn anchored(href: &str) -> String {
    format!("{href}#units")
}

fn link(frame: &Frame<'_>, base: &str, more: &[(&str, &str)]) -> String {
    frame.to(base, more)
}

fn filter(frame: &Frame<'_>, likes: &str) -> Markup {
    html! {
        form.filter.inset method="get" action=(anchored(path::BOARD)) {
            input type="hidden" name="campaign" value=(frame.campaign().id());
            input type="hidden" name="unit" value=(frame.unit);
            input type="hidden" name="date" value=(frame.date());
            input type="hidden" name="likes" value=(likes);
            input type="hidden" name="order" value=(frame.asked.order);
            (field("名称", None, html! { input type="search" name="q" value=(frame.asked.q); }))
            button.quiet type="submit" { "查找" }
        }
    }
}

/// The units whose name holds what was searched for, with their places.
pub(super) fn matching<'f>(
    frame: &Frame<'_>,
    units: &'f [UnitFigures],
) -> Vec<(usize, &'f UnitFigures)> {
    let wanted = frame.asked.q.trim();
    units
        .iter()
        .enumerate()
        .filter(|(_, unit)| wanted.is_empty() || frame.tree.name(&unit.id).contains(wanted))
        .collect()
}

fn table(frame: &Frame<'_>, figures: &Figures, likes: &str) -> Markup {
    let found = matching(frame, &figures.units);
    let from = frame.asked.at.offset(PAGE, found.len());
    let shown = found.iter().skip(from).take(PAGE);
    let turn = Turn::of(from, PAGE, found.len());
    let href = |more: (&str, &str)| {
        let (order, q) = (frame.asked.order.as_str(), frame.asked.q.as_str());
        let pairs = [("likes", likes), ("order", order), ("q", q), more];
        anchored(&link(frame, path::BOARD, &pairs))
    };
    let head = |order: &str, label: &str| {
        let asked = frame.asked.order.as_str();
        let is_sorted = asked == order || asked.is_empty() && order == "missing";
        let sorted = match (is_sorted, order) {
            (false, _) => "none",
            (true, "missing") => "descending",
            (true, _) => "ascending",
        };
        let pairs = [("likes", likes), ("order", order), ("q", frame.asked.q.as_str())];
        let href = anchored(&link(frame, path::BOARD, &pairs));
        (sorted, html! { a href=(href) { (label) } })
    };
    let (by_name, by_missing, by_rate, by_timely) = (
        head("name", "单位"),
        head("missing", "未完成"),
        head("rate", "完成率"),
        head("timely", "按时率"),
    );
    html! {
        @if found.is_empty() { (empty("没有名称含有这些字的单位。", None)) }
        @else {
            table.stack {
                thead { tr {
                    th.number { "序" }
                    th aria-sort=(by_name.0) { (by_name.1) }
                    th.number aria-sort=(by_missing.0) { (by_missing.1) }
                    th.number { "应完成" }
                    th.wide aria-sort=(by_rate.0) { (by_rate.1) }
                    th.number aria-sort=(by_timely.0) { (by_timely.1) }
                } }
                tbody {
                    @for (place, unit) in shown {
                        tr {
                            td.number.place data-label="序" { (place + 1) }
                            td data-label="单位" { a href=(frame.to_unit(&unit.id)) { (frame.tree.name(&unit.id)) } }
                            td.number data-label="未完成" { (unit.counts.missing()) }
                            td.number data-label="应完成" { (unit.counts.due()) }
                            td data-label="完成率" { (rate_bar(unit.counts.rate())) }
                            td.number data-label="按时率" { (unit.counts.timely().percent()) }
                        }
                    }
                }
            }
            (turn.links(href))
        }
    }
}
