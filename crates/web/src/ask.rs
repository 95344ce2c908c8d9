//! “Is this a scam?” (反诈咨询), for whoever asks: signed in or not. The answer
//! comes at once; a person on duty may be asked to take over.

mod answer;
mod api;
mod check;
mod form;
mod judge;
mod poster;
mod talk;
mod visitor;
mod words;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use maud::{Markup, html};
use storage::consultation::{self, Consultation, Picture};

use crate::files::{self, Sent};
use crate::layout::{self, Page};
use crate::live::Tree;
use crate::{App, AppState, WebError, path};

pub(crate) use answer::{
    kind_of, mine, own, pictures, progress, reasons, show, thread, verdict,
};
pub(crate) use api::create as create_by_api;
pub(crate) use form::{ask, form};
pub(crate) use judge::judge;
pub(crate) use poster::{pay, poster, qr};
pub(crate) use talk::{follow, follow_form, hand_over, leave, reopen, say, settle, words_of};
pub(crate) use visitor::Visitor;
pub(crate) use words::{step_refused, tone, with_phones};

/// What somebody is to a consultation who asked it.
pub(crate) async fn is_asker(
    app: &App,
    visitor: &Visitor,
    it: &Consultation,
) -> Result<bool, WebError> {
    let signed_in = visitor.who.as_ref().map(|who| who.actor.account.as_str());
    if it.account.is_some() {
        return Ok(it.account.as_deref() == signed_in);
    }
    let Some(code) = &visitor.code else { return Ok(false) };
    let mut conn = app.store.read().await?;
    let found = consultation::by_code(&mut conn, &app.store.sealer, code).await?;
    Ok(found.is_some_and(|found| found.id == it.id))
}

/// The consultation, if this visitor asked it. Anything else is not there.
async fn asked_by(app: &App, visitor: &Visitor, id: &str) -> Result<Consultation, WebError> {
    let mut conn = app.store.read().await?;
    let it = consultation::by_id(&mut conn, id).await?.ok_or(WebError::NotFound)?;
    drop(conn);
    if is_asker(app, visitor, &it).await? { Ok(it) } else { Err(WebError::NotFound) }
}

/// `/ask/c/{id}/files/{file}`: a screenshot, for the asker and those who answer.
pub(crate) async fn file(
    State(app): State<AppState>,
    visitor: Visitor,
    Path((id, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let it = picture(&app, &visitor, (&id, &file)).await?;
    files::send(&app, Sent::picture(&it.sha256, &it.media_type), &headers).await
}

pub(crate) async fn thumbnail(
    State(app): State<AppState>,
    visitor: Visitor,
    Path((id, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let it = picture(&app, &visitor, (&id, &file)).await?;
    files::send(&app, Sent::thumbnail(&it.thumbnail_sha256), &headers).await
}

async fn picture(
    app: &App,
    visitor: &Visitor,
    (id, file): (&str, &str),
) -> Result<Picture, WebError> {
    let mut conn = app.store.read().await?;
    let it = consultation::by_id(&mut conn, id).await?.ok_or(WebError::NotFound)?;
    let pictures = consultation::pictures(&mut conn, id).await?;
    drop(conn);
    let picture = pictures.into_iter().find(|it| it.id == file).ok_or(WebError::NotFound)?;
    if !is_asker(app, visitor, &it).await? {
        let who = visitor.who.as_ref().ok_or(WebError::NotFound)?;
        crate::consultations::permitted(app, who, &it).await?;
    }
    Ok(picture)
}

/// The unit that answers: the school asked for or the one it lies in, else the
/// body itself.
fn answering(tree: &Tree, visitor: &Visitor, asked: &str) -> Option<String> {
    let own = visitor.who.as_ref().and_then(|who| who.actor.grants.first());
    let asked = match (tree.get(asked), own) {
        (Some(node), _) => Some(node.unit.id.as_str()),
        (None, Some(grant)) if asked.is_empty() => Some(grant.unit.as_str()),
        _ => None,
    };
    let root = tree.root().map(|root| root.unit.id.clone());
    match asked {
        Some(unit) => tree.school_of(unit).map(|node| node.unit.id.clone()).or(root),
        None => root,
    }
}

/// A page for anybody: in the house's frame for those signed in.
pub(crate) fn shell(
    app: &App,
    visitor: &Visitor,
    (title, here): (&str, &str),
    content: Markup,
) -> Markup {
    match &visitor.who {
        Some(who) => layout::page(app, who, Page { title, here, content }),
        None => layout::open(app, title, here, content),
    }
}

/// The ways through consultations, for those signed in.
pub(crate) fn tabs(visitor: &Visitor, here: &str) -> Markup {
    use campaign::access::Action;
    let may = |action| visitor.who.as_ref().is_some_and(|who| who.actor.may_anywhere(action));
    let all = [
        (path::ASK, "我要咨询", true),
        (path::ASK_OWN, "我问过的", true),
        (path::CONSULTATIONS, "咨询处理", visitor.is_on_duty || may(Action::Consult)),
        (path::CONSULT_TRENDS, "咨询趋势", may(Action::Read)),
        (path::CONSULT_DUTY, "值班与设置", may(Action::ManageConsult)),
    ];
    html! {
        @if visitor.who.is_some() {
            nav.tabs aria-label="咨询" {
                @for (href, label, is_shown) in all {
                    @if is_shown {
                        a href=(href) aria-current=[(href == here).then_some("page")] { (label) }
                    }
                }
            }
        }
    }
}
