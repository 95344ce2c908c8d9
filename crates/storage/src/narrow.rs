//! A list's `from … where … order by … limit …` under construction: only what
//! narrows stands in it, so that each combination gets its own query plan.
//!
//! Lists page by key, both ways: a page lies after a row or before one, named by
//! its id, and the row itself tells where in the order that is. What orders a
//! list is chosen from a table in code and never comes from outside.

use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use crate::StorageError;
use crate::bulk::AnyQuery;

pub(crate) enum Value {
    Text(String),
    Number(i64),
}

/// How a reader wants a list: by which of its keys, and from which end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Order<K> {
    pub key: K,
    pub descending: bool,
}

impl<K: Copy> Order<K> {
    pub const fn up(key: K) -> Self {
        Self { key, descending: false }
    }

    pub const fn down(key: K) -> Self {
        Self { key, descending: true }
    }

    pub(crate) fn by(self, column: impl FnOnce(K) -> &'static str) -> By {
        By { key: column(self.key), descending: self.descending }
    }
}

/// Which rows of a list are read: at most `limit` from a place on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Part<'a> {
    pub place: Place<'a>,
    pub limit: i64,
}

/// Where a part of a list lies. Rows are named by their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Place<'a> {
    #[default]
    Start,
    After(&'a str),
    /// Right before it: what a reader saw who comes from there.
    Before(&'a str),
}

impl<'a> Part<'a> {
    pub const fn first(limit: i64) -> Self {
        Self { place: Place::Start, limit }
    }

    /// From the beginning if `id` is empty.
    pub const fn after(id: &'a str, limit: i64) -> Self {
        Self { place: if id.is_empty() { Place::Start } else { Place::After(id) }, limit }
    }

    pub const fn before(id: &'a str, limit: i64) -> Self {
        Self { place: Place::Before(id), limit }
    }
}

/// What a list shows of its rows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) columns: &'static str,
    pub(crate) table: &'static str,
    /// As the conditions and the columns call the table.
    pub(crate) alias: &'static str,
    /// What else the columns are read from.
    pub(crate) joins: &'static str,
}

/// The order of a list: a key, and the id where its values are the same.
#[derive(Debug, Clone, Copy)]
pub(crate) struct By {
    /// The column or what is made of columns, `@` for the table: `@.name`.
    pub(crate) key: &'static str,
    pub(crate) descending: bool,
}

impl By {
    fn is_id(self) -> bool {
        self.key == "@.id"
    }

    fn of(self, alias: &str) -> String {
        self.key.replace('@', alias)
    }
}

/// What stands after `select …`.
pub(crate) struct Clauses {
    from: &'static str,
    conditions: Vec<String>,
    values: Vec<Value>,
    tail: String,
}

impl Clauses {
    pub(crate) fn from(from: &'static str) -> Self {
        Self { from, conditions: Vec::new(), values: Vec::new(), tail: String::new() }
    }

    /// Goes another way to the rows.
    pub(crate) fn start_at(&mut self, from: &'static str) {
        self.from = from;
    }

    /// Narrows unless there is nothing to narrow by.
    pub(crate) fn optional(&mut self, condition: &str, value: Option<&str>) {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            self.equal(condition, value);
        }
    }

    /// `{}` in the condition is the value, however often it stands there.
    pub(crate) fn equal(&mut self, condition: &str, value: &str) {
        let place = self.place(Value::Text(value.to_owned()));
        self.add(condition.replace("{}", &place));
    }

    pub(crate) fn number(&mut self, condition: &str, value: i64) {
        let place = self.place(Value::Number(value));
        self.add(condition.replace("{}", &place));
    }

    pub(crate) fn add(&mut self, condition: String) {
        self.conditions.push(condition);
    }

    pub(crate) fn place(&mut self, value: Value) -> String {
        self.values.push(value);
        format!("${}", self.values.len())
    }

    /// A page: its ids first, which indexes answer alone where they can, then
    /// the page's own rows and what belongs to them.
    pub(crate) async fn page(
        mut self,
        conn: &mut AnyConnection,
        shape: Shape,
        by: By,
        part: Part<'_>,
    ) -> Result<Vec<AnyRow>, StorageError> {
        let ids = self.page_ids(shape, by, part);
        let Shape { columns, table, alias, joins } = shape;
        // SQLite keeps the order of a cross join: it would rather walk the table
        // in the order asked for and look each row up in the page.
        let text = format!(
            "select {columns} from ({ids}) page cross join {table} {alias} {joins}
             where {alias}.id = page.page_id {}",
            order(alias, by)
        );
        self.fetch(conn, text).await
    }

    /// Cuts down to a page, and gives the query for the ids of its rows.
    pub(crate) fn page_ids(&mut self, shape: Shape, by: By, part: Part<'_>) -> String {
        let Shape { table, alias, .. } = shape;
        // The page before a row is read from that row on, from the other end.
        let (inner, id) = match part.place {
            Place::Start => (by, None),
            Place::After(id) => (by, Some(id)),
            Place::Before(id) => (By { descending: !by.descending, ..by }, Some(id)),
        };
        if let Some(id) = id {
            let sign = if inner.descending { '<' } else { '>' };
            let place = self.place(Value::Text(id.to_owned()));
            self.add(if by.is_id() {
                format!("{alias}.id {sign} {place}")
            } else {
                format!(
                    "({}, {alias}.id) {sign} (select {}, l.id from {table} l where l.id = {place})",
                    by.of(alias),
                    by.of("l")
                )
            });
        }
        // Written out: where PostgreSQL does not know the limit, it plans for a
        // tenth of the table and reads all of it.
        self.tail = format!(" {} limit {}", order(alias, inner), part.limit);
        format!("select {alias}.id as page_id from {}", self.text())
    }

    /// Places for the values of an `in (…)`.
    pub(crate) fn places<'a>(&mut self, values: impl Iterator<Item = &'a str>) -> String {
        let places: Vec<String> =
            values.map(|value| self.place(Value::Text(value.to_owned()))).collect();
        places.join(", ")
    }

    pub(crate) fn tail(&mut self, tail: String) {
        self.tail = tail;
    }

    pub(crate) fn text(&self) -> String {
        let mut text = self.from.to_owned();
        for (index, condition) in self.conditions.iter().enumerate() {
            text.push_str(if index == 0 { " where " } else { " and " });
            text.push_str(condition);
        }
        text.push_str(&self.tail);
        text
    }

    /// The rows of a query whose text holds this one.
    pub(crate) async fn fetch(
        &self,
        conn: &mut AnyConnection,
        text: String,
    ) -> Result<Vec<AnyRow>, StorageError> {
        Ok(self.bind(sqlx::query(sqlx::AssertSqlSafe(text))).fetch_all(conn).await?)
    }

    pub(crate) fn bind<'q>(&self, mut query: AnyQuery<'q>) -> AnyQuery<'q> {
        for value in &self.values {
            query = match value {
                Value::Text(text) => query.bind(text.clone()),
                Value::Number(number) => query.bind(*number),
            };
        }
        query
    }
}

/// `order by …` for a table or what was selected from it.
fn order(alias: &str, by: By) -> String {
    let way = if by.descending { " desc" } else { "" };
    if by.is_id() {
        format!("order by {alias}.id{way}")
    } else {
        format!("order by {}{way}, {alias}.id{way}", by.of(alias))
    }
}
