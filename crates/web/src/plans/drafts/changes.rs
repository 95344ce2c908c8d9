//! What a new edition of the document changes: sentence by sentence, and who
//! gains and who loses work.

use axum::extract::{Path, Query, State};
use campaign::plan::diff;
use drafting::confirm::{self, Change};
use maud::{Markup, html};
use storage::draft::{self, Carried, Decision, Edition};

use super::form::steps;
use super::outcome::outcome;
use super::{Desk, Line, desk, home};
use crate::layout::{self, Page, Tone, empty, heading, note, tag};
use crate::paging::{At, Turn};
use crate::plans::amend::differences;
use crate::session::SignedIn;
use crate::{AppState, WebError, path};

const PAGE: usize = 50;

pub(crate) async fn changes(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(at): Query<At>,
) -> Result<Markup, WebError> {
    let now = desk(&app, &who, &id).await?;
    let mut conn = app.store.read().await?;
    let number = now.draft.edition - 1;
    let edition = draft::edition(&mut conn, &id, number).await?.ok_or(WebError::NotFound)?;
    let items = draft::items(&mut conn, &id, number).await?;
    drop(conn);
    let before = Desk {
        draft: now.draft.clone(),
        permit: now.permit.clone(),
        layout: serde_json::from_str(&edition.layout).unwrap_or_default(),
        edition,
        lines: items.into_iter().map(Line::of).collect(),
    };
    // All that is not dropped, as if the rest were confirmed as it was read.
    let kept =
        |line: &Line| line.item.state != Decision::Dropped && line.fields.element().is_ok();
    let (old, new) = (outcome(&before, None, kept)?, outcome(&now, None, kept)?);
    let told = sentence_changes(&before, &now).await?;
    let content = html! {
        (steps(&now, "与上一稿对比"))
        (heading(&format!("第 {number} 稿 → 第 {} 稿", now.draft.edition), Some(html! {
            a.button.quiet href=(format!("{}/file?edition={number}", home(&id))) { "下载上一稿原件" }
            a.button href=(home(&id)) { "逐条确认" }
        })))
        (summary(&before, &now))
        @if let (Some(old), Some(new)) = (&old.plan, &new.plan) {
            p.muted { "任务和目标的变化，未处理的条目按读出的内容算：" }
            (differences(&diff(old, new)))
        } @else {
            (note("两稿中有条目还不成立，任务的变化要等改正后才能比较；原句的变化见下。", Tone::Warn))
        }
        (sentences(&format!("{}/changes", home(&id)), &told, &at))
    };
    Ok(layout::page(&app, &who, Page { title: "与上一稿对比", here: path::PLANS, content }))
}

/// Comparing two long texts is work for the side.
async fn sentence_changes(before: &Desk, now: &Desk) -> Result<Vec<Change>, WebError> {
    let words = |edition: &Edition, layout: &confirm::Layout| {
        let one = |(from, to, _): &(usize, usize, usize)| edition.text.get(*from..*to);
        layout
            .sentences
            .iter()
            .filter_map(one)
            .map(|it| it.trim().to_owned())
            .collect::<Vec<_>>()
    };
    let old = words(&before.edition, &before.layout);
    let new = words(&now.edition, &now.layout);
    tokio::task::spawn_blocking(move || {
        let (old, new): (Vec<&str>, Vec<&str>) = (
            old.iter().map(String::as_str).collect(),
            new.iter().map(String::as_str).collect(),
        );
        confirm::changes(&old, &new)
    })
    .await
    .map_err(|error| WebError::Internal(error.to_string()))
}

fn summary(before: &Desk, now: &Desk) -> Markup {
    let count = |wanted: &[Carried]| {
        now.lines.iter().filter(|it| wanted.contains(&it.item.carried)).count()
    };
    let still: std::collections::HashSet<&str> =
        now.lines.iter().filter_map(|it| it.item.former.as_deref()).collect();
    let gone: Vec<&Line> =
        before.lines.iter().filter(|it| !still.contains(it.item.id.as_str())).collect();
    let card = |label: &str, n: usize| html! { section.card { p.muted { (label) } p.figure-big { (n) } } };
    html! {
        div.grid.four {
            (card("沿用上一稿", count(&[Carried::Same, Carried::Near])))
            (card("原句有改动，请重新看", count(&[Carried::Changed])))
            (card("新稿新增", count(&[Carried::New])))
            (card("新稿里没有了", gone.len()))
        }
        @if !gone.is_empty() {
            details.card open[gone.len() <= 10] {
                summary { "新稿里没有了的条目" }
                ul.plain { @for line in gone { li { strong { (line.fields.name) } " " span.muted { "“" (line.item.quote) "”" } } } }
            }
        }
    }
}

fn sentences(here: &str, told: &[Change], at: &At) -> Markup {
    let from = at.offset(PAGE, told.len());
    let shown = told.iter().skip(from).take(PAGE);
    html! {
        section.card.flush {
            h2.inset { "原句的变化 " (told.len()) " 处" }
            @if told.is_empty() { (empty("句子没有变化。", None)) }
            ul.list.sentences { @for it in shown { li {
                div.main { @match it {
                    Change::Added(new) => { p { (tag("新增", Tone::Warn)) " " ins { (new) } } }
                    Change::Removed(old) => { p { (tag("删去", Tone::Faint)) " " del { (old) } } }
                    Change::Changed(old, new) => { p { (tag("改动", Tone::Calm)) " " del { (old) } } p { ins { (new) } } }
                } }
            } } }
            (Turn::of(from, PAGE, told.len()).pager(here, &[]))
        }
    }
}
