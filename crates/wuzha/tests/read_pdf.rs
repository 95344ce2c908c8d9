//! The process in which a server reads a PDF, with the binary itself.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use office::text::{READ_PDF, Reader, TextError};

const SAMPLE: &[u8] = include_bytes!("data/plan.pdf");

fn reader() -> Reader {
    Reader::apart(Path::new(env!("CARGO_BIN_EXE_wuzha")))
}

#[test]
fn a_pdf_is_read_in_a_process_of_its_own_as_in_this_one() {
    let apart = reader().read(SAMPLE).expect("reads").text;
    assert_eq!(apart, office::text::read(SAMPLE).expect("reads").text);
    let plain: String = apart.split_whitespace().collect();
    assert!(plain.contains("每学期"), "{plain}");
}

#[test]
fn what_is_refused_is_told_by_the_process_as_by_this_one() {
    let torn = &SAMPLE[..SAMPLE.len() / 3];
    for bytes in [torn, b"%PDF-1.7 and nothing else"] {
        let here = office::text::read(bytes).expect_err("is refused");
        let apart = reader().read(bytes).expect_err("is refused");
        assert_eq!(format!("{here:?}"), format!("{apart:?}"));
    }
    assert!(matches!(reader().read(b"%PDF-1.7 /Encrypt"), Err(TextError::Encrypted)));
}

#[test]
fn the_process_says_nothing_of_a_file_that_its_parser_gives_up_on() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_wuzha"))
        .arg(READ_PDF)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    child.stdin.take().expect("a pipe").write_all(b"%PDF-1.4 nothing").expect("takes");
    let out = child.wait_with_output().expect("ends");
    assert!(!out.status.success());
    assert!(out.stdout.is_empty() && out.stderr.is_empty(), "{out:?}");
}
