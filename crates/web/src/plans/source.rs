//! The official document behind a running plan: every element leads to the
//! sentence that asks for it (N1).

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use campaign::day::Day;
use drafting::confirm::Layout;
use maud::{Markup, html};
use storage::draft::{self, Source};

use super::drafts::{Mark, pane, text_of};
use super::read::{self, Asked};
use super::seen;
use crate::layout::{self, Page, crumbs, heading};
use crate::live::{Running, Version};
use crate::session::SignedIn;
use crate::{App, AppState, WebError, path};

/// A sentence of the document and where it is shown.
pub(crate) struct Quote {
    pub(super) words: String,
    pub(super) href: String,
}

/// Where these elements were read, in the campaign's own document or in that of
/// the plan that it adopts.
pub(crate) async fn quotes(
    app: &App,
    campaign: &Running,
    version: &Version,
    elements: &[&str],
) -> Result<HashMap<String, Quote>, WebError> {
    let superior = campaign.campaign.adopts.as_deref().and_then(|id| app.live.campaign(id));
    let mut places = vec![(campaign.id().to_owned(), version.number)];
    places.extend(superior.map(|it| (it.id().to_owned(), it.newest().number)));
    let mut found = HashMap::new();
    let mut conn = app.store.read().await?;
    for element in elements {
        for (campaign, number) in &places {
            if let Some(it) = draft::source(&mut conn, campaign, *number, element).await? {
                found.insert((*element).to_owned(), quote(campaign, &it));
                break;
            }
        }
    }
    Ok(found)
}

fn quote(campaign: &str, it: &Source) -> Quote {
    let page = format!("{}/document", path::campaign(campaign));
    let version = it.version.to_string();
    let href =
        format!("{}#{}", path::with_query(&page, &[("version", &version)]), place(&it.element));
    Quote { words: it.quote.clone(), href }
}

/// The place of an element on the page of the document.
fn place(element: &str) -> String {
    format!("at-{}", element.replace('/', "-"))
}

/// Whether a version, or one before it, was read from a document here.
pub(super) async fn is_drafted(
    app: &App,
    campaign: &Running,
    version: &Version,
) -> Result<bool, WebError> {
    let mut conn = app.store.read().await?;
    Ok(!draft::sources(&mut conn, campaign.id(), version.number).await?.is_empty())
}

/// The document, its sentences beside what the plan made of them.
pub(crate) async fn document(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Markup, WebError> {
    let campaign = seen(&app, &who, &id)?;
    let today = Day::from(app.clock.today());
    let version = read::version(&campaign, asked.version, today)?;
    let mut conn = app.store.read().await?;
    let sources = draft::sources(&mut conn, &id, version.number).await?;
    let first = sources.first().ok_or(WebError::NotFound)?;
    let edition = draft::edition(&mut conn, &first.draft, first.edition)
        .await?
        .ok_or(WebError::NotFound)?;
    drop(conn);
    let layout: Layout = serde_json::from_str(&edition.layout).unwrap_or_default();
    let marks: Vec<Mark> = sources
        .iter()
        .map(|it| Mark {
            span: it.start.max(0) as usize..it.end.max(0) as usize,
            target: place(&it.element),
        })
        .collect();
    let steps = [
        ("方案".to_owned(), path::PLANS.to_owned()),
        (campaign.campaign.name.clone(), path::campaign(&id)),
        ("原文".to_owned(), String::new()),
    ];
    let content = html! {
        (crumbs(&steps))
        (heading("原文", None))
        p.lede { "第 " (first.version) " 版出自这份文件。有底线的句子就是方案中的要求，点它看方案怎样写。" }
        div.confirm {
            section.card.doc { (pane(&text_of(&edition.text, &layout, &marks))) }
            section.card.items-pane {
                h2 { "方案中的要求 " span.muted { (sources.len()) } }
                ol.items { @for it in &sources { (row(version, &layout, it, &id)) } }
            }
        }
        script src=(crate::assets::DRAFT_JS.href()) defer {}
    };
    Ok(layout::page(&app, &who, Page { title: "原文", here: path::PLANS, content }))
}

fn row(version: &Version, layout: &Layout, it: &Source, campaign: &str) -> Markup {
    let span = it.start.max(0) as usize..it.end.max(0) as usize;
    let sentences = layout.touched(&span);
    let places: Vec<String> = sentences.clone().map(|n| format!("s{n}")).collect();
    let element = read::element(&version.plan, &it.element);
    html! {
        li.item id=(place(&it.element)) data-s=(places.join(" ")) tabindex="-1" {
            @match element {
                Some((name, clause, words)) => {
                    strong { (name) }
                    p.says { (words) " · 依据 " a href=(path::clause(campaign, &clause)) { (clause) } }
                }
                None => p.muted { "现行版本里已没有这一项。" },
            }
            a.quote href=(format!("#s{}", sentences.start)) { "“" (it.quote) "”" }
        }
    }
}
