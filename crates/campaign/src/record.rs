//! A record (记录): a dated fact that something was done. What may be handed
//! in, what may happen to it then, and which times cannot be.

mod submission;
mod timing;

pub use submission::{
    ABSENCE_MAX, COUNT_MAX, Fault, Field, Form, LINK_MAX, MINUTES_MAX, PLACE_MAX, Presence,
    ROLL_MAX, Submission, TITLE_MAX, YEARS_BACK,
};
pub use timing::{Doubt, doubts};

/// How far a record has got. Whoever wants to know since when reads its steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    /// Handed in: it counts, and waits for review.
    Submitted,
    /// Reviewed and found in order.
    Accepted,
    /// Sent back with a reason: it no longer counts. Mended, it comes back as
    /// a record of its own that names this one.
    Returned,
    /// Taken back by those who handed it in; stays in history.
    Withdrawn,
}

impl Status {
    pub const ALL: [Self; 4] =
        [Self::Submitted, Self::Accepted, Self::Returned, Self::Withdrawn];

    /// The word in files, JSON and the database.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Accepted => "accepted",
            Self::Returned => "returned",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The term on pages.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Submitted => "待审核",
            Self::Accepted => "已通过",
            Self::Returned => "已退回",
            Self::Withdrawn => "已撤回",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }

    /// Whether the record counts toward duties.
    pub const fn counts(self) -> bool {
        matches!(self, Self::Submitted | Self::Accepted)
    }

    /// Takes a step, or says why it cannot be taken.
    pub fn step(self, step: &Step) -> Result<Self, StepRefused> {
        match (self, step) {
            (Self::Withdrawn, _) => Err(StepRefused::AlreadyWithdrawn),
            (Self::Returned, _) => Err(StepRefused::AlreadyReturned),
            (Self::Submitted, Step::Accept) => Ok(Self::Accepted),
            (Self::Accepted, Step::Accept | Step::Withdraw { .. }) => {
                Err(StepRefused::AlreadyAccepted)
            }
            // Reuse may come to light after the review, so what was accepted
            // can still be sent back.
            (Self::Submitted | Self::Accepted, Step::Return { reason }) => {
                checked_reason(reason)?;
                Ok(Self::Returned)
            }
            (Self::Submitted, Step::Withdraw { reason }) => {
                if REASON_MAX < reason.chars().count() {
                    return Err(StepRefused::ReasonTooLong);
                }
                Ok(Self::Withdrawn)
            }
        }
    }
}

/// The most characters of a reason.
pub const REASON_MAX: usize = 500;

/// What may be done with a record that was handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Accept,
    Return { reason: String },
    Withdraw { reason: String },
}

impl Step {
    /// The verb of the audit line.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Return { .. } => "return",
            Self::Withdraw { .. } => "withdraw",
        }
    }

    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Accept => None,
            Self::Return { reason } | Self::Withdraw { reason } => {
                Some(reason.trim()).filter(|reason| !reason.is_empty())
            }
        }
    }
}

/// Why a step cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StepRefused {
    #[error("record is already accepted")]
    AlreadyAccepted,
    #[error("record is already returned")]
    AlreadyReturned,
    #[error("record is already withdrawn")]
    AlreadyWithdrawn,
    #[error("a record is returned with a reason only")]
    ReasonMissing,
    #[error("reason is too long")]
    ReasonTooLong,
    /// Four eyes: who handed it in does not review it.
    #[error("own records are reviewed by others")]
    OwnRecord,
}

/// Whether `account` may review what `submitted_by` handed in.
pub fn may_review(account: &str, submitted_by: &str) -> Result<(), StepRefused> {
    if account == submitted_by { Err(StepRefused::OwnRecord) } else { Ok(()) }
}

fn checked_reason(reason: &str) -> Result<(), StepRefused> {
    match reason.trim().chars().count() {
        0 => Err(StepRefused::ReasonMissing),
        length if REASON_MAX < length => Err(StepRefused::ReasonTooLong),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;
    use std::fmt::Write as _;

    #[test]
    fn every_step_from_every_status() {
        let mut table = String::new();
        for status in Status::ALL {
            for step in [
                Step::Accept,
                Step::Return { reason: "照片不清".to_owned() },
                Step::Return { reason: " ".to_owned() },
                Step::Withdraw { reason: String::new() },
            ] {
                let result = match status.step(&step) {
                    Ok(next) => next.code().to_owned(),
                    Err(refused) => format!("refused: {refused}"),
                };
                writeln!(table, "{} {}: {result}", status.code(), step.code())
                    .expect("a string takes every write");
            }
        }
        expect![[r"
            submitted accept: accepted
            submitted return: returned
            submitted return: refused: a record is returned with a reason only
            submitted withdraw: withdrawn
            accepted accept: refused: record is already accepted
            accepted return: returned
            accepted return: refused: a record is returned with a reason only
            accepted withdraw: refused: record is already accepted
            returned accept: refused: record is already returned
            returned return: refused: record is already returned
            returned return: refused: record is already returned
            returned withdraw: refused: record is already returned
            withdrawn accept: refused: record is already withdrawn
            withdrawn return: refused: record is already withdrawn
            withdrawn return: refused: record is already withdrawn
            withdrawn withdraw: refused: record is already withdrawn
        "]]
        .assert_eq(&table);
    }
}
