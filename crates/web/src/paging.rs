//! Turning the pages of a list, both ways. The address names the row after or
//! before which the page lies, or in lists that lie in memory how many rows come
//! first; so it can be kept, shared, and come back to after a form.

use maud::{Markup, html};
use serde::Deserialize;
use storage::{Part, Place};

use crate::path;

/// Where in a list somebody is.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct At {
    pub(crate) after: String,
    pub(crate) before: String,
}

impl At {
    /// The rows to read: one more than the page has, to know whether it goes on.
    pub(crate) fn part(&self, size: usize) -> Part<'_> {
        let place = match (self.before.as_str(), self.after.as_str()) {
            ("", "") => Place::Start,
            ("", after) => Place::After(after),
            (before, _) => Place::Before(before),
        };
        Part { place, limit: size as i64 + 1 }
    }

    /// Cuts what was read down to the page, and tells where it goes on.
    pub(crate) fn turn<T>(
        &self,
        rows: &mut Vec<T>,
        size: usize,
        id: impl Fn(&T) -> String,
    ) -> Turn {
        let is_more = size < rows.len();
        let comes_back = !self.before.is_empty();
        if is_more && comes_back {
            rows.remove(0);
        } else {
            rows.truncate(size);
        }
        let is_start = self.after.is_empty() && !comes_back;
        // Whoever came from there can go there again.
        let goes_back = if comes_back { is_more } else { !is_start };
        let goes_on = comes_back || is_more;
        let back = rows.first().filter(|_| goes_back).map(&id);
        Turn {
            is_start,
            back: back.map(|id| ("before", id)),
            on: rows.last().filter(|_| goes_on).map(&id),
            words: None,
        }
    }

    /// How many rows of a list in memory come before the page.
    pub(crate) fn offset(&self, size: usize, all: usize) -> usize {
        let last = all.saturating_sub(1) / size * size;
        self.after.parse().unwrap_or(0).min(last)
    }

    /// The list as it is now, as the end of an address.
    pub(crate) fn query(&self, pairs: &[(&str, &str)]) -> String {
        let mut pairs = pairs.to_vec();
        pairs.extend([("after", self.after.as_str()), ("before", self.before.as_str())]);
        path::with_query("", &pairs)
    }

    /// The same for a form whose answer leads back here.
    pub(crate) fn field(&self, pairs: &[(&str, &str)]) -> Markup {
        html! { input type="hidden" name="back" value=(self.query(pairs)); }
    }
}

/// Back to where a form stood. `query` came from outside, so that it is nothing
/// but the end of an address.
pub(crate) fn back(base: &str, query: &str) -> String {
    let fits = query.starts_with('?')
        && query.len() < 2_000
        && query.bytes().all(|it| it.is_ascii_alphanumeric() || b"?=&%-_.~".contains(&it));
    if fits { format!("{base}{query}") } else { base.to_owned() }
}

/// What a form sends that says nothing but where it stood.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Back {
    pub(crate) back: String,
}

/// Where a page leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Turn {
    is_start: bool,
    back: Option<(&'static str, String)>,
    on: Option<String>,
    /// Which page it is, where that is known.
    words: Option<String>,
}

impl Turn {
    /// For a list in memory: the page after `from` rows.
    pub(crate) fn of(from: usize, size: usize, all: usize) -> Self {
        let text = |at: usize| if at == 0 { String::new() } else { at.to_string() };
        let pages = all.div_ceil(size);
        Self {
            // From the second page one step leads to the first.
            is_start: from <= size,
            back: (0 < from).then(|| ("after", text(from.saturating_sub(size)))),
            on: (from + size < all).then(|| text(from + size)),
            words: (1 < pages).then(|| format!("第 {} 页，共 {pages} 页", from / size + 1)),
        }
    }

    /// The links under a list.
    pub(crate) fn pager(&self, base: &str, pairs: &[(&str, &str)]) -> Markup {
        self.links(|more| {
            let mut pairs = pairs.to_vec();
            pairs.push(more);
            path::with_query(base, &pairs)
        })
    }

    /// The same where addresses are made in another way.
    pub(crate) fn links(&self, href: impl Fn((&str, &str)) -> String) -> Markup {
        html! {
            @if !self.is_start || self.back.is_some() || self.on.is_some() {
                nav.pager aria-label="翻页" {
                    @if !self.is_start { a.button.quiet href=(href(("after", ""))) { "回到第一页" } }
                    @if let Some((name, at)) = &self.back {
                        a.button.quiet rel="prev" href=(href((name, at))) { "上一页" }
                    }
                    @if let Some(words) = &self.words { span.muted { (words) } }
                    @if let Some(at) = &self.on {
                        a.button.quiet rel="next" href=(href(("after", at))) { "下一页" }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{At, Turn, back};

    fn at(after: &str, before: &str) -> At {
        At { after: after.to_owned(), before: before.to_owned() }
    }

    #[test]
    fn a_page_leads_back_and_on() {
        let table = [
            // Where one is, what was read, what is shown, back, on.
            (at("", ""), "abc", "ab", None, Some("b")),
            (at("", ""), "ab", "ab", None, None),
            (at("b", ""), "cde", "cd", Some("c"), Some("d")),
            (at("d", ""), "e", "e", Some("e"), None),
            (at("", "e"), "bcd", "cd", Some("c"), Some("d")),
            (at("", "c"), "ab", "ab", None, Some("b")),
            (at("z", ""), "", "", None, None),
        ];
        for (at, read, shown, before, on) in table {
            let mut rows: Vec<char> = read.chars().collect();
            let turn = at.turn(&mut rows, 2, char::to_string);
            assert_eq!(rows.iter().collect::<String>(), shown, "{at:?}");
            assert_eq!(turn.back.map(|(_, id)| id).as_deref(), before, "{at:?}");
            assert_eq!(turn.on.as_deref(), on, "{at:?}");
        }
    }

    #[test]
    fn a_list_in_memory_counts_its_pages() {
        let html = |from| Turn::of(from, 50, 120).pager("/units", &[("q", "x")]).into_string();
        assert!(!html(0).contains("上一页") && html(0).contains("第 1 页，共 3 页"));
        assert!(html(50).contains("rel=\"prev\" href=\"/units?q=x\""));
        assert!(html(100).contains("回到第一页") && html(100).contains("after=50"));
        assert!(!html(100).contains("下一页"));
        assert_eq!(at("7000", "").offset(50, 120), 100);
        assert_eq!(at("x", "").offset(50, 0), 0);
        assert_eq!(Turn::of(0, 50, 50).pager("/units", &[]).into_string(), "");
    }

    #[test]
    fn a_form_leads_back_to_its_list_and_nowhere_else() {
        let query = at("r1", "").query(&[("unit", "s"), ("q", "班会")]);
        assert_eq!(query, "?unit=s&q=%E7%8F%AD%E4%BC%9A&after=r1");
        assert_eq!(back("/review", &query), format!("/review{query}"));
        for query in ["", "//x", "?a\r\nb", "?a#b", ".x.example/?a", "?<a>"] {
            assert_eq!(back("/review", query), "/review", "{query}");
        }
    }
}
