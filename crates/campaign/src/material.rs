//! A material of the content library (宣传材料): its text, how far a version of
//! it has got, and who may take the next step.

pub mod shipped;

use crate::consultation::Asker;

/// What sort of material it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// How one type of fraud works, its signs, what to do.
    Type,
    /// One of 六个一律, 十个凡是.
    Rule,
    /// One of the eight questions.
    Question,
    Slogan,
    CaseAlert,
    Article,
    Poster,
    /// A short film; its text is what is said in it.
    Video,
    /// Steps to follow when it has happened.
    Guide,
}

impl Kind {
    pub const ALL: [Self; 9] = [
        Self::Type,
        Self::CaseAlert,
        Self::Article,
        Self::Guide,
        Self::Rule,
        Self::Question,
        Self::Slogan,
        Self::Poster,
        Self::Video,
    ];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Rule => "rule",
            Self::Question => "question",
            Self::Slogan => "slogan",
            Self::CaseAlert => "case-alert",
            Self::Article => "article",
            Self::Poster => "poster",
            Self::Video => "video",
            Self::Guide => "guide",
        }
    }

    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Type => "诈骗类型",
            Self::Rule => "一律与凡是",
            Self::Question => "转账前八问",
            Self::Slogan => "标语",
            Self::CaseAlert => "案例警示",
            Self::Article => "文章",
            Self::Poster => "海报",
            Self::Video => "短视频",
            Self::Guide => "应急指引",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.code() == code)
    }

    /// Whether films, pictures and documents may go with it. The others are read
    /// as lines among lines.
    pub const fn carries_files(self) -> bool {
        match self {
            Self::CaseAlert | Self::Article | Self::Poster | Self::Video | Self::Guide => true,
            Self::Type | Self::Rule | Self::Question | Self::Slogan => false,
        }
    }

    /// A short film without its film is not ready to be shown.
    pub fn ready(self, has_film: bool) -> Result<(), StepRefused> {
        if self == Self::Video && !has_film { Err(StepRefused::NoFilm) } else { Ok(()) }
    }
}

/// The headings that a fraud type has, in this order.
pub const TYPE_HEADINGS: [&str; 3] = ["怎么骗", "有什么迹象", "怎么办"];

/// The text of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    pub title: String,
    /// `## ` begins a heading, `- ` an item, `1. ` a step; an empty line ends a
    /// paragraph.
    pub body: String,
    pub audience: Asker,
    /// Where the facts come from.
    pub source: String,
}

/// A piece of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block<'a> {
    Heading(&'a str),
    Items(Vec<&'a str>),
    Steps(Vec<&'a str>),
    Paragraph(String),
}

/// A body in pieces.
pub fn blocks(body: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    let mut is_fresh = true;
    for line in body.lines().map(str::trim) {
        if line.is_empty() {
            is_fresh = true;
            continue;
        }
        if let Some(heading) = line.strip_prefix("## ") {
            blocks.push(Block::Heading(heading.trim()));
        } else if let Some(item) = line.strip_prefix("- ") {
            match blocks.last_mut() {
                Some(Block::Items(items)) => items.push(item),
                _ => blocks.push(Block::Items(vec![item])),
            }
        } else if let Some(step) = step_of(line) {
            match blocks.last_mut() {
                Some(Block::Steps(steps)) => steps.push(step),
                _ => blocks.push(Block::Steps(vec![step])),
            }
        } else {
            match blocks.last_mut() {
                Some(Block::Paragraph(text)) if !is_fresh => text.push_str(line),
                _ => blocks.push(Block::Paragraph(line.to_owned())),
            }
        }
        is_fresh = false;
    }
    blocks
}

/// `3. words`
fn step_of(line: &str) -> Option<&str> {
    let (number, words) = line.split_once(". ")?;
    let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    is_number.then_some(words.trim())
}

/// The items and paragraphs below a heading.
pub fn below<'a>(blocks: &'a [Block<'a>], heading: &str) -> &'a [Block<'a>] {
    let Some(at) = blocks.iter().position(|it| *it == Block::Heading(heading)) else {
        return &[];
    };
    let rest = blocks.get(at + 1..).unwrap_or_default();
    let end = rest.iter().position(|it| matches!(it, Block::Heading(_))).unwrap_or(rest.len());
    rest.get(..end).unwrap_or_default()
}

/// What is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    NoTitle,
    TitleTooLong {
        most: usize,
    },
    NoBody,
    BodyTooLong {
        most: usize,
    },
    SourceTooLong {
        most: usize,
    },
    /// A fraud type lacks one of its headings.
    HeadingMissing(&'static str),
    /// A case alert holds what may be a phone, card or identity number.
    Number(String),
}

const TITLE_MAX: usize = 60;
const BODY_MAX: usize = 20_000;
const SOURCE_MAX: usize = 500;
/// A run of so many digits may be somebody's number.
const DIGITS_MAX: usize = 8;

impl Text {
    pub fn check(&self, kind: Kind) -> Vec<Fault> {
        let mut faults = Vec::new();
        let title = self.title.trim().chars().count();
        if title == 0 {
            faults.push(Fault::NoTitle);
        }
        if TITLE_MAX < title {
            faults.push(Fault::TitleTooLong { most: TITLE_MAX });
        }
        let body = self.body.trim().chars().count();
        // A slogan is its title.
        if body == 0 && kind != Kind::Slogan {
            faults.push(Fault::NoBody);
        }
        if BODY_MAX < body {
            faults.push(Fault::BodyTooLong { most: BODY_MAX });
        }
        if SOURCE_MAX < self.source.chars().count() {
            faults.push(Fault::SourceTooLong { most: SOURCE_MAX });
        }
        if kind == Kind::Type {
            let blocks = blocks(&self.body);
            let missing = TYPE_HEADINGS.iter().filter(|it| below(&blocks, it).is_empty());
            faults.extend(missing.map(|it| Fault::HeadingMissing(it)));
        }
        if kind == Kind::CaseAlert {
            let found = number_in(&self.title).or_else(|| number_in(&self.body));
            faults.extend(found.map(Fault::Number));
        }
        faults
    }
}

/// A run of digits that may be somebody's phone, card or identity number.
pub fn number_in(text: &str) -> Option<String> {
    text.split(|c: char| !c.is_ascii_digit())
        .find(|run| DIGITS_MAX <= run.len())
        .map(str::to_owned)
}

/// How far a version has got. Each state holds exactly what is true in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    Draft,
    /// Somebody other than the author read it and found it right.
    Reviewed {
        reviewer: String,
        at: i64,
    },
    /// Everybody may read it.
    Published {
        publisher: String,
        at: i64,
    },
    /// A later version took its place.
    Replaced {
        at: i64,
    },
    /// Taken back, or never finished.
    Withdrawn {
        by: String,
        reason: String,
        at: i64,
    },
}

/// Why a step cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StepRefused {
    #[error("nobody reviews what they wrote")]
    OwnText,
    #[error("only a draft is reviewed")]
    NotDraft,
    #[error("only what was reviewed is published")]
    NotReviewed,
    #[error("it is over with this version")]
    Over,
    #[error("a reason is needed")]
    NoReason,
    #[error("a short film needs its film")]
    NoFilm,
}

impl State {
    pub const CODES: [&'static str; 5] =
        ["draft", "reviewed", "published", "replaced", "withdrawn"];

    pub const fn code(&self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Reviewed { .. } => "reviewed",
            Self::Published { .. } => "published",
            Self::Replaced { .. } => "replaced",
            Self::Withdrawn { .. } => "withdrawn",
        }
    }

    pub fn chinese(code: &str) -> &'static str {
        match code {
            "draft" => "草稿",
            "reviewed" => "已审核",
            "published" => "已发布",
            "replaced" => "已被新版取代",
            _ => "已撤回",
        }
    }

    /// Whether an edit changes this version; else it begins a new one.
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Draft | Self::Reviewed { .. })
    }

    /// Read and found right by somebody who wrote nothing of it.
    pub fn review(
        self,
        has_written: bool,
        reviewer: &str,
        now: i64,
    ) -> Result<Self, StepRefused> {
        match self {
            Self::Draft if has_written => Err(StepRefused::OwnText),
            Self::Draft => Ok(Self::Reviewed { reviewer: reviewer.to_owned(), at: now }),
            _ => Err(StepRefused::NotDraft),
        }
    }

    /// Not right yet: the author goes on with it.
    pub fn send_back(self, reason: &str) -> Result<Self, StepRefused> {
        match self {
            _ if reason.trim().is_empty() => Err(StepRefused::NoReason),
            Self::Draft | Self::Reviewed { .. } => Ok(Self::Draft),
            _ => Err(StepRefused::Over),
        }
    }

    pub fn publish(self, publisher: &str, now: i64) -> Result<Self, StepRefused> {
        match self {
            Self::Reviewed { .. } => {
                Ok(Self::Published { publisher: publisher.to_owned(), at: now })
            }
            Self::Draft => Err(StepRefused::NotReviewed),
            _ => Err(StepRefused::Over),
        }
    }

    pub fn withdraw(self, by: &str, reason: &str, now: i64) -> Result<Self, StepRefused> {
        match self {
            _ if reason.trim().is_empty() => Err(StepRefused::NoReason),
            Self::Draft | Self::Reviewed { .. } | Self::Published { .. } => {
                Ok(Self::Withdrawn {
                    by: by.to_owned(),
                    reason: reason.trim().to_owned(),
                    at: now,
                })
            }
            Self::Replaced { .. } | Self::Withdrawn { .. } => Err(StepRefused::Over),
        }
    }
}

#[cfg(test)]
mod tests;
