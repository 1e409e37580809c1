//! SQL of the set-up link and of operators, in the appliance's database.

use crate::auth::credential::TokenHash;
use crate::error::{AppError, Result};
use crate::ids::UserId;
use crate::storage::{Rx, Tx};

pub(super) fn replace(tx: &mut Tx<'_>, hash: TokenHash) -> Result<()> {
    let now = tx.now();
    tx.run("DELETE FROM setup_links WHERE used_at IS NULL", ())?;
    tx.run("INSERT INTO setup_links (token_hash, created_at) VALUES (?1, ?2)", (hash, now))?;
    Ok(())
}

pub(super) fn is_open(rx: &Rx<'_>, hash: TokenHash) -> Result<bool> {
    rx.scalar("SELECT EXISTS (SELECT 1 FROM setup_links WHERE token_hash = ?1 AND used_at IS NULL)", [hash])
}

/// Uses the link up and notes the address that it was reached by.
pub(super) fn take(tx: &mut Tx<'_>, hash: TokenHash, origin: &str) -> Result<()> {
    let now = tx.now();
    let taken = tx.run(
        "UPDATE setup_links SET used_at = ?2, reached_by = ?3 WHERE token_hash = ?1 AND used_at IS NULL",
        (hash, now, origin),
    )?;
    if taken == 1 { Ok(()) } else { Err(AppError::NotFound) }
}

pub(super) fn put_back(tx: &mut Tx<'_>, hash: TokenHash) -> Result<()> {
    tx.run("UPDATE setup_links SET used_at = NULL, reached_by = '' WHERE token_hash = ?1", [hash])?;
    Ok(())
}

pub(super) fn reached_by(rx: &Rx<'_>) -> Result<Option<String>> {
    let sql = "SELECT reached_by FROM setup_links WHERE used_at IS NOT NULL AND reached_by <> '' ORDER BY used_at DESC LIMIT 1";
    rx.one(sql, (), |row| row.get(0))
}

pub(super) fn add_operator(tx: &mut Tx<'_>, organization: &str, user: UserId) -> Result<()> {
    let now = tx.now();
    tx.run(
        "INSERT OR IGNORE INTO operators (organization, user_id, created_at) VALUES (?1, ?2, ?3)",
        (organization, user, now),
    )?;
    Ok(())
}

pub(super) fn has_operator(rx: &Rx<'_>) -> Result<bool> {
    rx.scalar("SELECT EXISTS (SELECT 1 FROM operators)", ())
}

pub(super) fn is_operator(rx: &Rx<'_>, organization: &str, user: UserId) -> Result<bool> {
    rx.scalar("SELECT EXISTS (SELECT 1 FROM operators WHERE organization = ?1 AND user_id = ?2)", (organization, user))
}
