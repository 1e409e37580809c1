//! The database engine: one writer with group commit, many readers, migrations and generations.
//!
//! Everything durable goes through a [`Db`]: `db.write(op, |tx| …)` queues a closure for the one writer thread, which
//! runs many of them in one transaction and answers only after the commit has reached the disk; `db.read(|rx| …)` runs a
//! closure on a snapshot. An [`Op`] says what a write is for: an *act* must leave an audit entry or is not committed.
//! The engine knows nothing of HR: tables and rules belong to the features.

pub mod audit;
pub mod checks;
mod connection;
mod db;
pub mod dir;
mod error;
mod generations;
pub mod marks;
mod op;
pub mod outbox;
mod plans;
mod retention;
mod schema;
mod tx;
mod writer;

#[cfg(test)]
mod tests;

pub use db::{Db, DbSettings, Opening, Sync};
pub use error::{SqlError, StorageError, is_foreign_key_violation, is_unique_violation};
pub use generations::Why;
pub use op::{Housekeeping, Op};
pub use schema::{INSTANCE, ORG, Schema};
pub use tx::{Rx, Tx};
