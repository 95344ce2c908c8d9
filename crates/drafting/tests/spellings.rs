//! Many spellings of rates, numbers, dates and shares, as a table of sentences.

use drafting::{Item, draft};

const TABLE: &str = include_str!("spellings.txt");

fn told(item: &Item) -> String {
    let value = serde_json::to_value(item).unwrap();
    let word = |key: &str| match &value[key] {
        serde_json::Value::Null => "-".to_owned(),
        serde_json::Value::String(text) => text.clone(),
        other => other.as_f64().map_or_else(String::new, |n| n.to_string()),
    };
    let unit = if word("kind") == "target" { "-".to_owned() } else { word("unit") };
    let words =
        [word("kind"), word("cadence"), word("count"), unit, word("deadline"), word("value")];
    words.join(" ")
}

#[test]
fn every_spelling_is_read_as_it_is_meant() {
    let mut wrong = Vec::new();
    let mut plan = Vec::new();
    for line in TABLE.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
        if let Some(head) = line.strip_prefix('@') {
            plan = head.split('/').map(str::trim).collect();
            continue;
        }
        let [title, heading, issued] = plan.as_slice() else { panic!("{line}: no plan") };
        let (sentence, wanted) = line.split_once("=>").expect(line);
        let body = sentence.trim().replace('|', "\n").replace("\\t", "\t");
        let numbered = body.starts_with(['（', '第', '1', '—']) || body.contains('\t');
        let number = if numbered { "" } else { "1." };
        let text = format!("{title}\n{heading}\n{number}{body}\n{issued}\n");
        let got: Vec<String> = draft(&text).items.iter().map(told).collect();
        let wanted: Vec<&str> =
            wanted.split(';').map(str::trim).filter(|w| !w.is_empty()).collect();
        if got != wanted {
            wrong.push(format!("{}\n  wanted {wanted:?}\n  got    {got:?}", sentence.trim()));
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}
