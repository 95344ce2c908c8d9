//! Year-rolls: kept with everything they changed, so that one can be undone.

use campaign::access::Permit;
use sqlx::{AnyConnection, Row as _};

use crate::organisation::{self, Unit};
use crate::{Change, StorageError, Tx};

/// A roll to run.
#[derive(Debug, Clone)]
pub struct NewRoll {
    pub id: String,
    pub unit: String,
    /// The last day of those who leave.
    pub on: String,
    /// Grades and classes with their new names.
    pub up: Vec<(Unit, String)>,
    /// Grades and classes that leave, with all their students.
    pub leaving: Vec<Unit>,
}

/// A roll as it was run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roll {
    pub id: String,
    pub unit: String,
    pub on: String,
    pub ran_at: i64,
    pub classes_up: i64,
    pub classes_left: i64,
    pub people_left: i64,
    pub undone_at: Option<i64>,
}

/// What a grade or class was before a roll.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Before {
    pub unit: String,
    pub name: String,
    /// The roll closed it.
    pub closed: bool,
}

/// Runs a roll and returns how many people left.
pub async fn run(tx: &mut Tx, permit: &Permit, roll: &NewRoll) -> Result<u64, StorageError> {
    let at = tx.at();
    sqlx::query(
        "insert into year_roll (id, unit_id, rolled_on, ran_at, ran_by, classes_up,
            classes_left, people_left)
         values ($1, $2, $3, $4, $5, $6, $7, 0)",
    )
    .bind(roll.id.clone())
    .bind(roll.unit.clone())
    .bind(roll.on.clone())
    .bind(at)
    .bind(permit.account().map(str::to_owned))
    .bind(roll.up.len() as i64)
    .bind(roll.leaving.len() as i64)
    .execute(tx.conn())
    .await?;
    for (unit, name) in &roll.up {
        keep_step(tx, &roll.id, unit, false).await?;
        let after = Unit { name: name.clone(), ..unit.clone() };
        organisation::save(tx, permit, unit, &after, "roll").await?;
    }
    let mut people = 0;
    for unit in &roll.leaving {
        people += leave(tx, permit, roll, unit).await?;
    }
    settle_guardians(tx, roll).await?;
    sqlx::query("update year_roll set people_left = $1 where id = $2")
        .bind(people as i64)
        .bind(roll.id.clone())
        .execute(tx.conn())
        .await?;
    let object = format!("unit/{}", roll.unit);
    let detail =
        format!("{} 个升级，{} 个离校，{people} 名学生毕业", roll.up.len(), roll.leaving.len());
    tx.audit(permit, "year-roll", Change { object: &object, detail });
    Ok(people)
}

async fn keep_step(
    tx: &mut Tx,
    roll: &str,
    unit: &Unit,
    closed: bool,
) -> Result<(), StorageError> {
    sqlx::query(
        "insert into year_roll_step (roll_id, unit_id, parent_id, name, closed)
         values ($1, $2, $3, $4, $5)",
    )
    .bind(roll.to_owned())
    .bind(unit.id.clone())
    .bind(unit.parent.clone())
    .bind(unit.name.clone())
    .bind(i64::from(closed))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The students of a unit that leaves, and then the unit.
async fn leave(
    tx: &mut Tx,
    permit: &Permit,
    roll: &NewRoll,
    unit: &Unit,
) -> Result<u64, StorageError> {
    keep_step(tx, &roll.id, unit, true).await?;
    let leavers = "select id from person
        where role = 'student' and (left_on is null or left_on > $2)
          and unit_id in (select unit_id from unit_ancestor where ancestor_id = $3)";
    let kept = format!(
        "insert into year_roll_leaver (roll_id, person_id) select $1, id from ({leavers}) as gone"
    );
    let people = sqlx::query(sqlx::AssertSqlSafe(kept))
        .bind(roll.id.clone())
        .bind(roll.on.clone())
        .bind(unit.id.clone())
        .execute(tx.conn())
        .await?
        .rows_affected();
    let own = "select l.person_id from year_roll_leaver l join person p on p.id = l.person_id
        where l.roll_id = $2
          and p.unit_id in (select unit_id from unit_ancestor where ancestor_id = $3)";
    for text in [
        format!(
            "update tenure set until_on = $1 where until_on is null and person_id in ({own})"
        ),
        format!("update person set left_on = $1, revision = revision + 1 where id in ({own})"),
    ] {
        sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(roll.on.clone())
            .bind(roll.id.clone())
            .bind(unit.id.clone())
            .execute(tx.conn())
            .await?;
    }
    organisation::close(tx, permit, unit, &roll.on).await?;
    Ok(people)
}

/// Guardians of leavers go to a child who stays, or leave with the last one.
async fn settle_guardians(tx: &mut Tx, roll: &NewRoll) -> Result<(), StorageError> {
    let concerned = "role = 'guardian' and left_on is null and id in (
        select g.guardian_id from guardianship g
        join year_roll_leaver l on l.person_id = g.student_id where l.roll_id = $1)";
    let staying = "from guardianship g join person s on s.id = g.student_id
        where g.guardian_id = person.id and (s.left_on is null or s.left_on > $2)";
    let moved = format!(
        "update person set unit_id = (select min(s.unit_id) {staying}), revision = revision + 1
         where {concerned} and exists (select 1 {staying})"
    );
    let left = format!(
        "update person set left_on = $2, revision = revision + 1
         where {concerned} and not exists (select 1 {staying})"
    );
    for text in [moved, left] {
        sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(roll.id.clone())
            .bind(roll.on.clone())
            .execute(tx.conn())
            .await?;
    }
    Ok(())
}

/// The rolls that were run for a unit or for one above or below it, the latest
/// first.
pub async fn around(
    conn: &mut AnyConnection,
    unit: &str,
    limit: i64,
) -> Result<Vec<Roll>, StorageError> {
    let rows = sqlx::query(
        "select id, unit_id, rolled_on, ran_at, classes_up, classes_left, people_left, undone_at
         from year_roll
         where unit_id in (select ancestor_id from unit_ancestor where unit_id = $1)
            or unit_id in (select unit_id from unit_ancestor where ancestor_id = $1)
         order by ran_at desc, id desc limit $2",
    )
    .bind(unit.to_owned())
    .bind(limit)
    .fetch_all(conn)
    .await?;
    rows.iter().map(roll).collect()
}

pub async fn by_id(conn: &mut AnyConnection, id: &str) -> Result<Option<Roll>, StorageError> {
    let row = sqlx::query(
        "select id, unit_id, rolled_on, ran_at, classes_up, classes_left, people_left, undone_at
         from year_roll where id = $1",
    )
    .bind(id.to_owned())
    .fetch_optional(conn)
    .await?;
    row.as_ref().map(roll).transpose()
}

fn roll(row: &sqlx::any::AnyRow) -> Result<Roll, StorageError> {
    Ok(Roll {
        id: row.try_get(0)?,
        unit: row.try_get(1)?,
        on: row.try_get(2)?,
        ran_at: row.try_get(3)?,
        classes_up: row.try_get(4)?,
        classes_left: row.try_get(5)?,
        people_left: row.try_get(6)?,
        undone_at: row.try_get(7)?,
    })
}

/// What the units of a roll were before it.
pub async fn before(conn: &mut AnyConnection, roll: &str) -> Result<Vec<Before>, StorageError> {
    let rows = sqlx::query(
        "select unit_id, name, closed from year_roll_step where roll_id = $1 order by unit_id",
    )
    .bind(roll.to_owned())
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Before {
                unit: row.try_get(0)?,
                name: row.try_get(1)?,
                closed: row.try_get::<i64, _>(2)? != 0,
            })
        })
        .collect()
}

/// How many records were handed in since for units of the roll: with any, it
/// stands.
pub async fn records_since(conn: &mut AnyConnection, roll: &Roll) -> Result<i64, StorageError> {
    Ok(sqlx::query(
        "select count(*) from record r
         where r.submitted_at > $1 and r.unit_id in (
            select a.unit_id from unit_ancestor a
            join year_roll_step s on s.unit_id = a.ancestor_id where s.roll_id = $2)",
    )
    .bind(roll.ran_at)
    .bind(roll.id.clone())
    .fetch_one(conn)
    .await?
    .try_get(0)?)
}

/// Undoes a roll: names, units and people are as before. Whoever was moved or
/// changed since keeps that.
pub async fn undo(
    tx: &mut Tx,
    permit: &Permit,
    roll: &Roll,
    units: &[(Unit, Before)],
) -> Result<(), StorageError> {
    let at = tx.at();
    let done =
        sqlx::query("update year_roll set undone_at = $1 where id = $2 and undone_at is null")
            .bind(at)
            .bind(roll.id.clone())
            .execute(tx.conn())
            .await?;
    if done.rows_affected() != 1 {
        return Err(StorageError::Conflict { table: "year_roll", id: roll.id.clone() });
    }
    for (unit, before) in units {
        let closed_on = if before.closed { None } else { unit.closed_on.clone() };
        let after = Unit { name: before.name.clone(), closed_on, ..unit.clone() };
        organisation::save(tx, permit, unit, &after, "undo-roll").await?;
        if before.closed {
            reopen_below(tx, unit, &roll.on).await?;
        }
    }
    bring_back(tx, roll).await?;
    let object = format!("unit/{}", roll.unit);
    tx.audit(permit, "undo-year-roll", Change { object: &object, detail: roll.on.clone() });
    Ok(())
}

async fn reopen_below(tx: &mut Tx, unit: &Unit, on: &str) -> Result<(), StorageError> {
    for text in [
        "update unit set closed_on = null, revision = revision + 1
         where closed_on = $1 and id in
            (select unit_id from unit_ancestor where ancestor_id = $2 and depth > 0)",
        "update post set until_on = null, revision = revision + 1
         where until_on = $1 and unit_id in
            (select unit_id from unit_ancestor where ancestor_id = $2)",
    ] {
        sqlx::query(text).bind(on.to_owned()).bind(unit.id.clone()).execute(tx.conn()).await?;
    }
    Ok(())
}

async fn bring_back(tx: &mut Tx, roll: &Roll) -> Result<(), StorageError> {
    for text in [
        "update tenure set until_on = null where until_on = $1 and person_id in
            (select person_id from year_roll_leaver where roll_id = $2)",
        "update person set left_on = null, revision = revision + 1
         where left_on = $1 and id in
            (select person_id from year_roll_leaver where roll_id = $2)",
        "update person set left_on = null, revision = revision + 1
         where left_on = $1 and role = 'guardian' and id in (
            select g.guardian_id from guardianship g
            join year_roll_leaver l on l.person_id = g.student_id where l.roll_id = $2)",
    ] {
        sqlx::query(text)
            .bind(roll.on.clone())
            .bind(roll.id.clone())
            .execute(tx.conn())
            .await?;
    }
    Ok(())
}
