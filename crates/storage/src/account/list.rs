//! The list of accounts, narrowed and paged by key.

use std::collections::HashMap;

use campaign::access::{Grant, Role};
use sqlx::{AnyConnection, Row as _};

use super::{Account, COLUMNS, account};
use crate::StorageError;
use crate::bulk::each_in;
use crate::narrow::{Clauses, Order, Part, Shape, Value};

/// Which accounts a list shows. An empty field does not narrow.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter<'a> {
    /// Those with a role in this unit or below it.
    pub unit: &'a str,
    /// Part of the sign-in name or the name.
    pub search: &'a str,
    /// Those with this role there.
    pub role: Option<Role>,
    pub standing: Option<Standing>,
    /// For who is locked.
    pub now: i64,
    pub order: Order<Key>,
    pub part: Part<'a>,
}

/// Whether one can sign in with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Usable,
    /// The first password was not changed yet.
    Unused,
    Locked,
    Disabled,
}

impl Standing {
    pub const ALL: [Self; 4] = [Self::Usable, Self::Unused, Self::Locked, Self::Disabled];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Usable => "usable",
            Self::Unused => "unused",
            Self::Locked => "locked",
            Self::Disabled => "disabled",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.code() == code)
    }
}

/// By what accounts are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Key {
    #[default]
    SignInName,
    DisplayName,
    Created,
}

impl Key {
    const fn column(self) -> &'static str {
        match self {
            Self::SignInName => "@.sign_in_name",
            Self::DisplayName => "@.display_key",
            Self::Created => "@.created_at",
        }
    }
}

/// A page of the accounts that have a role in a unit or below it.
pub async fn below(
    conn: &mut AnyConnection,
    filter: &Filter<'_>,
) -> Result<Vec<Account>, StorageError> {
    let mut clauses = Clauses::from("account a");
    let unit = clauses.place(Value::Text(filter.unit.to_owned()));
    let role = filter.role.map_or_else(String::new, |role| {
        format!(" and g.role = {}", clauses.place(Value::Text(role.code().to_owned())))
    });
    clauses.add(format!(
        "exists (select 1 from role_grant g join unit_ancestor u on u.unit_id = g.unit_id
         where g.account_id = a.id and u.ancestor_id = {unit}{role})"
    ));
    clauses.optional(
        "(a.sign_in_name like '%' || {} || '%' or a.display_name like '%' || {} || '%')",
        Some(filter.search),
    );
    if let Some(standing) = filter.standing {
        let enabled =
            "a.disabled_at is null and (a.locked_until is null or a.locked_until <= {})";
        match standing {
            Standing::Usable => {
                clauses
                    .number(&format!("{enabled} and a.must_change_password = 0"), filter.now);
            }
            Standing::Unused => {
                clauses
                    .number(&format!("{enabled} and a.must_change_password = 1"), filter.now);
            }
            Standing::Locked => {
                clauses.number("a.disabled_at is null and a.locked_until > {}", filter.now);
            }
            Standing::Disabled => clauses.add("a.disabled_at is not null".to_owned()),
        }
    }
    let shape = Shape { columns: COLUMNS, table: "account", alias: "a", joins: "" };
    let rows = clauses.page(conn, shape, filter.order.by(Key::column), filter.part).await?;
    rows.iter().map(account).collect()
}

/// The roles of several accounts with their units, by account.
pub async fn grants_of_many(
    conn: &mut AnyConnection,
    accounts: &[String],
) -> Result<HashMap<String, Vec<Grant>>, StorageError> {
    let mut grants: HashMap<String, Vec<Grant>> = HashMap::new();
    let head = "select account_id, role, unit_id from role_grant where account_id in";
    each_in(conn, (head, "order by account_id, role, unit_id"), accounts, |row| {
        let (account, role): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        if let Some(role) = Role::from_code(&role) {
            grants.entry(account).or_default().push(Grant { role, unit: row.try_get(2)? });
        }
        Ok(())
    })
    .await?;
    Ok(grants)
}
