//! `wuzha bench submissions`: records handed in over HTTP, each answered after
//! its commit; then the same records in batches of a thousand without HTTP.

mod client;

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use campaign::access::{Action, Role, permit_house};
use campaign::plan::{Stage, UnitKind};
use storage::account::{self, Account};
use storage::campaign::{self as campaigns, Campaign, PlanVersion};
use storage::organisation::{self, Unit};
use storage::record::{self, NewRecord};
use storage::session::{self, Session};
use web::AppState;
use web::app::new_id;

use crate::house::{self, Place};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// 提交多少条
    #[arg(long, default_value_t = 20_000)]
    records: usize,
    /// 同时提交的人数
    #[arg(long, default_value_t = 64)]
    clients: usize,
    /// PostgreSQL 地址；不填则测内嵌数据库
    #[arg(long, env = "WUZHA_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
}

const CLASSES: usize = 500;
const BATCH: usize = 1_000;
const PLAN: &str = include_str!("../../../../../plans/wujin.toml");
/// The account that hands in, and the token of its session.
const HOLDER: &str = "bench";

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let folder = std::env::temp_dir().join(format!("wuzha-bench-{}", new_id()));
    let done = house::runtime()?.block_on(measure(args, &folder));
    // Measured or not, nothing is left in the temporary folder.
    let cleared = std::fs::remove_dir_all(&folder);
    done?;
    cleared.context("无法清理临时目录")?;
    Ok(ExitCode::SUCCESS)
}

async fn measure(args: &Args, folder: &std::path::Path) -> anyhow::Result<()> {
    let place = |name: &str| Place {
        data: folder.join(name),
        database_url: args.database_url.clone(),
        schema: format!("bench{}", new_id()),
    };
    let engine = if args.database_url.is_some() { "PostgreSQL" } else { "SQLite" };
    println!("{engine}，{} 条记录，{} 人同时提交", args.records, args.clients);

    let app = open(&place("http")).await?;
    let (address, server) = serve(&app).await?;
    let begun = Instant::now();
    let mut times = hand_in(args, address).await?;
    let http = begun.elapsed();
    times.sort_unstable();
    let kept = count(&app).await?;
    anyhow::ensure!(kept == args.records as i64, "提交 {} 条，只存下 {kept} 条", args.records);
    server.abort();
    app.store.close().await;

    let app = open(&place("raw")).await?;
    let raw = in_batches(args, &app).await?;
    app.store.close().await;

    let rate = |elapsed: Duration| args.records as f64 / elapsed.as_secs_f64();
    println!("HTTP 提交     {:>9.0} 条/秒", rate(http));
    println!(
        "  中位 {:.1} 毫秒，95% {:.1} 毫秒",
        quantile(&times, 0.5),
        quantile(&times, 0.95)
    );
    println!("成批直接写入  {:>9.0} 条/秒（每批 {BATCH} 条）", rate(raw));
    println!("比值          {:>9.2}", rate(http) / rate(raw));
    Ok(())
}

fn quantile(times: &[Duration], share: f64) -> f64 {
    let at = ((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1));
    times.get(at).map_or(0.0, |time| time.as_secs_f64() * 1_000.0)
}

async fn count(app: &AppState) -> anyhow::Result<i64> {
    let mut conn = app.store.read().await?;
    Ok(record::count(&mut conn, &record::Filter::default(), i64::MAX).await?)
}

async fn serve(
    app: &AppState,
) -> anyhow::Result<(SocketAddr, tokio::task::JoinHandle<std::io::Result<()>>)> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let router = web::router(Arc::clone(app));
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    Ok((address, server))
}

/// Every client takes the next number until all are handed in.
async fn hand_in(args: &Args, address: SocketAddr) -> anyhow::Result<Vec<Duration>> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..args.clients.max(1) {
        let (next, most) = (Arc::clone(&next), args.records);
        clients.spawn(async move {
            let mut wire = client::Wire::open(address).await?;
            let mut times = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if most <= number {
                    return anyhow::Ok(times);
                }
                let begun = Instant::now();
                let status = wire.post("/api/records", HOLDER, &json(number)).await?;
                anyhow::ensure!(status == 201, "第 {number} 条得到状态 {status}");
                times.push(begun.elapsed());
            }
        });
    }
    let mut times = Vec::with_capacity(args.records);
    while let Some(done) = clients.join_next().await {
        times.extend(done??);
    }
    Ok(times)
}

fn class(number: usize) -> String {
    format!("c{}", number % CLASSES)
}

fn day(number: usize) -> i8 {
    (number % 28) as i8 + 1
}

fn json(number: usize) -> String {
    serde_json::json!({
        "activity": "class-meeting",
        "unit": class(number),
        "title": "主题班会",
        "date": format!("2022-03-{:02}", day(number)),
        "place": "教室",
        "minutes": format!("第 {number} 次：看案例、讲要点。"),
        "client_key": format!("k{number}"),
    })
    .to_string()
}

/// The same rows as [`json`] makes.
fn row(number: usize, now: i64) -> NewRecord {
    NewRecord {
        id: new_id(),
        activity: "class-meeting".to_owned(),
        unit: class(number),
        person: None,
        title: "主题班会".to_owned(),
        acted_on: jiff::civil::Date::constant(2022, 3, day(number)),
        acted_time: None,
        submitted_at: now,
        submitted_by: HOLDER.to_owned(),
        count: 1,
        place: Some("教室".to_owned()),
        minutes: Some(format!("第 {number} 次：看案例、讲要点。")),
        link: None,
        roll: Vec::new(),
        evidence: Vec::new(),
        replaces: None,
        client_key: format!("k{number}"),
        later: Vec::new(),
    }
}

async fn in_batches(args: &Args, app: &AppState) -> anyhow::Result<Duration> {
    let permit = permit_house(Action::Submit, "root");
    let now = app.clock.now();
    let rows: Vec<NewRecord> = (0..args.records).map(|number| row(number, now)).collect();
    let begun = Instant::now();
    for batch in rows.chunks(BATCH) {
        let mut tx = app.store.write(now).await?;
        record::insert_taken(&mut tx, &permit, batch).await?;
        tx.commit().await?;
    }
    Ok(begun.elapsed())
}

/// A house with classes, an account that may hand in for all, and a plan.
async fn open(place: &Place) -> anyhow::Result<AppState> {
    let store = house::store(place).await?;
    let now = house::clock().now();
    let permit = permit_house(Action::ManageOrganisation, "root");
    let mut tx = store.write(now).await?;
    organisation::insert_unit(&mut tx, &permit, &unit("root", None, UnitKind::Bureau)).await?;
    organisation::insert_unit(&mut tx, &permit, &unit("s", Some("root"), UnitKind::School))
        .await?;
    for number in 0..CLASSES {
        let it = unit(&class(number), Some("s"), UnitKind::Class);
        organisation::insert_unit(&mut tx, &permit, &it).await?;
    }
    let holder = Account {
        id: HOLDER.to_owned(),
        sign_in_name: HOLDER.to_owned(),
        display_name: "提交人".to_owned(),
        person: None,
        email: None,
        // Nobody signs in with it: the session below is the only way in.
        password_hash: "-".to_owned(),
        must_change_password: false,
        failures: 0,
        locked_until: None,
        disabled_at: None,
        created_at: now,
        revision: 1,
    };
    account::insert(&mut tx, &permit, &holder).await?;
    account::grant(&mut tx, &permit, HOLDER, Role::Officer, "s").await?;
    let opened = Session {
        token_digest: session::digest(HOLDER),
        account: HOLDER.to_owned(),
        created_at: now,
        seen_at: now,
        expires_at: now + 3_600_000,
        agent: "bench".to_owned(),
    };
    session::open(&mut tx, &opened).await?;
    let (it, first) = plan(now);
    campaigns::start(&mut tx, &permit, &it, &first).await?;
    tx.commit().await?;
    store.close().await;
    house::open(place, false).await
}

fn unit(id: &str, parent: Option<&str>, kind: UnitKind) -> Unit {
    Unit {
        id: id.to_owned(),
        parent: parent.map(str::to_owned),
        kind,
        stage: (kind != UnitKind::Bureau).then_some(Stage::Primary),
        name: id.to_owned(),
        code: None,
        town: None,
        position: 0,
        opened_on: None,
        closed_on: None,
        merged_into: None,
        revision: 1,
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
