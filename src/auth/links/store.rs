//! SQL of links in mail.

use jiff::Timestamp;

use crate::auth::credential::TokenHash;
use crate::error::Result;
use crate::ids::UserId;
use crate::storage::{Rx, Tx};

use super::{Kind, Open};

pub(super) fn insert(tx: &mut Tx<'_>, hash: TokenHash, user: UserId, kind: Kind, expires_at: Timestamp) -> Result<()> {
    let now = tx.now();
    tx.run(
        "INSERT INTO sign_in_links (token_hash, user_id, kind, created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        (hash, user, kind, now, expires_at),
    )?;
    Ok(())
}

pub(super) fn drop_open(tx: &mut Tx<'_>, user: UserId, kind: Kind) -> Result<()> {
    tx.run("DELETE FROM sign_in_links WHERE user_id = ?1 AND kind = ?2 AND used_at IS NULL", (user, kind))?;
    Ok(())
}

pub(super) fn open(rx: &Rx<'_>, hash: TokenHash) -> Result<Option<Open>> {
    rx.one(
        "SELECT u.id, k.kind, u.email, coalesce(e.first_name || ' ' || e.last_name, u.name), u.language, k.expires_at
         FROM sign_in_links k JOIN users u ON u.id = k.user_id LEFT JOIN employees e ON e.id = u.employee_id
         WHERE k.token_hash = ?1 AND k.used_at IS NULL AND u.disabled_at IS NULL",
        [hash],
        |row| {
            Ok(Open {
                user_id: row.get(0)?,
                kind: row.get(1)?,
                email: row.get(2)?,
                name: row.get(3)?,
                language: row.get(4)?,
                expires_at: row.get(5)?,
            })
        },
    )
}

pub(super) fn spend_all(tx: &mut Tx<'_>, user: UserId) -> Result<()> {
    let now = tx.now();
    tx.run("UPDATE sign_in_links SET used_at = ?2 WHERE user_id = ?1 AND used_at IS NULL", (user, now))?;
    Ok(())
}

pub(super) fn prune(tx: &mut Tx<'_>, before: Timestamp) -> Result<usize> {
    tx.run("DELETE FROM sign_in_links WHERE expires_at < ?1", [before])
}

pub(super) struct Reader {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) language: String,
}

pub(super) fn reader(rx: &Rx<'_>, user: UserId) -> Result<Reader> {
    rx.get(
        "SELECT coalesce(e.first_name || ' ' || e.last_name, u.name), u.email, u.language
         FROM users u LEFT JOIN employees e ON e.id = u.employee_id WHERE u.id = ?1",
        [user],
        |row| Ok(Reader { name: row.get(0)?, email: row.get(1)?, language: row.get(2)? }),
    )
}

/// The login of an address that is not disabled, and whether it has a password.
pub(super) fn usable(rx: &Rx<'_>, email_key: &str) -> Result<Option<(UserId, bool)>> {
    rx.one(
        "SELECT id, password_hash IS NOT NULL FROM users WHERE email_key = ?1 AND disabled_at IS NULL",
        [email_key],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// How many were made since then.
pub(super) fn issued_since(rx: &Rx<'_>, user: UserId, kind: Kind, since: Timestamp) -> Result<i64> {
    rx.scalar(
        "SELECT count(*) FROM sign_in_links WHERE user_id = ?1 AND kind = ?2 AND created_at > ?3",
        (user, kind, since),
    )
}
