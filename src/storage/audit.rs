//! The audit log: append-only, each entry chained to the one before it.
//!
//! The chain covers a *salted digest* of the payload rather than the payload, so that retention and erasure may blank a
//! payload and leave the chain whole. Sign-ins have a chain of their own because they are kept for a shorter time. The
//! comfortable builder for features is `crate::audit`; the tables' triggers refuse everything but appending and blanking.

use jiff::Timestamp;
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

/// What checking a chain has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Entries that are as they were written.
    pub intact: i64,
    /// Of those, how many have lost their payload to retention or erasure.
    pub blanked: i64,
    /// The end of the chain as far as it is intact.
    pub head: Option<Head>,
    /// The first thing that is wrong, if anything is.
    pub fault: Option<Fault>,
}

/// What is wrong with an entry. From here on nothing of the chain is proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The entry's number in its chain.
    pub seq: i64,
    pub kind: FaultKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// It is not there, although later ones or a known head are.
    Missing,
    /// It, or one before it, is not what was hashed.
    Altered,
    /// Its payload is not what was written.
    PayloadAltered,
    /// It is not the head that was kept outside.
    Replaced,
}

/// Walks a chain from its beginning. With `known`, a head that was kept outside, a chain that was cut off at its end or
/// written anew as a whole is found too.
pub fn verify(rx: &Rx<'_>, chain: Chain, known: Option<Head>) -> Result<Verdict> {
    let mut verdict = Verdict { intact: 0, blanked: 0, head: None, fault: None };
    rx.each(
        "SELECT seq, at, action, subject_kind, subject_id, user_id, payload, salt, digest, hash FROM audit_log
         WHERE chain = ?1 ORDER BY seq",
        [chain.as_str()],
        |row| {
            if verdict.fault.is_some() {
                return Ok(());
            }
            let expected = verdict.head.map_or(1, |head| head.seq + 1);
            let previous = verdict.head.map_or(GENESIS, |head| head.hash);
            let seq: i64 = row.get(0)?;
            let digested: [u8; 32] = row.get(8)?;
            let link = Link {
                chain: chain.as_str(),
                seq,
                at: row.get_ref(1)?.as_str()?,
                action: row.get_ref(2)?.as_str()?,
                subject_kind: row.get_ref(3)?.as_str()?,
                subject_id: row.get(4)?,
                user_id: row.get(5)?,
                digest: &digested,
                previous: &previous,
            };
            let hash = link.hash();
            let payload = row.get_ref(6)?.as_str_or_null()?;
            let salt: Option<[u8; 16]> = row.get(7)?;
            let kind = if seq != expected {
                Some(FaultKind::Missing)
            } else if hash != row.get::<_, [u8; 32]>(9)? {
                Some(FaultKind::Altered)
            } else if payload.zip(salt).is_some_and(|(payload, salt)| digest(&salt, payload) != digested) {
                Some(FaultKind::PayloadAltered)
            } else if known.is_some_and(|known| known.seq == seq && known.hash != hash) {
                Some(FaultKind::Replaced)
            } else {
                None
            };
            if let Some(kind) = kind {
                verdict.fault = Some(Fault { seq: expected, kind });
                return Ok(());
            }
            verdict.intact += 1;
            verdict.blanked += i64::from(payload.is_none());
            verdict.head = Some(Head { seq, hash });
            Ok(())
        },
    )?;
    let end = verdict.head.map_or(0, |head| head.seq);
    if verdict.fault.is_none() && known.is_some_and(|known| known.seq > end) {
        verdict.fault = Some(Fault { seq: end + 1, kind: FaultKind::Missing });
    }
    Ok(verdict)
}

/// Blanks the payloads (and their salts, without which a digest tells nothing) of entries written before `before`:
/// retention. Answers how many.
pub fn blank_before(tx: &mut Tx<'_>, chain: Chain, before: Timestamp) -> Result<usize> {
    tx.run(
        "UPDATE audit_log SET payload = NULL, salt = NULL WHERE chain = ?1 AND at < ?2 AND payload IS NOT NULL",
        params![chain.as_str(), before],
    )
}

/// Blanks the payloads of everything that was done to one subject: erasure.
pub fn blank_subject(tx: &mut Tx<'_>, kind: &str, id: i64) -> Result<usize> {
    tx.run(
        "UPDATE audit_log SET payload = NULL, salt = NULL
         WHERE subject_kind = ?1 AND subject_id = ?2 AND payload IS NOT NULL",
        params![kind, id],
    )
}

/// Blanks the payloads of what one user did to things of a kind that are always one's own: erasure.
pub fn blank_own(tx: &mut Tx<'_>, user: i64, kind: &str) -> Result<usize> {
    tx.run(
        "UPDATE audit_log SET payload = NULL, salt = NULL
         WHERE user_id = ?1 AND subject_kind = ?2 AND payload IS NOT NULL",
        params![user, kind],
    )
}

/// As [`blank_subject`], of several things of a kind.
pub fn blank_subjects(tx: &mut Tx<'_>, kind: &str, ids: &[i64]) -> Result<usize> {
    let mut blanked = 0;
    for id in ids {
        blanked += blank_subject(tx, kind, *id)?;
    }
    Ok(blanked)
}

/// How many entries about these things of a kind still have their words.
pub fn words_about(rx: &Rx<'_>, kind: &str, ids: &[i64]) -> Result<i64> {
    let ids = serde_json::to_string(ids).expect("a list of integers is JSON");
    rx.scalar(
        "SELECT count(*) FROM audit_log WHERE subject_kind = ?1 AND subject_id IN (SELECT value FROM json_each(?2)) \
         AND payload IS NOT NULL",
        params![kind, ids],
    )
}

/// How many entries of what a user did to things of such a kind still have their words.
pub fn own_words(rx: &Rx<'_>, user: i64, kind: &str) -> Result<i64> {
    rx.scalar(
        "SELECT count(*) FROM audit_log WHERE user_id = ?1 AND subject_kind = ?2 AND payload IS NOT NULL",
        params![user, kind],
    )
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
