//! One tenant's database: a SQLite file, or a schema of PostgreSQL.

use std::path::PathBuf;
use std::time::Duration;

use campaign::access::Permit;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyPool, ConnectOptions as _, Executor as _};

use crate::StorageError;
use crate::audit::{self, Head, Line};
use crate::seal::Sealer;

/// Where a tenant's data lie.
#[derive(Debug, Clone)]
pub enum Location {
    /// One file; made if absent.
    Sqlite(PathBuf),
    /// One schema of a PostgreSQL database; made if absent.
    Postgres { url: String, schema: String },
}

/// The tenant's database, with the key for its sealed fields.
#[derive(Clone)]
pub struct Store {
    reader: AnyPool,
    writer: AnyPool,
    begin: &'static str,
    /// What a connection to PostgreSQL begins with; none on SQLite.
    first: Option<String>,
    pub sealer: Sealer,
}

/// A transaction that writes. Its audit lines are chained at the commit, so the
/// chain's head is locked as briefly as can be; dropped without a commit it
/// leaves nothing behind.
pub struct Tx {
    inner: sqlx::Transaction<'static, Any>,
    lines: Vec<Line>,
    /// The chain's head, once it is locked.
    head: Option<Head>,
    at: i64,
    sealer: Sealer,
}

/// What a change is about, for its audit line.
#[derive(Debug, Clone)]
pub struct Change<'a> {
    pub object: &'a str,
    /// JSON or plain words; never a sealed field in the clear.
    pub detail: String,
}

const READERS_MAX: u32 = 8;

impl Store {
    /// Opens the tenant's database and brings it to this version.
    pub async fn open(location: &Location, sealer: Sealer) -> Result<Self, StorageError> {
        sqlx::any::install_default_drivers();
        let store = match location {
            Location::Sqlite(path) => Self::sqlite(path, sealer).await?,
            Location::Postgres { url, schema } => Self::postgres(url, schema, sealer).await?,
        };
        sqlx::migrate!().run(&store.writer).await?;
        store.put_back().await?;
        store.renew_keys().await?;
        Ok(store)
    }

    async fn sqlite(path: &std::path::Path, sealer: Sealer) -> Result<Self, StorageError> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let path =
            path.to_str().ok_or_else(|| StorageError::Location(path.display().to_string()))?;
        let options = url_options(&format!("sqlite://{path}?mode=rwc"))?;
        // The log is folded in after 16 MB, not 4: a page that many transactions
        // change is then written to the file once.
        // One writer: SQLite has one anyway, and a queue here is fairer than
        // its busy loop. FULL, since what is acknowledged must survive.
        let pool = |most: u32| {
            AnyPoolOptions::new()
                .max_connections(most)
                .idle_timeout(Duration::from_mins(10))
                // A file does not go away as a server may.
                .test_before_acquire(false)
                .after_connect(|conn, _| {
                    Box::pin(async move {
                        conn.execute(
                            "pragma journal_mode = wal; pragma synchronous = full;
                             pragma foreign_keys = on; pragma busy_timeout = 10000;
                             pragma cache_size = -16000; pragma temp_store = memory;
                             pragma wal_autocheckpoint = 4000",
                        )
                        .await?;
                        Ok(())
                    })
                })
        };
        let writer = pool(1).connect_with(options.clone()).await?;
        let reader = pool(READERS_MAX).connect_with(options).await?;
        Ok(Self { reader, writer, begin: "begin immediate", first: None, sealer })
    }

    async fn postgres(url: &str, schema: &str, sealer: Sealer) -> Result<Self, StorageError> {
        // The schema's name goes into SQL text, so it is checked, not quoted away.
        let fits = schema.len() <= 63
            && schema.starts_with(|c: char| c.is_ascii_lowercase())
            && schema.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if !fits {
            return Err(StorageError::Location(schema.to_owned()));
        }
        let options = url_options(url)?;
        let mut first = options.connect().await?;
        first
            .execute(sqlx::AssertSqlSafe(format!("create schema if not exists {schema}")))
            .await?;
        drop(first);
        // Compiling a plan costs more than any page's query takes.
        let first = format!("set search_path to {schema}; set jit = off");
        let writer = postgres_pool(4, &first).connect_with(options.clone()).await?;
        let reader = postgres_pool(READERS_MAX, &first).connect_with(options).await?;
        Ok(Self { reader, writer, begin: "begin", first: Some(first), sealer })
    }

    /// A connection for reading.
    pub async fn read(&self) -> Result<PoolConnection<Any>, StorageError> {
        Ok(self.reader.acquire().await?)
    }

    /// A transaction for reading several things as they were at one moment is
    /// not needed by pages; a writing one is. `at` is the instant of the change.
    pub async fn write(&self, at: i64) -> Result<Tx, StorageError> {
        let inner = self.writer.begin_with(self.begin).await?;
        Ok(Tx { inner, lines: Vec::new(), head: None, at, sealer: self.sealer.clone() })
    }

    /// The same house for one who only adds, row by row and many, on a runtime of
    /// its own. A connection over the network wakes who waits for it through the
    /// runtime in which it was opened, and must not queue there behind all requests;
    /// so it gets its own. A plan that was made while a table was small reads all of
    /// it and is kept for a minute or more, so this one looks up by indexes only.
    /// SQLite's connections are threads, and its one writer is shared.
    pub fn apart(&self) -> Self {
        let Some(first) = &self.first else { return self.clone() };
        let first = format!("{first}; set enable_seqscan = off");
        let options = (*self.writer.connect_options()).clone();
        let writer = postgres_pool(1, &first).connect_lazy_with(options);
        Self { writer, ..self.clone() }
    }

    pub(crate) const fn is_postgres(&self) -> bool {
        self.first.is_some()
    }

    /// A transaction of the house itself, which changes no content.
    pub(crate) async fn begin(&self) -> Result<sqlx::Transaction<'static, Any>, StorageError> {
        Ok(self.writer.begin_with(self.begin).await?)
    }

    /// Closes all connections; SQLite folds its log into the file.
    pub async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }
}

impl Tx {
    /// The connection to run statements on.
    pub fn conn(&mut self) -> &mut sqlx::AnyConnection {
        &mut self.inner
    }

    /// Seals and opens personal fields.
    pub const fn sealer(&self) -> &Sealer {
        &self.sealer
    }

    /// The instant of this change, in milliseconds.
    pub const fn at(&self) -> i64 {
        self.at
    }

    /// Notes what was done under which permit. Every write calls this.
    pub fn audit(&mut self, permit: &Permit, verb: &str, change: Change<'_>) {
        self.lines.push(Line {
            at: self.at,
            account: permit.account().map(str::to_owned),
            action: format!("{}:{verb}", permit.action().code()),
            unit: Some(permit.unit().to_owned()).filter(|unit| !unit.is_empty()),
            object: change.object.to_owned(),
            detail: change.detail,
        });
    }

    /// The seq that the next noted line will have. Locks the chain's head, so
    /// that nobody else writes records until this transaction ends.
    pub async fn next_seq(&mut self) -> Result<i64, StorageError> {
        let head = match self.head.take() {
            Some(head) => head,
            None => audit::lock_head(&mut self.inner).await?,
        };
        let next = head.seq + 1 + self.lines.len() as i64;
        self.head = Some(head);
        Ok(next)
    }

    /// Chains the audit lines and makes everything last.
    pub async fn commit(mut self) -> Result<(), StorageError> {
        if !self.lines.is_empty() {
            let head = match self.head.take() {
                Some(head) => head,
                None => audit::lock_head(&mut self.inner).await?,
            };
            audit::append(&mut self.inner, head, &self.lines).await?;
        }
        self.inner.commit().await?;
        Ok(())
    }
}

fn postgres_pool(most: u32, first: &str) -> AnyPoolOptions {
    let first = first.to_owned();
    AnyPoolOptions::new()
        .max_connections(most)
        .idle_timeout(Duration::from_mins(10))
        .after_connect(move |conn, _| {
            let first = first.clone();
            Box::pin(async move {
                conn.execute(sqlx::AssertSqlSafe(first)).await?;
                Ok(())
            })
        })
}

fn url_options(url: &str) -> Result<AnyConnectOptions, StorageError> {
    url.parse().map_err(StorageError::Database)
}
