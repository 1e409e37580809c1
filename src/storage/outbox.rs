//! The outbox: effects that are to happen after a commit, as rows of that commit.
//!
//! A row is queued with [`Tx::outbox`](super::Tx::outbox), and performed later by the clockwork (`jobs/`), which knows what the kinds mean.
//! A crash between performing and noting it repeats the effect: performers must be harmless when repeated.

use rusqlite::params;
use serde_json::Value;

use super::Tx;
use crate::error::Result;
use crate::ids::OutboxId;

pub(super) fn enqueue(tx: &mut Tx<'_>, kind: &str, key: Option<&str>, payload: &Value) -> Result<OutboxId> {
    if let Some(key) = key {
        let waiting = "SELECT id FROM outbox WHERE kind = ?1 AND key = ?2 AND state = 'waiting'";
        if let Some(id) = tx.one(waiting, params![kind, key], |row| row.get(0))? {
            return Ok(id);
        }
    }
    let now = tx.now();
    let id = tx.insert(
        "INSERT INTO outbox (kind, key, payload, created_at, due_at) VALUES (?1, ?2, ?3, ?4, ?4)",
        params![kind, key, payload.to_string(), now],
    )?;
    Ok(OutboxId(id))
}
