//! The part of an organisation that one campaign binds.

use super::{Organisation, PersonRow, PostRow, UnitIx, UnitRow};
use crate::day::Day;

impl Organisation {
    /// The unit and all that lies below it, with the units above as mere
    /// places: they owe nothing here, but what they hold for those below
    /// counts. Holders of posts who belong elsewhere come along, without their
    /// audiences.
    pub fn within(&self, top: UnitIx) -> Self {
        let mut rows: Vec<UnitRow> = Vec::new();
        for unit in self.upwards(top).skip(1) {
            // Exists on no day, so nothing is ever asked of it.
            rows.push(UnitRow { from: Some(Day::MAX), until: None, ..self.unit_row(unit) });
        }
        rows.extend(self.subtree(top).map(|unit| self.unit_row(UnitIx(unit))));
        // The rows come from a whole tree, so they make one again.
        let mut part = Self::new(rows).unwrap_or_default();
        let first = self.units.len() as u32;
        for (person, number) in self.people.iter().zip(first..) {
            if !self.is_within(person.unit, top) {
                continue;
            }
            let audiences: Vec<&str> =
                self.audiences(super::PersonIx(number - first)).collect();
            let row = PersonRow {
                id: self.ids.name(number),
                unit: self.ids.name(person.unit.0),
                role: "",
                audiences: &audiences.join(";"),
                from: Some(person.from),
                until: Some(person.until),
            };
            // Ids were distinct and units known in the whole.
            let _ = part.add_person(row);
        }
        for tenure in self.tenures.iter().filter(|tenure| self.is_within(tenure.unit, top)) {
            self.copy_tenure(&mut part, tenure, top);
        }
        part
    }

    fn copy_tenure(&self, part: &mut Self, tenure: &super::Tenure, top: UnitIx) {
        let (person, unit) =
            (self.id(self.of_person(tenure.person)), self.ids.name(tenure.unit.0));
        if part.person_ix(person).is_none() {
            let known = self.person(tenure.person);
            let _ = part.add_person(PersonRow {
                id: person,
                unit: self.ids.name(top.0),
                role: "",
                audiences: "",
                from: Some(known.from),
                until: Some(known.until),
            });
        }
        let _ = part.add_post(PostRow {
            unit,
            post: self.post_name(tenure.post),
            person,
            from: Some(tenure.from),
            until: Some(tenure.until),
        });
    }

    fn unit_row(&self, unit: UnitIx) -> UnitRow {
        let it = self.unit(unit);
        let parent = it.parent.map(|parent| self.ids.name(parent.0)).unwrap_or_default();
        UnitRow {
            id: self.ids.name(unit.0).to_owned(),
            parent: parent.to_owned(),
            kind: it.kind,
            stage: it.stage,
            name: it.name.clone(),
            from: Some(it.from),
            until: Some(it.until),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::organisation::UnitRow;
    use crate::plan::{Stage, UnitKind};

    fn unit(id: &str, parent: &str, kind: UnitKind, stage: Option<Stage>) -> UnitRow {
        UnitRow {
            id: id.to_owned(),
            parent: parent.to_owned(),
            kind,
            stage,
            name: id.to_owned(),
            from: None,
            until: None,
        }
    }

    fn person(org: &mut Organisation, id: &str, unit: &str, role: &str) {
        let row = PersonRow { id, unit, role, audiences: "", from: None, until: None };
        org.add_person(row).expect("a person of a known unit");
    }

    #[test]
    fn a_part_keeps_what_is_below_and_the_way_up() {
        let mut org = Organisation::new(vec![
            unit("b", "", UnitKind::Bureau, None),
            unit("s1", "b", UnitKind::School, Some(Stage::Primary)),
            unit("s2", "b", UnitKind::School, Some(Stage::Middle)),
            unit("c1", "s1", UnitKind::Class, None),
        ])
        .expect("a tree");
        person(&mut org, "p1", "c1", "student");
        person(&mut org, "p2", "s2", "staff");
        person(&mut org, "police", "b", "police");
        let post = |person, unit| PostRow {
            unit,
            post: "community-police",
            person,
            from: None,
            until: None,
        };
        org.add_post(post("police", "s1")).expect("a post");
        org.add_post(post("p2", "s2")).expect("a post");

        let part = org.within(org.unit_ix("s1").expect("s1"));
        let ids: Vec<&str> = (0..part.units().len() as u32).map(|n| part.ids.name(n)).collect();
        assert_eq!(ids, ["b", "s1", "c1"]);
        let class = part.unit(part.unit_ix("c1").expect("c1"));
        assert_eq!(class.stage, Some(Stage::Primary), "the stage is inherited as before");
        assert_eq!(part.unit(part.unit_ix("b").expect("b")).from, Day::MAX);
        assert!(part.person_ix("p1").is_some());
        assert!(part.person_ix("p2").is_none());
        let police = part.person_ix("police").expect("holds a post in the part");
        assert_eq!(part.audiences(police).count(), 0);
        assert_eq!(part.tenures().len(), 1);
    }
}
