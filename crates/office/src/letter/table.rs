//! Tables, with cells that reach over columns and rows.

use super::body::{BODY, Look, paragraph};
use super::docx::{BODY_FONT, HEADING_FONT, twips};
use super::xml::Xml;
use super::{Align, Row, Table, TableCell};

/// A cell from above that still reaches down.
#[derive(Debug, Clone, Copy)]
struct Reach {
    column: usize,
    n_columns: usize,
    n_rows_left: usize,
}

pub(super) fn write(xml: &mut Xml, table: &Table, width: i64) {
    let columns = column_widths(&table.widths, width);
    xml.open("w:tbl", &[]);
    properties(xml, width);
    xml.open("w:tblGrid", &[]);
    for column in &columns {
        xml.leaf("w:gridCol", &[("w:w", &column.to_string())]);
    }
    xml.close();
    let mut reaches: Vec<Reach> = Vec::new();
    for (at, row) in table.rows.iter().enumerate() {
        write_row(xml, row, at < table.n_head_rows, &columns, &mut reaches);
    }
    xml.close();
}

/// Whole twips that add up to the width.
fn column_widths(shares: &[f64], width: i64) -> Vec<i64> {
    let total: f64 = shares.iter().sum();
    let mut done = 0;
    let mut share_done = 0.0;
    let mut widths = Vec::with_capacity(shares.len());
    for share in shares {
        share_done += share;
        let end = (width as f64 * share_done / total.max(f64::EPSILON)).round() as i64;
        widths.push(end - done);
        done = end;
    }
    widths
}

fn properties(xml: &mut Xml, width: i64) {
    xml.open("w:tblPr", &[]);
    xml.leaf("w:tblW", &[("w:w", &width.to_string()), ("w:type", "dxa")]);
    xml.val("w:jc", "center");
    xml.open("w:tblBorders", &[]);
    for side in ["w:top", "w:left", "w:bottom", "w:right", "w:insideH", "w:insideV"] {
        let line =
            [("w:val", "single"), ("w:sz", "6"), ("w:space", "0"), ("w:color", "000000")];
        xml.leaf(side, &line);
    }
    xml.close();
    xml.leaf("w:tblLayout", &[("w:type", "fixed")]);
    xml.open("w:tblCellMar", &[]);
    for side in ["w:left", "w:right"] {
        xml.leaf(side, &[("w:w", "85"), ("w:type", "dxa")]);
    }
    xml.close();
    xml.close();
}

fn write_row(
    xml: &mut Xml,
    row: &Row,
    is_head: bool,
    columns: &[i64],
    reaches: &mut Vec<Reach>,
) {
    xml.open("w:tr", &[]);
    xml.open("w:trPr", &[]);
    if row.height_mm_min > 0.0 {
        let height = twips(row.height_mm_min).to_string();
        xml.leaf("w:trHeight", &[("w:val", &height), ("w:hRule", "atLeast")]);
    }
    if is_head {
        xml.leaf("w:tblHeader", &[]);
    }
    xml.close();
    let mut cells = row.cells.iter();
    let mut column = 0;
    let mut begun = Vec::new();
    while column < columns.len() {
        if let Some(reach) = reaches.iter_mut().find(|reach| reach.column == column) {
            reach.n_rows_left -= 1;
            let n_columns = reach.n_columns;
            let empty = TableCell::new("").columns(n_columns);
            write_cell(xml, &empty, width_of(columns, column, n_columns), Some("continue"));
            column += n_columns;
            continue;
        }
        // A row that is too short is filled up; what is too much is left out.
        let empty = TableCell::new("");
        let cell = cells.next().unwrap_or(&empty);
        let n_columns = cell.n_columns.min(columns.len() - column);
        let cell = cell.clone().columns(n_columns);
        let merge = (cell.n_rows > 1).then_some("restart");
        write_cell(xml, &cell, width_of(columns, column, n_columns), merge);
        if cell.n_rows > 1 {
            begun.push(Reach { column, n_columns, n_rows_left: cell.n_rows - 1 });
        }
        column += n_columns;
    }
    reaches.retain(|reach| reach.n_rows_left > 0);
    reaches.extend(begun);
    xml.close();
}

fn width_of(columns: &[i64], from: usize, n: usize) -> i64 {
    columns.iter().skip(from).take(n).sum()
}

fn write_cell(xml: &mut Xml, cell: &TableCell, width: i64, merge: Option<&str>) {
    xml.open("w:tc", &[]);
    xml.open("w:tcPr", &[]);
    xml.leaf("w:tcW", &[("w:w", &width.to_string()), ("w:type", "dxa")]);
    if cell.n_columns > 1 {
        xml.val("w:gridSpan", &cell.n_columns.to_string());
    }
    if let Some(merge) = merge {
        xml.val("w:vMerge", merge);
    }
    xml.val("w:vAlign", "center");
    xml.close();
    let look = Look {
        font: if cell.is_head { HEADING_FONT } else { BODY_FONT },
        size: 24,
        align: match cell.align {
            Align::Left => "left",
            Align::Center => "center",
            Align::Right => "right",
        },
        first_line: 0,
        line: 360,
        is_line_exact: false,
        ..BODY
    };
    for line in cell.text.split('\n') {
        paragraph(xml, line, &look);
    }
    xml.close();
}
