//! Students and staff in and below each unit. A list of schools shows fifty such
//! figures, and counting them anew reads everybody who is in them: they are
//! counted once and hold until the order of changes tells of the organisation.

use std::collections::HashMap;
use std::sync::Arc;

use campaign::person::PersonRole;
use storage::{live as stored, people};
use tokio::sync::Mutex;

use crate::live::Tree;
use crate::{App, WebError};

/// Students and staff by unit, those below it included.
pub(crate) type Counts = HashMap<String, (i64, i64)>;

/// The figures as they were counted last.
#[derive(Default)]
pub struct Headcount(Mutex<Option<Counted>>);

struct Counted {
    /// How far in the order of changes they are known to hold.
    seq: i64,
    today: String,
    /// The tree that was summed up along.
    tree: Arc<Tree>,
    counts: Arc<Counts>,
}

impl Counted {
    fn fits(&self, today: &str, tree: &Arc<Tree>) -> bool {
        self.today == today && Arc::ptr_eq(&self.tree, tree)
    }
}

impl Headcount {
    /// What is kept, if it still holds. Many ask this at the same time, so nobody
    /// is kept waiting while the database is asked.
    async fn standing(&self, app: &App, today: &str) -> Result<Option<Arc<Counts>>, WebError> {
        let tree = app.live.tree();
        let known = self.0.lock().await.as_ref().and_then(|known| {
            known.fits(today, &tree).then(|| (known.seq, Arc::clone(&known.counts)))
        });
        let Some((seq, counts)) = known else { return Ok(None) };
        let heard = stored::heard_after(&mut *app.store.read().await?, seq).await?;
        if heard.organisation {
            return Ok(None);
        }
        if seq < heard.seq
            && let Some(known) = self.0.lock().await.as_mut()
            && known.seq == seq
        {
            known.seq = heard.seq;
        }
        Ok(Some(counts))
    }
}

/// The figures as they are now.
pub(crate) async fn counts(app: &App) -> Result<Arc<Counts>, WebError> {
    let today = app.clock.today().to_string();
    if let Some(counts) = app.headcount.standing(app, &today).await? {
        return Ok(counts);
    }
    // Held while they are counted, so that many who ask count once.
    let mut kept = app.headcount.0.lock().await;
    let tree = app.live.tree();
    let mut conn = app.store.read().await?;
    let seq = match kept.as_mut() {
        Some(known) => {
            let heard = stored::heard_after(&mut conn, known.seq).await?;
            if known.fits(&today, &tree) && !heard.organisation {
                known.seq = heard.seq;
                return Ok(Arc::clone(&known.counts));
            }
            heard.seq
        }
        None => stored::last_seq(&mut conn).await?,
    };
    let mut counts = Counts::new();
    for (unit, count) in people::counts_everywhere(&mut conn, &today).await? {
        for above in tree.above(&unit) {
            let entry = counts.entry(above.to_owned()).or_default();
            match count.role {
                PersonRole::Student => entry.0 += count.people,
                PersonRole::Staff => entry.1 += count.people,
                _ => {}
            }
        }
    }
    let counts = Arc::new(counts);
    *kept = Some(Counted { seq, today, tree, counts: Arc::clone(&counts) });
    Ok(counts)
}
