//! The plan as it would be, what is wrong with it and where; from here it is
//! taken away as a file, starts a campaign, or amends one.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use campaign::plan::{self, diff};
use maud::{Markup, html};
use serde::Deserialize;

use super::form::steps;
use super::outcome::{Drafted, Onto, Outcome, accepted, outcome, sources};
use super::{Desk, desk, head, home};
use crate::layout::{self, Page, Tone, field, heading, note, tag};
use crate::live::Running;
use crate::plans::adopt::{NewCampaign, insert};
use crate::plans::{amend as amending, read};
use crate::session::SignedIn;
use crate::text::parse_date;
use crate::{App, AppState, WebError, download, path};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Go {
    revision: i64,
    in_force: String,
    /// Ticked: what is not decided stays out.
    leave_open: String,
}

/// The campaign that the draft amends, if it does.
fn amended(app: &App, desk: &Desk) -> Option<Arc<Running>> {
    desk.draft.campaign.as_deref().and_then(|id| app.live.campaign(id))
}

fn outcome_for(
    desk: &Desk,
    campaign: Option<&Running>,
    in_force: jiff::civil::Date,
) -> Result<Outcome, WebError> {
    let onto = campaign.map(|it| Onto {
        version: u32::try_from(it.newest().number + 1).unwrap_or(u32::MAX),
        in_force,
        rest: &it.newest().plan,
    });
    outcome(desk, onto, accepted)
}

pub(crate) async fn preview(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(asked): Query<Go>,
) -> Result<Markup, WebError> {
    let desk = desk(&app, &who, &id).await?;
    page(&app, &who, (&desk, &asked), None)
}

fn page(
    app: &App,
    who: &SignedIn,
    (desk, asked): (&Desk, &Go),
    problem: Option<&str>,
) -> Result<Markup, WebError> {
    let campaign = amended(app, desk);
    let in_force = day(app, asked, campaign.as_deref())?;
    let outcome = outcome_for(desk, campaign.as_deref(), in_force)?;
    let open = desk.lines.iter().filter(|it| it.is_open()).count();
    let base = home(&desk.draft.id);
    let content = html! {
        (steps(desk, "预览方案"))
        (heading("预览方案", Some(html! {
            a.button.quiet href=(base) { "回到对照" }
            a.button.quiet href=(format!("{base}/plan.toml")) { "导出 .toml" }
        })))
        p.lede { "已确认 " (desk.lines.iter().filter(|it| accepted(it)).count()) " 条，未处理 " (open) " 条。只有已确认的列入方案。" }
        @if let Some(words) = problem { (note(words, Tone::Bad)) }
        (findings(&base, &outcome))
        @if desk.is_open() {
            (head::form(app, desk))
            @match &campaign {
                Some(it) => (amend_part(app, desk, (it, in_force), (&outcome, open))),
                None => (start_part(app, desk, (&outcome, open))),
            }
        } @else if let Some(it) = &campaign {
            (note("这份起草已用于实施中的方案。上级有新稿时可上传新稿，改出新的一版。", Tone::Calm))
            p { a href=(path::campaign(it.id())) { (it.campaign.name) } }
        }
        @if let Some(plan) = &outcome.plan { (read::document(&plan::show(plan), plan, None)) }
        (bin(desk))
    };
    Ok(layout::page(app, who, Page { title: "预览方案", here: path::PLANS, content }))
}

/// From which day an amendment would hold.
fn day(
    app: &App,
    asked: &Go,
    campaign: Option<&Running>,
) -> Result<jiff::civil::Date, WebError> {
    if !asked.in_force.is_empty() {
        return parse_date(&asked.in_force, "施行日期");
    }
    let today = app.clock.today();
    let last = campaign.map(|it| it.newest().in_force.date());
    let after = last.and_then(|it| it.tomorrow().ok()).unwrap_or(today);
    Ok(today.max(after))
}

fn findings(base: &str, outcome: &Outcome) -> Markup {
    use campaign::plan::Severity::{Advice, Error, Warning};
    html! {
        @if !outcome.found.is_empty() {
            section.card.flush {
                table.stack {
                    caption { @if outcome.is_sound() { "可以启动，但请留意" } @else { "请逐处改正" } "（" (outcome.found.len()) " 处）" }
                    thead { tr { th { "程度" } th { "问题" } th { "怎样改" } th { "条目" } } }
                    tbody { @for it in &outcome.found {
                        @let tone = match it.finding.severity { Error => Tone::Bad, Warning => Tone::Warn, Advice => Tone::Calm };
                        tr {
                            td data-label="程度" { (tag(it.finding.severity.chinese(), tone)) }
                            td data-label="问题" { (it.finding.message) }
                            td data-label="怎样改" { (it.finding.allowed.as_deref().unwrap_or("—")) }
                            td data-label="条目" {
                                @match &it.item {
                                    Some(item) => a href=(format!("{base}#i-{item}")) { "看这一条" },
                                    None => "方案抬头",
                                }
                            }
                        }
                    } }
                }
            }
        }
    }
}

fn leave_open(open: usize) -> Markup {
    html! {
        @if 0 < open {
            label.line { input type="checkbox" name="leave_open" value="yes"; "还有 " (open) " 条未处理，不列入方案" }
        }
    }
}

fn start_part(app: &App, desk: &Desk, (outcome, open): (&Outcome, usize)) -> Markup {
    html! {
        section.card {
            h2 { "启动" }
            form method="post" action=(format!("{}/start", home(&desk.draft.id))) {
                input type="hidden" name="revision" value=(desk.draft.revision);
                p { "由 " strong { (app.live.tree().full_name(&desk.draft.unit)) } " 实施，" (desk.draft.from_on) " 至 " (desk.draft.until_on) "。启动后任务出现在各单位的待办中，每条都能点回原句。" }
                (leave_open(open))
                button type="submit" disabled[!outcome.is_sound()] data-off[!outcome.is_sound()] { "启动这个方案" }
                @if !outcome.is_sound() { p.small.muted { "有错误时不能启动，请先改正上面列出的条目。" } }
            }
        }
    }
}

fn amend_part(
    app: &App,
    desk: &Desk,
    (campaign, in_force): (&Running, jiff::civil::Date),
    (outcome, open): (&Outcome, usize),
) -> Markup {
    let newest = campaign.newest();
    let old = crate::plans::effective(app, campaign, newest);
    html! {
        section.card {
            h2 { "成为“" (campaign.campaign.name) "”的第 " (newest.number + 1) " 版" }
            form method="post" action=(format!("{}/amend", home(&desk.draft.id))) {
                input type="hidden" name="revision" value=(desk.draft.revision);
                p { "新版自施行之日起判定此后开始的周期；此前开始的仍按旧版。岗位、报送、考核等文件之外的部分照旧。" }
                (field("施行日期", None, html! { input type="date" name="in_force" required value=(in_force); }))
                (leave_open(open))
                button type="submit" disabled[!outcome.is_sound()] data-off[!outcome.is_sound()] { "确认施行" }
            }
        }
        @if let Some(plan) = &outcome.plan { (amending::differences(&diff(&old, plan))) }
    }
}

fn bin(desk: &Desk) -> Markup {
    use storage::draft::State::{Discarded, Open};
    let base = home(&desk.draft.id);
    html! {
        @match desk.draft.state {
            Open => details.card {
                summary { "作废这份起草" }
                p.muted { "作废后不再出现在确认中，文件、条目和决定都保留，可以恢复。" }
                form method="post" action=(format!("{base}/discard")) data-confirm="确定作废这份起草？" {
                    input type="hidden" name="revision" value=(desk.draft.revision);
                    (field("原因", None, html! { input name="reason" required maxlength="200"; }))
                    button.danger type="submit" { "作废" }
                }
            },
            Discarded => section.card {
                p { "这份起草已作废。" }
                form method="post" action=(format!("{base}/restore")) {
                    input type="hidden" name="revision" value=(desk.draft.revision);
                    button.quiet type="submit" { "恢复" }
                }
            },
            storage::draft::State::Used => {},
        }
    }
}

/// The plan file of what is confirmed.
pub(crate) async fn plan_file(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, WebError> {
    let desk = desk(&app, &who, &id).await?;
    let campaign = amended(&app, &desk);
    let in_force = day(&app, &Go::default(), campaign.as_deref())?;
    let text = outcome_for(&desk, campaign.as_deref(), in_force)?.text;
    let name = format!("{}.toml", desk.draft.name);
    Ok(download::file(&name, "application/toml; charset=utf-8", text.into_bytes()))
}

/// What both ways out of a draft ask first.
fn ready(desk: &Desk, input: &Go, outcome: &Outcome) -> Result<(), WebError> {
    desk.must_be_open()?;
    if input.revision != desk.draft.revision {
        return Err(WebError::Conflict(
            "这份起草刚被他人改动，请看过现在的内容再启动。".to_owned(),
        ));
    }
    let open = desk.lines.iter().filter(|it| it.is_open()).count();
    if 0 < open && input.leave_open.is_empty() {
        return Err(WebError::invalid(format!(
            "还有 {open} 条未处理：请先处理，或勾选“不列入方案”。"
        )));
    }
    if !outcome.is_sound() {
        return Err(WebError::invalid("方案还有错误，请先改正下面列出的条目。"));
    }
    if !desk.lines.iter().any(accepted) {
        return Err(WebError::invalid("还没有确认任何条目，方案是空的。"));
    }
    Ok(())
}

pub(crate) async fn start(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Form(input): Form<Go>,
) -> Result<Response, WebError> {
    let desk = desk(&app, &who, &id).await?;
    let done = begin(&app, &who, &desk, &input).await;
    answer(&app, &who, (&desk, &input), done)
}

async fn begin(app: &App, who: &SignedIn, desk: &Desk, input: &Go) -> Result<String, WebError> {
    let outcome = outcome_for(desk, None, app.clock.today())?;
    ready(desk, input, &outcome)?;
    if desk.draft.campaign.is_some() {
        return Err(WebError::invalid("这份起草用于修订方案，请用“确认施行”。"));
    }
    let Some(plan) = outcome.plan else { return Err(WebError::NotFound) };
    let new = NewCampaign {
        unit: &desk.draft.unit,
        adopts: None,
        plan: &plan,
        text: outcome.text,
        dates: (plan.head.from, plan.head.until),
        drafted: Some(Drafted {
            draft: &desk.draft,
            document: &desk.edition.text,
            sources: sources(desk, 1),
        }),
    };
    insert(app, who, new).await
}

pub(crate) async fn amend(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Form(input): Form<Go>,
) -> Result<Response, WebError> {
    let desk = desk(&app, &who, &id).await?;
    let done = amend_by(&app, &who, &desk, &input).await;
    answer(&app, &who, (&desk, &input), done)
}

async fn amend_by(
    app: &App,
    who: &SignedIn,
    desk: &Desk,
    input: &Go,
) -> Result<String, WebError> {
    let campaign = amended(app, desk).ok_or(WebError::NotFound)?;
    let in_force = day(app, input, Some(&campaign))?;
    let outcome = outcome_for(desk, Some(&campaign), in_force)?;
    ready(desk, input, &outcome)?;
    let drafted = Drafted {
        draft: &desk.draft,
        document: &desk.edition.text,
        sources: sources(desk, campaign.newest().number + 1),
    };
    amending::by_draft(app, who, &campaign, (outcome.text, in_force), &drafted).await?;
    Ok(campaign.id().to_owned())
}

fn answer(
    app: &App,
    who: &SignedIn,
    (desk, input): (&Desk, &Go),
    done: Result<String, WebError>,
) -> Result<Response, WebError> {
    match done {
        Ok(campaign) => Ok(Redirect::to(&path::campaign(&campaign)).into_response()),
        Err(error @ (WebError::Invalid(_) | WebError::Conflict(_))) => {
            let (status, words) = error.answer();
            // A date that does not read is told above a page with today's.
            let shown = Go { in_force: String::new(), ..Go::default() };
            let asked = if input.in_force.parse::<jiff::civil::Date>().is_ok() {
                input
            } else {
                &shown
            };
            Ok((status, page(app, who, (desk, asked), Some(words))?).into_response())
        }
        Err(error) => Err(error),
    }
}
