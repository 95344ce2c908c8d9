//! What an anti-fraud campaign is: the plan, the calendar, the organisation,
//! who owes what, and how far each has got.
//!
//! This crate decides; it never acts. It opens no file, reads no clock and
//! makes no id. What it needs comes in as an argument, and what it finds goes
//! back as a value.

pub mod access;
pub mod board;
pub mod calendar;
pub mod collation;
pub mod consultation;
pub mod day;
pub mod engine;
pub mod fact;
pub mod forecast;
pub mod indicator;
pub mod live;
pub mod material;
mod names;
pub mod organisation;
pub mod period;
pub mod person;
pub mod plan;
pub mod rates;
mod reach;
pub mod record;
pub mod reminder;
pub mod report;
pub mod sample;
pub mod standing;
pub mod structure;
pub mod tables;
pub mod tally;
mod toml_words;
pub mod year_roll;
