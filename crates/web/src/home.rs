//! A person's home: what I owe, until when, grouped by urgency.

mod owed;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use campaign::access::Action;
use campaign::record::Status;
use campaign::standing::State as Standing;
use maud::{Markup, html};
use storage::record;

use crate::layout::{self, Page, Tone, empty, heading, tag};
use crate::live::Tree;
use crate::records::{clause_href, proofs, until};
use crate::session::SignedIn;
use crate::{App, AppState, WebError, path};
use owed::{Group, Item, Line, items};

pub(crate) async fn root() -> Redirect {
    Redirect::to(path::HOME)
}

pub(crate) async fn show(
    State(app): State<AppState>,
    who: SignedIn,
) -> Result<Response, WebError> {
    if who.must_change_password {
        return Ok(Redirect::to(path::ACCOUNT).into_response());
    }
    let tree = app.live.tree();
    let items = items(&app, &tree, &who);
    let mut conn = app.store.read().await?;
    let returned =
        record::submitted_by(&mut conn, &who.actor.account, Status::Returned, 20).await?;
    drop(conn);
    let below = below(&app, &tree, &who);
    let nothing = items.is_empty() && returned.is_empty() && below.is_empty();
    let content = html! {
        (heading("待办", Some(html! {
            @if who.actor.may_anywhere(Action::Submit) { a.button.quiet href="/records/new" { "登记一次活动" } }
        })))
        @if nothing { (empty("眼下没有要办的事。", None)) }
        (sent_back(&tree, &returned))
        @for group in Group::ALL {
            @let own: Vec<&Item> = items.iter().filter(|item| item.group == group).collect();
            @if !own.is_empty() { (section(&app, &tree, group, &own)) }
        }
        (summary(&tree, &below))
    };
    Ok(layout::page(&app, &who, Page { title: "待办", here: path::HOME, content })
        .into_response())
}

/// Rows of what came back; the rest is folded, or it would push away what is due.
const SENT_BACK_SHOWN: usize = 3;

fn sent_back(tree: &Tree, returned: &[(String, String, String)]) -> Markup {
    let (first, rest) = returned.split_at(returned.len().min(SENT_BACK_SHOWN));
    html! {
        @if !returned.is_empty() {
            section.card.flush {
                h2.inset { "被退回，待修改 " (tag(&returned.len().to_string(), Tone::Bad)) }
                (sent_back_rows(tree, first))
                @if !rest.is_empty() {
                    details.inset {
                        summary { "另外 " (rest.len()) " 条" }
                        (sent_back_rows(tree, rest))
                    }
                }
            }
        }
    }
}

fn sent_back_rows(tree: &Tree, rows: &[(String, String, String)]) -> Markup {
    html! {
                ul.list {
                    @for (id, title, unit) in rows {
                        li {
                            div.main {
                                a.title href=(path::record(id)) { (title) }
                                div.small.muted { (tree.full_name(unit)) }
                            }
                            a.button.quiet href=(path::with_query("/records/new", &[("replaces", id)])) { "修改" }
                        }
                    }
                }
    }
}

fn section(app: &App, tree: &Tree, group: Group, items: &[&Item]) -> Markup {
    html! {
        section.card.flush {
            h2.inset { (group.chinese()) " " (tag(&items.len().to_string(), group.tone())) }
            ul.list.owed {
                @for item in items { (entry(app, tree, item)) }
            }
        }
    }
}

/// One act with all duties that it closes.
fn entry(app: &App, tree: &Tree, item: &Item) -> Markup {
    let href = path::with_query(
        "/records/new",
        &[("activity", &item.activity), ("unit", &item.unit), ("person", &item.person)],
    );
    let who =
        if item.person.is_empty() { tree.full_name(&item.unit) } else { "本人".to_owned() };
    html! {
        li {
            div.main {
                p.title { (crate::records::activity_name(app, &item.activity)) span.small.muted { " · " (who) } }
                @for line in &item.lines { (duty(app, line)) }
            }
            @if item.group != Group::Soon { a.button href=(href) { "办理" } }
        }
    }
}

fn duty(app: &App, line: &Line) -> Markup {
    let owed = &line.owed;
    let (duty, standing) = (owed.duty(), &owed.standing);
    let today = app.clock.today();
    let lacking = standing.required.saturating_sub(standing.done);
    let due = standing.period.due.date();
    html! {
        div.small.line {
            a href=(clause_href(owed)) { (duty.name) }
            span.muted { "（" (owed.campaign.campaign.name) " " (duty.clause) "）" }
            span {
                @if standing.state == Standing::Upcoming {
                    (standing.period.start.date()) " 起"
                } @else {
                    "还差 " (lacking) " " (duty.unit.as_deref().unwrap_or("次"))
                    "，" (due) " 前（" (until(today, due)) "）"
                }
                @if line.periods > 1 {
                    "，共 " (line.periods) " 期"
                    @if standing.state != Standing::Upcoming { "未完成" }
                }
                @if standing.state == Standing::Overdue || standing.state == Standing::Partial {
                    "；补登请填 " (standing.period.start.date()) " 至 " (standing.period.end.date()) " 间的实际日期"
                }
            }
            @if !duty.proof.is_empty() { span.muted { "佐证：" (proofs(&duty.proof)) @if duty.proof.len() > 1 { "，任选其一" } } }
        }
    }
}

/// What the units below owe, counted for each unit that I look after.
struct Below {
    unit: String,
    overdue: u32,
    open: u32,
}

fn below(app: &App, tree: &Tree, who: &SignedIn) -> Vec<Below> {
    let mut tops: Vec<&str> = who.actor.scopes(Action::Read).collect();
    tops.sort_unstable();
    tops.dedup();
    tops.into_iter()
        .filter(|unit| tree.children(unit).next().is_some())
        .filter_map(|unit| {
            let mut it = Below { unit: unit.to_owned(), overdue: 0, open: 0 };
            for campaign in app.live.campaigns().iter().filter(|it| !it.is_ended()) {
                campaign.look(|figures| {
                    let org = figures.engine().organisation();
                    let Some(at) = org.unit_ix(unit) else { return };
                    let counts = figures.rates().of_unit(at);
                    it.overdue += counts.of(Standing::Overdue) + counts.of(Standing::Partial);
                    it.open += counts.of(Standing::Open);
                });
            }
            (it.overdue + it.open > 0).then_some(it)
        })
        .collect()
}

fn summary(tree: &Tree, below: &[Below]) -> Markup {
    html! {
        @if !below.is_empty() {
            section.card.flush {
                h2.inset { "本单位及下属总体情况" }
                ul.list {
                    @for it in below {
                        li {
                            div.main {
                                (tree.full_name(&it.unit)) "："
                                @if it.overdue > 0 { (tag(&format!("逾期 {} 项", it.overdue), Tone::Bad)) " " }
                                (tag(&format!("进行中 {} 项", it.open), Tone::Calm))
                            }
                            a.button.quiet href=(path::with_query(path::BOARD, &[("unit", &it.unit)])) { "看板" }
                        }
                    }
                }
            }
        }
    }
}

pub(crate) async fn more(State(app): State<AppState>, who: SignedIn) -> Markup {
    let content = layout::more(&who);
    layout::page(&app, &who, Page { title: "全部功能", here: "/more", content })
}
