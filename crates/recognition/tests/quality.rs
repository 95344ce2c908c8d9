//! The built-in model on our own test messages: written by hand, never trained
//! on. The bounds lie a little below what `docs/recognition.md` reports.

use std::path::PathBuf;

use recognition::measure::{EVASIONS, Figures, Judged, calibration_error, disguise, macro_f1};
use recognition::model::{Lesson, Source};
use recognition::{Outcome, identify, normalise};

fn sources(side: &str) -> Vec<Source> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data").join(side);
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the data folder")
        .map(|entry| entry.expect("a file").path())
        .collect();
    files.sort();
    files
        .iter()
        .map(|file| {
            let name = file.file_stem().expect("a name").to_string_lossy().into_owned();
            Source::parse(&name, &std::fs::read_to_string(file).expect("text"))
                .expect("right rows")
        })
        .collect()
}

fn judge(lessons: &[Lesson], write: impl Fn(&str) -> String) -> Vec<Judged> {
    lessons
        .iter()
        .map(|lesson| {
            let verdict = identify(&write(&lesson.text));
            Judged {
                scam: lesson.scam,
                kind: lesson.kind,
                said_scam: verdict.outcome == Outcome::Scam,
                said_kind: verdict.kind,
                probability: verdict.probability,
            }
        })
        .collect()
}

fn lessons(side: &str) -> Vec<Lesson> {
    sources(side).into_iter().flat_map(|source| source.lessons).collect()
}

#[test]
fn two_thousand_messages_of_our_own_half_only_for_testing() {
    let (train, test) = (lessons("train"), lessons("test"));
    assert!(train.len() >= 1000 && test.len() >= 1000, "{} {}", train.len(), test.len());
    let learnt: std::collections::HashSet<String> =
        train.iter().map(|lesson| normalise(&lesson.text).text).collect();
    let both: Vec<&str> = test
        .iter()
        .map(|lesson| lesson.text.as_str())
        .filter(|text| learnt.contains(&normalise(text).text))
        .collect();
    assert!(both.is_empty(), "in both halves: {both:?}");
    for lesson in train.iter().chain(&test) {
        assert_eq!(lesson.scam, lesson.kind.is_some(), "{}", lesson.text);
    }
}

#[test]
fn the_model_keeps_its_quality_on_the_test_messages() {
    let judged = judge(&lessons("test"), str::to_owned);
    let figures = Figures::of(&judged);
    let (recall, alarms) =
        (figures.recall().expect("scams"), figures.false_alarms().expect("genuine"));
    assert!(recall >= RECALL_MIN, "recall {recall}");
    assert!(alarms <= ALARMS_MAX, "false alarms {alarms}");
    assert!(macro_f1(&judged) >= F1_MIN, "types {}", macro_f1(&judged));
    assert!(
        calibration_error(&judged) <= ECE_MAX,
        "calibration {}",
        calibration_error(&judged)
    );
}

#[test]
fn disguises_lose_at_most_two_points() {
    let test = lessons("test");
    let plain = Figures::of(&judge(&test, str::to_owned)).recall().expect("scams");
    for way in EVASIONS {
        let recall =
            Figures::of(&judge(&test, |text| disguise(text, way))).recall().expect("scams");
        assert!(recall >= plain - 0.02, "{way}: {recall} of {plain}");
    }
}

#[test]
fn spans_lie_inside_the_message() {
    for lesson in lessons("test") {
        for way in EVASIONS {
            let text = disguise(&lesson.text, way);
            let n = text.chars().count() as u32;
            for reason in identify(&text).reasons {
                assert!(
                    reason.span.0 < reason.span.1 && reason.span.1 <= n,
                    "{text} {reason:?}"
                );
            }
        }
    }
}

/// What the shipped model must keep.
const RECALL_MIN: f64 = 0.90;
const ALARMS_MAX: f64 = 0.05;
const F1_MIN: f64 = 0.75;
const ECE_MAX: f64 = 0.10;
