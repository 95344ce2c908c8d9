//! Letters on their way: what waits, what was sent, what did not arrive and why.

use axum::Form;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use campaign::access::{Action, Refused};
use maud::{Markup, html};
use serde::Deserialize;
use storage::Part;
use storage::outbox::{self, Narrow, Sent, State as MailState};

use crate::export::{self, PART, Row, Rows, Wanted};
use crate::layout::{self, Page, Tone, empty, field, heading, note, options, tag};
use crate::paging::{At, back};
use crate::session::SignedIn;
use crate::sort::{Heads, Key, Sort, falling};
use crate::{App, AppState, WebError, path, text};

const PAGE: usize = 50;

const KEYS: &[Key] = &[falling("created", "时间")];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    state: String,
    search: String,
    sort: String,
    #[serde(flatten)]
    at: At,
    format: String,
}

impl Asked {
    fn narrow(&self, scope: String) -> Narrow {
        Narrow {
            scope,
            state: MailState::from_code(&self.state),
            search: self.search.trim().to_owned(),
            oldest_first: !Sort::read(&self.sort, KEYS).descending,
        }
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Resending {
    /// One letter; all that are dead if empty.
    #[serde(default)]
    id: String,
    #[serde(default)]
    back: String,
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
) -> Result<Response, WebError> {
    let narrow = asked.narrow(scope(&app, &who)?);
    if asked.format == "xlsx" {
        return export(&app, &who, narrow).await;
    }
    let sort = Sort::read(&asked.sort, KEYS);
    let order = sort.text();
    let narrowing = [("state", asked.state.as_str()), ("search", narrow.search.as_str())];
    let heads = Heads { base: path::OUTBOX, pairs: &narrowing, keys: KEYS, sort };
    let pairs = [narrowing[0], narrowing[1], ("sort", order.as_str())];
    let mut conn = app.store.read().await?;
    let mut found = outbox::page(&mut conn, &narrow, asked.at.part(PAGE)).await?;
    let counts = outbox::counts(&mut conn, &narrow.scope).await?;
    drop(conn);
    let count =
        |state| counts.iter().find(|(it, _)| *it == state).map_or(0, |(_, count)| *count);
    let turn = asked.at.turn(&mut found, PAGE, |it| it.id.clone());
    let back = asked.at.field(&pairs);
    let dead = count(MailState::Dead);
    let may_export = who.actor.may_anywhere(Action::Export);
    let actions = html! {
        @if may_export { (export::button(&export::href(path::OUTBOX, &pairs))) }
        @if 0 < dead {
            form method="post" action="/outbox/resend" {
                (back)
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
            (heads.choice())
            button.quiet type="submit" { "查找" }
        }
        @if found.is_empty() {
            (empty("没有符合条件的信件。", None))
        } @else {
            section.card.flush { (table(&found, &heads, &back)) }
        }
        (turn.pager(path::OUTBOX, &pairs))
    };
    Ok(layout::page(&app, &who, Page { title: "发信情况", here: path::ACCOUNTS, content })
        .into_response())
}

struct Letters {
    narrow: Narrow,
    after: String,
}

impl Rows for Letters {
    async fn next(&mut self, app: &App) -> Result<Vec<Row>, WebError> {
        let mut conn = app.store.read().await?;
        let found =
            outbox::page(&mut conn, &self.narrow, Part::after(&self.after, PART)).await?;
        drop(conn);
        if let Some(last) = found.last() {
            self.after.clone_from(&last.id);
        }
        let row = |it: &Sent| {
            vec![
                it.account_name.as_deref().unwrap_or("（账号已不存在）").into(),
                masked(&it.recipient).into(),
                it.subject.as_str().into(),
                word(it.state).0.into(),
                it.attempts.into(),
                text::moment(it.created_at).into(),
                it.sent_at.map(text::moment).into(),
                it.last_error.as_deref().into(),
            ]
        };
        Ok(found.iter().map(row).collect())
    }
}

const COLUMNS: &[(&str, f64)] = &[
    ("收件人", 14.0),
    ("邮箱（已隐去）", 26.0),
    ("主题", 40.0),
    ("状态", 10.0),
    ("次数", 8.0),
    ("写成", 18.0),
    ("发出", 18.0),
    ("原因", 40.0),
];

async fn export(app: &AppState, who: &SignedIn, narrow: Narrow) -> Result<Response, WebError> {
    let tree = app.live.tree();
    let unit = tree.scope(&who.actor, Action::ManageAccounts, None)?.unit.id.clone();
    let wanted = Wanted {
        list: "outbox",
        title: "发信情况".to_owned(),
        narrowed: export::narrowed(&[
            ("状态", narrow.state.map_or("", |it| word(it).0)),
            ("查找", &narrow.search),
        ]),
        columns: COLUMNS,
        permit: tree.permit(&who.actor, Action::Export, &unit)?,
    };
    export::answer(app, who, wanted, Letters { narrow, after: String::new() }).await
}

fn table(found: &[Sent], heads: &Heads<'_>, back: &Markup) -> Markup {
    html! {
        table.stack {
            caption { "发出的信件留存 30 天；没有送达的一直留着，直到重发成功" }
            thead {
                tr { th { "收件人" } th { "主题" } th { "状态" } th { "次数" } (heads.th("created")) th { "操作" } }
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
                                    (back)
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
    Ok(Redirect::to(&back(path::OUTBOX, &input.back)))
}
