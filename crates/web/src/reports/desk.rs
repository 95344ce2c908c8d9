//! The use cases behind the pages: which forms there are, filling, and the
//! steps of a report.

use std::sync::Arc;

use campaign::access::{Action, Permit};
use campaign::day::Day;
use campaign::plan::{By, Plan, ReportWanted};
use campaign::record::{Status, Step as RecordStep};
use campaign::report::{Fields, Shape, State, Step, check};
use jiff::civil::Date;
use storage::record::{Entered, NewRecord};
use storage::report::{Key, Report, Version};
use storage::{Tx, record, report};

use super::fill::fill;
use super::{is_monthly, month, month_code, words};
use crate::app::new_id;
use crate::live::{Running, Tree};
use crate::session::SignedIn;
use crate::{App, WebError};

/// A periodic form that a campaign asks for.
#[derive(Clone)]
pub(super) struct Form {
    pub(super) campaign: Arc<Running>,
    pub(super) plan: Arc<Plan>,
    at: usize,
}

impl Form {
    pub(super) fn wanted(&self) -> &ReportWanted {
        &self.plan.reports[self.at]
    }

    /// What the form asks for, in the plan's words.
    pub(super) fn shape(&self) -> Shape {
        Shape::of(self.wanted())
    }

    pub(super) fn due_on(&self, month: Date) -> Date {
        campaign::report::due_on(self.wanted(), month, self.campaign.calendar())
    }

    /// The activity of the duty that handing in fulfils.
    pub(super) fn activity(&self) -> Option<&str> {
        let duty = self.wanted().duty.as_deref()?;
        self.plan.duty(duty).map(|duty| duty.activity.as_str())
    }
}

/// The monthly forms of the campaigns that bind a unit, in their newest version.
pub(super) fn forms(app: &App, unit: &str) -> Vec<Form> {
    let mut found = Vec::new();
    for campaign in app.live.binding(unit) {
        let plan = Arc::clone(&campaign.newest().plan);
        for at in 0..plan.reports.len() {
            if is_monthly(&plan.reports[at]) {
                found.push(Form {
                    campaign: Arc::clone(&campaign),
                    plan: Arc::clone(&plan),
                    at,
                });
            }
        }
    }
    found
}

pub(super) fn form(app: &App, campaign: &str, form: &str) -> Result<Form, WebError> {
    let campaign = app.live.campaign(campaign).ok_or(WebError::NotFound)?;
    let plan = Arc::clone(&campaign.newest().plan);
    let at = plan.reports.iter().position(|it| it.id == form).ok_or(WebError::NotFound)?;
    Ok(Form { campaign, plan, at })
}

/// Whether this unit is one of those that report.
pub(super) fn reports(tree: &Tree, by: &By, unit: &str) -> bool {
    let Some(node) = tree.get(unit) else { return false };
    let stage = tree
        .above(unit)
        .into_iter()
        .filter_map(|id| tree.get(id))
        .find_map(|node| node.unit.stage);
    by.kind.contains(&node.unit.kind)
        && (by.stage.is_empty() || stage.is_some_and(|stage| by.stage.contains(&stage)))
}

/// The units that owe this form in a month, at or below `top`.
pub(super) fn owing(tree: &Tree, form: &Form, top: &str, month: Date) -> Vec<String> {
    let first = month.to_string();
    tree.below(top)
        .into_iter()
        .filter(|node| tree.within(&node.unit.id, &form.campaign.campaign.unit))
        .filter(|node| reports(tree, &form.wanted().by, &node.unit.id))
        .filter(|node| node.unit.closed_on.as_deref().is_none_or(|day| first.as_str() <= day))
        .map(|node| node.unit.id.clone())
        .collect()
}

/// The months of a campaign up to today, the newest first.
pub(super) fn months(form: &Form, today: Date) -> Vec<Date> {
    let head = &form.plan.head;
    let mut found = Vec::new();
    let mut month = head.until.min(today).first_of_month();
    while head.from.first_of_month() <= month && found.len() < 120 {
        found.push(month);
        month = month.saturating_sub(jiff::Span::new().months(1));
    }
    found
}

/// Begins a report with what the records give, or finds the one begun before.
pub(super) async fn begin(
    app: &App,
    who: &SignedIn,
    form: &Form,
    unit: &str,
    period: &str,
) -> Result<String, WebError> {
    let tree = app.live.tree();
    let permit = tree.permit(&who.actor, Action::Report, unit)?;
    let month = month(period)?;
    if !months(form, app.clock.today()).contains(&month)
        || !owing(&tree, form, unit, month).iter().any(|it| it == unit)
    {
        return Err(WebError::invalid(format!(
            "{}不需要报送 {period} 的这份报表。",
            tree.name(unit)
        )));
    }
    let key = Key {
        campaign: form.campaign.id(),
        form: &form.wanted().id,
        unit,
        period: &month_code(month),
    };
    let filled = fill(app, form, unit, month).await?;
    let now = app.clock.now();
    let mut tx = app.store.write(now).await?;
    if let Some(known) = report::by_key(tx.conn(), key).await? {
        return Ok(known.id);
    }
    let it = Report {
        id: new_id(),
        campaign: key.campaign.to_owned(),
        form: key.form.to_owned(),
        unit: unit.to_owned(),
        period: key.period.to_owned(),
        due_on: form.due_on(month).to_string(),
        state: State::Draft,
        version: 1,
        submitted_at: None,
        first_submitted_at: None,
        record: None,
        revision: 1,
    };
    let version = Version {
        version: 1,
        fields: filled.clone(),
        filled,
        note: None,
        signed_by: None,
        signed_at: None,
        created_by: Some(who.actor.account.clone()),
        created_at: now,
    };
    report::insert(&mut tx, &permit, &it, &version).await?;
    tx.commit().await?;
    Ok(it.id)
}

/// A report with its newest version first, for somebody who may see it.
pub(super) struct Opened {
    pub(super) report: Report,
    pub(super) versions: Vec<Version>,
    pub(super) form: Form,
}

impl Opened {
    pub(super) fn newest(&self) -> Result<&Version, WebError> {
        self.versions.first().ok_or(WebError::NotFound)
    }
}

pub(super) async fn open(app: &App, who: &SignedIn, id: &str) -> Result<Opened, WebError> {
    let mut conn = app.store.read().await?;
    let report = report::by_id(&mut conn, id).await?.ok_or(WebError::NotFound)?;
    app.live.tree().permit(&who.actor, Action::Read, &report.unit)?;
    let versions = report::versions(&mut conn, id).await?;
    let form = form(app, &report.campaign, &report.form)?;
    Ok(Opened { report, versions, form })
}

/// Keeps an edit: over the draft, or as a new version of what was handed in.
pub(super) async fn save(
    app: &App,
    who: &SignedIn,
    opened: &Opened,
    fields: Fields,
    (revision, note): (i64, Option<String>),
) -> Result<(), WebError> {
    let mut it = opened.report.clone();
    let permit = app.live.tree().permit(&who.actor, Action::Report, &it.unit)?;
    let next = it.state.take(Step::Edit).map_err(refused)?;
    if next.is_new_version && note.is_none() {
        return Err(WebError::invalid("更正已报送的报表，请填写“更正说明”。"));
    }
    let newest = opened.newest()?;
    let now = app.clock.now();
    it.revision = revision;
    it.state = next.state;
    let version = if next.is_new_version {
        it.version += 1;
        let created_by = Some(who.actor.account.clone());
        let filled = fill(app, &opened.form, &it.unit, month(&it.period)?).await?;
        let signed = (None, None);
        Version {
            version: it.version,
            fields,
            filled,
            note,
            signed_by: signed.0,
            signed_at: signed.1,
            created_by,
            created_at: now,
        }
    } else {
        let note = note.or_else(|| newest.note.clone());
        Version { fields, note, signed_by: None, signed_at: None, ..newest.clone() }
    };
    let mut tx = app.store.write(now).await?;
    report::save_version(&mut tx, &permit, &it, &version).await?;
    report::save_state(&mut tx, &permit, &it, version.note.as_deref()).await?;
    tx.commit().await?;
    Ok(())
}

/// Signs, hands in, accepts or returns.
pub(super) async fn take(
    app: &App,
    who: &SignedIn,
    opened: &Opened,
    step: Step,
    (revision, reason): (i64, Option<String>),
) -> Result<(), WebError> {
    let mut it = opened.report.clone();
    let permit = permit_step(app, who, &it, step)?;
    it.revision = revision;
    it.state = it.state.take(step).map_err(refused)?.state;
    if step == Step::Return && reason.is_none() {
        return Err(WebError::invalid("退回报表请填写“退回原因”。"));
    }
    let now = app.clock.now();
    let mut tx = app.store.write(now).await?;
    match step {
        Step::Sign => {
            let mut version = opened.newest()?.clone();
            let before = previous(&mut tx, &it).await?;
            let problems = check(&opened.form.shape(), &version.fields, before.as_ref());
            if !problems.is_empty() {
                let all: Vec<String> = problems.iter().map(words).collect();
                return Err(WebError::invalid(all.join("")));
            }
            version.signed_by = Some(who.actor.account.clone());
            version.signed_at = Some(now);
            report::save_version(&mut tx, &permit, &it, &version).await?;
        }
        Step::Submit => {
            it.submitted_at = Some(now);
            it.first_submitted_at = it.first_submitted_at.or(Some(now));
            it.record = enter(app, &mut tx, &permit, opened, who).await?;
        }
        Step::Return => send_back_record(&mut tx, &permit, &it, reason.clone()).await?,
        Step::Accept | Step::Edit => {}
    }
    report::save_state(&mut tx, &permit, &it, reason.as_deref()).await?;
    tx.commit().await?;
    app.live.follow(&app.store, app.clock.now()).await
}

/// Nobody accepts their own report: that is for a unit above.
fn permit_step(app: &App, who: &SignedIn, it: &Report, step: Step) -> Result<Permit, WebError> {
    let tree = app.live.tree();
    Ok(match step {
        Step::Accept | Step::Return => {
            let above = tree.above(&it.unit);
            let superior = above.get(1).copied().unwrap_or(it.unit.as_str());
            tree.permit(&who.actor, Action::ReviewReport, superior)?
        }
        _ => tree.permit(&who.actor, Action::Report, &it.unit)?,
    })
}

/// The month before's newest text, if there is one.
async fn previous(tx: &mut Tx, it: &Report) -> Result<Option<Fields>, WebError> {
    let before = month_code(month(&it.period)?.saturating_sub(jiff::Span::new().months(1)));
    let key = Key { campaign: &it.campaign, form: &it.form, unit: &it.unit, period: &before };
    let Some(before) = report::by_key(tx.conn(), key).await? else { return Ok(None) };
    let versions = report::versions(tx.conn(), &before.id).await?;
    Ok(versions.into_iter().next().map(|version| version.fields))
}

/// Handing in is an act of its own: a record that fulfils the duty.
async fn enter(
    app: &App,
    tx: &mut Tx,
    permit: &Permit,
    opened: &Opened,
    who: &SignedIn,
) -> Result<Option<String>, WebError> {
    let it = &opened.report;
    let Some(activity) = opened.form.activity() else { return Ok(None) };
    // A correction of a report that still stands adds no second act.
    if let Some(id) = &it.record
        && let Some(known) = record::by_id(tx.conn(), id).await?
        && known.status.counts()
    {
        return Ok(Some(id.clone()));
    }
    let month = month(&it.period)?;
    let acted_on = Day::of_instant(app.clock.now()).date().clamp(month, month.last_of_month());
    let id = new_id();
    let handed_in = NewRecord {
        id: id.clone(),
        activity: activity.to_owned(),
        unit: it.unit.clone(),
        person: None,
        title: format!("{}（{}）", opened.form.wanted().name, it.period),
        acted_on,
        acted_time: None,
        submitted_at: app.clock.now(),
        submitted_by: who.actor.account.clone(),
        count: 1,
        place: None,
        minutes: None,
        link: Some(super::href(&it.id)),
        roll: Vec::new(),
        evidence: Vec::new(),
        replaces: it.record.clone(),
        client_key: format!("report-{}-{}", it.id, it.version),
        later: Vec::new(),
    };
    let entered = record::insert_many(tx, &[Entered { permit, record: &handed_in }]).await?;
    Ok(entered.first().map(|it| it.id().to_owned()))
}

/// A returned report no longer counts: neither does its record.
async fn send_back_record(
    tx: &mut Tx,
    permit: &Permit,
    it: &Report,
    reason: Option<String>,
) -> Result<(), WebError> {
    let Some(id) = &it.record else { return Ok(()) };
    let Some(known) = record::by_id(tx.conn(), id).await? else { return Ok(()) };
    if known.status.counts() {
        let step = RecordStep::Return { reason: reason.unwrap_or_default() };
        record::save_step(tx, permit, &known, (&step, Status::Returned)).await?;
    }
    Ok(())
}

fn refused(error: campaign::report::StepError) -> WebError {
    WebError::Conflict(format!(
        "报表现为“{}”，不能做这一步。请刷新页面。",
        error.state.chinese()
    ))
}
