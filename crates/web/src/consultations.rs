//! Consultations for those who answer: the queue, the conversation, who is on
//! duty, and what the figures say.

mod chore;
mod duty;
mod list;
mod pass;
mod show;
mod surge;
mod trends;

use campaign::access::{Action, Permit, Refused, Role, permit_house, permit_on_duty};
use campaign::consultation::State as Progress;
use jiff::civil::{Date, Weekday};
use storage::Tx;
use storage::consultation::{self, Consultation, duty as roster};
use storage::notification::{self, Kind, Message};
use storage::outbox::Mail;

use crate::app::new_id;
use crate::live::Tree;
use crate::session::SignedIn;
use crate::{App, WebError, clock, path};

pub use chore::run as upkeep;
pub(crate) use duty::{put, remove, save_retention, show as duty_page};
pub(crate) use list::{export, list};
pub(crate) use pass::{form as pass_form, pass};
pub(crate) use show::{close, let_go, reveal, say, show, take};
pub(crate) use trends::{export as trends_file, show as trends_page};

/// The Monday of a date's week.
pub fn monday(date: Date) -> Date {
    let back = i32::from(date.weekday().since(Weekday::Monday));
    date.saturating_sub(jiff::Span::new().days(back))
}

/// Where somebody answers: the units of their role, and those of the roster.
async fn scopes(app: &App, who: &SignedIn) -> Result<Vec<String>, WebError> {
    let mut conn = app.store.read().await?;
    let mut units = roster::units_of(&mut conn, &who.actor.account).await?;
    units.extend(who.actor.scopes(Action::Consult).map(str::to_owned));
    units.sort();
    units.dedup();
    Ok(units)
}

/// The permit to answer this one. What only the house answered is nobody's; and
/// whoever may not, does not learn that it is there.
pub(crate) async fn permitted(
    app: &App,
    who: &SignedIn,
    it: &Consultation,
) -> Result<Permit, WebError> {
    if it.state == Progress::Answered {
        return Err(WebError::NotFound);
    }
    let mut conn = app.store.read().await?;
    let rostered = roster::units_of(&mut conn, &who.actor.account).await?;
    drop(conn);
    let tree = app.live.tree();
    permit_on_duty(&who.actor, &rostered, &it.unit, &tree.above(&it.unit))
        .map_err(|_| WebError::NotFound)
}

/// Whom to tell that somebody waits: who is on duty today in the nearest unit
/// that has anybody; with no roster, who answers by their role.
async fn on_duty(app: &App, tx: &mut Tx, unit: &str) -> Result<Vec<Told>, WebError> {
    let roster = roster::above(tx.conn(), unit).await?;
    let today = app.clock.today();
    let day = usize::try_from(today.weekday().to_monday_zero_offset()).unwrap_or_default();
    let is_on = |it: &roster::OnDuty| it.days.get(day).copied().unwrap_or_default();
    let nearest =
        roster.iter().find(|it| is_on(it)).or_else(|| roster.first()).map(|it| it.unit.clone());
    if let Some(nearest) = nearest {
        let there: Vec<&roster::OnDuty> =
            roster.iter().filter(|it| it.unit == nearest).collect();
        let has_today = there.iter().any(|it| is_on(it));
        let told = there.into_iter().filter(|it| !has_today || is_on(it));
        return Ok(told
            .map(|it| Told { account: it.account.clone(), email: it.email.clone() })
            .collect());
    }
    by_role(app, tx, unit, &[Role::Officer, Role::Clerk, Role::Police]).await
}

/// Accounts with such a role in the nearest unit that has any; failing that,
/// administrators.
async fn by_role(
    app: &App,
    tx: &mut Tx,
    unit: &str,
    roles: &[Role],
) -> Result<Vec<Told>, WebError> {
    let today = app.clock.today().to_string();
    let contacts = notification::contacts(tx.conn(), &today).await?;
    let tree = app.live.tree();
    for roles in [roles, &[Role::Administrator]] {
        for unit in tree.above(unit) {
            let found: Vec<Told> = contacts
                .iter()
                .filter(|it| {
                    it.grants.iter().any(|it| it.unit == unit && roles.contains(&it.role))
                })
                .map(|it| Told { account: it.account.clone(), email: it.email.clone() })
                .collect();
            if !found.is_empty() {
                return Ok(found);
            }
        }
    }
    Ok(Vec::new())
}

/// Somebody to tell.
struct Told {
    account: String,
    email: Option<String>,
}

/// Tells those on duty that this one waits. Nothing that was asked is in it.
pub(crate) async fn tell_on_duty(
    app: &App,
    tx: &mut Tx,
    it: &Consultation,
    title: &str,
) -> Result<(), WebError> {
    let told = on_duty(app, tx, &it.unit).await?;
    let href = path::consultation(&it.id);
    send(app, tx, (title, &about(&app.live.tree(), it), &href), &told).await
}

/// Tells one account about this one.
pub(crate) async fn tell(
    app: &App,
    tx: &mut Tx,
    it: &Consultation,
    (account, title): (&str, &str),
) -> Result<(), WebError> {
    let known = storage::account::by_id(tx.conn(), account).await?;
    let Some(known) = known.filter(|it| it.disabled_at.is_none()) else { return Ok(()) };
    let is_asker = it.account.as_deref() == Some(account);
    let href = if is_asker { path::asked(&it.id) } else { path::consultation(&it.id) };
    let told = [Told { account: account.to_owned(), email: known.email }];
    send(app, tx, (title, &about(&app.live.tree(), it), &href), &told).await
}

/// What may be said outside: unit, type, urgency.
fn about(tree: &Tree, it: &Consultation) -> String {
    let kind = crate::ask::kind_of(it).map_or("未归类", recognition::FraudType::name);
    let urgent = match it.given {
        campaign::consultation::Given::Money => "已有转账，请尽快。",
        campaign::consultation::Given::Codes => "已给出验证码或密码，请尽快。",
        campaign::consultation::Given::Nothing => "",
    };
    format!(
        "{} · {} · {} · 提问人：{}。{urgent}",
        tree.full_name(&it.unit),
        it.outcome.chinese(),
        kind,
        it.asker.chinese()
    )
}

async fn send(
    app: &App,
    tx: &mut Tx,
    (title, body, href): (&str, &str, &str),
    told: &[Told],
) -> Result<(), WebError> {
    let messages: Vec<Message> = told
        .iter()
        .map(|it| Message {
            id: new_id(),
            account: it.account.clone(),
            kind: Kind::News,
            title: title.to_owned(),
            body: body.to_owned(),
            href: href.to_owned(),
            dedupe_key: None,
            steps: Vec::new(),
            mail: mail(app, it, (title, body, href)),
        })
        .collect();
    let unit = app.live.tree().root().map(|root| root.unit.id.clone()).unwrap_or_default();
    notification::tell_many(tx, &permit_house(Action::Self_, &unit), &messages).await?;
    Ok(())
}

fn mail(app: &App, told: &Told, (title, body, href): (&str, &str, &str)) -> Option<Mail> {
    let mailer = app.mailer.as_ref()?;
    Some(Mail {
        id: new_id(),
        account: Some(told.account.clone()),
        recipient: told.email.clone().filter(|it| !it.is_empty())?,
        subject: format!("【无诈】{title}"),
        body: crate::chores::letter(body, mailer.link(href).as_deref()),
        next_at: app.clock.now(),
        dedupe_key: None,
    })
}

/// A role that is wanted and not there.
fn refused(action: Action) -> WebError {
    Refused { action }.into()
}

/// A day of a form as its first or last instant; empty is none.
fn instant(text: &str, name: &str, is_end: bool) -> Result<Option<i64>, WebError> {
    if text.is_empty() {
        return Ok(None);
    }
    let date = crate::text::parse_date(text, name)?;
    Ok(Some(if is_end { clock::end_of(date) } else { clock::start_of(date) }))
}

/// The one of this id; what is not there and what is not theirs look the same.
async fn found(app: &App, id: &str) -> Result<Consultation, WebError> {
    let mut conn = app.store.read().await?;
    consultation::by_id(&mut conn, id).await?.ok_or(WebError::NotFound)
}
