//! Drafts, their editions, decisions and the places of a plan's elements, on
//! both engines.

mod support;

use campaign::access::{Action, Permit, permit_house};
use campaign::plan::UnitKind;
use storage::campaign::{self as campaigns, Campaign, PlanVersion};
use storage::draft::{
    self, Carried, Decision, Draft, Edition, Item, Narrow, Origin, Source, State,
};
use storage::organisation;
use storage::{Order, Part, StorageError, Store, live};
use support::unit;

fn plans() -> Permit {
    permit_house(Action::ManagePlans, "b")
}

fn a_draft(id: &str, unit: &str) -> Draft {
    Draft {
        id: id.to_owned(),
        unit: unit.to_owned(),
        name: format!("反诈方案 {id} 100%"),
        issuer: "某局".to_owned(),
        plan: "p-1".to_owned(),
        from_on: "2022-01-01".to_owned(),
        until_on: "2022-12-31".to_owned(),
        note: String::new(),
        state: State::Open,
        edition: 1,
        campaign: None,
        created_at: 10,
        created_by: None,
        changed_at: 10,
        revision: 1,
    }
}

fn an_edition(draft: &str, number: i64) -> Edition {
    Edition {
        draft: draft.to_owned(),
        edition: number,
        file_name: "方案.docx".to_owned(),
        media_type: "application/x".to_owned(),
        size_bytes: 9,
        sha256: Some("ab".to_owned()),
        text: format!("第 {number} 稿"),
        layout: "{}".to_owned(),
        created_at: 10,
        created_by: None,
    }
}

fn an_item(id: &str, draft: &str, edition: i64) -> Item {
    Item {
        id: id.to_owned(),
        draft: draft.to_owned(),
        edition,
        position: 1,
        quote: "每月一次".to_owned(),
        start: 0,
        end: 12,
        origin: Origin::Read,
        state: Decision::Open,
        fields: "{\"name\":\"甲\"}".to_owned(),
        carried: Carried::First,
        former: None,
        confidence: 0.9,
        why: "频次".to_owned(),
        decided_at: None,
        decided_by: None,
        revision: 1,
    }
}

async fn house(store: &Store) {
    let permit = permit_house(Action::ManageOrganisation, "b");
    let mut tx = store.write(1).await.expect("begins");
    for (id, parent, kind) in
        [("b", None, UnitKind::Bureau), ("s", Some("b"), UnitKind::School)]
    {
        organisation::insert_unit(&mut tx, &permit, &unit(id, parent, kind))
            .await
            .expect("inserts");
    }
    for (id, unit) in [("d1", "b"), ("d2", "s")] {
        let items = [an_item(&format!("{id}-i1"), id, 1), an_item(&format!("{id}-i2"), id, 1)];
        let first = an_edition(id, 1);
        draft::insert(&mut tx, &plans(), &a_draft(id, unit), (&first, &items))
            .await
            .expect("inserts");
    }
    tx.commit().await.expect("commits");
}

#[tokio::test]
async fn drafts_are_listed_by_scope_state_and_name_page_by_page() {
    for (engine, store) in support::stores().await {
        house(&store).await;
        let mut conn = store.read().await.expect("reads");
        let page = async |conn: &mut storage::Conn, narrow: Narrow, part: Part<'_>| {
            let rows = draft::list(conn, &narrow, part).await.expect("reads");
            rows.into_iter().map(|it| (it.draft.id, it.items, it.decided)).collect::<Vec<_>>()
        };
        let newest = Order::down(draft::Key::Begun);
        let all = Narrow { scope: "b".to_owned(), order: newest, ..Narrow::default() };
        let (first, one) = (Part::first(10), Part::first(1));
        let both = [("d2".to_owned(), 2, 0), ("d1".to_owned(), 2, 0)];
        assert_eq!(page(&mut conn, all.clone(), first).await, both, "{engine}");
        assert_eq!(page(&mut conn, all.clone(), one).await, both[..1], "{engine}");
        let after = Part::after("d2", 10);
        assert_eq!(page(&mut conn, all.clone(), after).await, both[1..], "{engine}");
        for (key, before) in [(draft::Key::Begun, "d2"), (draft::Key::Name, "d2")] {
            let rising = Narrow { order: Order::up(key), ..all.clone() };
            let back = page(&mut conn, rising, Part::before(before, 10)).await;
            assert_eq!(back, both[1..], "{engine}: {key:?}");
        }
        let below = Narrow { scope: "s".to_owned(), ..Narrow::default() };
        assert_eq!(page(&mut conn, below, first).await, both[..1], "{engine}");
        let named = Narrow { search: "d1 100%".to_owned(), ..all.clone() };
        assert_eq!(page(&mut conn, named, first).await, both[1..], "{engine}");
        let used = Narrow { state: Some(State::Used), ..all };
        assert!(page(&mut conn, used, first).await.is_empty(), "{engine}");
    }
}

#[tokio::test]
async fn two_who_decide_the_same_item_do_not_overwrite_each_other() {
    for (engine, store) in support::stores().await {
        house(&store).await;
        let mut tx = store.write(20).await.expect("begins");
        let before = live::last_seq(tx.conn()).await.expect("reads");
        let items = draft::items(tx.conn(), "d1", 1).await.expect("reads");
        let it = items.first().expect("is there").clone();
        let taken = Item { state: Decision::Accepted, decided_at: Some(20), ..it.clone() };
        let d1 = draft::by_id(tx.conn(), "d1").await.expect("reads").expect("is there");
        draft::decide(&mut tx, &plans(), &d1, ("accept", &[(it.clone(), taken)]))
            .await
            .expect("decides");
        tx.commit().await.expect("commits");

        let mut tx = store.write(30).await.expect("begins");
        let late = Item { state: Decision::Dropped, ..it.clone() };
        let other = items.get(1).expect("is there").clone();
        let both = [(other.clone(), late.clone()), (it.clone(), late)];
        let refused = draft::decide(&mut tx, &plans(), &d1, ("drop", &both)).await;
        assert!(matches!(refused, Err(StorageError::Conflict { .. })), "{engine}");
        drop(tx);
        let mut conn = store.read().await.expect("reads");
        let states: Vec<_> = draft::items(&mut conn, "d1", 1)
            .await
            .expect("reads")
            .iter()
            .map(|it| (it.state, it.revision))
            .collect();
        let expected = [(Decision::Accepted, 2), (Decision::Open, 1)];
        assert_eq!(states, expected, "{engine}: all or nothing");
        let steps = draft::steps_of_item(&mut conn, "d1-i1", 9).await.expect("reads");
        let told: Vec<_> = steps.iter().map(|it| (&*it.verb, &*it.state_before)).collect();
        assert_eq!(told, [("accept", "open")], "{engine}");
        let all = draft::steps(&mut conn, "d1", false, Part::first(9)).await.expect("reads");
        assert_eq!(all.len(), 1, "{engine}");
        // Deciding on a draft changes no standing, so nothing is counted anew.
        let heard = live::heard_after(&mut conn, before).await.expect("reads");
        assert!(!heard.campaigns && heard.seq == before + 1, "{engine}: {heard:?}");
    }
}

#[tokio::test]
async fn a_new_edition_closes_the_one_before_and_an_added_item_joins_it() {
    for (engine, store) in support::stores().await {
        house(&store).await;
        let mut tx = store.write(40).await.expect("begins");
        let old = draft::by_id(tx.conn(), "d1").await.expect("reads").expect("is there");
        let next = Draft { edition: 2, ..old.clone() };
        let carried = Item {
            carried: Carried::Same,
            former: Some("d1-i1".to_owned()),
            ..an_item("d1-i3", "d1", 2)
        };
        let second = an_edition("d1", 2);
        draft::add_edition(&mut tx, &plans(), &next, (&second, &[carried]))
            .await
            .expect("adds");
        let again = draft::add_edition(&mut tx, &plans(), &next, (&second, &[])).await;
        assert!(matches!(again, Err(StorageError::Conflict { .. })), "{engine}");
        let now = draft::by_id(tx.conn(), "d1").await.expect("reads").expect("is there");
        assert_eq!((now.edition, now.revision), (2, 2), "{engine}");
        // A page that shows the old edition decides nothing any more.
        let it = draft::item_by_id(tx.conn(), "d1-i1").await.expect("reads").expect("is there");
        let taken = Item { state: Decision::Accepted, ..it.clone() };
        let late = draft::decide(&mut tx, &plans(), &old, ("accept", &[(it, taken)])).await;
        assert!(matches!(late, Err(StorageError::Conflict { .. })), "{engine}");
        let own = Item { origin: Origin::Added, ..an_item("d1-i4", "d1", 2) };
        draft::add_item(&mut tx, &plans(), &now, &own).await.expect("adds");
        tx.commit().await.expect("commits");
        let mut conn = store.read().await.expect("reads");
        let items = draft::items(&mut conn, "d1", 2).await.expect("reads");
        let told: Vec<_> =
            items.iter().map(|it| (&*it.id, it.carried, it.former.as_deref())).collect();
        let expected =
            [("d1-i3", Carried::Same, Some("d1-i1")), ("d1-i4", Carried::First, None)];
        assert_eq!(told, expected, "{engine}");
        let first = draft::edition(&mut conn, "d1", 1).await.expect("reads");
        assert_eq!(first, Some(an_edition("d1", 1)), "{engine}: the old one stays");
        let all = draft::editions(&mut conn, "d1").await.expect("reads");
        assert_eq!(all.iter().map(|it| it.edition).collect::<Vec<_>>(), [2, 1], "{engine}");
    }
}

#[tokio::test]
async fn a_discarded_draft_stays_and_takes_no_decision() {
    for (engine, store) in support::stores().await {
        house(&store).await;
        let mut tx = store.write(50).await.expect("begins");
        let it = draft::by_id(tx.conn(), "d1").await.expect("reads").expect("is there");
        let gone = Draft { state: State::Discarded, ..it.clone() };
        draft::save(&mut tx, &plans(), &gone, ("draft-discard", "传错了".to_owned()))
            .await
            .expect("saves");
        let again =
            draft::save(&mut tx, &plans(), &gone, ("draft-discard", String::new())).await;
        assert!(matches!(again, Err(StorageError::Conflict { .. })), "{engine}");
        let now = draft::by_id(tx.conn(), "d1").await.expect("reads").expect("is there");
        assert_eq!(now.state, State::Discarded, "{engine}");
        let own = an_item("d1-i9", "d1", 1);
        let late = draft::add_item(&mut tx, &plans(), &now, &own).await;
        assert!(matches!(late, Err(StorageError::Conflict { .. })), "{engine}");
    }
}

#[tokio::test]
async fn an_element_is_found_in_the_document_of_its_version_or_the_one_before() {
    for (engine, store) in support::stores().await {
        house(&store).await;
        let mut tx = store.write(60).await.expect("begins");
        let campaign = Campaign {
            id: "k".to_owned(),
            unit: "b".to_owned(),
            plan: "p-1".to_owned(),
            name: "方案".to_owned(),
            adopts: None,
            from_on: "2022-01-01".to_owned(),
            until_on: "2022-12-31".to_owned(),
            ended_at: None,
            revision: 1,
        };
        let version = PlanVersion {
            id: "v".to_owned(),
            campaign: "k".to_owned(),
            version: 1,
            in_force_on: "2022-01-01".to_owned(),
            text: String::new(),
            document_name: None,
            document_text: None,
            created_at: 60,
            created_by: None,
        };
        campaigns::start(&mut tx, &plans(), &campaign, &version).await.expect("starts");
        let place = |version: i64, start: i64| Source {
            version,
            element: "duty/d-1".to_owned(),
            draft: "d1".to_owned(),
            edition: version,
            quote: "每月一次".to_owned(),
            start,
            end: start + 12,
        };
        let sources = [place(1, 3), place(3, 30)];
        draft::insert_sources(&mut tx, "k", &sources).await.expect("inserts");
        tx.commit().await.expect("commits");
        let mut conn = store.read().await.expect("reads");
        for (version, start) in [(1, Some(3)), (2, Some(3)), (3, Some(30)), (0, None)] {
            let found =
                draft::source(&mut conn, "k", version, "duty/d-1").await.expect("reads");
            assert_eq!(found.map(|it| it.start), start, "{engine}: version {version}");
        }
        let none = draft::source(&mut conn, "k", 1, "duty/d-2").await.expect("reads");
        assert_eq!(none, None, "{engine}");
    }
}
