//! The materials that come with the product, as files in `content/materials/`:
//! a head of `name: value` lines, an empty line, the body; `===` between two.

use std::sync::LazyLock;

use super::{Kind, Text};
use crate::consultation::Asker;

/// One shipped material.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shipped {
    /// Never changes: what a body overrides, it overrides by this.
    pub id: String,
    pub kind: Kind,
    pub text: Text,
}

/// Why a file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file} 第 {line} 行：{message}")]
pub struct ShippedError {
    pub file: String,
    pub line: usize,
    pub message: String,
}

const FILES: [(&str, &str); 4] = [
    ("alerts.md", include_str!("../../../../content/materials/alerts.md")),
    ("articles.md", include_str!("../../../../content/materials/articles.md")),
    ("guides.md", include_str!("../../../../content/materials/guides.md")),
    ("posters.md", include_str!("../../../../content/materials/posters.md")),
];

static ALL: LazyLock<Vec<Shipped>> = LazyLock::new(|| {
    // A test proves that the files are right; a wrong one is left out.
    FILES.iter().flat_map(|(file, text)| parse(file, text).unwrap_or_default()).collect()
});

/// All of them, in the order of the files.
pub fn shipped() -> &'static [Shipped] {
    &ALL
}

/// Reads one file.
pub fn parse(file: &str, source: &str) -> Result<Vec<Shipped>, ShippedError> {
    let fail =
        |line: usize, message: String| ShippedError { file: file.to_owned(), line, message };
    let mut found = Vec::new();
    let mut start = 0;
    let lines: Vec<&str> = source.lines().collect();
    for end in 0..=lines.len() {
        if lines.get(end).is_some_and(|line| line.trim() != "===") {
            continue;
        }
        let piece = lines.get(start..end).unwrap_or_default();
        if piece.iter().any(|line| !line.trim().is_empty()) {
            found.push(one(piece, start + 1, &fail)?);
        }
        start = end + 1;
    }
    Ok(found)
}

fn one(
    lines: &[&str],
    first: usize,
    fail: &dyn Fn(usize, String) -> ShippedError,
) -> Result<Shipped, ShippedError> {
    let skipped = lines.iter().take_while(|line| line.trim().is_empty()).count();
    let (mut id, mut kind, mut title) = (String::new(), None, String::new());
    let (mut audience, mut source) = (Asker::Anyone, String::new());
    let mut body_at = lines.len();
    for (index, line) in lines.iter().enumerate().skip(skipped) {
        if line.trim().is_empty() {
            body_at = index + 1;
            break;
        }
        let at = first + index;
        let (name, value) = line
            .split_once(": ")
            .map(|(name, value)| (name.trim(), value.trim()))
            .ok_or_else(|| fail(at, "应为“名称: 内容”；正文前空一行".to_owned()))?;
        match name {
            "id" => value.clone_into(&mut id),
            "title" => value.clone_into(&mut title),
            "source" => value.clone_into(&mut source),
            "kind" => {
                let known = Kind::from_code(value);
                kind = Some(known.ok_or_else(|| fail(at, format!("没有 `{value}` 这一类")))?);
            }
            "audience" => {
                audience = Asker::from_code(value)
                    .ok_or_else(|| fail(at, format!("没有 `{value}` 这种对象")))?;
            }
            other => return Err(fail(at, format!("没有 `{other}` 这一项"))),
        }
    }
    let at = first + skipped;
    let kind = kind.ok_or_else(|| fail(at, "缺少 `kind`".to_owned()))?;
    if id.is_empty() {
        return Err(fail(at, "缺少 `id`".to_owned()));
    }
    let body = lines.get(body_at..).unwrap_or_default().join("\n").trim().to_owned();
    let text = Text { title, body, audience, source };
    match text.check(kind).first() {
        Some(fault) => Err(fail(at, format!("{id}：{fault:?}"))),
        None => Ok(Shipped { id, kind, text }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_materials_are_whole() {
        let mut ids = Vec::new();
        for (file, source) in FILES {
            for it in parse(file, source).expect("a right file") {
                assert!(!it.text.source.is_empty(), "{}", it.id);
                assert!(!ids.contains(&it.id), "{} is there twice", it.id);
                ids.push(it.id);
            }
        }
        let count = |kind| shipped().iter().filter(|it| it.kind == kind).count();
        assert!(count(Kind::CaseAlert) >= 4);
        assert!(count(Kind::Article) >= 5);
        assert!(count(Kind::Poster) >= 4);
        assert!(ids.iter().any(|id| id == "stop-payment"));
    }

    #[test]
    fn a_wrong_file_names_its_line() {
        let check = |source: &str, expected: &str| {
            let error = parse("x.md", source).expect_err("an error");
            assert_eq!(error.to_string(), expected);
        };
        check("id: a\nkind: poem\n\nb", "x.md 第 2 行：没有 `poem` 这一类");
        check("\nid: a\n\nb", "x.md 第 2 行：缺少 `kind`");
        check(
            "id: a\nkind: slogan\ntitle: b\n\n===\nid: c\ncolour: red\n",
            "x.md 第 7 行：没有 `colour` 这一项",
        );
        check("id: a\nkind: article\ntitle: b\n\n", "x.md 第 1 行：a：NoBody");
    }
}
