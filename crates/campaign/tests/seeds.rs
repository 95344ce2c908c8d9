//! The plans that come with the product are complete and without fault.

use std::path::{Path, PathBuf};

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plans");
    let entries = std::fs::read_dir(folder).expect("plans/ can be read");
    let mut files: Vec<PathBuf> =
        entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.extension().is_some_and(|end| end == "toml"));
    files.sort();
    files
}

#[test]
fn every_plan_reads_without_a_finding() {
    for file in files() {
        let text = std::fs::read_to_string(&file).expect("a plan can be read");
        let name = file.file_name().expect("a name").to_string_lossy();
        if let Err(findings) = campaign::plan::parse(&text, &name) {
            let told: Vec<String> = findings.iter().map(ToString::to_string).collect();
            panic!("{}", told.join("\n"));
        }
    }
}
