//! Adopting a plan: a built-in one or one's own file, read before it starts.

use axum::Form;
use axum::extract::{Multipart, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use campaign::access::Action;
use campaign::plan::{self, Finding, Plan};
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;
use storage::campaign::{self as stored, Campaign, PlanVersion};

use super::drafts::Drafted;
use super::{findings, read};
use crate::app::new_id;
use crate::layout::{self, Page, Tone, crumbs, field, heading, note, options};
use crate::session::SignedIn;
use crate::text::parse_date;
use crate::{App, AppState, WebError, path};

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Choice {
    #[serde(default)]
    unit: String,
    #[serde(default)]
    plan: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Start {
    unit: String,
    text: String,
    from: String,
    until: String,
}

/// What an upload may weigh: the five plans are under 100 kB each.
const FILE_MAX: usize = 1 << 20;

fn steps(last: &str) -> [(String, String); 2] {
    [("方案".to_owned(), path::PLANS.to_owned()), (last.to_owned(), String::new())]
}

/// The unit that is to run a plan, if the actor may start one there.
fn unit_of(app: &App, who: &SignedIn, asked: &str) -> Result<(String, String), WebError> {
    let tree = app.live.tree();
    let node = tree.scope(&who.actor, Action::ManagePlans, Some(asked))?;
    Ok((node.unit.id.clone(), tree.full_name(&node.unit.id)))
}

pub(crate) async fn choose(
    State(app): State<AppState>,
    who: SignedIn,
    Query(choice): Query<Choice>,
) -> Result<Markup, WebError> {
    let (unit, name) = unit_of(&app, &who, &choice.unit)?;
    let content = html! {
        (crumbs(&steps("采用方案")))
        (heading("采用方案", None))
        p.lede { "由 " strong { (name) } " 实施，对本单位及全部下属单位生效。" }
        (superiors(&app, &unit))
        section.card {
            h2 { "选用已整理好的方案" }
            p.muted { "由公开的实施方案整理而成，每项都注明出处；采用前可全文阅读，采用后可修订。" }
            div.grid {
                @for built_in in plan::BUILT_IN { (offer(built_in, &unit)) }
            }
        }
        section.card {
            h2 { "从印发的文件起草" }
            p.muted { "有 Word、PDF 或文字稿的方案、通知时：上传后逐条对照原句确认，再启动。" }
            p.actions { a.button.quiet href=(path::with_query(&format!("{}/new", path::DRAFTS), &[("unit", &unit)])) { "从文件起草" } }
        }
        section.card {
            h2 { "上传自己的方案文件" }
            p.muted { ".toml 文件；也可以先下载上面任何一份，改成自己的再上传。" }
            form method="post" action="/plans/preview" enctype="multipart/form-data" {
                input type="hidden" name="unit" value=(unit);
                (field("方案文件", Some("不超过 1 MB"), html! { input type="file" name="file" accept=".toml,text/plain" required; }))
                button type="submit" { "检查并预览" }
            }
        }
        (other_units(&app, &who, &unit))
    };
    Ok(layout::page(&app, &who, Page { title: "采用方案", here: path::PLANS, content }))
}

/// What already binds the unit from above: it may add to it.
fn superiors(app: &App, unit: &str) -> Markup {
    let binding = app.live.binding(unit);
    let above: Vec<_> =
        binding.iter().filter(|it| !it.is_ended() && it.campaign.unit != unit).collect();
    html! {
        @if !above.is_empty() {
            section.card {
                h2 { "在上级方案上增加任务" }
                p.muted { "上级方案已对本单位生效，不必再次采用。可以增加任务或提高要求，不能降低。" }
                ul.plain {
                    @for it in above {
                        li {
                            (it.campaign.name) " "
                            a href=(path::with_query(&format!("{}/duties/new", path::campaign(it.id())), &[("unit", unit)])) { "增加任务" }
                        }
                    }
                }
            }
        }
    }
}

fn offer(built_in: &plan::BuiltIn, unit: &str) -> Markup {
    let parsed = plan::parse(built_in.text, built_in.file).ok();
    let href = path::with_query("/plans/preview", &[("unit", unit), ("plan", built_in.id)]);
    html! {
        @if let Some(plan) = parsed {
            article.card {
                h3 { (plan.head.name) }
                p.small.muted {
                    (plan.head.issuer) br;
                    (plan.head.from) " 至 " (plan.head.until) br;
                    (plan.phases.len()) " 个阶段，" (plan.duties.len()) " 项任务，" (plan.targets.len()) " 个目标"
                }
                a.button.quiet href=(href) { "阅读并采用" }
            }
        }
    }
}

fn other_units(app: &App, who: &SignedIn, chosen: &str) -> Markup {
    let tree = app.live.tree();
    let mine: Vec<(String, String)> = who
        .actor
        .scopes(Action::ManagePlans)
        .flat_map(|scope| {
            std::iter::once(scope).chain(tree.children(scope).map(|node| node.unit.id.as_str()))
        })
        .take(400)
        .map(|id| (id.to_owned(), tree.full_name(id)))
        .collect();
    html! {
        @if mine.len() > 1 {
            form.filter method="get" action="/plans/new" {
                (field("改由其他单位实施", None, html! {
                    select name="unit" { (options(mine.iter().map(|(id, name)| (id.as_str(), name.as_str())), chosen)) }
                }))
                button.quiet type="submit" { "选定" }
            }
        }
    }
}

pub(crate) async fn preview_built_in(
    State(app): State<AppState>,
    who: SignedIn,
    Query(choice): Query<Choice>,
) -> Result<Response, WebError> {
    let built_in = plan::built_in(&choice.plan).ok_or(WebError::NotFound)?;
    preview(&app, &who, &choice.unit, built_in.text)
}

pub(crate) async fn preview_upload(
    State(app): State<AppState>,
    who: SignedIn,
    form: Multipart,
) -> Result<Response, WebError> {
    let (unit, text) = upload(form).await?;
    preview(&app, &who, &unit, &text)
}

/// The unit and the plan's text from a form with a file or a text area.
pub(super) async fn upload(mut form: Multipart) -> Result<(String, String), WebError> {
    let cut = |_| WebError::invalid("上传中断了，请重新上传。");
    let (mut unit, mut text) = (String::new(), String::new());
    while let Some(field) = form.next_field().await.map_err(cut)? {
        let name = field.name().unwrap_or_default().to_owned();
        let bytes = field.bytes().await.map_err(cut)?;
        if bytes.len() > FILE_MAX {
            return Err(WebError::invalid("方案文件不超过 1 MB，请确认选对了文件。"));
        }
        let value = String::from_utf8(bytes.to_vec()).map_err(|_| {
            WebError::invalid(
                "方案文件应为 UTF-8 编码的文本（.toml），请另存为 UTF-8 后再上传。",
            )
        })?;
        match name.as_str() {
            "unit" => unit = value,
            "file" | "text" if !value.trim().is_empty() => text = value,
            _ => {}
        }
    }
    if text.trim().is_empty() {
        return Err(WebError::invalid("请选择一个方案文件，文件不能是空的。"));
    }
    Ok((unit, text))
}

fn preview(app: &App, who: &SignedIn, unit: &str, text: &str) -> Result<Response, WebError> {
    let (unit, name) = unit_of(app, who, unit)?;
    match plan::parse_placed(text, "") {
        Ok((plan, places)) => {
            let mut found = plan::check(&plan, None);
            places.place(&mut found);
            let dates = (plan.head.from.to_string(), plan.head.until.to_string());
            let page = Preview { unit: &unit, name: &name, text, dates, problem: None };
            Ok(preview_page(app, who, &page, &plan, &found).into_response())
        }
        Err(found) => {
            let page = editor(app, who, &unit, text, &found);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

struct Preview<'a> {
    unit: &'a str,
    name: &'a str,
    text: &'a str,
    dates: (String, String),
    problem: Option<&'a str>,
}

fn preview_page(
    app: &App,
    who: &SignedIn,
    it: &Preview<'_>,
    plan: &Plan,
    found: &[Finding],
) -> Markup {
    let title = format!("预览：{}", plan.head.name);
    let content = html! {
        (crumbs(&steps(&title)))
        (heading(&plan.head.name, None))
        @if let Some(words) = it.problem { (note(words, Tone::Bad)) }
        section.card {
            h2 { "启动" }
            form method="post" action="/plans/start" {
                input type="hidden" name="unit" value=(it.unit);
                textarea.gone name="text" aria-hidden="true" tabindex="-1" readonly { "\n" (it.text) }
                p { "由 " strong { (it.name) } " 实施。改了起始年份，各阶段、任务和目标的日期按年平移；超出起止的部分裁去。" }
                div.pair {
                    (field("开始", None, html! { input type="date" name="from" required value=(it.dates.0); }))
                    (field("结束", None, html! { input type="date" name="until" required value=(it.dates.1); }))
                }
                button type="submit" { "启动这个方案" }
            }
        }
        (findings::table(found, "可以启动，但请留意"))
        (read::document(&plan::show(plan), plan, None))
    };
    layout::page(app, who, Page { title: &title, here: path::PLANS, content })
}

/// The text with what is wrong in it, to be mended here or in the file.
fn editor(app: &App, who: &SignedIn, unit: &str, text: &str, found: &[Finding]) -> Markup {
    let content = html! {
        (crumbs(&steps("方案有误")))
        (heading("方案有误，尚未启动", None))
        (findings::table(found, "请逐处改正"))
        (findings::excerpt(text, found))
        section.card {
            form method="post" action="/plans/preview" enctype="multipart/form-data" {
                input type="hidden" name="unit" value=(unit);
                (field("方案全文", Some("可以在这里改，也可以改好文件重新上传"), html! {
                    textarea.code name="text" rows="24" spellcheck="false" { "\n" (text) }
                }))
                button type="submit" { "再检查一次" }
            }
        }
    };
    layout::page(app, who, Page { title: "方案有误", here: path::PLANS, content })
}

pub(crate) async fn start(
    State(app): State<AppState>,
    who: SignedIn,
    Form(input): Form<Start>,
) -> Result<Response, WebError> {
    let (unit, name) = unit_of(&app, &who, &input.unit)?;
    let plan = match plan::parse(&input.text, "") {
        Ok(plan) => plan,
        Err(found) => {
            let page = editor(&app, &who, &unit, &input.text, &found);
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
    };
    match begin(&app, &who, (&unit, None), &plan, &input).await {
        Ok(id) => Ok(Redirect::to(&path::campaign(&id)).into_response()),
        Err(error @ (WebError::Invalid(_) | WebError::Conflict(_))) => {
            let (status, words) = error.answer();
            let dates = (input.from.clone(), input.until.clone());
            let page = Preview {
                unit: &unit,
                name: &name,
                text: &input.text,
                dates,
                problem: Some(words),
            };
            Ok((status, preview_page(&app, &who, &page, &plan, &[])).into_response())
        }
        Err(error) => Err(error),
    }
}

async fn begin(
    app: &App,
    who: &SignedIn,
    (unit, adopts): (&str, Option<&str>),
    plan: &Plan,
    input: &Start,
) -> Result<String, WebError> {
    let from = parse_date(&input.from, "开始")?;
    let until = parse_date(&input.until, "结束")?;
    let text = if (from, until) == (plan.head.from, plan.head.until) {
        input.text.clone()
    } else {
        moved(plan, from, until)?
    };
    let dates = (from, until);
    let start = NewCampaign { unit, adopts, plan, text, dates, drafted: None };
    insert(app, who, start).await
}

/// A campaign that is to begin.
pub(super) struct NewCampaign<'a> {
    pub(super) unit: &'a str,
    pub(super) adopts: Option<&'a str>,
    pub(super) plan: &'a Plan,
    pub(super) text: String,
    pub(super) dates: (Date, Date),
    /// The draft that it comes from, if it was read from a document here.
    pub(super) drafted: Option<Drafted<'a>>,
}

/// Starts it and counts its standings; answers with its id.
pub(super) async fn insert(
    app: &App,
    who: &SignedIn,
    new: NewCampaign<'_>,
) -> Result<String, WebError> {
    let permit = app.live.tree().permit(&who.actor, Action::ManagePlans, new.unit)?;
    let now = app.clock.now();
    let campaign = Campaign {
        id: new_id(),
        unit: new.unit.to_owned(),
        plan: new.plan.head.id.clone(),
        name: new.plan.head.name.clone(),
        adopts: new.adopts.map(str::to_owned),
        from_on: new.dates.0.to_string(),
        until_on: new.dates.1.to_string(),
        ended_at: None,
        revision: 1,
    };
    let version = PlanVersion {
        id: new_id(),
        campaign: campaign.id.clone(),
        version: 1,
        in_force_on: campaign.from_on.clone(),
        text: new.text,
        document_name: new.plan.head.document.clone(),
        document_text: new.drafted.as_ref().map(|it| it.document.to_owned()),
        created_at: now,
        created_by: Some(who.actor.account.clone()),
    };
    let mut tx = app.store.write(now).await?;
    match stored::start(&mut tx, &permit, &campaign, &version).await {
        Err(error) if error.is_unique_violation() => Err(WebError::Conflict(format!(
            "本单位已经采用过方案“{}”，请在方案页修订它；要另开一份，请改方案文件里的 id。",
            campaign.name
        ))),
        other => Ok(other?),
    }?;
    if let Some(drafted) = &new.drafted {
        drafted.used(&mut tx, &permit, &campaign.id).await?;
    }
    tx.commit().await?;
    app.live.follow(&app.store, now).await?;
    Ok(campaign.id)
}

/// The plan's text with its dates moved by whole years and cut to new bounds.
fn moved(plan: &Plan, from: Date, until: Date) -> Result<String, WebError> {
    if until < from {
        return Err(WebError::invalid("“结束”不能早于“开始”。"));
    }
    let years = from.year() - plan.head.from.year();
    let shift = |date: Date| {
        let span = jiff::Span::new().years(years);
        date.checked_add(span).unwrap_or(date)
    };
    let within = |date: Date| shift(date).clamp(from, until);
    let mut plan = plan.clone();
    (plan.head.from, plan.head.until, plan.head.in_force) = (from, until, None);
    for phase in &mut plan.phases {
        (phase.from, phase.until) =
            (shift(phase.from).max(from), shift(phase.until).min(until));
    }
    plan.phases.retain(|phase| phase.from <= phase.until);
    for duty in &mut plan.duties {
        (duty.from, duty.until) = (duty.from.map(within), duty.until.map(within));
        if let Some(plan::Due::On(date)) = duty.due {
            duty.due = Some(plan::Due::On(within(date)));
        }
    }
    for target in &mut plan.targets {
        target.by = target.by.map(within);
    }
    let text = plan::to_toml(&plan);
    // What was moved must still read, or nothing starts.
    plan::parse(&text, "").map_err(|found| {
        let words: Vec<String> = found.iter().take(3).map(ToString::to_string).collect();
        WebError::invalid(format!("按这个起止日期方案不成立：{}", words.join("；")))
    })?;
    Ok(text)
}
