//! Filling an empty house on PostgreSQL with a million rows at once. Each row is
//! looked up in every table that it points to and entered into every index, which
//! is four fifths of the work; taken off first and put back after, the same
//! checks and indexes are made in one pass over the whole table. What is taken
//! off is written down in the same transaction, and every opening of the house
//! puts it back: a filling that breaks off weakens nothing.
//!
//! SQLite does not need it: its checks cost little beside its inserts.
//!
//! A filling is many transactions. One that breaks off leaves a mark, by which the
//! house is known not to be whole; it is emptied and filled anew.

use sqlx::{AnyConnection, Executor as _, Row as _};

use crate::{Location, StorageError, Store, setting};

/// The setting under which it is written down: statements, one a line.
const NAME: &str = "taken-off";

/// The setting that stands while a house is being filled.
const FILLING: &str = "filling";

const FOREIGN_KEYS: &str = "
    select cast(conrelid as regclass)::text, conname::text, pg_get_constraintdef(oid)
    from pg_constraint
    where contype = 'f' and connamespace = cast(current_schema() as regnamespace)
    order by 1, 2";
/// Those that only make reading fast: a unique one is a check that inserts need.
const INDEXES: &str = "
    select cast(indexrelid as regclass)::text, pg_get_indexdef(indexrelid)
    from pg_index i join pg_class c on c.oid = i.indexrelid
    where c.relnamespace = cast(current_schema() as regnamespace) and not indisunique
    order by 1";

const TABLES: &str = "
    select cast(cast(oid as regclass) as text) from pg_class
    where relkind = 'r' and relnamespace = cast(current_schema() as regnamespace) order by 1";

impl Store {
    /// Notes that the house is being filled, before its first row.
    pub async fn begin_filling(&self) -> Result<(), StorageError> {
        let mut tx = self.begin().await?;
        sqlx::query("insert into setting (name, value) values ($1, '')")
            .bind(FILLING)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Notes that the filling is done, after its last row.
    pub async fn end_filling(&self) -> Result<(), StorageError> {
        let mut tx = self.begin().await?;
        sqlx::query("delete from setting where name = $1")
            .bind(FILLING)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Whether a filling is under way or broke off.
    pub async fn is_half_filled(&self) -> Result<bool, StorageError> {
        Ok(setting::get(&mut *self.read().await?, FILLING).await?.is_some())
    }

    /// Empties a house whose filling broke off. Any other is left as it is, and is
    /// a conflict.
    pub async fn start_anew(self, location: &Location) -> Result<Self, StorageError> {
        if !self.is_half_filled().await? {
            let (table, id) = ("setting", FILLING.to_owned());
            return Err(StorageError::Conflict { table, id });
        }
        let sealer = self.sealer.clone();
        match location {
            Location::Sqlite(path) => {
                self.close().await;
                // The log first: without its file it would not be read.
                for end in ["-wal", "-shm", ""] {
                    let mut name = path.clone().into_os_string();
                    name.push(end);
                    match std::fs::remove_file(&name) {
                        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                            return Err(error.into());
                        }
                        _ => {}
                    }
                }
            }
            Location::Postgres { schema, .. } => {
                let mut tx = self.begin().await?;
                // The name was checked when the house was opened.
                let statement = format!("drop schema {schema} cascade");
                (*tx).execute(sqlx::AssertSqlSafe(statement)).await?;
                tx.commit().await?;
                self.close().await;
            }
        }
        Self::open(location, sealer).await
    }

    /// Takes foreign keys and plain indexes off, until [`Store::put_back`].
    pub async fn take_off(&self) -> Result<(), StorageError> {
        if !self.is_postgres() {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        put_back(&mut tx).await?;
        let (mut off, mut back) = (Vec::new(), Vec::new());
        for row in (*tx).fetch_all(FOREIGN_KEYS).await? {
            let (table, name, definition): (String, String, String) =
                (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            off.push(format!("alter table {table} drop constraint {name}"));
            back.push(format!("alter table {table} add constraint {name} {definition}"));
        }
        for row in (*tx).fetch_all(INDEXES).await? {
            let (name, definition): (String, String) = (row.try_get(0)?, row.try_get(1)?);
            off.push(format!("drop index {name}"));
            back.push(definition);
        }
        // Indexes first: the checks of the keys read them.
        back.reverse();
        sqlx::query("insert into setting (name, value) values ($1, $2)")
            .bind(NAME)
            .bind(back.join("\n"))
            .execute(&mut *tx)
            .await?;
        for statement in off {
            (*tx).execute(sqlx::AssertSqlSafe(statement)).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Puts back what was taken off, if anything was, and checks every row.
    pub async fn put_back(&self) -> Result<(), StorageError> {
        if !self.is_postgres() {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        let is_put = put_back(&mut tx).await?;
        tx.commit().await?;
        if is_put { self.look_over().await } else { Ok(()) }
    }

    /// Lets PostgreSQL look its tables over after many rows came. It does so by
    /// itself a minute later; until then it plans for empty tables and reads all
    /// of a table for each list of keys.
    pub async fn look_over(&self) -> Result<(), StorageError> {
        if !self.is_postgres() {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        // Its own tables: other tenants lie in the same database.
        let rows = (*tx).fetch_all(TABLES).await?;
        let names: Result<Vec<String>, _> = rows.iter().map(|row| row.try_get(0)).collect();
        let statement = format!("analyze {}", names?.join(", "));
        (*tx).execute(sqlx::AssertSqlSafe(statement)).await?;
        tx.commit().await?;
        Ok(())
    }
}

async fn put_back(conn: &mut AnyConnection) -> Result<bool, StorageError> {
    // Locked, so that two who open the house do not both put it back.
    let row = sqlx::query("select value from setting where name = $1 for update")
        .bind(NAME)
        .fetch_optional(&mut *conn)
        .await?;
    let Some(row) = row else { return Ok(false) };
    let statements: String = row.try_get(0)?;
    conn.execute("set local maintenance_work_mem = '128MB'").await?;
    for statement in statements.lines() {
        conn.execute(sqlx::AssertSqlSafe(statement.to_owned())).await?;
    }
    sqlx::query("delete from setting where name = $1").bind(NAME).execute(conn).await?;
    Ok(true)
}
