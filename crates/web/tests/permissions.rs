//! Every route × everybody who may come (invariant 6): what is answered, as one
//! table in `permissions.txt`. A change of it is seen and agreed to:
//! `UPDATE_EXPECT=1 cargo test -p web --test permissions` writes it anew.
//!
//! Forms carry a revision that nothing has, so that whoever may is stopped by
//! what they sent (409, 422) and whoever may not, by who they are (403).

#[path = "support/asking.rs"]
mod asking;
#[path = "support/full.rs"]
mod full;
mod support;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use campaign::access::Role;
use expect_test::expect_file;
use full::Ids;
use support::Browser;
use web::AppState;
use web::clock::Clock;

const BOUNDARY: &str = "----wuzha";

type Comer = (&'static str, &'static str, Option<(Role, &'static str)>);

/// Who comes: a heading, the account, its role and unit (`root` for the body).
const COMERS: [Comer; 11] = [
    ("nobody", "", None),
    ("member", "member", Some((Role::Member, "s"))),
    ("police", "police", Some((Role::Police, "s"))),
    ("teacher", "teacher", None),
    ("teacher*", "other", None),
    ("officer", "officer", None),
    ("officer*", "head", Some((Role::Officer, "t"))),
    ("leader", "leader", Some((Role::Leader, "root"))),
    ("inspector", "inspector", Some((Role::Inspector, "root"))),
    ("clerk", "clerk", Some((Role::Clerk, "root"))),
    ("admin", "chief", Some((Role::Administrator, "root"))),
];

/// The routes of `router.rs` by path: method and path.
fn routes() -> Vec<(&'static str, String)> {
    let text = include_str!("../src/router.rs");
    let mut found = Vec::new();
    for part in text.split(".route(").skip(1) {
        let mut depth = 1;
        let end = part.char_indices().find_map(|(at, letter)| {
            match letter {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            (depth == 0).then_some(at)
        });
        let part = part.get(..end.expect("a bracket that closes")).expect("a part");
        let path = part.split('"').nth(1).expect("a path");
        for method in ["get", "post"] {
            let own = format!("{method}(");
            if part.contains(&format!(" {own}")) || part.contains(&format!(".{own}")) {
                found.push((if method == "get" { "GET" } else { "POST" }, path.to_owned()));
            }
        }
    }
    found
}

/// The path with what the house has in it.
fn filled(path: &str, ids: &Ids) -> String {
    let fixed = |id: &'static str| id.to_owned();
    let known = |name| ids.get(name).cloned().unwrap_or_default();
    let begins = |start: &str| path.starts_with(start);
    let id = match path.split('/').nth(1).unwrap_or_default() {
        "plans" if begins("/plans/drafts") => known("draft"),
        // With the document that it came from.
        "plans" if path.ends_with("/document") => fixed("w"),
        "plans" => fixed("k"),
        "units" if begins("/units/roll") => known("roll"),
        "units" => fixed("c"),
        "people" => fixed("p1"),
        "posts" => known("post"),
        "review" if begins("/review/suspicion") => known("suspicion"),
        "records" | "review" => known("record"),
        "reports" => known("report"),
        "accounts" => fixed("teacher"),
        "ask" | "consultations" => known("asked"),
        "board" => known("reading"),
        "files" => known("file"),
        "import" => known("import"),
        "jobs" => known("job"),
        "library" => known("material"),
        "know" if begins("/know/files") => known("material"),
        "notifications" => known("message"),
        _ => fixed("game"),
    };
    path.replace("{id}", &id)
        .replace("{clause}", "%E4%BA%8C%EF%BC%88%E4%B8%80%EF%BC%891")
        .replace("{kind}/", "type/")
        .replace("{hash}/{name}", "0/app.css")
        .replace("{exemption}", "x1")
        .replace("{event}", "e1")
        .replace("{item}", &known("item"))
        .replace("{file}", &known("asked-file"))
        .replace("{version}/{place}", "1/1")
        .replace("{place}", "1")
}

/// Lists are asked for the class and what is in it; targets and reports for the
/// school, which has them.
fn query(path: &str) -> &'static str {
    match path.split('/').nth(1).unwrap_or_default() {
        "board" if path.starts_with("/board/target") => {
            "?unit=s&campaign=w&target=w-alliance-2022"
        }
        "reports" => "?unit=s&form=f/d-monthly&month=2022-02&format=xlsx",
        "plans" if path == "/plans/preview" => "?unit=s&plan=wujin",
        _ => "?unit=c&campaign=k&duty=meeting&month=2022-02&format=xlsx&from=&until=",
    }
}

/// What every form is sent: enough to be read, nothing that is in order.
const FIELDS: &[(&str, &str)] = &[
    ("unit", "c"),
    ("revision", "999"),
    ("ending", "none"),
    ("issuer", "x"),
    ("plan", "x"),
    ("on_date", "x"),
    ("part", "x"),
    ("whole", "x"),
    ("source", "x"),
    ("newest", "none"),
    ("what", "disable"),
    ("verb", "accept"),
    ("verdict", "none"),
    ("step", "none"),
    ("state", "none"),
    ("duty", "none"),
    ("campaign", "k"),
    ("form", "none"),
    ("format", "xlsx"),
    ("month", "2022-02"),
    ("event", "none"),
    ("happened_on", "2022-03-01"),
    ("role", "none"),
    ("kind", "none"),
    ("from", "x"),
    ("until", "x"),
    ("on", "x"),
    ("text", "x"),
    ("proof", "none"),
    ("id", "none-1"),
    ("account", "none-1"),
    ("session", "none-1"),
    ("in_force", "x"),
    ("reason", "x"),
    ("name", "x"),
    ("clause", "x"),
    ("activity", "none"),
    ("cadence", "none"),
    ("quota", "x"),
    ("season", "none"),
    ("display_name", "x"),
    ("sign_in_name", "x"),
    ("email", "x"),
    ("password", "x"),
    ("old", "x"),
    ("new", "x"),
    ("again", "x"),
];

/// What must be in order before a route asks who one is.
fn own_fields(route: &str, ids: &Ids) -> Vec<(&'static str, String)> {
    let pairs: &[(&'static str, &str)] = match route {
        "/accounts/new" => &[("unit", "青禾小学"), ("role", "member")],
        "/consultations/{id}/close" => &[("ending", "prevented")],
        "/reports/begin" => {
            &[("campaign", "f"), ("form", "d-monthly"), ("unit", "s"), ("month", "2022-01")]
        }
        "/reports/{id}/edit" => {
            &[("activities", "x"), ("clues_month", "0"), ("clues_total", "0")]
        }
        "/reports/{id}/step" => &[("step", "sign")],
        "/review/suspicion/{id}" => &[("verdict", "fine")],
        "/review/batch" => {
            let chosen = ids.get("record").map(|id| format!("{id}:999"));
            return vec![("id", chosen.unwrap_or_default())];
        }
        _ => &[],
    };
    pairs.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
}

const JSON: &str = r#"{"activity":"class-meeting","unit":"c","title":"x","date":"2099-01-01",
    "client_key":"key-2"}"#;

fn request(method: &str, path: &str, own: &[(&'static str, String)]) -> Request<Body> {
    let mut fields: Vec<(&str, &str)> = FIELDS.to_vec();
    for (name, value) in own {
        fields.retain(|(known, _)| known != name);
        fields.push((name, value));
    }
    let is_upload = ["/records/new", "/import", "/plans/drafts", "/ask"].contains(&path)
        || path.ends_with("/edition")
        || (path.starts_with("/library") && path.ends_with("/files"))
        || path == "/plans/preview";
    let builder = Request::builder().method(method).uri(path);
    let built = if method == "GET" {
        builder.body(Body::empty())
    } else if path.starts_with("/api/") {
        builder.header(header::CONTENT_TYPE, "application/json").body(Body::from(JSON))
    } else if is_upload {
        let mut body = String::new();
        for (name, value) in &fields {
            let _ = write!(
                body,
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            );
        }
        let _ = write!(body, "--{BOUNDARY}--\r\n");
        builder
            .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"))
            .body(Body::from(body))
    } else {
        let body = web::path::with_query("", &fields);
        builder
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body.trim_start_matches('?').to_owned()))
    };
    built.expect("a request")
}

/// Answers that say who may: whether something was there or in order is the
/// same for all who may.
async fn answer(app: &AppState, account: &str, request: Request<Body>) -> StatusCode {
    let mut browser = match account {
        "" => Browser::new(app),
        account => Browser::signed_in(app, account),
    };
    browser.bytes(request).await.0
}

#[tokio::test]
async fn every_route_answers_everybody_as_the_table_says() {
    let (_, place) = support::places().into_iter().next().expect("SQLite is always there");
    let now = Arc::new(AtomicI64::new(support::still_clock().now()));
    let read = Arc::clone(&now);
    let clock = Clock::new(move || read.load(Ordering::Relaxed));
    let app = support::open(&place, clock, None).await;
    let comers: Vec<(&str, Role, &str)> = COMERS
        .iter()
        .filter_map(|(_, id, grant)| grant.map(|(role, unit)| (*id, role, unit)))
        .collect();
    let ids = full::fill(&app, &now, &comers).await;
    app.store.close().await;
    let mut routes = routes();
    routes.sort_by(|a, b| (&a.1, a.0).cmp(&(&b.1, b.0)));
    assert!(150 < routes.len(), "{}", routes.len());
    let leaves = |path: &str| path == "/sign-out" || path == "/ask/leave";
    // Everybody meets the house as it was: looks first, then does, then leaves.
    let mut columns: Vec<HashMap<String, u16>> = Vec::new();
    for (_, account, _) in COMERS {
        let own = full::again(&app, &place).await;
        let mut order: Vec<&(&str, String)> = routes.iter().collect();
        order.sort_by_key(|(method, path)| (leaves(path), *method != "GET"));
        let mut column = HashMap::new();
        for (method, path) in order {
            let mut asked = filled(path, &ids);
            if *method == "GET" || path.starts_with("/board/target/readings") {
                asked.push_str(query(path));
            }
            let request = request(method, &asked, &own_fields(path, &ids));
            let status = answer(&own, account, request).await;
            assert_ne!(status, StatusCode::INTERNAL_SERVER_ERROR, "{method} {path} {account}");
            column.insert(format!("{method:<5}{path}"), status.as_u16());
        }
        columns.push(column);
        own.store.close().await;
    }
    let mut table = String::from(
        "Who gets what, over the real router, each in a house of their own. 200 a page; 303 goes\n\
         on (nobody: to the sign-in); 403 may not; 404 is not there, or is not theirs to know of;\n\
         409 and 422 may, but what was sent is not in order.\n\
         What is asked for is of `officer`'s school and `teacher`'s class there: the record, the\n\
         draft, the report, the material, what `member` asked and handed over; the message, the\n\
         roster and the job are `officer`'s own. Those with a star are of another class or school.\n\n",
    );
    let _ = write!(table, "{:<58}", "");
    for (name, ..) in COMERS {
        let _ = write!(table, "{name:>10}");
    }
    table.push('\n');
    for (method, path) in &routes {
        let name = format!("{method:<5}{path}");
        let _ = write!(table, "{name:<58}");
        for column in &columns {
            let _ = write!(table, "{:>10}", column.get(&name).copied().unwrap_or_default());
        }
        table.push('\n');
    }
    expect_file!["./permissions.txt"].assert_eq(&table);
}
