//! `wuzha plan draft` as a clerk runs it: several documents, both formats, and
//! files that are no documents.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn wuzha(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wuzha")).args(args).output().unwrap()
}

fn corpus() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../drafting/corpus");
    ["dev", "test"]
        .iter()
        .flat_map(|half| fs::read_dir(folder.join(half)).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "txt"))
        .collect()
}

fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

fn words(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn every_document_gives_a_plan_file_that_the_check_accepts() {
    let out = folder("draft-plans");
    let files = corpus();
    let mut args = vec!["plan", "draft", "--format", "toml", "--out", words(&out)];
    args.extend(files.iter().map(|f| words(f)));
    let done = wuzha(&args);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let mut unsure = 0;
    for entry in fs::read_dir(&out).unwrap() {
        let plan = entry.unwrap().path();
        let checked = wuzha(&["plan", "check", words(&plan)]);
        let told = String::from_utf8_lossy(&checked.stderr).into_owned();
        assert!(checked.status.success(), "{}: {told}", plan.display());
        unsure += fs::read_to_string(&plan).unwrap().matches("unsure = ").count();
    }
    assert_eq!(fs::read_dir(&out).unwrap().count(), files.len());
    assert!(0 < unsure, "what was unsure is marked");
}

#[test]
fn items_have_the_keys_of_the_answers_and_say_why() {
    let file = corpus().into_iter().find(|f| words(f).contains("t01-")).unwrap();
    let done = wuzha(&["plan", "draft", words(&file)]);
    let json: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    let keys: Vec<&String> = json["items"][0].as_object().unwrap().keys().collect();
    for key in [
        "kind",
        "quote",
        "section",
        "actors",
        "action",
        "cadence",
        "count",
        "unit",
        "per",
        "deadline",
        "metric",
        "op",
        "value",
        "baseline",
        "confidence",
        "why",
    ] {
        assert!(keys.iter().any(|k| *k == key), "{key} in {keys:?}");
    }
    assert_eq!(keys.len(), 16);
}

#[test]
fn a_file_that_is_no_document_is_named_and_the_others_are_drafted() {
    let out = folder("draft-mixed");
    let old = out.join("旧.doc");
    let mut bytes = vec![0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    bytes.extend("WordDocument".encode_utf16().flat_map(u16::to_le_bytes));
    fs::write(&old, bytes).unwrap();
    let good = out.join("新.txt");
    fs::write(&good, "某校2024年工作方案\n一、措施\n1.各班每月召开一次班会。\n").unwrap();
    let done = wuzha(&["plan", "draft", "--out", words(&out), words(&old), words(&good)]);
    let told = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(done.status.code(), Some(2), "{told}");
    assert!(told.contains("旧.doc") && told.contains("另存为"), "{told}");
    let drafted = fs::read_to_string(out.join("新.json")).unwrap();
    assert!(drafted.contains("每月召开一次班会"), "{drafted}");
    let both = wuzha(&["plan", "draft", "--format", "toml", words(&good), words(&good)]);
    assert!(!both.status.success());
    assert!(String::from_utf8_lossy(&both.stderr).contains("--out"));
}
