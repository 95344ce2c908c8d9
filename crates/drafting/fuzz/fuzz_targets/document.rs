//! Any bytes give a text or a refusal; what is read can be drafted.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(document) = office::text::read(bytes) {
        let _ = drafting::draft(&document.text);
    }
});
