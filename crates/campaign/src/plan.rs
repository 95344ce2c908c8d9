//! The plan (方案): one readable file that says who must do what, how often,
//! by when, with which proof, and what happens otherwise.

pub mod catalogue;
mod finding;
mod model;
mod parse;
mod reader;
mod word;

pub use finding::{Finding, Places, Severity};
pub use model::*;
pub use parse::{parse, parse_placed};
