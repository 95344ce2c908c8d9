//! A plan as a document: its versions, its clauses, its file.

use axum::extract::{Path, Query, State};
use axum::response::IntoResponse;
use campaign::access::Action;
use campaign::day::Day;
use campaign::plan::{self, Block, Document, Plan, Row, Table};
use maud::{Markup, html};
use serde::Deserialize;

use super::source::{self, Quote};
use super::{effective, seen, stage_words};
use crate::layout::{self, Page, Tone, crumbs, empty, field, heading, tag};
use crate::live::{Running, Version};
use crate::session::SignedIn;
use crate::{App, AppState, WebError, download, path, text};

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    pub(super) version: Option<i64>,
}

pub(crate) async fn show(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Markup, WebError> {
    let campaign = seen(&app, &who, &id)?;
    let today = Day::from(app.clock.today());
    let version = version(&campaign, asked.version, today)?;
    let plan = effective(&app, &campaign, version);
    let tree = app.live.tree();
    let may_manage =
        tree.permit(&who.actor, Action::ManagePlans, &campaign.campaign.unit).is_ok();
    let drafted = source::is_drafted(&app, &campaign, version).await?;
    let (words, tone) = stage_words(&campaign, today);
    let steps = [
        ("方案".to_owned(), path::PLANS.to_owned()),
        (campaign.campaign.name.clone(), path::campaign(&id)),
    ];
    let content = html! {
        (crumbs(&steps))
        (heading(&campaign.campaign.name, Some(actions(&who, &campaign, (may_manage, drafted)))))
        p.lede {
            (tree.full_name(&campaign.campaign.unit)) " · "
            (campaign.campaign.from_on) " 至 " (campaign.campaign.until_on) " · "
            "第 " (version.number) " 版 " (tag(words, tone))
        }
        @if let Some(superior) = campaign.campaign.adopts.as_deref().and_then(|id| app.live.campaign(id)) {
            p.note {
                "在 " a href=(path::campaign(superior.id())) { (superior.campaign.name) }
                " 的基础上增加了 " (version.plan.duties.len()) " 项任务。下文是合并后的全文。"
            }
        }
        (versions(&campaign, version, &id))
        (document(&plan::show(&plan), &plan, Some(&id)))
        @if may_manage && !campaign.is_ended() { (end_form(&campaign)) }
    };
    let title = campaign.campaign.name.as_str();
    Ok(layout::page(&app, &who, Page { title, here: path::PLANS, content }))
}

fn actions(who: &SignedIn, campaign: &Running, (may_manage, drafted): (bool, bool)) -> Markup {
    let base = path::campaign(campaign.id());
    let board = path::with_query(path::BOARD, &[("campaign", campaign.id())]);
    html! {
        @if who.actor.may_anywhere(Action::Read) { a.button.quiet href=(board) { "看板" } }
        a.button.quiet href=(format!("{base}/file")) { "下载 .toml" }
        @if drafted { a.button.quiet href=(format!("{base}/document")) { "原文" } }
        @if who.actor.may_anywhere(Action::Exempt) {
            a.button.quiet href=(format!("{base}/exemptions")) { "免除" }
        }
        @if who.actor.may_anywhere(Action::Submit) {
            a.button.quiet href=(format!("{base}/events")) { "事件" }
        }
        @if !campaign.is_ended() && who.actor.may_anywhere(Action::ManagePlans) {
            a.button.quiet href=(format!("{base}/duties/new")) { "增加任务" }
        }
        @if may_manage && !campaign.is_ended() {
            a.button href=(format!("{base}/amend")) { "修订" }
        }
    }
}

fn versions(campaign: &Running, shown: &Version, id: &str) -> Markup {
    html! {
        @if campaign.versions().len() > 1 {
            section.card.flush {
                table.stack {
                    caption { "版本：每一期按其第一天施行的版本判定，旧版不改" }
                    thead { tr { th { "版本" } th { "施行日期" } th { "登记时间" } th { "操作" } } }
                    tbody {
                        @for version in campaign.versions().iter().rev() {
                            @let number = version.number.to_string();
                            tr {
                                td data-label="版本" {
                                    "第 " (number) " 版 "
                                    @if version.number == shown.number { (tag("正在看", Tone::Calm)) }
                                }
                                td data-label="施行日期" { (version.in_force) }
                                td data-label="登记时间" { (text::moment(version.created_at)) }
                                td data-label="操作" {
                                    a href=(path::with_query(&path::campaign(id), &[("version", &number)])) { "阅读" }
                                    " · "
                                    a href=(path::with_query(&format!("{}/file", path::campaign(id)), &[("version", &number)])) { "下载" }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn end_form(campaign: &Running) -> Markup {
    html! {
        details.card {
            summary { "终止这个方案" }
            p.muted { "终止后不再产生任务；已有的记录、看板和月报都保留，随时可查。" }
            form method="post" action=(format!("{}/end", path::campaign(campaign.id())))
                data-confirm="确定终止这个方案？" {
                input type="hidden" name="revision" value=(campaign.campaign.revision);
                (field("原因", None, html! { input name="reason" required maxlength="200"; }))
                button.danger type="submit" { "终止" }
            }
        }
    }
}

/// The document, each row with its clause as a link where there is a campaign.
pub(super) fn document(document: &Document, plan: &Plan, campaign: Option<&str>) -> Markup {
    html! {
        nav.toc aria-label="目录" {
            @for (n, section) in document.sections.iter().enumerate() {
                a href=(format!("#s{n}")) { (section.title) }
            }
        }
        @for (n, section) in document.sections.iter().enumerate() {
            section.card.document id=(format!("s{n}")) {
                h2 { (section.title) }
                @for it in &section.blocks { (block(it, plan, campaign)) }
            }
        }
    }
}

fn block(it: &Block, plan: &Plan, campaign: Option<&str>) -> Markup {
    match it {
        Block::Text(words) => html! { p { (words) } },
        Block::Heading(words) => html! { h3 { (words) } },
        Block::List(items) => html! { ul { @for item in items { li { (item) } } } },
        Block::Table(table) => plan_table(table, plan, campaign),
    }
}

fn plan_table(table: &Table, plan: &Plan, campaign: Option<&str>) -> Markup {
    html! {
        div.table-wrap {
            table.stack {
                thead { tr { @for head in &table.head { th { (head) } } } }
                tbody { @for row in &table.rows { (plan_row(table, row, plan, campaign)) } }
            }
        }
    }
}

fn plan_row(table: &Table, row: &Row, plan: &Plan, campaign: Option<&str>) -> Markup {
    let own = clause_of(plan, &row.element);
    html! {
        tr id=(row.element.replace('/', "-")) {
            @for (n, cell) in row.cells.iter().enumerate() {
                @let head = table.head.get(n).copied().unwrap_or_default();
                td data-label=(head) {
                    @match (campaign, &own) {
                        (Some(id), Some(clause)) if clause == cell => {
                            a href=(path::clause(id, clause)) { (cell) }
                        }
                        _ => (cell),
                    }
                }
            }
        }
    }
}

/// Where the document asks for an element, by its name as `duty/id`.
fn clause_of(plan: &Plan, element: &str) -> Option<String> {
    elements(plan).into_iter().find(|it| it.element == element).map(|it| it.clause)
}

/// An element by its name as `duty/id`: how it is called, its clause, its words.
pub(super) fn element(plan: &Plan, key: &str) -> Option<(String, String, String)> {
    let it = elements(plan).into_iter().find(|it| it.element == key)?;
    Some((it.name, it.clause, it.words))
}

struct Element {
    element: String,
    clause: String,
    kind: &'static str,
    name: String,
    words: String,
}

/// Every element of a plan with its clause.
fn elements(plan: &Plan) -> Vec<Element> {
    let mut all = Vec::new();
    let mut add = |section: &str, id: &str, clause: &str, kind, name: &str, words: String| {
        all.push(Element {
            element: format!("{section}/{id}"),
            clause: clause.to_owned(),
            kind,
            name: name.to_owned(),
            words,
        });
    };
    for it in &plan.phases {
        add("phase", &it.id, &it.clause, "阶段", &it.name, it.goals.join("；"));
    }
    for it in &plan.duties {
        let due = it.due_words().map(|due| format!("，{due}")).unwrap_or_default();
        let words = format!("{}，{}{due}", plan.by_words(&it.by), it.cadence_words());
        add("duty", &it.id, &it.clause, "任务", &it.name, words);
    }
    for it in &plan.targets {
        add("target", &it.id, &it.clause, "目标", &it.name, plan.target_words(it));
    }
    for it in &plan.posts {
        let words = format!("至少 {} 人", it.least);
        add("post", &it.post, &it.clause, "岗位", plan.post_name(&it.post), words);
    }
    for it in &plan.teams {
        let posts: Vec<&str> = it.posts.iter().map(|post| plan.post_name(post)).collect();
        add("team", &it.id, &it.clause, "工作组", &it.name, posts.join("、"));
    }
    for (n, it) in plan.responsibilities.iter().enumerate() {
        let words = it.tasks.join("；");
        add("responsibility", &n.to_string(), &it.clause, "职责", &it.actor, words);
    }
    for it in &plan.reports {
        let words = format!("{}，{}", plan.by_words(&it.by), it.cadence.chinese());
        add("report", &it.id, &it.clause, "报送", &it.name, words);
    }
    for it in &plan.honours {
        let criteria: Vec<&str> = it.criteria.iter().map(|it| it.text.as_str()).collect();
        add("honour", &it.id, &it.clause, "创建", &it.name, criteria.join("；"));
    }
    for it in &plan.scoring {
        add("score", &it.id, &it.clause, "考核", &it.name, String::new());
    }
    for it in &plan.key_periods {
        let words = it.note.clone().unwrap_or_default();
        add("key-period", &it.id, &it.clause, "重点时段", &it.name, words);
    }
    all
}

/// A clause of the document: everything that the plan reads from it.
pub(crate) async fn clause(
    State(app): State<AppState>,
    who: SignedIn,
    Path((id, clause)): Path<(String, String)>,
) -> Result<Markup, WebError> {
    let campaign = seen(&app, &who, &id)?;
    let today = Day::from(app.clock.today());
    let version = version(&campaign, None, today)?;
    let plan = effective(&app, &campaign, version);
    let found: Vec<Element> =
        elements(&plan).into_iter().filter(|it| it.clause == clause).collect();
    let names: Vec<&str> = found.iter().map(|it| it.element.as_str()).collect();
    let quotes = source::quotes(&app, &campaign, version, &names).await?;
    let title = format!("依据 {clause}");
    let steps = [
        ("方案".to_owned(), path::PLANS.to_owned()),
        (campaign.campaign.name.clone(), path::campaign(&id)),
        (title.clone(), String::new()),
    ];
    let source = plan.head.document.as_deref().unwrap_or(&plan.head.name);
    let content = html! {
        (crumbs(&steps))
        (heading(&title, None))
        p.lede { (plan.head.issuer) "《" (source) "》" }
        @if found.is_empty() {
            section.card { (empty("现行版本里没有出自这一条的内容，可能已被修订。", None)) }
        }
        @for it in &found {
            section.card {
                h2 { (tag(it.kind, Tone::Calm)) " " (it.name) }
                @if !it.words.is_empty() { p { (it.words) } }
                @if let Some(quote) = quotes.get(&it.element) { (quoted(quote)) }
                @if let Some(duty) = it.element.strip_prefix("duty/") {
                    p.actions {
                        a.button.quiet href=(path::with_query(&format!("{}/duty", path::BOARD), &[("campaign", &id), ("duty", duty)])) { "看这项任务的完成情况" }
                    }
                }
            }
        }
        p { a href=(path::campaign(&id)) { "看方案全文" } }
    };
    Ok(layout::page(&app, &who, Page { title: &title, here: path::PLANS, content }))
}

/// The sentence of the document, and the way to its place.
pub(crate) fn quoted(it: &Quote) -> Markup {
    html! {
        blockquote.quote { "“" (it.words) "”" }
        p { a href=(it.href) { "看它在原文中的位置" } }
    }
}

pub(super) fn version(
    campaign: &Running,
    asked: Option<i64>,
    today: Day,
) -> Result<&Version, WebError> {
    match asked {
        None => Ok(campaign.version_on(today)),
        Some(number) => campaign
            .versions()
            .iter()
            .find(|version| version.number == number)
            .ok_or(WebError::NotFound),
    }
}

/// The plan's file, as it was stored.
pub(crate) async fn file(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<impl IntoResponse, WebError> {
    let campaign = seen(&app, &who, &id)?;
    let today = Day::from(app.clock.today());
    let number = version(&campaign, asked.version, today)?.number;
    let text = stored_text(&app, &id, number).await?;
    let name = format!("{}-第{number}版.toml", campaign.campaign.name);
    Ok(download::file(&name, "application/toml; charset=utf-8", text.into_bytes()))
}

/// The text of a version.
pub(super) async fn stored_text(app: &App, id: &str, number: i64) -> Result<String, WebError> {
    let mut conn = app.store.read().await?;
    let versions = storage::campaign::versions(&mut conn, id).await?;
    let found = versions.into_iter().find(|version| version.version == number);
    Ok(found.ok_or(WebError::NotFound)?.text)
}
