//! What the house tells an account: a list, unread ones first.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use campaign::access::{Action, permit_self};
use maud::{Markup, html};
use serde::Deserialize;
use storage::notification::{self, Cursor, Filter, Kind, Notification};
use storage::outbox::{self, State as MailState};

use crate::export::{self, PART, Row, Rows, Wanted};
use crate::layout::{self, Page, Tone, empty, field, heading, note, options, pager, tag};
use crate::outbox::scope;
use crate::session::SignedIn;
use crate::{App, AppState, WebError, path, text};

const PAGE: usize = 50;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    kind: String,
    unread: String,
    after: String,
    format: String,
}

impl Asked {
    fn filter(&self, after: Option<Cursor>, limit: i64) -> Filter {
        Filter {
            kind: Kind::from_code(&self.kind),
            unread_only: !self.unread.is_empty(),
            after,
            limit,
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
    let filter = asked.filter(cursor(&asked.after), PAGE as i64 + 1);
    let mut conn = app.store.read().await?;
    let mut found = notification::page(&mut conn, &who.actor.account, &filter).await?;
    let unread = notification::unread(&mut conn, &who.actor.account).await?;
    let next = (PAGE < found.len()).then(|| {
        found.truncate(PAGE);
        found.last().map(|it| write_cursor(&it.cursor())).unwrap_or_default()
    });
    let dead = match scope(&app, &who) {
        Ok(scope) => outbox::counts(&mut conn, &scope)
            .await?
            .into_iter()
            .find(|(state, _)| *state == MailState::Dead)
            .map_or(0, |(_, count)| count),
        Err(_) => 0,
    };
    drop(conn);
    let pairs = [("kind", asked.kind.as_str()), ("unread", asked.unread.as_str())];
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
                button.quiet type="submit" { "全部标为已读" }
            }
        }
    };
    let content = html! {
        (heading("消息", Some(actions)))
        @if 0 < dead {
            (note(&format!("有 {dead} 封提醒邮件没有送达，请到“发信情况”查看原因并重发。"), Tone::Warn))
        }
        (filter_form(&asked))
        @if found.is_empty() && (!asked.kind.is_empty() || !asked.unread.is_empty()) {
            (empty("没有符合条件的消息。", None))
        } @else if found.is_empty() {
            (empty("没有消息。任务到期前、到期当日和逾期后，系统会在这里提醒您，每天至多一条。", None))
        } @else {
            ul.list.card.flush.messages {
                @for it in &found { (line(it)) }
            }
        }
        (pager(path::NOTIFICATIONS, &pairs, next.as_deref(), asked.after.is_empty()))
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

fn filter_form(asked: &Asked) -> Markup {
    let kinds =
        std::iter::once(("", "全部")).chain(Kind::ALL.map(|it| (it.code(), word(it).0)));
    html! {
        form.filter method="get" action=(path::NOTIFICATIONS) {
            (field("类别", None, html! { select name="kind" { (options(kinds, &asked.kind)) } }))
            (field("范围", None, html! { select name="unread" { (options([("", "全部"), ("1", "只看未读")], &asked.unread)) } }))
            button.quiet type="submit" { "筛选" }
        }
    }
}

struct Messages {
    asked: Asked,
    account: String,
    after: Option<Cursor>,
}

impl Rows for Messages {
    async fn next(&mut self, app: &App) -> Result<Vec<Row>, WebError> {
        let mut conn = app.store.read().await?;
        let filter = self.asked.filter(self.after.clone(), PART);
        let found = notification::page(&mut conn, &self.account, &filter).await?;
        drop(conn);
        if let Some(last) = found.last() {
            self.after = Some(last.cursor());
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
    export::answer(app, who, wanted, Messages { asked, account, after: None }).await
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

/// `0-1646100000000-id`: unread, when, which.
fn write_cursor(it: &Cursor) -> String {
    format!("{}-{}-{}", i32::from(it.read), it.created_at, it.id)
}

fn cursor(text: &str) -> Option<Cursor> {
    let mut parts = text.splitn(3, '-');
    let read = parts.next()? == "1";
    let created_at = parts.next()?.parse().ok()?;
    Some(Cursor { read, created_at, id: parts.next()?.to_owned() })
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
) -> Result<Redirect, WebError> {
    let mut tx = app.store.write(app.clock.now()).await?;
    notification::mark_read(&mut tx, &who.actor.account, "").await?;
    tx.commit().await?;
    app.sessions.forget(&who.actor.account);
    Ok(Redirect::to(path::NOTIFICATIONS))
}
