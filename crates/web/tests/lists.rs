//! Every list that grows: narrowed, ordered, paged, taken away as a workbook,
//! each within its reader's scope. The real router, both engines.

#[path = "support/pages.rs"]
mod pages;
mod support;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use campaign::access::{Action, Role, permit_house};
use campaign::person::PersonRole;
use campaign::plan::UnitKind;
use pages::{cells, links, next};
use storage::job::{self, State as JobState};
use storage::organisation;
use storage::people::{self, Person, Personal};
use storage::record::{self, NewRecord};
use support::workbook::{column, rows};
use support::{Browser, houses, school};
use web::AppState;
use web::clock::start_of;

async fn file(browser: &mut Browser, path: &str) -> (StatusCode, Vec<u8>) {
    let request = Request::get(path).body(Body::empty()).expect("a request");
    browser.bytes(request).await
}

/// The bureau of the support with a second school and an inspector.
async fn house(app: &AppState) -> (Browser, Browser, Browser) {
    let mut admin = Browser::new(app);
    admin.set_up("bureau").await;
    school::fill(app).await;
    let root = app.live.tree().root().expect("a root").unit.id.clone();
    let now = app.clock.now();
    let permit = permit_house(Action::ManageOrganisation, &root);
    let mut tx = app.store.write(now).await.expect("begins");
    for it in [
        school::unit_named("s2", &root, UnitKind::School, "红叶小学"),
        school::unit_named("e", "s2", UnitKind::Class, "五年级1班"),
    ] {
        organisation::insert_unit(&mut tx, &permit, &it).await.expect("inserts");
    }
    let pupil = |id: &str, unit: &str, name: &str, number: Option<&str>| Person {
        student_no: number.map(str::to_owned),
        personal: Personal { phone: Some("13900001234".to_owned()), ..Personal::default() },
        ..Person::new(id, unit, PersonRole::Student, name)
    };
    let pupils = [
        pupil("q1", "e", "学生9", Some("2022009")),
        pupil("q2", "e", "学生8", Some("2022007")),
        pupil("q3", "s2", "学生0", None),
    ];
    people::insert_many(&mut tx, &permit, &pupils).await.expect("inserts");
    tx.commit().await.expect("commits");
    school::somebody(app, "inspector", (Role::Inspector, &root)).await;
    school::somebody(app, "head", (Role::Officer, "s2")).await;
    app.live.refresh(&app.store, now).await.expect("refreshes");
    (admin, Browser::signed_in(app, "officer"), Browser::signed_in(app, "inspector"))
}

/// Records of the two schools: act, hand-in and unit.
async fn hand_in(app: &AppState, count: usize, unit: &str) {
    let day = jiff::civil::Date::constant(2022, 1, 1);
    let permit = permit_house(Action::Submit, unit);
    let mut tx = app.store.write(app.clock.now()).await.expect("begins");
    let records: Vec<NewRecord> = (0..count)
        .map(|n| {
            let back = jiff::Span::new().days((n % 70) as i64);
            NewRecord {
                id: format!("{unit}-{n:05}"),
                client_key: format!("{unit}-{n}"),
                activity: "class-meeting".to_owned(),
                unit: unit.to_owned(),
                person: None,
                title: format!("班会{n}"),
                // The later it was handed in, the earlier it was held.
                acted_on: jiff::civil::Date::constant(2022, 3, 12).saturating_sub(back),
                acted_time: None,
                submitted_at: start_of(day) + n as i64 * 1_000,
                submitted_by: "teacher".to_owned(),
                count: 1,
                place: None,
                minutes: None,
                link: None,
                roll: Vec::new(),
                evidence: Vec::new(),
                replaces: None,
                later: Vec::new(),
            }
        })
        .collect();
    record::insert_taken(&mut tx, &permit, &records).await.expect("inserts");
    tx.commit().await.expect("commits");
    app.live.follow(&app.store, app.clock.now()).await.expect("follows");
}

#[tokio::test]
async fn records_are_ordered_paged_and_exported_alike() {
    for (engine, app) in houses().await {
        let (_, mut officer, mut inspector) = house(&app).await;
        hand_in(&app, 60, "c").await;
        hand_in(&app, 2, "e").await;
        let page = officer.get("/records?sort=submitted").await;
        assert!(page.body.contains("aria-sort=\"ascending\""), "{engine}");
        let first = links(&page.body, "/records/");
        assert_eq!(first.first().copied(), Some("班会0"), "{engine}");
        assert_eq!(first.len(), 50, "{engine}");
        let on = officer.get(&next(&page.body).expect("more")).await;
        let rest = links(&on.body, "/records/");
        assert_eq!((rest.len(), rest[0], rest[9]), (10, "班会50", "班会59"), "{engine}");
        assert!(next(&on.body).is_none(), "{engine}");
        let page = officer.get("/records?sort=acted").await;
        assert_eq!(links(&page.body, "/records/")[0], "班会59", "{engine}");
        let page = officer.get("/records?sort=password_hash").await;
        assert_eq!(links(&page.body, "/records/")[0], "班会0", "{engine}: an unknown key");

        let (status, bytes) =
            file(&mut officer, "/records/export.xlsx?sort=-submitted&q=班会5").await;
        assert_eq!(status, StatusCode::OK, "{engine}");
        let table = rows(&bytes);
        let titles = column(&table, 0);
        assert_eq!(titles[..3], ["班会59", "班会58", "班会57"], "{engine}");
        assert_eq!(titles.len(), 11, "{engine}: 5 and 50 to 59");
        assert_eq!(column(&table, 2)[0], "青禾小学 三年级1班", "{engine}");
        assert_eq!(column(&table, 4)[0], "2022-01-12", "{engine}");
        // A school sees its own, the bureau both.
        let (_, bytes) = file(&mut inspector, "/records/export.xlsx").await;
        assert_eq!(rows(&bytes).len(), 62, "{engine}");
        let mut head = Browser::signed_in(&app, "head");
        let (_, bytes) = file(&mut head, "/records/export.xlsx").await;
        assert_eq!(column(&rows(&bytes), 0), ["班会0", "班会1"], "{engine}");
        let (status, _) = file(&mut head, "/records/export.xlsx?unit=c").await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{engine}");
        let queue = officer.get("/review?sort=-submitted").await;
        assert_eq!(links(&queue.body, "/records/")[0], "班会59", "{engine}");
    }
}

#[tokio::test]
async fn people_are_ordered_and_exported_masked() {
    for (engine, app) in houses().await {
        let (_, mut officer, mut inspector) = house(&app).await;
        let page = inspector.get("/people?sort=-name&role=student").await;
        assert_eq!(
            links(&page.body, "/people/"),
            ["学生9", "学生8", "学生3", "学生2", "学生1", "学生0"],
            "{engine}"
        );
        assert!(!page.body.contains("sort=number"), "{engine}: no index of the whole has it");
        let mut head = Browser::signed_in(&app, "head");
        let page = head.get("/people?sort=number").await;
        assert_eq!(links(&page.body, "/people/"), ["学生0", "学生8", "学生9"], "{engine}");
        let (_, bytes) = file(&mut head, "/people?sort=-number&format=xlsx").await;
        let table = rows(&bytes);
        assert_eq!(column(&table, 0), ["学生9", "学生8", "学生0"], "{engine}");
        assert_eq!(column(&table, 5)[0], "139****1234", "{engine}: masked as on the page");
        let (_, bytes) = file(&mut officer, "/people?q=学生2&format=xlsx").await;
        assert_eq!(column(&rows(&bytes), 0), ["学生2"], "{engine}");
        let (status, _) = file(&mut officer, "/people?unit=e&format=xlsx").await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{engine}");
    }
}

#[tokio::test]
async fn units_and_gaps_are_ordered_and_exported() {
    for (engine, app) in houses().await {
        let (mut admin, mut officer, _) = house(&app).await;
        let page = admin.get("/units?sort=-students").await;
        assert_eq!(links(&page.body, "href=\"/units/s"), ["青禾小学", "红叶小学"], "{engine}");
        let (_, bytes) = file(&mut admin, "/units?kind=class&sort=-name&format=xlsx").await;
        let table = rows(&bytes);
        assert_eq!(column(&table, 0), ["五年级1班", "三年级2班", "三年级1班"], "{engine}");
        assert_eq!(column(&table, 6), ["2", "0", "3"], "{engine}: pupils");
        let (_, bytes) = file(&mut officer, "/units?kind=class&format=xlsx").await;
        assert_eq!(column(&rows(&bytes), 0), ["三年级1班", "三年级2班"], "{engine}");
        let (status, _) = file(&mut officer, "/units?unit=s2&format=xlsx").await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{engine}");

        let page = admin.get("/coverage?q=班主任&sort=-unit").await;
        assert!(page.body.contains("3 个未覆盖，共 3 个"), "{engine}: {}", page.body);
        let (_, bytes) = file(&mut admin, "/coverage?q=班主任&format=xlsx").await;
        let table = rows(&bytes);
        let classes: Vec<&str> = table
            .iter()
            .filter(|row| row[0] == "班级责任人")
            .map(|row| row[1].as_str())
            .collect();
        assert_eq!(classes.len(), 3, "{engine}");
        assert!(table.iter().any(|row| row[2] == "学生0"), "{engine}: pupils by name");
        let (_, bytes) = file(&mut officer, "/coverage?format=xlsx").await;
        let table = rows(&bytes);
        assert!(!table.iter().any(|row| row[1].contains("红叶")), "{engine}: only its own");
        // A leader may read and export, and sees no name of a pupil.
        school::somebody(&app, "leader", (Role::Leader, "s2")).await;
        let mut leader = Browser::signed_in(&app, "leader");
        let (status, bytes) = file(&mut leader, "/coverage?format=xlsx").await;
        assert_eq!(status, StatusCode::OK, "{engine}");
        assert!(rows(&bytes).iter().all(|row| row[2].is_empty()), "{engine}");
    }
}

#[tokio::test]
async fn accounts_letters_and_the_trail_are_narrowed_and_exported() {
    for (engine, app) in houses().await {
        let (mut admin, mut officer, mut inspector) = house(&app).await;
        let page = admin.get("/accounts?sort=-name&role=teacher").await;
        assert_eq!(links(&page.body, "/accounts/"), ["teacher", "other"], "{engine}");
        let (_, bytes) = file(&mut admin, "/accounts?role=officer&format=xlsx").await;
        let table = rows(&bytes);
        assert_eq!(column(&table, 0), ["head", "officer"], "{engine}");
        assert_eq!(column(&table, 4), ["正常", "正常"], "{engine}");
        let (_, bytes) = file(&mut admin, "/accounts?state=disabled&format=xlsx").await;
        assert!(rows(&bytes).is_empty(), "{engine}");
        for path in ["/accounts?format=xlsx", "/audit?format=xlsx", "/outbox?format=xlsx"] {
            let (status, _) = file(&mut officer, path).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{engine}: {path}");
        }
        let (status, bytes) = file(&mut admin, "/outbox?format=xlsx").await;
        assert_eq!((status, rows(&bytes).len()), (StatusCode::OK, 0), "{engine}");
        // What went out stands in the trail, with how many rows and by what.
        let page = inspector.get("/audit?action=export").await;
        assert!(page.body.contains("青禾区教育局账号（职责：安全干部） 2 行"), "{engine}");
        let (_, bytes) = file(&mut inspector, "/audit?action=export&sort=at&format=xlsx").await;
        let table = rows(&bytes);
        assert_eq!(column(&table, 3), ["导出·账号", "导出·账号", "导出·发信情况"], "{engine}");
        assert!(table.iter().all(|row| row[2] == "周管理"), "{engine}");
        let days = [
            ("2022-03-15", "2022-03-15", true),
            ("2022-03-16", "", false),
            ("", "2022-03-14", false),
        ];
        for (from, until, is_there) in days {
            let page = inspector.get(&format!("/audit?from={from}&until={until}")).await;
            assert_eq!(page.body.contains("<tbody>"), is_there, "{engine}: {from} {until}");
        }
        let wrong = inspector.get("/audit?from=三月").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}");
        assert!(wrong.body.contains("“从”应为日期"), "{engine}");
    }
}

#[tokio::test]
async fn plans_and_what_is_ones_own_are_narrowed_and_exported() {
    for (engine, app) in houses().await {
        let (mut admin, mut officer, _) = house(&app).await;
        let page = admin.get("/plans?q=青禾&sort=name&state=进行中").await;
        assert_eq!(links(&page.body, "/plans/"), ["青禾区反诈方案"], "{engine}");
        let page = admin.get("/plans?state=已终止").await;
        assert!(page.body.contains("没有符合条件的方案"), "{engine}");
        let (_, bytes) = file(&mut officer, "/plans?format=xlsx").await;
        let table = rows(&bytes);
        assert_eq!(
            (column(&table, 0), column(&table, 4)),
            (vec!["青禾区反诈方案"], vec!["2"]),
            "{engine}"
        );
        let page = officer.get("/notifications?unread=1&kind=news").await;
        assert!(page.body.contains("没有符合条件的消息"), "{engine}");
        for path in ["/notifications?format=xlsx", "/jobs?format=xlsx"] {
            let (status, bytes) = file(&mut officer, path).await;
            assert_eq!((status, rows(&bytes).len()), (StatusCode::OK, 0), "{engine}: {path}");
        }
    }
}

/// The export's job, once it is over.
async fn settled(browser: &mut Browser, page: &str) -> String {
    for _ in 0..600 {
        let answer = browser.get(page).await;
        if !answer.body.contains("data-reload-ms") {
            return answer.body;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the export does not come to an end");
}

#[tokio::test]
async fn a_long_export_is_a_job_whose_file_is_fetched_by_its_owner() {
    for (engine, app) in houses().await {
        let (_, mut officer, mut inspector) = house(&app).await;
        hand_in(&app, 5_200, "c").await;
        let answer = officer.get("/records/export.xlsx?sort=submitted").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{engine}: {}", answer.body);
        let page = answer.location.expect("the job");
        let body = settled(&mut officer, &page).await;
        assert!(body.contains("活动记录.xlsx，共 5200 行"), "{engine}: {body}");
        assert!(body.contains(&format!("{page}/file")), "{engine}");
        let (status, bytes) = file(&mut officer, &format!("{page}/file")).await;
        assert_eq!(status, StatusCode::OK, "{engine}");
        let table = rows(&bytes);
        let titles = column(&table, 0);
        assert_eq!(
            (titles.len(), titles[0], titles[5_199]),
            (5_200, "班会0", "班会5199"),
            "{engine}"
        );
        let list = officer.get("/jobs?kind=export&state=done").await;
        assert!(list.body.contains("共 5200 行"), "{engine}");
        let (status, _) = file(&mut inspector, &format!("{page}/file")).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{engine}: nobody else's");
        let trail = inspector.get("/audit?action=export").await;
        assert!(trail.body.contains("5200 行"), "{engine}");

        // The house goes down in the middle of one: its page says so.
        let id = page.rsplit('/').next().expect("an id").to_owned();
        let mut conn = app.store.read().await.expect("reads");
        let mut left = job::by_id(&mut conn, &id).await.expect("reads").expect("is there");
        drop(conn);
        left.id = "cut-off".to_owned();
        left.state = JobState::Running;
        let mut tx = app.store.write(app.clock.now()).await.expect("begins");
        job::insert(&mut tx, &left).await.expect("inserts");
        tx.commit().await.expect("commits");
        let opening = web::Opening {
            store: app.store.clone(),
            clock: app.clock.clone(),
            files: app.files.clone(),
            documents: office::text::Reader::default(),
            mailer: None,
            secure_cookies: false,
            setup_code: None,
        };
        let again = web::App::open(opening).await.expect("opens");
        let mut officer = Browser::signed_in(&again, "officer");
        let page = officer.get("/jobs/cut-off").await;
        assert!(page.body.contains("服务曾中断，文件没有生成"), "{engine}: {}", page.body);
    }
}

#[tokio::test]
async fn the_appointment_list_shows_gaps_and_leaves_in_three_forms() {
    for (engine, app) in houses().await {
        let (mut admin, mut officer, _) = house(&app).await;
        let post = [("post", "class-teacher"), ("person", "学生1"), ("from_on", "2022-03-01")];
        let answer = admin.post("/units/c/posts", &post).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{engine}: {}", answer.body);
        let page = officer.get("/units/s/appointments").await;
        for words in ["青禾小学反诈工作岗位名单", "班主任", "学生1", "空缺", "三年级2班"]
        {
            assert!(page.body.contains(words), "{engine}: {words}");
        }
        for format in ["xlsx", "docx"] {
            let file = officer.post("/units/s/appointments", &[("format", format)]).await;
            assert_eq!(file.status, StatusCode::OK, "{engine}: {format}");
            assert!(file.body.starts_with("PK"), "{engine}: {format}");
        }
        let held = officer.get("/units/s/appointments?state=held").await;
        assert_eq!(cells(&held.body, "姓名"), ["学生1"], "{engine}");
        let vacant = officer.get("/units/s/appointments?state=vacant&sort=post").await;
        let names = cells(&vacant.body, "姓名");
        assert!(!names.is_empty() && names.iter().all(|it| it == "空缺"), "{engine}");
        let by_name = officer.get("/units/s/appointments?sort=name").await;
        assert_eq!(cells(&by_name.body, "姓名")[0], "学生1", "{engine}: vacancies come last");
        let none = officer.get("/units/s/appointments?q=不在这里").await;
        assert!(none.body.contains("没有符合条件的岗位"), "{engine}");
        let wish = [("format", "xlsx"), ("q", "学生1"), ("state", "held")];
        let encoded = web::path::with_query("", &wish);
        let request = Request::post("/units/s/appointments")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(encoded.trim_start_matches('?').to_owned()))
            .expect("a request");
        let (_, bytes) = officer.bytes(request).await;
        assert_eq!(column(&rows(&bytes), 3), ["学生1"], "{engine}: as the page is narrowed");
        let foreign = officer.get("/units/s2/appointments").await;
        assert_eq!(foreign.status, StatusCode::FORBIDDEN, "{engine}");
        let trail = admin.get("/audit?action=export").await;
        assert!(trail.body.contains("岗位名单（查找：学生1，状态：在任） 1 行"), "{engine}");
    }
}

/// A district's list has more posts than a page, and says so when it is printed.
#[tokio::test]
async fn a_long_appointment_list_is_turned_and_printed_whole() {
    for (engine, app) in houses().await {
        let (mut admin, _, _) = house(&app).await;
        let root = app.live.tree().root().expect("a root").unit.id.clone();
        let permit = permit_house(Action::ManageOrganisation, &root);
        let mut tx = app.store.write(app.clock.now()).await.expect("begins");
        let classes: Vec<_> = (0..130)
            .map(|n| {
                school::unit_named(&format!("c{n}"), "s", UnitKind::Class, &format!("{n}班"))
            })
            .collect();
        organisation::insert_units_many(&mut tx, &permit, &classes).await.expect("inserts");
        tx.commit().await.expect("commits");
        app.live.refresh(&app.store, app.clock.now()).await.expect("refreshes");
        let first = admin.get("/units/s/appointments?q=班主任").await;
        assert_eq!(cells(&first.body, "序号").len(), 100, "{engine}");
        assert!(first.body.contains("第 1 页，共 2 页"), "{engine}");
        let second = admin.get(&next(&first.body).expect("more")).await;
        assert_eq!(cells(&second.body, "序号")[0], "101", "{engine}");
        let whole = admin.get("/units/s/appointments?q=班主任&whole=1").await;
        assert!(cells(&whole.body, "序号").len() > 130, "{engine}");
        assert!(!whole.body.contains("下一页"), "{engine}");
    }
}
