//! People, guardians, posts and changes of the tree, on both engines.

mod support;

use std::collections::HashSet;

use campaign::access::{Action, Permit, Role, permit_house};
use campaign::person::{Gender, PersonRole};
use campaign::plan::UnitKind;
use storage::account::{self, Account, NewAccount};
use storage::organisation::{self, Unit};
use storage::people::{self, Filter, Guardianship, Key, Person, Personal, Scope, Transfer};
use storage::post::{self, Appointment};
use storage::{Order, Part, StorageError, Store};
use support::unit;

fn person(id: &str, unit: &str, role: PersonRole, name: &str) -> Person {
    Person {
        gender: Some(Gender::Female),
        joined_on: Some("2021-09-01".to_owned()),
        ..support::person(id, unit, role, name)
    }
}

fn permit() -> Permit {
    permit_house(Action::ManageOrganisation, "b")
}

/// A bureau of two schools with two classes each.
async fn fill(store: &Store) {
    let mut tx = store.write(1_000).await.expect("begins");
    let units = [
        unit("b", None, UnitKind::Bureau),
        unit("s1", Some("b"), UnitKind::School),
        unit("s2", Some("b"), UnitKind::School),
        unit("c1", Some("s1"), UnitKind::Class),
        unit("c2", Some("s1"), UnitKind::Class),
        unit("c3", Some("s2"), UnitKind::Class),
        unit("g1", Some("c1"), UnitKind::Group),
    ];
    organisation::insert_units_many(&mut tx, &permit(), &units).await.expect("inserts");
    let mut people = vec![
        Person {
            student_no: Some("01".to_owned()),
            personal: Personal {
                phone: Some("13900000001".to_owned()),
                id_number: Some("320400201001010011".to_owned()),
                address: Some("某路 1 号".to_owned()),
            },
            audiences: vec!["finance-staff".to_owned(), "party-member".to_owned()],
            ..person("p1", "c1", PersonRole::Student, "陈小满")
        },
        person("p2", "c2", PersonRole::Student, "陈小雨"),
        person("p3", "c3", PersonRole::Student, "王芳"),
        person("p4", "s1", PersonRole::Staff, "周正平"),
        person("p5", "c1", PersonRole::Guardian, "陈建国"),
    ];
    people.extend(
        (0..2_500).map(|n| {
            person(&format!("q{n:05}"), "g1", PersonRole::Student, &format!("学生{n}"))
        }),
    );
    people::insert_many(&mut tx, &permit(), &people).await.expect("inserts");
    let pair = |student: &str, position| Guardianship {
        student: student.to_owned(),
        guardian: "p5".to_owned(),
        relation: Some("父亲".to_owned()),
        position,
    };
    people::insert_guardianships(&mut tx, &permit(), &[pair("p1", 0), pair("p2", 1)])
        .await
        .expect("inserts");
    people::insert_guardianships(&mut tx, &permit(), &[pair("p2", 0)]).await.expect("updates");
    tx.commit().await.expect("commits");
}

fn all(scope: Scope<'_>) -> Filter<'_> {
    Filter {
        scope,
        role: None,
        search: "",
        today: "2022-03-01",
        only_left: false,
        order: storage::Order::default(),
        part: Part::first(50),
    }
}

async fn names(store: &Store, filter: Filter<'_>) -> Vec<String> {
    let mut conn = store.read().await.expect("reads");
    let found = people::list(&mut conn, &store.sealer, &filter).await.expect("lists");
    found.into_iter().map(|it| it.name).collect()
}

async fn found_id(store: &Store, filter: Filter<'_>) -> String {
    let mut conn = store.read().await.expect("reads");
    let found = people::list(&mut conn, &store.sealer, &filter).await.expect("lists");
    found.first().map(|it| it.id.clone()).expect("somebody")
}

#[tokio::test]
async fn people_are_listed_by_scope_role_and_search_a_page_at_a_time() {
    for (engine, store) in support::stores().await {
        fill(&store).await;
        let students = Filter { role: Some(PersonRole::Student), ..all(Scope::Below("s1")) };
        let page = names(&store, students).await;
        assert_eq!(page.len(), 50, "{engine}");
        assert_eq!(page.get(..3).expect("three"), ["陈小满", "陈小雨", "学生0"], "{engine}");
        let next = names(&store, Filter { part: Part::after("q00047", 50), ..students }).await;
        assert_eq!(next.first().map(String::as_str), Some("学生48"), "{engine}");
        let by = |order, part| Filter { order, part, ..students };
        let by_name = Order::down(Key::Name);
        let first = names(&store, by(by_name, Part::first(3))).await;
        let one = found_id(&store, by(by_name, Part::first(3))).await;
        let next = names(&store, by(by_name, Part::after(&one, 3))).await;
        assert_eq!(first.get(1..), next.get(..2), "{engine}: the page goes on after the first");
        let four = found_id(&store, by(by_name, Part::after(&one, 3))).await;
        let back = names(&store, by(by_name, Part::before(&four, 3))).await;
        assert_eq!(back, first[..1], "{engine}: and back before the second");
        let back = names(&store, by(by_name, Part::before(&one, 3))).await;
        assert!(back.is_empty(), "{engine}: nothing is before the first");
        for scope in [Scope::All, Scope::Below("s1")] {
            let by_number = Filter { order: Order::up(Key::Number), ..all(scope) };
            assert_eq!(names(&store, by_number).await.len(), 50, "{engine}");
        }
        let search = |search, scope| Filter { search, ..all(scope) };
        assert_eq!(names(&store, search("陈小", Scope::All)).await.len(), 2, "{engine}");
        assert_eq!(
            names(&store, search("陈小", Scope::Below("s2"))).await.len(),
            0,
            "{engine}"
        );
        assert_eq!(
            names(&store, search("01", Scope::Only("c1"))).await,
            ["陈小满"],
            "{engine}"
        );
        assert_eq!(names(&store, all(Scope::Only("c3"))).await, ["王芳"], "{engine}");

        let mut conn = store.read().await.expect("reads");
        let counts = people::counts_of(&mut conn, Scope::Below("s1"), "2022-03-01")
            .await
            .expect("counts");
        let count = |role| {
            counts.iter().find(|count| count.role == role).map_or(0, |count| count.people)
        };
        assert_eq!(count(PersonRole::Student), 2_502, "{engine}");
        assert_eq!(count(PersonRole::Staff), 1, "{engine}");
        let by_unit = people::counts_by_unit(&mut conn, &["c1", "c2"], "2022-03-01")
            .await
            .expect("counts");
        assert_eq!(by_unit.len(), 2, "{engine}: {by_unit:?}");
    }
}

#[tokio::test]
async fn personal_fields_are_sealed_in_the_rows_and_open_in_the_type() {
    for (engine, store) in support::stores().await {
        fill(&store).await;
        let mut conn = store.read().await.expect("reads");
        let found = people::by_id(&mut conn, &store.sealer, "p1")
            .await
            .expect("reads")
            .expect("is there");
        assert_eq!(found.personal.phone.as_deref(), Some("13900000001"), "{engine}");
        assert_eq!(found.audiences, ["finance-staff", "party-member"], "{engine}");
        let raw: (String, String) =
            sqlx::query_as("select phone_sealed, phone_digest from person where id = 'p1'")
                .fetch_one(&mut *conn)
                .await
                .expect("reads");
        assert!(raw.0.starts_with("s1:") && !raw.0.contains("139"), "{engine}: {raw:?}");
        assert_eq!(raw.1, people::phone_digest(&store.sealer, "13900000001"), "{engine}");
        assert_eq!(format!("{:?}", found.personal), "Personal(…)");
        let siblings = people::siblings_of(&mut conn, "p1").await.expect("reads");
        assert_eq!(siblings, ["p2"], "{engine}");
        let guardians = people::guardians_of(&mut conn, "p2").await.expect("reads");
        assert_eq!(guardians.first().map(|it| it.position), Some(0), "{engine}");
        let alone = people::without_guardian(
            &mut conn,
            &store.sealer,
            ("s2", "2022-03-01"),
            Part::first(10),
        )
        .await
        .expect("reads");
        assert_eq!(alone.len(), 1, "{engine}");
    }
}

#[tokio::test]
async fn everybody_comes_by_in_one_pass() {
    for (engine, store) in support::stores().await {
        fill(&store).await;
        let mut conn = store.read().await.expect("reads");
        let mut seen = Vec::new();
        people::each(&mut conn, &mut |member| seen.push(member)).await.expect("reads");
        assert_eq!(seen.len(), 2_505, "{engine}");
        assert_eq!(seen[0].audiences, "finance-staff;party-member", "{engine}");
        assert_eq!(seen[1].audiences, "", "{engine}");
        let mut spans = 0;
        people::each_tenure(&mut conn, &mut |_| spans += 1).await.expect("reads");
        assert_eq!(spans, 2_504, "{engine}: guardians have none");
    }
}

#[tokio::test]
async fn a_transfer_and_a_leave_keep_the_past() {
    for (engine, store) in support::stores().await {
        fill(&store).await;
        let mut tx = store.write(2_000).await.expect("begins");
        let move_it =
            Transfer { person: "p1", to: "c3", on: "2022-03-01", until: "2022-02-28" };
        people::transfer(&mut tx, &permit(), &move_it, 1).await.expect("moves");
        let again = people::transfer(&mut tx, &permit(), &move_it, 1).await;
        assert!(matches!(again, Err(StorageError::Conflict { .. })), "{engine}");
        people::leave(&mut tx, &permit(), "p3", "2022-02-01", 1).await.expect("leaves");
        tx.commit().await.expect("commits");
        assert_eq!(names(&store, all(Scope::Only("c3"))).await, ["陈小满"], "{engine}");
        let left = Filter { only_left: true, ..all(Scope::All) };
        assert_eq!(names(&store, left).await, ["王芳"], "{engine}");
        let mut conn = store.read().await.expect("reads");
        let tenures = people::tenures_of(&mut conn, "p1").await.expect("reads");
        let facts: Vec<(&str, Option<&str>)> =
            tenures.iter().map(|it| (it.unit.as_str(), it.until_on.as_deref())).collect();
        assert_eq!(facts, [("c3", None), ("c1", Some("2022-02-28"))], "{engine}");
    }
}

#[tokio::test]
async fn a_move_rewrites_the_ancestors_of_the_moved_part_only() {
    for (engine, store) in support::stores().await {
        fill(&store).await;
        let mut tx = store.write(3_000).await.expect("begins");
        let before =
            organisation::unit_by_id(tx.conn(), "c1").await.expect("reads").expect("is there");
        let after = Unit {
            parent: Some("s2".to_owned()),
            name: "二年级1班".to_owned(),
            ..before.clone()
        };
        organisation::save(&mut tx, &permit(), &before, &after, "move").await.expect("moves");
        let stale = organisation::save(&mut tx, &permit(), &before, &after, "move").await;
        assert!(matches!(stale, Err(StorageError::Conflict { .. })), "{engine}");
        tx.commit().await.expect("commits");
        let mut conn = store.read().await.expect("reads");
        let line = organisation::above(&mut conn, "g1").await.expect("reads");
        assert_eq!(line, ["g1", "c1", "s2", "b"], "{engine}");
        let line = organisation::above(&mut conn, "c2").await.expect("reads");
        assert_eq!(line, ["c2", "s1", "b"], "{engine}");
        let past = organisation::history(&mut conn, "c1").await.expect("reads");
        assert_eq!(past.len(), 1, "{engine}");
        assert_eq!(past[0].parent.as_deref(), Some("s1"), "{engine}");
        assert_eq!(past[0].name, "c1", "{engine}");
    }
}

#[tokio::test]
async fn closing_ends_the_posts_and_keeps_the_units() {
    for (engine, store) in support::stores().await {
        fill(&store).await;
        let mut tx = store.write(3_000).await.expect("begins");
        let post = Appointment {
            id: "t1".to_owned(),
            unit: "c1".to_owned(),
            post: "class-teacher".to_owned(),
            person: "p4".to_owned(),
            from_on: "2021-09-01".to_owned(),
            until_on: None,
            substitute_for: None,
            revision: 1,
        };
        let substitute = Appointment {
            id: "t2".to_owned(),
            person: "p5".to_owned(),
            substitute_for: Some("t1".to_owned()),
            ..post.clone()
        };
        post::insert_many(&mut tx, &permit(), &[post.clone(), substitute])
            .await
            .expect("appoints");
        tx.commit().await.expect("commits");
        let mut conn = store.read().await.expect("reads");
        let held =
            post::holders(&mut conn, Scope::Below("s1"), "2022-03-01").await.expect("reads");
        assert_eq!(held.len(), 2, "{engine}");
        assert_eq!(held[0].name, "周正平", "{engine}");
        drop(conn);

        let mut tx = store.write(4_000).await.expect("begins");
        post::end(&mut tx, &permit(), &post, "2022-02-01").await.expect("ends");
        let moved = organisation::move_people(
            &mut tx,
            &permit(),
            "c1",
            "c2",
            ("2022-02-28", "2022-03-01"),
        )
        .await
        .expect("moves");
        assert_eq!(moved, 2, "{engine}: the student and the guardian");
        let c1 =
            organisation::unit_by_id(tx.conn(), "c1").await.expect("reads").expect("is there");
        organisation::close(&mut tx, &permit(), &c1, "2022-02-28").await.expect("closes");
        tx.commit().await.expect("commits");

        let mut conn = store.read().await.expect("reads");
        let units = organisation::units(&mut conn).await.expect("reads");
        let closed: Vec<&str> = units
            .iter()
            .filter(|unit| unit.closed_on.is_some())
            .map(|unit| unit.id.as_str())
            .collect();
        assert_eq!(closed, ["c1", "g1"], "{engine}");
        let mut posts = Vec::new();
        post::each(&mut conn, &mut |it| posts.push(it.until_on)).await.expect("reads");
        assert_eq!(posts, [Some("2022-02-01".to_owned()), Some("2022-02-01".to_owned())]);
        let left = organisation::people_in(&mut conn, "c1", "2022-03-01").await.expect("reads");
        assert_eq!(left, 2_500, "{engine}: those of the group below were not moved");
    }
}

#[tokio::test]
async fn accounts_are_made_in_bulk_with_their_roles() {
    for (engine, store) in support::stores().await {
        fill(&store).await;
        let permit = permit_house(Action::ManageAccounts, "b");
        let new = |n: usize| NewAccount {
            account: Account {
                person: (n == 0).then(|| "p4".to_owned()),
                must_change_password: true,
                ..support::account(
                    &format!("a{n}"),
                    &format!("teacher-{n}"),
                    &format!("教师{n}"),
                )
            },
            grants: vec![(Role::Teacher, "c1".to_owned())],
        };
        let accounts: Vec<NewAccount> = (0..30).map(new).collect();
        let mut tx = store.write(1).await.expect("begins");
        account::insert_many(&mut tx, &permit, &accounts).await.expect("inserts");
        tx.commit().await.expect("commits");
        let mut conn = store.read().await.expect("reads");
        let found =
            account::of_person(&mut conn, "p4").await.expect("reads").expect("is there");
        assert!(found.must_change_password && found.failures == 0, "{engine}");
        let grants = account::grants_of(&mut conn, "a0").await.expect("reads");
        assert_eq!(grants.len(), 1, "{engine}");
        let names = ["teacher-3".to_owned(), "nobody".to_owned()];
        let taken = account::taken(&mut conn, &names).await.expect("reads");
        assert_eq!(taken, HashSet::from(["teacher-3".to_owned()]), "{engine}");
    }
}
