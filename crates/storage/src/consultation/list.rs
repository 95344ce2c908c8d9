//! Lists of consultations that were handed over: scoped, narrowed, paged by
//! key. Nothing that people wrote is in them.

use sqlx::{AnyConnection, Row as _};

use super::{Consultation, consultation};
use crate::StorageError;
use crate::narrow::{Clauses, Order, Part, Shape, Value};

/// What narrows a list. An empty field does not.
#[derive(Debug, Clone, Default)]
pub struct Filter<'a> {
    /// At or below any of these; none of them: nothing at all.
    pub tops: &'a [String],
    /// Codes of states.
    pub states: &'a [&'a str],
    pub fraud_type: &'a str,
    pub given: &'a str,
    /// Code of who asked.
    pub asker: &'a str,
    /// In the hands of this account, or closed by it.
    pub holder: &'a str,
    /// Instants of the asking, both included.
    pub from: Option<i64>,
    pub until: Option<i64>,
}

/// By what consultations are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Key {
    #[default]
    Asked,
    /// Since when it is in its state: who waits longest.
    Since,
    /// How much was written.
    Length,
}

impl Key {
    const fn column(self) -> &'static str {
        match self {
            Self::Asked => "@.asked_at",
            Self::Since => "@.state_at",
            Self::Length => "@.chars",
        }
    }
}

const SHAPE: Shape = Shape {
    columns:
        "c.id, c.unit_id, c.account_id, c.asked_at, c.week_on, c.asker, c.given, c.outcome,
        c.fraud_type, c.permille, c.chars, c.state, c.state_at, c.holder_id, c.ending,
        c.erased_at, c.revision, a.display_name,
        (select count(*) from consultation_file f where f.consultation_id = c.id),
        (select count(*) from consultation_message m where m.consultation_id = c.id)",
    table: "consultation",
    alias: "c",
    joins: "left join account a on a.id = c.holder_id",
};

/// A line of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    pub it: Consultation,
    pub holder_name: Option<String>,
    pub pictures: i64,
    pub messages: i64,
}

/// A part of those that fit.
pub async fn list(
    conn: &mut AnyConnection,
    filter: &Filter<'_>,
    order: Order<Key>,
    part: Part<'_>,
) -> Result<Vec<Summary>, StorageError> {
    if filter.tops.is_empty() {
        return Ok(Vec::new());
    }
    let rows = clauses(filter).page(conn, SHAPE, order.by(Key::column), part).await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        found.push(Summary {
            it: consultation(row)?,
            holder_name: row.try_get(17)?,
            pictures: row.try_get(18)?,
            messages: row.try_get(19)?,
        });
    }
    Ok(found)
}

/// How many there are, up to `most`.
pub async fn count(
    conn: &mut AnyConnection,
    filter: &Filter<'_>,
    most: i64,
) -> Result<i64, StorageError> {
    if filter.tops.is_empty() {
        return Ok(0);
    }
    let mut clauses = clauses(filter);
    let limit = clauses.place(Value::Number(most));
    clauses.tail(format!(" limit {limit}"));
    let text = format!("select count(*) from (select 1 as one from {}) n", clauses.text());
    let query = clauses.bind(sqlx::query(sqlx::AssertSqlSafe(text)));
    Ok(query.fetch_one(conn).await?.try_get(0)?)
}

/// A part of what one account asked, the newest first; those only the house
/// answered are among them.
pub async fn of_account(
    conn: &mut AnyConnection,
    account: &str,
    part: Part<'_>,
) -> Result<Vec<Consultation>, StorageError> {
    let mut own = Clauses::from("consultation c");
    own.equal("c.account_id = {}", account);
    let newest = Order::down(Key::Asked).by(Key::column);
    let rows = own.page(conn, SHAPE, newest, part).await?;
    rows.iter().map(consultation).collect()
}

fn clauses(filter: &Filter<'_>) -> Clauses {
    let mut it = Clauses::from("consultation c");
    let tops = it.places(filter.tops.iter().map(String::as_str));
    it.add(format!(
        "exists (select 1 from unit_ancestor u where u.unit_id = c.unit_id
            and u.ancestor_id in ({tops}))"
    ));
    if filter.states.is_empty() {
        it.add("c.state <> 'answered'".to_owned());
    } else {
        let states = it.places(filter.states.iter().copied());
        it.add(format!("c.state in ({states})"));
    }
    it.optional("c.fraud_type = {}", Some(filter.fraud_type));
    it.optional("c.given = {}", Some(filter.given));
    it.optional("c.asker = {}", Some(filter.asker));
    it.optional("c.holder_id = {}", Some(filter.holder));
    if let Some(from) = filter.from {
        it.number("c.asked_at >= {}", from);
    }
    if let Some(until) = filter.until {
        it.number("c.asked_at <= {}", until);
    }
    it
}
