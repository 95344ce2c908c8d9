//! A form that a person filled in: not at once, not days later, and without the
//! field that only programs see.

use crate::{App, WebError};

/// Nobody reads and fills in a form faster.
const LEAST_MS: i64 = 2_000;
const MOST_MS: i64 = 24 * 3_600_000;
const FIELD: &str = "ask.began";

/// When the form was opened, so that nobody can write it themselves.
pub(super) fn stamp(app: &App) -> String {
    let now = app.clock.now().to_string();
    format!("{now}.{}", app.store.sealer.digest(FIELD, &now))
}

/// Why the form is not believed, in words for its sender.
pub(super) fn check(app: &App, stamp: &str, trap: &str) -> Result<(), WebError> {
    if !trap.is_empty() {
        return Err(WebError::invalid("有一栏不应填写，请清空后重新提交。"));
    }
    let at = stamp
        .split_once('.')
        .filter(|(at, digest)| app.store.sealer.digest(FIELD, at) == *digest)
        .and_then(|(at, _)| at.parse::<i64>().ok());
    let Some(at) = at else {
        return Err(WebError::invalid("页面不完整，请重新打开咨询页再提交。"));
    };
    let passed = app.clock.now() - at;
    if passed < LEAST_MS {
        return Err(WebError::invalid("提交得太快了，请再看一眼内容，然后重新提交。"));
    }
    if MOST_MS < passed {
        return Err(WebError::invalid("页面打开太久了，请重新提交一次。"));
    }
    Ok(())
}
