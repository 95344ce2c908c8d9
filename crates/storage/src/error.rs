//! How keeping things can fail. Nothing here is meant for users: `web` has the
//! words.

/// Why storage could not answer.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    #[error("database failed")]
    Database(#[from] sqlx::Error),
    #[error("migration failed")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// Somebody else changed the row since it was read.
    #[error("`{table}` `{id}` was changed in between")]
    Conflict { table: &'static str, id: String },
    /// A value that the rules of this version do not know.
    #[error("`{table}`.`{column}` of `{id}` does not fit")]
    Inconsistent { table: &'static str, column: &'static str, id: String },
    /// The key does not open what is sealed.
    #[error("a sealed field cannot be opened with this key")]
    Sealed,
    #[error("file store failed")]
    Files(#[from] std::io::Error),
    #[error("no such place for a tenant: {0}")]
    Location(String),
}

impl StorageError {
    /// Whether the tenant was closed meanwhile: there is nothing to try again.
    pub fn is_closed(&self) -> bool {
        matches!(self, Self::Database(sqlx::Error::PoolClosed))
    }

    /// Whether a unique key refused the row.
    pub fn is_unique_violation(&self) -> bool {
        matches!(self, Self::Database(sqlx::Error::Database(it)) if it.is_unique_violation())
    }
}
