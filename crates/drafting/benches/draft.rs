//! How long a document of 6,000 characters takes once it is read, beside a
//! tokenizer that only cuts the same text into words and names their kinds.
//! `cargo bench -p drafting --bench draft [-- RUNS]`.

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use jieba_rs::Jieba;

const CHARS: usize = 6_000;

fn main() {
    let runs = std::env::args().find_map(|arg| arg.parse().ok()).unwrap_or(200_usize);
    let text = document();
    let items = drafting::draft(&text).items.len();
    println!("{} characters, {items} items, {runs} runs", text.chars().count());
    let draft = measure("draft", runs, || {
        black_box(drafting::draft(&text));
    });
    let plan = measure("draft and plan file", runs, || {
        black_box(drafting::draft(&text).to_toml());
    });
    let jieba = Jieba::new();
    let cut = measure("jieba-rs cut", runs, || {
        black_box(jieba.cut(&text, true));
    });
    let tag = measure("jieba-rs tag", runs, || {
        black_box(jieba.tag(&text, true));
    });
    println!("draft / cut {:.2}, draft / tag {:.2}", draft / cut, draft / tag);
    println!("plan / cut {:.2}, plan / tag {:.2}", plan / cut, plan / tag);
}

/// Documents of the corpus one after the other, each opened by its own heading.
fn document() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/dev");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "txt"))
        .collect();
    files.sort();
    let all: String = files.iter().map(|f| fs::read_to_string(f).unwrap()).collect();
    all.chars().take(CHARS).collect()
}

/// The median of the runs in milliseconds.
fn measure(name: &str, runs: usize, mut run: impl FnMut()) -> f64 {
    for _ in 0..runs.div_ceil(10) {
        run();
    }
    let mut times: Vec<f64> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((runs - 1) as f64 * share) as usize];
    println!(
        "{name:<20} median {:>6.2} ms, least {:>6.2}, p95 {:>6.2}",
        at(0.5),
        at(0.0),
        at(0.95)
    );
    at(0.5)
}
