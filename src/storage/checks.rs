//! What SQLite itself says about a database: for `doctor`.

use crate::error::Result;

use super::Rx;

/// At most so many faults are told.
const MOST: usize = 20;

/// What is wrong with the file and with its foreign keys; empty where nothing is. Reads the whole database.
///
/// # Errors
/// Where it cannot be read at all.
pub fn faults(rx: &Rx<'_>) -> Result<Vec<String>> {
    let mut faults: Vec<String> = rx.all("PRAGMA integrity_check(20)", (), |row| row.get(0))?;
    faults.retain(|line| line != "ok");
    let loose = rx.all("PRAGMA foreign_key_check", (), |row| {
        let (table, row_id): (String, Option<i64>) = (row.get(0)?, row.get(1)?);
        Ok(format!("row {} of {table} names something that is not there", row_id.unwrap_or(0)))
    })?;
    faults.extend(loose);
    faults.truncate(MOST);
    Ok(faults)
}

/// The version of the SQLite that is built in.
pub fn sqlite_version() -> &'static str {
    rusqlite::version()
}
