//! Accounts, the audit page and the year-roll, as their users meet them.

mod support;

use axum::http::StatusCode;
use support::{Browser, houses};
use web::AppState;

fn root(app: &AppState) -> String {
    app.live.tree().root().expect("a root").unit.id.clone()
}

fn unit(app: &AppState, name: &str) -> String {
    let tree = app.live.tree();
    let node = tree.iter().find(|node| node.unit.name == name && node.unit.closed_on.is_none());
    node.unwrap_or_else(|| panic!("no unit {name}")).unit.id.clone()
}

/// A school with grades and classes, one pupil a class.
async fn school(browser: &mut Browser, app: &AppState, name: &str) -> String {
    let pairs = [("kind", "school"), ("stage", "primary"), ("name", name)];
    let answer = browser.post(&format!("/units/{}/new", root(app)), &pairs).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let school = unit(app, name);
    for grade in ["五年级", "六年级"] {
        let pairs = [("grade", grade), ("from", "1"), ("until", "2"), ("grade_unit", "1")];
        let answer = browser.post(&format!("/units/{school}/classes"), &pairs).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    }
    school
}

async fn add_person(browser: &mut Browser, unit: &str, role: &str, name: &str, no: &str) {
    let number = if role == "student" { "student_no" } else { "staff_no" };
    let pairs = [("unit", unit), ("role", role), ("name", name), (number, no)];
    let answer = browser.post("/people/new", &pairs).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
}

/// What stands in the n-th `code` element.
fn code(body: &str, n: usize) -> String {
    let part = body.split("<code>").nth(n + 1).expect("a code");
    part.split('<').next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn an_account_is_made_used_limited_and_shut_out() {
    for (engine, app) in houses().await {
        let mut browser = Browser::new(&app);
        browser.set_up("bureau").await;
        let own = school(&mut browser, &app, "阳光小学").await;
        let other = school(&mut browser, &app, "月亮小学").await;
        let new = |name: &'static str| {
            [
                ("display_name", "吴校长"),
                ("sign_in_name", name),
                ("role", "administrator"),
                ("unit", "阳光小学"),
            ]
        };
        let answer = browser.post("/accounts/new", &new("吴")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}");
        assert!(answer.body.contains("吴校长"), "{engine}: what was typed stays");
        let answer = browser.post("/accounts/new", &new("wu")).await;
        assert!(answer.body.contains("3 至 40"), "{engine}");
        let answer = browser.post("/accounts/new", &new("wu-ming")).await;
        assert_eq!(answer.status, StatusCode::OK, "{engine}: {}", answer.body);
        let (name, secret) = (code(&answer.body, 0), code(&answer.body, 1));
        assert_eq!(name, "wu-ming", "{engine}");
        let taken = browser.post("/accounts/new", &new("wu-ming")).await;
        assert!(taken.body.contains("已有人使用"), "{engine}");

        let mut wu = Browser::new(&app);
        let pairs = [("sign_in_name", name.as_str()), ("password", secret.as_str())];
        let answer = wu.post("/sign-in", &pairs).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{engine}: {}", answer.body);
        let home = wu.get("/home").await;
        assert_eq!(home.location.as_deref(), Some("/account"), "{engine}: must change");
        assert_eq!(wu.get(&format!("/units/{own}")).await.status, StatusCode::OK, "{engine}");
        let far = wu.get(&format!("/units/{other}")).await;
        assert_eq!(far.status, StatusCode::FORBIDDEN, "{engine}");

        // A school's administrator reaches no account that reaches above it.
        let mut conn = app.store.read().await.expect("reads");
        let by_name = storage::account::by_name(&mut conn, "admin-zhou").await.expect("reads");
        let chief = by_name.expect("the administrator").id;
        let by_name = storage::account::by_name(&mut conn, "wu-ming").await.expect("reads");
        let own_account = by_name.expect("the new one");
        drop(conn);
        let pairs = [("what", "reset"), ("revision", "1")];
        let answer = wu.post(&format!("/accounts/{chief}/change"), &pairs).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{engine}");
        let pairs = [("role", "administrator"), ("unit", "青禾区教育局")];
        let answer = wu.post(&format!("/accounts/{}/grant", own_account.id), &pairs).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}");
        let list = wu.get("/accounts").await;
        assert!(!list.body.contains("admin-zhou"), "{engine}");

        let revision = own_account.revision.to_string();
        let shut = [("what", "disable"), ("revision", revision.as_str())];
        let path = format!("/accounts/{}/change", own_account.id);
        let answer = browser.post(&path, &shut).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{engine}: {}", answer.body);
        let out = wu.get("/home").await;
        assert_eq!(out.location.as_deref(), Some("/sign-in"), "{engine}: at once");
        let stale = browser.post(&path, &shut).await;
        assert_eq!(stale.status, StatusCode::CONFLICT, "{engine}");
        let own = [("what", "disable"), ("revision", "1")];
        let answer = browser.post(&format!("/accounts/{chief}/change"), &own).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}: not oneself");

        let audit = browser.get("/audit?account=admin-zhou&action=manage-accounts").await;
        assert!(audit.body.contains("停用账号"), "{engine}: {}", audit.body);
        let none = browser.get("/audit?account=nobody-here").await;
        assert!(none.body.contains("没有符合条件的记录"), "{engine}");
    }
}

#[tokio::test]
async fn class_teachers_get_accounts_and_slips_at_once() {
    for (engine, app) in houses().await {
        let mut browser = Browser::new(&app);
        browser.set_up("bureau").await;
        let top = school(&mut browser, &app, "阳光小学").await;
        for (name, no, class) in
            [("周正平", "T-1", "五年级1班"), ("李秀兰", "工号二", "五年级2班")]
        {
            add_person(&mut browser, &top, "staff", name, no).await;
            let pairs =
                [("post", "class-teacher"), ("person", name), ("from_on", "2022-03-01")];
            let path = format!("/units/{}/posts", unit(&app, class));
            let answer = browser.post(&path, &pairs).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{engine}: {}", answer.body);
        }
        let page = browser.get(&format!("/accounts/teachers?unit={top}")).await;
        assert!(page.body.contains("以下 2 名班主任"), "{engine}: {}", page.body);
        let slips = browser.post("/accounts/teachers", &[("unit", &top)]).await;
        assert_eq!(slips.status, StatusCode::OK, "{engine}");
        let names = [code(&slips.body, 0), code(&slips.body, 2)];
        assert!(names.contains(&"t-1".to_owned()), "{engine}: {names:?}");
        assert!(names.iter().any(|name| name.starts_with("bzr")), "{engine}: {names:?}");
        let mut teacher = Browser::new(&app);
        let pairs = [("sign_in_name", names[0].as_str()), ("password", &code(&slips.body, 1))]
            .map(|(name, value)| (name, value.to_owned()));
        let pairs: Vec<(&str, &str)> =
            pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = teacher.post("/sign-in", &pairs).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{engine}: {}", answer.body);
        let people = teacher.get("/people").await;
        assert_eq!(people.status, StatusCode::OK, "{engine}: sees the own class");
        let page = browser.get(&format!("/accounts/teachers?unit={top}")).await;
        assert!(page.body.contains("都已有账号"), "{engine}");
    }
}

#[tokio::test]
async fn a_year_roll_moves_up_lets_go_and_can_be_undone() {
    for (engine, app) in houses().await {
        let mut browser = Browser::new(&app);
        browser.set_up("bureau").await;
        let top = school(&mut browser, &app, "阳光小学").await;
        let (fifth, sixth) = (unit(&app, "五年级1班"), unit(&app, "六年级1班"));
        add_person(&mut browser, &fifth, "student", "陈小满", "1").await;
        add_person(&mut browser, &sixth, "student", "王方圆", "2").await;
        let page = browser.get(&format!("/units/roll?unit={top}")).await;
        assert!(page.body.contains("2021-08-31"), "{engine}: March rolls the past summer");
        let pairs = [("unit", top.as_str()), ("on", "2022-03-14")];
        let answer = browser.post("/units/roll", &pairs).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{engine}: {}", answer.body);
        let tree = app.live.tree();
        assert_eq!(tree.name(&fifth), "六年级1班", "{engine}");
        assert!(
            tree.get(&sixth).is_some_and(|node| node.unit.closed_on.is_some()),
            "{engine}: the class closed with its grade"
        );
        let gone = browser.get("/people?left=1").await;
        assert!(gone.body.contains("王方圆") && !gone.body.contains("陈小满"), "{engine}");
        let twice = browser.post("/units/roll", &pairs).await;
        assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}");
        assert!(twice.body.contains("不能重复执行"), "{engine}");

        let mut conn = app.store.read().await.expect("reads");
        let rolls = storage::year_roll::around(&mut conn, &top, 5).await.expect("reads");
        drop(conn);
        let path = format!("/units/roll/{}/undo", rolls[0].id);
        let answer = browser.post(&path, &[]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{engine}: {}", answer.body);
        let tree = app.live.tree();
        assert_eq!(tree.name(&fifth), "五年级1班", "{engine}");
        assert!(tree.get(&sixth).is_some_and(|node| node.unit.closed_on.is_none()), "{engine}");
        let back = browser.get("/people?q=2").await;
        assert!(back.body.contains("王方圆"), "{engine}");
        let again = browser.post(&path, &[]).await;
        assert_eq!(again.status, StatusCode::CONFLICT, "{engine}");

        // One class stays behind when it is ticked.
        let skipping = [("unit", top.as_str()), ("on", "2022-03-14"), ("skip", fifth.as_str())];
        let answer = browser.post("/units/roll", &skipping).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{engine}: {}", answer.body);
        assert_eq!(app.live.tree().name(&fifth), "五年级1班", "{engine}");
    }
}
