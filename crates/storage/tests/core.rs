//! Accounts, sessions, the tree and the audit chain, on both engines.

mod support;

use campaign::access::{Action, Role, permit_house};
use campaign::plan::UnitKind;
use storage::account::{self, Account};
use storage::audit::{self, Verdict};
use storage::organisation;
use storage::session::{self, Session};
use storage::{StorageError, setting};
use support::unit;

fn an_account() -> Account {
    Account { must_change_password: true, ..support::account("a1", "zhang", "张老师") }
}

#[tokio::test]
async fn a_tree_an_account_and_a_session_are_kept() {
    for (engine, store) in support::stores().await {
        let permit = permit_house(Action::ManageOrganisation, "b");
        let mut tx = store.write(1_000).await.expect("begins");
        for it in [
            unit("b", None, UnitKind::Bureau),
            unit("s", Some("b"), UnitKind::School),
            unit("c", Some("s"), UnitKind::Class),
        ] {
            organisation::insert_unit(&mut tx, &permit, &it).await.expect("inserts");
        }
        account::insert(&mut tx, &permit, &an_account()).await.expect("inserts");
        account::grant(&mut tx, &permit, "a1", Role::Teacher, "c").await.expect("grants");
        account::grant(&mut tx, &permit, "a1", Role::Teacher, "c")
            .await
            .expect("again is fine");
        let opened = Session {
            token_digest: session::digest("token"),
            account: "a1".to_owned(),
            created_at: 1_000,
            seen_at: 1_000,
            expires_at: 2_000,
            agent: "手机".to_owned(),
        };
        session::open(&mut tx, &opened).await.expect("opens");
        setting::set(&mut tx, &permit, "name", "某区").await.expect("sets");
        tx.commit().await.expect("commits");

        let mut conn = store.read().await.expect("reads");
        let units = organisation::units(&mut conn).await.expect("units");
        assert_eq!(units.len(), 3, "{engine}");
        let above = organisation::above(&mut conn, "c").await.expect("above");
        assert_eq!(above, ["c", "s", "b"], "{engine}");
        let found =
            account::by_name(&mut conn, "zhang").await.expect("reads").expect("is there");
        assert!(found.must_change_password, "{engine}");
        let actor = account::actor(&mut conn, &found, "2022-03-01").await.expect("reads");
        assert_eq!(actor.grants.len(), 1, "{engine}");
        let asked = account::Filter {
            unit: "b",
            part: storage::Part::first(10),
            ..account::Filter::default()
        };
        let below = account::below(&mut conn, &asked).await.expect("reads");
        assert_eq!(below.len(), 1, "{engine}");
        let digest = session::digest("token");
        assert!(session::find(&mut conn, &digest, 1_500).await.expect("reads").is_some());
        assert!(session::find(&mut conn, &digest, 2_000).await.expect("reads").is_none());
        assert_eq!(
            setting::get(&mut conn, "name").await.expect("reads").as_deref(),
            Some("某区")
        );
    }
}

#[tokio::test]
async fn a_change_on_an_old_revision_conflicts() {
    for (engine, store) in support::stores().await {
        let permit = permit_house(Action::ManageAccounts, "b");
        let mut tx = store.write(1).await.expect("begins");
        account::insert(&mut tx, &permit, &an_account()).await.expect("inserts");
        account::save(&mut tx, &permit, &an_account(), "change").await.expect("saves");
        let again = account::save(&mut tx, &permit, &an_account(), "change").await;
        assert!(matches!(again, Err(StorageError::Conflict { .. })), "{engine}");
    }
}

#[tokio::test]
async fn the_chain_shows_every_tampering() {
    for (engine, store) in support::stores().await {
        let permit = permit_house(Action::ManageOrganisation, "b");
        for name in ["甲", "乙", "丙"] {
            let mut tx = store.write(5).await.expect("begins");
            setting::set(&mut tx, &permit, "x", name).await.expect("sets");
            tx.commit().await.expect("commits");
        }
        // Dropped without a commit: nothing of it stays.
        let mut dropped = store.write(5).await.expect("begins");
        setting::set(&mut dropped, &permit, "x", "丁").await.expect("sets");
        drop(dropped);

        let mut conn = store.read().await.expect("reads");
        let verdict = audit::verify(&mut conn).await.expect("verifies");
        assert!(matches!(verdict, Verdict::Whole { lines: 3, .. }), "{engine}: {verdict:?}");
        drop(conn);

        let mut tx = store.write(6).await.expect("begins");
        sqlx::query("update audit set detail = '戊' where seq = 2")
            .execute(tx.conn())
            .await
            .expect("tampers");
        let verdict = audit::verify(tx.conn()).await.expect("verifies");
        assert_eq!(verdict, Verdict::Broken { seq: 2, why: "内容与校验值不符" }, "{engine}");
        sqlx::query("delete from audit where seq = 3")
            .execute(tx.conn())
            .await
            .expect("tampers");
        sqlx::query("update audit set detail = '乙' where seq = 2")
            .execute(tx.conn())
            .await
            .expect("mends");
        let verdict = audit::verify(tx.conn()).await.expect("verifies");
        assert_eq!(verdict, Verdict::Broken { seq: 3, why: "末尾与链头不符" }, "{engine}");
    }
}

#[tokio::test]
async fn the_chain_is_whole_while_the_house_goes_on_writing() {
    for (engine, store) in support::stores().await {
        let writer = store.clone();
        let writing = tokio::spawn(async move {
            let permit = permit_house(Action::ManageOrganisation, "b");
            for number in 0..150 {
                let mut tx = writer.write(number).await.expect("begins");
                setting::set(&mut tx, &permit, "x", &number.to_string()).await.expect("sets");
                tx.commit().await.expect("commits");
            }
        });
        while !writing.is_finished() {
            let mut conn = store.read().await.expect("reads");
            let verdict = audit::verify(&mut conn).await.expect("verifies");
            assert!(matches!(verdict, Verdict::Whole { .. }), "{engine}: {verdict:?}");
        }
        writing.await.expect("writes");
    }
}
