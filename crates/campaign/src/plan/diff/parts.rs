//! What differs beside duties and targets: dates, phases, posts, reports,
//! honours, scoring. Two plans are compared by what [`show`] tells of them.

use super::{Change, ChangeKind};
use crate::plan::describe::date_words;
use crate::plan::model::Plan;
use crate::plan::show::{Block, Document, Row, show};

/// What the head of the plan says differently.
pub(super) fn head(old: &Plan, new: &Plan) -> Vec<Change> {
    let (before, after) = (&old.head, &new.head);
    let dates = |plan: &Plan| {
        format!("{}至{}", date_words(plan.head.from), date_words(plan.head.until))
    };
    let text = |words: &Option<String>| words.clone().unwrap_or_default();
    let rows = [
        ("名称", before.name.clone(), after.name.clone()),
        ("制定单位", before.issuer.clone(), after.issuer.clone()),
        ("期限", dates(old), dates(new)),
        ("依据文件", text(&before.document), text(&after.document)),
        ("采用上级方案", text(&before.adopts), text(&after.adopts)),
    ];
    let differ = rows.into_iter().filter(|(_, before, after)| before != after);
    differ
        .map(|(name, before, after)| Change {
            kind: ChangeKind::Changed,
            element: "plan/".to_owned(),
            name: name.to_owned(),
            clause: String::new(),
            actor: String::new(),
            details: vec![super::from_to(&before, &after)],
        })
        .collect()
}

/// What the other parts say differently, in the order of the plan.
pub(super) fn parts(old: &Plan, new: &Plan) -> Vec<Change> {
    let (before, after) = (show(old), show(new));
    let mut left = entries(&after);
    let mut changes = Vec::new();
    for was in entries(&before) {
        match left.iter().position(|is| is.key == was.key) {
            Some(at) => {
                let is = left.remove(at);
                let details = differences(&was, &is);
                if !details.is_empty() {
                    changes.push(is.change(ChangeKind::Changed, details));
                }
            }
            None => changes.push(was.change(ChangeKind::Removed, was.says())),
        }
    }
    changes.extend(left.iter().map(|is| is.change(ChangeKind::Added, is.says())));
    changes
}

/// A row of a shown plan that is neither a duty nor a target.
struct Entry<'d> {
    key: String,
    head: &'d [&'static str],
    row: &'d Row,
}

fn entries(document: &Document) -> Vec<Entry<'_>> {
    let blocks = document.sections.iter().flat_map(|section| &section.blocks);
    let tables = blocks.filter_map(|block| match block {
        Block::Table(table) => Some(table),
        _ => None,
    });
    let rows = tables.flat_map(|table| table.rows.iter().map(|row| (&table.head[..], row)));
    rows.filter(|(_, row)| {
        !row.element.starts_with("duty/") && !row.element.starts_with("target/")
    })
    .map(|(head, row)| Entry { key: key(row), head, row })
    .collect()
}

/// What tells a row from others: its id, or where there is none who and where.
fn key(row: &Row) -> String {
    match (row.element.starts_with("responsibility/"), &row.cells[..]) {
        (true, [actor, .., clause]) => format!("responsibility/{actor}/{clause}"),
        _ => row.element.clone(),
    }
}

impl Entry<'_> {
    fn change(&self, kind: ChangeKind, details: Vec<String>) -> Change {
        let cell = |cell: Option<&String>| cell.cloned().unwrap_or_default();
        Change {
            kind,
            element: self.row.element.clone(),
            name: cell(self.row.cells.first()),
            clause: cell(self.row.cells.last()),
            actor: String::new(),
            details,
        }
    }

    /// All that the row says but its name and its clause.
    fn says(&self) -> Vec<String> {
        let cells = self.head.iter().zip(&self.row.cells);
        let middle = cells.skip(1).take(self.row.cells.len().saturating_sub(2));
        middle
            .filter(|(_, cell)| !cell.is_empty())
            .map(|(head, cell)| format!("{head}：{cell}"))
            .collect()
    }
}

fn differences(was: &Entry<'_>, is: &Entry<'_>) -> Vec<String> {
    let cells = was.row.cells.iter().zip(&is.row.cells);
    is.head
        .iter()
        .zip(cells)
        .filter(|(_, (before, after))| before != after)
        .map(|(head, (before, after))| format!("{head}：{}", super::from_to(before, after)))
        .collect()
}
