//! The duty roster: who answers for which unit and everything below it.

use campaign::access::Permit;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

use crate::{Change, StorageError, Tx};

/// One account on duty for one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnDuty {
    pub unit: String,
    pub account: String,
    pub name: String,
    pub email: Option<String>,
    /// Monday first.
    pub days: [bool; 7],
}

/// Puts an account on duty, or changes its days.
pub async fn put(
    tx: &mut Tx,
    permit: &Permit,
    (unit, account): (&str, &str),
    days: [bool; 7],
) -> Result<(), StorageError> {
    let at = tx.at();
    let days = text_of(days);
    sqlx::query(
        "insert into consult_duty (unit_id, account_id, days, added_at) values ($1, $2, $3, $4)
         on conflict (unit_id, account_id) do update set days = excluded.days",
    )
    .bind(unit.to_owned())
    .bind(account.to_owned())
    .bind(days.clone())
    .bind(at)
    .execute(tx.conn())
    .await?;
    let object = format!("unit/{unit}/duty");
    let detail = format!("{account} {days}");
    tx.audit(permit, "put", Change { object: &object, detail });
    Ok(())
}

/// Takes an account off duty. False if it was not on.
pub async fn remove(
    tx: &mut Tx,
    permit: &Permit,
    unit: &str,
    account: &str,
) -> Result<bool, StorageError> {
    let done = sqlx::query("delete from consult_duty where unit_id = $1 and account_id = $2")
        .bind(unit.to_owned())
        .bind(account.to_owned())
        .execute(tx.conn())
        .await?
        .rows_affected();
    if done == 1 {
        let object = format!("unit/{unit}/duty");
        tx.audit(permit, "remove", Change { object: &object, detail: account.to_owned() });
    }
    Ok(done == 1)
}

/// Who is on duty at or below a unit, accounts in use only.
pub async fn below(conn: &mut AnyConnection, top: &str) -> Result<Vec<OnDuty>, StorageError> {
    let rows = sqlx::query(
        "select d.unit_id, d.account_id, a.display_name, a.email, d.days
         from consult_duty d join account a on a.id = d.account_id
         join unit_ancestor u on u.unit_id = d.unit_id
         where u.ancestor_id = $1 and a.disabled_at is null
         order by d.unit_id, d.added_at, d.account_id limit 5000",
    )
    .bind(top.to_owned())
    .fetch_all(conn)
    .await?;
    rows.iter().map(on_duty).collect()
}

/// Who is on duty for a unit or one above it, the nearest first.
pub async fn above(conn: &mut AnyConnection, unit: &str) -> Result<Vec<OnDuty>, StorageError> {
    let rows = sqlx::query(
        "select d.unit_id, d.account_id, a.display_name, a.email, d.days
         from unit_ancestor u join consult_duty d on d.unit_id = u.ancestor_id
         join account a on a.id = d.account_id
         where u.unit_id = $1 and a.disabled_at is null
         order by u.depth, d.added_at, d.account_id limit 500",
    )
    .bind(unit.to_owned())
    .fetch_all(conn)
    .await?;
    rows.iter().map(on_duty).collect()
}

/// The units for which an account is on duty.
pub async fn units_of(
    conn: &mut AnyConnection,
    account: &str,
) -> Result<Vec<String>, StorageError> {
    let rows = sqlx::query(
        "select unit_id from consult_duty where account_id = $1 order by unit_id limit 500",
    )
    .bind(account.to_owned())
    .fetch_all(conn)
    .await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

fn text_of(days: [bool; 7]) -> String {
    days.iter().map(|on| if *on { '1' } else { '0' }).collect()
}

fn on_duty(row: &AnyRow) -> Result<OnDuty, StorageError> {
    let text: String = row.try_get(4)?;
    let mut days = [false; 7];
    for (day, c) in days.iter_mut().zip(text.chars()) {
        *day = c == '1';
    }
    Ok(OnDuty {
        unit: row.try_get(0)?,
        account: row.try_get(1)?,
        name: row.try_get(2)?,
        email: row.try_get(3)?,
        days,
    })
}
