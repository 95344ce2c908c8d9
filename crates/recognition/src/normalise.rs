//! Undoing of disguises: full width, look-alikes, traditional forms, split
//! characters, pinyin, emoji, spaces. Every character of the result knows
//! where it stood in the original, and what was undone is kept.

mod gaps;
mod latin;
mod table;

use unicode_normalization::UnicodeNormalization;

use gaps::{close_gaps, is_gap, is_sure_gap};
pub(crate) use table::{LetterKind, is_han, letter_kinds};

/// One way of writing a word so that a filter does not see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Disguise {
    FullWidth,
    LookAlike,
    Traditional,
    Split,
    Pinyin,
    Emoji,
    Spaced,
    Hidden,
}

impl Disguise {
    /// The Chinese name, for reasons and pages.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::FullWidth => "全角字符",
            Self::LookAlike => "形近字母",
            Self::Traditional => "繁体或大写数字",
            Self::Split => "拆字",
            Self::Pinyin => "拼音代字",
            Self::Emoji => "表情代字",
            Self::Spaced => "字间插入空格或符号",
            Self::Hidden => "隐藏字符",
        }
    }
}

/// Something that was undone, with its place in the original (in characters).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Undone {
    pub(crate) disguise: Disguise,
    pub(crate) from: u32,
    pub(crate) to: u32,
}

/// The text as it reads once its disguises are undone: simplified, lower case,
/// half width, without ornaments. All places are counted in its characters.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plain {
    cells: Vec<Cell>,
    pub(crate) undone: Vec<Undone>,
}

impl Plain {
    #[inline]
    pub(crate) fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// The characters from a place on; none behind the end.
    pub(crate) fn rest_at(&self, at: usize) -> &[Cell] {
        self.cells.get(at..).unwrap_or_default()
    }

    pub(crate) fn get(&self, at: usize) -> Option<char> {
        self.cells.get(at).map(|cell| cell.c)
    }

    pub(crate) fn len(&self) -> usize {
        self.cells.len()
    }

    /// The span in the original of a span of this text.
    pub(crate) fn span(&self, from: usize, to: usize) -> (u32, u32) {
        let place = |at: usize| self.cells.get(at).map(|cell| cell.at);
        let first = place(from).unwrap_or(0);
        let last = to.checked_sub(1).and_then(place).unwrap_or(first).max(first);
        // A character that was put together reaches as far as its parts did.
        let joined = self
            .undone
            .iter()
            .find(|it| it.disguise == Disguise::Split && (it.from..it.to).contains(&last));
        (first, joined.map_or(last + 1, |it| it.to))
    }
}

/// A character of the result and where it stood.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell {
    pub(crate) c: char,
    at: u32,
}

/// Whether these characters begin with a word.
pub(crate) fn begins(cells: &[Cell], word: &str) -> bool {
    let mut cells = cells.iter();
    word.chars().all(|c| cells.next().is_some_and(|cell| cell.c == c))
}

/// What the first pass met, so that later passes run only when needed.
struct Met {
    tables: &'static table::Tables,
    /// Marks that may part a word: a sure one, or two that stand close together.
    gap: bool,
    /// Where the last mark stood.
    last_gap: Option<usize>,
    latin: bool,
    /// The parts of a split character stand side by side, but for gaps.
    part: bool,
    /// The last character that is no gap may be the first part of a split one.
    head: bool,
}

impl Met {
    /// Takes note of what may be a mark, as the character number `n`.
    #[inline]
    fn see_gap(&mut self, c: char, n: usize) {
        if is_gap(c) {
            self.gap |= is_sure_gap(c) || self.last_gap.is_some_and(|last| n - last <= 2);
            self.last_gap = Some(n);
        }
    }

    /// Takes note of a character that was folded.
    #[inline]
    fn see(&mut self, c: char) {
        let marks = self.tables.marks(c);
        self.part |= self.head && marks & table::SECOND != 0;
        self.head = marks & table::HEAD != 0;
    }
}

/// Reads a text with its disguises undone.
pub(crate) fn normalise(text: &str) -> Plain {
    let mut undone = Vec::new();
    let mut met = Met {
        tables: table::tables(),
        gap: false,
        last_gap: None,
        latin: false,
        part: false,
        head: false,
    };
    let mut cells = fold(text, &mut undone, &mut met);
    if met.gap {
        close_gaps(&mut cells, &mut undone);
    }
    if met.part {
        join_parts(&mut cells, &mut undone);
    }
    if met.latin {
        latin::spell_out(&mut cells, &mut undone);
    }
    Plain { cells, undone }
}

/// First pass: every character on its own.
fn fold(text: &str, undone: &mut Vec<Undone>, met: &mut Met) -> Vec<Cell> {
    let mut cells = Vec::with_capacity(text.len() / 2);
    for (at, c) in (0u32..).zip(text.chars()) {
        if met.tables.is_ordinary(c) {
            met.head = false;
            cells.push(Cell { c, at });
        } else if c.is_ascii() {
            met.latin |= c.is_ascii_alphabetic();
            met.see_gap(c, cells.len());
            let c = if c == '\r' || c == '\t' { ' ' } else { c.to_ascii_lowercase() };
            cells.push(Cell { c, at });
        } else if is_han(c) {
            let folded = met.tables.simplified(c);
            if folded.is_some() {
                note(undone, Disguise::Traditional, at, at + 1);
            }
            let c = folded.unwrap_or(c);
            met.see(c);
            cells.push(Cell { c, at });
        } else {
            fold_rare(c, at, &mut cells, undone, met);
        }
    }
    cells
}

/// Everything that is neither ASCII nor a Chinese character.
fn fold_rare(c: char, at: u32, cells: &mut Vec<Cell>, undone: &mut Vec<Undone>, met: &mut Met) {
    if let Some(mark) = punctuation(c) {
        met.see_gap(mark, cells.len());
        cells.push(Cell { c: mark, at });
    } else if table::is_hidden(c) {
        note(undone, Disguise::Hidden, at, at + 1);
    } else if ('\u{FF01}'..='\u{FF5E}').contains(&c) {
        let plain = char::from_u32(c as u32 - 0xFEE0).unwrap_or(c).to_ascii_lowercase();
        if plain.is_ascii_alphanumeric() {
            note(undone, Disguise::FullWidth, at, at + 1);
        }
        met.latin |= plain.is_ascii_alphabetic();
        met.see_gap(plain, cells.len());
        cells.push(Cell { c: plain, at });
    } else if let Some(word) = table::emoji_word(c) {
        note(undone, Disguise::Emoji, at, at + 1);
        met.latin |= word.is_ascii();
        cells.extend(word.chars().map(|c| Cell { c, at }));
    } else if let Some((plain, fold)) = table::look_alike(c) {
        let disguise = match fold {
            table::Fold::Traditional => Disguise::Traditional,
            table::Fold::LookAlike => Disguise::LookAlike,
        };
        note(undone, disguise, at, at + 1);
        met.latin |= plain.is_ascii_alphabetic();
        met.see(plain);
        cells.push(Cell { c: plain, at });
    } else if table::is_ornament(c) {
        // A mark that parts a word is a gap; alone it says nothing.
        met.gap = true;
        cells.push(Cell { c: ORNAMENT, at });
    } else {
        let before = cells.len();
        for plain in std::iter::once(c).nfkc().flat_map(char::to_lowercase) {
            let plain = met.tables.simplified(plain).unwrap_or(plain);
            met.latin |= plain.is_ascii_alphabetic();
            met.see(plain);
            cells.push(Cell { c: plain, at });
        }
        if cells.get(before).is_some_and(|cell| cell.c != c && !c.is_uppercase()) {
            note(undone, Disguise::LookAlike, at, at + 1);
        }
    }
}

/// Stands for an ornament until the gaps are closed.
const ORNAMENT: char = '\u{1}';

/// Chinese marks in their ASCII form, so that both ways of typing read alike.
fn punctuation(c: char) -> Option<char> {
    Some(match c {
        '，' => ',',
        '：' => ':',
        '；' => ';',
        '！' => '!',
        '？' => '?',
        '（' => '(',
        '）' => ')',
        '\u{3000}' | '\u{A0}' => ' ',
        '。' | '、' | '【' | '】' | '“' | '”' | '‘' | '’' | '《' | '》' | '…' | '—' | '「'
        | '」' | '·' => c,
        _ => return None,
    })
}

/// Third pass: parts of a character that stand side by side become one.
fn join_parts(cells: &mut Vec<Cell>, undone: &mut Vec<Undone>) {
    let mut kept: Vec<Cell> = Vec::with_capacity(cells.len());
    let mut rest = cells.as_slice();
    while let Some(cell) = rest.first() {
        let found = table::split_pairs(cell.c)
            .and_then(|pairs| pairs.iter().find(|(parts, _)| begins(rest, parts)));
        let (c, n) =
            found.map_or((cell.c, 1), |(parts, whole)| (*whole, parts.chars().count()));
        let (parts, behind) = rest.split_at_checked(n).unwrap_or((rest, &[]));
        if let (Some(_), Some(last)) = (found, parts.last()) {
            note(undone, Disguise::Split, cell.at, last.at + 1);
        }
        kept.push(Cell { c, at: cell.at });
        rest = behind;
    }
    *cells = kept;
}

/// Remembers a change; neighbours of one kind become one entry, but for joined
/// characters: each knows how far it reached.
fn note(undone: &mut Vec<Undone>, disguise: Disguise, from: u32, to: u32) {
    if let Some(last) =
        undone.last_mut().filter(|last| last.disguise == disguise && last.to >= from)
        && disguise != Disguise::Split
    {
        last.to = last.to.max(to);
        return;
    }
    undone.push(Undone { disguise, from, to });
}

#[cfg(test)]
mod tests {
    use super::{Disguise, Plain, normalise};

    fn written(plain: &Plain) -> String {
        plain.cells().iter().map(|cell| cell.c).collect()
    }

    fn check(text: &str, plain: &str, disguises: &[Disguise]) {
        let read = normalise(text);
        assert_eq!(written(&read), plain, "{text}");
        let mut seen: Vec<Disguise> =
            read.undone.iter().map(|undone| undone.disguise).collect();
        seen.dedup();
        assert_eq!(seen, disguises, "{text}");
    }

    #[test]
    fn each_disguise_is_undone_and_noted() {
        check("请转账", "请转账", &[]);
        check("请轉賬", "请转账", &[Disguise::Traditional]);
        check("加 q q 1 2 3", "加qq123", &[]);
        check("加ＱＱ１２３", "加qq123", &[Disguise::FullWidth]);
        check("加vх群", "加vx群", &[Disguise::LookAlike]);
        check("验 证 码", "验证码", &[Disguise::Spaced]);
        check("验*证*码", "验证码", &[Disguise::Spaced]);
        check("验.证.码", "验证码", &[Disguise::Spaced]);
        check("转[账]给我", "转账给我", &[Disguise::Spaced]);
        check("转💥账", "转账", &[Disguise::Spaced]);
        check("发🧧给我", "发红包给我", &[Disguise::Emoji]);
        check("验\u{200b}证码", "验证码", &[Disguise::Hidden]);
        check("车专账", "转账", &[Disguise::Split]);
        check("把yanzhengma给我", "把验证码给我", &[Disguise::Pinyin]);
        check("请zhuan zhang", "请转账", &[Disguise::Pinyin]);
    }

    #[test]
    fn ordinary_writing_stays() {
        check("明天9点开会,带书、笔、本", "明天9点开会,带书、笔、本", &[]);
        check("Hello, 你好 world", "hello,你好world", &[]);
        check("北京-上海", "北京-上海", &[]);
        check("到店🌟,验🌟机", "到店,验机", &[Disguise::Spaced]);
        check("用 APP 打开", "用app打开", &[]);
    }

    #[test]
    fn spans_point_into_the_original() {
        let read = normalise("请 轉 賬 吧");
        assert_eq!(written(&read), "请转账吧");
        assert_eq!(read.span(1, 3), (2, 5));
        let read = normalise("把钱车专贝长到账户");
        assert_eq!(written(&read), "把钱转账到账户");
        assert_eq!((read.span(2, 3), read.span(2, 4)), ((2, 4), (2, 6)));
    }
}
