//! `wuzha bench`: figures of this house beside a peer, on this machine.

pub(crate) mod submissions;

use std::process::ExitCode;

#[derive(clap::Subcommand)]
pub(crate) enum BenchCommand {
    /// 经 HTTP 提交记录的速度，与同样的行成批写入数据库的速度对照
    Submissions(submissions::Args),
}

pub(crate) fn run(command: BenchCommand) -> anyhow::Result<ExitCode> {
    match command {
        BenchCommand::Submissions(args) => submissions::run(&args),
    }
}
