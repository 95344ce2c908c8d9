//! A house in which every route with an id has something to name: most of it came
//! in as people bring it, over the real router.

use std::collections::HashMap;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use campaign::access::{Action, Role, permit_house};
use campaign::plan::UnitKind;
use office::letter::{Block, Letter};
use storage::campaign::{self as campaigns, Campaign, Event, Exemption, PlanVersion};
use storage::draft::{self as drafts, Source};
use storage::job::{self, Job, State as JobState};
use storage::notification::{self, Kind, Message};
use storage::suspicion::{self, Kind as Doubt, Suspicion};
use storage::{Location, evidence, indicator, organisation, people, post, year_roll};
use web::AppState;

use crate::asking::{self, SCAM};
use crate::support::{Answer, Browser, picture, school};

/// Ids by what they name.
pub(crate) type Ids = HashMap<&'static str, String>;

const BOUNDARY: &str = "cut-here-7";

async fn upload(
    browser: &mut Browser,
    path: &str,
    fields: &[(&str, &str)],
    (part, name, bytes): (&str, &str, &[u8]),
) -> Answer {
    let mut body = Vec::new();
    for (field, value) in fields {
        body.extend(
            format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n"
            )
            .bytes(),
        );
    }
    body.extend(
        format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{part}\"; \
             filename=\"{name}\"\r\n\r\n"
        )
        .bytes(),
    );
    body.extend(bytes);
    body.extend(format!("\r\n--{BOUNDARY}--\r\n").bytes());
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"))
        .body(Body::from(body))
        .expect("a request");
    browser.send(request).await
}

/// The last part of where an answer leads.
fn led(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let path = answer.location.as_deref().unwrap_or_default();
    let path = path.split(['?', '#']).next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

fn docx(lines: &[&str]) -> Vec<u8> {
    let blocks = lines.iter().map(|it| Block::Paragraph((*it).to_owned())).collect();
    Letter { name: "方案".to_owned(), is_landscape: false, blocks }.to_docx().expect("writes")
}

/// A built-in plan that runs for the whole body; `w` has targets, `f` a form.
fn running(id: &str, plan: &str, root: &str, now: i64) -> (Campaign, PlanVersion) {
    let built_in = campaign::plan::built_in(plan).expect("is built in");
    let it = Campaign {
        id: id.to_owned(),
        unit: root.to_owned(),
        plan: plan.to_owned(),
        name: built_in.id.to_owned(),
        adopts: None,
        from_on: "2022-01-01".to_owned(),
        until_on: "2022-12-31".to_owned(),
        ended_at: None,
        revision: 1,
    };
    let first = PlanVersion {
        id: format!("v-{id}"),
        campaign: id.to_owned(),
        version: 1,
        in_force_on: "2022-01-01".to_owned(),
        text: built_in.text.to_owned(),
        document_name: Some("方案.txt".to_owned()),
        document_text: Some("第一条 略".to_owned()),
        created_at: now,
        created_by: None,
    };
    (it, first)
}

/// The bureau of the support with a second school, three plans, and everybody of
/// `comers`: their account, role and unit (`root` for the body).
async fn people_and_plans(app: &AppState, comers: &[(&str, Role, &str)]) -> String {
    Browser::new(app).set_up("bureau").await;
    school::fill(app).await;
    let root = app.live.tree().root().expect("a root").unit.id.clone();
    let now = app.clock.now();
    let permit = permit_house(Action::ManagePlans, &root);
    let mut tx = app.store.write(now).await.expect("begins");
    let second = school::unit_named("t", &root, UnitKind::School, "红叶小学");
    organisation::insert_unit(&mut tx, &permit, &second).await.expect("inserts");
    for (id, plan) in [("w", "wujin"), ("f", "dadukou")] {
        let (it, first) = running(id, plan, &root, now);
        campaigns::start(&mut tx, &permit, &it, &first).await.expect("starts");
    }
    tx.commit().await.expect("commits");
    for (id, role, unit) in comers {
        let unit = if *unit == "root" { root.as_str() } else { unit };
        school::somebody(app, id, (*role, unit)).await;
    }
    app.live.refresh(&app.store, now).await.expect("refreshes");
    root
}

/// Fills an empty house; everything in it is of `officer`'s school `s` and the
/// class `c` of `teacher` there.
pub(crate) async fn fill(
    app: &AppState,
    clock: &std::sync::atomic::AtomicI64,
    comers: &[(&str, Role, &str)],
) -> Ids {
    people_and_plans(app, comers).await;
    let mut ids = Ids::new();
    hand_in(app, &mut ids).await;
    draft(app, &mut ids).await;
    school_matters(app, &mut ids).await;
    letters_and_work(app, &mut ids).await;
    let mut member = Browser::signed_in(app, "member");
    let asked = asking::ask(&mut member, clock, ("s", SCAM, "nothing"), Some(&picture())).await;
    let id = asking::id_of(&asked);
    let page = member.get(&format!("/ask/c/{id}")).await;
    let file = asking::between(&page.body, &format!("/ask/c/{id}/files/"), "\"");
    let handed = member.post(&format!("/ask/c/{id}/hand-over"), &[("text", "请看看")]).await;
    assert_eq!(handed.status, StatusCode::SEE_OTHER, "{}", handed.body);
    ids.insert("asked-file", file.split('/').next().unwrap_or_default().to_owned());
    ids.insert("asked", id);
    ids
}

/// A record with a picture, and a doubt about it.
async fn hand_in(app: &AppState, ids: &mut Ids) {
    let fields = [
        ("activity", "class-meeting"),
        ("unit", "c"),
        ("title", "三月主题班会"),
        ("date", "2022-03-14"),
        ("count", "1"),
        ("client_key", "key-1"),
    ];
    let mut teacher = Browser::signed_in(app, "teacher");
    let photo = picture();
    let answer =
        upload(&mut teacher, "/records/new", &fields, ("files", "a.png", &photo)).await;
    let record = led(&answer);
    let mut conn = app.store.read().await.expect("reads");
    let files = evidence::of_record(&mut conn, &record).await.expect("reads");
    drop(conn);
    ids.insert("file", files.first().expect("a picture").id.clone());
    let doubt = Suspicion {
        id: "doubt-1".to_owned(),
        record: record.clone(),
        kind: Doubt::SimilarText,
        other_record: None,
        evidence: None,
        other_evidence: None,
        similarity: Some(0.9),
        found_at: app.clock.now(),
        verdict: None,
        decided_at: None,
        decided_by: None,
        note: None,
    };
    let permit = permit_house(Action::Review, "s");
    let mut tx = app.store.write(app.clock.now()).await.expect("begins");
    suspicion::insert(&mut tx, &permit, &[doubt]).await.expect("inserts");
    tx.commit().await.expect("commits");
    ids.insert("suspicion", "doubt-1".to_owned());
    ids.insert("record", record);
}

/// A draft of the school in its second edition.
async fn draft(app: &AppState, ids: &mut Ids) {
    let mut officer = Browser::signed_in(app, "officer");
    let lines = [
        "青禾小学防范电信网络诈骗工作方案",
        "一、工作措施",
        "（一）各班每月召开1次主题班会。",
        "2022年1月5日",
    ];
    let mut longer = lines.to_vec();
    longer.insert(3, "（二）各班每学期开展2次反诈讲座。");
    let file = docx(&lines);
    let made =
        upload(&mut officer, "/plans/drafts", &[("unit", "s")], ("file", "a.docx", &file))
            .await;
    let id = led(&made);
    let (path, file) = (format!("/plans/drafts/{id}/edition"), docx(&longer));
    let next = upload(&mut officer, &path, &[], ("file", "b.docx", &file)).await;
    assert_eq!(next.status, StatusCode::SEE_OTHER, "{}", next.body);
    let page = officer.get(&format!("/plans/drafts/{id}")).await;
    // The plan `w` came from it.
    let source = Source {
        version: 1,
        element: "target/w-alliance-2022".to_owned(),
        draft: id.clone(),
        edition: 1,
        quote: "一、工作措施".to_owned(),
        start: 0,
        end: 6,
    };
    let mut tx = app.store.write(app.clock.now()).await.expect("begins");
    drafts::insert_sources(&mut tx, "w", &[source]).await.expect("inserts");
    tx.commit().await.expect("commits");
    ids.insert("item", asking::between(&page.body, "<li class=\"item\" id=\"i-", "\""));
    ids.insert("draft", id);
}

/// What a school keeps: a report, a material, figures, a post, an exemption, an
/// event, a year that was rolled on.
async fn school_matters(app: &AppState, ids: &mut Ids) {
    let mut officer = Browser::signed_in(app, "officer");
    let report =
        [("campaign", "f"), ("form", "d-monthly"), ("unit", "s"), ("month", "2022-02")];
    ids.insert("report", led(&officer.post("/reports/begin", &report).await));
    let material = [
        ("unit", "s"),
        ("kind", "article"),
        ("title", "本校提醒"),
        ("body", "陌生来电先挂断。"),
        ("audience", "anyone"),
    ];
    let material = led(&officer.post("/library", &material).await);
    let files = format!("/library/{material}/files");
    let put = officer.upload(&files, &[("caption", "提醒图")], ("提醒.png", &picture())).await;
    assert_eq!(put.status, StatusCode::SEE_OTHER, "{}", put.body);
    ids.insert("material", material);
    let path = "/board/target/readings?campaign=w&unit=s&target=w-alliance-2022";
    let figures = [("on", "2022-02-28"), ("part", "8"), ("whole", "10"), ("source", "统计")];
    let entered = officer.post(path, &figures).await;
    assert_eq!(entered.status, StatusCode::SEE_OTHER, "{}", entered.body);
    let held = [("post", "class-teacher"), ("person", "学生1"), ("from_on", "2022-03-01")];
    let appointed = officer.post("/units/c/posts", &held).await;
    assert_eq!(appointed.status, StatusCode::SEE_OTHER, "{}", appointed.body);
    let now = app.clock.now();
    let permit = permit_house(Action::ManagePlans, "s");
    let mut tx = app.store.write(now).await.expect("begins");
    let exemption = Exemption {
        id: "x1".to_owned(),
        campaign: "k".to_owned(),
        duty: "meeting".to_owned(),
        subject: "c".to_owned(),
        unit: "c".to_owned(),
        period_start: None,
        reason: "停课".to_owned(),
        granted_at: now,
        granted_by: None,
        revoked_at: None,
    };
    campaigns::grant_exemption(&mut tx, &permit, &exemption).await.expect("grants");
    let event = Event {
        id: "e1".to_owned(),
        campaign: "k".to_owned(),
        event: "warning".to_owned(),
        subject: "c".to_owned(),
        unit: "c".to_owned(),
        happened_on: "2022-03-02".to_owned(),
        created_at: now,
        cancelled_at: None,
    };
    campaigns::add_event(&mut tx, &permit, &event).await.expect("adds");
    let target = ("w", "alliance-coverage", "s");
    let readings = indicator::of_unit(tx.conn(), target, 9).await.expect("reads");
    ids.insert("reading", readings.first().expect("one").id.clone());
    let holders = post::holders(tx.conn(), people::Scope::Only("c"), "").await.expect("reads");
    ids.insert("post", holders.first().expect("one").appointment.id.clone());
    tx.commit().await.expect("commits");
    let rolled = officer.post("/units/roll", &[("unit", "s"), ("on", "2021-07-10")]).await;
    assert_eq!(rolled.status, StatusCode::SEE_OTHER, "{}", rolled.body);
    let mut conn = app.store.read().await.expect("reads");
    let rolls = year_roll::around(&mut conn, "s", 1).await.expect("reads");
    ids.insert("roll", rolls.first().expect("one").id.clone());
}

/// What belongs to `officer` alone: a message, a roster on its way in, a file
/// that an export has made.
async fn letters_and_work(app: &AppState, ids: &mut Ids) {
    let mut officer = Browser::signed_in(app, "officer");
    let csv = "姓名,学号,班级\n学生7,2022007,三年级1班\n";
    let roster = ("file", "花名册.csv", csv.as_bytes());
    let import = led(&upload(&mut officer, "/import", &[("unit", "s")], roster).await);
    for _ in 0..400 {
        let page = officer.get(&format!("/import/{import}")).await;
        if !page.body.contains("data-reload-ms") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    ids.insert("import", import);
    let now = app.clock.now();
    let permit = permit_house(Action::Self_, "s");
    let mut tx = app.store.write(now).await.expect("begins");
    let message = Message {
        id: "n1".to_owned(),
        account: "officer".to_owned(),
        kind: Kind::News,
        title: "一条消息".to_owned(),
        body: "略".to_owned(),
        href: "/home".to_owned(),
        dedupe_key: None,
        steps: Vec::new(),
        mail: None,
    };
    notification::tell(&mut tx, &permit, &message).await.expect("tells");
    let made = Job {
        id: "made-1".to_owned(),
        kind: "export".to_owned(),
        account: Some("officer".to_owned()),
        unit: Some("s".to_owned()),
        payload: "{\"name\":\"记录.xlsx\"}".to_owned(),
        state: JobState::Done,
        done: 1,
        total: 1,
        message: "略".to_owned(),
        result: None,
        created_at: now,
        finished_at: Some(now),
    };
    job::insert(&mut tx, &made).await.expect("inserts");
    job::save(&mut tx, &made).await.expect("saves");
    tx.commit().await.expect("commits");
    let folder = app.files.join("exports");
    std::fs::create_dir_all(&folder).expect("makes");
    std::fs::write(folder.join("made-1.xlsx"), b"PK").expect("writes");
    ids.insert("message", "n1".to_owned());
    ids.insert("job", "made-1".to_owned());
}

/// The same house once more, as it was: on a copy of its database, beside the
/// same files.
pub(crate) async fn again(app: &AppState, place: &Location) -> AppState {
    let Location::Sqlite(path) = place else { panic!("a copy of a file") };
    let copy = path.with_file_name(format!("{}.db", uuid::Uuid::now_v7().simple()));
    std::fs::copy(path, &copy).expect("copies");
    let sealer = storage::seal::Sealer::new(&[7; 32]);
    let store = storage::Store::open(&Location::Sqlite(copy), sealer).await.expect("opens");
    let opening = web::Opening {
        store,
        clock: app.clock.clone(),
        files: app.files.clone(),
        documents: office::text::Reader::default(),
        mailer: None,
        secure_cookies: false,
        setup_code: None,
    };
    web::App::open(opening).await.expect("opens")
}
