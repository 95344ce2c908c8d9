//! Lists of consultations that were handed over: scoped, narrowed, paged by
//! key. Nothing that people wrote is in them.

use sqlx::{AnyConnection, Row as _};

use super::{COLUMNS, Consultation, consultation};
use crate::StorageError;
use crate::bulk::{AnyQuery, places};

/// What narrows a list. An empty field does not.
#[derive(Debug, Clone, Default)]
pub struct Filter<'a> {
    /// At or below any of these; none of them: nothing at all.
    pub tops: &'a [String],
    /// Codes of states.
    pub states: &'a [&'a str],
    pub fraud_type: &'a str,
    pub given: &'a str,
    /// In the hands of this account, or closed by it.
    pub holder: &'a str,
    /// Instants of the asking, both included.
    pub from: Option<i64>,
    pub until: Option<i64>,
}

/// Where a page ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    pub asked_at: i64,
    pub id: String,
}

/// A line of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    pub it: Consultation,
    pub holder_name: Option<String>,
    pub pictures: i64,
    pub messages: i64,
}

/// At most `limit` of them after `after`, the newest first.
pub async fn list(
    conn: &mut AnyConnection,
    filter: &Filter<'_>,
    (after, limit): (Option<&Cursor>, i64),
) -> Result<Vec<Summary>, StorageError> {
    if filter.tops.is_empty() {
        return Ok(Vec::new());
    }
    let mut clauses = Clauses::new(filter);
    if let Some(cursor) = after {
        let at = clauses.number(cursor.asked_at);
        let id = clauses.text(&cursor.id);
        clauses.conditions.push(format!("(c.asked_at, c.id) < ({at}, {id})"));
    }
    let limit = clauses.number(limit);
    let text = format!(
        "select {COLUMNS}, a.display_name,
            (select count(*) from consultation_file f where f.consultation_id = c.id),
            (select count(*) from consultation_message m where m.consultation_id = c.id)
         from consultation c left join account a on a.id = c.holder_id
         where {} order by c.asked_at desc, c.id desc limit {limit}",
        clauses.conditions.join(" and ")
    );
    let rows = clauses.bind(sqlx::query(sqlx::AssertSqlSafe(text))).fetch_all(conn).await?;
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
    let mut clauses = Clauses::new(filter);
    let limit = clauses.number(most);
    let text = format!(
        "select count(*) from (select 1 as one from consultation c where {} limit {limit}) n",
        clauses.conditions.join(" and ")
    );
    let query = clauses.bind(sqlx::query(sqlx::AssertSqlSafe(text)));
    Ok(query.fetch_one(conn).await?.try_get(0)?)
}

/// What one account asked, the newest first; those only the house answered are
/// among them.
pub async fn of_account(
    conn: &mut AnyConnection,
    account: &str,
    limit: i64,
) -> Result<Vec<Consultation>, StorageError> {
    let text = format!(
        "select {COLUMNS} from consultation c where c.account_id = $1
         order by c.asked_at desc, c.id desc limit $2"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(account.to_owned())
        .bind(limit)
        .fetch_all(conn)
        .await?;
    rows.iter().map(consultation).collect()
}

enum Value {
    Text(String),
    Number(i64),
}

#[derive(Default)]
struct Clauses {
    conditions: Vec<String>,
    values: Vec<Value>,
}

impl Clauses {
    fn new(filter: &Filter<'_>) -> Self {
        let mut it = Self::default();
        let first = it.values.len() + 1;
        it.values.extend(filter.tops.iter().map(|top| Value::Text(top.clone())));
        it.conditions.push(format!(
            "exists (select 1 from unit_ancestor u where u.unit_id = c.unit_id
                and u.ancestor_id in ({}))",
            places(first, filter.tops.len())
        ));
        if filter.states.is_empty() {
            it.conditions.push("c.state <> 'answered'".to_owned());
        } else {
            let first = it.values.len() + 1;
            it.values.extend(filter.states.iter().map(|it| Value::Text((*it).to_owned())));
            let places = places(first, filter.states.len());
            it.conditions.push(format!("c.state in ({places})"));
        }
        for (column, value) in [
            ("c.fraud_type", filter.fraud_type),
            ("c.given", filter.given),
            ("c.holder_id", filter.holder),
        ] {
            if !value.is_empty() {
                let place = it.text(value);
                it.conditions.push(format!("{column} = {place}"));
            }
        }
        for (sign, value) in [(">=", filter.from), ("<=", filter.until)] {
            if let Some(value) = value {
                let place = it.number(value);
                it.conditions.push(format!("c.asked_at {sign} {place}"));
            }
        }
        it
    }

    fn text(&mut self, value: &str) -> String {
        self.values.push(Value::Text(value.to_owned()));
        format!("${}", self.values.len())
    }

    fn number(&mut self, value: i64) -> String {
        self.values.push(Value::Number(value));
        format!("${}", self.values.len())
    }

    fn bind<'q>(&self, mut query: AnyQuery<'q>) -> AnyQuery<'q> {
        for value in &self.values {
            query = match value {
                Value::Text(text) => query.bind(text.clone()),
                Value::Number(number) => query.bind(*number),
            };
        }
        query
    }
}
