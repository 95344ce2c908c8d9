//! `wuzha demo`: a filled district to look around in.

use std::process::ExitCode;

use storage::account;
use web::{App, Opening, password};

use crate::demo;
use crate::house::{self, Place};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// 演示数据目录：首次运行时生成，以后直接使用
    #[arg(long, env = "WUZHA_DATA", default_value = "data/demo")]
    data: std::path::PathBuf,
    /// PostgreSQL 地址；不填则用数据目录中的内嵌数据库
    #[arg(long, env = "WUZHA_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// 在 PostgreSQL 中的 schema
    #[arg(long, env = "WUZHA_SCHEMA", default_value = "wuzha_demo")]
    schema: String,
    /// 监听地址
    #[arg(long, env = "WUZHA_LISTEN", default_value = "127.0.0.1:8080")]
    listen: std::net::SocketAddr,
}

pub(crate) fn run(args: Args) -> anyhow::Result<ExitCode> {
    let place = Place { data: args.data, database_url: args.database_url, schema: args.schema };
    house::runtime()?.block_on(async {
        let mut store = house::store(&place).await?;
        if store.is_half_filled().await? {
            eprintln!("上次没有生成完，从头再来");
            store = store.start_anew(&house::location(&place)).await?;
        }
        let secret = demo::password(&place.data)?;
        if account::count(&mut *store.read().await?).await? == 0 {
            eprintln!("正在生成演示区县：200 所学校、5000 个班、20 万人、两个学期的台账 …");
            let hash = password::hash(secret.clone()).await?;
            demo::fill(&store, hash).await?;
        }
        let clock = demo::clock(&store, house::clock()).await?;
        let today = clock.today();
        let app = App::open(Opening {
            store,
            clock,
            files: place.data.join("files"),
            documents: house::documents(),
            mailer: None,
            secure_cookies: false,
            setup_code: None,
        })
        .await?;
        println!("演示已就绪：http://{}/ （演示日期 {today}，数据均为虚构）", args.listen);
        println!("密码均为 {secret}，登录名：");
        for (name, who) in demo::GUIDES {
            println!("  {name:<10} {who}");
        }
        house::serve(app, args.listen).await?;
        Ok(ExitCode::SUCCESS)
    })
}
