//! The concepts that recognition knows, and the words for each, read from
//! `content/recognition/lexicon.txt`.

mod phrases;

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use crate::normalise::Plain;
use phrases::Phrases;

/// The word list as it is shipped.
const SOURCE: &str = include_str!("../../../content/recognition/lexicon.txt");

macro_rules! concepts {
    ($($name:ident = $id:literal),* $(,)?) => {
        /// What a phrase does or speaks of. Adding one makes the loader demand its words.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub(crate) enum Concept { $($name),* }

        impl Concept {
            pub(crate) const ALL: &[Self] = &[$(Self::$name),*];

            pub(crate) const fn id(self) -> &'static str {
                match self { $(Self::$name => $id),* }
            }
        }
    };
}

concepts! {
    Transfer = "transfer", Pay = "pay", Advance = "advance", SafeAccount = "safe-account",
    NamedAccount = "named-account", FeeTrick = "fee-trick", Deposit = "deposit", Code = "code",
    Tell = "tell", Secret = "secret", Enter = "enter", Link = "link", Url = "url",
    OfficialUrl = "official-url", Scan = "scan", Install = "install", App = "app",
    Screen = "screen", Meeting = "meeting", Contact = "contact", Secrecy = "secrecy",
    Isolate = "isolate", Urgent = "urgent", Deadline = "deadline", Scarce = "scarce",
    Threat = "threat", Accuse = "accuse", Expire = "expire", RolePolice = "role-police",
    RoleGov = "role-gov", RoleRegulator = "role-regulator", RoleBank = "role-bank",
    RoleService = "role-service", RoleCourier = "role-courier", RoleLeader = "role-leader",
    RoleTeacher = "role-teacher", RoleKin = "role-kin", NewNumber = "new-number",
    RoleArmy = "role-army", BulkOrder = "bulk-order", RoleStar = "role-star", Task = "task",
    PartTime = "parttime", Income = "income", Withdraw = "withdraw", Invest = "invest",
    SureGain = "sure-gain", Guru = "guru", Loan = "loan", Credit = "credit",
    CreditFix = "credit-fix", Refund = "refund", Cancel = "cancel", Prize = "prize",
    Game = "game", PrivateTrade = "private-trade", Cheap = "cheap", Goods = "goods",
    Love = "love", Nude = "nude", Plight = "plight", Favour = "do-favour",
    CardTrade = "card-trade", Recover = "recover", ExamCheat = "exam-cheat", Elder = "elder",
    GenuineChannel = "genuine-channel", NoFee = "no-fee", Guard = "guard",
    BackSameWay = "back-same-way", Warn = "warn", Narr = "narr", Forbid = "forbid",
    MakesMe = "makes-me", Asks = "asks", You = "you", Past = "past", SafeAct = "safe-act",
    Victim = "victim", NoHurry = "no-hurry", AsksScam = "asks-scam",
    NotAsked = "not-asked", SelfAct = "self-act", Excuse = "excuse", Mule = "mule",
    Ritual = "ritual", Hook = "intimate-hook", TryFirst = "try-first", Amount = "amount",
    LetterForm = "letter-form", ToldMe = "told-me", Neutral = "neutral",
    Paper = "paper", Visit = "visit", Reassure = "reassure",
}

/// How many concepts there are.
pub(crate) const N_CONCEPTS: usize = Concept::ALL.len();

/// A set of concepts.
pub(crate) type ConceptSet = u128;

impl Concept {
    pub(crate) const fn bit(self) -> ConceptSet {
        1 << self as u8
    }
}

pub(crate) struct Lexicon {
    finder: Phrases,
    /// The concepts of each phrase: most have one, a few have several.
    senses: Senses,
    phrases: Vec<String>,
    /// The Chinese name of each concept, by its number.
    names: Vec<String>,
}

/// The set of some concepts.
pub(crate) const fn any(concepts: &[Concept]) -> ConceptSet {
    let mut set = 0;
    let mut i = 0;
    while i < concepts.len() {
        set |= concepts[i].bit();
        i += 1;
    }
    set
}

/// Lists of concepts, one behind the other, so that a look at one is near.
struct Senses {
    concepts: Vec<Concept>,
    /// Where each list begins, and the end.
    bounds: Vec<u32>,
}

impl Senses {
    fn of(lists: &[Vec<Concept>]) -> Self {
        let mut senses = Self { concepts: Vec::new(), bounds: vec![0] };
        for list in lists {
            senses.concepts.extend(list);
            senses.bounds.push(senses.concepts.len() as u32);
        }
        senses
    }

    #[inline]
    fn get(&self, number: u32) -> &[Concept] {
        let number = number as usize;
        match self.bounds.get(number..number + 2) {
            Some(&[from, to]) => {
                self.concepts.get(from as usize..to as usize).unwrap_or_default()
            }
            _ => &[],
        }
    }
}

/// A phrase found in a normalised text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found<'l> {
    pub(crate) senses: &'l [Concept],
    pub(crate) from: usize,
    pub(crate) to: usize,
}

/// Why a word list cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum LexiconError {
    #[error("第 {line} 行：没有“{id}”这个概念")]
    UnknownConcept { line: usize, id: String },
    #[error("第 {line} 行：说法“{phrase}”前面没有“@概念”一行")]
    NoConcept { line: usize, phrase: String },
    #[error("缺少概念“{0}”的说法")]
    Missing(&'static str),
}

impl Lexicon {
    /// Reads a word list; every concept must have words.
    pub(crate) fn parse(source: &str) -> Result<Self, LexiconError> {
        let mut by_phrase: FxHashMap<&str, usize> = FxHashMap::default();
        let mut phrases: Vec<String> = Vec::new();
        let mut senses: Vec<Vec<Concept>> = Vec::new();
        let mut seen: ConceptSet = 0;
        let mut current: Option<Concept> = None;
        let mut names = vec![String::new(); N_CONCEPTS];
        for (i, text) in source.lines().enumerate() {
            let line = i + 1;
            let text = text.trim();
            if let Some(head) = text.strip_prefix('@') {
                let id = head.split_whitespace().next().unwrap_or_default();
                let concept = Concept::ALL.iter().copied().find(|concept| concept.id() == id);
                let concept =
                    concept.ok_or(LexiconError::UnknownConcept { line, id: id.to_owned() })?;
                if let Some(name) = names.get_mut(concept as usize) {
                    head.trim_start_matches(id).trim().clone_into(name);
                }
                current = Some(concept);
                continue;
            }
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            for phrase in text.split_whitespace() {
                let concept = current
                    .ok_or(LexiconError::NoConcept { line, phrase: phrase.to_owned() })?;
                seen |= concept.bit();
                let slot = *by_phrase.entry(phrase).or_insert_with(|| {
                    phrases.push(phrase.to_owned());
                    senses.push(Vec::new());
                    phrases.len() - 1
                });
                if let Some(list) = senses.get_mut(slot).filter(|list| !list.contains(&concept))
                {
                    list.push(concept);
                }
            }
        }
        if let Some(missing) = Concept::ALL.iter().find(|concept| seen & concept.bit() == 0) {
            return Err(LexiconError::Missing(missing.id()));
        }
        Ok(Self { finder: Phrases::new(&phrases), senses: Senses::of(&senses), phrases, names })
    }

    /// Calls `each` for the phrases of a normalised text, from left to right, the longest first.
    pub(crate) fn find<'l>(&'l self, text: &Plain, mut each: impl FnMut(Found<'l>)) {
        self.finder.find(text, |number, from, to| {
            each(Found { senses: self.senses.get(number), from, to });
        });
    }
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    // The shipped list is checked by a test; should it ever be broken,
    // recognition falls back to the letters alone instead of stopping.
    Lexicon::parse(SOURCE).unwrap_or(Lexicon {
        finder: Phrases::new(&[]),
        senses: Senses::of(&[]),
        phrases: Vec::new(),
        names: Vec::new(),
    })
});

/// The shipped word list.
pub(crate) fn shipped() -> &'static Lexicon {
    &LEXICON
}

/// Every phrase of the shipped word list.
pub(crate) fn phrases() -> impl Iterator<Item = &'static str> {
    LEXICON.phrases.iter().map(String::as_str)
}

/// The Chinese name of a concept.
pub(crate) fn name(concept: Concept) -> &'static str {
    LEXICON.names.get(concept as usize).map_or(concept.id(), String::as_str)
}

/// The source text, for the fingerprint of a model.
pub(crate) const fn source() -> &'static str {
    SOURCE
}

#[cfg(test)]
mod tests {
    use super::{Concept, Lexicon, LexiconError, N_CONCEPTS, SOURCE, shipped};
    use crate::normalise::normalise;

    #[test]
    fn the_shipped_list_has_words_for_every_concept() {
        const { assert!(N_CONCEPTS <= 128) };
        let lexicon = Lexicon::parse(SOURCE).map(|lexicon| lexicon.phrases.len());
        assert!(matches!(lexicon, Ok(n) if n > 1500), "{lexicon:?}");
    }

    #[test]
    fn a_broken_list_names_its_line() {
        let error = Lexicon::parse("# x\n@nothing 无\n").err();
        assert_eq!(error, Some(LexiconError::UnknownConcept { line: 2, id: "nothing".into() }));
        let error = Lexicon::parse("转账").err();
        assert_eq!(error, Some(LexiconError::NoConcept { line: 1, phrase: "转账".into() }));
        assert_eq!(Lexicon::parse("@transfer\n转账").err(), Some(LexiconError::Missing("pay")));
    }

    #[test]
    fn the_longest_phrase_wins() {
        let mut found: Vec<&[Concept]> = Vec::new();
        shipped().find(&normalise("不要挂断"), |one| found.push(one.senses));
        assert_eq!(found, [[Concept::Isolate].as_slice()]);
    }
}
