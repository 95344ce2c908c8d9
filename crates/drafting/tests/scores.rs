//! The score of the drafts on our own documents, and on the seeds where they are
//! at hand. The thresholds are what is reached, not what is wished for.

mod score;

use std::path::Path;

fn corpus(half: &str) -> score::Tally {
    score::folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(half))
}

fn at_least(name: &str, tally: &score::Tally, f1: f64, fields: f64) {
    println!("{name}: F1 {:.3}, fields {:.3}", tally.f1(), tally.fields());
    let told = tally.told.join("\n");
    assert!(tally.f1() >= f1, "{name}: F1 {:.3} < {f1}\n{told}", tally.f1());
    assert!(
        tally.fields() >= fields,
        "{name}: fields {:.3} < {fields}\n{told}",
        tally.fields()
    );
}

#[test]
fn documents_that_the_rules_were_written_with() {
    at_least("dev", &corpus("dev"), 0.98, 0.98);
}

#[test]
fn documents_that_the_rules_were_not_written_with() {
    at_least("test", &corpus("test"), 0.96, 0.97);
}

#[test]
fn seeds() {
    let Ok(shared) = std::env::var("WUZHA_SHARED") else {
        println!("skipped: WUZHA_SHARED is not set");
        return;
    };
    at_least("seeds", &score::folder(&Path::new(&shared).join("seeds")), 0.98, 0.98);
}

#[test]
fn a_text_without_quantities_gives_no_item() {
    for half in ["dev", "test"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(half);
        let quiet = score::documents(&folder);
        let quiet: Vec<_> =
            quiet.iter().filter(|p| p.to_string_lossy().contains("-none-")).collect();
        assert!(!quiet.is_empty());
        for file in quiet {
            let draft = drafting::draft(&score::text_of(file));
            assert!(draft.items.is_empty(), "{}: {:#?}", file.display(), draft.items);
        }
    }
}
