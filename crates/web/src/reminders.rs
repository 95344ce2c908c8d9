//! The rules of reminding: who is told when. A body may keep its own.

use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use campaign::access::Action;
use campaign::day::Day;
use campaign::reminder::{Recipient, RuleBook, Step};
use maud::{Markup, html};
use serde::Deserialize;
use storage::setting;

use crate::chores::{self, RULES_SETTING};
use crate::layout::{self, Page, Tone, field, heading, note};
use crate::session::SignedIn;
use crate::{App, AppState, WebError, path};

const TEXT_MAX: usize = 20_000;

#[derive(Debug, Deserialize)]
pub(crate) struct Rules {
    #[serde(default)]
    text: String,
}

pub(crate) async fn show(
    State(app): State<AppState>,
    who: SignedIn,
) -> Result<Markup, WebError> {
    own_page(&app, &who, None, None).await
}

async fn own_page(
    app: &App,
    who: &SignedIn,
    words: Option<(&str, Tone)>,
    // What was typed and refused.
    typed: Option<&str>,
) -> Result<Markup, WebError> {
    let may_edit = permit(app, who).is_ok();
    if !may_edit {
        app.live.tree().scope(&who.actor, Action::Read, None)?;
    }
    let mut conn = app.store.read().await?;
    let own = setting::get(&mut conn, RULES_SETTING).await?;
    drop(conn);
    let book = chores::rules(app).await?;
    let today = Day::of_instant(app.clock.now());
    let (from, until) = book.quiet_on(today);
    let content = html! {
        (heading("提醒规则", None))
        @if let Some((words, tone)) = words { (note(words, tone)) }
        section.card {
            h2 { "现在这样提醒" }
            p { "每人每天至多一条，几件事合在一起说；每件事的每一步只说一次；" (from.to_string()) " 到次日 " (until.to_string()) " 不打扰。" }
            p.muted { "依据：" (book.source_on(today)) }
            (table(book.steps_on(today)))
        }
        @if may_edit {
            section.card {
                h2 { "修改规则" }
                p { "已经实行的规则不改：在后面加一组 [[rules]]，写明从哪天起实行。全部清空并保存，则恢复默认规则。" }
                form method="post" action=(path::REMINDERS) {
                    (field("规则", Some("day 是到期后第几天（到期前为负数），last 是最晚补发到第几天；to 为 doer（承办人）或 superior（上级）；least_days 是周期至少几天才用这一步"), html! {
                        textarea.code name="text" spellcheck="false" maxlength=(TEXT_MAX) {
                            (typed.or(own.as_deref()).unwrap_or(RuleBook::BUILTIN))
                        }
                    }))
                    button type="submit" { "保存" }
                }
            }
        }
    };
    Ok(layout::page(app, who, Page { title: "提醒规则", here: path::NOTIFICATIONS, content }))
}

fn table(steps: &[Step]) -> Markup {
    html! {
        @if steps.is_empty() {
            p { "现在不提醒任何人。" }
        } @else {
            table.stack {
                thead { tr { th { "步骤" } th { "何时" } th { "告诉谁" } th { "用于" } } }
                tbody {
                    @for step in steps {
                        tr {
                            td data-label="步骤" { (step.name) }
                            td data-label="何时" { (when(step)) }
                            td data-label="告诉谁" {
                                @match step.to {
                                    Recipient::Doer => "承办人",
                                    Recipient::Superior => "上级经办人",
                                }
                            }
                            td data-label="用于" {
                                @if step.least_days <= 1 { "所有任务" }
                                @else { "周期不短于 " (step.least_days) " 天的任务" }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn when(step: &Step) -> String {
    let day = |days: i32| match days {
        0 => "到期当日".to_owned(),
        days if days < 0 => format!("到期前 {} 天", -days),
        days => format!("到期后 {days} 天"),
    };
    if step.day == step.last {
        day(step.day)
    } else {
        format!("{}（最晚{}补发）", day(step.day), day(step.last))
    }
}

/// The rules hold for the whole body, so they are for who runs its plans.
fn permit(
    app: &App,
    who: &SignedIn,
) -> Result<campaign::access::Permit, campaign::access::Refused> {
    let tree = app.live.tree();
    let root = tree.root().map(|root| root.unit.id.clone()).unwrap_or_default();
    tree.permit(&who.actor, Action::ManagePlans, &root)
}

pub(crate) async fn save(
    State(app): State<AppState>,
    who: SignedIn,
    Form(input): Form<Rules>,
) -> Result<Response, WebError> {
    let permit = permit(&app, &who)?;
    let text = input.text.replace("\r\n", "\n");
    let text = if text.trim().is_empty() { RuleBook::BUILTIN } else { text.as_str() };
    let refused = match RuleBook::parse(text) {
        _ if TEXT_MAX < text.chars().count() => Some(format!("规则不能超过 {TEXT_MAX} 字。")),
        Ok(_) => None,
        Err(error) => Some(format!("规则没有保存：{error}。")),
    };
    if let Some(words) = refused {
        let page = own_page(&app, &who, Some((&words, Tone::Bad)), Some(text)).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let mut tx = app.store.write(app.clock.now()).await?;
    setting::set(&mut tx, &permit, RULES_SETTING, text).await?;
    tx.commit().await?;
    let words = ("规则已保存，下次提醒起照此执行。", Tone::Good);
    Ok(own_page(&app, &who, Some(words), None).await?.into_response())
}
