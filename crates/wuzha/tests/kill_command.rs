//! The real server, killed in the middle of its writes, on both engines.

use std::process::Command;

/// Rounds of each engine here; `wuzha bench kill` does two hundred.
const ROUNDS: &str = "5";

#[test]
fn whatever_was_answered_survives_a_kill() {
    let mut engines = vec![("SQLite", None)];
    match std::env::var("WUZHA_TEST_POSTGRES") {
        Ok(url) => engines.push(("PostgreSQL", Some(url))),
        Err(_) => println!("skipped on PostgreSQL: WUZHA_TEST_POSTGRES is not set"),
    }
    for (engine, url) in engines {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wuzha"));
        command.args(["bench", "kill", "--rounds", ROUNDS, "--clients", "8"]);
        command.env_remove("WUZHA_DATABASE_URL").env_remove("WUZHA_FIELD_KEY");
        if let Some(url) = url {
            command.env("WUZHA_DATABASE_URL", url);
        }
        let output = command.output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{engine}: {said}");
        assert!(said.contains("丢失 0 条，重复 0 条"), "{engine}: {said}");
        assert!(!said.contains("提交 0 条"), "{engine} answered nothing: {said}");
    }
}
