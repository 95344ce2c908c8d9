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

/// A word that was spelled, with how many characters around the run are its own.
struct Spelled {
    n_before: usize,
    n_behind: usize,
    word: String,
}

/// Replaces spelled words by their characters.
pub(super) fn spell_out(cells: &mut Vec<Cell>, undone: &mut Vec<Undone>) {
    let mut kept: Vec<Cell> = Vec::with_capacity(cells.len());
    let mut i = 0;
    while let Some(cell) = cells.get(i) {
        if !cell.c.is_ascii_alphabetic() {
            kept.push(*cell);
            i += 1;
            continue;
        }
        let (run, behind) = cells.get(i..).unwrap_or_default().split_at(run_length(cells, i));
        i += run.len();
        let found = decode(&kept, run, behind);
        kept.extend_from_slice(run);
        if let Some(Spelled { n_before, n_behind, word }) = found {
            kept.extend_from_slice(behind.get(..n_behind).unwrap_or_default());
            i += n_behind;
            let n_written = n_before + run.len() + n_behind;
            let written = kept.split_off(kept.len().saturating_sub(n_written));
            spell(&mut kept, undone, &written, &word);
        }
    }
    *cells = kept;
}

/// How long a run of letters is; single spaces inside belong to it.
fn run_length(cells: &[Cell], start: usize) -> usize {
    let mut end = start;
    let is_letter = |k: usize| cells.get(k).is_some_and(|cell| cell.c.is_ascii_alphabetic());
    while is_letter(end)
        || cells.get(end).is_some_and(|cell| cell.c == ' ') && is_letter(end + 1)
    {
        end += 1;
    }
    end - start
}

fn decode(before: &[Cell], run: &[Cell], behind: &[Cell]) -> Option<Spelled> {
    if run.len() > LETTERS_MAX {
        return None;
    }
    let mut letters = run.iter().map(|cell| cell.c).filter(|&c| c != ' ');
    if !SPELLING.heads.contains(&(letters.next()?, letters.next()?)) {
        return None;
    }
    let letters: String = run.iter().map(|cell| cell.c).filter(|&c| c != ' ').collect();
    if letters.len() >= 3
        && let Some(word) = segment(&letters)
    {
        return Some(Spelled { n_before: 0, n_behind: 0, word });
    }
    mixed(before, &letters, behind)
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
fn mixed(before: &[Cell], letters: &str, behind: &[Cell]) -> Option<Spelled> {
    if !SPELLING.mixed_runs.contains(letters) {
        return None;
    }
    for n_before in (0..=3usize).rev() {
        for n_behind in (0..=3usize).rev() {
            if n_before + n_behind == 0 {
                continue;
            }
            let head = before.len().checked_sub(n_before).and_then(|at| before.get(at..));
            let (Some(head), Some(tail)) = (head, behind.get(..n_behind)) else { continue };
            if !head.iter().chain(tail).all(|cell| is_han(cell.c)) {
                continue;
            }
            let head = head.iter().map(|cell| cell.c);
            let tail = tail.iter().map(|cell| cell.c);
            let key: String = head.chain(letters.chars()).chain(tail).collect();
            if let Some(word) = SPELLING.mixed.get(&key) {
                return Some(Spelled { n_before, n_behind, word: word.clone() });
            }
        }
    }
    None
}

/// Appends `word` in place of what was written, its places spread over it.
fn spell(kept: &mut Vec<Cell>, undone: &mut Vec<Undone>, written: &[Cell], word: &str) {
    let (Some(first), Some(last)) = (written.first(), written.last()) else { return };
    note(undone, Disguise::Pinyin, first.at, last.at + 1);
    let n = word.chars().count();
    kept.extend(word.chars().enumerate().map(|(k, c)| {
        let place = if k + 1 == n { Some(last) } else { written.get(k * written.len() / n) };
        Cell { c, at: place.unwrap_or(first).at }
    }));
}
