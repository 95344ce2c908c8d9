//! Houses whose clock is moved by hand, and asking in them as a person would.

#![allow(dead_code, reason = "each test file uses its own part of this")]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use web::AppState;
use web::clock::{Clock, start_of};

use crate::support::{Answer, Browser, open, places};

pub(crate) const BOUNDARY: &str = "----wuzha";
pub(crate) const SCAM: &str = "您好，我是平台客服，您误开了直播会员，每月扣800元，不关闭影响征信，请下载会议软件共享屏幕，把验证码念给我";
pub(crate) const HOUR: i64 = 3_600_000;

/// Houses whose clock is moved by hand.
pub(crate) async fn houses() -> Vec<(&'static str, AppState, Arc<AtomicI64>)> {
    let mut houses = Vec::new();
    for (engine, place) in places() {
        let start = start_of(jiff::civil::Date::constant(2022, 3, 15)) + 10 * HOUR;
        let now = Arc::new(AtomicI64::new(start));
        let read = Arc::clone(&now);
        let clock = Clock::new(move || read.load(Ordering::Relaxed));
        houses.push((engine, open(&place, clock, None).await, now));
    }
    houses
}

pub(crate) fn pass(now: &AtomicI64, ms: i64) {
    now.fetch_add(ms, Ordering::Relaxed);
}

pub(crate) fn form(parts: &[(&str, &str)], picture: Option<&[u8]>) -> Request<Body> {
    let mut body = Vec::new();
    for (name, value) in parts {
        body.extend(
            format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            )
            .bytes(),
        );
    }
    if let Some(bytes) = picture {
        body.extend(
            format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"pictures\"; \
                 filename=\"a.png\"\r\n\r\n"
            )
            .bytes(),
        );
        body.extend(bytes);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{BOUNDARY}--\r\n").bytes());
    Request::post("/ask")
        .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"))
        .body(Body::from(body))
        .expect("a request")
}

pub(crate) fn stamp(page: &str) -> String {
    between(page, "name=\"stamp\" value=\"", "\"")
}

pub(crate) fn between(page: &str, from: &str, to: &str) -> String {
    let rest = page.split(from).nth(1).unwrap_or_else(|| panic!("no {from} in {page}"));
    rest.split(to).next().unwrap_or_default().to_owned()
}

/// Opens the form, waits as a person would, and asks.
pub(crate) async fn ask(
    browser: &mut Browser,
    now: &AtomicI64,
    (unit, text, given): (&str, &str, &str),
    picture: Option<&[u8]>,
) -> Answer {
    let page = browser.get(&format!("/ask?u={unit}")).await;
    assert_eq!(page.status, StatusCode::OK);
    let stamp = stamp(&page.body);
    pass(now, 5_000);
    let parts = [("stamp", stamp.as_str()), ("text", text), ("given", given), ("unit", unit)];
    browser.send(form(&parts, picture)).await
}

pub(crate) fn id_of(answer: &Answer) -> String {
    let path = answer.location.as_deref().unwrap_or_else(|| panic!("{}", answer.body));
    path.trim_start_matches("/ask/c/").split('#').next().unwrap_or_default().to_owned()
}
