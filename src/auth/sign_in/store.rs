//! SQL of signing in.

use crate::auth::password::PasswordHash;
use crate::error::Result;
use crate::ids::UserId;
use crate::storage::{Rx, Tx};

/// The login of an address and its password's hash, if it has one.
pub(super) fn login(rx: &Rx<'_>, email_key: &str) -> Result<Option<(UserId, Option<PasswordHash>)>> {
    rx.one("SELECT id, password_hash FROM users WHERE email_key = ?1", [email_key], |row| {
        let hash: Option<String> = row.get(1)?;
        Ok((row.get(0)?, hash.map(PasswordHash::from_column)))
    })
}

/// The same password under today's parameters; when it was set stays as it is.
pub(super) fn renew_hash(tx: &mut Tx<'_>, user: UserId, hash: &PasswordHash) -> Result<()> {
    tx.run("UPDATE users SET password_hash = ?2 WHERE id = ?1", (user, hash.as_str()))?;
    Ok(())
}
