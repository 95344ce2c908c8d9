//! Amending a running plan, and ending it. A version is never edited: the new
//! one judges the periods that begin from its day on (B5).

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use campaign::access::{Action, Permit};
use campaign::day::Day;
use campaign::plan::{self, Diff, Finding, Plan, diff};
use maud::{Markup, html};
use serde::Deserialize;
use storage::campaign::{self as stored, Campaign, PlanVersion};

use super::drafts::Drafted;
use super::read::stored_text;
use super::{effective, findings, seen};
use crate::app::new_id;
use crate::layout::{self, Page, Tone, crumbs, empty, field, heading, note, tag};
use crate::live::{Running, Version};
use crate::session::SignedIn;
use crate::text::parse_date;
use crate::{App, AppState, WebError, path};

#[derive(Debug, Deserialize)]
pub(crate) struct Amendment {
    pub(super) text: String,
    pub(super) in_force: String,
    pub(super) revision: i64,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Ending {
    reason: String,
    revision: i64,
}

fn managed(
    app: &App,
    who: &SignedIn,
    id: &str,
) -> Result<(std::sync::Arc<Running>, Permit), WebError> {
    let campaign = seen(app, who, id)?;
    let permit =
        app.live.tree().permit(&who.actor, Action::ManagePlans, &campaign.campaign.unit)?;
    if campaign.is_ended() {
        return Err(WebError::Conflict("这个方案已经终止，不能再修订。".to_owned()));
    }
    Ok((campaign, permit))
}

pub(crate) async fn amend_form(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Result<Markup, WebError> {
    let (campaign, _) = managed(&app, &who, &id)?;
    let text = stored_text(&app, &id, campaign.newest().number).await?;
    let input = Amendment {
        text,
        in_force: app.clock.today().to_string(),
        revision: campaign.campaign.revision,
    };
    Ok(form(&app, &who, &campaign, &input, (None, &[])))
}

fn form(
    app: &App,
    who: &SignedIn,
    campaign: &Running,
    input: &Amendment,
    (problem, found): (Option<&str>, &[Finding]),
) -> Markup {
    let base = path::campaign(campaign.id());
    let steps = [
        ("方案".to_owned(), path::PLANS.to_owned()),
        (campaign.campaign.name.clone(), base.clone()),
        ("修订".to_owned(), String::new()),
    ];
    let content = html! {
        (crumbs(&steps))
        (heading("修订方案", None))
        p.lede { "新版自施行之日起判定此后开始的周期；此前开始的，仍按旧版判定，一处不改。" }
        @if let Some(words) = problem { (note(words, Tone::Bad)) }
        (findings::table(found, "请逐处改正"))
        (findings::excerpt(&input.text, found))
        section.card {
            form method="post" action=(format!("{base}/amend/preview")) {
                input type="hidden" name="revision" value=(input.revision);
                (field("施行日期", None, html! { input type="date" name="in_force" required value=(input.in_force); }))
                (field("方案全文", Some("改好后先看与现行版的差别，确认后才生效"), html! {
                    textarea.code name="text" rows="26" spellcheck="false" required { "\n" (input.text) }
                }))
                button type="submit" { "看差别" }
            }
        }
    };
    layout::page(app, who, Page { title: "修订方案", here: path::PLANS, content })
}

/// An amendment that may be made.
struct Checked {
    plan: Plan,
    in_force: Day,
    /// Old and new as a reader sees them.
    old: Plan,
    new: Plan,
    advice: Vec<Finding>,
}

enum Refusal {
    Findings(Vec<Finding>),
    Words(String),
}

fn check(app: &App, campaign: &Running, input: &Amendment) -> Result<Checked, Refusal> {
    let words = |error: &WebError| Refusal::Words(error.answer().1.to_owned());
    let (plan, places) = plan::parse_placed(&input.text, "").map_err(Refusal::Findings)?;
    let in_force = parse_date(&input.in_force, "施行日期").map_err(|error| words(&error))?;
    let last = campaign.newest();
    if Day::from(in_force) <= last.in_force && last.number > 1
        || Day::from(in_force) < last.in_force
    {
        return Err(Refusal::Words(format!(
            "“施行日期”应晚于上一版的施行日期 {}，现为 {in_force}。",
            last.in_force
        )));
    }
    if plan.head.id != campaign.campaign.plan {
        return Err(Refusal::Words(format!(
            "修订不能改方案的 id：应为“{}”，现为“{}”。",
            campaign.campaign.plan, plan.head.id
        )));
    }
    let superior = campaign.campaign.adopts.as_deref().and_then(|id| app.live.campaign(id));
    let superior = superior.map(|it| effective(app, &it, it.newest()));
    let mut found = plan::check(&plan, superior.as_ref());
    places.place(&mut found);
    if found.iter().any(Finding::is_error) {
        return Err(Refusal::Findings(found));
    }
    let old = effective(app, campaign, last);
    let new = match &superior {
        Some(superior) => plan::adopt(superior, &plan),
        None => plan.clone(),
    };
    Ok(Checked { plan, in_force: in_force.into(), old, new, advice: found })
}

fn refused(
    app: &App,
    who: &SignedIn,
    (campaign, input): (&Running, &Amendment),
    refusal: &Refusal,
) -> Response {
    let told = match refusal {
        Refusal::Findings(found) => (Some("方案有误，没有保存。"), found.as_slice()),
        Refusal::Words(words) => (Some(words.as_str()), &[][..]),
    };
    let page = form(app, who, campaign, input, told);
    (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
}

pub(crate) async fn amend_preview(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Form(input): Form<Amendment>,
) -> Result<Response, WebError> {
    let (campaign, _) = managed(&app, &who, &id)?;
    let checked = match check(&app, &campaign, &input) {
        Ok(checked) => checked,
        Err(refusal) => return Ok(refused(&app, &who, (&campaign, &input), &refusal)),
    };
    let base = path::campaign(&id);
    let steps = [
        ("方案".to_owned(), path::PLANS.to_owned()),
        (campaign.campaign.name.clone(), base.clone()),
        ("修订".to_owned(), format!("{base}/amend")),
        ("确认".to_owned(), String::new()),
    ];
    let is_past = checked.in_force < Day::from(app.clock.today());
    let content = html! {
        (crumbs(&steps))
        (heading("确认修订", None))
        p.lede { "自 " strong { (checked.in_force) } " 起施行，成为第 " (campaign.newest().number + 1) " 版。" }
        @if is_past {
            (note("施行日期早于今天：那天以后开始的周期会改按新版判定。", Tone::Warn))
        }
        (differences(&diff(&checked.old, &checked.new)))
        (findings::table(&checked.advice, "可以施行，但请留意"))
        form method="post" action=(format!("{base}/amend")) {
            input type="hidden" name="revision" value=(input.revision);
            input type="hidden" name="in_force" value=(input.in_force);
            textarea.gone name="text" aria-hidden="true" tabindex="-1" readonly { "\n" (input.text) }
            div.actions { button type="submit" { "确认施行" } a.button.quiet href=(format!("{base}/amend")) { "回去再改" } }
        }
    };
    Ok(layout::page(&app, &who, Page { title: "确认修订", here: path::PLANS, content })
        .into_response())
}

/// What changes, and who gains and loses work (N1).
pub(super) fn differences(diff: &Diff) -> Markup {
    use plan::ChangeKind::{Added, Changed, Removed};
    html! {
        @if diff.is_empty() {
            section.card { (empty("两份方案没有不同。", None)) }
        } @else {
            section.card.flush {
                table.stack {
                    caption { "变化 " (diff.changes.len()) " 项" }
                    thead { tr { th { "变化" } th { "要素" } th { "名称" } th { "由谁" } th { "内容" } th { "依据" } } }
                    tbody {
                        @for change in &diff.changes {
                            @let tone = match change.kind { Added => Tone::Warn, Removed => Tone::Faint, Changed => Tone::Calm };
                            tr {
                                td data-label="变化" { (tag(change.kind.chinese(), tone)) }
                                td data-label="要素" { (change.what()) }
                                td data-label="名称" { (change.name) }
                                td data-label="由谁" { (if change.actor.is_empty() { "—" } else { &change.actor }) }
                                td data-label="内容" { (change.details.join("；")) }
                                td data-label="依据" { (if change.clause.is_empty() { "—" } else { &change.clause }) }
                            }
                        }
                    }
                }
            }
            @if !diff.loads.is_empty() {
                section.card.flush {
                    table.stack {
                        caption { "谁多做，谁少做（按频次估计的每年次数和用时）" }
                        thead { tr { th { "由谁" } th.number { "次数" } th.number { "分钟" } th { "增加的" } th { "减少的" } } }
                        tbody {
                            @for load in &diff.loads {
                                tr {
                                    td data-label="由谁" { (load.actor) }
                                    td.number data-label="次数" { (round(load.acts_before)) " → " (round(load.acts_after)) }
                                    td.number data-label="分钟" { (round(load.minutes_before)) " → " (round(load.minutes_after)) }
                                    td data-label="增加的" { (join(&load.gained)) }
                                    td data-label="减少的" { (join(&load.lost)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn round(number: f64) -> String {
    format!("{number:.0}")
}

fn join(names: &[String]) -> String {
    if names.is_empty() { "—".to_owned() } else { names.join("、") }
}

pub(crate) async fn amend(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Form(input): Form<Amendment>,
) -> Result<Response, WebError> {
    let (campaign, permit) = managed(&app, &who, &id)?;
    let checked = match check(&app, &campaign, &input) {
        Ok(checked) => checked,
        Err(refusal) => return Ok(refused(&app, &who, (&campaign, &input), &refusal)),
    };
    let new = (checked.plan, checked.in_force, input.text);
    save(&app, &who, (&campaign, &permit, input.revision), new, None).await?;
    Ok(Redirect::to(&path::campaign(&id)).into_response())
}

/// A version read from a new edition of the document, by the same checks.
pub(super) async fn by_draft(
    app: &App,
    who: &SignedIn,
    campaign: &Running,
    (text, in_force): (String, jiff::civil::Date),
    drafted: &Drafted<'_>,
) -> Result<(), WebError> {
    let (_, permit) = managed(app, who, campaign.id())?;
    let revision = campaign.campaign.revision;
    let input = Amendment { text, in_force: in_force.to_string(), revision };
    let checked = check(app, campaign, &input).map_err(|refusal| match refusal {
        Refusal::Words(words) => WebError::invalid(words),
        Refusal::Findings(found) => {
            let words: Vec<String> = found.iter().take(3).map(ToString::to_string).collect();
            WebError::invalid(words.join("；"))
        }
    })?;
    let new = (checked.plan, checked.in_force, input.text);
    save(app, who, (campaign, &permit, revision), new, Some(drafted)).await
}

/// Stores a version that was checked, and counts by it.
pub(super) async fn save(
    app: &App,
    who: &SignedIn,
    (campaign, permit, revision): (&Running, &Permit, i64),
    (plan, in_force, text): (Plan, Day, String),
    drafted: Option<&Drafted<'_>>,
) -> Result<(), WebError> {
    let now = app.clock.now();
    let newest: &Version = campaign.newest();
    let row = Campaign {
        name: plan.head.name.clone(),
        from_on: plan.head.from.to_string(),
        until_on: plan.head.until.to_string(),
        revision,
        ..campaign.campaign.clone()
    };
    let version = PlanVersion {
        id: new_id(),
        campaign: row.id.clone(),
        version: newest.number + 1,
        in_force_on: in_force.date().to_string(),
        text,
        document_name: plan.head.document.clone(),
        document_text: drafted.map(|it| it.document.to_owned()),
        created_at: now,
        created_by: Some(who.actor.account.clone()),
    };
    let mut tx = app.store.write(now).await?;
    stored::amend(&mut tx, permit, &row, &version).await?;
    if let Some(drafted) = drafted {
        drafted.used(&mut tx, permit, &row.id).await?;
    }
    tx.commit().await?;
    app.live.follow(&app.store, now).await
}

pub(crate) async fn end(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Form(input): Form<Ending>,
) -> Result<Redirect, WebError> {
    let (campaign, permit) = managed(&app, &who, &id)?;
    let reason = crate::setup::required(&input.reason, "原因", 200)?;
    let now = app.clock.now();
    let row = Campaign { revision: input.revision, ..campaign.campaign.clone() };
    let mut tx = app.store.write(now).await?;
    stored::end(&mut tx, &permit, &row, &reason).await?;
    tx.commit().await?;
    app.live.follow(&app.store, now).await?;
    Ok(Redirect::to(path::PLANS))
}
