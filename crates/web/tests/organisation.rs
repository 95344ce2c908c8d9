//! The tree, posts, people and rosters, as their users meet them.

mod support;

use axum::http::StatusCode;
use campaign::plan::UnitKind;
use support::{Answer, Browser, houses};
use web::AppState;

fn root(app: &AppState) -> String {
    app.live.tree().root().expect("a root").unit.id.clone()
}

fn unit(app: &AppState, name: &str) -> String {
    let tree = app.live.tree();
    let node = tree.iter().find(|node| node.unit.name == name);
    node.unwrap_or_else(|| panic!("no unit {name}")).unit.id.clone()
}

async fn add_school(browser: &mut Browser, app: &AppState, name: &str) -> String {
    let path = format!("/units/{}/new", root(app));
    let answer =
        browser.post(&path, &[("kind", "school"), ("stage", "primary"), ("name", name)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    unit(app, name)
}

async fn upload(browser: &mut Browser, unit: &str, name: &str, file: &[u8]) -> Answer {
    browser.upload("/import", &[("unit", unit)], (name, file)).await
}

/// Waits until a job's page shows no progress any more.
async fn settled(browser: &mut Browser, path: &str) -> Answer {
    for _ in 0..400 {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        if !answer.body.contains("data-reload-ms") {
            return answer;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("the job at {path} never ended");
}

/// Uploads, looks at the preview, confirms.
async fn import(browser: &mut Browser, unit: &str, csv: &str) -> (Answer, Answer) {
    let answer = upload(browser, unit, "花名册.csv", csv.as_bytes()).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let path = answer.location.expect("a way on");
    let preview = settled(browser, &path).await;
    let confirmed = browser.post(&format!("{path}/confirm"), &[]).await;
    if confirmed.status != StatusCode::SEE_OTHER {
        return (preview, confirmed);
    }
    (preview, settled(browser, &path).await)
}

/// The big figure of a card on the preview.
fn figure(body: &str, label: &str) -> String {
    let at = body.find(&format!("{label}</p><p class=\"figure-big\">")).expect(label);
    let rest = body.get(at..).unwrap_or_default();
    let from = rest.find("figure-big\">").expect("a figure") + "figure-big\">".len();
    rest.get(from..).unwrap_or_default().split('<').next().unwrap_or_default().to_owned()
}

const ROSTER: &str = "学校,年级,班级,小组,姓名,性别,学号,监护人1姓名,监护人1关系,监护人1手机\n\
    阳光小学,三年级,1班,第一组,陈小满,女,2001,陈建国,父亲,13900000001\n\
    阳光小学,三年级,（2）班,,陈小雨,女,2002,陈建国,父亲,13900000001\n\
    阳光小学,一年级,1班,,王方圆,男,2003,王秀兰,奶奶,\n\
    月亮小学,六年级,1班,,李一鸣,男,2001,,,\n";

#[tokio::test]
async fn the_tree_is_edited_and_keeps_its_history() {
    for (engine, app) in houses().await {
        let mut browser = Browser::new(&app);
        browser.set_up("bureau").await;
        let school = add_school(&mut browser, &app, "阳光小学").await;
        let again = browser
            .post(
                &format!("/units/{}/new", root(&app)),
                &[("kind", "school"), ("name", "阳光小学")],
            )
            .await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}");
        assert!(again.body.contains("名称不能重复"), "{engine}");
        let wrong = browser
            .post(&format!("/units/{}/new", root(&app)), &[("kind", "class"), ("name", "1班")])
            .await;
        assert!(wrong.body.contains("不能设在"), "{engine}: {}", wrong.body);

        let pairs = [("grade", "三年级"), ("from", "1"), ("until", "6"), ("grade_unit", "1")];
        let answer = browser.post(&format!("/units/{school}/classes"), &pairs).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{engine}: {}", answer.body);
        let grade = unit(&app, "三年级");
        assert_eq!(app.live.tree().children(&grade).count(), 6, "{engine}");
        let twice = browser.post(&format!("/units/{school}/classes"), &pairs).await;
        assert!(twice.body.contains("都已存在"), "{engine}");

        let class = unit(&app, "三年级6班");
        let edit = [("name", "三年级7班"), ("position", "7"), ("revision", "1")];
        let answer = browser.post(&format!("/units/{class}/edit"), &edit).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{engine}: {}", answer.body);
        let stale = browser.post(&format!("/units/{class}/edit"), &edit).await;
        assert_eq!(stale.status, StatusCode::CONFLICT, "{engine}");
        let page = browser.get(&format!("/units/{class}")).await;
        assert!(page.body.contains("沿革") && page.body.contains("三年级6班"), "{engine}");

        let other = add_school(&mut browser, &app, "月亮小学").await;
        let pairs = [("parent", other.as_str()), ("revision", "2")];
        let answer = browser.post(&format!("/units/{class}/move"), &pairs).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{engine}: {}", answer.body);
        assert!(app.live.tree().within(&class, &other), "{engine}");
        let below = browser
            .post(&format!("/units/{school}/move"), &[("parent", &grade), ("revision", "1")])
            .await;
        assert_eq!(below.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}");

        let pairs = [("into", other.as_str()), ("on", "2022-03-31"), ("revision", "1")];
        let answer = browser.post(&format!("/units/{school}/merge"), &pairs).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{engine}: {}", answer.body);
        let tree = app.live.tree();
        assert!(tree.within(&grade, &other), "{engine}");
        assert_eq!(
            tree.get(&school).and_then(|node| node.unit.merged_into.clone()).as_deref(),
            Some(other.as_str()),
            "{engine}"
        );
        let page = browser.get("/units").await;
        assert!(!page.body.contains(">阳光小学<"), "{engine}: closed units leave the list");
        let found = browser.get("/units?q=%E9%98%B3%E5%85%89&closed=1").await;
        assert!(found.body.contains("已撤销"), "{engine}");
    }
}

#[tokio::test]
async fn a_roster_is_looked_at_confirmed_and_updates_only_what_changed() {
    for (engine, app) in houses().await {
        let mut browser = Browser::new(&app);
        browser.set_up("bureau").await;
        let top = root(&app);
        let (preview, done) = import(&mut browser, &top, ROSTER).await;
        assert_eq!(figure(&preview.body, "新增"), "4", "{engine}");
        assert_eq!(figure(&preview.body, "新增监护人"), "2", "{engine}: one has two children");
        assert!(preview.body.contains("学校 2 个"), "{engine}");
        assert!(done.body.contains("导入完成"), "{engine}: {}", done.body);
        let tree = app.live.tree();
        let classes = tree.iter().filter(|node| node.unit.kind == UnitKind::Class).count();
        assert_eq!(classes, 4, "{engine}");
        let group = unit(&app, "第一组");
        assert_eq!(tree.full_name(&group), "阳光小学 第一组", "{engine}");

        let list = browser.get("/people?q=%E9%99%88%E5%B0%8F").await;
        assert!(list.body.contains("陈小满") && list.body.contains("陈小雨"), "{engine}");
        let list = browser.get("/people?q=2001").await;
        assert!(list.body.contains("陈小满") && list.body.contains("李一鸣"), "{engine}");

        // The same again changes nothing; one new class and one new phone do.
        let (preview, _) = import(&mut browser, &top, ROSTER).await;
        assert_eq!(figure(&preview.body, "未变"), "4", "{engine}");
        assert_eq!(figure(&preview.body, "新增监护人"), "0", "{engine}");
        let changed = ROSTER
            .replace("三年级,（2）班,,陈小雨,女", "三年级,3班,,陈小雨,女")
            .replace("王方圆,男", "王方圆,女");
        let (preview, done) = import(&mut browser, &top, &changed).await;
        assert_eq!(figure(&preview.body, "变更"), "2", "{engine}");
        assert_eq!(figure(&preview.body, "未变"), "2", "{engine}");
        assert!(preview.body.contains("其中换单位 1 人"), "{engine}");
        assert!(done.body.contains("导入完成"), "{engine}");
        let mut conn = app.store.read().await.expect("reads");
        let mut people = 0;
        storage::people::each(&mut conn, &mut |_| people += 1).await.expect("reads");
        assert_eq!(people, 6, "{engine}: nobody is doubled");
    }
}

#[tokio::test]
async fn a_roster_with_one_bad_cell_writes_nothing() {
    for (engine, app) in houses().await {
        let mut browser = Browser::new(&app);
        browser.set_up("bureau").await;
        let top = root(&app);
        let bad = ROSTER.replace("王方圆,男", "王方圆,未知数");
        let (preview, confirmed) = import(&mut browser, &top, &bad).await;
        assert!(preview.body.contains("1 处错误"), "{engine}: {}", preview.body);
        assert!(preview.body.contains("F4"), "{engine}: row and column are told");
        assert_eq!(confirmed.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}");
        let mut conn = app.store.read().await.expect("reads");
        let mut people = 0;
        storage::people::each(&mut conn, &mut |_| people += 1).await.expect("reads");
        assert_eq!(people, 0, "{engine}");
        drop(conn);
        assert_eq!(app.live.tree().len(), 1, "{engine}: no unit either");

        // A list without schools cannot go to a bureau, and says where.
        let no_school = "姓名,年级,班级,学号\n张三,一年级,1班,1\n";
        let (preview, _) = import(&mut browser, &top, no_school).await;
        assert!(preview.body.contains("须有“学校”列"), "{engine}: {}", preview.body);
        let none = upload(&mut browser, &top, "a.csv", b"").await;
        assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}");
        let rosters = app.files.join("rosters");
        let parts = std::fs::read_dir(&rosters)
            .expect("the folder")
            .filter_map(Result::ok)
            .filter(|entry| entry.path().extension().is_some_and(|it| it == "part"))
            .count();
        assert_eq!(parts, 0, "{engine}: nothing half stays");
    }
}

#[tokio::test]
async fn columns_that_are_not_known_can_be_named() {
    for (engine, app) in houses().await {
        let mut browser = Browser::new(&app);
        browser.set_up("school").await;
        let top = root(&app);
        let csv = "姓名,班级,孩子编码\n陈小满,三年级1班,77\n";
        let answer = upload(&mut browser, &top, "a.csv", csv.as_bytes()).await;
        let path = answer.location.expect("a way on");
        let preview = settled(&mut browser, &path).await;
        assert!(preview.body.contains("未识别"), "{engine}");
        let answer =
            browser.post(&format!("{path}/columns"), &[("孩子编码", "student-no")]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{engine}: {}", answer.body);
        settled(&mut browser, &path).await;
        browser.post(&format!("{path}/confirm"), &[]).await;
        let done = settled(&mut browser, &path).await;
        assert!(done.body.contains("导入完成"), "{engine}: {}", done.body);
        let list = browser.get("/people?q=77").await;
        assert!(list.body.contains("陈小满"), "{engine}");
    }
}

#[tokio::test]
async fn personal_fields_are_masked_until_a_logged_look() {
    for (engine, app) in houses().await {
        let mut browser = Browser::new(&app);
        browser.set_up("bureau").await;
        let top = root(&app);
        import(&mut browser, &top, ROSTER).await;
        let list = browser.get("/people?role=guardian").await;
        assert!(list.body.contains("139****0001"), "{engine}");
        assert!(!list.body.contains("13900000001"), "{engine}");
        let at = list.body.find("\">陈建国").expect("the guardian");
        let id = list.body.get(at - 32..at).expect("an id").to_owned();
        let page = browser.get(&format!("/people/{id}")).await;
        assert!(page.body.contains("陈小满") && page.body.contains("陈小雨"), "{engine}");
        assert!(!page.body.contains("13900000001"), "{engine}");
        let page = browser.post(&format!("/people/{id}/reveal"), &[]).await;
        assert!(page.body.contains("13900000001"), "{engine}");
        let mut conn = app.store.read().await.expect("reads");
        let asked = storage::audit::Search {
            object: Some(format!("person/{id}")),
            ..storage::audit::Search::default()
        };
        let lines = storage::audit::search(&mut conn, &asked, storage::Part::first(5))
            .await
            .expect("reads");
        assert_eq!(lines[0].line.action, "reveal:look", "{engine}");
    }
}

#[tokio::test]
async fn a_person_is_added_moved_and_let_go() {
    for (engine, app) in houses().await {
        let mut browser = Browser::new(&app);
        browser.set_up("bureau").await;
        let top = root(&app);
        import(&mut browser, &top, ROSTER).await;
        let class = unit(&app, "三年级1班");
        let wrong =
            [("unit", class.as_str()), ("role", "student"), ("name", "张三"), ("phone", "123")];
        let answer = browser.post("/people/new", &wrong).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}");
        assert!(
            answer.body.contains("11 位手机号") && answer.body.contains("张三"),
            "{engine}"
        );
        let taken = [
            ("unit", class.as_str()),
            ("role", "student"),
            ("name", "张三"),
            ("student_no", "2002"),
        ];
        let answer = browser.post("/people/new", &taken).await;
        assert!(answer.body.contains("已有人使用"), "{engine}: {}", answer.body);
        let fine = [
            ("unit", class.as_str()),
            ("role", "student"),
            ("name", "张三"),
            ("student_no", "2009"),
            ("guardian_name", "陈建国"),
            ("guardian_phone", "13900000001"),
            ("guardian_relation", "舅舅"),
        ];
        let answer = browser.post("/people/new", &fine).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{engine}: {}", answer.body);
        let path = answer.location.expect("the person");
        let page = browser.get(&path).await;
        assert!(page.body.contains("兄弟姐妹") && page.body.contains("陈小满"), "{engine}");

        let other = unit(&app, "六年级1班");
        let moving = [("to", other.as_str()), ("on", "2022-03-10"), ("revision", "1")];
        let answer = browser.post(&format!("{path}/transfer"), &moving).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{engine}: {}", answer.body);
        let page = browser.get(&path).await;
        assert!(page.body.contains("月亮小学 六年级1班"), "{engine}");
        assert!(page.body.contains("2022-03-09"), "{engine}: the old tenure ended");
        let stale = browser.post(&format!("{path}/transfer"), &moving).await;
        assert_eq!(stale.status, StatusCode::CONFLICT, "{engine}");
        let leaving = [("on", "2022-03-14"), ("revision", "2")];
        let answer = browser.post(&format!("{path}/leave"), &leaving).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{engine}: {}", answer.body);
        let list = browser.get("/people?q=2009").await;
        assert!(!list.body.contains("张三"), "{engine}");
        let list = browser.get("/people?q=2009&left=1").await;
        assert!(list.body.contains("张三"), "{engine}");
    }
}

#[tokio::test]
async fn posts_are_held_stood_in_for_and_missed() {
    for (engine, app) in houses().await {
        let mut browser = Browser::new(&app);
        browser.set_up("bureau").await;
        let top = root(&app);
        let staff = "学校,姓名,工号,岗位\n阳光小学,周正平,T1,网格长\n阳光小学,吴明,T2,\n\
                     阳光小学,吴明,T3,\n";
        let (preview, done) = import(&mut browser, &top, staff).await;
        assert!(preview.body.contains("新任岗位 1 项"), "{engine}: {}", preview.body);
        assert!(done.body.contains("导入完成"), "{engine}");
        let school = unit(&app, "阳光小学");
        let posts = format!("/units/{school}/posts");
        let page = browser.get(&posts).await;
        assert!(page.body.contains("空缺：社区民警、安全保卫干部、反诈志愿者"), "{engine}");
        let two = [("post", "volunteer"), ("person", "吴明"), ("from_on", "2022-03-01")];
        let answer = browser.post(&posts, &two).await;
        assert!(answer.body.contains("有多人符合"), "{engine}: {}", answer.body);
        let one = [("post", "volunteer"), ("person", "T2"), ("from_on", "2022-03-01")];
        let answer = browser.post(&posts, &one).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{engine}: {}", answer.body);
        let again = browser.post(&posts, &one).await;
        assert!(again.body.contains("不必重复任命"), "{engine}");
        let foreign = [("post", "class-teacher"), ("person", "T2"), ("from_on", "2022-03-01")];
        let answer = browser.post(&posts, &foreign).await;
        assert!(answer.body.contains("不适用于"), "{engine}");

        let mut conn = app.store.read().await.expect("reads");
        let mut held = Vec::new();
        storage::post::each(&mut conn, &mut |it| held.push(it)).await.expect("reads");
        drop(conn);
        let chief = held.iter().find(|it| it.post == "grid-chief").expect("the chief");
        let stand_in = [
            ("post", "grid-chief"),
            ("person", "T3"),
            ("from_on", "2022-03-10"),
            ("until_on", "2022-03-20"),
            ("substitute_for", chief.id.as_str()),
        ];
        let answer = browser.post(&posts, &stand_in).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{engine}: {}", answer.body);
        let page = browser.get(&posts).await;
        assert!(page.body.contains("代理中") && page.body.contains("代周正平"), "{engine}");
        let early = [("on", "2021-01-01"), ("revision", "1")];
        let answer = browser.post(&format!("/posts/{}/end", chief.id), &early).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}");
        let list = browser.get(&format!("/units/{school}/appointments")).await;
        assert!(list.body.contains("岗位名单") && list.body.contains("空缺 2 岗"), "{engine}");
        let file = browser.post(&format!("/units/{school}/appointments"), &[]).await;
        assert_eq!(file.status, StatusCode::OK, "{engine}");
        assert!(file.body.starts_with("PK"), "{engine}");
        let coverage = browser.get("/coverage").await;
        assert!(coverage.body.contains("1 个未覆盖"), "{engine}");
    }
}
