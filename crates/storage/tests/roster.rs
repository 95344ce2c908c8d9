//! What a roster asks of the house and changes in it, many at a time, on both engines.

mod support;

use campaign::access::{Action, Permit, permit_house};
use campaign::person::PersonRole;
use campaign::plan::UnitKind;
use storage::organisation;
use storage::people::{self, CardKey, Guardianship, Move, Person, Personal};
use storage::post::{self, Appointment};
use storage::{StorageError, Store};
use support::unit;

fn permit() -> Permit {
    permit_house(Action::ManageOrganisation, "b")
}

/// Two schools that number alike, with a family that has a child in each.
async fn fill(store: &Store) {
    let mut tx = store.write(1_000).await.expect("begins");
    let units = [
        unit("b", None, UnitKind::Bureau),
        unit("s1", Some("b"), UnitKind::School),
        unit("s2", Some("b"), UnitKind::School),
        unit("c1", Some("s1"), UnitKind::Class),
        unit("c2", Some("s2"), UnitKind::Class),
    ];
    organisation::insert_units_many(&mut tx, &permit(), &units).await.expect("inserts");
    let student = |id: &str, unit: &str, name: &str, no: &str| Person {
        student_no: Some(no.to_owned()),
        register_no: Some(format!("G{id}")),
        joined_on: Some("2021-09-01".to_owned()),
        ..support::person(id, unit, PersonRole::Student, name)
    };
    let guardian = Person {
        personal: Personal { phone: Some("13900000001".to_owned()), ..Personal::default() },
        ..support::person("p4", "c1", PersonRole::Guardian, "陈建国")
    };
    let people = [
        student("p1", "c1", "陈小满", "01"),
        student("p2", "c2", "陈小雨", "01"),
        student("p3", "c2", "王芳", "02"),
        guardian,
    ];
    people::insert_many(&mut tx, &permit(), &people).await.expect("inserts");
    let pair = |student: &str| Guardianship {
        student: student.to_owned(),
        guardian: "p4".to_owned(),
        relation: Some("父亲".to_owned()),
        position: 0,
    };
    people::insert_guardianships(&mut tx, &permit(), &[pair("p1"), pair("p2")])
        .await
        .expect("inserts");
    let held = Appointment {
        id: "h1".to_owned(),
        unit: "c1".to_owned(),
        post: "class-committee".to_owned(),
        person: "p1".to_owned(),
        from_on: "2022-01-01".to_owned(),
        until_on: None,
        substitute_for: None,
        revision: 1,
    };
    post::insert_many(&mut tx, &permit(), &[held]).await.expect("inserts");
    tx.commit().await.expect("commits");
}

fn texts(values: &[&str]) -> Vec<String> {
    values.iter().map(|it| (*it).to_owned()).collect()
}

#[tokio::test]
async fn people_are_found_by_every_key_and_numbers_count_within_a_school() {
    for (engine, store) in support::stores().await {
        fill(&store).await;
        let mut conn = store.read().await.expect("reads");
        for (key, values, ids) in [
            (CardKey::Register, &["Gp3", "Gp1", "Gx"][..], &["p1", "p3"][..]),
            (CardKey::Student { school: "s1" }, &["01", "02"], &["p1"]),
            (CardKey::Student { school: "s2" }, &["01", "02"], &["p2", "p3"]),
            (CardKey::Staff { school: "s2" }, &["01"], &[]),
            (CardKey::Unit, &["c1", "c2"], &["p1", "p2", "p3"]),
        ] {
            let found = people::cards(&mut conn, key, &texts(values)).await.expect("reads");
            let mut found: Vec<String> = found.into_iter().map(|card| card.id).collect();
            found.sort();
            assert_eq!(found, ids, "{engine}: {key:?}");
        }
        let many: Vec<String> = (0..1_000).map(|n| format!("Gp{n}")).collect();
        let found = people::cards(&mut conn, CardKey::Register, &many).await.expect("reads");
        assert_eq!(found.len(), 3, "{engine}");
    }
}

#[tokio::test]
async fn a_family_is_found_by_its_children_and_by_its_phone() {
    for (engine, store) in support::stores().await {
        fill(&store).await;
        let mut conn = store.read().await.expect("reads");
        let found = people::guardians_of_many(&mut conn, &texts(&["p1", "p2", "p3"]))
            .await
            .expect("reads");
        let students: Vec<&str> = found.iter().map(|it| it.student.as_str()).collect();
        assert_eq!(students.len(), 2, "{engine}: {students:?}");
        assert!(found.iter().all(|it| it.id == "p4" && it.name == "陈建国"), "{engine}");
        let digest = people::phone_digest(&store.sealer, "13900000001");
        let found = people::guardians_by_phones(&mut conn, std::slice::from_ref(&digest))
            .await
            .expect("reads");
        assert_eq!(found, [(digest, "陈建国".to_owned(), "p4".to_owned())], "{engine}");
        let held = post::held_by(&mut conn, &texts(&["p1", "p2"])).await.expect("reads");
        let own = ("c1".to_owned(), "class-committee".to_owned(), "p1".to_owned());
        assert_eq!(held, [own], "{engine}");
        assert!(people::has_guardians(&mut conn).await.expect("reads"), "{engine}");
        for (top, has) in [(None, true), (Some("s2"), true), (Some("none"), false)] {
            assert_eq!(
                people::has_members(&mut conn, top).await.expect("reads"),
                has,
                "{engine}"
            );
        }
    }
}

#[tokio::test]
async fn many_are_changed_and_moved_and_nobody_over_a_newer_state() {
    for (engine, store) in support::stores().await {
        fill(&store).await;
        let mut tx = store.write(2_000).await.expect("begins");
        let sealer = tx.sealer().clone();
        let ids = texts(&["p1", "p2", "p3"]);
        let mut known = people::by_ids(tx.conn(), &sealer, &ids).await.expect("reads");
        for it in &mut known {
            it.name.push('新');
            it.personal.phone = Some("13700000000".to_owned());
        }
        people::save_many(&mut tx, &permit(), &known).await.expect("saves");
        let again = people::save_many(&mut tx, &permit(), &known).await;
        assert!(matches!(again, Err(StorageError::Conflict { .. })), "{engine}");
        let go = |person: &str, revision| Move {
            person: person.to_owned(),
            to: "c1".to_owned(),
            revision,
        };
        let days = ("2022-02-28", "2022-03-01");
        people::transfer_many(&mut tx, &permit(), &[go("p2", 2), go("p3", 2)], days)
            .await
            .expect("moves");
        let old = people::transfer_many(&mut tx, &permit(), &[go("p2", 2)], days).await;
        assert!(matches!(old, Err(StorageError::Conflict { .. })), "{engine}");
        tx.commit().await.expect("commits");

        let mut conn = store.read().await.expect("reads");
        let now = people::by_ids(&mut conn, &store.sealer, &ids).await.expect("reads");
        let seen: Vec<_> =
            now.iter().map(|it| (it.unit.as_str(), it.name.as_str(), it.revision)).collect();
        let expected = [("c1", "陈小满新", 2), ("c1", "陈小雨新", 3), ("c1", "王芳新", 3)];
        assert_eq!(seen, expected, "{engine}");
        assert_eq!(now[0].personal.phone.as_deref(), Some("13700000000"), "{engine}");
        assert_eq!(now[0].register_no.as_deref(), Some("Gp1"), "{engine}");
        let spans = people::tenures_of(&mut conn, "p2").await.expect("reads");
        let spans: Vec<_> =
            spans.iter().map(|it| (it.unit.as_str(), it.until_on.as_deref())).collect();
        assert_eq!(spans, [("c1", None), ("c2", Some("2022-02-28"))], "{engine}");
    }
}
