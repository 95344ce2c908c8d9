//! A consultation (反诈咨询): somebody asks whether something is a scam. The
//! house answers at once; a person on duty may take over, and it ends with a
//! result. What may happen next is decided here.

pub mod look;
mod question;
pub mod trend;

pub use question::{Fault, Form, Question};

/// Who asks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Asker {
    #[default]
    Anyone,
    Pupil,
    Parent,
    Teacher,
}

impl Asker {
    pub const ALL: [Self; 4] = [Self::Pupil, Self::Parent, Self::Teacher, Self::Anyone];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Anyone => "anyone",
            Self::Pupil => "pupil",
            Self::Parent => "parent",
            Self::Teacher => "teacher",
        }
    }

    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Anyone => "其他",
            Self::Pupil => "学生",
            Self::Parent => "家长",
            Self::Teacher => "教师",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.code() == code)
    }
}

/// What was already given away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Given {
    #[default]
    Nothing,
    /// Codes, passwords or papers.
    Codes,
    Money,
}

impl Given {
    pub const ALL: [Self; 3] = [Self::Nothing, Self::Codes, Self::Money];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Codes => "codes",
            Self::Money => "money",
        }
    }

    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Nothing => "什么也没给",
            Self::Codes => "给了验证码、密码或证件",
            Self::Money => "已经转账或付款",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.code() == code)
    }
}

/// What the house made of it, the worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    Nothing,
    Suspicious,
    Scam,
}

impl Outcome {
    pub const ALL: [Self; 3] = [Self::Scam, Self::Suspicious, Self::Nothing];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Scam => "scam",
            Self::Suspicious => "suspicious",
            Self::Nothing => "none",
        }
    }

    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Scam => "很可能是诈骗",
            Self::Suspicious => "可疑",
            Self::Nothing => "未发现诈骗特征",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.code() == code)
    }
}

/// How a conversation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// A scam, seen in time.
    Prevented,
    /// A scam, something is lost; led to the police.
    Lost,
    NotScam,
    /// Nobody could tell; sent on to 96110.
    Unclear,
    /// The asker says that it is settled.
    Settled,
    /// No real question.
    Idle,
}

impl Ending {
    pub const ALL: [Self; 6] =
        [Self::Prevented, Self::Lost, Self::NotScam, Self::Unclear, Self::Settled, Self::Idle];
    /// What a person on duty may choose from.
    pub const BY_STAFF: [Self; 5] =
        [Self::Prevented, Self::Lost, Self::NotScam, Self::Unclear, Self::Idle];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Prevented => "prevented",
            Self::Lost => "lost",
            Self::NotScam => "not-scam",
            Self::Unclear => "unclear",
            Self::Settled => "settled",
            Self::Idle => "idle",
        }
    }

    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Prevented => "确认是诈骗，没有损失",
            Self::Lost => "确认是诈骗，已有损失，已指导报警",
            Self::NotScam => "核实不是诈骗",
            Self::Unclear => "无法判断，已建议拨打96110",
            Self::Settled => "提问人表示已解决",
            Self::Idle => "不是咨询",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.code() == code)
    }
}

/// How far a consultation has got. Each state holds exactly what is true in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// The house answered; nobody else was asked and nobody else may read it.
    Answered,
    /// Handed over, nobody has taken it yet.
    Waiting { since: i64 },
    /// In conversation with the holder of this account.
    Talking { holder: String, since: i64 },
    /// Ended; `by` is none where the asker ended it.
    Closed { ending: Ending, by: Option<String>, at: i64 },
}

/// Why a step cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StepRefused {
    #[error("it is handed over already")]
    HandedOver,
    #[error("it was never handed over")]
    NotHandedOver,
    #[error("nobody has taken it yet")]
    NotTaken,
    #[error("it is in the hands of another person")]
    InOtherHands,
    #[error("it is in your hands already")]
    InYourHands,
    #[error("it is closed")]
    Closed,
    #[error("it is not closed")]
    NotClosed,
    #[error("it was closed too long ago")]
    ClosedTooLong,
    #[error("its text has been erased")]
    Erased,
}

const DAY_MS: i64 = 86_400_000;
/// So long may the asker open it again.
pub const REOPEN_DAYS: i64 = 30;

impl State {
    pub const CODES: [&'static str; 4] = ["waiting", "talking", "closed", "answered"];

    pub const fn code(&self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Waiting { .. } => "waiting",
            Self::Talking { .. } => "talking",
            Self::Closed { .. } => "closed",
        }
    }

    /// The asker wants a person.
    pub fn hand_over(self, now: i64) -> Result<Self, StepRefused> {
        match self {
            Self::Answered => Ok(Self::Waiting { since: now }),
            Self::Waiting { .. } | Self::Talking { .. } => Err(StepRefused::HandedOver),
            Self::Closed { .. } => Err(StepRefused::Closed),
        }
    }

    /// Somebody on duty takes it, also out of another's hands.
    pub fn take(self, account: &str, now: i64) -> Result<Self, StepRefused> {
        match self {
            Self::Answered => Err(StepRefused::NotHandedOver),
            Self::Talking { holder, .. } if holder == account => Err(StepRefused::InYourHands),
            Self::Waiting { .. } | Self::Talking { .. } => {
                Ok(Self::Talking { holder: account.to_owned(), since: now })
            }
            Self::Closed { .. } => Err(StepRefused::Closed),
        }
    }

    /// The holder gives it back to those on duty.
    pub fn let_go(self, account: &str, now: i64) -> Result<Self, StepRefused> {
        self.held_by(account)?;
        Ok(Self::Waiting { since: now })
    }

    /// Those on duty pass it on to another unit, where it waits: whoever holds
    /// it, or anybody of them while nobody has taken it.
    pub fn pass_on(self, account: &str, now: i64) -> Result<Self, StepRefused> {
        match self.held_by(account) {
            Ok(()) | Err(StepRefused::NotTaken) => Ok(Self::Waiting { since: now }),
            Err(why) => Err(why),
        }
    }

    /// Whether `account` holds the conversation and may write.
    pub fn held_by(&self, account: &str) -> Result<(), StepRefused> {
        match self {
            Self::Answered => Err(StepRefused::NotHandedOver),
            Self::Waiting { .. } => Err(StepRefused::NotTaken),
            Self::Talking { holder, .. } if holder == account => Ok(()),
            Self::Talking { .. } => Err(StepRefused::InOtherHands),
            Self::Closed { .. } => Err(StepRefused::Closed),
        }
    }

    /// Whether the asker may write.
    pub const fn is_open_to_asker(&self) -> Result<(), StepRefused> {
        match self {
            Self::Answered => Err(StepRefused::NotHandedOver),
            Self::Waiting { .. } | Self::Talking { .. } => Ok(()),
            Self::Closed { .. } => Err(StepRefused::Closed),
        }
    }

    /// The holder ends it with a result.
    pub fn close(self, account: &str, ending: Ending, now: i64) -> Result<Self, StepRefused> {
        self.held_by(account)?;
        Ok(Self::Closed { ending, by: Some(account.to_owned()), at: now })
    }

    /// The asker says that it is settled.
    pub fn settle(self, now: i64) -> Result<Self, StepRefused> {
        self.is_open_to_asker()?;
        Ok(Self::Closed { ending: Ending::Settled, by: None, at: now })
    }

    /// The asker opens it again: it waits for those on duty.
    pub fn reopen(self, is_erased: bool, now: i64) -> Result<Self, StepRefused> {
        match self {
            Self::Closed { .. } if is_erased => Err(StepRefused::Erased),
            Self::Closed { at, .. } if REOPEN_DAYS * DAY_MS < now - at => {
                Err(StepRefused::ClosedTooLong)
            }
            Self::Closed { .. } => Ok(Self::Waiting { since: now }),
            _ => Err(StepRefused::NotClosed),
        }
    }
}

/// How long what was asked is kept, in days; afterwards only its type, week and
/// unit are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Of what only the house answered.
    pub answered_days: i64,
    /// After a conversation has ended.
    pub closed_days: i64,
}

impl Default for Retention {
    fn default() -> Self {
        Self { answered_days: 7, closed_days: 180 }
    }
}

impl Retention {
    pub const ANSWERED: std::ops::RangeInclusive<i64> = 1..=90;
    pub const CLOSED: std::ops::RangeInclusive<i64> = 30..=730;

    /// `7 180`, as the setting keeps it; none if it does not fit.
    pub fn parse(text: &str) -> Option<Self> {
        let (answered, closed) = text.split_once(' ')?;
        let it =
            Self { answered_days: answered.parse().ok()?, closed_days: closed.parse().ok()? };
        (Self::ANSWERED.contains(&it.answered_days) && Self::CLOSED.contains(&it.closed_days))
            .then_some(it)
    }

    pub fn text(self) -> String {
        format!("{} {}", self.answered_days, self.closed_days)
    }

    /// What only the house answered is erased if it was asked before this.
    pub const fn answered_before(self, now: i64) -> i64 {
        now - self.answered_days * DAY_MS
    }

    /// What was closed is erased if it was closed before this.
    pub const fn closed_before(self, now: i64) -> i64 {
        now - self.closed_days * DAY_MS
    }
}

#[cfg(test)]
mod tests;
