//! From standings to acts: what one person has to do, each act once, with all
//! the duties that it closes.

use campaign::access::Action;
use campaign::standing::State;

use crate::App;
use crate::layout::Tone;
use crate::live::{Owed, Tree};
use crate::session::SignedIn;

/// How urgent; in the order of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Group {
    Overdue,
    Today,
    Week,
    Open,
    Soon,
}

impl Group {
    pub(super) const ALL: [Self; 5] =
        [Self::Overdue, Self::Today, Self::Week, Self::Open, Self::Soon];

    pub(super) const fn chinese(self) -> &'static str {
        match self {
            Self::Overdue => "已逾期",
            Self::Today => "今天到期",
            Self::Week => "七天内到期",
            Self::Open => "进行中",
            Self::Soon => "即将开始",
        }
    }

    pub(super) const fn tone(self) -> Tone {
        match self {
            Self::Overdue => Tone::Bad,
            Self::Today | Self::Week => Tone::Warn,
            Self::Open => Tone::Calm,
            Self::Soon => Tone::Faint,
        }
    }
}

/// An act that closes the duties of its lines.
pub(super) struct Item {
    pub(super) activity: String,
    pub(super) unit: String,
    /// Empty for a unit's duty.
    pub(super) person: String,
    pub(super) group: Group,
    pub(super) lines: Vec<Line>,
}

/// A duty with its most urgent period.
pub(super) struct Line {
    pub(super) owed: Owed,
    /// How many periods of the same urgency are not done.
    pub(super) periods: usize,
}

const WEEK: i32 = 7;
/// How far ahead what has not begun is shown.
const SOON: i32 = 14;

/// What the person owes and what the units owe that they hand in for.
pub(super) fn items(app: &App, tree: &Tree, who: &SignedIn) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    if let Some(person) = &who.actor.person {
        for owed in app.live.owed(person) {
            add(&mut items, app, owed, person);
        }
    }
    let mut units: Vec<&str> = who.actor.scopes(Action::Submit).collect();
    units.sort_unstable();
    units.dedup();
    for unit in units.into_iter().filter(|unit| tree.get(unit).is_some()) {
        for owed in app.live.owed(unit) {
            add(&mut items, app, owed, "");
        }
    }
    for item in &mut items {
        item.lines.sort_by_key(|line| line.owed.standing.period.due);
    }
    items.sort_by_key(|item| {
        (item.group, item.lines.first().map(|line| line.owed.standing.period.due))
    });
    items
}

fn add(items: &mut Vec<Item>, app: &App, owed: Owed, person: &str) {
    let Some(group) = group(app, &owed) else { return };
    let duty = owed.duty();
    // What an indicator judges is not done by handing something in.
    if duty.indicator.is_some() && duty.cadence == campaign::plan::Cadence::Continuous {
        return;
    }
    let (activity, unit) = (duty.activity.clone(), owed.unit.clone());
    let same = items.iter_mut().find(|item| {
        item.group == group
            && item.activity == activity
            && item.unit == unit
            && item.person == person
    });
    let item = if let Some(item) = same {
        item
    } else {
        items.push(Item {
            activity,
            unit,
            person: person.to_owned(),
            group,
            lines: Vec::new(),
        });
        let Some(last) = items.last_mut() else { return };
        last
    };
    let known = item.lines.iter_mut().find(|line| {
        line.owed.campaign.id() == owed.campaign.id()
            && line.owed.standing.duty == owed.standing.duty
    });
    match known {
        Some(line) => {
            line.periods += 1;
            // The latest of those overdue is the one to mend first; of the
            // others the earliest is next.
            let later = line.owed.standing.period.due < owed.standing.period.due;
            if later == (group == Group::Overdue) {
                line.owed = owed;
            }
        }
        None => item.lines.push(Line { owed, periods: 1 }),
    }
}

/// None for what needs nothing now.
fn group(app: &App, owed: &Owed) -> Option<Group> {
    let today = campaign::day::Day::of_instant(app.clock.now());
    let period = &owed.standing.period;
    match owed.standing.state {
        State::Overdue | State::Partial => Some(Group::Overdue),
        State::Open => Some(match today.days_until(period.due) {
            ..=0 => Group::Today,
            1..=WEEK => Group::Week,
            _ => Group::Open,
        }),
        State::Upcoming if today.days_until(period.start) <= SOON => Some(Group::Soon),
        State::Upcoming | State::Met | State::Late | State::Exempt => None,
    }
}
