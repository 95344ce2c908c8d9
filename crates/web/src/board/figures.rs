//! The figures of one page, taken in one look. Everything here was counted by
//! `campaign`; this only picks what the page shows.

use campaign::board::{self, Likes, Order, Ranked};
use campaign::day::Day;
use campaign::engine::DutyIx;
use campaign::organisation::UnitIx;
use campaign::plan::{Phase, Target};
use campaign::rates::{Counts, Ratio};
use campaign::standing::{Standing, State};

use super::frame::Frame;

pub(super) struct Figures {
    pub(super) total: Counts,
    pub(super) duties: Vec<DutyFigures>,
    pub(super) targets: Vec<TargetFigures>,
    pub(super) months: Vec<(Day, Counts)>,
    pub(super) level: Vec<Likes>,
    pub(super) chosen: Option<Likes>,
    pub(super) units: Vec<UnitFigures>,
    pub(super) heat: Vec<(String, Vec<(Likes, Counts)>)>,
    pub(super) own: Vec<OwnStanding>,
}

pub(super) struct DutyFigures {
    pub(super) id: String,
    pub(super) counts: Counts,
}

pub(super) struct TargetFigures {
    pub(super) id: String,
    pub(super) value: Option<Ratio>,
}

pub(super) struct UnitFigures {
    pub(super) id: String,
    pub(super) likes: Likes,
    pub(super) counts: Counts,
}

/// What the unit itself owes, as against those below it.
pub(super) struct OwnStanding {
    pub(super) duty: String,
    pub(super) standing: Standing,
}

const OWN_MAX: usize = 60;

impl Figures {
    pub(super) fn gather(frame: &Frame<'_>) -> Self {
        frame.sight.look(|live| {
            let (engine, rates) = (live.engine(), live.rates());
            let org = engine.organisation();
            let Some(unit) = org.unit_ix(&frame.unit) else { return Self::none() };
            let duties = engine.duties().map(|duty| DutyFigures {
                id: engine.duty_id(duty).to_owned(),
                counts: *rates.of(unit, duty),
            });
            let targets = frame.plan.targets.iter().map(|target| TargetFigures {
                id: target.id.clone(),
                value: board::measured(&frame.plan, target, unit, rates, |id| {
                    engine.duty_ix(id)
                }),
            });
            let name = |unit: UnitIx| org.id(org.of_unit(unit)).to_owned();
            let ranked = board::ranked(org, rates, (unit, None), (order(frame), frame.day));
            let level = levels(&ranked);
            let chosen = chosen(frame, &level, &ranked);
            let own = live.view().of_subject(org.of_unit(unit)).filter(is_urgent);
            let own = own.map(|standing| OwnStanding {
                duty: engine.duty_id(standing.duty).to_owned(),
                standing,
            });
            Self {
                total: rates.of_unit(unit),
                duties: duties.collect(),
                targets: targets.collect(),
                months: live.view().by_month(unit),
                heat: heat(frame, &ranked, &level, name),
                units: ranked
                    .iter()
                    .filter(|it| Some(it.likes) == chosen)
                    .map(|it| UnitFigures {
                        id: name(it.unit),
                        likes: it.likes,
                        counts: it.counts,
                    })
                    .collect(),
                level,
                chosen,
                own: own.take(OWN_MAX).collect(),
            }
        })
    }

    fn none() -> Self {
        Self {
            total: Counts::default(),
            duties: Vec::new(),
            targets: Vec::new(),
            months: Vec::new(),
            level: Vec::new(),
            chosen: None,
            units: Vec::new(),
            heat: Vec::new(),
            own: Vec::new(),
        }
    }
}

/// What the records say of a target, for each of these units.
pub(super) fn target_of_units(
    frame: &Frame<'_>,
    target: &Target,
    units: &[String],
) -> Vec<Option<Ratio>> {
    frame.sight.look(|live| {
        let (engine, rates) = (live.engine(), live.rates());
        let of = |id: &String| {
            let unit = engine.organisation().unit_ix(id)?;
            board::measured(&frame.plan, target, unit, rates, |id| engine.duty_ix(id))
        };
        units.iter().map(of).collect()
    })
}

fn is_urgent(standing: &Standing) -> bool {
    matches!(standing.state, State::Open | State::Partial | State::Overdue)
}

/// The order that the reader asked for.
pub(super) fn order(frame: &Frame<'_>) -> Order {
    match frame.asked.order.as_str() {
        "rate" => Order::Rate,
        "timely" => Order::Timely,
        "name" => Order::Name,
        _ => Order::Missing,
    }
}

/// The groups of comparable units, the largest first.
pub(super) fn levels(ranked: &[Ranked]) -> Vec<Likes> {
    let mut groups: Vec<(Likes, usize)> = Vec::new();
    for it in ranked {
        match groups.iter_mut().find(|(likes, _)| *likes == it.likes) {
            Some((_, members)) => *members += 1,
            None => groups.push((it.likes, 1)),
        }
    }
    groups.sort_by_key(|&(likes, members)| (std::cmp::Reverse(members), likes));
    groups.into_iter().map(|(likes, _)| likes).collect()
}

/// `school.primary`: a group's word in addresses.
pub(super) fn likes_code(likes: Likes) -> String {
    let stage = likes.stage.map(campaign::plan::Stage::code).unwrap_or_default();
    format!("{}.{stage}", likes.kind.code())
}

pub(super) fn likes_words(likes: Likes) -> String {
    match likes.stage {
        Some(stage) if likes.kind == campaign::plan::UnitKind::School => {
            stage.chinese().to_owned()
        }
        Some(stage) => format!("{}（{}）", likes.kind.chinese(), stage.chinese()),
        None => likes.kind.chinese().to_owned(),
    }
}

/// The group asked for; else, of those with anything due, the largest.
fn chosen(frame: &Frame<'_>, level: &[Likes], ranked: &[Ranked]) -> Option<Likes> {
    let asked = level.iter().find(|likes| likes_code(**likes) == frame.asked.likes);
    let has_due =
        |likes: &&Likes| ranked.iter().any(|it| it.likes == **likes && it.counts.due() > 0);
    asked.or_else(|| level.iter().find(has_due)).or(level.first()).copied()
}

/// Rates by town and stage; empty if units carry no town.
fn heat(
    frame: &Frame<'_>,
    ranked: &[Ranked],
    level: &[Likes],
    name: impl Fn(UnitIx) -> String,
) -> Vec<(String, Vec<(Likes, Counts)>)> {
    let mut towns: Vec<(String, Vec<(Likes, Counts)>)> = Vec::new();
    for it in ranked {
        let id = name(it.unit);
        let Some(town) = frame.tree.get(&id).and_then(|node| node.unit.town.clone()) else {
            continue;
        };
        let at = towns.iter().position(|(known, _)| *known == town).unwrap_or_else(|| {
            towns.push((town, level.iter().map(|&it| (it, Counts::default())).collect()));
            towns.len() - 1
        });
        if let Some((_, cell)) = towns[at].1.iter_mut().find(|(likes, _)| *likes == it.likes) {
            cell.add_all(&it.counts);
        }
    }
    if towns.len() < 2 {
        return Vec::new();
    }
    towns.sort_by(|a, b| a.0.cmp(&b.0));
    towns
}

/// The phase that a day lies in, and the days left of it and of the plan.
pub(super) fn phase_on<'p>(frame: &'p Frame<'_>) -> Option<&'p Phase> {
    let phases = frame.plan.phases.iter();
    phases
        .filter(|phase| Day::from(phase.from) <= frame.day && frame.day <= phase.until.into())
        .max_by_key(|phase| phase.from)
}

/// A duty's counts, by its place in plan order.
pub(super) fn duty_name<'p>(frame: &'p Frame<'_>, id: &'p str) -> &'p str {
    frame.plan.duty(id).map_or(id, |duty| duty.name.as_str())
}

/// The duty that a page is about.
pub(super) fn duty_ix(frame: &Frame<'_>) -> Option<DutyIx> {
    frame.sight.look(|live| live.engine().duty_ix(&frame.asked.duty))
}
