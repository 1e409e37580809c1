//! SQL of the first time: printed codes, and who has been welcomed.

use jiff::Timestamp;

use crate::error::Result;
use crate::ids::UserId;
use crate::storage::{Rx, Tx};

/// A login that chose its own password and has not looked yet.
pub(super) fn is_due(rx: &Rx<'_>, user: UserId) -> Result<bool> {
    rx.scalar("SELECT password_hash IS NOT NULL AND welcomed_at IS NULL FROM users WHERE id = ?1", [user])
}

pub(super) fn mark(tx: &mut Tx<'_>, user: UserId) -> Result<()> {
    let now = tx.now();
    tx.run("UPDATE users SET welcomed_at = coalesce(welcomed_at, ?2) WHERE id = ?1", (user, now))?;
    Ok(())
}

pub(super) fn theme(rx: &Rx<'_>, user: UserId) -> Result<String> {
    rx.scalar("SELECT theme FROM users WHERE id = ?1", [user])
}

/// In the place of the one before.
pub(super) fn put_code(tx: &mut Tx<'_>, user: UserId, hash: [u8; 32], expires_at: Timestamp) -> Result<()> {
    let now = tx.now();
    tx.run(
        "INSERT INTO sign_in_codes (user_id, code_hash, created_at, expires_at) VALUES (?1, ?2, ?3, ?4) \
         ON CONFLICT (user_id) DO UPDATE SET code_hash = excluded.code_hash, created_at = excluded.created_at, \
         expires_at = excluded.expires_at",
        (user, hash, now, expires_at),
    )?;
    Ok(())
}

/// The hash of the code that a login may still use; it never had a password then.
pub(super) fn code(rx: &Rx<'_>, user: UserId, now: Timestamp) -> Result<Option<[u8; 32]>> {
    rx.one(
        "SELECT c.code_hash FROM sign_in_codes c JOIN users u ON u.id = c.user_id \
         WHERE c.user_id = ?1 AND c.expires_at > ?2 AND u.password_hash IS NULL AND u.disabled_at IS NULL",
        (user, now),
        |row| row.get(0),
    )
}

pub(super) fn drop_code(tx: &mut Tx<'_>, user: UserId) -> Result<()> {
    tx.run("DELETE FROM sign_in_codes WHERE user_id = ?1", [user])?;
    Ok(())
}

pub(super) fn prune(tx: &mut Tx<'_>, before: Timestamp) -> Result<usize> {
    tx.run("DELETE FROM sign_in_codes WHERE expires_at < ?1", [before])
}

/// The login of an address, and what a new password of theirs must not contain.
pub(super) fn by_address(rx: &Rx<'_>, email_key: &str) -> Result<Option<(UserId, String)>> {
    rx.one(
        "SELECT u.id, coalesce(e.first_name || ' ' || e.last_name, u.name) FROM users u \
         LEFT JOIN employees e ON e.id = u.employee_id WHERE u.email_key = ?1",
        [email_key],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}
