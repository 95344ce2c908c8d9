//! Times judging on one thread.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use recognition::identify;

use super::sources;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// 计时用的 .jsonl 文件或文件夹
    #[arg(long, required = true, num_args = 1..)]
    data: Vec<PathBuf>,
    /// 重复几遍
    #[arg(long, default_value_t = 20)]
    rounds: usize,
}

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let sources = sources::read_all(&args.data)?;
    let texts: Vec<&str> = sources
        .iter()
        .flat_map(|source| &source.lessons)
        .map(|lesson| lesson.text.as_str())
        .collect();
    anyhow::ensure!(!texts.is_empty(), "没有可计时的文字");
    identify("先把词表和模型装入内存");
    let mut n_scams = 0usize;
    let started = Instant::now();
    for _ in 0..args.rounds {
        n_scams += texts.iter().filter(|text| identify(text).kind.is_some()).count();
    }
    let seconds = started.elapsed().as_secs_f64();
    let n = texts.len() * args.rounds;
    let n_chars: usize = texts.iter().map(|text| text.chars().count()).sum();
    println!(
        "{}",
        serde_json::json!({
            "messages": texts.len(),
            "chars_mean": n_chars as f64 / texts.len() as f64,
            "per_second": (n as f64 / seconds).round(),
            "flagged": n_scams / args.rounds.max(1),
            "p99_500_chars_ms": p99_of_500(&texts),
        })
    );
    Ok(ExitCode::SUCCESS)
}

/// The 99th percentile of the time for one message of 500 characters, made by
/// joining the given ones.
fn p99_of_500(texts: &[&str]) -> f64 {
    let mut times: Vec<f64> = Vec::new();
    for start in 0..2000 {
        let long: String = texts
            .iter()
            .cycle()
            .skip(start * 7 % texts.len())
            .flat_map(|text| text.chars())
            .take(500)
            .collect();
        let started = Instant::now();
        std::hint::black_box(identify(&long));
        times.push(started.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    times.get(times.len() * 99 / 100).copied().unwrap_or(0.0)
}
