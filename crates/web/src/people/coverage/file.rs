//! The gaps as a workbook: units for all who may export, pupils by name for those
//! who may see them.

use axum::response::Response;
use campaign::access::Action;
use storage::{Part, people};

use super::Gaps;
use crate::export::{self, PART, Row, Rows, Wanted};
use crate::live::Node;
use crate::session::SignedIn;
use crate::{App, AppState, WebError};

/// The gaps of units lie in memory; then come the pupils of two lists.
struct All {
    units: Vec<Row>,
    top: String,
    /// Which list of pupils is next; none for those who see no names.
    pupils: Option<Pupils>,
    after: String,
}

#[derive(Clone, Copy)]
enum Pupils {
    OutsideClasses,
    WithoutGuardian,
}

impl Rows for All {
    async fn next(&mut self, app: &App) -> Result<Vec<Row>, WebError> {
        if !self.units.is_empty() {
            return Ok(std::mem::take(&mut self.units));
        }
        let (tree, today) = (app.live.tree(), app.clock.today().to_string());
        let sealer = &app.store.sealer;
        while let Some(which) = self.pupils {
            let mut conn = app.store.read().await?;
            let of = (self.top.as_str(), today.as_str());
            let part = Part::after(&self.after, PART);
            let (words, found) = match which {
                Pupils::OutsideClasses => (
                    "没有编入班级的学生",
                    people::outside_classes(&mut conn, sealer, of, part).await?,
                ),
                Pupils::WithoutGuardian => (
                    "没有登记监护人的学生",
                    people::without_guardian(&mut conn, sealer, of, part).await?,
                ),
            };
            drop(conn);
            let Some(last) = found.last() else {
                self.after.clear();
                self.pupils = match which {
                    Pupils::OutsideClasses => Some(Pupils::WithoutGuardian),
                    Pupils::WithoutGuardian => None,
                };
                continue;
            };
            self.after.clone_from(&last.id);
            let row = |it: &people::Person| -> Row {
                vec![
                    words.into(),
                    tree.full_name(&it.unit).into(),
                    it.name.as_str().into(),
                    super::super::number(it).into(),
                    "".into(),
                ]
            };
            return Ok(found.iter().map(row).collect());
        }
        Ok(Vec::new())
    }
}

const COLUMNS: &[(&str, f64)] =
    &[("检查", 22.0), ("单位", 32.0), ("姓名", 12.0), ("编号", 18.0), ("缺口", 40.0)];

pub(super) async fn export(
    app: &AppState,
    who: &SignedIn,
    (top, names): (&Node, bool),
    gaps: &[Gaps<'_>],
) -> Result<Response, WebError> {
    let tree = app.live.tree();
    let mut units: Vec<Row> = Vec::new();
    for it in gaps {
        for (node, words) in &it.rows {
            let unit = tree.full_name(&node.unit.id);
            units.push(vec![
                it.title.into(),
                unit.into(),
                "".into(),
                "".into(),
                words.as_str().into(),
            ]);
        }
    }
    let wanted = Wanted {
        list: "coverage",
        title: format!("{}覆盖检查", top.unit.name),
        narrowed: String::new(),
        columns: COLUMNS,
        permit: tree.permit(&who.actor, Action::Export, &top.unit.id)?,
    };
    let rows = All {
        units,
        top: top.unit.id.clone(),
        pupils: names.then_some(Pupils::OutsideClasses),
        after: String::new(),
    };
    export::answer(app, who, wanted, rows).await
}
