//! The line of rates over time, drawn here, with its table under it.

use campaign::day::Day;
use campaign::period::Period;
use campaign::rates::Counts;
use campaign::standing::State;
use maud::{Markup, html};

/// A point of a line: its label and the counts that it shows.
struct Point {
    label: String,
    counts: Counts,
}

/// By the month in which duties fell due.
pub(super) fn months(months: &[(Day, Counts)]) -> Markup {
    let points: Vec<Point> = months
        .iter()
        .map(|(month, counts)| {
            let (year, number, _) = month.year_month_day();
            Point { label: format!("{year}-{number:02}"), counts: *counts }
        })
        .collect();
    chart("各月走势", "按应完成日期所在的月份", &points)
}

/// By the periods of one duty.
pub(super) fn periods(periods: &[(Period, Counts)]) -> Markup {
    let points: Vec<Point> = periods
        .iter()
        .map(|(period, counts)| Point { label: period.start.to_string(), counts: *counts })
        .collect();
    chart("各期走势", "按每期第一天", &points)
}

/// More points than this are not drawn apart on a phone.
const DRAWN_MAX: usize = 36;
const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 200.0;
const LEFT: f64 = 62.0;
const TOP: f64 = 14.0;

fn chart(title: &str, hint: &str, points: &[Point]) -> Markup {
    let drawn = &points[points.len().saturating_sub(DRAWN_MAX)..];
    let has_due = drawn.iter().any(|point| point.counts.due() > 0);
    html! {
        section.card {
            h2 { (title) " " span.small.muted { (hint) } }
            @if has_due { (picture(title, drawn)) }
            @else { p.muted { "还没有到期的任务，暂无走势。" } }
            @if !points.is_empty() { (table(points)) }
        }
    }
}

fn picture(title: &str, points: &[Point]) -> Markup {
    let step = (WIDTH - LEFT) / points.len().saturating_sub(1).max(1) as f64;
    let x = |n: usize| LEFT + n as f64 * step;
    let y = |share: f64| TOP + (1.0 - share.clamp(0.0, 1.0)) * HEIGHT;
    let rate: Vec<Option<f64>> = points.iter().map(|it| it.counts.rate().share()).collect();
    let timely: Vec<Option<f64>> = points.iter().map(|it| it.counts.timely().share()).collect();
    // No more labels than fit side by side where the picture is small.
    let longest = points.iter().map(|it| it.label.len()).max().unwrap_or_default();
    let every = points.len().div_ceil(if longest < 8 { 7 } else { 5 });
    html! {
        figure.chart.trend {
            svg viewBox=(format!("0 0 {} {}", WIDTH + 44.0, HEIGHT + TOP + 36.0)) role="img"
                aria-label=(format!("{title}，数据见下表")) {
                @for share in [0.0, 0.25, 0.5, 0.75, 1.0] {
                    line.grid x1=(LEFT) x2=(WIDTH) y1=(y(share)) y2=(y(share)) {}
                    text.tick x=(LEFT - 8.0) y=(y(share) + 4.0) text-anchor="end" { (format!("{:.0}%", share * 100.0)) }
                }
                path.line.second d=(line(&timely, x, y)) {}
                path.line d=(line(&rate, x, y)) {}
                @for (n, share) in rate.iter().enumerate() {
                    @if let Some(share) = share { circle.dot cx=(num(x(n))) cy=(num(y(*share))) r="3.5" {} }
                }
                @for (n, point) in points.iter().enumerate() {
                    @if n % every == 0 {
                        text.tick x=(num(x(n))) y=(num(TOP + HEIGHT + 26.0)) text-anchor="middle" { (point.label.get(2..).unwrap_or_default()) }
                    }
                }
            }
            p.legend { span.key { "完成率" } span.key.second { "按时率" } }
        }
    }
}

fn num(value: f64) -> String {
    format!("{value:.1}")
}

fn line(shares: &[Option<f64>], x: impl Fn(usize) -> f64, y: impl Fn(f64) -> f64) -> String {
    let mut text = String::new();
    let mut pen = 'M';
    for (n, share) in shares.iter().enumerate() {
        if let Some(share) = share {
            text.push(pen);
            text.push_str(&format!("{:.1} {:.1}", x(n), y(*share)));
            pen = 'L';
        }
    }
    text
}

fn table(points: &[Point]) -> Markup {
    html! {
        details {
            summary { "看数据表" }
            div.table-wrap.tall {
                table {
                    thead { tr { th { "时间" } th.number { "完成率" } th.number { "按时率" } th.number { "应完成" } th.number { "按时" } th.number { "逾期完成" } th.number { "未完成" } } }
                    tbody {
                        @for point in points.iter().rev() {
                            tr {
                                td { (point.label) }
                                td.number { (point.counts.rate().percent()) }
                                td.number { (point.counts.timely().percent()) }
                                td.number { (point.counts.due()) }
                                td.number { (point.counts.of(State::Met)) }
                                td.number { (point.counts.of(State::Late)) }
                                td.number { (point.counts.missing()) }
                            }
                        }
                    }
                }
            }
        }
    }
}
