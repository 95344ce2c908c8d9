//! Handing in by the form: `/records/new`.

use std::collections::HashMap;

use axum::extract::multipart::{Multipart, MultipartError};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use campaign::access::{Action, Permit};
use campaign::day::Day;
use campaign::record::{Form, Submission};
use serde::Deserialize;
use storage::record::{self, Attendance, Candidate, Inserted, NewRecord, Record};

use super::form::{self, Sheet};
use super::{activity_name, is_known, roll, submit_permit, words};
use crate::app::new_id;
use crate::files::{self, FILES_MAX, Taken};
use crate::layout::{self, Page};
use crate::live::{ActOf, Owed, Tree};
use crate::session::SignedIn;
use crate::{App, AppState, WebError, clock, path};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    activity: String,
    unit: String,
    person: String,
    date: String,
    replaces: String,
}

pub(crate) async fn new(
    State(app): State<AppState>,
    who: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let tree = app.live.tree();
    if let Some(old) = returned(&app, &who, &asked.replaces).await? {
        return again(&app, &who, &tree, &old).await;
    }
    if asked.unit.is_empty() || asked.activity.is_empty() {
        let units = own_units(&tree, &who);
        if units.is_empty() {
            return Err(campaign::access::Refused { action: Action::Submit }.into());
        }
        let chosen = (asked.unit.as_str(), asked.activity.as_str());
        let content = form::choose(&app, &units, chosen);
        let page = Page { title: "登记", here: path::RECORDS, content };
        return Ok(layout::page(&app, &who, page).into_response());
    }
    check_target(&app, &tree, &who, (&asked.unit, &asked.person, &asked.activity)).await?;
    let today = app.clock.today();
    let date = asked.date.parse().unwrap_or(today).min(today);
    let name = activity_name(&app, &asked.activity);
    let form = Form {
        title: format!("{}月{}日{name}", date.month(), date.day()),
        date: date.to_string(),
        client_key: new_id(),
        activity: asked.activity,
        unit: asked.unit,
        person: asked.person,
        ..Form::default()
    };
    let entry = Entry { form, ..Entry::default() };
    sheet(&app, &who, &tree, (&entry, &[], None)).await
}

/// The form of a returned record, filled with what it said.
async fn again(
    app: &App,
    who: &SignedIn,
    tree: &Tree,
    old: &Record,
) -> Result<Response, WebError> {
    let mut conn = app.store.read().await?;
    let steps = record::steps(&mut conn, &old.id).await?;
    let roll = record::roll(&mut conn, &old.id).await?;
    drop(conn);
    let reason = steps.last().and_then(|step| step.reason.clone()).unwrap_or_default();
    let absent = roll
        .iter()
        .filter_map(|row| match &row.presence {
            campaign::record::Presence::Present => None,
            campaign::record::Presence::Absent { reason } => {
                Some((row.person.clone(), reason.clone().unwrap_or_default()))
            }
        })
        .collect();
    let form = Form {
        activity: old.activity.clone(),
        unit: old.unit.clone(),
        person: old.person.clone().unwrap_or_default(),
        title: old.title.clone(),
        date: old.acted_on.to_string(),
        time: old.acted_time.clone().unwrap_or_default(),
        count: old.count.to_string(),
        place: old.place.clone().unwrap_or_default(),
        minutes: old.minutes.clone().unwrap_or_default(),
        link: old.link.clone().unwrap_or_default(),
        client_key: new_id(),
        replaces: old.id.clone(),
    };
    let entry = Entry { form, absent, is_called: !roll.is_empty(), files: Vec::new() };
    sheet(app, who, tree, (&entry, &[], Some(&reason))).await
}

/// The returned record to mend, if one is named.
async fn returned(app: &App, who: &SignedIn, id: &str) -> Result<Option<Record>, WebError> {
    if id.is_empty() {
        return Ok(None);
    }
    let mut conn = app.store.read().await?;
    let old = record::by_id(&mut conn, id).await?.ok_or(WebError::NotFound)?;
    submit_permit(&app.live.tree(), &who.actor, &old.unit, old.person.as_deref())?;
    if old.status != campaign::record::Status::Returned {
        return Err(WebError::Conflict("只有被退回的记录可以修改后重新提交。".to_owned()));
    }
    if let Some(next) = record::replaced_by(&mut conn, id).await? {
        let words = format!("这条记录已经重新提交过，见 {}。", path::record(&next));
        return Err(WebError::Conflict(words));
    }
    Ok(Some(old))
}

/// The units that somebody hands in for, as choices.
fn own_units(tree: &Tree, who: &SignedIn) -> Vec<(String, String)> {
    const MOST: usize = 100;
    let mut units = Vec::new();
    for top in who.actor.scopes(Action::Submit) {
        for node in tree.below(top).into_iter().filter(|it| it.unit.closed_on.is_none()) {
            let id = node.unit.id.clone();
            if units.len() < MOST && !units.iter().any(|(known, _)| *known == id) {
                units.push((id, tree.full_name(&node.unit.id)));
            }
        }
    }
    units
}

/// Whether this person may hand this in for that subject.
async fn check_target(
    app: &App,
    tree: &Tree,
    who: &SignedIn,
    (unit, person, activity): (&str, &str, &str),
) -> Result<Permit, WebError> {
    let node = tree
        .get(unit)
        .ok_or_else(|| WebError::invalid("没有这个单位，可能已经撤并。请从待办重新进入。"))?;
    let person = Some(person).filter(|person| !person.is_empty());
    let permit = submit_permit(tree, &who.actor, unit, person)?;
    if node.unit.closed_on.is_some() {
        return Err(WebError::invalid(format!("“{}”已经撤销，不能再登记。", node.unit.name)));
    }
    if !is_known(app, activity) {
        return Err(WebError::invalid(format!("没有方案要求“{activity}”这项活动。")));
    }
    if let Some(person) = person {
        let mut conn = app.store.read().await?;
        let home = record::home_of(&mut conn, person).await?;
        let (home, _) = home.ok_or_else(|| WebError::invalid("没有这个人员。"))?;
        let fits = home == unit || tree.within(&home, unit) || tree.within(unit, &home);
        if !fits && who.actor.person.as_deref() != Some(person) {
            return Err(WebError::invalid("这名人员不属于这个单位。"));
        }
    }
    Ok(permit)
}

/// Everything that came with the form.
#[derive(Debug, Default)]
struct Entry {
    form: Form,
    /// Persons tapped absent, with their reasons.
    absent: HashMap<String, String>,
    is_called: bool,
    files: Vec<Taken>,
}

pub(crate) async fn create(
    State(app): State<AppState>,
    who: SignedIn,
    multipart: Multipart,
) -> Result<Response, WebError> {
    let tree = app.live.tree();
    let entry = match read(&app, &tree, &who, multipart).await {
        Ok((entry, None)) => entry,
        Ok((entry, Some(fault))) => {
            return sheet(&app, &who, &tree, (&entry, &[fault], None)).await;
        }
        Err(error) => return Err(error),
    };
    let target =
        (entry.form.unit.as_str(), entry.form.person.as_str(), entry.form.activity.as_str());
    let permit = check_target(&app, &tree, &who, target).await?;
    returned(&app, &who, &entry.form.replaces).await?;
    let people = if entry.is_called {
        roll::of_unit(&app, &tree, &entry.form.unit, entry.form.date.trim()).await?
    } else {
        Vec::new()
    };
    let called = roll::called(&people, &entry.absent);
    let now = app.clock.now();
    let submission = match Submission::check(&entry.form, called, clock::local(now)) {
        Ok(submission) => submission,
        Err(faults) => {
            let faults: Vec<String> = faults.iter().map(words::fault).collect();
            return sheet(&app, &who, &tree, (&entry, &faults, None)).await;
        }
    };
    let evidence = entry
        .files
        .into_iter()
        .map(|file| file.into_evidence(&entry.form.unit, &who.actor.account, now))
        .collect();
    let subject = (entry.form.unit, entry.form.person, entry.form.replaces);
    let record = NewRecord { evidence, ..new_record(&submission, subject, &who, now) };
    let kept = app.writer.submit(permit, record).await?;
    let note = match &kept {
        Inserted::New { .. } => "done",
        Inserted::Again { same: true, .. } => "again",
        Inserted::Again { same: false, .. } => "first",
    };
    Ok(Redirect::to(&path::with_query(&path::record(kept.id()), &[("note", note)]))
        .into_response())
}

/// The record of a submission that is in order.
pub(super) fn new_record(
    submission: &Submission,
    (unit, person, replaces): (String, String, String),
    who: &SignedIn,
    now: i64,
) -> NewRecord {
    let given = |text: String| Some(text).filter(|text| !text.is_empty());
    NewRecord {
        id: new_id(),
        activity: submission.activity().to_owned(),
        unit,
        person: given(person),
        title: submission.title().to_owned(),
        acted_on: submission.acted_on(),
        acted_time: submission.acted_time().map(|time| time.strftime("%H:%M").to_string()),
        submitted_at: now,
        submitted_by: who.actor.account.clone(),
        count: submission.count(),
        place: submission.place().map(str::to_owned),
        minutes: submission.minutes().map(str::to_owned),
        link: submission.link().map(str::to_owned),
        roll: submission
            .roll()
            .iter()
            .map(|(person, presence)| Attendance {
                person: person.clone(),
                presence: presence.clone(),
            })
            .collect(),
        evidence: Vec::new(),
        replaces: given(replaces),
        client_key: submission.client_key().to_owned(),
        later: Vec::new(),
    }
}

const FIELD_MAX: usize = 64 << 10;
/// Fields of a roll: a tick and a reason for each.
const FIELDS_MAX: usize = 1_000;

/// Reads the form. A file that is not taken is a fault to show beside what was
/// typed; a form that breaks off is an error, and leaves nothing.
async fn read(
    app: &App,
    tree: &Tree,
    who: &SignedIn,
    mut multipart: Multipart,
) -> Result<(Entry, Option<String>), WebError> {
    let mut entry = Entry::default();
    let (mut absent, mut reasons) = (Vec::new(), HashMap::new());
    let (mut fault, mut fields) = (None, 0);
    while let Some(field) = multipart.next_field().await.map_err(|error| broken(&error))? {
        fields += 1;
        if FIELDS_MAX < fields {
            return Err(WebError::invalid("表单的栏目太多。"));
        }
        let name = field.name().unwrap_or_default().to_owned();
        if name == "files" {
            // Nobody fills the disk who may not hand in here.
            let person = Some(entry.form.person.as_str()).filter(|it| !it.is_empty());
            submit_permit(tree, &who.actor, &entry.form.unit, person)?;
            if fault.is_some() {
                continue;
            }
            match files::take(&app.originals, field).await {
                Ok(None) => {}
                Ok(Some(file)) if entry.files.iter().any(|it| it.sha256() == file.sha256()) => {
                }
                Ok(Some(_)) if FILES_MAX <= entry.files.len() => {
                    fault = Some(format!("一次最多 {FILES_MAX} 个文件。"));
                }
                Ok(Some(file)) => entry.files.push(file),
                Err(WebError::Invalid(words)) => fault = Some(words),
                Err(error) => return Err(error),
            }
            continue;
        }
        let value = field.text().await.map_err(|error| broken(&error))?;
        if FIELD_MAX < value.len() {
            return Err(WebError::invalid("有一栏填得太长。"));
        }
        match name.as_str() {
            "roll" => entry.is_called = true,
            "absent" => absent.push(value),
            "reason" => {}
            _ => match name.strip_prefix("reason-") {
                Some(person) => {
                    reasons.insert(person.to_owned(), value);
                }
                None => put(&mut entry.form, &name, value),
            },
        }
    }
    entry.absent = absent
        .into_iter()
        .map(|person| {
            let reason = reasons.remove(&person).unwrap_or_default();
            (person, reason)
        })
        .collect();
    Ok((entry, fault))
}

fn put(form: &mut Form, name: &str, value: String) {
    let place = match name {
        "activity" => &mut form.activity,
        "unit" => &mut form.unit,
        "person" => &mut form.person,
        "title" => &mut form.title,
        "date" => &mut form.date,
        "time" => &mut form.time,
        "count" => &mut form.count,
        "place" => &mut form.place,
        "minutes" => &mut form.minutes,
        "link" => &mut form.link,
        "client_key" => &mut form.client_key,
        "replaces" => &mut form.replaces,
        _ => return,
    };
    *place = value;
}

fn broken(error: &MultipartError) -> WebError {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return WebError::invalid("文件合计太大，请分次提交。");
    }
    WebError::invalid("表单没有传完，什么也没有保存，请重新提交。")
}

/// The form's page, with what was typed and what is wrong with it.
async fn sheet(
    app: &App,
    who: &SignedIn,
    tree: &Tree,
    (entry, faults, returned): (&Entry, &[String], Option<&str>),
) -> Result<Response, WebError> {
    let form = &entry.form;
    let today = app.clock.today();
    let day = form.date.trim().parse().unwrap_or(today);
    let people: Vec<Candidate> = if form.person.is_empty() {
        roll::of_unit(app, tree, &form.unit, &day.to_string()).await?
    } else {
        Vec::new()
    };
    let subject = if form.person.is_empty() { &form.unit } else { &form.person };
    let act = ActOf { activity: &form.activity, subject, day: Day::from(day), attendees: &[] };
    let mut owed: Vec<Owed> = app.live.reached(&act, app.clock.now());
    owed.retain(|it| it.subject == *subject);
    // Where a roll is proof enough, calling it is the default.
    let is_called = if faults.is_empty() && returned.is_none() {
        owed.iter().any(|it| it.duty().proof.contains(&campaign::plan::Proof::Roll))
    } else {
        entry.is_called
    };
    let content = form::page(
        app,
        tree,
        &Sheet {
            form,
            people: &people,
            absent: &entry.absent,
            is_called,
            faults,
            owed: &owed,
            returned,
        },
    );
    let status =
        if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = Page { title: "登记", here: path::RECORDS, content };
    Ok((status, layout::page(app, who, page)).into_response())
}
