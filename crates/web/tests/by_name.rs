//! 100 % is a list (N6): who was there, who was not and why, who made it up, who
//! is exempted. Names for the class teacher, counts above. Both engines.

mod support;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use campaign::access::{Action, permit_house};
use campaign::record::Presence;
use jiff::civil::Date;
use storage::record::{self, Attendance, NewRecord};
use support::workbook::{column, rows};
use support::{Browser, houses, school};
use web::AppState;
use web::clock::start_of;

const PLAN: &str = r#"
[plan]
id = "qinghe-names"
name = "青禾区到人方案"
issuer = "青禾区教育局"
document = "青禾区到人方案"
from = 2022-01-01
until = 2022-12-31

[[duty]]
id = "lesson"
name = "每名学生每月一次反诈课"
clause = "三（一）1"
activity = "law-lesson"
by = { audience = ["student"] }
cadence = "monthly"
due = "month-20"
quota = 1
held-by = "superior"
audience = ["student"]
proof = ["roll"]
"#;

/// A lesson of the class, with those who were there.
async fn lesson(app: &AppState, id: &str, day: Date, roll: &[(&str, Presence)]) {
    let permit = permit_house(Action::Submit, "c");
    let it = NewRecord {
        id: id.to_owned(),
        client_key: id.to_owned(),
        activity: "law-lesson".to_owned(),
        unit: "c".to_owned(),
        person: None,
        title: "反诈课".to_owned(),
        acted_on: day,
        acted_time: None,
        submitted_at: start_of(day) + 10 * 3_600_000,
        submitted_by: "teacher".to_owned(),
        count: 1,
        place: None,
        minutes: None,
        link: None,
        roll: roll
            .iter()
            .map(|(person, presence)| Attendance {
                person: (*person).to_owned(),
                presence: presence.clone(),
            })
            .collect(),
        evidence: Vec::new(),
        replaces: None,
        later: Vec::new(),
    };
    let mut tx = app.store.write(app.clock.now()).await.expect("begins");
    record::insert_taken(&mut tx, &permit, &[it]).await.expect("inserts");
    tx.commit().await.expect("commits");
    app.live.follow(&app.store, app.clock.now()).await.expect("follows");
}

/// The class's February: one came, one was ill and made it up, one has a reason.
async fn house(app: &AppState) -> (Browser, String) {
    let mut admin = Browser::new(app);
    admin.set_up("bureau").await;
    school::fill(app).await;
    let root = app.live.tree().root().expect("a root").unit.id.clone();
    let pairs = [
        ("unit", root.as_str()),
        ("text", PLAN),
        ("from", "2022-01-01"),
        ("until", "2022-12-31"),
    ];
    let answer = admin.post("/plans/start", &pairs).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let campaign = answer.location.expect("the plan").trim_start_matches("/plans/").to_owned();
    let ill = Presence::Absent { reason: Some("病假".to_owned()) };
    let first = [
        ("p1", Presence::Present),
        ("p2", ill),
        ("p3", Presence::Absent { reason: Some("境外就医".to_owned()) }),
    ];
    lesson(app, "r1", Date::constant(2022, 2, 10), &first).await;
    lesson(app, "r2", Date::constant(2022, 2, 24), &[("p2", Presence::Present)]).await;
    (admin, campaign)
}

async fn list(browser: &mut Browser, campaign: &str, unit: &str) -> (StatusCode, Vec<u8>) {
    let path = format!(
        "/board/duty.xlsx?campaign={campaign}&duty=lesson&unit={unit}&period=2022-02-01&state=all"
    );
    browser.bytes(Request::get(path).body(Body::empty()).expect("a request")).await
}

/// Name and state of each pupil.
async fn states(browser: &mut Browser, campaign: &str) -> Vec<(String, String)> {
    let (status, bytes) = list(browser, campaign, "c").await;
    assert_eq!(status, StatusCode::OK, "{}", String::from_utf8_lossy(&bytes));
    let table = rows(&bytes);
    let mut found: Vec<(String, String)> = column(&table, 0)
        .into_iter()
        .zip(column(&table, 7))
        .map(|(name, state)| (name.to_owned(), state.to_owned()))
        .collect();
    found.sort();
    found
}

fn pairs<const N: usize>(found: [(&str, &str); N]) -> Vec<(String, String)> {
    found.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

#[tokio::test]
async fn all_of_them_is_a_list_with_make_ups_and_lawful_exemptions() {
    for (engine, app) in houses().await {
        let (_, campaign) = house(&app).await;
        let mut teacher = Browser::signed_in(&app, "teacher");
        let mut officer = Browser::signed_in(&app, "officer");
        // Who was there, who made it up after the due day, who is missing.
        let before = [("学生1", "按时完成"), ("学生2", "逾期完成"), ("学生3", "逾期未完成")];
        assert_eq!(states(&mut teacher, &campaign).await, pairs(before), "{engine}");
        let roll = teacher.get("/records/r1").await;
        for words in ["学生2", "病假", "学生3", "境外就医"] {
            assert!(roll.body.contains(words), "{engine}: {words}");
        }
        // Exempted by name, with a reason, for one period, by somebody who may.
        let path = format!("/plans/{campaign}/exemptions");
        let grant = |person: &'static str, reason: &'static str| {
            [
                ("unit", "c"),
                ("duty", "lesson"),
                ("person", person),
                ("period_start", "2022-02-01"),
                ("reason", reason),
            ]
        };
        let refused = teacher.post(&path, &grant("学生3", "境外就医")).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{engine}");
        let table = [
            ("学生3", " ", "“理由”"),
            ("学生7", "病假", "没有找到“学生7”"),
            ("学生", "病假", "有 3 人符合“学生”，请改填学号或工号"),
        ];
        for (person, reason, words) in table {
            let wrong = officer.post(&path, &grant(person, reason)).await;
            assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}: {words}");
            assert!(wrong.body.contains(words), "{engine}: {words}");
            assert!(wrong.body.contains(&format!("value=\"{person}\"")), "{engine}: kept");
        }
        let granted = officer.post(&path, &grant("2022003", "境外就医")).await;
        assert_eq!(granted.status, StatusCode::SEE_OTHER, "{engine}: {}", granted.body);
        let after = [("学生1", "按时完成"), ("学生2", "逾期完成"), ("学生3", "免除")];
        assert_eq!(states(&mut teacher, &campaign).await, pairs(after), "{engine}");

        // The list says whom, what, which period, why, by whom.
        let page = officer.get(&format!("{path}?unit=c")).await;
        for words in [
            "学生3",
            "每名学生每月一次反诈课",
            "自 2022-02-01 的一期",
            "境外就医",
            "officer老师",
        ] {
            assert!(page.body.contains(words), "{engine}: {words}");
        }
        let (_, bytes) = officer
            .bytes(
                Request::get(format!("{path}?unit=c&format=xlsx"))
                    .body(Body::empty())
                    .expect("a request"),
            )
            .await;
        let table = rows(&bytes);
        assert_eq!(table[0][1], "学生3", "{engine}");
        assert_eq!((table[0][4].as_str(), table[0][5].as_str()), ("境外就医", "officer老师"));

        // Taken back, it is owed again, and the list remembers.
        let action = page.body.split("action=\"").find(|it| it.contains("/revoke\""));
        let action = action.and_then(|it| it.split('"').next()).expect("a form").to_owned();
        let refused = teacher.post(&action, &[]).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{engine}");
        let revoked = officer.post(&action, &[]).await;
        assert_eq!(revoked.status, StatusCode::SEE_OTHER, "{engine}");
        assert_eq!(states(&mut teacher, &campaign).await, pairs(before), "{engine}");
        let page = officer.get(&format!("{path}?unit=c&all=1")).await;
        assert!(page.body.contains("已撤销"), "{engine}");
    }
}

#[tokio::test]
async fn names_are_for_the_school_and_counts_for_those_above() {
    for (engine, app) in houses().await {
        let (mut admin, campaign) = house(&app).await;
        let root = app.live.tree().root().expect("a root").unit.id.clone();
        let mut officer = Browser::signed_in(&app, "officer");
        let path = format!("/plans/{campaign}/exemptions");
        let grant =
            [("unit", "c"), ("duty", "lesson"), ("person", "学生3"), ("reason", "境外就医")];
        let granted = officer.post(&path, &grant).await;
        assert_eq!(granted.status, StatusCode::SEE_OTHER, "{engine}: {}", granted.body);

        let duty =
            format!("/board/duty?campaign={campaign}&duty=lesson&period=2022-02-01&state=all");
        let above = admin.get(&format!("{duty}&unit={root}")).await;
        assert!(above.body.contains("上级只看数字"), "{engine}: {}", above.body);
        for name in ["学生1", "学生2", "学生3"] {
            assert!(!above.body.contains(name), "{engine}: {name}");
        }
        let rates = admin.get(&format!("/api/board?campaign={campaign}&date=2022-02-28")).await;
        assert_eq!(rates.status, StatusCode::OK, "{engine}");
        assert!(!rates.body.contains("学生1"), "{engine}");
        let (status, bytes) = list(&mut admin, &campaign, &root).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}");
        assert!(String::from_utf8_lossy(&bytes).contains("姓名只在学校和班级的名单里导出"));
        let page = admin.get(&path).await;
        assert!(page.body.contains("的一人") && !page.body.contains("学生3"), "{engine}");
        // The neighbour class's teacher sees neither.
        let mut other = Browser::signed_in(&app, "other");
        let (status, _) = list(&mut other, &campaign, "c").await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{engine}");
        let foreign = other.get(&format!("{path}?unit=c")).await;
        assert_eq!(foreign.status, StatusCode::FORBIDDEN, "{engine}");
        // The list that went out stands in the trail.
        let (status, _) = list(&mut officer, &campaign, "c").await;
        assert_eq!(status, StatusCode::OK, "{engine}");
        let trail = admin.get("/audit?action=export").await;
        assert!(trail.body.contains("每名学生每月一次反诈课名单"), "{engine}");
    }
}
