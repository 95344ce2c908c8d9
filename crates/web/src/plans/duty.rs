//! A body below adds a duty to its superior's plan, or asks for more (B4).

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use campaign::access::Action;
use campaign::day::Day;
use campaign::plan::{
    self, By, Cadence, Duty, Finding, Head, HeldBy, Per, Plan, Proof, Season, UnitKind,
    catalogue,
};
use maud::{Markup, html};
use serde::Deserialize;

use super::adopt::{NewCampaign, insert};
use super::{amend, effective, findings, seen};
use crate::layout::{self, Page, Tone, crumbs, field, heading, note, options};
use crate::live::Running;
use crate::session::SignedIn;
use crate::setup::required;
use crate::text::parse_date;
use crate::{App, AppState, WebError, path};

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    unit: String,
    /// The superior's duty that is to be asked for more.
    #[serde(default)]
    duty: String,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct DutyForm {
    unit: String,
    #[serde(default)]
    duty: String,
    name: String,
    clause: String,
    activity: String,
    kind: String,
    cadence: String,
    quota: String,
    season: String,
    #[serde(default)]
    doer: String,
    proof: String,
    in_force: String,
}

pub(crate) async fn add_duty_form(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Markup, WebError> {
    let superior = seen(&app, &who, &id)?;
    let tree = app.live.tree();
    let unit = tree.scope(&who.actor, Action::ManagePlans, Some(&asked.unit))?.unit.id.clone();
    let plan = effective(&app, &superior, superior.newest());
    let mut input = DutyForm {
        unit,
        kind: "school".to_owned(),
        cadence: "monthly".to_owned(),
        quota: "1".to_owned(),
        season: "in-term".to_owned(),
        proof: "roll".to_owned(),
        activity: "class-meeting".to_owned(),
        in_force: app.clock.today().to_string(),
        ..DutyForm::default()
    };
    if let Some(theirs) = plan.duty(&asked.duty) {
        input.duty.clone_from(&theirs.id);
        input.name.clone_from(&theirs.name);
        input.clause.clone_from(&theirs.clause);
        theirs.cadence.code().clone_into(&mut input.cadence);
        input.quota = theirs.quota.to_string();
    }
    Ok(form_page(&app, &who, (&superior, &plan), &input, (None, &[])))
}

fn form_page(
    app: &App,
    who: &SignedIn,
    (superior, plan): (&Running, &Plan),
    input: &DutyForm,
    (problem, found): (Option<&str>, &[Finding]),
) -> Markup {
    let base = path::campaign(superior.id());
    let steps = [
        ("方案".to_owned(), path::PLANS.to_owned()),
        (superior.campaign.name.clone(), base.clone()),
        ("增加任务".to_owned(), String::new()),
    ];
    let own = |list: &'static [catalogue::Entry]| list.iter().map(|it| (it.id, it.name));
    let cadences = Cadence::ALL
        .iter()
        .filter(|it| !matches!(it, Cadence::Event | Cadence::Continuous | Cadence::Once))
        .map(|it| (it.code(), it.chinese()));
    let kinds = [UnitKind::School, UnitKind::Faculty, UnitKind::Grade, UnitKind::Class];
    let posts = catalogue::POSTS.iter().map(|post| (post.id, post.name));
    let theirs = plan.duties.iter().map(|duty| (duty.id.as_str(), duty.name.as_str()));
    let content = html! {
        (crumbs(&steps))
        (heading("增加任务", None))
        p.lede { "由 " strong { (app.live.tree().full_name(&input.unit)) } " 提出，只对本单位和下属单位生效。可以比上级要求更多，不能更少。" }
        @if let Some(words) = problem { (note(words, Tone::Bad)) }
        (findings::table(found, "弱于上级或不成立"))
        form.card method="post" action=(format!("{base}/duties/new")) {
            input type="hidden" name="unit" value=(input.unit);
            (field("在上级哪项任务上提高要求", Some("新任务不用选"), html! {
                select name="duty" { option value="" { "（新任务）" } (options(theirs, &input.duty)) }
            }))
            (field("任务名称", None, html! { input name="name" required maxlength="60" value=(input.name); }))
            (field("依据", Some("本单位文件的条款，如 二（一）3；没有文件就写“本单位要求”"), html! { input name="clause" required maxlength="40" value=(input.clause); }))
            div.pair {
                (field("做什么", Some("同一种活动的一条记录可以同时完成几项任务"), html! { select name="activity" { (options(own(catalogue::ACTIVITIES), &input.activity)) } }))
                (field("由哪类单位完成", None, html! { select name="kind" { (options(kinds.map(|it| (it.code(), it.chinese())), &input.kind)) } }))
                (field("频次", None, html! { select name="cadence" { (options(cadences, &input.cadence)) } }))
                (field("每期至少几次", None, html! { input type="number" name="quota" min="1" max="999" required value=(input.quota); }))
                (field("时段", None, html! { select name="season" { (options(Season::ALL.iter().map(|it| (it.code(), it.chinese())), &input.season)) } }))
                (field("佐证", Some("够用的最轻的一种"), html! { select name="proof" { (options(Proof::ALL.iter().map(|it| (it.code(), it.chinese())), &input.proof)) } }))
                (field("经办岗位", Some("任务出现在这个岗位的人的待办里"), html! { select name="doer" { option value="" { "不指定" } (options(posts, &input.doer)) } }))
                (field("自哪天起", None, html! { input type="date" name="in_force" required value=(input.in_force); }))
            }
            button type="submit" { "增加" }
        }
    };
    layout::page(app, who, Page { title: "增加任务", here: path::PLANS, content })
}

pub(crate) async fn add_duty(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Form(input): Form<DutyForm>,
) -> Result<Response, WebError> {
    let superior = seen(&app, &who, &id)?;
    let tree = app.live.tree();
    tree.permit(&who.actor, Action::ManagePlans, &input.unit)?;
    if !tree.within(&input.unit, &superior.campaign.unit) {
        return Err(WebError::invalid("这份方案不约束所选单位，不能在它上面增加任务。"));
    }
    let above = effective(&app, &superior, superior.newest());
    match add(&app, &who, (&superior, &above), &input).await {
        Ok(campaign) => Ok(Redirect::to(&path::campaign(&campaign)).into_response()),
        Err(Refusal::Error(error @ (WebError::Invalid(_) | WebError::Conflict(_)))) => {
            let (status, words) = error.answer();
            let page = form_page(&app, &who, (&superior, &above), &input, (Some(words), &[]));
            Ok((status, page).into_response())
        }
        Err(Refusal::Findings(found)) => {
            let told = (Some("没有增加，请改后再试。"), found.as_slice());
            let page = form_page(&app, &who, (&superior, &above), &input, told);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(Refusal::Error(error)) => Err(error),
    }
}

enum Refusal {
    Findings(Vec<Finding>),
    Error(WebError),
}

impl From<WebError> for Refusal {
    fn from(error: WebError) -> Self {
        Self::Error(error)
    }
}

async fn add(
    app: &App,
    who: &SignedIn,
    (superior, above): (&Running, &Plan),
    input: &DutyForm,
) -> Result<String, Refusal> {
    // A unit that issued the plan itself adds to it by an amendment.
    let own = if superior.campaign.unit == input.unit {
        app.live.campaign(superior.id())
    } else {
        app.live.campaigns().iter().find(|it| adopts(it, superior, &input.unit)).cloned()
    };
    let in_force = parse_date(&input.in_force, "自哪天起")?;
    let duty = duty_of(above, input)?;
    let mut plan = match &own {
        Some(own) => (*own.newest().plan).clone(),
        None => addition(app, superior, above, &input.unit),
    };
    plan.duties.retain(|it| it.id != duty.id);
    plan.duties.push(duty);
    if own.is_some() {
        plan.head.in_force = Some(in_force);
    }
    let text = plan::to_toml(&plan);
    let plan = plan::parse(&text, "").map_err(Refusal::Findings)?;
    let is_own = superior.campaign.unit == input.unit;
    let found = plan::check(&plan, (!is_own).then_some(above));
    if found.iter().any(Finding::is_error) {
        return Err(Refusal::Findings(found));
    }
    let Some(own) = own else {
        let dates = (in_force, plan.head.until);
        let start = NewCampaign {
            unit: &input.unit,
            adopts: Some(superior.id()),
            plan: &plan,
            text,
            dates,
            drafted: None,
        };
        return Ok(insert(app, who, start).await?);
    };
    if Day::from(in_force) < own.newest().in_force {
        return Err(WebError::invalid(format!(
            "“自哪天起”不能早于现行版的施行日期 {}。",
            own.newest().in_force
        ))
        .into());
    }
    let permit = app
        .live
        .tree()
        .permit(&who.actor, Action::ManagePlans, &own.campaign.unit)
        .map_err(WebError::from)?;
    let change = (&*own, &permit, own.campaign.revision);
    amend::save(app, who, change, (plan, in_force.into(), text), None).await?;
    Ok(own.id().to_owned())
}

fn adopts(it: &Running, superior: &Running, unit: &str) -> bool {
    it.campaign.unit == unit
        && it.campaign.adopts.as_deref() == Some(superior.id())
        && !it.is_ended()
}

/// The head of a plan that only adds to its superior's.
fn addition(app: &App, superior: &Running, above: &Plan, unit: &str) -> Plan {
    let tree = app.live.tree();
    let tail: String = unit.chars().rev().filter(char::is_ascii_alphanumeric).take(8).collect();
    let head = Head {
        id: format!("{}-{}", superior.campaign.plan, tail.to_ascii_lowercase()),
        name: format!("{}增加的任务（{}）", tree.name(unit), above.head.name),
        issuer: tree.full_name(unit),
        document: None,
        in_force: None,
        version: 1,
        adopts: Some(above.head.id.clone()),
        note: None,
        ..above.head.clone()
    };
    Plan::new(head)
}

fn duty_of(above: &Plan, input: &DutyForm) -> Result<Duty, WebError> {
    let wrong = |field: &str| WebError::invalid(format!("“{field}”应从列表中选择。"));
    let quota = input.quota.trim().parse().ok().filter(|n| (1..=999).contains(n));
    let quota = quota.ok_or_else(|| {
        WebError::invalid(format!(
            "“每期至少几次”应为 1 至 999 的整数，现为“{}”。",
            input.quota
        ))
    })?;
    let name = required(&input.name, "任务名称", 60)?;
    let clause = required(&input.clause, "依据", 40)?;
    let cadence = Cadence::from_code(&input.cadence).ok_or_else(|| wrong("频次"))?;
    let season = Season::from_code(&input.season).ok_or_else(|| wrong("时段"))?;
    let proof = Proof::from_code(&input.proof).ok_or_else(|| wrong("佐证"))?;
    if let Some(theirs) = above.duty(&input.duty) {
        // Asked for more: what it does not say stays as the superior has it.
        return Ok(Duty { name, clause, cadence, quota, ..theirs.clone() });
    }
    let kind = UnitKind::from_code(&input.kind).ok_or_else(|| wrong("由哪类单位完成"))?;
    let activity = catalogue::entry(catalogue::ACTIVITIES, &input.activity)
        .ok_or_else(|| wrong("做什么"))?;
    let id = (1..=above.duties.len() + 1)
        .map(|n| format!("own-{}-{n}", activity.id))
        .find(|id| above.duty(id).is_none())
        .unwrap_or_default();
    Ok(Duty {
        id,
        name,
        clause,
        activity: activity.id.to_owned(),
        by: By { kind: vec![kind], ..By::default() },
        per: if kind == UnitKind::Class { Per::Class } else { Per::Unit },
        cadence,
        year: None,
        quota,
        unit: None,
        from: None,
        until: None,
        season,
        due: None,
        held_by: HeldBy::Own,
        weight: 1.0,
        doer: Some(input.doer.clone()).filter(|doer| catalogue::post(doer).is_some()),
        audience: Vec::new(),
        proof: vec![proof],
        minutes: None,
        event: None,
        indicator: None,
        note: None,
        unsure: None,
    })
}
