//! SQL of what overtime holds of a person.

use serde_json::Value;

use crate::error::Result;
use crate::ids::EmployeeId;
use crate::storage::{Rx, Tx};

pub(super) fn requests(rx: &Rx<'_>, id: EmployeeId) -> Result<Vec<Value>> {
    rx.json("SELECT * FROM overtime_requests WHERE employee_id = ?1 ORDER BY date, id", [id])
}

pub(super) fn breaks(rx: &Rx<'_>, id: EmployeeId) -> Result<Vec<Value>> {
    rx.json(
        "SELECT b.* FROM overtime_requests r JOIN overtime_breaks b ON b.request_id = r.id WHERE r.employee_id = ?1",
        [id],
    )
}

pub(super) fn classes(rx: &Rx<'_>, id: EmployeeId) -> Result<Vec<Value>> {
    rx.json(
        "SELECT c.* FROM overtime_requests r JOIN overtime_classes c ON c.request_id = r.id WHERE r.employee_id = ?1",
        [id],
    )
}

pub(super) fn ids(rx: &Rx<'_>, id: EmployeeId) -> Result<Vec<i64>> {
    rx.all("SELECT id FROM overtime_requests WHERE employee_id = ?1", [id], |row| row.get(0))
}

pub(super) fn count(rx: &Rx<'_>, id: EmployeeId) -> Result<i64> {
    rx.scalar("SELECT count(*) FROM overtime_requests WHERE employee_id = ?1", [id])
}

pub(super) fn minutes(rx: &Rx<'_>, id: EmployeeId) -> Result<i64> {
    rx.scalar("SELECT coalesce(sum(total_minutes), 0) FROM overtime_requests WHERE employee_id = ?1", [id])
}

/// Requests that still say why; a dash says nothing.
pub(super) fn count_reasons(rx: &Rx<'_>, id: EmployeeId) -> Result<i64> {
    rx.scalar(
        "SELECT count(*) FROM overtime_requests WHERE employee_id = ?1 \
         AND (reason <> '–' OR detail <> '' OR limit_override <> '')",
        [id],
    )
}

pub(super) fn erase_reasons(tx: &mut Tx<'_>, id: EmployeeId) -> Result<()> {
    tx.run("UPDATE overtime_requests SET reason = '–', detail = '', limit_override = '' WHERE employee_id = ?1", [id])?;
    Ok(())
}

pub(super) fn count_named(rx: &Rx<'_>, id: EmployeeId, name: &str) -> Result<i64> {
    rx.scalar("SELECT count(*) FROM overtime_requests WHERE employee_id = ?1 AND employee_name <> ?2", (id, name))
}

pub(super) fn rename(tx: &mut Tx<'_>, id: EmployeeId, name: &str) -> Result<()> {
    tx.run("UPDATE overtime_requests SET employee_name = ?2 WHERE employee_id = ?1", (id, name))?;
    Ok(())
}
