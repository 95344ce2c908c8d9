//! Changes of the tree. What a unit was before is kept (N10); the table of
//! ancestors is rewritten only for the part that moved.

use std::collections::HashMap;

use campaign::access::Permit;
use sqlx::{AnyConnection, Row as _};

use super::{Unit, above};
use crate::bulk::insert_rows;
use crate::{Change, StorageError, Tx};

/// Adds many units; a parent comes before its children or is there already.
pub async fn insert_units_many(
    tx: &mut Tx,
    permit: &Permit,
    units: &[Unit],
) -> Result<(), StorageError> {
    let mut lines: HashMap<String, Vec<String>> = HashMap::new();
    let mut pairs: Vec<(&str, String, i64)> = Vec::with_capacity(units.len() * 3);
    for unit in units {
        let mut line = vec![unit.id.clone()];
        if let Some(parent) = &unit.parent {
            if !lines.contains_key(parent) {
                let found = above(tx.conn(), parent).await?;
                lines.insert(parent.clone(), found);
            }
            line.extend(lines.get(parent).into_iter().flatten().cloned());
        }
        for (depth, ancestor) in line.iter().enumerate() {
            pairs.push((&unit.id, ancestor.clone(), depth as i64));
        }
        lines.insert(unit.id.clone(), line);
    }
    insert_rows(
        tx.conn(),
        "insert into unit (id, parent_id, kind, stage, name, code, town, position, opened_on,
            closed_on, merged_into) values ",
        11,
        units,
        |query, it| {
            query
                .bind(it.id.clone())
                .bind(it.parent.clone())
                .bind(it.kind.code())
                .bind(it.stage.map(campaign::plan::Stage::code))
                .bind(it.name.clone())
                .bind(it.code.clone())
                .bind(it.town.clone())
                .bind(it.position)
                .bind(it.opened_on.clone())
                .bind(it.closed_on.clone())
                .bind(it.merged_into.clone())
        },
    )
    .await?;
    insert_rows(
        tx.conn(),
        "insert into unit_ancestor (unit_id, ancestor_id, depth) values ",
        3,
        &pairs,
        |query, (unit, ancestor, depth)| {
            query.bind((*unit).to_owned()).bind(ancestor.clone()).bind(*depth)
        },
    )
    .await?;
    let detail = match units {
        [one] => one.name.clone(),
        many => format!("{} 个单位", many.len()),
    };
    let object = match units {
        [one] => format!("unit/{}", one.id),
        _ => "unit".to_owned(),
    };
    tx.audit(permit, "create", Change { object: &object, detail });
    Ok(())
}

/// Saves what changed of a unit: names, code, place, dates. A new name or
/// parent leaves the old one in the history; a new parent moves all below it.
pub async fn save(
    tx: &mut Tx,
    permit: &Permit,
    before: &Unit,
    after: &Unit,
    verb: &str,
) -> Result<(), StorageError> {
    let done = sqlx::query(
        "update unit set parent_id = $1, kind = $2, stage = $3, name = $4, code = $5, town = $6,
            position = $7, opened_on = $8, closed_on = $9, merged_into = $10,
            revision = revision + 1
         where id = $11 and revision = $12",
    )
    .bind(after.parent.clone())
    .bind(after.kind.code())
    .bind(after.stage.map(campaign::plan::Stage::code))
    .bind(after.name.clone())
    .bind(after.code.clone())
    .bind(after.town.clone())
    .bind(after.position)
    .bind(after.opened_on.clone())
    .bind(after.closed_on.clone())
    .bind(after.merged_into.clone())
    .bind(before.id.clone())
    .bind(before.revision)
    .execute(tx.conn())
    .await?;
    if done.rows_affected() != 1 {
        return Err(StorageError::Conflict { table: "unit", id: before.id.clone() });
    }
    if before.name != after.name || before.parent != after.parent {
        keep_history(tx, before).await?;
    }
    if before.parent != after.parent {
        rehang(tx, &before.id, after.parent.as_deref()).await?;
    }
    let object = format!("unit/{}", before.id);
    let detail = if before.name == after.name {
        after.name.clone()
    } else {
        format!("{} → {}", before.name, after.name)
    };
    tx.audit(permit, verb, Change { object: &object, detail });
    Ok(())
}

async fn keep_history(tx: &mut Tx, before: &Unit) -> Result<(), StorageError> {
    let at = tx.at();
    sqlx::query(
        "insert into unit_history (unit_id, until_at, parent_id, name) values ($1, $2, $3, $4)
         on conflict (unit_id, until_at) do nothing",
    )
    .bind(before.id.clone())
    .bind(at)
    .bind(before.parent.clone())
    .bind(before.name.clone())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Rewrites the ancestors of a unit and of all below it.
async fn rehang(tx: &mut Tx, unit: &str, parent: Option<&str>) -> Result<(), StorageError> {
    sqlx::query(
        "delete from unit_ancestor
         where unit_id in (select unit_id from unit_ancestor where ancestor_id = $1)
           and ancestor_id in (select ancestor_id from unit_ancestor
                               where unit_id = $1 and ancestor_id <> $1)",
    )
    .bind(unit.to_owned())
    .execute(tx.conn())
    .await?;
    let Some(parent) = parent else { return Ok(()) };
    sqlx::query(
        "insert into unit_ancestor (unit_id, ancestor_id, depth)
         select s.unit_id, p.ancestor_id, s.depth + p.depth + 1
         from unit_ancestor s join unit_ancestor p on p.unit_id = $2
         where s.ancestor_id = $1",
    )
    .bind(unit.to_owned())
    .bind(parent.to_owned())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Closes a unit and everything below it that is still open; `on` is the last
/// day. It stays in history, and posts held in it end.
pub async fn close(
    tx: &mut Tx,
    permit: &Permit,
    it: &Unit,
    on: &str,
) -> Result<(), StorageError> {
    let done = sqlx::query(
        "update unit set closed_on = $1, revision = revision + 1
         where id = $2 and revision = $3",
    )
    .bind(on.to_owned())
    .bind(it.id.clone())
    .bind(it.revision)
    .execute(tx.conn())
    .await?;
    if done.rows_affected() != 1 {
        return Err(StorageError::Conflict { table: "unit", id: it.id.clone() });
    }
    sqlx::query(
        "update unit set closed_on = $1, revision = revision + 1
         where closed_on is null and id in
            (select unit_id from unit_ancestor where ancestor_id = $2 and depth > 0)",
    )
    .bind(on.to_owned())
    .bind(it.id.clone())
    .execute(tx.conn())
    .await?;
    sqlx::query(
        "update post set until_on = $1, revision = revision + 1
         where (until_on is null or until_on > $1) and unit_id in
            (select unit_id from unit_ancestor where ancestor_id = $2)",
    )
    .bind(on.to_owned())
    .bind(it.id.clone())
    .execute(tx.conn())
    .await?;
    let object = format!("unit/{}", it.id);
    tx.audit(permit, "close", Change { object: &object, detail: on.to_owned() });
    Ok(())
}

/// Moves everybody who is in `from` now into `to`: the day after `until` is
/// their first there. Returns how many.
pub async fn move_people(
    tx: &mut Tx,
    permit: &Permit,
    from: &str,
    to: &str,
    (until, since): (&str, &str),
) -> Result<u64, StorageError> {
    sqlx::query(
        "insert into tenure (person_id, unit_id, from_on)
         select id, $1, $2 from person
         where unit_id = $3 and role <> 'guardian' and (left_on is null or left_on > $4)
         on conflict (person_id, unit_id, from_on) do update set until_on = null",
    )
    .bind(to.to_owned())
    .bind(since.to_owned())
    .bind(from.to_owned())
    .bind(until.to_owned())
    .execute(tx.conn())
    .await?;
    sqlx::query("update tenure set until_on = $1 where unit_id = $2 and until_on is null")
        .bind(until.to_owned())
        .bind(from.to_owned())
        .execute(tx.conn())
        .await?;
    let moved = sqlx::query(
        "update person set unit_id = $1, revision = revision + 1
         where unit_id = $2 and (left_on is null or left_on > $3)",
    )
    .bind(to.to_owned())
    .bind(from.to_owned())
    .bind(until.to_owned())
    .execute(tx.conn())
    .await?
    .rows_affected();
    let object = format!("unit/{from}");
    tx.audit(
        permit,
        "move-people",
        Change { object: &object, detail: format!("{moved} 人 → {to}") },
    );
    Ok(moved)
}

/// What a unit was called and where it stood, the latest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    pub until_at: i64,
    pub parent: Option<String>,
    pub name: String,
}

pub async fn history(conn: &mut AnyConnection, unit: &str) -> Result<Vec<Past>, StorageError> {
    let rows = sqlx::query(
        "select until_at, parent_id, name from unit_history
         where unit_id = $1 order by until_at desc",
    )
    .bind(unit.to_owned())
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Past {
                until_at: row.try_get(0)?,
                parent: row.try_get(1)?,
                name: row.try_get(2)?,
            })
        })
        .collect()
}

/// How many people are in or below a unit and have not left before `on`.
pub async fn people_in(
    conn: &mut AnyConnection,
    unit: &str,
    on: &str,
) -> Result<i64, StorageError> {
    Ok(sqlx::query(
        "select count(*) from person where (left_on is null or left_on > $1)
           and unit_id in (select unit_id from unit_ancestor where ancestor_id = $2)",
    )
    .bind(on.to_owned())
    .bind(unit.to_owned())
    .fetch_one(conn)
    .await?
    .try_get(0)?)
}
