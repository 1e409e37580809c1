//! The audit log: append-only, each entry chained to the one before it.
//!
//! The chain covers a *salted digest* of the payload rather than the payload, so that retention and erasure may blank a
//! payload and leave the chain whole. Sign-ins have a chain of their own because they are kept for a shorter time. The
//! comfortable builder for features is `crate::audit`; the tables' triggers refuse everything but appending and blanking.

use rusqlite::params;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Rx, Tx};
use crate::error::Result;
use crate::ids::{AuditId, random_bytes};

/// The chains of one log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Chain {
    #[default]
    Acts,
    SignIn,
}

impl Chain {
    pub const ALL: [Chain; 2] = [Chain::Acts, Chain::SignIn];

    pub fn as_str(self) -> &'static str {
        match self {
            Chain::Acts => "acts",
            Chain::SignIn => "sign_in",
        }
    }
}

/// What is to be written down. Never put a secret or a file's content into it.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    pub chain: Chain,
    /// `leave.approved`
    pub action: &'static str,
    /// The kind and id of what it was done to. A column: it outlives the payload.
    pub subject: Option<(&'static str, i64)>,
    /// A column: it outlives the payload.
    pub user_id: Option<i64>,
    /// Who, by name; on whose behalf, in which session, from where.
    pub actor: Value,
    /// Field, before, after.
    pub changes: Vec<(String, Value, Value)>,
    pub reason: Option<String>,
}

/// What precedes the first entry of a chain.
const GENESIS: [u8; 32] = [0; 32];

/// Appends `entry` to its chain. The head is read here, inside the closure's savepoint: a neighbour that was rolled
/// back is not in it.
pub(super) fn append(tx: &mut Tx<'_>, entry: &Entry) -> Result<AuditId> {
    let chain = entry.chain.as_str();
    let (seq, previous) = match head(tx, entry.chain)? {
        Some(head) => (head.seq + 1, head.hash),
        None => (1, GENESIS),
    };
    let payload = payload(entry).to_string();
    let salt: [u8; 16] = random_bytes();
    let (subject_kind, subject_id) = match entry.subject {
        Some((kind, id)) => (kind, Some(id)),
        None => ("", None),
    };
    let link = Link {
        chain,
        seq,
        at: &tx.now().to_string(),
        action: entry.action,
        subject_kind,
        subject_id,
        user_id: entry.user_id,
        digest: &digest(&salt, &payload),
        previous: &previous,
    };
    let id = tx.insert(
        "INSERT INTO audit_log (chain, seq, at, action, subject_kind, subject_id, user_id, payload, salt, digest, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        params![
            link.chain,
            link.seq,
            link.at,
            link.action,
            link.subject_kind,
            link.subject_id,
            link.user_id,
            payload,
            salt,
            link.digest,
            link.hash()
        ],
    )?;
    Ok(AuditId(id))
}

/// The end of a chain: what is kept outside (in the log, in a mail) to notice that the end was cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub seq: i64,
    pub hash: [u8; 32],
}

/// The newest entry of `chain`; `None` where it is empty.
pub fn head(rx: &Rx<'_>, chain: Chain) -> Result<Option<Head>> {
    rx.one("SELECT seq, hash FROM audit_log WHERE chain = ?1 ORDER BY seq DESC LIMIT 1", [chain.as_str()], |row| {
        Ok(Head { seq: row.get(0)?, hash: row.get(1)? })
    })
}

fn payload(entry: &Entry) -> Value {
    let changes: Vec<_> = entry.changes.iter().map(|(field, before, after)| json!([field, before, after])).collect();
    json!({ "actor": entry.actor, "changes": changes, "reason": entry.reason })
}

fn digest(salt: &[u8], payload: &str) -> [u8; 32] {
    Sha256::new().chain_update(salt).chain_update(payload).finalize().into()
}

/// Everything of an entry that never changes, in the order in which it is hashed.
struct Link<'a> {
    chain: &'a str,
    seq: i64,
    at: &'a str,
    action: &'a str,
    subject_kind: &'a str,
    subject_id: Option<i64>,
    user_id: Option<i64>,
    digest: &'a [u8; 32],
    previous: &'a [u8; 32],
}

impl Link<'_> {
    /// Each part is preceded by its length (a missing number by none), so that no two entries hash the same bytes.
    fn hash(&self) -> [u8; 32] {
        let mut hasher = Sha256::new();
        let mut part = |bytes: &[u8]| {
            hasher.update((bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        };
        part(b"steward audit 1");
        part(self.chain.as_bytes());
        part(&self.seq.to_le_bytes());
        part(self.at.as_bytes());
        part(self.action.as_bytes());
        part(self.subject_kind.as_bytes());
        for number in [self.subject_id, self.user_id] {
            part(number.map(i64::to_le_bytes).as_ref().map_or(&[], |bytes| bytes.as_slice()));
        }
        part(self.digest);
        part(self.previous);
        hasher.finalize().into()
    }
}
