//! The columns by which a list can be ordered. The address says which
//! (`sort=name`, `sort=-name` from the other end), each heading links to its own
//! order, and phones, which show no headings, get a choice.

use std::cmp::Reverse;

use maud::{Markup, html};

use crate::path;

/// A way to order a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) code: &'static str,
    pub(crate) label: &'static str,
    /// What a first tap on the heading gives: dates and figures fall.
    pub(crate) falls: bool,
}

pub(crate) const fn rising(code: &'static str, label: &'static str) -> Key {
    Key { code, label, falls: false }
}

pub(crate) const fn falling(code: &'static str, label: &'static str) -> Key {
    Key { code, label, falls: true }
}

/// The order that was asked for. What the list does not know is its first one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sort {
    pub(crate) code: &'static str,
    pub(crate) descending: bool,
}

impl Sort {
    pub(crate) fn read(asked: &str, keys: &[Key]) -> Self {
        let (code, descending) = match asked.strip_prefix('-') {
            Some(code) => (code, true),
            None => (asked, false),
        };
        let first = keys.first().map_or(Self { code: "", descending: false }, |key| Self {
            code: key.code,
            descending: key.falls,
        });
        keys.iter()
            .find(|key| key.code == code)
            .map_or(first, |key| Self { code: key.code, descending })
    }

    /// As it stands in an address.
    pub(crate) fn text(self) -> String {
        format!("{}{}", if self.descending { "-" } else { "" }, self.code)
    }

    /// Puts rows that lie in memory in this order; what is the same stays as it
    /// was.
    pub(crate) fn rows<T, O: Ord>(self, rows: &mut [T], mut key: impl FnMut(&T) -> O) {
        if self.descending {
            rows.sort_by_cached_key(|row| Reverse(key(row)));
        } else {
            rows.sort_by_cached_key(key);
        }
    }
}

/// The headings of a list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Heads<'a> {
    pub(crate) base: &'a str,
    /// What else the address says, without the order and the page.
    pub(crate) pairs: &'a [(&'a str, &'a str)],
    pub(crate) keys: &'a [Key],
    pub(crate) sort: Sort,
}

impl Heads<'_> {
    /// A heading that orders its list.
    pub(crate) fn th(&self, code: &str) -> Markup {
        self.cell(code, None)
    }

    /// The same over figures.
    pub(crate) fn number(&self, code: &str) -> Markup {
        self.cell(code, Some("number"))
    }

    fn cell(&self, code: &str, class: Option<&str>) -> Markup {
        let Some(key) = self.keys.iter().find(|key| key.code == code) else {
            return html! { th class=[class] {} };
        };
        let is_on = self.sort.code == key.code;
        let (state, descending) = match (is_on, self.sort.descending) {
            (true, true) => ("descending", false),
            (true, false) => ("ascending", true),
            (false, _) => ("none", key.falls),
        };
        let sort = Sort { code: key.code, descending }.text();
        let mut pairs = self.pairs.to_vec();
        pairs.push(("sort", &sort));
        html! {
            th class=[class] aria-sort=(state) {
                a href=(path::with_query(self.base, &pairs)) { (key.label) }
            }
        }
    }

    /// The same choice in the form that narrows the list: seen on phones, sent
    /// along everywhere, so that narrowing keeps the order.
    pub(crate) fn choice(&self) -> Markup {
        self.choose("field narrow-only")
    }

    /// For a list without headings: seen everywhere.
    pub(crate) fn only_choice(&self) -> Markup {
        self.choose("field")
    }

    fn choose(&self, class: &str) -> Markup {
        let now = self.sort.text();
        html! {
            label class=(class) {
                span.label { "排序" }
                select name="sort" {
                    @for key in self.keys {
                        @for descending in [key.falls, !key.falls] {
                            @let value = Sort { code: key.code, descending }.text();
                            option value=(value) selected[value == now] {
                                (key.label) @if descending { " 降序" } @else { " 升序" }
                            }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Heads, Key, Sort, falling, rising};

    const KEYS: &[Key] = &[falling("acted", "开展日期"), rising("name", "名称")];

    #[test]
    fn an_unknown_column_orders_nothing_by_itself() {
        let table = [
            ("", "-acted"),
            ("name", "name"),
            ("-name", "-name"),
            ("acted", "acted"),
            ("password_hash", "-acted"),
            ("-name; drop table", "-acted"),
        ];
        for (asked, order) in table {
            assert_eq!(Sort::read(asked, KEYS).text(), order, "{asked}");
        }
    }

    #[test]
    fn a_heading_says_its_order_and_links_to_the_other_one() {
        let pairs = [("unit", "s"), ("q", "")];
        let sort = Sort::read("name", KEYS);
        let heads = Heads { base: "/records", pairs: &pairs, keys: KEYS, sort };
        assert_eq!(
            heads.th("name").into_string(),
            "<th aria-sort=\"ascending\"><a href=\"/records?unit=s&amp;sort=-name\">名称</a></th>"
        );
        assert_eq!(
            heads.number("acted").into_string(),
            "<th class=\"number\" aria-sort=\"none\">\
             <a href=\"/records?unit=s&amp;sort=-acted\">开展日期</a></th>"
        );
    }
}
