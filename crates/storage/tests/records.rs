//! Records through their whole life, on both engines.

mod support;

use campaign::access::{Action, Permit, permit_house};
use campaign::plan::UnitKind;
use campaign::record::{Presence, Status, Step};
use jiff::civil::Date;
use storage::account;
use storage::audit::{self, Verdict};
use storage::evidence::{self, Evidence};
use storage::likeness::{self, Likeness, Of};
use storage::organisation;
use storage::record::{
    self, Attendance, Filter, Inserted, Key, LATEST, LaterStep, NewRecord, Scope, WAITING,
};
use storage::suspicion::{self, Suspicion};
use storage::{Order, Part, StorageError, Store};
use support::unit;

fn permit() -> Permit {
    permit_house(Action::Submit, "c")
}

/// A bureau, two schools, a class each; one account; two pupils.
async fn house(store: &Store) {
    let permit = permit_house(Action::ManageOrganisation, "b");
    let mut tx = store.write(1).await.expect("begins");
    for it in [
        unit("b", None, UnitKind::Bureau),
        unit("s", Some("b"), UnitKind::School),
        unit("c", Some("s"), UnitKind::Class),
        unit("t", Some("b"), UnitKind::School),
        unit("d", Some("t"), UnitKind::Class),
    ] {
        organisation::insert_unit(&mut tx, &permit, &it).await.expect("inserts");
    }
    let account = support::account("a1", "zhang", "张老师");
    account::insert(&mut tx, &permit, &account).await.expect("inserts");
    for id in ["p1", "p2"] {
        sqlx::query(
            "insert into person (id, unit_id, role, name) values ($1, 'c', 'student', $1)",
        )
        .bind(id.to_owned())
        .execute(tx.conn())
        .await
        .expect("inserts");
    }
    tx.commit().await.expect("commits");
}

fn a_record(key: &str) -> NewRecord {
    NewRecord {
        id: format!("r-{key}"),
        activity: "class-meeting".to_owned(),
        unit: "c".to_owned(),
        person: None,
        title: format!("主题班会 {key}"),
        acted_on: Date::constant(2022, 3, 1),
        acted_time: Some("09:05".to_owned()),
        submitted_at: 1_000,
        submitted_by: "a1".to_owned(),
        count: 1,
        place: None,
        minutes: Some("讲了三个案例".to_owned()),
        link: None,
        roll: Vec::new(),
        evidence: Vec::new(),
        replaces: None,
        client_key: key.to_owned(),
        later: Vec::new(),
    }
}

fn a_photo(id: &str, sha256: &str) -> Evidence {
    Evidence {
        id: id.to_owned(),
        unit: "c".to_owned(),
        kind: evidence::Kind::Photo,
        name: "班会.jpg".to_owned(),
        media_type: "image/jpeg".to_owned(),
        size_bytes: 3,
        sha256: sha256.to_owned(),
        thumbnail_sha256: None,
        taken_at: Some("2022-03-01T09:10:00".to_owned()),
        latitude: Some(31.7),
        longitude: None,
        uploaded_at: 1_000,
        uploaded_by: "a1".to_owned(),
    }
}

async fn enter(store: &Store, records: &[NewRecord]) -> Vec<Inserted> {
    let mut tx = store.write(1_000).await.expect("begins");
    let answers = record::insert_taken(&mut tx, &permit(), records).await.expect("inserts");
    tx.commit().await.expect("commits");
    answers
}

#[tokio::test]
async fn what_is_sent_twice_is_one_record() {
    for (engine, store) in support::stores().await {
        house(&store).await;
        let roll = vec![
            Attendance { person: "p1".to_owned(), presence: Presence::Present },
            Attendance {
                person: "p2".to_owned(),
                presence: Presence::Absent { reason: Some("病假".to_owned()) },
            },
        ];
        let first = NewRecord { roll, evidence: vec![a_photo("e1", "abc")], ..a_record("k1") };
        let twin = NewRecord { id: "r-twin".to_owned(), ..first.clone() };
        let answers = enter(&store, &[first.clone(), twin, a_record("k2")]).await;
        assert_eq!(answers[0], Inserted::New { id: "r-k1".to_owned() }, "{engine}");
        assert_eq!(
            answers[1],
            Inserted::Again { id: "r-k1".to_owned(), same: true },
            "{engine}"
        );
        let other =
            NewRecord { id: "r-x".to_owned(), title: "另一次".to_owned(), ..first.clone() };
        let later = enter(&store, &[other]).await;
        assert_eq!(
            later[0],
            Inserted::Again { id: "r-k1".to_owned(), same: false },
            "{engine}"
        );

        let mut conn = store.read().await.expect("reads");
        let kept = record::by_id(&mut conn, "r-k1").await.expect("reads").expect("is there");
        assert_eq!((kept.present_count, kept.absent_count), (Some(1), Some(1)), "{engine}");
        assert_eq!(kept.digest, record::digest(&first), "{engine}");
        assert_eq!(kept.submitter_name.as_deref(), Some("张老师"), "{engine}");
        let roll = record::roll(&mut conn, "r-k1").await.expect("reads");
        assert_eq!(roll[0].name, "p2", "the absent come first ({engine})");
        let files = evidence::of_record(&mut conn, "r-k1").await.expect("reads");
        assert_eq!(files, [a_photo("e1", "abc")], "{engine}");
        let steps = record::steps(&mut conn, "r-k1").await.expect("reads");
        assert_eq!(steps.len(), 1, "{engine}");
        let verdict = audit::verify(&mut conn).await.expect("verifies");
        assert!(matches!(verdict, Verdict::Whole { .. }), "{engine}");
    }
}

#[tokio::test]
async fn a_step_is_taken_once_and_moves_the_record_on_in_the_order_of_changes() {
    for (engine, store) in support::stores().await {
        house(&store).await;
        let returned = LaterStep {
            status: Status::Returned,
            at: 2_000,
            account: None,
            reason: Some("照片不清".to_owned()),
        };
        let old = NewRecord { later: vec![returned], ..a_record("k1") };
        enter(&store, &[old, a_record("k2"), a_record("k3")]).await;
        let mut conn = store.read().await.expect("reads");
        let old = record::by_id(&mut conn, "r-k1").await.expect("reads").expect("is there");
        assert_eq!((old.status, old.voided_at), (Status::Returned, Some(2_000)), "{engine}");
        let read = record::by_id(&mut conn, "r-k2").await.expect("reads").expect("is there");
        let last = record::by_id(&mut conn, "r-k3").await.expect("reads").expect("is there");
        assert!(old.seq < read.seq && read.seq < last.seq, "{engine}");
        drop(conn);

        let step = Step::Withdraw { reason: "填错了班级".to_owned() };
        let next = read.status.step(&step).expect("may be taken");
        let mut tx = store.write(3_000).await.expect("begins");
        record::save_step(&mut tx, &permit(), &read, (&step, next)).await.expect("saves");
        tx.commit().await.expect("commits");

        let mut tx = store.write(4_000).await.expect("begins");
        let accepted = (&Step::Accept, Status::Accepted);
        let late = record::save_step(&mut tx, &permit(), &read, accepted).await;
        assert!(matches!(late, Err(StorageError::Conflict { .. })), "{engine}");
        drop(tx);

        let mut conn = store.read().await.expect("reads");
        let now = record::by_id(&mut conn, "r-k2").await.expect("reads").expect("is there");
        assert_eq!((now.status, now.voided_at), (Status::Withdrawn, Some(3_000)), "{engine}");
        assert!(last.seq < now.seq, "{engine}");
        let steps = record::steps(&mut conn, "r-k2").await.expect("reads");
        assert_eq!(steps.len(), 2, "{engine}");
        assert_eq!(steps[1].reason.as_deref(), Some("填错了班级"), "{engine}");
    }
}

#[tokio::test]
async fn lists_are_scoped_narrowed_and_paged() {
    for (engine, store) in support::stores().await {
        house(&store).await;
        let mut records: Vec<NewRecord> = (1..=9)
            .map(|n| NewRecord {
                unit: if n % 3 == 0 { "d".to_owned() } else { "c".to_owned() },
                acted_on: Date::constant(2022, 3, n),
                submitted_at: i64::from(n),
                ..a_record(&format!("k{n}"))
            })
            .collect();
        records[4].title = "反诈讲座 100%_".to_owned();
        enter(&store, &records).await;
        let mut conn = store.read().await.expect("reads");
        let mut ids = async |filter: &Filter<'_>, order, after: &str, limit| {
            let part = match after.strip_prefix('<') {
                Some(id) => Part::before(id, limit),
                None => Part::after(after, limit),
            };
            let page = record::list(&mut conn, filter, order, part).await.expect("lists");
            page.iter().map(|it| it.id.trim_start_matches("r-k").to_owned()).collect::<Vec<_>>()
        };
        for scope in [Scope::Wide("s"), Scope::Narrow("s")] {
            let filter = Filter { scope, ..Filter::default() };
            assert_eq!(
                ids(&filter, LATEST, "", 10).await,
                ["8", "7", "5", "4", "2", "1"],
                "{engine}"
            );
            assert_eq!(ids(&filter, LATEST, "r-k5", 2).await, ["4", "2"], "{engine}");
            // The two right before it, in the list's own order.
            assert_eq!(ids(&filter, LATEST, "<r-k4", 2).await, ["7", "5"], "{engine}");
            assert_eq!(ids(&filter, LATEST, "<r-k8", 2).await, [""; 0], "{engine}");
            let newest = Order::down(Key::Submitted);
            assert_eq!(ids(&filter, newest, "r-k5", 2).await, ["4", "2"], "{engine}");
            let earliest = Order::up(Key::Acted);
            assert_eq!(ids(&filter, earliest, "r-k5", 2).await, ["7", "8"], "{engine}");
        }
        let filter = Filter {
            from: Some(Date::constant(2022, 3, 3)),
            until: Some(Date::constant(2022, 3, 6)),
            status: Some(Status::Submitted),
            ..Filter::default()
        };
        assert_eq!(ids(&filter, WAITING, "", 10).await, ["3", "4", "5", "6"], "{engine}");
        assert_eq!(ids(&filter, WAITING, "r-k4", 10).await, ["5", "6"], "{engine}");
        let filter = Filter { search: Some("100%_"), ..Filter::default() };
        assert_eq!(ids(&filter, LATEST, "", 10).await, ["5"], "{engine}");
        let filter = Filter { search: Some("%"), ..Filter::default() };
        assert_eq!(ids(&filter, LATEST, "", 10).await, ["5"], "{engine}");
        let filter = Filter { scope: Scope::Wide("t"), ..Filter::default() };
        assert_eq!(
            record::count(&mut conn, &filter, 100).await.expect("counts"),
            3,
            "{engine}"
        );
        assert_eq!(record::count(&mut conn, &filter, 2).await.expect("counts"), 2, "{engine}");
    }
}

#[tokio::test]
async fn reuse_is_found_and_judged_once() {
    for (engine, store) in support::stores().await {
        house(&store).await;
        let first = NewRecord { evidence: vec![a_photo("e1", "abc")], ..a_record("k1") };
        let second = NewRecord {
            unit: "d".to_owned(),
            evidence: vec![a_photo("e2", "abc")],
            ..a_record("k2")
        };
        enter(&store, &[first, second]).await;
        let house = permit_house(Action::Review, "b");
        let mut tx = store.write(5_000).await.expect("begins");
        let unseen = likeness::unseen(tx.conn(), 0, 10).await.expect("reads");
        assert_eq!(unseen.len(), 2, "{engine}");
        let used = evidence::first_use(tx.conn(), "abc", "r-k2").await.expect("reads");
        assert_eq!(used, Some(("e1".to_owned(), "r-k1".to_owned())), "{engine}");
        let used = evidence::first_use(tx.conn(), "abc", "r-k1").await.expect("reads");
        assert_eq!(used, None, "{engine}");
        let text = |id: &str, record: &str, bands: Vec<i64>| Likeness {
            id: id.to_owned(),
            record: record.to_owned(),
            of: Of::Text { signature: vec![1, 2], bands },
        };
        let photo = Likeness {
            id: "l3".to_owned(),
            record: "r-k1".to_owned(),
            of: Of::Photo { evidence: "e1".to_owned(), sketch: vec![7], print: vec![8, 9] },
        };
        let rows = [
            text("l1", "r-k1", vec![5, -6, i64::MIN]),
            text("l2", "r-k2", vec![0, -6, 1]),
            photo,
        ];
        likeness::insert(&mut tx, &house, &rows).await.expect("inserts");
        let near =
            likeness::texts_near(tx.conn(), "r-k2", &[0, -6, 1], 10).await.expect("reads");
        assert_eq!(near.len(), 1, "{engine}");
        assert_eq!((near[0].record.as_str(), &near[0].signature[..]), ("r-k1", &[1, 2][..]));
        let print = likeness::print_of(tx.conn(), "e1", "r-k1").await.expect("reads");
        assert_eq!(print, Some(vec![8, 9]), "{engine}");
        let photos = likeness::photos(tx.conn(), "", 10).await.expect("reads");
        assert_eq!(photos.len(), 1, "{engine}");
        assert_eq!((photos[0].evidence.as_str(), &photos[0].sketch[..]), ("e1", &[7][..]));
        let found = Suspicion {
            id: "x1".to_owned(),
            record: "r-k2".to_owned(),
            kind: suspicion::Kind::SameFile,
            other_record: Some("r-k1".to_owned()),
            evidence: Some("e2".to_owned()),
            other_evidence: Some("e1".to_owned()),
            similarity: Some(1.0),
            found_at: 5_000,
            verdict: None,
            decided_at: None,
            decided_by: None,
            note: None,
        };
        suspicion::insert(&mut tx, &house, std::slice::from_ref(&found))
            .await
            .expect("inserts");
        likeness::save_progress(&mut tx, &house, unseen[1].first_seq).await.expect("saves");
        tx.commit().await.expect("commits");

        let mut conn = store.read().await.expect("reads");
        let seen = likeness::progress(&mut conn).await.expect("reads");
        assert!(likeness::unseen(&mut conn, seen, 10).await.expect("reads").is_empty());
        let filter = Filter { suspect: true, ..Filter::default() };
        let listed =
            record::list(&mut conn, &filter, LATEST, Part::first(10)).await.expect("lists");
        assert_eq!((listed.len(), listed[0].suspicions), (1, 1), "{engine}");
        drop(conn);

        let mut tx = store.write(6_000).await.expect("begins");
        let verdict = (suspicion::Verdict::Fine, "同一次活动");
        suspicion::decide(&mut tx, &house, &found, verdict).await.expect("decides");
        let again = suspicion::decide(&mut tx, &house, &found, verdict).await;
        assert!(matches!(again, Err(StorageError::Conflict { .. })), "{engine}");
        let kept = suspicion::of_record(tx.conn(), "r-k2").await.expect("reads");
        assert_eq!(kept[0].verdict, Some(suspicion::Verdict::Fine), "{engine}");
        assert_eq!(kept[0].note.as_deref(), Some("同一次活动"), "{engine}");
    }
}

#[tokio::test]
async fn a_record_changed_behind_the_houses_back_is_named() {
    const TAMPERINGS: [(&str, &str, &str); 9] = [
        (
            "update record set title = '改' where id = 'r2'",
            "r2",
            "记录、点名或附件内容与摘要不符",
        ),
        ("update record set count = 9 where id = 'r1'", "r1", "记录、点名或附件内容与摘要不符"),
        (
            "update record set digest = 'x' where id = 'r2'",
            "r2",
            "行内摘要与审计链中的摘要不符",
        ),
        (
            "update attendance set present = 1, reason = null where record_id = 'r1'",
            "r1",
            "记录、点名或附件内容与摘要不符",
        ),
        ("update record set present_count = 40 where id = 'r1'", "r1", "出勤人数与点名不符"),
        ("update record set status = 'accepted' where id = 'r2'", "r2", "状态与最后一步不符"),
        ("update record set voided_at = null where id = 'r3'", "r3", "是否计入与状态不符"),
        (
            "update record set first_seq = 1, seq = 1 where id = 'r2'",
            "r2",
            "录入行说的是别的事",
        ),
        ("update record set id = 'r9' where id = 'r2'", "r9", "录入行说的是别的事"),
    ];
    let named = |id: &str| NewRecord { id: id.to_owned(), ..a_record(id) };
    for (engine, store) in support::stores().await {
        house(&store).await;
        let fresh = [
            NewRecord {
                roll: vec![
                    Attendance { person: "p1".to_owned(), presence: Presence::Present },
                    Attendance {
                        person: "p2".to_owned(),
                        presence: Presence::Absent { reason: Some("病假".to_owned()) },
                    },
                ],
                ..named("r1")
            },
            named("r2"),
            named("r3"),
        ];
        let mut tx = store.write(5).await.expect("begins");
        record::insert_taken(&mut tx, &permit(), &fresh).await.expect("inserts");
        tx.commit().await.expect("commits");
        let mut tx = store.write(6).await.expect("begins");
        let third = record::by_id(tx.conn(), "r3").await.expect("reads").expect("is there");
        let step = Step::Return { reason: "照片不清".to_owned() };
        record::save_step(&mut tx, &permit(), &third, (&step, Status::Returned))
            .await
            .expect("saves");
        tx.commit().await.expect("commits");

        let mut conn = store.read().await.expect("reads");
        let verdict = record::verify(&mut conn).await.expect("verifies");
        assert_eq!(verdict, record::Verdict::Whole { records: 3 }, "{engine}");
        drop(conn);
        for (tampering, record, why) in TAMPERINGS {
            let mut tx = store.write(7).await.expect("begins");
            if tampering.contains("set id") {
                sqlx::query("delete from record_step where record_id = 'r2'")
                    .execute(tx.conn())
                    .await
                    .expect("tampers");
            }
            sqlx::query(tampering).execute(tx.conn()).await.expect("tampers");
            let verdict = record::verify(tx.conn()).await.expect("verifies");
            let expected = record::Verdict::Broken { record: record.to_owned(), why };
            assert_eq!(verdict, expected, "{engine}: {tampering}");
            // Dropped: the next one begins from what is whole.
        }
        let mut tx = store.write(8).await.expect("begins");
        for text in [
            "delete from record_step where record_id = 'r2'",
            "delete from record where id = 'r2'",
        ] {
            sqlx::query(text).execute(tx.conn()).await.expect("tampers");
        }
        let verdict = record::verify(tx.conn()).await.expect("verifies");
        let expected = record::Verdict::Broken {
            record: "r2".to_owned(),
            why: "审计链中有此记录，记录表中已不存在",
        };
        assert_eq!(verdict, expected, "{engine}");
    }
}
