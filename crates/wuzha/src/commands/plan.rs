//! `wuzha plan check|show|diff`: what a plan file says, and what is wrong with it.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use campaign::plan::{self, Finding, Plan, Severity};
use clap::{Subcommand, ValueEnum};
use serde::Serialize;

use super::input::{self, NotInOrder};

/// The exit code when a plan has errors.
const NOT_IN_ORDER: u8 = 2;

#[derive(Subcommand)]
pub(crate) enum PlanCommand {
    /// 检查方案文件：逐条说明行、列、错在哪里、可以怎样写
    Check {
        /// 方案文件（.toml）
        file: PathBuf,
        /// 上级方案文件；检查是否弱于上级
        #[arg(long)]
        superior: Option<PathBuf>,
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// 把方案打印成可读的文件，或打印成 JSON
    Show {
        /// 方案文件（.toml）
        file: PathBuf,
        /// 上级方案文件；给出时打印合并后的方案
        #[arg(long)]
        superior: Option<PathBuf>,
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// 从正式文件（Word、PDF、网页、文本）起草方案
    Draft(super::draft::Args),
    /// 比较两份方案：新增、取消、改变的任务，谁多做、谁少做
    Diff { old: PathBuf, new: PathBuf },
}

#[derive(Clone, Copy, Default, ValueEnum)]
pub(crate) enum Format {
    #[default]
    Text,
    Json,
}

pub(crate) fn run(command: &PlanCommand) -> Result<ExitCode> {
    match obey(command) {
        Err(error) if error.is::<NotInOrder>() => {
            eprintln!("错误：{error}");
            Ok(ExitCode::from(NOT_IN_ORDER))
        }
        done => done,
    }
}

fn obey(command: &PlanCommand) -> Result<ExitCode> {
    match command {
        PlanCommand::Check { file, superior, format } => {
            check(file, superior.as_deref(), *format)
        }
        PlanCommand::Show { file, superior, format } => {
            show(file, superior.as_deref(), *format)
        }
        PlanCommand::Draft(args) => super::draft::run(args),
        PlanCommand::Diff { old, new } => diff(old, new),
    }
}

fn check(file: &Path, superior: Option<&Path>, format: Format) -> Result<ExitCode> {
    let name = file.display().to_string();
    let findings = match plan::parse_placed(&read(file)?, &name) {
        Err(findings) => findings,
        Ok((plan, places)) => {
            let superior = match superior {
                Some(path) => Some(load(path)?),
                None => adopted(&plan, file),
            };
            let superior = match superior {
                Some(Loaded::Plan(superior)) => Some(*superior),
                Some(Loaded::Bad(findings)) => {
                    tell(&findings, format)?;
                    return Ok(ExitCode::from(NOT_IN_ORDER));
                }
                None => None,
            };
            let mut findings = plan::check(&plan, superior.as_ref());
            places.place(&mut findings);
            findings
        }
    };
    tell(&findings, format)?;
    let failed = findings.iter().any(Finding::is_error);
    Ok(if failed { ExitCode::from(NOT_IN_ORDER) } else { ExitCode::SUCCESS })
}

fn show(file: &Path, superior: Option<&Path>, format: Format) -> Result<ExitCode> {
    let plan = match load(file)? {
        Loaded::Plan(plan) => *plan,
        Loaded::Bad(findings) => return refuse(&findings),
    };
    let plan = match superior.map(load).transpose()? {
        Some(Loaded::Bad(findings)) => return refuse(&findings),
        Some(Loaded::Plan(superior)) => plan::adopt(&superior, &plan),
        None => plan,
    };
    print(&match format {
        Format::Text => plan::show(&plan).to_text(),
        Format::Json => plan::to_json(&plan),
    })?;
    Ok(ExitCode::SUCCESS)
}

fn diff(old: &Path, new: &Path) -> Result<ExitCode> {
    let (old, new) = match (load(old)?, load(new)?) {
        (Loaded::Plan(old), Loaded::Plan(new)) => (old, new),
        (Loaded::Bad(findings), _) | (_, Loaded::Bad(findings)) => return refuse(&findings),
    };
    print(&plan::diff(&old, &new).to_text(&old, &new))?;
    Ok(ExitCode::SUCCESS)
}

enum Loaded {
    Plan(Box<Plan>),
    Bad(Vec<Finding>),
}

fn load(file: &Path) -> Result<Loaded> {
    let name = file.display().to_string();
    Ok(match plan::parse(&read(file)?, &name) {
        Ok(plan) => Loaded::Plan(Box::new(plan)),
        Err(findings) => Loaded::Bad(findings),
    })
}

/// The plan that this one adopts, if it lies beside it or is built in.
fn adopted(plan: &Plan, file: &Path) -> Option<Loaded> {
    let id = plan.head.adopts.as_deref()?;
    let beside = file.with_file_name(format!("{id}.toml"));
    if let Ok(loaded) = load(&beside) {
        return Some(loaded);
    }
    let built_in = plan::built_in(id)?;
    plan::parse(built_in.text, built_in.file).ok().map(|plan| Loaded::Plan(Box::new(plan)))
}

fn read(file: &Path) -> Result<String> {
    Ok(input::text(file, "方案文件")?)
}

fn refuse(findings: &[Finding]) -> Result<ExitCode> {
    let mut out = io::stderr().lock();
    for finding in findings {
        writeln!(out, "{finding}")?;
    }
    Ok(ExitCode::from(NOT_IN_ORDER))
}

fn print(text: &str) -> Result<()> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        // Whoever read our output has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => Ok(result?),
    }
}

#[derive(Serialize)]
struct JsonFinding<'f> {
    severity: &'static str,
    file: &'f str,
    line: usize,
    column: usize,
    message: &'f str,
    allowed: Option<&'f str>,
}

fn tell(findings: &[Finding], format: Format) -> Result<()> {
    if let Format::Json = format {
        let rows: Vec<JsonFinding<'_>> = findings
            .iter()
            .map(|finding| JsonFinding {
                severity: match finding.severity {
                    Severity::Error => "error",
                    Severity::Warning => "warning",
                    Severity::Advice => "advice",
                },
                file: &finding.file,
                line: finding.line,
                column: finding.column,
                message: &finding.message,
                allowed: finding.allowed.as_deref(),
            })
            .collect();
        return print(&format!("{}\n", serde_json::to_string_pretty(&rows)?));
    }
    let mut text = String::new();
    for finding in findings {
        text.push_str(&finding.to_string());
        text.push('\n');
    }
    let count = |severity| findings.iter().filter(|one| one.severity == severity).count();
    let summary = match (count(Severity::Error), count(Severity::Warning)) {
        (0, 0) => "方案没有错误。\n".to_owned(),
        (0, warnings) => format!("方案没有错误，有{warnings}处警告。\n"),
        (errors, warnings) => format!("共{errors}处错误、{warnings}处警告。\n"),
    };
    print(&(text + &summary))
}
