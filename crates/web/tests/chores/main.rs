//! Reminders, escalation and delivery: real database, real SMTP, a clock that
//! the test moves.

mod smtp;
#[path = "../support/mod.rs"]
mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::http::StatusCode;
use campaign::access::{Action, Role, permit_house};
use campaign::plan::UnitKind;
use smtp::{Mode, Server};
use storage::Location;
use storage::account::{self, Account};
use storage::campaign::{Campaign, PlanVersion};
use storage::organisation::{self, Unit};
use storage::outbox::{self, Narrow, State as MailState};
use support::{Browser, PASSWORD};
use web::clock::{Clock, start_of};
use web::mail::{MailConfig, Mailer};
use web::{AppState, chores};

const PLAN: &str = r#"
[plan]
id = "p"
name = "反诈行动方案"
issuer = "青禾区教育局"
from = 2022-03-01
until = 2022-07-31

[[duty]]
id = "report"
name = "上报工作情况"
clause = "三（一）1"
by = { kind = ["school"] }
per = "unit"
cadence = "monthly"
due = "month-20"
proof = ["count"]
"#;

/// A clock that the test moves.
#[derive(Clone)]
struct Hands(Arc<AtomicI64>);

impl Hands {
    fn at(text: &str) -> Self {
        let hands = Self(Arc::default());
        hands.set(text);
        hands
    }

    /// `2022-03-17 10:00`
    fn set(&self, text: &str) {
        let (date, time) = text.split_once(' ').expect("a date and a time");
        let (hour, minute) = time.split_once(':').expect("a time");
        let minutes: i64 = hour.parse::<i64>().expect("an hour") * 60
            + minute.parse::<i64>().expect("a minute");
        let day = start_of(date.parse().expect("a date"));
        self.0.store(day + minutes * 60_000, Ordering::Relaxed);
    }

    fn forward(&self, minutes: i64) {
        self.0.fetch_add(minutes * 60_000, Ordering::Relaxed);
    }

    fn clock(&self) -> Clock {
        let hands = self.0.clone();
        Clock::new(move || hands.load(Ordering::Relaxed))
    }
}

fn mailer(address: std::net::SocketAddr) -> Mailer {
    let config = MailConfig {
        smtp_url: format!("smtp://{address}"),
        from: "无诈 <wuzha@qinghe.example>".to_owned(),
        public_url: Some("https://wuzha.qinghe.example/".to_owned()),
        patience: Duration::from_millis(400),
    };
    Mailer::new(&config).map_err(|words| panic!("{words}")).expect("fits")
}

async fn open(place: &Location, hands: &Hands, server: &Server) -> AppState {
    support::open(place, hands.clock(), Some(mailer(server.address))).await
}

async fn add_account(app: &AppState, id: &str, role: Role, unit: &str) {
    let permit = permit_house(Action::ManageAccounts, unit);
    let mut tx = app.store.write(app.clock.now()).await.expect("begins");
    let account = Account {
        email: Some(format!("{id}@school.example")),
        password_hash: web::password::hash(PASSWORD.to_owned()).await.expect("hashes"),
        ..Account::new(id, id, format!("干部{id}"), 1)
    };
    account::insert(&mut tx, &permit, &account).await.expect("inserts");
    account::grant(&mut tx, &permit, id, role, unit).await.expect("grants");
    tx.commit().await.expect("commits");
}

/// A bureau with a clerk, two schools with an officer each, and a plan by which
/// both owe a report on the 20th of every month.
async fn fill(app: &AppState) -> Browser {
    let mut admin = Browser::new(app);
    admin.set_up("bureau").await;
    let root = app.live.tree().root().expect("a root").unit.id.clone();
    let permit = permit_house(Action::ManageOrganisation, &root);
    let mut tx = app.store.write(app.clock.now()).await.expect("begins");
    for (id, name) in [("s1", "绿苗小学"), ("s2", "春溪小学")] {
        let unit = Unit::new(id, Some(root.clone()), UnitKind::School, name);
        organisation::insert_unit(&mut tx, &permit, &unit).await.expect("inserts");
    }
    let permit = permit_house(Action::ManagePlans, &root);
    let campaign = Campaign {
        id: "k".to_owned(),
        unit: root.clone(),
        plan: "p".to_owned(),
        name: "反诈行动方案".to_owned(),
        adopts: None,
        from_on: "2022-03-01".to_owned(),
        until_on: "2022-07-31".to_owned(),
        ended_at: None,
        revision: 1,
    };
    let version = PlanVersion {
        id: "v".to_owned(),
        campaign: "k".to_owned(),
        version: 1,
        in_force_on: "2022-03-01".to_owned(),
        text: PLAN.to_owned(),
        document_name: None,
        document_text: None,
        created_at: 1,
        created_by: None,
    };
    storage::campaign::start(&mut tx, &permit, &campaign, &version).await.expect("starts");
    tx.commit().await.expect("commits");
    for (id, role, unit) in [
        ("clerk", Role::Clerk, root.as_str()),
        ("officer1", Role::Officer, "s1"),
        ("officer2", Role::Officer, "s2"),
    ] {
        add_account(app, id, role, unit).await;
    }
    admin
}

async fn sign_in(browser: &mut Browser, name: &str) {
    let pairs = [("sign_in_name", name), ("password", PASSWORD)];
    let answer = browser.post("/sign-in", &pairs).await;
    assert_eq!(answer.location.as_deref(), Some("/home"), "{name}");
}

async fn letters(app: &AppState) -> Vec<outbox::Sent> {
    let mut conn = app.store.read().await.expect("reads");
    outbox::page(&mut conn, &Narrow::default(), storage::Part::first(50)).await.expect("reads")
}

/// To whom and what, in the order of addresses.
fn told(server: &Server) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> =
        server.take().into_iter().map(|it| (it.to.join(","), it.header("Subject"))).collect();
    all.sort();
    all
}

#[tokio::test]
async fn each_step_is_told_once_by_page_and_by_letter() {
    for (engine, place) in support::places() {
        let server = Server::start().await;
        let hands = Hands::at("2022-03-16 20:00");
        let app = open(&place, &hands, &server).await;
        let mut admin = fill(&app).await;
        assert_eq!(chores::run_once(&app).await.told, 0, "{engine}: four days before");
        hands.set("2022-03-17 06:59");
        assert_eq!(chores::run_once(&app).await.told, 0, "{engine}: in the quiet hours");
        hands.set("2022-03-17 07:00");
        let ran = chores::run_once(&app).await;
        assert_eq!((ran.told, ran.delivered.sent), (2, 2), "{engine}");

        let received = server.take();
        let first =
            received.iter().find(|it| it.to == ["officer1@school.example"]).expect("it came");
        assert!(first.is_ascii(), "{engine}: nothing but ASCII on the way");
        assert_eq!(first.from, "wuzha@qinghe.example", "{engine}");
        assert_eq!(first.header("Subject"), "【无诈】1 项任务要办", "{engine}");
        assert_eq!(first.header("From"), "无诈 <wuzha@qinghe.example>", "{engine}");
        assert_eq!(first.header("Auto-Submitted"), "auto-generated", "{engine}");
        assert!(first.header("Content-Type").contains("utf-8"), "{engine}");
        assert!(first.header("Date").contains("16 Mar 2022 23:00:00"), "{engine}");
        let id = first.header("Message-ID");
        assert!(id.ends_with("@qinghe.example>"), "{engine}: {id}");
        let text = first.text();
        for part in [
            "上报工作情况（2022-03-20 到期，还有 3 天）——绿苗小学",
            "《反诈行动方案》三（一）1",
            "https://wuzha.qinghe.example/home",
        ] {
            assert!(text.contains(part), "{engine}: {part} in {text}");
        }

        hands.forward(90);
        assert_eq!(chores::run_once(&app).await, chores::Ran::default(), "{engine}: once");
        hands.set("2022-03-18 09:00");
        assert_eq!(chores::run_once(&app).await.told, 0, "{engine}: the step was told");
        for (at, title) in [
            ("2022-03-20 09:00", "【无诈】1 项任务要办"),
            ("2022-03-21 09:00", "【无诈】1 项任务已逾期"),
        ] {
            hands.set(at);
            assert_eq!(chores::run_once(&app).await.told, 2, "{engine} {at}");
            assert!(told(&server).iter().all(|(_, it)| it == title), "{engine} {at}");
        }
        // Three days after, the clerk above: both schools in one message.
        hands.set("2022-03-23 09:00");
        assert_eq!(chores::run_once(&app).await.told, 1, "{engine}");
        let received = server.take();
        assert_eq!(received[0].to, ["clerk@school.example"], "{engine}");
        assert_eq!(
            received[0].header("Subject"),
            "【无诈】下级 1 项任务逾期未完成，请督促",
            "{engine}"
        );
        assert!(received[0].text().contains("绿苗小学、春溪小学"), "{engine}");
        hands.set("2022-03-24 09:00");
        assert_eq!(chores::run_once(&app).await.told, 0, "{engine}");

        // The session of a week ago is over.
        sign_in(&mut admin, "admin-zhou").await;
        let page = admin.get("/outbox").await;
        assert_eq!(page.status, StatusCode::OK, "{engine}");
        assert!(page.body.contains("已发出 7 封"), "{engine}");
        assert!(!page.body.contains("officer1@school"), "{engine}: addresses are masked");
    }
}

#[tokio::test]
async fn the_page_shows_unread_first_and_leads_to_the_duty() {
    for (engine, place) in support::places() {
        let server = Server::start().await;
        let hands = Hands::at("2022-03-17 10:00");
        let app = open(&place, &hands, &server).await;
        fill(&app).await;
        chores::run_once(&app).await;
        hands.set("2022-03-20 10:00");
        chores::run_once(&app).await;
        let mut officer = Browser::new(&app);
        sign_in(&mut officer, "officer1").await;
        let home = officer.get("/account").await;
        assert!(home.body.contains("badge\">2<"), "{engine}: {}", home.body);
        let page = officer.get("/notifications").await;
        assert_eq!(page.body.matches("\">未读</span>").count(), 2, "{engine}");
        assert!(page.body.contains("今天到期"), "{engine}");
        assert!(!page.body.contains("发信情况"), "{engine}: not theirs to see");
        let action = page.body.split("action=\"/notifications/").nth(2).expect("a form");
        let id = action.split('/').next().expect("an id").to_owned();

        let answer = officer.post(&format!("/notifications/{id}/open"), &[]).await;
        assert_eq!(answer.location.as_deref(), Some("/home"), "{engine}");
        let page = officer.get("/notifications").await;
        assert_eq!(page.body.matches("\">未读</span>").count(), 1, "{engine}");
        assert!(page.body.contains("badge\">1<"), "{engine}");
        // Somebody else's is not there.
        let mut other = Browser::new(&app);
        sign_in(&mut other, "officer2").await;
        let answer = other.post(&format!("/notifications/{id}/open"), &[]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{engine}");
        assert_eq!(other.get("/outbox").await.status, StatusCode::FORBIDDEN, "{engine}");
        officer.post("/notifications/read", &[]).await;
        let page = officer.get("/notifications").await;
        assert!(!page.body.contains("badge"), "{engine}");
    }
}

#[tokio::test]
async fn two_processes_tell_and_send_everything_once() {
    for (engine, place) in support::places() {
        let server = Server::start().await;
        let hands = Hands::at("2022-03-17 10:00");
        let one = open(&place, &hands, &server).await;
        fill(&one).await;
        for n in 0..30 {
            add_account(&one, &format!("more{n}"), Role::Officer, "s1").await;
        }
        let two = open(&place, &hands, &server).await;
        let runs =
            [one, two].map(|app| tokio::spawn(async move { chores::run_once(&app).await }));
        let mut ran = Vec::new();
        for run in runs {
            ran.push(run.await.expect("ends"));
        }
        assert_eq!(ran.iter().map(|it| it.told).sum::<u64>(), 32, "{engine}");
        // Who looked while the other was still writing comes again.
        let last = chores::run_once(&open(&place, &hands, &server).await).await;
        let sent: u32 = ran.iter().chain([&last]).map(|it| it.delivered.sent).sum();
        assert_eq!(sent, 32, "{engine}");
        let mut to: Vec<String> = told(&server).into_iter().map(|(to, _)| to).collect();
        assert_eq!(to.len(), 32, "{engine}");
        to.dedup();
        assert_eq!(to.len(), 32, "{engine}: nobody twice");
    }
}

#[tokio::test]
async fn what_is_refused_is_dead_until_a_person_sends_it_again() {
    for (engine, place) in support::places() {
        let server = Server::start().await;
        let hands = Hands::at("2022-03-17 10:00");
        let app = open(&place, &hands, &server).await;
        let mut admin = fill(&app).await;
        server.behave(Mode::Refuse);
        let ran = chores::run_once(&app).await;
        assert_eq!((ran.told, ran.delivered.dead), (2, 2), "{engine}: told on the page anyway");
        hands.forward(24 * 60);
        assert_eq!(chores::run_once(&app).await.delivered.dead, 0, "{engine}: not by itself");
        sign_in(&mut admin, "admin-zhou").await;
        let page = admin.get("/outbox?state=dead").await;
        assert!(page.body.contains("no such mailbox here"), "{engine}: {}", page.body);
        assert!(page.body.contains("没有送达 2 封"), "{engine}");
        let page = admin.get("/notifications").await;
        assert!(page.body.contains("有 2 封提醒邮件没有送达"), "{engine}");

        server.behave(Mode::Accept);
        let id = letters(&app).await[0].id.clone();
        let answer = admin.post("/outbox/resend", &[("id", &id)]).await;
        assert_eq!(answer.location.as_deref(), Some("/outbox"), "{engine}");
        let again = admin.post("/outbox/resend", &[("id", &id)]).await;
        assert_eq!(again.status, StatusCode::CONFLICT, "{engine}");
        assert_eq!(chores::run_once(&app).await.delivered.sent, 1, "{engine}");
        admin.post("/outbox/resend", &[]).await;
        assert_eq!(chores::run_once(&app).await.delivered.sent, 1, "{engine}");
        assert_eq!(server.take().len(), 2, "{engine}");
        let left = letters(&app).await;
        assert!(left.iter().all(|it| it.state == MailState::Sent), "{engine}");
    }
}

#[tokio::test]
async fn a_server_on_a_bad_day_delays_and_loses_nothing() {
    for (engine, place) in support::places() {
        for mode in [Mode::PutOff, Mode::Hang, Mode::Drop] {
            let server = Server::start().await;
            let hands = Hands::at("2022-03-17 10:00");
            let place = match &place {
                Location::Sqlite(path) => {
                    Location::Sqlite(path.with_extension(format!("{mode:?}")))
                }
                Location::Postgres { url, schema } => Location::Postgres {
                    url: url.clone(),
                    schema: format!("{schema}_{mode:?}").to_lowercase(),
                },
            };
            let app = open(&place, &hands, &server).await;
            fill(&app).await;
            server.behave(mode);
            let ran = chores::run_once(&app).await;
            assert_eq!((ran.told, ran.delivered.later), (2, 2), "{engine} {mode:?}");
            let tried = server.connections();
            // A server that does not answer is not asked for each letter.
            assert_eq!(tried, if mode == Mode::PutOff { 2 } else { 1 }, "{engine} {mode:?}");
            let attempts: i64 = letters(&app).await.iter().map(|it| it.attempts).sum();
            assert_eq!(attempts, tried as i64, "{engine} {mode:?}");
            chores::run_once(&app).await;
            assert_eq!(server.connections(), tried, "{engine} {mode:?}: not at once again");
            server.behave(Mode::Accept);
            hands.forward(1);
            assert_eq!(chores::run_once(&app).await.delivered.sent, 2, "{engine} {mode:?}");
            assert_eq!(server.take().len(), 2, "{engine} {mode:?}");
        }
    }
}

#[tokio::test]
async fn nobody_there_harms_nothing_and_is_given_up_after_a_day() {
    for (engine, place) in support::places() {
        let server = Server::start().await;
        let hands = Hands::at("2022-03-17 10:00");
        // A port on which nobody listens any more.
        let gone = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = gone.local_addr().expect("it has an address");
        drop(gone);
        let app = support::open(&place, hands.clock(), Some(mailer(address))).await;
        let mut admin = fill(&app).await;
        let ran = chores::run_once(&app).await;
        assert_eq!((ran.told, ran.delivered.later), (2, 2), "{engine}");
        assert_eq!(admin.get("/home").await.status, StatusCode::OK, "{engine}");
        for _ in 0..200 {
            hands.forward(30);
            chores::run_once(&app).await;
        }
        let all = letters(&app).await;
        let first: Vec<_> = all.iter().filter(|it| it.state == MailState::Dead).collect();
        assert!(!first.is_empty(), "{engine}: {all:?}");
        assert!(first.iter().all(|it| it.attempts == 8), "{engine}: {first:?}");
        drop(server);
    }
}

#[tokio::test]
async fn ones_own_address_is_checked_and_kept() {
    for (engine, place) in support::places() {
        let server = Server::start().await;
        let hands = Hands::at("2022-03-17 10:00");
        let app = open(&place, &hands, &server).await;
        let mut admin = fill(&app).await;
        let answer = admin.post("/account/email", &[("email", "周@局里")]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}");
        assert!(answer.body.contains("name@school.edu.cn"), "{engine}");
        assert!(answer.body.contains("value=\"周@局里\""), "{engine}: what was typed stays");
        let answer = admin.post("/account/email", &[("email", " zhou@qinghe.example ")]).await;
        assert!(answer.body.contains("邮箱已保存"), "{engine}");
        let page = admin.get("/account").await;
        assert!(page.body.contains("value=\"zhou@qinghe.example\""), "{engine}");
        let answer = admin.post("/account/email", &[("email", "")]).await;
        assert!(answer.body.contains("邮箱已清空"), "{engine}");
    }
}

#[tokio::test]
async fn a_body_goes_by_rules_of_its_own() {
    for (engine, place) in support::places() {
        let server = Server::start().await;
        let hands = Hands::at("2022-03-15 10:00");
        let app = open(&place, &hands, &server).await;
        let mut admin = fill(&app).await;
        let page = admin.get("/reminders").await;
        assert!(page.body.contains("到期前 3 天"), "{engine}");
        let answer =
            admin.post("/reminders", &[("text", "[[rules]]\nfrom = 2022-13-01")]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{engine}");
        assert!(answer.body.contains("规则没有保存"), "{engine}");
        let text = "[[rules]]\nfrom = 2022-01-01\nsource = \"局办通知\"\n\
            quiet_from = \"22:00\"\nquiet_until = \"06:00\"\n\
            [[rules.step]]\nid = \"early\"\nname = \"提前 5 天\"\nday = -5\nlast = -5\n\
            to = \"doer\"\nleast_days = 1\n";
        let answer = admin.post("/reminders", &[("text", text)]).await;
        assert!(answer.body.contains("规则已保存"), "{engine}: {}", answer.body);
        assert!(answer.body.contains("提前 5 天"), "{engine}");
        assert_eq!(chores::run_once(&app).await.told, 2, "{engine}: five days before");
        let mut officer = Browser::new(&app);
        sign_in(&mut officer, "officer1").await;
        let page = officer.get("/reminders").await;
        assert!(!page.body.contains("<textarea"), "{engine}: the bureau's rules");
        let answer = officer.post("/reminders", &[("text", "")]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{engine}");
    }
}

#[tokio::test]
async fn the_background_does_it_by_itself_and_stops_when_told() {
    let (_, place) = support::places().swap_remove(0);
    let server = Server::start().await;
    let hands = Hands::at("2022-03-17 10:00");
    let app = open(&place, &hands, &server).await;
    fill(&app).await;
    let running = chores::start(&app);
    let mut received = 0;
    for _ in 0..400 {
        received += server.take().len();
        if received == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(received, 2);
    tokio::time::timeout(Duration::from_secs(5), running.stop()).await.expect("it stops");
}
