//! The confirm page: the document, and beside it what was read in it.

use axum::extract::{Path, State};
use maud::{Markup, html};
use storage::draft::Decision;

use super::checked::ByItem;
use super::document::{Mark, pane, text_of};
use super::list::state_words;
use super::{Desk, Line, card, desk, home};
use crate::layout::{self, Page, Tone, crumbs, empty, heading, note, tag};
use crate::session::SignedIn;
use crate::{AppState, WebError, assets, path};

pub(crate) async fn show(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Result<Markup, WebError> {
    let desk = desk(&app, &who, &id).await?;
    let (words, tone) = state_words(desk.draft.state);
    let campaign = desk.draft.campaign.as_deref().and_then(|id| app.live.campaign(id));
    let content = html! {
        (crumbs(&[
            ("方案".to_owned(), path::PLANS.to_owned()),
            ("从文件起草".to_owned(), path::DRAFTS.to_owned()),
            (desk.draft.name.clone(), String::new()),
        ]))
        (heading(&desk.draft.name, Some(actions(&desk))))
        p.lede {
            (app.live.tree().full_name(&desk.draft.unit)) " · " (desk.draft.from_on) " 至 " (desk.draft.until_on)
            " · 第 " (desk.draft.edition) " 稿 " (tag(words, tone))
            @if let Some(it) = &campaign { " · 方案 " a href=(path::campaign(it.id())) { (it.campaign.name) } }
        }
        @if desk.lines.is_empty() {
            (note("文件里没有读出带次数、日期或指标的句子。可以在原文中选中句子自行补充。", Tone::Warn))
        }
        (card::progress(&desk))
        div.confirm id="confirm" {
            nav.switch aria-label="切换" { a href="#doc" { "原文" } a href="#items" { "条目" } }
            (left(&desk))
            (right(&desk, &app.checked.problems(&desk)))
        }
        script src=(assets::DRAFT_JS.href()) defer {}
    };
    Ok(layout::page(&app, &who, Page { title: &desk.draft.name, here: path::PLANS, content }))
}

fn actions(desk: &Desk) -> Markup {
    let base = home(&desk.draft.id);
    html! {
        a.button.quiet href=(format!("{base}/file")) { "下载原件" }
        a.button.quiet href=(format!("{base}/history")) { "确认记录" }
        @if 1 < desk.draft.edition { a.button.quiet href=(format!("{base}/changes")) { "与上一稿对比" } }
        @if desk.draft.state != storage::draft::State::Discarded { a.button.quiet href=(format!("{base}/edition")) { "上传新稿" } }
        a.button href=(format!("{base}/preview")) { "预览方案" }
    }
}

fn left(desk: &Desk) -> Markup {
    let marks: Vec<Mark> = desk
        .lines
        .iter()
        .filter(|it| it.item.state != Decision::Dropped)
        .map(|it| Mark {
            span: it.item.start.max(0) as usize..it.item.end.max(0) as usize,
            target: format!("i-{}", it.item.id),
        })
        .collect();
    let text = text_of(&desk.edition.text, &desk.layout, &marks);
    html! {
        section.card.doc id="doc" aria-label="原文" tabindex="-1" {
            div.pane-head {
                h2 { "原文" }
                @if desk.is_open() {
                    form.select-form method="post" action=(format!("{}/items", home(&desk.draft.id))) {
                        input type="hidden" name="from"; input type="hidden" name="to";
                        button.quiet.slim type="submit" disabled data-off="" hidden { "把选中的文字加为条目" }
                    }
                    a.button.quiet.slim href=(format!("{}/sentences", home(&desk.draft.id))) { "从句子清单补充" }
                }
            }
            (pane(&text))
        }
    }
}

fn right(desk: &Desk, problems: &ByItem) -> Markup {
    let group = |title: &str, id: &str, lines: Vec<&Line>| -> Markup {
        html! {
            @if !lines.is_empty() {
                h3 id=(id) { (title) " " span.muted { (lines.len()) } }
                ol.items { @for line in lines { (of(desk, line, problems)) } }
            }
        }
    };
    let pick = |wanted: &dyn Fn(&Line) -> bool| {
        desk.lines.iter().filter(|it| wanted(it)).collect::<Vec<_>>()
    };
    html! {
        section.card.items-pane id="items" aria-label="条目" tabindex="-1" {
            div.pane-head {
                h2 { "条目" }
                @if desk.is_open() && !desk.lines.is_empty() { (keys()) }
            }
            div id="added" {}
            @if desk.lines.is_empty() { (empty("没有条目。", None)) }
            (group("存疑，请先看", "unsure", pick(&|it| it.is_open() && !it.is_sure())))
            (group("有把握，待确认", "sure", pick(&|it| it.is_open() && it.is_sure())))
            (group("已确认", "accepted", pick(&|it| it.item.state == Decision::Accepted)))
            (group("已删去", "dropped", pick(&|it| it.item.state == Decision::Dropped)))
        }
    }
}

fn of(desk: &Desk, line: &Line, problems: &ByItem) -> Markup {
    let own = problems.get(&line.item.id).map(Vec::as_slice).unwrap_or_default();
    card::card(desk, line, (own, None))
}

/// What the keyboard does; told where a keyboard is likely.
fn keys() -> Markup {
    let all = [
        ("J", "下一条"),
        ("K", "上一条"),
        ("A", "确认"),
        ("E", "修改"),
        ("D", "删去"),
        ("U", "撤销"),
        ("O", "原句"),
    ];
    html! {
        p.keys.small.muted aria-label="键盘" {
            @for (key, words) in all { span { kbd { (key) } " " (words) } " " }
        }
    }
}
