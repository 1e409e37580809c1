//! What can go wrong while opening a database ([`StorageError`]) and while using one ([`AppError`], which the
//! errors of SQLite become here).

use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use super::dir;
use crate::error::AppError;

/// Why a data directory or a database cannot be opened, in words for the person at the command line.
#[derive(Debug)]
pub enum StorageError {
    /// A sentence that says what stands in the way and what to do.
    Refused(String),
    /// Another program runs on the data directory: "process 17".
    Taken { dir: PathBuf, process: Option<String> },
    /// A file or folder could not be made, read, renamed or synced.
    Io { what: &'static str, path: PathBuf, source: io::Error },
    /// SQLite refused.
    Sqlite { path: PathBuf, source: rusqlite::Error },
    /// A migration failed; the database is as it was.
    Migration { path: PathBuf, source: Box<refinery::Error> },
    /// The database was made by a newer program.
    Newer { path: PathBuf, needs: String, copy: Option<PathBuf> },
    /// The folder holds no database, and none may be made here.
    Missing { dir: PathBuf },
    /// The database was made by an older program, and is only to be looked at.
    Older { path: PathBuf },
    /// A new generation can neither be used nor removed: the next start may open it, so nothing more may be written
    /// into the old one.
    Undecided { path: PathBuf, source: Box<StorageError> },
    /// The file is not whole, or breaks its own rules.
    Damaged { path: PathBuf, why: String },
    /// The linked SQLite is too old to be trusted with a WAL.
    OldSqlite { found: &'static str },
    /// This very process has the database open already.
    AlreadyOpen { path: PathBuf },
}

impl StorageError {
    /// `map_err(StorageError::io("create the folder", &path))`
    pub(super) fn io(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| StorageError::Io { what, path, source }
    }

    /// `map_err(StorageError::sqlite(&path))`
    pub(super) fn sqlite(path: &Path) -> impl FnOnce(rusqlite::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| StorageError::Sqlite { path, source }
    }
}

impl fmt::Display for StorageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StorageError::Refused(sentence) => f.write_str(sentence),
            StorageError::Taken { dir, process } => write!(
                f,
                "another Steward{} is running on {}: stop it first, or give this one a data directory of its own",
                process.as_ref().map(|process| format!(" ({process})")).unwrap_or_default(),
                dir.display()
            ),
            StorageError::Io { what, path, source } => {
                write!(f, "cannot {what} {}: {source}", path.display())?;
                match source.kind() {
                    io::ErrorKind::PermissionDenied => match dir::chown_command(path) {
                        Some(command) => write!(f, "; run: {command}"),
                        None => Ok(()),
                    },
                    _ => Ok(()),
                }
            }
            StorageError::Sqlite { path, source } => write!(f, "{}: {source}", path.display()),
            StorageError::Migration { path, source } => {
                write!(f, "{} cannot be brought up to date and was left as it was: {source}", path.display())
            }
            StorageError::Newer { path, needs, copy } => {
                write!(f, "{} needs Steward {needs} or newer", path.display())?;
                match copy {
                    Some(copy) => write!(f, "; the copy from before the upgrade is at {}", copy.display()),
                    None => Ok(()),
                }
            }
            StorageError::Missing { dir } => {
                write!(f, "{} holds no database: put the folder back from a copy", dir.display())
            }
            StorageError::Older { path } => write!(
                f,
                "{} was made by an older Steward: `steward serve` brings it up to date, and keeps a copy from before; \
                 nothing was changed now",
                path.display()
            ),
            StorageError::Undecided { path, source } => write!(
                f,
                "{} can neither be used nor removed ({source}); nothing more is saved until Steward is started again",
                path.display()
            ),
            StorageError::Damaged { path, why } => write!(f, "{} is damaged: {why}", path.display()),
            StorageError::OldSqlite { found } => {
                write!(f, "SQLite {found} can corrupt a write-ahead log; 3.51.3 or newer is needed")
            }
            StorageError::AlreadyOpen { path } => write!(f, "{} is already open in this program", path.display()),
        }
    }
}

impl Error for StorageError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            StorageError::Io { source, .. } => Some(source),
            StorageError::Sqlite { source, .. } => Some(source),
            StorageError::Migration { source, .. } => Some(source),
            StorageError::Undecided { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl From<StorageError> for AppError {
    fn from(error: StorageError) -> Self {
        AppError::internal(error)
    }
}

/// An error of SQLite together with the statement that met it.
#[derive(Debug)]
pub struct SqlError {
    pub sql: String,
    pub source: rusqlite::Error,
}

impl fmt::Display for SqlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in: {}", self.source, self.sql)
    }
}

impl Error for SqlError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}

/// What an error of `sql` is to the caller: a full or failing disk, or another program holding the database, is
/// `Unavailable`; anything else is our fault.
pub(super) fn of_statement(sql: &str, source: rusqlite::Error) -> AppError {
    match unavailable(&source) {
        Some(error) => error,
        None => AppError::internal(SqlError { sql: sql.to_owned(), source }),
    }
}

impl From<rusqlite::Error> for AppError {
    fn from(source: rusqlite::Error) -> Self {
        unavailable(&source).unwrap_or_else(|| AppError::internal(source))
    }
}

fn unavailable(error: &rusqlite::Error) -> Option<AppError> {
    let message = match error.sqlite_error_code()? {
        ErrorCode::DiskFull => "The disk is full. Nothing was saved; please tell the administrator.",
        ErrorCode::SystemIoFailure => "The disk reports errors. Nothing was saved; please tell the administrator.",
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => "The database is busy. Please try again in a moment.",
        ErrorCode::OperationInterrupted => "This took too long and was stopped. Please try again.",
        _ => return None,
    };
    tracing::error!(%error, "the database could not do its work");
    Some(AppError::unavailable(message))
}

/// Whether `error` says that a row would have broken a UNIQUE index or a primary key.
pub fn is_unique_violation(error: &AppError) -> bool {
    use rusqlite::ffi::{SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_ROWID, SQLITE_CONSTRAINT_UNIQUE};
    let unique = [SQLITE_CONSTRAINT_UNIQUE, SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_ROWID];
    extended_code(error).is_some_and(|code| unique.contains(&code))
}

/// Whether `error` says that a row names another that is not there, or that a row is still named by others.
pub fn is_foreign_key_violation(error: &AppError) -> bool {
    extended_code(error) == Some(rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY)
}

fn extended_code(error: &AppError) -> Option<i32> {
    let AppError::Internal(error) = error else { return None };
    let sqlite = match error.downcast_ref::<SqlError>() {
        Some(error) => &error.source,
        None => error.downcast_ref::<rusqlite::Error>()?,
    };
    Some(sqlite.sqlite_error()?.extended_code)
}
