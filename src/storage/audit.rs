//! The audit chain: each entry's hash covers the one before and a salted digest of its own payload.

use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::error::Result;
use crate::ids::{AuditId, random_bytes};

use super::Tx;

/// Which chain an entry belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Chain {
    #[default]
    Acts,
    SignIn,
}

impl Chain {
    pub fn as_str(self) -> &'static str {
        match self {
            Chain::Acts => "acts",
            Chain::SignIn => "sign_in",
        }
    }
}

/// One entry: who did what to which thing, and what changed.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    pub chain: Chain,
    pub action: &'static str,
    pub subject: Option<(&'static str, i64)>,
    pub user_id: Option<i64>,
    /// Who: user, employee, label, session, address, channel, on whose behalf.
    pub actor: serde_json::Value,
    /// Field, before, after.
    pub changes: Vec<(String, serde_json::Value, serde_json::Value)>,
    pub reason: Option<String>,
}

pub(super) fn append(tx: &mut Tx<'_>, entry: &Entry) -> Result<AuditId> {
    let at = tx.now().to_string();
    let changes: Vec<_> = entry.changes.iter().map(|(field, before, after)| json!([field, before, after])).collect();
    let payload = json!({ "actor": entry.actor, "changes": changes, "reason": entry.reason }).to_string();
    let salt: [u8; 16] = random_bytes();
    let digest = Sha256::new().chain_update(salt).chain_update(&payload).finalize().to_vec();
    let head: Option<Vec<u8>> = tx.one(
        "SELECT hash FROM audit_log WHERE chain = ?1 ORDER BY id DESC LIMIT 1",
        [entry.chain.as_str()],
        |row| row.get(0),
    )?;
    let (kind, id) = entry.subject.map_or(("", None), |(kind, id)| (kind, Some(id)));
    let hash = Sha256::new()
        .chain_update(head.unwrap_or_default())
        .chain_update(&at)
        .chain_update(entry.action)
        .chain_update(kind)
        .chain_update(id.unwrap_or_default().to_be_bytes())
        .chain_update(&digest)
        .finalize()
        .to_vec();
    tx.insert(
        "INSERT INTO audit_log (chain, at, action, subject_kind, subject_id, user_id, payload, salt, digest, hash) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        rusqlite::params![entry.chain.as_str(), at, entry.action, kind, id, entry.user_id, payload, salt, digest, hash],
    )
    .map(AuditId)
}
