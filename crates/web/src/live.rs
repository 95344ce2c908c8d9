//! What is kept in memory so that pages answer at once: the tree of units, and
//! for each campaign the standings. Loaded at the start, then carried forward
//! by following the order of changes (`audit.seq`).

mod book;
mod past;
mod read;
mod running;
mod tree;
mod written;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use campaign::day::Day;
use campaign::live::Live as Figures;
use campaign::organisation::Subject;
use campaign::plan::{Duty, Plan};
use campaign::standing::Standing;
use storage::{Store, live as stored};

use crate::WebError;
use book::{Book, Rolls};
use past::Past;
pub use past::Sight;
pub use running::{Running, Version};
pub use tree::{Node, Tree};
pub use written::Written;

/// The live state of one tenant.
pub struct Live {
    tree: RwLock<Arc<Tree>>,
    book: Arc<RwLock<Book>>,
    campaigns: RwLock<Arc<Vec<Arc<Running>>>>,
    past: Mutex<Past>,
    /// Where following has got to; one follows at a time.
    place: tokio::sync::Mutex<Place>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Place {
    seq: i64,
    /// Units, people or posts have changed since they were read.
    stale: bool,
    /// From here on records may name somebody who was not known yet.
    missed: Option<i64>,
}

/// Records that have come, as the book took them.
#[derive(Default)]
struct Came {
    deltas: Vec<book::Delta>,
    rolls: Rolls,
    /// Somebody is named who is not known yet.
    is_missing: bool,
}

/// An act that a record tells of or will tell of.
#[derive(Debug, Clone, Copy)]
pub struct ActOf<'a> {
    pub activity: &'a str,
    /// A unit's or person's id.
    pub subject: &'a str,
    pub day: Day,
    /// Ids of the persons present.
    pub attendees: &'a [&'a str],
}

/// A standing with the duty and campaign that ask for it.
#[derive(Clone)]
pub struct Owed {
    pub campaign: Arc<Running>,
    pub standing: Standing,
    /// The unit's or person's id.
    pub subject: String,
    /// The unit in which it is counted.
    pub unit: String,
    plan: Arc<Plan>,
    at: usize,
}

impl Owed {
    /// As the version says that judges this period.
    pub fn duty(&self) -> &Duty {
        &self.plan.duties[self.at]
    }

    pub fn plan(&self) -> &Plan {
        &self.plan
    }
}

impl Live {
    pub async fn load(store: &Store, now: i64) -> Result<Self, WebError> {
        let mut conn = store.read().await?;
        let seq = stored::last_seq(&mut conn).await?;
        drop(conn);
        let sources = read::sources(store).await?;
        let activities = read::attended(&sources);
        // Three streams at the same time: people, records, and who was present.
        let pages = read::record_pages(store);
        let (rolls, book) = tokio::join!(read::rolls(store, &activities), async {
            let tree = read::tree(store).await?;
            let org = read::organisation(store, &tree, now).await?;
            Ok::<_, WebError>((tree, read::book(org, pages).await?))
        });
        let (tree, mut book) = book?;
        book.attach(&activities, &rolls?);
        book.attended = activities;
        let book = Arc::new(RwLock::new(book));
        let campaigns = read::build(&book, sources, &[], now).await?;
        Ok(Self {
            tree: RwLock::new(Arc::new(tree)),
            book,
            campaigns: RwLock::new(Arc::new(campaigns)),
            past: Mutex::default(),
            place: tokio::sync::Mutex::new(Place { seq, ..Place::default() }),
        })
    }

    /// The tree as it stands; a page keeps the one it took.
    pub fn tree(&self) -> Arc<Tree> {
        Arc::clone(&self.tree.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the tree again; called after every change to units.
    pub async fn reload_tree(&self, store: &Store) -> Result<(), WebError> {
        let tree = Arc::new(read::tree(store).await?);
        *self.tree.write().unwrap_or_else(PoisonError::into_inner) = tree;
        Ok(())
    }

    /// All campaigns, the oldest first, ended ones too.
    pub fn campaigns(&self) -> Arc<Vec<Arc<Running>>> {
        Arc::clone(&self.campaigns.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn campaign(&self, id: &str) -> Option<Arc<Running>> {
        self.campaigns().iter().find(|it| it.id() == id).cloned()
    }

    /// The campaigns that ask something of a unit: its own and those of the
    /// units above, the highest first.
    pub fn binding(&self, unit: &str) -> Vec<Arc<Running>> {
        let tree = self.tree();
        let above = tree.above(unit);
        let depth = |it: &Arc<Running>| above.iter().position(|id| *id == it.campaign.unit);
        let mut found: Vec<Arc<Running>> =
            self.campaigns().iter().filter(|it| depth(it).is_some()).cloned().collect();
        found.sort_by_key(|it| (it.is_ended(), std::cmp::Reverse(depth(it))));
        found
    }

    /// Everything that a unit or person owes and owed, in all campaigns that
    /// have not ended: past, open and upcoming periods.
    pub fn owed(&self, subject: &str) -> Vec<Owed> {
        let mut all = Vec::new();
        for campaign in self.campaigns().iter().filter(|it| !it.is_ended()) {
            campaign.look(|figures| {
                let org = figures.engine().organisation();
                let Some(known) = org.subject(subject) else { return };
                let standings = figures.view().of_subject(known);
                all.extend(standings.filter_map(|it| owed(campaign, figures, it)));
            });
        }
        all
    }

    /// Which standings a record counts toward, as they are now; of one that a
    /// unit above holds, those of everybody below too.
    pub fn reached(&self, act: &ActOf<'_>, now: i64) -> Vec<Owed> {
        let mut all = Vec::new();
        for campaign in self.campaigns().iter().filter(|it| !it.is_ended()) {
            let Some(fact) = campaign.would_be(act, now) else { continue };
            campaign.look(|figures| {
                let standings = figures.view().reached_by(&fact).into_iter();
                all.extend(standings.filter_map(|it| owed(campaign, figures, it)));
            });
        }
        all
    }

    /// Applies everything that was committed since the last time: records at
    /// once, plans, calendar and exemptions by building their campaigns anew. A
    /// change of the organisation is only noted; [`Live::refresh`] reads it.
    pub async fn follow(&self, store: &Store, now: i64) -> Result<(), WebError> {
        let mut place = self.place.lock().await;
        self.follow_from(&mut place, store, now).await
    }

    async fn follow_from(
        &self,
        place: &mut Place,
        store: &Store,
        now: i64,
    ) -> Result<(), WebError> {
        let mut conn = store.read().await?;
        let heard = stored::heard_after(&mut conn, place.seq).await?;
        drop(conn);
        if heard.organisation {
            place.stale = true;
            self.reload_tree(store).await?;
        }
        if heard.records {
            self.take_records(place, store, place.seq, now).await?;
        }
        // A campaign of a unit that is not known yet waits until the organisation
        // is read anew, which counts all campaigns.
        if heard.campaigns && !place.stale {
            self.rebuild(store, now).await?;
        }
        place.seq = heard.seq;
        let today = Day::of_instant(now);
        for campaign in self.campaigns().iter() {
            campaign.advance(today);
        }
        Ok(())
    }

    async fn take_records(
        &self,
        place: &mut Place,
        store: &Store,
        seq: i64,
        now: i64,
    ) -> Result<(), WebError> {
        let mut conn = store.read().await?;
        let (mut deltas, mut is_missing, mut has_rolls) = (Vec::new(), false, false);
        let book = &self.book;
        stored::records_after(&mut conn, seq, |row| {
            let mut book = book.write().unwrap_or_else(PoisonError::into_inner);
            has_rolls |= book.attended.contains(row.activity);
            match book.take(&row) {
                Ok(delta) => deltas.extend(delta),
                Err(()) => is_missing = true,
            }
        })
        .await?;
        let mut rolls = Rolls::default();
        if has_rolls {
            let attended =
                self.book.read().unwrap_or_else(PoisonError::into_inner).attended.clone();
            stored::attendance_after(&mut conn, &attended, seq, |record, present| {
                rolls.add(record, present.ids());
            })
            .await?;
        }
        drop(conn);
        self.settle(place, Came { deltas, rolls, is_missing }, seq, now);
        Ok(())
    }

    /// Carries the standings forward by what has come after `seq`.
    fn settle(&self, place: &mut Place, came: Came, seq: i64, now: i64) {
        let Came { mut deltas, rolls, is_missing } = came;
        if is_missing {
            place.missed = Some(place.missed.map_or(seq, |missed| missed.min(seq)));
            place.stale = true;
        }
        let mut book = self.book.write().unwrap_or_else(PoisonError::into_inner);
        if !rolls.is_empty() {
            for delta in &mut deltas {
                book.attach_to(delta, &rolls);
            }
        }
        for campaign in self.campaigns().iter() {
            campaign.shift(&deltas, &book);
        }
        // A record that was entered for the past changes what was known then.
        let midnight = Day::of_instant(now).begins_at();
        let is_old = |delta: &book::Delta| match delta {
            book::Delta::Came(kept) => kept.submitted_at < midnight,
            book::Delta::Voided(_) | book::Delta::Restored(_) => true,
        };
        if deltas.iter().any(is_old) {
            self.forget_past();
        }
    }

    fn forget_past(&self) {
        self.past.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Reads campaigns, plans, calendar and exemptions again, and counts those
    /// that changed.
    async fn rebuild(&self, store: &Store, now: i64) -> Result<(), WebError> {
        let sources = read::sources(store).await?;
        let wanted = read::attended(&sources);
        let known = self.book.read().unwrap_or_else(PoisonError::into_inner).attended.clone();
        let missing: HashSet<String> = wanted.difference(&known).cloned().collect();
        if !missing.is_empty() {
            let rolls = read::rolls(store, &missing).await?;
            let mut book = self.book.write().unwrap_or_else(PoisonError::into_inner);
            book.attach(&missing, &rolls);
            book.attended.extend(missing);
        }
        let before = self.campaigns();
        let campaigns = read::build(&self.book, sources, &before, now).await?;
        *self.campaigns.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(campaigns);
        self.forget_past();
        Ok(())
    }

    /// Follows, and reads the organisation anew if it has changed: a second or
    /// so at the size of a district, in which pages see the state before. The
    /// house calls it in the background; tests and imports when they are done.
    pub async fn refresh(&self, store: &Store, now: i64) -> Result<(), WebError> {
        let mut place = self.place.lock().await;
        self.follow_from(&mut place, store, now).await?;
        if !place.stale {
            return Ok(());
        }
        let org = read::organisation(store, &self.tree(), now).await?;
        let (book, source) = (Arc::clone(&self.book), Arc::clone(&self.book));
        let renumbered = tokio::task::spawn_blocking(move || {
            source.read().unwrap_or_else(PoisonError::into_inner).renumbered(org)
        })
        .await
        .map_err(|error| WebError::Internal(error.to_string()))?;
        *book.write().unwrap_or_else(PoisonError::into_inner) = renumbered;
        if let Some(seq) = place.missed {
            let mut conn = store.read().await?;
            let book = &self.book;
            stored::records_after(&mut conn, seq, |row| {
                let mut book = book.write().unwrap_or_else(PoisonError::into_inner);
                // Still unknown: its unit is gone again.
                let _ = book.take(&row);
            })
            .await?;
        }
        let sources = read::sources(store).await?;
        let campaigns = read::build(&self.book, sources, &[], now).await?;
        *self.campaigns.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(campaigns);
        self.forget_past();
        (place.stale, place.missed) = (false, None);
        Ok(())
    }
}

fn owed(campaign: &Arc<Running>, figures: &Figures, standing: Standing) -> Option<Owed> {
    let engine = figures.engine();
    let org = engine.organisation();
    let id = |subject: Subject| org.id(subject).to_owned();
    let (plan, at) = campaign.duty(engine.duty_id(standing.duty), standing.period.start)?;
    Some(Owed {
        campaign: Arc::clone(campaign),
        subject: id(standing.subject),
        unit: id(org.of_unit(standing.home)),
        standing,
        plan,
        at,
    })
}
