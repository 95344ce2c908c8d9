//! The body's own materials and their versions. A version that was published is
//! never written again.

mod files;
mod list;

use campaign::access::Permit;
use campaign::collation::title_key;
use campaign::consultation::Asker;
use campaign::material::{Kind, State, Text};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

use crate::{Change, StorageError, Tx};

pub use files::{Attached, attach, detach, files};
pub use list::{Filter, Key, list, public};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Material {
    pub id: String,
    pub unit: String,
    pub kind: Kind,
    /// The shipped material whose place it takes.
    pub base: Option<String>,
    pub version: i64,
    /// State and title of the newest version.
    pub state: String,
    pub title: String,
    pub public_version: Option<i64>,
    pub created_at: i64,
    pub changed_at: i64,
    pub revision: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    pub version: i64,
    pub text: Text,
    /// None: the house proposed it.
    pub author: Option<String>,
    pub author_name: Option<String>,
    pub written_at: i64,
    pub state: State,
}

/// A step of its life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepTaken {
    pub version: i64,
    pub verb: String,
    pub at: i64,
    /// None: the house.
    pub account: Option<String>,
    pub account_name: Option<String>,
    pub reason: Option<String>,
}

const COLUMNS: &str = "m.id, m.unit_id, m.kind, m.base, m.version, m.state, m.title,
    m.public_version, m.created_at, m.changed_at, m.revision";

/// Begins a material with its first version.
pub async fn insert(
    tx: &mut Tx,
    permit: &Permit,
    it: &Material,
    version: &Version,
) -> Result<(), StorageError> {
    sqlx::query(
        "insert into material (id, unit_id, kind, base, version, state, title, public_version,
            created_at, changed_at, title_key)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(it.id.clone())
    .bind(it.unit.clone())
    .bind(it.kind.code())
    .bind(it.base.clone())
    .bind(it.version)
    .bind(it.state.clone())
    .bind(it.title.clone())
    .bind(it.public_version)
    .bind(it.created_at)
    .bind(it.changed_at)
    .bind(title_key(&it.title))
    .execute(tx.conn())
    .await?;
    write_version(tx, &it.id, version).await?;
    step(tx, permit, it, ("write", None)).await
}

/// Keeps a version, with the files of the one before if it is new, and what follows from it for the material; conflicts if
/// somebody else was first. `verb` names the step, with its reason.
pub async fn save(
    tx: &mut Tx,
    permit: &Permit,
    (it, version): (&Material, &Version),
    (verb, reason): (&str, Option<&str>),
) -> Result<(), StorageError> {
    let at = tx.at();
    let done = sqlx::query(
        "update material set version = $1, state = $2, title = $3, public_version = $4,
            changed_at = $5, title_key = $8, revision = revision + 1
         where id = $6 and revision = $7",
    )
    .bind(it.version)
    .bind(it.state.clone())
    .bind(it.title.clone())
    .bind(it.public_version)
    .bind(at)
    .bind(it.id.clone())
    .bind(it.revision)
    .bind(title_key(&it.title))
    .execute(tx.conn())
    .await?;
    if done.rows_affected() != 1 {
        return Err(StorageError::Conflict { table: "material", id: it.id.clone() });
    }
    let is_new = write_version(tx, &it.id, version).await?;
    if is_new {
        files::carry(tx, &it.id, version.version).await?;
    }
    if it.public_version == Some(version.version) {
        // Whatever was public before has been replaced.
        sqlx::query(
            "update material_version set state = 'replaced', state_at = $1, state_by = null
             where material_id = $2 and version <> $3 and state = 'published'",
        )
        .bind(at)
        .bind(it.id.clone())
        .bind(version.version)
        .execute(tx.conn())
        .await?;
    }
    step(tx, permit, it, (verb, reason)).await
}

/// Whether the version is new.
async fn write_version(tx: &mut Tx, id: &str, it: &Version) -> Result<bool, StorageError> {
    let known =
        sqlx::query("select 1 from material_version where material_id = $1 and version = $2")
            .bind(id.to_owned())
            .bind(it.version)
            .fetch_optional(tx.conn())
            .await?;
    let (at, by, reason) = match &it.state {
        State::Draft => (it.written_at, None, None),
        State::Reviewed { reviewer, at } => (*at, Some(reviewer.clone()), None),
        State::Published { publisher, at } => (*at, Some(publisher.clone()), None),
        State::Replaced { at } => (*at, None, None),
        State::Withdrawn { by, reason, at } => (*at, Some(by.clone()), Some(reason.clone())),
    };
    sqlx::query(
        "insert into material_version (material_id, version, title, body, audience, source,
            author_id, written_at, state, state_at, state_by, reason)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         on conflict (material_id, version) do update set title = excluded.title,
            body = excluded.body, audience = excluded.audience, source = excluded.source,
            author_id = excluded.author_id, written_at = excluded.written_at,
            state = excluded.state, state_at = excluded.state_at,
            state_by = excluded.state_by, reason = excluded.reason",
    )
    .bind(id.to_owned())
    .bind(it.version)
    .bind(it.text.title.clone())
    .bind(it.text.body.clone())
    .bind(it.text.audience.code())
    .bind(it.text.source.clone())
    .bind(it.author.clone())
    .bind(it.written_at)
    .bind(it.state.code())
    .bind(at)
    .bind(by)
    .bind(reason)
    .execute(tx.conn())
    .await?;
    Ok(known.is_none())
}

async fn step(
    tx: &mut Tx,
    permit: &Permit,
    it: &Material,
    (verb, reason): (&str, Option<&str>),
) -> Result<(), StorageError> {
    let at = tx.at();
    sqlx::query(
        "insert into material_step (material_id, step, version, verb, at, account_id, reason)
         select $1, coalesce(max(step), 0) + 1, $2, $3, $4, $5, $6
         from material_step where material_id = $1",
    )
    .bind(it.id.clone())
    .bind(it.version)
    .bind(verb.to_owned())
    .bind(at)
    .bind(permit.account().map(str::to_owned))
    .bind(reason.map(str::to_owned))
    .execute(tx.conn())
    .await?;
    let object = format!("material/{}", it.id);
    let detail = format!("version {} {}", it.version, reason.unwrap_or_default());
    tx.audit(permit, verb, Change { object: &object, detail });
    Ok(())
}

pub async fn by_id(
    conn: &mut AnyConnection,
    id: &str,
) -> Result<Option<Material>, StorageError> {
    let text = format!("select {COLUMNS} from material m where m.id = $1");
    let row =
        sqlx::query(sqlx::AssertSqlSafe(text)).bind(id.to_owned()).fetch_optional(conn).await?;
    row.as_ref().map(material).transpose()
}

/// The override of a shipped material by exactly this unit.
pub async fn by_base(
    conn: &mut AnyConnection,
    unit: &str,
    base: &str,
) -> Result<Option<Material>, StorageError> {
    let text = format!("select {COLUMNS} from material m where m.unit_id = $1 and m.base = $2");
    let row = sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(unit.to_owned())
        .bind(base.to_owned())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(material).transpose()
}

/// All versions, the newest first.
pub async fn versions(
    conn: &mut AnyConnection,
    id: &str,
) -> Result<Vec<Version>, StorageError> {
    let rows = sqlx::query(
        "select v.version, v.title, v.body, v.audience, v.source, v.author_id, a.display_name,
            v.written_at, v.state, v.state_at, v.state_by, v.reason
         from material_version v left join account a on a.id = v.author_id
         where v.material_id = $1 order by v.version desc limit 200",
    )
    .bind(id.to_owned())
    .fetch_all(conn)
    .await?;
    rows.iter().map(|row| version(row, id)).collect()
}

pub async fn steps(conn: &mut AnyConnection, id: &str) -> Result<Vec<StepTaken>, StorageError> {
    let rows = sqlx::query(
        "select s.version, s.verb, s.at, s.account_id, a.display_name, s.reason
         from material_step s left join account a on a.id = s.account_id
         where s.material_id = $1 order by s.step limit 1000",
    )
    .bind(id.to_owned())
    .fetch_all(conn)
    .await?;
    let taken = |row: &AnyRow| -> Result<StepTaken, StorageError> {
        Ok(StepTaken {
            version: row.try_get(0)?,
            verb: row.try_get(1)?,
            at: row.try_get(2)?,
            account: row.try_get(3)?,
            account_name: row.try_get(4)?,
            reason: row.try_get(5)?,
        })
    };
    rows.iter().map(taken).collect()
}

fn material(row: &AnyRow) -> Result<Material, StorageError> {
    let id: String = row.try_get(0)?;
    let kind: String = row.try_get(2)?;
    Ok(Material {
        unit: row.try_get(1)?,
        kind: Kind::from_code(&kind).ok_or_else(|| inconsistent("material", "kind", &id))?,
        base: row.try_get(3)?,
        version: row.try_get(4)?,
        state: row.try_get(5)?,
        title: row.try_get(6)?,
        public_version: row.try_get(7)?,
        created_at: row.try_get(8)?,
        changed_at: row.try_get(9)?,
        revision: row.try_get(10)?,
        id,
    })
}

fn version(row: &AnyRow, id: &str) -> Result<Version, StorageError> {
    let (audience, state): (String, String) = (row.try_get(3)?, row.try_get(8)?);
    let at: i64 = row.try_get(9)?;
    let by = row.try_get::<Option<String>, _>(10)?.unwrap_or_default();
    let state = match state.as_str() {
        "draft" => State::Draft,
        "reviewed" => State::Reviewed { reviewer: by, at },
        "published" => State::Published { publisher: by, at },
        "replaced" => State::Replaced { at },
        "withdrawn" => {
            let reason = row.try_get::<Option<String>, _>(11)?.unwrap_or_default();
            State::Withdrawn { by, reason, at }
        }
        _ => return Err(inconsistent("material_version", "state", id)),
    };
    Ok(Version {
        version: row.try_get(0)?,
        text: Text {
            title: row.try_get(1)?,
            body: row.try_get(2)?,
            audience: Asker::from_code(&audience)
                .ok_or_else(|| inconsistent("material_version", "audience", id))?,
            source: row.try_get(4)?,
        },
        author: row.try_get(5)?,
        author_name: row.try_get(6)?,
        written_at: row.try_get(7)?,
        state,
    })
}

fn inconsistent(table: &'static str, column: &'static str, id: &str) -> StorageError {
    StorageError::Inconsistent { table, column, id: id.to_owned() }
}
