//! Every route × everybody who may come (invariant 6): what is answered, as one
//! table in `permissions.txt`. A change of it is seen and agreed to:
//! `UPDATE_EXPECT=1 cargo test -p web --test permissions` writes it anew.
//!
//! Forms carry a revision that nothing has, so that whoever may is stopped by
//! what they sent (409, 422) and whoever may not, by who they are (403).

mod support;

use std::fmt::Write as _;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use campaign::access::{Action, Role, permit_house};
use campaign::plan::UnitKind;
use expect_test::expect_file;
use storage::organisation;
use storage::record::{self, NewRecord};
use support::{Browser, Location, school};
use web::AppState;

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
fn filled(path: &str) -> String {
    let id = match path.split('/').nth(1).unwrap_or_default() {
        "plans" if path.starts_with("/plans/drafts") => "draft-1",
        "plans" => "k",
        "units" if path.starts_with("/units/roll") => "roll-1",
        "units" => "c",
        "people" => "p1",
        "review" if path.starts_with("/review/suspicion") => "suspicion-1",
        "records" | "review" => "r1",
        "accounts" => "teacher",
        _ => "none-1",
    };
    path.replace("{id}", id)
        .replace("{clause}", "%E4%BA%8C%EF%BC%88%E4%B8%80%EF%BC%891")
        .replace("{kind}/", "fraud/")
        .replace("{hash}/{name}", "0/app.css")
        .replace("{exemption}", "none-1")
        .replace("{event}", "none-1")
        .replace("{item}", "none-1")
        .replace("{file}", "none-1")
}

/// Lists are asked for the class and what is in it.
const QUERY: &str =
    "?unit=c&campaign=k&duty=meeting&form=k/none&month=2022-02&format=xlsx&from=&until=";

/// What every form is sent: enough to be read, nothing that is in order.
const FIELDS: &[(&str, &str)] = &[
    ("unit", "c"),
    ("revision", "999"),
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

fn request(method: &str, path: &str) -> Request<Body> {
    let is_upload = ["/records/new", "/import", "/plans/drafts", "/ask"].contains(&path)
        || path.ends_with("/edition")
        || path == "/plans/preview";
    let builder = Request::builder().method(method).uri(path);
    let built = if method == "GET" {
        builder.body(Body::empty())
    } else if path.starts_with("/api/") {
        builder.header(header::CONTENT_TYPE, "application/json").body(Body::from("{}"))
    } else if is_upload {
        let mut body = String::new();
        for (name, value) in FIELDS {
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
        let body = web::path::with_query("", FIELDS);
        builder
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body.trim_start_matches('?').to_owned()))
    };
    built.expect("a request")
}

/// The bureau of the support with a second school, a record, and everybody.
async fn house(place: &Location) -> AppState {
    let app = support::open(place, support::still_clock(), None).await;
    Browser::new(&app).set_up("bureau").await;
    school::fill(&app).await;
    let root = app.live.tree().root().expect("a root").unit.id.clone();
    let permit = permit_house(Action::ManageOrganisation, &root);
    let mut tx = app.store.write(app.clock.now()).await.expect("begins");
    let second = school::unit_named("t", &root, UnitKind::School, "红叶小学");
    organisation::insert_unit(&mut tx, &permit, &second).await.expect("inserts");
    let day = jiff::civil::Date::constant(2022, 3, 14);
    let record = NewRecord {
        id: "r1".to_owned(),
        client_key: "r1".to_owned(),
        activity: "class-meeting".to_owned(),
        unit: "c".to_owned(),
        person: None,
        title: "三月主题班会".to_owned(),
        acted_on: day,
        acted_time: None,
        submitted_at: web::clock::start_of(day),
        submitted_by: "teacher".to_owned(),
        count: 1,
        place: None,
        minutes: None,
        link: None,
        roll: Vec::new(),
        evidence: Vec::new(),
        replaces: None,
        later: Vec::new(),
    };
    record::insert_taken(&mut tx, &permit, &[record]).await.expect("inserts");
    tx.commit().await.expect("commits");
    for (_, id, grant) in COMERS {
        if let Some((role, unit)) = grant {
            let unit = if unit == "root" { root.as_str() } else { unit };
            school::somebody(&app, id, (role, unit)).await;
        }
    }
    app.live.refresh(&app.store, app.clock.now()).await.expect("refreshes");
    app
}

/// Answers that say who may: whether something was there or in order is the
/// same for all who may.
async fn answer(app: &AppState, account: &str, method: &str, path: &str) -> StatusCode {
    let mut browser = match account {
        "" => Browser::new(app),
        account => Browser::signed_in(app, account),
    };
    browser.bytes(request(method, path)).await.0
}

#[tokio::test]
async fn every_route_answers_everybody_as_the_table_says() {
    let (_, place) = support::places().into_iter().next().expect("SQLite is always there");
    let app = house(&place).await;
    let mut table = String::from(
        "Who gets what, over the real router. 200 a page; 303 goes on (nobody: to the sign-in);\n\
         403 may not; 404 is not there; 409 and 422 may, but what was sent is not in order.\n\
         The record, class and account asked for are those of `teacher` in `officer`'s school;\n\
         those with a star are of another class or school.\n\n",
    );
    let _ = write!(table, "{:<58}", "");
    for (name, ..) in COMERS {
        let _ = write!(table, "{name:>10}");
    }
    table.push('\n');
    let mut routes = routes();
    routes.sort_by(|a, b| (&a.1, a.0).cmp(&(&b.1, b.0)));
    assert!(150 < routes.len(), "{}", routes.len());
    let (last, first): (Vec<_>, Vec<_>) =
        routes.into_iter().partition(|(_, path)| path == "/sign-out" || path == "/ask/leave");
    for (method, path) in first.into_iter().chain(last) {
        let name = format!("{method:<5}{path}");
        let _ = write!(table, "{name:<58}");
        for (_, account, _) in COMERS {
            let query = if method == "GET" { QUERY } else { "" };
            let asked = format!("{}{query}", filled(&path));
            let status = answer(&app, account, method, &asked).await;
            assert_ne!(status, StatusCode::INTERNAL_SERVER_ERROR, "{method} {path} {account}");
            let _ = write!(table, "{:>10}", status.as_u16());
        }
        table.push('\n');
    }
    expect_file!["./permissions.txt"].assert_eq(&table);
}
