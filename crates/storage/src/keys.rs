//! The bytes by which names are ordered, for rows that came before there were
//! any, or before readings changed. What is written later brings its own.

use campaign::collation::{self, name_key, title_key};
use sqlx::{AnyConnection, Row as _};

use crate::bulk::insert_rows_with;
use crate::{StorageError, Store};

const NAME: &str = "name-keys";
/// Rows that are read and written at a time.
const PART: i64 = 4_000;

struct Named {
    read: &'static str,
    write: &'static str,
    tail: &'static str,
    key: fn(&str) -> Vec<u8>,
}

const ALL: [Named; 4] = [
    Named {
        read: "select id, name from person where id > $1 order by id limit $2",
        write: "update person set name_key = said.column2 from (values ",
        tail: ") as said where person.id = said.column1",
        key: name_key,
    },
    Named {
        read: "select id, display_name from account where id > $1 order by id limit $2",
        write: "update account set display_key = said.column2 from (values ",
        tail: ") as said where account.id = said.column1",
        key: name_key,
    },
    Named {
        read: "select id, name from draft where id > $1 order by id limit $2",
        write: "update draft set name_key = said.column2 from (values ",
        tail: ") as said where draft.id = said.column1",
        key: title_key,
    },
    Named {
        read: "select id, title from material where id > $1 order by id limit $2",
        write: "update material set title_key = said.column2 from (values ",
        tail: ") as said where material.id = said.column1",
        key: title_key,
    },
];

impl Store {
    /// Gives every name the key that this version of the product gives it.
    pub(crate) async fn renew_keys(&self) -> Result<(), StorageError> {
        let mut conn = self.read().await?;
        let known = crate::setting::get(&mut conn, NAME).await?;
        drop(conn);
        if known.as_deref() == Some(collation::version()) {
            return Ok(());
        }
        // All or nothing: a house that goes down here begins anew.
        let mut tx = self.begin().await?;
        for it in &ALL {
            renew(&mut tx, it).await?;
        }
        sqlx::query(
            "insert into setting (name, value) values ($1, $2)
             on conflict (name) do update set value = excluded.value",
        )
        .bind(NAME)
        .bind(collation::version())
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }
}

async fn renew(conn: &mut AnyConnection, it: &Named) -> Result<(), StorageError> {
    let mut after = String::new();
    loop {
        let rows =
            sqlx::query(it.read).bind(after.clone()).bind(PART).fetch_all(&mut *conn).await?;
        let mut named: Vec<(String, Vec<u8>)> = Vec::with_capacity(rows.len());
        for row in &rows {
            let name: &str = row.try_get(1)?;
            named.push((row.try_get(0)?, (it.key)(name)));
        }
        let Some((last, _)) = named.last() else { return Ok(()) };
        after.clone_from(last);
        insert_rows_with(conn, it.write, it.tail, 2, &named, |query, (id, key)| {
            query.bind(id.clone()).bind(key.clone())
        })
        .await?;
    }
}
