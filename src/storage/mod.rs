//! The database engine: one writer with group commit, many readers, migrations. Knows nothing of HR.

pub mod audit;
mod db;
pub mod dir;
mod op;
mod outbox;
mod tx;

use std::fmt;

use crate::error::AppError;

pub use db::{Db, DbSettings, Schema};
pub use op::{Housekeeping, Op};
pub use tx::{Rx, Tx};

/// Why a database could not be opened; the text says what to do.
#[derive(Debug)]
pub struct StorageError(pub String);

impl fmt::Display for StorageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StorageError {}

mod org {
    refinery::embed_migrations!("migrations/org");
}

mod instance {
    refinery::embed_migrations!("migrations/instance");
}

/// An organization's database.
pub static ORG: Schema = Schema { name: "steward", migrations: org::migrations::runner };
/// The appliance's own database.
pub static INSTANCE: Schema = Schema { name: "instance", migrations: instance::migrations::runner };

impl From<rusqlite::Error> for AppError {
    fn from(error: rusqlite::Error) -> AppError {
        use rusqlite::ErrorCode::{DiskFull, SystemIoFailure};
        match error.sqlite_error_code() {
            Some(DiskFull) => AppError::unavailable("The disk is full. Nothing was changed; tell your admin."),
            Some(SystemIoFailure) => {
                AppError::unavailable("The disk does not answer. Nothing was changed; tell your admin.")
            }
            _ => AppError::internal(error),
        }
    }
}
