//! Who can stand on a roll.

use sqlx::{AnyConnection, Row as _};

use crate::StorageError;

/// Somebody who may be on the roll.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub id: String,
    pub name: String,
    pub student_no: Option<String>,
}

/// The people of a role in a unit and below it on a day, at most `limit`.
pub async fn candidates(
    conn: &mut AnyConnection,
    (unit, role): (&str, &str),
    day: &str,
    limit: i64,
) -> Result<Vec<Candidate>, StorageError> {
    let rows = sqlx::query(
        "select p.id, p.name, p.student_no
         from unit_ancestor u cross join person p
         where u.ancestor_id = $1 and p.unit_id = u.unit_id and p.role = $2
           and coalesce(p.joined_on, '') <= $3 and coalesce(p.left_on, '9999') >= $3
         order by p.student_no, p.name, p.id limit $4",
    )
    .bind(unit.to_owned())
    .bind(role.to_owned())
    .bind(day.to_owned())
    .bind(limit)
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Candidate {
                id: row.try_get(0)?,
                name: row.try_get(1)?,
                student_no: row.try_get(2)?,
            })
        })
        .collect()
}

/// The unit that a person belongs to now, and the person's name.
pub async fn home_of(
    conn: &mut AnyConnection,
    person: &str,
) -> Result<Option<(String, String)>, StorageError> {
    let row = sqlx::query("select unit_id, name from person where id = $1")
        .bind(person.to_owned())
        .fetch_optional(conn)
        .await?;
    row.map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).transpose()
}
