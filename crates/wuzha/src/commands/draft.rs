//! `wuzha plan draft`: from official documents to draft plans.

use std::collections::HashSet;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{panic, thread};

use anyhow::{Context as _, Result, bail};
use clap::ValueEnum;
use office::text;

/// The exit code when a file could not be read as a document.
const NOT_IN_ORDER: u8 = 2;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// 方案文档（.docx、.pdf、.txt、.md、.html），可以有多个
    #[arg(required = true)]
    files: Vec<PathBuf>,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// 写入该目录，每个文档一个文件；不给出时打印
    #[arg(long)]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, Default, PartialEq, ValueEnum)]
enum Format {
    /// 条目清单，每条带原文、可信度和理由
    #[default]
    Json,
    /// 方案文件，存疑之处有标记
    Toml,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    if args.out.is_none() && args.format == Format::Toml && 1 < args.files.len() {
        bail!("多个文档不能合成一个方案文件，请用 --out 指定目录，每个文档写一个文件");
    }
    if let Some(folder) = &args.out {
        fs::create_dir_all(folder)
            .with_context(|| format!("不能建立目录 `{}`", folder.display()))?;
    }
    quiet_pdf();
    let mut code = ExitCode::SUCCESS;
    let mut written = HashSet::new();
    for file in &args.files {
        let done =
            draft_of(file, args.format).and_then(|text| give(args, file, &text, &mut written));
        if let Err(error) = done {
            eprintln!("错误：`{}`：{error:#}", file.display());
            code = ExitCode::from(NOT_IN_ORDER);
        }
    }
    Ok(code)
}

/// A PDF that its parser gives up on is refused in one line, without a backtrace.
fn quiet_pdf() {
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if thread::current().name() != Some(text::PDF_THREAD) {
            report(info);
        }
    }));
}

fn draft_of(file: &Path, format: Format) -> Result<String> {
    let draft = drafting::draft(&document(file)?);
    if draft.is_empty() {
        eprintln!("提示：`{}`：没有读出任务、指标或时限，请确认是否为方案正文", file.display());
    }
    if draft.cut {
        eprintln!("提示：`{}`：正文过长，只读了前 4 MB", file.display());
    }
    match format {
        Format::Json => {
            Ok(format!("{}\n", serde_json::to_string_pretty(&draft.to_gold_json())?))
        }
        Format::Toml => Ok(draft.to_toml()),
    }
}

fn document(file: &Path) -> Result<String> {
    let size = fs::metadata(file).context("不能读取文件")?;
    if size.is_dir() {
        bail!("这是目录，请给出文档文件");
    }
    if size.len() > text::FILE_BYTES_MAX as u64 {
        return Err(text::TextError::TooLarge.into());
    }
    let bytes = fs::read(file).context("不能读取文件")?;
    Ok(text::read(&bytes)?.text)
}

/// Prints, or writes beside the others; a file is written whole or not at all.
fn give(args: &Args, file: &Path, text: &str, written: &mut HashSet<PathBuf>) -> Result<()> {
    let Some(folder) = &args.out else {
        io::stdout().write_all(text.as_bytes()).context("不能写到标准输出")?;
        return Ok(());
    };
    let stem = file.file_stem().unwrap_or(file.as_os_str());
    let extension = if args.format == Format::Toml { "toml" } else { "json" };
    let path = folder.join(stem).with_extension("part");
    // A name with dots keeps them: only what follows the stem is ours.
    let target = folder.join(format!("{}.{extension}", stem.to_string_lossy()));
    if !written.insert(target.clone()) {
        bail!("另一个文档已写入 `{}`，请改名后再试", target.display());
    }
    fs::write(&path, text).with_context(|| format!("不能写入 `{}`", target.display()))?;
    fs::rename(&path, &target).with_context(|| format!("不能写入 `{}`", target.display()))?;
    Ok(())
}
