//! `wuzha evaluate`: standings and rates from files, without a server.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    thread,
};

use anyhow::Context as _;
use campaign::{
    calendar::Calendar,
    day::Day,
    engine::{Engine, Extras},
    organisation::Organisation,
    plan::{self, Cadence, Due, Duty, Plan, Season},
    standing::View,
    tables,
};

use super::input::{self, NotInOrder, exit_code};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// 方案文件；可写多次，每次一个版本，按生效日期先后适用
    #[arg(long, required = true, value_name = "FILE")]
    plan: Vec<PathBuf>,
    /// 上级方案；给出时，按采用上级方案后的任务计算
    #[arg(long, value_name = "FILE")]
    superior: Option<PathBuf>,
    /// 数据目录：units.csv、records.csv，以及 people.csv、posts.csv、exemptions.csv、calendar.toml
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// 截至日期，如 2024-06-30
    #[arg(long, value_name = "DATE", value_parser = day)]
    as_of: Day,
    /// 结果目录
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// 也列出尚未开始的周期
    #[arg(long)]
    upcoming: bool,
    /// 线程数，默认为处理器核数
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

fn day(text: &str) -> Result<Day, String> {
    Day::parse(text.as_bytes()).ok_or_else(|| format!("“{text}”不是日期，应如 2024-06-30"))
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    exit_code(evaluate(args))
}

fn evaluate(args: &Args) -> anyhow::Result<()> {
    let plans = read_plans(&args.plan, args.superior.as_deref())?;
    let cores = || thread::available_parallelism().map_or(1, usize::from);
    let threads = args.threads.unwrap_or_else(cores);
    let org = Arc::new(organisation(&args.data)?);
    let calendar = calendar(&args.data, &plans)?;
    let extras = extras(&args.data, &plans, &org)?;
    let engine = Engine::new(&plans, Arc::clone(&org), &calendar, &extras);
    let attendance = match optional(&args.data, "attendance.csv")? {
        Some(file) => tables::read_attendance(&org, file)?,
        None => tables::Attendance::default(),
    };
    let records = required(&args.data, "records.csv")?;
    let tally = tables::load_records(&engine, &attendance, args.as_of, records, threads)?;
    args.write(View::new(&engine, &tally, args.as_of), threads)
}

impl Args {
    /// Writes under temporary names, and renames only when both files are whole.
    fn write(&self, view: View<'_>, threads: usize) -> anyhow::Result<()> {
        let out = &self.out;
        fs::create_dir_all(out)
            .with_context(|| format!("结果目录 {} 建不起来", out.display()))?;
        let unfinished =
            [Unfinished::new(out, "standings.csv"), Unfinished::new(out, "rates.csv")];
        let [standings, rates] = &unfinished;
        let counts = standings
            .write(|file| tables::write_standings(view, self.upcoming, file, threads))?;
        rates.write(|file| {
            tables::write_rates(view.engine(), &counts, io::BufWriter::new(file))
        })?;
        for file in unfinished {
            file.finish()?;
        }
        Ok(())
    }
}

/// A file under a temporary name; gone again unless it is finished.
struct Unfinished {
    now: PathBuf,
    then: PathBuf,
}

impl Unfinished {
    fn new(dir: &Path, name: &str) -> Self {
        let now = dir.join(format!(".{name}.{}.part", std::process::id()));
        Self { now, then: dir.join(name) }
    }

    fn write<T>(&self, write: impl FnOnce(&mut File) -> io::Result<T>) -> anyhow::Result<T> {
        let fails = || format!("{} 写不进去", self.then.display());
        let mut file = File::create(&self.now).with_context(fails)?;
        let result = write(&mut file).with_context(fails)?;
        file.flush().with_context(fails)?;
        Ok(result)
    }

    fn finish(self) -> anyhow::Result<()> {
        fs::rename(&self.now, &self.then)
            .with_context(|| format!("{} 写不进去", self.then.display()))
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // After a rename there is nothing under the temporary name.
        let _ = fs::remove_file(&self.now);
    }
}

/// Reads plans; with a superior's plan, each is what adopts it.
pub(crate) fn read_plans(
    files: &[PathBuf],
    superior: Option<&Path>,
) -> anyhow::Result<Vec<Plan>> {
    let superior = superior.map(read_plan).transpose()?;
    let mut plans = Vec::with_capacity(files.len());
    for file in files {
        let own = read_plan(file)?;
        plans.push(match &superior {
            Some(superior) => plan::adopt(superior, &own),
            None => own,
        });
    }
    Ok(plans)
}

fn read_plan(file: &Path) -> anyhow::Result<Plan> {
    let name = file.display().to_string();
    plan::parse(&input::text(file, "方案文件")?, &name).map_err(|findings| {
        let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
        NotInOrder(format!("方案有错误：\n{}", lines.join("\n"))).into()
    })
}

fn organisation(data: &Path) -> anyhow::Result<Organisation> {
    let mut org = tables::read_units(required(data, "units.csv")?)?;
    if let Some(people) = optional(data, "people.csv")? {
        tables::read_people(&mut org, people)?;
    }
    if let Some(posts) = optional(data, "posts.csv")? {
        tables::read_posts(&mut org, posts)?;
    }
    Ok(org)
}

/// The body's own calendar. Without one there are no terms and no holidays, so
/// that the result depends on nothing but the files; whoever needs one is told.
fn calendar(data: &Path, plans: &[Plan]) -> anyhow::Result<Calendar> {
    let path = data.join("calendar.toml");
    if path.exists() {
        let text = input::text(&path, "校历文件")?;
        return Calendar::parse(&text)
            .map_err(|error| NotInOrder(format!("calendar.toml {error}")).into());
    }
    if plans.iter().flat_map(|plan| &plan.duties).any(asks_calendar) {
        eprintln!(
            "提示：{} 里没有 calendar.toml，按没有学期、没有节假日计算：每学期的任务没有周期，\
             任何一天都不是上学日，周一至周五都是工作日",
            data.display()
        );
    }
    Ok(Calendar::default())
}

fn asks_calendar(duty: &Duty) -> bool {
    duty.cadence == Cadence::Term
        || duty.season != Season::Always
        || matches!(duty.due, Some(Due::WorkdaysAfter(_)))
}

fn extras(data: &Path, plans: &[Plan], org: &Organisation) -> anyhow::Result<Extras> {
    let mut duties: Vec<&str> = Vec::new();
    for duty in plans.iter().flat_map(|plan| &plan.duties) {
        if !duties.contains(&duty.id.as_str()) {
            duties.push(&duty.id);
        }
    }
    let mut extras = Extras::default();
    if let Some(file) = optional(data, "exemptions.csv")? {
        extras.exemptions = tables::read_exemptions(org, &duties, file)?;
    }
    if let Some(file) = optional(data, "events.csv")? {
        extras.events = tables::read_events(org, &duties, file)?;
    }
    Ok(extras)
}

fn required(data: &Path, name: &str) -> Result<File, NotInOrder> {
    input::open(&data.join(name), "数据文件")
}

/// A table that may be missing, which is the same as one without rows.
fn optional(data: &Path, name: &str) -> Result<Option<File>, NotInOrder> {
    if data.join(name).exists() { required(data, name).map(Some) } else { Ok(None) }
}
