//! SQL of what leave holds of a person.

use serde_json::Value;

use crate::error::Result;
use crate::ids::EmployeeId;
use crate::storage::{Rx, Tx};

pub(super) fn requests(rx: &Rx<'_>, id: EmployeeId) -> Result<Vec<Value>> {
    rx.json(
        "SELECT r.*, t.name AS leave_type FROM leave_requests r JOIN leave_types t ON t.id = r.leave_type_id \
         WHERE r.employee_id = ?1 ORDER BY r.start_date, r.id",
        [id],
    )
}

pub(super) fn days(rx: &Rx<'_>, id: EmployeeId) -> Result<Vec<Value>> {
    rx.json(
        "SELECT request_id, date, leave_year, part, scheduled_minutes, holiday, charged_minutes FROM leave_request_days \
         WHERE employee_id = ?1 ORDER BY date",
        [id],
    )
}

pub(super) fn ledger(rx: &Rx<'_>, id: EmployeeId) -> Result<Vec<Value>> {
    rx.json(
        "SELECT g.*, t.name AS leave_type FROM leave_ledger g JOIN leave_types t ON t.id = g.leave_type_id \
         WHERE g.employee_id = ?1 ORDER BY g.effective_date, g.id",
        [id],
    )
}

pub(super) fn trips(rx: &Rx<'_>, id: EmployeeId) -> Result<Vec<Value>> {
    rx.json("SELECT * FROM business_trips WHERE employee_id = ?1 ORDER BY start_date, id", [id])
}

pub(super) fn trip_ids(rx: &Rx<'_>, id: EmployeeId) -> Result<Vec<i64>> {
    rx.all("SELECT id FROM business_trips WHERE employee_id = ?1", [id], |row| row.get(0))
}

pub(super) fn count_trips(rx: &Rx<'_>, id: EmployeeId) -> Result<i64> {
    rx.scalar("SELECT count(*) FROM business_trips WHERE employee_id = ?1", [id])
}

pub(super) fn ids(rx: &Rx<'_>, id: EmployeeId) -> Result<Vec<i64>> {
    rx.all("SELECT id FROM leave_requests WHERE employee_id = ?1", [id], |row| row.get(0))
}

pub(super) fn row_ids(rx: &Rx<'_>, id: EmployeeId) -> Result<Vec<i64>> {
    rx.all("SELECT id FROM leave_ledger WHERE employee_id = ?1", [id], |row| row.get(0))
}

pub(super) fn count_requests(rx: &Rx<'_>, id: EmployeeId) -> Result<i64> {
    rx.scalar("SELECT count(*) FROM leave_requests WHERE employee_id = ?1", [id])
}

pub(super) fn count_rows(rx: &Rx<'_>, id: EmployeeId) -> Result<i64> {
    rx.scalar("SELECT count(*) FROM leave_ledger WHERE employee_id = ?1", [id])
}

/// Requests with words of the person's.
pub(super) fn count_reasons(rx: &Rx<'_>, id: EmployeeId) -> Result<i64> {
    rx.scalar(
        "SELECT (SELECT count(*) FROM leave_requests WHERE employee_id = ?1 AND (reason <> '' OR contact <> ''))
             + (SELECT count(*) FROM business_trips WHERE employee_id = ?1 AND (destination <> '' OR purpose <> '' OR notes <> ''))",
        [id],
    )
}

/// `corrected` stands in the place of what HR wrote to a row.
pub(super) fn erase_reasons(tx: &mut Tx<'_>, id: EmployeeId, corrected: &str) -> Result<()> {
    tx.run("UPDATE leave_requests SET reason = '', contact = '' WHERE employee_id = ?1", [id])?;
    tx.run("UPDATE business_trips SET destination = '', purpose = '', notes = '' WHERE employee_id = ?1", [id])?;
    tx.run("UPDATE leave_ledger SET explanation = ?2 WHERE employee_id = ?1 AND kind = 'adjustment'", (id, corrected))?;
    Ok(())
}

pub(super) fn count_named(rx: &Rx<'_>, id: EmployeeId, name: &str) -> Result<i64> {
    rx.scalar("SELECT count(*) FROM leave_ledger WHERE employee_id = ?1 AND actor = ?2", (id, name))
}

pub(super) fn rename(tx: &mut Tx<'_>, id: EmployeeId, from: &str, to: &str) -> Result<()> {
    tx.run("UPDATE leave_ledger SET actor = ?3 WHERE employee_id = ?1 AND actor = ?2", (id, from, to))?;
    Ok(())
}
