//! The plan (方案): one readable file that says who must do what, how often,
//! by when, with which proof, and what happens otherwise.

mod adopt;
pub mod catalogue;
mod check;
pub mod describe;
mod diff;
mod estimate;
mod finding;
mod json;
mod library;
mod model;
mod parse;
mod reader;
mod show;
mod weaker;
mod word;
mod write;

pub use adopt::adopt;
pub use check::check;
pub use diff::{Change, ChangeKind, Diff, Load, diff};
pub use estimate::{acts_per_year, minutes_per_year};
pub use finding::{Finding, Places, Severity};
pub use json::to_json;
pub use library::{BUILT_IN, BuiltIn, built_in};
pub use model::*;
pub use parse::{parse, parse_placed};
pub use show::{Block, Document, Row, Section, Table, show};
pub use weaker::weaker;
pub use write::to_toml;
