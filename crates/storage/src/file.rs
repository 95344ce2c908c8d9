//! Which files of the store any row still names.

use std::collections::HashSet;

use sqlx::{AnyConnection, Row as _};

use crate::StorageError;
use crate::bulk::each_in;

/// Every column that names a file by its hash. A file that none of them names is
/// swept away, so a new one must be here; the test below looks for it.
const NAMED_BY: &[(&str, &str)] = &[
    ("evidence", "sha256"),
    ("evidence", "thumbnail_sha256"),
    ("draft_edition", "sha256"),
    ("consultation_file", "sha256"),
    ("consultation_file", "thumbnail_sha256"),
    ("material_file", "sha256"),
    ("material_file", "thumbnail_sha256"),
];

/// Those of these hashes that a row names.
pub async fn named(
    conn: &mut AnyConnection,
    hashes: &[String],
) -> Result<HashSet<String>, StorageError> {
    let mut named = HashSet::new();
    for (table, column) in NAMED_BY {
        let head = format!("select {column} from {table} where {column} in");
        each_in(conn, (&head, ""), hashes, |row| {
            named.insert(row.try_get(0)?);
            Ok(())
        })
        .await?;
    }
    Ok(named)
}

#[cfg(test)]
mod tests {
    use super::NAMED_BY;

    #[test]
    fn no_column_that_names_a_file_is_forgotten() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .expect("migrations")
            .map(|entry| entry.expect("an entry").path())
            .collect();
        files.sort();
        let mut table = String::new();
        for file in files {
            for line in std::fs::read_to_string(file).expect("a text").lines() {
                if let Some(rest) = line.strip_prefix("create table ") {
                    table = rest.split([' ', '(']).next().unwrap_or_default().to_owned();
                }
                let column = line.trim_start().split(' ').next().unwrap_or_default();
                let names_a_file = line.starts_with(' ') && column.ends_with("sha256");
                assert!(
                    !names_a_file || NAMED_BY.contains(&(table.as_str(), column)),
                    "{table}.{column} is missing in NAMED_BY: its files would be swept away"
                );
            }
        }
    }
}
