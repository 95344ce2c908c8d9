//! Long work: its progress lies in memory while it runs and in the database
//! when it is over, so that its page survives a reload.

mod list;

use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use storage::job::{self, Job, State as JobState};

use crate::layout::{self, Page, Tone, heading, note, tag};
use crate::session::SignedIn;
use crate::{App, AppState, WebError, export, path};

pub(crate) use list::{list, table};

/// How far one job is.
#[derive(Debug, Default)]
pub struct Progress {
    done: AtomicI64,
    total: AtomicI64,
    words: Mutex<&'static str>,
}

impl Progress {
    pub fn set(&self, done: i64, total: i64, words: &'static str) {
        self.done.store(done, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
        *self.words.lock().unwrap_or_else(PoisonError::into_inner) = words;
    }

    /// Done, total (0 if unknown), and what is being done.
    pub fn get(&self) -> (i64, i64, &'static str) {
        (
            self.done.load(Ordering::Relaxed),
            self.total.load(Ordering::Relaxed),
            *self.words.lock().unwrap_or_else(PoisonError::into_inner),
        )
    }
}

/// The jobs that run in this process.
#[derive(Default)]
pub struct Work(Mutex<HashMap<String, Arc<Progress>>>);

impl Work {
    fn begin(&self, id: &str) -> Arc<Progress> {
        let progress = Arc::new(Progress::default());
        let mut jobs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.insert(id.to_owned(), Arc::clone(&progress));
        progress
    }

    fn end(&self, id: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    pub fn progress(&self, id: &str) -> Option<Arc<Progress>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }
}

/// How a job ended well.
pub struct Ended {
    pub message: String,
    /// JSON.
    pub result: Option<String>,
}

/// Writes the job down and runs it beside the requests.
pub async fn start<F, W>(app: &AppState, mut job: Job, work: F) -> Result<(), WebError>
where
    F: FnOnce(AppState, Arc<Progress>) -> W,
    W: Future<Output = Result<Ended, WebError>> + Send + 'static,
{
    job.state = JobState::Running;
    let mut tx = app.store.write(app.clock.now()).await?;
    match job::by_id(tx.conn(), &job.id).await? {
        Some(had) if had.state == JobState::Running => {
            return Err(WebError::Conflict("这项工作正在进行，请稍候。".to_owned()));
        }
        Some(_) => job::save(&mut tx, &job).await?,
        None => job::insert(&mut tx, &job).await?,
    }
    tx.commit().await?;
    let progress = app.work.begin(&job.id);
    let running = work(Arc::clone(app), progress);
    let app = Arc::clone(app);
    tokio::spawn(async move {
        let done = running.await;
        if let Err(error) = finish(&app, job.clone(), done).await {
            tracing::error!(job = %job.id, error = %error, "a job's end could not be saved");
        }
        app.work.end(&job.id);
    });
    Ok(())
}

async fn finish(
    app: &App,
    mut job: Job,
    done: Result<Ended, WebError>,
) -> Result<(), WebError> {
    match done {
        Ok(ended) => {
            job.state = JobState::Done;
            job.message = ended.message;
            job.result = ended.result;
        }
        Err(error) => {
            let (status, words) = error.answer();
            if status.is_server_error() {
                tracing::error!(job = %job.id, error = ?error, "job failed");
            }
            job.state = JobState::Failed;
            job.message = words.to_owned();
        }
    }
    let mut tx = app.store.write(app.clock.now()).await?;
    job::save(&mut tx, &job).await?;
    tx.commit().await?;
    Ok(())
}

/// A job of the reader's own.
pub async fn own(app: &App, who: &SignedIn, id: &str) -> Result<Job, WebError> {
    let mut conn = app.store.read().await?;
    let job = job::by_id(&mut conn, id).await?.ok_or(WebError::NotFound)?;
    if job.account.as_deref() == Some(who.actor.account.as_str()) {
        Ok(job)
    } else {
        Err(WebError::NotFound)
    }
}

/// Where the pages of a job's kind are.
fn home_of(job: &Job) -> Option<String> {
    (job.kind == "roster").then(|| format!("{}/{}", path::IMPORT, job.id))
}

fn kind_words(kind: &str) -> &str {
    match kind {
        "roster" => "导入花名册",
        "export" => "导出",
        other => other,
    }
}

/// A job that runs: a bar, and the page looks again by itself.
pub fn running_part(app: &App, job: &Job) -> Markup {
    let (done, total, words) =
        app.work.progress(&job.id).map_or((job.done, job.total, "等待开始"), |it| it.get());
    html! {
        section.card data-reload-ms="1500" {
            h2 { (kind_words(&job.kind)) "进行中" }
            @if total > 0 {
                progress max=(total) value=(done.min(total)) { (done) "/" (total) }
                p { (words) "：" (done) " / " (total) " 行" }
            } @else {
                progress {}
                p { (words) @if done > 0 { "：已处理 " (done) " 行" } }
            }
            p.muted { "可以离开本页，工作会继续；页面会自动刷新，也可" a href="" { "手动刷新" } "。" }
        }
    }
}

pub(crate) async fn show(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let job = own(&app, &who, &id).await?;
    if let Some(home) = home_of(&job) {
        return Ok(Redirect::to(&home).into_response());
    }
    let content = html! {
        (layout::crumbs(&[("后台工作".to_owned(), path::JOBS.to_owned()), (kind_words(&job.kind).to_owned(), String::new())]))
        (heading(kind_words(&job.kind), None))
        @if job.state.is_over() {
            (note(&job.message, if job.state == JobState::Done { Tone::Good } else { Tone::Bad }))
            @if export::is_kept(&app, &job) {
                p.actions { a.button href=(format!("{}/{}/file", path::JOBS, job.id)) { "下载" } }
                p.muted { "文件保留一天，只有您能下载。" }
            } @else if job.kind == export::KIND && job.state == JobState::Done {
                p.muted { "文件只保留一天，现已删除，请重新导出。" }
            }
        } @else { (running_part(&app, &job)) }
    };
    Ok(layout::page(&app, &who, Page { title: "进度", here: path::JOBS, content })
        .into_response())
}

fn state_words(state: JobState) -> &'static str {
    match state {
        JobState::Queued => "等待",
        JobState::Running => "进行中",
        JobState::Done => "完成",
        JobState::Failed => "未完成",
        JobState::Cancelled => "已取消",
    }
}

pub(crate) fn state_tag(state: JobState) -> Markup {
    let tone = match state {
        JobState::Queued | JobState::Running => Tone::Calm,
        JobState::Done => Tone::Good,
        JobState::Failed => Tone::Bad,
        JobState::Cancelled => Tone::Faint,
    };
    tag(state_words(state), tone)
}
