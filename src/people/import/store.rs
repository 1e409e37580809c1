//! SQL that an import reads by: everything of a kind at once.

use std::collections::HashMap;

use crate::error::Result;
use crate::ids::{DepartmentId, EmployeeId, EntityId, GroupId, LocationId};
use crate::storage::Rx;

pub(super) struct UnitRow<Id, Above> {
    pub id: Id,
    pub code: String,
    pub name: String,
    pub above: Above,
    pub hidden: bool,
}

pub(super) fn entities(rx: &Rx<'_>) -> Result<Vec<UnitRow<EntityId, ()>>> {
    rx.all("SELECT id, code, name, hidden_by IS NOT NULL FROM entities ORDER BY id", (), |row| {
        Ok(UnitRow { id: row.get(0)?, code: row.get(1)?, name: row.get(2)?, above: (), hidden: row.get(3)? })
    })
}

pub(super) fn locations(rx: &Rx<'_>) -> Result<Vec<UnitRow<LocationId, EntityId>>> {
    rx.all("SELECT id, code, name, entity_id, hidden_by IS NOT NULL FROM locations ORDER BY id", (), |row| {
        Ok(UnitRow { id: row.get(0)?, code: row.get(1)?, name: row.get(2)?, above: row.get(3)?, hidden: row.get(4)? })
    })
}

pub(super) fn departments(rx: &Rx<'_>) -> Result<Vec<UnitRow<DepartmentId, Option<LocationId>>>> {
    rx.all("SELECT id, code, name, location_id, hidden_by IS NOT NULL FROM departments ORDER BY id", (), |row| {
        Ok(UnitRow { id: row.get(0)?, code: row.get(1)?, name: row.get(2)?, above: row.get(3)?, hidden: row.get(4)? })
    })
}

/// Every membership, by person and group.
pub(super) fn memberships(rx: &Rx<'_>) -> Result<Vec<(EmployeeId, GroupId)>> {
    rx.all("SELECT employee_id, group_id FROM group_members ORDER BY employee_id, group_id", (), |row| {
        Ok((row.get(0)?, row.get(1)?))
    })
}

/// Everybody's number, deactivated people included.
pub(super) fn numbers(rx: &Rx<'_>) -> Result<HashMap<EmployeeId, String>> {
    let rows = rx.all("SELECT id, number FROM employees", (), |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.into_iter().collect())
}

/// The number of the latest act: as long as it stays, so does what acts have written.
pub(super) fn latest_act(rx: &Rx<'_>) -> Result<i64> {
    rx.scalar("SELECT coalesce(max(id), 0) FROM audit_log", ())
}

/// The folded address of every login, and whose record it belongs to.
pub(super) fn logins(rx: &Rx<'_>) -> Result<HashMap<String, Option<EmployeeId>>> {
    let rows = rx.all("SELECT email_key, employee_id FROM users", (), |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.into_iter().collect())
}
