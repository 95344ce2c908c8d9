//! Whose duty and which indicator: from the words of a document to the codes of
//! the plan language, by the table `grammar/roles.txt`.

use std::sync::LazyLock;

use campaign::plan::{By, Stage, UnitKind};

const ROLES: &str = include_str!("../grammar/roles.txt");

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::read(ROLES));

struct Table {
    by: Vec<(By, Vec<String>)>,
    indicators: Vec<(String, Vec<Vec<String>>)>,
}

impl Table {
    fn read(text: &str) -> Self {
        let mut table = Self { by: Vec::new(), indicators: Vec::new() };
        for line in text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#'))
        {
            let Some((code, words)) = line.split_once('=') else { continue };
            let words = words.split_whitespace();
            if let Some(by) = code.trim().strip_prefix("by.").and_then(by_of) {
                table.by.push((by, words.map(str::to_owned).collect()));
            } else if let Some(code) = code.trim().strip_prefix("indicator.") {
                let words = words.map(|w| w.split('|').map(str::to_owned).collect()).collect();
                table.indicators.push((code.to_owned(), words));
            }
        }
        table
    }
}

fn by_of(code: &str) -> Option<By> {
    let mut by = By::default();
    match code.split_once(':') {
        Some(("post", post)) => by.post = Some(post.to_owned()),
        Some(("audience", audience)) => by.audience.push(audience.to_owned()),
        Some((kind, stage)) => {
            by.kind.push(UnitKind::from_code(kind)?);
            by.stage.push(Stage::from_code(stage)?);
        }
        None => by.kind.push(UnitKind::from_code(code)?),
    }
    Some(by)
}

/// Who an actor's name is, if the table knows its ending.
pub(crate) fn by(actors: &[String]) -> Option<By> {
    let known = |name: &String| {
        let core = name.split('（').next().unwrap_or(name);
        TABLE
            .by
            .iter()
            .filter_map(|(by, words)| {
                let longest =
                    words.iter().filter(|w| core.ends_with(w.as_str())).map(String::len).max();
                longest.map(|len| (len, by))
            })
            .max_by_key(|(len, _)| *len)
            .map(|(_, by)| by.clone())
    };
    let mut found = actors.iter().filter_map(known);
    let mut first = found.next()?;
    // Several kinds of unit together share a duty; posts and audiences do not mix.
    for other in found {
        let units = first.post.is_none() && first.audience.is_empty();
        if units && other.post.is_none() && other.audience.is_empty() {
            for kind in other.kind {
                if !first.kind.contains(&kind) {
                    first.kind.push(kind);
                }
            }
            if other.stage.is_empty() {
                first.stage.clear();
            } else if !first.stage.is_empty() {
                first.stage.extend(other.stage);
            }
        }
    }
    Some(first)
}

/// The usual indicator that a metric is, if the table knows it.
pub(crate) fn indicator(metric: &str) -> Option<&'static str> {
    TABLE
        .indicators
        .iter()
        .find(|(_, all)| all.iter().all(|any| any.iter().any(|w| metric.contains(w.as_str()))))
        .map(|(code, _)| code.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use campaign::plan::catalogue;

    #[test]
    fn every_code_is_one_of_the_plan_language() {
        let lines = ROLES.lines().filter(|l| l.contains(" = ") && !l.starts_with('#')).count();
        assert_eq!(TABLE.by.len() + TABLE.indicators.len(), lines);
        for (by, _) in &TABLE.by {
            assert!(by.post.as_deref().is_none_or(|p| catalogue::post(p).is_some()), "{by:?}");
            assert!(by.audience.iter().all(|a| catalogue::audience(a).is_some()), "{by:?}");
        }
        for (code, _) in &TABLE.indicators {
            assert!(catalogue::indicator(code).is_some(), "{code}");
        }
    }

    #[test]
    fn the_longest_ending_tells_who_it_is() {
        let names = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            by(&names(&["法治副校长"])).unwrap().post.as_deref(),
            Some("legal-vice-principal")
        );
        assert_eq!(by(&names(&["职社科（安监科）"])).unwrap().kind, [UnitKind::Department]);
        let both = by(&names(&["中小学校", "幼儿园"])).unwrap();
        assert_eq!((both.kind, both.stage), (vec![UnitKind::School], vec![]));
        assert_eq!(by(&names(&["某某"])), None);
        assert_eq!(indicator("学生及家长知晓率"), Some("awareness-parent"));
    }
}
