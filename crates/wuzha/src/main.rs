//! The binary: commands, configuration, the clock and the jobs. No logic of its
//! own: every command is a file that calls one of the crates.

mod commands;
mod demo;
mod house;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "wuzha", version, about = "无诈：教育系统反诈专项行动工作台")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// 识别诈骗信息（标准输入逐行 JSON）；训练、测量、计时
    Identify(commands::identify::Args),
    /// 按方案和数据文件计算完成情况（standings.csv）和完成率（rates.csv）
    Evaluate(commands::evaluate::Args),
    /// 按方案编造一套数据文件：同样的参数得到同样的文件
    Sample(commands::sample::Args),
    /// 测量速度
    #[command(subcommand)]
    Bench(commands::bench::BenchCommand),
    /// 启动一个填好的演示区县
    Demo(commands::demo::Args),
    /// 启动服务
    Serve(commands::serve::Args),
    /// 核对审计链和全部记录是否被人在系统之外改过；有不符时退出码为 2
    Verify(commands::verify::Args),
    /// 显示 serve 将采用的配置（密码等不显示）
    Config(commands::serve::Args),
    /// 检查、查看、比较方案文件
    #[command(subcommand)]
    Plan(commands::plan::PlanCommand),
    /// 服务读取 PDF 用的进程：标准输入进，文字出
    #[command(hide = true, name = office::text::READ_PDF)]
    ReadPdf,
}

fn main() -> std::process::ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("WUZHA_LOG")
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info,sqlx=error")),
        )
        .with_writer(std::io::stderr)
        .init();
    let done = match Cli::parse().command {
        Command::Identify(args) => commands::identify::run(args),
        Command::Evaluate(args) => commands::evaluate::run(&args),
        Command::Sample(args) => commands::sample::run(&args),
        Command::Bench(command) => commands::bench::run(command),
        Command::Demo(args) => commands::demo::run(args),
        Command::Serve(args) => commands::serve::run(args),
        Command::Verify(args) => commands::verify::run(&args),
        Command::Config(args) => Ok(commands::config::run(&args)),
        Command::Plan(command) => commands::plan::run(&command),
        Command::ReadPdf => Ok(commands::read_pdf::run()),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("错误：{error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}
