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

/// Uses the link up.
pub(super) fn take(tx: &mut Tx<'_>, hash: TokenHash) -> Result<()> {
    let now = tx.now();
    let sql = "UPDATE setup_links SET used_at = ?2 WHERE token_hash = ?1 AND used_at IS NULL";
    if tx.run(sql, (hash, now))? == 1 { Ok(()) } else { Err(AppError::NotFound) }
}

pub(super) fn add_operator(tx: &mut Tx<'_>, slug: &str, user: UserId) -> Result<()> {
    let now = tx.now();
    tx.run("INSERT OR IGNORE INTO operators (slug, user_id, created_at) VALUES (?1, ?2, ?3)", (slug, user, now))?;
    Ok(())
}

pub(super) fn has_operator(rx: &Rx<'_>) -> Result<bool> {
    rx.scalar("SELECT EXISTS (SELECT 1 FROM operators)", ())
}

pub(super) fn is_operator(rx: &Rx<'_>, slug: &str, user: UserId) -> Result<bool> {
    rx.scalar("SELECT EXISTS (SELECT 1 FROM operators WHERE slug = ?1 AND user_id = ?2)", (slug, user))
}
