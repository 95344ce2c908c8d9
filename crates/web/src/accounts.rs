//! Accounts: who may sign in, and with which roles where.

mod bulk;
mod change;
mod list;
mod new;

use axum::extract::{Path, State};
use campaign::access::{Action, Actor, Grant, Permit, Role};
use maud::{Markup, html};
use storage::account::{self, Account, Standing};
use storage::people;

use crate::layout::{self, Page, Tone, field, heading, note, options, tag};
use crate::live::Tree;
use crate::session::SignedIn;
use crate::{App, AppState, WebError, path, text};

pub(crate) use bulk::{make_for_teachers, teachers};
pub(crate) use change::{change, grant, revoke};
pub(crate) use list::list;
pub(crate) use new::{add, add_form};

/// Whether one can sign in with it now.
fn standing(it: &Account, now: i64) -> Standing {
    if it.disabled_at.is_some() {
        Standing::Disabled
    } else if it.locked_until.is_some_and(|until| now < until) {
        Standing::Locked
    } else if it.must_change_password {
        Standing::Unused
    } else {
        Standing::Usable
    }
}

const fn standing_words(standing: Standing) -> (&'static str, Tone) {
    match standing {
        Standing::Usable => ("正常", Tone::Good),
        Standing::Unused => ("待改密码", Tone::Warn),
        Standing::Locked => ("暂锁", Tone::Bad),
        Standing::Disabled => ("已停用", Tone::Faint),
    }
}

fn state(it: &Account, now: i64) -> Markup {
    let (words, tone) = standing_words(standing(it, now));
    tag(words, tone)
}

/// An account that the actor may manage: every role it holds lies in the
/// actor's own scope, so that nobody reaches up through a shared account.
pub(super) async fn managed(
    app: &App,
    actor: &Actor,
    id: &str,
) -> Result<(Account, Vec<Grant>, Permit), WebError> {
    let mut conn = app.store.read().await?;
    let it = account::by_id(&mut conn, id).await?.ok_or(WebError::NotFound)?;
    let grants = account::grants_of(&mut conn, id).await?;
    drop(conn);
    let tree = app.live.tree();
    let root = tree.root().map(|node| node.unit.id.clone()).unwrap_or_default();
    let mut permit = None;
    for grant in &grants {
        permit = Some(tree.permit(actor, Action::ManageAccounts, &grant.unit)?);
    }
    let permit = match permit {
        Some(permit) => permit,
        None => tree.permit(actor, Action::ManageAccounts, &root)?,
    };
    Ok((it, grants, permit))
}

pub(crate) async fn show(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Result<Markup, WebError> {
    page(&app, &who, &id, None).await
}

/// The page of an account, with a note or a password that is shown once.
pub(super) async fn page(
    app: &App,
    who: &SignedIn,
    id: &str,
    note_part: Option<Markup>,
) -> Result<Markup, WebError> {
    let (it, grants, _) = managed(app, &who.actor, id).await?;
    let tree = app.live.tree();
    let mut conn = app.store.read().await?;
    let person = match &it.person {
        Some(person) => people::by_id(&mut conn, &app.store.sealer, person).await?,
        None => None,
    };
    drop(conn);
    let now = app.clock.now();
    let is_own = it.id == who.actor.account;
    let to = |last: &str| format!("{}/{}/{last}", path::ACCOUNTS, it.id);
    let verb = |what: &str, label: &str, class: &'static str| {
        html! {
            form method="post" action=(to("change")) {
                input type="hidden" name="what" value=(what);
                input type="hidden" name="revision" value=(it.revision);
                button class=(class) type="submit" { (label) }
            }
        }
    };
    let roles = Role::ALL.iter().map(|role| (role.code(), role.chinese()));
    let content = html! {
        (layout::crumbs(&[("账号".to_owned(), path::ACCOUNTS.to_owned()), (it.sign_in_name.clone(), String::new())]))
        (heading(&it.display_name, None))
        @if let Some(part) = &note_part { (part) }
        div.two {
            div {
                section.card {
                    h2 { "基本情况" }
                    dl.facts {
                        dt { "登录名" } dd { (it.sign_in_name) }
                        @if let Some(person) = &person { dt { "人员" } dd { a href=(path::person(&person.id)) { (person.name) } " · " (tree.full_name(&person.unit)) } }
                        @if let Some(email) = &it.email { dt { "邮箱" } dd { (email) } }
                        dt { "开户" } dd { (text::moment(it.created_at)) }
                        dt { "状态" } dd { (state(&it, now)) @if it.failures > 0 { span.muted { " 连续输错密码 " (it.failures) " 次" } } }
                    }
                }
                section.card.flush {
                    h2.inset { "职责与范围" }
                    @if grants.is_empty() { p.empty { "还没有职责，登录后什么也看不到。" } }
                    table.stack {
                        tbody {
                            @for grant in &grants {
                                tr {
                                    td data-label="职责" { (grant.role.chinese()) }
                                    td data-label="范围" { (tree.full_name(&grant.unit)) "及下级" }
                                    td data-label="操作" {
                                        @if !(is_own && grant.role == Role::Administrator) {
                                            form method="post" action=(to("revoke")) {
                                                input type="hidden" name="role" value=(grant.role.code());
                                                input type="hidden" name="unit" value=(grant.unit);
                                                button.quiet type="submit" { "收回" }
                                            }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
                form.card method="post" action=(to("grant")) {
                    h2 { "授予职责" }
                    (field("职责", None, html! { select name="role" { (options(roles, "")) } }))
                    (field("范围（单位）", Some("填单位全称，如“阳光小学”或“阳光小学 三年级1班”"), html! { input type="text" name="unit" required maxlength="120"; }))
                    button type="submit" { "授予" }
                }
            }
            div {
                section.card {
                    h2 { "操作" }
                    @if is_own { p.muted { "这是您自己的账号；密码请在“我的账号”中修改，停用请联系其他管理员。" } }
                    @else {
                        div.actions {
                            (verb("reset", "重置密码", "quiet"))
                            @if it.locked_until.is_some_and(|until| now < until) || it.failures > 0 { (verb("unlock", "解锁", "quiet")) }
                            @if it.disabled_at.is_some() { (verb("enable", "启用", "quiet")) }
                            @else { (verb("disable", "停用", "danger")) }
                        }
                    }
                }
                section.card {
                    h2 { "审计" }
                    a href=(path::with_query(path::AUDIT, &[("account", &it.sign_in_name)])) { "此人的操作记录" }
                }
            }
        }
    };
    Ok(layout::page(app, who, Page { title: "账号", here: path::ACCOUNTS, content }))
}

/// The unit that a form names by its full name, its own name or its code.
pub(super) fn named_unit<'a>(
    tree: &'a Tree,
    actor: &Actor,
    value: &str,
) -> Result<&'a crate::live::Node, WebError> {
    let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
    let mine = |id: &str| tree.permit(actor, Action::ManageAccounts, id).is_ok();
    if let Some(node) = tree.get(&value).filter(|node| mine(&node.unit.id)) {
        return Ok(node);
    }
    let open = || tree.iter().filter(|node| node.unit.closed_on.is_none());
    let full: Vec<_> = open()
        .filter(|node| {
            tree.full_name(&node.unit.id) == value || node.unit.code.as_deref() == Some(&value)
        })
        .filter(|node| mine(&node.unit.id))
        .collect();
    let found = if full.is_empty() {
        open().filter(|node| node.unit.name == value && mine(&node.unit.id)).collect()
    } else {
        full
    };
    match found.as_slice() {
        [one] => Ok(one),
        [] => Err(WebError::invalid(format!("“范围”中没有找到您管理的单位“{value}”。"))),
        many => {
            let names: Vec<String> =
                many.iter().take(5).map(|node| tree.full_name(&node.unit.id)).collect();
            Err(WebError::invalid(format!(
                "有 {} 个单位叫“{value}”，请填全称，如：{}。",
                many.len(),
                names.join("、")
            )))
        }
    }
}

/// A password to begin with: twelve letters and digits that are not mistaken
/// for one another, in three groups.
pub(super) fn initial_password() -> Result<String, WebError> {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz";
    const DIGITS: &[u8] = b"23456789";
    let mut bytes = [0_u8; 12];
    getrandom::fill(&mut bytes).map_err(|error| WebError::Internal(error.to_string()))?;
    let mut text = String::with_capacity(14);
    for (index, byte) in bytes.iter().enumerate() {
        if index > 0 && index % 4 == 0 {
            text.push('-');
        }
        let from = if index % 4 == 3 { DIGITS } else { LETTERS };
        let place = usize::from(*byte) % from.len();
        text.push(char::from(from.get(place).copied().unwrap_or(b'a')));
    }
    Ok(text)
}

/// The note that shows a password, once.
pub(super) fn password_note(name: &str, password: &str) -> Markup {
    html! {
        section.card {
            (note("请抄下或打印初始密码，离开本页后不再显示；首次登录须修改。", Tone::Warn))
            div.slip {
                p { "登录名：" code { (name) } }
                p { "初始密码：" code { (password) } }
            }
        }
    }
}
