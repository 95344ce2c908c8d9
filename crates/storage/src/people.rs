//! People: reading one, adding many, and changing one. Phone, identity number
//! and address are sealed on the way in and opened on the way out, here only.

mod guardian;
mod list;
mod many;
mod roster;
mod stream;

use campaign::access::Permit;
use campaign::collation::name_key;
use campaign::person::{Gender, PersonRole};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

use crate::bulk::{AnyQuery, insert_rows};
use crate::seal::Sealer;
use crate::{Change, StorageError, Tx};

pub use guardian::{
    Guardianship, children_of, guardians_of, insert_guardianships, siblings_of,
};
pub use list::{
    Filter, Key, RoleCount, Scope, by_ids, count_outside_classes, count_without_guardian,
    counts_by_unit, counts_everywhere, counts_of, guardian_by_phone, list, outside_classes,
    with_register_no, with_student_no, without_guardian,
};
pub use many::{Move, save_many, transfer_many};
pub use roster::{
    Card, CardKey, KnownGuardian, cards, guardians_by_phones, guardians_of_many, has_guardians,
    has_members,
};
pub use stream::{Member, Span, each, each_tenure};

/// A person with everything that is kept of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: String,
    pub unit: String,
    pub role: PersonRole,
    pub name: String,
    pub gender: Option<Gender>,
    pub student_no: Option<String>,
    pub register_no: Option<String>,
    pub staff_no: Option<String>,
    pub born_on: Option<String>,
    pub personal: Personal,
    pub joined_on: Option<String>,
    /// The last day.
    pub left_on: Option<String>,
    /// Beyond those that follow from the role; not filled by lists.
    pub audiences: Vec<String>,
    pub revision: i64,
}

impl Person {
    /// Somebody of whom nothing else is known.
    pub fn new(
        id: impl Into<String>,
        unit: impl Into<String>,
        role: PersonRole,
        name: impl Into<String>,
    ) -> Self {
        Self {
            id: id.into(),
            unit: unit.into(),
            role,
            name: name.into(),
            gender: None,
            student_no: None,
            register_no: None,
            staff_no: None,
            born_on: None,
            personal: Personal::default(),
            joined_on: None,
            left_on: None,
            audiences: Vec::new(),
            revision: 1,
        }
    }
}

/// The fields that are sealed in the database and masked on pages.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Personal {
    pub phone: Option<String>,
    pub id_number: Option<String>,
    pub address: Option<String>,
}

impl std::fmt::Debug for Personal {
    /// Never in a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Personal(…)")
    }
}

pub(crate) const PHONE: &str = "person.phone";
pub(crate) const ID_NUMBER: &str = "person.id_number";
pub(crate) const ADDRESS: &str = "person.address";

/// The digests by which a person is found again.
pub fn phone_digest(sealer: &Sealer, phone: &str) -> String {
    sealer.digest(PHONE, phone)
}

pub fn id_number_digest(sealer: &Sealer, number: &str) -> String {
    sealer.digest(ID_NUMBER, number)
}

pub fn address_digest(sealer: &Sealer, address: &str) -> String {
    sealer.digest(ADDRESS, address)
}

const COLUMNS: &str = "id, unit_id, role, name, gender, student_no, register_no, staff_no,
    born_on, phone_sealed, id_number_sealed, address_sealed, joined_on, left_on, revision";

/// The person with this id, audiences included.
pub async fn by_id(
    conn: &mut AnyConnection,
    sealer: &Sealer,
    id: &str,
) -> Result<Option<Person>, StorageError> {
    let text = format!("select {COLUMNS} from person where id = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(id.to_owned())
        .fetch_optional(&mut *conn)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let mut person = person(&row, sealer)?;
    let rows = sqlx::query(
        "select audience from person_audience where person_id = $1 order by audience",
    )
    .bind(id.to_owned())
    .fetch_all(conn)
    .await?;
    for row in &rows {
        person.audiences.push(row.try_get(0)?);
    }
    Ok(Some(person))
}

fn person(row: &AnyRow, sealer: &Sealer) -> Result<Person, StorageError> {
    let id: String = row.try_get(0)?;
    let role: String = row.try_get(2)?;
    let role = PersonRole::from_code(&role).ok_or_else(|| StorageError::Inconsistent {
        table: "person",
        column: "role",
        id: id.clone(),
    })?;
    let gender: Option<String> = row.try_get(4)?;
    let open = |field, column| -> Result<Option<String>, StorageError> {
        let sealed: Option<String> = row.try_get(column)?;
        sealed.map(|sealed| sealer.open(field, &sealed)).transpose()
    };
    Ok(Person {
        unit: row.try_get(1)?,
        role,
        name: row.try_get(3)?,
        gender: gender.and_then(|code| Gender::from_code(&code)),
        student_no: row.try_get(5)?,
        register_no: row.try_get(6)?,
        staff_no: row.try_get(7)?,
        born_on: row.try_get(8)?,
        personal: Personal {
            phone: open(PHONE, 9)?,
            id_number: open(ID_NUMBER, 10)?,
            address: open(ADDRESS, 11)?,
        },
        joined_on: row.try_get(12)?,
        left_on: row.try_get(13)?,
        audiences: Vec::new(),
        revision: row.try_get(14)?,
        id,
    })
}

/// One personal field, sealed, with its digest.
struct Sealed {
    text: Option<String>,
    digest: Option<String>,
}

fn seal(sealer: &Sealer, field: &str, value: Option<&str>) -> Result<Sealed, StorageError> {
    let value = value.filter(|value| !value.is_empty());
    Ok(Sealed {
        text: value.map(|value| sealer.seal(field, value)).transpose()?,
        digest: value.map(|value| sealer.digest(field, value)),
    })
}

struct SealedPerson<'a> {
    it: &'a Person,
    phone: Sealed,
    id_number: Sealed,
    address: Sealed,
}

fn sealed<'a>(sealer: &Sealer, it: &'a Person) -> Result<SealedPerson<'a>, StorageError> {
    Ok(SealedPerson {
        it,
        phone: seal(sealer, PHONE, it.personal.phone.as_deref())?,
        id_number: seal(sealer, ID_NUMBER, it.personal.id_number.as_deref())?,
        address: seal(sealer, ADDRESS, it.personal.address.as_deref())?,
    })
}

/// A person's columns, as every statement that writes whole rows lists them.
fn bound<'q>(query: AnyQuery<'q>, row: &SealedPerson<'_>) -> AnyQuery<'q> {
    query
        .bind(row.it.id.clone())
        .bind(row.it.unit.clone())
        .bind(row.it.role.code())
        .bind(row.it.name.clone())
        .bind(row.it.gender.map(Gender::code))
        .bind(row.it.student_no.clone())
        .bind(row.it.register_no.clone())
        .bind(row.it.staff_no.clone())
        .bind(row.it.born_on.clone())
        .bind(row.phone.text.clone())
        .bind(row.id_number.text.clone())
        .bind(row.address.text.clone())
        .bind(row.phone.digest.clone())
        .bind(row.id_number.digest.clone())
        .bind(row.address.digest.clone())
        .bind(row.it.joined_on.clone())
        .bind(row.it.left_on.clone())
        .bind(name_key(&row.it.name))
}

/// Rows sealed at a time, so that a city's roster never lies sealed in memory.
const SEALED_AT_ONCE: usize = 2_000;

/// Adds people in bulk, each with a tenure in their unit (guardians have none)
/// and their audiences. One audit line for all of them.
pub async fn insert_many(
    tx: &mut Tx,
    permit: &Permit,
    people: &[Person],
) -> Result<(), StorageError> {
    for chunk in people.chunks(SEALED_AT_ONCE) {
        insert_chunk(tx, chunk).await?;
    }
    let detail = match people {
        [one] => one.name.clone(),
        many => format!("{} 人", many.len()),
    };
    let object = match people {
        [one] => format!("person/{}", one.id),
        _ => "person".to_owned(),
    };
    tx.audit(permit, "create", Change { object: &object, detail });
    Ok(())
}

async fn insert_chunk(tx: &mut Tx, chunk: &[Person]) -> Result<(), StorageError> {
    let sealer = tx.sealer().clone();
    let rows: Vec<SealedPerson<'_>> =
        chunk.iter().map(|it| sealed(&sealer, it)).collect::<Result<_, _>>()?;
    insert_rows(
        tx.conn(),
        "insert into person (id, unit_id, role, name, gender, student_no, register_no, staff_no,
            born_on, phone_sealed, id_number_sealed, address_sealed, phone_digest,
            id_number_digest, address_digest, joined_on, left_on, name_key) values ",
        18,
        &rows,
        bound,
    )
    .await?;
    let members: Vec<&Person> =
        chunk.iter().filter(|it| it.role != PersonRole::Guardian).collect();
    insert_rows(
        tx.conn(),
        "insert into tenure (person_id, unit_id, from_on, until_on) values ",
        4,
        &members,
        |query, it| {
            query
                .bind(it.id.clone())
                .bind(it.unit.clone())
                .bind(it.joined_on.clone().unwrap_or_default())
                .bind(it.left_on.clone())
        },
    )
    .await?;
    insert_audiences(tx, chunk).await
}

async fn insert_audiences(tx: &mut Tx, people: &[Person]) -> Result<(), StorageError> {
    let pairs: Vec<(&str, &str)> = people
        .iter()
        .flat_map(|it| it.audiences.iter().map(|audience| (it.id.as_str(), audience.as_str())))
        .collect();
    insert_rows(
        tx.conn(),
        "insert into person_audience (person_id, audience) values ",
        2,
        &pairs,
        |query, (person, audience)| {
            query.bind((*person).to_owned()).bind((*audience).to_owned())
        },
    )
    .await?;
    Ok(())
}

/// Saves everything of a person but where they belong; see [`transfer`] for that.
pub async fn save(tx: &mut Tx, permit: &Permit, it: &Person) -> Result<(), StorageError> {
    save_quietly(tx, it).await?;
    sqlx::query("delete from person_audience where person_id = $1")
        .bind(it.id.clone())
        .execute(tx.conn())
        .await?;
    insert_audiences(tx, std::slice::from_ref(it)).await?;
    let object = format!("person/{}", it.id);
    tx.audit(permit, "change", Change { object: &object, detail: it.name.clone() });
    Ok(())
}

async fn save_quietly(tx: &mut Tx, it: &Person) -> Result<(), StorageError> {
    let sealer = tx.sealer().clone();
    let row = sealed(&sealer, it)?;
    let done = sqlx::query(
        "update person set role = $1, name = $2, gender = $3, student_no = $4, register_no = $5,
            staff_no = $6, born_on = $7, phone_sealed = $8, id_number_sealed = $9,
            address_sealed = $10, phone_digest = $11, id_number_digest = $12,
            address_digest = $13, joined_on = $14, left_on = $15, name_key = $18,
            revision = revision + 1
         where id = $16 and revision = $17",
    )
    .bind(it.role.code())
    .bind(it.name.clone())
    .bind(it.gender.map(Gender::code))
    .bind(it.student_no.clone())
    .bind(it.register_no.clone())
    .bind(it.staff_no.clone())
    .bind(it.born_on.clone())
    .bind(row.phone.text)
    .bind(row.id_number.text)
    .bind(row.address.text)
    .bind(row.phone.digest)
    .bind(row.id_number.digest)
    .bind(row.address.digest)
    .bind(it.joined_on.clone())
    .bind(it.left_on.clone())
    .bind(it.id.clone())
    .bind(it.revision)
    .bind(name_key(&it.name))
    .execute(tx.conn())
    .await?;
    if done.rows_affected() != 1 {
        return Err(StorageError::Conflict { table: "person", id: it.id.clone() });
    }
    Ok(())
}

/// Notes that somebody looked at masked fields; the look itself is the change.
pub fn note_reveal(tx: &mut Tx, permit: &Permit, person: &str) {
    let object = format!("person/{person}");
    tx.audit(permit, "look", Change { object: &object, detail: String::new() });
}

/// A move of a person to another unit.
#[derive(Debug, Clone)]
pub struct Transfer<'a> {
    pub person: &'a str,
    pub to: &'a str,
    /// The first day in the new unit.
    pub on: &'a str,
    /// The last day in the old one.
    pub until: &'a str,
}

/// Moves a person: the tenure that is open ends, a new one begins.
pub async fn transfer(
    tx: &mut Tx,
    permit: &Permit,
    it: &Transfer<'_>,
    revision: i64,
) -> Result<(), StorageError> {
    let done = sqlx::query(
        "update person set unit_id = $1, left_on = null, revision = revision + 1
         where id = $2 and revision = $3",
    )
    .bind(it.to.to_owned())
    .bind(it.person.to_owned())
    .bind(revision)
    .execute(tx.conn())
    .await?;
    if done.rows_affected() != 1 {
        return Err(StorageError::Conflict { table: "person", id: it.person.to_owned() });
    }
    end_tenure(tx, it.person, it.until).await?;
    sqlx::query(
        "insert into tenure (person_id, unit_id, from_on) values ($1, $2, $3)
         on conflict (person_id, unit_id, from_on) do update set until_on = null",
    )
    .bind(it.person.to_owned())
    .bind(it.to.to_owned())
    .bind(it.on.to_owned())
    .execute(tx.conn())
    .await?;
    let object = format!("person/{}", it.person);
    let detail = format!("{} {}", it.to, it.on);
    tx.audit(permit, "transfer", Change { object: &object, detail });
    Ok(())
}

async fn end_tenure(tx: &mut Tx, person: &str, until: &str) -> Result<(), StorageError> {
    sqlx::query("update tenure set until_on = $1 where person_id = $2 and until_on is null")
        .bind(until.to_owned())
        .bind(person.to_owned())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The person leaves; `on` is the last day. Posts that are still held end too.
pub async fn leave(
    tx: &mut Tx,
    permit: &Permit,
    person: &str,
    on: &str,
    revision: i64,
) -> Result<(), StorageError> {
    let done = sqlx::query(
        "update person set left_on = $1, revision = revision + 1 where id = $2 and revision = $3",
    )
    .bind(on.to_owned())
    .bind(person.to_owned())
    .bind(revision)
    .execute(tx.conn())
    .await?;
    if done.rows_affected() != 1 {
        return Err(StorageError::Conflict { table: "person", id: person.to_owned() });
    }
    end_tenure(tx, person, on).await?;
    sqlx::query(
        "update post set until_on = $1, revision = revision + 1
         where person_id = $2 and (until_on is null or until_on > $1)",
    )
    .bind(on.to_owned())
    .bind(person.to_owned())
    .execute(tx.conn())
    .await?;
    let object = format!("person/{person}");
    tx.audit(permit, "leave", Change { object: &object, detail: on.to_owned() });
    Ok(())
}

/// A stretch of time in a unit, as the person's page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenure {
    pub unit: String,
    pub from_on: Option<String>,
    pub until_on: Option<String>,
}

/// Where a person belonged, the newest first.
pub async fn tenures_of(
    conn: &mut AnyConnection,
    person: &str,
) -> Result<Vec<Tenure>, StorageError> {
    let rows = sqlx::query(
        "select unit_id, from_on, until_on from tenure where person_id = $1
         order by from_on desc, unit_id",
    )
    .bind(person.to_owned())
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| {
            let from: String = row.try_get(1)?;
            Ok(Tenure {
                unit: row.try_get(0)?,
                from_on: Some(from).filter(|from| !from.is_empty()),
                until_on: row.try_get(2)?,
            })
        })
        .collect()
}
