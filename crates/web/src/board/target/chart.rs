//! The way of a target: what was measured, and the straight line to the date.

use campaign::day::Day;
use campaign::indicator::Path;
use campaign::plan::Measured;
use maud::{Markup, html};

use super::super::judged::number;

/// A month's end, or the day that is looked at.
pub(super) struct Point {
    pub(super) day: Day,
    pub(super) value: Option<f64>,
}

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 220.0;
const LEFT: f64 = 62.0;
const TOP: f64 = 14.0;

/// The days of a path that are drawn: its first, each month's last, its last.
pub(super) fn days(path: &Path) -> Vec<Day> {
    let mut days = vec![path.from];
    let mut day = path.from.last_of_month();
    while day < path.until {
        if day > path.from {
            days.push(day);
        }
        day = day.next().last_of_month();
    }
    if path.until > path.from {
        days.push(path.until);
    }
    days
}

pub(super) fn picture(measured: Measured, path: &Path, points: &[Point]) -> Markup {
    let known = points.iter().filter_map(|it| it.value);
    let most = known.chain([path.start, path.goal]).fold(0.0_f64, f64::max);
    let top = if measured == Measured::Ratio { most.max(1.0) } else { most.max(4.0) };
    let whole = f64::from(path.from.days_until(path.until)).max(1.0);
    let x = |day: Day| {
        let gone = f64::from(path.from.days_until(day)).clamp(0.0, whole);
        LEFT + gone / whole * (WIDTH - LEFT)
    };
    let y = |value: f64| TOP + (1.0 - (value / top).clamp(0.0, 1.0)) * HEIGHT;
    let mut line = String::new();
    for point in points {
        if let Some(value) = point.value {
            line.push(if line.is_empty() { 'M' } else { 'L' });
            line.push_str(&format!("{:.1} {:.1}", x(point.day), y(value)));
        }
    }
    let way = format!(
        "M{:.1} {:.1}L{:.1} {:.1}",
        x(path.from),
        y(path.start),
        x(path.until),
        y(path.goal)
    );
    let every = points.len().div_ceil(6).max(1);
    html! {
        figure.chart.trend.roomy {
            svg viewBox=(format!("0 0 {} {}", WIDTH + 30.0, HEIGHT + TOP + 32.0)) role="img"
                aria-label="实际值与目标路径，数据见下表" {
                @for quarter in 0..=4 {
                    @let value = top * f64::from(quarter) / 4.0;
                    line.grid x1=(LEFT) x2=(WIDTH) y1=(format!("{:.1}", y(value))) y2=(format!("{:.1}", y(value))) {}
                    text.tick x=(LEFT - 8.0) y=(format!("{:.1}", y(value) + 4.0)) text-anchor="end" { (axis(measured, value)) }
                }
                path.line.second d=(way) {}
                path.line d=(line) {}
                @for point in points {
                    @if let Some(value) = point.value {
                        circle.dot cx=(format!("{:.1}", x(point.day))) cy=(format!("{:.1}", y(value))) r="3.5" {}
                    }
                }
                @for (n, point) in points.iter().enumerate() {
                    @if n % every == 0 {
                        text.tick x=(format!("{:.1}", x(point.day))) y=(TOP + HEIGHT + 22.0) text-anchor="middle" {
                            (label(point.day))
                        }
                    }
                }
            }
            p.legend { span.key { "实际" } span.key.second { "到期前应走的路径" } }
        }
        details {
            summary { "看数据表" }
            div.table-wrap.tall {
                table {
                    thead { tr { th { "日期" } th.number { "实际" } th.number { "路径" } } }
                    tbody {
                        @for point in points.iter().rev() {
                            tr {
                                td { (point.day) }
                                td.number { (point.value.map_or_else(|| "—".to_owned(), |it| number(measured, it))) }
                                td.number { (number(measured, path.on(point.day))) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn axis(measured: Measured, value: f64) -> String {
    match measured {
        Measured::Ratio => format!("{:.0}%", value * 100.0),
        Measured::Count => format!("{value:.0}"),
    }
}

fn label(day: Day) -> String {
    let (year, month, _) = day.year_month_day();
    format!("{:02}-{month:02}", year.rem_euclid(100))
}
