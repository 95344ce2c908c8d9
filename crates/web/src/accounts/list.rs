//! The list of accounts below a unit.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use campaign::access::{Action, Grant, Role};
use maud::{Markup, html};
use serde::Deserialize;
use storage::account::{self, Account, Filter, Key as By, Standing};
use storage::{Order, Part};

use super::{standing, standing_words, state};
use crate::export::{self, PART, Row, Rows, Wanted};
use crate::layout::{self, Page, empty, field, heading, options};
use crate::live::{Node, Tree};
use crate::paging::At;
use crate::session::SignedIn;
use crate::sort::{Heads, Key, Sort, falling, rising};
use crate::{App, AppState, WebError, path, text, units};

const PAGE: usize = 50;
const KEYS: &[Key] =
    &[rising("sign-in", "登录名"), rising("name", "姓名"), falling("created", "开户")];

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    unit: String,
    q: String,
    role: String,
    state: String,
    sort: String,
    #[serde(flatten)]
    at: At,
    format: String,
}

impl Asked {
    fn filter<'a>(&'a self, unit: &'a str, now: i64, part: Part<'a>) -> Filter<'a> {
        let sort = Sort::read(&self.sort, KEYS);
        let key = match sort.code {
            "name" => By::DisplayName,
            "created" => By::Created,
            _ => By::SignInName,
        };
        Filter {
            unit,
            search: self.q.trim(),
            role: Role::from_code(&self.role),
            standing: Standing::from_code(&self.state),
            now,
            order: Order { key, descending: sort.descending },
            part,
        }
    }
}

/// An account with its roles.
type Held = (Account, Vec<Grant>);

async fn read(app: &App, filter: &Filter<'_>) -> Result<Vec<Held>, WebError> {
    let mut conn = app.store.read().await?;
    let found = account::below(&mut conn, filter).await?;
    let ids: Vec<String> = found.iter().map(|it| it.id.clone()).collect();
    let mut grants = account::grants_of_many(&mut conn, &ids).await?;
    Ok(found
        .into_iter()
        .map(|it| {
            let held = grants.remove(&it.id).unwrap_or_default();
            (it, held)
        })
        .collect())
}

pub(crate) async fn list(
    State(app): State<AppState>,
    who: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let tree = app.live.tree();
    let top = tree.scope(&who.actor, Action::ManageAccounts, Some(&asked.unit))?;
    if asked.format == "xlsx" {
        return export(&app, &who, top, &asked).await;
    }
    let unit = top.unit.id.as_str();
    let now = app.clock.now();
    let mut rows = read(&app, &asked.filter(unit, now, asked.at.part(PAGE))).await?;
    let turn = asked.at.turn(&mut rows, PAGE, |(it, _)| it.id.clone());
    let sort = Sort::read(&asked.sort, KEYS);
    let narrowing = [
        ("unit", unit),
        ("q", asked.q.trim()),
        ("role", asked.role.as_str()),
        ("state", asked.state.as_str()),
    ];
    let heads = Heads { base: path::ACCOUNTS, pairs: &narrowing, keys: KEYS, sort };
    let order = sort.text();
    let mut pairs = narrowing.to_vec();
    pairs.push(("sort", &order));
    let may_export = tree.permit(&who.actor, Action::Export, unit).is_ok();
    let content = html! {
        @if top.parent.is_some() { (units::trail(&tree, &who, unit, false)) }
        (heading("账号", Some(html! {
            @if may_export { (export::button(&export::href(path::ACCOUNTS, &pairs))) }
            a.button.quiet href=(path::with_query("/accounts/teachers", &[("unit", unit)])) { "班主任批量开户" }
            a.button href=(path::with_query("/accounts/new", &[("unit", unit)])) { "新增账号" }
        })))
        (filter_form(&asked, unit, &heads))
        @if rows.is_empty() { (empty("没有符合条件的账号。", None)) } @else {
            section.card.flush {
                (table(&tree, &rows, now, &heads))
                (turn.pager(path::ACCOUNTS, &pairs))
            }
        }
    };
    Ok(layout::page(&app, &who, Page { title: "账号", here: path::ACCOUNTS, content })
        .into_response())
}

fn filter_form(asked: &Asked, unit: &str, heads: &Heads<'_>) -> Markup {
    let roles = std::iter::once(("", "全部职责"))
        .chain(Role::ALL.iter().map(|role| (role.code(), role.chinese())));
    let states = std::iter::once(("", "全部状态"))
        .chain(Standing::ALL.into_iter().map(|it| (it.code(), standing_words(it).0)));
    html! {
        form.filter method="get" action=(path::ACCOUNTS) role="search" {
            input type="hidden" name="unit" value=(unit);
            (field("登录名或姓名", None, html! { input type="search" name="q" value=(asked.q.trim()); }))
            (field("职责", None, html! { select name="role" { (options(roles, &asked.role)) } }))
            (field("状态", None, html! { select name="state" { (options(states, &asked.state)) } }))
            (heads.choice())
            button.quiet type="submit" { "查找" }
        }
    }
}

fn table(tree: &Tree, rows: &[Held], now: i64, heads: &Heads<'_>) -> Markup {
    html! {
        table.stack {
            thead { tr { (heads.th("sign-in")) (heads.th("name")) th { "职责" } (heads.th("created")) th { "状态" } } }
            tbody {
                @for (it, grants) in rows {
                    tr {
                        td data-label="登录名" { a href=(format!("{}/{}", path::ACCOUNTS, it.id)) { (it.sign_in_name) } }
                        td data-label="姓名" { (it.display_name) }
                        td data-label="职责" { (grant_words(tree, grants, 3)) }
                        td data-label="开户" { (text::moment(it.created_at)) }
                        td data-label="状态" { (state(it, now)) }
                    }
                }
            }
        }
    }
}

/// The first `most` roles in words.
fn grant_words(tree: &Tree, grants: &[Grant], most: usize) -> String {
    let words: Vec<String> = grants
        .iter()
        .take(most)
        .map(|grant| format!("{} {}", tree.full_name(&grant.unit), grant.role.chinese()))
        .collect();
    let more =
        if most < grants.len() { format!(" 等 {} 项", grants.len()) } else { String::new() };
    format!("{}{more}", words.join("；"))
}

struct Accounts {
    asked: Asked,
    unit: String,
    after: String,
}

impl Rows for Accounts {
    async fn next(&mut self, app: &App) -> Result<Vec<Row>, WebError> {
        let tree = app.live.tree();
        let now = app.clock.now();
        let rows =
            read(app, &self.asked.filter(&self.unit, now, Part::after(&self.after, PART)))
                .await?;
        if let Some((last, _)) = rows.last() {
            self.after.clone_from(&last.id);
        }
        let row = |(it, grants): &Held| {
            vec![
                it.sign_in_name.as_str().into(),
                it.display_name.as_str().into(),
                grant_words(&tree, grants, usize::MAX).into(),
                text::moment(it.created_at).into(),
                standing_words(standing(it, now)).0.into(),
            ]
        };
        Ok(rows.iter().map(row).collect())
    }
}

async fn export(
    app: &AppState,
    who: &SignedIn,
    top: &Node,
    asked: &Asked,
) -> Result<Response, WebError> {
    let unit = top.unit.id.as_str();
    let wanted = Wanted {
        list: "accounts",
        title: format!("{}账号", top.unit.name),
        narrowed: export::narrowed(&[
            ("查找", &asked.q),
            ("职责", Role::from_code(&asked.role).map_or("", Role::chinese)),
            ("状态", Standing::from_code(&asked.state).map_or("", |it| standing_words(it).0)),
        ]),
        columns: &[
            ("登录名", 20.0),
            ("姓名", 14.0),
            ("职责", 50.0),
            ("开户", 18.0),
            ("状态", 10.0),
        ],
        permit: app.live.tree().permit(&who.actor, Action::Export, unit)?,
    };
    let rows = Accounts { asked: asked.clone(), unit: unit.to_owned(), after: String::new() };
    export::answer(app, who, wanted, rows).await
}
