//! The document on the page: its lines as they are, each sentence a place that
//! items point to. The text of a line is nothing but its own, so that a
//! selection can be counted in it.

use std::collections::HashMap;
use std::ops::Range;

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use drafting::confirm::Layout;
use maud::{Markup, PreEscaped, html};
use serde::Deserialize;
use storage::draft;

use super::managed;
use crate::session::SignedIn;
use crate::{AppState, WebError, download};

/// A stretch of the text and what points to it.
pub(in crate::plans) struct Mark {
    pub(in crate::plans) span: Range<usize>,
    /// The place on the page that it leads to.
    pub(in crate::plans) target: String,
}

/// The text in lines, with sentences as places `s0`, `s1` …; a sentence that
/// something points to is a link to it.
pub(in crate::plans) fn text_of(text: &str, layout: &Layout, marks: &[Mark]) -> Markup {
    let mut pointed: HashMap<usize, Vec<&str>> = HashMap::new();
    for mark in marks {
        for sentence in layout.touched(&mark.span) {
            pointed.entry(sentence).or_default().push(&mark.target);
        }
    }
    let mut out = String::with_capacity(text.len() * 2);
    let (mut at, mut units, mut next) = (0, 0, 0);
    for line in text.split_inclusive('\n') {
        let words = line.trim_end_matches('\n');
        let end = at + words.len();
        if !words.trim().is_empty() {
            out.push_str(&format!("<p data-o=\"{units}\">"));
            push_line(&mut out, text, (at, end), (layout, &pointed, &mut next));
            out.push_str("</p>\n");
        }
        units += line.encode_utf16().count();
        at += line.len();
    }
    PreEscaped(out)
}

type Places<'a> = (&'a Layout, &'a HashMap<usize, Vec<&'a str>>, &'a mut usize);

fn push_line(out: &mut String, text: &str, (from, until): (usize, usize), places: Places<'_>) {
    let (layout, pointed, next) = places;
    let mut at = from;
    while let Some(&(start, end, _)) = layout.sentences.get(*next) {
        if until <= start {
            break;
        }
        let (start, stop) = (start.max(at), end.min(until));
        if start < stop {
            escape(out, text.get(at..start).unwrap_or_default());
            let targets = pointed.get(next).map(Vec::as_slice).unwrap_or_default();
            let words = text.get(start..stop).unwrap_or_default();
            push_sentence(out, *next, words, targets);
            at = stop;
        }
        if until < end {
            // It goes on in the next line.
            break;
        }
        *next += 1;
    }
    escape(out, text.get(at..until).unwrap_or_default());
}

fn push_sentence(out: &mut String, n: usize, words: &str, targets: &[&str]) {
    if let Some(first) = targets.first() {
        out.push_str(&format!("<a class=\"s has\" id=\"s{n}\" href=\"#{first}\" data-i=\""));
        out.push_str(&targets.join(" "));
        out.push_str("\">");
        escape(out, words);
        out.push_str("</a>");
    } else {
        out.push_str(&format!("<span class=\"s\" id=\"s{n}\">"));
        escape(out, words);
        out.push_str("</span>");
    }
}

fn escape(out: &mut String, words: &str) {
    for c in words.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            _ => out.push(c),
        }
    }
}

/// Bytes from a place that a browser counted, in UTF-16.
pub(super) fn byte_at(text: &str, units: usize) -> usize {
    let mut seen = 0;
    for (at, c) in text.char_indices() {
        if units <= seen {
            return at;
        }
        seen += c.len_utf16();
    }
    text.len()
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    edition: Option<i64>,
}

/// The original file of an edition, or its pasted text.
pub(crate) async fn file(
    State(app): State<AppState>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    let (draft, _) = managed(&app, &who, &id).await?;
    let number = asked.edition.unwrap_or(draft.edition);
    let mut conn = app.store.read().await?;
    let it = draft::edition(&mut conn, &id, number).await?.ok_or(WebError::NotFound)?;
    drop(conn);
    let (name, bytes) = match &it.sha256 {
        Some(sha256) => {
            let bytes = app.originals.read(sha256).await.map_err(|error| {
                tracing::error!(%error, sha256, "an original is missing");
                WebError::NotFound
            })?;
            (it.file_name, bytes)
        }
        None => (format!("{}-第{number}稿.txt", draft.name), it.text.into_bytes()),
    };
    // Never shown in place: whatever it is, the browser only keeps it.
    Ok(download::file(&name, "application/octet-stream", bytes).into_response())
}

/// The document in a box of its own.
pub(in crate::plans) fn pane(text: &Markup) -> Markup {
    html! { div.doc-text lang="zh" { (text) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stays_itself_and_sentences_become_places() {
        let text = "甲<乙。丙丁\n戊，己。";
        let layout = Layout {
            sections: vec!["一".to_owned()],
            sentences: vec![(0, 7, 0), (10, 26, 0)],
        };
        let marks = [Mark { span: 10..12, target: "i-1".to_owned() }];
        let page = text_of(text, &layout, &marks).into_string();
        assert_eq!(
            page,
            "<p data-o=\"0\"><span class=\"s\" id=\"s0\">甲&lt;乙</span>。\
             <a class=\"s has\" id=\"s1\" href=\"#i-1\" data-i=\"i-1\">丙丁</a></p>\n\
             <p data-o=\"7\"><a class=\"s has\" id=\"s1\" href=\"#i-1\" data-i=\"i-1\">戊，己</a>。</p>\n"
        );
    }

    #[test]
    fn places_of_a_browser_are_counted_in_its_units() {
        assert_eq!(byte_at("甲𠀀乙", 1), 3);
        assert_eq!(byte_at("甲𠀀乙", 3), 7);
        assert_eq!(byte_at("甲", 9), 3);
    }
}
