//! `wuzha bench asks`: people without an account ask by the form, all at once, and
//! open their answer. Beside it, in the same run, the same messages judged alone.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use web::app::new_id;

use super::client::{Sent, Wire};
use super::ground::{self, quantile};
use super::processor;
use crate::house::{self, Place};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// 问多少次
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=20_000))]
    asks: u32,
    /// 同时问的人数
    #[arg(long, default_value_t = 64)]
    clients: usize,
    /// PostgreSQL 地址；不填则测内嵌数据库
    #[arg(long, env = "WUZHA_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
}

/// What is asked by turns: short, long, harmless, half told.
const MESSAGES: [&str; 6] = [
    "妈，我手机摔了，这是同学的号。补习班今天截止，先转三千到老师卡上，别打电话，在上课。",
    "【速递】您的包裹已到小区东门驿站，取件码6-2-3015，请在今晚九点前领取。",
    "您好，这里是平台售后。您上周买的奶粉抽检不合格，按规定三倍赔付，需要您下载会议软件，打开屏幕共享，我一步一步教您把理赔通道开通，中间会有验证码，您念给我就行。",
    "班级群里说收教辅费，二维码是“班主任”发的，可头像和平时不一样，能交吗？",
    "明天下午家长会，三点到多功能厅，请带上孩子的体检表。",
    "同学，游戏皮肤清仓，先付定金再发号，微信加我，平台上抽成太高。",
];
/// A stamp is believed from so long after the form was opened.
const STAMP_WAIT: Duration = Duration::from_millis(2_500);
const CUT: &str = "cut-7";

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    ground::in_folder(async |folder| measure(args, folder).await)?;
    Ok(ExitCode::SUCCESS)
}

async fn measure(args: &Args, folder: &std::path::Path) -> anyhow::Result<()> {
    let place = Place {
        data: folder.join("asks"),
        database_url: args.database_url.clone(),
        schema: format!("bench{}", new_id()),
    };
    let engine = if args.database_url.is_some() { "PostgreSQL" } else { "SQLite" };
    println!("{engine}，{} 次提问，{} 人同时", args.asks, args.clients);
    println!("{}", processor::machine());
    ground::prepare(&place).await?;
    // Behind a proxy, so that everybody has an address of their own.
    let app = house::open(&place, true).await?;
    let (address, server) = ground::serve(&app).await?;
    let stamp = stamp(address).await?;
    tokio::time::sleep(STAMP_WAIT).await;
    let requests: Arc<[String]> =
        (0..args.asks as usize).map(|number| request(number, &stamp)).collect();
    let begun = Instant::now();
    // Each answer is opened from the store, under the code of its asker.
    let (mut asked, mut opened) = all(args, address, requests).await?;
    let wall = begun.elapsed();
    server.abort();
    app.store.close().await;
    let begun = Instant::now();
    let mut n_scams = 0;
    for number in 0..args.asks as usize {
        let found = recognition::identify(message(number));
        n_scams += usize::from(found.outcome == recognition::Outcome::Scam);
    }
    let alone = begun.elapsed();
    asked.sort_unstable();
    opened.sort_unstable();
    let rate = |took: Duration| f64::from(args.asks) / took.as_secs_f64();
    println!("提问并打开答复  {:>9.0} 次/秒", rate(wall));
    for (words, times) in [("提交", &asked), ("打开答复", &opened)] {
        println!(
            "  {words}：中位 {:.1} 毫秒，95% {:.1} 毫秒，99% {:.1} 毫秒",
            quantile(times, 0.5),
            quantile(times, 0.95),
            quantile(times, 0.99)
        );
    }
    println!("只判断同样的话  {:>9.0} 次/秒（{n_scams} 条是诈骗）", rate(alone));
    println!("  前者与它之比 {:.4}", rate(wall) / rate(alone));
    Ok(())
}

/// What the form carries that nobody can write themselves.
async fn stamp(address: SocketAddr) -> anyhow::Result<String> {
    let mut wire = Wire::open(address).await?;
    let plain = "GET /ask HTTP/1.1\r\nHost: bench\r\n\r\n";
    let answer = wire.send_made(plain.as_bytes()).await?;
    let page = String::from_utf8_lossy(answer.body);
    let stamp =
        page.split("name=\"stamp\" value=\"").nth(1).and_then(|it| it.split('"').next());
    stamp.map(str::to_owned).context("咨询页上没有表单")
}

fn message(number: usize) -> &'static str {
    MESSAGES.get(number % MESSAGES.len()).copied().unwrap_or_default()
}

/// The form as a browser sends it, each from an address of its own.
fn request(number: usize, stamp: &str) -> String {
    let mut body = String::new();
    let given = ["nothing", "codes", "money"].get(number % 3).copied().unwrap_or_default();
    for (name, value) in [
        ("stamp", stamp),
        ("text", message(number)),
        ("given", given),
        ("asker", "pupil"),
        ("unit", "s"),
    ] {
        body.push_str(&format!(
            "--{CUT}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        ));
    }
    body.push_str(&format!("--{CUT}--\r\n"));
    format!(
        "POST /ask HTTP/1.1\r\nHost: bench\r\nX-Forwarded-For: 10.{}.{}.{}\r\n\
         Content-Type: multipart/form-data; boundary={CUT}\r\nContent-Length: {}\r\n\r\n{body}",
        number >> 16 & 255,
        number >> 8 & 255,
        number & 255,
        body.len()
    )
}

type Times = Vec<Duration>;

/// Everybody asks and opens the answer, until all have.
async fn all(
    args: &Args,
    address: SocketAddr,
    requests: Arc<[String]>,
) -> anyhow::Result<(Times, Times)> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..args.clients.max(1) {
        let wire = Wire::open(address).await?;
        clients.spawn(client(wire, Arc::clone(&requests), Arc::clone(&next)));
    }
    let (mut asked, mut opened) = (Vec::new(), Vec::new());
    while let Some(done) = clients.join_next().await {
        let (some, more) = done??;
        asked.extend(some);
        opened.extend(more);
    }
    Ok((asked, opened))
}

async fn client(
    mut wire: Wire,
    requests: Arc<[String]>,
    next: Arc<AtomicUsize>,
) -> anyhow::Result<(Times, Times)> {
    let (mut asked, mut opened) = (Vec::new(), Vec::new());
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let Some(request) = requests.get(number) else { return Ok((asked, opened)) };
        let begun = Instant::now();
        let answer = wire.send_made(request.as_bytes()).await?;
        let status = answer.status;
        let cookie = answer.cookie.map(str::to_owned);
        let to = answer.location.map(str::to_owned);
        anyhow::ensure!(status == 303, "第 {number} 次提问得到状态 {status}");
        asked.push(begun.elapsed());
        let (cookie, to) = (cookie.unwrap_or_default(), to.context("没有答复的地址")?);
        let begun = Instant::now();
        let page = wire.send(&to, &cookie, Sent::Nothing).await?;
        anyhow::ensure!(page.status == 200, "第 {number} 份答复得到状态 {}", page.status);
        opened.push(begun.elapsed());
    }
}
