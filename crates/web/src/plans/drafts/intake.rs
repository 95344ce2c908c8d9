//! The document comes in: as a file or as pasted text, for a new draft or as a
//! new edition. It is counted while it comes, and read beside the requests.

use std::sync::LazyLock;

use axum::extract::{Multipart, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use campaign::access::Action;
use campaign::plan::Plan;
use drafting::confirm::{Carry, Entry, Layout, Old, carry, entries, locate, selected};
use maud::{Markup, html};
use office::text as reader;
use serde::Deserialize;
use storage::draft::{
    self, Carried, Decision, Draft, Edition, Item, Origin, State as DraftState,
};
use tokio::sync::Semaphore;

use super::{Desk, Line, desk, home};
use crate::app::new_id;
use crate::layout::{self, Page, Tone, crumbs, field, heading, note};
use crate::session::SignedIn;
use crate::{App, AppState, WebError, path};

/// A document for this page: a book is no plan, and no browser shows it well.
const CHARS_MAX: usize = 300_000;
const ITEMS_MAX: usize = 1_000;
/// Documents that are read at the same time, each up to 100 MB in memory.
static READERS: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(2));

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    unit: String,
}

fn form(unit: &str, action: &str, extra: Markup) -> Markup {
    html! {
        form.card.narrow method="post" action=(action) enctype="multipart/form-data" {
            input type="hidden" name="unit" value=(unit);
            (extra)
            (field("文件", Some("Word（.docx）、带文字的 PDF、.txt、网页，不超过 100 MB；原件会保留，可随时下载"), html! {
                input type="file" name="file" accept=".docx,.pdf,.txt,.md,.html,.htm";
            }))
            (field("或者粘贴文字", Some("没有文件时，把正文贴在这里"), html! { textarea name="text" rows="8" {} }))
            button type="submit" { "读取并对照" }
        }
    }
}

pub(crate) async fn new(
    State(app): State<AppState>,
    who: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Markup, WebError> {
    new_page(&app, &who, &asked.unit, None)
}

fn new_page(
    app: &App,
    who: &SignedIn,
    unit: &str,
    problem: Option<&str>,
) -> Result<Markup, WebError> {
    let tree = app.live.tree();
    let node = tree.scope(&who.actor, Action::ManagePlans, Some(unit))?;
    let content = html! {
        (crumbs(&[
            ("方案".to_owned(), path::PLANS.to_owned()),
            ("从文件起草".to_owned(), path::DRAFTS.to_owned()),
            ("上传".to_owned(), String::new()),
        ]))
        (heading("上传文件起草", None))
        p.lede { "由 " strong { (tree.full_name(&node.unit.id)) } " 实施。读取后不会立即生效，先逐条对照确认。" }
        @if let Some(words) = problem { (note(words, Tone::Bad)) }
        (form(&node.unit.id, path::DRAFTS, html! {}))
    };
    Ok(layout::page(app, who, Page { title: "上传文件起草", here: path::PLANS, content }))
}

pub(crate) async fn create(
    State(app): State<AppState>,
    who: SignedIn,
    form: Multipart,
) -> Result<Response, WebError> {
    // Who may not start plans must not make the house read 100 MB either.
    let top = app.live.tree().scope(&who.actor, Action::ManagePlans, None)?.unit.id.clone();
    match begin(&app, &who, form, &top).await {
        Ok(id) => Ok(Redirect::to(&home(&id)).into_response()),
        Err(error @ WebError::Invalid(_)) => {
            let (status, words) = error.answer();
            Ok((status, new_page(&app, &who, &top, Some(words))?).into_response())
        }
        Err(error) => Err(error),
    }
}

async fn begin(
    app: &App,
    who: &SignedIn,
    form: Multipart,
    top: &str,
) -> Result<String, WebError> {
    let came = take(app, form).await?;
    let unit = if came.unit.is_empty() { top.to_owned() } else { came.unit.clone() };
    let permit = app.live.tree().permit(&who.actor, Action::ManagePlans, &unit)?;
    let read = read(came.text.clone()).await?;
    let now = app.clock.now();
    let id = new_id();
    let head = &read.plan.head;
    let draft = Draft {
        id: id.clone(),
        unit,
        name: head.name.chars().take(120).collect(),
        issuer: head.issuer.chars().take(60).collect(),
        plan: head.id.clone(),
        from_on: head.from.to_string(),
        until_on: head.until.to_string(),
        note: head.note.clone().unwrap_or_default(),
        state: DraftState::Open,
        edition: 1,
        campaign: None,
        created_at: now,
        created_by: Some(who.actor.account.clone()),
        changed_at: now,
        revision: 1,
    };
    let items: Vec<Item> =
        read.entries.iter().enumerate().map(|(n, entry)| item(&id, 1, n, entry)).collect();
    let edition = edition(&id, 1, came, &read, (now, who));
    let mut tx = app.store.write(now).await?;
    draft::insert(&mut tx, &permit, &draft, (&edition, &items)).await?;
    tx.commit().await?;
    Ok(id)
}

/// What a form brought.
struct Came {
    unit: String,
    revision: i64,
    file_name: String,
    media_type: &'static str,
    size: i64,
    sha256: Option<String>,
    text: String,
}

async fn take(app: &App, mut form: Multipart) -> Result<Came, WebError> {
    let cut = |_| WebError::invalid("上传没有完成，请重新上传。");
    let (mut unit, mut pasted, mut revision) = (String::new(), String::new(), 0);
    let mut file = None;
    while let Some(mut field) = form.next_field().await.map_err(cut)? {
        match field.name() {
            Some("unit") => unit = small(field.text().await.map_err(cut)?, 64)?,
            Some("revision") => {
                revision = field.text().await.map_err(cut)?.trim().parse().unwrap_or(0);
            }
            Some("text") => {
                let text = field.text().await.map_err(cut)?;
                pasted = small(text, 4 * CHARS_MAX)?;
            }
            Some("file") => {
                let name = safe_name(field.file_name().unwrap_or_default());
                let mut partial = app.originals.begin().await.map_err(io)?;
                while let Some(piece) = field.chunk().await.map_err(cut)? {
                    if (reader::FILE_BYTES_MAX as u64) < partial.size() + piece.len() as u64 {
                        return Err(WebError::invalid(
                            reader::TextError::TooLarge.to_string() + "。",
                        ));
                    }
                    partial.write(&piece).await.map_err(io)?;
                }
                if 0 < partial.size() {
                    file = Some((name, partial));
                }
            }
            _ => {}
        }
    }
    let Some((file_name, mut partial)) = file else {
        if pasted.trim().is_empty() {
            return Err(WebError::invalid("请选择一个文件，或把正文粘贴在下面的框里。"));
        }
        let size = pasted.len() as i64;
        let came = Came {
            unit,
            revision,
            file_name: String::new(),
            media_type: "text/plain; charset=utf-8",
            size,
            sha256: None,
            text: pasted,
        };
        return Ok(came);
    };
    let _turn =
        READERS.acquire().await.map_err(|error| WebError::Internal(error.to_string()))?;
    let bytes = partial.bytes().await.map_err(io)?;
    let size = bytes.len() as i64;
    let documents = app.documents.clone();
    let read = tokio::task::spawn_blocking(move || documents.read(&bytes))
        .await
        .map_err(|error| WebError::Internal(error.to_string()))?
        .map_err(|error| WebError::invalid(format!("“{file_name}”没有读成：{error}。")))?;
    let chars = read.text.chars().count();
    if CHARS_MAX < chars {
        return Err(too_long(chars));
    }
    // Only what could be read is kept.
    let sha256 = app.originals.keep(partial).await.map_err(io)?;
    Ok(Came {
        unit,
        revision,
        file_name,
        media_type: media_type(read.format),
        size,
        sha256: Some(sha256),
        text: read.text,
    })
}

fn io(error: std::io::Error) -> WebError {
    storage::StorageError::from(error).into()
}

fn small(text: String, most: usize) -> Result<String, WebError> {
    if text.len() <= most { Ok(text) } else { Err(too_long(text.chars().count())) }
}

fn too_long(chars: usize) -> WebError {
    WebError::invalid(format!(
        "正文有 {chars} 个字，超过 {CHARS_MAX} 个字；请只保留方案正文（删去附件、汇编的其他文件）后再试。"
    ))
}

const fn media_type(format: reader::Format) -> &'static str {
    match format {
        reader::Format::Docx => {
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        }
        reader::Format::Pdf => "application/pdf",
        reader::Format::Text => "text/plain",
        reader::Format::Html => "text/html",
    }
}

/// The last part of whatever path the sender's system put before it.
fn safe_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    last.chars().filter(|c| !c.is_control()).take(120).collect()
}

/// What the rules made of a document.
struct Read {
    text: String,
    plan: Plan,
    entries: Vec<Entry>,
    layout: Layout,
}

async fn read(text: String) -> Result<Read, WebError> {
    // One kind of line end, no nulls: what is kept is what both databases take.
    let text = text.replace("\r\n", "\n").replace(['\r', '\u{0}'], "\n");
    let chars = text.chars().count();
    if CHARS_MAX < chars {
        return Err(too_long(chars));
    }
    let read = tokio::task::spawn_blocking(move || {
        let draft = drafting::draft(&text);
        let plan = draft.to_plan();
        let entries = entries(&draft, &plan);
        Read { layout: Layout::of(&draft), entries, plan, text }
    })
    .await
    .map_err(|error| WebError::Internal(error.to_string()))?;
    if ITEMS_MAX < read.entries.len() {
        return Err(WebError::invalid(format!(
            "读出 {} 条，超过 {ITEMS_MAX} 条，不像一份方案；请只保留方案正文后再试。",
            read.entries.len()
        )));
    }
    Ok(read)
}

fn item(draft: &str, edition: i64, position: usize, entry: &Entry) -> Item {
    Item {
        id: new_id(),
        draft: draft.to_owned(),
        edition,
        position: position as i64,
        quote: entry.quote.clone(),
        start: entry.span.start as i64,
        end: entry.span.end as i64,
        origin: Origin::Read,
        state: Decision::Open,
        fields: Line::json(&entry.fields),
        carried: Carried::First,
        former: None,
        confidence: entry.confidence,
        why: entry.why.clone(),
        decided_at: None,
        decided_by: None,
        revision: 1,
    }
}

fn edition(
    draft: &str,
    number: i64,
    came: Came,
    read: &Read,
    (now, who): (i64, &SignedIn),
) -> Edition {
    Edition {
        draft: draft.to_owned(),
        edition: number,
        file_name: came.file_name,
        media_type: came.media_type.to_owned(),
        size_bytes: came.size,
        sha256: came.sha256,
        text: read.text.clone(),
        layout: serde_json::to_string(&read.layout).unwrap_or_default(),
        created_at: now,
        created_by: Some(who.actor.account.clone()),
    }
}

pub(crate) async fn edition_form(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Result<Markup, WebError> {
    let desk = desk(&app, &who, &id).await?;
    Ok(edition_page(&app, &who, &desk, None))
}

fn edition_page(app: &App, who: &SignedIn, desk: &Desk, problem: Option<&str>) -> Markup {
    let id = &desk.draft.id;
    let content = html! {
        (crumbs(&[
            ("方案".to_owned(), path::PLANS.to_owned()),
            ("从文件起草".to_owned(), path::DRAFTS.to_owned()),
            (desk.draft.name.clone(), home(id)),
            ("上传新稿".to_owned(), String::new()),
        ]))
        (heading("上传新稿", None))
        p.lede { "原句没有变的，原来的确认照用；改了的和新增的列为存疑，请重新看。现在是第 " (desk.draft.edition) " 稿。" }
        @if let Some(words) = problem { (note(words, Tone::Bad)) }
        (form(&desk.draft.unit, &format!("{}/edition", home(id)), html! {
            input type="hidden" name="revision" value=(desk.draft.revision);
        }))
    };
    layout::page(app, who, Page { title: "上传新稿", here: path::PLANS, content })
}

pub(crate) async fn new_edition(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    form: Multipart,
) -> Result<Response, WebError> {
    let desk = desk(&app, &who, &id).await?;
    if desk.draft.state == DraftState::Discarded {
        desk.must_be_open()?;
    }
    match renew(&app, &who, &desk, form).await {
        Ok(()) => Ok(Redirect::to(&format!("{}/changes", home(&id))).into_response()),
        Err(error @ WebError::Invalid(_)) => {
            let page = edition_page(&app, &who, &desk, Some(error.answer().1));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(error) => Err(error),
    }
}

async fn renew(
    app: &App,
    who: &SignedIn,
    desk: &Desk,
    form: Multipart,
) -> Result<(), WebError> {
    let came = take(app, form).await?;
    let read = read(came.text.clone()).await?;
    if read.text == desk.edition.text {
        return Err(WebError::invalid("新稿与现在的一稿完全相同，没有保存。"));
    }
    let now = app.clock.now();
    let number = desk.draft.edition + 1;
    let items = carried_over(desk, number, &read);
    let mut draft = Draft {
        edition: number,
        revision: if came.revision == 0 { desk.draft.revision } else { came.revision },
        ..desk.draft.clone()
    };
    // A plan that has not started yet follows the document's own dates.
    if draft.campaign.is_none() {
        draft.from_on = read.plan.head.from.to_string();
        draft.until_on = read.plan.head.until.to_string();
    }
    let next = edition(&draft.id, number, came, &read, (now, who));
    let mut tx = app.store.write(now).await?;
    draft::add_edition(&mut tx, &desk.permit, &draft, (&next, &items)).await?;
    tx.commit().await?;
    Ok(())
}

/// The items of a new edition, with the decisions that still hold.
fn carried_over(desk: &Desk, number: i64, read: &Read) -> Vec<Item> {
    let (own, by_rules): (Vec<&Line>, Vec<&Line>) =
        desk.lines.iter().partition(|it| it.item.origin == Origin::Added);
    let old: Vec<Old<'_>> =
        by_rules.iter().map(|it| Old { quote: &it.item.quote, fields: &it.fields }).collect();
    let mut used: std::collections::HashSet<String> = std::collections::HashSet::new();
    let mut items = Vec::new();
    for (n, (entry, how)) in read.entries.iter().zip(carry(&old, &read.entries)).enumerate() {
        let mut next = item(&desk.draft.id, number, n * 10, entry);
        let former = how.old().and_then(|at| by_rules.get(at));
        let mut fields = entry.fields.clone();
        if let Some(former) = former {
            next.former = Some(former.item.id.clone());
            fields.element.clone_from(&former.fields.element);
        }
        (next.carried, next.why) = match (how, former) {
            (Carry::Same(_) | Carry::Near(_), Some(former)) => {
                next.state = former.item.state;
                next.decided_at = former.item.decided_at;
                next.decided_by.clone_from(&former.item.decided_by);
                let clause = std::mem::take(&mut fields.clause);
                // What a person had made of it holds; where it stands is new.
                fields = former.fields.clone();
                if former.item.state == Decision::Open || fields.clause.is_empty() {
                    fields.clause = clause;
                }
                let same = matches!(how, Carry::Same(_));
                (if same { Carried::Same } else { Carried::Near }, next.why)
            }
            (_, Some(former)) => {
                (Carried::Changed, format!("{}；上一稿为“{}”", next.why, former.item.quote))
            }
            _ => (Carried::New, format!("{}；上一稿没有这一条", next.why)),
        };
        fields.element = unused(&mut used, fields.element);
        next.fields = Line::json(&fields);
        items.push(next);
    }
    for line in own {
        let Some(span) = locate(&line.item.quote, &read.text, &read.layout) else { continue };
        let position = items.iter().filter(|it| it.start <= span.start as i64).count() * 10;
        let entry = selected(
            &read.text,
            span.clone(),
            &read.layout.clause_at(span.start),
            read.plan.head.from,
        );
        let mut fields = line.fields.clone();
        fields.clause.clone_from(&entry.fields.clause);
        fields.element = unused(&mut used, fields.element);
        items.push(Item {
            origin: Origin::Added,
            state: line.item.state,
            fields: Line::json(&fields),
            carried: if entry.quote == line.item.quote { Carried::Same } else { Carried::Near },
            former: Some(line.item.id.clone()),
            why: line.item.why.clone(),
            decided_at: line.item.decided_at,
            decided_by: line.item.decided_by.clone(),
            ..item(&desk.draft.id, number, position, &entry)
        });
    }
    items
}

/// An id that no other element of the edition has.
fn unused(used: &mut std::collections::HashSet<String>, id: String) -> String {
    if used.insert(id.clone()) {
        return id;
    }
    // More numbers than ids are used: one of them is free.
    let free = (2..=used.len() + 2).map(|n| format!("{id}-{n}")).find(|id| !used.contains(id));
    let free = free.unwrap_or(id);
    used.insert(free.clone());
    free
}
