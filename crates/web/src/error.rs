//! Every way a request can fail, with its status and its words for the user.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use campaign::access::Refused;
use storage::StorageError;

use crate::layout;

/// What a handler answers when it cannot do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum WebError {
    #[error("not signed in")]
    SignedOut,
    #[error("refused")]
    Refused(#[from] Refused),
    #[error("not found")]
    NotFound,
    /// What was sent does not fit; the words say what is allowed.
    #[error("bad input: {0}")]
    Invalid(String),
    /// It was changed in between, or the state does not allow it.
    #[error("conflict: {0}")]
    Conflict(String),
    #[error("too many requests")]
    TooMany(String),
    #[error("storage failed")]
    Storage(#[source] StorageError),
    #[error("internal: {0}")]
    Internal(String),
}

impl From<StorageError> for WebError {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Conflict { .. } => Self::Conflict(
                "内容刚被他人修改，请刷新后再试。您填写的内容没有保存。".to_owned(),
            ),
            other => Self::Storage(other),
        }
    }
}

impl WebError {
    pub fn invalid(words: impl Into<String>) -> Self {
        Self::Invalid(words.into())
    }

    /// The status and the words for the user.
    pub fn answer(&self) -> (StatusCode, &str) {
        match self {
            Self::SignedOut => (StatusCode::UNAUTHORIZED, "请先登录"),
            Self::Refused(_) => {
                (StatusCode::FORBIDDEN, "您没有这项权限。如需办理，请联系本单位管理员。")
            }
            Self::NotFound => {
                (StatusCode::NOT_FOUND, "没有找到这个页面或内容，可能已被删除或移动。")
            }
            Self::Invalid(words) => (StatusCode::UNPROCESSABLE_ENTITY, words),
            Self::Conflict(words) => (StatusCode::CONFLICT, words),
            Self::TooMany(words) => (StatusCode::TOO_MANY_REQUESTS, words),
            Self::Storage(_) | Self::Internal(_) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "系统暂时出错，您刚才的操作没有保存。请稍后重试；若一直如此，请联系管理员。",
            ),
        }
    }
}

impl IntoResponse for WebError {
    fn into_response(self) -> Response {
        if let Self::SignedOut = self {
            return axum::response::Redirect::to("/sign-in").into_response();
        }
        let (status, words) = self.answer();
        if status == StatusCode::INTERNAL_SERVER_ERROR {
            // The whole chain, once, here.
            let mut chain = self.to_string();
            let mut source = std::error::Error::source(&self);
            while let Some(cause) = source {
                chain.push_str(": ");
                chain.push_str(&cause.to_string());
                source = cause.source();
            }
            tracing::error!(error = %chain, "request failed");
        }
        (status, layout::error_page(status, words)).into_response()
    }
}
