//! `wuzha sample` and `wuzha evaluate` as a program: files in, files out, and
//! nothing out when something is wrong.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

const PLAN: &str = r#"
[plan]
id = "p"
name = "方案"
issuer = "某局"
from = 2023-01-01
until = 2023-06-30

[[duty]]
id = "meeting"
name = "班会"
clause = "一"
by = { kind = ["class"] }
cadence = "monthly"
"#;

/// A directory of its own that goes away with the test.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let place = std::env::temp_dir().join(format!("wuzha-{name}-{}", std::process::id()));
        fs::create_dir_all(&place).unwrap();
        fs::write(place.join("plan.toml"), PLAN).unwrap();
        Self(place)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wuzha"));
        command.current_dir(&self.0).args(arguments).output().unwrap()
    }

    fn evaluate(&self) -> Output {
        let arguments = "evaluate --plan plan.toml --data data --as-of 2023-04-15 --out out";
        self.run(&arguments.split(' ').collect::<Vec<_>>())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn files(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_sample_is_evaluated_and_the_same_again() {
    let place = Place::new("sample");
    let sample = "sample --plan plan.toml --schools 3 --students 600 --years 1 --seed 5 --out";
    for out in ["data", "again"] {
        let mut arguments: Vec<&str> = sample.split(' ').collect();
        arguments.push(out);
        assert!(place.run(&arguments).status.success());
    }
    let made = files(&place.0.join("data"));
    assert_eq!(
        made,
        [
            "calendar.toml",
            "exemptions.csv",
            "people.csv",
            "posts.csv",
            "records.csv",
            "units.csv"
        ]
    );
    for name in &made {
        let read = |dir: &str| fs::read(place.0.join(dir).join(name)).unwrap();
        assert_eq!(read("data"), read("again"), "{name}");
    }
    let output = place.evaluate();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(files(&place.0.join("out")), ["rates.csv", "standings.csv"]);
    let rates = fs::read_to_string(place.path("out/rates.csv")).unwrap();
    assert!(rates.lines().nth(1).unwrap().starts_with("B,meeting,"), "{rates}");
    let standings = fs::read_to_string(place.path("out/standings.csv")).unwrap();
    // January to April have begun; classes of three schools with 600 students.
    let classes = standings.lines().filter(|line| line.contains(",2023-02-01,")).count();
    assert_eq!(standings.lines().count(), 1 + classes * 4);
    assert!(classes > 10, "{classes}");
}

#[test]
fn bad_input_is_told_and_writes_nothing() {
    let place = Place::new("bad");
    let data = place.0.join("data");
    fs::create_dir_all(&data).unwrap();
    let units = "id,parent,kind,stage,name,from,until\nc,,class,,班,,\n";
    fs::write(data.join("units.csv"), units).unwrap();
    let records = "id,duty,subject,date,submitted_at,count,status\nr,meeting,c,2023-01-05,2023-01-05,1,accepted\nr,meeting,x,2023-01-05,2023-01-05,1,accepted\n";
    fs::write(data.join("records.csv"), records).unwrap();
    let output = place.evaluate();
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("records.csv 第 3 行“subject”列：没有编号为“x”"), "{told}");
    assert_eq!(files(&place.0.join("out")), Vec::<String>::new());
    fs::write(data.join("calendar.toml"), "[[trem]]\n").unwrap();
    let output = place.evaluate();
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("calendar.toml 第 1 行第 3 列"), "{told}");
    fs::remove_file(data.join("calendar.toml")).unwrap();
    fs::remove_file(data.join("records.csv")).unwrap();
    let output = place.evaluate();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("没有这个数据文件："));
    fs::create_dir_all(data.join("records.csv")).unwrap();
    let output = place.evaluate();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("records.csv 是文件夹"));
    fs::write(place.0.join("plan.toml"), b"[plan]\nname = \"\xb7\xbd\"\n").unwrap();
    let output = place.evaluate();
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("方案文件 plan.toml 第2行不是 UTF-8 文本"), "{told}");
    assert_eq!(files(&place.0.join("out")), Vec::<String>::new());
}

#[test]
fn without_a_calendar_there_is_none_and_who_needs_one_is_told() {
    let place = Place::new("no-calendar");
    let data = place.0.join("data");
    fs::create_dir_all(&data).unwrap();
    let units = "id,parent,kind,stage,name,from,until\nc,,class,,班,,\n";
    fs::write(data.join("units.csv"), units).unwrap();
    fs::write(data.join("records.csv"), "id,duty,subject,date,submitted_at,count,status\n")
        .unwrap();
    let output = place.evaluate();
    assert!(output.status.success());
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    // The first three days of May 2023 are holidays; without a calendar they are not.
    let workdays =
        "\u{feff}".to_owned() + &PLAN.replace("\"monthly\"", "\"monthly\"\ndue = \"+1w\"");
    fs::write(place.0.join("plan.toml"), workdays).unwrap();
    let arguments = "evaluate --plan plan.toml --data data --as-of 2023-05-15 --out out";
    let output = place.run(&arguments.split(' ').collect::<Vec<_>>());
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("没有 calendar.toml"));
    let standings = fs::read_to_string(place.path("out/standings.csv")).unwrap();
    assert!(standings.contains("c,2023-04-01,2023-04-30,2023-05-01,"), "{standings}");
}
