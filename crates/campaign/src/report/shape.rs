//! What the form of a plan's report holds: the plan's own fields, else those of
//! the form that asks for work done and clues gathered.

use crate::plan::ReportWanted;

/// The parts of a form, in the words of its plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// The list of what was done, by its name; none if it is not asked for.
    pub activities: Option<String>,
    pub has_clues: bool,
    /// Everything else, in the plan's order.
    pub questions: Vec<Question>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    pub id: String,
    pub name: String,
    pub kind: Kind,
}

/// How a question is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Filled from the standings of the month, then edited.
    Duties,
    Words,
    Number,
}

const WORK: &str = "工作内容";

impl Shape {
    pub fn of(report: &ReportWanted) -> Self {
        if report.fields.is_empty() {
            let activities = Some(WORK.to_owned());
            return Self { activities, has_clues: true, questions: Vec::new() };
        }
        let mut shape = Self { activities: None, has_clues: false, questions: Vec::new() };
        for field in &report.fields {
            let kind = match field.source.as_str() {
                "activities" => {
                    shape.activities.get_or_insert_with(|| field.name.clone());
                    continue;
                }
                "clues-month" | "clues-total" | "clue-list" => {
                    shape.has_clues = true;
                    continue;
                }
                // The head of every form, and the column beside the activities.
                "unit" | "month" | "notes" => continue,
                "duties" => Kind::Duties,
                "number" => Kind::Number,
                _ => Kind::Words,
            };
            let (id, name) = (field.id.clone(), field.name.clone());
            shape.questions.push(Question { id, name, kind });
        }
        shape
    }
}
