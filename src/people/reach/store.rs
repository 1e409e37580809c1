//! SQL of the reporting lines, groups and places.
//!
//! The lines are walked by `UNION`, which drops what it has seen: even a circle (which the actions never let in)
//! would end.

use jiff::civil::Date;

use crate::error::Result;
use crate::ids::{EmployeeId, EntityId, LocationId};
use crate::people::NameRef;
use crate::storage::Rx;

pub(super) fn is_hidden(rx: &Rx<'_>, id: EmployeeId) -> Result<Option<bool>> {
    rx.one("SELECT hidden_by IS NOT NULL FROM employees WHERE id = ?1", [id], |row| row.get(0))
}

pub(super) fn is_above(rx: &Rx<'_>, above: EmployeeId, employee: EmployeeId) -> Result<bool> {
    rx.scalar(
        "WITH RECURSIVE line (id) AS ( \
           SELECT manager_id FROM employees WHERE id = ?1 \
           UNION SELECT e.manager_id FROM line JOIN employees e ON e.id = line.id) \
         SELECT EXISTS (SELECT 1 FROM line WHERE id = ?2)",
        (employee, above),
    )
}

pub(super) fn reports(rx: &Rx<'_>, manager: EmployeeId) -> Result<Vec<NameRef>> {
    rx.all(
        "SELECT id, first_name || ' ' || last_name FROM employees WHERE manager_id = ?1 AND hidden_by IS NULL \
         ORDER BY name_key, id",
        [manager],
        name_ref,
    )
}

pub(super) fn has_reports(rx: &Rx<'_>, manager: EmployeeId) -> Result<bool> {
    rx.scalar("SELECT EXISTS (SELECT 1 FROM employees WHERE manager_id = ?1 AND hidden_by IS NULL)", [manager])
}

pub(super) fn all_reports(rx: &Rx<'_>, manager: EmployeeId) -> Result<Vec<EmployeeId>> {
    rx.all(
        "WITH RECURSIVE below (id) AS ( \
           SELECT id FROM employees WHERE manager_id = ?1 \
           UNION SELECT e.id FROM below JOIN employees e ON e.manager_id = below.id) \
         SELECT e.id FROM below JOIN employees e ON e.id = below.id WHERE e.hidden_by IS NULL AND e.id <> ?1",
        [manager],
        |row| row.get(0),
    )
}

pub(super) fn approver(rx: &Rx<'_>, employee: EmployeeId) -> Result<Option<Option<EmployeeId>>> {
    rx.one("SELECT approver_id FROM employees WHERE id = ?1", [employee], |row| row.get(0))
}

pub(super) fn is_employed(rx: &Rx<'_>, id: EmployeeId, on: Date) -> Result<bool> {
    rx.scalar(
        "SELECT EXISTS (SELECT 1 FROM employees WHERE id = ?1 AND hidden_by IS NULL AND join_date <= ?2 \
         AND (leave_date IS NULL OR leave_date >= ?2))",
        (id, on),
    )
}

/// The first above who is employed on that date; a line longer than 100 has no end worth asking.
pub(super) fn nearest_manager(rx: &Rx<'_>, employee: EmployeeId, on: Date) -> Result<Option<EmployeeId>> {
    rx.one(
        "WITH RECURSIVE line (id, steps) AS ( \
           SELECT manager_id, 1 FROM employees WHERE id = ?1 \
           UNION SELECT e.manager_id, steps + 1 FROM line JOIN employees e ON e.id = line.id WHERE steps < 100) \
         SELECT e.id FROM line JOIN employees e ON e.id = line.id \
         WHERE e.hidden_by IS NULL AND e.join_date <= ?2 AND (e.leave_date IS NULL OR e.leave_date >= ?2) AND e.id <> ?1 \
         ORDER BY steps LIMIT 1",
        (employee, on),
        |row| row.get(0),
    )
}

pub(super) fn role_members(rx: &Rx<'_>, role: &str, on: Date) -> Result<Vec<NameRef>> {
    rx.all(
        "SELECT e.id, e.first_name || ' ' || e.last_name FROM user_roles r JOIN users u ON u.id = r.user_id \
         JOIN employees e ON e.id = u.employee_id \
         WHERE r.role = ?1 AND u.disabled_at IS NULL AND e.hidden_by IS NULL AND e.join_date <= ?2 \
         AND (e.leave_date IS NULL OR e.leave_date >= ?2) ORDER BY e.name_key, e.id",
        (role, on),
        name_ref,
    )
}

pub(super) fn group_members(rx: &Rx<'_>, code_key: &str, on: Date) -> Result<Vec<NameRef>> {
    rx.all(
        "SELECT e.id, e.first_name || ' ' || e.last_name FROM groups g JOIN group_members m ON m.group_id = g.id \
         JOIN employees e ON e.id = m.employee_id \
         WHERE g.code_key = ?1 AND e.hidden_by IS NULL AND e.join_date <= ?2 \
         AND (e.leave_date IS NULL OR e.leave_date >= ?2) ORDER BY e.name_key, e.id",
        (code_key, on),
        name_ref,
    )
}

pub(super) fn team(rx: &Rx<'_>, employee: EmployeeId, on: Date) -> Result<Vec<EmployeeId>> {
    rx.all(
        "SELECT t.id FROM ( \
           SELECT manager_id AS id FROM employees WHERE id = ?1 \
           UNION SELECT p.id FROM employees e JOIN employees p ON p.manager_id = e.manager_id WHERE e.id = ?1 \
           UNION SELECT id FROM employees WHERE manager_id = ?1) m \
         JOIN employees t ON t.id = m.id \
         WHERE t.id <> ?1 AND t.hidden_by IS NULL AND t.join_date <= ?2 \
         AND (t.leave_date IS NULL OR t.leave_date >= ?2) ORDER BY t.id",
        (employee, on),
        |row| row.get(0),
    )
}

type PlaceRow = (Option<LocationId>, Option<EntityId>, Option<String>, String);

pub(super) fn place(rx: &Rx<'_>, employee: EmployeeId) -> Result<PlaceRow> {
    rx.get(
        "SELECT e.location_id, coalesce(l.entity_id, e.entity_id), l.time_zone, \
         coalesce(nullif(l.country, ''), n.country, '') \
         FROM employees e LEFT JOIN locations l ON l.id = e.location_id \
         LEFT JOIN entities n ON n.id = coalesce(l.entity_id, e.entity_id) WHERE e.id = ?1",
        [employee],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
    )
}

/// Whoever is, was or is to be at a location belongs to its entity.
pub(super) fn people_at(
    rx: &Rx<'_>,
    entity: Option<EntityId>,
    location: Option<LocationId>,
) -> Result<Vec<EmployeeId>> {
    rx.all(
        "SELECT id FROM employees WHERE location_id = ?2 \
         UNION SELECT id FROM employees WHERE location_id IN (SELECT id FROM locations WHERE entity_id = ?1) \
         UNION SELECT id FROM employees WHERE entity_id = ?1 AND location_id IS NULL \
         UNION SELECT employee_id FROM employee_changes WHERE field = 'location_id' AND value = CAST(?2 AS TEXT) \
         UNION SELECT employee_id FROM employee_changes WHERE field = 'entity_id' AND value = CAST(?1 AS TEXT)",
        (entity, location),
        |row| row.get(0),
    )
}

/// Person, day, whether it is the location (or the entity), and which.
type Move = (EmployeeId, Date, bool, Option<i64>);

/// From which day on people were, are or will be at which location and entity, by person and day.
pub(super) fn moves(rx: &Rx<'_>, employees: &[EmployeeId]) -> Result<Vec<Move>> {
    rx.all(
        "SELECT employee_id, effective_on, field = 'location_id', CAST(value AS INTEGER) FROM employee_changes \
         WHERE employee_id IN (SELECT value FROM json_each(?1)) AND field IN ('location_id', 'entity_id') \
         ORDER BY employee_id, effective_on",
        [crate::people::json_ids(employees)],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
    )
}

pub(super) fn placed(rx: &Rx<'_>, employees: &[EmployeeId]) -> Result<Vec<crate::people::Placed>> {
    rx.all(
        "SELECT e.id, coalesce(l.entity_id, e.entity_id), e.location_id FROM employees e \
         LEFT JOIN locations l ON l.id = e.location_id WHERE e.id IN (SELECT value FROM json_each(?1))",
        [crate::people::json_ids(employees)],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )
}

/// As `orgs/` keeps it among the settings.
pub(super) fn organization_zone(rx: &Rx<'_>) -> Result<Option<String>> {
    rx.one("SELECT value FROM settings WHERE key = 'organization.zone'", (), |row| row.get(0))
}

fn name_ref(row: &rusqlite::Row<'_>) -> rusqlite::Result<NameRef> {
    Ok(NameRef { id: row.get(0)?, name: row.get(1)? })
}
