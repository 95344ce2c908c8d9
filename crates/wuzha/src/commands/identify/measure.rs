//! Measures: each source as if unseen, each of our authors as if unseen, our
//! test sets, disguises, types, and which messages were misjudged.

use std::path::PathBuf;
use std::process::ExitCode;

use rayon::prelude::*;
use recognition::measure::{
    EVASIONS, Figures, Judged, calibration_error, confusion, disguise, macro_f1, recall_at,
};
use recognition::model::{self, Lesson, License, Origin, Settings, Source, train};
use recognition::{FraudType, Model, Outcome, identify_with};

use super::sources;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// 训练与测量用的来源（文件夹或文件）；逐一留出
    #[arg(long, num_args = 1..)]
    data: Vec<PathBuf>,
    /// 自写的测试集，只用内置模型测
    #[arg(long, num_args = 1..)]
    test: Vec<PathBuf>,
    /// 列出判错的原文
    #[arg(long)]
    failures: bool,
    /// 把同一组文字的扰动写法也测一遍
    #[arg(long)]
    evasions: bool,
    /// 不逐一留出，只测测试集
    #[arg(long)]
    quick: bool,
}

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    if !args.data.is_empty() {
        let known = sources::read_all(&args.data)?;
        if !args.quick {
            leave_out(&known, args.failures);
        }
    }
    if !args.test.is_empty() {
        let sets = sources::read_all(&args.test)?;
        own_tests(&sets, args);
    }
    Ok(ExitCode::SUCCESS)
}

fn judge(model: &Model, lessons: &[Lesson]) -> Vec<Judged> {
    lessons.iter().map(|lesson| judge_text(model, lesson, &lesson.text)).collect()
}

fn judge_text(model: &Model, lesson: &Lesson, text: &str) -> Judged {
    let verdict = identify_with(model, text);
    Judged {
        scam: lesson.scam,
        kind: lesson.kind,
        said_scam: verdict.outcome == Outcome::Scam,
        said_kind: verdict.kind,
        probability: verdict.probability,
    }
}

/// Trains without each source in turn and judges it.
fn leave_out(known: &[Source], failures: bool) {
    println!(
        "| 留出的来源 | 条数 | 诈骗召回 | 误报 | 误报3%时可达召回 | 类型宏F1 | ECE |\n|---|---|---|---|---|---|---|"
    );
    let settings = Settings { folds: 0, ..Settings::default() };
    let all: Vec<Vec<Judged>> = known
        .par_iter()
        .map(|source| {
            let rest: Vec<Lesson> = known
                .iter()
                .filter(|other| other.name != source.name && other.license == License::Ship)
                .flat_map(|other| other.to_learn().cloned())
                .collect();
            let learnt =
                train(&rest, Origin::default(), settings).with_certainty_of(model::shipped());
            judge(&learnt, &source.lessons)
        })
        .collect();
    let mut own = Vec::new();
    for (source, judged) in known.iter().zip(all) {
        row(&source.name, &judged);
        if source.lessons.iter().all(|lesson| lesson.group != 0) {
            own.extend_from_slice(&judged);
        }
        if failures {
            list_failures(&source.lessons, &judged);
        }
    }
    row("自写训练集各作者合计（各自留出）", &own);
    limits(&own);
}

fn own_tests(sets: &[Source], args: &Args) {
    let model = model::shipped();
    println!(
        "\n| 测试集 | 条数 | 诈骗召回 | 误报 | 误报3%时可达召回 | 类型宏F1 | ECE |\n|---|---|---|---|---|---|---|"
    );
    let mut all = Vec::new();
    for set in sets {
        let judged = judge(model, &set.lessons);
        row(&set.name, &judged);
        all.extend(judged);
    }
    row("合计", &all);
    print_confusion(&all);
    if args.evasions {
        evasions(model, sets);
    }
    if args.failures {
        for set in sets {
            list_failures(&set.lessons, &judge(model, &set.lessons));
        }
    }
}

fn row(name: &str, judged: &[Judged]) {
    let figures = Figures::of(judged);
    let share = |value: Option<f64>| {
        value.map_or("—".to_owned(), |value| format!("{:.1}%", value * 100.0))
    };
    let f1 = if judged.iter().any(|one| one.kind.is_some()) {
        format!("{:.3}", macro_f1(judged))
    } else {
        "—".into()
    };
    println!(
        "| {name} | {} | {} | {} | {} | {f1} | {:.3} |",
        judged.len(),
        share(figures.recall()),
        share(figures.false_alarms()),
        share(recall_at(judged, 0.03)),
        calibration_error(judged),
    );
}

fn rates(name: &str, judged: &[Judged]) {
    let figures = Figures::of(judged);
    let percent = |value: Option<f64>| value.unwrap_or(0.0) * 100.0;
    println!(
        "| {name} | {:.1}% | {:.1}% |",
        percent(figures.recall()),
        percent(figures.false_alarms())
    );
}

/// What each limit of “a scam” would give.
fn limits(judged: &[Judged]) {
    println!("\n| 界限 | 诈骗召回 | 误报 |\n|---|---|---|");
    for limit in [0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9] {
        let said: Vec<Judged> = judged
            .iter()
            .map(|one| Judged { said_scam: limit <= one.probability, ..*one })
            .collect();
        rates(&limit.to_string(), &said);
    }
}

fn print_confusion(judged: &[Judged]) {
    println!("\n| 实际＼判为 | {} | 未报 |", FraudType::ALL.map(FraudType::name).join(" | "));
    println!("|---{}|", "|---".repeat(13));
    for (class, cells) in FraudType::ALL.iter().zip(confusion(judged)) {
        let cells: Vec<String> =
            cells.iter().map(|n| if *n == 0 { String::new() } else { n.to_string() }).collect();
        println!("| {} | {} |", class.name(), cells.join(" | "));
    }
}

fn evasions(model: &Model, sets: &[Source]) {
    println!("\n| 变形 | 诈骗召回 | 误报 |\n|---|---|---|");
    for way in EVASIONS {
        let judged: Vec<Judged> = sets
            .iter()
            .flat_map(|set| &set.lessons)
            .map(|lesson| judge_text(model, lesson, &disguise(&lesson.text, way)))
            .collect();
        rates(way, &judged);
    }
}

fn list_failures(lessons: &[Lesson], judged: &[Judged]) {
    for (lesson, one) in lessons.iter().zip(judged) {
        let wrong_kind = lesson.scam
            && one.said_scam
            && lesson.kind.is_some()
            && lesson.kind != one.said_kind;
        let label = if lesson.scam != one.said_scam {
            if lesson.scam { "漏" } else { "误" }
        } else if wrong_kind {
            "类"
        } else {
            continue;
        };
        let text: String = lesson.text.replace('\n', " / ").chars().take(160).collect();
        let said = one.said_kind.map_or("", FraudType::name);
        eprintln!(
            "{label} {:.2} [{}→{said}] {text}",
            one.probability,
            lesson.kind.map_or("", FraudType::name)
        );
    }
}
