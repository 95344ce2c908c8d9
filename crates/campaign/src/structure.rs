//! The shape of the tree: which kinds of unit stand under which, and how a
//! stage is inherited.

use crate::plan::{Stage, UnitKind};

/// The kinds that may stand directly under `parent`, the usual one first.
pub const fn kinds_under(parent: UnitKind) -> &'static [UnitKind] {
    use UnitKind::{Bureau, Class, Department, Faculty, Grade, Group, Institution, School};
    match parent {
        Bureau => &[School, Department, Institution, Bureau],
        // A town's central school leads the village schools around it.
        School => &[Class, Grade, Faculty, Department, School, Group],
        Institution => &[School, Department, Class, Group],
        Faculty => &[Class, Grade, Department, Group],
        Department => &[Department, Group],
        Grade => &[Class, Group],
        Class => &[Group],
        Group => &[],
    }
}

/// Why a unit cannot stand where it is wanted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    #[error("a {} cannot stand under a {}", .kind.code(), .parent.code())]
    Kind { kind: UnitKind, parent: UnitKind },
    /// It would lie below itself.
    #[error("a unit cannot lie below itself")]
    Cycle,
    /// The unit above is closed.
    #[error("the unit above is closed")]
    Closed,
    #[error("units of this kind do not exist at stage {}", .stage.code())]
    Stage { kind: UnitKind, stage: Stage },
}

/// Where a unit shall stand.
#[derive(Debug, Clone, Copy)]
pub struct Placing<'a> {
    pub kind: UnitKind,
    /// Its own stage, or that of the nearest unit above that has one.
    pub stage: Option<Stage>,
    /// None for a new unit.
    pub id: Option<&'a str>,
    pub parent: UnitKind,
    pub parent_is_closed: bool,
    /// The unit above and all above that.
    pub above: &'a [&'a str],
}

/// Judges whether a unit may stand there.
pub fn may_stand(placing: &Placing<'_>) -> Result<(), PlaceError> {
    let Placing { kind, stage, id, parent, parent_is_closed, above } = *placing;
    if parent_is_closed {
        return Err(PlaceError::Closed);
    }
    if id.is_some_and(|id| above.contains(&id)) {
        return Err(PlaceError::Cycle);
    }
    if !kinds_under(parent).contains(&kind) {
        return Err(PlaceError::Kind { kind, parent });
    }
    match stage {
        Some(stage) if !crate::plan::catalogue::exists(kind, stage) => match kind {
            // A stage on a bureau or an institution means nothing and hurts nobody.
            UnitKind::Bureau | UnitKind::Institution => Ok(()),
            _ => Err(PlaceError::Stage { kind, stage }),
        },
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placing<'a>(kind: UnitKind, parent: UnitKind, above: &'a [&'a str]) -> Placing<'a> {
        Placing { kind, stage: None, id: Some("u"), parent, parent_is_closed: false, above }
    }

    #[test]
    fn a_unit_stands_only_under_kinds_that_lead_it() {
        use UnitKind::{Bureau, Class, Faculty, Group, School};
        assert_eq!(may_stand(&placing(School, Bureau, &["b"])), Ok(()));
        assert_eq!(may_stand(&placing(Faculty, School, &["s"])), Ok(()));
        assert_eq!(may_stand(&placing(Group, Class, &["c"])), Ok(()));
        assert_eq!(
            may_stand(&placing(School, Class, &["c"])),
            Err(PlaceError::Kind { kind: School, parent: Class })
        );
        assert_eq!(
            may_stand(&placing(Class, Bureau, &["b"])),
            Err(PlaceError::Kind { kind: Class, parent: Bureau })
        );
    }

    #[test]
    fn no_unit_lies_below_itself_or_under_a_closed_one() {
        let above = ["x", "u", "b"];
        let own = placing(UnitKind::Group, UnitKind::Class, &above);
        assert_eq!(may_stand(&own), Err(PlaceError::Cycle));
        let closed = Placing {
            parent_is_closed: true,
            ..placing(UnitKind::Group, UnitKind::Class, &["c"])
        };
        assert_eq!(may_stand(&closed), Err(PlaceError::Closed));
    }

    #[test]
    fn faculties_exist_only_where_there_are_any() {
        let faculty = |stage| Placing {
            stage: Some(stage),
            ..placing(UnitKind::Faculty, UnitKind::School, &["s"])
        };
        assert_eq!(may_stand(&faculty(Stage::University)), Ok(()));
        assert!(matches!(may_stand(&faculty(Stage::Primary)), Err(PlaceError::Stage { .. })));
    }
}
