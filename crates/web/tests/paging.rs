//! Lists are turned forwards and backwards, keep their place after something is
//! done on them, and are narrowed, ordered and taken away alike. The real router,
//! both engines.

#[path = "support/pages.rs"]
mod pages;
mod support;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use campaign::access::{Action, Role, permit_house};
use campaign::consultation::Asker;
use campaign::material::{Kind as MaterialKind, State as MaterialState, Text};
use pages::{back, cells, links, next, place};
use storage::campaign::{self as campaigns, Event, Exemption};
use storage::material::{self, Material, Version};
use storage::notification::{self, Kind, Message};
use storage::organisation;
use support::workbook::{column, rows};
use support::{Browser, houses, school};
use web::AppState;

async fn file(browser: &mut Browser, path: &str) -> (StatusCode, Vec<u8>) {
    let request = Request::get(path).body(Body::empty()).expect("a request");
    browser.bytes(request).await
}

/// The house of the support, and its officer.
async fn house(app: &AppState) -> (Browser, Browser) {
    let mut admin = Browser::new(app);
    admin.set_up("bureau").await;
    school::fill(app).await;
    (admin, Browser::signed_in(app, "officer"))
}

async fn grant_many(app: &AppState, count: usize) {
    let permit = permit_house(Action::Exempt, "s");
    let mut tx = app.store.write(app.clock.now()).await.expect("begins");
    for n in 0..count {
        let it = Exemption {
            id: format!("x{n:03}"),
            campaign: "k".to_owned(),
            duty: if n % 2 == 0 { "meeting" } else { "lesson" }.to_owned(),
            subject: "p1".to_owned(),
            unit: "c".to_owned(),
            period_start: None,
            reason: format!("理由{n}"),
            granted_at: n as i64,
            granted_by: Some("officer".to_owned()),
            revoked_at: None,
        };
        campaigns::grant_exemption(&mut tx, &permit, &it).await.expect("grants");
    }
    tx.commit().await.expect("commits");
}

/// From the first page to the last and back, by what the pages themselves say.
async fn walk(browser: &mut Browser, start: &str, label: &str) -> (Vec<String>, Vec<String>) {
    let mut page = browser.get(start).await;
    assert!(back(&page.body).is_none(), "nothing is before the first page");
    let (mut on, mut all) = (Vec::new(), vec![cells(&page.body, label)]);
    on.extend(all[0].clone());
    while let Some(href) = next(&page.body) {
        page = browser.get(&href).await;
        all.push(cells(&page.body, label));
        on.extend(all.last().expect("a page").clone());
    }
    // Each page that one comes back to is the page that one came from.
    let mut met = all.pop().expect("the last page");
    while let Some(href) = back(&page.body) {
        page = browser.get(&href).await;
        let shown = cells(&page.body, label);
        assert_eq!(Some(&shown), all.pop().as_ref(), "{href}");
        met.splice(0..0, shown);
    }
    assert!(all.is_empty(), "all pages were met again");
    (on, met)
}

#[tokio::test]
async fn pages_are_turned_back_as_they_were_turned_on() {
    for (engine, app) in houses().await {
        let (mut admin, mut officer) = house(&app).await;
        grant_many(&app, 120).await;
        for start in ["/plans/k/exemptions", "/plans/k/exemptions?sort=duty&unit=c"] {
            let (on, met) = walk(&mut officer, start, "理由").await;
            assert_eq!((on.len(), met.len()), (120, 120), "{engine}: {start}");
            assert_eq!(on, met, "{engine}: {start}");
        }
        // The trail pages by numbers, the units lie in memory.
        let (on, met) = walk(&mut admin, "/audit?sort=at", "操作").await;
        assert_eq!(on, met, "{engine}");
        assert!(120 < on.len(), "{engine}");
        let root = app.live.tree().root().expect("a root").unit.id.clone();
        let permit = permit_house(Action::ManageOrganisation, &root);
        let mut tx = app.store.write(app.clock.now()).await.expect("begins");
        for n in 0..110 {
            let kind = campaign::plan::UnitKind::School;
            let it = school::unit_named(&format!("s{n}"), &root, kind, &format!("第{n}小学"));
            organisation::insert_unit(&mut tx, &permit, &it).await.expect("inserts");
        }
        tx.commit().await.expect("commits");
        app.live.refresh(&app.store, app.clock.now()).await.expect("refreshes");
        let (on, met) = walk(&mut admin, "/units?sort=name", "名称").await;
        assert_eq!((on.len(), &on), (111, &met), "{engine}");
        let place = |name: &str| on.iter().position(|it| it.starts_with(name));
        assert!(place("第9小学") < place("第10小学"), "{engine}: numbers count as numbers");
        let page = admin.get("/units?sort=name&after=50").await;
        assert!(page.body.contains("第 2 页，共 3 页"), "{engine}");
    }
}

#[tokio::test]
async fn what_is_done_on_a_list_leaves_its_place() {
    for (engine, app) in houses().await {
        let (_, mut officer) = house(&app).await;
        grant_many(&app, 120).await;
        let first = officer.get("/plans/k/exemptions?sort=-granted&duty=meeting").await;
        let second = officer.get(&next(&first.body).expect("more")).await;
        let here = place(&second.body);
        assert!(here.contains("after=x") && here.contains("duty=meeting"), "{engine}: {here}");
        let done = officer.post("/plans/k/exemptions/x004/revoke", &[("back", &here)]).await;
        let led = done.location.expect("leads back");
        assert_eq!(led, format!("/plans/k/exemptions{here}"), "{engine}");
        let again = officer.get(&led).await;
        let (before, after) = (cells(&second.body, "理由"), cells(&again.body, "理由"));
        assert_eq!(after.len() + 1, before.len(), "{engine}");
        assert!(!after.contains(&"理由4".to_owned()), "{engine}");
        // Where a form leads is never another house's matter.
        let done = officer
            .post("/plans/k/exemptions/x006/revoke", &[("back", "//elsewhere.example/")])
            .await;
        assert_eq!(done.location.as_deref(), Some("/plans/k/exemptions"), "{engine}");
        let all = officer.post("/notifications/read", &[("back", "?kind=news&q=x")]).await;
        assert_eq!(all.location.as_deref(), Some("/notifications?kind=news&q=x"), "{engine}");
    }
}

#[tokio::test]
async fn exemptions_are_searched_ordered_and_exported() {
    for (engine, app) in houses().await {
        let (_, mut officer) = house(&app).await;
        grant_many(&app, 12).await;
        let page = officer.get("/plans/k/exemptions?q=理由1").await;
        assert_eq!(cells(&page.body, "理由"), ["理由11", "理由10", "理由1"], "{engine}");
        let page = officer.get("/plans/k/exemptions?q=学生1&sort=granted").await;
        assert_eq!(cells(&page.body, "理由").len(), 12, "{engine}: by the person's name");
        let page = officer.get("/plans/k/exemptions?q=%25").await;
        assert!(page.body.contains("没有符合条件的免除"), "{engine}");
        // Above the school nobody is named, and names find nothing.
        let root = app.live.tree().root().expect("a root").unit.id.clone();
        school::somebody(&app, "chief", (Role::Clerk, &root)).await;
        let mut chief = Browser::signed_in(&app, "chief");
        let page = chief.get("/plans/k/exemptions?q=学生1").await;
        assert!(page.body.contains("没有符合条件的免除"), "{engine}");
        let (status, bytes) = file(
            &mut officer,
            "/plans/k/exemptions?duty=lesson&q=理由&sort=granted&format=xlsx",
        )
        .await;
        assert_eq!(status, StatusCode::OK, "{engine}");
        let table = rows(&bytes);
        assert_eq!(
            column(&table, 4),
            ["理由1", "理由3", "理由5", "理由7", "理由9", "理由11"],
            "{engine}"
        );
    }
}

#[tokio::test]
async fn events_are_narrowed_ordered_and_exported() {
    for (engine, app) in houses().await {
        let (mut admin, mut officer) = house(&app).await;
        let permit = permit_house(Action::Submit, "s");
        let mut tx = app.store.write(app.clock.now()).await.expect("begins");
        for (id, unit, on) in
            [("e1", "c", "2022-03-03"), ("e2", "c", "2022-03-01"), ("e3", "d", "2022-03-02")]
        {
            let it = Event {
                id: id.to_owned(),
                campaign: "k".to_owned(),
                event: "warning".to_owned(),
                subject: unit.to_owned(),
                unit: unit.to_owned(),
                happened_on: on.to_owned(),
                created_at: 1,
                cancelled_at: None,
            };
            campaigns::add_event(&mut tx, &permit, &it).await.expect("adds");
        }
        tx.commit().await.expect("commits");
        let days = async |browser: &mut Browser, query: &str| {
            let page = browser.get(&format!("/plans/k/events{query}")).await;
            cells(&page.body, "发生日期")
        };
        let by_day = ["2022-03-03", "2022-03-02", "2022-03-01"];
        assert_eq!(days(&mut officer, "").await, by_day, "{engine}");
        let entered = ["2022-03-02", "2022-03-01", "2022-03-03"];
        assert_eq!(days(&mut officer, "?sort=-entered").await, entered, "{engine}");
        assert_eq!(days(&mut officer, "?unit=d").await, ["2022-03-02"], "{engine}");
        assert_eq!(days(&mut officer, "?from=2022-03-02").await, by_day[..2], "{engine}");
        let done =
            officer.post("/plans/k/events/e3/cancel", &[("back", "?state=cancelled")]).await;
        assert_eq!(
            done.location.as_deref(),
            Some("/plans/k/events?state=cancelled"),
            "{engine}: {}",
            done.body
        );
        assert_eq!(days(&mut officer, "?state=cancelled").await, ["2022-03-02"], "{engine}");
        // Whoever has nothing to do with the unit takes nothing back.
        let mut teacher = Browser::signed_in(&app, "other");
        let refused = teacher.post("/plans/k/events/e1/cancel", &[]).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{engine}");
        let (_, bytes) =
            file(&mut officer, "/plans/k/events?sort=happened&state=valid&format=xlsx").await;
        assert_eq!(column(&rows(&bytes), 2), ["2022-03-01", "2022-03-03"], "{engine}");
        let trail = admin.get("/audit?action=export").await;
        assert!(trail.body.contains("状态：有效") && trail.body.contains("2 行"), "{engine}");
        let wrong = officer.get("/plans/k/events?from=三月").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}");
    }
}

#[tokio::test]
async fn messages_are_searched_ordered_and_paged() {
    for (engine, app) in houses().await {
        let (_, mut officer) = house(&app).await;
        let permit = permit_house(Action::Self_, "s");
        for n in 0..60_i64 {
            let it = Message {
                id: format!("n{n:02}"),
                account: "officer".to_owned(),
                kind: if n % 3 == 0 { Kind::News } else { Kind::Reminder },
                title: format!("消息{n}"),
                body: if n == 7 {
                    "有一条百分之百%的".to_owned()
                } else {
                    "略".to_owned()
                },
                href: "/home".to_owned(),
                dedupe_key: None,
                steps: Vec::new(),
                mail: None,
            };
            let mut tx = app.store.write(app.clock.now() + n).await.expect("begins");
            notification::tell(&mut tx, &permit, &it).await.expect("tells");
            tx.commit().await.expect("commits");
        }
        let titles = |body: &str| -> Vec<String> {
            let parts = body.split("<strong>").skip(1);
            parts.filter_map(|it| Some(it.split("</strong>").next()?.to_owned())).collect()
        };
        let page = officer.get("/notifications").await;
        let first = titles(&page.body);
        assert_eq!((first.len(), first[0].as_str()), (50, "消息59"), "{engine}");
        // One is read while the pages are turned: nothing is passed over.
        officer.post("/notifications/n10/open", &[]).await;
        let page = officer.get(&next(&page.body).expect("more")).await;
        let second = titles(&page.body);
        assert_eq!((second.len(), second[0].as_str()), (10, "消息9"), "{engine}");
        let page = officer.get(&back(&page.body).expect("a page before")).await;
        assert_eq!(titles(&page.body), first, "{engine}");
        let page = officer.get("/notifications?q=%25&sort=told").await;
        assert_eq!(titles(&page.body), ["消息7"], "{engine}");
        let page = officer.get("/notifications?sort=kind").await;
        assert_eq!(titles(&page.body)[0], "消息0", "{engine}");
        let (_, bytes) =
            file(&mut officer, "/notifications?kind=news&sort=told&format=xlsx").await;
        let table = rows(&bytes);
        let known = column(&table, 1);
        assert_eq!((known.len(), known[0], known[19]), (20, "消息0", "消息57"), "{engine}");
    }
}

#[tokio::test]
async fn materials_are_ordered_by_their_titles_reading() {
    for (engine, app) in houses().await {
        let (_, mut officer) = house(&app).await;
        let permit = permit_house(Action::WriteContent, "s");
        for (n, title) in (0_i64..).zip(["中秋提醒", "安全一课", "第10期", "第9期", "家长信"])
        {
            let now = app.clock.now() + n;
            let it = Material {
                id: format!("m{n}"),
                unit: "s".to_owned(),
                kind: MaterialKind::Article,
                base: None,
                version: 1,
                state: "draft".to_owned(),
                title: title.to_owned(),
                public_version: None,
                created_at: now,
                changed_at: now,
                revision: 1,
            };
            let version = Version {
                version: 1,
                text: Text {
                    title: title.to_owned(),
                    body: "正文".to_owned(),
                    audience: Asker::Anyone,
                    source: String::new(),
                },
                author: Some("officer".to_owned()),
                author_name: None,
                written_at: now,
                state: MaterialState::Draft,
            };
            let mut tx = app.store.write(now).await.expect("begins");
            material::insert(&mut tx, &permit, &it, &version).await.expect("inserts");
            tx.commit().await.expect("commits");
        }
        let sorted = ["安全一课", "第9期", "第10期", "家长信", "中秋提醒"];
        let page = officer.get("/library?sort=title").await;
        assert_eq!(links(&page.body, "/library/m"), sorted, "{engine}");
        let page = officer.get("/library").await;
        assert_eq!(links(&page.body, "/library/m")[0], "家长信", "{engine}: changed last");
        let (status, bytes) = file(&mut officer, "/library/export.xlsx?sort=title&q=期").await;
        assert_eq!(status, StatusCode::OK, "{engine}");
        assert_eq!(column(&rows(&bytes), 0), ["第9期", "第10期"], "{engine}");
    }
}
