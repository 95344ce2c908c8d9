//! Reports and their versions, on both engines.

mod support;

use campaign::access::{Action, permit_house};
use campaign::plan::UnitKind;
use campaign::report::{Fields, Line, State};
use storage::StorageError;
use storage::organisation;
use storage::report::{self, Key, Report, Version};

fn draft() -> Report {
    Report {
        id: "r1".to_owned(),
        campaign: "k".to_owned(),
        form: "monthly".to_owned(),
        unit: "s".to_owned(),
        period: "2022-03".to_owned(),
        due_on: "2022-03-20".to_owned(),
        state: State::Draft,
        version: 1,
        submitted_at: None,
        first_submitted_at: None,
        record: None,
        revision: 1,
    }
}

fn version(number: i64, text: &str) -> Version {
    let line = Line { text: text.to_owned(), note: String::new() };
    let fields = Fields { activities: vec![line], ..Fields::default() };
    Version {
        version: number,
        filled: fields.clone(),
        fields,
        note: None,
        signed_by: None,
        signed_at: None,
        created_by: None,
        created_at: 1,
    }
}

async fn house(store: &storage::Store) {
    let permit = permit_house(Action::ManageOrganisation, "b");
    let mut tx = store.write(1).await.expect("begins");
    for (id, parent, kind) in
        [("b", None, UnitKind::Bureau), ("s", Some("b"), UnitKind::School)]
    {
        let unit = support::unit(id, parent, kind);
        organisation::insert_unit(&mut tx, &permit, &unit).await.expect("inserts");
    }
    sqlx::query(
        "insert into campaign (id, unit_id, plan_id, name, from_on, until_on)
         values ('k', 'b', 'p', '专项', '2022-01-01', '2022-12-31')",
    )
    .execute(tx.conn())
    .await
    .expect("a campaign");
    tx.commit().await.expect("commits");
}

#[tokio::test]
async fn a_report_keeps_every_version_and_step() {
    for (engine, store) in support::stores().await {
        house(&store).await;
        let permit = permit_house(Action::Report, "s");
        let mut tx = store.write(10).await.expect("begins");
        report::insert(&mut tx, &permit, &draft(), &version(1, "班会")).await.expect("begins");
        let mut it = draft();
        it.state = State::Submitted;
        it.submitted_at = Some(20);
        it.first_submitted_at = Some(20);
        report::save_state(&mut tx, &permit, &it, None).await.expect("hands in");
        let stale = report::save_state(&mut tx, &permit, &it, None).await;
        assert!(matches!(stale, Err(StorageError::Conflict { .. })), "{engine}");
        it.revision += 1;
        it.state = State::Draft;
        it.version = 2;
        report::save_version(&mut tx, &permit, &it, &version(2, "讲座"))
            .await
            .expect("corrects");
        report::save_state(&mut tx, &permit, &it, Some("数字有误")).await.expect("corrects");
        tx.commit().await.expect("commits");

        let mut conn = store.read().await.expect("reads");
        let key = Key { campaign: "k", form: "monthly", unit: "s", period: "2022-03" };
        let found = report::by_key(&mut conn, key).await.expect("reads").expect("is there");
        assert_eq!((found.version, found.state), (2, State::Draft), "{engine}");
        assert!(found.is_in_time(20) && !found.is_in_time(19), "{engine}");
        let versions = report::versions(&mut conn, "r1").await.expect("reads");
        let texts: Vec<&str> =
            versions.iter().map(|it| it.fields.activities[0].text.as_str()).collect();
        assert_eq!(texts, ["讲座", "班会"], "{engine}");
        let steps = report::steps(&mut conn, "r1").await.expect("reads");
        assert_eq!(steps.len(), 3, "{engine}");
        assert_eq!(steps[2].reason.as_deref(), Some("数字有误"), "{engine}");
        let month = report::of_period(&mut conn, "k", "monthly", "2022-03", "b").await;
        assert_eq!(month.expect("reads").len(), 1, "{engine}");
        let none = report::of_period(&mut conn, "k", "monthly", "2022-04", "b").await;
        assert_eq!(none.expect("reads").len(), 0, "{engine}");
        assert_eq!(
            report::of_unit(&mut conn, "k", "monthly", "s").await.expect("reads").len(),
            1
        );
        assert!(report::by_id(&mut conn, "r1").await.expect("reads").is_some(), "{engine}");
        let done = report::done_between(&mut conn, "b", "2022-03-01", "2022-03-31").await;
        assert_eq!(done.expect("reads"), [], "{engine}");
    }
}
