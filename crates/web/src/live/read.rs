//! Reading everything from the database: at the start, and after a change that
//! cannot be carried forward.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};

use campaign::day::Day;
use campaign::organisation::{Organisation, PersonRow, UnitRow};
use campaign::person::{PersonRole, own_audiences};
use campaign::plan;
use storage::campaign::{self as campaigns, PlanVersion};
use storage::live::{self as stored, RecordsPage};
use storage::{StorageError, Store, organisation};
use tokio::sync::mpsc;

use super::book::{Book, Rolls};
use super::running::{Running, Source};
use super::tree::Tree;
use crate::WebError;

pub(super) async fn tree(store: &Store) -> Result<Tree, WebError> {
    let mut conn = store.read().await?;
    Ok(Tree::new(organisation::units(&mut conn).await?))
}

pub(super) async fn organisation(
    store: &Store,
    tree: &Tree,
    now: i64,
) -> Result<Arc<Organisation>, WebError> {
    let day = |text: &Option<String>| text.as_ref().and_then(|it| Day::parse(it.as_bytes()));
    let rows = tree.iter().map(|node| UnitRow {
        id: node.unit.id.clone(),
        parent: node.unit.parent.clone().unwrap_or_default(),
        kind: node.unit.kind,
        stage: node.unit.stage,
        name: node.unit.name.clone(),
        from: day(&node.unit.opened_on),
        until: day(&node.unit.closed_on),
    });
    let mut org = Organisation::new(rows.collect())
        .map_err(|error| WebError::Internal(error.to_string()))?;
    let mut conn = store.read().await?;
    let (today, mut left_out) = (Day::of_instant(now).date(), 0_u32);
    let (mut audiences, mut after) = (String::new(), String::new());
    while let Some((page, last)) = stored::people_page(&mut conn, &after).await? {
        after = last;
        for row in page.rows() {
            let row = row?;
            let stage = org.unit_ix(row.unit).and_then(|unit| org.unit(unit).stage);
            let role = PersonRole::from_code(row.role);
            let joined = row.from.map(Day::date);
            let own = role.map(|role| own_audiences(role, stage, joined, today));
            audiences.clear();
            for audience in own.unwrap_or_default() {
                audiences.push_str(audience);
                audiences.push(';');
            }
            audiences.push_str(row.audiences);
            let row = PersonRow { audiences: &audiences, ..row };
            // A row that does not fit costs that one person, not the whole board.
            left_out += u32::from(org.add_person(row).is_err());
        }
    }
    stored::posts(&mut conn, |row| left_out += u32::from(org.add_post(row).is_err())).await?;
    if left_out > 0 {
        tracing::warn!(left_out, "people or posts do not fit the organisation");
    }
    Ok(Arc::new(org))
}

/// Pages of records that wait for the organisation to be read.
const PAGES_WAITING: usize = 8;
pub(super) type Pages = mpsc::Receiver<Result<RecordsPage, StorageError>>;

/// Reads all records beside everything else.
pub(super) fn record_pages(store: &Store) -> Pages {
    let (send, receive) = mpsc::channel(PAGES_WAITING);
    let store = store.clone();
    tokio::spawn(async move {
        let failed = each_page(&store, &send).await.err();
        if let Some(error) = failed {
            // Nobody waits for it only where reading has failed already.
            let _ = send.send(Err(error)).await;
        }
    });
    receive
}

async fn each_page(
    store: &Store,
    send: &mpsc::Sender<Result<RecordsPage, StorageError>>,
) -> Result<(), StorageError> {
    let mut conn = store.read().await?;
    let mut after = String::new();
    while let Some((page, last)) = stored::records_page(&mut conn, &after).await? {
        after = last;
        if send.send(Ok(page)).await.is_err() {
            return Ok(());
        }
    }
    Ok(())
}

pub(super) async fn book(org: Arc<Organisation>, mut pages: Pages) -> Result<Book, WebError> {
    let mut book = Book::new(org);
    let mut left_out = 0_u32;
    while let Some(page) = pages.recv().await {
        for row in page?.rows() {
            left_out += u32::from(!book.push(&row?));
        }
    }
    if left_out > 0 {
        tracing::warn!(left_out, "records name nobody of the organisation");
    }
    book.sort();
    Ok(book)
}

/// Every campaign as stored, with what holds for it.
pub(super) async fn sources(store: &Store) -> Result<Vec<Source>, WebError> {
    let mut conn = store.read().await?;
    let rows = campaigns::campaigns(&mut conn).await?;
    let mut versions: HashMap<String, Vec<PlanVersion>> = HashMap::new();
    for version in campaigns::versions(&mut conn, "").await? {
        versions.entry(version.campaign.clone()).or_default().push(version);
    }
    let exemptions = campaigns::exemptions(&mut conn).await?;
    let events = campaigns::events(&mut conn).await?;
    let mut calendars: Vec<(i64, String)> = campaigns::calendars(&mut conn)
        .await?
        .into_iter()
        .map(|calendar| (calendar.created_at, calendar.text))
        .collect();
    calendars.reverse();
    let of = |id: &str| versions.get(id).cloned().unwrap_or_default();
    let sources = rows.into_iter().map(|campaign| Source {
        versions: of(&campaign.id),
        superior: campaign.adopts.as_deref().map(of).unwrap_or_default(),
        exemptions: exemptions
            .iter()
            .filter(|it| it.campaign == campaign.id)
            .cloned()
            .collect(),
        events: events.iter().filter(|it| it.campaign == campaign.id).cloned().collect(),
        calendars: calendars.clone(),
        campaign,
    });
    Ok(sources.collect())
}

/// The activities whose rolls some campaign needs.
pub(super) fn attended(sources: &[Source]) -> HashSet<String> {
    let texts = sources.iter().flat_map(|source| &source.versions);
    let plans = texts.filter_map(|version| plan::parse(&version.text, "").ok());
    let mut activities = HashSet::new();
    for duty in plans.flat_map(|plan| plan.duties) {
        let of_persons = duty.by.post.is_some() || !duty.by.audience.is_empty();
        if duty.held_by == plan::HeldBy::Superior && of_persons {
            activities.insert(duty.activity);
            activities.insert(duty.id);
        }
    }
    activities
}

pub(super) async fn rolls(
    store: &Store,
    activities: &HashSet<String>,
) -> Result<Rolls, WebError> {
    let mut rolls = Rolls::default();
    let mut conn = store.read().await?;
    stored::attendance(&mut conn, activities, |record, present| {
        rolls.add(record, present.ids());
    })
    .await?;
    Ok(rolls)
}

/// Counts every campaign whose source is not that of one already counted.
pub(super) async fn build(
    book: &Arc<RwLock<Book>>,
    sources: Vec<Source>,
    before: &[Arc<Running>],
    now: i64,
) -> Result<Vec<Arc<Running>>, WebError> {
    let (book, before) = (Arc::clone(book), before.to_vec());
    tokio::task::spawn_blocking(move || {
        let book = book.read().unwrap_or_else(PoisonError::into_inner);
        sources
            .into_iter()
            .map(|source| match before.iter().find(|it| *it.source() == source) {
                Some(same) => Ok(Arc::clone(same)),
                None => Running::build(source, &book, now).map(Arc::new),
            })
            .collect()
    })
    .await
    .map_err(|error| WebError::Internal(error.to_string()))?
}
