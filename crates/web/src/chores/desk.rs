//! Whom to tell: the accounts behind a duty, and those above it.

use std::collections::HashMap;

use campaign::access::Role;
use storage::notification::Contact;

use crate::live::Tree;

/// Who can be told, by person and by unit.
pub(super) struct Desk<'a> {
    tree: &'a Tree,
    contacts: &'a [Contact],
    by_person: HashMap<&'a str, Vec<usize>>,
    by_unit: HashMap<&'a str, Vec<(Role, usize)>>,
}

/// Whose the missing standings are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Whose {
    /// The unit's own; with the holders of the post that acts for it.
    Unit {
        holders: Vec<String>,
    },
    People,
    Person(String),
}

impl<'a> Desk<'a> {
    pub(super) fn new(tree: &'a Tree, contacts: &'a [Contact]) -> Self {
        let mut by_person: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut by_unit: HashMap<&str, Vec<(Role, usize)>> = HashMap::new();
        for (at, contact) in contacts.iter().enumerate() {
            if let Some(person) = &contact.person {
                by_person.entry(person).or_default().push(at);
            }
            for grant in &contact.grants {
                by_unit.entry(&grant.unit).or_default().push((grant.role, at));
            }
        }
        Self { tree, contacts, by_person, by_unit }
    }

    pub(super) fn contact(&self, at: usize) -> &'a Contact {
        &self.contacts[at]
    }

    pub(super) fn knows(&self, person: &str) -> bool {
        self.by_person.contains_key(person)
    }

    /// Who has to do it: the person, the holders of the post, or who acts for
    /// the unit; if nobody there has an account, who acts for the unit above it
    /// in the same school.
    pub(super) fn doers(&self, home: &str, whose: &Whose) -> Vec<usize> {
        if let Whose::Person(person) = whose {
            return self.of_person(person);
        }
        if let Whose::Unit { holders } = whose {
            let mut found: Vec<usize> =
                holders.iter().flat_map(|person| self.of_person(person)).collect();
            if !found.is_empty() {
                found.sort_unstable();
                found.dedup();
                return found;
            }
        }
        let top = self.tree.school_of(home).map_or(home, |school| school.unit.id.as_str());
        for unit in self.tree.above(home) {
            let found = self.acting(unit);
            if !found.is_empty() || unit == top {
                return found;
            }
        }
        Vec::new()
    }

    /// Whom to tell that it was not done: the officers of the nearest unit
    /// above that has one who is not a doer; failing that, administrators.
    pub(super) fn superiors(&self, home: &str, whose: &Whose) -> Vec<usize> {
        let doers = self.doers(home, whose);
        let above = self.tree.above(home);
        // Persons have their superior in their own unit.
        let skip = usize::from(matches!(whose, Whose::Unit { .. }));
        for roles in [&[Role::Officer, Role::Clerk][..], &[Role::Administrator]] {
            for unit in above.iter().skip(skip) {
                let mut found = self.holding(unit, roles);
                found.retain(|at| !doers.contains(at));
                if !found.is_empty() {
                    return found;
                }
            }
        }
        Vec::new()
    }

    fn of_person(&self, person: &str) -> Vec<usize> {
        self.by_person.get(person).cloned().unwrap_or_default()
    }

    /// Who hands in for a unit.
    fn acting(&self, unit: &str) -> Vec<usize> {
        let found = self.holding(unit, &[Role::Teacher, Role::Officer, Role::Clerk]);
        if found.is_empty() { self.holding(unit, &[Role::Administrator]) } else { found }
    }

    fn holding(&self, unit: &str, roles: &[Role]) -> Vec<usize> {
        let held = self.by_unit.get(unit).into_iter().flatten();
        let mut found: Vec<usize> =
            held.filter(|(role, _)| roles.contains(role)).map(|(_, at)| *at).collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

#[cfg(test)]
mod tests {
    use campaign::access::Grant;
    use campaign::plan::UnitKind;
    use storage::organisation::Unit;

    use super::*;

    fn tree() -> Tree {
        let unit = |id: &str, parent: Option<&str>, kind| {
            Unit::new(id, parent.map(str::to_owned), kind, id)
        };
        Tree::new(vec![
            unit("bureau", None, UnitKind::Bureau),
            unit("school", Some("bureau"), UnitKind::School),
            unit("grade", Some("school"), UnitKind::Grade),
            unit("class", Some("grade"), UnitKind::Class),
            unit("empty", Some("grade"), UnitKind::Class),
            unit("lonely", Some("bureau"), UnitKind::School),
        ])
    }

    fn contact(account: &str, person: Option<&str>, role: Role, unit: &str) -> Contact {
        Contact {
            account: account.to_owned(),
            person: person.map(str::to_owned),
            email: None,
            grants: vec![Grant { role, unit: unit.to_owned() }],
        }
    }

    #[test]
    fn who_is_told_of_what() {
        use std::fmt::Write as _;
        let tree = tree();
        let contacts = [
            contact("admin", None, Role::Administrator, "bureau"),
            contact("clerk", None, Role::Clerk, "bureau"),
            contact("officer", Some("p-officer"), Role::Officer, "school"),
            contact("teacher", Some("p-teacher"), Role::Teacher, "class"),
            contact("member", Some("p-member"), Role::Member, "school"),
        ];
        let desk = Desk::new(&tree, &contacts);
        let unit = |holders: &[&str]| Whose::Unit {
            holders: holders.iter().map(|it| (*it).to_owned()).collect(),
        };
        let mut table = String::new();
        for (what, home, whose) in [
            ("a class's duty", "class", unit(&[])),
            ("of a class without account", "empty", unit(&[])),
            ("its pupils'", "class", Whose::People),
            ("a school's duty", "school", unit(&[])),
            ("with a post that acts", "school", unit(&["p-member"])),
            ("whose holder has no account", "school", unit(&["p-none"])),
            ("a school without account", "lonely", unit(&[])),
            ("the bureau's duty", "bureau", unit(&[])),
            ("a member's own", "school", Whose::Person("p-member".to_owned())),
            ("the officer's own", "school", Whose::Person("p-officer".to_owned())),
        ] {
            let names = |found: Vec<usize>| {
                let names: Vec<&str> =
                    found.iter().map(|at| desk.contact(*at).account.as_str()).collect();
                names.join(" ")
            };
            let (doers, superiors) = (desk.doers(home, &whose), desk.superiors(home, &whose));
            writeln!(table, "{what}: [{}] above [{}]", names(doers), names(superiors))
                .expect("a string takes every write");
        }
        expect_test::expect![[r#"
            a class's duty: [teacher] above [officer]
            of a class without account: [officer] above [clerk]
            its pupils': [teacher] above [officer]
            a school's duty: [officer] above [clerk]
            with a post that acts: [member] above [clerk]
            whose holder has no account: [officer] above [clerk]
            a school without account: [] above [clerk]
            the bureau's duty: [clerk] above []
            a member's own: [member] above [officer]
            the officer's own: [officer] above [clerk]
        "#]]
        .assert_eq(&table);
    }
}
