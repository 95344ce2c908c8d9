//! Is this message a scam, of which type, and why; what to do now.
//!
//! Pure: no clock, no files, no network. The word list, the content and the
//! model are built in. `identify` judges a message; everything else is for
//! training (`model`), measuring (`measure`) and content.

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod content;
mod fraud_type;
mod letters;
mod lexicon;
pub mod measure;
pub mod model;
mod normalise;
mod origin;
mod reading;
mod rules;
mod verdict;

pub use content::{Content, ContentError, Given, Reader, content};
pub use fraud_type::FraudType;
pub use model::Model;
pub use origin::sha256;
pub use rules::{RULES, Rule};
pub use verdict::{
    Outcome, Reason, SCAM_FROM, SUSPICIOUS_FROM, Verdict, identify, identify_with,
};
