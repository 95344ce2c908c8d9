//! The numbering of official documents: 一、（一）1. （1）① 一是.

use std::sync::LazyLock;

use regex::Regex;

/// A number before a heading or an entry of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Marker {
    pub(crate) rank: u8,
    /// As the sections of a plan name it: `一`, `（一）`, `1`, `（1）`, `①`, `一是`.
    pub(crate) label: String,
    /// Length of the number in the folded text.
    pub(crate) len: usize,
}

pub(crate) const RANK_DEPARTMENT: u8 = 25;
pub(crate) const RANK_ONES: u8 = 24;
const RANK_CHAPTER: u8 = 5;
const RANK_FIRST: u8 = 10;
const RANK_SECOND: u8 = 20;
const RANK_THIRD: u8 = 30;
const RANK_FOURTH: u8 = 40;
const RANK_RING: u8 = 50;
const RANK_ORDINAL: u8 = 60;

static MARKER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"^(?:",
        r"第(?P<chapter>[一二三四五六七八九十]{1,3})[章部编]分?",
        r"|(?P<first>[一二三四五六七八九十]{1,3})[、.．](?:)",
        r"|\((?P<second>[一二三四五六七八九十]{1,3})\)[、.]?",
        r"|(?P<third>[0-9]{1,2})(?:[、)．]|\.|,)",
        r"|\((?P<fourth>[0-9]{1,2})\)[、.]?",
        r"|(?P<ring>[①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮])",
        r"|(?P<ordinal>[一二三四五六七八九十])(?:是|要|、?要)",
        r"|(?P<article>第[一二三四五六七八九十]{1,3}条)",
        r")"
    ))
    .expect("a constant expression")
});

pub(crate) fn read(text: &str) -> Option<Marker> {
    let found = MARKER.captures(text)?;
    let whole = found.get(0)?;
    let rest = text.get(whole.end()..).unwrap_or_default();
    let named = |name: &str| found.name(name).map(|m| m.as_str());
    let (rank, label) = if let Some(label) = named("chapter") {
        (RANK_CHAPTER, format!("第{label}章"))
    } else if let Some(label) = named("first") {
        (RANK_FIRST, label.to_owned())
    } else if let Some(label) = named("second") {
        (RANK_SECOND, format!("（{label}）"))
    } else if let Some(label) = named("third") {
        // 8:00, is the end of a time of day.
        if label.starts_with('0') {
            return None;
        }
        // 2023.5.10, 1.5倍 and 5,000 are numbers, not entries.
        if rest.starts_with(|c: char| c.is_ascii_digit())
            && !whole.as_str().ends_with(['、', ')'])
            && !starts_with_month(rest)
        {
            return None;
        }
        (RANK_THIRD, label.to_owned())
    } else if let Some(label) = named("fourth") {
        (RANK_FOURTH, format!("（{label}）"))
    } else if let Some(label) = named("ring") {
        (RANK_RING, label.to_owned())
    } else if let Some(label) = named("ordinal") {
        (RANK_ORDINAL, format!("{label}是"))
    } else {
        (RANK_FIRST, named("article")?.to_owned())
    };
    Some(Marker { rank, label, len: whole.end() })
}

/// `1.5月25日`: an entry that begins with a date.
fn starts_with_month(rest: &str) -> bool {
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let tail = rest.get(digits..).unwrap_or_default();
    (1..=2).contains(&digits) && tail.starts_with('月') && !tail.starts_with("月龄")
        || digits == 4 && tail.starts_with('年')
}

pub(crate) fn starts(text: &str) -> bool {
    read(text).is_some()
}

/// Where numbered heads begin inside a paragraph, in order.
pub(crate) fn inner_starts(text: &str) -> Vec<usize> {
    let mut cuts = Vec::new();
    let mut depth = 0_i32;
    let mut ended = false;
    for (at, c) in text.char_indices() {
        let rest = text.get(at..).unwrap_or_default();
        let marker = if depth == 0 && at > 0 { read(rest) } else { None };
        if let Some(marker) = marker {
            let list = marker.rank == RANK_FIRST && !marker.label.starts_with('第');
            let cut = match marker.rank {
                RANK_SECOND => {
                    let last = cuts.last().copied().unwrap_or(0);
                    ended || text.get(last..at).is_some_and(is_bare_first)
                }
                RANK_THIRD => ended && rest.len() > marker.len,
                RANK_RING => true,
                RANK_ORDINAL => ended || text[..at].ends_with([',', ':']),
                _ => ended && list,
            };
            if cut {
                cuts.push(at);
            }
        }
        match c {
            '《' | '“' => depth += 1,
            '》' | '”' => depth = (depth - 1).max(0),
            _ => {}
        }
        let figures = text[..at].ends_with(|c: char| c.is_ascii_digit())
            && text[at + c.len_utf8()..].starts_with(|c: char| c.is_ascii_digit());
        ended = "。;!?:".contains(c) && !(c == ':' && figures);
        if depth > 0 && "。".contains(c) {
            // A quotation mark that was never closed does not hide the rest.
            depth = 0;
        }
    }
    cuts
}

/// `二、措施（一）…`: a second-rank head right after a first-rank one.
fn is_bare_first(head: &str) -> bool {
    head.chars().count() <= 16 && read(head).is_some_and(|m| m.rank == RANK_FIRST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_usual_numbering() {
        for (text, label) in [
            ("一、总体要求", "一"),
            ("十二、附则", "十二"),
            ("(一)指导思想", "（一）"),
            ("1.全员", "1"),
            ("2、加强", "2"),
            ("3)检查", "3"),
            ("(4)消毒", "（4）"),
            ("①召开", "①"),
            ("一是各校", "一是"),
        ] {
            assert_eq!(read(text).map(|m| m.label).as_deref(), Some(label), "{text}");
        }
        for text in ["2023.5.10", "5,000元", "每月一次", "一次", "10月底"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
