//! SQL of the dated fields.

use jiff::civil::Date;

use super::towards::Planned;
use super::{Change, DatedField};
use crate::error::{AppError, Result};
use crate::ids::{EmployeeId, EntityId, LocationId};
use crate::people::NameRef;
use crate::storage::{Rx, Tx};

/// Everything that was recorded or planned of a person, field by field, the earliest first.
pub(super) fn of(rx: &Rx<'_>, id: EmployeeId) -> Result<Vec<Change>> {
    rx.all(
        "SELECT field, effective_on, value, planned, recorded_at FROM employee_changes WHERE employee_id = ?1 \
         ORDER BY field, effective_on",
        [id],
        |row| {
            Ok(Change {
                field: row.get(0)?,
                effective_on: row.get(1)?,
                value: row.get(2)?,
                planned: row.get(3)?,
                recorded_at: row.get(4)?,
            })
        },
    )
}

/// The same of everybody.
pub(super) fn of_everybody(rx: &Rx<'_>) -> Result<Vec<(EmployeeId, Change)>> {
    rx.all(
        "SELECT employee_id, field, effective_on, value, planned, recorded_at FROM employee_changes /* whole table */ \
         ORDER BY employee_id, field, effective_on",
        (),
        |row| {
            let change = Change {
                field: row.get(1)?,
                effective_on: row.get(2)?,
                value: row.get(3)?,
                planned: row.get(4)?,
                recorded_at: row.get(5)?,
            };
            Ok((row.get(0)?, change))
        },
    )
}

/// From when on who was the manager, the earliest first.
pub(super) fn managers(rx: &Rx<'_>, id: EmployeeId) -> Result<Vec<(Date, Option<EmployeeId>)>> {
    rx.all(
        "SELECT effective_on, CAST(value AS INTEGER) FROM employee_changes \
         WHERE employee_id = ?1 AND field = 'manager_id' ORDER BY effective_on",
        [id],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// The same of everybody.
pub(super) fn everybodys_managers(rx: &Rx<'_>) -> Result<Vec<(EmployeeId, Date, Option<EmployeeId>)>> {
    rx.all(
        "SELECT employee_id, effective_on, CAST(value AS INTEGER) FROM employee_changes \
         WHERE field = 'manager_id' /* whole table */",
        (),
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )
}

/// The first value of every field, in one statement: an import begins people by the thousand.
pub(super) fn begin(
    tx: &mut Tx<'_>,
    id: EmployeeId,
    on: Date,
    value: impl Fn(DatedField) -> Option<String>,
) -> Result<()> {
    let now = tx.now();
    let [department, location, entity, manager, kind, position] = [
        DatedField::DepartmentId,
        DatedField::LocationId,
        DatedField::EntityId,
        DatedField::ManagerId,
        DatedField::EmploymentType,
        DatedField::Position,
    ]
    .map(value);
    tx.run(
        "INSERT INTO employee_changes (employee_id, field, effective_on, value, recorded_at) VALUES \
         (?1, 'department_id', ?2, ?4, ?3), (?1, 'location_id', ?2, ?5, ?3), (?1, 'entity_id', ?2, ?6, ?3), \
         (?1, 'manager_id', ?2, ?7, ?3), (?1, 'employment_type', ?2, ?8, ?3), (?1, 'position', ?2, ?9, ?3)",
        (id, on, now, department, location, entity, manager, kind, position),
    )?;
    Ok(())
}

/// The value from `on` on; a second one on the same date replaces the first.
pub(super) fn set(
    tx: &mut Tx<'_>,
    id: EmployeeId,
    field: DatedField,
    on: Date,
    value: Option<&str>,
    planned: bool,
) -> Result<()> {
    let now = tx.now();
    tx.run(
        "INSERT INTO employee_changes (employee_id, field, effective_on, value, planned, recorded_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (employee_id, field, effective_on) \
         DO UPDATE SET value = excluded.value, planned = excluded.planned, recorded_at = excluded.recorded_at",
        (id, field, on, value, planned, now),
    )?;
    Ok(())
}

pub(super) fn remove(tx: &mut Tx<'_>, id: EmployeeId, field: DatedField, on: Date) -> Result<()> {
    tx.run(
        "DELETE FROM employee_changes WHERE employee_id = ?1 AND field = ?2 AND effective_on = ?3",
        (id, field, on),
    )?;
    Ok(())
}

/// Takes back what is planned for a date.
pub(super) fn remove_planned(tx: &mut Tx<'_>, id: EmployeeId, on: Date) -> Result<()> {
    tx.run("DELETE FROM employee_changes WHERE employee_id = ?1 AND effective_on = ?2 AND planned = 1", (id, on))?;
    Ok(())
}

/// Marks as planned exactly what begins after `shown`, the date that the record's columns show.
pub(super) fn mark(tx: &mut Tx<'_>, id: EmployeeId, shown: Date) -> Result<()> {
    tx.run(
        "UPDATE employee_changes SET planned = (effective_on > ?2) \
         WHERE employee_id = ?1 AND planned <> (effective_on > ?2)",
        (id, shown),
    )?;
    Ok(())
}

/// Of each field the first value begins with `first_day`, where it began later.
pub(super) fn begin_earlier(tx: &mut Tx<'_>, id: EmployeeId, first_day: Date) -> Result<()> {
    tx.run(
        "UPDATE employee_changes SET effective_on = ?2 WHERE employee_id = ?1 AND effective_on > ?2 AND effective_on = \
         (SELECT min(c.effective_on) FROM employee_changes c WHERE c.employee_id = ?1 AND c.field = employee_changes.field)",
        (id, first_day),
    )?;
    Ok(())
}

/// Whose planned changes are due.
pub(super) fn due(rx: &Rx<'_>, today: Date) -> Result<Vec<EmployeeId>> {
    rx.all(
        "SELECT DISTINCT employee_id FROM employee_changes WHERE planned = 1 AND effective_on <= ?1 ORDER BY employee_id",
        [today],
        |row| row.get(0),
    )
}

/// Who is to work at `location` by a plan: their entity goes along with the location's.
pub(super) fn move_plans(tx: &mut Tx<'_>, location: LocationId, entity: EntityId) -> Result<()> {
    tx.run(
        "UPDATE employee_changes SET value = ?2 WHERE planned = 1 AND field = 'entity_id' AND EXISTS ( \
         SELECT 1 FROM employee_changes l WHERE l.employee_id = employee_changes.employee_id AND l.field = 'location_id' \
         AND l.effective_on = employee_changes.effective_on AND l.value = ?1)",
        (location.to_string(), entity.to_string()),
    )?;
    Ok(())
}

/// Who is planned to have one of these values in a field, and from when on.
pub(super) fn planned_towards(rx: &Rx<'_>, field: DatedField, ids: &[i64]) -> Result<Vec<Planned>> {
    let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
    rx.all(
        "SELECT c.employee_id, e.first_name || ' ' || e.last_name, c.effective_on \
         FROM employee_changes c JOIN employees e ON e.id = c.employee_id \
         WHERE c.field = ?1 AND c.value IN (SELECT value FROM json_each(?2)) AND c.planned = 1 AND e.hidden_by IS NULL",
        (field, serde_json::to_string(&ids).map_err(AppError::internal)?),
        |row| Ok(Planned { employee: NameRef { id: row.get(0)?, name: row.get(1)? }, effective_on: row.get(2)? }),
    )
}
