//! Passing a consultation on to the unit that it belongs to: an asker chose the
//! wrong school, or the question is one for the bureau or the police there.

use axum::extract::{Path, Query, State};
use axum::response::Redirect;
use campaign::plan::UnitKind;
use maud::{Markup, html};
use serde::Deserialize;

use super::show::step;
use super::{found, permitted, tell, tell_on_duty};
use crate::ask::{Visitor, shell, step_refused};
use crate::fields::Fields;
use crate::layout::{crumbs, empty, field, heading};
use crate::live::{Node, Tree};
use crate::{AppState, WebError, path};

/// No more units than this are offered; a name narrows them.
const OFFERED_MAX: usize = 30;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    q: String,
}

/// Where it may go: any unit that people ask, which is open and not its own.
fn is_offered(node: &Node, own: &str) -> bool {
    let is_asked = matches!(
        node.unit.kind,
        UnitKind::Bureau
            | UnitKind::Department
            | UnitKind::Institution
            | UnitKind::School
            | UnitKind::Faculty
    );
    is_asked && node.unit.closed_on.is_none() && node.unit.id != own
}

fn offered<'a>(tree: &'a Tree, own: &str, query: &str) -> Vec<&'a Node> {
    let above: Vec<&Node> = tree.above(own).into_iter().filter_map(|id| tree.get(id)).collect();
    let is_above = |node: &Node| above.iter().any(|it| it.unit.id == node.unit.id);
    let others = tree.iter().filter(|node| !is_above(node));
    above
        .iter()
        .copied()
        .chain(others)
        .filter(|node| is_offered(node, own))
        .filter(|node| query.is_empty() || node.unit.name.contains(query))
        .take(OFFERED_MAX)
        .collect()
}

pub(crate) async fn form(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Markup, WebError> {
    let who = visitor.who.as_ref().ok_or(WebError::SignedOut)?;
    let it = found(&app, &id).await?;
    permitted(&app, who, &it).await?;
    it.state.clone().pass_on(&who.actor.account, 0).map_err(step_refused)?;
    let tree = app.live.tree();
    let query = wanted.q.trim();
    let units = offered(&tree, &it.unit, query);
    let here = path::consultation(&id);
    let action = format!("{here}/pass");
    let steps = [
        ("咨询处理".to_owned(), path::CONSULTATIONS.to_owned()),
        ("这条咨询".to_owned(), here.clone()),
        ("转给别的单位".to_owned(), String::new()),
    ];
    let content = html! {
        (crumbs(&steps))
        (heading("转给别的单位", None))
        p.lede {
            "现在在" (tree.full_name(&it.unit)) "。转出后由对方当天值班的人接手，能看到原文、截图和对话；"
            "您不在对方值班或任职的，转出后就看不到了。提问人会收到通知。"
        }
        form.filter method="get" action=(action) role="search" {
            (field("查找单位", Some("输入名称中的几个字"), html! { input type="search" name="q" value=(query); }))
            button.quiet type="submit" { "查找" }
        }
        form.card method="post" action=(action) {
            input type="hidden" name="revision" value=(it.revision);
            fieldset {
                legend { "转给" }
                @if units.is_empty() { (empty("没有这样的单位，请换个名称查找。", None)) }
                @for node in &units {
                    label.line {
                        input type="radio" name="unit" value=(node.unit.id) required;
                        (tree.full_name(&node.unit.id))
                    }
                }
            }
            @if units.len() == OFFERED_MAX { p.muted { "只列出前 " (OFFERED_MAX) " 个，请输入名称缩小范围。" } }
            button type="submit" disabled[units.is_empty()] { "转出" }
            " " a.button.quiet href=(here) { "不转了" }
        }
    };
    Ok(shell(&app, &visitor, ("转给别的单位", path::ASK), content))
}

pub(crate) async fn pass(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Redirect, WebError> {
    let who = visitor.who.as_ref().ok_or(WebError::SignedOut)?;
    let it = found(&app, &id).await?;
    // Whoever may not read it does not learn which units there are either.
    permitted(&app, who, &it).await?;
    if fields.get("revision") != it.revision.to_string() {
        return Err(WebError::Conflict(
            "这条咨询刚被别人处理过，请看过现在的情况再转。".to_owned(),
        ));
    }
    let tree = app.live.tree();
    let to = tree
        .get(fields.get("unit"))
        .filter(|node| is_offered(node, &it.unit))
        .ok_or_else(|| WebError::invalid("“转给”只能从列出的单位中选一个。"))?
        .unit
        .id
        .clone();
    let now = app.clock.now();
    let unit = to.clone();
    let mut moved = step(&app, &visitor, &id, |it, me| {
        it.unit = unit;
        it.state.clone().pass_on(me, now)
    })
    .await?;
    tell_on_duty(&app, &mut moved.tx, &moved.it, "一条反诈咨询转到本单位，等人接手").await?;
    if let Some(asker) = moved.it.account.clone() {
        let title = format!("您的咨询已转给{}，等值班人员接手", tree.name(&to));
        tell(&app, &mut moved.tx, &moved.it, (&asker, &title)).await?;
    }
    moved.tx.commit().await?;
    app.sessions.clear();
    let is_theirs = permitted(&app, who, &moved.it).await.is_ok();
    let next = if is_theirs { path::consultation(&id) } else { path::CONSULTATIONS.to_owned() };
    Ok(Redirect::to(&next))
}
