//! Adopting, amending and adding to plans, over HTTP on both engines.

mod support;
#[path = "support/town.rs"]
mod town;

use axum::http::StatusCode;
use campaign::day::Day;
use campaign::plan::BUILT_IN;
use campaign::standing::State;
use support::{Answer, Browser, houses};
use town::{adopt, hand_in, start, teacher, town};
use web::AppState;

fn built_in(id: &str) -> &'static campaign::plan::BuiltIn {
    campaign::plan::built_in(id).expect("is built in")
}

#[tokio::test]
async fn each_of_the_five_plans_is_adopted_and_they_run_together() {
    for (engine, app) in houses().await {
        let mut browser = Browser::new(&app);
        let town = town(&app, &mut browser).await;
        let choice = browser.get("/plans/new").await;
        assert_eq!(choice.status, StatusCode::OK, "{engine}");
        for plan in BUILT_IN {
            let path = format!("/plans/preview?unit={}&plan={}", town.root, plan.id);
            let preview = browser.get(&path).await;
            assert_eq!(preview.status, StatusCode::OK, "{engine}: {}", plan.id);
            let page = adopt(&mut browser, plan, &town.root).await;
            let shown = browser.get(&page).await;
            assert_eq!(shown.status, StatusCode::OK, "{engine}: {}", plan.id);
            let id = page.trim_start_matches("/plans/");
            let board = browser.get(&format!("/board?campaign={id}")).await;
            assert_eq!(board.status, StatusCode::OK, "{engine}: {}", plan.id);
            assert!(board.body.contains("各项任务"), "{engine}: {}", plan.id);
            let file = browser.get(&format!("{page}/file")).await;
            assert_eq!(file.body, plan.text, "{engine}: the file is the one adopted");
        }
        let list = browser.get("/plans").await;
        assert!(list.body.contains("共 5 项"), "{engine}");
        assert_eq!(app.live.campaigns().len(), 5, "{engine}");
        // A second time is told, not doubled.
        let wujin = built_in("wujin");
        let again = start(&mut browser, &town.root, wujin.text, ("2022-01-01", "2024-12-31"));
        assert_eq!(again.await.status, StatusCode::CONFLICT, "{engine}");
        assert_eq!(app.live.campaigns().len(), 5, "{engine}");
    }
}

#[tokio::test]
async fn a_plan_moved_to_other_years_keeps_its_months() {
    for (engine, app) in houses().await {
        let mut browser = Browser::new(&app);
        let town = town(&app, &mut browser).await;
        let text = built_in("xian").text;
        let answer = start(&mut browser, &town.root, text, ("2022-01-01", "2022-12-31")).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{engine}: {}", answer.body);
        let campaign = app.live.campaigns().first().expect("one").clone();
        let plan = &campaign.newest().plan;
        assert_eq!(plan.head.until.to_string(), "2022-12-31", "{engine}");
        let years = plan.targets.iter().filter_map(|target| target.by);
        assert!(years.clone().all(|day| day.year() == 2022), "{engine}");
        let backwards = start(&mut browser, &town.root, text, ("2022-05-01", "2022-01-31"));
        assert_eq!(backwards.await.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}");
    }
}

async fn upload(browser: &mut Browser, unit: &str, text: &str) -> Answer {
    browser.upload("/plans/preview", &[("unit", unit)], ("p.toml", text.as_bytes())).await
}

#[tokio::test]
async fn a_faulty_file_is_told_by_line_and_kept_on_the_page() {
    for (engine, app) in houses().await {
        let mut browser = Browser::new(&app);
        let town = town(&app, &mut browser).await;
        let good = built_in("menghe").text;
        let faulty = good.replacen("cadence = \"monthly\"", "cadence = \"fortnightly\"", 1);
        let line =
            faulty.lines().position(|it| it.contains("fortnightly")).expect("a line") + 1;
        let answer = upload(&mut browser, &town.root, &faulty).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}");
        assert!(answer.body.contains(&format!("第 {line} 行第")), "{engine}");
        assert!(answer.body.contains("fortnightly"), "{engine}: the text stays");
        assert!(app.live.campaigns().is_empty(), "{engine}");
        let right = upload(&mut browser, &town.root, good).await;
        assert_eq!(right.status, StatusCode::OK, "{engine}");
    }
}

fn of_month(app: &AppState, duty: &str, month: &str) -> Vec<(u64, u64, State)> {
    let start = Day::parse(month.as_bytes()).expect("a date");
    app.live
        .owed("s1")
        .iter()
        .filter(|it| it.duty().id == duty && it.standing.period.start == start)
        .map(|it| (it.standing.required, it.standing.done, it.standing.state))
        .collect()
}

#[tokio::test]
async fn an_amendment_leaves_what_was_due_before_to_the_old_version() {
    for (engine, app) in houses().await {
        let mut browser = Browser::new(&app);
        let town = town(&app, &mut browser).await;
        let plan = built_in("wujin");
        let page = adopt(&mut browser, plan, &town.root).await;
        hand_in(&app, ("case-alert", "s1"), ("2022-02-10", "2022-02-10"), 2).await;
        hand_in(&app, ("case-alert", "s1"), ("2022-03-10", "2022-03-10"), 2).await;
        let alert = "w-case-alert";
        assert_eq!(of_month(&app, alert, "2022-02-01"), [(2, 2, State::Met)], "{engine}");
        assert_eq!(of_month(&app, alert, "2022-03-01"), [(2, 2, State::Met)], "{engine}");

        let at = plan.text.find("id = \"w-case-alert\"").expect("the duty");
        let (before, after) = plan.text.split_at(at);
        let amended = format!("{before}{}", after.replacen("quota = 2", "quota = 5", 1));
        let pairs = [("text", amended.as_str()), ("in_force", "2022-03-01"), ("revision", "1")];
        let preview = browser.post(&format!("{page}/amend/preview"), &pairs).await;
        assert_eq!(preview.status, StatusCode::OK, "{engine}");
        assert!(preview.body.contains("谁多做"), "{engine}: who gains work is shown");
        assert_eq!(app.live.campaigns()[0].versions().len(), 1, "{engine}: not yet");
        let answer = browser.post(&format!("{page}/amend"), &pairs).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{engine}: {}", answer.body);
        assert_eq!(of_month(&app, alert, "2022-02-01"), [(2, 2, State::Met)], "{engine}");
        assert_eq!(of_month(&app, alert, "2022-03-01"), [(5, 2, State::Open)], "{engine}");
        // The page was read before that amendment: nothing is overwritten.
        let pairs = [("text", amended.as_str()), ("in_force", "2022-04-01"), ("revision", "1")];
        let late = browser.post(&format!("{page}/amend"), &pairs).await;
        assert_eq!(late.status, StatusCode::CONFLICT, "{engine}");
    }
}

#[tokio::test]
async fn a_school_adds_a_duty_and_asks_for_more_but_never_for_less() {
    for (engine, app) in houses().await {
        let mut browser = Browser::new(&app);
        let town = town(&app, &mut browser).await;
        let page = adopt(&mut browser, built_in("wujin"), &town.root).await;
        let duty = |duty: &'static str, quota: &'static str| {
            [
                ("unit", "s1"),
                ("duty", duty),
                ("name", "案例预警"),
                ("clause", "本单位要求"),
                ("activity", "class-meeting"),
                ("kind", "class"),
                ("cadence", "monthly"),
                ("quota", quota),
                ("season", "in-term"),
                ("proof", "roll"),
                ("in_force", "2022-03-01"),
            ]
        };
        let path = format!("{page}/duties/new");
        let form = browser.get(&format!("{path}?unit=s1")).await;
        assert_eq!(form.status, StatusCode::OK, "{engine}");
        let weaker = browser.post(&path, &duty("w-case-alert", "1")).await;
        assert_eq!(weaker.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}");
        assert!(weaker.body.contains("弱于上级"), "{engine}");
        assert_eq!(app.live.campaigns().len(), 1, "{engine}");
        let stricter = browser.post(&path, &duty("w-case-alert", "4")).await;
        assert_eq!(stricter.status, StatusCode::SEE_OTHER, "{engine}: {}", stricter.body);
        let own = browser.post(&path, &duty("", "2")).await;
        assert_eq!(own.status, StatusCode::SEE_OTHER, "{engine}: {}", own.body);
        assert_eq!(app.live.campaigns().len(), 2, "{engine}: the addition was amended");
        let asked = |subject: &str| {
            let owed = app.live.owed(subject);
            owed.iter().any(|it| it.duty().id == "own-class-meeting-1")
        };
        assert!(asked("c1") && !asked("c2"), "{engine}: it binds its own subtree");
        // One record closes the duties of bureau and school alike (N2).
        hand_in(&app, ("case-alert", "s1"), ("2022-03-10", "2022-03-10"), 4).await;
        let states = of_month(&app, "w-case-alert", "2022-03-01");
        assert_eq!(states, [(2, 4, State::Met), (4, 4, State::Met)], "{engine}");
    }
}

#[tokio::test]
async fn an_exemption_is_granted_with_a_reason_and_revoked() {
    for (engine, app) in houses().await {
        let mut browser = Browser::new(&app);
        let town = town(&app, &mut browser).await;
        let page = adopt(&mut browser, built_in("wujin"), &town.root).await;
        let path = format!("{page}/exemptions");
        let without =
            [("unit", "s1"), ("duty", "w-case-alert"), ("period_start", ""), ("reason", " ")];
        let refused = browser.post(&path, &without).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}");
        let pairs = [
            ("unit", "s1"),
            ("duty", "w-case-alert"),
            ("period_start", "2022-02-01"),
            ("reason", "校舍改造停课"),
        ];
        let granted = browser.post(&path, &pairs).await;
        assert_eq!(granted.status, StatusCode::SEE_OTHER, "{engine}: {}", granted.body);
        let february = of_month(&app, "w-case-alert", "2022-02-01");
        assert_eq!(february, [(2, 0, State::Exempt)], "{engine}");
        let list = browser.get(&path).await;
        assert!(list.body.contains("校舍改造停课"), "{engine}");
        let action = list.body.split("action=\"").find(|it| it.contains("/revoke\""));
        let action = action.and_then(|it| it.split('"').next()).expect("a form").to_owned();
        let revoked = browser.post(&action, &[]).await;
        assert_eq!(revoked.status, StatusCode::SEE_OTHER, "{engine}");
        let february = of_month(&app, "w-case-alert", "2022-02-01");
        assert_eq!(february, [(2, 0, State::Overdue)], "{engine}");
    }
}

#[tokio::test]
async fn an_event_starts_the_clock_of_its_duty() {
    for (engine, app) in houses().await {
        let mut browser = Browser::new(&app);
        let town = town(&app, &mut browser).await;
        let page = adopt(&mut browser, built_in("wujin"), &town.root).await;
        let asked = || {
            app.live.owed("s1").iter().filter(|it| it.duty().id == "w-warning-visit").count()
        };
        assert_eq!(asked(), 0, "{engine}");
        let path = format!("{page}/events");
        let pairs = [("unit", "s1"), ("event", "warning"), ("happened_on", "2022-03-14")];
        let added = browser.post(&path, &pairs).await;
        assert_eq!(added.status, StatusCode::SEE_OTHER, "{engine}: {}", added.body);
        assert_eq!(asked(), 1, "{engine}");
        let unknown = [("unit", "s1"), ("event", "flood"), ("happened_on", "2022-03-14")];
        let refused = browser.post(&path, &unknown).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}");
    }
}

#[tokio::test]
async fn the_calendar_is_edited_in_versions() {
    for (engine, app) in houses().await {
        let mut browser = Browser::new(&app);
        town(&app, &mut browser).await;
        let shown = browser.get("/calendar?year=2022").await;
        assert!(shown.body.contains("国庆节"), "{engine}");
        let add = |newest: &str, name: &str| {
            [
                ("newest", newest.to_owned()),
                ("kind", "key_period".to_owned()),
                ("name", name.to_owned()),
                ("from", "2022-03-21".to_owned()),
                ("until", "2022-03-25".to_owned()),
            ]
        };
        let post = async |browser: &mut Browser, pairs: [(&str, String); 5]| {
            let pairs = pairs.each_ref().map(|(name, value)| (*name, value.as_str()));
            browser.post("/calendar/add", &pairs).await
        };
        let added = post(&mut browser, add("", "防骗宣传周")).await;
        assert_eq!(added.status, StatusCode::SEE_OTHER, "{engine}: {}", added.body);
        let conflict = post(&mut browser, add("", "又一周")).await;
        assert_eq!(conflict.status, StatusCode::CONFLICT, "{engine}");
        let shown = browser.get("/calendar?year=2022").await;
        assert!(shown.body.contains("防骗宣传周"), "{engine}");
        let newest = shown.body.split("name=\"newest\" value=\"").nth(1).expect("an id");
        let newest = newest.split('"').next().expect("an id").to_owned();
        let pairs = [("newest", newest.as_str()), ("text", "[[term]]\nname = \"春\"\n")];
        let faulty = browser.post("/calendar/text", &pairs).await;
        assert_eq!(faulty.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}");
        assert!(faulty.body.contains("第 1 行"), "{engine}");
        let mut other = teacher(&app).await;
        let refused = post(&mut other, add(&newest, "越权")).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{engine}");
    }
}
