//! The year-roll of a school or a district: looked at, run, and undone as long
//! as nothing new hangs on it.

use std::collections::{BTreeMap, HashSet};

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use campaign::access::Action;
use campaign::person::PersonRole;
use campaign::plan::UnitKind;
use campaign::year_roll::{Step, step};
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;
use storage::organisation::Unit;
use storage::people;
use storage::year_roll::{self, Before, NewRoll, Roll};

use super::{manage, trail};
use crate::app::new_id;
use crate::layout::{self, Page, Tone, empty, field, heading, note, tag};
use crate::live::Tree;
use crate::session::SignedIn;
use crate::{App, AppState, WebError, path, text};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    unit: String,
    on: String,
}

/// What a roll would do.
#[derive(Default)]
struct Preview {
    up: Vec<(Unit, String)>,
    leaving: Vec<Unit>,
    staying: Vec<Unit>,
}

/// Grades and classes of `top` with what becomes of them. A class that stands
/// in a grade goes where its grade goes, even if its own name tells nothing.
fn preview(tree: &Tree, top: &str, on: Date, skip: &HashSet<String>) -> Preview {
    let mut preview = Preview::default();
    let mut gone: HashSet<&str> = HashSet::new();
    for node in tree.below(top) {
        let unit = &node.unit;
        let concerned = matches!(unit.kind, UnitKind::Grade | UnitKind::Class);
        if !concerned || unit.closed_on.is_some() {
            continue;
        }
        if unit.parent.as_deref().is_some_and(|parent| gone.contains(parent)) {
            // It closes with its grade.
            gone.insert(&unit.id);
            continue;
        }
        if skip.contains(&unit.id) {
            preview.staying.push(unit.clone());
            continue;
        }
        match step(&unit.name, tree.stage_of(&unit.id), on) {
            Step::Up(name) => preview.up.push((unit.clone(), name)),
            Step::Leave => {
                gone.insert(&unit.id);
                preview.leaving.push(unit.clone());
            }
            Step::Stay => preview.staying.push(unit.clone()),
        }
    }
    preview
}

/// The last day of the school year that is ending or has just ended.
fn usual_day(today: Date) -> Date {
    let year = if today.month() < 6 { today.year() - 1 } else { today.year() };
    Date::new(year, 8, 31).unwrap_or(today)
}

pub(crate) async fn roll_page(
    State(app): State<AppState>,
    who: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Markup, WebError> {
    let tree = app.live.tree();
    let top = tree.scope(&who.actor, Action::ManageOrganisation, Some(&asked.unit))?;
    let on = match asked.on.trim() {
        "" => usual_day(app.clock.today()),
        value => text::parse_date(value, "学年最后一天")?,
    };
    show(&app, &who, &top.unit, on, None).await
}

async fn show(
    app: &App,
    who: &SignedIn,
    top: &Unit,
    on: Date,
    wrong: Option<&str>,
) -> Result<Markup, WebError> {
    let tree = app.live.tree();
    let preview = preview(&tree, &top.id, on, &HashSet::new());
    let leaving: Vec<&str> = preview.leaving.iter().map(|unit| unit.id.as_str()).collect();
    let today = app.clock.today().to_string();
    let mut conn = app.store.read().await?;
    let mut leavers = 0;
    for chunk in leaving.chunks(500) {
        leavers += people::counts_by_unit(&mut conn, chunk, &today)
            .await?
            .iter()
            .filter(|(_, count)| count.role == PersonRole::Student)
            .map(|(_, count)| count.people)
            .sum::<i64>();
    }
    let rolls = year_roll::around(&mut conn, &top.id, 5).await?;
    drop(conn);
    let is_small = preview.up.len() + preview.leaving.len() <= 120;
    let content = html! {
        (trail(&tree, who, &top.id, false))
        (heading("升级与毕业", None))
        @if let Some(words) = wrong { (note(words, Tone::Bad)) }
        form.filter method="get" action="/units/roll" {
            input type="hidden" name="unit" value=(top.id);
            (field("学年最后一天", Some("毕业学生的离校日期"), html! { input type="date" name="on" value=(on) required; }))
            button.quiet type="submit" { "重新预览" }
        }
        div.grid {
            section.card { p.muted { "升级的年级和班级" } p.figure-big { (preview.up.len()) } }
            section.card { p.muted { "毕业的年级和班级" } p.figure-big { (preview.leaving.len()) } }
            section.card { p.muted { "毕业学生" } p.figure-big { (leavers) } }
            section.card { p.muted { "不变" } p.figure-big { (preview.staying.len()) } p.muted.small { "名称中没有年级，或按入学年份命名" } }
        }
        @if preview.up.is_empty() && preview.leaving.is_empty() {
            (empty("没有需要升级或毕业的年级、班级。", None))
        } @else {
            form method="post" action="/units/roll" data-confirm="确定升级吗？在有新记录之前可以撤回。" {
                input type="hidden" name="unit" value=(top.id);
                input type="hidden" name="on" value=(on);
                section.card.flush {
                    @if is_small { (each(&tree, &preview)) } @else { (grouped(&preview)) }
                }
                p.actions { button type="submit" { "执行升级" } }
            }
        }
        @if !rolls.is_empty() { (past(&tree, &rolls)) }
    };
    Ok(layout::page(app, who, Page { title: "升级与毕业", here: path::UNITS, content }))
}

fn each(tree: &Tree, preview: &Preview) -> Markup {
    let line = |unit: &Unit, after: Markup| {
        html! {
            tr {
                td data-label="现在" { (tree.full_name(&unit.id)) }
                td data-label="升级后" { (after) }
                td data-label="不参加" { label { input type="checkbox" name="skip" value=(unit.id); "不参加" } }
            }
        }
    };
    html! {
        table.stack {
            caption { "逐个核对；勾选“不参加”的保持不变" }
            thead { tr { th { "现在" } th { "升级后" } th { "例外" } } }
            tbody {
                @for unit in &preview.leaving { (line(unit, tag("毕业离校", Tone::Warn))) }
                @for (unit, name) in &preview.up { (line(unit, html! { (name) })) }
            }
        }
    }
}

/// Many schools: how many of each grade go where.
fn grouped(preview: &Preview) -> Markup {
    let mut groups: BTreeMap<(String, String), usize> = BTreeMap::new();
    let short = |name: &str| -> String {
        match name.find("年级") {
            Some(at) => name.get(..at + "年级".len()).unwrap_or(name).to_owned(),
            None => name.chars().take(2).collect(),
        }
    };
    for (unit, name) in &preview.up {
        *groups.entry((short(&unit.name), short(name))).or_default() += 1;
    }
    for unit in &preview.leaving {
        *groups.entry((short(&unit.name), "毕业离校".to_owned())).or_default() += 1;
    }
    html! {
        table.stack {
            caption { "按年级汇总；要逐个核对请进入学校" }
            thead { tr { th { "现在" } th { "升级后" } th.number { "年级和班级" } } }
            tbody {
                @for ((from, to), n) in &groups {
                    tr { td data-label="现在" { (from) } td data-label="升级后" { (to) } td.number data-label="年级和班级" { (n) } }
                }
            }
        }
    }
}

fn past(tree: &Tree, rolls: &[Roll]) -> Markup {
    html! {
        section.card.flush {
            h2.inset { "以往的升级" }
            table.stack {
                thead { tr { th { "范围" } th { "执行时间" } th { "结果" } th { "操作" } } }
                tbody {
                    @for (index, roll) in rolls.iter().enumerate() {
                        tr {
                            td data-label="范围" { (tree.full_name(&roll.unit)) }
                            td data-label="执行时间" { (text::moment(roll.ran_at)) }
                            td data-label="结果" { "升级 " (roll.classes_up) "，毕业 " (roll.classes_left) "，学生离校 " (roll.people_left) " 人" }
                            td data-label="操作" {
                                @if roll.undone_at.is_some() { (tag("已撤回", Tone::Faint)) }
                                @else if index == 0 {
                                    form method="post" action=(format!("/units/roll/{}/undo", roll.id)) data-confirm="确定撤回这次升级吗？" {
                                        button.quiet type="submit" { "撤回" }
                                    }
                                } @else { "—" }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The form comes as pairs, since `skip` may come many times.
pub(crate) async fn run_roll(
    State(app): State<AppState>,
    who: SignedIn,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, WebError> {
    let value = |name: &str| {
        pairs.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value.as_str())
    };
    let (permit, top) = manage(&app, &who, value("unit"))?;
    let on = text::parse_date(value("on"), "学年最后一天")?;
    let skip: HashSet<String> = pairs
        .iter()
        .filter(|(name, _)| name == "skip")
        .map(|(_, value)| value.clone())
        .collect();
    let tree = app.live.tree();
    let Preview { up, leaving, .. } = preview(&tree, &top.id, on, &skip);
    if up.is_empty() && leaving.is_empty() {
        return Err(WebError::invalid("没有需要升级或毕业的年级、班级。"));
    }
    let mut tx = app.store.write(app.clock.now()).await?;
    let before = year_roll::around(tx.conn(), &top.id, 1).await?;
    let again = before
        .first()
        .filter(|roll| roll.undone_at.is_none() && same_school_year(&roll.on, on));
    if let Some(roll) = again {
        drop(tx);
        let words = format!(
            "本学年（{}）已于 {} 升级过，不能重复执行；如需重做，请先撤回。",
            roll.on,
            text::moment(roll.ran_at)
        );
        let page = show(&app, &who, &top, on, Some(&words)).await?;
        return Ok((axum::http::StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let roll = NewRoll { id: new_id(), unit: top.id.clone(), on: on.to_string(), up, leaving };
    year_roll::run(&mut tx, &permit, &roll).await?;
    tx.commit().await?;
    app.live.reload_tree(&app.store).await?;
    app.live.refresh(&app.store, app.clock.now()).await?;
    Ok(Redirect::to(&path::with_query("/units/roll", &[("unit", &top.id)])).into_response())
}

fn same_school_year(a: &str, b: Date) -> bool {
    // Days from May to April end one school year.
    let year = |date: Date| if date.month() < 5 { date.year() - 1 } else { date.year() };
    a.parse::<Date>().is_ok_and(|a| year(a) == year(b))
}

pub(crate) async fn undo_roll(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Result<Redirect, WebError> {
    let mut tx = app.store.write(app.clock.now()).await?;
    let roll = year_roll::by_id(tx.conn(), &id).await?.ok_or(WebError::NotFound)?;
    let (permit, _) = manage(&app, &who, &roll.unit)?;
    if roll.undone_at.is_some() {
        return Err(WebError::Conflict("这次升级已经撤回。".to_owned()));
    }
    let latest = year_roll::around(tx.conn(), &roll.unit, 1).await?;
    if latest.first().is_some_and(|it| it.id != roll.id) {
        return Err(WebError::Conflict("之后又执行过升级，请先撤回后一次。".to_owned()));
    }
    let records = year_roll::records_since(tx.conn(), &roll).await?;
    if records > 0 {
        return Err(WebError::Conflict(format!(
            "升级后，这些班级已提交 {records} 条新记录，不能再撤回。"
        )));
    }
    let tree = app.live.tree();
    let steps = year_roll::before(tx.conn(), &roll.id).await?;
    let units: Vec<(Unit, Before)> = steps
        .into_iter()
        .filter_map(|before| tree.get(&before.unit).map(|node| (node.unit.clone(), before)))
        .collect();
    year_roll::undo(&mut tx, &permit, &roll, &units).await?;
    tx.commit().await?;
    app.live.reload_tree(&app.store).await?;
    app.live.refresh(&app.store, app.clock.now()).await?;
    Ok(Redirect::to(&path::with_query("/units/roll", &[("unit", &roll.unit)])))
}
