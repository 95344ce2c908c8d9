//! Exemptions: who need not do what, with the reason, granted and revoked. A
//! person's name stands here within their school only; above, a figure is enough.

mod grant;

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use campaign::access::Action;
use maud::{Markup, html};
use serde::Deserialize;
use storage::campaign::{self as stored, Exemption, ExemptionKey as By, Narrow};
use storage::{Order, Part, account, people};

use super::seen;
use crate::export::{self, PART, Row, Rows, Wanted};
use crate::layout::{self, Page, Tone, crumbs, empty, field, heading, note, options, tag};
use crate::live::{Running, Tree};
use crate::paging::At;
use crate::session::SignedIn;
use crate::sort::{Heads, Key, Sort, falling, rising};
use crate::{App, AppState, WebError, path, text};

pub(crate) use grant::{grant, revoke};

const PAGE: usize = 50;
const KEYS: &[Key] =
    &[falling("granted", "免除"), rising("duty", "任务"), rising("period", "周期")];

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    unit: String,
    duty: String,
    /// Filled in from a link on the board.
    subject: String,
    all: String,
    q: String,
    sort: String,
    #[serde(flatten)]
    at: At,
    format: String,
    /// What was typed into the form that came back.
    #[serde(skip)]
    typed: grant::Grant,
}

impl Asked {
    fn sort(&self) -> Sort {
        Sort::read(&self.sort, KEYS)
    }

    /// Persons are looked for by name where their names are shown.
    fn narrow(&self, campaign: &str, unit: &str, with_names: bool) -> Narrow {
        let sort = self.sort();
        let key = match sort.code {
            "duty" => By::Duty,
            "period" => By::Period,
            _ => By::Granted,
        };
        Narrow {
            scope: unit.to_owned(),
            campaign: campaign.to_owned(),
            duty: self.duty.clone(),
            revoked: self.all == "1",
            search: self.q.trim().to_owned(),
            with_names,
            order: Order { key, descending: sort.descending },
        }
    }
}

pub(crate) async fn exemptions(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    if asked.format == "xlsx" {
        return export(&app, &who, &id, asked).await;
    }
    Ok(list(&app, &who, &id, &asked, None).await?.into_response())
}

/// Names of those whose names the reader may see, and of those who granted.
#[derive(Default)]
struct Names {
    people: HashMap<String, String>,
    accounts: HashMap<String, String>,
}

/// Whether persons are named on a page about `top`.
fn shows_names(tree: &Tree, who: &SignedIn, top: &str) -> bool {
    tree.school_of(top).is_some() && tree.permit(&who.actor, Action::ReadPeople, top).is_ok()
}

impl Names {
    /// For a page about `top`: outside a school nobody is named.
    async fn read(
        app: &App,
        who: &SignedIn,
        top: &str,
        rows: &[Exemption],
    ) -> Result<Self, WebError> {
        let tree = app.live.tree();
        let is_near = tree.school_of(top).is_some();
        let shown = |row: &&Exemption| {
            is_near
                && row.subject != row.unit
                && tree.permit(&who.actor, Action::ReadPeople, &row.unit).is_ok()
        };
        let ids: Vec<String> =
            rows.iter().filter(shown).map(|row| row.subject.clone()).collect();
        let mut granters: Vec<String> =
            rows.iter().filter_map(|row| row.granted_by.clone()).collect();
        granters.sort();
        granters.dedup();
        let mut conn = app.store.read().await?;
        let found = people::by_ids(&mut conn, &app.store.sealer, &ids).await?;
        let accounts = account::names(&mut conn, &granters).await?;
        let people = found.into_iter().map(|it| (it.id, it.name)).collect();
        Ok(Self { people, accounts })
    }

    fn granter(&self, row: &Exemption) -> &str {
        row.granted_by.as_ref().and_then(|id| self.accounts.get(id)).map_or("—", String::as_str)
    }
}

async fn list(
    app: &App,
    who: &SignedIn,
    id: &str,
    asked: &Asked,
    problem: Option<&str>,
) -> Result<Markup, WebError> {
    let campaign = seen(app, who, id)?;
    let tree = app.live.tree();
    let unit = tree.scope(&who.actor, Action::Read, Some(&asked.unit))?.unit.id.clone();
    let mut conn = app.store.read().await?;
    let narrow = asked.narrow(id, &unit, shows_names(&tree, who, &unit));
    let mut rows = stored::exemptions_page(&mut conn, &narrow, asked.at.part(PAGE)).await?;
    drop(conn);
    let turn = asked.at.turn(&mut rows, PAGE, |row| row.id.clone());
    let names = Names::read(app, who, &unit, &rows).await?;
    let may_grant = tree.permit(&who.actor, Action::Exempt, &unit).is_ok();
    let may_export = tree.permit(&who.actor, Action::Export, &unit).is_ok();
    let base = format!("{}/exemptions", path::campaign(id));
    let steps = [
        ("方案".to_owned(), path::PLANS.to_owned()),
        (campaign.campaign.name.clone(), path::campaign(id)),
        ("免除".to_owned(), String::new()),
    ];
    let duties = duties(&campaign);
    let choices = || duties.iter().map(|(id, name)| (id.as_str(), name.as_str()));
    let narrowing = [
        ("unit", unit.as_str()),
        ("duty", asked.duty.as_str()),
        ("all", asked.all.as_str()),
        ("q", asked.q.trim()),
    ];
    let heads = Heads { base: &base, pairs: &narrowing, keys: KEYS, sort: asked.sort() };
    let order = asked.sort().text();
    let mut query = narrowing.to_vec();
    query.push(("sort", &order));
    let back = asked.at.field(&query);
    let is_narrowed = !asked.duty.is_empty() || !asked.q.trim().is_empty();
    let content = html! {
        (crumbs(&steps))
        (heading("免除", may_export.then(|| export::button(&export::href(&base, &query)))))
        p.lede { "依规不必完成的，写明理由免除；免除的不计入应完成数，随时可以撤销，前后都留痕。" }
        @if let Some(words) = problem { (note(words, Tone::Bad)) }
        form.filter method="get" action=(base) role="search" {
            input type="hidden" name="unit" value=(unit);
            (field(if narrow.with_names { "姓名或理由" } else { "理由" }, None, html! {
                input type="search" name="q" value=(asked.q.trim()) maxlength="100";
            }))
            (field("任务", None, html! { select name="duty" { option value="" { "全部" } (options(choices(), &asked.duty)) } }))
            (field("状态", None, html! { select name="all" { (options([("", "有效的"), ("1", "含已撤销")], &asked.all)) } }))
            (heads.choice())
            button.quiet type="submit" { "筛选" }
        }
        section.card.flush {
            @if rows.is_empty() { (empty(if is_narrowed { "没有符合条件的免除。" } else { "没有免除。" }, None)) }
            @else { (table((app, &names), (&duties, &heads), &rows, may_grant.then_some(&back))) }
            (turn.pager(&base, &query))
        }
        @if may_grant { (grant_form(app, (&base, &back), &unit, asked, &duties)) }
    };
    Ok(layout::page(app, who, Page { title: "免除", here: path::PLANS, content }))
}

fn duties(campaign: &Running) -> Vec<(String, String)> {
    let newest = campaign.newest();
    newest.plan.duties.iter().map(|duty| (duty.id.clone(), duty.name.clone())).collect()
}

fn duty_name<'a>(duties: &'a [(String, String)], id: &'a str) -> &'a str {
    duties.iter().find(|(known, _)| known == id).map_or(id, |(_, name)| name)
}

fn period_words(row: &Exemption) -> String {
    row.period_start
        .as_ref()
        .map_or_else(|| "全部".to_owned(), |start| format!("自 {start} 的一期"))
}

/// `back` is the way back to the list for those who may revoke.
fn table(
    (app, names): (&App, &Names),
    (duties, heads): (&[(String, String)], &Heads<'_>),
    rows: &[Exemption],
    back: Option<&Markup>,
) -> Markup {
    let tree = app.live.tree();
    html! {
        table.stack {
            thead { tr { th { "对象" } (heads.th("duty")) (heads.th("period")) th { "理由" } (heads.th("granted")) th { "状态" } } }
            tbody {
                @for row in rows {
                    tr {
                        td data-label="对象" {
                            (tree.full_name(&row.unit))
                            @if let Some(name) = names.people.get(&row.subject) {
                                " " a href=(path::person(&row.subject)) { (name) }
                            } @else if row.subject != row.unit { " 的一人" }
                        }
                        td data-label="任务" { (duty_name(duties, &row.duty)) }
                        td data-label="周期" { (period_words(row)) }
                        td data-label="理由" { (row.reason) }
                        td data-label="免除" { (names.granter(row)) " " span.small.muted { (text::moment(row.granted_at)) } }
                        td data-label="状态" {
                            @if let Some(at) = row.revoked_at { (tag("已撤销", Tone::Faint)) " " span.small.muted { (text::moment(at)) } }
                            @else if let Some(back) = back {
                                form method="post" action=(format!("{}/{}/revoke", heads.base, row.id)) {
                                    (back)
                                    button.quiet.slim type="submit" { "撤销" }
                                }
                            } @else { (tag("有效", Tone::Good)) }
                        }
                    }
                }
            }
        }
    }
}

struct Exemptions {
    who: SignedIn,
    narrow: Narrow,
    duties: Vec<(String, String)>,
    after: String,
}

impl Rows for Exemptions {
    async fn next(&mut self, app: &App) -> Result<Vec<Row>, WebError> {
        let mut conn = app.store.read().await?;
        let part = Part::after(&self.after, PART);
        let found = stored::exemptions_page(&mut conn, &self.narrow, part).await?;
        drop(conn);
        if let Some(last) = found.last() {
            self.after.clone_from(&last.id);
        }
        let names = Names::read(app, &self.who, &self.narrow.scope, &found).await?;
        let tree = app.live.tree();
        let row = |it: &Exemption| -> Row {
            let person = match names.people.get(&it.subject) {
                Some(name) => name.as_str(),
                None if it.subject == it.unit => "",
                None => "（一人）",
            };
            vec![
                tree.full_name(&it.unit).into(),
                person.into(),
                duty_name(&self.duties, &it.duty).into(),
                period_words(it).into(),
                it.reason.as_str().into(),
                names.granter(it).into(),
                text::moment(it.granted_at).into(),
                it.revoked_at.map(text::moment).into(),
            ]
        };
        Ok(found.iter().map(row).collect())
    }
}

const COLUMNS: &[(&str, f64)] = &[
    ("单位", 30.0),
    ("姓名", 12.0),
    ("任务", 30.0),
    ("周期", 18.0),
    ("理由", 36.0),
    ("免除人", 12.0),
    ("免除时间", 18.0),
    ("撤销时间", 18.0),
];

async fn export(
    app: &AppState,
    who: &SignedIn,
    id: &str,
    asked: Asked,
) -> Result<Response, WebError> {
    let campaign = seen(app, who, id)?;
    let tree = app.live.tree();
    let unit = tree.scope(&who.actor, Action::Read, Some(&asked.unit))?.unit.id.clone();
    let duties = duties(&campaign);
    let wanted = Wanted {
        list: "exemptions",
        title: format!("{}的免除", campaign.campaign.name),
        narrowed: export::narrowed(&[
            ("单位", &tree.full_name(&unit)),
            ("任务", duty_name(&duties, &asked.duty)),
            ("查找", &asked.q),
            ("状态", if asked.all == "1" { "含已撤销" } else { "" }),
        ]),
        columns: COLUMNS,
        permit: tree.permit(&who.actor, Action::Export, &unit)?,
    };
    let narrow = asked.narrow(id, &unit, shows_names(&tree, who, &unit));
    let rows = Exemptions { who: who.clone(), narrow, duties, after: String::new() };
    export::answer(app, who, wanted, rows).await
}

fn grant_form(
    app: &App,
    (base, back): (&str, &Markup),
    unit: &str,
    asked: &Asked,
    duties: &[(String, String)],
) -> Markup {
    let tree = app.live.tree();
    html! {
        section.card {
            h2 { "免除一项任务" }
            form method="post" action=(base) {
                (back)
                @if asked.subject.is_empty() {
                    (field("单位", Some("下级单位请先在上面切换到它的上级"), html! { select name="unit" { (options(tree.choice(unit), unit)) } }))
                    @if tree.school_of(unit).is_some() {
                        (field("姓名、学号或工号", Some("只免一人时填写，在所选单位及其下级中查找；不填则免除整个单位"), html! {
                            input type="text" name="person" value=(asked.typed.person) maxlength="40" autocomplete="off";
                        }))
                    }
                } @else {
                    input type="hidden" name="unit" value=(unit);
                    input type="hidden" name="subject" value=(asked.subject);
                    p { "对象：" (tree.full_name(unit)) " 的一人 " a href=(path::person(&asked.subject)) { "查看" } }
                }
                (field("任务", None, html! {
                    select name="duty" required { (options(duties.iter().map(|(id, name)| (id.as_str(), name.as_str())), &asked.duty)) }
                }))
                (field("只免哪一期", Some("这一期的第一天；不填则各期都免"), html! { input type="date" name="period_start" value=(asked.typed.period_start); }))
                (field("理由", Some("如：无手机、境外手机号、病假、本学期停办"), html! { input name="reason" required maxlength="200" value=(asked.typed.reason); }))
                button type="submit" { "免除" }
            }
        }
    }
}
