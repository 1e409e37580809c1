//! SQL of company shutdowns. Names of kinds and places are read by JOIN.

use rusqlite::{Row, named_params};

use super::{NewShutdown, Shutdown};
use crate::error::Result;
use crate::ids::{EmployeeId, ShutdownId};
use crate::leave::request;
use crate::people::{NameRef, json_ids};
use crate::storage::{Rx, Tx};

const SELECT: &str = "SELECT s.id, s.name, s.leave_type_id, t.name AS leave_type, s.fallback_leave_type_id,
        f.name AS fallback, s.start_date, s.start_part, s.end_date, s.end_part, NULL AS from_time, NULL AS to_time,
        s.location_id, l.name AS location, s.created_by, s.created_at, s.taken_back_at, s.taken_back_reason
    FROM leave_shutdowns s JOIN leave_types t ON t.id = s.leave_type_id
    LEFT JOIN leave_types f ON f.id = s.fallback_leave_type_id LEFT JOIN locations l ON l.id = s.location_id";

fn shutdown(row: &Row<'_>) -> rusqlite::Result<Shutdown> {
    let named = |id: &str, name: &str| -> rusqlite::Result<Option<NameRef>> {
        let id: Option<i64> = row.get(id)?;
        let name: Option<String> = row.get(name)?;
        Ok(id.zip(name).map(|(id, name)| NameRef { id, name }))
    };
    Ok(Shutdown {
        id: row.get("id")?,
        name: row.get("name")?,
        kind: NameRef { id: row.get("leave_type_id")?, name: row.get("leave_type")? },
        fallback: named("fallback_leave_type_id", "fallback")?,
        span: request::store::span(row)?,
        location: named("location_id", "location")?,
        created_by: row.get("created_by")?,
        created_at: row.get("created_at")?,
        taken_back_at: row.get("taken_back_at")?,
        taken_back_reason: row.get("taken_back_reason")?,
    })
}

pub(super) fn all(rx: &Rx<'_>) -> Result<Vec<Shutdown>> {
    rx.all(&format!("{SELECT} ORDER BY s.start_date DESC, s.id DESC"), (), shutdown)
}

pub(super) fn get(rx: &Rx<'_>, id: ShutdownId) -> Result<Shutdown> {
    rx.get(&format!("{SELECT} WHERE s.id = ?1"), [id], shutdown)
}

pub(super) fn insert(tx: &mut Tx<'_>, new: &NewShutdown, by: &str) -> Result<ShutdownId> {
    let now = tx.now();
    tx.insert(
        "INSERT INTO leave_shutdowns (name, leave_type_id, fallback_leave_type_id, start_date, start_part, end_date,
             end_part, location_id, created_by, created_at)
         VALUES (:name, :leave_type_id, :fallback_leave_type_id, :start_date, :start_part, :end_date, :end_part,
             :location_id, :created_by, :created_at)",
        named_params! {
            ":name": new.name, ":leave_type_id": new.leave_type_id,
            ":fallback_leave_type_id": new.fallback_leave_type_id, ":start_date": new.start_date,
            ":start_part": new.start_part, ":end_date": new.end_date, ":end_part": new.end_part,
            ":location_id": new.location_id, ":created_by": by, ":created_at": now,
        },
    )
    .map(ShutdownId)
}

pub(super) fn except(tx: &mut Tx<'_>, id: ShutdownId, person: EmployeeId) -> Result<()> {
    tx.run("INSERT OR IGNORE INTO leave_shutdown_exceptions (shutdown_id, employee_id) VALUES (?1, ?2)", (id, person))?;
    Ok(())
}

/// Whether there was such an exception.
pub(super) fn include(tx: &mut Tx<'_>, id: ShutdownId, person: EmployeeId) -> Result<bool> {
    let gone =
        tx.run("DELETE FROM leave_shutdown_exceptions WHERE shutdown_id = ?1 AND employee_id = ?2", (id, person))?;
    Ok(gone > 0)
}

pub(super) fn exceptions(rx: &Rx<'_>, id: ShutdownId) -> Result<Vec<EmployeeId>> {
    rx.all("SELECT employee_id FROM leave_shutdown_exceptions WHERE shutdown_id = ?1", [id], |row| row.get(0))
}

pub(super) fn take_back(tx: &mut Tx<'_>, id: ShutdownId, reason: &str) -> Result<()> {
    let now = tx.now();
    tx.run("UPDATE leave_shutdowns SET taken_back_at = ?2, taken_back_reason = ?3 WHERE id = ?1", (id, now, reason))?;
    Ok(())
}

/// The name of a shutdown that stands and means the same people, on some of the same days.
pub(super) fn meeting(rx: &Rx<'_>, new: &NewShutdown) -> Result<Option<String>> {
    rx.one(
        "SELECT name FROM leave_shutdowns WHERE taken_back_at IS NULL AND location_id IS ?1 AND start_date <= ?3
             AND end_date >= ?2 ORDER BY id LIMIT 1",
        (new.location_id, new.start_date, new.end_date),
        |row| row.get(0),
    )
}

/// Whether there is a person of each of these ids.
pub(super) fn are_people(rx: &Rx<'_>, ids: &[EmployeeId]) -> Result<bool> {
    rx.scalar(
        "SELECT NOT EXISTS (SELECT 1 FROM json_each(?1) WHERE value NOT IN (SELECT id FROM employees))",
        [json_ids(ids)],
    )
}
