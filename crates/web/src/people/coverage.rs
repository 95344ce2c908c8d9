//! Coverage (A4): every student in a class and with somebody responsible,
//! every school in the grid. Names for those entitled, counts for the rest.

use axum::extract::{Query, State};
use campaign::access::Action;
use campaign::plan::UnitKind;
use maud::{Markup, html};
use serde::Deserialize;
use storage::people::{self, Person, Scope};
use storage::post;

use super::PAGE;
use crate::layout::{self, Page, Tone, heading, tag};
use crate::live::Node;
use crate::session::SignedIn;
use crate::{AppState, WebError, path, posts, units};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    unit: String,
    after: String,
    loose: String,
}

/// Units shown of a list of gaps.
const SHOWN: usize = 100;

pub(crate) async fn show(
    State(app): State<AppState>,
    who: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Markup, WebError> {
    let tree = app.live.tree();
    let top = tree.scope(&who.actor, Action::Read, Some(&asked.unit))?;
    let id = top.unit.id.as_str();
    let today = app.clock.today().to_string();
    let names = tree.permit(&who.actor, Action::ReadPeople, id).is_ok();
    let scope = if top.parent.is_none() { Scope::All } else { Scope::Below(id) };
    let sealer = &app.store.sealer;
    let mut conn = app.store.read().await?;
    let holders = post::holders(&mut conn, scope, &today).await?;
    let loose_count = people::count_outside_classes(&mut conn, id, &today).await?;
    let alone_count = people::count_without_guardian(&mut conn, id, &today).await?;
    let loose = if names {
        people::outside_classes(&mut conn, sealer, id, &today, &asked.loose, PAGE).await?
    } else {
        Vec::new()
    };
    let alone = if names {
        people::without_guardian(&mut conn, sealer, id, &today, &asked.after, PAGE).await?
    } else {
        Vec::new()
    };
    drop(conn);
    let held = |unit: &str, codes: &[&str]| {
        holders.iter().any(|it| {
            it.appointment.unit == unit && codes.contains(&it.appointment.post.as_str())
        })
    };
    let open = || tree.below(id).into_iter().filter(|node| node.unit.closed_on.is_none());
    let of = |kind: UnitKind| open().filter(move |node| node.unit.kind == kind);
    let (mut classes, mut groups, mut schools) = ((0, vec![]), (0, vec![]), (0, vec![]));
    for node in of(UnitKind::Class) {
        classes.0 += 1;
        if !held(&node.unit.id, &["class-teacher", "counsellor"]) {
            classes.1.push((node, "缺班主任".to_owned()));
        }
    }
    for node in of(UnitKind::Group) {
        groups.0 += 1;
        if !held(&node.unit.id, &["group-leader"]) {
            groups.1.push((node, "缺小组长".to_owned()));
        }
    }
    for node in of(UnitKind::School) {
        schools.0 += 1;
        let wanted = posts::wanted(&app, &tree, &node.unit.id);
        let own: Vec<post::Holder> =
            holders.iter().filter(|it| it.appointment.unit == node.unit.id).cloned().collect();
        let gaps: Vec<String> = posts::vacancies(&wanted, &own, &today)
            .into_iter()
            .map(|it| it.name.clone())
            .collect();
        if !gaps.is_empty() {
            schools.1.push((node, format!("空缺：{}", gaps.join("、"))));
        }
    }
    let section = |title: &str, (all, gaps): &(usize, Vec<(&Node, String)>)| {
        html! {
            section.card.flush {
                h2.inset {
                    (title) " "
                    @if gaps.is_empty() { (tag(&format!("{all} 个全部覆盖"), Tone::Good)) }
                    @else { (tag(&format!("{} 个未覆盖，共 {all} 个", gaps.len()), Tone::Bad)) }
                }
                @if !gaps.is_empty() {
                    table.stack {
                        thead { tr { th { "单位" } th { "缺口" } } }
                        tbody {
                            @for (node, words) in gaps.iter().take(SHOWN) {
                                tr {
                                    td data-label="单位" { a href=(format!("{}/posts", path::unit(&node.unit.id))) { (tree.full_name(&node.unit.id)) } }
                                    td data-label="缺口" { (words) }
                                }
                            }
                        }
                    }
                    @if gaps.len() > SHOWN { p.table-foot.muted { "只列出前 " (SHOWN) " 个；请进入下级单位查看其余。" } }
                }
            }
        }
    };
    let next = |list: &[Person]| {
        (list.len() as i64 == PAGE).then(|| list.last().map(|it| it.id.clone())).flatten()
    };
    let content = html! {
        (units::trail(&tree, &who, id, false))
        (heading(&format!("{}的覆盖检查", top.unit.name), Some(html! {
            a.button.quiet href=(path::with_query(path::BOARD, &[("unit", id)])) { "任务完成到人" }
        })))
        @if schools.0 > 0 { (section("学校网格", &schools)) }
        @if classes.0 > 0 { (section("班级责任人", &classes)) }
        @if groups.0 > 0 { (section("小组责任人", &groups)) }
        (student_gap("没有编入班级的学生", loose_count, names, &loose, next(&loose).as_deref(), ("loose", id)))
        (student_gap("没有登记监护人的学生", alone_count, names, &alone, next(&alone).as_deref(), ("after", id)))
    };
    Ok(layout::page(&app, &who, Page { title: "覆盖检查", here: path::PEOPLE, content }))
}

fn student_gap(
    title: &str,
    count: i64,
    names: bool,
    found: &[Person],
    next: Option<&str>,
    (key, unit): (&str, &str),
) -> Markup {
    html! {
        section.card.flush {
            h2.inset {
                (title) " "
                @if count == 0 { (tag("没有", Tone::Good)) } @else { (tag(&format!("{count} 人"), Tone::Bad)) }
            }
            @if count > 0 && !names { p.inset.muted { "姓名只对有权查看人员名单的人显示。" } }
            @if !found.is_empty() {
                ul.list {
                    @for it in found {
                        li { a.title href=(path::person(&it.id)) { (it.name) } span.muted { (super::number(it).unwrap_or("无学号")) } }
                    }
                }
                @if let Some(next) = next {
                    p.table-foot { a href=(path::with_query("/coverage", &[("unit", unit), (key, next)])) { "下一页" } }
                }
            }
        }
    }
}
