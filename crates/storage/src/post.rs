//! Appointments (任职): who holds which post in which unit, from when to when,
//! and who stands in for whom.

use campaign::access::Permit;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

use crate::bulk::{each_in, insert_rows};
use crate::people::Scope;
use crate::{Change, StorageError, Tx};

/// One person's time in one post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appointment {
    pub id: String,
    pub unit: String,
    /// The code of the post, of the catalogue or the plan.
    pub post: String,
    pub person: String,
    pub from_on: String,
    /// The last day.
    pub until_on: Option<String>,
    /// The appointment whose holder this one stands in for (N15).
    pub substitute_for: Option<String>,
    pub revision: i64,
}

/// An appointment with its holder's name, for lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    pub appointment: Appointment,
    pub name: String,
    pub phone_sealed: Option<String>,
}

impl Holder {
    /// The holder's phone in the clear, for lists that are printed.
    pub fn phone(&self, sealer: &crate::seal::Sealer) -> Result<Option<String>, StorageError> {
        let sealed = self.phone_sealed.as_deref();
        sealed.map(|sealed| sealer.open(crate::people::PHONE, sealed)).transpose()
    }
}

const COLUMNS: &str = "p.id, p.unit_id, p.post, p.person_id, p.from_on, p.until_on,
    p.substitute_for, p.revision";

/// Appoints many; one audit line.
pub async fn insert_many(
    tx: &mut Tx,
    permit: &Permit,
    posts: &[Appointment],
) -> Result<(), StorageError> {
    insert_rows(
        tx.conn(),
        "insert into post (id, unit_id, post, person_id, from_on, until_on, substitute_for)
         values ",
        7,
        posts,
        |query, it| {
            query
                .bind(it.id.clone())
                .bind(it.unit.clone())
                .bind(it.post.clone())
                .bind(it.person.clone())
                .bind(it.from_on.clone())
                .bind(it.until_on.clone())
                .bind(it.substitute_for.clone())
        },
    )
    .await?;
    let (object, detail) = match posts {
        [one] => (format!("unit/{}", one.unit), format!("{} {}", one.post, one.person)),
        many => ("post".to_owned(), format!("{} 项任职", many.len())),
    };
    tx.audit(permit, "appoint", Change { object: &object, detail });
    Ok(())
}

pub async fn by_id(
    conn: &mut AnyConnection,
    id: &str,
) -> Result<Option<Appointment>, StorageError> {
    let text = format!("select {COLUMNS} from post p where p.id = $1");
    let row =
        sqlx::query(sqlx::AssertSqlSafe(text)).bind(id.to_owned()).fetch_optional(conn).await?;
    row.as_ref().map(appointment).transpose()
}

/// Ends an appointment and those that stand in for it; `on` is the last day.
pub async fn end(
    tx: &mut Tx,
    permit: &Permit,
    it: &Appointment,
    on: &str,
) -> Result<(), StorageError> {
    let done = sqlx::query(
        "update post set until_on = $1, revision = revision + 1 where id = $2 and revision = $3",
    )
    .bind(on.to_owned())
    .bind(it.id.clone())
    .bind(it.revision)
    .execute(tx.conn())
    .await?;
    if done.rows_affected() != 1 {
        return Err(StorageError::Conflict { table: "post", id: it.id.clone() });
    }
    sqlx::query(
        "update post set until_on = $1, revision = revision + 1
         where substitute_for = $2 and (until_on is null or until_on > $1)",
    )
    .bind(on.to_owned())
    .bind(it.id.clone())
    .execute(tx.conn())
    .await?;
    let object = format!("unit/{}", it.unit);
    let detail = format!("{} {} {on}", it.post, it.person);
    tx.audit(permit, "end-post", Change { object: &object, detail });
    Ok(())
}

/// Ends what a person still holds in `top` and below it, since they go
/// elsewhere; `on` is the last day. Returns how many posts fell vacant.
pub async fn end_of_person(
    tx: &mut Tx,
    permit: &Permit,
    person: &str,
    top: &str,
    on: &str,
) -> Result<u64, StorageError> {
    let ended = sqlx::query(
        "update post set until_on = $1, revision = revision + 1
         where person_id = $2 and (until_on is null or until_on > $1)
           and unit_id in (select unit_id from unit_ancestor where ancestor_id = $3)",
    )
    .bind(on.to_owned())
    .bind(person.to_owned())
    .bind(top.to_owned())
    .execute(tx.conn())
    .await?
    .rows_affected();
    if ended > 0 {
        let object = format!("person/{person}");
        let detail = format!("{ended} 项任职至 {on}");
        tx.audit(permit, "end-post", Change { object: &object, detail });
    }
    Ok(ended)
}

/// Who holds or held posts in a scope, with their names. Those that ended
/// before `since` are left out; an empty `since` shows all of the past.
pub async fn holders(
    conn: &mut AnyConnection,
    scope: Scope<'_>,
    since: &str,
) -> Result<Vec<Holder>, StorageError> {
    let (which, unit) = match scope {
        Scope::All => ("$1 = $1", ""),
        Scope::Below(unit) => {
            ("p.unit_id in (select unit_id from unit_ancestor where ancestor_id = $1)", unit)
        }
        Scope::Only(unit) => ("p.unit_id = $1", unit),
    };
    let text = format!(
        "select {COLUMNS}, h.name, h.phone_sealed from post p join person h on h.id = p.person_id
         where {which} and (p.until_on is null or p.until_on >= $2)
         order by p.unit_id, p.post, p.from_on, p.id"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(unit.to_owned())
        .bind(since.to_owned())
        .fetch_all(conn)
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Holder {
                appointment: appointment(row)?,
                name: row.try_get(8)?,
                phone_sealed: row.try_get(9)?,
            })
        })
        .collect()
}

/// A person's appointments, the newest first.
pub async fn of_person(
    conn: &mut AnyConnection,
    person: &str,
) -> Result<Vec<Appointment>, StorageError> {
    let text = format!(
        "select {COLUMNS} from post p where p.person_id = $1 order by p.from_on desc, p.id"
    );
    let rows =
        sqlx::query(sqlx::AssertSqlSafe(text)).bind(person.to_owned()).fetch_all(conn).await?;
    rows.iter().map(appointment).collect()
}

/// Hands every appointment to `visit`, past ones included.
pub async fn each(
    conn: &mut AnyConnection,
    visit: &mut (dyn FnMut(Appointment) + Send),
) -> Result<(), StorageError> {
    const PAGE: i64 = 5_000;
    let text =
        format!("select {COLUMNS} from post p where p.id > $1 order by p.id limit {PAGE}");
    let mut after = String::new();
    loop {
        let rows = sqlx::query(sqlx::AssertSqlSafe(text.clone()))
            .bind(after.clone())
            .fetch_all(&mut *conn)
            .await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.try_get(0)?;
        for row in &rows {
            visit(appointment(row)?);
        }
    }
}

/// Unit, post and person of what these people hold without an end.
pub async fn held_by(
    conn: &mut AnyConnection,
    people: &[String],
) -> Result<Vec<(String, String, String)>, StorageError> {
    let head =
        "select unit_id, post, person_id from post where until_on is null and person_id in";
    let mut held = Vec::new();
    each_in(conn, (head, ""), people, |row| {
        held.push((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?));
        Ok(())
    })
    .await?;
    Ok(held)
}

fn appointment(row: &AnyRow) -> Result<Appointment, StorageError> {
    Ok(Appointment {
        id: row.try_get(0)?,
        unit: row.try_get(1)?,
        post: row.try_get(2)?,
        person: row.try_get(3)?,
        from_on: row.try_get(4)?,
        until_on: row.try_get(5)?,
        substitute_for: row.try_get(6)?,
        revision: row.try_get(7)?,
    })
}
