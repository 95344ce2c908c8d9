//! Letters on their way: what waits, what was sent, what did not arrive and why.

use axum::Form;
use axum::extract::{Query, State};
use axum::response::Redirect;
use campaign::access::{Action, Refused};
use maud::{Markup, html};
use serde::Deserialize;
use storage::outbox::{self, Narrow, Sent, State as MailState};

use crate::layout::{self, Page, Tone, empty, field, heading, note, options, pager, tag};
use crate::session::SignedIn;
use crate::{App, AppState, WebError, path, text};

const PAGE: usize = 50;

#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    state: String,
    #[serde(default)]
    search: String,
    #[serde(default)]
    after: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Resending {
    /// One letter; all that are dead if empty.
    #[serde(default)]
    id: String,
}

/// The unit whose letters the administrator sees; empty for all.
pub(crate) fn scope(app: &App, who: &SignedIn) -> Result<String, Refused> {
    let tree = app.live.tree();
    let node = tree.scope(&who.actor, Action::ManageAccounts, None)?;
    Ok(if node.parent.is_none() { String::new() } else { node.unit.id.clone() })
}

const fn word(state: MailState) -> (&'static str, Tone) {
    match state {
        MailState::Dead => ("没有送达", Tone::Bad),
        MailState::Waiting => ("待发", Tone::Warn),
        MailState::Sent => ("已发出", Tone::Good),
    }
}

pub(crate) async fn list(
    State(app): State<AppState>,
    who: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Markup, WebError> {
    let scope = scope(&app, &who)?;
    let narrow = Narrow {
        scope,
        state: MailState::from_code(&asked.state),
        search: asked.search.trim().to_owned(),
        after: asked.after.clone(),
    };
    let mut conn = app.store.read().await?;
    let mut found = outbox::page(&mut conn, &narrow, PAGE as i64 + 1).await?;
    let counts = outbox::counts(&mut conn, &narrow.scope).await?;
    drop(conn);
    let count =
        |state| counts.iter().find(|(it, _)| *it == state).map_or(0, |(_, count)| *count);
    let next = (PAGE < found.len()).then(|| {
        found.truncate(PAGE);
        found.last().map(|it| it.id.clone()).unwrap_or_default()
    });
    let dead = count(MailState::Dead);
    let actions = html! {
        @if 0 < dead {
            form method="post" action="/outbox/resend" {
                button type="submit" { "全部重发（" (dead) " 封）" }
            }
        }
    };
    let content = html! {
        (heading("发信情况", Some(actions)))
        @if app.mailer.is_none() {
            (note("还没有配置发信：启动服务时加上 --smtp-url 和 --mail-from。提醒仍在“消息”里，不受影响。", Tone::Warn))
        }
        p.lede {
            @for state in MailState::ALL { (word(state).0) " " (count(state)) " 封　" }
        }
        form.filter method="get" action=(path::OUTBOX) {
            (field("状态", None, html! {
                select name="state" {
                    (options(
                        [("", "全部")].into_iter().chain(MailState::ALL.map(|it| (it.code(), word(it).0))),
                        narrow.state.map(MailState::code).unwrap_or_default(),
                    ))
                }
            }))
            (field("姓名、邮箱或主题", None, html! {
                input type="search" name="search" value=(narrow.search) maxlength="100";
            }))
            button.quiet type="submit" { "查找" }
        }
        @if found.is_empty() {
            (empty("没有符合条件的信件。", None))
        } @else {
            section.card.flush { (table(&found)) }
        }
        (pager(
            path::OUTBOX,
            &[("state", &asked.state), ("search", &narrow.search)],
            next.as_deref(),
            asked.after.is_empty(),
        ))
    };
    Ok(layout::page(&app, &who, Page { title: "发信情况", here: path::ACCOUNTS, content }))
}

fn table(found: &[Sent]) -> Markup {
    html! {
        table.stack {
            caption { "发出的信件留存 30 天；没有送达的一直留着，直到重发成功" }
            thead {
                tr { th { "收件人" } th { "主题" } th { "状态" } th { "次数" } th { "时间" } th { "操作" } }
            }
            tbody {
                @for it in found {
                    tr {
                        td data-label="收件人" {
                            (it.account_name.as_deref().unwrap_or("（账号已不存在）"))
                            " " span.muted.small { (masked(&it.recipient)) }
                        }
                        td data-label="主题" { (it.subject) }
                        td data-label="状态" {
                            (tag(word(it.state).0, word(it.state).1))
                            @if let Some(error) = &it.last_error {
                                @if it.state != MailState::Sent { " " span.small.muted { (error) } }
                            }
                        }
                        td data-label="次数" { (it.attempts) }
                        td data-label="时间" { (when(it)) }
                        td data-label="操作" {
                            @if it.state == MailState::Dead {
                                form method="post" action="/outbox/resend" {
                                    input type="hidden" name="id" value=(it.id);
                                    button.quiet type="submit" { "重发" }
                                }
                            } @else { "—" }
                        }
                    }
                }
            }
        }
    }
}

fn when(it: &Sent) -> String {
    match (it.state, it.sent_at) {
        (MailState::Sent, Some(at)) => format!("{} 发出", text::moment(at)),
        (MailState::Waiting, _) => format!("{} 之后发", text::moment(it.next_at)),
        _ => format!("{} 写成", text::moment(it.created_at)),
    }
}

/// `zh***@school.example`: enough to recognise it.
fn masked(address: &str) -> String {
    match address.split_once('@') {
        Some((name, domain)) => {
            format!("{}@{domain}", text::masked(name, 2.min(name.len() / 2), 0))
        }
        None => text::masked(address, 0, 0),
    }
}

pub(crate) async fn resend(
    State(app): State<AppState>,
    who: SignedIn,
    Form(input): Form<Resending>,
) -> Result<Redirect, WebError> {
    let scope = scope(&app, &who)?;
    let tree = app.live.tree();
    let node = tree.scope(&who.actor, Action::ManageAccounts, None)?;
    let permit = tree.permit(&who.actor, Action::ManageAccounts, &node.unit.id)?;
    let mut tx = app.store.write(app.clock.now()).await?;
    let revived = outbox::revive(&mut tx, &permit, &scope, &input.id).await?;
    tx.commit().await?;
    if revived == 0 && !input.id.is_empty() {
        return Err(WebError::Conflict("这封信已经重发，或不在您管理的范围内。".to_owned()));
    }
    Ok(Redirect::to(path::OUTBOX))
}
