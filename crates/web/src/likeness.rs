//! Looking for what was handed in before: in the background, after the commit,
//! so that handing in stays fast. It only notes what a person should look at.

use std::sync::{Arc, Weak};

use campaign::access::{Action, permit_house};
use campaign::record::doubts;
use jiff::civil::{DateTime, Time};
use office::picture::{self, PictureLimits, Print, Sketch};
use office::wording::{self, Wording};
use storage::evidence::{self, Evidence, Kind as FileKind};
use storage::likeness::{self, Likeness, Of, Unseen};
use storage::record::{self, Record};
use storage::suspicion::{self, Kind, Suspicion};
use storage::{Store, Tx};
use tokio::sync::{Mutex, Notify};

use crate::app::new_id;
use crate::{App, WebError, clock};

/// The pictures' sketches in memory and the bell that wakes the search.
///
/// A picture may be a cut-out of any part of another, so no index of a table
/// finds it: all sketches are compared, 400 bytes and two dozen nanoseconds each.
#[derive(Default)]
pub struct Search {
    pub wake: Arc<Notify>,
    index: Mutex<Index>,
}

#[derive(Default)]
struct Index {
    is_loaded: bool,
    sketches: Vec<(Sketch, String, String)>,
}

/// Records looked through in one go, and while others wait for the writer.
const BATCH: i64 = 64;
const BATCH_BETWEEN: i64 = 8;
/// The longest that the search stands back for those who hand in.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(2);
const PAUSE: std::time::Duration = std::time::Duration::from_millis(20);
/// Pictures that are laid over each other for one new one.
const CONFIRM_MAX: usize = 40;
const TEXTS_MAX: i64 = 200;
/// Texts that are read whole for one new one.
const READ_MAX: usize = 12;

/// Starts the search; it ends with the house.
pub fn start(app: &Arc<App>) {
    let (wake, app) = (Arc::clone(&app.search.wake), Arc::downgrade(app));
    tokio::spawn(run(wake, app));
}

async fn run(wake: Arc<Notify>, app: Weak<App>) {
    loop {
        match app.upgrade() {
            None => return,
            Some(app) => {
                if let Err(error) = catch_up_gently(&app).await {
                    if matches!(&error, WebError::Storage(error) if error.is_closed()) {
                        return;
                    }
                    tracing::error!(
                        ?error,
                        "the search for reuse failed; it will be tried again"
                    );
                }
            }
        }
        let pause = std::time::Duration::from_mins(1);
        let _ = tokio::time::timeout(pause, wake.notified()).await;
    }
}

/// Looks through everything that has come since the last time.
pub async fn catch_up(app: &App) -> Result<(), WebError> {
    let mut index = app.search.index.lock().await;
    while step(app, &mut index, BATCH).await? {}
    Ok(())
}

/// The same, letting those go first who hand in: both need the database's writer.
async fn catch_up_gently(app: &App) -> Result<(), WebError> {
    let mut index = app.search.index.lock().await;
    loop {
        let mut waited = std::time::Duration::ZERO;
        while app.writer.waiting() > 0 && waited < PATIENCE {
            tokio::time::sleep(PAUSE).await;
            waited += PAUSE;
        }
        let most = if waited < PATIENCE { BATCH } else { BATCH_BETWEEN };
        if !step(app, &mut index, most).await? {
            return Ok(());
        }
    }
}

/// Looks through the next few; false if there are none.
async fn step(app: &App, index: &mut Index, most: i64) -> Result<bool, WebError> {
    let mut conn = app.store.read().await?;
    let after = likeness::progress(&mut conn).await?;
    let unseen = likeness::unseen(&mut conn, after, most).await?;
    drop(conn);
    let Some(last) = unseen.last().map(|it| it.first_seq) else { return Ok(false) };
    let mut looked = Vec::with_capacity(unseen.len());
    for it in unseen {
        looked.extend(look(app, it).await?);
    }
    if !index.is_loaded && looked.iter().any(|it| !it.prints.is_empty()) {
        load(&app.store, index).await?;
    }
    keep(app, index, looked, last).await?;
    Ok(true)
}

/// A record with what it is compared by.
struct Looked {
    record: Record,
    files: Vec<Evidence>,
    /// Of each picture that shows something.
    prints: Vec<(Evidence, Print)>,
    wording: Option<Wording>,
}

async fn look(app: &App, unseen: Unseen) -> Result<Option<Looked>, WebError> {
    let mut conn = app.store.read().await?;
    let Some(record) = record::by_id(&mut conn, &unseen.record).await? else { return Ok(None) };
    let files = evidence::of_record(&mut conn, &record.id).await?;
    drop(conn);
    let mut prints = Vec::new();
    for file in files.iter().filter(|file| file.kind == FileKind::Photo) {
        let Some(sha256) = &file.thumbnail_sha256 else { continue };
        match app.originals.read(sha256).await {
            Ok(bytes) => prints.extend(print(bytes).await.map(|print| (file.clone(), print))),
            Err(error) => tracing::error!(%error, sha256, "a thumbnail is missing"),
        }
    }
    let wording = record.minutes.as_deref().and_then(Wording::of);
    Ok(Some(Looked { record, files, prints, wording }))
}

async fn print(bytes: Vec<u8>) -> Option<Print> {
    let read = move || picture::read(&bytes, &PictureLimits::default()).ok()?.print;
    tokio::task::spawn_blocking(read).await.ok().flatten()
}

async fn load(store: &Store, index: &mut Index) -> Result<(), WebError> {
    const PAGE: i64 = 5_000;
    let mut conn = store.read().await?;
    let mut after = String::new();
    index.sketches.clear();
    loop {
        let page = likeness::photos(&mut conn, &after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after.clone_from(&last.id);
        index.sketches.extend(
            page.into_iter().filter_map(|it| {
                Some((Sketch::from_bytes(&it.sketch)?, it.evidence, it.record))
            }),
        );
    }
    index.is_loaded = true;
    Ok(())
}

/// Compares one after the other, so that two of one batch find each other, and
/// keeps everything with the place that was reached in one transaction.
async fn keep(
    app: &App,
    index: &mut Index,
    looked: Vec<Looked>,
    seq: i64,
) -> Result<(), WebError> {
    let permit = permit_house(Action::Review, "");
    let known = index.sketches.len();
    let mut tx = app.store.write(app.clock.now()).await?;
    let done = async {
        for it in &looked {
            let mut found = Vec::new();
            same_files(&mut tx, it, &mut found).await?;
            similar_photos(&mut tx, index, it, &mut found).await?;
            similar_text(&mut tx, it, &mut found).await?;
            impossible_times(&mut tx, it, &mut found);
            let rows = rows(it);
            likeness::insert(&mut tx, &permit, &rows).await?;
            suspicion::insert(&mut tx, &permit, &found).await?;
            for (file, print) in &it.prints {
                let place = (*print.sketch(), file.id.clone(), it.record.id.clone());
                index.sketches.push(place);
            }
        }
        likeness::save_progress(&mut tx, &permit, seq).await?;
        Ok::<(), WebError>(())
    };
    let done = match done.await {
        Ok(()) => tx.commit().await.map_err(WebError::from),
        Err(error) => Err(error),
    };
    if done.is_err() {
        // What was not kept is not known either.
        index.sketches.truncate(known);
    }
    done
}

fn rows(it: &Looked) -> Vec<Likeness> {
    let mut rows: Vec<Likeness> = it
        .prints
        .iter()
        .map(|(file, print)| Likeness {
            id: new_id(),
            record: it.record.id.clone(),
            of: Of::Photo {
                evidence: file.id.clone(),
                sketch: print.sketch().to_bytes(),
                print: print.to_bytes(),
            },
        })
        .collect();
    rows.extend(it.wording.map(|wording| Likeness {
        id: new_id(),
        record: it.record.id.clone(),
        of: Of::Text { signature: wording.to_bytes(), bands: wording.bands() },
    }));
    rows
}

fn suspected(tx: &Tx, it: &Looked, kind: Kind) -> Suspicion {
    Suspicion {
        id: new_id(),
        record: it.record.id.clone(),
        kind,
        other_record: None,
        evidence: None,
        other_evidence: None,
        similarity: None,
        found_at: tx.at(),
        verdict: None,
        decided_at: None,
        decided_by: None,
        note: None,
    }
}

/// What this unit took back or had returned may be handed in again.
fn is_own_voided(it: &Looked, other: &Record) -> bool {
    other.unit == it.record.unit && !other.status.counts()
}

async fn same_files(
    tx: &mut Tx,
    it: &Looked,
    found: &mut Vec<Suspicion>,
) -> Result<(), WebError> {
    for file in &it.files {
        let used = evidence::first_use(tx.conn(), &file.sha256, &it.record.id).await?;
        if let Some((other_file, other)) = used {
            found.push(Suspicion {
                other_record: Some(other),
                evidence: Some(file.id.clone()),
                other_evidence: Some(other_file),
                similarity: Some(1.0),
                ..suspected(tx, it, Kind::SameFile)
            });
        }
    }
    Ok(())
}

async fn similar_photos(
    tx: &mut Tx,
    index: &Index,
    it: &Looked,
    found: &mut Vec<Suspicion>,
) -> Result<(), WebError> {
    for (file, print) in &it.prints {
        if found.iter().any(|known| known.evidence.as_ref() == Some(&file.id)) {
            continue;
        }
        let sketch = print.sketch();
        let mut near: Vec<(u32, usize)> = index
            .sketches
            .iter()
            .enumerate()
            .filter(|(_, (other, _, record))| {
                *record != it.record.id && sketch.is_candidate(other)
            })
            .map(|(at, (other, _, _))| (sketch.distance(other), at))
            .collect();
        near.sort_unstable();
        near.truncate(CONFIRM_MAX);
        for (_, at) in near {
            let Some((_, evidence, record)) = index.sketches.get(at) else { continue };
            let bytes = likeness::print_of(tx.conn(), evidence, record).await?;
            let other = bytes.as_deref().and_then(Print::from_bytes);
            let Some(alike) = other.and_then(|other| print.similar(&other)) else { continue };
            let Some(first) = record::by_id(tx.conn(), record).await? else { continue };
            if is_own_voided(it, &first) {
                continue;
            }
            found.push(Suspicion {
                other_record: Some(record.clone()),
                evidence: Some(file.id.clone()),
                other_evidence: Some(evidence.clone()),
                similarity: Some(f64::from(alike.score)),
                ..suspected(tx, it, Kind::SimilarPhoto)
            });
            break;
        }
    }
    Ok(())
}

async fn similar_text(
    tx: &mut Tx,
    it: &Looked,
    found: &mut Vec<Suspicion>,
) -> Result<(), WebError> {
    let (Some(wording), Some(minutes)) = (&it.wording, it.record.minutes.as_deref()) else {
        return Ok(());
    };
    let near =
        likeness::texts_near(tx.conn(), &it.record.id, &wording.bands(), TEXTS_MAX).await?;
    let candidates = near.into_iter().filter(|near| {
        Wording::from_bytes(&near.signature).is_some_and(|other| wording.is_candidate(&other))
    });
    for near in candidates.take(READ_MAX) {
        let Some(other) = record::by_id(tx.conn(), &near.record).await? else { continue };
        let Some(text) = other.minutes.as_deref().filter(|_| !is_own_voided(it, &other)) else {
            continue;
        };
        let alike = wording::compare(minutes, text);
        if alike.is_near_duplicate() {
            found.push(Suspicion {
                other_record: Some(other.id),
                similarity: Some(f64::from(alike.contained.max(alike.likeness))),
                ..suspected(tx, it, Kind::SimilarText)
            });
            break;
        }
    }
    Ok(())
}

fn impossible_times(tx: &mut Tx, it: &Looked, found: &mut Vec<Suspicion>) {
    let time = it.record.acted_time.as_deref();
    let time = time.and_then(|time| format!("{time}:00").parse::<Time>().ok());
    let photos: Vec<Option<DateTime>> =
        it.files.iter().map(|file| file.taken_at.as_deref()?.parse().ok()).collect();
    let entered = clock::local(it.record.submitted_at);
    if !doubts((it.record.acted_on, time), entered, &photos).is_empty() {
        found.push(suspected(tx, it, Kind::ImpossibleTime));
    }
}
