//! Lists as workbooks. A short list is answered at once; a long one becomes a
//! job whose page shows how far it is and keeps the file for a day. Each one
//! leaves a line in the audit trail, with what narrowed it and how many rows went
//! out.
//!
//! What may be seen is the page's matter: an export has the rows and the columns
//! of its page, masked alike.

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use campaign::access::Permit;
use jiff::civil::Date;
use maud::{Markup, html};
use office::sheet::{Cell, Column, Head, List, ListFormat};
use serde::{Deserialize, Serialize};
use storage::Change;
use storage::job::{self, Job, State as JobState};

use crate::app::new_id;
use crate::jobs::{self, Ended, Progress};
use crate::session::SignedIn;
use crate::{App, AppState, WebError, download, path, text};

pub(crate) const KIND: &str = "export";
/// Rows that are worth waiting for; more become a job.
pub(crate) const AT_ONCE: usize = 5_000;
/// Rows that are read at a time.
pub(crate) const PART: i64 = 2_000;

/// A cell, kept until its row is written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Text(String),
    Integer(i64),
    Date(Date),
    /// A share of one, shown as a percentage.
    Share(f64),
    Empty,
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Self {
        Self::Integer(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<Date> for Value {
    fn from(date: Date) -> Self {
        Self::Date(date)
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}

impl Value {
    fn cell(&self) -> Cell<'_> {
        match self {
            Self::Text(text) => Cell::Text(text),
            Self::Integer(number) => Cell::Integer(*number),
            Self::Date(date) => Cell::Date(*date),
            Self::Share(share) => Cell::Share(*share),
            Self::Empty => Cell::Empty,
        }
    }
}

pub(crate) type Row = Vec<Value>;

/// The rows of a list, a part at a time; an empty part is the end.
pub(crate) trait Rows: Send + 'static {
    fn next(&mut self, app: &App) -> impl Future<Output = Result<Vec<Row>, WebError>> + Send;
}

/// Rows that lie in memory.
pub(crate) struct Known(std::vec::IntoIter<Row>);

impl Known {
    pub(crate) fn new(rows: Vec<Row>) -> Self {
        Self(rows.into_iter())
    }
}

impl Rows for Known {
    async fn next(&mut self, _: &App) -> Result<Vec<Row>, WebError> {
        Ok(self.0.by_ref().take(PART as usize).collect())
    }
}

/// What is exported.
pub(crate) struct Wanted {
    /// What the audit line calls the list.
    pub(crate) list: &'static str,
    /// The workbook's title and the file's name.
    pub(crate) title: String,
    /// What narrowed it, in words; empty if nothing did.
    pub(crate) narrowed: String,
    /// Headings and widths in characters.
    pub(crate) columns: &'static [(&'static str, f64)],
    pub(crate) permit: Permit,
}

/// The filters of a list in words: those that are set.
pub(crate) fn narrowed(pairs: &[(&str, &str)]) -> String {
    let set: Vec<String> = pairs
        .iter()
        .filter(|(_, value)| !value.trim().is_empty())
        .map(|(name, value)| format!("{name}：{}", value.trim()))
        .collect();
    set.join("，")
}

/// The same address, as a workbook.
pub(crate) fn href(base: &str, pairs: &[(&str, &str)]) -> String {
    let mut pairs = pairs.to_vec();
    pairs.push(("format", "xlsx"));
    path::with_query(base, &pairs)
}

/// The way to it, for those who may.
pub(crate) fn button(href: &str) -> Markup {
    html! { a.button.quiet href=(href) { "导出 Excel" } }
}

/// Answers with the workbook, or leads to the job that makes it.
pub(crate) async fn answer(
    app: &AppState,
    who: &SignedIn,
    wanted: Wanted,
    mut rows: impl Rows,
) -> Result<Response, WebError> {
    let mut sheet = Sheet::begin(app, who, &wanted)?;
    loop {
        let part = rows.next(app).await?;
        if part.is_empty() {
            let count = sheet.count;
            let bytes = sheet.finish().await?;
            note(app, &wanted, count).await?;
            let name = format!("{}.xlsx", wanted.title);
            return Ok(
                download::file(&name, ListFormat::Xlsx.media_type(), bytes).into_response()
            );
        }
        sheet.add(&part)?;
        if AT_ONCE < sheet.count {
            break;
        }
    }
    let job = queued(app, who, &wanted.permit, format!("{}.xlsx", wanted.title))?;
    let (file, page) = (place(app, &job.id), format!("{}/{}", path::JOBS, job.id));
    jobs::start(app, job, move |app, progress| async move {
        write(&app, (wanted, sheet), rows, &file, &progress).await
    })
    .await?;
    Ok(Redirect::to(&page).into_response())
}

/// A document that is made whole, such as a letter.
pub(crate) struct Paper {
    /// What the audit line calls it.
    pub(crate) list: &'static str,
    /// The file's name, with its extension.
    pub(crate) name: String,
    /// What narrowed it, in words; empty if nothing did.
    pub(crate) narrowed: String,
    pub(crate) rows: usize,
    pub(crate) permit: Permit,
}

/// Answers with the document, or leads to the job that makes it.
pub(crate) async fn paper(
    app: &AppState,
    who: &SignedIn,
    paper: Paper,
    make: impl FnOnce() -> Result<Vec<u8>, String> + Send + 'static,
) -> Result<Response, WebError> {
    let (list, count, permit) = (paper.list, paper.rows, paper.permit.clone());
    let detail = format!("{}{} {count} 行", paper.name, bracketed(&paper.narrowed));
    let name = paper.name;
    let run = async move || {
        let made = tokio::task::spawn_blocking(make).await.map_err(download::failed)?;
        made.map_err(WebError::Internal)
    };
    if count <= AT_ONCE {
        let bytes = run().await?;
        noted(app, &permit, list, detail).await?;
        return Ok(download::file(&name, media_type(&name), bytes).into_response());
    }
    let job = queued(app, who, &permit, name.clone())?;
    let (file, page) = (place(app, &job.id), format!("{}/{}", path::JOBS, job.id));
    jobs::start(app, job, move |app, progress| async move {
        progress.set(0, 0, "正在生成");
        keep(&file, &run().await?).await.map_err(storage::StorageError::from)?;
        noted(&app, &permit, list, detail).await?;
        Ok(Ended { message: format!("{name}，共 {count} 行"), result: None })
    })
    .await?;
    Ok(Redirect::to(&page).into_response())
}

fn media_type(name: &str) -> &'static str {
    if std::path::Path::new(name).extension().is_some_and(|it| it == "docx") {
        office::letter::DOCX_MEDIA_TYPE
    } else {
        ListFormat::Xlsx.media_type()
    }
}

/// The job that makes a file.
fn queued(app: &App, who: &SignedIn, permit: &Permit, name: String) -> Result<Job, WebError> {
    let made = Made { name };
    Ok(Job {
        id: new_id(),
        kind: KIND.to_owned(),
        account: Some(who.actor.account.clone()),
        unit: Some(permit.unit().to_owned()).filter(|unit| !unit.is_empty()),
        payload: serde_json::to_string(&made).map_err(download::failed)?,
        state: JobState::Queued,
        done: 0,
        total: 0,
        message: made.name,
        result: None,
        created_at: app.clock.now(),
        finished_at: None,
    })
}

/// The rest of a long list, and the file.
async fn write(
    app: &App,
    (wanted, mut sheet): (Wanted, Sheet),
    mut rows: impl Rows,
    file: &std::path::Path,
    progress: &Arc<Progress>,
) -> Result<Ended, WebError> {
    loop {
        progress.set(sheet.count as i64, 0, "正在写入");
        let part = rows.next(app).await?;
        if part.is_empty() {
            break;
        }
        sheet.add(&part)?;
    }
    let count = sheet.count;
    progress.set(count as i64, 0, "正在保存");
    let bytes = sheet.finish().await?;
    keep(file, &bytes).await.map_err(storage::StorageError::from)?;
    note(app, &wanted, count).await?;
    Ok(Ended { message: format!("{}.xlsx，共 {count} 行", wanted.title), result: None })
}

/// The file comes into being whole or not at all.
async fn keep(file: &std::path::Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = file.parent() {
        tokio::fs::create_dir_all(folder).await?;
    }
    let part = file.with_extension("part");
    tokio::fs::write(&part, bytes).await?;
    tokio::fs::rename(&part, file).await
}

fn bracketed(narrowed: &str) -> String {
    if narrowed.is_empty() { String::new() } else { format!("（{narrowed}）") }
}

async fn note(app: &App, wanted: &Wanted, count: usize) -> Result<(), WebError> {
    let detail = format!("{}{} {count} 行", wanted.title, bracketed(&wanted.narrowed));
    noted(app, &wanted.permit, wanted.list, detail).await
}

/// Writes down that a list went out.
pub(crate) async fn noted(
    app: &App,
    permit: &Permit,
    list: &'static str,
    detail: String,
) -> Result<(), WebError> {
    let mut tx = app.store.write(app.clock.now()).await?;
    let object = format!("export/{list}");
    tx.audit(permit, list, Change { object: &object, detail });
    Ok(tx.commit().await?)
}

/// A workbook in the making.
struct Sheet {
    list: List,
    count: usize,
}

impl Sheet {
    fn begin(app: &App, who: &SignedIn, wanted: &Wanted) -> Result<Self, WebError> {
        let columns: Vec<Column<'_>> =
            wanted.columns.iter().map(|&(header, width)| Column { header, width }).collect();
        let mut note = format!("导出人 {} · {}", who.name, text::moment(app.clock.now()));
        if !wanted.narrowed.is_empty() {
            note = format!("{} · {note}", wanted.narrowed);
        }
        let head =
            Head { sheet: "名单", title: &wanted.title, note: &note, columns: &columns };
        let list = List::new(ListFormat::Xlsx, &head).map_err(download::failed)?;
        Ok(Self { list, count: 0 })
    }

    fn add(&mut self, rows: &[Row]) -> Result<(), WebError> {
        for row in rows {
            let cells: Vec<Cell<'_>> = row.iter().map(Value::cell).collect();
            self.list.row(&cells).map_err(download::failed)?;
        }
        self.count += rows.len();
        Ok(())
    }

    async fn finish(self) -> Result<Vec<u8>, WebError> {
        tokio::task::spawn_blocking(move || self.list.finish())
            .await
            .map_err(download::failed)?
            .map_err(download::failed)
    }
}

/// What an export's job makes; in its payload.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Made {
    name: String,
}

/// The files that jobs have made.
pub(crate) fn folder(app: &App) -> PathBuf {
    app.files.join("exports")
}

fn place(app: &App, id: &str) -> PathBuf {
    folder(app).join(format!("{id}.xlsx"))
}

/// Whether the job's file is still there.
pub(crate) fn is_kept(app: &App, job: &Job) -> bool {
    job.kind == KIND && job.state == JobState::Done && place(app, &job.id).exists()
}

/// `/jobs/{id}/file`: to the one who asked for it, and to nobody else.
pub(crate) async fn file(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let job = jobs::own(&app, &who, &id).await?;
    if job.kind != KIND || job.state != JobState::Done {
        return Err(WebError::NotFound);
    }
    let made: Made = serde_json::from_str(&job.payload).map_err(download::failed)?;
    let bytes = tokio::fs::read(place(&app, &job.id))
        .await
        .map_err(|_| WebError::Conflict("文件只保留一天，现已删除，请重新导出。".to_owned()))?;
    Ok(download::file(&made.name, media_type(&made.name), bytes).into_response())
}

/// Exports that were under way when the house went down are made anew.
pub(crate) async fn recover(app: &App) -> Result<(), WebError> {
    let mut tx = app.store.write(app.clock.now()).await?;
    let words = "服务曾中断，文件没有生成，请重新导出。";
    if 0 < job::fail_interrupted(&mut tx, KIND, words).await? {
        tx.commit().await?;
    }
    Ok(())
}
