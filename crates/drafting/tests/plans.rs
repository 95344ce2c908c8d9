//! Every draft is a plan file that the plan language accepts.

mod score;

use std::path::Path;

use campaign::plan;

fn texts() -> Vec<(String, String)> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let mut folders = vec![corpus.join("dev"), corpus.join("test")];
    if let Ok(shared) = std::env::var("WUZHA_SHARED") {
        folders.push(Path::new(&shared).join("seeds"));
    }
    let files = folders.iter().flat_map(|f| score::documents(f));
    files.map(|f| (f.display().to_string(), score::text_of(&f))).collect()
}

#[test]
fn every_draft_is_accepted_and_read_back_the_same() {
    for (name, text) in texts() {
        let draft = drafting::draft(&text);
        let file = draft.to_toml();
        match plan::parse(&file, "draft.toml") {
            Ok(read) => assert_eq!(read, draft.to_plan(), "{name}"),
            Err(findings) => panic!("{name}: {findings:#?}\n{file}"),
        }
        let errors: Vec<_> = plan::check(&draft.to_plan(), None)
            .into_iter()
            .filter(plan::Finding::is_error)
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }
}

#[test]
fn every_item_stands_in_the_document_where_it_says() {
    for (name, text) in texts() {
        let draft = drafting::draft(&text);
        for item in draft.items.iter().chain(&draft.hints) {
            let there = text.get(item.span.clone()).unwrap_or_default();
            assert_eq!(there.trim(), item.quote, "{name}");
            assert!(!item.quote.is_empty() && !item.why.is_empty(), "{name}: {item:?}");
            assert!((0.0..=1.0).contains(&item.confidence), "{name}: {item:?}");
        }
        for sentence in &draft.sentences {
            let bytes = text.get(sentence.span.bytes.clone()).unwrap_or_default();
            let chars: String = text
                .chars()
                .skip(sentence.span.chars.start)
                .take(sentence.span.chars.len())
                .collect();
            assert_eq!(bytes, chars, "{name}");
        }
    }
}

#[test]
fn an_empty_text_is_a_plan_without_duties() {
    let draft = drafting::draft("");
    assert!(draft.is_empty());
    assert!(plan::parse(&draft.to_toml(), "draft.toml").is_ok(), "{}", draft.to_toml());
}

/// Found by fuzzing: a control character in a remark made the file unreadable.
#[test]
fn control_characters_do_not_reach_the_plan_file() {
    let text = "某校工作方案\n一、措施\n1.常态化\u{1}开展反诈\u{4}宣传。\n2.各班\u{0}每月召开一次班会。";
    let draft = drafting::draft(text);
    assert!(!draft.hints.is_empty() && !draft.items.is_empty());
    let file = draft.to_toml();
    assert!(plan::parse(&file, "draft.toml").is_ok(), "{file}");
}

/// A new edition of a document keeps the ids of what did not change, so that
/// `plan::diff` tells who gains and who loses work.
#[test]
fn a_new_edition_is_compared_by_its_duties() {
    let old = "某校工作方案\n一、措施\n1.各班每月召开1次主题班会。\n2.学校每学期组织1次演练。\n2024年3月1日";
    let new = old.replace("每学期组织1次", "每学期组织2次");
    let diff = plan::diff(&drafting::draft(old).to_plan(), &drafting::draft(&new).to_plan());
    let text = format!("{diff:?}");
    assert!(text.contains("演练"), "{text}");
    assert!(!text.contains("主题班会"), "{text}");
}
