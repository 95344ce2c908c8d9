//! A class of words of the lexicon, looked up by first and last character, so
//! that a long list costs no more than a short one.

/// A word, and the characters before which it is another word.
#[derive(Debug, Clone)]
struct Word {
    text: String,
    not_before: String,
}

#[derive(Debug, Default)]
pub(crate) struct Class {
    words: Vec<Word>,
    firsts: Index,
    lasts: Index,
}

impl Class {
    pub(crate) fn push(&mut self, text: &str, not_before: &str) {
        let at = self.words.len();
        if let (Some(first), Some(last)) = (text.chars().next(), text.chars().next_back()) {
            self.firsts.push(first, at);
            self.lasts.push(last, at);
            self.words.push(Word { text: text.to_owned(), not_before: not_before.to_owned() });
        }
    }

    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(|w| w.text.as_str())
    }

    /// Where the first word stands in the text.
    pub(crate) fn find(&self, text: &str) -> Option<usize> {
        text.char_indices().map(|(at, _)| at).find(|at| self.stands(text, *at).is_some())
    }

    /// How many different words stand in the text.
    pub(crate) fn count(&self, text: &str) -> usize {
        let mut seen: Vec<usize> = Vec::new();
        for (at, c) in text.char_indices() {
            for word in self.firsts.of(c) {
                if !seen.contains(&word) && self.word_at(word, text, at).is_some() {
                    seen.push(word);
                }
            }
        }
        seen.len()
    }

    pub(crate) fn is(&self, text: &str) -> bool {
        let Some(first) = text.chars().next() else { return false };
        self.firsts.of(first).any(|i| self.words.get(i).is_some_and(|w| w.text == text))
    }

    /// The length of the longest word that stands at a byte of the text.
    pub(crate) fn stands(&self, text: &str, at: usize) -> Option<usize> {
        let first = text.get(at..)?.chars().next()?;
        self.firsts.of(first).filter_map(|word| self.word_at(word, text, at)).max()
    }

    /// The length of the longest word that ends the text.
    pub(crate) fn ends(&self, text: &str) -> Option<usize> {
        let last = text.chars().next_back()?;
        let words = self.lasts.of(last).filter_map(|i| self.words.get(i));
        words.filter(|w| text.ends_with(&w.text)).map(|w| w.text.len()).max()
    }

    /// Whether a word may stand before what follows it.
    pub(crate) fn may_precede(&self, word: &str, rest: &str) -> bool {
        let Some(first) = word.chars().next() else { return true };
        let mut words = self.firsts.of(first).filter_map(|i| self.words.get(i));
        words.find(|w| w.text == word).is_none_or(|w| w.allows(rest))
    }

    fn word_at(&self, word: usize, text: &str, at: usize) -> Option<usize> {
        let word = self.words.get(word)?;
        let rest = text.get(at..)?.strip_prefix(word.text.as_str())?;
        word.allows(rest).then_some(word.text.len())
    }
}

impl Word {
    fn allows(&self, rest: &str) -> bool {
        rest.chars().next().is_none_or(|c| !self.not_before.contains(c))
    }
}

/// Words by one of their characters.
#[derive(Debug, Default)]
struct Index {
    /// One bit for each of the first 65,536 characters that any word has.
    bits: Vec<u64>,
    /// Sorted by character.
    entries: Vec<(char, usize)>,
}

const BITS: usize = 1 << 16;

impl Index {
    fn push(&mut self, c: char, word: usize) {
        self.bits.resize(BITS / 64, 0);
        if let Some(bits) = self.bits.get_mut(c as usize / 64) {
            *bits |= 1 << (c as usize % 64);
        }
        let at = self.entries.partition_point(|e| *e < (c, word));
        self.entries.insert(at, (c, word));
    }

    fn of(&self, c: char) -> impl Iterator<Item = usize> {
        let place = c as usize;
        let bits = self.bits.get(place / 64).copied().unwrap_or_default();
        let may = BITS <= place || bits >> (place % 64) & 1 == 1;
        let from =
            if may { self.entries.partition_point(|e| e.0 < c) } else { self.entries.len() };
        let rest = self.entries.get(from..).unwrap_or_default();
        rest.iter().take_while(move |e| e.0 == c).map(|e| e.1)
    }
}
