//! `wuzha bench`: figures of this house beside a peer, on this machine.

mod asks;
mod client;
mod ground;
pub(crate) mod kill;
pub(crate) mod pages;
mod processor;
pub(crate) mod start;
pub(crate) mod submissions;

use std::process::ExitCode;

#[derive(clap::Subcommand)]
pub(crate) enum BenchCommand {
    /// 经 HTTP 提交记录的速度，与同样的行成批写入数据库的速度对照
    Submissions(submissions::Args),
    /// 演示区县的列表页和看板在多人同时打开时的速度
    Pages(pages::Args),
    /// 很多人同时问“这是不是骗局”的速度，与单独判断同样的话对照
    Asks(asks::Args),
    /// 空数据库、演示首次和再次就绪的时间，静置时的内存
    Start(start::Args),
    /// 提交进行中反复强行终止服务，核对已答复的提交一条不少
    Kill(kill::Args),
}

pub(crate) fn run(command: BenchCommand) -> anyhow::Result<ExitCode> {
    match command {
        BenchCommand::Submissions(args) => submissions::run(&args),
        BenchCommand::Pages(args) => pages::run(&args),
        BenchCommand::Asks(args) => asks::run(&args),
        BenchCommand::Start(args) => start::run(&args),
        BenchCommand::Kill(args) => kill::run(&args),
    }
}
