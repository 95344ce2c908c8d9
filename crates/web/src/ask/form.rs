//! `/ask`: the form, and taking it in.

use axum::extract::multipart::{Multipart, MultipartError};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use campaign::access::permit_ask;
use campaign::consultation::{Asker, Form, Given, Question, State as Progress};
use campaign::plan::UnitKind;
use maud::{Markup, html};
use serde::Deserialize;
use storage::consultation::{self, Asked, Consultation, New, Picture};

use super::answer::passing;
use super::judge::{Judgement, asked, judge};
use super::visitor::{cookie, new_code};
use super::{Visitor, answering, check, shell, tabs, words};
use crate::app::new_id;
use crate::files;
use crate::layout::{Tone, field, heading, note, options};
use crate::{App, AppState, WebError, clock, path, session};

/// Screenshots of one question.
const PICTURES_MAX: usize = 4;
const PICTURE_MAX: u64 = 8 << 20;
const FIELD_MAX: usize = 64 << 10;
const FIELDS_MAX: usize = 30;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Start {
    /// The unit whose poster was scanned.
    u: String,
}

/// What was typed, with what belongs to the form only.
#[derive(Default)]
struct Entry {
    form: Form,
    unit: String,
    stamp: String,
    trap: String,
    pictures: Vec<Picture>,
}

pub(crate) async fn form(
    State(app): State<AppState>,
    visitor: Visitor,
    Query(start): Query<Start>,
) -> Result<Response, WebError> {
    let entry = Entry { unit: start.u, ..Entry::default() };
    Ok(page(&app, &visitor, &entry, &[]))
}

/// `POST /ask`: keeps the question and answers at once.
pub(crate) async fn ask(
    State(app): State<AppState>,
    visitor: Visitor,
    multipart: Multipart,
) -> Result<Response, WebError> {
    let (entry, mut faults) = read(&app, &visitor, multipart).await?;
    if visitor.who.is_none()
        && let Err(WebError::Invalid(why)) = check::check(&app, &entry.stamp, &entry.trap)
    {
        faults.push(why);
    }
    let question = match Question::check(&entry.form) {
        Ok(question) => question,
        Err(wrong) => {
            faults.extend(wrong.into_iter().map(words::fault));
            return Ok(page(&app, &visitor, &entry, &faults));
        }
    };
    if !faults.is_empty() {
        return Ok(page(&app, &visitor, &entry, &faults));
    }
    let tree = app.live.tree();
    let unit = answering(&tree, &visitor, &entry.unit).ok_or(WebError::NotFound)?;
    let asked = asked(&question);
    let judgement = judge(&asked);
    let code = visitor.who.is_none().then(new_code).transpose()?;
    let kept = Kept { question: &question, asked: Some(&asked), judgement: &judgement };
    let head = kept.head(&app, &visitor, unit);
    let mut tx = app.store.write(app.clock.now()).await?;
    // The count stays also where there were too many. The answer never fails:
    // only nothing is kept, and nobody is troubled with it.
    match visitor.may_ask(&mut tx).await {
        Ok(()) => {}
        Err(WebError::TooMany(_)) => {
            tx.commit().await?;
            return passing(&app, &visitor, (&head, &asked, &judgement), &entry.pictures).await;
        }
        Err(error) => return Err(error),
    }
    let actor = visitor.who.as_ref().map(|who| &who.actor);
    let permit = permit_ask(actor, &head.unit);
    let new = New {
        head: &head,
        code: code.as_deref(),
        asked: kept.asked,
        pictures: &entry.pictures,
    };
    consultation::insert(&mut tx, &permit, &new).await?;
    tx.commit().await?;
    let to = Redirect::to(&path::asked(&head.id));
    Ok(match &code {
        Some(code) => {
            (AppendHeaders([(session::SET, cookie(&app, Some(code))?)]), to).into_response()
        }
        None => to.into_response(),
    })
}

/// What is kept of a question that was answered.
pub(super) struct Kept<'a> {
    pub(super) question: &'a Question,
    /// None: only the figures.
    pub(super) asked: Option<&'a Asked>,
    pub(super) judgement: &'a Judgement,
}

impl Kept<'_> {
    pub(super) fn head(&self, app: &App, visitor: &Visitor, unit: String) -> Consultation {
        let now = app.clock.now();
        let question = self.question;
        let chars = question.whole().chars().count() as i64;
        Consultation {
            id: new_id(),
            unit,
            account: visitor.who.as_ref().map(|who| who.actor.account.clone()),
            asked_at: now,
            week_on: crate::consultations::monday(clock::date_of(now)).to_string(),
            asker: question.asker(),
            given: question.given(),
            outcome: self.judgement.outcome,
            fraud_type: self.judgement.kind.map(|kind| kind.id().to_owned()),
            permille: self.judgement.permille,
            chars,
            state: Progress::Answered,
            erased_at: self.asked.is_none().then_some(now),
            revision: 1,
        }
    }
}

/// Reads the form. A picture that is not taken is a fault to show beside what
/// was typed.
async fn read(
    app: &App,
    visitor: &Visitor,
    mut multipart: Multipart,
) -> Result<(Entry, Vec<String>), WebError> {
    let (mut entry, mut faults, mut fields) = (Entry::default(), Vec::new(), 0);
    while let Some(field) = multipart.next_field().await.map_err(|error| broken(&error))? {
        fields += 1;
        if FIELDS_MAX < fields {
            return Err(WebError::invalid("表单的栏目太多。"));
        }
        let name = field.name().unwrap_or_default().to_owned();
        if name == "pictures" {
            // Programs that fill in everything fill no disk.
            let stamp = (entry.stamp.as_str(), entry.trap.as_str());
            let is_trusted =
                visitor.who.is_some() || check::check(app, stamp.0, stamp.1).is_ok();
            if !faults.is_empty() || !is_trusted {
                continue;
            }
            match files::take_picture(&app.originals, field, PICTURE_MAX).await {
                Ok(None) => {}
                Ok(Some(_)) if PICTURES_MAX <= entry.pictures.len() => {
                    faults.push(format!("截图最多 {PICTURES_MAX} 张。"));
                }
                Ok(Some(taken)) => {
                    let is_new = entry.pictures.iter().all(|it| it.sha256 != taken.sha256());
                    if is_new {
                        entry.pictures.extend(picture(taken));
                    }
                }
                Err(WebError::Invalid(words)) => faults.push(words),
                Err(error) => return Err(error),
            }
            continue;
        }
        let value = field.text().await.map_err(|error| broken(&error))?;
        if FIELD_MAX < value.len() {
            return Err(WebError::invalid("有一栏填得太长。"));
        }
        let place = match name.as_str() {
            "text" => &mut entry.form.text,
            "happened" => &mut entry.form.happened,
            "number" => &mut entry.form.number,
            "link" => &mut entry.form.link,
            "asker" => &mut entry.form.asker,
            "given" => &mut entry.form.given,
            "unit" => &mut entry.unit,
            "stamp" => &mut entry.stamp,
            "website" => &mut entry.trap,
            _ => continue,
        };
        *place = value;
    }
    entry.form.has_pictures = !entry.pictures.is_empty();
    Ok((entry, faults))
}

fn picture(taken: files::Taken) -> Option<Picture> {
    let it = taken.into_evidence("", "", 0);
    Some(Picture {
        id: it.id,
        sha256: it.sha256,
        thumbnail_sha256: it.thumbnail_sha256?,
        media_type: it.media_type,
        size_bytes: it.size_bytes,
    })
}

fn broken(error: &MultipartError) -> WebError {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return WebError::invalid("截图合计太大，请少选几张。");
    }
    WebError::invalid("表单没有传完，什么也没有保存，请重新提交。")
}

fn page(app: &App, visitor: &Visitor, entry: &Entry, faults: &[String]) -> Response {
    let content = html! {
        (heading("这是不是骗局？", None))
        (tabs(visitor, path::ASK))
        p.lede { "把拿不准的内容发过来，马上得到答复。不联网查询，不转给第三方。" }
        a.emergency href=(path::ASK_PAY) {
            strong { "已经转账了？" } " 先看止付步骤，越快越好 ›"
        }
        @for fault in faults { (note(fault, Tone::Bad)) }
        @if !faults.is_empty() && !entry.pictures.is_empty() {
            (note("截图需要重新选择。", Tone::Warn))
        }
        form.card.ask-form method="post" action=(path::ASK) enctype="multipart/form-data" {
            (fields(app, visitor, entry))
        }
        @if visitor.who.is_none() {
            p.muted { "问过了想看答复？ " a href=(path::ASK_FOLLOW) { "凭查询码查看" } }
        }
    };
    let status =
        if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    (status, shell(app, visitor, ("反诈咨询", path::ASK), content)).into_response()
}

fn fields(app: &App, visitor: &Visitor, entry: &Entry) -> Markup {
    let form = &entry.form;
    let radio = |name: &str, value: &str, label: &str, chosen: &str| {
        html! {
            label.choice {
                input type="radio" name=(name) value=(value) checked[value == chosen];
                span { (label) }
            }
        }
    };
    let given = if form.given.is_empty() { Given::default().code() } else { &form.given };
    html! {
        // First, so that they are known before a picture comes.
        input type="hidden" name="stamp" value=(check::stamp(app));
        div.away aria-hidden="true" {
            label { "不要填写" input type="text" name="website" tabindex="-1" autocomplete="off"; }
        }
        (field("对方发来的内容", Some(&words::text_hint()), html! {
            textarea name="text" rows="6" maxlength=(Question::TEXT_MAX)
                placeholder="例：您的快递丢失，可三倍赔付，请加客服……" { (form.text) }
        }))
        (field("发生了什么", Some("对方是谁、要您做什么、您做到哪一步；没有原文时只写这里也行"), html! {
            textarea name="happened" rows="3" maxlength=(Question::HAPPENED_MAX) { (form.happened) }
        }))
        div.pair {
            (field("对方号码", Some("来电或短信的号码"), html! {
                input type="text" inputmode="tel" name="number" maxlength=(Question::NUMBER_MAX)
                    autocomplete="off" value=(form.number);
            }))
            (field("链接", Some("只看文字，不会打开它"), html! {
                input type="text" inputmode="url" name="link" maxlength=(Question::LINK_MAX)
                    autocomplete="off" autocapitalize="none" value=(form.link);
            }))
        }
        (field("截图", Some("可不选；最多 4 张，每张不超过 8 MB，只有值班人员接手后能看"), html! {
            input type="file" name="pictures" accept="image/*" multiple;
        }))
        fieldset {
            legend { "已经给了什么" }
            div.choices.wide {
                @for it in Given::ALL { (radio("given", it.code(), it.chinese(), given)) }
            }
        }
        fieldset {
            legend { "您是" }
            div.choices {
                @for it in Asker::ALL {
                    (radio("asker", it.code(), it.chinese(),
                        if form.asker.is_empty() { Asker::default().code() } else { &form.asker }))
                }
            }
        }
        (school(app, visitor, entry))
        button.wide-button type="submit" { "马上看看" }
    }
}

/// The school whose people on duty are to answer, where there are several.
fn school(app: &App, visitor: &Visitor, entry: &Entry) -> Markup {
    let tree = app.live.tree();
    let schools: Vec<(&str, &str)> = tree
        .iter()
        .filter(|it| it.unit.kind == UnitKind::School && it.unit.closed_on.is_none())
        .map(|it| (it.unit.id.as_str(), it.unit.name.as_str()))
        .collect();
    let Some(root) = tree.root() else { return html! {} };
    let chosen = answering(&tree, visitor, &entry.unit).unwrap_or_default();
    let none = format!("不选，由{}答复", root.unit.name);
    let choices =
        std::iter::once((root.unit.id.as_str(), none.as_str())).chain(schools.iter().copied());
    html! {
        @if 1 < schools.len() {
            (field("学校", Some("转给值班人员时，由这所学校的值班人员答复"), html! {
                select name="unit" { (options(choices, &chosen)) }
            }))
        } @else {
            input type="hidden" name="unit" value=(chosen);
        }
    }
}
