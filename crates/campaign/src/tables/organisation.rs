//! `units.csv`, `people.csv`, `posts.csv`.

use std::io::Read;

use super::{
    Shape, TableError,
    blocks::{Block, Blocks},
    fields::Row,
};
use crate::{
    organisation::{Organisation, OrganisationError, PersonRow, PostRow, UnitRow},
    plan::{Stage, UnitKind},
};

const UNITS: Shape = Shape {
    file: "units.csv",
    columns: &["id", "parent", "kind", "stage", "name", "from", "until"],
};
const PEOPLE: Shape = Shape {
    file: "people.csv",
    columns: &["id", "unit", "role", "audiences", "from", "until"],
};
const POSTS: Shape =
    Shape { file: "posts.csv", columns: &["unit", "post", "person", "from", "until"] };

/// Calls `row` for every row of a table.
pub(super) fn each_row(
    shape: Shape,
    reader: impl Read,
    mut row: impl FnMut(&Row<'_>) -> Result<(), TableError>,
) -> Result<(), TableError> {
    let blocks = Blocks::open(shape, reader)?;
    let mut block = Block::default();
    while blocks.next(&mut block)? {
        blocks.rows(&block, |line, fields| row(&Row { shape, line, fields }))?;
    }
    Ok(())
}

/// The tree of `units.csv`.
pub fn read_units(reader: impl Read) -> Result<Organisation, TableError> {
    let (mut rows, mut lines) = (Vec::new(), Vec::new());
    each_row(UNITS, reader, |row| {
        lines.push(row.line);
        rows.push(unit(row)?);
        Ok(())
    })?;
    Organisation::new(rows).map_err(|fault| {
        let line = lines.get(fault.row).copied().unwrap_or_default();
        let column = match fault.error {
            OrganisationError::Unit(_) | OrganisationError::Cycle(_) => 1,
            OrganisationError::Dates => 6,
            OrganisationError::Id(_) | OrganisationError::Person(_) => 0,
        };
        UNITS.cell(line, column, words(&fault.error))
    })
}

fn unit(row: &Row<'_>) -> Result<UnitRow, TableError> {
    let kind = row.text(2)?;
    let stage = row.text(3)?;
    Ok(UnitRow {
        id: row.named(0)?.to_owned(),
        parent: row.text(1)?.to_owned(),
        kind: UnitKind::from_code(kind)
            .ok_or_else(|| row.refuse(2, not_among(kind, UnitKind::ALL, UnitKind::code)))?,
        stage: match stage {
            "" => None,
            _ => Some(
                Stage::from_code(stage)
                    .ok_or_else(|| row.refuse(3, not_among(stage, Stage::ALL, Stage::code)))?,
            ),
        },
        name: row.text(4)?.to_owned(),
        from: row.optional_day(5)?,
        until: row.optional_day(6)?,
    })
}

/// Adds the people of `people.csv`.
pub fn read_people(org: &mut Organisation, reader: impl Read) -> Result<(), TableError> {
    each_row(PEOPLE, reader, |row| {
        let person = PersonRow {
            id: row.named(0)?,
            unit: row.text(1)?,
            role: row.text(2)?,
            audiences: row.text(3)?,
            from: row.optional_day(4)?,
            until: row.optional_day(5)?,
        };
        let added = org.add_person(person).map_err(|error| {
            let column = match error {
                OrganisationError::Unit(_) => 1,
                OrganisationError::Dates => 5,
                _ => 0,
            };
            row.refuse(column, words(&error))
        });
        added.map(|_| ())
    })
}

/// Adds the tenures of `posts.csv`.
pub fn read_posts(org: &mut Organisation, reader: impl Read) -> Result<(), TableError> {
    each_row(POSTS, reader, |row| {
        let tenure = PostRow {
            unit: row.text(0)?,
            post: row.named(1)?,
            person: row.text(2)?,
            from: row.optional_day(3)?,
            until: row.optional_day(4)?,
        };
        org.add_post(tenure).map_err(|error| {
            let column = match error {
                OrganisationError::Unit(_) => 0,
                OrganisationError::Dates => 4,
                _ => 2,
            };
            row.refuse(column, words(&error))
        })
    })
}

fn words(error: &OrganisationError) -> String {
    match error {
        OrganisationError::Id(id) => format!("编号“{id}”重复，单位和人员的编号都不能相同"),
        OrganisationError::Unit(id) => {
            format!("没有编号为“{id}”的单位，应为 units.csv 中的 id")
        }
        OrganisationError::Person(id) => {
            format!("没有编号为“{id}”的人员，应为 people.csv 中的 id")
        }
        OrganisationError::Cycle(id) => format!("单位“{id}”是自己的上级，单位之间不能成环"),
        OrganisationError::Dates => "早于 from，应不早于 from".to_owned(),
    }
}

fn not_among<T: Copy>(found: &str, all: &[T], code: impl Fn(T) -> &'static str) -> String {
    let allowed: Vec<&str> = all.iter().map(|&word| code(word)).collect();
    format!("“{found}”不在允许的值之中：{}", allowed.join("、"))
}
