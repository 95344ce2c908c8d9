//! From the official document to a plan: the document is read, each item stands
//! beside its sentence, a person decides, and the result starts or amends a
//! campaign. `drafting::confirm` decides what fits; this shows and keeps.

mod card;
mod changes;
mod checked;
mod decide;
mod document;
mod form;
mod head;
mod intake;
mod list;
mod outcome;
mod preview;
mod show;

use axum::http::HeaderMap;
use campaign::access::{Action, Permit};
use campaign::plan::Head;
use drafting::Item as ReadItem;
use drafting::confirm::{Fields, Layout};
use jiff::civil::Date;
use storage::draft::{self, Carried, Decision, Draft, Edition, Item, Origin, State};

use crate::session::SignedIn;
use crate::{App, WebError, path};

pub(crate) use changes::changes;
pub(crate) use checked::Checked;
pub(crate) use decide::{accept_sure, add, decide};
pub(crate) use document::file;
pub(crate) use form::{edit, sentences};
pub(crate) use head::{discard, restore, save_head};
pub(crate) use intake::{create, edition_form, new, new_edition};
pub(crate) use list::{history, list};
pub(crate) use preview::{amend, plan_file, preview, start};
pub(crate) use show::show;

pub(super) use document::{Mark, pane, text_of};
pub(super) use outcome::Drafted;

pub(super) fn home(id: &str) -> String {
    format!("{}/{id}", path::DRAFTS)
}

/// An item with what it says.
pub(super) struct Line {
    pub(super) item: Item,
    pub(super) fields: Fields,
}

impl Line {
    fn of(item: Item) -> Self {
        // What was kept is JSON of this very type; an older one fills in blanks.
        let fields = serde_json::from_str(&item.fields).unwrap_or_default();
        Self { item, fields }
    }

    fn is_open(&self) -> bool {
        self.item.state == Decision::Open
    }

    /// Whether nobody needs to look twice before it is accepted.
    fn is_sure(&self) -> bool {
        ReadItem::SURE <= self.item.confidence
            && self.fields.unsure.is_empty()
            && self.item.origin == Origin::Read
            && !matches!(self.item.carried, Carried::Changed | Carried::New)
    }

    /// The words of the item, for a decision about it.
    fn json(fields: &Fields) -> String {
        serde_json::to_string(fields).unwrap_or_default()
    }
}

/// A draft with all that its page shows.
pub(super) struct Desk {
    pub(super) draft: Draft,
    pub(super) permit: Permit,
    pub(super) edition: Edition,
    pub(super) layout: Layout,
    pub(super) lines: Vec<Line>,
}

impl Desk {
    fn decided(&self) -> usize {
        self.lines.iter().filter(|it| !it.is_open()).count()
    }

    fn is_open(&self) -> bool {
        self.draft.state == State::Open
    }

    fn line(&self, id: &str) -> Result<&Line, WebError> {
        self.lines.iter().find(|it| it.item.id == id).ok_or(WebError::NotFound)
    }

    /// Refuses what would change a draft that is in use or thrown away.
    fn must_be_open(&self) -> Result<(), WebError> {
        match self.draft.state {
            State::Open => Ok(()),
            State::Used => Err(WebError::Conflict(
                "这份起草已用于实施中的方案，不再改动；上级有新稿时可上传新版本。".to_owned(),
            )),
            State::Discarded => {
                Err(WebError::Conflict("这份起草已作废，恢复后才能继续。".to_owned()))
            }
        }
    }
}

/// The draft, if its unit's plans are the reader's to manage.
pub(super) async fn managed(
    app: &App,
    who: &SignedIn,
    id: &str,
) -> Result<(Draft, Permit), WebError> {
    let mut conn = app.store.read().await?;
    let draft = draft::by_id(&mut conn, id).await?.ok_or(WebError::NotFound)?;
    let permit = app.live.tree().permit(&who.actor, Action::ManagePlans, &draft.unit)?;
    Ok((draft, permit))
}

pub(super) async fn desk(app: &App, who: &SignedIn, id: &str) -> Result<Desk, WebError> {
    let (draft, permit) = managed(app, who, id).await?;
    let mut conn = app.store.read().await?;
    let edition =
        draft::edition(&mut conn, id, draft.edition).await?.ok_or(WebError::NotFound)?;
    let items = draft::items(&mut conn, id, draft.edition).await?;
    drop(conn);
    let layout = serde_json::from_str(&edition.layout).unwrap_or_default();
    let lines = items.into_iter().map(Line::of).collect();
    Ok(Desk { draft, permit, edition, layout, lines })
}

/// The head that the plan will have.
fn head_of(draft: &Draft) -> Result<Head, WebError> {
    let date = |text: &str| -> Result<Date, WebError> {
        text.parse().map_err(|_| WebError::Internal(format!("date of draft {}", draft.id)))
    };
    Ok(Head {
        id: draft.plan.clone(),
        name: draft.name.clone(),
        issuer: draft.issuer.clone(),
        document: Some(draft.name.clone()),
        from: date(&draft.from_on)?,
        until: date(&draft.until_on)?,
        in_force: None,
        version: 1,
        adopts: None,
        note: Some(draft.note.trim().to_owned()).filter(|note| !note.is_empty()),
    })
}

/// Whether the script asks: it wants the changed parts and not the whole page.
fn wants_part(headers: &HeaderMap) -> bool {
    headers.contains_key("x-part")
}
