//! Guardians: many to many, so that brothers and sisters share theirs.

use campaign::access::Permit;
use sqlx::{AnyConnection, Row as _};

use crate::bulk::insert_rows_with;
use crate::{Change, StorageError, Tx};

/// Who cares for whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guardianship {
    pub student: String,
    pub guardian: String,
    pub relation: Option<String>,
    /// From 0, as the roster lists them.
    pub position: i64,
}

/// Adds or updates who cares for whom; one audit line.
pub async fn insert_guardianships(
    tx: &mut Tx,
    permit: &Permit,
    pairs: &[Guardianship],
) -> Result<(), StorageError> {
    insert_rows_with(
        tx.conn(),
        "insert into guardianship (student_id, guardian_id, relation, position) values ",
        "on conflict (student_id, guardian_id) do update
            set relation = excluded.relation, position = excluded.position",
        4,
        pairs,
        |query, it| {
            query
                .bind(it.student.clone())
                .bind(it.guardian.clone())
                .bind(it.relation.clone())
                .bind(it.position)
        },
    )
    .await?;
    let object = match pairs {
        [one] => format!("person/{}", one.student),
        _ => "person".to_owned(),
    };
    let detail = format!("{} 条监护关系", pairs.len());
    tx.audit(permit, "guardians", Change { object: &object, detail });
    Ok(())
}

/// The guardians of a student, with the relation, in their order.
pub async fn guardians_of(
    conn: &mut AnyConnection,
    student: &str,
) -> Result<Vec<Guardianship>, StorageError> {
    pairs(conn, "student_id = $1 order by position, guardian_id", student).await
}

/// The students a guardian cares for.
pub async fn children_of(
    conn: &mut AnyConnection,
    guardian: &str,
) -> Result<Vec<Guardianship>, StorageError> {
    pairs(conn, "guardian_id = $1 order by student_id", guardian).await
}

async fn pairs(
    conn: &mut AnyConnection,
    which: &'static str,
    id: &str,
) -> Result<Vec<Guardianship>, StorageError> {
    let text = format!(
        "select student_id, guardian_id, relation, position from guardianship where {which}"
    );
    let rows =
        sqlx::query(sqlx::AssertSqlSafe(text)).bind(id.to_owned()).fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            Ok(Guardianship {
                student: row.try_get(0)?,
                guardian: row.try_get(1)?,
                relation: row.try_get(2)?,
                position: row.try_get(3)?,
            })
        })
        .collect()
}

/// The other students who share a guardian with this one.
pub async fn siblings_of(
    conn: &mut AnyConnection,
    student: &str,
) -> Result<Vec<String>, StorageError> {
    let rows = sqlx::query(
        "select distinct other.student_id from guardianship own
         join guardianship other on other.guardian_id = own.guardian_id
         where own.student_id = $1 and other.student_id <> $1
         order by other.student_id limit 20",
    )
    .bind(student.to_owned())
    .fetch_all(conn)
    .await?;
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
}
