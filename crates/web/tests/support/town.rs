//! A small town for tests: two schools with a class each, a teacher for one of
//! the classes, and records handed in at chosen instants.

#![allow(dead_code, reason = "each test file uses its own part of this")]

use campaign::access::{Action, Role, permit_house};
use campaign::plan::{BuiltIn, Stage, UnitKind, parse};
use jiff::civil::Date;
use storage::account::{self, Account};
use storage::organisation::{self, Unit};
use storage::record::{self, NewRecord};
use web::clock::start_of;
use web::{AppState, password};

use crate::support::{Answer, Browser, PASSWORD};

pub(crate) struct Town {
    pub(crate) root: String,
}

fn unit(id: &str, parent: &str, kind: UnitKind, name: &str) -> Unit {
    Unit {
        stage: (kind == UnitKind::School).then_some(Stage::Primary),
        town: Some(if id.ends_with('1') { "东街" } else { "西街" }.to_owned()),
        ..Unit::new(id, Some(parent.to_owned()), kind, name)
    }
}

/// Schools `s1` and `s2`, classes `c1` and `c2`, and the account `teacher-1` of
/// class `c1`. The browser is signed in as the administrator.
pub(crate) async fn town(app: &AppState, browser: &mut Browser) -> Town {
    browser.set_up("bureau").await;
    let root = app.live.tree().root().expect("a root").unit.id.clone();
    let now = app.clock.now();
    let permit = permit_house(Action::ManageOrganisation, &root);
    let mut tx = app.store.write(now).await.expect("begins");
    for it in [
        unit("s1", &root, UnitKind::School, "东门小学"),
        unit("s2", &root, UnitKind::School, "西门小学"),
        unit("c1", "s1", UnitKind::Class, "三年级1班"),
        unit("c2", "s2", UnitKind::Class, "三年级2班"),
    ] {
        organisation::insert_unit(&mut tx, &permit, &it).await.expect("inserts");
    }
    let accounts = permit_house(Action::ManageAccounts, &root);
    let teacher = Account {
        password_hash: password::hash(PASSWORD.to_owned()).await.expect("hashes"),
        ..Account::new("teacher", "teacher-1", "李老师", now)
    };
    account::insert(&mut tx, &accounts, &teacher).await.expect("inserts");
    account::grant(&mut tx, &accounts, "teacher", Role::Teacher, "c1").await.expect("grants");
    tx.commit().await.expect("commits");
    app.live.refresh(&app.store, now).await.expect("reads");
    Town { root }
}

pub(crate) async fn teacher(app: &AppState) -> Browser {
    let mut browser = Browser::new(app);
    let pairs = [("sign_in_name", "teacher-1"), ("password", PASSWORD)];
    let answer = browser.post("/sign-in", &pairs).await;
    assert_eq!(answer.location.as_deref(), Some("/home"));
    browser
}

/// An account of its own with a role in a unit, signed in.
pub(crate) async fn granted(app: &AppState, id: &str, role: Role, unit: &str) -> Browser {
    let permit = permit_house(Action::ManageAccounts, unit);
    let now = app.clock.now();
    let account = Account::new(id, id, format!("账号{id}"), now);
    let session = storage::session::Session {
        token_digest: storage::session::digest(id),
        account: id.to_owned(),
        created_at: now,
        seen_at: now,
        expires_at: now + 400 * 24 * 3_600_000,
        agent: String::new(),
    };
    let mut tx = app.store.write(now).await.expect("begins");
    account::insert(&mut tx, &permit, &account).await.expect("inserts");
    account::grant(&mut tx, &permit, id, role, unit).await.expect("grants");
    storage::session::open(&mut tx, &session).await.expect("opens");
    tx.commit().await.expect("commits");
    Browser::signed_in(app, id)
}

/// Starts a built-in plan in its own dates; answers with the campaign's path.
pub(crate) async fn adopt(browser: &mut Browser, built_in: &BuiltIn, unit: &str) -> String {
    let plan = parse(built_in.text, built_in.file).expect("a plan without errors");
    let (from, until) = (plan.head.from.to_string(), plan.head.until.to_string());
    let answer = start(browser, unit, built_in.text, (&from, &until)).await;
    let body: String = answer.body.chars().take(2_000).collect();
    assert_eq!(answer.status.as_u16(), 303, "{}: {body}", built_in.id);
    answer.location.expect("the campaign's page")
}

pub(crate) async fn start(
    browser: &mut Browser,
    unit: &str,
    text: &str,
    dates: (&str, &str),
) -> Answer {
    let pairs = [("unit", unit), ("text", text), ("from", dates.0), ("until", dates.1)];
    browser.post("/plans/start", &pairs).await
}

/// Hands in a record of a unit, at ten o'clock of a day.
pub(crate) async fn hand_in(
    app: &AppState,
    (activity, unit): (&str, &str),
    (acted, submitted): (&str, &str),
    count: u32,
) {
    let day = |text: &str| text.parse::<Date>().expect("a date");
    let id = uuid::Uuid::now_v7().simple().to_string();
    let record = NewRecord {
        client_key: id.clone(),
        id,
        activity: activity.to_owned(),
        unit: unit.to_owned(),
        person: None,
        title: "一次活动".to_owned(),
        acted_on: day(acted),
        acted_time: None,
        submitted_at: start_of(day(submitted)) + 10 * 3_600_000,
        submitted_by: "teacher".to_owned(),
        count,
        place: None,
        minutes: None,
        link: None,
        roll: Vec::new(),
        evidence: Vec::new(),
        replaces: None,
        later: Vec::new(),
    };
    let permit = permit_house(Action::Submit, unit);
    let mut tx = app.store.write(app.clock.now()).await.expect("begins");
    record::insert_taken(&mut tx, &permit, &[record]).await.expect("inserts");
    tx.commit().await.expect("commits");
    app.live.follow(&app.store, app.clock.now()).await.expect("follows");
}
