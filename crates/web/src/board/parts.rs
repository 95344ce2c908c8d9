//! The parts of the board's page.

use campaign::day::Day;
use campaign::plan::{Measured, Target};
use campaign::rates::{Counts, Ratio};
use campaign::standing::State;
use maud::{Markup, html};

use super::figures::{DutyFigures, Figures, duty_name, likes_words, phase_on};
use super::frame::Frame;
use super::judged::{self, Judged};
use crate::layout::{Tone, bar, crumbs, field, icon, note, tag};
use crate::path;

/// The tone of a rate: never without its figure.
pub(super) fn rate_tone(rate: Ratio) -> Tone {
    match rate.share() {
        None => Tone::Faint,
        Some(share) if share >= 0.9 => Tone::Good,
        Some(share) if share >= 0.6 => Tone::Warn,
        Some(_) => Tone::Bad,
    }
}

pub(super) fn rate_bar(rate: Ratio) -> Markup {
    bar(rate.share(), None, rate_tone(rate))
}

pub(super) fn state_tone(state: State) -> Tone {
    match state {
        State::Met => Tone::Good,
        State::Late | State::Partial => Tone::Warn,
        State::Overdue => Tone::Bad,
        State::Open => Tone::Calm,
        State::Exempt | State::Upcoming => Tone::Faint,
    }
}

/// Counts by state, in words; those of zero are left out.
pub(super) fn counts_words(counts: &Counts) -> Markup {
    const SHOWN: [(State, &str); 6] = [
        (State::Met, "按时"),
        (State::Late, "逾期完成"),
        (State::Partial, "部分"),
        (State::Overdue, "未完成"),
        (State::Open, "进行中"),
        (State::Exempt, "免除"),
    ];
    html! {
        span.counts {
            @for (state, words) in SHOWN {
                @if counts.of(state) > 0 {
                    span.count data-state=(state.code()) { (words) " " b { (counts.of(state)) } }
                }
            }
            @if counts.due() == 0 && counts.of(State::Open) == 0 && counts.of(State::Exempt) == 0 {
                span.count { "尚未开始" }
            }
        }
    }
}

/// The way down to the unit, and the choice of campaign and day.
pub(super) fn head(frame: &Frame<'_>) -> Markup {
    let top = &frame.campaign().campaign.unit;
    let mut above = frame.tree.above(&frame.unit);
    above.reverse();
    let may = |id: &&str| {
        let reader = &frame.who.actor;
        frame.tree.permit(reader, campaign::access::Action::Read, id).is_ok()
            && frame.tree.within(id, top)
    };
    let steps: Vec<(String, String)> = above
        .into_iter()
        .filter(may)
        .map(|id| (frame.tree.name(id).to_owned(), frame.to_unit(id)))
        .collect();
    let campaigns = frame.others.iter().map(|it| (it.id(), it.campaign.name.as_str()));
    html! {
        (crumbs(&steps))
        div.heading {
            h1 { (frame.unit_name()) }
            form.filter.tight method="get" action=(path::BOARD) {
                input type="hidden" name="unit" value=(frame.unit);
                (field("方案", None, html! {
                    select name="campaign" data-submit-on-change="" { (crate::layout::options(campaigns, frame.campaign().id())) }
                }))
                (field("日期", None, html! { input type="date" name="date" value=(frame.day) required; }))
                button.quiet type="submit" { "查看" }
            }
        }
        (day_note(frame))
    }
}

fn day_note(frame: &Frame<'_>) -> Markup {
    html! {
        @if frame.day < frame.today {
            p.note {
                "这是 " strong { (frame.day) } " 当天结束时已知的情况，此后补交的记录不计在内。"
                @if !frame.campaign().was_known(frame.day) { "那天这个方案还没有登记到系统里，按最早的版本推算。" }
                " " a href=(path::with_query(path::BOARD, &[("campaign", frame.campaign().id()), ("unit", &frame.unit)])) { "回到今天" }
            }
        } @else if frame.today < frame.day {
            (note(&format!("按现有记录推算到 {} 的情况。", frame.day), Tone::Warn))
        }
    }
}

pub(super) fn summary(frame: &Frame<'_>, figures: &Figures) -> Markup {
    let total = &figures.total;
    let until = Day::from(frame.plan.head.until);
    let phase = phase_on(frame);
    let left = |until: Day| frame.day.days_until(until).max(0);
    html! {
        div.strip {
            section.card.stat {
                h2 { "阶段" }
                @match phase {
                    Some(phase) => {
                        p.stat-words { (phase.name) }
                        p.small.muted { "本阶段还有 " b { (left(phase.until.into())) } " 天，方案还有 " b { (left(until)) } " 天" }
                    }
                    None => {
                        p.stat-words { (stage_words(frame)) }
                        p.small.muted { "方案 " (frame.plan.head.from) " 至 " (frame.plan.head.until) "，还有 " b { (left(until)) } " 天" }
                    }
                }
            }
            section.card.stat {
                h2 { "完成率" }
                p.figure-big data-tone=(tone_word(rate_tone(total.rate()))) { (total.rate().percent()) }
                p.small.muted { "应完成 " b { (total.due()) } "，已完成 " b { (total.fulfilled()) } }
            }
            section.card.stat {
                h2 { "按时率" }
                p.figure-big { (total.timely().percent()) }
                p.small.muted { "逾期才完成 " b { (total.of(State::Late)) } }
            }
            section.card.stat {
                h2 { "未完成" }
                p.figure-big data-tone=(if total.missing() > 0 { "bad" } else { "good" }) { (total.missing()) }
                p.small.muted { "其中做了一部分 " b { (total.of(State::Partial)) } }
            }
            section.card.stat {
                h2 { "进行中" }
                p.figure-big { (total.of(State::Open)) }
                p.small.muted { "还没到期" }
            }
        }
    }
}

fn stage_words(frame: &Frame<'_>) -> &'static str {
    crate::plans::stage_words(frame.campaign(), frame.day).0
}

fn tone_word(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "good",
        Tone::Warn => "warn",
        Tone::Bad => "bad",
        Tone::Calm | Tone::Faint => "faint",
    }
}

pub(super) fn duties(frame: &Frame<'_>, figures: &Figures) -> Markup {
    let asked: Vec<&DutyFigures> =
        figures.duties.iter().filter(|it| !it.counts.is_empty()).collect();
    let (due, running): (Vec<&DutyFigures>, Vec<&DutyFigures>) =
        asked.iter().copied().partition(|it| it.counts.due() > 0);
    let (mut behind, done): (Vec<&DutyFigures>, Vec<&DutyFigures>) =
        due.into_iter().partition(|it| it.counts.missing() > 0);
    // Where most is missing, first.
    let share = |it: &DutyFigures| it.counts.rate().share().unwrap_or(1.0);
    behind.sort_by(|a, b| share(a).total_cmp(&share(b)));
    html! {
        section.card.flush {
            div.card-head {
                h2 { "各项任务" span.small.muted { " 完成率低的在前" } }
                a.button.quiet.slim href=(frame.to("/board/duties.xlsx", &[])) { (icon("M12 4v11M7 11l5 5 5-5M5 20h14")) "导出" }
            }
            @if !behind.is_empty() { (rated(frame, &behind)) }
            @if !done.is_empty() {
                details.inset open[behind.is_empty()] {
                    summary { "到期的都已完成的 " (done.len()) " 项" }
                    (rated(frame, &done))
                }
            }
            @if !running.is_empty() {
                details.inset open[behind.is_empty() && done.is_empty()] {
                    summary { "还没到期或常态化的 " (running.len()) " 项" }
                    table.stack.duties {
                        thead { tr { th { "任务" } th { "情况" } } }
                        tbody {
                            @for it in &running {
                                tr {
                                    td data-label="任务" { (duty_cell(frame, it)) }
                                    td data-label="情况" { (counts_words(&it.counts)) }
                                }
                            }
                        }
                    }
                }
            }
            @if asked.is_empty() { (crate::layout::empty("这个单位在这份方案里没有任务。", None)) }
            @else if figures.duties.len() > asked.len() {
                p.foot.small.muted { "另有 " (figures.duties.len() - asked.len()) " 项任务与本单位无关，未列出。" }
            }
        }
    }
}

/// Duties with their rates.
fn rated(frame: &Frame<'_>, duties: &[&DutyFigures]) -> Markup {
    html! {
        table.stack.duties {
            thead { tr { th { "任务" } th.wide { "完成率" } th.number { "按时率" } th { "情况" } } }
            tbody {
                @for it in duties {
                    tr {
                        td data-label="任务" { (duty_cell(frame, it)) }
                        td data-label="完成率" { (rate_bar(it.counts.rate())) }
                        td.number data-label="按时率" { (it.counts.timely().percent()) }
                        td data-label="情况" { (counts_words(&it.counts)) }
                    }
                }
            }
        }
    }
}

fn duty_cell(frame: &Frame<'_>, it: &DutyFigures) -> Markup {
    html! {
        a.title href=(frame.to_duty(&it.id)) { (duty_name(frame, &it.id)) }
        @if let Some(duty) = frame.plan.duty(&it.id) {
            span.sub {
                (frame.plan.by_words(&duty.by)) " · " (duty.cadence_words()) " · "
                a href=(path::clause(frame.campaign().id(), &duty.clause)) { (duty.clause) }
            }
        }
    }
}

pub(super) fn targets(frame: &Frame<'_>, judged: &[Judged]) -> Markup {
    let all = judged.iter().filter_map(|it| Some((frame.plan.target(&it.id)?, it)));
    let (known, unknown): (Vec<_>, Vec<_>) = all.partition(|(_, it)| it.value.is_some());
    html! {
        @if !frame.plan.targets.is_empty() {
            section.card.flush {
                div.card-head { h2 { "目标" } }
                @if !known.is_empty() {
                    ul.list.targets { @for (target, it) in &known { (target_row(frame, target, it)) } }
                }
                @if !unknown.is_empty() {
                    details.inset open[known.is_empty()] {
                        summary { "尚无数据的 " (unknown.len()) " 个" }
                        ul.list.targets { @for (target, it) in &unknown { (target_row(frame, target, it)) } }
                    }
                }
            }
        }
    }
}

fn target_row(frame: &Frame<'_>, target: &Target, it: &Judged) -> Markup {
    let light = it.light();
    html! {
        li {
            div.main {
                a.title href=(frame.to("/board/target", &[("target", &target.id)])) { (target.name) }
                span.sub {
                    (frame.plan.target_words(target)) " · "
                    a href=(path::clause(frame.campaign().id(), &target.clause)) { (target.clause) }
                }
                @if let Some(value) = it.value {
                    @if it.measured == Measured::Ratio {
                        (bar(Some(value), Some(target.value), light.1))
                    } @else {
                        span.figure { "现为 " strong { (it.words(value)) } }
                    }
                    @if let Some(verdict) = it.verdict.filter(|verdict| !verdict.holds && !it.is_ahead) {
                        span.sub { "按进度今天应达 " (judged::number(if target.baseline.is_some() { Measured::Ratio } else { it.measured }, verdict.expected)) }
                    }
                }
            }
            (tag(light.0, light.1))
        }
    }
}

/// Rates by town and stage.
pub(super) fn heat(frame: &Frame<'_>, figures: &Figures) -> Markup {
    html! {
        @if !figures.heat.is_empty() {
            section.card.flush {
                div.card-head { h2 { "各镇街 × 学段" span.small.muted { " 格中是完成率" } } }
                div.table-wrap {
                    table.heat {
                        thead { tr { th { "镇街" } @for likes in &figures.level { th { (likes_words(*likes)) } } } }
                        tbody {
                            @for (town, cells) in &figures.heat {
                                tr {
                                    th scope="row" { (town) }
                                    @for (_, counts) in cells {
                                        td data-heat=(heat_level(counts.rate())) { (counts.rate().percent()) }
                                    }
                                }
                            }
                        }
                    }
                }
                p.foot.small.muted { (frame.day) " 的情况；“—”表示没有到期的任务。" }
            }
        }
    }
}

fn heat_level(rate: Ratio) -> &'static str {
    match rate.share() {
        None => "none",
        Some(share) if share >= 0.95 => "5",
        Some(share) if share >= 0.9 => "4",
        Some(share) if share >= 0.75 => "3",
        Some(share) if share >= 0.6 => "2",
        Some(_) => "1",
    }
}

/// What the unit itself has to do now or has missed.
pub(super) fn own(frame: &Frame<'_>, figures: &Figures) -> Markup {
    html! {
        @if !figures.own.is_empty() {
            section.card.flush {
                div.card-head { h2 { "本单位自己要办的" span.small.muted { " 未完成和进行中的" } } }
                table.stack {
                    thead { tr { th { "任务" } th { "周期" } th { "应完成日期" } th.number { "已做／应做" } th { "状态" } } }
                    tbody {
                        @for it in &figures.own {
                            tr {
                                td data-label="任务" { a href=(frame.to_duty(&it.duty)) { (duty_name(frame, &it.duty)) } }
                                td data-label="周期" { (it.standing.period.start) " 至 " (it.standing.period.end) }
                                td data-label="应完成日期" { (it.standing.period.due) }
                                td.number data-label="已做／应做" { (it.standing.done) "／" (it.standing.required) }
                                td data-label="状态" { (tag(it.standing.state.chinese(), state_tone(it.standing.state))) }
                            }
                        }
                    }
                }
            }
        }
    }
}
