//! What a large filling takes off is put back, on PostgreSQL; on SQLite nothing is.
//! A filling that breaks off begins anew.

mod support;

use campaign::access::{Action, Permit, permit_house};
use campaign::person::PersonRole;
use campaign::plan::UnitKind;
use storage::{Store, organisation, people};
use support::unit;

fn permit() -> Permit {
    permit_house(Action::ManageOrganisation, "b")
}

/// Whether somebody can be entered into a unit that is not there.
async fn takes_anything(store: &Store, id: &str) -> bool {
    let mut tx = store.write(1_000).await.expect("begins");
    let stranger = support::person(id, "nowhere", PersonRole::Student, "王芳");
    // Not committed: nothing of it stays.
    people::insert_many(&mut tx, &permit(), &[stranger]).await.is_ok()
}

async fn fill(store: &Store) {
    let mut tx = store.write(1_000).await.expect("begins");
    let bureau = unit("b", None, UnitKind::Bureau);
    organisation::insert_units_many(&mut tx, &permit(), &[bureau]).await.expect("inserts");
    let people: Vec<_> = (0..1_000)
        .map(|n| support::person(&format!("p{n:04}"), "b", PersonRole::Staff, "周正平"))
        .collect();
    people::insert_many(&mut tx, &permit(), &people).await.expect("inserts");
    tx.commit().await.expect("commits");
}

#[tokio::test]
async fn a_filled_house_checks_its_rows_as_before() {
    for (engine, store) in support::stores().await {
        store.take_off().await.expect("takes off");
        fill(&store).await;
        let is_postgres = engine == "PostgreSQL";
        assert_eq!(takes_anything(&store, "x1").await, is_postgres, "{engine}");
        store.put_back().await.expect("puts back");
        assert!(!takes_anything(&store, "x2").await, "{engine}");
        // Again, with nothing to put back.
        store.put_back().await.expect("puts back");
    }
}

#[tokio::test]
async fn what_a_filling_that_broke_off_took_away_is_back_at_the_next_opening() {
    let Ok(url) = std::env::var("WUZHA_TEST_POSTGRES") else { return };
    let place = support::postgres_place(url);
    let store = support::open(place.clone()).await;
    store.take_off().await.expect("takes off");
    fill(&store).await;
    store.close().await;
    let store = support::open(place).await;
    assert!(!takes_anything(&store, "x1").await);
}

/// How many people the house knows.
async fn staff(store: &Store) -> i64 {
    let mut conn = store.read().await.expect("connects");
    let counts = people::counts_everywhere(&mut conn, "2022-03-01").await.expect("counts");
    counts.iter().map(|(_, of)| of.people).sum()
}

#[tokio::test]
async fn a_house_whose_filling_broke_off_is_emptied_and_filled_anew() {
    for (engine, place) in support::places() {
        let store = support::open(place.clone()).await;
        store.begin_filling().await.expect("notes it");
        store.take_off().await.expect("takes off");
        fill(&store).await;
        // Killed here.
        store.close().await;
        let store = support::open(place.clone()).await;
        assert!(store.is_half_filled().await.expect("asks"), "{engine}");
        let store = store.start_anew(&place).await.expect("empties");
        assert!(!store.is_half_filled().await.expect("asks"), "{engine}");
        assert_eq!(staff(&store).await, 0, "{engine}");
        store.begin_filling().await.expect("notes it");
        fill(&store).await;
        store.end_filling().await.expect("notes it");
        assert!(!store.is_half_filled().await.expect("asks"), "{engine}");
        assert_eq!(staff(&store).await, 1_000, "{engine}");
        // What is whole is not emptied.
        assert!(store.start_anew(&place).await.is_err(), "{engine}");
        let store = support::open(place).await;
        assert_eq!(staff(&store).await, 1_000, "{engine}");
    }
}
