//! `wuzha bench start`: how long an empty database takes to be made, how long the
//! demo takes to be ready the first and the second time, and how much memory it
//! holds when nobody asks it anything.

use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use web::app::new_id;

use super::client::{Sent, Wire};
use super::{ground, processor};
use crate::house::{self, Place};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// 静置多少秒后量内存
    #[arg(long, default_value_t = 20)]
    rest: u64,
    /// PostgreSQL 地址；不填则测内嵌数据库
    #[arg(long, env = "WUZHA_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
}

const MIGRATION_MAX: f64 = 5.0;
const FIRST_MAX: f64 = 20.0;
const SECOND_MAX: f64 = 2.0;
const RESIDENT_MAX_MB: f64 = 300.0;
const READY_MAX: Duration = Duration::from_mins(5);

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    ground::in_folder(async |folder| measure(args, folder).await)
}

async fn measure(args: &Args, folder: &std::path::Path) -> anyhow::Result<ExitCode> {
    let place = |name: &str| Place {
        data: folder.join(name),
        database_url: args.database_url.clone(),
        schema: format!("bench{}", new_id()),
    };
    println!("{}", if args.database_url.is_some() { "PostgreSQL" } else { "SQLite" });
    println!("{}", processor::machine());
    let begun = Instant::now();
    let store = house::store(&place("empty")).await?;
    let migrated = begun.elapsed().as_secs_f64();
    store.close().await;

    let place = place("demo");
    let mut is_met = line("空数据库就绪", migrated, MIGRATION_MAX, "秒");
    let mut demo = Demo::start(&place)?;
    is_met &= line("演示首次就绪", demo.ready().await?, FIRST_MAX, "秒");
    demo.stop()?;
    let mut demo = Demo::start(&place)?;
    is_met &= line("演示再次就绪", demo.ready().await?, SECOND_MAX, "秒");
    let at_once = processor::resident_mb(demo.child.id());
    tokio::time::sleep(Duration::from_secs(args.rest)).await;
    let resident = processor::resident_mb(demo.child.id());
    is_met &= line("静置后常驻内存", resident, RESIDENT_MAX_MB, "MB");
    println!("刚就绪时常驻内存 {at_once:.0} MB");
    demo.stop()?;
    Ok(if is_met { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn line(what: &str, value: f64, most: f64, unit: &str) -> bool {
    let is_met = value <= most;
    println!(
        "{what}  {value:.2} {unit}（要求 {most} {unit} 以内{}）",
        if is_met { "" } else { "，未达到" }
    );
    is_met
}

struct Demo {
    child: Child,
    address: SocketAddr,
    begun: Instant,
}

impl Drop for Demo {
    fn drop(&mut self) {
        // It has ended already if all went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Demo {
    fn start(place: &Place) -> anyhow::Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("demo").arg("--data").arg(&place.data);
        command.args(["--listen", &address.to_string(), "--schema", &place.schema]);
        command.env("WUZHA_LOG", "error").stdout(Stdio::null()).stderr(Stdio::null());
        match &place.database_url {
            Some(url) => command.env("WUZHA_DATABASE_URL", url),
            None => command.env_remove("WUZHA_DATABASE_URL"),
        };
        let begun = Instant::now();
        Ok(Self { child: command.spawn().context("无法启动演示")?, address, begun })
    }

    /// Seconds until the first page is answered.
    async fn ready(&mut self) -> anyhow::Result<f64> {
        loop {
            if let Ok(mut wire) = Wire::open(self.address).await
                && wire
                    .send("/sign-in", "", Sent::Nothing)
                    .await
                    .is_ok_and(|it| it.status == 200)
            {
                return Ok(self.begun.elapsed().as_secs_f64());
            }
            if let Some(status) = self.child.try_wait()? {
                anyhow::bail!("演示没有启动：{status}");
            }
            anyhow::ensure!(self.begun.elapsed() < READY_MAX, "演示在五分钟内没有就绪");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Stops it in order, as Ctrl-C does.
    fn stop(mut self) -> anyhow::Result<()> {
        let pid = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status()?;
        self.child.wait()?;
        Ok(())
    }
}
