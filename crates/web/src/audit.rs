//! The audit chain, read by those entitled to: who did what, when, where.

use std::collections::HashMap;

use axum::extract::{Query, State};
use campaign::access::Action;
use maud::{Markup, html};
use serde::Deserialize;
use storage::account;
use storage::audit::{self, Entry, Search};

use crate::layout::{self, Page, empty, field, heading, options};
use crate::live::Tree;
use crate::session::SignedIn;
use crate::{AppState, WebError, path, text, units};

const PAGE: i64 = 50;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    unit: String,
    account: String,
    object: String,
    action: String,
    /// The seq before which the page begins.
    after: String,
}

pub(crate) async fn show(
    State(app): State<AppState>,
    who: SignedIn,
    Query(asked): Query<Asked>,
) -> Result<Markup, WebError> {
    let tree = app.live.tree();
    let top = tree.scope(&who.actor, Action::Audit, Some(&asked.unit))?;
    let mut conn = app.store.read().await?;
    let name = asked.account.trim().to_lowercase();
    let account_id = if name.is_empty() {
        None
    } else {
        // A name that nobody has finds nothing, not everything.
        let found = account::by_name(&mut conn, &name).await?;
        Some(found.map_or_else(|| "-".to_owned(), |account| account.id))
    };
    let search = Search {
        account: account_id,
        object: Some(asked.object.trim().to_owned()).filter(|it| !it.is_empty()),
        action: Some(asked.action.clone()).filter(|it| !it.is_empty()),
        // The topmost unit sees the house's own lines, too.
        unit: top.parent.map(|_| top.unit.id.clone()),
        before: asked.after.parse().ok(),
    };
    let mut lines = audit::search(&mut conn, &search, PAGE + 1).await?;
    let has_more = lines.len() as i64 > PAGE;
    lines.truncate(PAGE as usize);
    let ids: Vec<String> =
        lines.iter().filter_map(|entry| entry.line.account.clone()).collect();
    let names = account::names(&mut conn, &ids).await?;
    drop(conn);
    let next = lines.last().filter(|_| has_more).map(|entry| entry.seq.to_string());
    let actions = std::iter::once(("", "全部"))
        .chain(Action::ALL.iter().map(|action| (action.code(), action_words(action.code()))));
    let query = [
        ("unit", top.unit.id.as_str()),
        ("account", name.as_str()),
        ("object", asked.object.trim()),
        ("action", asked.action.as_str()),
    ];
    let content = html! {
        @if top.parent.is_some() { (units::trail(&tree, &who, &top.unit.id, false)) }
        (heading("审计", None))
        p.lede { "每一次变更和敏感查看都在这里，前后相扣；改动、删去或插入任何一行都会在校验时显出。" }
        form.filter method="get" action=(path::AUDIT) role="search" {
            input type="hidden" name="unit" value=(top.unit.id);
            (field("登录名", None, html! { input type="search" name="account" value=(name); }))
            (field("权限", None, html! { select name="action" { (options(actions, &asked.action)) } }))
            (field("对象", Some("如 person/… 或 unit/…"), html! { input type="search" name="object" value=(asked.object.trim()); }))
            button.quiet type="submit" { "查找" }
        }
        @if lines.is_empty() { (empty("没有符合条件的记录。", None)) } @else {
            section.card.flush {
                (table(&tree, &lines, &names))
                (layout::pager(path::AUDIT, &query, next.as_deref(), asked.after.is_empty()))
            }
        }
    };
    Ok(layout::page(&app, &who, Page { title: "审计", here: path::AUDIT, content }))
}

fn table(tree: &Tree, lines: &[Entry], names: &HashMap<String, String>) -> Markup {
    html! {
        table.stack {
            thead { tr { th.number { "序号" } th { "时间" } th { "操作人" } th { "操作" } th { "单位" } th { "对象" } th { "内容" } } }
            tbody {
                @for Entry { seq, line, .. } in lines {
                    tr {
                        td.number data-label="序号" { (seq) }
                        td data-label="时间" { (text::moment(line.at)) }
                        td data-label="操作人" {
                            @match &line.account {
                                Some(id) => (names.get(id).map_or("（已删除账号）", String::as_str)),
                                None => "系统",
                            }
                        }
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

/// `permission:verb` in words.
fn verb(action: &str) -> String {
    let (permission, verb) = action.split_once(':').unwrap_or((action, ""));
    let word = match verb {
        "create" => "新增",
        "change" => "修改",
        "rename" => "更名",
        "move" => "移动",
        "close" => "撤销单位",
        "merge" => "合并单位",
        "move-people" => "整体转入",
        "appoint" => "任命",
        "end-post" => "卸任",
        "transfer" => "调动",
        "leave" => "离开",
        "guardians" => "登记监护人",
        "look" => "查看完整信息",
        "import" => "导入花名册",
        "year-roll" | "roll" => "升级",
        "undo-year-roll" | "undo-roll" => "撤回升级",
        "grant" => "授予职责",
        "revoke" => "收回职责",
        "password" => "修改密码",
        "reset" => "重置密码",
        "disable" => "停用账号",
        "enable" => "启用账号",
        "unlock" => "解锁",
        "set" => "设置",
        "people" | "appointments" => "导出名单",
        "close-session" => "退出设备",
        "sign-in" => "登录",
        "sign-out" => "退出",
        "submit" => "提交",
        "accept" => "通过",
        "return" => "退回",
        "withdraw" => "撤回",
        "answered" => "自动答复",
        "waiting" => "转值班人员",
        "talking" => "接手",
        "closed" => "结束",
        "say" => "写一条",
        "read" => "打开",
        "uncover" => "查看联系方式",
        "contact" => "留联系方式",
        "erase" => "到期抹去",
        "put" => "排班",
        "remove" => "撤下",
        "surge" => "突增提醒",
        "write" => "写稿",
        "publish" => "发布",
        other => other,
    };
    format!("{}·{word}", action_words(permission))
}

fn action_words(code: &str) -> &str {
    match code {
        "read" => "查看",
        "read-people" => "查看人员",
        "reveal" => "敏感信息",
        "submit" => "提交记录",
        "review" => "审核",
        "report" => "月报",
        "review-report" => "审核月报",
        "exempt" => "豁免",
        "manage-organisation" => "组织人员",
        "manage-plans" => "方案",
        "manage-accounts" => "账号",
        "audit" => "审计",
        "export" => "导出",
        "ask" => "提问",
        "consult" => "咨询",
        "manage-consult" => "咨询设置",
        "write-content" => "宣传库",
        "review-content" => "宣传库审核",
        "self" => "本人",
        other => other,
    }
}
