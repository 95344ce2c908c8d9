//! Accounts and the roles they hold.

mod list;

use std::collections::{HashMap, HashSet};

use campaign::access::{Actor, Grant, Permit, Role};
use campaign::collation::name_key;
use sqlx::{AnyConnection, Row as _};

use crate::bulk::{each_in, insert_rows};
use crate::{Change, StorageError, Tx};

pub use list::{Filter, Key, Standing, below, grants_of_many};

/// An account as the sign-in and the administrator see it.
#[derive(Debug, Clone)]
pub struct Account {
    pub id: String,
    pub sign_in_name: String,
    pub display_name: String,
    pub person: Option<String>,
    pub email: Option<String>,
    pub password_hash: String,
    pub must_change_password: bool,
    pub failures: i64,
    pub locked_until: Option<i64>,
    pub disabled_at: Option<i64>,
    pub created_at: i64,
    pub revision: i64,
}

impl Account {
    /// An account that is open and that no password fits yet.
    pub fn new(
        id: impl Into<String>,
        sign_in_name: impl Into<String>,
        display_name: impl Into<String>,
        created_at: i64,
    ) -> Self {
        Self {
            id: id.into(),
            sign_in_name: sign_in_name.into(),
            display_name: display_name.into(),
            person: None,
            email: None,
            password_hash: String::new(),
            must_change_password: false,
            failures: 0,
            locked_until: None,
            disabled_at: None,
            created_at,
            revision: 1,
        }
    }
}

const COLUMNS: &str = "id, sign_in_name, display_name, person_id, email, password_hash,
    must_change_password, failures, locked_until, disabled_at, created_at, revision";

pub async fn insert(
    tx: &mut Tx,
    permit: &Permit,
    account: &Account,
) -> Result<(), StorageError> {
    sqlx::query(
        "insert into account (id, sign_in_name, display_name, person_id, email, password_hash,
            must_change_password, failures, locked_until, disabled_at, created_at, display_key)
         values ($1, $2, $3, $4, $5, $6, $7, 0, null, null, $8, $9)",
    )
    .bind(account.id.clone())
    .bind(account.sign_in_name.clone())
    .bind(account.display_name.clone())
    .bind(account.person.clone())
    .bind(account.email.clone())
    .bind(account.password_hash.clone())
    .bind(i64::from(account.must_change_password))
    .bind(account.created_at)
    .bind(name_key(&account.display_name))
    .execute(tx.conn())
    .await?;
    let object = format!("account/{}", account.id);
    tx.audit(
        permit,
        "create",
        Change { object: &object, detail: account.sign_in_name.clone() },
    );
    Ok(())
}

/// A new account with the roles it begins with.
#[derive(Debug, Clone)]
pub struct NewAccount {
    pub account: Account,
    /// Role and unit.
    pub grants: Vec<(Role, String)>,
}

/// Makes many accounts with their roles; one audit line a account would drown
/// the chain, so there is one for all, naming them.
pub async fn insert_many(
    tx: &mut Tx,
    permit: &Permit,
    accounts: &[NewAccount],
) -> Result<(), StorageError> {
    insert_rows(
        tx.conn(),
        "insert into account (id, sign_in_name, display_name, person_id, email, password_hash,
            must_change_password, created_at, display_key) values ",
        9,
        accounts,
        |query, NewAccount { account, .. }| {
            query
                .bind(account.id.clone())
                .bind(account.sign_in_name.clone())
                .bind(account.display_name.clone())
                .bind(account.person.clone())
                .bind(account.email.clone())
                .bind(account.password_hash.clone())
                .bind(i64::from(account.must_change_password))
                .bind(account.created_at)
                .bind(name_key(&account.display_name))
        },
    )
    .await?;
    let grants: Vec<(&str, Role, &str)> = accounts
        .iter()
        .flat_map(|new| {
            let account = new.account.id.as_str();
            new.grants.iter().map(move |(role, unit)| (account, *role, unit.as_str()))
        })
        .collect();
    insert_rows(
        tx.conn(),
        "insert into role_grant (account_id, role, unit_id) values ",
        3,
        &grants,
        |query, (account, role, unit)| {
            query.bind((*account).to_owned()).bind(role.code()).bind((*unit).to_owned())
        },
    )
    .await?;
    let names: Vec<&str> =
        accounts.iter().take(50).map(|new| new.account.sign_in_name.as_str()).collect();
    let detail = format!("{} 个账号：{}", accounts.len(), names.join("、"));
    tx.audit(permit, "create", Change { object: "account", detail });
    Ok(())
}

/// The roles of an account with their units, expired ones included.
pub async fn grants_of(
    conn: &mut AnyConnection,
    account: &str,
) -> Result<Vec<Grant>, StorageError> {
    let rows = sqlx::query(
        "select role, unit_id from role_grant where account_id = $1 order by role, unit_id",
    )
    .bind(account.to_owned())
    .fetch_all(conn)
    .await?;
    let mut grants = Vec::with_capacity(rows.len());
    for row in &rows {
        let role: String = row.try_get(0)?;
        let Some(role) = Role::from_code(&role) else { continue };
        grants.push(Grant { role, unit: row.try_get(1)? });
    }
    Ok(grants)
}

/// The account of a person, if they have one.
pub async fn of_person(
    conn: &mut AnyConnection,
    person: &str,
) -> Result<Option<Account>, StorageError> {
    find(conn, "person_id", person).await
}

/// The display names of accounts, by id.
pub async fn names(
    conn: &mut AnyConnection,
    ids: &[String],
) -> Result<HashMap<String, String>, StorageError> {
    let mut names = HashMap::new();
    let head = ("select id, display_name from account where id in", "");
    each_in(conn, head, ids, |row| {
        names.insert(row.try_get(0)?, row.try_get(1)?);
        Ok(())
    })
    .await?;
    Ok(names)
}

/// Which of these people have an account.
pub async fn people_with(
    conn: &mut AnyConnection,
    people: &[String],
) -> Result<HashSet<String>, StorageError> {
    known_of(conn, "select person_id from account where person_id in", people).await
}

/// Which of these sign-in names are taken.
pub async fn taken(
    conn: &mut AnyConnection,
    names: &[String],
) -> Result<HashSet<String>, StorageError> {
    known_of(conn, "select sign_in_name from account where sign_in_name in", names).await
}

async fn known_of(
    conn: &mut AnyConnection,
    head: &'static str,
    values: &[String],
) -> Result<HashSet<String>, StorageError> {
    let mut known = HashSet::new();
    each_in(conn, (head, ""), values, |row| {
        known.insert(row.try_get(0)?);
        Ok(())
    })
    .await?;
    Ok(known)
}

pub async fn by_name(
    conn: &mut AnyConnection,
    sign_in_name: &str,
) -> Result<Option<Account>, StorageError> {
    find(conn, "sign_in_name", sign_in_name).await
}

pub async fn by_id(
    conn: &mut AnyConnection,
    id: &str,
) -> Result<Option<Account>, StorageError> {
    find(conn, "id", id).await
}

async fn find(
    conn: &mut AnyConnection,
    column: &'static str,
    value: &str,
) -> Result<Option<Account>, StorageError> {
    let text = format!("select {COLUMNS} from account where {column} = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(value.to_owned())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(account).transpose()
}

/// How many accounts there are; none means that the first-run page is due.
pub async fn count(conn: &mut AnyConnection) -> Result<i64, StorageError> {
    Ok(sqlx::query("select count(*) from account").fetch_one(conn).await?.try_get(0)?)
}

/// Everything that may be changed of an account, with its revision.
pub async fn save(
    tx: &mut Tx,
    permit: &Permit,
    it: &Account,
    what: &str,
) -> Result<(), StorageError> {
    let done = sqlx::query(
        "update account set display_name = $1, person_id = $2, email = $3, password_hash = $4,
            must_change_password = $5, failures = $6, locked_until = $7, disabled_at = $8,
            display_key = $11, revision = revision + 1
         where id = $9 and revision = $10",
    )
    .bind(it.display_name.clone())
    .bind(it.person.clone())
    .bind(it.email.clone())
    .bind(it.password_hash.clone())
    .bind(i64::from(it.must_change_password))
    .bind(it.failures)
    .bind(it.locked_until)
    .bind(it.disabled_at)
    .bind(it.id.clone())
    .bind(it.revision)
    .bind(name_key(&it.display_name))
    .execute(tx.conn())
    .await?;
    if done.rows_affected() != 1 {
        return Err(StorageError::Conflict { table: "account", id: it.id.clone() });
    }
    let object = format!("account/{}", it.id);
    tx.audit(permit, what, Change { object: &object, detail: it.sign_in_name.clone() });
    Ok(())
}

/// Counts a wrong password; from the fifth on the account waits.
pub async fn note_failure(
    tx: &mut Tx,
    id: &str,
    locked_until: Option<i64>,
) -> Result<(), StorageError> {
    sqlx::query("update account set failures = failures + 1, locked_until = $1 where id = $2")
        .bind(locked_until)
        .bind(id.to_owned())
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub async fn clear_failures(tx: &mut Tx, id: &str) -> Result<(), StorageError> {
    sqlx::query("update account set failures = 0, locked_until = null where id = $1")
        .bind(id.to_owned())
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub async fn grant(
    tx: &mut Tx,
    permit: &Permit,
    account: &str,
    role: Role,
    unit: &str,
) -> Result<(), StorageError> {
    sqlx::query(
        "insert into role_grant (account_id, role, unit_id) values ($1, $2, $3)
         on conflict (account_id, role, unit_id) do nothing",
    )
    .bind(account.to_owned())
    .bind(role.code().to_owned())
    .bind(unit.to_owned())
    .execute(tx.conn())
    .await?;
    let object = format!("account/{account}");
    let detail = format!("{} {unit}", role.code());
    tx.audit(permit, "grant", Change { object: &object, detail });
    Ok(())
}

pub async fn revoke(
    tx: &mut Tx,
    permit: &Permit,
    account: &str,
    role: Role,
    unit: &str,
) -> Result<(), StorageError> {
    sqlx::query("delete from role_grant where account_id = $1 and role = $2 and unit_id = $3")
        .bind(account.to_owned())
        .bind(role.code().to_owned())
        .bind(unit.to_owned())
        .execute(tx.conn())
        .await?;
    let object = format!("account/{account}");
    let detail = format!("{} {unit}", role.code());
    tx.audit(permit, "revoke", Change { object: &object, detail });
    Ok(())
}

/// The actor behind an account, with the grants that hold on `today`.
pub async fn actor(
    conn: &mut AnyConnection,
    account: &Account,
    today: &str,
) -> Result<Actor, StorageError> {
    let rows = sqlx::query(
        "select role, unit_id from role_grant
         where account_id = $1 and (from_on is null or from_on <= $2)
           and (until_on is null or until_on >= $2)
         order by role, unit_id",
    )
    .bind(account.id.clone())
    .bind(today.to_owned())
    .fetch_all(conn)
    .await?;
    let mut grants = Vec::with_capacity(rows.len());
    for row in &rows {
        let role: String = row.try_get(0)?;
        let role = Role::from_code(&role).ok_or_else(|| StorageError::Inconsistent {
            table: "role_grant",
            column: "role",
            id: account.id.clone(),
        })?;
        grants.push(Grant { role, unit: row.try_get(1)? });
    }
    Ok(Actor { account: account.id.clone(), person: account.person.clone(), grants })
}

fn account(row: &sqlx::any::AnyRow) -> Result<Account, StorageError> {
    Ok(Account {
        id: row.try_get(0)?,
        sign_in_name: row.try_get(1)?,
        display_name: row.try_get(2)?,
        person: row.try_get(3)?,
        email: row.try_get(4)?,
        password_hash: row.try_get(5)?,
        must_change_password: row.try_get::<i64, _>(6)? != 0,
        failures: row.try_get(7)?,
        locked_until: row.try_get(8)?,
        disabled_at: row.try_get(9)?,
        created_at: row.try_get(10)?,
        revision: row.try_get(11)?,
    })
}
