//! Where sections and sentences stand in a document, so that a page needs not
//! read it again.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::draft::Draft;

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Layout {
    /// Section paths, as `三/（一）/1`.
    pub sections: Vec<String>,
    /// First byte, byte after the last, and the section's place in `sections`.
    pub sentences: Vec<(usize, usize, usize)>,
}

impl Layout {
    pub fn of(draft: &Draft) -> Self {
        let mut layout = Self::default();
        for sentence in &draft.sentences {
            if layout.sections.last() != Some(&sentence.section) {
                layout.sections.push(sentence.section.clone());
            }
            let at = layout.sections.len() - 1;
            let bytes = &sentence.span.bytes;
            if bytes.start < bytes.end {
                layout.sentences.push((bytes.start, bytes.end, at));
            }
        }
        layout.sentences.sort_unstable();
        layout
    }

    /// The clause, as plans write it, in which a byte of the document stands.
    pub fn clause_at(&self, byte: usize) -> String {
        let after = self.sentences.partition_point(|(start, _, _)| *start <= byte);
        let section = after
            .checked_sub(1)
            .and_then(|at| self.sentences.get(at))
            .and_then(|(_, _, section)| self.sections.get(*section));
        section.map(|path| path.replace('/', "")).unwrap_or_default()
    }

    /// The sentences that a stretch of the document touches.
    pub fn touched(&self, span: &Range<usize>) -> Range<usize> {
        let first = self.sentences.partition_point(|(_, end, _)| *end <= span.start);
        let last = self.sentences.partition_point(|(start, _, _)| *start < span.end);
        first..last.max(first)
    }
}
