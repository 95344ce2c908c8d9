//! One material before those who keep the library: text, versions, steps.

use axum::extract::{Path, Query, State};
use campaign::access::Action;
use campaign::material::State as Progress;
use maud::{Markup, html};
use serde::Deserialize;
use storage::material::{self, Material, StepTaken, Version};

use super::desk::has_written;
use super::files::{self, Of};
use super::list::tone;
use super::{audience, body};
use crate::ask::{Visitor, shell};
use crate::layout::{Tone, crumbs, field, heading, note, tag};
use crate::session::SignedIn;
use crate::{App, AppState, WebError, path, text};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    version: i64,
    note: String,
}

/// The material, if they keep the library of its unit.
pub(super) async fn kept(
    app: &App,
    who: &SignedIn,
    id: &str,
) -> Result<(Material, Vec<Version>), WebError> {
    let mut conn = app.store.read().await?;
    let it = material::by_id(&mut conn, id).await?.ok_or(WebError::NotFound)?;
    let versions = material::versions(&mut conn, id).await?;
    let tree = app.live.tree();
    tree.permit(&who.actor, Action::WriteContent, &it.unit)
        .or_else(|_| tree.permit(&who.actor, Action::ReviewContent, &it.unit))
        .map_err(|_| WebError::NotFound)?;
    Ok((it, versions))
}

pub(crate) async fn show(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Markup, WebError> {
    let who = visitor.who.as_ref().ok_or(WebError::SignedOut)?;
    let (it, versions) = kept(&app, who, &id).await?;
    let shown = versions
        .iter()
        .find(|version| version.version == asked.version)
        .or_else(|| versions.first())
        .ok_or(WebError::NotFound)?;
    let mut conn = app.store.read().await?;
    let steps = material::steps(&mut conn, &id).await?;
    let files = material::files(&mut conn, &id, shown.version).await?;
    drop(conn);
    let trail =
        [("宣传库".to_owned(), path::LIBRARY.to_owned()), (it.title.clone(), String::new())];
    let tree = app.live.tree();
    let may_write = tree.permit(&who.actor, Action::WriteContent, &it.unit).is_ok();
    let of = Of { id: &id, version: shown.version, kind: it.kind };
    let content = html! {
        (crumbs(&trail))
        (heading(&shown.text.title, Some(html! {
            @if may_write { a.button.quiet href=(format!("{}/edit", path::material(&id))) { "修改" } }
            @if it.public_version.is_some() { a.button.quiet href=(public(&it)) { "公开页面" } }
        })))
        @match asked.note.as_str() {
            "written" => { (note("已保存为草稿，请本单位另一位有审核权限的人审核。", Tone::Good)) }
            "done" => { (note("已办好。", Tone::Good)) }
            "attached" => { (note("文件已收下，这一版要重新审核。", Tone::Good)) }
            "detached" => { (note("文件已从这一版删去，这一版要重新审核。", Tone::Good)) }
            _ => {}
        }
        div.two {
            div {
                article.card.reading {
                    p {
                        (tag(Progress::chinese(shown.state.code()), tone(shown.state.code()))) " "
                        span.muted.small {
                            "第 " (shown.version) " 版 · " (it.kind.chinese()) " · " (audience(shown.text.audience))
                            " · " (shown.author_name.as_deref().unwrap_or("系统拟稿")) " " (text::moment(shown.written_at))
                        }
                    }
                    @if let Progress::Withdrawn { reason, .. } = &shown.state { (note(&format!("撤回原因：{reason}"), Tone::Warn)) }
                    (files::shown(&of, &shown.text.title, &files))
                    (body(&shown.text.body))
                    @if !shown.text.source.is_empty() { p.small.muted { "依据：" (shown.text.source) } }
                }
                (files::desk((&it, shown), &files, may_write))
                @if shown.version == it.version { (actions(&app, who, (&it, shown), &steps)) }
            }
            div {
                section.card {
                    h2 { "版本" }
                    ul.plain {
                        @for version in &versions {
                            li {
                                a href=(path::with_query(&path::material(&id), &[("version", &version.version.to_string())])) { "第 " (version.version) " 版" }
                                " " (tag(Progress::chinese(version.state.code()), tone(version.state.code())))
                            }
                        }
                    }
                }
                (history(&steps))
            }
        }
    };
    Ok(shell(&app, &visitor, (&it.title, path::KNOW), content))
}

/// Where everybody reads it.
fn public(it: &Material) -> String {
    let key = it.base.clone().unwrap_or_else(|| format!("m/{}", it.id));
    path::with_query(&path::know(&key), &[("u", &it.unit)])
}

/// What this person may do with the newest version now.
fn actions(
    app: &App,
    who: &SignedIn,
    (it, version): (&Material, &Version),
    steps: &[StepTaken],
) -> Markup {
    let tree = app.live.tree();
    if tree.permit(&who.actor, Action::ReviewContent, &it.unit).is_err() {
        return html! {};
    }
    let me = who.actor.account.as_str();
    let at = format!("{}/step", path::material(&it.id));
    let is_own = has_written(steps, version.version, me);
    let plain = |verb: &str, words: &str| {
        html! {
            form method="post" action=(at) {
                input type="hidden" name="verb" value=(verb);
                input type="hidden" name="revision" value=(it.revision);
                button type="submit" { (words) }
            }
        }
    };
    let with_reason = |verb: &str, words: &str| {
        html! {
            form method="post" action=(at) {
                input type="hidden" name="verb" value=(verb);
                input type="hidden" name="revision" value=(it.revision);
                (field("原因", None, html! { input type="text" name="reason" required maxlength="200"; }))
                button.quiet type="submit" { (words) }
            }
        }
    };
    html! {
        section.card {
            h2 { "办理" }
            @match &version.state {
                Progress::Draft if is_own => { p { "这是您写的，请另一位有审核权限的人审核。" } }
                Progress::Draft => { (plain("review", "审核通过")) (with_reason("return", "退回修改")) }
                Progress::Reviewed { .. } => { (plain("publish", "发布")) (with_reason("return", "退回修改")) }
                Progress::Published { .. } => { p { "公开页面正在显示这一版。" } }
                Progress::Replaced { .. } | Progress::Withdrawn { .. } => { p { "可以“修改”后作为新版重新送审。" } }
            }
            @if matches!(version.state, Progress::Draft | Progress::Reviewed { .. } | Progress::Published { .. }) {
                details { summary { "撤回" } (with_reason("withdraw", "撤回")) }
            }
        }
    }
}

fn history(steps: &[StepTaken]) -> Markup {
    let words = |verb: &str| match verb {
        "write" => "写稿",
        "review" => "审核通过",
        "return" => "退回",
        "publish" => "发布",
        "attach" => "添加",
        "detach" => "删去",
        _ => "撤回",
    };
    html! {
        section.card {
            h2 { "经过" }
            ol.steps {
                @for it in steps {
                    li {
                        "第 " (it.version) " 版 " (words(&it.verb)) " "
                        span.small.muted { (text::moment(it.at)) " · " (it.account_name.as_deref().unwrap_or("系统")) }
                        @if let Some(reason) = &it.reason { div.small { (reason) } }
                    }
                }
            }
        }
    }
}
