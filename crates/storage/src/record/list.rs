//! Lists of records: scoped, narrowed, paged by key.

use campaign::record::Status;
use jiff::civil::Date;
use sqlx::{AnyConnection, Row as _};

use crate::StorageError;
use crate::bulk::AnyQuery;

/// Which units a list is about. The caller knows the tree, and with it which
/// way to the rows is short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scope<'a> {
    /// The root: no need to ask.
    #[default]
    Whole,
    /// Many units: walk the records in order and look up each one's unit.
    Wide(&'a str),
    /// A few: go through the units to their records.
    Narrow(&'a str),
}

/// What narrows a list. An empty field does not.
#[derive(Debug, Clone, Default)]
pub struct Filter<'a> {
    pub scope: Scope<'a>,
    pub activity: Option<&'a str>,
    pub status: Option<Status>,
    /// Days of the act, both included.
    pub from: Option<Date>,
    pub until: Option<Date>,
    /// In the title.
    pub search: Option<&'a str>,
    pub submitter: Option<&'a str>,
    pub person: Option<&'a str>,
    /// Only with suspicions that nobody has judged.
    pub suspect: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// The latest act first.
    #[default]
    Latest,
    /// The longest waiting first.
    Waiting,
}

/// Where a page ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// A date or milliseconds, after the order.
    pub key: String,
    pub id: String,
}

/// A line of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    pub id: String,
    pub activity: String,
    pub unit: String,
    pub person_name: Option<String>,
    pub title: String,
    pub acted_on: Date,
    pub submitted_at: i64,
    pub submitter_name: Option<String>,
    pub count: u32,
    pub present_count: Option<i64>,
    pub absent_count: Option<i64>,
    pub status: Status,
    pub evidence: i64,
    /// Suspicions that wait for a person.
    pub suspicions: i64,
    pub revision: i64,
}

impl Summary {
    pub fn cursor(&self, order: Order) -> Cursor {
        let key = match order {
            Order::Latest => self.acted_on.to_string(),
            Order::Waiting => self.submitted_at.to_string(),
        };
        Cursor { key, id: self.id.clone() }
    }
}

/// At most `limit` records after `after`.
pub async fn list(
    conn: &mut AnyConnection,
    filter: &Filter<'_>,
    order: Order,
    (after, limit): (Option<&Cursor>, i64),
) -> Result<Vec<Summary>, StorageError> {
    let mut clauses = Clauses::new(filter);
    if let Some(cursor) = after {
        match order {
            Order::Latest => {
                let key = clauses.place(Value::Text(cursor.key.clone()));
                let id = clauses.place(Value::Text(cursor.id.clone()));
                clauses.add(format!("(r.acted_on, r.id) < ({key}, {id})"));
            }
            Order::Waiting => {
                let at = cursor.key.parse().unwrap_or(i64::MAX);
                let key = clauses.place(Value::Number(at));
                let id = clauses.place(Value::Text(cursor.id.clone()));
                clauses.add(format!("(r.submitted_at, r.id) > ({key}, {id})"));
            }
        }
    }
    let order = match order {
        Order::Latest => "r.acted_on desc, r.id desc",
        Order::Waiting => "r.submitted_at, r.id",
    };
    let limit = clauses.place(Value::Number(limit));
    // The page first, then what belongs to its rows only.
    let text = format!(
        "select r.id, r.activity, r.unit_id, p.name, r.title, r.acted_on, r.submitted_at,
            a.display_name, r.count, r.present_count, r.absent_count, r.status,
            (select count(*) from evidence e where e.record_id = r.id),
            (select count(*) from suspicion s where s.record_id = r.id and s.verdict is null),
            r.revision
         from (select r.* from {} order by {order} limit {limit}) r
         left join person p on p.id = r.person_id
         left join account a on a.id = r.submitted_by
         order by {order}",
        clauses.text()
    );
    let query = clauses.bind(sqlx::query(sqlx::AssertSqlSafe(text)));
    let rows = query.fetch_all(conn).await?;
    rows.iter().map(summary).collect()
}

/// How many there are, counted up to `most`: nobody reads an exact million.
pub async fn count(
    conn: &mut AnyConnection,
    filter: &Filter<'_>,
    most: i64,
) -> Result<i64, StorageError> {
    let mut clauses = Clauses::new(filter);
    let limit = clauses.place(Value::Number(most));
    let text = format!(
        "select count(*) from (select 1 as one from {} limit {limit}) counted",
        clauses.text()
    );
    let query = clauses.bind(sqlx::query(sqlx::AssertSqlSafe(text)));
    Ok(query.fetch_one(conn).await?.try_get(0)?)
}

fn summary(row: &sqlx::any::AnyRow) -> Result<Summary, StorageError> {
    let id: String = row.try_get(0)?;
    let (acted_on, status): (String, String) = (row.try_get(5)?, row.try_get(11)?);
    let count: i64 = row.try_get(8)?;
    Ok(Summary {
        activity: row.try_get(1)?,
        unit: row.try_get(2)?,
        person_name: row.try_get(3)?,
        title: row.try_get(4)?,
        acted_on: super::date(&acted_on, &id)?,
        submitted_at: row.try_get(6)?,
        submitter_name: row.try_get(7)?,
        count: u32::try_from(count).map_err(|_| super::inconsistent("count", &id))?,
        present_count: row.try_get(9)?,
        absent_count: row.try_get(10)?,
        status: super::status(&status, &id)?,
        evidence: row.try_get(12)?,
        suspicions: row.try_get(13)?,
        revision: row.try_get(14)?,
        id,
    })
}

enum Value {
    Text(String),
    Number(i64),
}

/// A `from … where …` under construction: only what narrows is in it, so that
/// each combination gets its own plan.
struct Clauses {
    from: &'static str,
    conditions: Vec<String>,
    values: Vec<Value>,
}

impl Clauses {
    fn new(filter: &Filter<'_>) -> Self {
        let mut it = Self { from: "record r", conditions: Vec::new(), values: Vec::new() };
        match filter.scope {
            Scope::Whole => {}
            Scope::Wide(unit) => it.equal(
                "exists (select 1 from unit_ancestor u
                 where u.unit_id = r.unit_id and u.ancestor_id = {})",
                unit,
            ),
            Scope::Narrow(unit) => {
                // SQLite keeps the order of a cross join; PostgreSQL is free.
                it.from = "unit_ancestor u cross join record r";
                it.equal("u.unit_id = r.unit_id and u.ancestor_id = {}", unit);
            }
        }
        it.optional("r.activity = {}", filter.activity);
        it.optional("r.status = {}", filter.status.map(Status::code));
        it.optional("r.acted_on >= {}", filter.from.map(|day| day.to_string()).as_deref());
        it.optional("r.acted_on <= {}", filter.until.map(|day| day.to_string()).as_deref());
        it.optional("r.submitted_by = {}", filter.submitter);
        it.optional("r.person_id = {}", filter.person);
        if let Some(search) = filter.search.filter(|search| !search.is_empty()) {
            it.equal(
                "r.title like {} escape '\\'",
                &format!("%{}%", crate::bulk::like(search)),
            );
        }
        if filter.suspect {
            it.add(
                "exists (select 1 from suspicion s
                 where s.record_id = r.id and s.verdict is null)"
                    .to_owned(),
            );
        }
        it
    }

    fn optional(&mut self, condition: &str, value: Option<&str>) {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            self.equal(condition, value);
        }
    }

    fn equal(&mut self, condition: &str, value: &str) {
        let place = self.place(Value::Text(value.to_owned()));
        self.add(condition.replace("{}", &place));
    }

    fn add(&mut self, condition: String) {
        self.conditions.push(condition);
    }

    fn place(&mut self, value: Value) -> String {
        self.values.push(value);
        format!("${}", self.values.len())
    }

    fn text(&self) -> String {
        let mut text = self.from.to_owned();
        for (index, condition) in self.conditions.iter().enumerate() {
            text.push_str(if index == 0 { " where " } else { " and " });
            text.push_str(condition);
        }
        text
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
