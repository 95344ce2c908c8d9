//! Any text gives a draft whose places are in the text and whose plan file is
//! accepted by the plan language.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let draft = drafting::draft(text);
    for item in draft.items.iter().chain(&draft.hints) {
        assert!(text.get(item.span.clone()).is_some(), "{item:?}");
    }
    let file = draft.to_toml();
    let read = campaign::plan::parse(&file, "draft.toml");
    assert!(read.is_ok(), "{read:?}\n{file}");
});
