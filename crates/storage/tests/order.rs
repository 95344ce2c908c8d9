//! Names come in the order in which Chinese readers look them up, on both
//! engines alike, also those that were there before the house knew that order.

mod support;

use campaign::access::{Action, permit_house};
use campaign::person::PersonRole;
use campaign::plan::UnitKind;
use storage::account::{self, NewAccount};
use storage::people::{self, Filter, Key, Scope};
use storage::{Order, Part, Store, organisation};

/// As a dictionary has them; 曾 is read zeng and 单 shan, since they are names.
const NAMES: [&str; 8] = ["艾力", "白雪", "李明", "李明明", "单英", "王芳", "曾琪", "张伟"];

async fn fill(store: &Store) {
    let permit = permit_house(Action::ManageOrganisation, "b");
    let mut tx = store.write(1).await.expect("begins");
    let bureau = support::unit("b", None, UnitKind::Bureau);
    organisation::insert_unit(&mut tx, &permit, &bureau).await.expect("inserts");
    // Entered in another order than any that they are listed in.
    let entered = [3, 0, 6, 2, 7, 5, 1, 4];
    let staff: Vec<_> = entered
        .iter()
        .zip(1..)
        .map(|(at, n)| support::person(&format!("p{n}"), "b", PersonRole::Staff, NAMES[*at]))
        .collect();
    people::insert_many(&mut tx, &permit, &staff).await.expect("inserts");
    let accounts: Vec<NewAccount> = staff
        .iter()
        .map(|it| NewAccount {
            account: support::account(&it.id, &it.id, &it.name),
            grants: vec![(campaign::access::Role::Member, "b".to_owned())],
        })
        .collect();
    account::insert_many(&mut tx, &permit, &accounts).await.expect("inserts");
    tx.commit().await.expect("commits");
}

async fn people_by_name(store: &Store, descending: bool, part: Part<'_>) -> Vec<String> {
    let filter = Filter {
        scope: Scope::All,
        role: None,
        search: "",
        today: "2022-03-01",
        only_left: false,
        order: Order { key: Key::Name, descending },
        part,
    };
    let mut conn = store.read().await.expect("reads");
    let found = people::list(&mut conn, &store.sealer, &filter).await.expect("lists");
    found.into_iter().map(|it| it.name).collect()
}

async fn accounts_by_name(store: &Store) -> Vec<String> {
    let filter = account::Filter {
        unit: "b",
        order: Order::up(account::Key::DisplayName),
        part: Part::first(50),
        ..account::Filter::default()
    };
    let mut conn = store.read().await.expect("reads");
    let found = account::below(&mut conn, &filter).await.expect("lists");
    found.into_iter().map(|it| it.display_name).collect()
}

#[tokio::test]
async fn names_are_listed_by_their_reading_forwards_and_backwards() {
    for (engine, store) in support::stores().await {
        fill(&store).await;
        assert_eq!(people_by_name(&store, false, Part::first(50)).await, NAMES, "{engine}");
        assert_eq!(accounts_by_name(&store).await, NAMES, "{engine}");
        let mut falling = NAMES;
        falling.reverse();
        assert_eq!(people_by_name(&store, true, Part::first(50)).await, falling, "{engine}");
        // p6 is 王芳.
        let page = people_by_name(&store, false, Part::after("p6", 2)).await;
        assert_eq!(page, NAMES[6..8], "{engine}");
        let page = people_by_name(&store, false, Part::before("p6", 2)).await;
        assert_eq!(page, NAMES[3..5], "{engine}");
    }
}

#[tokio::test]
async fn somebody_who_is_renamed_stands_elsewhere() {
    for (engine, store) in support::stores().await {
        fill(&store).await;
        let permit = permit_house(Action::ManageOrganisation, "b");
        let mut tx = store.write(2).await.expect("begins");
        let found = people::by_id(tx.conn(), &store.sealer, "p2").await.expect("reads");
        let mut it = found.expect("is there");
        it.name = "周全".to_owned();
        people::save(&mut tx, &permit, &it).await.expect("saves");
        tx.commit().await.expect("commits");
        let names = people_by_name(&store, false, Part::first(50)).await;
        assert_eq!(names.last().map(String::as_str), Some("周全"), "{engine}");
    }
}

#[tokio::test]
async fn a_house_of_an_earlier_version_gets_its_keys_when_it_opens() {
    let mut places = vec![("SQLite", support::sqlite_place())];
    if let Ok(url) = std::env::var("WUZHA_TEST_POSTGRES") {
        places.push(("PostgreSQL", support::postgres_place(url)));
    }
    for (engine, place) in places {
        let store = support::open(place.clone()).await;
        fill(&store).await;
        let mut tx = store.write(2).await.expect("begins");
        for text in [
            "update person set name_key = ''",
            "update account set display_key = ''",
            "delete from setting where name = 'name-keys'",
        ] {
            sqlx::query(text).execute(tx.conn()).await.expect("forgets");
        }
        tx.commit().await.expect("commits");
        assert_ne!(people_by_name(&store, false, Part::first(50)).await, NAMES, "{engine}");
        store.close().await;
        let store = support::open(place).await;
        assert_eq!(people_by_name(&store, false, Part::first(50)).await, NAMES, "{engine}");
        assert_eq!(accounts_by_name(&store).await, NAMES, "{engine}");
    }
}
