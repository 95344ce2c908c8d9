//! Year-rolls on both engines: what leaves, who follows, and how it is undone.

mod support;

use campaign::access::{Action, Permit, permit_house};
use campaign::person::PersonRole;
use campaign::plan::UnitKind;
use storage::organisation::{self, Unit};
use storage::people::{self, Guardianship, Person};
use storage::year_roll::{self, NewRoll};
use storage::{Store, Tx};

fn unit(id: &str, parent: Option<&str>, kind: UnitKind, name: &str) -> Unit {
    Unit { name: name.to_owned(), ..support::unit(id, parent, kind) }
}

fn person(id: &str, unit: &str, role: PersonRole) -> Person {
    support::person(id, unit, role, &format!("人{id}"))
}

fn permit() -> Permit {
    permit_house(Action::ManageOrganisation, "s")
}

async fn fill(store: &Store) {
    let mut tx = store.write(1_000).await.expect("begins");
    let units = [
        unit("s", None, UnitKind::School, "阳光小学"),
        unit("c5", Some("s"), UnitKind::Class, "五年级1班"),
        unit("c6", Some("s"), UnitKind::Class, "六年级1班"),
        unit("g6", Some("c6"), UnitKind::Group, "第一组"),
    ];
    organisation::insert_units_many(&mut tx, &permit(), &units).await.expect("inserts");
    let people = [
        person("young", "c5", PersonRole::Student),
        person("old", "g6", PersonRole::Student),
        person("both", "c6", PersonRole::Guardian),
        person("alone", "c6", PersonRole::Guardian),
    ];
    people::insert_many(&mut tx, &permit(), &people).await.expect("inserts");
    let pair = |student: &str, guardian: &str| Guardianship {
        student: student.to_owned(),
        guardian: guardian.to_owned(),
        relation: None,
        position: 0,
    };
    let pairs = [pair("young", "both"), pair("old", "both"), pair("old", "alone")];
    people::insert_guardianships(&mut tx, &permit(), &pairs).await.expect("inserts");
    tx.commit().await.expect("commits");
}

async fn found(tx: &mut Tx, id: &str) -> Unit {
    organisation::unit_by_id(tx.conn(), id).await.expect("reads").expect("is there")
}

async fn facts(store: &Store) -> Vec<(String, String, Option<String>)> {
    let mut conn = store.read().await.expect("reads");
    let mut facts = Vec::new();
    people::each(&mut conn, &mut |it| facts.push((it.id, it.unit, it.left_on)))
        .await
        .expect("reads");
    facts
}

#[tokio::test]
async fn leavers_go_with_their_class_and_come_back_when_undone() {
    for (engine, store) in support::stores().await {
        fill(&store).await;
        let mut tx = store.write(2_000).await.expect("begins");
        let roll = NewRoll {
            id: "r".to_owned(),
            unit: "s".to_owned(),
            on: "2022-08-31".to_owned(),
            up: vec![(found(&mut tx, "c5").await, "六年级1班".to_owned())],
            leaving: vec![found(&mut tx, "c6").await],
        };
        let left = year_roll::run(&mut tx, &permit(), &roll).await.expect("runs");
        tx.commit().await.expect("commits");
        assert_eq!(left, 1, "{engine}");
        let gone = Some("2022-08-31".to_owned());
        let expected = [
            ("alone", "c6", gone.clone()),
            ("both", "c5", None),
            ("old", "g6", gone),
            ("young", "c5", None),
        ]
        .map(|(id, unit, left)| (id.to_owned(), unit.to_owned(), left));
        assert_eq!(facts(&store).await, expected, "{engine}");

        let mut tx = store.write(3_000).await.expect("begins");
        let ran = year_roll::around(tx.conn(), "c5", 5).await.expect("reads").remove(0);
        assert_eq!((ran.classes_up, ran.classes_left, ran.people_left), (1, 1, 1), "{engine}");
        assert_eq!(year_roll::records_since(tx.conn(), &ran).await.expect("reads"), 0);
        let mut units = Vec::new();
        for before in year_roll::before(tx.conn(), &ran.id).await.expect("reads") {
            units.push((found(&mut tx, &before.unit).await, before));
        }
        year_roll::undo(&mut tx, &permit(), &ran, &units).await.expect("undoes");
        let again = year_roll::undo(&mut tx, &permit(), &ran, &[]).await;
        assert!(again.is_err(), "{engine}: once only");
        tx.commit().await.expect("commits");
        assert!(facts(&store).await.iter().all(|(_, _, left)| left.is_none()), "{engine}");
        let mut tx = store.write(4_000).await.expect("begins");
        assert_eq!(found(&mut tx, "c5").await.name, "五年级1班", "{engine}");
        assert_eq!(found(&mut tx, "g6").await.closed_on, None, "{engine}");
        let spans = people::tenures_of(tx.conn(), "old").await.expect("reads");
        assert!(spans.iter().all(|span| span.until_on.is_none()), "{engine}");
        let past = organisation::history(tx.conn(), "c5").await.expect("reads");
        assert_eq!(past.len(), 2, "{engine}: both names are kept");
    }
}
