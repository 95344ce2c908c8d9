//! `wuzha bench submissions`: records handed in over HTTP, each answered after
//! its commit; then the same records in batches of a thousand without HTTP, into
//! the same tables of another house, as lasting.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use campaign::access::{Action, permit_house};
use storage::record::{self, NewRecord};
use web::AppState;
use web::app::new_id;

use super::client::{self, Sent, Wire};
use super::ground::{self, quantile};
use super::processor;
use crate::house::Place;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// 提交多少条
    #[arg(long, default_value_t = 20_000)]
    records: usize,
    /// 同时提交的人数
    #[arg(long, default_value_t = 512)]
    clients: usize,
    /// PostgreSQL 地址；不填则测内嵌数据库
    #[arg(long, env = "WUZHA_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
}

/// The peer's batch. It is measured once more with batches of half as many as
/// there are people: as many as can be waiting for the writer while the others
/// are answered.
const BATCH: usize = 1_000;

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    ground::in_folder(async |folder| measure(args, folder).await)?;
    Ok(ExitCode::SUCCESS)
}

/// What one way of writing took.
struct Took {
    wall: Duration,
    processor: Duration,
}

async fn measure(args: &Args, folder: &std::path::Path) -> anyhow::Result<()> {
    let place = |name: &str| Place {
        data: folder.join(name),
        database_url: args.database_url.clone(),
        schema: format!("bench{}", new_id()),
    };
    let engine = if args.database_url.is_some() { "PostgreSQL" } else { "SQLite" };
    println!("{engine}，{} 条记录，{} 人同时提交", args.records, args.clients);
    println!("{}", processor::machine());

    let app = ground::open(&place("http")).await?;
    let (address, server) = ground::serve(&app).await?;
    let (http, mut times) = hand_in(args, address).await?;
    times.sort_unstable();
    let kept = count(&app).await?;
    anyhow::ensure!(kept == args.records as i64, "提交 {} 条，只存下 {kept} 条", args.records);
    // What was put off while records came is done before the peer begins.
    let begun = Instant::now();
    web::likeness::catch_up(&app).await?;
    let looked = begun.elapsed();
    server.abort();
    app.store.close().await;

    let mut raw = Vec::new();
    for size in [BATCH, args.clients.div_ceil(2)] {
        let app = ground::open(&place(&format!("raw{size}"))).await?;
        raw.push((size, in_batches(args, size, &app).await?));
        app.store.close().await;
    }

    let rate = |took: &Took| args.records as f64 / took.wall.as_secs_f64();
    let each = |took: &Took| took.processor.as_secs_f64() * 1e6 / args.records as f64;
    println!("HTTP 提交     {:>9.0} 条/秒，处理器每条 {:.0} 微秒", rate(&http), each(&http));
    println!(
        "  中位 {:.1} 毫秒，95% {:.1} 毫秒",
        quantile(&times, 0.5),
        quantile(&times, 0.95)
    );
    for (size, raw) in &raw {
        println!(
            "成批直接写入  {:>9.0} 条/秒，处理器每条 {:.0} 微秒（每批 {size} 条）",
            rate(raw),
            each(raw)
        );
        println!("  HTTP 与它之比 {:.2}", rate(&http) / rate(raw));
    }
    println!("提交结束后查重 {:>8.1} 秒", looked.as_secs_f64());
    Ok(())
}

async fn count(app: &AppState) -> anyhow::Result<i64> {
    let mut conn = app.store.read().await?;
    Ok(record::count(&mut conn, &record::Filter::default(), i64::MAX).await?)
}

/// Every client takes the next request until all are handed in. The clients have
/// one thread of their own, beside the server's, as if they were elsewhere; their
/// requests are made before the clock runs, as the peer's rows are.
async fn hand_in(args: &Args, address: SocketAddr) -> anyhow::Result<(Took, Vec<Duration>)> {
    let (records, clients) = (args.records, args.clients.max(1));
    let run = move || -> anyhow::Result<(Took, Vec<Duration>)> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let requests = (0..records).map(|number| {
            let body = ground::json(number);
            client::made("/api/records", ground::COOKIE, Sent::Json(&body))
        });
        let requests: Arc<[String]> = requests.collect();
        runtime.block_on(hand_in_by(clients, address, requests))
    };
    tokio::task::spawn_blocking(run).await?
}

async fn hand_in_by(
    clients: usize,
    address: SocketAddr,
    requests: Arc<[String]>,
) -> anyhow::Result<(Took, Vec<Duration>)> {
    let mut wires = Vec::with_capacity(clients);
    for _ in 0..clients {
        wires.push(Wire::open(address).await?);
    }
    let mut times = Vec::with_capacity(requests.len());
    let next = Arc::new(AtomicUsize::new(0));
    let mut clients = tokio::task::JoinSet::new();
    let spent = processor::spent();
    let begun = Instant::now();
    for wire in wires {
        clients.spawn(client(wire, Arc::clone(&requests), Arc::clone(&next)));
    }
    while let Some(done) = clients.join_next().await {
        times.extend(done??);
    }
    let took = Took { wall: begun.elapsed(), processor: processor::since(spent) };
    Ok((took, times))
}

async fn client(
    mut wire: Wire,
    requests: Arc<[String]>,
    next: Arc<AtomicUsize>,
) -> anyhow::Result<Vec<Duration>> {
    let mut times = Vec::new();
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let Some(request) = requests.get(number) else { return Ok(times) };
        let begun = Instant::now();
        let status = wire.send_made(request.as_bytes()).await?.status;
        anyhow::ensure!(status == 201, "第 {number} 条得到状态 {status}");
        times.push(begun.elapsed());
    }
}

/// The same rows as [`ground::json`] makes.
fn row(number: usize, now: i64) -> NewRecord {
    NewRecord {
        id: new_id(),
        activity: "class-meeting".to_owned(),
        unit: ground::class(number),
        person: None,
        title: "主题班会".to_owned(),
        acted_on: ground::acted_on(number),
        acted_time: None,
        submitted_at: now,
        submitted_by: ground::HOLDER.to_owned(),
        count: 1,
        place: Some("教室".to_owned()),
        minutes: Some(ground::minutes(number)),
        link: None,
        roll: Vec::new(),
        evidence: Vec::new(),
        replaces: None,
        client_key: format!("k{number}"),
        later: Vec::new(),
    }
}

async fn in_batches(args: &Args, size: usize, app: &AppState) -> anyhow::Result<Took> {
    let permit = permit_house(Action::Submit, "root");
    let now = app.clock.now();
    let rows: Vec<NewRecord> = (0..args.records).map(|number| row(number, now)).collect();
    // The same kind of connection as those who hand in are served by.
    let store = app.store.apart();
    let spent = processor::spent();
    let begun = Instant::now();
    for batch in rows.chunks(size) {
        let mut tx = store.write(now).await?;
        record::insert_taken(&mut tx, &permit, batch).await?;
        tx.commit().await?;
    }
    Ok(Took { wall: begun.elapsed(), processor: processor::since(spent) })
}
