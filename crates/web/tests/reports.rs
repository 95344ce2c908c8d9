//! The monthly report over HTTP on both engines: filled from the records,
//! checked, signed, handed in, returned, corrected, accepted, collated.

mod support;
#[path = "support/town.rs"]
mod town;

use axum::http::StatusCode;
use campaign::access::Role;
use campaign::day::Day;
use campaign::standing::State;
use support::{Answer, Browser, houses, school, workbook};
use town::{adopt, hand_in, teacher, town};
use web::AppState;

/// Somebody who reports for a unit, signed in.
async fn somebody(app: &AppState, id: &str, role: (Role, &str)) -> Browser {
    school::somebody(app, id, role).await;
    Browser::signed_in(app, id)
}

struct Scene {
    clerk: Browser,
    officer: Browser,
    other: Browser,
    campaign: String,
    form: &'static str,
    root: String,
}

/// Two schools under a plan, their officers, and a clerk of the bureau.
async fn scene(app: &AppState, plan: &str, form: &'static str) -> Scene {
    let mut admin = Browser::new(app);
    let town = town(app, &mut admin).await;
    let built_in = campaign::plan::built_in(plan).expect("is built in");
    let page = adopt(&mut admin, built_in, &town.root).await;
    Scene {
        clerk: somebody(app, "clerk", (Role::Clerk, &town.root)).await,
        officer: somebody(app, "officer", (Role::Officer, "s1")).await,
        other: somebody(app, "other", (Role::Officer, "s2")).await,
        campaign: page.trim_start_matches("/plans/").to_owned(),
        form,
        root: town.root,
    }
}

impl Scene {
    fn code(&self) -> String {
        format!("{}/{}", self.campaign, self.form)
    }
}

async fn begin(browser: &mut Browser, pairs: &[(&str, &str)]) -> String {
    let answer = browser.post("/reports/begin", pairs).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    answer.location.expect("the report")
}

/// The revision that the page shows.
async fn revision(browser: &mut Browser, report: &str) -> String {
    let page = browser.get(report).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let (_, rest) = page.body.split_once("name=\"revision\" value=\"").expect("a revision");
    rest.split('"').next().unwrap_or_default().to_owned()
}

async fn step(browser: &mut Browser, report: &str, step: &str, reason: &str) -> Answer {
    let revision = revision(browser, report).await;
    let pairs = [("step", step), ("revision", revision.as_str()), ("reason", reason)];
    browser.post(&format!("{report}/step"), &pairs).await
}

async fn edit(browser: &mut Browser, report: &str, fields: &[(&str, &str)]) -> Answer {
    let revision = revision(browser, report).await;
    let mut pairs = vec![("revision", revision.as_str())];
    pairs.extend_from_slice(fields);
    browser.post(&format!("{report}/edit"), &pairs).await
}

async fn hands_in(browser: &mut Browser, report: &str) {
    for verb in ["sign", "submit"] {
        let answer = step(browser, report, verb, "").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{verb}: {}", answer.body);
    }
}

/// How the duty of handing in stands for a school in a month.
fn standing(app: &AppState, unit: &str, duty: &str, month: &str) -> Option<(u64, State)> {
    let start = Day::parse(month.as_bytes()).expect("a date");
    let owed = app.live.owed(unit);
    let found =
        owed.iter().find(|it| it.duty().id == duty && it.standing.period.start == start)?;
    Some((found.standing.done, found.standing.state))
}

const EDIT: [(&str, &str); 4] = [
    ("activities", "家长会宣讲两场 | 签到表"),
    ("clues_month", "0"),
    ("clues_total", "0"),
    ("remarks", ""),
];

#[tokio::test]
async fn a_form_fills_itself_is_checked_and_handed_in() {
    for (engine, app) in houses().await {
        let mut scene = scene(&app, "dadukou", "d-monthly").await;
        hand_in(&app, ("class-meeting", "c1"), ("2022-03-08", "2022-03-09"), 2).await;
        hand_in(&app, ("class-meeting", "c2"), ("2022-03-08", "2022-03-09"), 1).await;
        let pairs = [("campaign", scene.campaign.as_str()), ("form", scene.form)];
        let of_march = [pairs.as_slice(), &[("unit", "s1"), ("month", "2022-03")]].concat();
        let of_february = [pairs.as_slice(), &[("unit", "s1"), ("month", "2022-02")]].concat();
        let browser = &mut scene.officer;
        let report = begin(browser, &of_march).await;
        let page = browser.get(&report).await;
        assert!(page.body.contains("主题班会：开展 2 次"), "{engine}: {}", page.body);
        assert!(!page.body.contains("开展 3 次"), "{engine}: only the own school's");
        // Begun twice is the same report.
        assert_eq!(begin(browser, &of_march).await, report, "{engine}");

        let wrong = [EDIT[0], ("clues_month", "两条"), EDIT[2], ("remarks", "请留着")];
        let answer = edit(browser, &report, &wrong).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}");
        assert!(answer.body.contains("应为不小于 0 的整数，现为“两条”"), "{engine}");
        assert!(answer.body.contains("请留着"), "{engine}: what was typed stays");
        let wrong = [("activities", " "), ("clues_month", "3"), ("clues_total", "1")];
        let answer = edit(browser, &report, &wrong).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{engine}: a draft may be unfinished");
        let answer = step(browser, &report, "sign", "").await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}");
        assert!(answer.body.contains("至少填写一项"), "{engine}: every fault is told");
        assert!(answer.body.contains("不能少于"), "{engine}: {}", answer.body);
        let unsigned = step(browser, &report, "submit", "").await;
        assert_eq!(unsigned.status, StatusCode::CONFLICT, "{engine}: signed first");

        assert_eq!(edit(browser, &report, &EDIT).await.status, StatusCode::SEE_OTHER);
        let stale = [("revision", "1"), EDIT[0], EDIT[1], EDIT[2]];
        let answer = browser.post(&format!("{report}/edit"), &stale).await;
        assert_eq!(answer.status, StatusCode::CONFLICT, "{engine}: nothing is overwritten");
        hands_in(browser, &report).await;
        let page = browser.get(&report).await;
        assert!(page.body.contains("已报送，等待上级接收"), "{engine}");
        assert!(!page.body.contains("迟报"), "{engine}: before the 20th");
        assert_eq!(standing(&app, "s1", "d-monthly-form", "2022-03-01"), Some((1, State::Met)));

        // February's comes after its 20th, and stays late.
        let late = begin(browser, &of_february).await;
        assert_eq!(edit(browser, &late, &EDIT).await.status, StatusCode::SEE_OTHER);
        hands_in(browser, &late).await;
        assert!(browser.get(&late).await.body.contains("迟报"), "{engine}");
        for format in ["docx", "xlsx"] {
            let file = browser.get(&format!("{report}/document?format={format}")).await;
            assert!(file.body.starts_with("PK"), "{engine}: {format}");
        }
        let odd = browser.get(&format!("{report}/document?format=pdf")).await;
        assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}");
    }
}

#[tokio::test]
async fn a_returned_report_comes_back_as_a_new_version() {
    for (engine, app) in houses().await {
        let mut scene = scene(&app, "dadukou", "d-monthly").await;
        let pairs = [("campaign", scene.campaign.as_str()), ("form", scene.form)];
        let pairs = [pairs.as_slice(), &[("unit", "s1"), ("month", "2022-03")]].concat();
        let (officer, clerk) = (&mut scene.officer, &mut scene.clerk);
        let report = begin(officer, &pairs).await;
        assert_eq!(edit(officer, &report, &EDIT).await.status, StatusCode::SEE_OTHER);
        hands_in(officer, &report).await;
        let own = step(officer, &report, "accept", "").await;
        assert_eq!(own.status, StatusCode::FORBIDDEN, "{engine}: nobody accepts their own");
        let silent = step(clerk, &report, "return", " ").await;
        assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}");
        assert!(silent.body.contains("请填写“退回原因”"), "{engine}");
        let answer = step(clerk, &report, "return", "请补充线索清单").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{engine}: {}", answer.body);
        let duty = |app| standing(app, "s1", "d-monthly-form", "2022-03-01");
        assert_eq!(duty(&app), Some((0, State::Open)), "{engine}: it counts no more");

        let page = officer.get(&report).await;
        assert!(page.body.contains("退回原因：请补充线索清单"), "{engine}");
        let mended =
            [EDIT[0], ("clues_month", "1"), ("clues_total", "1"), ("clues", "冒充客服")];
        let unsaid = edit(officer, &report, &mended).await;
        assert!(unsaid.body.contains("请填写“更正说明”"), "{engine}");
        let mended = [mended.as_slice(), &[("note", "补充一条线索")]].concat();
        let answer = edit(officer, &report, &mended).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{engine}: {}", answer.body);
        hands_in(officer, &report).await;
        assert_eq!(duty(&app), Some((1, State::Met)), "{engine}: once, not twice");
        let page = clerk.get(&report).await;
        assert!(page.body.contains("第 2 版与第 1 版的差别"), "{engine}");
        assert!(page.body.contains("线索清单第 1 条"), "{engine}: the diff names the line");
        assert!(page.body.contains("更正说明：补充一条线索"), "{engine}");
        let answer = step(clerk, &report, "accept", "").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{engine}: {}", answer.body);
        let old = clerk.get(&format!("{report}/document?format=docx&version=1")).await;
        assert!(old.body.starts_with("PK"), "{engine}: the old version can be printed");
        // Even what was accepted can be mended, by a third version.
        let third = [EDIT.as_slice(), &[("note", "线索另报")]].concat();
        assert_eq!(edit(officer, &report, &third).await.status, StatusCode::SEE_OTHER);
        assert!(officer.get(&report).await.body.contains("第 3 版"), "{engine}");
    }
}

#[tokio::test]
async fn the_collation_tells_who_is_missing_and_who_was_late() {
    for (engine, app) in houses().await {
        let mut scene = scene(&app, "dadukou", "d-monthly").await;
        let code = scene.code();
        let pairs = [("campaign", scene.campaign.as_str()), ("form", scene.form)];
        let of_s1 = [pairs.as_slice(), &[("unit", "s1"), ("month", "2022-02")]].concat();
        let of_s2 = [pairs.as_slice(), &[("unit", "s2"), ("month", "2022-02")]].concat();
        let report = begin(&mut scene.officer, &of_s1).await;
        assert_eq!(
            edit(&mut scene.officer, &report, &EDIT).await.status,
            StatusCode::SEE_OTHER
        );
        hands_in(&mut scene.officer, &report).await;
        begin(&mut scene.other, &of_s2).await;

        let list = format!("/reports?form={code}&month=2022-02");
        let page = scene.clerk.get(&list).await;
        assert!(page.body.contains("共 2 个单位，截止 2022-02-20"), "{engine}: {}", page.body);
        assert!(page.body.contains("50.0%"), "{engine}: one of two has handed in");
        assert!(page.body.contains("迟报") && page.body.contains("草稿"), "{engine}");
        let missing = scene.clerk.get(&format!("{list}&state=none")).await;
        assert!(missing.body.contains("共 1 个单位"), "{engine}");
        let found = scene.clerk.get(&format!("{list}&q=%E4%B8%9C%E9%97%A8")).await;
        assert!(found.body.contains("共 1 个单位"), "{engine}: 东门");
        for format in ["docx", "xlsx"] {
            let path = format!(
                "/reports/collation?form={code}&month=2022-02&unit={}&format={format}",
                scene.root
            );
            assert!(scene.clerk.get(&path).await.body.starts_with("PK"), "{engine}: {format}");
            let refused = scene.officer.get(&path).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{engine}: not one's own part");
        }
    }
}

#[tokio::test]
async fn who_has_handed_in_is_ordered_and_exported() {
    for (engine, app) in houses().await {
        let mut scene = scene(&app, "dadukou", "d-monthly").await;
        let code = scene.code();
        let pairs = [("campaign", scene.campaign.as_str()), ("form", scene.form)];
        let of_s2 = [pairs.as_slice(), &[("unit", "s2"), ("month", "2022-02")]].concat();
        let report = begin(&mut scene.other, &of_s2).await;
        edit(&mut scene.other, &report, &EDIT).await;
        hands_in(&mut scene.other, &report).await;
        // On the fifteenth people are busy with February's, not with the month
        // that runs.
        let page = scene.clerk.get(&format!("/reports?form={code}")).await;
        assert!(page.body.contains("2022-02 下级报送情况"), "{engine}: {}", page.body);
        let list = format!("/reports?form={code}&sort=-version&format=xlsx");
        let request = axum::http::Request::get(&list).body(axum::body::Body::empty());
        let (status, bytes) = scene.clerk.bytes(request.expect("a request")).await;
        assert_eq!(status, StatusCode::OK, "{engine}");
        let table = workbook::rows(&bytes);
        assert_eq!(workbook::column(&table, 0), ["西门小学", "东门小学"], "{engine}");
        assert_eq!(workbook::column(&table, 3), ["已报送", "未填报"], "{engine}");
        assert_eq!(workbook::column(&table, 2)[0], "2022-02-20", "{engine}");
        let one = scene.clerk.get(&format!("{list}&state=none")).await;
        assert_eq!(one.status, StatusCode::OK, "{engine}");
        let foreign = scene.officer.get(&format!("{list}&unit=s2")).await;
        assert_eq!(foreign.status, StatusCode::FORBIDDEN, "{engine}");
    }
}

#[tokio::test]
async fn a_report_is_seen_in_its_scope_only() {
    for (engine, app) in houses().await {
        let mut scene = scene(&app, "dadukou", "d-monthly").await;
        let pairs = [("campaign", scene.campaign.as_str()), ("form", scene.form)];
        let of_s1 = [pairs.as_slice(), &[("unit", "s1"), ("month", "2022-03")]].concat();
        let foreign = scene.other.post("/reports/begin", &of_s1).await;
        assert_eq!(foreign.status, StatusCode::FORBIDDEN, "{engine}");
        let report = begin(&mut scene.officer, &of_s1).await;
        for path in [report.clone(), format!("{report}/document?format=docx")] {
            let answer = scene.other.get(&path).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{engine}: {path}");
        }
        let mut teacher = teacher(&app).await;
        assert_eq!(teacher.get("/reports").await.status, StatusCode::FORBIDDEN, "{engine}");
        assert_eq!(teacher.get(&report).await.status, StatusCode::FORBIDDEN, "{engine}");
        let future = [pairs.as_slice(), &[("unit", "s1"), ("month", "2022-04")]].concat();
        let answer = scene.officer.post("/reports/begin", &future).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}");
        assert!(answer.body.contains("不需要报送 2022-04"), "{engine}: {}", answer.body);
        let odd = [pairs.as_slice(), &[("unit", "s1"), ("month", "三月")]].concat();
        let answer = scene.officer.post("/reports/begin", &odd).await;
        assert!(answer.body.contains("月份应写作 2022-03 的样子"), "{engine}");
    }
}

#[tokio::test]
async fn a_plan_asks_for_its_own_fields() {
    for (engine, app) in houses().await {
        let mut scene = scene(&app, "wujin", "w-monthly").await;
        hand_in(&app, ("case-alert", "s1"), ("2022-02-10", "2022-02-10"), 2).await;
        let pairs = [("campaign", scene.campaign.as_str()), ("form", scene.form)];
        let of_s1 = [pairs.as_slice(), &[("unit", "s1"), ("month", "2022-02")]].concat();
        let officer = &mut scene.officer;
        let report = begin(officer, &of_s1).await;
        let page = officer.get(&report).await;
        for name in ["工作开展情况", "工作成效", "经验做法"] {
            assert!(page.body.contains(name), "{engine}: {name}");
        }
        assert!(page.body.contains("本月到期任务"), "{engine}: from the standings");
        assert!(!page.body.contains("线索清单"), "{engine}: nobody asks for clues here");
        let fields = [
            ("activities", "推送案例两条"),
            ("answer-results", "到期任务全部完成"),
            ("answer-practices", "班前五分钟讲一个案例"),
        ];
        let answer = edit(officer, &report, &fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{engine}: {}", answer.body);
        hands_in(officer, &report).await;
        let page = officer.get(&report).await;
        assert!(page.body.contains("班前五分钟讲一个案例"), "{engine}");
        assert!(
            page.body.contains("人工改动"),
            "{engine}: what was filled and what was edited"
        );
        for format in ["docx", "xlsx"] {
            let file = officer.get(&format!("{report}/document?format={format}")).await;
            assert!(file.body.starts_with("PK"), "{engine}: {format}");
        }
    }
}
