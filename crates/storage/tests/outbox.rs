//! Notifications, the outbox and leases, on both engines.

mod support;

use std::collections::HashSet;

use campaign::access::{Action, Permit, Role, permit_house};
use campaign::plan::UnitKind;
use storage::account::{self, Account};
use storage::notification::{self, Filter, Key, Kind, Message};
use storage::organisation;
use storage::outbox::{self, Mail, Narrow, Outcome, State};
use storage::{Order, Part, Store, lease};
use support::unit;

fn permit() -> Permit {
    permit_house(Action::Self_, "b")
}

/// A bureau with a clerk, and two schools with an officer each.
async fn house(store: &Store) {
    let permit = permit();
    let mut tx = store.write(1).await.expect("begins");
    for it in [
        unit("b", None, UnitKind::Bureau),
        unit("s", Some("b"), UnitKind::School),
        unit("t", Some("b"), UnitKind::School),
    ] {
        organisation::insert_unit(&mut tx, &permit, &it).await.expect("inserts");
    }
    for (id, role, at) in
        [("k", Role::Clerk, "b"), ("o", Role::Officer, "s"), ("q", Role::Officer, "t")]
    {
        let account = Account {
            email: Some(format!("{id}@school.example")),
            ..support::account(id, &format!("name-{id}"), &format!("干部{id}"))
        };
        account::insert(&mut tx, &permit, &account).await.expect("inserts");
        account::grant(&mut tx, &permit, id, role, at).await.expect("grants");
    }
    tx.commit().await.expect("commits");
}

fn mail(id: &str, account: &str, next_at: i64) -> Mail {
    Mail {
        id: id.to_owned(),
        account: Some(account.to_owned()),
        recipient: format!("{account}@school.example"),
        subject: format!("事项 100%{id}"),
        body: "正文".to_owned(),
        next_at,
        dedupe_key: Some(format!("key-{id}")),
    }
}

fn message(id: &str, account: &str, key: &str) -> Message {
    Message {
        id: id.to_owned(),
        account: account.to_owned(),
        kind: Kind::Reminder,
        title: format!("提醒{id}"),
        body: "第一行\n第二行".to_owned(),
        href: "/home".to_owned(),
        dedupe_key: Some(key.to_owned()),
        steps: vec![format!("step-{id}"), "step-common".to_owned()],
        mail: Some(mail(&format!("m{id}"), account, 10)),
    }
}

async fn enqueue(store: &Store, at: i64, mails: &[Mail]) {
    let mut tx = store.write(at).await.expect("begins");
    for it in mails {
        outbox::enqueue(&mut tx, it).await.expect("enqueues");
    }
    tx.commit().await.expect("commits");
}

async fn lease_all(store: &Store, at: i64, holder: &str, limit: i64) -> Vec<String> {
    let mut tx = store.write(at).await.expect("begins");
    let leased = outbox::lease(&mut tx, holder, at + 100, limit).await.expect("leases");
    tx.commit().await.expect("commits");
    leased.into_iter().map(|it| it.id).collect()
}

async fn settle(store: &Store, at: i64, (id, holder): (&str, &str), outcome: Outcome) -> bool {
    let mut tx = store.write(at).await.expect("begins");
    let settled = outbox::settle(&mut tx, id, holder, &outcome).await.expect("settles");
    tx.commit().await.expect("commits");
    settled
}

async fn page(store: &Store, narrow: &Narrow) -> Vec<outbox::Sent> {
    let mut conn = store.read().await.expect("reads");
    outbox::page(&mut conn, narrow, Part::first(50)).await.expect("reads")
}

fn first_of(limit: i64) -> Filter<'static> {
    Filter { order: Order::down(Key::Told), part: Part::first(limit), ..Filter::default() }
}

#[tokio::test]
async fn a_message_is_told_once_and_its_steps_are_remembered() {
    for (engine, store) in support::stores().await {
        house(&store).await;
        let mut tx = store.write(5).await.expect("begins");
        let batch = [message("1", "o", "day-1/o"), message("2", "q", "day-1/q")];
        let told = notification::tell_many(&mut tx, &permit(), &batch).await.expect("tells");
        assert_eq!(told, 2, "{engine}");
        tx.commit().await.expect("commits");

        // Another process comes to the same conclusion.
        let mut tx = store.write(6).await.expect("begins");
        let again = [message("3", "o", "day-1/o"), message("4", "o", "day-2/o")];
        let told = notification::tell_many(&mut tx, &permit(), &again).await.expect("tells");
        assert_eq!(told, 1, "{engine}");
        let once = message("5", "o", "day-2/o");
        assert!(!notification::tell(&mut tx, &permit(), &once).await.expect("tells"));
        tx.commit().await.expect("commits");

        let mut conn = store.read().await.expect("reads");
        let told = notification::told_since(&mut conn, 5).await.expect("reads");
        let steps: HashSet<String> =
            ["step-1", "step-4", "step-common"].map(str::to_owned).into();
        assert_eq!(told["o"], steps, "{engine}");
        assert_eq!(notification::unread(&mut conn, "o").await.expect("reads"), 2);
        let first = notification::page(&mut conn, "o", &first_of(1)).await.expect("reads");
        assert_eq!(first[0].id, "4", "{engine}: the newest first");
        drop(conn);

        let mut tx = store.write(7).await.expect("begins");
        assert_eq!(notification::mark_read(&mut tx, "q", "4").await.expect("marks"), 0);
        assert_eq!(notification::mark_read(&mut tx, "o", "4").await.expect("marks"), 1);
        tx.commit().await.expect("commits");
        let mut conn = store.read().await.expect("reads");
        let first = notification::page(&mut conn, "o", &first_of(1)).await.expect("reads");
        assert_eq!((first[0].id.as_str(), first[0].read_at), ("4", Some(7)), "{engine}");
        let after = Filter { part: Part::after("4", 10), ..first_of(10) };
        let next = notification::page(&mut conn, "o", &after).await.expect("reads");
        assert_eq!(next.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), ["1"]);
        let before = Filter { part: Part::before("1", 10), ..first_of(10) };
        let back = notification::page(&mut conn, "o", &before).await.expect("reads");
        assert_eq!(back.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), ["4"]);
        for (search, found) in [("没有", 0), ("", 2)] {
            let filter = Filter { search, ..first_of(10) };
            let page = notification::page(&mut conn, "o", &filter).await.expect("reads");
            assert_eq!(page.len(), found, "{engine}: {search}");
        }
        let unread = Filter { unread_only: true, ..first_of(10) };
        let unread = notification::page(&mut conn, "o", &unread).await.expect("reads");
        assert_eq!(unread.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), ["1"]);
        assert!(notification::by_id(&mut conn, "q", "4").await.expect("reads").is_none());
        drop(conn);
        assert_eq!(page(&store, &Narrow::default()).await.len(), 3, "{engine}: mails with it");

        let mut tx = store.write(8).await.expect("begins");
        notification::sweep(&mut tx, 8, 6).await.expect("sweeps");
        tx.commit().await.expect("commits");
        let mut conn = store.read().await.expect("reads");
        let left = notification::page(&mut conn, "o", &first_of(10)).await.expect("reads");
        assert_eq!(left.len(), 1, "{engine}: what was read is dropped");
        let told = notification::told_since(&mut conn, 0).await.expect("reads");
        assert_eq!(told["o"].len(), 1, "{engine}: {told:?}");
    }
}

#[tokio::test]
async fn contacts_are_the_accounts_in_use_with_their_roles() {
    for (engine, store) in support::stores().await {
        house(&store).await;
        let mut tx = store.write(5).await.expect("begins");
        sqlx::query("update account set disabled_at = 4 where id = 'q'")
            .execute(tx.conn())
            .await
            .expect("disables");
        sqlx::query("update role_grant set until_on = '2022-01-31' where account_id = 'k'")
            .execute(tx.conn())
            .await
            .expect("ends");
        tx.commit().await.expect("commits");
        let mut conn = store.read().await.expect("reads");
        let found = notification::contacts(&mut conn, "2022-02-01").await.expect("reads");
        let names: Vec<(&str, usize)> =
            found.iter().map(|it| (it.account.as_str(), it.grants.len())).collect();
        assert_eq!(names, [("k", 0), ("o", 1)], "{engine}");
    }
}

#[tokio::test]
async fn what_one_holds_nobody_else_sends() {
    for (engine, store) in support::stores().await {
        house(&store).await;
        let mails: Vec<Mail> = (1..=5).map(|n| mail(&n.to_string(), "o", 10)).collect();
        enqueue(&store, 5, &mails).await;
        enqueue(&store, 5, &mails).await;
        assert!(lease_all(&store, 9, "x", 9).await.is_empty(), "{engine}: not due yet");
        assert_eq!(lease_all(&store, 10, "x", 3).await, ["1", "2", "3"], "{engine}");
        assert_eq!(lease_all(&store, 11, "y", 9).await, ["4", "5"], "{engine}");
        assert!(lease_all(&store, 12, "z", 9).await.is_empty(), "{engine}");

        assert!(settle(&store, 20, ("1", "x"), Outcome::Sent).await, "{engine}");
        let later = Outcome::Later { at: 500, error: "451 稍后".to_owned() };
        assert!(settle(&store, 20, ("2", "x"), later).await, "{engine}");
        // The process `x` died with 3; its lease runs out.
        assert_eq!(lease_all(&store, 110, "y", 9).await, ["3"], "{engine}");
        assert!(!settle(&store, 115, ("3", "x"), Outcome::Sent).await, "{engine}: too late");
        assert!(settle(&store, 115, ("3", "y"), Outcome::Untried { at: 200 }).await);
        let dead = Outcome::Dead { error: "550 没有此人".to_owned() };
        assert!(settle(&store, 120, ("4", "y"), dead).await, "{engine}");

        let rows = page(&store, &Narrow::default()).await;
        let states: Vec<(&str, State, i64)> =
            rows.iter().map(|it| (it.id.as_str(), it.state, it.attempts)).collect();
        assert_eq!(
            states,
            [
                ("5", State::Waiting, 1),
                ("4", State::Dead, 1),
                ("3", State::Waiting, 1),
                ("2", State::Waiting, 1),
                ("1", State::Sent, 1),
            ],
            "{engine}"
        );
        assert_eq!(rows[3].last_error.as_deref(), Some("451 稍后"), "{engine}");
        assert_eq!(rows[4].sent_at, Some(20), "{engine}");
    }
}

#[tokio::test]
async fn two_processes_at_once_never_lease_the_same_message() {
    for (engine, store) in support::stores().await {
        house(&store).await;
        let mails: Vec<Mail> = (0..60).map(|n| mail(&format!("{n:02}"), "o", 10)).collect();
        enqueue(&store, 5, &mails).await;
        let task = |holder: &'static str| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut all = Vec::new();
                loop {
                    let some = lease_all(&store, 10, holder, 7).await;
                    if some.is_empty() {
                        return all;
                    }
                    all.extend(some);
                }
            })
        };
        let (one, two) = tokio::join!(task("x"), task("y"));
        let mut all = one.expect("ends");
        all.extend(two.expect("ends"));
        let distinct: HashSet<&String> = all.iter().collect();
        assert_eq!(distinct.len(), all.len(), "{engine}: leased twice");
        // A process that found the same rows busy stops early; what is left
        // goes to the next look.
        let rest = lease_all(&store, 10, "z", 99).await;
        assert_eq!(all.len() + rest.len(), 60, "{engine}");
    }
}

#[tokio::test]
async fn the_administrator_sees_and_revives_dead_ones_of_their_own_scope() {
    for (engine, store) in support::stores().await {
        house(&store).await;
        enqueue(&store, 5, &[mail("1", "o", 10), mail("2", "q", 10), mail("3", "k", 10)]).await;
        let ids = lease_all(&store, 10, "x", 9).await;
        for id in &ids {
            let dead = Outcome::Dead { error: "550".to_owned() };
            assert!(settle(&store, 11, (id.as_str(), "x"), dead).await, "{engine}");
        }
        let narrow = |scope: &str, search: &str| Narrow {
            scope: scope.to_owned(),
            search: search.to_owned(),
            ..Narrow::default()
        };
        assert_eq!(page(&store, &narrow("", "")).await.len(), 3, "{engine}");
        assert_eq!(page(&store, &narrow("b", "")).await.len(), 3, "{engine}");
        let own = page(&store, &narrow("s", "")).await;
        assert_eq!(own.len(), 1, "{engine}");
        assert_eq!(own[0].account_name.as_deref(), Some("干部o"), "{engine}");
        assert_eq!(page(&store, &narrow("", "干部q")).await.len(), 1, "{engine}");
        assert_eq!(page(&store, &narrow("", "100%3")).await.len(), 1, "{engine}");
        assert_eq!(page(&store, &narrow("", "0_%")).await.len(), 0, "{engine}: no wildcards");
        let mut conn = store.read().await.expect("reads");
        let counts = outbox::counts(&mut conn, "s").await.expect("counts");
        assert_eq!(counts, [(State::Dead, 1)], "{engine}");
        drop(conn);

        let permit = permit_house(Action::ManageAccounts, "s");
        let mut tx = store.write(20).await.expect("begins");
        assert_eq!(outbox::revive(&mut tx, &permit, "s", "2").await.expect("revives"), 0);
        assert_eq!(outbox::revive(&mut tx, &permit, "s", "1").await.expect("revives"), 1);
        assert_eq!(outbox::revive(&mut tx, &permit, "", "").await.expect("revives"), 2);
        tx.commit().await.expect("commits");
        assert_eq!(lease_all(&store, 21, "x", 9).await.len(), 3, "{engine}");
    }
}

#[tokio::test]
async fn a_chore_is_taken_by_one_and_again_when_its_time_is_over() {
    for (engine, store) in support::stores().await {
        let take = async |at: i64, holder: &str| {
            let mut tx = store.write(at).await.expect("begins");
            let taken = lease::take(&mut tx, "remind", holder, at + 10).await.expect("takes");
            tx.commit().await.expect("commits");
            taken
        };
        assert!(take(1, "x").await, "{engine}");
        assert!(!take(2, "y").await, "{engine}");
        assert!(!take(2, "x").await, "{engine}");
        assert!(take(11, "y").await, "{engine}");
        let mut tx = store.write(12).await.expect("begins");
        lease::give_back(&mut tx, "remind", "x").await.expect("is not theirs");
        tx.commit().await.expect("commits");
        assert!(!take(13, "x").await, "{engine}");
        let mut conn = store.read().await.expect("reads");
        assert!(lease::is_taken(&mut conn, "remind", 13).await.expect("reads"), "{engine}");
        drop(conn);
        let mut tx = store.write(14).await.expect("begins");
        lease::give_back(&mut tx, "remind", "y").await.expect("gives back");
        tx.commit().await.expect("commits");
        assert!(take(15, "x").await, "{engine}");
    }
}
