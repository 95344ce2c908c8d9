//! The appointment list (岗位名单): as a page to print, and as a workbook.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use campaign::access::Action;
use maud::{Markup, html};
use office::letter::{self, AppointmentGroup, AppointmentList};
use office::sheet::{Cell, Column, Head, List, ListFormat};
use serde::Deserialize;
use storage::people::Scope;
use storage::post;

use super::{holds_on, post_name, wanted};
use crate::layout::{self, Page, heading};
use crate::live::Tree;
use crate::session::SignedIn;
use crate::{App, AppState, WebError, download, path, text, units};

/// A line of the list; a vacancy has no name.
struct Line {
    unit: String,
    post: String,
    name: Option<String>,
    phone: String,
    since: String,
}

/// Units a list covers at most: a district's schools, not its classes.
const UNITS_MAX: usize = 2_000;

async fn lines(
    app: &App,
    tree: &Tree,
    id: &str,
    with_phones: bool,
) -> Result<Vec<Line>, WebError> {
    use campaign::plan::UnitKind::{Class, Grade, Group};
    let today = app.clock.today().to_string();
    let mut conn = app.store.read().await?;
    let holders = post::holders(&mut conn, Scope::Below(id), &today).await?;
    drop(conn);
    let own_kind = tree.get(id).map(|node| node.unit.kind);
    let in_school = tree.school_of(id).is_some();
    let mut lines = Vec::new();
    let places = tree
        .below(id)
        .into_iter()
        .filter(|node| node.unit.closed_on.is_none())
        // A bureau's list names schools and offices; classes stand in a school's own.
        .filter(|node| in_school || !matches!(node.unit.kind, Class | Grade | Group))
        .filter(|node| node.unit.kind != Group || own_kind == Some(Class))
        .take(UNITS_MAX);
    for node in places {
        let unit = tree.full_name(&node.unit.id);
        let own: Vec<&post::Holder> = holders
            .iter()
            .filter(|it| it.appointment.unit == node.unit.id && holds_on(it, &today))
            .collect();
        let wanted = wanted(app, tree, &node.unit.id);
        let order = |code: &str| wanted.posts.iter().position(|it| it.post == code);
        let mut of_unit: Vec<(usize, Line)> = Vec::new();
        for it in &own {
            let phone = it.phone(&app.store.sealer)?.unwrap_or_default();
            let phone = if with_phones { phone } else { text::masked_phone(&phone) };
            let stand_in =
                if it.appointment.substitute_for.is_some() { "（代理）" } else { "" };
            of_unit.push((
                order(&it.appointment.post).unwrap_or(usize::MAX),
                Line {
                    unit: unit.clone(),
                    post: post_name(&it.appointment.post).to_owned(),
                    name: Some(format!("{}{stand_in}", it.name)),
                    phone,
                    since: it.appointment.from_on.clone(),
                },
            ));
        }
        for it in super::vacancies(&wanted, &holders_of(&own), &today) {
            of_unit.push((
                order(&it.post).unwrap_or(usize::MAX),
                Line {
                    unit: unit.clone(),
                    post: it.name.clone(),
                    name: None,
                    phone: String::new(),
                    since: String::new(),
                },
            ));
        }
        of_unit.sort_by_key(|(order, _)| *order);
        lines.extend(of_unit.into_iter().map(|(_, line)| line));
    }
    Ok(lines)
}

fn holders_of(own: &[&post::Holder]) -> Vec<post::Holder> {
    own.iter().map(|it| (*it).clone()).collect()
}

pub(crate) async fn print(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Result<Markup, WebError> {
    let tree = app.live.tree();
    tree.permit(&who.actor, Action::Read, &id)?;
    let node = tree.get(&id).ok_or(WebError::NotFound)?;
    let lines = lines(&app, &tree, &id, false).await?;
    let vacant = lines.iter().filter(|line| line.name.is_none()).count();
    let may_export = tree.permit(&who.actor, Action::Export, &id).is_ok();
    let may_reveal = tree.permit(&who.actor, Action::Reveal, &id).is_ok();
    let content = html! {
        (units::trail_to(&tree, &who, &id, "岗位名单"))
        (heading(&format!("{}反诈工作岗位名单", node.unit.name), None))
        @if may_export {
            form.filter method="post" action=(format!("{}/appointments", path::unit(&id))) {
                @if may_reveal {
                    label.field { input type="checkbox" name="phones" value="1"; "含完整手机号（将留下查看记录）" }
                }
                button.quiet type="submit" name="format" value="xlsx" { "下载 Excel" }
                button.quiet type="submit" name="format" value="docx" { "下载 Word" }
            }
        }
        p.muted { (text::chinese_date(app.clock.today())) "，共 " (lines.len()) " 岗，空缺 " (vacant) " 岗" }
        section.card.flush {
            table.stack {
                thead { tr { th.number { "序号" } th { "单位" } th { "岗位" } th { "姓名" } th { "联系电话" } th { "到任日期" } } }
                tbody {
                    @for (index, line) in lines.iter().enumerate() {
                        tr {
                            td.number data-label="序号" { (index + 1) }
                            td data-label="单位" { (line.unit) }
                            td data-label="岗位" { (line.post) }
                            td data-label="姓名" { @match &line.name { Some(name) => (name), None => (layout::tag("空缺", layout::Tone::Bad)) } }
                            td data-label="联系电话" { (line.phone) }
                            td data-label="到任日期" { (line.since) }
                        }
                    }
                }
            }
        }
    };
    Ok(layout::page(&app, &who, Page { title: "岗位名单", here: path::UNITS, content }))
}

/// The list as an official annex, a table for each unit.
fn document(
    app: &App,
    unit: &str,
    title: &str,
    lines: Vec<Line>,
) -> Result<Response, WebError> {
    let mut groups: Vec<AppointmentGroup> = Vec::new();
    for line in lines {
        let appointment = letter::Appointment {
            post: line.post,
            person: line.name,
            position: String::new(),
            phone: line.phone,
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
    let list = AppointmentList {
        title: title.to_owned(),
        unit: unit.to_owned(),
        as_of: app.clock.today(),
        groups,
    };
    let bytes = letter::appointment_list(&list).to_docx().map_err(download::failed)?;
    let name = format!("{title}.docx");
    Ok(download::file(&name, letter::DOCX_MEDIA_TYPE, bytes).into_response())
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wish {
    phones: String,
    format: String,
}

pub(crate) async fn download(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Form(wish): Form<Wish>,
) -> Result<Response, WebError> {
    let tree = app.live.tree();
    let mut permit = tree.permit(&who.actor, Action::Export, &id)?;
    let with_phones = !wish.phones.is_empty();
    if with_phones {
        permit = tree.permit(&who.actor, Action::Reveal, &id)?;
    }
    let node = tree.get(&id).ok_or(WebError::NotFound)?;
    let lines = lines(&app, &tree, &id, with_phones).await?;
    let mut tx = app.store.write(app.clock.now()).await?;
    let object = format!("unit/{id}");
    let detail = format!("岗位名单 {} 行", lines.len());
    tx.audit(&permit, "appointments", storage::Change { object: &object, detail });
    tx.commit().await?;
    let title = format!("{}反诈工作岗位名单", node.unit.name);
    if wish.format == "docx" {
        return document(&app, &node.unit.name, &title, lines);
    }
    let note = format!("{}　制表人：{}", text::chinese_date(app.clock.today()), who.name);
    let column = |header, width| Column { header, width };
    let columns = [
        column("序号", 6.0),
        column("单位", 34.0),
        column("岗位", 20.0),
        column("姓名", 14.0),
        column("联系电话", 16.0),
        column("到任日期", 14.0),
    ];
    let head = Head { sheet: "岗位名单", title: &title, note: &note, columns: &columns };
    let mut list = List::new(ListFormat::Xlsx, &head).map_err(download::failed)?;
    for (index, line) in lines.iter().enumerate() {
        list.row(&[
            Cell::Integer(index as i64 + 1),
            Cell::Text(&line.unit),
            Cell::Text(&line.post),
            Cell::Text(line.name.as_deref().unwrap_or("空缺")),
            Cell::Text(&line.phone),
            Cell::Text(&line.since),
        ])
        .map_err(download::failed)?;
    }
    let bytes = list.finish().map_err(download::failed)?;
    Ok(download::file(&format!("{title}.xlsx"), ListFormat::Xlsx.media_type(), bytes)
        .into_response())
}
