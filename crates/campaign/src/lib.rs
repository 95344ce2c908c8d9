//! What an anti-fraud campaign is: the plan, the calendar, the organisation,
//! who owes what, and how far each has got.
//!
//! This crate decides; it never acts. It opens no file, reads no clock and
//! makes no id. What it needs comes in as an argument, and what it finds goes
//! back as a value.

pub mod plan;
