//! A bureau with two classes, their teachers, an officer and a running plan.

use campaign::access::{Action, Role, permit_house};
use campaign::person::PersonRole;
use campaign::plan::{Stage, UnitKind};
use storage::account::{self, Account};
use storage::campaign::{self as campaigns, Campaign, PlanVersion};
use storage::organisation::{self, Unit};
use storage::people::{self, Person};
use storage::session::{self, Session};
use web::AppState;

const PLAN: &str = r#"
[plan]
id = "qinghe"
name = "青禾区反诈方案"
issuer = "青禾区教育局"
document = "青禾区反诈方案"
from = 2022-01-01
until = 2022-12-31

[[duty]]
id = "meeting"
name = "每月一次主题班会"
clause = "二（一）1"
activity = "class-meeting"
by = { kind = ["class"] }
cadence = "monthly"
quota = 1
proof = ["roll", "minutes"]

[[duty]]
id = "lesson"
name = "每学年两次反诈教育"
clause = "三（二）2"
activity = "class-meeting"
by = { kind = ["class"] }
cadence = "yearly"
year = "calendar"
quota = 2
proof = ["count"]
"#;

pub(crate) fn unit_named(id: &str, parent: &str, kind: UnitKind, name: &str) -> Unit {
    Unit {
        stage: (kind != UnitKind::Bureau).then_some(Stage::Primary),
        ..Unit::new(id, Some(parent.to_owned()), kind, name)
    }
}

fn pupil(number: u32) -> Person {
    Person {
        student_no: Some(format!("202200{number}")),
        ..Person::new(format!("p{number}"), "c", PersonRole::Student, format!("学生{number}"))
    }
}

/// Somebody with one role, signed in by the cookie `wuzha_session=` and the id.
pub(crate) async fn somebody(app: &AppState, id: &str, (role, unit): (Role, &str)) {
    let now = app.clock.now();
    let permit = permit_house(Action::ManageAccounts, unit);
    let it = Account {
        password_hash: "-".to_owned(),
        ..Account::new(id, id, format!("{id}老师"), now)
    };
    let opened = Session {
        token_digest: session::digest(id),
        account: id.to_owned(),
        created_at: now,
        seen_at: now,
        expires_at: now + 3_600_000,
        agent: "手机".to_owned(),
    };
    let mut tx = app.store.write(now).await.expect("begins");
    account::insert(&mut tx, &permit, &it).await.expect("inserts");
    account::grant(&mut tx, &permit, id, role, unit).await.expect("grants");
    session::open(&mut tx, &opened).await.expect("opens");
    tx.commit().await.expect("commits");
}

/// Fills the house after its first run. Every account signs in by the cookie
/// `wuzha_session=` and its id.
pub(crate) async fn fill(app: &AppState) {
    let now = app.clock.now();
    let root = app.live.tree().root().expect("the first run was done").unit.id.clone();
    let permit = permit_house(Action::ManageOrganisation, &root);
    let mut tx = app.store.write(now).await.expect("begins");
    for it in [
        unit_named("s", &root, UnitKind::School, "青禾小学"),
        unit_named("c", "s", UnitKind::Class, "三年级1班"),
        unit_named("d", "s", UnitKind::Class, "三年级2班"),
    ] {
        organisation::insert_unit(&mut tx, &permit, &it).await.expect("inserts");
    }
    let pupils: Vec<Person> = (1..=3).map(pupil).collect();
    people::insert_many(&mut tx, &permit, &pupils).await.expect("inserts");
    tx.commit().await.expect("commits");
    for (id, role, at) in [
        ("teacher", Role::Teacher, "c"),
        ("other", Role::Teacher, "d"),
        ("officer", Role::Officer, "s"),
    ] {
        somebody(app, id, (role, at)).await;
    }
    let mut tx = app.store.write(now).await.expect("begins");
    let it = Campaign {
        id: "k".to_owned(),
        unit: root.clone(),
        plan: "qinghe".to_owned(),
        name: "青禾区反诈方案".to_owned(),
        adopts: None,
        from_on: "2022-01-01".to_owned(),
        until_on: "2022-12-31".to_owned(),
        ended_at: None,
        revision: 1,
    };
    let first = PlanVersion {
        id: "v".to_owned(),
        campaign: "k".to_owned(),
        version: 1,
        in_force_on: "2022-01-01".to_owned(),
        text: PLAN.to_owned(),
        document_name: None,
        document_text: None,
        created_at: now,
        created_by: None,
    };
    let permit = permit_house(Action::ManagePlans, &root);
    campaigns::start(&mut tx, &permit, &it, &first).await.expect("starts");
    tx.commit().await.expect("commits");
    app.live.refresh(&app.store, now).await.expect("refreshes");
}
