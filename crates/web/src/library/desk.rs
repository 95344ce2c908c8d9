//! Writing a material, and taking it through review to the public.

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use campaign::access::Action;
use campaign::consultation::Asker;
use campaign::material::{Fault, Kind, State as Progress, StepRefused, Text};
use maud::{Markup, html};
use serde::Deserialize;
use storage::evidence::Kind as Medium;
use storage::material::{self, Material, StepTaken, Version};

use super::list::top;
use super::show::kept;
use super::{audience, shipped};
use crate::app::new_id;
use crate::ask::{Visitor, shell};
use crate::layout::{Tone, crumbs, field, heading, note, options};
use crate::session::SignedIn;
use crate::{App, AppState, WebError, path};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Start {
    base: String,
}

/// What was typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Input {
    base: String,
    unit: String,
    kind: String,
    title: String,
    body: String,
    audience: String,
    source: String,
}

impl Input {
    fn kind(&self) -> Result<Kind, WebError> {
        Kind::from_code(&self.kind)
            .ok_or_else(|| WebError::invalid("“分类”只能从列出的几类中选。"))
    }

    fn text(&self) -> Result<Text, WebError> {
        let audience = Asker::from_code(&self.audience)
            .ok_or_else(|| WebError::invalid("“对象”只能选全体、学生、家长或教师。"))?;
        Ok(Text {
            title: self.title.trim().to_owned(),
            body: self.body.replace("\r\n", "\n").trim().to_owned(),
            audience,
            source: self.source.trim().to_owned(),
        })
    }
}

fn words(fault: &Fault) -> String {
    match fault {
        Fault::NoTitle => "请填写“标题”。".to_owned(),
        Fault::TitleTooLong { most } => format!("“标题”最多 {most} 个字。"),
        Fault::NoBody => "请填写“正文”。".to_owned(),
        Fault::BodyTooLong { most } => format!("“正文”最多 {most} 个字。"),
        Fault::SourceTooLong { most } => format!("“依据”最多 {most} 个字。"),
        Fault::HeadingMissing(heading) => {
            format!("诈骗类型的“正文”要有“## {heading}”一节，节下至少一行。")
        }
        Fault::Number(number) => {
            format!("案例警示中不能出现可能属于个人的号码（现有“{number}”），请删去后再保存。")
        }
    }
}

pub(crate) async fn new_form(
    State(app): State<AppState>,
    visitor: Visitor,
    Query(start): Query<Start>,
) -> Result<Response, WebError> {
    let who = visitor.who.as_ref().ok_or(WebError::SignedOut)?;
    let unit = top(&app, &who.actor)?;
    let mut input = Input {
        unit: unit.clone(),
        kind: Kind::Article.code().to_owned(),
        audience: Asker::Anyone.code().to_owned(),
        ..Input::default()
    };
    if let Some(piece) = shipped().iter().find(|it| it.key == start.base) {
        let mut conn = app.store.read().await?;
        if let Some(known) = material::by_base(&mut conn, &unit, &piece.key).await? {
            return Ok(
                Redirect::to(&format!("{}/edit", path::material(&known.id))).into_response()
            );
        }
        input.base.clone_from(&piece.key);
        piece.kind.code().clone_into(&mut input.kind);
        fill(&mut input, &piece.text);
    }
    Ok(page(&app, &visitor, (&input, None), &[]))
}

fn fill(input: &mut Input, text: &Text) {
    input.title.clone_from(&text.title);
    input.body.clone_from(&text.body);
    text.audience.code().clone_into(&mut input.audience);
    input.source.clone_from(&text.source);
}

pub(crate) async fn create(
    State(app): State<AppState>,
    visitor: Visitor,
    Form(input): Form<Input>,
) -> Result<Response, WebError> {
    let who = visitor.who.as_ref().ok_or(WebError::SignedOut)?;
    let permit = app.live.tree().permit(&who.actor, Action::WriteContent, &input.unit)?;
    let (kind, text) = (input.kind()?, input.text()?);
    let base = Some(input.base.clone()).filter(|it| !it.is_empty());
    if let Some(base) = &base
        && !shipped().iter().any(|it| it.key == *base && it.kind == kind)
    {
        return Err(WebError::invalid("要覆盖的材料不存在，或分类不同。"));
    }
    let faults = text.check(kind);
    if !faults.is_empty() {
        return Ok(page(&app, &visitor, (&input, None), &faults));
    }
    let now = app.clock.now();
    let it = Material {
        id: new_id(),
        unit: input.unit.clone(),
        kind,
        base,
        version: 1,
        state: Progress::Draft.code().to_owned(),
        title: text.title.clone(),
        public_version: None,
        created_at: now,
        changed_at: now,
        revision: 1,
    };
    let version = written(who, 1, text, now);
    let mut tx = app.store.write(now).await?;
    match material::insert(&mut tx, &permit, &it, &version).await {
        Err(error) if error.is_unique_violation() => Err(WebError::Conflict(
            "本单位已经覆盖过这篇材料，请在宣传库里修改那一篇。".to_owned(),
        )),
        Err(error) => Err(error.into()),
        Ok(()) => {
            tx.commit().await?;
            Ok(told(&it.id, "written").into_response())
        }
    }
}

fn written(who: &SignedIn, version: i64, text: Text, now: i64) -> Version {
    Version {
        version,
        text,
        author: Some(who.actor.account.clone()),
        author_name: None,
        written_at: now,
        state: Progress::Draft,
    }
}

pub(super) fn told(id: &str, note: &str) -> Redirect {
    Redirect::to(&path::with_query(&path::material(id), &[("note", note)]))
}

pub(crate) async fn edit_form(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let who = visitor.who.as_ref().ok_or(WebError::SignedOut)?;
    let (it, versions) = kept(&app, who, &id).await?;
    let newest = versions.first().ok_or(WebError::NotFound)?;
    let mut input = Input {
        base: it.base.clone().unwrap_or_default(),
        unit: it.unit.clone(),
        kind: it.kind.code().to_owned(),
        ..Input::default()
    };
    fill(&mut input, &newest.text);
    Ok(page(&app, &visitor, (&input, Some(&it)), &[]))
}

/// Changes the open draft, or begins the next version.
pub(crate) async fn edit(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(input): Form<Input>,
) -> Result<Response, WebError> {
    let who = visitor.who.as_ref().ok_or(WebError::SignedOut)?;
    let (mut it, versions) = kept(&app, who, &id).await?;
    let newest = versions.first().ok_or(WebError::NotFound)?;
    let permit = app.live.tree().permit(&who.actor, Action::WriteContent, &it.unit)?;
    let text = input.text()?;
    let faults = text.check(it.kind);
    if !faults.is_empty() {
        let input = Input {
            base: it.base.clone().unwrap_or_default(),
            kind: it.kind.code().to_owned(),
            ..input
        };
        return Ok(page(&app, &visitor, (&input, Some(&it)), &faults));
    }
    let now = app.clock.now();
    if !newest.state.is_open() {
        it.version += 1;
    }
    Progress::Draft.code().clone_into(&mut it.state);
    it.title.clone_from(&text.title);
    let version = written(who, it.version, text, now);
    let mut tx = app.store.write(now).await?;
    material::save(&mut tx, &permit, (&it, &version), ("write", None)).await?;
    tx.commit().await?;
    Ok(told(&id, "written").into_response())
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Step {
    verb: String,
    reason: String,
    /// What was on the page: nobody decides about what they did not see.
    revision: Option<i64>,
}

pub(crate) async fn step(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Form(input): Form<Step>,
) -> Result<Redirect, WebError> {
    let (mut it, mut versions) = kept(&app, &who, &id).await?;
    let permit = app.live.tree().permit(&who.actor, Action::ReviewContent, &it.unit)?;
    let (me, now) = (who.actor.account.as_str(), app.clock.now());
    let newest = versions.first_mut().ok_or(WebError::NotFound)?;
    let state = newest.state.clone();
    if 200 < input.reason.chars().count() {
        return Err(WebError::invalid("“原因”最多 200 个字。"));
    }
    let mut conn = app.store.read().await?;
    let files = material::files(&mut conn, &id, newest.version).await?;
    let steps = material::steps(&mut conn, &id).await?;
    drop(conn);
    if matches!(input.verb.as_str(), "review" | "publish") {
        it.kind.ready(files.iter().any(|file| file.kind == Medium::Video)).map_err(refused)?;
    }
    newest.state = match input.verb.as_str() {
        "review" => state.review(has_written(&steps, newest.version, me), me, now),
        "return" => state.send_back(&input.reason),
        "publish" => state.publish(me, now),
        "withdraw" => state.withdraw(me, &input.reason, now),
        _ => return Err(WebError::invalid("没有这种办理。")),
    }
    .map_err(refused)?;
    if input.revision.is_some_and(|seen| seen != it.revision) {
        return Err(WebError::Conflict(
            "这篇材料刚被别人改过，请看过现在的内容和附件再办理。".to_owned(),
        ));
    }
    newest.state.code().clone_into(&mut it.state);
    match newest.state {
        Progress::Published { .. } => it.public_version = Some(newest.version),
        // With the public version itself taken back nothing is public; an
        // earlier one was replaced and does not come back by itself.
        Progress::Withdrawn { .. } if it.public_version == Some(newest.version) => {
            it.public_version = None;
        }
        _ => {}
    }
    let reason = Some(input.reason.trim()).filter(|it| !it.is_empty());
    let mut tx = app.store.write(now).await?;
    material::save(&mut tx, &permit, (&it, newest), (&input.verb, reason)).await?;
    tx.commit().await?;
    Ok(told(&id, "done"))
}

/// Whether an account wrote anything of a version, its files too.
pub(super) fn has_written(steps: &[StepTaken], version: i64, account: &str) -> bool {
    steps.iter().any(|it| {
        it.version == version
            && it.account.as_deref() == Some(account)
            && matches!(it.verb.as_str(), "write" | "attach" | "detach")
    })
}

fn refused(why: StepRefused) -> WebError {
    let words = match why {
        StepRefused::OwnText => "自己写的不能自己审核，请另一位有权限的人审核。",
        StepRefused::NotDraft => "只有草稿可以审核，请刷新后再看。",
        StepRefused::NotReviewed => "先审核，再发布。",
        StepRefused::Over => "这一版已经办结，请修改成新版。",
        StepRefused::NoReason => "请写明原因。",
        StepRefused::NoFilm => "短视频还没有上传视频文件，请先在“视频、图片和附件”里上传。",
    };
    WebError::Conflict(words.to_owned())
}

fn page(
    app: &App,
    visitor: &Visitor,
    (input, of): (&Input, Option<&Material>),
    faults: &[Fault],
) -> Response {
    let title = match (of, input.base.is_empty()) {
        (Some(_), _) => "修改材料",
        (None, true) => "写一篇材料",
        (None, false) => "覆盖随产品提供的材料",
    };
    let trail =
        [("宣传库".to_owned(), path::LIBRARY.to_owned()), (title.to_owned(), String::new())];
    let to = of.map_or_else(
        || path::LIBRARY.to_owned(),
        |it| format!("{}/edit", path::material(&it.id)),
    );
    let content = html! {
        (crumbs(&trail))
        (heading(title, None))
        @for fault in faults { (note(&words(fault), Tone::Bad)) }
        form.card method="post" action=(to) { (fields(app, input, of.is_some())) }
    };
    let status =
        if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    (status, shell(app, visitor, (title, path::KNOW), content)).into_response()
}

fn fields(app: &App, input: &Input, is_known: bool) -> Markup {
    let is_fixed = is_known || !input.base.is_empty();
    let kinds = Kind::ALL.into_iter().map(|it| (it.code(), it.chinese()));
    let audiences = [Asker::Anyone, Asker::Pupil, Asker::Parent, Asker::Teacher]
        .map(|it| (it.code(), audience(it)));
    let kind = Kind::from_code(&input.kind).map_or("", Kind::chinese);
    html! {
        input type="hidden" name="base" value=(input.base);
        input type="hidden" name="unit" value=(input.unit);
        p.muted { "用于：" (app.live.tree().full_name(&input.unit)) "及下级" }
        @if is_fixed {
            input type="hidden" name="kind" value=(input.kind);
            p { "分类：" (kind) }
        } @else {
            (field("分类", None, html! { select name="kind" { (options(kinds, &input.kind)) } }))
        }
        (field("标题", Some("最多 60 字；标语只写标题"), html! { input type="text" name="title" required maxlength="60" value=(input.title); }))
        (field("对象", None, html! { select name="audience" { (options(audiences, &input.audience)) } }))
        (field("正文", Some("“## ”开头是小标题，“- ”开头是一条，“1. ”开头是一步，空行分段；110、96110 会变成可拨打的链接。短视频在这里写片中说的话，保存后再上传视频"), html! {
            textarea name="body" rows="16" maxlength="20000" { (input.body) }
        }))
        (field("依据", Some("事实从哪里来"), html! { input type="text" name="source" maxlength="500" value=(input.source); }))
        p.actions { button type="submit" { "保存为草稿" } a.button.quiet href=(path::LIBRARY) { "取消" } }
    }
}
