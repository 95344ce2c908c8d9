//! `wuzha serve`: the real thing.

use std::process::ExitCode;

use crate::house::{self, Place};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    place: Place,
    /// 监听地址
    #[arg(long, env = "WUZHA_LISTEN", default_value = "127.0.0.1:8080")]
    listen: std::net::SocketAddr,
    /// 经由 HTTPS 反向代理访问：会话 cookie 只经加密连接发送
    #[arg(long, env = "WUZHA_HTTPS")]
    https: bool,
}

pub(crate) fn run(args: Args) -> anyhow::Result<ExitCode> {
    house::runtime()?.block_on(async {
        let house = house::open(&args.place, args.https).await?;
        if let Some(code) = &house.setup_code {
            eprintln!("首次使用：打开 http://{}/setup ，启动码 {code}", args.listen);
        }
        house::serve(house, args.listen).await?;
        Ok(ExitCode::SUCCESS)
    })
}
