//! `wuzha bench pages`: how fast the pages of a filled house answer, for roles of
//! very different reach, signed in as people are. Beside them, in the same run,
//! what a page costs that shows nothing.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use web::{App, AppState, Opening};

use super::client::{Sent, Wire};
use super::ground::{self, quantile};
use super::processor;
use crate::demo;
use crate::house::{self, Place};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// 演示数据目录（先运行一次 wuzha demo）
    #[arg(long, env = "WUZHA_DATA", default_value = "data/demo")]
    data: std::path::PathBuf,
    /// PostgreSQL 地址；不填则用数据目录中的内嵌数据库
    #[arg(long, env = "WUZHA_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// 在 PostgreSQL 中的 schema
    #[arg(long, env = "WUZHA_SCHEMA", default_value = "wuzha_demo")]
    schema: String,
    /// 同时看页面的人数
    #[arg(long, default_value_t = 32)]
    clients: usize,
    /// 每个页面打开多少次
    #[arg(long, default_value_t = 1_000)]
    requests: usize,
}

/// Pages with the role that opens them. The first shows next to nothing.
const LISTS: &[(&str, &str)] = &[
    ("clerk", "/healthz"),
    ("clerk", "/people"),
    ("officer", "/people"),
    ("teacher", "/people"),
    ("clerk", "/people?sort=name"),
    ("officer", "/people?sort=-name"),
    ("clerk", "/records"),
    ("officer", "/records"),
    ("teacher", "/records"),
    ("clerk", "/units"),
    ("officer", "/units"),
    ("clerk", "/review"),
    ("officer", "/review"),
    ("clerk", "/home"),
    ("teacher", "/home"),
];
/// Opened by one after the other.
const BOARDS: &[(&str, &str)] =
    &[("leader", "/board"), ("officer", "/board"), ("teacher", "/board")];
/// Milliseconds for 95 of 100 lists, and for a board.
const LIST_MAX: f64 = 50.0;
const BOARD_MAX: f64 = 200.0;
const BOARD_REQUESTS: usize = 50;

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    house::runtime()?.block_on(async {
        let place = Place {
            data: args.data.clone(),
            database_url: args.database_url.clone(),
            schema: args.schema.clone(),
        };
        let app = open(&place).await?;
        let (address, server) = ground::serve(&app).await?;
        let done = measure(args, address).await;
        server.abort();
        app.store.close().await;
        done
    })
}

async fn open(place: &Place) -> anyhow::Result<AppState> {
    let store = house::existing_store(place).await?;
    let clock = demo::clock(&store, house::clock()).await?;
    let opening = Opening {
        store,
        clock,
        files: place.data.join("files"),
        documents: crate::house::documents(),
        mailer: None,
        secure_cookies: false,
        setup_code: None,
    };
    App::open(opening).await.context("无法载入数据")
}

async fn measure(args: &Args, address: SocketAddr) -> anyhow::Result<ExitCode> {
    let engine = if args.database_url.is_some() { "PostgreSQL" } else { "SQLite" };
    println!("{engine}，{} 人同时，每页 {} 次", args.clients, args.requests);
    println!("{}", processor::machine());
    println!(
        "{:<32}{:>8}{:>9}{:>9}{:>12}{:>9}",
        "页面", "中位ms", "95%ms", "最长ms", "处理器ms/次", "KB"
    );
    let secret = demo::password(&args.data)?;
    let mut cookies = std::collections::HashMap::new();
    let mut is_met = true;
    let asked = |most, clients, requests| {
        move |it: &(&'static str, &'static str)| (it.0, it.1, most, clients, requests)
    };
    let lists = LISTS.iter().map(asked(LIST_MAX, args.clients, args.requests));
    let boards = BOARDS.iter().map(asked(BOARD_MAX, 1, BOARD_REQUESTS));
    for (role, path, most, clients, requests) in lists.chain(boards) {
        if !cookies.contains_key(role) {
            cookies.insert(role, sign_in(address, role, &secret).await?);
        }
        let cookie = cookies.get(role).cloned().unwrap_or_default();
        let seen = opened(address, &cookie, path, (clients, requests)).await?;
        let slow = quantile(&seen.times, 0.95);
        is_met &= slow <= most;
        println!(
            "{:<36}{:>8.1}{slow:>9.1}{:>9.1}{:>12.2}{:>9.1}{}",
            format!("{role} {path}"),
            quantile(&seen.times, 0.5),
            quantile(&seen.times, 1.0),
            seen.processor.as_secs_f64() * 1e3 / requests as f64,
            seen.bytes as f64 / 1e3,
            if slow <= most { "" } else { "  超出" },
        );
    }
    println!("要求：列表 95% 不超过 {LIST_MAX} 毫秒，看板不超过 {BOARD_MAX} 毫秒");
    Ok(if is_met { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

async fn sign_in(address: SocketAddr, name: &str, secret: &str) -> anyhow::Result<String> {
    let mut wire = Wire::open(address).await?;
    let form = web::path::with_query("", &[("sign_in_name", name), ("password", secret)]);
    let answer = wire.send("/sign-in", "", Sent::Form(form.trim_start_matches('?'))).await?;
    let cookie = answer.cookie.filter(|_| answer.status == 303);
    Ok(cookie.with_context(|| format!("{name} 无法登录，状态 {}", answer.status))?.to_owned())
}

struct Seen {
    times: Vec<Duration>,
    processor: Duration,
    bytes: usize,
}

/// A page opened again and again by several at the same time.
async fn opened(
    address: SocketAddr,
    cookie: &str,
    path: &'static str,
    (clients, requests): (usize, usize),
) -> anyhow::Result<Seen> {
    // The first one fills what is kept; it is not counted.
    let bytes = {
        let mut wire = Wire::open(address).await?;
        let answer = wire.send(path, cookie, Sent::Nothing).await?;
        anyhow::ensure!(answer.status == 200, "{path} 得到状态 {}", answer.status);
        answer.body.len()
    };
    let spent = processor::spent();
    let left = Arc::new(AtomicUsize::new(requests));
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..clients.max(1) {
        let (left, cookie) = (Arc::clone(&left), cookie.to_owned());
        tasks.spawn(async move {
            let mut wire = Wire::open(address).await?;
            let mut times = Vec::new();
            while left
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |it| it.checked_sub(1))
                .is_ok()
            {
                let begun = Instant::now();
                let status = wire.send(path, &cookie, Sent::Nothing).await?.status;
                anyhow::ensure!(status == 200, "{path} 得到状态 {status}");
                times.push(begun.elapsed());
            }
            anyhow::Ok(times)
        });
    }
    let mut times = Vec::with_capacity(requests);
    while let Some(done) = tasks.join_next().await {
        times.extend(done??);
    }
    times.sort_unstable();
    Ok(Seen { times, processor: processor::since(spent), bytes })
}
