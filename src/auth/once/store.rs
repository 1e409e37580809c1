//! The table `idempotency_keys`.

use jiff::Timestamp;
use rusqlite::params;

use super::Kept;
use crate::error::Result;
use crate::ids::UserId;
use crate::storage::{Rx, Tx};

/// A key that was written down, and the answer where it is known.
pub(super) struct Found {
    pub digest: [u8; 32],
    pub answer: Option<Kept>,
}

pub(super) fn find(rx: &Rx<'_>, user: UserId, key: &str, after: Timestamp) -> Result<Option<Found>> {
    rx.one(
        "SELECT request_digest, status, location, content_type, body FROM idempotency_keys
         WHERE user_id = ?1 AND key = ?2 AND created_at > ?3",
        params![user, key, after],
        |row| {
            let status: Option<u16> = row.get(1)?;
            let (location, content_type, body) = (row.get(2)?, row.get(3)?, row.get(4)?);
            let answer = status.map(|status| Kept { status, location, content_type, body });
            Ok(Found { digest: row.get(0)?, answer })
        },
    )
}

/// Writes a key down without an answer; `false` where it is there already. One older than `after` counts as gone.
pub(super) fn mark(tx: &mut Tx<'_>, user: UserId, key: &str, digest: &[u8; 32], after: Timestamp) -> Result<bool> {
    tx.run(
        "DELETE FROM idempotency_keys WHERE user_id = ?1 AND key = ?2 AND created_at <= ?3",
        params![user, key, after],
    )?;
    let written = tx.run(
        "INSERT INTO idempotency_keys (user_id, key, request_digest, created_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO NOTHING",
        params![user, key, digest, tx.now()],
    )?;
    Ok(written == 1)
}

/// The answer to the request whose key was written down.
pub(super) fn keep(tx: &mut Tx<'_>, user: UserId, key: &str, answer: &Kept) -> Result<usize> {
    let Kept { status, location, content_type, body } = answer;
    tx.run(
        "UPDATE idempotency_keys SET status = ?3, location = ?4, content_type = ?5, body = ?6
         WHERE user_id = ?1 AND key = ?2",
        params![user, key, status, location, content_type, body],
    )
}

pub(super) fn forget(tx: &mut Tx<'_>, before: Timestamp) -> Result<usize> {
    tx.run("DELETE FROM idempotency_keys WHERE created_at <= ?1", [before])
}
