//! SQL of the registry (the appliance's database) and of an organization's settings (its own).

use crate::error::{AppError, Result};
use crate::msg;
use crate::storage::{Rx, Tx};

use super::{Reached, Registered, Slug};

pub(super) fn registered(rx: &Rx<'_>) -> Result<Vec<Registered>> {
    rx.all("SELECT slug, name, state FROM organizations ORDER BY slug", (), |row| {
        Ok(Registered { slug: Slug(row.get(0)?), name: row.get(1)?, state: row.get(2)? })
    })
}

pub(super) fn refuse_taken(rx: &Rx<'_>, slug: &Slug) -> Result<()> {
    match rx.exists("SELECT 1 FROM organizations WHERE slug = ?1", [slug.as_str()])? {
        true => Err(AppError::Conflict(msg!("There is an organization \"{0}\" already.", slug))),
        false => Ok(()),
    }
}

pub(super) fn register(tx: &mut Tx<'_>, slug: &Slug, name: &str) -> Result<()> {
    refuse_taken(tx, slug)?;
    let now = tx.now().to_string();
    tx.run(
        "INSERT INTO organizations (slug, name, state, created_at) VALUES (?1, ?2, 'active', ?3)",
        (slug.as_str(), name, now),
    )?;
    Ok(())
}

pub(super) fn setting(rx: &Rx<'_>, key: &str) -> Result<Option<String>> {
    rx.one("SELECT value FROM settings WHERE key = ?1", [key], |row| row.get(0))
}

pub(super) fn set_setting(tx: &mut Tx<'_>, key: &str, value: &str) -> Result<()> {
    tx.run(
        "INSERT INTO settings (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        [key, value],
    )?;
    Ok(())
}

/// Writes the present instant and reads it back: the touch that shows a database well.
pub(super) fn beat(tx: &mut Tx<'_>) -> Result<String> {
    let now = tx.now().to_string();
    set_setting(tx, "heartbeat", &now)?;
    setting(tx, "heartbeat")?.ok_or(AppError::NotFound)
}

pub(super) fn reached(rx: &Rx<'_>) -> Result<Reached> {
    let rows: Vec<(String, Option<String>)> =
        rx.all("SELECT host, slug FROM hosts ORDER BY host", (), |row| Ok((row.get(0)?, row.get(1)?)))?;
    let bound = rows.iter().filter_map(|(host, slug)| Some((host.clone(), Slug(slug.clone()?)))).collect();
    let hosts = rows.into_iter().map(|(host, _)| host).collect();
    Ok(Reached { address: setting(rx, "reached_by")?, hosts, bound })
}

pub(super) fn bind(tx: &mut Tx<'_>, host: &str, slug: Option<&Slug>) -> Result<()> {
    let now = tx.now().to_string();
    tx.run(
        "INSERT INTO hosts (host, slug, created_at) VALUES (?1, ?2, ?3) ON CONFLICT (host) DO UPDATE SET slug = excluded.slug",
        (host, slug.map(Slug::as_str), now),
    )?;
    Ok(())
}

pub(super) fn forget_host(tx: &mut Tx<'_>, host: &str) -> Result<()> {
    if tx.run("DELETE FROM hosts WHERE host = ?1", [host])? == 0 {
        return Err(AppError::NotFound);
    }
    // Links do not lead to a name that is answered no more.
    tx.run(
        "DELETE FROM settings WHERE key = 'reached_by' AND (value LIKE '%://' || ?1 OR value LIKE '%://' || ?1 || ':%')",
        [host],
    )?;
    Ok(())
}

pub(super) fn set_state(tx: &mut Tx<'_>, slug: &Slug, state: &str) -> Result<()> {
    tx.run("UPDATE organizations SET state = ?2 WHERE slug = ?1", (slug.as_str(), state))?;
    Ok(())
}

pub(super) fn note_address(tx: &mut Tx<'_>, host: &str, address: &str) -> Result<()> {
    let now = tx.now();
    tx.run("INSERT OR IGNORE INTO hosts (host, created_at) VALUES (?1, ?2)", (host, now))?;
    set_setting(tx, "reached_by", address)
}
