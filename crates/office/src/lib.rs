//! Documents in and out: rosters, lists, letters, pictures, evidence.
//!
//! This crate turns bytes into typed values and typed values into bytes. It
//! knows no database and no path, and reads no clock: the day comes in as an
//! argument. Every input is untrusted, so every reader here is bounded. The
//! only files are the temporary ones in which long sheets are written.

#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

pub mod evidence;
pub mod letter;
pub mod package;
pub mod picture;
pub mod qr;
pub mod roster;
pub mod sheet;
pub mod text;
pub mod wording;
