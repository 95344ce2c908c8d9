//! What a draft consists of: items, each tied to its place in the document.

use std::ops::Range;

use serde::Serialize;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Duty,
    Target,
    Deadline,
    Phase,
}

/// How often, in the words of documents; the plan language knows fewer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Cadence {
    Daily,
    Weekly,
    Biweekly,
    Monthly,
    Bimonthly,
    Quarterly,
    Semester,
    #[serde(rename = "half-yearly")]
    Halfyearly,
    Yearly,
    Once,
    Continuous,
}

impl Cadence {
    pub(crate) fn from_code(code: &str) -> Option<Self> {
        Some(match code {
            "daily" => Self::Daily,
            "weekly" => Self::Weekly,
            "biweekly" => Self::Biweekly,
            "monthly" => Self::Monthly,
            "bimonthly" => Self::Bimonthly,
            "quarterly" => Self::Quarterly,
            "semester" => Self::Semester,
            "half-yearly" => Self::Halfyearly,
            "yearly" => Self::Yearly,
            "once" => Self::Once,
            "continuous" => Self::Continuous,
            _ => return None,
        })
    }

    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Daily => "每日",
            Self::Weekly => "每周",
            Self::Biweekly => "每两周",
            Self::Monthly => "每月",
            Self::Bimonthly => "每两月",
            Self::Quarterly => "每季度",
            Self::Semester => "每学期",
            Self::Halfyearly => "每半年",
            Self::Yearly => "每年",
            Self::Once => "一次性",
            Self::Continuous => "常态化",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub enum Op {
    #[serde(rename = ">=")]
    Ge,
    #[serde(rename = "<=")]
    Le,
    #[serde(rename = "=")]
    Eq,
}

/// One quantified or dated statement of the document.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Item {
    pub kind: Kind,
    /// The words of the document, as they stand there.
    pub quote: String,
    /// Where the statement stands, as `三/（一）/1`.
    pub section: String,
    pub actors: Vec<String>,
    pub action: String,
    pub cadence: Option<Cadence>,
    pub count: Option<f64>,
    pub unit: Option<String>,
    /// `school`, `class`, `unit`, `student`, `parent`, `teacher`.
    pub per: Option<String>,
    /// `2022-12-31`, `2022-12`, `--12-31` without a year, `monthly-20`.
    pub deadline: Option<String>,
    pub metric: Option<String>,
    pub op: Option<Op>,
    pub value: Option<f64>,
    pub baseline: Option<String>,
    /// From 0 to 1; below [`Item::SURE`] a person should look first.
    pub confidence: f64,
    /// What it was read from, for the reader of the draft.
    pub why: String,
    /// The bytes of the document that `quote` is.
    #[serde(skip)]
    pub span: Range<usize>,
}

impl Item {
    /// From here on an item is taken to be right.
    pub const SURE: f64 = 0.75;

    pub fn is_sure(&self) -> bool {
        self.confidence >= Self::SURE
    }
}
