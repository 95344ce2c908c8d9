//! Rosters in: upload, a look at what would change, and then all or nothing.

mod known;
mod meet;
mod pages;
mod place;
mod plan;
mod run;
mod upload;

use std::sync::Arc;

use axum::Form;
use axum::extract::{Multipart, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use campaign::access::Action;
use maud::Markup;
use office::roster::{CellProblem, Field, Level, Limits, Mapping, RosterFile, SheetState, Use};
use serde::{Deserialize, Serialize};
use storage::job::{self, Job, State as JobState};

use crate::app::new_id;
use crate::jobs::{self, Ended, Progress};
use crate::session::SignedIn;
use crate::{App, AppState, WebError, download, path};

pub use plan::Counts;
pub use run::{Import, Outcome, run};
pub(crate) use upload::folder;

pub(crate) const KIND: &str = "roster";

/// What a roster's job is about; in the job's payload.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Order {
    stored: String,
    name: String,
    unit: String,
    /// Header to the code of a field; empty leaves the column out.
    mapping: Vec<(String, String)>,
    /// Set once the user said yes.
    confirmed: bool,
    expected_rows: u64,
}

/// What a preview or import came to; in the job's result.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Report {
    written: bool,
    counts: Counts,
    rows: u64,
    rows_with_errors: u64,
    students: u64,
    staff: u64,
    guardians: u64,
    guardians_without_phone: u64,
    students_without_guardian: u64,
    errors: u64,
    warnings: u64,
    problems: Vec<ProblemLine>,
    sheets: Vec<SheetLine>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct ProblemLine {
    is_error: bool,
    sheet: String,
    cell: String,
    header: String,
    value: String,
    message: String,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct SheetLine {
    name: String,
    skipped: Option<String>,
    rows: u32,
    /// Letter, header, code of the field, or how it is not used.
    columns: Vec<(String, String, String)>,
}

/// Problems that the page lists; the marked copy has all.
const LISTED: usize = 200;

impl Report {
    fn of(outcome: &Outcome) -> Self {
        let Outcome { reading, counts, written } = outcome;
        let preview = &reading.preview;
        Self {
            written: *written,
            counts: counts.clone(),
            rows: preview.rows,
            rows_with_errors: preview.rows_with_errors,
            students: preview.students,
            staff: preview.staff,
            guardians: preview.guardians,
            guardians_without_phone: preview.guardians_without_phone,
            students_without_guardian: preview.students_without_guardian,
            errors: reading.problems.errors(),
            warnings: reading.problems.warnings(),
            problems: reading.problems.list().iter().take(LISTED).map(line).collect(),
            sheets: reading
                .sheets
                .iter()
                .map(|sheet| match &sheet.state {
                    SheetState::Read { columns, rows, .. } => SheetLine {
                        name: sheet.name.to_string(),
                        skipped: None,
                        rows: *rows,
                        columns: columns
                            .iter()
                            .map(|it| (it.letter(), it.header.clone(), use_code(it.used_as)))
                            .collect(),
                    },
                    SheetState::Skipped(why) => SheetLine {
                        name: sheet.name.to_string(),
                        skipped: Some((*why).to_owned()),
                        ..SheetLine::default()
                    },
                })
                .collect(),
        }
    }
}

fn use_code(used_as: Use) -> String {
    match used_as {
        Use::As(field) => field.code(),
        Use::Serial => "-serial".to_owned(),
        Use::Unknown => String::new(),
        Use::Repeated => "-repeated".to_owned(),
        Use::LeftOut => "-left-out".to_owned(),
    }
}

fn line(it: &CellProblem) -> ProblemLine {
    ProblemLine {
        is_error: it.level == Level::Error,
        sheet: it.sheet.to_string(),
        cell: format!("{}{}", it.letter(), it.row),
        header: it.header.clone(),
        value: it.value.clone(),
        message: it.message.clone(),
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    unit: String,
}

pub(crate) async fn form(
    State(app): State<AppState>,
    who: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Markup, WebError> {
    pages::form(&app, &who, &asked.unit, None).await
}

pub(crate) async fn template(_who: SignedIn) -> Result<Response, WebError> {
    let bytes = office::roster::template().map_err(download::failed)?;
    Ok(download::file("花名册模板.xlsx", office::sheet::ListFormat::Xlsx.media_type(), bytes)
        .into_response())
}

/// Takes the file and begins the preview.
pub(crate) async fn take(
    State(app): State<AppState>,
    who: SignedIn,
    upload: Multipart,
) -> Result<Response, WebError> {
    if !who.actor.may_anywhere(Action::ManageOrganisation) {
        return Err(campaign::access::Refused { action: Action::ManageOrganisation }.into());
    }
    let uploaded = match upload::take(&app, upload).await {
        Ok(uploaded) => uploaded,
        Err(WebError::Invalid(words)) => {
            let page = pages::form(&app, &who, "", Some(&words)).await?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
        Err(error) => return Err(error),
    };
    let file = upload::place(&app, &uploaded.stored);
    let begun = begin(&app, &who, uploaded).await;
    match begun {
        Ok(id) => Ok(Redirect::to(&format!("{}/{id}", path::IMPORT)).into_response()),
        Err(error) => {
            upload::remove(&file).await;
            Err(error)
        }
    }
}

async fn begin(
    app: &AppState,
    who: &SignedIn,
    uploaded: upload::Uploaded,
) -> Result<String, WebError> {
    let tree = app.live.tree();
    let asked = Some(uploaded.unit.as_str());
    let top = tree.scope(&who.actor, Action::ManageOrganisation, asked)?.unit.id.clone();
    let order = Order {
        stored: uploaded.stored,
        name: uploaded.name,
        unit: top.clone(),
        ..Order::default()
    };
    let job = Job {
        id: new_id(),
        kind: KIND.to_owned(),
        account: Some(who.actor.account.clone()),
        unit: Some(top),
        payload: to_json(&order)?,
        state: JobState::Queued,
        done: 0,
        total: 0,
        message: String::new(),
        result: None,
        created_at: app.clock.now(),
        finished_at: None,
    };
    let id = job.id.clone();
    launch(app, who, job, order).await?;
    Ok(id)
}

fn to_json<T: Serialize>(value: &T) -> Result<String, WebError> {
    serde_json::to_string(value).map_err(download::failed)
}

/// Runs the preview or, once confirmed, the import.
async fn launch(
    app: &AppState,
    who: &SignedIn,
    job: Job,
    order: Order,
) -> Result<(), WebError> {
    let tree = app.live.tree();
    let permit = tree.permit(&who.actor, Action::ManageOrganisation, &order.unit)?;
    jobs::start(app, job, move |app, progress| work(app, progress, permit, order)).await
}

async fn work(
    app: AppState,
    progress: Arc<Progress>,
    permit: campaign::access::Permit,
    order: Order,
) -> Result<Ended, WebError> {
    progress.set(0, 0, "正在打开文件");
    let file = open(&app, &order).await?;
    let import = Import {
        file,
        mapping: mapping(&order),
        top: order.unit.clone(),
        permit,
        today: app.clock.today(),
        now: app.clock.now(),
        write: order.confirmed,
        expected_rows: order.expected_rows,
    };
    let outcome = run(&app.store, app.live.tree(), import, progress).await?;
    if outcome.written {
        app.live.reload_tree(&app.store).await?;
        app.live.refresh(&app.store, app.clock.now()).await?;
        upload::remove(&upload::place(&app, &order.stored)).await;
    }
    let report = Report::of(&outcome);
    let message = if outcome.written {
        format!(
            "{}：新增 {} 人，变更 {} 人，未变 {} 人",
            order.name, report.counts.new, report.counts.changed, report.counts.unchanged
        )
    } else {
        format!("{}：{} 行，{} 处错误，等待确认", order.name, report.rows, report.errors)
    };
    Ok(Ended { message, result: Some(to_json(&report)?) })
}

async fn open(app: &App, order: &Order) -> Result<RosterFile, WebError> {
    let bytes = tokio::fs::read(upload::place(app, &order.stored))
        .await
        .map_err(|_| WebError::invalid("上传的文件已清除，请重新上传。"))?;
    let name = order.name.clone();
    tokio::task::spawn_blocking(move || RosterFile::open(bytes, &name, &Limits::default()))
        .await
        .map_err(download::failed)?
        .map_err(|error| WebError::Invalid(error.to_string()))
}

fn mapping(order: &Order) -> Mapping {
    let mut mapping = Mapping::default();
    for (header, code) in &order.mapping {
        mapping.set(header, Field::from_code(code));
    }
    mapping
}

async fn own(app: &App, who: &SignedIn, id: &str) -> Result<(Job, Order), WebError> {
    let job = jobs::own(app, who, id).await?;
    if job.kind != KIND {
        return Err(WebError::NotFound);
    }
    let order = serde_json::from_str(&job.payload).map_err(download::failed)?;
    Ok((job, order))
}

pub(crate) async fn show(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Result<Markup, WebError> {
    let (job, order) = own(&app, &who, &id).await?;
    Ok(pages::show(&app, &who, &job, &order))
}

/// The user has seen the preview and says yes.
pub(crate) async fn confirm(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Result<Redirect, WebError> {
    let (mut job, mut order) = own(&app, &who, &id).await?;
    let report: Report = job
        .result
        .as_deref()
        .and_then(|text| serde_json::from_str(text).ok())
        .ok_or_else(|| WebError::Conflict("预览还没有完成，请稍候。".to_owned()))?;
    if report.written || job.state != JobState::Done {
        return Err(WebError::Conflict("这份花名册已经处理过，请重新上传。".to_owned()));
    }
    if report.errors > 0 {
        return Err(WebError::invalid(format!(
            "还有 {} 处错误，一行也不会导入；请改正后重新上传。",
            report.errors
        )));
    }
    order.confirmed = true;
    order.expected_rows = report.rows;
    job.payload = to_json(&order)?;
    launch(&app, &who, job, order).await?;
    Ok(Redirect::to(&format!("{}/{id}", path::IMPORT)))
}

/// The user says what columns are, and looks again. Fields come as pairs
/// `header=code`, so the form has no fixed names.
pub(crate) async fn remap(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Redirect, WebError> {
    let (mut job, mut order) = own(&app, &who, &id).await?;
    if order.confirmed || !job.state.is_over() {
        return Err(WebError::Conflict(
            "这份花名册正在处理或已导入，不能再改列名。".to_owned(),
        ));
    }
    order.mapping = pairs
        .into_iter()
        .filter(|(header, code)| !header.is_empty() && code != "-auto")
        .take(256)
        .collect();
    job.payload = to_json(&order)?;
    job.result = None;
    launch(&app, &who, job, order).await?;
    Ok(Redirect::to(&format!("{}/{id}", path::IMPORT)))
}

/// Throws the upload away.
pub(crate) async fn cancel(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Result<Redirect, WebError> {
    let (mut job, order) = own(&app, &who, &id).await?;
    if !job.state.is_over() {
        return Err(WebError::Conflict("正在处理，请稍候。".to_owned()));
    }
    upload::remove(&upload::place(&app, &order.stored)).await;
    if !order.confirmed {
        job.state = JobState::Cancelled;
        job.message = format!("{}：已放弃", order.name);
        let mut tx = app.store.write(app.clock.now()).await?;
        job::save(&mut tx, &job).await?;
        tx.commit().await?;
    }
    Ok(Redirect::to(path::IMPORT))
}

/// The roster with its bad cells marked.
pub(crate) async fn marked(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let (_, order) = own(&app, &who, &id).await?;
    let tree = app.live.tree();
    let permit = tree.permit(&who.actor, Action::ManageOrganisation, &order.unit)?;
    let file = open(&app, &order).await?;
    let import = Import {
        file: file.clone(),
        mapping: mapping(&order),
        top: order.unit.clone(),
        permit,
        today: app.clock.today(),
        now: app.clock.now(),
        write: false,
        expected_rows: 0,
    };
    let outcome = run(&app.store, tree, import, Arc::new(Progress::default())).await?;
    let bytes =
        tokio::task::spawn_blocking(move || file.marked_copy(&outcome.reading.problems))
            .await
            .map_err(download::failed)?
            .map_err(|error| WebError::Invalid(error.to_string()))?;
    let stem = order.name.rsplit_once('.').map_or(order.name.as_str(), |(stem, _)| stem);
    Ok(download::file(
        &format!("{stem}-问题标注.xlsx"),
        office::sheet::ListFormat::Xlsx.media_type(),
        bytes,
    )
    .into_response())
}

/// Imports that were running when the house went down left nothing behind.
pub(crate) async fn recover(app: &App) -> Result<(), WebError> {
    let mut tx = app.store.write(app.clock.now()).await?;
    let words = "服务曾中断，本次导入没有写入任何内容，请重新上传。";
    let failed = job::fail_interrupted(&mut tx, KIND, words).await?;
    if failed > 0 {
        tx.commit().await?;
    }
    Ok(())
}
