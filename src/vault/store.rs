//! SQL of the sealed files' rows.

use std::collections::HashSet;

use jiff::Timestamp;
use rusqlite::Row;

use super::{FileId, Named};
use crate::error::{AppError, Result};
use crate::storage::{Rx, Tx};

fn named(row: &Row<'_>) -> rusqlite::Result<Named> {
    Ok(Named {
        id: row.get(0)?,
        wrapped: row.get(1)?,
        size: row.get::<_, i64>(2)?.unsigned_abs(),
        name: row.get(3)?,
        media_type: row.get(4)?,
        created_at: row.get(5)?,
    })
}

pub(super) fn insert(
    tx: &mut Tx<'_>,
    id: &FileId,
    wrapped: &[u8],
    size: u64,
    name: &str,
    media_type: &str,
) -> Result<()> {
    let now = tx.now();
    let size = i64::try_from(size).map_err(AppError::internal)?;
    tx.run(
        "INSERT INTO vault_files (id, wrapped_key, size, name, media_type, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        (id, wrapped, size, name, media_type, now),
    )?;
    Ok(())
}

pub(super) fn release(tx: &mut Tx<'_>, id: &FileId) -> Result<()> {
    let now = tx.now();
    tx.run("UPDATE vault_files SET removed_at = ?2 WHERE id = ?1 AND removed_at IS NULL", (id, now))?;
    Ok(())
}

pub(super) fn get(rx: &Rx<'_>, id: &FileId) -> Result<Option<Named>> {
    rx.one(
        "SELECT id, wrapped_key, size, name, media_type, created_at FROM vault_files WHERE id = ?1 AND removed_at IS NULL",
        [id],
        named,
    )
}

/// Every file that something names.
pub(super) fn all(rx: &Rx<'_>) -> Result<Vec<Named>> {
    rx.all(
        "SELECT id, wrapped_key, size, name, media_type, created_at FROM vault_files /* whole table */
         WHERE removed_at IS NULL ORDER BY id",
        (),
        named,
    )
}

/// The ids of all rows, also of released ones.
pub(super) fn ids(rx: &Rx<'_>) -> Result<HashSet<FileId>> {
    Ok(rx.all("SELECT id FROM vault_files /* whole table */", (), |row| row.get(0))?.into_iter().collect())
}

pub(super) fn released_before(rx: &Rx<'_>, before: Timestamp) -> Result<Vec<FileId>> {
    rx.all("SELECT id FROM vault_files WHERE removed_at < ?1", [before], |row| row.get(0))
}

pub(super) fn delete(tx: &mut Tx<'_>, id: &FileId) -> Result<()> {
    tx.run("DELETE FROM vault_files WHERE id = ?1", [id])?;
    Ok(())
}

/// Whether there is a row, be the file released or not.
pub(super) fn exists(rx: &Rx<'_>, id: &FileId) -> Result<bool> {
    rx.scalar("SELECT EXISTS (SELECT 1 FROM vault_files WHERE id = ?1)", [id])
}
