//! The plan language from outside: reading, refusing, adopting, comparing, and
//! the five plans against what careful readers found in their documents.

mod adoption;
mod errors;
mod gold;
mod printing;
mod round_trip;
mod seeds;
