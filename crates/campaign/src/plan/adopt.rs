//! A body below takes over its superior's plan and adds to it (B4). What both
//! name is the lower body's wording; whether that is weaker is for `weaker`.

use super::model::Plan;

/// The plan in force below: the superior's with the additions put over it.
pub fn adopt(superior: &Plan, additions: &Plan) -> Plan {
    let phases = if additions.phases.is_empty() { &superior.phases } else { &additions.phases };
    Plan {
        head: additions.head.clone(),
        phases: phases.clone(),
        duties: over(&superior.duties, &additions.duties, |duty| &duty.id),
        targets: over(&superior.targets, &additions.targets, |target| &target.id),
        posts: over(&superior.posts, &additions.posts, |post| &post.post),
        teams: over(&superior.teams, &additions.teams, |team| &team.id),
        responsibilities: [&superior.responsibilities[..], &additions.responsibilities]
            .concat(),
        reports: over(&superior.reports, &additions.reports, |report| &report.id),
        honours: over(&superior.honours, &additions.honours, |honour| &honour.id),
        scoring: over(&superior.scoring, &additions.scoring, |rule| &rule.id),
        key_periods: over(&superior.key_periods, &additions.key_periods, |one| &one.id),
        audiences: over(&superior.audiences, &additions.audiences, |one| &one.id),
        indicators: over(&superior.indicators, &additions.indicators, |one| &one.id),
    }
}

/// The superior's list in its order, each replaced by the addition of the same
/// id, then what is new.
fn over<T: Clone>(superior: &[T], additions: &[T], id: impl Fn(&T) -> &String) -> Vec<T> {
    let addition = |wanted: &T| additions.iter().find(|one| id(one) == id(wanted));
    let is_new = |one: &&T| !superior.iter().any(|known| id(known) == id(one));
    superior
        .iter()
        .map(|known| addition(known).unwrap_or(known))
        .chain(additions.iter().filter(is_new))
        .cloned()
        .collect()
}
