//! Everybody and everything once, at the start. Rows come packed, thousands in
//! one, since a row of its own costs ten times what stands in it.

use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher;

use campaign::day::Day;
use campaign::organisation::PersonRow;
use sqlx::{AnyConnection, Row as _};

use super::RecordRow;
use crate::StorageError;

/// Between the fields of a packed row, and between packed rows. Ids, codes and
/// dates hold neither.
const FIELD: char = '\u{1f}';
const ROW: char = '\u{1e}';
/// Rows packed in one.
const PAGE: i64 = 10_000;

/// Some people with their audiences, in no order.
#[derive(Debug)]
pub struct PeoplePage {
    text: String,
    audiences: HashMap<String, String>,
}

/// The people after an id, and the last id among them; none if there are no more.
pub async fn people_page(
    conn: &mut AnyConnection,
    after: &str,
) -> Result<Option<(PeoplePage, String)>, StorageError> {
    let fields = ["id", "unit_id", "role", "coalesce(joined_on, '')", "coalesce(left_on, '')"];
    let from = "select id, unit_id, role, joined_on, left_on from person";
    let Some((text, last)) = page(conn, &fields, from, after).await? else { return Ok(None) };
    let rows = sqlx::query(
        "select person_id, audience from person_audience
         where person_id > $1 and person_id <= $2 order by person_id, audience",
    )
    .bind(after.to_owned())
    .bind(last.clone())
    .fetch_all(conn)
    .await?;
    let mut audiences: HashMap<String, String> = HashMap::new();
    for row in &rows {
        let words = audiences.entry(row.try_get(0)?).or_default();
        if !words.is_empty() {
            words.push(';');
        }
        words.push_str(row.try_get(1)?);
    }
    Ok(Some((PeoplePage { text, audiences }, last)))
}

impl PeoplePage {
    pub fn rows(&self) -> impl Iterator<Item = Result<PersonRow<'_>, StorageError>> {
        self.text.split(ROW).map(|row| {
            let [id, unit, role, from, until] = fields(row, "person")?;
            Ok(PersonRow {
                id,
                unit,
                role,
                audiences: self.audiences.get(id).map_or("", String::as_str),
                from: Day::parse(from.as_bytes()),
                until: Day::parse(until.as_bytes()),
            })
        })
    }
}

/// Some records, in no order.
#[derive(Debug)]
pub struct RecordsPage(String);

/// The records after an id, and the last id among them; none if there are no more.
pub async fn records_page(
    conn: &mut AnyConnection,
    after: &str,
) -> Result<Option<(RecordsPage, String)>, StorageError> {
    let fields = [
        "id",
        "activity",
        "coalesce(person_id, unit_id)",
        "acted_on",
        "cast(submitted_at as text)",
        "coalesce(cast(voided_at as text), '')",
        "cast(count as text)",
    ];
    let from =
        "select id, activity, person_id, unit_id, acted_on, submitted_at, voided_at, count
        from record";
    let page = page(conn, &fields, from, after).await?;
    Ok(page.map(|(text, last)| (RecordsPage(text), last)))
}

impl RecordsPage {
    pub fn rows(&self) -> impl Iterator<Item = Result<RecordRow<'_>, StorageError>> {
        self.0.split(ROW).map(|row| {
            let [id, activity, subject, day, submitted_at, voided_at, count] =
                fields(row, "record")?;
            let bad = |column| inconsistent("record", column, id);
            Ok(RecordRow {
                id,
                activity,
                subject,
                day: Day::parse(day.as_bytes()).ok_or_else(|| bad("acted_on"))?,
                submitted_at: submitted_at.parse().map_err(|_| bad("submitted_at"))?,
                voided_at: match voided_at {
                    "" => None,
                    at => Some(at.parse().map_err(|_| bad("voided_at"))?),
                },
                count: count.parse().map_err(|_| bad("count"))?,
            })
        })
    }
}

async fn page(
    conn: &mut AnyConnection,
    fields: &[&str],
    from: &str,
    after: &str,
) -> Result<Option<(String, String)>, StorageError> {
    let packed = fields.join(&format!(" || '{FIELD}' || "));
    let text = format!(
        "select max(id), string_agg({packed}, '{ROW}')
         from ({from} where id > $1 order by id limit $2) page"
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(after.to_owned())
        .bind(PAGE)
        .fetch_one(conn)
        .await?;
    let (last, text): (Option<String>, Option<String>) = (row.try_get(0)?, row.try_get(1)?);
    Ok(text.zip(last))
}

fn fields<'a, const N: usize>(
    row: &'a str,
    table: &'static str,
) -> Result<[&'a str; N], StorageError> {
    let mut found = [""; N];
    let mut parts = row.split(FIELD);
    for field in &mut found {
        *field = parts.next().ok_or_else(|| inconsistent(table, "id", row))?;
    }
    Ok(found)
}

fn inconsistent(table: &'static str, column: &'static str, id: &str) -> StorageError {
    StorageError::Inconsistent { table, column, id: id.to_owned() }
}

/// Who was present at one record: ids.
#[derive(Debug, Clone, Copy)]
pub struct Present<'a>(&'a str);

impl<'a> Present<'a> {
    pub fn ids(self) -> impl Iterator<Item = &'a str> {
        self.0.split(FIELD)
    }
}

/// Who was present, for each record of these activities where anybody was.
pub async fn attendance<S: BuildHasher + Sync>(
    conn: &mut AnyConnection,
    activities: &HashSet<String, S>,
    mut each: impl FnMut(&str, Present<'_>) + Send,
) -> Result<(), StorageError> {
    let text = format!(
        "select id, {} from record r where activity = $1 and id > $2 order by id limit $3",
        present()
    );
    for activity in activities {
        let mut after = String::new();
        loop {
            let rows = sqlx::query(sqlx::AssertSqlSafe(text.clone()))
                .bind(activity.clone())
                .bind(after.clone())
                .bind(PAGE)
                .fetch_all(&mut *conn)
                .await?;
            for row in &rows {
                if let Some(people) = row.try_get(1)? {
                    each(row.try_get(0)?, Present(people));
                }
            }
            match rows.last() {
                Some(last) if rows.len() as i64 == PAGE => after = last.try_get(0)?,
                _ => break,
            }
        }
    }
    Ok(())
}

/// Who was present at the records of these activities that came or changed
/// after a place in the order of changes.
pub async fn attendance_after<S: BuildHasher + Sync>(
    conn: &mut AnyConnection,
    activities: &HashSet<String, S>,
    seq: i64,
    mut each: impl FnMut(&str, Present<'_>) + Send,
) -> Result<(), StorageError> {
    let text = format!("select id, activity, {} from record r where seq > $1", present());
    let rows = sqlx::query(sqlx::AssertSqlSafe(text)).bind(seq).fetch_all(conn).await?;
    for row in &rows {
        let is_wanted = activities.contains(row.try_get::<&str, _>(1)?);
        let people: Option<&str> = row.try_get(2)?;
        if let Some(people) = people.filter(|_| is_wanted) {
            each(row.try_get(0)?, Present(people));
        }
    }
    Ok(())
}

fn present() -> String {
    format!(
        "(select string_agg(a.person_id, '{FIELD}') from attendance a
          where a.record_id = r.id and a.present = 1)"
    )
}
