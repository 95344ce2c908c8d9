//! Lists of materials: the whole library for those who keep it, and what
//! everybody may read.

use campaign::consultation::Asker;
use campaign::material::Text;
use sqlx::{AnyConnection, Row as _};

use super::{COLUMNS, Material, inconsistent, material};
use crate::StorageError;
use crate::bulk::{like, places};
use crate::narrow::{Clauses, Order, Part, Shape};

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

/// By what materials are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Key {
    #[default]
    Changed,
    Title,
    Version,
}

impl Key {
    const fn column(self) -> &'static str {
        match self {
            Self::Changed => "@.changed_at",
            Self::Title => "@.title_key",
            Self::Version => "@.version",
        }
    }
}

/// A part of the materials that fit.
pub async fn list(
    conn: &mut AnyConnection,
    filter: Filter<'_>,
    order: Order<Key>,
    part: Part<'_>,
) -> Result<Vec<Material>, StorageError> {
    let mut clauses = Clauses::from("material m");
    clauses.equal(
        "exists (select 1 from unit_ancestor u
            where u.unit_id = m.unit_id and u.ancestor_id = {})",
        filter.top,
    );
    clauses.optional("m.kind = {}", Some(filter.kind));
    clauses.optional("m.state = {}", Some(filter.state));
    if !filter.search.is_empty() {
        clauses.equal("m.title like {} escape '\\'", &format!("%{}%", like(filter.search)));
    }
    let shape = Shape { columns: COLUMNS, table: "material", alias: "m", joins: "" };
    let rows = clauses.page(conn, shape, order.by(Key::column), part).await?;
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
