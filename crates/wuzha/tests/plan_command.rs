//! `wuzha plan` as a program: what it prints and how it exits.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn plans() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plans")
}

fn wuzha(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wuzha")).args(arguments).output().expect("wuzha runs")
}

fn file(name: &str) -> String {
    plans().join(name).to_string_lossy().into_owned()
}

fn scratch(name: &str, text: &str) -> String {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).expect("a scratch file");
    path.to_string_lossy().into_owned()
}

#[test]
fn every_plan_checks_and_shows_the_agreed_keys() {
    let files = ["wujin", "menghe", "xian", "jiangsu-food-pharma", "dadukou"];
    for name in files {
        let path = file(&format!("{name}.toml"));
        assert_eq!(wuzha(&["plan", "check", &path]).status.code(), Some(0), "{name}");
        let shown = wuzha(&["plan", "show", &path, "--format", "json"]);
        assert_eq!(shown.status.code(), Some(0), "{name}");
        let json: Value = serde_json::from_slice(&shown.stdout).expect("json");
        assert_eq!(keys(&json), ["duties", "phases", "plan", "targets"]);
        assert_eq!(keys(&json["plan"]), ["from", "id", "name", "until"]);
        for duty in json["duties"].as_array().expect("duties") {
            assert_eq!(
                keys(duty),
                [
                    "activity", "by", "cadence", "clause", "due", "from", "held_by", "id",
                    "name", "per", "quota", "season", "until", "weight", "year"
                ]
            );
            assert_eq!(keys(&duty["by"]), ["audience", "kind", "post", "stage"]);
            assert_eq!(duty["year"].is_null(), duty["cadence"] != "yearly", "{duty}");
        }
        for target in json["targets"].as_array().expect("targets") {
            assert_eq!(
                keys(target),
                ["baseline", "by", "clause", "id", "indicator", "op", "value"]
            );
        }
    }
}

fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> =
        value.as_object().expect("an object").keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

#[test]
fn a_plan_with_errors_exits_with_two_and_names_the_line() {
    let path = scratch("wrong.toml", "[plan]\nid = \"a\"\nnaem = \"甲\"\n");
    let checked = wuzha(&["plan", "check", &path]);
    assert_eq!(checked.status.code(), Some(2));
    let told = String::from_utf8(checked.stdout).expect("utf-8");
    assert!(told.contains("第3行第1列：错误：方案没有字段 `naem`。是不是 `name`？"), "{told}");
    assert_eq!(wuzha(&["plan", "show", &path]).status.code(), Some(2));
}

#[test]
fn an_adopting_plan_is_held_against_the_built_in_superior() {
    let text = r#"[plan]
id = "school"
name = "校方案"
issuer = "某校"
from = 2022-01-01
until = 2024-12-31
adopts = "wujin"

[[duty]]
id = "w-notice-letter"
name = "发告知书"
clause = "1"
activity = "notice-letter"
by = { kind = ["school"] }
cadence = "yearly"
"#;
    let checked = wuzha(&["plan", "check", &scratch("school.toml", text)]);
    assert_eq!(checked.status.code(), Some(2));
    let told = String::from_utf8(checked.stdout).expect("utf-8");
    assert!(told.contains("第9行第1列：错误：任务“发告知书”弱于上级方案"), "{told}");
}

#[test]
fn a_file_that_is_not_there_is_told_in_chinese() {
    let missing = wuzha(&["plan", "check", "no-such-plan.toml"]);
    assert_eq!(missing.status.code(), Some(2));
    let told = String::from_utf8(missing.stderr).expect("utf-8");
    assert!(told.contains("没有这个方案文件"), "{told}");
}
