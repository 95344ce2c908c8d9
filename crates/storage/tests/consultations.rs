//! Consultations, the duty roster, limits and erasing, on both engines.

mod support;

use campaign::access::{Action, permit_ask, permit_house};
use campaign::consultation::{Asker, Ending, Given, Outcome, Retention, State};
use campaign::plan::UnitKind;
use storage::consultation::{self, Asked, Consultation, Contact, Filter, New, Picture};
use storage::consultation::{duty, limit, trend};
use storage::organisation;
use storage::{Order, Part, StorageError, Store};
use support::unit;

const DAY: i64 = 86_400_000;

async fn house(store: &Store) {
    let permit = permit_house(Action::ManageOrganisation, "b");
    let mut tx = store.write(1).await.expect("begins");
    for (id, parent, kind) in [
        ("b", None, UnitKind::Bureau),
        ("s", Some("b"), UnitKind::School),
        ("t", Some("b"), UnitKind::School),
    ] {
        organisation::insert_unit(&mut tx, &permit, &unit(id, parent, kind))
            .await
            .expect("inserts");
    }
    for id in ["a1", "a2"] {
        sqlx::query(
            "insert into account (id, sign_in_name, display_name, password_hash, created_at)
             values ($1, $1, $1, '', 1)",
        )
        .bind(id.to_owned())
        .execute(tx.conn())
        .await
        .expect("an account");
    }
    tx.commit().await.expect("commits");
}

fn head(id: &str, unit: &str, asked_at: i64) -> Consultation {
    Consultation {
        id: id.to_owned(),
        unit: unit.to_owned(),
        account: None,
        asked_at,
        week_on: "2022-03-14".to_owned(),
        asker: Asker::Parent,
        given: Given::Money,
        outcome: Outcome::Scam,
        fraud_type: Some("game".to_owned()),
        permille: 970,
        chars: 12,
        state: State::Answered,
        erased_at: None,
        revision: 1,
    }
}

fn asked() -> Asked {
    Asked {
        text: "充值送皮肤".to_owned(),
        number: "13900000000".to_owned(),
        ..Asked::default()
    }
}

async fn ask(store: &Store, head: &Consultation, code: Option<&str>) {
    let asked = asked();
    let hash = |c: char| c.to_string().repeat(64);
    let pictures = [Picture {
        id: format!("f-{}", head.id),
        sha256: hash('a'),
        thumbnail_sha256: hash('b'),
        media_type: "image/png".to_owned(),
        size_bytes: 9,
    }];
    let mut tx = store.write(head.asked_at).await.expect("begins");
    let new = New { head, code, asked: Some(&asked), pictures: &pictures };
    consultation::insert(&mut tx, &permit_ask(None, &head.unit), &new).await.expect("keeps");
    tx.commit().await.expect("commits");
}

#[tokio::test]
async fn what_was_asked_is_sealed_and_the_code_leads_to_it() {
    for (engine, store) in support::stores().await {
        house(&store).await;
        ask(&store, &head("c1", "s", 5), Some("K7QM2XHD9P")).await;
        let permit = permit_ask(None, "s");
        let mut tx = store.write(6).await.expect("begins");
        let contact = Contact { name: "王女士".to_owned(), phone: "13800000000".to_owned() };
        consultation::save_contact(&mut tx, &permit, "c1", &contact).await.expect("keeps");
        consultation::say(&mut tx, &permit, "c1", (None, "我该怎么办")).await.expect("says");
        tx.commit().await.expect("commits");

        let mut conn = store.read().await.expect("reads");
        let sealer = &store.sealer;
        let found = consultation::by_code(&mut conn, sealer, "K7QM2XHD9P").await;
        assert_eq!(found.expect("reads").expect("is there").id, "c1", "{engine}");
        let none = consultation::by_code(&mut conn, sealer, "K7QM2XHD9Q").await;
        assert!(none.expect("reads").is_none(), "{engine}");
        let text = consultation::asked(&mut conn, sealer, "c1").await.expect("reads");
        assert_eq!(text, Some(asked()), "{engine}");
        let reach = consultation::contact(&mut conn, sealer, "c1").await.expect("reads");
        assert_eq!(reach, Some(contact), "{engine}");
        let said = consultation::messages(&mut conn, sealer, "c1").await.expect("reads");
        assert_eq!(said[0].text, "我该怎么办", "{engine}");
        let columns = "coalesce(code_digest, '') || coalesce(question_sealed, '')
            || coalesce(contact_sealed, '')";
        let sql = format!(
            "select {columns} || (select text_sealed from consultation_message) from consultation"
        );
        let raw: String = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .fetch_one(&mut *conn)
            .await
            .expect("reads");
        for words in ["K7QM", "皮肤", "139", "王女士", "138", "怎么办"] {
            assert!(!raw.contains(words), "{engine}: {words}");
        }
    }
}

#[tokio::test]
async fn a_conversation_goes_from_hand_to_hand_and_only_once_at_a_time() {
    for (engine, store) in support::stores().await {
        house(&store).await;
        ask(&store, &head("c1", "s", 5), None).await;
        let tops = ["b".to_owned()];
        let filter = Filter { tops: &tops, ..Filter::default() };
        let mut conn = store.read().await.expect("reads");
        let seen = consultation::count(&mut conn, &filter, 10).await.expect("counts");
        assert_eq!(seen, 0, "{engine}: what only the house answered is nobody's business");
        let mut it = consultation::by_id(&mut conn, "c1").await.expect("reads").expect("is");
        drop(conn);

        let permit = permit_house(Action::Consult, "s");
        let mut tx = store.write(10).await.expect("begins");
        it.state = it.state.hand_over(10).expect("may");
        consultation::save_state(&mut tx, &permit, &it).await.expect("saves");
        let stale = consultation::save_state(&mut tx, &permit, &it).await;
        assert!(matches!(stale, Err(StorageError::Conflict { .. })), "{engine}");
        it.revision += 1;
        it.state = it.state.take("a1", 20).expect("may");
        consultation::save_state(&mut tx, &permit, &it).await.expect("saves");
        it.revision += 1;
        it.state = it.state.close("a1", Ending::Prevented, 30).expect("may");
        consultation::save_state(&mut tx, &permit, &it).await.expect("saves");
        tx.commit().await.expect("commits");

        let mut conn = store.read().await.expect("reads");
        let again = consultation::by_id(&mut conn, "c1").await.expect("reads").expect("is");
        assert_eq!(again.state, it.state, "{engine}");
        let newest = Order::down(consultation::Key::Asked);
        let steps = consultation::steps(&mut conn, "c1").await.expect("reads");
        let states: Vec<&str> = steps.iter().map(|it| it.state.as_str()).collect();
        assert_eq!(states, ["answered", "waiting", "talking", "closed"], "{engine}");
        let found = consultation::list(&mut conn, &filter, newest, Part::first(10))
            .await
            .expect("lists");
        assert_eq!(found[0].holder_name.as_deref(), Some("a1"), "{engine}");
        assert_eq!((found[0].pictures, found[0].messages), (1, 0), "{engine}");
        for (tops, states, expected) in [
            (vec!["s".to_owned()], &["closed"][..], 1),
            (vec!["s".to_owned()], &["waiting", "talking"], 0),
            (vec!["t".to_owned()], &[], 0),
            (vec![], &[], 0),
        ] {
            let filter = Filter { tops: &tops, states, ..Filter::default() };
            let count = consultation::count(&mut conn, &filter, 10).await.expect("counts");
            assert_eq!(count, expected, "{engine}: {tops:?} {states:?}");
        }
        for part in [Part::after("c1", 10), Part::before("c1", 10)] {
            let rest = consultation::list(&mut conn, &filter, newest, part).await;
            assert_eq!(rest.expect("lists"), [], "{engine}");
        }
        let own =
            consultation::of_account(&mut conn, "a1", Part::first(10)).await.expect("lists");
        assert_eq!(own, [], "{engine}");
    }
}

#[tokio::test]
async fn what_is_over_is_erased_and_its_figures_stay() {
    for (engine, store) in support::stores().await {
        house(&store).await;
        ask(&store, &head("old", "s", DAY), Some("AAAAAAAAAA")).await;
        ask(&store, &head("new", "s", 9 * DAY), Some("BBBBBBBBBB")).await;
        let permit = permit_house(Action::ManageConsult, "b");
        let mut tx = store.write(10 * DAY).await.expect("begins");
        let erased = consultation::erase_due(&mut tx, &permit, Retention::default(), 100).await;
        let erased = erased.expect("erases");
        tx.commit().await.expect("commits");
        assert_eq!((erased.consultations, erased.files.len()), (1, 2), "{engine}");
        let mut conn = store.read().await.expect("reads");
        let old = consultation::by_id(&mut conn, "old").await.expect("reads").expect("is");
        assert_eq!(old.erased_at, Some(10 * DAY), "{engine}");
        let text = consultation::asked(&mut conn, &store.sealer, "old").await.expect("reads");
        assert_eq!(text, None, "{engine}");
        let by = consultation::by_code(&mut conn, &store.sealer, "AAAAAAAAAA").await;
        assert!(by.expect("reads").is_none(), "{engine}");
        assert_eq!(consultation::pictures(&mut conn, "old").await.expect("reads"), []);
        // The other one shows the same picture.
        let asked = [erased.files[0].clone(), "none".to_owned()];
        let named = storage::file::named(&mut conn, &asked).await.expect("reads");
        assert!(named.contains(&asked[0]) && !named.contains("none"), "{engine}");
        let weeks = trend::weekly(&mut conn, "b", "2022-03-07", "2022-03-14").await;
        let weeks = weeks.expect("reads");
        assert_eq!((weeks[0].fraud_type.as_str(), weeks[0].count), ("game", 2), "{engine}");
        let children = trend::by_child(&mut conn, "b", "2022-03-07", "2022-03-14").await;
        assert_eq!(children.expect("reads"), [("s".to_owned(), 2)], "{engine}");
        drop(conn);
        let mut tx = store.write(11 * DAY).await.expect("begins");
        let heads = [head("q1", "t", 10 * DAY), head("q2", "t", 10 * DAY)];
        let permit = permit_ask(None, "b");
        consultation::insert_figures(&mut tx, &permit, &heads).await.expect("inserts");
        tx.commit().await.expect("commits");
        let mut conn = store.read().await.expect("reads");
        let children = trend::by_child(&mut conn, "b", "2022-03-07", "2022-03-14").await;
        assert_eq!(children.expect("reads").len(), 2, "{engine}");
    }
}

#[tokio::test]
async fn the_roster_and_the_limits_are_kept() {
    for (engine, store) in support::stores().await {
        house(&store).await;
        let permit = permit_house(Action::ManageConsult, "b");
        let mut tx = store.write(100).await.expect("begins");
        let week = [true, true, true, true, true, false, false];
        duty::put(&mut tx, &permit, ("b", "a2"), [true; 7]).await.expect("puts");
        duty::put(&mut tx, &permit, ("s", "a1"), [true; 7]).await.expect("puts");
        duty::put(&mut tx, &permit, ("s", "a1"), week).await.expect("puts again");
        let surge = ("s", "game", "2022-03-14");
        assert!(trend::note_surge(&mut tx, &permit, surge, None).await.expect("notes"));
        assert!(!trend::note_surge(&mut tx, &permit, surge, None).await.expect("notes once"));
        tx.commit().await.expect("commits");
        let mut conn = store.read().await.expect("reads");
        let above = duty::above(&mut conn, "s").await.expect("reads");
        let names: Vec<(&str, &str)> =
            above.iter().map(|it| (it.unit.as_str(), it.account.as_str())).collect();
        assert_eq!(names, [("s", "a1"), ("b", "a2")], "{engine}: the nearest first");
        assert_eq!(above[0].days, week, "{engine}");
        assert_eq!(duty::below(&mut conn, "b").await.expect("reads").len(), 2, "{engine}");
        assert_eq!(duty::units_of(&mut conn, "a1").await.expect("reads"), ["s"], "{engine}");
        let surges = trend::surges(&mut conn, "s", "2022-01-01").await.expect("reads");
        assert_eq!(surges.len(), 1, "{engine}");
        drop(conn);
        let mut tx = store.write(1_000).await.expect("begins");
        assert!(duty::remove(&mut tx, &permit, "s", "a1").await.expect("removes"), "{engine}");
        assert!(!duty::remove(&mut tx, &permit, "s", "a1").await.expect("is gone"), "{engine}");
        let hits = limit::Limit { what: "code", whom: "192.0.2.1", span_ms: 1_000, most: 2 };
        for expected in [true, true, false] {
            assert_eq!(limit::hit(&mut tx, &hits).await.expect("counts"), expected, "{engine}");
        }
        assert_eq!(limit::count(&mut tx, &hits).await.expect("counts"), 3, "{engine}");
        let other = limit::Limit { whom: "192.0.2.2", ..hits };
        assert!(limit::hit(&mut tx, &other).await.expect("counts"), "{engine}");
        tx.commit().await.expect("commits");
        let mut tx = store.write(2_000).await.expect("begins");
        assert!(limit::hit(&mut tx, &hits).await.expect("a new span"), "{engine}");
        limit::sweep(&mut tx, 2_000).await.expect("sweeps");
        tx.commit().await.expect("commits");
    }
}
