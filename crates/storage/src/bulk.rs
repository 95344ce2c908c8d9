//! Many rows in few statements: row-wise inserts cost three times as much.

use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, AnyConnection};

use crate::StorageError;

/// Far below what the engines take (32,766 and 65,535): beyond this a statement
/// gains nothing more.
const VARIABLES_MAX: usize = 8_192;
const ROWS_MAX: usize = 512;

pub(crate) type AnyQuery<'q> = Query<'q, Any, AnyArguments>;

/// Inserts `rows` by lists of values. `head` ends in `values `.
///
/// Lists come in few sizes, so that each statement is prepared once and met again,
/// however many rows come: preparing costs as much as inserting. A list is filled
/// up by repeating its last row, and the limit cuts that off again, since both
/// engines take a list in its order: one statement takes what else took five.
pub(crate) async fn insert_rows<T>(
    conn: &mut AnyConnection,
    head: &str,
    columns: usize,
    rows: &[T],
    bind: impl for<'q> Fn(AnyQuery<'q>, &T) -> AnyQuery<'q>,
) -> Result<u64, StorageError> {
    let places = Places::of(conn);
    let head = head.strip_suffix("values ").unwrap_or(head);
    let head = format!("{head} select * from (values ");
    let tail = match places {
        Places::Counted => ") as list limit ?",
        Places::Numbered => ") as list limit $",
    };
    let mut touched = 0;
    for chunk in rows.chunks(size_below((VARIABLES_MAX / columns).min(ROWS_MAX))) {
        let Some(last) = chunk.last() else { continue };
        let size = size_above(chunk.len());
        let mut text = statement(&head, tail, (columns, size), places);
        if places == Places::Numbered {
            text.push_str(&(columns * size + 1).to_string());
        }
        let mut query = sqlx::query(sqlx::AssertSqlSafe(text));
        for at in 0..size {
            query = bind(query, chunk.get(at).unwrap_or(last));
        }
        query = query.bind(chunk.len() as i64);
        touched += query.execute(&mut *conn).await?.rows_affected();
    }
    Ok(touched)
}

/// Inserts `rows` with a tail, such as `on conflict … do update …`. `head` ends in
/// `values ` too. Statements come in sizes of powers of two.
pub(crate) async fn insert_rows_with<T>(
    conn: &mut AnyConnection,
    head: &str,
    tail: &str,
    columns: usize,
    rows: &[T],
    bind: impl for<'q> Fn(AnyQuery<'q>, &T) -> AnyQuery<'q>,
) -> Result<u64, StorageError> {
    let places = Places::of(conn);
    let mut touched = 0;
    let mut left = rows;
    while !left.is_empty() {
        let most = (VARIABLES_MAX / columns).clamp(1, ROWS_MAX).min(left.len());
        let (chunk, rest) = left.split_at(power_below(most));
        let text = statement(head, tail, (columns, chunk.len()), places);
        let mut query = sqlx::query(sqlx::AssertSqlSafe(text));
        for row in chunk {
            query = bind(query, row);
        }
        touched += query.execute(&mut *conn).await?.rows_affected();
        left = rest;
    }
    Ok(touched)
}

/// The greatest power of two that is not above `most`.
fn power_below(most: usize) -> usize {
    1 << most.max(1).ilog2()
}

/// The sizes of lists: powers of two, and those half as large again.
fn size_above(rows: usize) -> usize {
    let power = rows.max(1).next_power_of_two();
    let between = power / 4 * 3;
    if rows <= between { between } else { power }
}

fn size_below(most: usize) -> usize {
    let power = power_below(most);
    let between = power / 2 * 3;
    if between <= most && 1 < power { between } else { power }
}

/// How the values of a long list are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Places {
    /// `$7`, as PostgreSQL wants it.
    Numbered,
    /// `?`. SQLite finds a named place by walking its list of names, for each
    /// value anew, so that a statement's cost grows with the square of its
    /// length; unnamed ones it only counts.
    Counted,
}

impl Places {
    fn of(conn: &AnyConnection) -> Self {
        if conn.backend_name() == "SQLite" { Self::Counted } else { Self::Numbered }
    }
}

fn statement(
    head: &str,
    tail: &str,
    (columns, rows): (usize, usize),
    places: Places,
) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(head.len() + rows * columns * 6 + tail.len());
    text.push_str(head);
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ",(" });
        for column in 0..columns {
            if column > 0 {
                text.push(',');
            }
            // Writing to a string cannot fail.
            let _ = match places {
                Places::Counted => write!(text, "?"),
                Places::Numbered => write!(text, "${}", row * columns + column + 1),
            };
        }
        text.push(')');
    }
    text.push(' ');
    text.push_str(tail);
    text
}

/// `$3, $4, $5` for a list of `count` values from `first` on.
pub(crate) fn places(first: usize, count: usize) -> String {
    let mut text = String::with_capacity(count * 6);
    for place in first..first + count {
        use std::fmt::Write as _;
        let separator = if place == first { "" } else { ", " };
        // Writing to a string cannot fail.
        let _ = write!(text, "{separator}${place}");
    }
    text
}

/// Values of an `in (…)` at most.
const LIST_MAX: usize = 512;

/// Calls `found` with each row of a query over a long list of values, a part of
/// the list at a time; the list's bracket comes between `head` and `tail`. Lists
/// come in sizes of powers of two, filled up by repeating the last value, so
/// that each statement is prepared once and met again.
pub(crate) async fn each_in(
    conn: &mut AnyConnection,
    (head, tail): (&str, &str),
    values: &[String],
    found: impl FnMut(&sqlx::any::AnyRow) -> Result<(), StorageError> + Send,
) -> Result<(), StorageError> {
    each_in_with(conn, (head, tail), values, None, found).await
}

/// The same with one more value, whose place is `{}` in the tail.
pub(crate) async fn each_in_with(
    conn: &mut AnyConnection,
    (head, tail): (&str, &str),
    values: &[String],
    more: Option<&str>,
    mut found: impl FnMut(&sqlx::any::AnyRow) -> Result<(), StorageError> + Send,
) -> Result<(), StorageError> {
    let places = Places::of(conn);
    for chunk in values.chunks(LIST_MAX) {
        let Some(last) = chunk.last() else { continue };
        let size = chunk.len().next_power_of_two();
        let text = listing((head, tail), size, places);
        let mut query = sqlx::query(sqlx::AssertSqlSafe(text));
        for at in 0..size {
            query = query.bind(chunk.get(at).unwrap_or(last).clone());
        }
        if let Some(more) = more {
            query = query.bind(more.to_owned());
        }
        for row in &query.fetch_all(&mut *conn).await? {
            found(row)?;
        }
    }
    Ok(())
}

fn listing((head, tail): (&str, &str), size: usize, as_places: Places) -> String {
    match as_places {
        Places::Numbered => {
            let tail = tail.replace("{}", &format!("${}", size + 1));
            format!("{head} ({}) {tail}", places(1, size))
        }
        Places::Counted => {
            format!("{head} (?{}) {}", ",?".repeat(size - 1), tail.replace("{}", "?"))
        }
    }
}

/// What a reader typed, as a pattern in which nothing but `%` around it is
/// special; used with `escape '\'`.
pub(crate) fn like(search: &str) -> String {
    search.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

#[cfg(test)]
mod tests {
    use super::{Places, listing, power_below, size_above, size_below, statement};

    #[test]
    fn statements_come_in_few_sizes() {
        let sizes: Vec<usize> = [1, 2, 3, 7, 8, 60, 512].map(power_below).to_vec();
        assert_eq!(sizes, [1, 2, 2, 4, 8, 32, 512]);
        let sizes: Vec<usize> = [1, 2, 3, 4, 5, 7, 60, 95, 97].map(size_above).to_vec();
        assert_eq!(sizes, [1, 2, 3, 4, 6, 8, 64, 96, 128]);
        let sizes: Vec<usize> = [0, 1, 2, 3, 5, 356, 512].map(size_below).to_vec();
        assert_eq!(sizes, [1, 1, 2, 3, 4, 256, 512]);
    }

    #[test]
    fn each_engine_gets_the_places_that_it_finds_quickly() {
        let of = |places| statement("insert into t values ", "do x", (2, 2), places);
        assert_eq!(of(Places::Counted), "insert into t values (?,?),(?,?) do x");
        assert_eq!(of(Places::Numbered), "insert into t values ($1,$2),($3,$4) do x");
        let of = |places| listing(("a in", "and b = {}"), 3, places);
        assert_eq!(of(Places::Counted), "a in (?,?,?) and b = ?");
        assert_eq!(of(Places::Numbered), "a in ($1, $2, $3) and b = $4");
    }
}
