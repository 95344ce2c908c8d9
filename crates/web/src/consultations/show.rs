//! One consultation before the person on duty. Opening it is logged.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Redirect;
use campaign::access::Permit;
use campaign::consultation::{Ending, Given, State as Progress};
use maud::{Markup, html};
use serde::Deserialize;
use storage::consultation::{self, Asked, Consultation, Contact, Message, Picture, StepTaken};
use storage::{Change, account};

use super::{found, permitted, tell, tell_on_duty};
use crate::ask::{
    Visitor, judge, pictures, progress, reasons, shell, step_refused, thread, verdict, words_of,
};
use crate::layout::{Tone, crumbs, field, heading, note, options, tag};
use crate::live::Tree;
use crate::{App, AppState, WebError, path, text};

/// Everything that is shown.
struct Opened {
    it: Consultation,
    asked: Option<Asked>,
    contact: Option<Contact>,
    messages: Vec<Message>,
    pictures: Vec<Picture>,
    steps: Vec<StepTaken>,
    holder: Option<String>,
}

async fn open(app: &App, it: Consultation) -> Result<Opened, WebError> {
    let sealer = &app.store.sealer;
    let mut conn = app.store.read().await?;
    let holder = match &it.state {
        Progress::Talking { holder, .. } => {
            account::by_id(&mut conn, holder).await?.map(|it| it.display_name)
        }
        _ => None,
    };
    Ok(Opened {
        asked: consultation::asked(&mut conn, sealer, &it.id).await?,
        contact: consultation::contact(&mut conn, sealer, &it.id).await?,
        messages: consultation::messages(&mut conn, sealer, &it.id).await?,
        pictures: consultation::pictures(&mut conn, &it.id).await?,
        steps: consultation::steps(&mut conn, &it.id).await?,
        holder,
        it,
    })
}

async fn log(
    app: &App,
    permit: &Permit,
    it: &Consultation,
    verb: &str,
) -> Result<(), WebError> {
    let mut tx = app.store.write(app.clock.now()).await?;
    let object = format!("consultation/{}", it.id);
    tx.audit(permit, verb, Change { object: &object, detail: String::new() });
    Ok(tx.commit().await?)
}

pub(crate) async fn show(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Markup, WebError> {
    page(&app, &visitor, &id, false).await
}

/// The same page with the contact uncovered, which is logged by itself.
pub(crate) async fn reveal(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Markup, WebError> {
    page(&app, &visitor, &id, true).await
}

async fn page(
    app: &App,
    visitor: &Visitor,
    id: &str,
    is_uncovered: bool,
) -> Result<Markup, WebError> {
    let who = visitor.who.as_ref().ok_or(WebError::SignedOut)?;
    let it = found(app, id).await?;
    let permit = permitted(app, who, &it).await?;
    log(app, &permit, &it, if is_uncovered { "uncover" } else { "read" }).await?;
    let opened = open(app, it).await?;
    let is_mine = opened.it.state.held_by(&who.actor.account).is_ok();
    let title = format!("咨询 · {}", opened.it.outcome.chinese());
    let steps = [
        ("咨询处理".to_owned(), path::CONSULTATIONS.to_owned()),
        (title.clone(), String::new()),
    ];
    let content = html! {
        (crumbs(&steps))
        (heading(&title, None))
        div.two {
            div {
                (question(&opened))
                (talk(&opened, is_mine))
            }
            div {
                (facts(app, &opened, is_uncovered))
                (history(&app.live.tree(), &opened.steps))
            }
        }
    };
    Ok(shell(app, visitor, (&title, path::ASK), content))
}

fn question(opened: &Opened) -> Markup {
    match &opened.asked {
        Some(asked) => {
            let found = judge(asked);
            html! {
                (verdict(&opened.it, &found, &opened.pictures))
                (reasons(asked, &found))
                @if !opened.pictures.is_empty() { (pictures(&opened.it.id, &opened.pictures)) }
            }
        }
        None => note("原文、联系方式和对话已到期抹去，只留下类型、日期和单位。", Tone::Faint),
    }
}

fn facts(app: &App, opened: &Opened, is_uncovered: bool) -> Markup {
    let it = &opened.it;
    html! {
        section.card {
            h2 { "情况" }
            dl.facts {
                dt { "状态" } dd { (progress(it)) @if let Some(name) = &opened.holder { " " (name) } }
                @if let Progress::Closed { ending, .. } = &it.state { dt { "结果" } dd { (ending.chinese()) } }
                dt { "已经给了" } dd {
                    @if it.given == Given::Nothing { (it.given.chinese()) }
                    @else { (tag(it.given.chinese(), Tone::Bad)) }
                }
                dt { "提问人" } dd { (it.asker.chinese()) @if it.account.is_none() { "（匿名）" } }
                dt { "单位" } dd { (app.live.tree().full_name(&it.unit)) }
                dt { "提问时间" } dd { (text::moment(it.asked_at)) }
                @if let Some(contact) = &opened.contact {
                    dt { "联系方式" }
                    dd {
                        @if is_uncovered {
                            (contact.name) " "
                            @if !contact.phone.is_empty() { a.tel href=(format!("tel:{}", contact.phone)) { (contact.phone) } }
                        } @else {
                            (text::masked(&contact.name, 1, 0)) " " (text::masked_phone(&contact.phone))
                            form method="post" action=(format!("{}/reveal", path::consultation(&it.id))) {
                                button.quiet.slim type="submit" { "显示（留下记录）" }
                            }
                        }
                    }
                }
            }
            @if it.given == Given::Money {
                p { a href=(path::ASK_PAY) { "止付步骤 ›" } }
            }
        }
    }
}

fn talk(opened: &Opened, is_mine: bool) -> Markup {
    let it = &opened.it;
    let at = |step: &str| format!("{}/{step}", path::consultation(&it.id));
    let endings = Ending::BY_STAFF.into_iter().map(|it| (it.code(), it.chinese()));
    html! {
        section.card #talk {
            h2 { "对话" }
            @if opened.messages.is_empty() { p.muted { "还没有人说话。" } }
            (thread(&opened.messages, true))
            @match &it.state {
                Progress::Waiting { .. } => {
                    form method="post" action=(at("take")) { button type="submit" { "我来接手" } }
                    p { a href=(at("pass")) { "不归本单位？转给别的单位 ›" } }
                }
                Progress::Talking { .. } if is_mine => {
                    form method="post" action=(at("say")) {
                        (field("答复", Some("提问人看到的是“值班人员”，不显示您的姓名"), html! {
                            textarea name="text" rows="4" required maxlength="1000" {}
                        }))
                        button type="submit" { "发送" }
                    }
                    form.filter.spaced method="post" action=(at("close")) {
                        (field("结果", None, html! { select name="ending" required { (options(endings, "")) } }))
                        button.quiet type="submit" { "结束咨询" }
                    }
                    form method="post" action=(at("let-go")) {
                        button.quiet type="submit" { "交回，等别人接手" }
                    }
                    p { a href=(at("pass")) { "不归本单位？转给别的单位 ›" } }
                }
                Progress::Talking { .. } => {
                    form method="post" action=(at("take")) { button.quiet type="submit" { "接过来" } }
                }
                Progress::Closed { .. } => { p.muted { "已结束。提问人 30 天内可以重新打开。" } }
                Progress::Answered => {}
            }
        }
    }
}

fn history(tree: &Tree, steps: &[StepTaken]) -> Markup {
    let words = |i: usize, it: &StepTaken| {
        let before =
            i.checked_sub(1).and_then(|i| steps.get(i)).and_then(|it| it.unit.as_deref());
        let moved = it.unit.as_deref().filter(|unit| before.is_some_and(|it| it != *unit));
        match (it.state.as_str(), moved) {
            ("answered", _) => "自动答复".to_owned(),
            ("waiting", Some(unit)) => format!("转给{}", tree.full_name(unit)),
            ("waiting", None) => "转给值班人员".to_owned(),
            ("talking", _) => "接手".to_owned(),
            _ => "结束".to_owned(),
        }
    };
    html! {
        section.card {
            h2 { "经过" }
            ol.steps {
                @for (i, it) in steps.iter().enumerate() {
                    li {
                        (words(i, it)) " "
                        span.small.muted {
                            (text::moment(it.at)) " · " (it.account_name.as_deref().unwrap_or("提问人"))
                        }
                    }
                }
            }
        }
    }
}

/// Loads, asks the domain, saves: the common part of every step. `next` may
/// change its unit and its state.
pub(super) async fn step<F>(
    app: &App,
    visitor: &Visitor,
    id: &str,
    next: F,
) -> Result<Moved, WebError>
where
    F: FnOnce(&mut Consultation, &str) -> Result<Progress, campaign::consultation::StepRefused>,
{
    let who = visitor.who.as_ref().ok_or(WebError::SignedOut)?;
    let mut it = found(app, id).await?;
    let permit = permitted(app, who, &it).await?;
    let before = it.state.clone();
    it.state = next(&mut it, &who.actor.account).map_err(step_refused)?;
    let mut tx = app.store.write(app.clock.now()).await?;
    consultation::save_state(&mut tx, &permit, &it).await?;
    Ok(Moved { tx, it, before, account: who.actor.account.clone() })
}

/// A step that is saved and not yet committed.
pub(super) struct Moved {
    pub tx: storage::Tx,
    pub it: Consultation,
    before: Progress,
    account: String,
}

fn talk_of(id: &str) -> Redirect {
    Redirect::to(&format!("{}#talk", path::consultation(id)))
}

pub(crate) async fn take(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Redirect, WebError> {
    let now = app.clock.now();
    let mut moved = step(&app, &visitor, &id, |it, me| it.state.clone().take(me, now)).await?;
    if let Some(asker) = moved.it.account.clone() {
        tell(&app, &mut moved.tx, &moved.it, (&asker, "值班人员已接手您的咨询")).await?;
    }
    if let Progress::Talking { holder, .. } = &moved.before
        && *holder != moved.account
    {
        tell(&app, &mut moved.tx, &moved.it, (holder, "您手里的一条咨询被同事接过去了"))
            .await?;
    }
    moved.tx.commit().await?;
    app.sessions.clear();
    Ok(talk_of(&id))
}

pub(crate) async fn let_go(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Redirect, WebError> {
    let now = app.clock.now();
    let mut moved =
        step(&app, &visitor, &id, |it, me| it.state.clone().let_go(me, now)).await?;
    tell_on_duty(&app, &mut moved.tx, &moved.it, "一条反诈咨询等人接手").await?;
    moved.tx.commit().await?;
    app.sessions.clear();
    Ok(talk_of(&id))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Closing {
    ending: String,
}

pub(crate) async fn close(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(input): Form<Closing>,
) -> Result<Redirect, WebError> {
    let ending = Ending::from_code(&input.ending)
        .filter(|it| Ending::BY_STAFF.contains(it))
        .ok_or_else(|| WebError::invalid("“结果”只能从列出的几项中选。"))?;
    let now = app.clock.now();
    let mut moved =
        step(&app, &visitor, &id, |it, me| it.state.clone().close(me, ending, now)).await?;
    if let Some(asker) = moved.it.account.clone() {
        tell(&app, &mut moved.tx, &moved.it, (&asker, "您的咨询已结束")).await?;
    }
    moved.tx.commit().await?;
    app.sessions.clear();
    Ok(talk_of(&id))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Said {
    text: String,
}

pub(crate) async fn say(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(said): Form<Said>,
) -> Result<Redirect, WebError> {
    let who = visitor.who.as_ref().ok_or(WebError::SignedOut)?;
    let it = found(&app, &id).await?;
    let permit = permitted(&app, who, &it).await?;
    it.state.held_by(&who.actor.account).map_err(step_refused)?;
    let words = words_of(&said.text, true)?;
    let mut tx = app.store.write(app.clock.now()).await?;
    let own = Some(who.actor.account.as_str());
    consultation::say(&mut tx, &permit, &id, (own, &words)).await?;
    if let Some(asker) = &it.account {
        tell(&app, &mut tx, &it, (asker, "值班人员答复了您的咨询")).await?;
    }
    tx.commit().await?;
    app.sessions.clear();
    Ok(talk_of(&id))
}
