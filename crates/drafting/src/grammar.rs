//! The grammar and the lexicon, read from `grammar/*.txt`.
//!
//! What a word means stands there as data, with its examples beside it; here is
//! only how the files are read and how a rule is matched.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use thiserror::Error;

use crate::class::Class;

const LEXICON: &str = include_str!("../grammar/lexicon.txt");
const PHRASES: &str = include_str!("../grammar/phrases.txt");

static GRAMMAR: LazyLock<Grammar> = LazyLock::new(|| {
    Grammar::read(LEXICON, PHRASES).expect("the embedded grammar is read by a test")
});

/// The grammar that comes with the crate.
pub(crate) fn grammar() -> &'static Grammar {
    &GRAMMAR
}

#[derive(Debug, Error)]
pub(crate) enum GrammarError {
    #[error("line {0}: a rule is `kind.code = expression`")]
    Shape(usize),
    #[error("line {0}: no class `{1}` in the lexicon")]
    Class(usize, String),
    #[error("line {line}: the expression does not compile")]
    Expression { line: usize, source: Box<regex::Error> },
}

#[derive(Debug)]
pub(crate) struct Grammar {
    words: BTreeMap<String, Class>,
    pub(crate) rules: Vec<Rule>,
}

#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) kind: String,
    pub(crate) code: String,
    regex: Regex,
    not_after: String,
    not_before: String,
    examples: Vec<Example>,
}

#[derive(Debug)]
#[cfg_attr(not(test), expect(dead_code, reason = "examples are read by the test beside"))]
struct Example {
    text: String,
    phrase: Option<String>,
}

impl Grammar {
    fn read(lexicon: &str, phrases: &str) -> Result<Self, GrammarError> {
        let (words, regexes) = read_lexicon(lexicon);
        let mut grammar = Self { words, rules: Vec::new() };
        for (at, line) in phrases.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let shape = || GrammarError::Shape(at + 1);
            if let Some(rest) = line.strip_prefix('!') {
                let rule = grammar.rules.last_mut().ok_or_else(shape)?;
                match rest.split_once(char::is_whitespace) {
                    Some(("before", chars)) => rule.not_after = String::from(chars.trim()),
                    Some(("after", chars)) => rule.not_before = String::from(chars.trim()),
                    _ => return Err(shape()),
                }
            } else if let Some(rest) = line.strip_prefix('+') {
                let (text, phrase) = rest.split_once("=>").ok_or_else(shape)?;
                let phrase = Some(phrase.trim().to_owned());
                let rule = grammar.rules.last_mut().ok_or_else(shape)?;
                rule.examples.push(Example { text: text.trim().to_owned(), phrase });
            } else if let Some(text) = line.strip_prefix('-') {
                let rule = grammar.rules.last_mut().ok_or_else(shape)?;
                rule.examples.push(Example { text: text.trim().to_owned(), phrase: None });
            } else {
                let (name, expression) = line.split_once(" = ").ok_or_else(shape)?;
                let (kind, code) = name.trim().split_once('.').ok_or_else(shape)?;
                let expression = grammar.expand(expression.trim(), &regexes, at + 1)?;
                let regex = Regex::new(&expression).map_err(|source| {
                    GrammarError::Expression { line: at + 1, source: Box::new(source) }
                })?;
                grammar.rules.push(Rule {
                    kind: kind.to_owned(),
                    code: code.to_owned(),
                    regex,
                    not_after: String::new(),
                    not_before: String::new(),
                    examples: Vec::new(),
                });
            }
        }
        Ok(grammar)
    }

    /// Writes the classes of the lexicon into an expression.
    fn expand(
        &self,
        expression: &str,
        regexes: &BTreeMap<String, String>,
        line: usize,
    ) -> Result<String, GrammarError> {
        let mut out = String::new();
        let mut rest = expression;
        while let Some(open) = rest.find('{') {
            let close = rest[open..].find('}').map_or(rest.len(), |i| open + i);
            let name = rest.get(open + 1..close).unwrap_or_default();
            out.push_str(&rest[..open]);
            if name.starts_with(|c: char| c.is_ascii_digit()) {
                out.push_str(&rest[open..=close.min(rest.len() - 1)]);
            } else if let Some(regex) = regexes.get(name) {
                out.extend(["(?:", regex.as_str(), ")"]);
            } else if let Some(words) = self.words.get(name) {
                let mut words: Vec<&str> = words.texts().collect();
                words.sort_by_key(|w| std::cmp::Reverse(w.len()));
                let words: Vec<String> = words.into_iter().map(regex::escape).collect();
                out.extend(["(?:", &words.join("|"), ")"]);
            } else {
                return Err(GrammarError::Class(line, name.to_owned()));
            }
            rest = rest.get(close + 1..).unwrap_or_default();
        }
        out.push_str(rest);
        Ok(out)
    }

    /// Where a word of the class stands first in the text, if anywhere.
    pub(crate) fn find(&self, class: &str, text: &str) -> Option<usize> {
        self.words.get(class)?.find(text)
    }

    pub(crate) fn has(&self, class: &str, text: &str) -> bool {
        self.find(class, text).is_some()
    }

    /// How many different words of the class stand in the text.
    pub(crate) fn count(&self, class: &str, text: &str) -> usize {
        self.words.get(class).map_or(0, |class| class.count(text))
    }

    pub(crate) fn is(&self, class: &str, text: &str) -> bool {
        self.words.get(class).is_some_and(|class| class.is(text))
    }

    /// The longest word of the class with which the text ends.
    pub(crate) fn ends<'a>(&self, class: &str, text: &'a str) -> Option<&'a str> {
        let longest = self.words.get(class)?.ends(text)?;
        text.get(text.len() - longest..)
    }

    /// The longest word of the class with which the text begins.
    pub(crate) fn starts<'a>(&self, class: &str, text: &'a str) -> Option<&'a str> {
        text.get(..self.words.get(class)?.stands(text, 0)?)
    }

    /// Whether the word may stand before what follows it.
    pub(crate) fn may_precede(&self, class: &str, word: &str, rest: &str) -> bool {
        self.words.get(class).is_none_or(|class| class.may_precede(word, rest))
    }
}

impl Rule {
    /// Every match that its neighbours allow.
    pub(crate) fn matches<'t>(&'t self, text: &'t str) -> impl Iterator<Item = Captures<'t>> {
        self.regex.captures_iter(text).filter(move |found| {
            let Some(whole) = found.get(0) else { return false };
            let before = text.get(..whole.start()).and_then(|t| t.chars().next_back());
            let after = text.get(whole.end()..).and_then(|t| t.chars().next());
            !before.is_some_and(|c| self.not_after.contains(c))
                && !after.is_some_and(|c| self.not_before.contains(c))
        })
    }
}

fn read_lexicon(text: &str) -> (BTreeMap<String, Class>, BTreeMap<String, String>) {
    let mut words: BTreeMap<String, Class> = BTreeMap::new();
    let mut regexes = BTreeMap::new();
    let mut class = String::new();
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            name.clone_into(&mut class);
            continue;
        }
        if let Some(regex) = line.strip_prefix("@regex ") {
            regexes.insert(class.clone(), regex.to_owned());
            continue;
        }
        let list = words.entry(class.clone()).or_default();
        for word in line.split_whitespace() {
            // A colon parts the word from what must not follow, unless it ends the word.
            let (text, not_before) = match word.split_once(':') {
                Some((text, chars)) if !chars.is_empty() && !text.is_empty() => (text, chars),
                _ => (word, ""),
            };
            list.push(text, not_before);
        }
    }
    (words, regexes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_matches_its_examples() {
        let grammar = Grammar::read(LEXICON, PHRASES).expect("the grammar is well formed");
        let mut failed = Vec::new();
        for rule in &grammar.rules {
            for example in &rule.examples {
                let found = crate::phrase::scan(&example.text)
                    .into_iter()
                    .find(|p| p.rule == format!("{}.{}", rule.kind, rule.code))
                    .map(|p| example.text[p.start..p.end].to_owned());
                let same = match (&example.phrase, &found) {
                    (None, None) => true,
                    (Some(wanted), Some(found)) => found.starts_with(wanted.as_str()),
                    _ => false,
                };
                if !same {
                    let name = format!("{}.{}", rule.kind, rule.code);
                    failed.push(format!("{name}: {example:?} gave {found:?}"));
                }
            }
        }
        assert!(failed.is_empty(), "{}", failed.join("\n"));
    }

    #[test]
    fn bad_data_is_named_by_its_line() {
        let error = Grammar::read("", "x.y = {nothing}").unwrap_err();
        assert_eq!(error.to_string(), "line 1: no class `nothing` in the lexicon");
        assert!(matches!(Grammar::read("", "no rule"), Err(GrammarError::Shape(1))));
        assert!(matches!(Grammar::read("", "a.b = ("), Err(GrammarError::Expression { .. })));
    }
}
