//! `wuzha bench kill`: the real server is killed (SIGKILL) while records are
//! handed in, again and again. Whatever was answered must be there afterwards,
//! once, under the id that was answered, and the audit chain must be whole.

use std::collections::{BTreeSet, HashMap};
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use storage::{Store, audit, record};
use web::app::new_id;

use super::client::{Sent, Wire};
use super::ground;
use crate::house::{self, Place};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// 强行终止多少次
    #[arg(long, default_value_t = 200)]
    rounds: usize,
    /// 同时提交的人数
    #[arg(long, default_value_t = 32)]
    clients: usize,
    /// PostgreSQL 地址；不填则测内嵌数据库
    #[arg(long, env = "WUZHA_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
}

/// The longest that a server runs under submissions before it is killed.
const RUN_MAX_MS: f64 = 400.0;
const READY_MAX: Duration = Duration::from_mins(1);
/// The whole chain and all records are checked after so many rounds, and at the
/// end: it takes longer as they grow.
const CHECK_EVERY: usize = 25;

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let folder = std::env::temp_dir().join(format!("wuzha-bench-{}", new_id()));
    let place = Place {
        data: folder.clone(),
        database_url: args.database_url.clone(),
        schema: format!("bench{}", new_id()),
    };
    let done = house::runtime()?.block_on(measure(args, &place));
    if done.is_ok() {
        std::fs::remove_dir_all(&folder).context("无法清理临时目录")?;
    }
    done.with_context(|| format!("数据留在 {} 供查看", folder.display()))
}

/// What has been sent, by number.
#[derive(Default)]
struct Book {
    next: usize,
    /// Sent and not answered: handed in again, as a phone does.
    open: BTreeSet<usize>,
    /// Answered, with the id.
    answered: HashMap<usize, String>,
}

type Shared = Arc<Mutex<Book>>;

async fn measure(args: &Args, place: &Place) -> anyhow::Result<ExitCode> {
    let engine = if args.database_url.is_some() { "PostgreSQL" } else { "SQLite" };
    println!("{engine}：{} 人同时提交，强行终止服务 {} 次", args.clients, args.rounds);
    ground::prepare(place).await?;
    let book = Shared::default();
    let mut again = 0;
    for round in 0..args.rounds {
        again += lock(&book).open.len();
        interrupted(args, place, &book, round).await?;
        let is_last = round + 1 == args.rounds;
        check(place, &book, is_last || round % CHECK_EVERY == CHECK_EVERY - 1).await?;
    }
    let answered = lock(&book).answered.len();
    println!("终止 {} 次；已答复的提交 {answered} 条，丢失 0 条，重复 0 条", args.rounds);
    println!("未及答复、重启后以同一编号重交的 {again} 条；审计链与全部记录核对无误");
    Ok(ExitCode::SUCCESS)
}

fn lock(book: &Shared) -> std::sync::MutexGuard<'_, Book> {
    book.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A server that is killed when it is dropped.
struct Server {
    child: Child,
    address: SocketAddr,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, which the clients tell.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    async fn start(place: &Place) -> anyhow::Result<Self> {
        // Free a moment ago; nobody else asks for it in between.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("serve").arg("--data").arg(&place.data);
        command.args(["--listen", &address.to_string(), "--schema", &place.schema]);
        command.env("WUZHA_LOG", "error").stdout(Stdio::null());
        match &place.database_url {
            Some(url) => command.env("WUZHA_DATABASE_URL", url),
            None => command.env_remove("WUZHA_DATABASE_URL"),
        };
        let mut server =
            Self { child: command.spawn().context("无法启动服务")?, address };
        let begun = std::time::Instant::now();
        while Wire::open(address).await.is_err() {
            if let Some(status) = server.child.try_wait()? {
                anyhow::bail!("服务没有启动：{status}");
            }
            anyhow::ensure!(begun.elapsed() < READY_MAX, "服务在一分钟内没有就绪");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(server)
    }
}

/// One life of the server, ended in the middle of what it does.
async fn interrupted(
    args: &Args,
    place: &Place,
    book: &Shared,
    round: usize,
) -> anyhow::Result<()> {
    let server = Server::start(place).await?;
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..args.clients.max(1) {
        clients.spawn(client(server.address, Arc::clone(book)));
    }
    // Steps of the golden ratio fall evenly over the whole time.
    let share = (round as f64 * 0.618_034).fract();
    tokio::time::sleep(Duration::from_millis((share * RUN_MAX_MS) as u64 + 5)).await;
    drop(server);
    while let Some(ended) = clients.join_next().await {
        ended??;
    }
    Ok(())
}

/// Hands in until the line breaks; a refusal is an error.
async fn client(address: SocketAddr, book: Shared) -> anyhow::Result<()> {
    let Ok(mut wire) = Wire::open(address).await else { return Ok(()) };
    loop {
        let number = {
            let mut book = lock(&book);
            // What another client has under way is not in the set.
            book.open.pop_first().unwrap_or_else(|| {
                book.next += 1;
                book.next - 1
            })
        };
        let body = ground::json(number);
        let sent = wire.send("/api/records", ground::COOKIE, Sent::Json(&body)).await;
        let Ok(answer) = sent else {
            lock(&book).open.insert(number);
            return Ok(());
        };
        anyhow::ensure!(
            matches!(answer.status, 200 | 201),
            "第 {number} 条得到状态 {}：{}",
            answer.status,
            String::from_utf8_lossy(answer.body)
        );
        let said: serde_json::Value = serde_json::from_slice(answer.body)?;
        let id = said.get("id").and_then(serde_json::Value::as_str).context("答复没有 id")?;
        lock(&book).answered.insert(number, id.to_owned());
    }
}

/// What is kept, beside what was answered.
async fn check(place: &Place, book: &Shared, whole: bool) -> anyhow::Result<()> {
    let store = house::existing_store(place).await?;
    let checked = compare(&store, book, whole).await;
    store.close().await;
    checked
}

async fn compare(store: &Store, book: &Shared, whole: bool) -> anyhow::Result<()> {
    let answered = lock(book).answered.clone();
    let keys: Vec<String> = answered.keys().map(|number| format!("k{number}")).collect();
    let mut conn = store.read().await?;
    let kept = record::ids_of(&mut conn, ground::HOLDER, &keys).await?;
    for (number, id) in &answered {
        let found = kept.get(&format!("k{number}"));
        anyhow::ensure!(found == Some(id), "第 {number} 条已答复为 {id}，数据库中是 {found:?}");
    }
    if whole {
        let chain = audit::verify(&mut conn).await?;
        anyhow::ensure!(
            matches!(chain, audit::Verdict::Whole { .. }),
            "审计链不完整：{chain:?}"
        );
        let records = record::verify(&mut conn).await?;
        anyhow::ensure!(
            matches!(records, record::Verdict::Whole { .. }),
            "记录与审计链不符：{records:?}"
        );
    }
    Ok(())
}
