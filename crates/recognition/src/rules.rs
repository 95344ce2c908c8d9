//! Rules that combine what a message asks for: each says why a message is
//! suspicious, in words for the reader. Knows nothing of weights: the model
//! learns how much each one counts.

mod table;

use crate::lexicon::ConceptSet;
use crate::reading::{Hit, Reading, Scope};

pub use table::RULES;

/// How far apart the parts of a rule may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// At most so many characters apart.
    Near(u32),
    /// Anywhere in the message.
    Message,
}

/// A rule: one phrase of every part, within reach, said to the reader.
#[derive(Debug)]
pub struct Rule {
    pub id: &'static str,
    /// Why it counts, in words for the reader.
    pub says: &'static str,
    parts: &'static [ConceptSet],
    reach: Reach,
    /// Concepts that silence it when said plainly.
    unless: ConceptSet,
    /// How strong a reason it is; the strongest is told first.
    pub(crate) strength: f32,
}

/// A rule that holds for a message, with the place that shows it in the
/// normalised text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Firing {
    pub(crate) rule: usize,
    pub(crate) from: u32,
    pub(crate) to: u32,
}

impl Rule {
    /// Where the rule holds, if it does.
    #[inline]
    fn fires(&self, reading: &Reading) -> Option<(u32, u32)> {
        let said = reading.said();
        let (first, rest) = self.parts.split_first()?;
        if said & first == 0
            || said & self.unless != 0
            || rest.iter().any(|part| said & part == 0)
        {
            return None;
        }
        let says = |(_, hit): &(usize, &Hit)| is_plain(hit, *first);
        let mut anchors = reading.hits.iter().enumerate().filter(says);
        anchors.find_map(|(at, anchor)| self.complete(reading, (at, anchor), rest))
    }

    /// Finds the other parts around the first one.
    fn complete(
        &self,
        reading: &Reading,
        (at, anchor): (usize, &Hit),
        rest: &[ConceptSet],
    ) -> Option<(u32, u32)> {
        let (mut from, mut to) = (anchor.from, anchor.to);
        // The lexicon may give one phrase two senses: they do not make a pair.
        let is_other = |hit: &&Hit, part| hit.from != anchor.from && is_plain(hit, part);
        for part in rest {
            match self.reach {
                Reach::Message => {
                    reading.hits.iter().find(|hit| is_other(hit, *part))?;
                }
                Reach::Near(chars) => {
                    // Hits stand in order: who is too far on either side ends the search.
                    let is_near = |hit: &&Hit| gap(anchor, hit) <= chars;
                    let (before, behind) = reading.hits.split_at_checked(at)?;
                    let left = before.iter().rev().take_while(is_near);
                    let right = behind.iter().take_while(is_near);
                    let other = left
                        .chain(right)
                        .filter(|hit| is_other(hit, *part))
                        .min_by_key(|hit| gap(anchor, hit))?;
                    from = from.min(other.from);
                    to = to.max(other.to);
                }
            }
        }
        Some((from, to))
    }
}

/// Whether it is said to the reader and one of these.
fn is_plain(hit: &Hit, set: ConceptSet) -> bool {
    hit.scope == Scope::Plain && set & hit.concept.bit() != 0
}

/// Characters between two hits.
fn gap(a: &Hit, b: &Hit) -> u32 {
    if a.from <= b.from { b.from.saturating_sub(a.to) } else { a.from.saturating_sub(b.to) }
}

/// Every rule that holds for a message.
pub(crate) fn judge(reading: &Reading) -> Vec<Firing> {
    if reading.said() == 0 {
        return Vec::new();
    }
    let mut firings = Vec::with_capacity(8);
    for (rule, facts) in RULES.iter().enumerate() {
        if let Some((from, to)) = facts.fires(reading) {
            firings.push(Firing { rule, from, to });
        }
    }
    firings
}

#[cfg(test)]
mod tests {
    use super::{RULES, judge};
    use crate::reading::Reading;

    fn fired(text: &str) -> Vec<&'static str> {
        judge(&Reading::of(text))
            .iter()
            .filter_map(|firing| RULES.get(firing.rule))
            .map(|rule| rule.id)
            .collect()
    }

    #[test]
    fn ids_are_unique() {
        let mut ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
        ids.sort_unstable();
        let n = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), n);
    }

    #[test]
    fn a_rule_holds_for_the_act_and_not_for_its_denial_or_report() {
        assert!(fired("请把收到的验证码告诉我").contains(&"asks-code"));
        assert!(!fired("请勿把验证码告诉我以外的任何人").contains(&"asks-code"));
        assert!(!fired("警方提醒：骗子会让你把验证码告诉他").contains(&"asks-code"));
        assert!(fired("把钱转到安全账户").contains(&"always-safe-account"));
        assert!(!fired("凡是要求转到安全账户的都是诈骗").contains(&"always-safe-account"));
    }
}
