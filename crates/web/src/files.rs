//! Originals and thumbnails: kept by content hash, shown only to those who may
//! see the record that they belong to.

mod store;
mod sweep;
mod upload;

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
    IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_UNMODIFIED_SINCE, RANGE,
};
use axum::http::{HeaderMap, Request};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use storage::evidence::{self, Evidence, Kind};
use storage::record;
use tower_http::services::ServeFile;

use crate::session::SignedIn;
use crate::{App, AppState, WebError};

pub use store::{FileStore, Partial};
pub use sweep::sweep;
pub(crate) use upload::{FILE_MAX, FILES_MAX, PHOTO_MAX, Taken, keep_bare, take, take_picture};

#[derive(Debug, Deserialize)]
pub(crate) struct How {
    #[serde(default)]
    download: String,
}

/// `/files/{id}`: the original.
pub(crate) async fn original(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(how): Query<How>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let it = permitted(&app, &who, &id).await?;
    let inline = how.download.is_empty() && is_shown(&it);
    send(&app, Sent::named(&it.sha256, &it.media_type, &it.name, inline), &headers).await
}

/// `/files/{id}/thumbnail`: the small picture.
pub(crate) async fn thumbnail(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let it = permitted(&app, &who, &id).await?;
    let sha256 = it.thumbnail_sha256.as_deref().ok_or(WebError::NotFound)?;
    send(&app, Sent::thumbnail(sha256), &headers).await
}

async fn permitted(app: &App, who: &SignedIn, id: &str) -> Result<Evidence, WebError> {
    let mut conn = app.store.read().await?;
    let (it, of) = evidence::by_id(&mut conn, id).await?.ok_or(WebError::NotFound)?;
    let of = of.ok_or(WebError::NotFound)?;
    let record = record::by_id(&mut conn, &of).await?.ok_or(WebError::NotFound)?;
    crate::records::may_see(app, who, &record)?;
    Ok(it)
}

/// What a browser may show in place: never anything that it would run.
fn is_shown(it: &Evidence) -> bool {
    match it.kind {
        Kind::Photo => true,
        Kind::Video | Kind::Audio => is_played(&it.media_type),
        Kind::File => it.media_type == "application/pdf",
    }
}

/// Sound and films that browsers play.
pub(crate) fn is_played(media_type: &str) -> bool {
    ["audio/mpeg", "audio/mp4", "audio/wav", "audio/ogg", "video/mp4", "video/webm"]
        .contains(&media_type)
}

/// A kept file and how it is sent.
pub(crate) struct Sent<'a> {
    sha256: &'a str,
    media_type: &'a str,
    disposition: String,
    /// How long a browser may keep it.
    kept: &'static str,
}

impl<'a> Sent<'a> {
    /// The content never changes; whoever may see it, may change.
    const KEPT: &'static str = "private, max-age=600";

    /// Under the name that its sender gave it.
    pub(crate) fn named(
        sha256: &'a str,
        media_type: &'a str,
        name: &str,
        inline: bool,
    ) -> Self {
        let disposition = disposition(name, inline);
        Self { sha256, media_type, disposition, kept: Self::KEPT }
    }

    /// In place, without a name.
    pub(crate) fn picture(sha256: &'a str, media_type: &'a str) -> Self {
        Self { sha256, media_type, disposition: "inline".to_owned(), kept: Self::KEPT }
    }

    pub(crate) fn thumbnail(sha256: &'a str) -> Self {
        Self::picture(sha256, "image/jpeg")
    }

    /// What is not for everybody yet no browser keeps.
    pub(crate) fn kept_if(self, is_public: bool) -> Self {
        if is_public { self } else { Self { kept: "no-store", ..self } }
    }
}

/// The file, or the part of it that was asked for: films are played in parts,
/// and some phones play nothing else.
pub(crate) async fn send(
    app: &App,
    what: Sent<'_>,
    asked: &HeaderMap,
) -> Result<Response, WebError> {
    let place = app.originals.place(what.sha256).map_err(|_| WebError::NotFound)?;
    let mut request = Request::new(Body::empty());
    for name in [RANGE, IF_NONE_MATCH, IF_MODIFIED_SINCE, IF_UNMODIFIED_SINCE] {
        if let Some(value) = asked.get(&name) {
            request.headers_mut().insert(name, value.clone());
        }
    }
    let answer = ServeFile::new(place).try_call(request).await.map_err(|error| {
        tracing::error!(%error, sha256 = what.sha256, "an original cannot be read");
        match error.kind() {
            std::io::ErrorKind::NotFound => WebError::NotFound,
            _ => WebError::Internal(error.to_string()),
        }
    })?;
    let headers = [
        (CONTENT_TYPE, what.media_type.to_owned()),
        (CONTENT_DISPOSITION, what.disposition),
        // Even a file that was taken for something else runs nothing.
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; img-src 'self'; media-src 'self'; object-src 'self'; sandbox"
                .to_owned(),
        ),
        (CACHE_CONTROL, what.kept.to_owned()),
    ];
    Ok((headers, answer.map(Body::new)).into_response())
}

/// The sender's name for the file, in the two spellings that browsers read.
fn disposition(name: &str, inline: bool) -> String {
    let way = if inline { "inline" } else { "attachment" };
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || "-_. ".contains(c) { c } else { '_' })
        .collect();
    format!("{way}; filename=\"{plain}\"; filename*=UTF-8''{}", crate::path::encode(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_break_the_header() {
        assert_eq!(
            disposition("班会\"\r\n照.jpg", true),
            "inline; filename=\"______.jpg\"; filename*=UTF-8''\
             %E7%8F%AD%E4%BC%9A%22%0D%0A%E7%85%A7.jpg"
        );
    }
}
