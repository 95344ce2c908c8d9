//! `wuzha bench submissions`: records handed in over HTTP, each answered after
//! its commit; then the same records in batches of a thousand without HTTP, into
//! the same tables of another house, as lasting.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use campaign::access::{Action, permit_house};
use storage::record::{self, NewRecord};
use web::AppState;
use web::app::new_id;

use super::client::{Sent, Wire};
use super::ground::{self, quantile};
use super::processor;
use crate::house::{self, Place};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// 提交多少条
    #[arg(long, default_value_t = 20_000)]
    records: usize,
    /// 同时提交的人数
    #[arg(long, default_value_t = 256)]
    clients: usize,
    /// PostgreSQL 地址；不填则测内嵌数据库
    #[arg(long, env = "WUZHA_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
}

const BATCH: usize = 1_000;

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let folder = std::env::temp_dir().join(format!("wuzha-bench-{}", new_id()));
    let done = house::runtime()?.block_on(measure(args, &folder));
    // Measured or not, nothing is left in the temporary folder.
    let cleared = std::fs::remove_dir_all(&folder);
    done?;
    cleared.context("无法清理临时目录")?;
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
    let spent = processor::spent();
    let begun = Instant::now();
    let mut times = hand_in(args, address).await?;
    let http = Took { wall: begun.elapsed(), processor: processor::since(spent) };
    times.sort_unstable();
    let kept = count(&app).await?;
    anyhow::ensure!(kept == args.records as i64, "提交 {} 条，只存下 {kept} 条", args.records);
    // What was put off while records came is done before the peer begins.
    web::likeness::catch_up(&app).await?;
    let looked = begun.elapsed().saturating_sub(http.wall);
    server.abort();
    app.store.close().await;

    let app = ground::open(&place("raw")).await?;
    let raw = in_batches(args, &app).await?;
    app.store.close().await;

    let rate = |took: &Took| args.records as f64 / took.wall.as_secs_f64();
    let each = |took: &Took| took.processor.as_secs_f64() * 1e6 / args.records as f64;
    println!("HTTP 提交     {:>9.0} 条/秒，处理器每条 {:.0} 微秒", rate(&http), each(&http));
    println!(
        "  中位 {:.1} 毫秒，95% {:.1} 毫秒",
        quantile(&times, 0.5),
        quantile(&times, 0.95)
    );
    println!(
        "成批直接写入  {:>9.0} 条/秒，处理器每条 {:.0} 微秒（每批 {BATCH} 条）",
        rate(&raw),
        each(&raw)
    );
    println!("比值          {:>9.2}", rate(&http) / rate(&raw));
    println!("提交结束后查重 {:>8.1} 秒", looked.as_secs_f64());
    Ok(())
}

async fn count(app: &AppState) -> anyhow::Result<i64> {
    let mut conn = app.store.read().await?;
    Ok(record::count(&mut conn, &record::Filter::default(), i64::MAX).await?)
}

/// Every client takes the next number until all are handed in.
async fn hand_in(args: &Args, address: SocketAddr) -> anyhow::Result<Vec<Duration>> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..args.clients.max(1) {
        let (next, most) = (Arc::clone(&next), args.records);
        clients.spawn(async move {
            let mut wire = Wire::open(address).await?;
            let mut times = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if most <= number {
                    return anyhow::Ok(times);
                }
                let begun = Instant::now();
                let body = ground::json(number);
                let answer =
                    wire.send("/api/records", ground::COOKIE, Sent::Json(&body)).await?;
                let status = answer.status;
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

async fn in_batches(args: &Args, app: &AppState) -> anyhow::Result<Took> {
    let permit = permit_house(Action::Submit, "root");
    let now = app.clock.now();
    let rows: Vec<NewRecord> = (0..args.records).map(|number| row(number, now)).collect();
    let spent = processor::spent();
    let begun = Instant::now();
    for batch in rows.chunks(BATCH) {
        let mut tx = app.store.write(now).await?;
        record::insert_taken(&mut tx, &permit, batch).await?;
        tx.commit().await?;
    }
    Ok(Took { wall: begun.elapsed(), processor: processor::since(spent) })
}
