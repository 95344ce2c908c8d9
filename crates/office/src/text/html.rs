//! The text of a web page: tags away, blocks on lines of their own.

/// Whether a text is a web page though its first bytes do not say so.
pub(super) fn looks_like(text: &str) -> bool {
    let head: String = text.chars().take(20_000).collect::<String>().to_ascii_lowercase();
    let tags = ["<div", "<p>", "<p ", "</p>", "<br", "<span", "<td", "<html", "<body"];
    tags.iter().filter(|tag| head.contains(*tag)).count() >= 2
}

pub(super) fn text(source: &str) -> String {
    let mut out = String::with_capacity(source.len() / 2);
    let mut rest = source;
    while let Some(open) = rest.find('<') {
        let (words, tail) = rest.split_at(open);
        push_words(&mut out, words);
        rest = after_tag(tail, &mut out);
    }
    push_words(&mut out, rest);
    out
}

/// Reads one tag and returns what follows it.
fn after_tag<'a>(tail: &'a str, out: &mut String) -> &'a str {
    if let Some(comment) = tail.strip_prefix("<!--") {
        return comment.split_once("-->").map_or("", |(_, rest)| rest);
    }
    let inner = tail.get(1..).unwrap_or_default();
    if !inner.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!' || c == '?')
    {
        out.push('<');
        return inner;
    }
    let Some(close) = tail.find('>') else { return "" };
    let tag = tail.get(1..close).unwrap_or_default();
    let name: String = tag
        .trim_start_matches('/')
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let rest = tail.get(close + 1..).unwrap_or_default();
    match name.as_str() {
        "script" | "style" | "noscript" | "head" | "template" if !tag.starts_with('/') => {
            skip_to_end(rest, &name)
        }
        "td" | "th" if tag.starts_with('/') => {
            out.push('\t');
            rest
        }
        "p" | "div" | "br" | "tr" | "li" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6"
        | "section" | "article" | "table" | "ul" | "ol" | "title" | "blockquote" | "header"
        | "footer" => {
            out.push('\n');
            rest
        }
        _ => rest,
    }
}

fn skip_to_end<'a>(rest: &'a str, name: &str) -> &'a str {
    let mut at = 0;
    while let Some(found) = rest.get(at..).and_then(|r| r.find("</")) {
        let inner = at + found + 2;
        let is_end = rest
            .get(inner..inner + name.len())
            .is_some_and(|word| word.eq_ignore_ascii_case(name));
        if is_end {
            let tail = rest.get(inner..).unwrap_or_default();
            return tail.split_once('>').map_or("", |(_, rest)| rest);
        }
        at = inner;
    }
    ""
}

/// Source newlines are blanks in a web page.
fn push_words(out: &mut String, words: &str) {
    let mut rest = words;
    while let Some(at) = rest.find(['&', '\n', '\r', '\t']) {
        out.push_str(rest.get(..at).unwrap_or_default());
        let tail = rest.get(at..).unwrap_or_default();
        if tail.starts_with('&') {
            let (c, len) = entity(tail);
            out.push(c);
            rest = tail.get(len..).unwrap_or_default();
        } else {
            out.push(' ');
            rest = tail.get(1..).unwrap_or_default();
        }
    }
    out.push_str(rest);
}

fn entity(tail: &str) -> (char, usize) {
    let head: String = tail.chars().take(12).collect();
    let Some(end) = head.find(';') else { return ('&', 1) };
    let name = head.get(1..end).unwrap_or_default();
    let number =
        |digits: &str, radix| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
    let c = match name {
        "nbsp" | "ensp" | "emsp" | "thinsp" => Some(' '),
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "ldquo" => Some('“'),
        "rdquo" => Some('”'),
        "mdash" => Some('—'),
        "ndash" => Some('–'),
        "middot" => Some('·'),
        "hellip" => Some('…'),
        "ge" => Some('≥'),
        "le" => Some('≤'),
        _ => name.strip_prefix('#').and_then(|digits| {
            digits
                .strip_prefix(['x', 'X'])
                .map_or_else(|| number(digits, 10), |hex| number(hex, 16))
        }),
    };
    c.map_or(('&', 1), |c| (c, end + 1))
}
