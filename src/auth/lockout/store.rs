//! SQL of the lockout: `sign_in_tries` and `known_devices` of an organization, `unknown_tries` of the appliance.

use jiff::Timestamp;
use rusqlite::Row;

use crate::auth::credential::TokenHash;
use crate::error::Result;
use crate::ids::UserId;
use crate::storage::{Rx, Tx};

use super::rules::Tries;

/// `recent, locks, locked_until`
fn read_tries(row: &Row<'_>) -> rusqlite::Result<Tries> {
    let recent: String = row.get(0)?;
    Ok(Tries {
        recent: recent.split_whitespace().filter_map(|at| at.parse().ok()).collect(),
        locks: row.get(1)?,
        locked_until: row.get(2)?,
    })
}

fn recent(tries: &Tries) -> String {
    tries.recent.iter().map(Timestamp::to_string).collect::<Vec<_>>().join(" ")
}

pub(super) fn tries(rx: &Rx<'_>, user: UserId, place: &str) -> Result<Tries> {
    let sql = "SELECT recent, locks, locked_until FROM sign_in_tries WHERE user_id = ?1 AND place = ?2";
    Ok(rx.one(sql, (user, place), read_tries)?.unwrap_or_default())
}

pub(super) fn set_tries(tx: &mut Tx<'_>, user: UserId, place: &str, tries: &Tries) -> Result<()> {
    let now = tx.now();
    tx.run(
        "INSERT INTO sign_in_tries (user_id, place, recent, locks, locked_until, last_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (user_id, place) DO UPDATE
         SET recent = excluded.recent, locks = excluded.locks, locked_until = excluded.locked_until, last_at = excluded.last_at",
        (user, place, recent(tries), tries.locks, tries.locked_until, now),
    )?;
    Ok(())
}

pub(super) fn forget(tx: &mut Tx<'_>, user: UserId, place: &str) -> Result<()> {
    tx.run("DELETE FROM sign_in_tries WHERE user_id = ?1 AND place = ?2", (user, place))?;
    Ok(())
}

pub(super) fn unlock(tx: &mut Tx<'_>, user: UserId) -> Result<usize> {
    tx.run("DELETE FROM sign_in_tries WHERE user_id = ?1", [user])
}

pub(super) fn latest_lock(rx: &Rx<'_>, user: UserId) -> Result<Option<Timestamp>> {
    rx.scalar("SELECT max(locked_until) FROM sign_in_tries WHERE user_id = ?1", [user])
}

pub(super) fn prune(tx: &mut Tx<'_>, before: Timestamp) -> Result<usize> {
    tx.run("DELETE FROM sign_in_tries WHERE last_at < ?1", [before])
}

pub(super) fn prune_devices(tx: &mut Tx<'_>, before: Timestamp) -> Result<usize> {
    tx.run("DELETE FROM known_devices WHERE last_used_at < ?1", [before])
}

pub(super) fn knows_device(rx: &Rx<'_>, user: UserId, device: TokenHash) -> Result<bool> {
    rx.scalar("SELECT EXISTS (SELECT 1 FROM known_devices WHERE user_id = ?1 AND token_hash = ?2)", (user, device))
}

pub(super) fn remember_device(tx: &mut Tx<'_>, user: UserId, device: TokenHash) -> Result<()> {
    let now = tx.now();
    tx.run(
        "INSERT INTO known_devices (user_id, token_hash, last_used_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (user_id, token_hash) DO UPDATE SET last_used_at = excluded.last_used_at",
        (user, device, now),
    )?;
    Ok(())
}

pub(super) fn forget_devices(tx: &mut Tx<'_>, user: UserId) -> Result<usize> {
    tx.run("DELETE FROM known_devices WHERE user_id = ?1", [user])
}

pub(super) fn unknown_tries(rx: &Rx<'_>, digest: [u8; 32], place: &str) -> Result<Tries> {
    let sql = "SELECT recent, locks, locked_until FROM unknown_tries WHERE address = ?1 AND place = ?2";
    Ok(rx.one(sql, (digest, place), read_tries)?.unwrap_or_default())
}

pub(super) fn set_unknown_tries(tx: &mut Tx<'_>, digest: [u8; 32], place: &str, tries: &Tries) -> Result<()> {
    let now = tx.now();
    tx.run(
        "INSERT INTO unknown_tries (address, place, recent, locks, locked_until, last_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (address, place) DO UPDATE
         SET recent = excluded.recent, locks = excluded.locks, locked_until = excluded.locked_until, last_at = excluded.last_at",
        (digest, place, recent(tries), tries.locks, tries.locked_until, now),
    )?;
    Ok(())
}

pub(super) fn touch_unknown(tx: &mut Tx<'_>, digest: [u8; 32], place: &str) -> Result<()> {
    let now = tx.now();
    tx.run("UPDATE unknown_tries SET last_at = ?3 WHERE address = ?1 AND place = ?2", (digest, place, now))?;
    Ok(())
}

pub(super) fn prune_unknown(tx: &mut Tx<'_>, before: Timestamp) -> Result<usize> {
    tx.run("DELETE FROM unknown_tries WHERE last_at < ?1", [before])
}
