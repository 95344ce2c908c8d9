//! Style, script and icon, embedded; the address carries the content's hash so
//! that browsers may keep them for ever.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use sha2::{Digest as _, Sha256};

use crate::WebError;

/// One embedded file.
pub(crate) struct Asset {
    name: &'static str,
    media_type: &'static str,
    content: &'static str,
    hash: String,
}

impl Asset {
    fn new(name: &'static str, media_type: &'static str, content: &'static str) -> Self {
        let digest = Sha256::digest(content.as_bytes());
        let hash = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        Self { name, media_type, content, hash }
    }

    pub(crate) fn href(&self) -> String {
        format!("/assets/{}/{}", self.hash, self.name)
    }
}

pub(crate) static CSS: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(
        "app.css",
        "text/css; charset=utf-8",
        concat!(
            include_str!("assets/app.css"),
            include_str!("assets/ask.css"),
            include_str!("assets/old.css"),
        ),
    )
});
pub(crate) static JS: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("app.js", "text/javascript; charset=utf-8", include_str!("assets/app.js"))
});
/// Only the page that sets a document beside its items asks for it.
pub(crate) static DRAFT_JS: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("draft.js", "text/javascript; charset=utf-8", include_str!("assets/draft.js"))
});
pub(crate) static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("icon.svg", "image/svg+xml", include_str!("assets/icon.svg")));

pub(crate) async fn show(
    Path((_, name)): Path<(String, String)>,
) -> Result<Response, WebError> {
    let asset = [&*CSS, &*JS, &*DRAFT_JS, &*ICON]
        .into_iter()
        .find(|asset| asset.name == name)
        .ok_or(WebError::NotFound)?;
    let headers = [
        (CONTENT_TYPE, asset.media_type),
        (CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    Ok((headers, asset.content).into_response())
}

#[cfg(test)]
mod tests {
    use super::CSS;

    #[test]
    fn every_block_of_the_style_is_closed_and_no_media_block_holds_another() {
        let mut open: Vec<&str> = Vec::new();
        let mut head = 0;
        for (at, c) in CSS.content.char_indices() {
            match c {
                '{' => {
                    let words = CSS.content.get(head..at).unwrap_or_default().trim();
                    let is_media = words.contains("@media");
                    assert!(!is_media || open.is_empty(), "“{words}” lies within {open:?}");
                    open.push(words);
                    head = at + 1;
                }
                '}' => {
                    assert!(open.pop().is_some(), "a block too many is closed at {at}");
                    head = at + 1;
                }
                ';' => head = at + 1,
                _ => {}
            }
        }
        assert!(open.is_empty(), "not closed: {open:?}");
    }

    /// A selector or a word of script that an old browser cannot read takes the
    /// whole rule, or the whole script, with it.
    #[test]
    fn old_browsers_can_read_every_rule_that_matters_and_every_script() {
        for script in [&*super::JS, &*super::DRAFT_JS] {
            for word in ["?.", "??", ".replaceAll(", ".at(", "structuredClone", "||=", "&&="] {
                assert!(!script.content.contains(word), "{}: {word}", script.name);
            }
        }
        for word in [":is(", ":where(", "aspect-ratio", "color-mix", "@layer", "@container"] {
            let only_in_has = |(at, _): &(usize, &str)| {
                let line = CSS.content.get(..*at).unwrap_or_default().rsplit('\n').next();
                line.is_some_and(|line| line.contains(":has("))
            };
            let found = CSS.content.match_indices(word).find(|found| !only_in_has(found));
            assert!(found.is_none(), "{word} at {found:?}");
        }
        let inset = CSS.content.match_indices("inset:").find(|(at, _)| {
            !CSS.content.get(..*at).unwrap_or_default().ends_with("@supports not (")
        });
        assert!(inset.is_none(), "inset as a property at {inset:?}");
    }
}
