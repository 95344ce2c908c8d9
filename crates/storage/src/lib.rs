//! All SQL of the house, one text for SQLite and PostgreSQL. Rows never leave
//! this crate: functions are named after the question and answer with the
//! domain's own types.

pub mod account;
pub mod audit;
mod bulk;
pub mod campaign;
pub mod consultation;
pub mod draft;
mod error;
pub mod evidence;
pub mod file;
mod filling;
pub mod indicator;
pub mod job;
mod keys;
pub mod lease;
pub mod likeness;
pub mod live;
pub mod material;
mod narrow;
pub mod notification;
pub mod organisation;
pub mod outbox;
pub mod people;
pub mod post;
pub mod record;
pub mod report;
pub mod seal;
pub mod session;
pub mod setting;
mod store;
pub mod suspicion;
pub mod year_roll;

pub use error::StorageError;
pub use narrow::{Order, Part, Place};
/// A connection to read on; what it is made of stays in here.
pub type Conn = sqlx::AnyConnection;
/// The same, borrowed from the store.
pub type PoolConnection = sqlx::pool::PoolConnection<sqlx::Any>;
pub use store::{Change, Location, Store, Tx};
