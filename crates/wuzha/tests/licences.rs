//! What `deny.toml` allows of dependencies, checked without network and without
//! `cargo deny`, which a fresh machine does not have: licences, and where the
//! source comes from. The rest of that file (known holes, yanked versions) needs
//! the tool and the network; `scripts/test` runs it where it is installed.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The quoted words of `allow = […]` below `[licenses]`.
fn allowed(deny: &str) -> Vec<String> {
    let section = deny.split("[licenses]").nth(1).expect("a section of licences");
    let list = section.split("allow = [").nth(1).and_then(|it| it.split(']').next());
    let words = list.expect("a list").split('"').skip(1).step_by(2);
    words.map(str::to_owned).collect()
}

fn output(command: &mut Command) -> String {
    let done = command.current_dir(root()).output().expect("runs");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).expect("text")
}

fn cargo() -> Command {
    Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()))
}

/// Everything that is built for this machine, as cargo tells it.
fn packages() -> Vec<Value> {
    let version = output(cargo().args(["version", "--verbose"]));
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("a host");
    let text = output(cargo().args([
        "metadata",
        "--format-version=1",
        "--locked",
        "--offline",
        "--filter-platform",
        host,
    ]));
    let mut tree: Value = serde_json::from_str(&text).expect("JSON");
    match tree["packages"].take() {
        Value::Array(packages) => packages,
        other => panic!("no list of packages: {other}"),
    }
}

/// Whether an SPDX expression can be satisfied by what is allowed.
fn fits(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let is_met = either(&words, &mut at, allowed);
    is_met && at == words.len()
}

fn either(words: &[&str], at: &mut usize, allowed: &[String]) -> bool {
    let mut is_met = both(words, at, allowed);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        is_met |= both(words, at, allowed);
    }
    is_met
}

fn both(words: &[&str], at: &mut usize, allowed: &[String]) -> bool {
    let mut is_met = one(words, at, allowed);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        is_met &= one(words, at, allowed);
    }
    is_met
}

fn one(words: &[&str], at: &mut usize, allowed: &[String]) -> bool {
    let Some(word) = words.get(*at) else { return false };
    *at += 1;
    if *word == "(" {
        let is_met = either(words, at, allowed);
        let is_closed = words.get(*at) == Some(&")");
        *at += 1;
        return is_met && is_closed;
    }
    let mut licence = (*word).to_owned();
    if words.get(*at) == Some(&"WITH") {
        licence = format!("{licence} WITH {}", words.get(*at + 1).unwrap_or(&""));
        *at += 2;
    }
    allowed.contains(&licence)
}

#[test]
fn an_expression_is_met_by_either_or_by_both() {
    let allowed = ["MIT", "Zlib", "Apache-2.0 WITH LLVM-exception"].map(str::to_owned);
    for (expression, expected) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("GPL-3.0 OR MIT", true),
        ("MIT/Apache-2.0", true),
        ("MIT AND GPL-3.0", false),
        ("Zlib AND (GPL-3.0 OR MIT)", true),
        ("Apache-2.0 WITH LLVM-exception", true),
        ("Apache-2.0", false),
        ("(MIT", false),
        ("", false),
    ] {
        assert_eq!(fits(expression, &allowed), expected, "{expression}");
    }
}

#[test]
fn every_dependency_has_a_licence_that_is_allowed_and_comes_from_the_registry() {
    let deny = std::fs::read_to_string(root().join("deny.toml")).expect("reads");
    let allowed = allowed(&deny);
    assert!(allowed.contains(&"MIT".to_owned()), "{allowed:?}");
    let packages = packages();
    assert!(packages.len() > 100, "only {} packages", packages.len());
    let mut findings = Vec::new();
    for package in &packages {
        let text = |field: &str| package[field].as_str().unwrap_or_default();
        let name = format!("{} {}", text("name"), text("version"));
        match package["source"].as_str() {
            // Ours.
            None => continue,
            Some("registry+https://github.com/rust-lang/crates.io-index") => {}
            Some(other) => findings.push(format!("{name} comes from {other}")),
        }
        if !fits(text("license"), &allowed) {
            findings.push(format!("{name} is under `{}`", text("license")));
        }
    }
    assert!(findings.is_empty(), "deny.toml does not allow:\n  {}", findings.join("\n  "));
}
