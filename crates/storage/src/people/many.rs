//! Changes of many people in few statements, as a roster brings them.

use campaign::access::Permit;

use super::{Person, bound, sealed};
use crate::bulk::insert_rows_with;
use crate::{Change, StorageError, Tx};

/// A person who goes to another unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    pub person: String,
    pub to: String,
    /// Of the person as the caller knows them.
    pub revision: i64,
}

/// Saves many changed people, where they belong and their audiences left as they
/// are, with one audit line.
pub async fn save_many(
    tx: &mut Tx,
    permit: &Permit,
    people: &[Person],
) -> Result<(), StorageError> {
    let sealer = tx.sealer().clone();
    let rows: Vec<_> = people.iter().map(|it| sealed(&sealer, it)).collect::<Result<_, _>>()?;
    // All of them are there, so that only the conflict's part happens; it is the
    // one way to change many rows that both engines read alike.
    let saved = insert_rows_with(
        tx.conn(),
        "insert into person (id, unit_id, role, name, gender, student_no, register_no, staff_no,
            born_on, phone_sealed, id_number_sealed, address_sealed, phone_digest,
            id_number_digest, address_digest, joined_on, left_on, name_key, revision) values ",
        "on conflict (id) do update set role = excluded.role, name = excluded.name,
            gender = excluded.gender, student_no = excluded.student_no,
            register_no = excluded.register_no, staff_no = excluded.staff_no,
            born_on = excluded.born_on, phone_sealed = excluded.phone_sealed,
            id_number_sealed = excluded.id_number_sealed,
            address_sealed = excluded.address_sealed, phone_digest = excluded.phone_digest,
            id_number_digest = excluded.id_number_digest,
            address_digest = excluded.address_digest, joined_on = excluded.joined_on,
            left_on = excluded.left_on, name_key = excluded.name_key, revision = person.revision + 1
         where person.revision = excluded.revision",
        19,
        &rows,
        |query, row| bound(query, row).bind(row.it.revision),
    )
    .await?;
    all_of(saved, people.len(), people.first().map(|it| it.id.as_str()))?;
    let detail = format!("{} 人", people.len());
    tx.audit(permit, "change", Change { object: "person", detail });
    Ok(())
}

/// Moves many people as [`super::transfer`] moves one: on `until` they were in
/// the old unit for the last time, from `on` they are in the new one.
pub async fn transfer_many(
    tx: &mut Tx,
    permit: &Permit,
    moves: &[Move],
    (until, on): (&str, &str),
) -> Result<(), StorageError> {
    let moved = insert_rows_with(
        tx.conn(),
        "update person set unit_id = said.column2, left_on = null, revision = revision + 1
         from (values ",
        ") as said where person.id = said.column1 and person.revision = said.column3",
        3,
        moves,
        |query, it| query.bind(it.person.clone()).bind(it.to.clone()).bind(it.revision),
    )
    .await?;
    all_of(moved, moves.len(), moves.first().map(|it| it.person.as_str()))?;
    insert_rows_with(
        tx.conn(),
        "update tenure set until_on = said.column2 from (values ",
        ") as said where tenure.person_id = said.column1 and tenure.until_on is null",
        2,
        moves,
        |query, it| query.bind(it.person.clone()).bind(until.to_owned()),
    )
    .await?;
    insert_rows_with(
        tx.conn(),
        "insert into tenure (person_id, unit_id, from_on) values ",
        "on conflict (person_id, unit_id, from_on) do update set until_on = null",
        3,
        moves,
        |query, it| query.bind(it.person.clone()).bind(it.to.clone()).bind(on.to_owned()),
    )
    .await?;
    for it in moves {
        let object = format!("person/{}", it.person);
        tx.audit(
            permit,
            "transfer",
            Change { object: &object, detail: format!("{} {on}", it.to) },
        );
    }
    Ok(())
}

/// Nobody is left out silently: somebody changed them meanwhile.
fn all_of(touched: u64, wanted: usize, first: Option<&str>) -> Result<(), StorageError> {
    if touched == wanted as u64 {
        return Ok(());
    }
    Err(StorageError::Conflict { table: "person", id: first.unwrap_or_default().to_owned() })
}
