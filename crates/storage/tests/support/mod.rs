//! Every storage test runs on both engines: always on SQLite, and on
//! PostgreSQL where `WUZHA_TEST_POSTGRES` names a server (`scripts/test` starts
//! one and sets it).

#![allow(dead_code, reason = "each test file uses its own part of this")]

use campaign::person::PersonRole;
use campaign::plan::{Stage, UnitKind};
use storage::account::Account;
use storage::organisation::Unit;
use storage::people::Person;
use storage::seal::Sealer;
use storage::{Location, Store};

/// The engines to run on, each with an empty, migrated tenant.
pub(crate) async fn stores() -> Vec<(&'static str, Store)> {
    let mut stores = Vec::new();
    for (engine, place) in places() {
        stores.push((engine, open(place).await));
    }
    stores
}

/// The engines to run on, each with a place where nothing is yet.
pub(crate) fn places() -> Vec<(&'static str, Location)> {
    let mut places = vec![("SQLite", sqlite_place())];
    match std::env::var("WUZHA_TEST_POSTGRES") {
        Ok(url) => places.push(("PostgreSQL", postgres_place(url))),
        Err(_) => println!("skipped on PostgreSQL: WUZHA_TEST_POSTGRES is not set"),
    }
    places
}

pub(crate) async fn open(location: Location) -> Store {
    Store::open(&location, Sealer::new(&[7; 32])).await.expect("the tenant opens")
}

pub(crate) fn sqlite_place() -> Location {
    let folder = std::env::temp_dir().join("wuzha-tests");
    Location::Sqlite(folder.join(format!("{}.db", uuid::Uuid::now_v7().simple())))
}

pub(crate) fn postgres_place(url: String) -> Location {
    Location::Postgres { url, schema: format!("t{}", uuid::Uuid::now_v7().simple()) }
}

/// A unit that is called like its id.
pub(crate) fn unit(id: &str, parent: Option<&str>, kind: UnitKind) -> Unit {
    Unit {
        stage: (kind == UnitKind::School).then_some(Stage::Primary),
        ..Unit::new(id, parent.map(str::to_owned), kind, id)
    }
}

/// Somebody of whom little more than the name is known.
pub(crate) fn person(id: &str, unit: &str, role: PersonRole, name: &str) -> Person {
    Person::new(id, unit, role, name)
}

/// An account with nothing but its names.
pub(crate) fn account(id: &str, sign_in_name: &str, display_name: &str) -> Account {
    Account { password_hash: "x".to_owned(), ..Account::new(id, sign_in_name, display_name, 1) }
}
