//! Accounts for all class teachers of a school at once, with slips to hand out.

use std::collections::{HashMap, HashSet};

use axum::Form;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use campaign::access::{Action, Role};
use maud::{Markup, html};
use serde::Deserialize;
use storage::account::{self, Account, NewAccount};
use storage::people::{self, Person, Scope};
use storage::post;

use super::initial_password;
use crate::app::new_id;
use crate::layout::{self, Page, Tone, empty, heading, note};
use crate::live::{Node, Tree};
use crate::session::SignedIn;
use crate::setup::sign_in_name;
use crate::{App, AppState, WebError, password, path, units};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    unit: String,
}

/// Accounts made at a time; hashing passwords takes its time on purpose.
const MOST: usize = 300;

/// Class teachers of a scope: the person with the classes they lead.
async fn waiting(app: &App, top: &Node) -> Result<Vec<(Person, Vec<String>)>, WebError> {
    let today = app.clock.today().to_string();
    let mut conn = app.store.read().await?;
    let holders = post::holders(&mut conn, Scope::Below(&top.unit.id), &today).await?;
    let mut classes: HashMap<String, Vec<String>> = HashMap::new();
    for it in holders {
        if matches!(it.appointment.post.as_str(), "class-teacher" | "counsellor") {
            classes.entry(it.appointment.person).or_default().push(it.appointment.unit);
        }
    }
    let mut ids: Vec<String> = classes.keys().cloned().collect();
    ids.sort();
    let has = account::people_with(&mut conn, &ids).await?;
    ids.retain(|id| !has.contains(id));
    let found = people::by_ids(&mut conn, &app.store.sealer, &ids).await?;
    Ok(found
        .into_iter()
        .map(|it| {
            let classes = classes.remove(&it.id).unwrap_or_default();
            (it, classes)
        })
        .collect())
}

pub(crate) async fn teachers(
    State(app): State<AppState>,
    who: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Markup, WebError> {
    let tree = app.live.tree();
    let top = tree.scope(&who.actor, Action::ManageAccounts, Some(&asked.unit))?;
    let waiting = waiting(&app, top).await?;
    let unit = top.unit.id.as_str();
    let content = html! {
        (units::trail(&tree, &who, unit, false))
        (heading("班主任批量开户", None))
        @if waiting.is_empty() {
            (empty("这里的班主任都已有账号，或还没有任命班主任。", Some(html! { a href=(path::unit(unit)) { "查看岗位" } })))
        } @else {
            section.card {
                p { "以下 " (waiting.len()) " 名班主任还没有账号。" @if waiting.len() > MOST { "每次最多开 " (MOST) " 个，请分校办理或多次操作。" } }
                p { "将各开一个账号，范围为所带班级；初始密码只显示一次，可打印成条发放，首次登录须修改。" }
                form method="post" action="/accounts/teachers" {
                    input type="hidden" name="unit" value=(unit);
                    button type="submit" { "全部开户" }
                }
            }
            section.card.flush {
                table.stack {
                    thead { tr { th { "姓名" } th { "工号" } th { "班级" } } }
                    tbody {
                        @for (it, classes) in waiting.iter().take(MOST) {
                            tr {
                                td data-label="姓名" { (it.name) }
                                td data-label="工号" { (it.staff_no.as_deref().unwrap_or("—")) }
                                td data-label="班级" { (class_names(&tree, classes)) }
                            }
                        }
                    }
                }
            }
        }
    };
    Ok(layout::page(&app, &who, Page { title: "批量开户", here: path::ACCOUNTS, content }))
}

fn class_names(tree: &Tree, classes: &[String]) -> String {
    classes.iter().map(|id| tree.full_name(id)).collect::<Vec<_>>().join("、")
}

pub(crate) async fn make_for_teachers(
    State(app): State<AppState>,
    who: SignedIn,
    Form(asked): Form<Asked>,
) -> Result<Response, WebError> {
    let tree = app.live.tree();
    let top = tree.scope(&who.actor, Action::ManageAccounts, Some(&asked.unit))?;
    let permit = tree.permit(&who.actor, Action::ManageAccounts, &top.unit.id)?;
    let mut waiting = waiting(&app, top).await?;
    waiting.truncate(MOST);
    let names = free_names(&app, &waiting).await?;
    let mut made = Vec::with_capacity(waiting.len());
    let mut slips = Vec::with_capacity(waiting.len());
    for ((it, classes), name) in waiting.iter().zip(names) {
        let secret = initial_password()?;
        made.push(NewAccount {
            account: Account {
                id: new_id(),
                sign_in_name: name.clone(),
                display_name: it.name.clone(),
                person: Some(it.id.clone()),
                email: None,
                password_hash: password::hash(secret.clone()).await?,
                must_change_password: true,
                failures: 0,
                locked_until: None,
                disabled_at: None,
                created_at: app.clock.now(),
                revision: 1,
            },
            grants: classes.iter().map(|unit| (Role::Teacher, unit.clone())).collect(),
        });
        slips.push((it.name.clone(), class_names(&tree, classes), name, secret));
    }
    let mut tx = app.store.write(app.clock.now()).await?;
    account::insert_many(&mut tx, &permit, &made).await?;
    tx.commit().await?;
    let content = html! {
        (heading("账号条", None))
        (note(&format!("已开 {} 个账号。初始密码只在本页显示一次，请现在打印（浏览器的“打印”），剪开发给本人。", slips.len()), Tone::Warn))
        div.slips {
            @for (name, classes, sign_in, secret) in &slips {
                div.slip {
                    p { strong { (name) } " " span.muted.small { (classes) } }
                    p { "登录名：" code { (sign_in) } }
                    p { "初始密码：" code { (secret) } }
                    p.muted.small { "首次登录须修改密码。" }
                }
            }
        }
        p.actions { a.button.quiet href=(path::with_query(path::ACCOUNTS, &[("unit", &top.unit.id)])) { "返回账号" } }
    };
    Ok(layout::page(&app, &who, Page { title: "账号条", here: path::ACCOUNTS, content })
        .into_response())
}

/// A sign-in name for each: the staff number where it serves and is free, else
/// a number behind `bzr`.
async fn free_names(
    app: &App,
    people: &[(Person, Vec<String>)],
) -> Result<Vec<String>, WebError> {
    let wish = |it: &Person| it.staff_no.as_deref().and_then(|no| sign_in_name(no).ok());
    let wishes: Vec<String> = people.iter().filter_map(|(it, _)| wish(it)).collect();
    let mut conn = app.store.read().await?;
    let mut taken: HashSet<String> = account::taken(&mut conn, &wishes).await?;
    let mut number = account::count(&mut conn).await?;
    let mut names = Vec::with_capacity(people.len());
    for (it, _) in people {
        let mut name = wish(it).filter(|name| !taken.contains(name));
        while name.is_none() {
            number += 1;
            let next = format!("bzr{number:05}");
            let is_free =
                !taken.contains(&next) && account::by_name(&mut conn, &next).await?.is_none();
            name = Some(next).filter(|_| is_free);
        }
        let name = name.unwrap_or_default();
        taken.insert(name.clone());
        names.push(name);
    }
    Ok(names)
}
