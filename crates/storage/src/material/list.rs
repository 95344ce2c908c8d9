//! Lists of materials: the whole library for those who keep it, and what
//! everybody may read.

use campaign::consultation::Asker;
use campaign::material::Text;
use sqlx::{AnyConnection, Row as _};

use super::{COLUMNS, Material, inconsistent, material};
use crate::StorageError;
use crate::bulk::{like, places};

/// What narrows a list. An empty field does not.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter<'a> {
    /// At this unit and below it.
    pub top: &'a str,
    pub kind: &'a str,
    pub state: &'a str,
    /// In the title.
    pub search: &'a str,
}

/// Where a page ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    pub changed_at: i64,
    pub id: String,
}

/// At most `limit` materials after `after`, those changed last first.
pub async fn list(
    conn: &mut AnyConnection,
    filter: Filter<'_>,
    (after, limit): (Option<&Cursor>, i64),
) -> Result<Vec<Material>, StorageError> {
    let text = format!(
        "select {COLUMNS} from material m
         where exists (select 1 from unit_ancestor u
                       where u.unit_id = m.unit_id and u.ancestor_id = $1)
           and ($2 = '' or m.kind = $2) and ($3 = '' or m.state = $3)
           and m.title like $4 escape '\\'
           and (m.changed_at < $5 or (m.changed_at = $5 and m.id < $6))
         order by m.changed_at desc, m.id desc limit $7"
    );
    let (at, id) = match after {
        Some(it) => (it.changed_at, it.id.clone()),
        None => (i64::MAX, String::new()),
    };
    let rows = sqlx::query(sqlx::AssertSqlSafe(text))
        .bind(filter.top.to_owned())
        .bind(filter.kind.to_owned())
        .bind(filter.state.to_owned())
        .bind(format!("%{}%", like(filter.search)))
        .bind(at)
        .bind(id)
        .bind(limit)
        .fetch_all(conn)
        .await?;
    rows.iter().map(material).collect()
}

/// What the units of `line` have published, as everybody may read it. At most
/// two thousand: more than anybody reads.
pub async fn public(
    conn: &mut AnyConnection,
    line: &[&str],
) -> Result<Vec<(Material, Text)>, StorageError> {
    if line.is_empty() {
        return Ok(Vec::new());
    }
    let text = format!(
        "select {COLUMNS}, v.title, v.body, v.audience, v.source
         from material m join material_version v
           on v.material_id = m.id and v.version = m.public_version
         where v.state = 'published' and m.unit_id in ({})
         order by m.changed_at desc, m.id desc limit 2000",
        places(1, line.len())
    );
    let mut query = sqlx::query(sqlx::AssertSqlSafe(text));
    for unit in line {
        query = query.bind((*unit).to_owned());
    }
    let rows = query.fetch_all(conn).await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        let it = material(row)?;
        let audience: String = row.try_get(13)?;
        let text = Text {
            title: row.try_get(11)?,
            body: row.try_get(12)?,
            audience: Asker::from_code(&audience)
                .ok_or_else(|| inconsistent("material_version", "audience", &it.id))?,
            source: row.try_get(14)?,
        };
        found.push((it, text));
    }
    Ok(found)
}
