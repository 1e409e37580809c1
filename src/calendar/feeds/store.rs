//! SQL of feeds.

use jiff::Timestamp;

use super::{Feed, FeedKind};
use crate::auth::credential::TokenHash;
use crate::error::Result;
use crate::ids::{FeedId, UserId};
use crate::storage::{Rx, Tx};

pub(super) fn insert(tx: &mut Tx<'_>, user: UserId, kind: FeedKind, hash: TokenHash) -> Result<FeedId> {
    let now = tx.now();
    let sql = "INSERT INTO feeds (user_id, kind, token_hash, created_at) VALUES (?1, ?2, ?3, ?4)";
    tx.insert(sql, (user, kind, hash, now)).map(FeedId)
}

/// In the order of their kinds.
pub(super) fn list(rx: &Rx<'_>, user: UserId) -> Result<Vec<Feed>> {
    let mut found = rx.all("SELECT id, kind, created_at FROM feeds WHERE user_id = ?1", [user], |row| {
        Ok(Feed { id: row.get(0)?, kind: row.get(1)?, created_at: row.get(2)? })
    })?;
    found.sort_by_key(|feed| feed.kind);
    Ok(found)
}

/// Removes a feed of this login; its kind where there was one.
pub(super) fn remove(tx: &mut Tx<'_>, user: UserId, id: FeedId) -> Result<Option<FeedKind>> {
    tx.one("DELETE FROM feeds WHERE id = ?1 AND user_id = ?2 RETURNING kind", (id, user), |row| row.get(0))
}

/// Removes the login's feed of a kind; whether there was one.
pub(super) fn remove_kind(tx: &mut Tx<'_>, user: UserId, kind: FeedKind) -> Result<bool> {
    Ok(tx.run("DELETE FROM feeds WHERE user_id = ?1 AND kind = ?2", (user, kind))? > 0)
}

pub(super) fn remove_all(tx: &mut Tx<'_>, user: UserId) -> Result<()> {
    tx.run("DELETE FROM feeds WHERE user_id = ?1", [user])?;
    Ok(())
}

/// Whose feed a secret opens, which one, and since when.
pub(super) fn by_hash(rx: &Rx<'_>, hash: TokenHash) -> Result<Option<(UserId, FeedKind, Timestamp)>> {
    rx.one("SELECT user_id, kind, created_at FROM feeds WHERE token_hash = ?1", [hash], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?))
    })
}

/// Writes the host down, the first time.
pub(super) fn keep_host(tx: &mut Tx<'_>, host: &str) -> Result<()> {
    tx.run("INSERT OR IGNORE INTO feed_host (id, host) VALUES (1, ?1)", [host])?;
    Ok(())
}

pub(super) fn host(rx: &Rx<'_>) -> Result<Option<String>> {
    rx.one("SELECT host FROM feed_host WHERE id = 1", [], |row| row.get(0))
}
