//! The measure of drafts: gold and predicted items pair when their kinds are the
//! same and their quotes overlap by half or one holds the other; optional gold
//! items are neutral. Pairs are one to one, as many as can be.

#![allow(dead_code, unreachable_pub, reason = "every test uses its own part")]

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

const LONGEST: usize = 300;
const FIELDS: [&str; 4] = ["cadence", "count", "deadline", "value"];

#[derive(Debug, Default, Clone)]
pub struct Tally {
    pub hits: usize,
    pub alarms: usize,
    pub misses: usize,
    pub fields_given: usize,
    pub fields_right: usize,
    pub told: Vec<String>,
}

impl Tally {
    pub fn f1(&self) -> f64 {
        let all = 2 * self.hits + self.alarms + self.misses;
        if all == 0 { 1.0 } else { 2.0 * self.hits as f64 / all as f64 }
    }

    pub fn fields(&self) -> f64 {
        if self.fields_given == 0 {
            1.0
        } else {
            self.fields_right as f64 / self.fields_given as f64
        }
    }

    fn add(&mut self, other: Self) {
        self.hits += other.hits;
        self.alarms += other.alarms;
        self.misses += other.misses;
        self.fields_given += other.fields_given;
        self.fields_right += other.fields_right;
        self.told.extend(other.told);
    }
}

pub fn documents(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap_or_else(|e| panic!("{}: {e}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().ends_with(".gold.json"))
        .collect();
    files.sort();
    files
}

pub fn text_of(gold: &Path) -> String {
    let name = gold.to_string_lossy().replace(".gold.json", ".txt");
    fs::read_to_string(name).unwrap()
}

pub fn folder(folder: &Path) -> Tally {
    let mut total = Tally::default();
    for gold_file in documents(folder) {
        let gold: Value =
            serde_json::from_str(&fs::read_to_string(&gold_file).unwrap()).unwrap();
        let text = text_of(&gold_file);
        let pred = drafting::draft(&text).to_gold_json();
        let name = gold_file.file_name().unwrap().to_string_lossy().into_owned();
        total.add(document(&name, &norm(&text), &gold, &pred));
    }
    total
}

fn norm(text: &str) -> Vec<char> {
    let text = match text.strip_prefix("# source:") {
        Some(rest) => rest.split_once('\n').map_or("", |(_, rest)| rest),
        None => text,
    };
    text.chars()
        .filter(|c| !c.is_whitespace() && *c != '\u{200b}' && *c != '\u{feff}')
        .collect::<String>()
        .nfkc()
        .collect()
}

fn document(name: &str, text: &[char], gold: &Value, pred: &Value) -> Tally {
    let none = Vec::new();
    let gold = gold["items"].as_array().unwrap_or(&none);
    let pred = pred["items"].as_array().unwrap_or(&none);
    let places = |items: &[Value]| -> Vec<Vec<Range<usize>>> {
        items.iter().map(|i| spans(&norm(i["quote"].as_str().unwrap_or("")), text)).collect()
    };
    let (gold_at, pred_at) = (places(gold), places(pred));
    let pairs = match_up(gold, pred, &gold_at, &pred_at);
    let mut tally = Tally::default();
    for (g, item) in gold.iter().enumerate() {
        let optional = item["optional"] == Value::Bool(true);
        match pairs.get(&g) {
            _ if optional => {}
            Some(p) => {
                tally.hits += 1;
                compare(name, item, &pred[*p], &mut tally);
            }
            None => {
                tally.misses += 1;
                tally.told.push(format!("{name} miss {} {}", item["kind"], item["quote"]));
            }
        }
    }
    for (p, item) in pred.iter().enumerate() {
        if !pairs.values().any(|q| *q == p) {
            tally.alarms += 1;
            tally.told.push(format!("{name} alarm {} {}", item["kind"], item["quote"]));
        }
    }
    tally
}

fn spans(quote: &[char], text: &[char]) -> Vec<Range<usize>> {
    if quote.is_empty() || quote.len() > text.len() {
        return Vec::new();
    }
    (0..=text.len() - quote.len())
        .filter(|at| text[*at..*at + quote.len()] == *quote)
        .map(|at| at..at + quote.len())
        .collect()
}

/// How well two places overlap; none if they may not pair.
fn overlap(pred: &[Range<usize>], gold: &[Range<usize>]) -> Option<f64> {
    let mut best: Option<f64> = None;
    for p in pred {
        for g in gold {
            let inter = p.end.min(g.end).saturating_sub(p.start.max(g.start));
            if inter == 0 {
                continue;
            }
            let iou = inter as f64 / (p.end.max(g.end) - p.start.min(g.start)) as f64;
            let holds = p.start <= g.start && g.end <= p.end && p.len() <= LONGEST
                || g.start <= p.start && p.end <= g.end;
            if iou >= 0.5 || holds {
                best = Some(best.unwrap_or(0.0).max(iou));
            }
        }
    }
    best
}

/// Greatest matching by augmenting paths, the better overlaps and the items that
/// are not optional tried first.
fn match_up(
    gold: &[Value],
    pred: &[Value],
    gold_at: &[Vec<Range<usize>>],
    pred_at: &[Vec<Range<usize>>],
) -> BTreeMap<usize, usize> {
    let mut edges: Vec<Vec<(usize, f64)>> = vec![Vec::new(); gold.len()];
    for g in 0..gold.len() {
        for p in 0..pred.len() {
            if gold[g]["kind"] == pred[p]["kind"]
                && let Some(iou) = overlap(&pred_at[p], &gold_at[g])
            {
                let agree = FIELDS.iter().filter(|f| same(f, &gold[g], &pred[p])).count();
                edges[g].push((p, 0.5 * iou + 0.075 * agree as f64));
            }
        }
        edges[g].sort_by(|a, b| b.1.total_cmp(&a.1));
    }
    let mut order: Vec<usize> = (0..gold.len()).collect();
    let best = |g: usize| edges[g].first().map_or(0.0, |e| e.1);
    order.sort_by(|a, b| {
        let optional = |g: usize| gold[g]["optional"] == Value::Bool(true);
        optional(*a).cmp(&optional(*b)).then(best(*b).total_cmp(&best(*a)))
    });
    let mut owner: BTreeMap<usize, usize> = BTreeMap::new();
    for g in order {
        augment(g, &edges, &mut owner, &mut vec![false; pred.len()]);
    }
    owner.into_iter().map(|(p, g)| (g, p)).collect()
}

fn augment(
    g: usize,
    edges: &[Vec<(usize, f64)>],
    owner: &mut BTreeMap<usize, usize>,
    seen: &mut Vec<bool>,
) -> bool {
    for (p, _) in &edges[g] {
        if seen[*p] {
            continue;
        }
        seen[*p] = true;
        let free = match owner.get(p).copied() {
            None => true,
            Some(other) => augment(other, edges, owner, seen),
        };
        if free {
            owner.insert(*p, g);
            return true;
        }
    }
    false
}

fn compare(name: &str, gold: &Value, pred: &Value, tally: &mut Tally) {
    for field in FIELDS {
        if gold[field].is_null() {
            continue;
        }
        tally.fields_given += 1;
        if same(field, gold, pred) {
            tally.fields_right += 1;
        } else {
            tally.told.push(format!(
                "{name} field {field}: gold {}, drafted {} | {}",
                gold[field], pred[field], gold["quote"]
            ));
        }
    }
}

fn same(field: &str, gold: &Value, pred: &Value) -> bool {
    let (a, b) = (&gold[field], &pred[field]);
    match field {
        "cadence" if gold["kind"] != "duty" => {
            let plain = |v: &Value| v.as_str().filter(|s| *s != "once").map(str::to_owned);
            plain(a) == plain(b)
        }
        "deadline" => match (a.as_str(), b.as_str()) {
            (Some(a), b) if a.starts_with("--") => b.is_none_or(|b| long(b).ends_with(&a[1..])),
            (a, b) => a.map(long) == b.map(long),
        },
        "count" if a.as_f64() == Some(1.0) && gold["unit"].is_null() && b.is_null() => true,
        "count" | "value" => match (a.as_f64(), b.as_f64()) {
            (Some(a), Some(b)) => (a - b).abs() < 1e-6,
            (a, b) => a == b,
        },
        _ => a == b,
    }
}

/// `2022-12` is 2022-12-31.
fn long(day: &str) -> String {
    let month = day.get(..4).zip(day.get(5..7)).filter(|_| day.len() == 7);
    match month.and_then(|(y, m)| Some((y.parse().ok()?, m.parse().ok()?))) {
        Some((year, month)) => jiff::civil::Date::new(year, month, 1)
            .map_or(day.to_owned(), |d| format!("{day}-{:02}", d.days_in_month())),
        None => day.to_owned(),
    }
}
