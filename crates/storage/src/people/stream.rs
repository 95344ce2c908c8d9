//! Everybody in one pass, a page of rows at a time, for building standings.
//! Nothing here holds more than a page.

use campaign::person::PersonRole;
use sqlx::{AnyConnection, Row as _};

use crate::StorageError;

/// A person as duties see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub id: String,
    pub unit: String,
    pub role: PersonRole,
    /// `a;b;c`, beyond those that follow from the role.
    pub audiences: String,
    pub joined_on: Option<String>,
    pub left_on: Option<String>,
}

/// A stretch of time of a person in a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    pub person: String,
    pub unit: String,
    pub from_on: Option<String>,
    pub until_on: Option<String>,
}

const PAGE: i64 = 5_000;

pub(super) fn role_of(code: &str, id: &str) -> Result<PersonRole, StorageError> {
    PersonRole::from_code(code).ok_or_else(|| StorageError::Inconsistent {
        table: "person",
        column: "role",
        id: id.to_owned(),
    })
}

/// Hands every person to `visit`, those who left included, in the order of ids.
pub async fn each(
    conn: &mut AnyConnection,
    visit: &mut (dyn FnMut(Member) + Send),
) -> Result<(), StorageError> {
    let mut after = String::new();
    loop {
        let rows = sqlx::query(
            "select id, unit_id, role, joined_on, left_on from person
             where id > $1 order by id limit $2",
        )
        .bind(after.clone())
        .bind(PAGE)
        .fetch_all(&mut *conn)
        .await?;
        let Some(last) = rows.last() else { return Ok(()) };
        let last: String = last.try_get(0)?;
        let audiences = audiences_between(conn, &after, &last).await?;
        let mut next = audiences.into_iter().peekable();
        for row in &rows {
            let id: String = row.try_get(0)?;
            let mut of_person = String::new();
            while let Some((_, audience)) = next.next_if(|(person, _)| *person == id) {
                if !of_person.is_empty() {
                    of_person.push(';');
                }
                of_person.push_str(&audience);
            }
            let role: String = row.try_get(2)?;
            visit(Member {
                unit: row.try_get(1)?,
                role: role_of(&role, &id)?,
                audiences: of_person,
                joined_on: row.try_get(3)?,
                left_on: row.try_get(4)?,
                id,
            });
        }
        after = last;
    }
}

async fn audiences_between(
    conn: &mut AnyConnection,
    after: &str,
    last: &str,
) -> Result<Vec<(String, String)>, StorageError> {
    let rows = sqlx::query(
        "select person_id, audience from person_audience
         where person_id > $1 and person_id <= $2 order by person_id, audience",
    )
    .bind(after.to_owned())
    .bind(last.to_owned())
    .fetch_all(conn)
    .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// Hands every tenure to `visit`, by person.
pub async fn each_tenure(
    conn: &mut AnyConnection,
    visit: &mut (dyn FnMut(Span) + Send),
) -> Result<(), StorageError> {
    let mut after = (String::new(), String::new(), String::new());
    loop {
        let rows = sqlx::query(
            "select person_id, unit_id, from_on, until_on from tenure
             where (person_id, unit_id, from_on) > ($1, $2, $3)
             order by person_id, unit_id, from_on limit $4",
        )
        .bind(after.0.clone())
        .bind(after.1.clone())
        .bind(after.2.clone())
        .bind(PAGE)
        .fetch_all(&mut *conn)
        .await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = (last.try_get(0)?, last.try_get(1)?, last.try_get(2)?);
        for row in &rows {
            let from: String = row.try_get(2)?;
            visit(Span {
                person: row.try_get(0)?,
                unit: row.try_get(1)?,
                from_on: Some(from).filter(|from| !from.is_empty()),
                until_on: row.try_get(3)?,
            });
        }
    }
}
