//! The roll: everybody is present until tapped absent.

use std::collections::HashMap;

use campaign::plan::UnitKind;
use campaign::record::Presence;
use maud::{Markup, html};
use storage::record::{Candidate, candidates};

use crate::live::Tree;
use crate::{App, WebError};

/// Longer rolls are no roll to tap through.
const TAP_MAX: usize = 300;

/// The usual reasons; any other can be written in the minutes.
pub(super) const REASONS: [&str; 4] = ["病假", "事假", "公假", "其他"];

/// Whose roll it is: pupils of a class, else the unit's staff.
pub(super) async fn of_unit(
    app: &App,
    tree: &Tree,
    unit: &str,
    day: &str,
) -> Result<Vec<Candidate>, WebError> {
    let Some(node) = tree.get(unit) else { return Ok(Vec::new()) };
    let role = match node.unit.kind {
        UnitKind::Class | UnitKind::Group => "student",
        UnitKind::School | UnitKind::Department | UnitKind::Institution | UnitKind::Faculty => {
            "staff"
        }
        UnitKind::Bureau | UnitKind::Grade => return Ok(Vec::new()),
    };
    let mut conn = app.store.read().await?;
    let people = candidates(&mut conn, (unit, role), day, TAP_MAX as i64 + 1).await?;
    Ok(if TAP_MAX < people.len() { Vec::new() } else { people })
}

/// Everybody of `people`, absent those who were tapped.
pub(super) fn called(
    people: &[Candidate],
    absent: &HashMap<String, String>,
) -> Vec<(String, Presence)> {
    people
        .iter()
        .map(|person| {
            let presence = match absent.get(&person.id) {
                None => Presence::Present,
                Some(reason) => Presence::Absent {
                    reason: Some(reason.trim().to_owned()).filter(|it| !it.is_empty()),
                },
            };
            (person.id.clone(), presence)
        })
        .collect()
}

/// The tiles to tap.
pub(super) fn tiles(
    people: &[Candidate],
    absent: &HashMap<String, String>,
    is_called: bool,
) -> Markup {
    html! {
        fieldset.roll {
            legend { "点名（" (people.len()) " 人，默认全部到场）" }
            label.check {
                input type="checkbox" name="roll" value="1" checked[is_called];
                "登记名单；点一下缺席的人"
            }
            div.choices {
                @for person in people {
                    div.choice.absent {
                        input type="checkbox" name="absent" value=(person.id)
                            id=(format!("a-{}", person.id)) aria-label=(format!("{} 缺席", person.name))
                            checked[absent.contains_key(&person.id)];
                        span { (person.name) }
                        select.reason name=(format!("reason-{}", person.id))
                            aria-label=(format!("{} 的缺席原因", person.name)) {
                            @let chosen = absent.get(&person.id).map_or("", String::as_str);
                            option value="" { "原因" }
                            @for reason in REASONS {
                                option value=(reason) selected[reason == chosen] { (reason) }
                            }
                        }
                    }
                }
            }
        }
    }
}
