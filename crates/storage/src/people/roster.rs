//! What a roster is compared with: people, their guardians and their posts, asked
//! for by the keys that a batch of rows names. Nothing here reads a whole house.

use campaign::person::PersonRole;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

use crate::StorageError;
use crate::bulk::{each_in, each_in_with};

/// A person as a roster sees them: no sealed field is opened for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    pub id: String,
    pub unit: String,
    pub role: PersonRole,
    pub name: String,
    pub gender: Option<String>,
    pub student_no: Option<String>,
    pub register_no: Option<String>,
    pub staff_no: Option<String>,
    pub born_on: Option<String>,
    pub phone_digest: Option<String>,
    pub id_number_digest: Option<String>,
    pub address_digest: Option<String>,
    pub joined_on: Option<String>,
    pub left_on: Option<String>,
    pub revision: i64,
}

/// What tells people apart. Numbers of students and staff do so within a school
/// only, which is why they are asked for by school.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardKey<'a> {
    Register,
    Student {
        school: &'a str,
    },
    Staff {
        school: &'a str,
    },
    /// The digest of an identity number.
    IdNumber,
    /// Everybody who stands in one of these units.
    Unit,
}

/// A guardian as a student has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownGuardian {
    pub student: String,
    pub id: String,
    pub name: String,
    pub phone_digest: Option<String>,
    pub relation: Option<String>,
    pub position: i64,
}

/// Guardians are found by their phones, not by cards.
const MEMBERS: &str = "role in ('student', 'staff', 'police', 'volunteer')";

/// The cards of those for whom the key has one of `values`, in the order of ids
/// within each part of the list.
pub async fn cards(
    conn: &mut AnyConnection,
    key: CardKey<'_>,
    values: &[String],
) -> Result<Vec<Card>, StorageError> {
    let (column, school) = match key {
        CardKey::Register => ("register_no", None),
        CardKey::Student { school } => ("student_no", Some(school)),
        CardKey::Staff { school } => ("staff_no", Some(school)),
        CardKey::IdNumber => ("id_number_digest", None),
        CardKey::Unit => ("unit_id", None),
    };
    let head = format!(
        "select id, unit_id, role, name, gender, student_no, register_no, staff_no, born_on,
            phone_digest, id_number_digest, address_digest, joined_on, left_on, revision
         from person where {MEMBERS} and {column} in"
    );
    let tail = match school {
        Some(_) => "and unit_id in (select unit_id from unit_ancestor where ancestor_id = {})",
        None => "",
    };
    let mut found = Vec::new();
    each_in_with(conn, (&head, tail), values, school, |row| {
        found.push(card(row)?);
        Ok(())
    })
    .await?;
    Ok(found)
}

fn card(row: &AnyRow) -> Result<Card, StorageError> {
    let id: String = row.try_get(0)?;
    let role: String = row.try_get(2)?;
    Ok(Card {
        unit: row.try_get(1)?,
        role: super::stream::role_of(&role, &id)?,
        name: row.try_get(3)?,
        gender: row.try_get(4)?,
        student_no: row.try_get(5)?,
        register_no: row.try_get(6)?,
        staff_no: row.try_get(7)?,
        born_on: row.try_get(8)?,
        phone_digest: row.try_get(9)?,
        id_number_digest: row.try_get(10)?,
        address_digest: row.try_get(11)?,
        joined_on: row.try_get(12)?,
        left_on: row.try_get(13)?,
        revision: row.try_get(14)?,
        id,
    })
}

/// The guardians of these students.
pub async fn guardians_of_many(
    conn: &mut AnyConnection,
    students: &[String],
) -> Result<Vec<KnownGuardian>, StorageError> {
    let head =
        "select g.student_id, g.guardian_id, p.name, p.phone_digest, g.relation, g.position
         from guardianship g join person p on p.id = g.guardian_id where g.student_id in";
    let mut found = Vec::new();
    each_in(conn, (head, ""), students, |row| {
        found.push(KnownGuardian {
            student: row.try_get(0)?,
            id: row.try_get(1)?,
            name: row.try_get(2)?,
            phone_digest: row.try_get(3)?,
            relation: row.try_get(4)?,
            position: row.try_get(5)?,
        });
        Ok(())
    })
    .await?;
    Ok(found)
}

/// Digest of the phone, name and id of the guardians with these phones, wherever
/// they stand: brothers and sisters at other schools share theirs.
pub async fn guardians_by_phones(
    conn: &mut AnyConnection,
    digests: &[String],
) -> Result<Vec<(String, String, String)>, StorageError> {
    let head = "select phone_digest, name, id from person where role = 'guardian'
         and phone_digest in";
    let mut found: Vec<(String, String, String)> = Vec::new();
    each_in(conn, (head, ""), digests, |row| {
        found.push((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?));
        Ok(())
    })
    .await?;
    // The one who was entered first comes first, in whichever part of the list.
    found.sort_by(|a, b| a.2.cmp(&b.2));
    Ok(found)
}

/// Whether anybody but guardians stands in and below `top`, or anywhere.
pub async fn has_members(
    conn: &mut AnyConnection,
    top: Option<&str>,
) -> Result<bool, StorageError> {
    let scope = match top {
        Some(_) => "and unit_id in (select unit_id from unit_ancestor where ancestor_id = $1)",
        None => "and $1 = $1",
    };
    has(conn, &format!("{MEMBERS} {scope}"), top.unwrap_or_default()).await
}

/// Whether there is any guardian.
pub async fn has_guardians(conn: &mut AnyConnection) -> Result<bool, StorageError> {
    has(conn, "role = $1", PersonRole::Guardian.code()).await
}

async fn has(conn: &mut AnyConnection, which: &str, value: &str) -> Result<bool, StorageError> {
    let text = format!("select 1 from person where {which} limit 1");
    let row = sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(value.to_owned())
        .fetch_optional(conn)
        .await?;
    Ok(row.is_some())
}
