//! What the house tells an account: a list, the newest first.

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use campaign::access::{Action, permit_self};
use maud::{Markup, html};
use serde::Deserialize;
use storage::notification::{self, Filter, Key as By, Kind, Notification};
use storage::outbox::{self, State as MailState};
use storage::{Order, Part};

use crate::export::{self, PART, Row, Rows, Wanted};
use crate::layout::{self, Page, Tone, empty, field, heading, note, options, tag};
use crate::outbox::scope;
use crate::paging::{At, Back, back};
use crate::session::SignedIn;
use crate::sort::{Heads, Key, Sort, falling, rising};
use crate::{App, AppState, WebError, path, text};

const PAGE: usize = 50;
const KEYS: &[Key] = &[falling("told", "时间"), rising("kind", "类别")];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    kind: String,
    unread: String,
    q: String,
    sort: String,
    #[serde(flatten)]
    at: At,
    format: String,
}

impl Asked {
    fn sort(&self) -> Sort {
        Sort::read(&self.sort, KEYS)
    }

    fn filter<'a>(&'a self, part: Part<'a>) -> Filter<'a> {
        let sort = self.sort();
        let key = if sort.code == "kind" { By::Kind } else { By::Told };
        Filter {
            kind: Kind::from_code(&self.kind),
            unread_only: !self.unread.is_empty(),
            search: self.q.trim(),
            order: Order { key, descending: sort.descending },
            part,
        }
    }

    fn narrowing(&self) -> [(&'static str, &str); 3] {
        [("kind", &self.kind), ("unread", &self.unread), ("q", self.q.trim())]
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
    let filter = asked.filter(asked.at.part(PAGE));
    let mut conn = app.store.read().await?;
    let mut found = notification::page(&mut conn, &who.actor.account, &filter).await?;
    let unread = notification::unread(&mut conn, &who.actor.account).await?;
    let turn = asked.at.turn(&mut found, PAGE, |it| it.id.clone());
    let dead = match scope(&app, &who) {
        Ok(scope) => outbox::counts(&mut conn, &scope)
            .await?
            .into_iter()
            .find(|(state, _)| *state == MailState::Dead)
            .map_or(0, |(_, count)| count),
        Err(_) => 0,
    };
    drop(conn);
    let narrowing = asked.narrowing();
    let is_narrowed = narrowing.iter().any(|(_, value)| !value.is_empty());
    let heads =
        Heads { base: path::NOTIFICATIONS, pairs: &narrowing, keys: KEYS, sort: asked.sort() };
    let order = asked.sort().text();
    let mut pairs = narrowing.to_vec();
    pairs.push(("sort", &order));
    let actions = html! {
        (export::button(&export::href(path::NOTIFICATIONS, &pairs)))
        @if who.actor.may_anywhere(Action::ManagePlans) {
            a.button.quiet href=(path::REMINDERS) { "提醒规则" }
        }
        @if who.actor.may_anywhere(Action::ManageAccounts) {
            a.button.quiet href=(path::OUTBOX) { "发信情况" }
        }
        @if 0 < unread {
            form method="post" action="/notifications/read" {
                (asked.at.field(&pairs))
                button.quiet type="submit" { "全部标为已读" }
            }
        }
    };
    let content = html! {
        (heading("消息", Some(actions)))
        @if 0 < dead {
            (note(&format!("有 {dead} 封提醒邮件没有送达，请到“发信情况”查看原因并重发。"), Tone::Warn))
        }
        (filter_form(&asked, &heads))
        @if found.is_empty() && is_narrowed {
            (empty("没有符合条件的消息。", None))
        } @else if found.is_empty() {
            (empty("没有消息。任务到期前、到期当日和逾期后，系统会在这里提醒您，每天至多一条。", None))
        } @else {
            ul.list.card.flush.messages {
                @for it in &found { (line(it)) }
            }
        }
        (turn.pager(path::NOTIFICATIONS, &pairs))
    };
    // The figure in the header is that of this page, not of seconds ago.
    let who = SignedIn { unread, ..who };
    Ok(layout::page(&app, &who, Page { title: "消息", here: path::NOTIFICATIONS, content })
        .into_response())
}

const fn word(kind: Kind) -> (&'static str, Tone) {
    match kind {
        Kind::Reminder => ("提醒", Tone::Calm),
        Kind::Escalation => ("督促", Tone::Warn),
        Kind::News => ("通知", Tone::Faint),
    }
}

fn filter_form(asked: &Asked, heads: &Heads<'_>) -> Markup {
    let kinds =
        std::iter::once(("", "全部")).chain(Kind::ALL.map(|it| (it.code(), word(it).0)));
    html! {
        form.filter method="get" action=(path::NOTIFICATIONS) role="search" {
            (field("标题或内容", None, html! { input type="search" name="q" value=(asked.q.trim()) maxlength="100"; }))
            (field("类别", None, html! { select name="kind" { (options(kinds, &asked.kind)) } }))
            (field("范围", None, html! { select name="unread" { (options([("", "全部"), ("1", "只看未读")], &asked.unread)) } }))
            (heads.only_choice())
            button.quiet type="submit" { "筛选" }
        }
    }
}

struct Messages {
    asked: Asked,
    account: String,
    after: String,
}

impl Rows for Messages {
    async fn next(&mut self, app: &App) -> Result<Vec<Row>, WebError> {
        let mut conn = app.store.read().await?;
        let filter = self.asked.filter(Part::after(&self.after, PART));
        let found = notification::page(&mut conn, &self.account, &filter).await?;
        drop(conn);
        if let Some(last) = found.last() {
            self.after.clone_from(&last.id);
        }
        let row = |it: &Notification| {
            vec![
                word(it.kind).0.into(),
                it.title.as_str().into(),
                it.body.as_str().into(),
                text::moment(it.created_at).into(),
                it.read_at.map_or_else(|| "未读".to_owned(), text::moment).into(),
            ]
        };
        Ok(found.iter().map(row).collect())
    }
}

async fn export(app: &AppState, who: &SignedIn, asked: Asked) -> Result<Response, WebError> {
    let wanted = Wanted {
        list: "notifications",
        title: "消息".to_owned(),
        narrowed: export::narrowed(&[
            ("查找", &asked.q),
            ("类别", Kind::from_code(&asked.kind).map_or("", |it| word(it).0)),
            ("范围", if asked.unread.is_empty() { "" } else { "未读" }),
        ]),
        columns: &[
            ("类别", 8.0),
            ("标题", 36.0),
            ("内容", 70.0),
            ("时间", 18.0),
            ("读过", 18.0),
        ],
        permit: permit_self(&who.actor),
    };
    let account = who.actor.account.clone();
    export::answer(app, who, wanted, Messages { asked, account, after: String::new() }).await
}

fn line(it: &Notification) -> Markup {
    let (kind, tone) = word(it.kind);
    html! {
        li class=[it.read_at.is_none().then_some("unread")] {
            div.main {
                div {
                    (tag(kind, tone)) " "
                    @if it.read_at.is_none() { (tag("未读", Tone::Bad)) " " }
                    strong { (it.title) }
                }
                p.words { (it.body) }
                span.muted.small { (text::moment(it.created_at)) }
            }
            form method="post" action=(format!("{}/{}/open", path::NOTIFICATIONS, it.id)) {
                button.quiet type="submit" { "去办理" }
            }
        }
    }
}

/// Marks it as read and goes where it leads.
pub(crate) async fn open(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Result<Redirect, WebError> {
    let mut tx = app.store.write(app.clock.now()).await?;
    let it = notification::by_id(tx.conn(), &who.actor.account, &id)
        .await?
        .ok_or(WebError::NotFound)?;
    notification::mark_read(&mut tx, &who.actor.account, &id).await?;
    tx.commit().await?;
    app.sessions.forget(&who.actor.account);
    // Only ever a page of the house.
    let is_own = it.href.starts_with('/') && !it.href.starts_with("//");
    Ok(Redirect::to(if is_own { &it.href } else { path::HOME }))
}

pub(crate) async fn read_all(
    State(app): State<AppState>,
    who: SignedIn,
    Form(input): Form<Back>,
) -> Result<Redirect, WebError> {
    let mut tx = app.store.write(app.clock.now()).await?;
    notification::mark_read(&mut tx, &who.actor.account, "").await?;
    tx.commit().await?;
    app.sessions.forget(&who.actor.account);
    Ok(Redirect::to(&back(path::NOTIFICATIONS, &input.back)))
}
