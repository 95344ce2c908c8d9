//! The body's own settings, by name.

use campaign::access::Permit;
use sqlx::{AnyConnection, Row as _};

use crate::{Change, StorageError, Tx};

pub async fn get(conn: &mut AnyConnection, name: &str) -> Result<Option<String>, StorageError> {
    let row = sqlx::query("select value from setting where name = $1")
        .bind(name.to_owned())
        .fetch_optional(conn)
        .await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}

pub async fn set(
    tx: &mut Tx,
    permit: &Permit,
    name: &str,
    value: &str,
) -> Result<(), StorageError> {
    sqlx::query(
        "insert into setting (name, value) values ($1, $2)
         on conflict (name) do update set value = excluded.value",
    )
    .bind(name.to_owned())
    .bind(value.to_owned())
    .execute(tx.conn())
    .await?;
    let object = format!("setting/{name}");
    tx.audit(permit, "set", Change { object: &object, detail: value.to_owned() });
    Ok(())
}
