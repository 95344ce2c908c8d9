//! What is wrong with a plan, where, and what would be allowed there.

use std::fmt;

use rustc_hash::FxHashMap;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The plan cannot run.
    Error,
    /// It can run, but breaks a rule that a person must know of.
    Warning,
    /// It can run; this may not be what was meant.
    Advice,
}

impl Severity {
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Error => "错误",
            Self::Warning => "警告",
            Self::Advice => "提示",
        }
    }
}

/// One thing wrong with a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub severity: Severity,
    pub file: String,
    /// From 1; 0 where the finding belongs to no line.
    pub line: usize,
    /// From 1, counted in characters.
    pub column: usize,
    /// The element that it is about, as `section/id`.
    pub element: Option<String>,
    /// What is wrong.
    pub message: String,
    /// What is allowed there.
    pub allowed: Option<String>,
}

impl Finding {
    /// A finding about an element, not yet placed in a file.
    pub fn about(
        severity: Severity,
        section: &str,
        id: &str,
        message: impl Into<String>,
    ) -> Self {
        Self {
            severity,
            file: String::new(),
            line: 0,
            column: 0,
            element: Some(key(section, id)),
            message: message.into(),
            allowed: None,
        }
    }

    #[must_use]
    pub fn allowing(mut self, allowed: impl Into<String>) -> Self {
        self.allowed = Some(allowed.into());
        self
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.file.is_empty() {
            write!(f, "{}", self.file)?;
            if self.line > 0 {
                write!(f, "：第{}行第{}列", self.line, self.column)?;
            }
            write!(f, "：")?;
        } else if self.line > 0 {
            write!(f, "第{}行第{}列：", self.line, self.column)?;
        }
        write!(f, "{}：{}", self.severity.chinese(), self.message)?;
        match &self.allowed {
            Some(allowed) => write!(f, "。{allowed}"),
            None => Ok(()),
        }
    }
}

/// Where each element of a plan stands in its file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    file: String,
    of: FxHashMap<String, (usize, usize)>,
}

impl Places {
    pub(super) fn new(file: &str) -> Self {
        Self { file: file.to_owned(), of: FxHashMap::default() }
    }

    pub(super) fn note(&mut self, section: &str, id: &str, place: (usize, usize)) {
        self.of.entry(key(section, id)).or_insert(place);
    }

    /// Line and column of an element, both from 1.
    pub fn of(&self, section: &str, id: &str) -> Option<(usize, usize)> {
        self.of.get(&key(section, id)).copied()
    }

    /// Puts file, line and column into findings that name an element of this
    /// file. The others point at the head of the plan.
    pub fn place(&self, findings: &mut [Finding]) {
        for finding in findings {
            if finding.line > 0 {
                continue;
            }
            finding.file.clone_from(&self.file);
            let known = finding.element.as_ref().and_then(|element| self.of.get(element));
            let (line, column) =
                known.or_else(|| self.of.get("plan/")).copied().unwrap_or((1, 1));
            finding.line = line;
            finding.column = column;
        }
    }
}

fn key(section: &str, id: &str) -> String {
    format!("{section}/{id}")
}

/// The candidate that was probably meant, if one is close enough.
pub(super) fn closest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let limit = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(far, _)| *far <= limit)
        .min_by_key(|(far, _)| *far)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein distance in characters, with a swap of neighbours as one step.
fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.to_lowercase().chars().collect();
    let right: Vec<char> = right.to_lowercase().chars().collect();
    let mut rows: Vec<Vec<usize>> = vec![(0..=right.len()).collect()];
    for (i, a) in left.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in right.iter().enumerate() {
            let mut best =
                (rows[i][j] + usize::from(a != b)).min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && left[i - 1] == *b && right[j - 1] == *a {
                best = best.min(rows[i - 1][j - 1] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[left.len()][right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closest_word_is_offered_and_a_far_one_is_not() {
        let words = ["cadence", "quota", "season"];
        assert_eq!(closest("cadense", words), Some("cadence"));
        assert_eq!(closest("quoat", words), Some("quota"));
        assert_eq!(closest("deadline", words), None);
    }
}
