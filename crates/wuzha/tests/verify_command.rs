//! `wuzha verify` and `wuzha config` as a person runs them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use campaign::access::{Action, permit_house};
use campaign::plan::UnitKind;
use storage::account::{self, Account};
use storage::organisation::{self, Unit};
use storage::record::{self, NewRecord};
use storage::seal::Sealer;
use storage::{Location, Store};

const KEY: &str = "0707070707070707070707070707070707070707070707070707070707070707";

fn wuzha(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wuzha"))
        .args(arguments)
        .env_remove("WUZHA_DATABASE_URL")
        .env_remove("WUZHA_SMTP_URL")
        .env_remove("WUZHA_FIELD_KEY")
        .output()
        .expect("it runs")
}

fn verify(data: &Path) -> (Option<i32>, String) {
    let output = wuzha(&["verify", "--data", data.to_str().expect("a path")]);
    let mut text = String::from_utf8(output.stdout).expect("UTF-8");
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    (output.status.code(), text)
}

fn folder() -> PathBuf {
    let data = std::env::temp_dir().join("wuzha-tests").join(uuid::Uuid::now_v7().to_string());
    std::fs::create_dir_all(&data).expect("a folder");
    std::fs::write(data.join("field.key"), KEY).expect("a key");
    data
}

async fn open(data: &Path) -> Store {
    let place = Location::Sqlite(data.join("wuzha.db"));
    Store::open(&place, Sealer::new(&[7; 32])).await.expect("opens")
}

fn a_record(id: &str) -> NewRecord {
    NewRecord {
        id: id.to_owned(),
        activity: "class-meeting".to_owned(),
        unit: "b".to_owned(),
        person: None,
        title: format!("主题班会 {id}"),
        acted_on: jiff::civil::Date::constant(2022, 3, 1),
        acted_time: None,
        submitted_at: 5,
        submitted_by: "a".to_owned(),
        count: 1,
        place: None,
        minutes: None,
        link: None,
        roll: Vec::new(),
        evidence: Vec::new(),
        replaces: None,
        client_key: id.to_owned(),
        later: Vec::new(),
    }
}

async fn fill(store: &Store) {
    let permit = permit_house(Action::Submit, "b");
    let mut tx = store.write(5).await.expect("begins");
    let unit = Unit::new("b", None, UnitKind::Bureau, "某局");
    organisation::insert_unit(&mut tx, &permit, &unit).await.expect("inserts");
    let account =
        Account { password_hash: "x".to_owned(), ..Account::new("a", "zhang", "张老师", 1) };
    account::insert(&mut tx, &permit, &account).await.expect("inserts");
    let records: Vec<NewRecord> = (1..=3).map(|n| a_record(&format!("r{n}"))).collect();
    record::insert_taken(&mut tx, &permit, &records).await.expect("inserts");
    tx.commit().await.expect("commits");
}

async fn tamper(data: &Path, text: &'static str) {
    let store = open(data).await;
    let mut tx = store.write(6).await.expect("begins");
    sqlx::query(text).execute(tx.conn()).await.expect("tampers");
    tx.commit().await.expect("commits");
    store.close().await;
}

#[tokio::test]
async fn a_changed_record_and_a_changed_line_are_found() {
    let data = folder();
    let store = open(&data).await;
    fill(&store).await;
    store.close().await;

    let (code, text) = verify(&data);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("审计链完整：5 行"), "{text}");
    assert!(text.contains("记录完整：3 条"), "{text}");

    tamper(&data, "update record set title = '补的' where id = 'r2'").await;
    let (code, text) = verify(&data);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("审计链完整"), "{text}");
    assert!(text.contains("记录 r2 与审计链不一致：记录、点名或附件内容与摘要不符"), "{text}");

    // Whoever mends the digest too is betrayed by the chain.
    tamper(&data, "update record set title = '主题班会 r2' where id = 'r2'").await;
    assert_eq!(verify(&data).0, Some(0));
    tamper(&data, "update audit set detail = 'x' where seq = 4").await;
    let (code, text) = verify(&data);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("审计链第 4 行起不可信：内容与校验值不符"), "{text}");
    assert!(text.contains("记录 r2"), "{text}");
}

#[test]
fn a_place_without_data_is_told_and_left_empty() {
    let data = std::env::temp_dir().join("wuzha-tests").join(uuid::Uuid::now_v7().to_string());
    let (code, text) = verify(&data);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("没有数据库"), "{text}");
    assert!(!data.exists(), "nothing was made");
}

#[test]
fn the_configuration_shows_no_secret() {
    let output = wuzha(&[
        "config",
        "--data",
        "/srv/wuzha",
        "--database-url",
        "postgres://wuzha:geheim@db:5432/wuzha",
        "--smtp-url",
        "smtps://post:geheim@mx.example:465",
        "--mail-from",
        "无诈 <wuzha@qinghe.example>",
    ]);
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(output.status.success(), "{text}");
    assert!(!text.contains("geheim"), "{text}");
    for line in [
        "database-url = postgres://…@db:5432/wuzha",
        "smtp-url = smtps://…@mx.example:465",
        "mail-from = 无诈 <wuzha@qinghe.example>",
        "public-url = （未设置）",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
}
