//! Decisions: accept, change, drop, take back, add. Each is kept with what was
//! before it; a page that is out of date decides nothing.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use drafting::confirm::{Fields, selected, stands_alone};
use maud::{Markup, html};
use storage::draft::{self, Carried, Decision, Item, Origin};

use super::card::{self, card};
use super::document::byte_at;
use super::form::{self, Filled};
use super::{Desk, Line, desk, head_of, home, wants_part};
use crate::app::new_id;
use crate::fields::Fields as Sent;
use crate::session::SignedIn;
use crate::{App, AppState, WebError};

/// What a person asks to be done with an item.
enum Step {
    Accept,
    /// Accept it as it was changed.
    Change(Box<Fields>),
    Drop,
    Undo,
}

pub(crate) async fn decide(
    State(app): State<AppState>,
    who: SignedIn,
    Path((id, item)): Path<(String, String)>,
    headers: HeaderMap,
    sent: Sent,
) -> Result<Response, WebError> {
    let desk = desk(&app, &who, &id).await?;
    desk.must_be_open()?;
    let line = desk.line(&item)?;
    let step = match sent.get("step") {
        "accept" => Step::Accept,
        "change" => Step::Change(Box::new(form::read(&sent, &line.fields))),
        "drop" => Step::Drop,
        "undo" => Step::Undo,
        _ => return Err(WebError::invalid("没有这种操作，请从页面上的按钮提交。")),
    };
    let part = wants_part(&headers);
    let revision: i64 = sent.get("revision").parse().unwrap_or_default();
    if revision != line.item.revision {
        return Ok(conflict(&desk, line, part));
    }
    let (verb, after) = match judge(&app, &desk, line, &step).await? {
        Ok(decided) => decided,
        Err(filled) => return Ok(refused(&app, &who, (&desk, line), &filled, part)),
    };
    let now = app.clock.now();
    let mut tx = app.store.write(now).await?;
    let pairs = [(line.item.clone(), after)];
    match draft::decide(&mut tx, &desk.permit, &desk.draft, (verb, &pairs)).await {
        Err(storage::StorageError::Conflict { .. }) => {
            drop(tx);
            let fresh = self::fresh(&app, &who, &id).await?;
            let line = fresh.line(&item)?;
            return Ok(conflict(&fresh, line, part));
        }
        other => other?,
    }
    tx.commit().await?;
    if !part {
        let to = format!("{}#i-{item}", home(&id));
        return Ok(Redirect::to(&to).into_response());
    }
    let desk = fresh(&app, &who, &id).await?;
    let line = desk.line(&item)?;
    Ok(html! { (card(&desk, line, (&[], None))) (card::progress(&desk)) }.into_response())
}

async fn fresh(app: &App, who: &SignedIn, id: &str) -> Result<Desk, WebError> {
    desk(app, who, id).await
}

/// The item as it will be, or the form with what is wrong in it.
async fn judge(
    app: &App,
    desk: &Desk,
    line: &Line,
    step: &Step,
) -> Result<Result<(&'static str, Item), Filled>, WebError> {
    let now = app.clock.now();
    let decided = |state, fields: &Fields| Item {
        state,
        fields: Line::json(fields),
        decided_at: (state != Decision::Open).then_some(now),
        decided_by: desk.permit.account().map(str::to_owned),
        ..line.item.clone()
    };
    let (verb, fields) = match step {
        Step::Accept => ("accept", line.fields.clone()),
        Step::Change(fields) => ("change", (**fields).clone()),
        Step::Drop => return Ok(Ok(("drop", decided(Decision::Dropped, &line.fields)))),
        Step::Undo => {
            let (state, fields) = before(app, line).await?;
            return Ok(Ok(("undo", decided(state, &fields))));
        }
    };
    let errors = faults(desk, &fields)?;
    if !errors.is_empty() {
        return Ok(Err(Filled { fields, errors }));
    }
    // A person has looked: nothing is unsure any more.
    let sure = Fields { unsure: Vec::new(), ..fields };
    Ok(Ok((verb, decided(Decision::Accepted, &sure))))
}

/// Every field that keeps an item from standing in the plan; what the plan
/// language says beyond a single field comes under the empty name.
pub(super) fn faults(
    desk: &Desk,
    fields: &Fields,
) -> Result<Vec<(&'static str, String)>, WebError> {
    let element = match fields.element() {
        Ok(element) => element,
        Err(wrong) => return Ok(wrong.into_iter().map(|it| (it.field, it.words)).collect()),
    };
    let found = stands_alone(&head_of(&desk.draft)?, element);
    Ok(found
        .into_iter()
        .filter(campaign::plan::Finding::is_error)
        .map(|it| {
            let allowed = it.allowed.map(|words| format!("。{words}")).unwrap_or_default();
            ("", format!("{}{allowed}", it.message))
        })
        .collect())
}

/// What an item was before the last decision; open if it was never decided.
async fn before(app: &App, line: &Line) -> Result<(Decision, Fields), WebError> {
    let mut conn = app.store.read().await?;
    let steps = draft::steps_of_item(&mut conn, &line.item.id, 1).await?;
    let last = steps.into_iter().find(|it| !it.state_before.is_empty());
    Ok(match last {
        Some(step) => (
            Decision::from_code(&step.state_before).unwrap_or(Decision::Open),
            serde_json::from_str(&step.fields_before).unwrap_or_else(|_| line.fields.clone()),
        ),
        None => (Decision::Open, line.fields.clone()),
    })
}

fn refused(
    app: &App,
    who: &SignedIn,
    (desk, line): (&Desk, &Line),
    filled: &Filled,
    part: bool,
) -> Response {
    let page = if part {
        card(desk, line, (&[], Some(form::form(desk, line, filled))))
    } else {
        form::page(app, who, (desk, line), filled)
    };
    (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
}

fn conflict(desk: &Desk, line: &Line, part: bool) -> Response {
    let words = "这一条刚被他人处理过，您的操作没有保存；下面是现在的内容，请重新决定。";
    if !part {
        return WebError::Conflict(words.to_owned()).into_response();
    }
    let page = html! {
        (card(desk, line, (&[words.to_owned()], None))) (card::progress(desk))
    };
    (StatusCode::CONFLICT, page).into_response()
}

/// Accepts at once every open item that the rules are sure of.
pub(crate) async fn accept_sure(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Result<Redirect, WebError> {
    let desk = desk(&app, &who, &id).await?;
    desk.must_be_open()?;
    let now = app.clock.now();
    let mut pairs = Vec::new();
    for line in desk.lines.iter().filter(|it| it.is_open() && it.is_sure()) {
        if faults(&desk, &line.fields)?.is_empty() {
            let after = Item {
                state: Decision::Accepted,
                decided_at: Some(now),
                decided_by: Some(who.actor.account.clone()),
                ..line.item.clone()
            };
            pairs.push((line.item.clone(), after));
        }
    }
    if !pairs.is_empty() {
        let mut tx = app.store.write(now).await?;
        draft::decide(&mut tx, &desk.permit, &desk.draft, ("accept-sure", &pairs)).await?;
        tx.commit().await?;
    }
    Ok(Redirect::to(&format!("{}#items", home(&id))))
}

/// Adds what was selected in the document, by the browser's count or as a
/// sentence of the list.
pub(crate) async fn add(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    headers: HeaderMap,
    sent: Sent,
) -> Result<Response, WebError> {
    let desk = desk(&app, &who, &id).await?;
    desk.must_be_open()?;
    let span = span_of(&desk, &sent).ok_or_else(|| {
        WebError::invalid("请先在原文中选中一句或几句话（不超过 500 个字）。")
    })?;
    let line = Line::of(new_item(&desk, span)?);
    let now = app.clock.now();
    let mut tx = app.store.write(now).await?;
    draft::add_item(&mut tx, &desk.permit, &desk.draft, &line.item).await?;
    tx.commit().await?;
    let item = line.item.id.clone();
    if !wants_part(&headers) {
        return Ok(Redirect::to(&format!("{}/items/{item}", home(&id))).into_response());
    }
    let desk = fresh(&app, &who, &id).await?;
    let line = desk.line(&item)?;
    let filled = Filled { fields: line.fields.clone(), errors: Vec::new() };
    let inside: Markup = form::form(&desk, line, &filled);
    Ok(html! { (card(&desk, line, (&[], Some(inside)))) (card::progress(&desk)) }
        .into_response())
}

const SELECTED_MAX: usize = 500;

/// The bytes that were selected, without blanks around them.
fn span_of(desk: &Desk, sent: &Sent) -> Option<std::ops::Range<usize>> {
    let text = desk.edition.text.as_str();
    let (from, to) = if let Ok(n) = sent.get("sentence").parse::<usize>() {
        desk.layout.sentences.get(n).map(|(from, to, _)| (*from, *to))?
    } else {
        let place = |name| sent.get(name).parse().ok().map(|n: usize| byte_at(text, n));
        (place("from")?, place("to")?)
    };
    let words = text.get(from..to)?;
    let lead = words.len() - words.trim_start().len();
    let words = words.trim();
    let fits = (2..=SELECTED_MAX).contains(&words.chars().count());
    fits.then_some(from + lead..from + lead + words.len())
}

fn new_item(desk: &Desk, span: std::ops::Range<usize>) -> Result<Item, WebError> {
    let from = head_of(&desk.draft)?.from;
    let clause = desk.layout.clause_at(span.start);
    let clause = if clause.is_empty() { "正文".to_owned() } else { clause };
    let entry = selected(&desk.edition.text, span, &clause, from);
    let id = new_id();
    // The tail of the id is chance: no other element has it.
    let tail: String = id.chars().skip(id.len() - 10).collect();
    let fields = Fields { element: format!("d-{tail}"), ..entry.fields };
    let before = desk.lines.iter().filter(|it| it.item.start <= entry.span.start as i64);
    Ok(Item {
        id,
        draft: desk.draft.id.clone(),
        edition: desk.draft.edition,
        position: before.map(|it| it.item.position).max().unwrap_or(-1) + 1,
        quote: entry.quote,
        start: entry.span.start as i64,
        end: entry.span.end as i64,
        origin: Origin::Added,
        state: Decision::Open,
        fields: Line::json(&fields),
        carried: Carried::First,
        former: None,
        confidence: entry.confidence,
        why: entry.why,
        decided_at: None,
        decided_by: None,
        revision: 1,
    })
}
