//! Opening a connection the one right way. No other place calls `Connection::open`.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::db::{DbSettings, Sync};
use super::error::StorageError;

/// SQLite older than this can corrupt a WAL under concurrent checkpoints.
const OLDEST_SQLITE: i32 = 3_051_003;

/// More statements than the program has: none is ever parsed twice on one connection.
const STATEMENTS: usize = 1_000;

const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// What a connection is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Writer,
    Reader,
}

pub(super) fn assert_version() -> Result<(), StorageError> {
    if rusqlite::version_number() < OLDEST_SQLITE {
        return Err(StorageError::OldSqlite { found: rusqlite::version() });
    }
    Ok(())
}

/// Opens a finished generation. The file must be there, and in WAL mode.
pub(super) fn open(path: &Path, role: Role, settings: &DbSettings) -> Result<Connection, StorageError> {
    // SQLite would open a file that it may not write for reading, and fail much later.
    let access = rustix::fs::access(path, rustix::fs::Access::READ_OK | rustix::fs::Access::WRITE_OK);
    access.map_err(|error| StorageError::io("open", path)(error.into()))?;
    let conn = configure(path, role, settings).map_err(StorageError::sqlite(path))?;
    let mode: String =
        conn.query_row("PRAGMA journal_mode", [], |row| row.get(0)).map_err(StorageError::sqlite(path))?;
    if mode != "wal" {
        return Err(StorageError::Damaged {
            path: path.to_owned(),
            why: format!("its journal mode is {mode}, not wal"),
        });
    }
    Ok(conn)
}

fn configure(path: &Path, role: Role, settings: &DbSettings) -> rusqlite::Result<Connection> {
    let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    conn.busy_timeout(BUSY_TIMEOUT)?;
    // Nothing that a copier may be reading is changed in place: no checkpoint by size, and none when the last
    // connection closes, whoever that is.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    // A plan depends on the statement alone. Else SQLite parses a statement again each time that a parameter which
    // could matter to its plan is bound anew: a third of the time that Home took.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    harden(&conn)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    let synchronous = match settings.sync {
        Sync::Full => "FULL",
        Sync::Off => "OFF",
    };
    conn.execute_batch(&format!(
        "PRAGMA wal_autocheckpoint = 0;
         PRAGMA synchronous = {synchronous};
         PRAGMA foreign_keys = ON;
         PRAGMA temp_store = MEMORY;
         PRAGMA secure_delete = ON;
         PRAGMA mmap_size = 0;
         PRAGMA cache_size = -{};",
        settings.cache_kib
    ))?;
    if role == Role::Reader {
        conn.pragma_update(None, "query_only", true)?;
    }
    Ok(conn)
}

/// Opens a database that nobody else knows yet, under a temporary name: made from nothing, or just copied. Foreign
/// keys are off (migrations), and nothing is synced until it is whole.
pub(super) fn open_unborn(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    harden(&conn)?;
    conn.execute_batch(
        "PRAGMA locking_mode = EXCLUSIVE;
         PRAGMA foreign_keys = OFF;
         PRAGMA journal_mode = MEMORY;
         PRAGMA synchronous = OFF;
         PRAGMA temp_store = MEMORY;
         PRAGMA secure_delete = ON;",
    )?;
    Ok(conn)
}

fn harden(conn: &Connection) -> rusqlite::Result<()> {
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    // A misspelt column name in double quotes is an error, not a string.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    Ok(())
}
