//! The content that people read: fraud types, sayings, questions, slogans,
//! advice. Data in `content/`, parsed here with errors that name file and line.

mod parse;

use std::sync::LazyLock;

use crate::fraud_type::FraudType;
use crate::verdict::Outcome;

/// Who asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reader {
    #[default]
    Anyone,
    Pupil,
    Parent,
    Teacher,
}

impl Reader {
    /// The reader of a word in content files.
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "anyone" => Self::Anyone,
            "pupil" => Self::Pupil,
            "parent" => Self::Parent,
            "teacher" => Self::Teacher,
            _ => return None,
        })
    }
}

/// What was already given away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Given {
    #[default]
    Nothing,
    /// Codes, passwords or papers.
    Codes,
    Money,
}

impl Given {
    /// What a word in content files means.
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "nothing" => Self::Nothing,
            "codes" => Self::Codes,
            "money" => Self::Money,
            _ => return None,
        })
    }
}

/// What is told about one fraud type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeCard {
    pub id: String,
    /// The national class.
    pub class: FraudType,
    /// Its name among the twelve types of a school's plan.
    pub plan_name: String,
    pub sub_types: Vec<String>,
    pub how: Vec<String>,
    pub signs: Vec<String>,
    pub do_now: Vec<String>,
    pub sources: Vec<String>,
}

/// One of the sayings 六个一律, 十个凡是, and the rule that carries it out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saying {
    pub group: String,
    pub rule: String,
    pub text: String,
}

/// One of the eight questions to ask oneself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    pub text: String,
    pub why: String,
    pub pause: String,
}

/// A slogan and whom it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slogan {
    pub audience: Reader,
    pub text: String,
}

/// One thing to do, and when it is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    pub outcomes: Vec<Outcome>,
    pub given: Option<Given>,
    pub reader: Option<Reader>,
    /// The types it is said for; none means for every one.
    pub kinds: Vec<FraudType>,
    pub text: String,
}

/// All content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    pub types: Vec<TypeCard>,
    pub sayings: Vec<Saying>,
    pub questions: Vec<Question>,
    pub slogans: Vec<Slogan>,
    pub advice: Vec<Advice>,
}

/// Why a content file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file} 第 {line} 行：{message}")]
pub struct ContentError {
    pub file: String,
    pub line: usize,
    pub message: String,
}

const SHIPPED: [(&str, &str); 5] = [
    ("fraud-types.toml", include_str!("../../../content/fraud-types.toml")),
    ("rules.toml", include_str!("../../../content/rules.toml")),
    ("questions.toml", include_str!("../../../content/questions.toml")),
    ("slogans.toml", include_str!("../../../content/slogans.toml")),
    ("advice.toml", include_str!("../../../content/advice.toml")),
];

impl Content {
    /// Adds what a file holds. A fraud type with a known id, or a saying of a
    /// known rule, replaces the earlier one: so a bureau overrides ours.
    pub fn add(&mut self, file: &str, source: &str) -> Result<(), ContentError> {
        parse::add(self, file, source)
    }

    /// The card of a class.
    pub fn card(&self, class: FraudType) -> Option<&TypeCard> {
        self.types.iter().find(|card| card.class == class)
    }

    /// What to do now, most urgent first.
    pub fn advice(
        &self,
        outcome: Outcome,
        kind: Option<FraudType>,
        reader: Reader,
        given: Given,
    ) -> Vec<&str> {
        let mut lines: Vec<&str> = self
            .advice
            .iter()
            .filter(|line| {
                line.outcomes.contains(&outcome)
                    && line.given.is_none_or(|when| when == given)
                    && line.reader.is_none_or(|who| who == reader)
                    && (line.kinds.is_empty()
                        || kind.is_some_and(|kind| line.kinds.contains(&kind)))
            })
            .map(|line| line.text.as_str())
            .collect();
        let card = kind.and_then(|kind| self.card(kind));
        if outcome != Outcome::NothingFound && given == Given::Nothing {
            lines
                .extend(card.iter().filter_map(|card| card.do_now.first()).map(String::as_str));
        }
        lines
    }
}

static CONTENT: LazyLock<Content> = LazyLock::new(|| {
    let mut content = Content::default();
    for (file, source) in SHIPPED {
        // A test proves that the shipped files are right; a wrong one is left out.
        let _ = content.add(file, source);
    }
    content
});

/// The content that is built in.
pub fn content() -> &'static Content {
    &CONTENT
}

pub(crate) fn advice(
    outcome: Outcome,
    kind: Option<FraudType>,
    reader: Reader,
    given: Given,
) -> Vec<&'static str> {
    content().advice(outcome, kind, reader, given)
}

#[cfg(test)]
mod tests {
    use super::{Content, Given, Reader, SHIPPED};
    use crate::fraud_type::FraudType;
    use crate::rules::RULES;
    use crate::verdict::Outcome;

    fn shipped() -> Content {
        let mut content = Content::default();
        for (file, source) in SHIPPED {
            content.add(file, source).expect("a right content file");
        }
        content
    }

    #[test]
    fn the_shipped_content_is_whole() {
        let content = shipped();
        for class in FraudType::ALL {
            let card = content.card(class).expect("a card for every class");
            assert!(!card.how.is_empty() && !card.signs.is_empty() && !card.do_now.is_empty());
            assert!(!card.sources.is_empty(), "{}", card.id);
        }
        assert_eq!(content.questions.len(), 8);
        let count =
            |group| content.sayings.iter().filter(|saying| saying.group == group).count();
        assert_eq!((count("六个一律"), count("十个凡是")), (6, 10));
        for saying in &content.sayings {
            assert!(RULES.iter().any(|rule| rule.id == saying.rule), "{}", saying.rule);
        }
        assert!(content.slogans.len() >= 12);
    }

    #[test]
    fn a_wrong_file_names_its_line() {
        let check = |source: &str, expected: &str| {
            let error = Content::default().add("x.toml", source).expect_err("an error");
            assert_eq!(error.to_string(), expected);
        };
        check("[[question]]\ntext = \"a\"\nwhy = \"b\"\n", "x.toml 第 1 行：缺少字段 `pause`");
        check(
            "[[slogan]]\ntext = \"a\"\naudience = \"cat\"\n",
            "x.toml 第 3 行：`cat` 不可用；可用：all、pupil、parent、teacher",
        );
        check(
            "\n[[poem]]\n",
            "x.toml 第 2 行：没有 `poem` 这种内容；可用：type、saying、question、slogan、advice",
        );
        check("[[slogan]]\ntext = 3\naudience = \"all\"\n", "x.toml 第 2 行：`text` 应为文字");
        check(
            "[[slogan]]\ntext = \"a\"\naudience = \"all\"\nsize = 3\n",
            "x.toml 第 4 行：没有字段 `size`",
        );
    }

    #[test]
    fn an_own_file_overrides_a_type() {
        let mut content = shipped();
        let own = "[[type]]\nid = \"game\"\nclass = \"网络游戏产品虚假交易\"\nplan_name = \"网络游戏诈骗\"\nsub_types = []\nhow = [\"x\"]\nsigns = [\"y\"]\ndo_now = [\"z\"]\nsources = [\"本局\"]\n";
        content.add("own.toml", own).expect("right");
        assert_eq!(content.types.len(), 12);
        assert_eq!(
            content.card(FraudType::Game).map(|card| card.how.as_slice()),
            Some(["x".to_owned()].as_slice())
        );
    }

    const GIVEN: [Given; 3] = [Given::Nothing, Given::Codes, Given::Money];
    const READERS: [Reader; 4] =
        [Reader::Anyone, Reader::Pupil, Reader::Parent, Reader::Teacher];

    /// Walks types × what was given × who asks, with the lines that are said.
    fn walk(check: impl Fn(FraudType, Given, Reader, &[&str])) {
        let content = shipped();
        for outcome in [Outcome::Scam, Outcome::Suspicious] {
            for kind in FraudType::ALL {
                for given in GIVEN {
                    for reader in READERS {
                        let lines = content.advice(outcome, Some(kind), reader, given);
                        check(kind, given, reader, &lines);
                    }
                }
            }
        }
    }

    #[test]
    fn everyone_is_told_whom_to_call_what_to_stop_and_what_to_keep() {
        walk(|kind, given, reader, lines| {
            let says = |words: &[&str]| {
                lines.iter().any(|line| words.iter().any(|word| line.contains(word)))
            };
            let here = format!("{kind:?} {given:?} {reader:?} {lines:?}");
            assert!((4..=9).contains(&lines.len()), "{here}");
            let mut once = lines.to_vec();
            once.sort_unstable();
            once.dedup();
            assert_eq!(once.len(), lines.len(), "no line twice: {here}");
            assert!(says(&["保留聊天"]), "{here}");
            match given {
                Given::Money => {
                    assert!(lines.first().is_some_and(|line| line.contains("110")), "{here}");
                    assert!(
                        says(&["止付"]) && says(&["冻结"]) && says(&["追赃不收费"]),
                        "{here}"
                    );
                }
                Given::Codes => {
                    assert!(lines.first().is_some_and(|line| line.contains("冻结")), "{here}");
                    assert!(says(&["密码"]) && says(&["110"]) && says(&["96110"]), "{here}");
                }
                Given::Nothing => assert!(says(&["96110"]), "{here}"),
            }
        });
    }

    #[test]
    fn every_type_and_every_reader_has_words_of_its_own() {
        let content = shipped();
        for given in GIVEN {
            let of = |kind, reader| {
                content.advice(Outcome::Scam, Some(kind), reader, given).join("\n")
            };
            for (i, kind) in FraudType::ALL.into_iter().enumerate() {
                for other in FraudType::ALL.into_iter().skip(i + 1) {
                    assert_ne!(of(kind, Reader::Pupil), of(other, Reader::Pupil), "{kind:?}");
                }
                for (k, reader) in READERS.into_iter().enumerate() {
                    for other in READERS.into_iter().skip(k + 1) {
                        assert_ne!(of(kind, reader), of(kind, other), "{kind:?} {reader:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn who_paid_is_told_to_call_110_first() {
        let content = shipped();
        for reader in [Reader::Anyone, Reader::Pupil, Reader::Parent, Reader::Teacher] {
            let lines =
                content.advice(Outcome::Scam, Some(FraudType::Game), reader, Given::Money);
            assert!(lines.first().is_some_and(|line| line.contains("110")), "{lines:?}");
        }
        let pupil = content.advice(Outcome::Scam, None, Reader::Pupil, Given::Nothing);
        assert!(pupil.iter().any(|line| line.contains("班主任")));
    }
}
