//! The outbox: effects that are to happen after a commit, as rows of that commit.
//!
//! A row is queued with [`Tx::outbox`](super::Tx::outbox) and performed later by the clockwork (`jobs/`), which knows
//! what the kinds mean: it [`claim`]s what is due, performs it outside any transaction, and says how that went. A crash
//! between performing and saying so repeats the effect: performers must be harmless when repeated.
//!
//! What fails for now is tried again after 1, 2, 4 … minutes, at most 12 hours apart, a last time 2 days after it was
//! queued, and then given up. All writes here are `Housekeeping::Outbox`.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Row, params};
use serde_json::Value;

use super::{Rx, Tx};
use crate::error::Result;
use crate::ids::OutboxId;

/// How long a claimed row may be performed before it is due again: the program has died, or the performer hangs.
const LEASE: SignedDuration = SignedDuration::from_mins(15);

const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(12);
const GIVEN_UP_AFTER: SignedDuration = SignedDuration::from_hours(48);

/// Longest error text kept, in characters.
const ERROR_LENGTH: usize = 1_000;

/// One effect.
#[derive(Clone, Debug, PartialEq)]
pub struct OutboxRow {
    pub id: OutboxId,
    pub kind: String,
    pub key: Option<String>,
    pub payload: Value,
    /// How often it has been claimed, this time included.
    pub attempts: u32,
    pub created_at: Timestamp,
    /// Why the last attempt failed; empty before the first failure.
    pub last_error: String,
}

crate::text_enum! {
    /// How a row stands.
    pub enum State {
        Waiting = "waiting",
        /// It is being performed.
        Claimed = "claimed",
        Done = "done",
        /// Given up.
        Failed = "failed",
    }
}

/// What became of an attempt that failed for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Tried again then.
    Again(Timestamp),
    /// Tried for two days: somebody must look.
    GivenUp,
    /// A newer row of the same kind and key waits; that one is performed instead.
    Superseded,
}

pub(super) fn enqueue(tx: &mut Tx<'_>, kind: &str, key: Option<&str>, payload: &Value) -> Result<OutboxId> {
    if let Some(key) = key
        && let Some(id) = waiting(tx, kind, key)?
    {
        return Ok(id);
    }
    let id = tx.insert(
        "INSERT INTO outbox (kind, key, payload, created_at, due_at) VALUES (?1, ?2, ?3, ?4, ?4)",
        params![kind, key, payload.to_string(), tx.now()],
    )?;
    Ok(OutboxId(id))
}

fn waiting(rx: &Rx<'_>, kind: &str, key: &str) -> Result<Option<OutboxId>> {
    rx.one("SELECT id FROM outbox WHERE kind = ?1 AND key = ?2 AND state = 'waiting'", [kind, key], |row| row.get(0))
}

/// Takes up to `limit` due rows of one kind, oldest first, so that nobody else performs them. Each must then be handed
/// to [`done`], [`retry`], [`fail`] or [`untried`].
pub fn claim(tx: &mut Tx<'_>, kind: &str, limit: u32) -> Result<Vec<OutboxRow>> {
    let due = tx.all(
        "SELECT id, kind, key, payload, attempts + 1, created_at, last_error FROM outbox
         WHERE state IN ('waiting', 'claimed') AND kind = ?1 AND due_at <= ?2 ORDER BY due_at, id LIMIT ?3",
        params![kind, tx.now(), limit],
        item,
    )?;
    for item in &due {
        tx.run(
            "UPDATE outbox SET state = 'claimed', attempts = ?2, due_at = ?3 WHERE id = ?1",
            params![item.id, item.attempts, tx.now() + LEASE],
        )?;
    }
    Ok(due)
}

/// It happened.
pub fn done(tx: &mut Tx<'_>, id: OutboxId) -> Result<()> {
    finish(tx, id, "done", "")
}

/// It cannot happen, now or later: the address does not exist, the payload is nonsense.
pub fn fail(tx: &mut Tx<'_>, id: OutboxId, error: &str) -> Result<()> {
    finish(tx, id, "failed", error)
}

/// It did not work this time.
pub fn retry(tx: &mut Tx<'_>, id: OutboxId, error: &str) -> Result<Fate> {
    let item = claimed(tx, id)?;
    if superseded(tx, &item)? {
        return Ok(Fate::Superseded);
    }
    let last = item.created_at + GIVEN_UP_AFTER;
    if tx.now() >= last {
        fail(tx, id, error)?;
        return Ok(Fate::GivenUp);
    }
    // The last attempt is at the end of the two days, however little time that leaves since the one before.
    let due = (tx.now() + wait_after(item.attempts)).min(last);
    tx.run(
        "UPDATE outbox SET state = 'waiting', due_at = ?2, last_error = ?3 WHERE id = ?1",
        params![id, due, shortened(error)],
    )?;
    Ok(Fate::Again(due))
}

/// It was claimed, but not tried after all (the mail server is down, why ask it again): it waits, due as before.
pub fn untried(tx: &mut Tx<'_>, id: OutboxId) -> Result<()> {
    let item = claimed(tx, id)?;
    if superseded(tx, &item)? {
        return Ok(());
    }
    tx.run(
        "UPDATE outbox SET state = 'waiting', due_at = ?2, attempts = max(attempts - 1, 0) WHERE id = ?1",
        params![id, tx.now()],
    )?;
    Ok(())
}

fn claimed(rx: &Rx<'_>, id: OutboxId) -> Result<OutboxRow> {
    rx.get("SELECT id, kind, key, payload, attempts, created_at, last_error FROM outbox WHERE id = ?1", [id], item)
}

/// Whether a newer row of the same kind and key waits: then this one is done with.
fn superseded(tx: &mut Tx<'_>, item: &OutboxRow) -> Result<bool> {
    let Some(key) = &item.key else { return Ok(false) };
    let newer = waiting(tx, &item.kind, key)?.is_some();
    if newer {
        done(tx, item.id)?;
    }
    Ok(newer)
}

/// 1 minute after the first attempt, doubled after each further one, at most 12 hours.
fn wait_after(attempts: u32) -> SignedDuration {
    let minutes = 1_i64 << attempts.saturating_sub(1).min(10);
    SignedDuration::from_mins(minutes).min(LONGEST_WAIT)
}

/// A failed row is to be tried again at once, with its two days starting anew: an admin has mended the cause. `false`
/// where it is not a failed row, or one like it waits already.
pub fn revive(tx: &mut Tx<'_>, id: OutboxId) -> Result<bool> {
    let revived = tx.run(
        "UPDATE outbox SET state = 'waiting', attempts = 0, created_at = ?2, due_at = ?2, done_at = NULL
         WHERE id = ?1 AND state = 'failed' AND NOT EXISTS (
           SELECT 1 FROM outbox AS other
           WHERE other.kind = outbox.kind AND other.key = outbox.key AND other.state = 'waiting')",
        params![id, tx.now()],
    )?;
    tx.ring_outbox();
    Ok(revived > 0)
}

/// Makes due again what a program that died had claimed, and what is put off further than anything ever is: the clock
/// was wrong then. For the start, before anything is claimed; answers how many.
pub fn release(tx: &mut Tx<'_>) -> Result<usize> {
    let stuck: Vec<(OutboxId, State)> = tx.all(
        "SELECT id, state FROM outbox WHERE state IN ('waiting', 'claimed') AND (state = 'claimed' OR due_at > ?1)
         ORDER BY due_at, id",
        [tx.now() + LONGEST_WAIT],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    for (id, state) in &stuck {
        if *state == State::Claimed {
            let item = claimed(tx, *id)?;
            if superseded(tx, &item)? {
                continue;
            }
        }
        tx.run("UPDATE outbox SET state = 'waiting', due_at = ?2 WHERE id = ?1", params![id, tx.now()])?;
    }
    Ok(stuck.len())
}

/// When the next row of a kind is due; `None` where none waits.
pub fn next_due(rx: &Rx<'_>, kind: &str) -> Result<Option<Timestamp>> {
    rx.scalar("SELECT min(due_at) FROM outbox WHERE state IN ('waiting', 'claimed') AND kind = ?1", [kind])
}

/// What was given up, newest first: for the page where an admin sees it.
pub fn failed(rx: &Rx<'_>, limit: u32) -> Result<Vec<OutboxRow>> {
    rx.all(
        "SELECT id, kind, key, payload, attempts, created_at, last_error FROM outbox
         WHERE state = 'failed' ORDER BY done_at DESC, id DESC LIMIT ?1",
        [limit],
        item,
    )
}

/// How many rows of a kind wait, those at work included, and how many were given up.
pub fn counts(rx: &Rx<'_>, kind: &str) -> Result<(i64, i64)> {
    let waiting = "SELECT count(*) FROM outbox WHERE state IN ('waiting', 'claimed') AND kind = ?1";
    let failed = "SELECT count(*) FROM outbox WHERE state = 'failed' AND kind = ?1";
    Ok((rx.scalar(waiting, [kind])?, rx.scalar(failed, [kind])?))
}

/// Rows of a kind that wait, the next one first, each with when it is tried next.
pub fn waiting_rows(rx: &Rx<'_>, kind: &str, limit: i64, offset: i64) -> Result<Vec<(OutboxRow, Timestamp)>> {
    rx.all(
        "SELECT id, kind, key, payload, attempts, created_at, last_error, due_at FROM outbox
         WHERE state IN ('waiting', 'claimed') AND kind = ?1 ORDER BY due_at, id LIMIT ?2 OFFSET ?3",
        params![kind, limit, offset],
        |row| Ok((item(row)?, row.get(7)?)),
    )
}

/// Rows of a kind that were given up, newest first, each with when that was.
pub fn failed_rows(rx: &Rx<'_>, kind: &str, limit: i64, offset: i64) -> Result<Vec<(OutboxRow, Timestamp)>> {
    rx.all(
        "SELECT id, kind, key, payload, attempts, created_at, last_error, done_at FROM outbox
         WHERE state = 'failed' AND kind = ?1 ORDER BY done_at DESC, id DESC LIMIT ?2 OFFSET ?3",
        params![kind, limit, offset],
        |row| Ok((item(row)?, row.get(7)?)),
    )
}

/// A row that waits or was given up, and its state; `None` for what is done.
pub fn open_row(rx: &Rx<'_>, id: OutboxId) -> Result<Option<(OutboxRow, State)>> {
    rx.one(
        "SELECT id, kind, key, payload, attempts, created_at, last_error, state FROM outbox
         WHERE id = ?1 AND state <> 'done'",
        [id],
        |row| Ok((item(row)?, row.get(7)?)),
    )
}

/// A row that waits is tried at the next look; its two days go on.
pub fn hurry(tx: &mut Tx<'_>, id: OutboxId) -> Result<()> {
    let now = tx.now();
    tx.run("UPDATE outbox SET due_at = min(due_at, ?2) WHERE id = ?1 AND state = 'waiting'", params![id, now])?;
    tx.ring_outbox();
    Ok(())
}

/// Every row of a kind that waits is tried at the next look.
pub fn hurry_all(tx: &mut Tx<'_>, kind: &str) -> Result<usize> {
    let now = tx.now();
    tx.ring_outbox();
    tx.run(
        "UPDATE outbox SET due_at = ?2 WHERE state IN ('waiting', 'claimed') AND state = 'waiting' AND kind = ?1 AND due_at > ?2",
        params![kind, now],
    )
}

/// Every row of a kind that was given up.
pub fn failed_ids(rx: &Rx<'_>, kind: &str) -> Result<Vec<OutboxId>> {
    rx.all("SELECT id FROM outbox WHERE state = 'failed' AND kind = ?1 ORDER BY id", [kind], |row| row.get(0))
}

/// Removes a row that waits or was given up, unperformed.
pub fn remove(tx: &mut Tx<'_>, id: OutboxId) -> Result<()> {
    tx.run("DELETE FROM outbox WHERE id = ?1 AND state IN ('waiting', 'failed')", [id])?;
    Ok(())
}

/// Removes what was finished before `before`; answers how many rows.
pub fn prune(tx: &mut Tx<'_>, before: Timestamp) -> Result<usize> {
    tx.run("DELETE FROM outbox WHERE state IN ('done', 'failed') AND done_at < ?1", [before])
}

fn finish(tx: &mut Tx<'_>, id: OutboxId, state: &str, error: &str) -> Result<()> {
    tx.run(
        "UPDATE outbox SET state = ?2, done_at = ?3, last_error = ?4 WHERE id = ?1",
        params![id, state, tx.now(), shortened(error)],
    )?;
    Ok(())
}

fn shortened(error: &str) -> &str {
    error.char_indices().nth(ERROR_LENGTH).map_or(error, |(end, _)| &error[..end])
}

fn item(row: &Row<'_>) -> rusqlite::Result<OutboxRow> {
    let payload: String = row.get(3)?;
    Ok(OutboxRow {
        id: row.get(0)?,
        kind: row.get(1)?,
        key: row.get(2)?,
        payload: serde_json::from_str(&payload).map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(3, rusqlite::types::Type::Text, Box::new(error))
        })?,
        attempts: row.get(4)?,
        created_at: row.get(5)?,
        last_error: row.get(6)?,
    })
}
