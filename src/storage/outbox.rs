//! Rows that leave work for after the commit.

use crate::error::Result;
use crate::ids::OutboxId;

use super::Tx;

pub(super) fn enqueue(tx: &mut Tx<'_>, kind: &str, key: Option<&str>, payload: &serde_json::Value) -> Result<OutboxId> {
    let now = tx.now().to_string();
    if let Some(key) = key {
        let sql = "SELECT id FROM outbox WHERE kind = ?1 AND key = ?2 AND state = 'waiting'";
        if let Some(id) = tx.one(sql, (kind, key), |row| row.get(0))? {
            return Ok(id);
        }
    }
    tx.insert(
        "INSERT INTO outbox (kind, key, payload, due_at, created_at) VALUES (?1, ?2, ?3, ?4, ?4)",
        (kind, key, payload.to_string(), now),
    )
    .map(OutboxId)
}
