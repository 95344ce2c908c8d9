//! Pinyin and initials that stand for a word of the lexicon.

use std::sync::LazyLock;

use pinyin::ToPinyin;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Cell, Disguise, Undone, is_han, note};
use crate::lexicon;

/// Initials that are common instead of the word.
const INITIALS: &[(&str, &str)] = &[
    ("yzm", "验证码"),
    ("zfb", "支付宝"),
    ("yhk", "银行卡"),
    ("sfz", "身份证"),
    ("sdj", "刷单"),
    ("wxin", "微信"),
    ("weix", "微信"),
    ("pyq", "朋友圈"),
];

/// Syllables that may stand between words in a spelled sentence.
const GLUE: &[(&str, &str)] = &[
    ("qing", "请"),
    ("jia", "加"),
    ("wo", "我"),
    ("ni", "你"),
    ("nin", "您"),
    ("ba", "把"),
    ("gei", "给"),
    ("dao", "到"),
    ("de", "的"),
    ("xian", "先"),
    ("ma", "码"),
    ("qian", "钱"),
    ("fa", "发"),
    ("jiao", "交"),
    ("fu", "付"),
    ("kuai", "快"),
];

/// Longest letter run that is looked at.
const LETTERS_MAX: usize = 64;

/// Longest letter run inside a word of which the rest is written out.
const MIXED_LETTERS_MAX: usize = 12;

struct Spelling {
    words: FxHashMap<String, String>,
    glue: FxHashMap<&'static str, &'static str>,
    /// A word with some of its characters spelled: `yan证码`, `验zheng码`.
    mixed: FxHashMap<String, String>,
    /// The runs of letters in them.
    mixed_runs: FxHashSet<String>,
    longest: usize,
    /// The two letters that spelled words, glue and such runs begin with.
    heads: FxHashSet<(char, char)>,
}

static SPELLING: LazyLock<Spelling> = LazyLock::new(|| {
    let mut spelling = Spelling {
        words: FxHashMap::default(),
        glue: GLUE.iter().copied().collect(),
        mixed: FxHashMap::default(),
        mixed_runs: FxHashSet::default(),
        longest: 0,
        heads: FxHashSet::default(),
    };
    for (initials, word) in INITIALS {
        spelling.words.insert((*initials).to_owned(), (*word).to_owned());
    }
    for phrase in lexicon::phrases() {
        spelling.learn(phrase);
    }
    let pieces = spelling.words.keys().map(String::as_str).chain(GLUE.iter().map(|it| it.0));
    let pieces = pieces.chain(spelling.mixed_runs.iter().map(String::as_str));
    spelling.heads = pieces
        .filter_map(|piece| {
            let mut letters = piece.chars();
            Some((letters.next()?, letters.next()?))
        })
        .collect();
    spelling
});

impl Spelling {
    fn learn(&mut self, phrase: &str) {
        let chars: Vec<char> = phrase.chars().collect();
        if chars.len() < 2 || chars.len() > 5 || !chars.iter().all(|&c| is_han(c)) {
            return;
        }
        let syllables: Vec<&str> =
            chars.iter().filter_map(|&c| c.to_pinyin().map(pinyin::Pinyin::plain)).collect();
        if syllables.len() != chars.len() {
            return;
        }
        let whole: String = syllables.concat();
        self.longest = self.longest.max(whole.len());
        self.words.entry(whole).or_insert_with(|| phrase.to_owned());
        // One spelled character (or all but one) inside the word.
        for mask in 1..(1u32 << chars.len()) - 1 {
            let n_spelled = mask.count_ones() as usize;
            if n_spelled != 1 && n_spelled != chars.len() - 1 {
                continue;
            }
            let key: String =
                chars
                    .iter()
                    .zip(&syllables)
                    .enumerate()
                    .map(|(k, (c, syllable))| {
                        if mask >> k & 1 == 1 { (*syllable).to_owned() } else { c.to_string() }
                    })
                    .collect();
            // Letters that stand apart, as in `yan证ma`, are two runs: not looked for.
            let letters = key.trim_matches(is_han);
            let is_run = letters.chars().all(|c| c.is_ascii_lowercase());
            if is_run && (2..=MIXED_LETTERS_MAX).contains(&letters.len()) {
                self.mixed_runs.insert(letters.to_owned());
                self.mixed.entry(key).or_insert_with(|| phrase.to_owned());
            }
        }
    }
}

/// Replaces spelled words by their characters.
pub(super) fn spell_out(cells: &mut Vec<Cell>, undone: &mut Vec<Undone>) {
    let mut i = 0;
    while let Some(cell) = cells.get(i) {
        if !cell.c.is_ascii_alphabetic() {
            i += 1;
            continue;
        }
        let end = run_end(cells, i);
        if let Some((from, to, word)) = decode(cells, i, end) {
            let n = word.chars().count();
            replace(cells, undone, from, to, &word);
            i = from + n;
        } else {
            i = end;
        }
    }
}

/// The end of a run of letters; single spaces inside belong to it.
fn run_end(cells: &[Cell], start: usize) -> usize {
    let mut end = start;
    let is_letter = |k: usize| cells.get(k).is_some_and(|cell| cell.c.is_ascii_alphabetic());
    while is_letter(end)
        || cells.get(end).is_some_and(|cell| cell.c == ' ') && is_letter(end + 1)
    {
        end += 1;
    }
    end
}

fn decode(cells: &[Cell], start: usize, end: usize) -> Option<(usize, usize, String)> {
    if end - start > LETTERS_MAX {
        return None;
    }
    let mut run = cells.get(start..end)?.iter().map(|cell| cell.c).filter(|&c| c != ' ');
    if !SPELLING.heads.contains(&(run.next()?, run.next()?)) {
        return None;
    }
    let letters: String =
        cells.get(start..end)?.iter().map(|cell| cell.c).filter(|&c| c != ' ').collect();
    if letters.len() >= 3
        && let Some(word) = segment(&letters)
    {
        return Some((start, end, word));
    }
    mixed(cells, start, end, &letters)
}

/// Cuts a run into spelled words, longest first; at least one is of the lexicon.
fn segment(letters: &str) -> Option<String> {
    let mut best: Vec<Option<(usize, bool)>> = vec![None; letters.len() + 1];
    *best.first_mut()? = Some((0, false));
    for from in 0..letters.len() {
        let Some((_, reached)) = best.get(from).copied().flatten() else { continue };
        let to_max = letters.len().min(from + SPELLING.longest);
        for to in from + 1..=to_max {
            let piece = letters.get(from..to)?;
            let is_word = SPELLING.words.contains_key(piece);
            if !is_word && !SPELLING.glue.contains_key(piece) {
                continue;
            }
            let slot = best.get_mut(to)?;
            if slot.is_none_or(|(_, has_word)| !has_word && (is_word || reached)) {
                *slot = Some((from, is_word || reached));
            }
        }
    }
    let mut to = letters.len();
    if !best.get(to).copied().flatten()?.1 {
        return None;
    }
    let mut pieces = Vec::new();
    while to > 0 {
        let (from, _) = best.get(to).copied().flatten()?;
        let piece = letters.get(from..to)?;
        pieces.push(
            SPELLING
                .words
                .get(piece)
                .map(String::as_str)
                .or_else(|| SPELLING.glue.get(piece).copied())?,
        );
        to = from;
    }
    pieces.reverse();
    Some(pieces.concat())
}

/// A run beside Chinese characters that completes a word of the lexicon.
fn mixed(
    cells: &[Cell],
    start: usize,
    end: usize,
    letters: &str,
) -> Option<(usize, usize, String)> {
    if !SPELLING.mixed_runs.contains(letters) {
        return None;
    }
    for before in (0..=3usize).rev() {
        for after in (0..=3usize).rev() {
            if before + after == 0 {
                continue;
            }
            let Some(from) = start.checked_sub(before) else { continue };
            let (Some(head), Some(tail)) =
                (cells.get(from..start), cells.get(end..end + after))
            else {
                continue;
            };
            if !head.iter().chain(tail).all(|cell| is_han(cell.c)) {
                continue;
            }
            let key: String = head
                .iter()
                .map(|cell| cell.c)
                .chain(letters.chars())
                .chain(tail.iter().map(|cell| cell.c))
                .collect();
            if let Some(word) = SPELLING.mixed.get(&key) {
                return Some((from, end + after, word.clone()));
            }
        }
    }
    None
}

/// Puts `word` in place of the cells `from..to`, spreading their places over it.
fn replace(
    cells: &mut Vec<Cell>,
    undone: &mut Vec<Undone>,
    from: usize,
    to: usize,
    word: &str,
) {
    let places: Vec<u32> =
        cells.get(from..to).unwrap_or_default().iter().map(|cell| cell.at).collect();
    let (Some(&first), Some(&last)) = (places.first(), places.last()) else { return };
    note(undone, Disguise::Pinyin, first, last + 1);
    let n = word.chars().count();
    let spread: Vec<Cell> = word
        .chars()
        .enumerate()
        .map(|(k, c)| {
            let at = if k + 1 == n {
                last
            } else {
                places.get(k * places.len() / n).copied().unwrap_or(first)
            };
            Cell { c, at }
        })
        .collect();
    cells.splice(from..to, spread);
}
