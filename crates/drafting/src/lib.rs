//! From the text of an official document to a draft plan.
//!
//! The words of the grammar are data (`grammar/lexicon.txt`, `grammar/phrases.txt`);
//! the code reads structure: lines to paragraphs ([`lines`]), numbering to
//! sections ([`outline`]), clauses to statements ([`statement`]), statements to
//! items and a plan. Nothing here knows any special document or issuer, opens a
//! file or reads a clock. `docs/drafting.md` tells how well it does.

mod actor;
mod class;
mod clause;
pub mod confirm;
mod date;
mod draft;
mod grammar;
mod head;
mod item;
mod lines;
mod marker;
mod number;
mod outline;
mod phrase;
mod plan;
mod roles;
mod statement;
mod table;
mod text;

pub use draft::{Draft, MAX_BYTES, Period, Section, SentenceSpan, Span, draft};
pub use item::{Cadence, Item, Kind, Op};
