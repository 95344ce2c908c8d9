//! Parts that pages are made of: headings, lights, pagers, fields, charts.

use maud::{Markup, PreEscaped, html};

/// A line icon from one SVG path.
pub fn icon(shape: &str) -> Markup {
    html! {
        svg.icon viewBox="0 0 24 24" aria-hidden="true" { path d=(shape) {} }
    }
}

/// The page's heading, with its actions at the right.
pub fn heading(title: &str, actions: Option<Markup>) -> Markup {
    html! {
        div.heading {
            h1 { (title) }
            @if let Some(actions) = actions { div.actions { (actions) } }
        }
    }
}

/// The way down to here; the last one is the page itself.
pub fn crumbs(steps: &[(String, String)]) -> Markup {
    html! {
        nav.crumbs aria-label="位置" {
            ol {
                @for (index, (label, href)) in steps.iter().enumerate() {
                    li {
                        @if index + 1 == steps.len() { span aria-current="page" { (label) } }
                        @else { a href=(href) { (label) } }
                    }
                }
            }
        }
    }
}

/// How a state looks: never by colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Good,
    Warn,
    Bad,
    Calm,
    Faint,
}

impl Tone {
    const fn class(self) -> &'static str {
        match self {
            Self::Good => "tag good",
            Self::Warn => "tag warn",
            Self::Bad => "tag bad",
            Self::Calm => "tag calm",
            Self::Faint => "tag faint",
        }
    }
}

/// A word on a coloured ground.
pub fn tag(words: &str, tone: Tone) -> Markup {
    html! { span class=(tone.class()) { (words) } }
}

/// Nothing to show, and what to do about it.
pub fn empty(words: &str, action: Option<Markup>) -> Markup {
    html! { div.empty { p { (words) } @if let Some(action) = action { (action) } } }
}

/// A note above the content after something was done or went wrong.
pub fn note(words: &str, tone: Tone) -> Markup {
    let class = match tone {
        Tone::Good => "note good",
        Tone::Warn => "note warn",
        Tone::Bad => "note bad",
        Tone::Calm | Tone::Faint => "note",
    };
    html! { p class=(class) role="status" { (words) } }
}

/// A labelled input. `attributes` is for type, name and the like.
pub fn field(label: &str, hint: Option<&str>, input: Markup) -> Markup {
    html! {
        label.field {
            span.label { (label) }
            (input)
            @if let Some(hint) = hint { span.hint { (hint) } }
        }
    }
}

/// Choices of a select element; the chosen one is marked.
pub fn options<'a>(
    choices: impl IntoIterator<Item = (&'a str, &'a str)>,
    chosen: &str,
) -> Markup {
    html! {
        @for (value, label) in choices {
            option value=(value) selected[value == chosen] { (label) }
        }
    }
}

/// A bar from 0 to 1 with its figure beside it; `goal` is marked on it.
pub fn bar(share: Option<f64>, goal: Option<f64>, tone: Tone) -> Markup {
    let width = share.unwrap_or(0.0).clamp(0.0, 1.0) * 100.0;
    let class = match tone {
        Tone::Good => "fill good",
        Tone::Warn => "fill warn",
        Tone::Bad => "fill bad",
        Tone::Calm | Tone::Faint => "fill",
    };
    html! {
        span.bar {
            svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true" {
                rect.ground width="100" height="6" rx="3" {}
                rect class=(class) width=(format!("{width:.2}")) height="6" rx="3" {}
                @if let Some(goal) = goal {
                    rect.goal x=(format!("{:.2}", (goal * 100.0).clamp(0.0, 99.0))) width="1" height="6" {}
                }
            }
            span.figure { (crate::text::percent(share)) }
        }
    }
}

/// A line chart drawn here; the caller puts the table under it.
/// `points` are shares by label; `path` is the line to the goal, same labels.
pub fn line_chart(
    title: &str,
    points: &[(String, Option<f64>)],
    goal: &[Option<f64>],
) -> Markup {
    const WIDTH: f64 = 640.0;
    const HEIGHT: f64 = 180.0;
    let step = WIDTH / (points.len().max(2) - 1) as f64;
    let y = |share: f64| HEIGHT - share.clamp(0.0, 1.0) * HEIGHT;
    let line = |values: &mut dyn Iterator<Item = Option<f64>>| {
        let mut text = String::new();
        let mut pen = 'M';
        for (index, value) in values.enumerate() {
            if let Some(share) = value {
                text.push_str(&format!("{pen}{:.1} {:.1}", index as f64 * step, y(share)));
                pen = 'L';
            }
        }
        text
    };
    html! {
        figure.chart {
            figcaption { (title) }
            svg viewBox=(format!("-8 -10 {} {}", WIDTH + 16.0, HEIGHT + 20.0)) role="img" aria-label=(title) {
                @for share in [0.0, 0.25, 0.5, 0.75, 1.0] {
                    line.grid x1="0" x2=(WIDTH) y1=(y(share)) y2=(y(share)) {}
                }
                path.goal-line d=(line(&mut goal.iter().copied())) {}
                path.line d=(line(&mut points.iter().map(|(_, share)| *share))) {}
                @for (index, (_, share)) in points.iter().enumerate() {
                    @if let Some(share) = share {
                        circle.dot cx=(format!("{:.1}", index as f64 * step)) cy=(format!("{:.1}", y(*share))) r="3.5" {}
                    }
                }
            }
        }
    }
}

/// An SVG made elsewhere by this crate, put in as it is.
pub fn raw_svg(svg: String) -> Markup {
    PreEscaped(svg)
}
