//! SQL of sessions and refresh tokens.

use jiff::Timestamp;
use rusqlite::Row;

use crate::auth::credential::TokenHash;
use crate::error::Result;
use crate::ids::{SessionId, UserId};
use crate::storage::{Rx, Tx};

use super::{Client, Found, Kind, Session};

pub(super) fn insert(
    tx: &mut Tx<'_>,
    user: UserId,
    kind: Kind,
    cookie: Option<TokenHash>,
    client: &Client,
    expires_at: Timestamp,
) -> Result<SessionId> {
    let address = client.address.map(|address| address.to_canonical().to_string()).unwrap_or_default();
    let now = tx.now();
    tx.insert(
        "INSERT INTO sessions (user_id, kind, token_hash, device, address, created_at, last_seen_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7)",
        (user, kind, cookie, &client.device, address, now, expires_at),
    )
    .map(SessionId)
}

/// `id, user_id, kind, last_seen_at, expires_at`
fn found(row: &Row<'_>) -> rusqlite::Result<Found> {
    Ok(Found {
        id: row.get(0)?,
        user_id: row.get(1)?,
        kind: row.get(2)?,
        last_seen_at: row.get(3)?,
        expires_at: row.get(4)?,
    })
}

pub(super) fn by_hash(rx: &Rx<'_>, hash: TokenHash) -> Result<Option<Found>> {
    let sql =
        "SELECT id, user_id, kind, last_seen_at, expires_at FROM sessions WHERE token_hash = ?1 AND ended_at IS NULL";
    rx.one(sql, [hash], found)
}

pub(super) fn by_id(rx: &Rx<'_>, id: SessionId) -> Result<Option<Found>> {
    let sql = "SELECT id, user_id, kind, last_seen_at, expires_at FROM sessions WHERE id = ?1 AND ended_at IS NULL";
    rx.one(sql, [id], found)
}

pub(super) fn list(rx: &Rx<'_>, user: UserId) -> Result<Vec<Session>> {
    rx.all(
        "SELECT id, kind, device, address, created_at, last_seen_at, expires_at FROM sessions
         WHERE user_id = ?1 AND ended_at IS NULL ORDER BY last_seen_at DESC, id DESC",
        [user],
        |row| {
            Ok(Session {
                id: row.get(0)?,
                kind: row.get(1)?,
                device: row.get(2)?,
                address: row.get(3)?,
                created_at: row.get(4)?,
                last_seen_at: row.get(5)?,
                expires_at: row.get(6)?,
            })
        },
    )
}

/// Also the login's own last use.
pub(super) fn seen(tx: &mut Tx<'_>, id: SessionId, at: Timestamp) -> Result<()> {
    tx.run("UPDATE sessions SET last_seen_at = ?2 WHERE id = ?1", (id, at))?;
    tx.run("UPDATE users SET last_seen_at = ?2 WHERE id = (SELECT user_id FROM sessions WHERE id = ?1)", (id, at))?;
    Ok(())
}

pub(super) fn end(tx: &mut Tx<'_>, id: SessionId) -> Result<()> {
    let now = tx.now();
    tx.run("UPDATE sessions SET ended_at = ?2 WHERE id = ?1 AND ended_at IS NULL", (id, now))?;
    Ok(())
}

pub(super) fn end_all(tx: &mut Tx<'_>, user: UserId, except: Option<SessionId>) -> Result<usize> {
    let now = tx.now();
    tx.run(
        "UPDATE sessions SET ended_at = ?3 WHERE user_id = ?1 AND ended_at IS NULL AND id IS NOT ?2",
        (user, except, now),
    )
}

pub(super) fn prune(tx: &mut Tx<'_>, before: Timestamp) -> Result<usize> {
    tx.run("DELETE FROM sessions WHERE expires_at < ?1", [before])
}

pub(super) struct RefreshToken {
    pub(super) session_id: SessionId,
    pub(super) expires_at: Timestamp,
    pub(super) used: bool,
}

pub(super) fn refresh_token(rx: &Rx<'_>, hash: TokenHash) -> Result<Option<RefreshToken>> {
    rx.one(
        "SELECT session_id, expires_at, used_at IS NOT NULL FROM refresh_tokens WHERE token_hash = ?1",
        [hash],
        |row| Ok(RefreshToken { session_id: row.get(0)?, expires_at: row.get(1)?, used: row.get(2)? }),
    )
}

pub(super) fn insert_refresh(
    tx: &mut Tx<'_>,
    hash: TokenHash,
    session: SessionId,
    expires_at: Timestamp,
) -> Result<()> {
    let now = tx.now();
    tx.run(
        "INSERT INTO refresh_tokens (token_hash, session_id, created_at, expires_at) VALUES (?1, ?2, ?3, ?4)",
        (hash, session, now, expires_at),
    )?;
    Ok(())
}

pub(super) fn use_refresh(tx: &mut Tx<'_>, hash: TokenHash) -> Result<()> {
    let now = tx.now();
    tx.run("UPDATE refresh_tokens SET used_at = ?2 WHERE token_hash = ?1", (hash, now))?;
    Ok(())
}
