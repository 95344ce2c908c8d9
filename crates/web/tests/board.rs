//! The board over HTTP on both engines: dates, scope, lists.

mod support;
#[path = "support/town.rs"]
mod town;

use axum::http::StatusCode;
use serde_json::Value;
use support::{Browser, houses};
use town::{adopt, hand_in, teacher, town};

fn wujin() -> &'static campaign::plan::BuiltIn {
    campaign::plan::built_in("wujin").expect("is built in")
}

async fn rates(browser: &mut Browser, query: &str) -> Value {
    let answer = browser.get(&format!("/api/board{query}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    serde_json::from_str(&answer.body).expect("JSON")
}

fn duty<'v>(board: &'v Value, id: &str) -> &'v Value {
    let duties = board["duties"].as_array().expect("a list");
    duties.iter().find(|it| it["id"] == id).expect("the duty")
}

#[tokio::test]
async fn a_past_date_shows_what_was_known_then() {
    for (engine, app) in houses().await {
        let mut browser = Browser::new(&app);
        let town = town(&app, &mut browser).await;
        adopt(&mut browser, wujin(), &town.root).await;
        let before = rates(&mut browser, "?date=2022-03-05").await;
        assert_eq!(
            duty(&before, "w-case-alert")["overdue"],
            4,
            "{engine}: two schools, two months"
        );
        assert_eq!(duty(&before, "w-case-alert")["rate"], 0.0, "{engine}");
        // Done in February, entered on 10 March: late, and not known on the 5th.
        hand_in(&app, ("case-alert", "s1"), ("2022-02-10", "2022-03-10"), 2).await;
        let today = rates(&mut browser, "").await;
        assert_eq!(duty(&today, "w-case-alert")["late"], 1, "{engine}");
        assert_eq!(duty(&today, "w-case-alert")["overdue"], 3, "{engine}");
        assert_eq!(duty(&today, "w-case-alert")["rate"], 0.25, "{engine}");
        let then = rates(&mut browser, "?date=2022-03-05").await;
        assert_eq!(duty(&then, "w-case-alert")["overdue"], 4, "{engine}: as it was known");
        let then = rates(&mut browser, "?date=2022-03-12").await;
        assert_eq!(duty(&then, "w-case-alert")["late"], 1, "{engine}");
        let page = browser.get("/board?date=2022-03-05").await;
        assert!(page.body.contains("当天结束时已知的情况"), "{engine}");
        let wrong = browser.get("/board?date=5.3.2022").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}");
    }
}

#[tokio::test]
async fn those_with_the_most_missing_come_first_and_the_way_goes_down_to_the_clause() {
    for (engine, app) in houses().await {
        let mut browser = Browser::new(&app);
        let town = town(&app, &mut browser).await;
        let page = adopt(&mut browser, wujin(), &town.root).await;
        hand_in(&app, ("case-alert", "s2"), ("2022-02-10", "2022-02-10"), 2).await;
        let board = rates(&mut browser, "").await;
        let units = board["units"].as_array().expect("a list");
        let names: Vec<&str> = units.iter().filter_map(|it| it["name"].as_str()).collect();
        assert_eq!(names, ["东门小学", "西门小学"], "{engine}");
        let id = page.trim_start_matches("/plans/");
        let duty = format!("/board/duty?campaign={id}&duty=w-case-alert");
        let detail = browser.get(&format!("{duty}&period=2022-02-01")).await;
        assert_eq!(detail.status, StatusCode::OK, "{engine}");
        assert!(detail.body.contains("东门小学"), "{engine}: who is missing is named");
        assert!(detail.body.contains("照此下去"), "{engine}: the outlook is there");
        let clause =
            browser.get(&format!("{page}/clauses/%E4%B8%89%EF%BC%88%E4%B8%80%EF%BC%891")).await;
        assert_eq!(clause.status, StatusCode::OK, "{engine}");
        for file in ["units.xlsx", "duties.xlsx", "months.xlsx"] {
            let answer = browser.get(&format!("/board/{file}?campaign={id}")).await;
            assert_eq!(answer.status, StatusCode::OK, "{engine}: {file}");
            assert!(answer.body.starts_with("PK"), "{engine}: {file} is a workbook");
        }
        let list =
            browser.get(&format!("/board/duty.xlsx?campaign={id}&duty=w-case-alert")).await;
        assert!(list.body.starts_with("PK"), "{engine}");
    }
}

#[tokio::test]
async fn a_teacher_sees_the_own_class_and_no_other_unit() {
    for (engine, app) in houses().await {
        let mut browser = Browser::new(&app);
        let town = town(&app, &mut browser).await;
        let page = adopt(&mut browser, wujin(), &town.root).await;
        let id = page.trim_start_matches("/plans/").to_owned();
        let mut teacher = teacher(&app).await;
        let own = teacher.get("/board").await;
        assert_eq!(own.status, StatusCode::OK, "{engine}");
        assert!(own.body.contains("三年级1班") && !own.body.contains("西门小学"), "{engine}");
        let plan = teacher.get(&page).await;
        assert_eq!(plan.status, StatusCode::OK, "{engine}: the plan binds the class");
        for path in [
            "/board?unit=c2".to_owned(),
            format!("/board?unit={}", town.root),
            "/board?unit=s1".to_owned(),
            "/api/board?unit=c2".to_owned(),
            format!("/board/duty?unit=s2&campaign={id}&duty=w-case-alert"),
            format!("/board/units.xlsx?unit={}", town.root),
            format!("{page}/amend"),
            "/plans/new".to_owned(),
        ] {
            let answer = teacher.get(&path).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{engine}: {path}");
        }
        let pairs = [("unit", "c1"), ("text", "x"), ("from", "x"), ("until", "x")];
        let answer = teacher.post("/plans/start", &pairs).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{engine}");
        let nobody = Browser::new(&app).get("/board").await;
        assert_eq!(nobody.location.as_deref(), Some("/sign-in"), "{engine}");
    }
}
