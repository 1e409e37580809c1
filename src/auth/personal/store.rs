//! SQL of personal access tokens.

use jiff::Timestamp;

use crate::auth::credential::TokenHash;
use crate::error::Result;
use crate::ids::UserId;
use crate::storage::{Rx, Tx};

use super::{Found, PersonalToken, Scope, TokenId};

pub(super) fn insert(
    tx: &mut Tx<'_>,
    user: UserId,
    name: &str,
    scope: Scope,
    hash: TokenHash,
    expires_at: Timestamp,
) -> Result<TokenId> {
    let now = tx.now();
    tx.insert(
        "INSERT INTO personal_tokens (user_id, name, scope, token_hash, created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        (user, name, scope, hash, now, expires_at),
    )
    .map(TokenId)
}

pub(super) fn list(rx: &Rx<'_>, user: UserId) -> Result<Vec<PersonalToken>> {
    rx.all(
        "SELECT id, name, scope, created_at, expires_at, last_used_at FROM personal_tokens
         WHERE user_id = ?1 AND revoked_at IS NULL ORDER BY id DESC",
        [user],
        |row| {
            Ok(PersonalToken {
                id: row.get(0)?,
                name: row.get(1)?,
                scope: row.get(2)?,
                created_at: row.get(3)?,
                expires_at: row.get(4)?,
                last_used_at: row.get(5)?,
            })
        },
    )
}

/// The name of the token that was revoked.
pub(super) fn revoke(tx: &mut Tx<'_>, user: UserId, id: TokenId) -> Result<Option<String>> {
    let now = tx.now();
    tx.one(
        "UPDATE personal_tokens SET revoked_at = ?3 WHERE id = ?1 AND user_id = ?2 AND revoked_at IS NULL AND expires_at > ?3
         RETURNING name",
        (id, user, now),
        |row| row.get(0),
    )
}

pub(super) fn revoke_all(tx: &mut Tx<'_>, user: UserId) -> Result<usize> {
    let now = tx.now();
    tx.run("UPDATE personal_tokens SET revoked_at = ?2 WHERE user_id = ?1 AND revoked_at IS NULL", (user, now))
}

pub(super) fn by_hash(rx: &Rx<'_>, hash: TokenHash) -> Result<Option<Found>> {
    rx.one(
        "SELECT id, user_id, scope, expires_at, last_used_at FROM personal_tokens WHERE token_hash = ?1 AND revoked_at IS NULL",
        [hash],
        |row| {
            Ok(Found {
                id: row.get(0)?,
                user_id: row.get(1)?,
                scope: row.get(2)?,
                expires_at: row.get(3)?,
                last_used_at: row.get(4)?,
            })
        },
    )
}

pub(super) fn seen(tx: &mut Tx<'_>, id: TokenId, at: Timestamp) -> Result<()> {
    tx.run("UPDATE personal_tokens SET last_used_at = ?2 WHERE id = ?1", (id, at))?;
    Ok(())
}
