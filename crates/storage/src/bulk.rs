//! Many rows in few statements: row-wise inserts cost three times as much.

use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, AnyConnection};

use crate::StorageError;

/// Far below what the engines take (32,766 and 65,535): SQLite finds `$n` by
/// walking its list of names, for each one anew, so a statement's cost grows
/// with the square of this. At 23,000 a statement took 1.7 s.
const VARIABLES_MAX: usize = 2_000;
const ROWS_MAX: usize = 1_000;

pub(crate) type AnyQuery<'q> = Query<'q, Any, AnyArguments>;

/// Inserts `rows` by multi-row VALUES. `head` ends in `values `.
pub(crate) async fn insert_rows<T>(
    conn: &mut AnyConnection,
    head: &str,
    columns: usize,
    rows: &[T],
    bind: impl for<'q> Fn(AnyQuery<'q>, &T) -> AnyQuery<'q>,
) -> Result<u64, StorageError> {
    insert_rows_with(conn, head, "", columns, rows, bind).await
}

/// The same with a tail, such as `on conflict … do update …`.
pub(crate) async fn insert_rows_with<T>(
    conn: &mut AnyConnection,
    head: &str,
    tail: &str,
    columns: usize,
    rows: &[T],
    bind: impl for<'q> Fn(AnyQuery<'q>, &T) -> AnyQuery<'q>,
) -> Result<u64, StorageError> {
    let mut touched = 0;
    for chunk in rows.chunks((VARIABLES_MAX / columns).min(ROWS_MAX)) {
        let text = statement(head, tail, columns, chunk.len());
        let mut query = sqlx::query(sqlx::AssertSqlSafe(text));
        for row in chunk {
            query = bind(query, row);
        }
        touched += query.execute(&mut *conn).await?.rows_affected();
    }
    Ok(touched)
}

fn statement(head: &str, tail: &str, columns: usize, rows: usize) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(head.len() + rows * columns * 7);
    text.push_str(head);
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ",(" });
        for column in 0..columns {
            let separator = if column == 0 { "" } else { "," };
            // Writing to a string cannot fail.
            let _ = write!(text, "{separator}${}", row * columns + column + 1);
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

/// What a reader typed, as a pattern in which nothing but `%` around it is
/// special; used with `escape '\'`.
pub(crate) fn like(search: &str) -> String {
    search.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}
