//! Other days than today: counted when asked for, and the last few kept.

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError};

use campaign::day::Day;
use campaign::live::Live as Figures;

use super::{Live, Running};
use crate::WebError;

/// How many past days stay counted: at the size of a district each is some ten
/// megabytes.
const DAYS_MAX: usize = 4;

/// The days counted last, the newest at the back.
#[derive(Default)]
pub(super) struct Past(VecDeque<(String, Day, Arc<Figures>)>);

impl Past {
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    fn get(&self, campaign: &str, day: Day) -> Option<Arc<Figures>> {
        let found = self.0.iter().find(|(id, on, _)| id == campaign && *on == day);
        found.map(|(_, _, figures)| Arc::clone(figures))
    }

    fn put(&mut self, campaign: &str, day: Day, figures: &Arc<Figures>) {
        if self.0.len() >= DAYS_MAX {
            self.0.pop_front();
        }
        self.0.push_back((campaign.to_owned(), day, Arc::clone(figures)));
    }
}

/// A campaign as it is seen on a day.
#[derive(Clone)]
pub struct Sight {
    pub campaign: Arc<Running>,
    /// None for today.
    then: Option<Arc<Figures>>,
}

impl Sight {
    pub fn look<R>(&self, look: impl FnOnce(&Figures) -> R) -> R {
        match &self.then {
            Some(figures) => look(figures),
            None => self.campaign.look(look),
        }
    }

    pub fn is_today(&self) -> bool {
        self.then.is_none()
    }
}

impl Live {
    /// The campaign as it was known at the end of a day, or as it is judged on
    /// a later one by what is known today; as it stands now if the day is today.
    pub async fn sight(&self, campaign: &Arc<Running>, day: Day) -> Result<Sight, WebError> {
        let campaign = Arc::clone(campaign);
        if day == campaign.as_of() {
            return Ok(Sight { campaign, then: None });
        }
        let known =
            self.past.lock().unwrap_or_else(PoisonError::into_inner).get(campaign.id(), day);
        if known.is_some() {
            return Ok(Sight { campaign, then: known });
        }
        let (book, asked) = (Arc::clone(&self.book), Arc::clone(&campaign));
        let figures = tokio::task::spawn_blocking(move || {
            let book = book.read().unwrap_or_else(PoisonError::into_inner);
            Arc::new(asked.figures_on(day, &book))
        })
        .await
        .map_err(|error| WebError::Internal(error.to_string()))?;
        // A day to come changes with every record, so it is counted each time.
        if day < campaign.as_of() {
            self.past.lock().unwrap_or_else(PoisonError::into_inner).put(
                campaign.id(),
                day,
                &figures,
            );
        }
        Ok(Sight { campaign, then: Some(figures) })
    }
}
