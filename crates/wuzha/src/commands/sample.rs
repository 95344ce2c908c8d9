//! `wuzha sample`: invented data of any size, for trying out and measuring.

use std::{
    fs::{self, File},
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context as _;
use campaign::{
    calendar::Calendar,
    sample::{self, Tables, Wish},
};
use clap::value_parser;

use super::{evaluate::read_plans, input::exit_code};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// 方案文件
    #[arg(long, value_name = "FILE")]
    plan: PathBuf,
    /// 学校数
    #[arg(long, default_value_t = 20, value_parser = value_parser!(u32).range(1..=9999))]
    schools: u32,
    /// 学生数
    #[arg(long, default_value_t = 20_000, value_parser = value_parser!(u32).range(0..=5_000_000))]
    students: u32,
    /// 年数，从方案开始之日起
    #[arg(long, default_value_t = 1, value_parser = value_parser!(u32).range(1..=20))]
    years: u32,
    /// 随机种子
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// 大约多少条记录；默认每名学生每年约 6.7 条
    #[arg(long, value_name = "N")]
    records: Option<u64>,
    /// 结果目录
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    exit_code(sample(args))
}

fn sample(args: &Args) -> anyhow::Result<()> {
    let plans = read_plans(std::slice::from_ref(&args.plan), None)?;
    let plan = plans.first().context("没有方案")?;
    let wish = Wish {
        schools: args.schools,
        students: args.students,
        years: args.years,
        seed: args.seed,
        records: args.records,
    };
    fs::create_dir_all(&args.out)
        .with_context(|| format!("结果目录 {} 建不起来", args.out.display()))?;
    let calendar = Calendar::builtin();
    let path = args.out.join("calendar.toml");
    fs::write(&path, calendar.print())
        .with_context(|| format!("{} 写不进去", path.display()))?;
    let mut tables = Tables {
        units: args.create("units.csv")?,
        people: args.create("people.csv")?,
        posts: args.create("posts.csv")?,
    };
    let org = sample::write_organisation(plan, &wish, &mut tables)?;
    for table in [&mut tables.units, &mut tables.people, &mut tables.posts] {
        table.flush()?;
    }
    let (units, people) = (org.units().len(), org.people().len());
    let out = (args.create("records.csv")?, args.create("exemptions.csv")?);
    let records = sample::write_acts(plan, &wish, &calendar, org, out)?;
    println!("单位 {units} 个，人员 {people} 人，记录 {records} 条 → {}", args.out.display());
    Ok(())
}

impl Args {
    fn create(&self, name: &str) -> anyhow::Result<BufWriter<File>> {
        create(&self.out.join(name))
    }
}

fn create(path: &Path) -> anyhow::Result<BufWriter<File>> {
    let file = File::create(path).with_context(|| format!("{} 写不进去", path.display()))?;
    Ok(BufWriter::with_capacity(1 << 20, file))
}
