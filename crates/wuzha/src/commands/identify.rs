//! `wuzha identify`: judges messages line by line; trains, measures and times
//! the model.

mod bench;
mod measure;
mod sources;
mod stream;
mod train;

use std::process::ExitCode;

use clap::Subcommand;

/// 识别诈骗信息：从标准输入逐行读 {"text":…}，向标准输出逐行写判断
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Subcommand)]
enum Action {
    /// 由数据重建模型文件（同样的数据得到同样的字节）
    Train(train::Args),
    /// 测量：逐一留出来源，再按声音测自写的测试集，输出 Markdown
    Measure(measure::Args),
    /// 计时：一个线程每秒判断多少条
    Bench(bench::Args),
}

pub(crate) fn run(args: Args) -> anyhow::Result<ExitCode> {
    match args.action {
        None => stream::run(),
        Some(Action::Train(args)) => train::run(&args),
        Some(Action::Measure(args)) => measure::run(&args),
        Some(Action::Bench(args)) => bench::run(&args),
    }
}
