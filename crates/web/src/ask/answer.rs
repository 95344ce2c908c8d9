//! The answer, as the asker sees it, and the conversation below it.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use campaign::consultation::look::{Sign, Weight};
use campaign::consultation::{Given, Outcome, State as Progress};
use maud::{Markup, html};
use recognition::{FraudType, Reason};
use storage::consultation::{self, Asked, Consultation, Message, Picture};

use super::judge::{Judgement, advice, judge};
use super::visitor::spelled;
use super::{Visitor, asked_by, shell, tabs, with_phones, words};
use crate::layout::{Tone, empty, field, heading, note, tag};
use crate::library::{self, Piece};
use crate::paging::At;
use crate::{App, AppState, WebError, path, text};

/// `/ask/mine`: where this browser's code leads.
pub(crate) async fn mine(
    State(app): State<AppState>,
    visitor: Visitor,
) -> Result<Response, WebError> {
    if visitor.who.is_some() {
        return Ok(Redirect::to(path::ASK_OWN).into_response());
    }
    let Some(code) = &visitor.code else {
        return Ok(Redirect::to(path::ASK_FOLLOW).into_response());
    };
    let mut conn = app.store.read().await?;
    let found = consultation::by_code(&mut conn, &app.store.sealer, code).await?;
    let to = found.map_or_else(|| path::ASK_FOLLOW.to_owned(), |it| path::asked(&it.id));
    Ok(Redirect::to(&to).into_response())
}

/// `/ask/own`: what somebody signed in has asked.
pub(crate) async fn own(
    State(app): State<AppState>,
    visitor: Visitor,
    Query(at): Query<At>,
) -> Result<Markup, WebError> {
    const PAGE: usize = 50;
    let who = visitor.who.as_ref().ok_or(WebError::SignedOut)?;
    let mut conn = app.store.read().await?;
    let account = who.actor.account.as_str();
    let mut found = consultation::of_account(&mut conn, account, at.part(PAGE)).await?;
    drop(conn);
    let turn = at.turn(&mut found, PAGE, |it| it.id.clone());
    let content = html! {
        (heading("我问过的", Some(html! { a.button href=(path::ASK) { "再问一件" } })))
        (tabs(&visitor, path::ASK_OWN))
        @if found.is_empty() {
            (empty("还没有问过。", None))
        } @else {
            ul.list.card.flush {
                @for it in &found {
                    li {
                        div.main {
                            a.title href=(path::asked(&it.id)) { (it.outcome.chinese()) }
                            @if let Some(kind) = kind_of(it) { " " (tag(kind.name(), Tone::Faint)) }
                            div.small.muted { (text::moment(it.asked_at)) }
                        }
                        (progress(it))
                    }
                }
            }
            (turn.pager(path::ASK_OWN, &[]))
        }
    };
    Ok(shell(&app, &visitor, ("我问过的", path::ASK), content))
}

/// How far it has got, in a word.
pub(crate) fn progress(it: &Consultation) -> Markup {
    let (words, tone) = match &it.state {
        Progress::Answered => ("已自动答复", Tone::Faint),
        Progress::Waiting { .. } => ("等待值班人员", Tone::Warn),
        Progress::Talking { .. } => ("值班人员已接手", Tone::Calm),
        Progress::Closed { .. } => ("已结束", Tone::Good),
    };
    tag(words, tone)
}

pub(crate) fn kind_of(it: &Consultation) -> Option<FraudType> {
    it.fraud_type.as_deref().and_then(FraudType::parse)
}

/// `/ask/c/{id}`
pub(crate) async fn show(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let it = match asked_by(&app, &visitor, &id).await {
        Ok(it) => it,
        // Somebody with another browser: the code leads here.
        Err(WebError::NotFound) if visitor.who.is_none() => {
            return Ok(Redirect::to(path::ASK_FOLLOW).into_response());
        }
        Err(error) => return Err(error),
    };
    let sealer = &app.store.sealer;
    let mut conn = app.store.read().await?;
    let asked = consultation::asked(&mut conn, sealer, &id).await?;
    let messages = consultation::messages(&mut conn, sealer, &id).await?;
    let shots = consultation::pictures(&mut conn, &id).await?;
    drop(conn);
    let shelf = library::shelf(&app, &it.unit).await?;
    let found = asked.as_ref().map(judge);
    let content = html! {
        (given_away(&it, &shelf))
        @if let (Some(asked), Some(found)) = (&asked, &found) {
            (verdict(&it, found, &shots))
            (what_now(&it, &shelf))
            (reasons(asked, found))
            @if !shots.is_empty() { (pictures(&it.id, &shots)) }
        } @else {
            (note("原文已到期抹去，只留下类型和日期。", Tone::Faint))
            (what_now(&it, &shelf))
        }
    };
    let content = html! {
        (heading("答复", Some(html! { a.button.quiet href=(path::ASK) { "再问一件" } })))
        (tabs(&visitor, ""))
        (content)
        (conversation(&app, &it, &messages))
        (keeping(&visitor))
    };
    Ok(shell(&app, &visitor, ("答复", path::ASK), content).into_response())
}

/// The answer to a question of which nothing is kept.
pub(super) async fn passing(
    app: &App,
    visitor: &Visitor,
    (it, asked, found): (&Consultation, &Asked, &Judgement),
    shots: &[Picture],
) -> Result<Response, WebError> {
    let shelf = library::shelf(app, &it.unit).await?;
    let content = html! {
        (heading("答复", Some(html! { a.button.quiet href=(path::ASK) { "再问一件" } })))
        (tabs(visitor, ""))
        (note(words::NOT_KEPT, Tone::Warn))
        (given_away(it, &shelf))
        @if is_only_pictures(found, shots) {
            section.card { p.verdict-words { "请把截图里的字打出来再问" } p { "截图里的字机器读不出来。" } }
        } @else {
            (verdict(it, found, shots))
            (what_now(it, &shelf))
            (reasons(asked, found))
        }
    };
    Ok(shell(app, visitor, ("答复", path::ASK), content).into_response())
}

/// What to do first where something is gone already.
fn given_away(it: &Consultation, shelf: &[Piece]) -> Markup {
    let key = match it.given {
        Given::Nothing => return html! {},
        Given::Money => "guide/stop-payment",
        Given::Codes => "guide/gave-codes",
    };
    html! {
        @if let Some(piece) = shelf.iter().find(|piece| piece.key == key) {
            section.card.urgent aria-label="马上做" {
                h2 { (piece.text.title) }
                (library::body(&piece.text.body))
                p.small.muted { "依据：" (piece.text.source) }
            }
        }
    }
}

/// Whether there is nothing but screenshots, which are not judged.
fn is_only_pictures(found: &Judgement, shots: &[Picture]) -> bool {
    !shots.is_empty()
        && found.whole.is_empty()
        && found.number.is_empty()
        && found.link.is_empty()
}

/// The verdict in plain words.
pub(crate) fn verdict(it: &Consultation, found: &Judgement, shots: &[Picture]) -> Markup {
    let class = match it.outcome {
        Outcome::Scam => "card verdict bad",
        Outcome::Suspicious => "card verdict warn",
        Outcome::Nothing => "card verdict",
    };
    html! {
        section class=(class) aria-label="判断" {
            @if is_only_pictures(found, shots) {
                p.verdict-words { "需要人来看" }
                p { (words::ONLY_PICTURES) }
            } @else {
                p.verdict-words {
                    (it.outcome.chinese())
                    @if let Some(kind) = kind_of(it) { " " (tag(kind.name(), words::tone(it.outcome))) }
                }
                p { (words::plain(it.outcome)) }
                @if it.outcome != Outcome::Nothing && 400 <= it.permille {
                    p.small.muted { "机器的把握约 " (it.permille / 10) "%，由规则和模型一起得出，仅供判断参考。" }
                }
            }
        }
    }
}

fn what_now(it: &Consultation, shelf: &[Piece]) -> Markup {
    let kind = kind_of(it);
    let lines = advice(it.outcome, kind, (it.asker, it.given));
    let card = kind.and_then(|kind| {
        let key = recognition::content().card(kind).map(|card| format!("type/{}", card.id))?;
        shelf.iter().find(|piece| piece.key == key)
    });
    html! {
        section.card {
            h2 { "现在怎么办" }
            ol.advice { @for line in lines { li { (with_phones(line)) } } }
            @if let Some(card) = card {
                p { a href=(path::know(&card.key)) { "看看“" (card.text.title) "”怎么骗、有什么迹象 ›" } }
            }
        }
    }
}

/// Why: the rules that hold, with their words marked in the text.
pub(crate) fn reasons(asked: &Asked, found: &Judgement) -> Markup {
    let signs = |name: &str, text: &str, signs: &[Sign]| {
        html! {
            @if !text.is_empty() {
                dt { (name) } dd {
                    code.breakable { (text) }
                    @for sign in signs {
                        p.small.alarm[sign.weight() == Weight::Alarm] { (words::sign(*sign)) }
                    }
                    @if signs.is_empty() { p.small.muted { "从写法上看不出问题。" } }
                }
            }
        }
    };
    let sayings = &recognition::content().sayings;
    html! {
        section.card {
            h2 { "为什么这样判断" }
            @if found.reasons.is_empty() {
                @if !found.whole.is_empty() { p.muted { "没有命中规则。" } }
            } @else {
                ul.plain.why {
                    @for reason in &found.reasons {
                        li {
                            @if let Some(words) = quoted(&found.whole, reason) { mark { (words) } " " }
                            (reason.text)
                            @if let Some(saying) = sayings.iter().find(|it| it.rule == reason.rule) {
                                p.small.muted { (saying.group) "：" (saying.text) }
                            }
                        }
                    }
                }
            }
            @if !found.whole.is_empty() {
                h3 { "问的内容" }
                p.asked { (highlighted(&found.whole, &found.reasons)) }
            }
            @if !asked.number.is_empty() || !asked.link.is_empty() {
                dl.facts {
                    (signs("号码", &asked.number, &found.number))
                    (signs("链接", &asked.link, &found.link))
                }
            }
        }
    }
}

/// The words of a reason, if they are few enough to quote.
fn quoted(whole: &str, reason: &Reason) -> Option<String> {
    const MOST: usize = 24;
    let (from, to) = (reason.span.0 as usize, reason.span.1 as usize);
    let words: String = whole.chars().skip(from).take(to.saturating_sub(from)).collect();
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    (!words.is_empty() && words.chars().count() <= MOST).then_some(words)
}

/// The text with the words of all reasons marked.
fn highlighted(whole: &str, reasons: &[Reason]) -> Markup {
    let chars: Vec<char> = whole.chars().collect();
    let mut marked = vec![false; chars.len()];
    for reason in reasons {
        let (from, to) = (reason.span.0 as usize, (reason.span.1 as usize).min(chars.len()));
        // A reason about all of it marks nothing.
        if to.saturating_sub(from) < chars.len() {
            marked.iter_mut().take(to).skip(from).for_each(|it| *it = true);
        }
    }
    let mut parts: Vec<(bool, String)> = Vec::new();
    for (c, is_marked) in chars.into_iter().zip(marked) {
        match parts.last_mut() {
            Some((last, text)) if *last == is_marked => text.push(c),
            _ => parts.push((is_marked, c.to_string())),
        }
    }
    html! {
        @for (is_marked, text) in &parts {
            @if *is_marked { mark { (text) } } @else { (text) }
        }
    }
}

pub(crate) fn pictures(id: &str, pictures: &[Picture]) -> Markup {
    html! {
        section.card {
            h2 { "截图" }
            ul.proof {
                @for (index, it) in pictures.iter().enumerate() {
                    li { a href=(format!("{}/files/{}", path::asked(id), it.id)) {
                        img src=(format!("{}/files/{}/thumbnail", path::asked(id), it.id))
                            alt=(format!("第 {} 张截图", index + 1)) loading="lazy";
                    } }
                }
            }
        }
    }
}

/// Handing over, and what is said afterwards.
fn conversation(app: &App, it: &Consultation, messages: &[Message]) -> Markup {
    let unit = app.live.tree().full_name(&it.unit);
    let at = |step: &str| format!("{}/{step}", path::asked(&it.id));
    html! {
        section.card #talk {
            @match &it.state {
                Progress::Answered if it.erased_at.is_some() => {
                    h2 { "还想问人" }
                    p { "原文已抹去，请重新提问。" }
                }
                Progress::Answered => {
                    h2 { "还拿不准？请人看一看" }
                    p { (unit) "的值班人员会看到您提交的内容和截图，答复显示在这一页。紧急情况请直接打" (with_phones("96110，已经转账打110。")) }
                    form method="post" action=(at("hand-over")) {
                        (field("想补充的话", None, html! { textarea name="text" rows="3" maxlength="1000" {} }))
                        div.pair {
                            (field("怎么称呼您", Some("可不填"), html! { input type="text" name="name" maxlength="30" autocomplete="name"; }))
                            (field("联系电话", Some("可不填；需要回电时填"), html! { input type="tel" name="phone" maxlength="20" autocomplete="tel"; }))
                        }
                        button type="submit" { "转给值班人员" }
                    }
                }
                Progress::Waiting { .. } => {
                    h2 { "已转给值班人员" }
                    p { (unit) "的值班人员已收到通知，还没有人接手。" (with_phones("等不及请打96110。")) }
                }
                Progress::Talking { .. } => { h2 { "值班人员已接手" } }
                Progress::Closed { ending, at, .. } => {
                    h2 { "已结束" }
                    p { (tag(ending.chinese(), Tone::Good)) " " span.muted.small { (text::moment(*at)) } }
                }
            }
            (thread(messages, false))
            @if it.state.is_open_to_asker().is_ok() {
                form method="post" action=(at("say")) {
                    (field("继续说", None, html! { textarea name="text" rows="3" required maxlength="1000" {} }))
                    p.actions { button type="submit" { "发送" } }
                }
                form method="post" action=(at("settle")) {
                    button.quiet type="submit" { "已经解决，结束咨询" }
                }
            }
            @if matches!(it.state, Progress::Closed { .. }) && it.erased_at.is_none() {
                form method="post" action=(at("reopen")) {
                    button.quiet type="submit" { "还有问题，重新打开" }
                }
            }
        }
    }
}

/// What was said, on which side. `is_staff` says who reads.
pub(crate) fn thread(messages: &[Message], is_staff: bool) -> Markup {
    html! {
        @if !messages.is_empty() {
            ol.thread aria-label="对话" {
                @for it in messages {
                    @let is_own = it.account.is_some() == is_staff;
                    li class=(if is_own { "own" } else { "other" }) {
                        div.small.muted {
                            @match &it.account {
                                // The asker learns the role, not the name.
                                Some(_) if is_staff => { (it.account_name.as_deref().unwrap_or("值班人员")) }
                                Some(_) => { "值班人员" }
                                None if is_staff => { "提问人" }
                                None => { "我" }
                            }
                            " · " (text::moment(it.at))
                        }
                        p.words { (with_phones(&it.text)) }
                    }
                }
            }
        }
    }
}

/// How to find it again.
fn keeping(visitor: &Visitor) -> Markup {
    html! {
        @if visitor.who.is_none() {
            @if let Some(code) = &visitor.code {
                section.card.code-card {
                    h2 { "查询码" }
                    p.code-words { (spelled(code)) }
                    p.small { "换一台手机或清除浏览记录后，凭它在“凭查询码查看”里找回这次咨询。只显示给您，请抄下或截图；不要给别人。" }
                    form method="post" action="/ask/leave" {
                        button.quiet type="submit" { "这不是我的手机，离开" }
                    }
                }
            }
        }
    }
}
