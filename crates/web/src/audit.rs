//! The audit chain, read by those entitled to: who did what, when, where.

mod words;

use std::collections::HashMap;

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use campaign::access::Action;
use maud::{Markup, html};
use serde::Deserialize;
use storage::audit::{self, Entry, Search};
use storage::{Part, account};

use crate::clock::{end_of, start_of};
use crate::export::{self, PART, Row, Rows, Wanted};
use crate::layout::{self, Page, empty, field, heading, options};
use crate::live::{Node, Tree};
use crate::paging::At;
use crate::session::SignedIn;
use crate::sort::{Heads, Key, Sort, falling};
use crate::{App, AppState, WebError, path, text, units};

use words::{action_words, verb};

const PAGE: usize = 50;
const KEYS: &[Key] = &[falling("at", "时间")];

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    unit: String,
    account: String,
    object: String,
    action: String,
    from: String,
    until: String,
    sort: String,
    /// By the seqs of lines.
    #[serde(flatten)]
    at: At,
    format: String,
}

impl Asked {
    /// What is asked of the chain, for a reader whose lines are those of `top`.
    async fn search(&self, app: &App, top: &Node) -> Result<Search, WebError> {
        let name = self.account.trim().to_lowercase();
        let account = if name.is_empty() {
            None
        } else {
            // A name that nobody has finds nothing, not everything.
            let mut conn = app.store.read().await?;
            let found = account::by_name(&mut conn, &name).await?;
            Some(found.map_or_else(|| "-".to_owned(), |account| account.id))
        };
        let day = |text: &str, name| {
            (!text.is_empty()).then(|| text::parse_date(text, name)).transpose()
        };
        Ok(Search {
            account,
            object: Some(self.object.trim().to_owned()).filter(|it| !it.is_empty()),
            action: Some(self.action.clone()).filter(|it| !it.is_empty()),
            // The topmost unit sees the house's own lines, too.
            unit: top.parent.map(|_| top.unit.id.clone()),
            from: day(&self.from, "从")?.map(start_of),
            until: day(&self.until, "到")?.map(|day| end_of(day) + 1),
            oldest_first: !Sort::read(&self.sort, KEYS).descending,
        })
    }
}

pub(crate) async fn show(
    State(app): State<AppState>,
    who: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let tree = app.live.tree();
    let top = tree.scope(&who.actor, Action::Audit, Some(&asked.unit))?;
    let search = asked.search(&app, top).await?;
    if asked.format == "xlsx" {
        return export(&app, &who, (top, search), &asked).await;
    }
    let mut conn = app.store.read().await?;
    let mut lines = audit::search(&mut conn, &search, asked.at.part(PAGE)).await?;
    let turn = asked.at.turn(&mut lines, PAGE, |it| it.seq.to_string());
    let names = names(&mut conn, &lines).await?;
    drop(conn);
    let sort = Sort::read(&asked.sort, KEYS);
    let narrowing = [
        ("unit", top.unit.id.as_str()),
        ("account", asked.account.trim()),
        ("object", asked.object.trim()),
        ("action", asked.action.as_str()),
        ("from", asked.from.as_str()),
        ("until", asked.until.as_str()),
    ];
    let heads = Heads { base: path::AUDIT, pairs: &narrowing, keys: KEYS, sort };
    let order = sort.text();
    let mut pairs = narrowing.to_vec();
    pairs.push(("sort", &order));
    let may_export = tree.permit(&who.actor, Action::Export, &top.unit.id).is_ok();
    let content = html! {
        @if top.parent.is_some() { (units::trail(&tree, &who, &top.unit.id, false)) }
        (heading("审计", may_export.then(|| export::button(&export::href(path::AUDIT, &pairs)))))
        p.lede { "每一次变更和敏感查看都在这里，前后相扣；改动、删去或插入任何一行都会在校验时显出。" }
        (filter_form(&asked, &top.unit.id, &heads))
        @if lines.is_empty() { (empty("没有符合条件的记录。", None)) } @else {
            section.card.flush {
                (table(&tree, &lines, &names, &heads))
                (turn.pager(path::AUDIT, &pairs))
            }
        }
    };
    Ok(layout::page(&app, &who, Page { title: "审计", here: path::AUDIT, content })
        .into_response())
}

fn filter_form(asked: &Asked, unit: &str, heads: &Heads<'_>) -> Markup {
    let actions = std::iter::once(("", "全部"))
        .chain(Action::ALL.iter().map(|action| (action.code(), action_words(action.code()))));
    html! {
        form.filter method="get" action=(path::AUDIT) role="search" {
            input type="hidden" name="unit" value=(unit);
            (field("登录名", None, html! { input type="search" name="account" value=(asked.account.trim()); }))
            (field("权限", None, html! { select name="action" { (options(actions, &asked.action)) } }))
            (field("对象（如 person/编号）", None, html! { input type="search" name="object" value=(asked.object.trim()); }))
            (field("从", None, html! { input type="date" name="from" value=(asked.from); }))
            (field("到", None, html! { input type="date" name="until" value=(asked.until); }))
            (heads.choice())
            button.quiet type="submit" { "查找" }
        }
    }
}

async fn names(
    conn: &mut storage::Conn,
    lines: &[Entry],
) -> Result<HashMap<String, String>, WebError> {
    let mut ids: Vec<String> =
        lines.iter().filter_map(|entry| entry.line.account.clone()).collect();
    ids.sort();
    ids.dedup();
    Ok(account::names(conn, &ids).await?)
}

struct Lines {
    search: Search,
    after: String,
}

impl Rows for Lines {
    async fn next(&mut self, app: &App) -> Result<Vec<Row>, WebError> {
        let tree = app.live.tree();
        let mut conn = app.store.read().await?;
        let lines =
            audit::search(&mut conn, &self.search, Part::after(&self.after, PART)).await?;
        let names = names(&mut conn, &lines).await?;
        drop(conn);
        if let Some(last) = lines.last() {
            self.after = last.seq.to_string();
        }
        let row = |Entry { seq, line, hash }: &Entry| {
            vec![
                (*seq).into(),
                text::moment(line.at).into(),
                who_words(line.account.as_deref(), &names).into(),
                verb(&line.action).into(),
                line.unit.as_deref().map(|unit| tree.full_name(unit)).into(),
                line.object.as_str().into(),
                line.detail.as_str().into(),
                hash.as_str().into(),
            ]
        };
        Ok(lines.iter().map(row).collect())
    }
}

const COLUMNS: &[(&str, f64)] = &[
    ("序号", 10.0),
    ("时间", 18.0),
    ("操作人", 12.0),
    ("操作", 22.0),
    ("单位", 28.0),
    ("对象", 44.0),
    ("内容", 50.0),
    ("校验值", 66.0),
];

async fn export(
    app: &AppState,
    who: &SignedIn,
    (top, search): (&Node, Search),
    asked: &Asked,
) -> Result<Response, WebError> {
    let wanted = Wanted {
        list: "audit",
        title: format!("{}审计记录", top.unit.name),
        narrowed: export::narrowed(&[
            ("登录名", &asked.account),
            ("权限", if asked.action.is_empty() { "" } else { action_words(&asked.action) }),
            ("对象", &asked.object),
            ("从", &asked.from),
            ("到", &asked.until),
        ]),
        columns: COLUMNS,
        permit: app.live.tree().permit(&who.actor, Action::Export, &top.unit.id)?,
    };
    export::answer(app, who, wanted, Lines { search, after: String::new() }).await
}

fn who_words<'a>(account: Option<&str>, names: &'a HashMap<String, String>) -> &'a str {
    match account {
        Some(id) => names.get(id).map_or("（已删除账号）", String::as_str),
        None => "系统",
    }
}

fn table(
    tree: &Tree,
    lines: &[Entry],
    names: &HashMap<String, String>,
    heads: &Heads<'_>,
) -> Markup {
    html! {
        table.stack {
            thead { tr { th.number { "序号" } (heads.th("at")) th { "操作人" } th { "操作" } th { "单位" } th { "对象" } th { "内容" } } }
            tbody {
                @for Entry { seq, line, .. } in lines {
                    tr {
                        td.number data-label="序号" { (seq) }
                        td data-label="时间" { (text::moment(line.at)) }
                        td data-label="操作人" { (who_words(line.account.as_deref(), names)) }
                        td data-label="操作" { (verb(&line.action)) }
                        td data-label="单位" { @if let Some(unit) = &line.unit { (tree.full_name(unit)) } }
                        td data-label="对象" { (object(&line.object)) }
                        td data-label="内容" { (line.detail) }
                    }
                }
            }
        }
    }
}

/// Objects with a page of their own become links.
fn object(object: &str) -> Markup {
    let href = match object.split_once('/') {
        Some(("person", id)) => Some(path::person(id)),
        Some(("unit", id)) => Some(path::unit(id)),
        Some(("record", id)) => Some(path::record(id)),
        Some(("account", id)) => Some(format!("{}/{id}", path::ACCOUNTS)),
        _ => None,
    };
    let (kind, _) = object.split_once('/').unwrap_or((object, ""));
    let word = match kind {
        "person" => "人员",
        "unit" => "单位",
        "record" => "记录",
        "account" => "账号",
        "post" => "岗位",
        "setting" => "设置",
        "session" => "会话",
        other => other,
    };
    html! { @match href { Some(href) => a href=(href) { (word) }, None => (word) } }
}
