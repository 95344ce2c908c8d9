//! Records: dated facts that something was done, kept with every step of their
//! lives.

mod insert;
mod list;
mod present;
mod read;
mod step;
mod verify;

pub use insert::{
    Attendance, Entered, Inserted, LaterStep, NewRecord, digest, ids_of, insert_many,
    insert_taken,
};
pub use list::{Filter, Key, LATEST, Scope, Summary, WAITING, count, list};
pub use present::{Candidate, candidates, home_of};
pub use read::{Record, RollRow, StepRow, by_id, replaced_by, roll, steps, submitted_by};
pub use step::save_step;
pub use verify::{Verdict, verify};

use campaign::record::Status;
use jiff::civil::Date;

use crate::StorageError;

fn status(code: &str, id: &str) -> Result<Status, StorageError> {
    Status::from_code(code).ok_or_else(|| inconsistent("status", id))
}

fn date(text: &str, id: &str) -> Result<Date, StorageError> {
    text.parse().map_err(|_| inconsistent("acted_on", id))
}

fn inconsistent(column: &'static str, id: &str) -> StorageError {
    StorageError::Inconsistent { table: "record", column, id: id.to_owned() }
}
