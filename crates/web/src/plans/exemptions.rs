//! Exemptions: who need not do what, with the reason, granted and revoked.

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use campaign::access::Action;
use campaign::day::Day;
use maud::{Markup, html};
use serde::Deserialize;
use storage::campaign::{self as stored, Exemption, Narrow};

use super::seen;
use crate::app::new_id;
use crate::layout::{
    self, Page, Tone, crumbs, empty, field, heading, note, options, pager, tag,
};
use crate::live::Running;
use crate::session::SignedIn;
use crate::setup::required;
use crate::{App, AppState, WebError, path, text};

const PAGE: usize = 50;

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    unit: String,
    #[serde(default)]
    duty: String,
    /// Filled in from a link on the board.
    #[serde(default)]
    subject: String,
    #[serde(default)]
    all: String,
    #[serde(default)]
    after: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Grant {
    unit: String,
    duty: String,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    period_start: String,
    #[serde(default)]
    reason: String,
}

pub(crate) async fn exemptions(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Markup, WebError> {
    list(&app, &who, &id, &asked, None).await
}

async fn list(
    app: &App,
    who: &SignedIn,
    id: &str,
    asked: &Asked,
    problem: Option<&str>,
) -> Result<Markup, WebError> {
    let campaign = seen(app, who, id)?;
    let tree = app.live.tree();
    let unit = tree.scope(&who.actor, Action::Read, Some(&asked.unit))?.unit.id.clone();
    let narrow = Narrow {
        scope: unit.clone(),
        campaign: id.to_owned(),
        duty: asked.duty.clone(),
        revoked: asked.all == "1",
        after: asked.after.clone(),
    };
    let mut conn = app.store.read().await?;
    let mut rows = stored::exemptions_page(&mut conn, &narrow, PAGE as i64 + 1).await?;
    drop(conn);
    let next = (rows.len() > PAGE).then(|| rows[PAGE - 1].id.clone());
    rows.truncate(PAGE);
    let may_grant = tree.permit(&who.actor, Action::Exempt, &unit).is_ok();
    let base = format!("{}/exemptions", path::campaign(id));
    let steps = [
        ("方案".to_owned(), path::PLANS.to_owned()),
        (campaign.campaign.name.clone(), path::campaign(id)),
        ("免除".to_owned(), String::new()),
    ];
    let duties = duties(&campaign);
    let choices = || duties.iter().map(|(id, name)| (id.as_str(), name.as_str()));
    let query =
        [("unit", unit.as_str()), ("duty", asked.duty.as_str()), ("all", asked.all.as_str())];
    let content = html! {
        (crumbs(&steps))
        (heading("免除", None))
        p.lede { "依规不必完成的，写明理由免除；免除的不计入应完成数，随时可以撤销，前后都留痕。" }
        @if let Some(words) = problem { (note(words, Tone::Bad)) }
        form.filter method="get" action=(base) {
            input type="hidden" name="unit" value=(unit);
            (field("任务", None, html! { select name="duty" { option value="" { "全部" } (options(choices(), &asked.duty)) } }))
            (field("状态", None, html! { select name="all" { (options([("", "有效的"), ("1", "含已撤销")], &asked.all)) } }))
            button.quiet type="submit" { "筛选" }
        }
        section.card.flush {
            @if rows.is_empty() { (empty("没有免除。", None)) }
            @else { (table(app, &duties, &rows, may_grant, &base)) }
            (pager(&base, &query, next.as_deref(), asked.after.is_empty()))
        }
        @if may_grant { (grant_form(app, &base, &unit, asked, &duties)) }
    };
    Ok(layout::page(app, who, Page { title: "免除", here: path::PLANS, content }))
}

fn duties(campaign: &Running) -> Vec<(String, String)> {
    let newest = campaign.newest();
    newest.plan.duties.iter().map(|duty| (duty.id.clone(), duty.name.clone())).collect()
}

fn table(
    app: &App,
    duties: &[(String, String)],
    rows: &[Exemption],
    may_revoke: bool,
    base: &str,
) -> Markup {
    let tree = app.live.tree();
    let duty_name = |id: &str| {
        duties.iter().find(|(known, _)| known == id).map_or(id, |(_, name)| name).to_owned()
    };
    html! {
        table.stack {
            thead { tr { th { "对象" } th { "任务" } th { "周期" } th { "理由" } th { "免除时间" } th { "状态" } } }
            tbody {
                @for row in rows {
                    tr {
                        td data-label="对象" {
                            (tree.full_name(&row.unit))
                            @if row.subject != row.unit {
                                " " a href=(path::person(&row.subject)) { "（其中一人）" }
                            }
                        }
                        td data-label="任务" { (duty_name(&row.duty)) }
                        td data-label="周期" {
                            @match &row.period_start { Some(start) => { "自 " (start) " 的一期" } None => { "全部" } }
                        }
                        td data-label="理由" { (row.reason) }
                        td data-label="免除时间" { (text::moment(row.granted_at)) }
                        td data-label="状态" {
                            @if let Some(at) = row.revoked_at { (tag("已撤销", Tone::Faint)) " " (text::moment(at)) }
                            @else if may_revoke {
                                form method="post" action=(format!("{base}/{}/revoke", row.id)) {
                                    button.quiet type="submit" { "撤销" }
                                }
                            } @else { (tag("有效", Tone::Good)) }
                        }
                    }
                }
            }
        }
    }
}

fn grant_form(
    app: &App,
    base: &str,
    unit: &str,
    asked: &Asked,
    duties: &[(String, String)],
) -> Markup {
    let tree = app.live.tree();
    let units = std::iter::once(unit)
        .chain(tree.children(unit).map(|node| node.unit.id.as_str()))
        .take(400)
        .map(|id| (id, tree.name(id)));
    html! {
        section.card {
            h2 { "免除一项任务" }
            form method="post" action=(base) {
                @if asked.subject.is_empty() {
                    (field("单位", Some("下级单位请先在上面切换到它的上级"), html! { select name="unit" { (options(units, unit)) } }))
                } @else {
                    input type="hidden" name="unit" value=(unit);
                    input type="hidden" name="subject" value=(asked.subject);
                    p { "对象：" (tree.full_name(unit)) " 的一人 " a href=(path::person(&asked.subject)) { "查看" } }
                }
                (field("任务", None, html! {
                    select name="duty" required { (options(duties.iter().map(|(id, name)| (id.as_str(), name.as_str())), &asked.duty)) }
                }))
                (field("只免哪一期", Some("这一期的第一天；不填则各期都免"), html! { input type="date" name="period_start"; }))
                (field("理由", Some("如：无手机、境外手机号、病假、本学期停办"), html! { input name="reason" required maxlength="200"; }))
                button type="submit" { "免除" }
            }
        }
    }
}

pub(crate) async fn grant(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Form(input): Form<Grant>,
) -> Result<Response, WebError> {
    match save(&app, &who, &id, &input).await {
        Ok(()) => {
            let base = format!("{}/exemptions", path::campaign(&id));
            Ok(Redirect::to(&path::with_query(&base, &[("unit", &input.unit)])).into_response())
        }
        Err(error @ WebError::Invalid(_)) => {
            let asked = Asked {
                unit: input.unit.clone(),
                duty: input.duty.clone(),
                subject: input.subject.clone(),
                ..Asked::default()
            };
            let (status, words) = error.answer();
            let page = list(&app, &who, &id, &asked, Some(words)).await?;
            Ok((status, page).into_response())
        }
        Err(error) => Err(error),
    }
}

async fn save(app: &App, who: &SignedIn, id: &str, input: &Grant) -> Result<(), WebError> {
    let campaign = seen(app, who, id)?;
    let tree = app.live.tree();
    let permit = tree.permit(&who.actor, Action::Exempt, &input.unit)?;
    if !duties(&campaign).iter().any(|(duty, _)| *duty == input.duty) {
        return Err(WebError::invalid("“任务”应从列表中选择。"));
    }
    let reason = required(&input.reason, "理由", 200)?;
    let period_start = match input.period_start.trim() {
        "" => None,
        value => Some(text::parse_date(value, "只免哪一期")?),
    };
    let subject =
        if input.subject.is_empty() { input.unit.clone() } else { input.subject.clone() };
    let is_owed = campaign.look(|figures| {
        let engine = figures.engine();
        let org = engine.organisation();
        let (Some(subject), Some(duty)) = (org.subject(&subject), engine.duty_ix(&input.duty))
        else {
            return Some(false);
        };
        // A person is exempted where they belong.
        if org.home(subject).is_none_or(|home| Some(home) != org.unit_ix(&input.unit)) {
            return None;
        }
        let mut standings = figures.view().of_duty_and_subject(duty, subject);
        let start = period_start.map(Day::from);
        Some(standings.any(|it| start.is_none_or(|start| it.period.start == start)))
    });
    match is_owed {
        None => return Err(WebError::invalid("所选的人不在这个单位。")),
        Some(false) => {
            return Err(WebError::invalid(
                "这个对象没有这项任务，或没有从这一天开始的周期，不需要免除。",
            ));
        }
        Some(true) => {}
    }
    let now = app.clock.now();
    let row = Exemption {
        id: new_id(),
        campaign: id.to_owned(),
        duty: input.duty.clone(),
        subject,
        unit: input.unit.clone(),
        period_start: period_start.map(|date| date.to_string()),
        reason,
        granted_at: now,
        granted_by: Some(who.actor.account.clone()),
        revoked_at: None,
    };
    let mut tx = app.store.write(now).await?;
    stored::grant_exemption(&mut tx, &permit, &row).await?;
    tx.commit().await?;
    app.live.follow(&app.store, now).await
}

pub(crate) async fn revoke(
    State(app): State<AppState>,
    who: SignedIn,
    Path((id, exemption)): Path<(String, String)>,
) -> Result<Redirect, WebError> {
    seen(&app, &who, &id)?;
    let mut conn = app.store.read().await?;
    let row = stored::exemption_by_id(&mut conn, &exemption)
        .await?
        .filter(|row| row.campaign == id)
        .ok_or(WebError::NotFound)?;
    drop(conn);
    let permit = app.live.tree().permit(&who.actor, Action::Exempt, &row.unit)?;
    let now = app.clock.now();
    let mut tx = app.store.write(now).await?;
    stored::revoke_exemption(&mut tx, &permit, &row.id).await?;
    tx.commit().await?;
    app.live.follow(&app.store, now).await?;
    let base = format!("{}/exemptions", path::campaign(&id));
    Ok(Redirect::to(&path::with_query(&base, &[("unit", &row.unit)])))
}
