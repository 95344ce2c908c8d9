use std::fmt::Write as _;

use expect_test::{Expect, expect};

use super::*;

fn unit(id: &str, parent: &str, kind: UnitKind, stage: Option<Stage>) -> UnitRow {
    let (id, parent) = (id.to_owned(), parent.to_owned());
    UnitRow { name: format!("{id}的名称"), id, parent, kind, stage, from: None, until: None }
}

fn district() -> Organisation {
    let (primary, middle) = (Some(Stage::Primary), Some(Stage::Middle));
    Organisation::new(vec![
        unit("s2c1", "s2", UnitKind::Class, None),
        unit("s2", "b", UnitKind::School, middle),
        unit("s1", "b", UnitKind::School, primary),
        unit("b", "", UnitKind::Bureau, None),
        unit("s1c2", "s1", UnitKind::Class, Some(Stage::Kindergarten)),
        unit("s1c1", "s1", UnitKind::Class, None),
    ])
    .unwrap()
}

#[test]
fn children_follow_their_parent_and_inherit_its_stage() {
    let org = district();
    let mut tree = String::new();
    for (n, unit) in org.units().iter().enumerate() {
        let ix = UnitIx(n as u32);
        let depth = org.upwards(ix).count() - 1;
        let stage = unit.stage.map_or("-", Stage::code);
        let below: Vec<&str> = org.children(ix).map(|it| org.id(org.of_unit(it))).collect();
        let _ = writeln!(
            tree,
            "{}{} {stage} {:?} {below:?}",
            "  ".repeat(depth),
            org.id(org.of_unit(ix)),
            org.subtree(ix)
        );
    }
    expect![[r#"
        b - 0..6 ["s1", "s2"]
          s1 primary 1..4 ["s1c1", "s1c2"]
            s1c1 primary 2..3 []
            s1c2 kindergarten 3..4 []
          s2 middle 4..6 ["s2c1"]
            s2c1 middle 5..6 []
    "#]]
    .assert_eq(&tree);
}

#[test]
fn a_role_is_an_audience() {
    let mut org = district();
    let row = PersonRow {
        id: "p1",
        unit: "s2c1",
        role: "student",
        audiences: "freshman;student",
        from: None,
        until: None,
    };
    let person = org.add_person(row).unwrap();
    assert_eq!(org.audiences(person).collect::<Vec<_>>(), ["freshman", "student"]);
    let subject = org.subject("p1").unwrap();
    assert_eq!((org.as_unit(subject), org.as_person(subject)), (None, Some(person)));
    assert_eq!(org.home(subject), org.unit_ix("s2c1"));
    assert_eq!(org.of_person(person), subject);
}

fn refused(rows: Vec<UnitRow>, expect: &Expect) {
    expect.assert_eq(&Organisation::new(rows).unwrap_err().to_string());
}

#[test]
fn what_is_no_tree_is_refused() {
    let class = |id, parent| unit(id, parent, UnitKind::Class, None);
    refused(
        vec![class("a", ""), class("a", "")],
        &expect!["unit row 1: id `a` is empty or taken"],
    );
    refused(
        vec![class("a", ""), class("b", "c")],
        &expect!["unit row 1: unit `c` does not exist"],
    );
    refused(
        vec![class("a", ""), class("b", "d"), class("c", "b"), class("d", "c")],
        &expect!["unit row 1: unit `b` lies below itself"],
    );
    refused(vec![class("a", "a")], &expect!["unit row 0: unit `a` lies below itself"]);
    let backwards = UnitRow { from: Some(Day::MAX), until: Some(Day::MIN), ..class("a", "") };
    refused(vec![backwards], &expect!["unit row 0: ends before it begins"]);
    let mut org = district();
    let row =
        |id, unit| PersonRow { id, unit, role: "", audiences: "", from: None, until: None };
    for (id, unit) in [("p", "x"), ("s1", "s1"), ("", "s1")] {
        org.add_person(row(id, unit)).unwrap_err();
    }
    org.add_person(row("p", "s1")).unwrap();
    org.add_person(row("p", "s1")).unwrap_err();
}
