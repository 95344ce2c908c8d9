//! Lists and counts of people, scoped and paged by key.

use campaign::person::PersonRole;
use sqlx::{AnyConnection, Row as _};

use super::{COLUMNS, Person, person};
use crate::StorageError;
use crate::bulk::{each_in, places};
use crate::narrow::{Clauses, Order, Part, Shape};
use crate::seal::Sealer;

/// Whose people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope<'a> {
    /// The whole tenant: no join is needed.
    All,
    /// The unit and everything below it.
    Below(&'a str),
    /// The unit alone, such as a class.
    Only(&'a str),
}

/// Which people a list shows. An empty field does not narrow.
#[derive(Debug, Clone, Copy)]
pub struct Filter<'a> {
    pub scope: Scope<'a>,
    pub role: Option<PersonRole>,
    /// Part of a name, or a whole student, register or staff number.
    pub search: &'a str,
    /// Those whose last day was before this one are left out …
    pub today: &'a str,
    /// … or, if set, only they are shown.
    pub only_left: bool,
    pub order: Order<Key>,
    pub part: Part<'a>,
}

/// By what people are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Key {
    /// As they were entered.
    #[default]
    Entered,
    Name,
    /// The number that they go by. No index of a whole body has it: there they
    /// come by name.
    Number,
}

fn column(key: Key, scope: Scope<'_>) -> &'static str {
    match (key, scope) {
        (Key::Entered, _) => "@.id",
        (Key::Number, Scope::Only(_) | Scope::Below(_)) => {
            "coalesce(@.student_no, @.staff_no, @.register_no, '')"
        }
        (Key::Name | Key::Number, _) => "@.name_key",
    }
}

/// A page of people.
pub async fn list(
    conn: &mut AnyConnection,
    sealer: &Sealer,
    filter: &Filter<'_>,
) -> Result<Vec<Person>, StorageError> {
    let by = filter.order.by(|key| column(key, filter.scope));
    let shape = Shape { columns: COLUMNS, table: "person", alias: "p", joins: "" };
    let rows = clauses(filter).page(conn, shape, by, filter.part).await?;
    rows.iter().map(|row| person(row, sealer)).collect()
}

fn clauses(filter: &Filter<'_>) -> Clauses {
    let mut it = Clauses::from("person p");
    match filter.scope {
        Scope::All => {}
        Scope::Below(unit) => it.equal(
            "p.unit_id in (select unit_id from unit_ancestor where ancestor_id = {})",
            unit,
        ),
        Scope::Only(unit) => it.equal("p.unit_id = {}", unit),
    }
    it.equal(
        if filter.only_left {
            "p.left_on < {}"
        } else {
            "(p.left_on is null or p.left_on >= {})"
        },
        filter.today,
    );
    it.optional(
        "p.id in (select id from person where name like '%' || {} || '%'
            union select id from person where student_no = {}
            union select id from person where register_no = {}
            union select id from person where staff_no = {})",
        Some(filter.search),
    );
    it.optional("p.role = {}", filter.role.map(PersonRole::code));
    it
}

/// The people with these ids, in the order of ids.
pub async fn by_ids(
    conn: &mut AnyConnection,
    sealer: &Sealer,
    ids: &[String],
) -> Result<Vec<Person>, StorageError> {
    let mut found = Vec::with_capacity(ids.len());
    let head = format!("select {COLUMNS} from person where id in");
    each_in(conn, (&head, "order by id"), ids, |row| {
        found.push(person(row, sealer)?);
        Ok(())
    })
    .await?;
    Ok(found)
}

/// How many people of a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoleCount {
    pub role: PersonRole,
    pub people: i64,
}

/// People of a scope by role, those who left not counted.
pub async fn counts_of(
    conn: &mut AnyConnection,
    scope: Scope<'_>,
    today: &str,
) -> Result<Vec<RoleCount>, StorageError> {
    let (which, unit) = match scope {
        Scope::All => ("$2 = $2", ""),
        Scope::Below(unit) => {
            ("unit_id in (select unit_id from unit_ancestor where ancestor_id = $2)", unit)
        }
        Scope::Only(unit) => ("unit_id = $2", unit),
    };
    let text = format!(
        "select role, count(*) from person
         where (left_on is null or left_on >= $1) and {which} group by role order by role"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(today.to_owned())
        .bind(unit.to_owned())
        .fetch_all(conn)
        .await?;
    let mut counts = Vec::with_capacity(rows.len());
    for row in &rows {
        let role: String = row.try_get(0)?;
        let Some(role) = PersonRole::from_code(&role) else { continue };
        counts.push(RoleCount { role, people: row.try_get(1)? });
    }
    Ok(counts)
}

/// Students and staff in and below each of `units`, by unit and role. Guardians
/// are twice as many and nobody counts them in a list of units.
pub async fn counts_by_unit(
    conn: &mut AnyConnection,
    units: &[&str],
    today: &str,
) -> Result<Vec<(String, RoleCount)>, StorageError> {
    if units.is_empty() {
        return Ok(Vec::new());
    }
    let text = format!(
        "select a.ancestor_id, p.role, count(*) from unit_ancestor a
         join person p on p.unit_id = a.unit_id
         where p.role in ('student', 'staff') and (p.left_on is null or p.left_on >= $1)
           and a.ancestor_id in ({})
         group by a.ancestor_id, p.role order by a.ancestor_id, p.role",
        places(2, units.len())
    );
    let mut query = sqlx::query(sqlx::AssertSqlSafe(text)).bind(today.to_owned());
    for unit in units {
        query = query.bind((*unit).to_owned());
    }
    let mut counts = Vec::new();
    for row in &query.fetch_all(conn).await? {
        let role: String = row.try_get(1)?;
        let Some(role) = PersonRole::from_code(&role) else { continue };
        counts.push((row.try_get(0)?, RoleCount { role, people: row.try_get(2)? }));
    }
    Ok(counts)
}

/// Students and staff directly in each unit of the tenant, by unit and role.
pub async fn counts_everywhere(
    conn: &mut AnyConnection,
    today: &str,
) -> Result<Vec<(String, RoleCount)>, StorageError> {
    let rows = sqlx::query(
        "select unit_id, role, count(*) from person
         where role in ('student', 'staff') and (left_on is null or left_on >= $1)
         group by unit_id, role",
    )
    .bind(today.to_owned())
    .fetch_all(conn)
    .await?;
    let mut counts = Vec::with_capacity(rows.len());
    for row in &rows {
        let role: String = row.try_get(1)?;
        let Some(role) = PersonRole::from_code(&role) else { continue };
        counts.push((row.try_get(0)?, RoleCount { role, people: row.try_get(2)? }));
    }
    Ok(counts)
}

/// Who in and below `top` (a school) has this student number.
pub async fn with_student_no(
    conn: &mut AnyConnection,
    top: &str,
    student_no: &str,
) -> Result<Vec<String>, StorageError> {
    let rows = sqlx::query(
        "select p.id from person p join unit_ancestor a on a.unit_id = p.unit_id
         where p.student_no = $1 and a.ancestor_id = $2 order by p.id",
    )
    .bind(student_no.to_owned())
    .bind(top.to_owned())
    .fetch_all(conn)
    .await?;
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
}

/// Who in the whole tenant has this national number.
pub async fn with_register_no(
    conn: &mut AnyConnection,
    register_no: &str,
) -> Result<Option<String>, StorageError> {
    let row = sqlx::query("select id from person where register_no = $1")
        .bind(register_no.to_owned())
        .fetch_optional(conn)
        .await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}

/// The guardian with this phone and name.
pub async fn guardian_by_phone(
    conn: &mut AnyConnection,
    sealer: &Sealer,
    phone: &str,
    name: &str,
) -> Result<Option<String>, StorageError> {
    let row = sqlx::query(
        "select id from person where phone_digest = $1 and name = $2 and role = 'guardian'
         order by id limit 1",
    )
    .bind(super::phone_digest(sealer, phone))
    .bind(name.to_owned())
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}

/// Students in and below a unit who lack something.
const HERE: &str = "role = 'student' and (left_on is null or left_on >= $1)
    and unit_id in (select unit_id from unit_ancestor where ancestor_id = $2)";
const NO_GUARDIAN: &str =
    "not exists (select 1 from guardianship g where g.student_id = person.id)";
const NO_CLASS: &str = "unit_id in (select id from unit where kind not in ('class', 'group'))";

async fn count_lacking(
    conn: &mut AnyConnection,
    lack: &'static str,
    top: &str,
    today: &str,
) -> Result<i64, StorageError> {
    let text = format!("select count(*) from person where {HERE} and {lack}");
    let row = sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(today.to_owned())
        .bind(top.to_owned())
        .fetch_one(conn)
        .await?;
    Ok(row.try_get(0)?)
}

/// Students for whom nobody at home is registered.
pub async fn count_without_guardian(
    conn: &mut AnyConnection,
    top: &str,
    today: &str,
) -> Result<i64, StorageError> {
    count_lacking(conn, NO_GUARDIAN, top, today).await
}

/// Students who stand in no class.
pub async fn count_outside_classes(
    conn: &mut AnyConnection,
    top: &str,
    today: &str,
) -> Result<i64, StorageError> {
    count_lacking(conn, NO_CLASS, top, today).await
}

async fn list_lacking(
    conn: &mut AnyConnection,
    sealer: &Sealer,
    lack: &'static str,
    (top, today): (&str, &str),
    part: Part<'_>,
) -> Result<Vec<Person>, StorageError> {
    let mut clauses = Clauses::from("person");
    clauses.equal(
        "role = 'student' and unit_id in (select unit_id from unit_ancestor where ancestor_id = {})",
        top,
    );
    clauses.equal("(left_on is null or left_on >= {})", today);
    clauses.add(lack.to_owned());
    let shape = Shape { columns: COLUMNS, table: "person", alias: "person", joins: "" };
    let by = Order::up(Key::Name).by(|key| column(key, Scope::Below(top)));
    let rows = clauses.page(conn, shape, by, part).await?;
    rows.iter().map(|row| person(row, sealer)).collect()
}

/// A part of the students for whom nobody at home is registered, by name.
pub async fn without_guardian(
    conn: &mut AnyConnection,
    sealer: &Sealer,
    (top, today): (&str, &str),
    part: Part<'_>,
) -> Result<Vec<Person>, StorageError> {
    list_lacking(conn, sealer, NO_GUARDIAN, (top, today), part).await
}

/// A part of the students who stand in no class, by name.
pub async fn outside_classes(
    conn: &mut AnyConnection,
    sealer: &Sealer,
    (top, today): (&str, &str),
    part: Part<'_>,
) -> Result<Vec<Person>, StorageError> {
    list_lacking(conn, sealer, NO_CLASS, (top, today), part).await
}
