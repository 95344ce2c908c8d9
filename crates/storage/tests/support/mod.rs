//! Every storage test runs on both engines: always on SQLite, and on
//! PostgreSQL where `WUZHA_TEST_POSTGRES` names a server (`scripts/test` starts
//! one and sets it).

use storage::seal::Sealer;
use storage::{Location, Store};

/// The engines to run on, each with an empty, migrated tenant.
pub(crate) async fn stores() -> Vec<(&'static str, Store)> {
    let mut stores = vec![("SQLite", open(sqlite_place()).await)];
    match std::env::var("WUZHA_TEST_POSTGRES") {
        Ok(url) => stores.push(("PostgreSQL", open(postgres_place(url)).await)),
        Err(_) => println!("skipped on PostgreSQL: WUZHA_TEST_POSTGRES is not set"),
    }
    stores
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
