//! Everything that people and programs meet over HTTP: pages, JSON, and the
//! words in which things are refused.
//!
//! A handler is a short story: who asks, may they, load, decide, save, show.
//! No SQL here, and no counting: figures come from `campaign`.

pub mod account;
mod accounts;
pub mod app;
mod ask;
mod assets;
mod audit;
mod board;
mod calendar;
pub mod chores;
pub mod clock;
pub mod consultations;
pub mod download;
mod error;
mod export;
mod fields;
pub mod files;
mod headcount;
mod home;
pub mod import;
pub mod jobs;
pub mod layout;
mod library;
pub mod likeness;
pub mod live;
pub mod mail;
mod notifications;
mod outbox;
mod paging;
pub mod password;
pub mod path;
mod people;
mod plans;
mod posts;
mod records;
mod reminders;
mod reports;
mod review;
mod router;
pub mod session;
mod setup;
mod sign_in;
mod sort;
pub mod submission;
pub mod text;
mod units;

pub use app::{App, AppState, Opening};
pub use error::WebError;
pub use router::router;
