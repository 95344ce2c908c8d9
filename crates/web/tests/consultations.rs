//! Asking and being answered, through the real router on both engines.

#[path = "support/asking.rs"]
mod asking;
mod support;
#[path = "support/town.rs"]
mod town;

use asking::{HOUR, SCAM, ask, between, form, houses, id_of, pass, stamp};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use campaign::access::Role;
use support::{Browser, picture};
use town::{granted, town};
use web::chores;

#[tokio::test]
async fn the_answer_comes_at_once_with_its_words_marked_and_what_to_do() {
    for (engine, app, now) in houses().await {
        town(&app, &mut Browser::new(&app)).await;
        let mut asker = Browser::new(&app);
        let page = asker.get("/ask").await;
        let parts = [("stamp", &*stamp(&page.body)), ("text", SCAM)];
        let fast = asker.send(form(&parts, None)).await;
        assert_eq!(fast.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}");
        assert!(fast.body.contains("太快") && fast.body.contains("直播会员"), "{engine}");
        pass(&now, 5_000);
        let parts = [("stamp", &*stamp(&page.body)), ("text", SCAM), ("website", "x")];
        let trapped = asker.send(form(&parts, None)).await;
        assert_eq!(trapped.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}");
        let empty = ask(&mut asker, &now, ("", " ", "nothing"), None).await;
        assert!(empty.body.contains("请至少填一项"), "{engine}");
        let text = ask(&mut asker, &now, ("", SCAM, "nothing"), Some(b"#!/bin/sh")).await;
        assert_eq!(text.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}: no picture");

        let answer = ask(&mut asker, &now, ("", SCAM, "money"), None).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{engine}: {}", answer.body);
        let page = asker.get(answer.location.as_deref().expect("goes on")).await;
        for words in [
            "很可能是诈骗",
            "冒充电商物流客服",
            "<mark>",
            "href=\"tel:110\"",
            "href=\"tel:96110\"",
            "紧急止付",
            "打电话前把这些放在手边",
            "查询码",
            "转给值班人员",
        ] {
            assert!(page.body.contains(words), "{engine}: {words}\n{}", page.body);
        }
        let pays = page.body.find("已经转账了，马上做").expect("the steps");
        assert!(pays < page.body.find("很可能是诈骗").expect("the verdict"), "{engine}");
        let calm =
            ask(&mut asker, &now, ("", "明天下午两点家长会，请准时到", "nothing"), None).await;
        let page = asker.get(calm.location.as_deref().expect("goes on")).await;
        assert!(page.body.contains("没有看出常见的诈骗特征"), "{engine}");
        assert!(!page.body.contains("马上做这几件事"), "{engine}");
    }
}

#[tokio::test]
async fn who_asks_without_a_name_is_answered_by_a_person_and_follows_by_code() {
    for (engine, app, now) in houses().await {
        let mut admin = Browser::new(&app);
        town(&app, &mut admin).await;
        let mut officer = granted(&app, "officer1", Role::Officer, "s1").await;
        let mut volunteer = granted(&app, "vol", Role::Member, "s1").await;
        let refused = volunteer.get("/consultations").await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{engine}");
        let put = [("unit", "s1"), ("account", "vol"), ("day", "0"), ("day", "1")];
        let saved = officer.post("/consultations/duty", &put).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{engine}: {}", saved.body);

        let mut asker = Browser::new(&app);
        let answer = ask(&mut asker, &now, ("s1", SCAM, "codes"), None).await;
        let id = id_of(&answer);
        let queue = volunteer.get("/consultations?view=all").await;
        assert!(!queue.body.contains(&id), "{engine}: only the house answered");
        let page = volunteer.get(&format!("/consultations/{id}")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{engine}");

        let contact =
            [("text", "我念了一次验证码"), ("name", "王女士"), ("phone", "13800001234")];
        asker.post(&format!("/ask/c/{id}/hand-over"), &contact).await;
        let told = volunteer.get("/notifications").await;
        assert!(told.body.contains("有人请您看一条反诈咨询"), "{engine}: {}", told.body);
        assert!(!told.body.contains("验证码念给我"), "{engine}: nothing asked is told");
        let none = officer.get("/notifications").await;
        assert!(!none.body.contains("有人请您看"), "{engine}: the roster comes first");
        let queue = volunteer.get("/consultations").await;
        assert!(queue.body.contains(&id) && !queue.body.contains("直播会员"), "{engine}");
        let page = volunteer.get(&format!("/consultations/{id}")).await;
        for words in ["直播会员", "我念了一次验证码", "138****1234"] {
            assert!(page.body.contains(words), "{engine}: {words}\n{}", page.body);
        }
        assert!(!page.body.contains("13800001234"), "{engine}");
        let page = volunteer.post(&format!("/consultations/{id}/reveal"), &[]).await;
        assert!(page.body.contains("13800001234"), "{engine}");
        let early =
            volunteer.post(&format!("/consultations/{id}/say"), &[("text", "好")]).await;
        assert_eq!(early.status, StatusCode::CONFLICT, "{engine}");
        volunteer.post(&format!("/consultations/{id}/take"), &[]).await;
        let words = [("text", "马上打银行客服冻结，再打96110")];
        volunteer.post(&format!("/consultations/{id}/say"), &words).await;
        let busy = officer.post(&format!("/consultations/{id}/say"), &words).await;
        assert_eq!(busy.status, StatusCode::CONFLICT, "{engine}: in other hands");

        let page = asker.get(&format!("/ask/c/{id}")).await;
        assert!(page.body.contains("马上打银行客服冻结"), "{engine}");
        assert!(!page.body.contains("账号vol"), "{engine}: the role, not the name");
        let code = between(&page.body, "class=\"code-words\">", "<");

        let mut other = Browser::new(&app);
        let gone = other.get(&format!("/ask/c/{id}")).await;
        assert_eq!(gone.location.as_deref(), Some("/ask/follow"), "{engine}");
        let wrong = other.post("/ask/follow", &[("code", "AAAA-AAAA-AA")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}");
        let right = other.post("/ask/follow", &[("code", &code.to_lowercase())]).await;
        assert_eq!(right.location.as_deref(), Some(&*format!("/ask/c/{id}")), "{engine}");
        let page = other.get(&format!("/ask/c/{id}")).await;
        assert!(page.body.contains("马上打银行客服冻结"), "{engine}");
        let ending = [("ending", "prevented")];
        volunteer.post(&format!("/consultations/{id}/close"), &ending).await;
        let page = other.get(&format!("/ask/c/{id}")).await;
        assert!(page.body.contains("确认是诈骗，没有损失"), "{engine}");
        let late = other.post(&format!("/ask/c/{id}/say"), &[("text", "谢谢")]).await;
        assert_eq!(late.status, StatusCode::CONFLICT, "{engine}");
        other.post(&format!("/ask/c/{id}/reopen"), &[]).await;
        other.post(&format!("/ask/c/{id}/settle"), &[]).await;
        let page = other.get(&format!("/ask/c/{id}")).await;
        assert!(page.body.contains("提问人表示已解决"), "{engine}");
        let audit = admin.get("/audit").await;
        assert!(audit.body.contains("咨询·打开"), "{engine}: reads are logged");
    }
}

#[tokio::test]
async fn another_schools_officer_cannot_read_a_consultation() {
    for (engine, app, now) in houses().await {
        let mut admin = Browser::new(&app);
        town(&app, &mut admin).await;
        let mut own = granted(&app, "officer1", Role::Officer, "s1").await;
        let mut other = granted(&app, "officer2", Role::Officer, "s2").await;
        let mut teacher = town::teacher(&app).await;
        let mut asker = Browser::new(&app);
        let answer = ask(&mut asker, &now, ("s1", SCAM, "nothing"), Some(&picture())).await;
        let id = id_of(&answer);
        asker.post(&format!("/ask/c/{id}/hand-over"), &[("text", "")]).await;
        let page = asker.get(&format!("/ask/c/{id}")).await;
        let file = between(&page.body, &format!("/ask/c/{id}/files/"), "\"");
        let file = format!("/ask/c/{id}/files/{file}");
        let thumbnail = format!("{file}/thumbnail");
        for path in [&file, &thumbnail] {
            assert_eq!(asker.get(path).await.status, StatusCode::OK, "{engine}: {path}");
            assert_eq!(own.get(path).await.status, StatusCode::OK, "{engine}: {path}");
        }
        let page = format!("/consultations/{id}");
        assert_eq!(own.get(&page).await.status, StatusCode::OK, "{engine}");
        for (who, browser) in [
            ("another school", &mut other),
            ("a teacher", &mut teacher),
            ("the administrator", &mut admin),
        ] {
            for path in [&page, &file, &thumbnail, &format!("/ask/c/{id}")] {
                let status = browser.get(path).await.status;
                assert_eq!(status, StatusCode::NOT_FOUND, "{engine}: {who} {path}");
            }
            for step in ["take", "let-go", "reveal"] {
                let status = browser.post(&format!("{page}/{step}"), &[]).await.status;
                assert_eq!(status, StatusCode::NOT_FOUND, "{engine}: {who} {step}");
            }
        }
        let queue = other.get("/consultations?view=all").await;
        assert!(!queue.body.contains(&id), "{engine}");
        let mut stranger = Browser::new(&app);
        assert_eq!(stranger.get(&page).await.location.as_deref(), Some("/sign-in"));
        assert_eq!(stranger.get(&file).await.status, StatusCode::NOT_FOUND, "{engine}");
        let put = [("unit", "s1"), ("account", "officer2"), ("day", "1")];
        let refused = other.post("/consultations/duty", &put).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{engine}");
    }
}

#[tokio::test]
async fn a_consultation_is_passed_on_to_the_unit_it_belongs_to_and_leaves_the_first() {
    for (engine, app, now) in houses().await {
        let mut admin = Browser::new(&app);
        town(&app, &mut admin).await;
        let mut own = granted(&app, "officer1", Role::Officer, "s1").await;
        let mut other = granted(&app, "officer2", Role::Officer, "s2").await;
        let mut asker = Browser::new(&app);
        let answer = ask(&mut asker, &now, ("s1", SCAM, "nothing"), None).await;
        let id = id_of(&answer);
        let page = format!("/consultations/{id}");
        let pass = format!("{page}/pass");
        let early = own.get(&pass).await.status;
        assert_eq!(early, StatusCode::NOT_FOUND, "{engine}: nobody was asked yet");
        asker.post(&format!("/ask/c/{id}/hand-over"), &[("text", "我是二校的")]).await;
        let form = own.get(&pass).await;
        assert_eq!(form.status, StatusCode::OK, "{engine}");
        let revision = between(&form.body, "name=\"revision\" value=\"", "\"");
        assert!(!form.body.contains("value=\"s1\""), "{engine}: not to where it is");
        let refused = other.post(&pass, &[("unit", "s2"), ("revision", &revision)]).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "{engine}: it is not theirs yet");
        for unit in ["s1", "nowhere", ""] {
            let wrong = own.post(&pass, &[("unit", unit), ("revision", &revision)]).await;
            assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}: {unit}");
        }
        own.post(&format!("{page}/take"), &[]).await;
        let stale = own.post(&pass, &[("unit", "s2"), ("revision", &revision)]).await;
        assert_eq!(stale.status, StatusCode::CONFLICT, "{engine}");
        let form = own.get(&pass).await;
        let revision = between(&form.body, "name=\"revision\" value=\"", "\"");
        let done = own.post(&pass, &[("unit", "s2"), ("revision", &revision)]).await;
        assert_eq!(done.location.as_deref(), Some("/consultations"), "{engine}");
        assert_eq!(own.get(&page).await.status, StatusCode::NOT_FOUND, "{engine}");
        let seen = other.get(&page).await;
        assert!(seen.body.contains("我是二校的"), "{engine}: what was said goes along");
        assert!(seen.body.contains("转给"), "{engine}: the history says so");
        let told = other.get("/notifications").await;
        assert!(told.body.contains("转到本单位"), "{engine}: who is on duty there is told");
        let queue = own.get("/consultations?view=all").await;
        assert!(!queue.body.contains(&id), "{engine}");
        let taken = other.post(&format!("{page}/take"), &[]).await;
        assert_eq!(taken.status, StatusCode::SEE_OTHER, "{engine}");
    }
}

#[tokio::test]
async fn past_the_bound_the_answer_still_comes_and_nothing_is_kept() {
    for (engine, app, now) in houses().await {
        town(&app, &mut Browser::new(&app)).await;
        let mut crowd = Browser::new(&app);
        let json = format!("{{\"text\":\"{SCAM}\",\"unit\":\"s1\"}}");
        let mut program = async || {
            let request = Request::post("/api/consultations")
                .header(header::CONTENT_TYPE, "application/json")
                .body(Body::from(json.clone()))
                .expect("a request");
            crowd.send(request).await.status
        };
        for _ in 0..600 {
            assert_eq!(program().await, StatusCode::CREATED, "{engine}");
        }
        assert_eq!(program().await, StatusCode::TOO_MANY_REQUESTS, "{engine}");
        let mut late = Browser::new(&app);
        let answer = ask(&mut late, &now, ("s1", SCAM, "codes"), None).await;
        assert_eq!(answer.status, StatusCode::OK, "{engine}: {}", answer.body);
        for words in ["只答复、不保存", "冒充电商物流客服", "现在怎么办", "马上做"]
        {
            assert!(answer.body.contains(words), "{engine}: {words} in {}", answer.body);
        }
        assert!(!answer.body.contains("转给值班人员</button>"), "{engine}");
        pass(&now, HOUR);
        let answer = ask(&mut late, &now, ("s1", SCAM, "codes"), None).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{engine}: later it is kept again");
    }
}

#[tokio::test]
async fn guessing_codes_ends_after_a_few() {
    for (engine, app, now) in houses().await {
        town(&app, &mut Browser::new(&app)).await;
        let mut asker = Browser::new(&app);
        let answer = ask(&mut asker, &now, ("s1", SCAM, "nothing"), None).await;
        let page = asker.get(answer.location.as_deref().expect("goes on")).await;
        let code = between(&page.body, "class=\"code-words\">", "<");
        let mut guesser = Browser::new(&app);
        for _ in 0..20 {
            let answer = guesser.post("/ask/follow", &[("code", "AAAAAAAAAA")]).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}");
        }
        let answer = guesser.post("/ask/follow", &[("code", &code)]).await;
        assert_eq!(
            answer.status,
            StatusCode::TOO_MANY_REQUESTS,
            "{engine}: not even a right one"
        );
        pass(&now, HOUR);
        let answer = guesser.post("/ask/follow", &[("code", &code)]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{engine}");
    }
}

#[tokio::test]
async fn a_program_asks_and_keeps_only_what_it_says() {
    for (engine, app, _) in houses().await {
        town(&app, &mut Browser::new(&app)).await;
        let mut program = Browser::new(&app);
        let mut send = async |body: String| {
            let request = Request::post("/api/consultations")
                .header(header::CONTENT_TYPE, "application/json")
                .body(Body::from(body))
                .expect("a request");
            program.send(request).await
        };
        let answer = send(format!("{{\"text\":\"{SCAM}\",\"unit\":\"s1\"}}")).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{engine}: {}", answer.body);
        let json: serde_json::Value = serde_json::from_str(&answer.body).expect("JSON");
        assert_eq!(json["verdict"], "scam", "{engine}");
        assert_eq!(json["type"], "冒充电商物流客服", "{engine}");
        assert!(json["advice"].as_array().is_some_and(|it| !it.is_empty()), "{engine}");
        assert!(json.get("code").is_none() && json.get("id").is_none(), "{engine}");
        let mut conn = app.store.read().await.expect("reads");
        let kept: i64 = sqlx::query_scalar(
            "select count(*) from consultation where question_sealed is not null",
        )
        .fetch_one(&mut *conn)
        .await
        .expect("reads");
        assert_eq!(kept, 0, "{engine}: only the figures");
        drop(conn);
        let answer = send(
            "{\"link\":\"http://icbc-card.xyz/a\",\"given\":\"codes\",\"keep\":true}"
                .to_owned(),
        )
        .await;
        let json: serde_json::Value = serde_json::from_str(&answer.body).expect("JSON");
        assert_eq!(json["verdict"], "suspicious", "{engine}: {}", answer.body);
        assert_eq!(json["code"].as_str().map(str::len), Some(12), "{engine}");
        for (body, words) in [
            ("{}", "请至少填一项"),
            ("{\"text\":\"a\",\"asker\":\"cat\"}", "您是谁"),
            ("{\"text\":\"a\",\"unit\":\"x\"}", "没有编号为“x”的单位"),
            ("{\"texts\":\"a\"}", "JSON 有误"),
        ] {
            let answer = send(body.to_owned()).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}: {body}");
            assert!(answer.body.contains(words), "{engine}: {}", answer.body);
        }
    }
}

#[tokio::test]
async fn a_surge_proposes_an_alert_that_names_nobody_and_old_questions_are_erased() {
    for (engine, app, now) in houses().await {
        let mut admin = Browser::new(&app);
        town(&app, &mut admin).await;
        let mut officer = granted(&app, "officer1", Role::Officer, "s1").await;
        let mut asker = Browser::new(&app);
        for _ in 0..6 {
            let answer = ask(&mut asker, &now, ("s1", SCAM, "nothing"), None).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{engine}");
        }
        let quiet = officer.get("/consultations/trends").await;
        assert!(!quiet.body.contains("突然增多。"), "{engine}: nothing was looked at yet");
        chores::run_once(&app).await;
        let trends = officer.get("/consultations/trends").await;
        assert!(trends.body.contains("突然增多"), "{engine}: {}", trends.body);
        assert!(trends.body.contains(">6<"), "{engine}");
        let told = officer.get("/notifications").await;
        assert!(told.body.contains("“冒充电商物流客服”的咨询突然增多"), "{engine}");
        let draft = between(&trends.body, "href=\"/library/", "\"");
        let draft = officer.get(&format!("/library/{draft}")).await;
        for words in ["系统拟稿", "怎么骗", "有什么迹象", "审核通过"] {
            assert!(draft.body.contains(words), "{engine}: {words}");
        }
        assert!(!draft.body.contains("直播会员"), "{engine}: nothing of what was asked");
        // The school's officer sees exact figures of the own school; above it,
        // the school is a band.
        let mut leader = granted(&app, "leader", Role::Leader, "s1").await;
        let own = leader.get("/consultations/trends").await;
        assert!(own.body.contains("按类型和周"), "{engine}");
        let above = admin.get("/consultations/trends?unit=s1").await;
        assert!(above.body.contains("只在下面按区间显示"), "{engine}: {}", above.body);
        let whole = admin.get("/consultations/trends").await;
        assert!(whole.body.contains("5–9"), "{engine}");

        let last = ask(&mut asker, &now, ("s1", SCAM, "nothing"), None).await;
        let page = last.location.clone().expect("goes on");
        pass(&now, 8 * 24 * HOUR);
        chores::run_once(&app).await;
        let gone = asker.get(&page).await;
        assert_eq!(gone.location.as_deref(), Some("/ask/follow"), "{engine}: the code is gone");
        let mut conn = app.store.read().await.expect("reads");
        let left: i64 = sqlx::query_scalar(
            "select count(*) from consultation where question_sealed is not null",
        )
        .fetch_one(&mut *conn)
        .await
        .expect("reads");
        assert_eq!(left, 0, "{engine}");
    }
}

#[tokio::test]
async fn who_is_signed_in_is_told_of_every_answer_and_lists_leave_as_workbooks() {
    for (engine, app, now) in houses().await {
        town(&app, &mut Browser::new(&app)).await;
        let mut officer = granted(&app, "officer1", Role::Officer, "s1").await;
        let mut teacher = town::teacher(&app).await;
        let answer = ask(&mut teacher, &now, ("", SCAM, "nothing"), None).await;
        let id = id_of(&answer);
        let own = teacher.get("/ask/own").await;
        assert!(own.body.contains(&id) && own.body.contains("已自动答复"), "{engine}");
        let page = teacher.get(&format!("/ask/c/{id}")).await;
        assert!(!page.body.contains("查询码"), "{engine}: no code is needed");
        teacher.post(&format!("/ask/c/{id}/hand-over"), &[("text", "请看看")]).await;
        let told = officer.get("/notifications").await;
        assert!(told.body.contains("有人请您看"), "{engine}: without a roster, by role");
        officer.post(&format!("/consultations/{id}/take"), &[]).await;
        officer.post(&format!("/consultations/{id}/say"), &[("text", "是骗局")]).await;
        let told = teacher.get("/notifications").await;
        for words in ["值班人员已接手您的咨询", "值班人员答复了您的咨询"]
        {
            assert!(told.body.contains(words), "{engine}: {words}");
        }
        teacher.post(&format!("/ask/c/{id}/say"), &[("text", "谢谢")]).await;
        let told = officer.get("/notifications").await;
        assert!(told.body.contains("提问人补充了内容"), "{engine}");
        let let_go = officer.post(&format!("/consultations/{id}/let-go"), &[]).await;
        assert_eq!(let_go.status, StatusCode::SEE_OTHER, "{engine}");
        for file in ["/consultations/export.xlsx?view=all", "/consultations/trends.xlsx"] {
            assert_eq!(officer.get(file).await.status, StatusCode::OK, "{engine}: {file}");
        }
        let kept = [("answered", "100"), ("closed", "30")];
        let refused = officer.post("/consultations/retention", &kept).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{engine}: the body's setting");
    }
}
