//! The invariants of docs/ARCHITECTURE.md, checked.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A file past this is a room too large to know.
const LINES_MAX: usize = 500;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the root exists")
}

fn files_below(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("a folder can be read").flatten() {
            let path = entry.path();
            if path.is_dir() {
                if path.file_name().is_some_and(|name| name != "target") {
                    open.push(path);
                }
            } else if path.to_string_lossy().ends_with(ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn relative(path: &Path) -> String {
    path.strip_prefix(root()).expect("below the root").display().to_string()
}

fn sources(crate_name: &str) -> Vec<PathBuf> {
    files_below(&root().join("crates").join(crate_name).join("src"), ".rs")
}

fn fail_on(findings: &[String], rule: &str) {
    assert!(findings.is_empty(), "{rule}:\n  {}", findings.join("\n  "));
}

#[test]
fn pure_crates_depend_on_nothing_that_acts() {
    let acting = [
        "tokio",
        "sqlx",
        "axum",
        "lettre",
        "reqwest",
        "storage",
        "office",
        "web",
        "tower",
        "tower-http",
    ];
    let mut findings = Vec::new();
    for name in ["campaign", "drafting", "recognition"] {
        let manifest = text(&root().join("crates").join(name).join("Cargo.toml"));
        let dependencies =
            manifest.split("[dependencies]").nth(1).and_then(|it| it.split("\n[").next());
        for line in dependencies.unwrap_or_default().lines() {
            let dependency = line.split(['.', ' ', '=']).next().unwrap_or_default();
            if acting.contains(&dependency) {
                findings.push(format!("{name} depends on {dependency}"));
            }
        }
        for path in sources(name) {
            for word in ["std::fs", "std::net", "SystemTime::now", "Instant::now", "Zoned::now"]
            {
                if text(&path).contains(word) {
                    findings.push(format!("{} uses {word}", relative(&path)));
                }
            }
        }
    }
    fail_on(&findings, "pure crates do no I/O and read no clock");
}

#[test]
fn sql_stands_only_in_storage_and_html_only_in_web() {
    let mut findings = Vec::new();
    for name in ["campaign", "drafting", "recognition", "office", "web", "wuzha"] {
        for path in sources(name) {
            if text(&path).contains("sqlx::query") {
                findings.push(format!("{} has SQL", relative(&path)));
            }
        }
    }
    for name in ["campaign", "drafting", "recognition", "office", "storage"] {
        for path in sources(name) {
            if text(&path).contains("maud::") {
                findings.push(format!("{} has HTML", relative(&path)));
            }
        }
    }
    fail_on(&findings, "SQL in storage, HTML in web");
}

#[test]
fn only_access_makes_permits() {
    let mut findings = Vec::new();
    for path in files_below(&root().join("crates"), ".rs") {
        let name = relative(&path);
        let makes = text(&path).lines().any(|line| {
            line.contains("Permit {") && !line.contains("-> Permit {") && !line.contains('"')
        });
        if name != "crates/campaign/src/access.rs" && makes {
            findings.push(name);
        }
    }
    fail_on(&findings, "a Permit is made elsewhere");
}

#[test]
fn files_stay_small_and_finished() {
    let mut findings = Vec::new();
    for path in files_below(&root().join("crates"), ".rs") {
        let text = text(&path);
        let lines = text.lines().count();
        // Tables of cases grow with the cases; what is shipped must stay small.
        let is_test = path.components().any(|part| part.as_os_str() == "tests");
        if LINES_MAX < lines && !is_test {
            findings.push(format!("{} has {lines} lines", relative(&path)));
        }
        // Cut in two, so that this file does not find itself.
        for word in [concat!("FIX", "ME"), concat!("X", "XX:"), concat!("unimpl", "emented!")] {
            if text.contains(word) {
                findings.push(format!("{} has {word}", relative(&path)));
            }
        }
    }
    fail_on(&findings, "files over the limit or unfinished");
}

#[test]
fn the_map_names_every_crate_and_every_path_it_names_exists() {
    let map = text(&root().join("docs/ARCHITECTURE.md"));
    let mut findings = Vec::new();
    for entry in fs::read_dir(root().join("crates")).expect("crates").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !map.contains(&format!("`{name}`")) {
            findings.push(format!("the map does not name {name}"));
        }
    }
    for quoted in map.split('`').skip(1).step_by(2) {
        let is_path = quoted.contains('/') && !quoted.contains([' ', '<', '*', ':']);
        if is_path && !quoted.starts_with('/') && !root().join(quoted).exists() {
            findings.push(format!("the map names {quoted}, which does not exist"));
        }
    }
    fail_on(&findings, "docs/ARCHITECTURE.md and the tree differ");
}

/// Every test that traceability names, as `test: crates/…/file.rs::name`, is there.
#[test]
fn traceability_names_tests_that_exist() {
    let page = text(&root().join("docs/traceability.md"));
    let mut findings = Vec::new();
    let mut named = 0;
    for quoted in page.split('`').skip(1).step_by(2) {
        let Some((file, test)) = quoted.split_once("::") else { continue };
        if Path::new(file).extension().is_none_or(|kind| kind != "rs") {
            continue;
        }
        named += 1;
        let path = root().join(file);
        if !path.exists() || !text(&path).contains(&format!("fn {test}(")) {
            findings.push(quoted.to_owned());
        }
    }
    assert!(named != 0, "docs/traceability.md names no test");
    fail_on(&findings, "docs/traceability.md names tests that do not exist");
}

#[test]
fn every_public_storage_function_is_called_by_a_storage_test_or_a_page() {
    let mut callers = String::new();
    for folder in ["crates/storage", "crates/web", "crates/wuzha"] {
        for path in files_below(&root().join(folder), ".rs") {
            let text = text(&path);
            // Definitions are no calls.
            let lines = text.lines().filter(|line| !line.contains(" fn "));
            lines.for_each(|line| callers.push_str(line));
        }
    }
    let mut unused = BTreeSet::new();
    for path in sources("storage") {
        let text = text(&path);
        for line in text.lines() {
            let Some(rest) = line.trim_start().strip_prefix("pub async fn ") else { continue };
            let name = rest.split(['(', '<']).next().unwrap_or_default();
            if !callers.contains(&format!("{name}(")) {
                unused.insert(format!("{}::{name}", relative(&path)));
            }
        }
    }
    fail_on(&unused.into_iter().collect::<Vec<_>>(), "storage functions that nobody calls");
}
