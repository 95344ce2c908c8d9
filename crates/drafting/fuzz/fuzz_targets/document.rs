//! Any bytes give a text or a refusal; what is read can be drafted.
#![no_main]

use libfuzzer_sys::fuzz_target;

fn let_the_pdf_parser_give_up() {
    let abort = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if std::thread::current().name() != Some(office::text::PDF_THREAD) {
            abort(info);
        }
    }));
}

fuzz_target!(init: let_the_pdf_parser_give_up(), |bytes: &[u8]| {
    if let Ok(document) = office::text::read(bytes) {
        let _ = drafting::draft(&document.text);
    }
});
