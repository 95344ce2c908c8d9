//! Files as answers: the name survives in Chinese, and nothing is shown inline.

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{AppendHeaders, IntoResponse};

use crate::{WebError, path};

/// A file to keep.
pub fn file(name: &str, media_type: &'static str, bytes: Vec<u8>) -> impl IntoResponse + use<> {
    let encoded = path::encode(name);
    let disposition = format!("attachment; filename*=UTF-8''{encoded}");
    (
        AppendHeaders([
            (CONTENT_TYPE, media_type.to_owned()),
            (CONTENT_DISPOSITION, disposition),
        ]),
        bytes,
    )
}

/// A document that could not be written.
pub fn failed(error: impl std::error::Error) -> WebError {
    WebError::Internal(error.to_string())
}
