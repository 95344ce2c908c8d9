//! One file a command. Each answers with the exit code: 0 done, 1 failed,
//! 2 the input was not in order.

pub(crate) mod bench;
pub(crate) mod config;
pub(crate) mod demo;
pub(crate) mod draft;
pub(crate) mod evaluate;
pub(crate) mod identify;
pub(crate) mod input;
pub(crate) mod plan;
pub(crate) mod read_pdf;
pub(crate) mod sample;
pub(crate) mod serve;
pub(crate) mod verify;
