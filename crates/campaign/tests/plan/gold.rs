//! Every quantified or dated statement that careful readers found in the five
//! documents has its element in the plan, with equal cadence, count, deadline
//! and value. The mapping is written out; a statement without an entry fails.

use campaign::plan::{Due, Duty, Op, Per, Plan, Target};
use serde_json::Value;

use crate::seeds::built_in;

struct Document {
    /// How the file of statements begins.
    file: &'static str,
    plan: &'static str,
    /// How many statements the file has, so that a shift is noticed.
    items: usize,
    /// Index of a statement, and the elements that stand for it.
    map: &'static [(usize, &'static [&'static str])],
}

/// The plan's own dates stand for a statement about the whole campaign.
const WHOLE: &[&str] = &["plan"];

const DOCUMENTS: &[Document] = &[
    Document {
        file: "000_",
        plan: "wujin",
        items: 25,
        map: &[
            (0, WHOLE),
            (1, &["breakthrough"]),
            (2, &["w-alliance-2022"]),
            (3, &["consolidation"]),
            (4, &["w-alliance-2023"]),
            (5, &["long-term"]),
            (6, &["w-alliance-full"]),
            (7, &["w-media-publicity"]),
            (8, &["w-signage"]),
            (9, &["w-training-signage"]),
            (10, &["w-publicity-coverage"]),
            (11, &["w-notice-letter"]),
            (12, &["w-case-alert"]),
            (13, &["w-web-publicity"]),
            (14, &["w-group-push"]),
            (15, &["w-creation-2022"]),
            (16, &["w-creation-2023"]),
            (17, &["w-creation-2024"]),
            (18, &["w-zero-cases"]),
            (19, &["w-regular-education"]),
            (20, &["w-units-fraud-free"]),
            (21, &["w-related-coverage"]),
            (22, &["w-warning-check"]),
            (23, &["w-monthly-circular"]),
            (24, &["w-monthly-report", "w-monthly-report-offices"]),
        ],
    },
    Document {
        file: "001_",
        plan: "menghe",
        items: 11,
        map: &[
            (0, &["m-awareness"]),
            (1, &["m-case-drop"]),
            (2, &["m-grid"]),
            (3, &["m-must-lesson", "m-must-publicity", "m-must-video"]),
            (4, &["m-appeal"]),
            (5, &["m-daily-tip"]),
            (6, &["m-weekly-article"]),
            (7, &["m-class-meeting"]),
            (8, &["m-training"]),
            (9, &["m-honour-award"]),
            (10, &["m-case-alert"]),
        ],
    },
    Document {
        file: "002_",
        plan: "xian",
        items: 6,
        map: &[
            (0, &["x-awareness"]),
            (1, &["x-special-meeting"]),
            (2, &["x-law-lesson"]),
            (3, &["x-staff-training"]),
            (4, &["x-class-meeting"]),
            (5, &["x-action-plan"]),
        ],
    },
    Document {
        file: "003_",
        plan: "jiangsu-food-pharma",
        items: 19,
        map: &[
            (0, &["j-column"]),
            (1, &["j-sms"]),
            (2, &["j-weekly-post"]),
            (3, &["j-action-plan"]),
            (4, &["j-commitment"]),
            (5, &["j-weekly-push"]),
            (6, &["j-class-meeting"]),
            (7, &["j-lecture"]),
            (8, &["j-year-round"]),
            (9, &["j-assembly"]),
            (10, &["j-notice-letter"]),
            (11, &["j-quiz"]),
            (12, &["j-survey"]),
            (13, &["j-app-installed"]),
            (14, &["j-app-real-name"]),
            (15, &["j-app-in-use"]),
            (16, &["j-app-new-students"]),
            (17, &["j-zero-cases"]),
            (18, &["j-monthly-report", "j-monthly-report-units"]),
        ],
    },
    Document {
        file: "004_",
        plan: "dadukou",
        items: 13,
        map: &[
            (0, WHOLE),
            (1, &["launch"]),
            (2, &["assault"]),
            (3, &["steady"]),
            (4, &["d-lesson"]),
            (5, &["d-student-education"]),
            (6, &["d-parent-letter"]),
            (7, &["d-parent-awareness"]),
            (8, &["d-clue-outcome"]),
            (9, &["d-familiarity"]),
            (10, &["d-action-plan"]),
            (11, &["d-monthly-summary"]),
            (12, &["d-monthly-form"]),
        ],
    },
];

/// The letter goes out in two batches, which the faculty answers for; the
/// statement calls that once per student.
const OTHER_SUBJECT: &[&str] = &["j-notice-letter"];

#[test]
fn every_statement_has_its_element() {
    let Ok(shared) = std::env::var("WUZHA_SHARED") else {
        println!("skipped: WUZHA_SHARED is not set");
        return;
    };
    let folder = std::path::Path::new(&shared).join("seeds");
    let mut wrong = Vec::new();
    let mut mapped = 0;
    for document in DOCUMENTS {
        let plan = built_in(document.plan);
        let items = items(&folder, document.file);
        assert_eq!(items.len(), document.items, "{}", document.file);
        for (index, item) in items.iter().enumerate() {
            let optional = item["optional"].as_bool().unwrap_or(false);
            let entry = document.map.iter().find(|(known, _)| *known == index);
            let Some((_, elements)) = entry else {
                if !optional {
                    wrong.push(format!("{} {index}: no element", document.file));
                }
                continue;
            };
            mapped += 1;
            for element in *elements {
                // What a borderline statement leaves open is left open here too.
                if let Err(said) = equal(&plan, element, item) {
                    wrong.push(format!("{} {index} {element}: {said}", document.file));
                }
            }
        }
    }
    println!("{mapped} statements mapped");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn items(folder: &std::path::Path, prefix: &str) -> Vec<Value> {
    let entries = std::fs::read_dir(folder).expect("the seeds can be read");
    let path = entries
        .map(|entry| entry.expect("an entry").path())
        .find(|path| {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            name.starts_with(prefix) && name.ends_with(".gold.json")
        })
        .expect("a file of statements");
    let text = std::fs::read_to_string(path).expect("readable");
    let json: Value = serde_json::from_str(&text).expect("json");
    json["items"].as_array().expect("items").clone()
}

fn equal(plan: &Plan, element: &str, item: &Value) -> Result<(), String> {
    let kind = item["kind"].as_str().unwrap_or("");
    let deadline = item["deadline"].as_str();
    match kind {
        "phase" => {
            let until = match plan.phases.iter().find(|phase| phase.id == element) {
                Some(phase) => phase.until,
                None if element == "plan" => plan.head.until,
                None => return Err("no such phase".to_owned()),
            };
            let same = deadline.is_none_or(|month| until.to_string().starts_with(month));
            same.then_some(()).ok_or(format!("ends {until}, not {deadline:?}"))
        }
        "target" => {
            let target = plan.target(element).ok_or("no such target")?;
            equal_target(target, item)
        }
        "duty" | "deadline" => {
            let duty = plan.duty(element).ok_or("no such duty")?;
            equal_duty(duty, item)
        }
        other => Err(format!("unknown kind {other}")),
    }
}

fn equal_target(target: &Target, item: &Value) -> Result<(), String> {
    let op = match item["op"].as_str() {
        Some(">=") => Op::Ge,
        Some("<=") => Op::Le,
        _ => Op::Eq,
    };
    let value = item["value"].as_f64().ok_or("no value")?;
    if target.op != op || (target.value - value).abs() > 1e-9 {
        return Err(format!(
            "{} {}, not {} {value}",
            target.op.code(),
            target.value,
            op.code()
        ));
    }
    let by = target.by.map(|day| day.to_string());
    let deadline = item["deadline"].as_str();
    let same = match (&by, deadline) {
        (None, None) => true,
        (Some(by), Some(deadline)) => by.starts_with(deadline),
        _ => false,
    };
    if !same {
        return Err(format!("by {by:?}, not {deadline:?}"));
    }
    let baseline = item["baseline"].as_str();
    let same = match (target.baseline, baseline) {
        (None, None) => true,
        (Some(year), Some(text)) => text.contains(&year.to_string()),
        _ => false,
    };
    same.then_some(()).ok_or(format!("baseline {:?}, not {baseline:?}", target.baseline))
}

fn equal_duty(duty: &Duty, item: &Value) -> Result<(), String> {
    let cadence = match item["cadence"].as_str() {
        Some("semester") => "term",
        Some(other) => other,
        None => return Err("no cadence".to_owned()),
    };
    if duty.cadence.code() != cadence {
        return Err(format!("{}, not {cadence}", duty.cadence.code()));
    }
    let count = item["count"].as_u64().unwrap_or(1);
    if u64::from(duty.quota) != count {
        return Err(format!("quota {}, not {count}", duty.quota));
    }
    if let Some(unit) = item["unit"].as_str()
        && duty.unit.as_deref() != Some(unit)
    {
        return Err(format!("unit {:?}, not {unit}", duty.unit));
    }
    let per = match item["per"].as_str() {
        Some("school" | "unit") => Some(Per::Unit),
        Some("class") => Some(Per::Class),
        Some("student" | "parent") => Some(Per::Person),
        _ => None,
    };
    if per.is_some_and(|per| per != duty.per) && !OTHER_SUBJECT.contains(&duty.id.as_str()) {
        return Err(format!("per {}, not {per:?}", duty.per.code()));
    }
    let due = match duty.due {
        Some(Due::On(day)) => Some(day.to_string()),
        Some(Due::DayOfMonth(day)) => Some(format!("monthly-{day}")),
        Some(_) => return Err("a due date that no document has".to_owned()),
        None => None,
    };
    let deadline = item["deadline"].as_str();
    (due.as_deref() == deadline).then_some(()).ok_or(format!("due {due:?}, not {deadline:?}"))
}
