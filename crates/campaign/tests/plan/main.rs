//! The plan language from outside: reading, refusing, adopting, comparing, and
//! the five plans against what careful readers found in their documents.

mod adoption;
mod errors;
mod gold;
mod printing;
mod round_trip;
mod seeds;

use campaign::plan::Finding;

/// What the command line would print.
fn lines(findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        text.push_str(&finding.to_string());
        text.push('\n');
    }
    text
}
