//! The reader's own jobs, the newest first.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use campaign::access::permit_self;
use maud::{Markup, html};
use serde::Deserialize;
use storage::Part;
use storage::job::{self, Filter, Job, State as JobState};

use super::{kind_words, state_tag, state_words};
use crate::export::{self, PART, Row, Rows, Wanted};
use crate::layout::{self, Page, empty, field, heading, options};
use crate::paging::At;
use crate::session::SignedIn;
use crate::sort::{Heads, Key, Sort, falling};
use crate::{App, AppState, WebError, path, text};

const PAGE: usize = 50;
const KEYS: &[Key] = &[falling("created", "开始")];

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    kind: String,
    state: String,
    sort: String,
    #[serde(flatten)]
    at: At,
    format: String,
}

impl Asked {
    fn filter<'a>(&'a self, part: Part<'a>) -> Filter<'a> {
        Filter {
            kind: &self.kind,
            state: JobState::from_code(&self.state),
            oldest_first: !Sort::read(&self.sort, KEYS).descending,
            part,
        }
    }
}

pub(crate) async fn list(
    State(app): State<AppState>,
    who: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    if asked.format == "xlsx" {
        return export(&app, &who, asked).await;
    }
    let mut conn = app.store.read().await?;
    let filter = asked.filter(asked.at.part(PAGE));
    let mut jobs = job::of_account(&mut conn, &who.actor.account, &filter).await?;
    drop(conn);
    let turn = asked.at.turn(&mut jobs, PAGE, |it| it.id.clone());
    let sort = Sort::read(&asked.sort, KEYS);
    let pairs = [("kind", asked.kind.as_str()), ("state", asked.state.as_str())];
    let heads = Heads { base: path::JOBS, pairs: &pairs, keys: KEYS, sort };
    let order = sort.text();
    let all = [pairs[0], pairs[1], ("sort", order.as_str())];
    let kinds =
        [("", "全部"), ("roster", kind_words("roster")), ("export", kind_words("export"))];
    let states = std::iter::once(("", "全部"))
        .chain(JobState::ALL.into_iter().map(|it| (it.code(), state_words(it))));
    let content = html! {
        (heading("我的后台工作", Some(export::button(&export::href(path::JOBS, &all)))))
        form.filter method="get" action=(path::JOBS) {
            (field("工作", None, html! { select name="kind" { (options(kinds, &asked.kind)) } }))
            (field("状态", None, html! { select name="state" { (options(states, &asked.state)) } }))
            (heads.choice())
            button.quiet type="submit" { "筛选" }
        }
        @if jobs.is_empty() {
            (empty("没有符合条件的后台工作。导入花名册、导出较长的名单时，进度和结果都在这里。", None))
        } @else {
            section.card.flush {
                (rows(&app, &jobs, Some(&heads)))
                (turn.pager(path::JOBS, &all))
            }
        }
    };
    Ok(layout::page(&app, &who, Page { title: "后台工作", here: path::JOBS, content })
        .into_response())
}

struct Jobs {
    asked: Asked,
    account: String,
    after: String,
}

impl Rows for Jobs {
    async fn next(&mut self, app: &App) -> Result<Vec<Row>, WebError> {
        let mut conn = app.store.read().await?;
        let filter = self.asked.filter(Part::after(&self.after, PART));
        let jobs = job::of_account(&mut conn, &self.account, &filter).await?;
        if let Some(last) = jobs.last() {
            self.after.clone_from(&last.id);
        }
        let row = |it: &Job| {
            vec![
                kind_words(&it.kind).into(),
                text::moment(it.created_at).into(),
                it.finished_at.map(text::moment).into(),
                state_words(it.state).into(),
                it.message.as_str().into(),
            ]
        };
        Ok(jobs.iter().map(row).collect())
    }
}

async fn export(app: &AppState, who: &SignedIn, asked: Asked) -> Result<Response, WebError> {
    let wanted = Wanted {
        list: "jobs",
        title: "后台工作".to_owned(),
        narrowed: JobState::from_code(&asked.state)
            .map(|it| export::narrowed(&[("状态", state_words(it))]))
            .unwrap_or_default(),
        columns: &[
            ("工作", 14.0),
            ("开始", 18.0),
            ("结束", 18.0),
            ("状态", 10.0),
            ("说明", 60.0),
        ],
        permit: permit_self(&who.actor),
    };
    let account = who.actor.account.clone();
    export::answer(app, who, wanted, Jobs { asked, account, after: String::new() }).await
}

/// The last few, on the pages of their kind.
pub(crate) fn table(app: &App, jobs: &[Job]) -> Markup {
    rows(app, jobs, None)
}

fn rows(app: &App, jobs: &[Job], heads: Option<&Heads<'_>>) -> Markup {
    html! {
        table.stack {
            thead { tr {
                th { "工作" }
                @match heads { Some(heads) => (heads.th("created")), None => { th { "开始" } } }
                th { "状态" } th { "说明" }
            } }
            tbody {
                @for job in jobs {
                    @let href = format!("{}/{}", path::JOBS, job.id);
                    tr {
                        td data-label="工作" { a href=(href) { (kind_words(&job.kind)) } }
                        td data-label="开始" { (text::moment(job.created_at)) }
                        td data-label="状态" { (state_tag(job.state)) }
                        td data-label="说明" {
                            (job.message)
                            @if export::is_kept(app, job) { " " a href=(format!("{href}/file")) { "下载" } }
                        }
                    }
                }
            }
        }
    }
}
