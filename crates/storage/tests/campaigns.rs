//! Campaigns, plan versions, the calendar, exemptions and events, and what the
//! live state reads, on both engines.

mod support;

use campaign::access::{Action, Permit, permit_house};
use campaign::day::Day;
use campaign::plan::UnitKind;
use storage::campaign::{
    self as campaigns, CalendarVersion, Campaign, Event, EventNarrow, Exemption, ExemptionKey,
    Narrow, PlanVersion,
};
use storage::organisation;
use storage::{Order, Part, StorageError, Store, live};
use support::unit;

fn plans() -> Permit {
    permit_house(Action::ManagePlans, "b")
}

fn campaign(id: &str, plan: &str) -> Campaign {
    Campaign {
        id: id.to_owned(),
        unit: "b".to_owned(),
        plan: plan.to_owned(),
        name: "三年方案".to_owned(),
        adopts: None,
        from_on: "2022-01-01".to_owned(),
        until_on: "2024-12-31".to_owned(),
        ended_at: None,
        revision: 1,
    }
}

fn version(campaign: &str, number: i64, in_force_on: &str) -> PlanVersion {
    PlanVersion {
        id: format!("{campaign}-{number}"),
        campaign: campaign.to_owned(),
        version: number,
        in_force_on: in_force_on.to_owned(),
        text: format!("第 {number} 版"),
        document_name: Some("文件".to_owned()),
        document_text: Some("原文".to_owned()),
        created_at: 10 * number,
        created_by: None,
    }
}

async fn house(store: &Store) {
    let permit = permit_house(Action::ManageOrganisation, "b");
    let mut tx = store.write(1).await.expect("begins");
    for it in [
        unit("b", None, UnitKind::Bureau),
        unit("s", Some("b"), UnitKind::School),
        unit("t", Some("b"), UnitKind::School),
    ] {
        organisation::insert_unit(&mut tx, &permit, &it).await.expect("inserts");
    }
    let start = campaign("k", "wujin");
    campaigns::start(&mut tx, &plans(), &start, &version("k", 1, "2022-01-01"))
        .await
        .expect("starts");
    tx.commit().await.expect("commits");
}

#[tokio::test]
async fn versions_are_added_and_never_edited() {
    for (engine, store) in support::stores().await {
        house(&store).await;
        let mut tx = store.write(20).await.expect("begins");
        let read = campaign("k", "wujin");
        campaigns::amend(&mut tx, &plans(), &read, &version("k", 2, "2022-06-01"))
            .await
            .expect("amends");
        // Whoever read the campaign before that amendment is told so.
        let third = version("k", 3, "2022-07-01");
        let late = campaigns::amend(&mut tx, &plans(), &read, &third).await;
        assert!(matches!(late, Err(StorageError::Conflict { .. })), "{engine}");
        tx.commit().await.expect("commits");

        let mut conn = store.read().await.expect("reads");
        let versions = campaigns::versions(&mut conn, "k").await.expect("reads");
        let told: Vec<_> =
            versions.iter().map(|it| (it.version, it.in_force_on.as_str())).collect();
        assert_eq!(told, [(1, "2022-01-01"), (2, "2022-06-01")], "{engine}");
        assert_eq!(versions.first().map(|it| it.text.as_str()), Some("第 1 版"), "{engine}");
        let document = campaigns::document(&mut conn, "k", 2).await.expect("reads");
        assert_eq!(document.as_deref(), Some("原文"), "{engine}");
        let all = campaigns::versions(&mut conn, "").await.expect("reads");
        assert_eq!(all.len(), 2, "{engine}");
        let found = campaigns::campaign_by_id(&mut conn, "k").await.expect("reads");
        assert_eq!(found.map(|it| it.revision), Some(2), "{engine}");
    }
}

#[tokio::test]
async fn a_unit_runs_a_plan_once_and_an_ended_campaign_takes_no_amendment() {
    for (engine, store) in support::stores().await {
        house(&store).await;
        let mut tx = store.write(30).await.expect("begins");
        let twice = campaign("k2", "wujin");
        let first = version("k2", 1, "2022-01-01");
        let again = campaigns::start(&mut tx, &plans(), &twice, &first).await;
        let error = again.expect_err("the plan runs already");
        assert!(error.is_unique_violation(), "{engine}");
        drop(tx);

        let mut tx = store.write(40).await.expect("begins");
        campaigns::end(&mut tx, &plans(), &campaign("k", "wujin"), "改用新方案")
            .await
            .expect("ends");
        tx.commit().await.expect("commits");
        let mut conn = store.read().await.expect("reads");
        let all = campaigns::campaigns(&mut conn).await.expect("reads");
        let ended = all.first().expect("is there").clone();
        assert_eq!(ended.ended_at, Some(40), "{engine}");
        drop(conn);
        let mut tx = store.write(50).await.expect("begins");
        let second = version("k", 2, "2022-06-01");
        let late = campaigns::amend(&mut tx, &plans(), &ended, &second).await;
        assert!(matches!(late, Err(StorageError::Conflict { .. })), "{engine}");
    }
}

#[tokio::test]
async fn two_who_edit_the_same_calendar_do_not_overwrite_each_other() {
    for (engine, store) in support::stores().await {
        house(&store).await;
        let calendar = |id: &str, at| CalendarVersion {
            id: id.to_owned(),
            text: format!("# {id}"),
            created_at: at,
            created_by: None,
        };
        let mut tx = store.write(60).await.expect("begins");
        campaigns::add_calendar(&mut tx, &plans(), &calendar("k1", 60), "")
            .await
            .expect("the built-in one was edited");
        let other = calendar("k2", 61);
        let late = campaigns::add_calendar(&mut tx, &plans(), &other, "").await;
        assert!(matches!(late, Err(StorageError::Conflict { .. })), "{engine}");
        campaigns::add_calendar(&mut tx, &plans(), &other, "k1").await.expect("in turn");
        tx.commit().await.expect("commits");
        let mut conn = store.read().await.expect("reads");
        let all = campaigns::calendars(&mut conn).await.expect("reads");
        let ids: Vec<&str> = all.iter().map(|it| it.id.as_str()).collect();
        assert_eq!(ids, ["k2", "k1"], "{engine}");
        let text = campaigns::calendar_text(&mut conn, "k1").await.expect("reads");
        assert_eq!(text.as_deref(), Some("# k1"), "{engine}");
    }
}

#[tokio::test]
async fn exemptions_are_granted_narrowed_and_revoked_once() {
    for (engine, store) in support::stores().await {
        house(&store).await;
        let permit = permit_house(Action::Exempt, "b");
        let mut tx = store.write(70).await.expect("begins");
        for (id, unit, period) in [("x1", "s", None), ("x2", "t", Some("2022-03-01"))] {
            let it = Exemption {
                id: id.to_owned(),
                campaign: "k".to_owned(),
                duty: "w-notice-letter".to_owned(),
                subject: unit.to_owned(),
                unit: unit.to_owned(),
                period_start: period.map(str::to_owned),
                reason: "停办".to_owned(),
                granted_at: 70,
                granted_by: None,
                revoked_at: None,
            };
            campaigns::grant_exemption(&mut tx, &permit, &it).await.expect("grants");
        }
        campaigns::revoke_exemption(&mut tx, &permit, "x2").await.expect("revokes");
        let again = campaigns::revoke_exemption(&mut tx, &permit, "x2").await;
        assert!(matches!(again, Err(StorageError::Conflict { .. })), "{engine}");
        tx.commit().await.expect("commits");

        let mut conn = store.read().await.expect("reads");
        let page = async |conn: &mut sqlx::AnyConnection, scope: &str, revoked| {
            let order = Order::down(ExemptionKey::Granted);
            let scope = scope.to_owned();
            let narrow = Narrow { scope, revoked, order, ..Narrow::default() };
            let rows = campaigns::exemptions_page(conn, &narrow, Part::first(10))
                .await
                .expect("reads");
            rows.into_iter().map(|it| it.id).collect::<Vec<_>>()
        };
        assert_eq!(page(&mut conn, "b", true).await, ["x2", "x1"], "{engine}");
        assert_eq!(page(&mut conn, "b", false).await, ["x1"], "{engine}");
        assert_eq!(page(&mut conn, "t", true).await, ["x2"], "{engine}");
        let all = campaigns::exemptions(&mut conn).await.expect("reads");
        let told: Vec<_> =
            all.iter().map(|it| (it.period_start.as_deref(), it.revoked_at)).collect();
        assert_eq!(told, [(None, None), (Some("2022-03-01"), Some(70))], "{engine}");
    }
}

#[tokio::test]
async fn events_are_entered_and_taken_back() {
    for (engine, store) in support::stores().await {
        house(&store).await;
        let permit = permit_house(Action::Submit, "s");
        let event = Event {
            id: "e1".to_owned(),
            campaign: "k".to_owned(),
            event: "warning".to_owned(),
            subject: "s".to_owned(),
            unit: "s".to_owned(),
            happened_on: "2022-03-02".to_owned(),
            created_at: 80,
            cancelled_at: None,
        };
        let mut tx = store.write(80).await.expect("begins");
        let before = live::last_seq(tx.conn()).await.expect("reads");
        campaigns::add_event(&mut tx, &permit, &event).await.expect("adds");
        tx.commit().await.expect("commits");
        let mut conn = store.read().await.expect("reads");
        let heard = live::heard_after(&mut conn, before).await.expect("reads");
        assert!(heard.campaigns && heard.seq == before + 1, "{engine}: {heard:?}");
        let all = EventNarrow { campaign: "k".to_owned(), ..EventNarrow::default() };
        let at = |scope: &str| EventNarrow { scope: scope.to_owned(), ..all.clone() };
        let from = |day: &str| EventNarrow { from: day.to_owned(), ..all.clone() };
        let table = [
            (at("b"), 1),
            (at("t"), 0),
            (from("2022-03-02"), 1),
            (from("2022-03-03"), 0),
            (EventNarrow { cancelled: Some(true), ..all.clone() }, 0),
            (EventNarrow { event: "warning".to_owned(), ..all.clone() }, 1),
            (EventNarrow { event: "case".to_owned(), ..all.clone() }, 0),
        ];
        for (narrow, found) in table {
            let page = campaigns::events_page(&mut conn, &narrow, Part::first(10)).await;
            let page = page.expect("reads");
            assert_eq!(page.len(), found, "{engine}: {narrow:?}");
            assert!(page.iter().all(|it| *it == event), "{engine}");
        }
        drop(conn);
        let mut tx = store.write(90).await.expect("begins");
        campaigns::cancel_event(&mut tx, &permit, "e1").await.expect("cancels");
        let again = campaigns::cancel_event(&mut tx, &permit, "e1").await;
        assert!(matches!(again, Err(StorageError::Conflict { .. })), "{engine}");
    }
}

#[tokio::test]
async fn the_live_state_reads_people_posts_and_records() {
    for (engine, store) in support::stores().await {
        house(&store).await;
        let mut tx = store.write(100).await.expect("begins");
        for text in [
            "insert into person (id, unit_id, role, name, joined_on) values
             ('p1', 's', 'student', '甲', '2021-09-01'), ('p2', 's', 'staff', '乙', null)",
            "insert into person_audience (person_id, audience) values
             ('p2', 'finance-staff'), ('p2', 'party-member')",
            "insert into post (id, unit_id, post, person_id, from_on) values
             ('o1', 's', 'grid-chief', 'p2', '2022-01-01')",
        ] {
            sqlx::query(text).execute(tx.conn()).await.expect("inserts");
        }
        tx.commit().await.expect("commits");
        let mut conn = store.read().await.expect("reads");
        let mut people = Vec::new();
        let (page, last) =
            live::people_page(&mut conn, "").await.expect("reads").expect("people");
        for row in page.rows().map(|row| row.expect("reads")) {
            people.push((row.id.to_owned(), row.audiences.to_owned(), row.from));
        }
        people.sort();
        assert_eq!(last, "p2", "{engine}");
        let more = live::people_page(&mut conn, &last).await.expect("reads");
        assert!(more.is_none(), "{engine}");
        let joined = Day::parse(b"2021-09-01");
        let expected = [
            ("p1".to_owned(), String::new(), joined),
            ("p2".to_owned(), "finance-staff;party-member".to_owned(), None),
        ];
        assert_eq!(people, expected, "{engine}");
        let mut posts = Vec::new();
        live::posts(&mut conn, |row| posts.push((row.post.to_owned(), row.until)))
            .await
            .expect("reads");
        assert_eq!(posts, [("grid-chief".to_owned(), None)], "{engine}");
        let ids = ["p2".to_owned(), "p9".to_owned()];
        let names = live::person_names(&mut conn, &ids).await.expect("reads");
        assert_eq!(names.get("p2").map(String::as_str), Some("乙"), "{engine}");
        assert_eq!(names.len(), 1, "{engine}");
    }
}
