//! The appointment list as a workbook or as an official annex.

use axum::extract::{Path, State};
use axum::response::Response;
use campaign::access::{Action, Permit};
use maud::{Markup, html};
use office::letter::{self, AppointmentGroup, AppointmentList};

use super::lines::Lines;
use super::{Asked, STATES};
use crate::export::{self, Known, Paper, Row, Wanted};
use crate::fields::Fields;
use crate::session::SignedIn;
use crate::{App, AppState, WebError};

/// The buttons, with what narrows the page.
pub(super) fn form(base: &str, pairs: &[(&str, &str)], may_reveal: bool) -> Markup {
    html! {
        form.filter method="post" action=(base) {
            @for (name, value) in pairs { input type="hidden" name=(name) value=(value); }
            @if may_reveal {
                label.field { input type="checkbox" name="phones" value="1"; "含完整手机号（将留下查看记录）" }
            }
            button.quiet type="submit" name="format" value="xlsx" { "下载 Excel" }
            button.quiet type="submit" name="format" value="docx" { "下载 Word" }
        }
    }
}

pub(crate) async fn download(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, WebError> {
    let tree = app.live.tree();
    let mut permit = tree.permit(&who.actor, Action::Export, &id)?;
    let with_phones = !fields.get("phones").is_empty();
    if with_phones {
        permit = tree.permit(&who.actor, Action::Reveal, &id)?;
    }
    let node = tree.get(&id).ok_or(WebError::NotFound)?;
    let asked = Asked {
        q: fields.get("q").to_owned(),
        state: fields.get("state").to_owned(),
        sort: fields.get("sort").to_owned(),
        ..Asked::default()
    };
    let found = Lines::gather(&app, &tree, &id).await?.narrowed(&asked);
    let state = STATES.iter().find(|(code, _)| *code == asked.state && !code.is_empty());
    let narrowed = export::narrowed(&[
        ("查找", &asked.q),
        ("状态", state.map_or("", |(_, words)| words)),
        ("手机号", if with_phones { "完整" } else { "" }),
    ]);
    let title = format!("{}反诈工作岗位名单", node.unit.name);
    if fields.get("format") == "docx" {
        let of = (node.unit.name.as_str(), title);
        return document(&app, &who, of, (permit, narrowed), (found, with_phones)).await;
    }
    let mut rows: Vec<Row> = Vec::with_capacity(found.rows.len());
    for (n, line) in (1_i64..).zip(&found.rows) {
        rows.push(vec![
            n.into(),
            line.unit.as_str().into(),
            line.post.as_str().into(),
            line.name.as_deref().unwrap_or("空缺").into(),
            line.phone(&app, with_phones)?.into(),
            line.since.as_str().into(),
        ]);
    }
    let wanted = Wanted {
        list: "appointments",
        title,
        narrowed,
        columns: &[
            ("序号", 6.0),
            ("单位", 34.0),
            ("岗位", 20.0),
            ("姓名", 14.0),
            ("联系电话", 16.0),
            ("到任日期", 14.0),
        ],
        permit,
    };
    export::answer(&app, &who, wanted, Known::new(rows)).await
}

/// The list as an official annex, a table for each unit.
async fn document(
    app: &AppState,
    who: &SignedIn,
    (unit, title): (&str, String),
    (permit, narrowed): (Permit, String),
    (found, with_phones): (Lines, bool),
) -> Result<Response, WebError> {
    let count = found.rows.len();
    let groups = groups(app, found, with_phones)?;
    let paper = Paper {
        list: "appointments",
        name: format!("{title}.docx"),
        narrowed,
        rows: count,
        permit,
    };
    let list =
        AppointmentList { title, unit: unit.to_owned(), as_of: app.clock.today(), groups };
    let make = move || letter::appointment_list(&list).to_docx().map_err(|it| it.to_string());
    export::paper(app, who, paper, make).await
}

fn groups(
    app: &App,
    found: Lines,
    with_phones: bool,
) -> Result<Vec<AppointmentGroup>, WebError> {
    let mut groups: Vec<AppointmentGroup> = Vec::new();
    for line in found.rows {
        let appointment = letter::Appointment {
            phone: line.phone(app, with_phones)?,
            post: line.post,
            person: line.name,
            position: String::new(),
            note: if line.since.is_empty() {
                String::new()
            } else {
                format!("{}到任", line.since)
            },
        };
        match groups.last_mut().filter(|group| group.name == line.unit) {
            Some(group) => group.appointments.push(appointment),
            None => groups
                .push(AppointmentGroup { name: line.unit, appointments: vec![appointment] }),
        }
    }
    Ok(groups)
}
