//! The text as the rules see it, tied to the text as the author wrote it.
//!
//! Official documents arrive with full-width digits, Kangxi look-alikes from
//! PDF fonts, and blanks inside dates. The rules read a folded copy without any
//! of that; every byte of the copy knows which byte of the document it is from.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

/// A folded stretch of the document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Folded {
    pub(crate) text: String,
    /// For every byte of `text`, where its character starts in the document.
    starts: Vec<u32>,
    /// For every byte of `text`, where its character ends in the document.
    ends: Vec<u32>,
}

impl Folded {
    /// Folds `source[range]`; a column gap becomes one tab.
    pub(crate) fn of(source: &str, range: Range<usize>) -> Self {
        let mut folded = Self::default();
        let Some(part) = source.get(range.clone()) else { return folded };
        let barred = has_bars(part);
        let mut blanks = 0_usize;
        let mut gap_at = range.start;
        for (at, c) in part.char_indices() {
            let from = range.start + at;
            if c == '\t' || barred && "|│┃".contains(c) {
                blanks = COLUMN_GAP;
                gap_at = from;
                continue;
            }
            if c.is_whitespace() {
                if blanks == 0 {
                    gap_at = from;
                }
                blanks += 1;
                continue;
            }
            if is_invisible(c) {
                continue;
            }
            if blanks >= COLUMN_GAP && !folded.text.is_empty() {
                folded.push('\t', gap_at, from);
            }
            blanks = 0;
            folded.push_folded(c, from, from + c.len_utf8());
        }
        folded
    }

    fn push_folded(&mut self, c: char, from: usize, to: usize) {
        match fold(c) {
            Fold::Same(c) => self.push(c, from, to),
            Fold::Compatible => {
                for part in std::iter::once(c).nfkc() {
                    self.push(part, from, to);
                }
            }
        }
    }

    fn push(&mut self, c: char, from: usize, to: usize) {
        self.text.push(c);
        for _ in 0..c.len_utf8() {
            self.starts.push(from as u32);
            self.ends.push(to as u32);
        }
    }

    /// Appends a stretch that continues the same line.
    pub(crate) fn append(&mut self, other: &Self) {
        self.text.push_str(&other.text);
        self.starts.extend_from_slice(&other.starts);
        self.ends.extend_from_slice(&other.ends);
    }

    /// Cuts the text in two at a byte of the folded text.
    pub(crate) fn split_off(&mut self, at: usize) -> Self {
        Self {
            text: self.text.split_off(at),
            starts: self.starts.split_off(at),
            ends: self.ends.split_off(at),
        }
    }

    /// The bytes of the document that a range of the folded text stands for.
    pub(crate) fn source_range(&self, range: &Range<usize>) -> Range<usize> {
        let start = self.starts.get(range.start).copied().unwrap_or_default();
        let end = range.end.checked_sub(1).and_then(|i| self.ends.get(i)).copied();
        start as usize..end.unwrap_or(start).max(start) as usize
    }

    pub(crate) fn len_chars(&self) -> usize {
        self.text.chars().count()
    }
}

/// A row of a table drawn with bars; a bar of links on a web page has no figures.
fn has_bars(line: &str) -> bool {
    let line = line.trim();
    let bars = line.chars().filter(|c| "|│┃".contains(*c)).count();
    let framed = line.starts_with(['|', '│', '┃']) || line.ends_with(['|', '│', '┃']);
    bars >= 2 && (framed || line.contains(|c: char| c.is_ascii_digit()))
}

/// Three blanks in a row, or a tab, set columns apart; fewer are typesetting.
const COLUMN_GAP: usize = 3;

enum Fold {
    Same(char),
    Compatible,
}

fn fold(c: char) -> Fold {
    Fold::Same(match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2500}' | '\u{2501}' | 'ー' => '-',
        '〜' | '∼' | '∽' => '~',
        '〝' | '„' => '“',
        '〞' | '‟' => '”',
        '○' | '〇' => '〇',
        '﹪' | '٪' => '%',
        '∶' | '﹕' => ':',
        '〔' => '[',
        '〕' => ']',
        '⩾' | '≧' => '≥',
        '⩽' | '≦' => '≤',
        '\u{2E80}'..='\u{2EFF}' => radical(c),
        '\u{2F00}'..='\u{2FDF}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{FE30}'..='\u{FE4F}'
        | '\u{3200}'..='\u{33FF}' => return Fold::Compatible,
        _ => c,
    })
}

/// Characters that a PDF writes by the radical of the same shape: 家⻓, ⻘年.
/// Unicode knows no equivalence for these.
const RADICALS: &[(char, char)] = &[
    ('⺁', '厂'),
    ('⺇', '几'),
    ('⺌', '小'),
    ('⺎', '兀'),
    ('⺒', '巳'),
    ('⺓', '幺'),
    ('⺝', '月'),
    ('⺞', '歹'),
    ('⺟', '母'),
    ('⺠', '民'),
    ('⺩', '王'),
    ('⺪', '疋'),
    ('⺮', '竹'),
    ('⺶', '羊'),
    ('⺻', '聿'),
    ('⺼', '肉'),
    ('⻁', '虎'),
    ('⻄', '西'),
    ('⻅', '见'),
    ('⻆', '角'),
    ('⻉', '贝'),
    ('⻋', '车'),
    ('⻑', '长'),
    ('⻒', '长'),
    ('⻓', '长'),
    ('⻔', '门'),
    ('⻘', '青'),
    ('⻙', '韦'),
    ('⻚', '页'),
    ('⻛', '风'),
    ('⻜', '飞'),
    ('⻝', '食'),
    ('⻢', '马'),
    ('⻣', '骨'),
    ('⻤', '鬼'),
    ('⻥', '鱼'),
    ('⻦', '鸟'),
    ('⻧', '卤'),
    ('⻨', '麦'),
    ('⻩', '黄'),
    ('⻬', '齐'),
    ('⻮', '齿'),
    ('⻰', '龙'),
    ('⻳', '龟'),
];

fn radical(c: char) -> char {
    RADICALS.iter().find(|(own, _)| *own == c).map_or(c, |(_, same)| *same)
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{FEFF}' | '\u{2060}' | '\u{00AD}' | '\u{E000}'..='\u{F8FF}')
        || c.is_control()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_widths_and_drops_blanks_but_keeps_the_place() {
        let source = "每 学期 ２ 次　⽉底";
        let folded = Folded::of(source, 0..source.len());
        assert_eq!(folded.text, "每学期2次月底");
        let at = folded.text.find("2次").unwrap();
        let range = folded.source_range(&(at..at + "2次".len()));
        assert_eq!(&source[range], "２ 次");
    }

    #[test]
    fn radicals_of_pdf_fonts_are_the_characters_that_they_look_like() {
        let source = "⻘年家⻓⻅⾯";
        assert_eq!(Folded::of(source, 0..source.len()).text, "青年家长见面");
    }

    #[test]
    fn a_wide_gap_is_a_column() {
        let source = "讲座\t每学期1次    教务处";
        assert_eq!(Folded::of(source, 0..source.len()).text, "讲座\t每学期1次\t教务处");
    }
}
