//! The outbox emptied by SMTP.

use storage::outbox::{self, Leased, Outcome};

use super::{MINUTE_MS, rules};
use crate::app::new_id;
use crate::mail::{Failure, Letter, Mailer};
use crate::{App, AppState, WebError};

/// What became of the letters of one look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Delivered {
    pub sent: u32,
    pub later: u32,
    pub dead: u32,
}

/// How long after each attempt the next one follows; after the last, none.
const BACK_OFF_MINUTES: [i64; 7] = [1, 5, 15, 60, 180, 360, 720];
/// Letters leased at once, and for how long: longer than all of them can take.
const BATCH: i64 = 8;
const LEASE_MS: i64 = 15 * MINUTE_MS;
/// At most so many batches in one look.
const BATCHES_MAX: usize = 200;

pub(super) async fn run(app: &AppState) -> Result<Delivered, WebError> {
    let mut delivered = Delivered::default();
    let Some(mailer) = &app.mailer else { return Ok(delivered) };
    for _ in 0..BATCHES_MAX {
        let now = app.clock.now();
        let mut conn = app.store.read().await?;
        let is_due = outbox::is_due(&mut conn, now).await?;
        drop(conn);
        if !is_due {
            break;
        }
        let holder = new_id();
        let mut tx = app.store.write(now).await?;
        let letters = outbox::lease(&mut tx, &holder, now + LEASE_MS, BATCH).await?;
        tx.commit().await?;
        if letters.is_empty()
            || !send_all(app, mailer, (letters.as_slice(), holder.as_str()), &mut delivered)
                .await?
        {
            break;
        }
    }
    Ok(delivered)
}

/// Sends what is leased. False if the server cannot be reached: then the rest is
/// left for later without counting as tried.
async fn send_all(
    app: &App,
    mailer: &Mailer,
    (letters, holder): (&[Leased], &str),
    delivered: &mut Delivered,
) -> Result<bool, WebError> {
    let mut is_reached = true;
    for letter in letters {
        let sent = if is_reached { Some(send(mailer, letter).await) } else { None };
        if let Some(Err(failure)) = &sent {
            is_reached = !matches!(failure, Failure::Unreachable(_));
            // Never the address, and not the server's words, which may hold it.
            tracing::warn!(letter = %letter.id, why = failure.kind(), "a letter was not sent");
        }
        let now = app.clock.now();
        let outcome = match sent {
            None => Outcome::Untried { at: now + MINUTE_MS },
            Some(Ok(())) => Outcome::Sent,
            Some(Err(failure)) => after(&failure, letter.attempts, now),
        };
        let outcome = match outcome {
            Outcome::Later { at, error } => {
                Outcome::Later { at: rules(app).await?.awake_from(at), error }
            }
            other => other,
        };
        let mut tx = app.store.write(now).await?;
        let is_ours = outbox::settle(&mut tx, &letter.id, holder, &outcome).await?;
        tx.commit().await?;
        if is_ours {
            match outcome {
                Outcome::Sent => delivered.sent += 1,
                Outcome::Later { .. } | Outcome::Untried { .. } => delivered.later += 1,
                Outcome::Dead { .. } => delivered.dead += 1,
            }
        }
    }
    Ok(is_reached)
}

async fn send(mailer: &Mailer, it: &Leased) -> Result<(), Failure> {
    let letter = Letter {
        id: &it.id,
        recipient: &it.recipient,
        subject: &it.subject,
        body: &it.body,
        at: it.created_at,
    };
    mailer.send(&letter).await
}

/// What follows after a failed attempt, the `attempts`-th.
fn after(failure: &Failure, attempts: i64, now: i64) -> Outcome {
    let error = failure.words().to_owned();
    if matches!(failure, Failure::Refused(_)) {
        return Outcome::Dead { error };
    }
    let place = usize::try_from(attempts - 1).unwrap_or_default();
    match BACK_OFF_MINUTES.get(place) {
        Some(minutes) => Outcome::Later { at: now + minutes * MINUTE_MS, error },
        None => Outcome::Dead { error },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_tried_eight_times_over_a_day_and_then_given_up() {
        let failure = Failure::Later("451".to_owned());
        let mut now = 0;
        let mut table = Vec::new();
        for attempt in 1..=8 {
            match after(&failure, attempt, now) {
                Outcome::Later { at, .. } => {
                    table.push((at - now) / MINUTE_MS);
                    now = at;
                }
                Outcome::Dead { .. } => table.push(-1),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(table, [1, 5, 15, 60, 180, 360, 720, -1]);
        let refused = Failure::Refused("550".to_owned());
        assert_eq!(after(&refused, 1, 0), Outcome::Dead { error: "550".to_owned() });
    }
}
