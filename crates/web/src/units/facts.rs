//! What stands on a unit's page.

use campaign::access::Action;
use campaign::person::PersonRole;
use maud::{Markup, html};
use storage::people::{self, Scope};
use storage::{organisation, post};

use super::list::table;
use super::trail;
use crate::layout::{Tone, empty, heading, tag};
use crate::live::{Node, Tree};
use crate::session::SignedIn;
use crate::{App, WebError, headcount, path, posts, text};

/// Children shown on the page itself; the level page has all.
const CHILDREN: usize = 20;

pub(super) async fn content(
    app: &App,
    who: &SignedIn,
    tree: &Tree,
    node: &Node,
) -> Result<Markup, WebError> {
    let unit = &node.unit;
    let id = unit.id.as_str();
    let today = app.clock.today().to_string();
    let children: Vec<&Node> = tree.children(id).take(CHILDREN).collect();
    let below = tree.children(id).count();
    let child_counts = headcount::counts(app).await?;
    let mut conn = app.store.read().await?;
    let scope = if node.parent.is_none() { Scope::All } else { Scope::Below(id) };
    let roles = people::counts_of(&mut conn, scope, &today).await?;
    let history = organisation::history(&mut conn, id).await?;
    let holders = post::holders(&mut conn, Scope::Only(id), &today).await?;
    drop(conn);
    let wanted = posts::wanted(app, tree, id);
    let may_manage = unit.closed_on.is_none()
        && tree.permit(&who.actor, Action::ManageOrganisation, id).is_ok();
    let may_see_people = tree.permit(&who.actor, Action::ReadPeople, id).is_ok();
    Ok(html! {
        (trail(tree, who, id, false))
        (heading(&unit.name, may_manage.then(|| actions(node))))
        @if let Some(on) = &unit.closed_on {
            p.note.warn role="status" {
                "该单位已于 " (on) " 撤销"
                @if let Some(into) = &unit.merged_into { "，并入" a href=(path::unit(into)) { (tree.full_name(into)) } }
                "；历史资料仍可查阅。"
            }
        }
        div.two {
            div {
                @if !children.is_empty() {
                    section.card.flush {
                        h2.inset { "下级单位" }
                        (table(tree, &children, &child_counts, None))
                        @if below > children.len() {
                            p.table-foot { a href=(path::with_query(path::UNITS, &[("unit", id)])) { "查看全部 " (below) " 个" } }
                        }
                    }
                } @else if may_manage && !campaign::structure::kinds_under(unit.kind).is_empty() {
                    section.card { (empty("还没有下级单位。", Some(html! { a href=(format!("{}/new", path::unit(id))) { "新增下级单位" } }))) }
                }
                section.card {
                    div.heading {
                        h2 { "岗位与工作组" }
                        div.actions { a.button.quiet href=(format!("{}/posts", path::unit(id))) { "名单与任免" } }
                    }
                    (posts::summary(&wanted, &holders, &today))
                }
            }
            div {
                section.card {
                    h2 { "基本情况" }
                    (fact_list(tree, node))
                }
                section.card {
                    h2 { "人员" }
                    dl.facts {
                        @for role in PersonRole::ALL {
                            @let people = roles.iter().find(|count| count.role == role).map_or(0, |count| count.people);
                            @if people > 0 || matches!(role, PersonRole::Student | PersonRole::Staff) {
                                dt { (role.chinese()) }
                                dd { (people) " 人" }
                            }
                        }
                    }
                    @if may_see_people {
                        p.actions {
                            a.button.quiet href=(path::with_query(path::PEOPLE, &[("unit", id)])) { "人员名单" }
                            a.button.quiet href=(path::with_query("/coverage", &[("unit", id)])) { "覆盖检查" }
                        }
                    }
                }
                section.card {
                    h2 { "任务与记录" }
                    p.actions {
                        a.button.quiet href=(path::with_query(path::BOARD, &[("unit", id)])) { "看板" }
                        a.button.quiet href=(path::with_query(path::RECORDS, &[("unit", id)])) { "记录" }
                    }
                }
                @if !history.is_empty() {
                    section.card {
                        h2 { "沿革" }
                        ul.plain {
                            @for past in &history {
                                li {
                                    "至 " (text::moment(past.until_at)) "：" (past.name)
                                    @if let Some(parent) = past.parent.as_deref().filter(|parent| Some(*parent) != unit.parent.as_deref()) {
                                        "（属" (tree.full_name(parent)) "）"
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    })
}

fn actions(node: &Node) -> Markup {
    let unit = &node.unit;
    let to = |last: &str| format!("{}/{last}", path::unit(&unit.id));
    html! {
        @if !campaign::structure::kinds_under(unit.kind).is_empty() {
            a.button href=(to("new")) { "新增下级" }
        }
        @if campaign::structure::kinds_under(unit.kind).contains(&campaign::plan::UnitKind::Class) {
            a.button.quiet href=(to("classes")) { "批量新增班级" }
        }
        a.button.quiet href=(to("edit")) { "修改" }
        @if node.parent.is_some() {
            a.button.quiet href=(to("move")) { "移动" }
            a.button.quiet href=(to("close")) { "合并或撤销" }
        }
    }
}

fn fact_list(tree: &Tree, node: &Node) -> Markup {
    let unit = &node.unit;
    let stage = tree.stage_of(&unit.id);
    html! {
        dl.facts {
            dt { "类型" } dd { (unit.kind.chinese()) }
            @if let Some(stage) = stage {
                dt { "学段" }
                dd { (stage.chinese()) @if unit.stage.is_none() { span.muted { "（随上级）" } } }
            }
            @if let Some(code) = &unit.code { dt { "代码" } dd { (code) } }
            @if let Some(town) = &unit.town { dt { "镇街" } dd { (town) } }
            @if let Some(on) = &unit.opened_on { dt { "设立" } dd { (on) } }
            dt { "状态" }
            dd {
                @if unit.closed_on.is_some() { (tag("已撤销", Tone::Faint)) }
                @else { (tag("在用", Tone::Good)) }
            }
        }
    }
}
