//! The head of the plan: its name, issuer, dates, and whether it starts a
//! campaign or amends one. A draft may be thrown away and taken up again.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Redirect;
use campaign::access::Action;
use maud::{Markup, html};
use serde::Deserialize;
use storage::draft::{self, Draft, State as DraftState};

use super::{Desk, home, managed};
use crate::layout::{field, options};
use crate::session::SignedIn;
use crate::setup::required;
use crate::text::parse_date;
use crate::{App, AppState, WebError};

#[derive(Debug, Deserialize)]
pub(crate) struct HeadForm {
    revision: i64,
    name: String,
    issuer: String,
    plan: String,
    from: String,
    until: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    campaign: String,
}

/// The campaigns that the draft could amend: its unit's own, still running.
fn amendable(app: &App, unit: &str) -> Vec<(String, String)> {
    app.live
        .campaigns()
        .iter()
        .filter(|it| it.campaign.unit == unit && !it.is_ended() && it.campaign.adopts.is_none())
        .map(|it| (it.id().to_owned(), format!("修订：{}", it.campaign.name)))
        .collect()
}

pub(super) fn form(app: &App, desk: &Desk) -> Markup {
    let it = &desk.draft;
    let choices = amendable(app, &it.unit);
    let pairs = choices.iter().map(|(id, name)| (id.as_str(), name.as_str()));
    html! {
        details.card open[desk.draft.issuer.starts_with('（')] {
            summary { "方案名称、发文单位和起止" }
            form method="post" action=(format!("{}/head", home(&it.id))) {
                input type="hidden" name="revision" value=(it.revision);
                (field("名称", None, html! { input name="name" required maxlength="120" value=(it.name); }))
                div.pair {
                    (field("发文单位", None, html! { input name="issuer" required maxlength="60" value=(it.issuer); }))
                    (field("编号", Some("小写英文字母、数字和连字符；同一单位里不重复"), html! { input name="plan" required maxlength="40" value=(it.plan); }))
                    (field("开始", None, html! { input type="date" name="from" required value=(it.from_on); }))
                    (field("结束", None, html! { input type="date" name="until" required value=(it.until_on); }))
                    (field("用来", None, html! { select name="campaign" { option value="" { "启动一个新方案" } (options(pairs, it.campaign.as_deref().unwrap_or_default())) } }))
                }
                (field("说明", None, html! { input name="note" maxlength="300" value=(it.note); }))
                button.quiet type="submit" { "保存" }
            }
        }
    }
}

pub(crate) async fn save_head(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Form(input): Form<HeadForm>,
) -> Result<Redirect, WebError> {
    let (draft, permit) = managed(&app, &who, &id).await?;
    if draft.state != DraftState::Open {
        return Err(WebError::Conflict("这份起草已不在确认中，不能再改。".to_owned()));
    }
    let from = parse_date(&input.from, "开始")?;
    let until = parse_date(&input.until, "结束")?;
    if until < from {
        return Err(WebError::invalid("“结束”不能早于“开始”。"));
    }
    let chosen = Some(input.campaign.trim()).filter(|it| !it.is_empty());
    let campaign = chosen
        .map(|id| {
            let fits = |it: &&(String, String)| it.0 == id;
            let known = amendable(&app, &draft.unit).iter().find(fits).is_some();
            known.then(|| id.to_owned()).ok_or_else(|| {
                WebError::invalid("要修订的方案应是本单位正在实施的方案，请从列表中选择。")
            })
        })
        .transpose()?;
    // An amendment keeps the id of the plan that it amends.
    let plan = match campaign.as_deref().and_then(|id| app.live.campaign(id)) {
        Some(it) => it.campaign.plan.clone(),
        None => required(&input.plan, "编号", 40)?,
    };
    let saved = Draft {
        name: required(&input.name, "名称", 120)?,
        issuer: required(&input.issuer, "发文单位", 60)?,
        plan,
        from_on: from.to_string(),
        until_on: until.to_string(),
        note: input.note.trim().chars().take(300).collect(),
        campaign,
        revision: input.revision,
        ..draft
    };
    let mut tx = app.store.write(app.clock.now()).await?;
    let detail = format!("{}，{} 至 {}", saved.name, saved.from_on, saved.until_on);
    draft::save(&mut tx, &permit, &saved, ("draft-head", detail)).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("{}/preview", home(&id))))
}

#[derive(Debug, Deserialize)]
pub(crate) struct Discard {
    revision: i64,
    #[serde(default)]
    reason: String,
}

pub(crate) async fn discard(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Form(input): Form<Discard>,
) -> Result<Redirect, WebError> {
    let reason = required(&input.reason, "原因", 200)?;
    turn(&app, &who, &id, (input.revision, DraftState::Discarded, "draft-discard", reason))
        .await
}

pub(crate) async fn restore(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Form(input): Form<Discard>,
) -> Result<Redirect, WebError> {
    turn(&app, &who, &id, (input.revision, DraftState::Open, "draft-restore", String::new()))
        .await
}

async fn turn(
    app: &App,
    who: &SignedIn,
    id: &str,
    (revision, state, verb, detail): (i64, DraftState, &'static str, String),
) -> Result<Redirect, WebError> {
    let (draft, permit) = managed(app, who, id).await?;
    let wanted =
        if state == DraftState::Open { DraftState::Discarded } else { DraftState::Open };
    if draft.state != wanted {
        return Err(WebError::Conflict("这份起草的状态已变化，请刷新后再看。".to_owned()));
    }
    debug_assert!(permit.action() == Action::ManagePlans, "as `managed` asks");
    let turned = Draft { state, revision, ..draft };
    let mut tx = app.store.write(app.clock.now()).await?;
    draft::save(&mut tx, &permit, &turned, (verb, detail)).await?;
    tx.commit().await?;
    Ok(Redirect::to(&home(id)))
}
