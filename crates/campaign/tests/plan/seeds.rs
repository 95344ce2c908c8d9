//! The plans that come with the product are complete and without fault.

use campaign::plan::{self, BUILT_IN, Cadence, Plan};
use std::path::Path;

pub(crate) fn built_in(id: &str) -> Plan {
    let file = plan::built_in(id).expect("a plan with this id");
    plan::parse(file.text, file.file).expect("a plan without errors")
}

#[test]
fn every_plan_reads_without_a_finding() {
    for file in BUILT_IN {
        let told = match plan::parse_placed(file.text, file.file) {
            Ok((plan, places)) => {
                let mut findings = plan::check(&plan, None);
                places.place(&mut findings);
                assert_eq!(plan.head.id, file.id, "the file is named after the plan");
                findings
            }
            Err(findings) => findings,
        };
        let told: Vec<String> = told.iter().map(ToString::to_string).collect();
        assert!(told.is_empty(), "{}", told.join("\n"));
    }
}

#[test]
fn every_file_in_the_folder_is_built_in() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plans");
    let entries = std::fs::read_dir(folder).expect("plans/ can be read");
    let mut files: Vec<String> = entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        .filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
        .collect();
    files.sort();
    let mut known: Vec<&str> = BUILT_IN.iter().map(|plan| plan.file).collect();
    known.sort_unstable();
    assert_eq!(files, known);
}

#[test]
fn every_duty_says_who_acts_how_it_is_proved_and_what_it_costs() {
    for file in BUILT_IN {
        let plan = built_in(file.id);
        for duty in &plan.duties {
            assert!(duty.doer.is_some(), "{}: doer", duty.id);
            assert!(duty.minutes.is_some(), "{}: minutes", duty.id);
            // Photos are never the only proof (N3).
            assert_ne!(duty.proof.first(), Some(&plan::Proof::Photo), "{}: proof", duty.id);
            if duty.cadence == Cadence::Event {
                assert!(duty.event.is_some(), "{}: event", duty.id);
            }
        }
    }
}

#[test]
fn plans_share_acts_so_that_one_record_closes_several_duties() {
    let with = |act: &str| {
        BUILT_IN
            .iter()
            .filter(|file| built_in(file.id).duties.iter().any(|duty| duty.activity == act))
            .count()
    };
    assert_eq!(with("class-meeting"), 3);
    assert_eq!(with("monthly-report"), 3);
    assert_eq!(with("case-alert"), 4);
    assert_eq!(with("action-plan"), 5);
    assert_eq!(with("notice-letter"), 2);
    assert_eq!(with("law-lesson"), 3);
}
