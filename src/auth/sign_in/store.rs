//! SQL of signing in.

use serde::{Deserialize, Serialize};

use crate::auth::password::PasswordHash;
use crate::error::Result;
use crate::ids::UserId;
use crate::storage::{Rx, Tx};

/// Rises when the password is set and when the login is disabled: what was offered to an older one is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CredentialVersion(i64);

/// A login, as signing in looks at it.
pub(super) struct Login {
    pub(super) user: UserId,
    /// `None` for a login without a password.
    pub(super) hash: Option<PasswordHash>,
    pub(super) version: CredentialVersion,
}

/// The login of an address.
pub(super) fn login(rx: &Rx<'_>, email_key: &str) -> Result<Option<Login>> {
    rx.one("SELECT id, password_hash, credential_version FROM users WHERE email_key = ?1", [email_key], |row| {
        let hash: Option<String> = row.get(1)?;
        let version = CredentialVersion(row.get(2)?);
        Ok(Login { user: row.get(0)?, hash: hash.map(PasswordHash::from_column), version })
    })
}

/// Where the login's credentials stand now; `None` where it is gone.
pub(super) fn version(rx: &Rx<'_>, user: UserId) -> Result<Option<CredentialVersion>> {
    rx.one("SELECT credential_version FROM users WHERE id = ?1", [user], |row| row.get(0).map(CredentialVersion))
}

/// The same password under today's parameters; when it was set stays as it is.
pub(super) fn renew_hash(tx: &mut Tx<'_>, user: UserId, hash: &PasswordHash) -> Result<()> {
    tx.run("UPDATE users SET password_hash = ?2 WHERE id = ?1", (user, hash.as_str()))?;
    Ok(())
}
