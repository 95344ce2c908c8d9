//! Following what this process has written itself: it need not be read again.

use std::sync::PoisonError;

use campaign::day::Day;
use campaign::record::Presence;
use storage::Store;
use storage::live::RecordRow;
use storage::record::NewRecord;

use super::{Came, Live};
use crate::WebError;

/// Records that one transaction has added, and nothing else with them.
pub struct Written<'a> {
    /// Place of the first one in the order of changes; the others follow it.
    pub first_seq: i64,
    pub records: Vec<&'a NewRecord>,
}

impl Live {
    /// Carries the standings forward by records that have just been made lasting.
    /// If anything else came before them that is not followed yet, the order of
    /// changes is read as [`Live::follow`] does.
    pub async fn follow_written(
        &self,
        store: &Store,
        written: &Written<'_>,
        now: i64,
    ) -> Result<(), WebError> {
        let mut place = self.place.lock().await;
        if place.seq + 1 != written.first_seq {
            return self.follow_from(&mut place, store, now).await;
        }
        let came = self.came(&written.records);
        let before = place.seq;
        self.settle(&mut place, came, before, now);
        place.seq += written.records.len() as i64;
        let today = Day::of_instant(now);
        for campaign in self.campaigns().iter() {
            campaign.advance(today);
        }
        Ok(())
    }

    fn came(&self, records: &[&NewRecord]) -> Came {
        let mut came = Came::default();
        let mut book = self.book.write().unwrap_or_else(PoisonError::into_inner);
        for it in records {
            match book.take(&row(it)) {
                Ok(delta) => came.deltas.extend(delta),
                Err(()) => came.is_missing = true,
            }
            if !it.roll.is_empty() && book.attended.contains(&it.activity) {
                let present = it.roll.iter().filter(|one| one.presence == Presence::Present);
                let mut present = present.map(|one| one.person.as_str()).peekable();
                if present.peek().is_some() {
                    came.rolls.add(&it.id, present);
                }
            }
        }
        came
    }
}

/// The row that the record has become.
fn row(it: &NewRecord) -> RecordRow<'_> {
    let last = it.later.last();
    RecordRow {
        id: &it.id,
        activity: &it.activity,
        subject: it.person.as_deref().unwrap_or(&it.unit),
        day: Day::from(it.acted_on),
        submitted_at: it.submitted_at,
        voided_at: last.filter(|step| !step.status.counts()).map(|step| step.at),
        count: it.count,
    }
}
