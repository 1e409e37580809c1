//! SQL of what signing in holds of a person. Secrets are hashes and stay out of the archive.

use serde_json::Value;

use crate::error::Result;
use crate::ids::UserId;
use crate::storage::{Rx, Tx};
use crate::text::{fold, sort_key};

pub(super) fn user(rx: &Rx<'_>, user: UserId) -> Result<Vec<Value>> {
    rx.json(
        "SELECT id, email, name, language, theme, password_set_at, welcomed_at, disabled_at, created_at, last_seen_at \
         FROM users WHERE id = ?1",
        [user],
    )
}

pub(super) fn roles(rx: &Rx<'_>, user: UserId) -> Result<Vec<Value>> {
    rx.json("SELECT role FROM user_roles WHERE user_id = ?1 ORDER BY role", [user])
}

pub(super) fn sessions(rx: &Rx<'_>, user: UserId) -> Result<Vec<Value>> {
    rx.json(
        "SELECT kind, device, address, created_at, last_seen_at, expires_at, ended_at FROM sessions \
         WHERE user_id = ?1 ORDER BY id",
        [user],
    )
}

pub(super) fn tokens(rx: &Rx<'_>, user: UserId) -> Result<Vec<Value>> {
    rx.json(
        "SELECT name, scope, created_at, expires_at, last_used_at, revoked_at FROM personal_tokens \
         WHERE user_id = ?1 ORDER BY id",
        [user],
    )
}

pub(super) fn is_called(rx: &Rx<'_>, user: UserId, address: &str) -> Result<bool> {
    rx.scalar("SELECT email_key = ?2 FROM users WHERE id = ?1", (user, fold(address)))
}

pub(super) fn rename(tx: &mut Tx<'_>, user: UserId, name: &str, address: &str) -> Result<()> {
    tx.run(
        "UPDATE users SET email = ?2, email_key = ?3, name = ?4, name_key = ?5 WHERE id = ?1",
        (user, address, fold(address), name, sort_key(name)),
    )?;
    Ok(())
}

/// Sessions, tokens, devices, and the password.
pub(super) fn count(rx: &Rx<'_>, user: UserId) -> Result<i64> {
    rx.scalar(
        "SELECT (SELECT count(*) FROM sessions WHERE user_id = ?1) \
         + (SELECT count(*) FROM personal_tokens WHERE user_id = ?1) \
         + (SELECT count(*) FROM known_devices WHERE user_id = ?1) \
         + (SELECT password_hash IS NOT NULL FROM users WHERE id = ?1)",
        [user],
    )
}

pub(super) fn erase(tx: &mut Tx<'_>, user: UserId) -> Result<()> {
    let now = tx.now();
    tx.run("DELETE FROM sessions WHERE user_id = ?1", [user])?;
    tx.run("DELETE FROM personal_tokens WHERE user_id = ?1", [user])?;
    tx.run("DELETE FROM known_devices WHERE user_id = ?1", [user])?;
    tx.run("DELETE FROM sign_in_tries WHERE user_id = ?1", [user])?;
    tx.run("DELETE FROM sign_in_links WHERE user_id = ?1", [user])?;
    tx.run("DELETE FROM sign_in_codes WHERE user_id = ?1", [user])?;
    tx.run("DELETE FROM idempotency_keys WHERE user_id = ?1", [user])?;
    tx.run("DELETE FROM user_roles WHERE user_id = ?1", [user])?;
    tx.run(
        "UPDATE users SET password_hash = NULL, disabled_at = coalesce(disabled_at, ?2), last_seen_at = NULL, \
         credential_version = credential_version + 1 WHERE id = ?1",
        (user, now),
    )?;
    Ok(())
}
