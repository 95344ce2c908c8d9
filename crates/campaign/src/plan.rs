//! The plan (方案): one readable file that says who must do what, how often,
//! by when, with which proof, and what happens otherwise.

mod model;

pub use model::*;
