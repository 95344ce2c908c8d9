//! The periodic report (月报): what a unit hands in upwards, how far it has got,
//! and what changed between two versions of it.

mod shape;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::calendar::Calendar;
use crate::day::Day;
use crate::plan::{Due, ReportWanted};

pub use shape::{Kind, Question, Shape};

/// What a monthly form holds, whatever its plan asks for. What the records gave and what was edited have
/// this same shape, so that every edit shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fields {
    /// Work done, a line each, with its note.
    pub activities: Vec<Line>,
    pub clues_month: u32,
    pub clues_total: u32,
    /// The list of clues, a line each.
    pub clues: Vec<String>,
    /// Problems, plans and whatever else the unit wants to say.
    pub remarks: String,
    /// To the questions of the plan's own form.
    #[serde(default)]
    pub answers: Vec<Answer>,
}

/// An answer keeps the question's name: the plan may change, the report does not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub id: String,
    pub name: String,
    pub text: String,
}

impl Fields {
    /// What was answered to a question; empty if nothing was.
    pub fn answer(&self, id: &str) -> &str {
        self.answers.iter().find(|it| it.id == id).map_or("", |it| it.text.as_str())
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub text: String,
    pub note: String,
}

/// How far a report has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Being written.
    Draft,
    /// Signed off by whoever answers for it, not yet handed in.
    Signed,
    /// Handed in, waiting for the superior.
    Submitted,
    /// Sent back with a reason.
    Returned,
    /// Taken over by the superior.
    Accepted,
}

/// What may be done with a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Edit,
    Sign,
    Submit,
    Return,
    Accept,
}

/// Why a step cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a report that is {} cannot take the step {step:?}", .state.code())]
pub struct StepError {
    pub state: State,
    pub step: Step,
}

/// Where a step leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Next {
    pub state: State,
    /// What was handed in is never overwritten: editing it makes a new version.
    pub is_new_version: bool,
}

impl State {
    pub const ALL: [Self; 5] =
        [Self::Draft, Self::Signed, Self::Submitted, Self::Returned, Self::Accepted];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Signed => "signed",
            Self::Submitted => "submitted",
            Self::Returned => "returned",
            Self::Accepted => "accepted",
        }
    }

    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Draft => "草稿",
            Self::Signed => "已签发",
            Self::Submitted => "已报送",
            Self::Returned => "已退回",
            Self::Accepted => "已接收",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Takes a step, or says that it cannot be taken here.
    pub const fn take(self, step: Step) -> Result<Next, StepError> {
        let state = match (self, step) {
            (Self::Draft | Self::Signed, Step::Edit) => State::Draft,
            // A correction: what was handed in stays as it was.
            (Self::Submitted | Self::Returned | Self::Accepted, Step::Edit) => {
                return Ok(Next { state: State::Draft, is_new_version: true });
            }
            (Self::Draft, Step::Sign) => State::Signed,
            (Self::Signed, Step::Submit) => State::Submitted,
            (Self::Submitted, Step::Return) => State::Returned,
            (Self::Submitted, Step::Accept) => State::Accepted,
            (state, step) => return Err(StepError { state, step }),
        };
        Ok(Next { state, is_new_version: false })
    }

    /// Whether the superior has it.
    pub const fn is_handed_in(self) -> bool {
        matches!(self, Self::Submitted | Self::Accepted)
    }
}

/// What is wrong with a form before it can be signed; the words name the field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    NoActivity {
        field: String,
    },
    TooManyLines {
        field: String,
        most: usize,
    },
    NoNumber {
        field: String,
        text: String,
    },
    TooLong {
        field: String,
        line: usize,
        most: usize,
    },
    /// This month's clues cannot be more than all clues.
    CluesDoNotAdd {
        month: u32,
        total: u32,
    },
    /// A list, if given, has as many lines as there are clues this month.
    ClueListDiffers {
        listed: usize,
        month: u32,
    },
    /// Fewer in all than the last report said.
    CluesShrink {
        before: u32,
        total: u32,
    },
}

const LINES_MAX: usize = 100;
const CHARS_MAX: usize = 500;
const REMARKS_CHARS_MAX: usize = 5_000;

/// The checks of the form itself and against the month before.
pub fn check(shape: &Shape, fields: &Fields, before: Option<&Fields>) -> Vec<Problem> {
    let mut problems = Vec::new();
    if let Some(field) = &shape.activities {
        check_activities(&mut problems, field, &fields.activities);
    }
    for question in &shape.questions {
        let (field, text) = (question.name.clone(), fields.answer(&question.id).trim());
        if question.kind == Kind::Number && !text.is_empty() && text.parse::<u64>().is_err() {
            problems.push(Problem::NoNumber { field, text: text.to_owned() });
        } else if REMARKS_CHARS_MAX < text.chars().count() {
            problems.push(Problem::TooLong { field, line: 1, most: REMARKS_CHARS_MAX });
        }
    }
    if REMARKS_CHARS_MAX < fields.remarks.chars().count() {
        let field = "其他说明".to_owned();
        problems.push(Problem::TooLong { field, line: 1, most: REMARKS_CHARS_MAX });
    }
    if shape.has_clues {
        check_clues(&mut problems, fields, before);
    }
    problems
}

fn check_activities(problems: &mut Vec<Problem>, field: &str, lines: &[Line]) {
    if lines.iter().all(|line| line.text.trim().is_empty()) {
        problems.push(Problem::NoActivity { field: field.to_owned() });
    }
    if LINES_MAX < lines.len() {
        problems.push(Problem::TooManyLines { field: field.to_owned(), most: LINES_MAX });
    }
    for (index, line) in lines.iter().enumerate() {
        for (field, text) in [(field, &line.text), ("备注", &line.note)] {
            if CHARS_MAX < text.chars().count() {
                let field = field.to_owned();
                problems.push(Problem::TooLong { field, line: index + 1, most: CHARS_MAX });
            }
        }
    }
}

fn check_clues(problems: &mut Vec<Problem>, fields: &Fields, before: Option<&Fields>) {
    let (month, total) = (fields.clues_month, fields.clues_total);
    if LINES_MAX < fields.clues.len() {
        let field = "线索清单".to_owned();
        problems.push(Problem::TooManyLines { field, most: LINES_MAX });
    }
    if total < month {
        problems.push(Problem::CluesDoNotAdd { month, total });
    }
    if !fields.clues.is_empty() && fields.clues.len() != month as usize {
        problems.push(Problem::ClueListDiffers { listed: fields.clues.len(), month });
    }
    if let Some(before) = before.filter(|before| total < before.clues_total) {
        problems.push(Problem::CluesShrink { before: before.clues_total, total });
    }
}

/// One difference between two versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub field: String,
    pub before: String,
    pub after: String,
}

/// What changed from `old` to `new`, field by field and line by line.
pub fn diff(old: &Fields, new: &Fields) -> Vec<Difference> {
    let mut differences = Vec::new();
    let mut note = |field: String, before: String, after: String| {
        if before != after {
            differences.push(Difference { field, before, after });
        }
    };
    let words = |line: Option<&Line>| {
        line.map(|line| match line.note.as_str() {
            "" => line.text.clone(),
            remark => format!("{}（{remark}）", line.text),
        })
        .unwrap_or_default()
    };
    for index in 0..old.activities.len().max(new.activities.len()) {
        let field = format!("工作内容第 {} 项", index + 1);
        note(field, words(old.activities.get(index)), words(new.activities.get(index)));
    }
    for (field, before, after) in [
        ("本月线索收集条数", old.clues_month, new.clues_month),
        ("累计线索数", old.clues_total, new.clues_total),
    ] {
        note(field.to_owned(), before.to_string(), after.to_string());
    }
    for index in 0..old.clues.len().max(new.clues.len()) {
        let line = |list: &[String]| list.get(index).cloned().unwrap_or_default();
        note(format!("线索清单第 {} 条", index + 1), line(&old.clues), line(&new.clues));
    }
    for answer in &new.answers {
        note(answer.name.clone(), old.answer(&answer.id).to_owned(), answer.text.clone());
    }
    let gone = |it: &&Answer| new.answers.iter().all(|known| known.id != it.id);
    for answer in old.answers.iter().filter(gone) {
        note(answer.name.clone(), answer.text.clone(), String::new());
    }
    note("其他说明".to_owned(), old.remarks.clone(), new.remarks.clone());
    differences
}

/// The day by which a month's report is due.
pub fn due_on(report: &ReportWanted, month: Date, calendar: &Calendar) -> Date {
    let last = month.last_of_month();
    match report.due {
        Some(Due::DayOfMonth(day)) => {
            let day = i8::try_from(day).unwrap_or(i8::MAX).min(last.day());
            Date::new(month.year(), month.month(), day).unwrap_or(last)
        }
        Some(Due::DaysAfter(days)) => {
            last.saturating_add(jiff::Span::new().days(i64::from(days)))
        }
        Some(Due::WorkdaysAfter(days)) => calendar.workdays_after(Day::from(last), days).date(),
        Some(Due::On(date)) => date,
        None => last,
    }
}

/// How complete and how punctual the reports of some units are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Completeness {
    pub due: u32,
    pub handed_in: u32,
    pub in_time: u32,
    pub accepted: u32,
}

impl Completeness {
    /// Counts one unit: its state if it has begun, and whether it came in time.
    pub fn count(&mut self, state: Option<State>, is_in_time: bool) {
        self.due += 1;
        let Some(state) = state.filter(|state| state.is_handed_in()) else { return };
        self.handed_in += 1;
        self.in_time += u32::from(is_in_time);
        self.accepted += u32::from(state == State::Accepted);
    }

    /// Handed in of those due; none if nothing was due.
    pub fn share(self) -> Option<f64> {
        (self.due != 0).then(|| f64::from(self.handed_in) / f64::from(self.due))
    }

    pub fn timely(self) -> Option<f64> {
        (self.due != 0).then(|| f64::from(self.in_time) / f64::from(self.due))
    }
}

#[cfg(test)]
mod tests;
