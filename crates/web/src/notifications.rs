//! What the house tells an account: a list, unread ones first.

use axum::extract::{Path, Query, State};
use axum::response::Redirect;
use campaign::access::Action;
use maud::{Markup, html};
use serde::Deserialize;
use storage::notification::{self, Cursor, Kind, Notification};
use storage::outbox::{self, State as MailState};

use crate::layout::{self, Page, Tone, empty, heading, note, pager, tag};
use crate::outbox::scope;
use crate::session::SignedIn;
use crate::{AppState, WebError, path, text};

const PAGE: usize = 50;

#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    after: String,
}

pub(crate) async fn list(
    State(app): State<AppState>,
    who: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Markup, WebError> {
    let cursor = cursor(&asked.after);
    let mut conn = app.store.read().await?;
    let mut found =
        notification::page(&mut conn, &who.actor.account, cursor.as_ref(), PAGE as i64 + 1)
            .await?;
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
    let actions = html! {
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
        @if found.is_empty() {
            (empty("没有消息。任务到期前、到期当日和逾期后，系统会在这里提醒您，每天至多一条。", None))
        } @else {
            ul.list.card.flush.messages {
                @for it in &found { (line(it)) }
            }
        }
        (pager(path::NOTIFICATIONS, &[], next.as_deref(), asked.after.is_empty()))
    };
    // The figure in the header is that of this page, not of seconds ago.
    let who = SignedIn { unread, ..who };
    Ok(layout::page(&app, &who, Page { title: "消息", here: path::NOTIFICATIONS, content }))
}

fn line(it: &Notification) -> Markup {
    let (kind, tone) = match it.kind {
        Kind::Reminder => ("提醒", Tone::Calm),
        Kind::Escalation => ("督促", Tone::Warn),
        Kind::News => ("通知", Tone::Faint),
    };
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
