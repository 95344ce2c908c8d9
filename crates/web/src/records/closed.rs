//! What a record closes: every duty of every campaign that it counts toward,
//! and what each still lacks.

use campaign::day::Day;
use campaign::standing::State;
use jiff::civil::Date;
use maud::{Markup, html};
use storage::record::Record;

use crate::layout::{Tone, tag};
use crate::live::{ActOf, Owed};
use crate::{App, path};

/// The standings of one duty that a record counts toward.
pub(crate) struct Closed {
    pub(crate) first: Owed,
    /// Of how many subjects, when a superior held it for those below.
    pub(crate) subjects: usize,
    pub(crate) fulfilled: usize,
}

/// Grouped by campaign and duty, in the campaigns' order.
pub(crate) fn closed(app: &App, record: &Record, present: &[&str]) -> Vec<Closed> {
    let act = ActOf {
        activity: &record.activity,
        subject: record.person.as_deref().unwrap_or(&record.unit),
        day: Day::from(record.acted_on),
        attendees: present,
    };
    let mut groups: Vec<Closed> = Vec::new();
    for owed in app.live.reached(&act, app.clock.now()) {
        let fulfilled = usize::from(owed.standing.state.is_fulfilled());
        let same = groups.iter_mut().find(|group| {
            group.first.campaign.id() == owed.campaign.id()
                && group.first.standing.duty == owed.standing.duty
                && group.first.standing.period.start == owed.standing.period.start
        });
        match same {
            Some(group) => {
                group.subjects += 1;
                group.fulfilled += fulfilled;
            }
            None => groups.push(Closed { first: owed, subjects: 1, fulfilled }),
        }
    }
    groups
}

pub(crate) const fn tone(state: State) -> Tone {
    match state {
        State::Met => Tone::Good,
        State::Late | State::Open => Tone::Warn,
        State::Partial | State::Overdue => Tone::Bad,
        State::Upcoming | State::Exempt => Tone::Faint,
    }
}

pub(crate) fn list(groups: &[Closed]) -> Markup {
    html! {
        @if groups.is_empty() {
            p.muted { "没有方案在这一天要求这项活动，因此它不计入任何任务，但记录已经保存。" }
        } @else {
            ul.list.closed {
                @for group in groups {
                    (line(group))
                }
            }
        }
    }
}

fn line(group: &Closed) -> Markup {
    let owed = &group.first;
    let (duty, standing) = (owed.duty(), &owed.standing);
    let unit = duty.unit.as_deref().unwrap_or("次");
    let lacking = standing.required.saturating_sub(standing.done);
    html! {
        li {
            div.main {
                a.title href=(clause_href(owed)) { (duty.name) }
                div.small.muted {
                    (owed.campaign.campaign.name) " · " (duty.clause)
                    " · " (standing.period.start.date()) " 至 " (standing.period.end.date())
                    "，" (standing.period.due.date()) " 前完成"
                }
                @if group.subjects > 1 {
                    div.small { "计入 " (group.subjects) " 个对象，其中 " (group.fulfilled) " 个已完成" }
                } @else if lacking > 0 {
                    div.small { "已有 " (standing.done) " " (unit) "，还差 " (lacking) " " (unit) }
                } @else {
                    div.small { "已有 " (standing.done) " " (unit) "，要求 " (standing.required) " " (unit) "，够了" }
                }
            }
            (tag(standing.state.chinese(), tone(standing.state)))
        }
    }
}

/// Where the clause that asks for it stands.
pub(crate) fn clause_href(owed: &Owed) -> String {
    format!(
        "{}/{}/clauses/{}",
        path::PLANS,
        owed.campaign.id(),
        path::encode(&owed.duty().clause)
    )
}

/// Days until a date, as people say it.
pub(crate) fn until(today: Date, due: Date) -> String {
    let days = today.until(due).map_or(0, |span| span.get_days());
    match days {
        0 => "今天到期".to_owned(),
        1 => "明天到期".to_owned(),
        2.. => format!("还有 {days} 天"),
        _ => format!("逾期 {} 天", -days),
    }
}
