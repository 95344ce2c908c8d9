//! The shell of every page and the few parts that pages are made of. One calm
//! visual language: no page styles itself.

mod parts;

use axum::http::StatusCode;
use campaign::access::Action;
use maud::{DOCTYPE, Markup, html};

use crate::session::SignedIn;
use crate::{App, assets, path};

pub use parts::*;

/// One entry of the navigation.
struct Entry {
    href: &'static str,
    label: &'static str,
    icon: &'static str,
    /// Shown to those who may do this somewhere; to everybody if none.
    needs: Option<Action>,
}

const fn entry(
    href: &'static str,
    label: &'static str,
    icon: &'static str,
    needs: Option<Action>,
) -> Entry {
    Entry { href, label, icon, needs }
}

/// The navigation, in the order of use; the first four stand on phones.
const NAVIGATION: &[Entry] = &[
    entry(path::HOME, "待办", "M4 6h16M4 12h16M4 18h10", None),
    entry(path::RECORDS, "记录", "M6 3h9l4 4v14H6zM9 12h7M9 16h7", Some(Action::Submit)),
    entry(path::BOARD, "看板", "M4 20V10M10 20V4M16 20v-8M21 20H3", Some(Action::Read)),
    entry(path::REVIEW, "审核", "M5 12l5 5L20 7", Some(Action::Review)),
    entry(path::REPORTS, "月报", "M5 4h14v16H5zM8 9h8M8 13h8M8 17h5", Some(Action::Report)),
    entry(path::ASK, "咨询", "M4 5h16v11H9l-5 4zM9 9h6M9 12h4", None),
    entry(path::KNOW, "宣传库", "M4 5h7v14H4zM13 5h7v14h-7zM6 9h3M15 9h3", None),
    entry(path::UNITS, "组织", "M12 4v5M5 20v-5h14v5M12 9v6M9 4h6v5H9z", Some(Action::Read)),
    entry(
        path::PEOPLE,
        "人员",
        "M8 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2 20c0-4 3-6 6-6s6 2 6 6M17 5v14",
        Some(Action::ReadPeople),
    ),
    entry(path::PLANS, "方案", "M5 4h10l4 4v12H5zM8 12h8", Some(Action::Read)),
    entry(path::CALENDAR, "校历", "M4 6h16v14H4zM4 10h16M8 3v4M16 3v4", Some(Action::Read)),
    entry(
        path::ACCOUNTS,
        "账号",
        "M12 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c0-5 4-7 8-7s8 2 8 7",
        Some(Action::ManageAccounts),
    ),
    entry(path::AUDIT, "审计", "M12 3l8 3v6c0 5-4 8-8 9-4-1-8-4-8-9V6z", Some(Action::Audit)),
];
const ON_PHONES: usize = 4;

/// What a signed-in page needs besides its content.
pub struct Page<'a> {
    pub title: &'a str,
    /// The navigation entry that it belongs to.
    pub here: &'a str,
    pub content: Markup,
}

/// A page for somebody signed in.
pub fn page(app: &App, who: &SignedIn, page: Page<'_>) -> Markup {
    let tree = app.live.tree();
    let body = tree.root().map_or("无诈", |root| root.unit.name.as_str());
    let visible: Vec<&Entry> = NAVIGATION
        .iter()
        .filter(|entry| entry.needs.is_none_or(|action| who.actor.may_anywhere(action)))
        .collect();
    document(
        page.title,
        html! {
            a.skip href="#content" { "跳到正文" }
            header.top {
                a.brand href=(path::HOME) { span.mark aria-hidden="true" { "诈" } span { "无诈" } }
                span.body-name { (body) }
                nav.who aria-label="我的" {
                    a href=(path::NOTIFICATIONS) {
                        "消息"
                        @if 0 < who.unread {
                            span.badge { (unread(who.unread)) span.hidden-words { " 条未读" } }
                        }
                    }
                    a href=(path::ACCOUNT) { (who.name) }
                    form method="post" action=(path::SIGN_OUT) {
                        button.plain type="submit" { "退出" }
                    }
                }
            }
            div.frame {
                nav.side aria-label="主导航" {
                    @for (index, entry) in visible.iter().enumerate() {
                        a href=(entry.href)
                            class=[(ON_PHONES <= index).then_some("wide-only")]
                            aria-current=[(entry.href == page.here).then_some("page")] {
                            (icon(entry.icon)) span { (entry.label) }
                        }
                    }
                    @if ON_PHONES < visible.len() {
                        a.narrow-only href="/more" { (icon("M5 12h.01M12 12h.01M19 12h.01")) span { "更多" } }
                    }
                }
                main #content tabindex="-1" { (page.content) }
            }
            footer { "无诈 · 教育系统反诈工作台" }
        },
    )
}

/// More than a hundred is no figure any more.
fn unread(count: i64) -> String {
    if count < 100 { count.to_string() } else { "99+".to_owned() }
}

/// The rest of the navigation, as a page for phones.
pub fn more(who: &SignedIn) -> Markup {
    html! {
        (heading("全部功能", None))
        nav.tiles aria-label="全部功能" {
            @for entry in NAVIGATION
                .iter()
                .filter(|entry| entry.needs.is_none_or(|action| who.actor.may_anywhere(action)))
            {
                a.tile href=(entry.href) { (icon(entry.icon)) span { (entry.label) } }
            }
        }
    }
}

/// A page for anybody, signed in or not: the body's name, the ways through, the
/// content.
pub fn open(app: &App, title: &str, here: &str, content: Markup) -> Markup {
    let tree = app.live.tree();
    let body = tree.root().map_or("无诈", |root| root.unit.name.as_str());
    let ways = [
        (path::ASK, "问一问"),
        (path::KNOW, "防骗知识"),
        (path::ASK_PAY, "止付步骤"),
        (path::ASK_FOLLOW, "凭码查看"),
    ];
    document(
        title,
        html! {
            a.skip href="#content" { "跳到正文" }
            header.top {
                a.brand href=(path::ASK) { span.mark aria-hidden="true" { "诈" } span { "无诈" } }
                span.body-name { (body) }
                nav.who aria-label="我的" { a href=(path::SIGN_IN) { "登录" } }
            }
            nav.open-ways aria-label="主导航" {
                @for (href, label) in ways {
                    a href=(href) aria-current=[(href == here).then_some("page")] { (label) }
                }
            }
            main.open #content tabindex="-1" { (content) }
            footer { "报警 110 · 反诈咨询 96110" }
        },
    )
}

/// A page for somebody who is not signed in: one card in the middle.
pub fn bare(title: &str, content: Markup) -> Markup {
    document(
        title,
        html! {
            main.bare #content {
                p.brand { span.mark aria-hidden="true" { "诈" } span { "无诈" } }
                (content)
            }
        },
    )
}

/// The page for a failure: what happened and the way back.
pub fn error_page(status: StatusCode, words: &str) -> Markup {
    let title = match status.as_u16() {
        403 => "没有权限",
        404 => "没有找到",
        409 => "内容已变化",
        422 => "填写有误",
        429 => "操作过于频繁",
        _ => "系统出错",
    };
    bare(
        title,
        html! {
            section.card {
                h1 { (title) }
                p.words { (words) }
                p.actions { a.button.quiet data-back="" href=(path::HOME) { "返回" } }
            }
        },
    )
}

fn document(title: &str, body: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="format-detection" content="telephone=no";
                title { (title) " · 无诈" }
                link rel="stylesheet" href=(assets::CSS.href());
                link rel="icon" href=(assets::ICON.href());
                script src=(assets::JS.href()) defer {}
            }
            body { (body) }
        }
    }
}
