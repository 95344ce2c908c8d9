//! The content library, on both engines.

mod support;

use campaign::access::{Action, permit_house};
use campaign::consultation::Asker;
use campaign::material::{Kind, State, Text};
use campaign::plan::UnitKind;
use storage::material::{self, Filter, Material, Version};
use storage::organisation;
use storage::{Order, Part, StorageError, Store};
use support::unit;

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
    tx.commit().await.expect("commits");
}

fn version(number: i64, title: &str, state: State) -> Version {
    Version {
        version: number,
        text: Text {
            title: title.to_owned(),
            body: "正文".to_owned(),
            audience: Asker::Pupil,
            source: "本局".to_owned(),
        },
        author: None,
        author_name: None,
        written_at: number,
        state,
    }
}

fn own(id: &str) -> Material {
    Material {
        id: id.to_owned(),
        unit: "s".to_owned(),
        kind: Kind::Article,
        base: Some(format!("article/{id}")),
        version: 1,
        state: "draft".to_owned(),
        title: "第一版".to_owned(),
        public_version: None,
        created_at: 10,
        changed_at: 10,
        revision: 1,
    }
}

#[tokio::test]
async fn a_published_version_stays_public_until_the_next_one_is_and_never_changes() {
    for (engine, store) in support::stores().await {
        house(&store).await;
        let permit = permit_house(Action::WriteContent, "s");
        let mut tx = store.write(10).await.expect("begins");
        let mut it = own("m");
        material::insert(&mut tx, &permit, &it, &version(1, "第一版", State::Draft))
            .await
            .expect("begins");
        it.state = "published".to_owned();
        it.public_version = Some(1);
        let published = State::Published { publisher: "a".to_owned(), at: 11 };
        let first = version(1, "第一版", published.clone());
        material::save(&mut tx, &permit, (&it, &first), ("publish", None))
            .await
            .expect("saves");
        let stale = material::save(&mut tx, &permit, (&it, &first), ("publish", None)).await;
        assert!(matches!(stale, Err(StorageError::Conflict { .. })), "{engine}");
        tx.commit().await.expect("commits");

        let public = async |line: &[&str]| {
            let mut conn = store.read().await.expect("reads");
            let found = material::public(&mut conn, line).await.expect("reads");
            found.into_iter().map(|(_, text)| text.title).collect::<Vec<_>>()
        };
        assert_eq!(public(&["b", "s"]).await, ["第一版"], "{engine}");
        assert!(public(&["b"]).await.is_empty(), "{engine}: not above");

        let mut tx = store.write(20).await.expect("begins");
        it.revision += 1;
        it.version = 2;
        it.state = "draft".to_owned();
        let second = version(2, "第二版", State::Draft);
        material::save(&mut tx, &permit, (&it, &second), ("write", None)).await.expect("saves");
        tx.commit().await.expect("commits");
        assert_eq!(public(&["s"]).await, ["第一版"], "{engine}: the draft is not public");

        let mut tx = store.write(30).await.expect("begins");
        it.revision += 1;
        it.public_version = Some(2);
        it.state = "published".to_owned();
        let second = version(2, "第二版", published);
        let step = ("publish", Some("更新"));
        material::save(&mut tx, &permit, (&it, &second), step).await.expect("saves");
        tx.commit().await.expect("commits");
        assert_eq!(public(&["s"]).await, ["第二版"], "{engine}");
        let mut conn = store.read().await.expect("reads");
        let versions = material::versions(&mut conn, "m").await.expect("reads");
        assert_eq!(versions[1].state, State::Replaced { at: 30 }, "{engine}");
        let steps = material::steps(&mut conn, "m").await.expect("reads");
        let verbs: Vec<&str> = steps.iter().map(|it| it.verb.as_str()).collect();
        assert_eq!(verbs, ["write", "publish", "write", "publish"], "{engine}");
        let base = material::by_base(&mut conn, "s", "article/m").await.expect("reads");
        assert_eq!(base.map(|it| it.id).as_deref(), Some("m"), "{engine}");
        assert!(material::by_id(&mut conn, "x").await.expect("reads").is_none(), "{engine}");
    }
}

#[tokio::test]
async fn the_library_is_narrowed_and_paged() {
    for (engine, store) in support::stores().await {
        house(&store).await;
        let permit = permit_house(Action::WriteContent, "s");
        let mut tx = store.write(10).await.expect("begins");
        for id in ["m1", "m2", "m3"] {
            material::insert(&mut tx, &permit, &own(id), &version(1, "第一版", State::Draft))
                .await
                .expect("inserts");
        }
        tx.commit().await.expect("commits");
        let mut conn = store.read().await.expect("reads");
        let all = Filter { top: "b", ..Filter::default() };
        let newest = Order::down(material::Key::Changed);
        let page = material::list(&mut conn, all, newest, Part::first(2)).await.expect("lists");
        let ids: Vec<&str> = page.iter().map(|it| it.id.as_str()).collect();
        assert_eq!(ids, ["m3", "m2"], "{engine}");
        for (part, expected) in
            [(Part::after("m2", 2), ["m1"].as_slice()), (Part::before("m1", 2), &["m3", "m2"])]
        {
            let page = material::list(&mut conn, all, newest, part).await.expect("lists");
            let ids: Vec<&str> = page.iter().map(|it| it.id.as_str()).collect();
            assert_eq!(ids, expected, "{engine}: {part:?}");
        }
        for (filter, expected) in [
            (Filter { kind: "article", state: "draft", ..all }, 3),
            (Filter { kind: "poster", ..all }, 0),
            (Filter { search: "一版", ..all }, 3),
            (Filter { search: "%", ..all }, 0),
        ] {
            let found =
                material::list(&mut conn, filter, newest, Part::first(9)).await.expect("lists");
            assert_eq!(found.len(), expected, "{engine}: {filter:?}");
        }
    }
}
