//! Rebuilds the model file.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use recognition::model::{License, Origin, Settings, train};

use super::sources;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// 数据文件夹或文件，可写多个；只可测量、不可随产品发布的来源会被跳过并说明
    #[arg(long, required = true, num_args = 1..)]
    data: Vec<PathBuf>,
    /// 模型写到哪里
    #[arg(long, default_value = "crates/recognition/data/model.bin")]
    out: PathBuf,
}

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let mut sources = sources::read_all(&args.data)?;
    for source in sources.iter().filter(|source| source.license == License::MeasureOnly) {
        eprintln!("跳过 {}：没有可随产品发布的许可，只用于测量", source.name);
    }
    sources.retain(|source| source.license == License::Ship);
    anyhow::ensure!(!sources.is_empty(), "没有可用于训练的数据");
    let origin = Origin::of(&sources);
    for input in &origin.inputs {
        eprintln!("{}  {} 行  {}", input.sha256, input.n_rows, input.name);
    }
    let lessons: Vec<_> =
        sources.iter().flat_map(|source| source.to_learn().cloned()).collect();
    let bytes = train(&lessons, origin, Settings::default()).to_bytes()?;
    // Written aside and renamed, so that a half-written model never stands there.
    let aside = args.out.with_extension("part");
    std::fs::write(&aside, &bytes).with_context(|| format!("写入 {}", aside.display()))?;
    std::fs::rename(&aside, &args.out)
        .with_context(|| format!("写入 {}", args.out.display()))?;
    println!("{}  {} 字节  {}", recognition::sha256(&bytes), bytes.len(), args.out.display());
    Ok(ExitCode::SUCCESS)
}
