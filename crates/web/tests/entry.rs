//! First run, signing in and out, and what is refused on the way.

mod support;

use axum::http::StatusCode;
use support::{Browser, PASSWORD, houses};

#[tokio::test]
async fn the_first_run_makes_the_body_and_its_administrator_once() {
    for (engine, app) in houses().await {
        let mut browser = Browser::new(&app);
        let answer = browser.get("/home").await;
        assert_eq!(answer.location.as_deref(), Some("/sign-in"), "{engine}");
        let answer = browser.get("/sign-in").await;
        assert_eq!(answer.location.as_deref(), Some("/setup"), "{engine}");

        let wrong = browser
            .post(
                "/setup",
                &[
                    ("code", "错"),
                    ("body_name", "某局"),
                    ("body_kind", "bureau"),
                    ("display_name", "周"),
                    ("sign_in_name", "admin"),
                    ("password", PASSWORD),
                    ("password_again", PASSWORD),
                ],
            )
            .await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}");
        assert!(wrong.body.contains("启动码"), "{engine}");

        browser.set_up("bureau").await;
        let home = browser.get("/home").await;
        assert_eq!(home.status, StatusCode::OK, "{engine}");
        assert!(home.body.contains("青禾区教育局"), "{engine}");
        let again = browser.get("/setup").await;
        assert_eq!(again.location.as_deref(), Some("/sign-in"), "{engine}");
    }
}

#[tokio::test]
async fn five_wrong_passwords_make_the_account_wait() {
    for (engine, app) in houses().await {
        let mut browser = Browser::new(&app);
        browser.set_up("bureau").await;
        let mut other = Browser::new(&app);
        for _ in 0..5 {
            let pairs = [("sign_in_name", "admin-zhou"), ("password", "wrong-word-1")];
            let answer = other.post("/sign-in", &pairs).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}");
        }
        let pairs = [("sign_in_name", "admin-zhou"), ("password", PASSWORD)];
        let answer = other.post("/sign-in", &pairs).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{engine}");
        assert!(answer.body.contains("暂锁"), "{engine}");
    }
}

#[tokio::test]
async fn signing_out_ends_the_session_for_good() {
    for (engine, app) in houses().await {
        let mut browser = Browser::new(&app);
        browser.set_up("school").await;
        let cookie = browser.get("/account").await;
        assert_eq!(cookie.status, StatusCode::OK, "{engine}");
        let answer = browser.post("/sign-out", &[]).await;
        assert_eq!(answer.location.as_deref(), Some("/sign-in"), "{engine}");
        let answer = browser.get("/home").await;
        assert_eq!(answer.location.as_deref(), Some("/sign-in"), "{engine}");
        let pairs = [("sign_in_name", "Admin-Zhou "), ("password", PASSWORD)];
        let answer = browser.post("/sign-in", &pairs).await;
        assert_eq!(answer.location.as_deref(), Some("/home"), "{engine}");
    }
}

#[tokio::test]
async fn a_form_from_another_site_is_refused() {
    for (engine, app) in houses().await {
        let mut browser = Browser::new(&app);
        browser.set_up("bureau").await;
        let request = axum::http::Request::post("/sign-out")
            .header("sec-fetch-site", "cross-site")
            .header("origin", "https://elsewhere.example")
            .body(axum::body::Body::empty())
            .expect("a request");
        let answer = browser.send(request).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{engine}");
    }
}
