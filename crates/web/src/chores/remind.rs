//! From today's standings to messages: one an account and day at most, each
//! step of each duty told once.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use campaign::day::Day;
use campaign::live::Live as Figures;
use campaign::organisation::PersonIx;
use campaign::plan::Plan;
use campaign::reminder::{self, Notice, Recipient, RuleBook, Whom};
use storage::notification::{self, Kind, Message};
use storage::outbox::Mail;

use super::desk::{Desk, Whose};
use super::words::{self, Item, Text};
use super::{DAY_MS, HOUR_MS, give_back, rules, take};
use crate::app::new_id;
use crate::live::{Running, Tree};
use crate::{App, AppState, WebError, path};

/// Messages saved in one transaction, so that nobody waits long.
const BATCH: usize = 50;

/// A notice with names instead of numbers.
struct Found {
    campaign: Arc<Running>,
    plan: Arc<Plan>,
    /// Place of the duty in the plan.
    duty: usize,
    start: Day,
    due: Day,
    step: usize,
    home: String,
    whose: Whose,
    missing: u32,
}

/// Tells what is to be told now. Once an hour one of the processes looks; nobody
/// is disturbed in the quiet hours.
pub(super) async fn run(app: &AppState) -> Result<u64, WebError> {
    let now = app.clock.now();
    let book = rules(app).await?;
    if app.live.campaigns().is_empty() || book.awake_from(now) != now {
        return Ok(0);
    }
    let Some(holder) = take(app, "remind", now + HOUR_MS).await? else { return Ok(0) };
    let told = tell(app, &book, now).await;
    if told.is_err() {
        give_back(app, "remind", &holder).await?;
    }
    told
}

async fn tell(app: &AppState, book: &RuleBook, now: i64) -> Result<u64, WebError> {
    let today = Day::of_instant(now);
    let mut conn = app.store.read().await?;
    let contacts = notification::contacts(&mut conn, &today.to_string()).await?;
    // Longer ago a step cannot have been told that may still be taken.
    let longest =
        book.steps_on(today).iter().map(|step| step.last - step.day).max().unwrap_or(0);
    let since = now - (i64::from(longest) + 2) * DAY_MS;
    let told = notification::told_since(&mut conn, since).await?;
    drop(conn);
    let (worker, rules) = (AppState::clone(app), book.clone());
    let messages = tokio::task::spawn_blocking(move || {
        let tree = worker.live.tree();
        let desk = Desk::new(&tree, &contacts);
        let mut found = Vec::new();
        for campaign in worker.live.campaigns().iter().filter(|it| !it.is_ended()) {
            found.extend(look(campaign, &rules, &desk));
        }
        let items = sort(&found, &rules, today, &desk);
        compose(&worker, (items, &told), today, (&desk, &tree))
    })
    .await
    .map_err(|error| WebError::Internal(error.to_string()))?;
    save(app, &messages).await
}

/// The notices of one campaign. Records wait while it looks.
fn look(campaign: &Arc<Running>, book: &RuleBook, desk: &Desk<'_>) -> Vec<Found> {
    campaign.look(|figures| {
        let org = figures.engine().organisation();
        let is_known = |person: PersonIx| desk.knows(org.id(org.of_person(person)));
        let notices = reminder::notices(figures.view(), book, is_known);
        let holders = holders(figures);
        notices
            .into_iter()
            .filter_map(|notice| found(campaign, figures, &holders, &notice))
            .collect()
    })
}

fn found(
    campaign: &Arc<Running>,
    figures: &Figures,
    holders: &HashMap<(u32, u32), Vec<PersonIx>>,
    it: &Notice,
) -> Option<Found> {
    let engine = figures.engine();
    let org = engine.organisation();
    let (plan, duty) = campaign.duty(engine.duty_id(it.duty), it.period.start)?;
    let person = |person: PersonIx| org.id(org.of_person(person)).to_owned();
    let whose = match it.whom {
        Whom::Person(it) => Whose::Person(person(it)),
        Whom::People => Whose::People,
        Whom::Unit => {
            let post = plan.duties.get(duty)?.doer.as_deref();
            let held = post
                .and_then(|post| org.post_code(post))
                .and_then(|post| holders.get(&(post, it.home.0)));
            Whose::Unit { holders: held.into_iter().flatten().map(|it| person(*it)).collect() }
        }
    };
    Some(Found {
        campaign: Arc::clone(campaign),
        duty,
        start: it.period.start,
        due: it.period.due,
        step: it.step,
        home: org.id(org.of_unit(it.home)).to_owned(),
        whose,
        missing: it.missing,
        plan,
    })
}

/// Who holds which post in which unit today.
fn holders(figures: &Figures) -> HashMap<(u32, u32), Vec<PersonIx>> {
    let today = figures.as_of();
    let mut holders: HashMap<(u32, u32), Vec<PersonIx>> = HashMap::new();
    for it in figures.engine().organisation().tenures() {
        if it.from <= today && today <= it.until {
            holders.entry((it.post, it.unit.0)).or_default().push(it.person);
        }
    }
    holders
}

/// What each contact is told, by the key of the step: what several units or
/// persons have not done is one item.
type Items = BTreeMap<usize, BTreeMap<String, Item>>;

fn sort(found: &[Found], book: &RuleBook, today: Day, desk: &Desk<'_>) -> Items {
    let mut items = Items::new();
    for it in found {
        let (Some(step), Some(duty)) =
            (book.steps_on(today).get(it.step), it.plan.duties.get(it.duty))
        else {
            continue;
        };
        let told = match step.to {
            Recipient::Doer => desk.doers(&it.home, &it.whose),
            Recipient::Superior => desk.superiors(&it.home, &it.whose),
        };
        let key = format!("{}/{}/{}/{}", it.campaign.id(), duty.id, it.start, step.id);
        for contact in told {
            let own = items.entry(contact).or_default();
            let item = own.entry(key.clone()).or_insert_with(|| Item {
                to: step.to,
                campaign: it.campaign.id().to_owned(),
                plan: it.plan.head.name.clone(),
                duty_id: duty.id.clone(),
                duty: duty.name.clone(),
                clause: duty.clause.clone(),
                due: it.due,
                homes: Vec::new(),
                people: 0,
                is_own: false,
            });
            match it.whose {
                Whose::Person(_) => item.is_own = true,
                Whose::People => item.people += it.missing,
                Whose::Unit { .. } => {}
            }
            // They come by home, so what is the same stands together.
            if item.homes.last() != Some(&it.home) {
                item.homes.push(it.home.clone());
            }
        }
    }
    items
}

fn compose(
    app: &App,
    (items, told): (Items, &HashMap<String, HashSet<String>>),
    today: Day,
    (desk, tree): (&Desk<'_>, &Tree),
) -> Vec<Message> {
    let mut messages = Vec::new();
    for (contact, items) in items {
        let contact = desk.contact(contact);
        let known = told.get(&contact.account);
        let fresh: Vec<(String, Item)> = items
            .into_iter()
            .filter(|(key, _)| !known.is_some_and(|known| known.contains(key)))
            .collect();
        if fresh.is_empty() {
            continue;
        }
        let (steps, mut items): (Vec<String>, Vec<Item>) = fresh.into_iter().unzip();
        items.sort_by(|a, b| (a.due, &a.duty, &a.campaign).cmp(&(b.due, &b.duty, &b.campaign)));
        let Text { title, body } = words::compose(&items, today, tree);
        let is_own = items.iter().any(|item| item.to == Recipient::Doer);
        let href = if is_own { path::HOME.to_owned() } else { board(&items) };
        let key = format!("remind/{today}/{}", contact.account);
        let mail = app.mailer.as_ref().and_then(|mailer| {
            Some(Mail {
                id: new_id(),
                account: Some(contact.account.clone()),
                recipient: contact.email.clone().filter(|it| !it.is_empty())?,
                subject: format!("【无诈】{title}"),
                body: words::letter(&body, mailer.link(&href).as_deref()),
                next_at: app.clock.now(),
                dedupe_key: Some(key.clone()),
            })
        });
        messages.push(Message {
            id: new_id(),
            account: contact.account.clone(),
            kind: if is_own { Kind::Reminder } else { Kind::Escalation },
            title,
            body,
            href,
            dedupe_key: Some(key),
            steps,
            mail,
        });
    }
    messages
}

/// The board of what it is about, as narrow as it can be.
fn board(items: &[Item]) -> String {
    let same = |of: fn(&Item) -> &str| {
        let first = items.first().map(of).unwrap_or_default();
        if items.iter().all(|item| of(item) == first) { first } else { "" }
    };
    let campaign = same(|item| &item.campaign);
    let unit = same(|item| match item.homes.as_slice() {
        [only] => only.as_str(),
        _ => "",
    });
    let pairs = [("campaign", campaign), ("unit", unit), ("duty", same(|item| &item.duty_id))];
    match items {
        [_] if !unit.is_empty() => path::with_query(&format!("{}/duty", path::BOARD), &pairs),
        _ => path::with_query(path::BOARD, &pairs[..2]),
    }
}

async fn save(app: &App, messages: &[Message]) -> Result<u64, WebError> {
    let tree = app.live.tree();
    let Some(root) = tree.root() else { return Ok(0) };
    let permit = campaign::access::permit_house(campaign::access::Action::Self_, &root.unit.id);
    let mut told = 0;
    for batch in messages.chunks(BATCH) {
        let mut tx = app.store.write(app.clock.now()).await?;
        told += notification::tell_many(&mut tx, &permit, batch).await?;
        tx.commit().await?;
    }
    if told > 0 {
        app.sessions.clear();
        tracing::info!(accounts = told, "reminded");
    }
    Ok(told)
}
