//! The house that is measured: a school with classes, somebody who may hand in
//! for all of them, and a plan.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use campaign::access::{Action, Role, permit_house};
use campaign::plan::{Stage, UnitKind};
use storage::account::{self, Account};
use storage::campaign::{self as campaigns, Campaign, PlanVersion};
use storage::organisation::{self, Unit};
use storage::session::{self, Session};
use web::AppState;
use web::app::new_id;

use crate::house::{self, Place};

const CLASSES: usize = 500;
const PLAN: &str = include_str!("../../../../../plans/wujin.toml");
/// The account that hands in, and the token of its session.
pub(super) const HOLDER: &str = "bench";
pub(super) const COOKIE: &str = "wuzha_session=bench";

/// Measures in a temporary folder; measured or not, nothing is left there.
pub(super) fn in_folder<T>(
    measure: impl AsyncFnOnce(&Path) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let folder = std::env::temp_dir().join(format!("wuzha-bench-{}", new_id()));
    let done = house::runtime()?.block_on(measure(&folder));
    let cleared = std::fs::remove_dir_all(&folder);
    let done = done?;
    cleared.context("无法清理临时目录")?;
    Ok(done)
}

/// Makes the house and leaves it closed.
pub(super) async fn prepare(place: &Place) -> anyhow::Result<()> {
    let store = house::store(place).await?;
    let now = house::clock().now();
    let permit = permit_house(Action::ManageOrganisation, "root");
    let mut tx = store.write(now).await?;
    organisation::insert_unit(&mut tx, &permit, &unit("root", None, UnitKind::Bureau)).await?;
    organisation::insert_unit(&mut tx, &permit, &unit("s", Some("root"), UnitKind::School))
        .await?;
    let classes: Vec<Unit> =
        (0..CLASSES).map(|number| unit(&class(number), Some("s"), UnitKind::Class)).collect();
    organisation::insert_units_many(&mut tx, &permit, &classes).await?;
    account::insert(&mut tx, &permit, &holder(now)).await?;
    account::grant(&mut tx, &permit, HOLDER, Role::Officer, "s").await?;
    let opened = Session {
        token_digest: session::digest(HOLDER),
        account: HOLDER.to_owned(),
        created_at: now,
        seen_at: now,
        expires_at: now + 24 * 3_600_000,
        agent: "bench".to_owned(),
    };
    session::open(&mut tx, &opened).await?;
    let (it, first) = plan(now);
    campaigns::start(&mut tx, &permit, &it, &first).await?;
    tx.commit().await?;
    store.close().await;
    Ok(())
}

/// Makes the house and opens it.
pub(super) async fn open(place: &Place) -> anyhow::Result<AppState> {
    prepare(place).await?;
    house::open(place, false).await
}

/// Serves a house of this process on a free port.
pub(super) async fn serve(
    app: &AppState,
) -> anyhow::Result<(SocketAddr, tokio::task::JoinHandle<std::io::Result<()>>)> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let router = web::router(Arc::clone(app));
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    Ok((address, server))
}

/// The class that hands the `number`-th record in.
pub(super) fn class(number: usize) -> String {
    format!("c{}", number % CLASSES)
}

fn day(number: usize) -> i8 {
    (number % 28) as i8 + 1
}

pub(super) fn acted_on(number: usize) -> jiff::civil::Date {
    jiff::civil::Date::constant(2022, 3, day(number))
}

pub(super) fn minutes(number: usize) -> String {
    format!("第 {number} 次：看案例、讲要点。")
}

/// The `number`-th record as a program hands it in.
pub(super) fn json(number: usize) -> String {
    serde_json::json!({
        "activity": "class-meeting",
        "unit": class(number),
        "title": "主题班会",
        "date": acted_on(number).to_string(),
        "place": "教室",
        "minutes": minutes(number),
        "client_key": format!("k{number}"),
    })
    .to_string()
}

/// The time below which a share of all lie, in milliseconds.
pub(super) fn quantile(sorted: &[Duration], share: f64) -> f64 {
    let at = ((sorted.len() as f64 * share) as usize).min(sorted.len().saturating_sub(1));
    sorted.get(at).map_or(0.0, |time| time.as_secs_f64() * 1_000.0)
}

fn holder(now: i64) -> Account {
    Account {
        id: HOLDER.to_owned(),
        sign_in_name: HOLDER.to_owned(),
        display_name: "提交人".to_owned(),
        person: None,
        email: None,
        // Nobody signs in with it: the session is the only way in.
        password_hash: "-".to_owned(),
        must_change_password: false,
        failures: 0,
        locked_until: None,
        disabled_at: None,
        created_at: now,
        revision: 1,
    }
}

fn unit(id: &str, parent: Option<&str>, kind: UnitKind) -> Unit {
    Unit {
        stage: (kind != UnitKind::Bureau).then_some(Stage::Primary),
        ..Unit::new(id, parent.map(str::to_owned), kind, id)
    }
}

fn plan(now: i64) -> (Campaign, PlanVersion) {
    let it = Campaign {
        id: "k".to_owned(),
        unit: "root".to_owned(),
        plan: "wujin".to_owned(),
        name: "三年方案".to_owned(),
        adopts: None,
        from_on: "2022-01-01".to_owned(),
        until_on: "2024-12-31".to_owned(),
        ended_at: None,
        revision: 1,
    };
    let first = PlanVersion {
        id: "v".to_owned(),
        campaign: "k".to_owned(),
        version: 1,
        in_force_on: "2022-01-01".to_owned(),
        text: PLAN.to_owned(),
        document_name: None,
        document_text: None,
        created_at: now,
        created_by: None,
    };
    (it, first)
}
