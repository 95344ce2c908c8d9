//! Lists of records: scoped, narrowed, paged by key.

use campaign::record::Status;
use jiff::civil::Date;
use sqlx::{AnyConnection, Row as _};

use crate::StorageError;
use crate::narrow::{Clauses, Order, Part, Shape, Value};

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

/// By what a list is ordered. An index serves each, whatever the size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Key {
    /// The day of the act.
    #[default]
    Acted,
    /// When it was handed in.
    Submitted,
}

/// The latest act first.
pub const LATEST: Order<Key> = Order::down(Key::Acted);
/// The longest waiting first.
pub const WAITING: Order<Key> = Order::up(Key::Submitted);

fn column(key: Key, filter: &Filter<'_>) -> &'static str {
    match (key, filter.status) {
        (Key::Acted, _) => "@.acted_on",
        (Key::Submitted, Some(_)) => "@.submitted_at",
        // The order in which they came in is that of the changes.
        (Key::Submitted, None) => "@.first_seq",
    }
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

const SHAPE: Shape = Shape {
    columns: "r.id, r.activity, r.unit_id, p.name, r.title, r.acted_on, r.submitted_at,
        a.display_name, r.count, r.present_count, r.absent_count, r.status,
        (select count(*) from evidence e where e.record_id = r.id),
        (select count(*) from suspicion s where s.record_id = r.id and s.verdict is null),
        r.revision",
    table: "record",
    alias: "r",
    joins: "left join person p on p.id = r.person_id
        left join account a on a.id = r.submitted_by",
};

/// A part of the records that fit.
pub async fn list(
    conn: &mut AnyConnection,
    filter: &Filter<'_>,
    wanted: Order<Key>,
    part: Part<'_>,
) -> Result<Vec<Summary>, StorageError> {
    let by = wanted.by(|key| column(key, filter));
    let rows = clauses(filter).page(conn, SHAPE, by, part).await?;
    rows.iter().map(summary).collect()
}

/// How many there are, counted up to `most`: nobody reads an exact million.
pub async fn count(
    conn: &mut AnyConnection,
    filter: &Filter<'_>,
    most: i64,
) -> Result<i64, StorageError> {
    let mut clauses = clauses(filter);
    let limit = clauses.place(Value::Number(most));
    clauses.tail(format!(" limit {limit}"));
    let text =
        format!("select count(*) from (select 1 as one from {}) counted", clauses.text());
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

fn clauses(filter: &Filter<'_>) -> Clauses {
    let mut it = Clauses::from("record r");
    match filter.scope {
        Scope::Whole => {}
        Scope::Wide(unit) => it.equal(
            "exists (select 1 from unit_ancestor u
             where u.unit_id = r.unit_id and u.ancestor_id = {})",
            unit,
        ),
        Scope::Narrow(unit) => {
            // SQLite keeps the order of a cross join; PostgreSQL is free.
            it.start_at("unit_ancestor u cross join record r");
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
        it.equal("r.title like {} escape '\\'", &format!("%{}%", crate::bulk::like(search)));
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

#[cfg(test)]
mod tests {
    use campaign::record::Status;
    use sqlx::Row as _;

    use super::{Filter, Key, Order, Part, SHAPE, clauses, column};
    use crate::seal::Sealer;
    use crate::{Location, Store};

    /// A page of the whole body is read along an index, wherever it begins: no
    /// engine sorts or walks a district for fifty rows.
    #[tokio::test]
    async fn no_order_of_the_whole_body_sorts_it() {
        let place = std::env::temp_dir()
            .join("wuzha-tests")
            .join(format!("{}.db", uuid::Uuid::now_v7().simple()));
        let store =
            Store::open(&Location::Sqlite(place), Sealer::new(&[7; 32])).await.expect("opens");
        let mut conn = store.read().await.expect("reads");
        for status in [None, Some(Status::Submitted)] {
            for key in [Key::Submitted, Key::Acted] {
                for (descending, part) in [
                    (false, Part::first(50)),
                    (true, Part::first(50)),
                    (false, Part::after("r", 50)),
                    (true, Part::after("r", 50)),
                    (false, Part::before("r", 50)),
                    (true, Part::before("r", 50)),
                ] {
                    if status.is_some() && key == Key::Acted {
                        continue;
                    }
                    let filter = Filter { status, ..Filter::default() };
                    let mut clauses = clauses(&filter);
                    let by = Order { key, descending }.by(|key| column(key, &filter));
                    let text =
                        format!("explain query plan {}", clauses.page_ids(SHAPE, by, part));
                    let rows = clauses.fetch(&mut conn, text.clone()).await.expect("explains");
                    let plan: Vec<String> =
                        rows.iter().map(|row| row.try_get(3).expect("a step")).collect();
                    let is_good = plan.iter().all(|step| {
                        // Only those that came at one instant are put in order.
                        (!step.contains("TEMP B-TREE") || step.contains("LAST TERM"))
                            && (!step.starts_with("SCAN") || step.contains(" INDEX "))
                    });
                    assert!(is_good, "{text}: {plan:?}");
                    if part != Part::first(50) {
                        let begins = plan.iter().any(|step| {
                            step.starts_with("SEARCH r ")
                                && (step.contains('>') || step.contains('<'))
                        });
                        assert!(begins, "{text}: {plan:?}");
                    }
                }
            }
        }
    }
}
