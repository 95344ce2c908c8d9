//! What docs/recognition.md says of the shipped model does not become worse
//! unnoticed: recall, false alarms, types, certainty, disguises, and that the
//! same lessons give the same bytes.

use std::fs;
use std::path::PathBuf;

use recognition::measure::{EVASIONS, Figures, Judged, calibration_error, disguise, macro_f1};
use recognition::model::{Lesson, Origin, Settings, Source, train};
use recognition::{Outcome, identify};

/// The `.jsonl` files of a folder under `data/`, by name.
fn sources(side: &str) -> Vec<Source> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data").join(side);
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "jsonl"))
        .collect();
    files.sort();
    files
        .iter()
        .map(|file| {
            let name = file.file_stem().expect("a name").to_string_lossy();
            let text = fs::read_to_string(file).expect("UTF-8");
            Source::parse(&name, &text).expect("rows")
        })
        .collect()
}

fn lessons(side: &str) -> Vec<Lesson> {
    sources(side).iter().flat_map(|source| source.to_learn().cloned()).collect()
}

fn judged(lessons: &[Lesson], change: impl Fn(&str) -> String) -> Vec<Judged> {
    lessons
        .iter()
        .map(|lesson| {
            let verdict = identify(&change(&lesson.text));
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

#[test]
fn the_own_test_messages_are_judged_no_worse_than_the_docs_say() {
    let set = judged(&lessons("test"), str::to_owned);
    assert!(set.len() >= 11_000);
    let figures = Figures::of(&set);
    let (recall, alarms) = (figures.recall().expect("scams"), figures.false_alarms());
    let alarms = alarms.expect("genuine ones");
    assert!(recall >= 0.836, "recall {recall:.3}");
    assert!(alarms <= 0.010, "false alarms {alarms:.3}");
    let types = macro_f1(&set);
    assert!(types >= 0.825, "types {types:.3}");
    let error = calibration_error(&set);
    assert!(error <= 0.010, "calibration error {error:.3}");
}

#[test]
fn a_disguise_costs_at_most_two_points_of_recall() {
    let lessons = lessons("test");
    let share = |set: &[Judged]| {
        let figures = Figures::of(set);
        (figures.recall().expect("scams"), figures.false_alarms().expect("genuine ones"))
    };
    let (recall, alarms) = share(&judged(&lessons, str::to_owned));
    for way in EVASIONS {
        let (disguised, more) = share(&judged(&lessons, |text| disguise(text, way)));
        assert!(recall - disguised <= 0.02, "{way}: {recall:.3} became {disguised:.3}");
        assert!(more - alarms <= 0.02, "{way}: {alarms:.3} became {more:.3}");
    }
}

#[test]
fn the_same_lessons_give_the_same_bytes() {
    let lessons: Vec<Lesson> = lessons("train").into_iter().step_by(5).collect();
    let settings = Settings { epochs: 3, folds: 2, ..Settings::default() };
    let bytes = || train(&lessons, Origin::default(), settings).to_bytes().expect("bytes");
    assert!(bytes() == bytes());
}
