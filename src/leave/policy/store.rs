//! SQL of entitlement policies, and what their granting reads and marks.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rusqlite::{Row, named_params};

use super::model::{LeavePolicy, PolicyFields, Scope};
use crate::error::Result;
use crate::ids::{EmployeeId, LeavePolicyId, LeaveTypeId};
use crate::leave::rules::MonthDay;
use crate::people::NameRef;
use crate::storage::{Rx, Tx};
use crate::time::{Minutes, Period};

const SELECT: &str =
    "SELECT p.id, p.name, p.leave_type_id, p.entity_id, p.location_id, p.employment_type, p.employee_id,
    p.valid_from, p.terms, p.active, t.name AS type_name, n.name AS entity_name, l.name AS location_name,
    e.first_name || ' ' || e.last_name AS employee_name
    FROM leave_policies p JOIN leave_types t ON t.id = p.leave_type_id LEFT JOIN entities n ON n.id = p.entity_id
    LEFT JOIN locations l ON l.id = p.location_id LEFT JOIN employees e ON e.id = p.employee_id";

fn read(row: &Row<'_>) -> rusqlite::Result<LeavePolicy> {
    let terms: String = row.get("terms")?;
    let damaged = |error| rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error));
    let name = |id: &str, name: &str| -> rusqlite::Result<Option<NameRef>> {
        let id: Option<i64> = row.get(id)?;
        id.map(|id| Ok(NameRef { id, name: row.get(name)? })).transpose()
    };
    Ok(LeavePolicy {
        id: row.get("id")?,
        fields: PolicyFields {
            name: row.get("name")?,
            leave_type_id: row.get("leave_type_id")?,
            applies_to: Scope {
                entity_id: row.get("entity_id")?,
                location_id: row.get("location_id")?,
                employment_type: row.get("employment_type")?,
                employee_id: row.get("employee_id")?,
            },
            valid_from: row.get("valid_from")?,
            terms: serde_json::from_str(&terms).map_err(damaged)?,
        },
        leave_type: NameRef { id: row.get("leave_type_id")?, name: row.get("type_name")? },
        entity: name("entity_id", "entity_name")?,
        location: name("location_id", "location_name")?,
        employee: name("employee_id", "employee_name")?,
        active: row.get("active")?,
    })
}

/// Those in force, by type and then by name.
pub(in crate::leave) fn all(rx: &Rx<'_>) -> Result<Vec<LeavePolicy>> {
    rx.all(
        &format!("{SELECT} WHERE p.active = 1 ORDER BY t.sort_order, t.name_key, p.name, p.valid_from, p.id"),
        [],
        read,
    )
}

/// Those in force that grant one type.
pub(super) fn of_type(rx: &Rx<'_>, kind: LeaveTypeId) -> Result<Vec<LeavePolicy>> {
    rx.all(&format!("{SELECT} WHERE p.active = 1 AND p.leave_type_id = ?1 ORDER BY p.id"), [kind], read)
}

pub(super) fn get(rx: &Rx<'_>, id: LeavePolicyId) -> Result<LeavePolicy> {
    rx.get(&format!("{SELECT} WHERE p.id = ?1 AND p.active = 1"), [id], read)
}

/// Terms as the column holds them.
fn column(fields: &PolicyFields) -> Result<String> {
    serde_json::to_string(&fields.terms).map_err(crate::error::AppError::internal)
}

pub(super) fn insert(tx: &mut Tx<'_>, fields: &PolicyFields) -> Result<LeavePolicyId> {
    let id = tx.insert(
        "INSERT INTO leave_policies (name, leave_type_id, entity_id, location_id, employment_type, employee_id, valid_from,
             terms)
         VALUES (:name, :leave_type_id, :entity_id, :location_id, :employment_type, :employee_id, :valid_from, :terms)",
        named_params! {
            ":name": fields.name, ":leave_type_id": fields.leave_type_id,
            ":entity_id": fields.applies_to.entity_id, ":location_id": fields.applies_to.location_id,
            ":employment_type": fields.applies_to.employment_type, ":employee_id": fields.applies_to.employee_id,
            ":valid_from": fields.valid_from, ":terms": column(fields)?,
        },
    )?;
    Ok(LeavePolicyId(id))
}

pub(super) fn update(tx: &mut Tx<'_>, id: LeavePolicyId, fields: &PolicyFields) -> Result<()> {
    tx.run(
        "UPDATE leave_policies SET name = :name, leave_type_id = :leave_type_id, entity_id = :entity_id,
             location_id = :location_id, employment_type = :employment_type, employee_id = :employee_id,
             valid_from = :valid_from, terms = :terms WHERE id = :id",
        named_params! {
            ":id": id, ":name": fields.name, ":leave_type_id": fields.leave_type_id,
            ":entity_id": fields.applies_to.entity_id, ":location_id": fields.applies_to.location_id,
            ":employment_type": fields.applies_to.employment_type, ":employee_id": fields.applies_to.employee_id,
            ":valid_from": fields.valid_from, ":terms": column(fields)?,
        },
    )?;
    Ok(())
}

pub(super) fn remove(tx: &mut Tx<'_>, id: LeavePolicyId) -> Result<()> {
    tx.run("UPDATE leave_policies SET active = 0 WHERE id = ?1", [id])?;
    Ok(())
}

/// What approved leave takes of each day's work within `period`; work elsewhere takes none.
pub(super) fn absent(rx: &Rx<'_>, employee: EmployeeId, period: Period) -> Result<BTreeMap<Date, Minutes>> {
    let found = rx.all(
        "SELECT d.date, sum(d.charged_minutes) FROM leave_request_days d JOIN leave_requests r ON r.id = d.request_id
         JOIN leave_types t ON t.id = r.leave_type_id
         WHERE d.employee_id = ?1 AND d.date BETWEEN ?2 AND ?3 AND r.status = 'approved' AND t.works = 0 GROUP BY d.date",
        (employee, period.first(), period.last()),
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    Ok(found.into_iter().collect())
}

/// From now on somebody's books of a type are kept by leave years that begin on `start`.
pub(in crate::leave) fn set_year_start(
    tx: &mut Tx<'_>,
    (employee, kind): (EmployeeId, LeaveTypeId),
    start: MonthDay,
) -> Result<()> {
    tx.run("DELETE FROM leave_year_starts WHERE employee_id = ?1 AND leave_type_id = ?2", (employee, kind))?;
    if start != MonthDay::NEW_YEAR {
        tx.run(
            "INSERT INTO leave_year_starts (employee_id, leave_type_id, starts_on) VALUES (?1, ?2, ?3)",
            (employee, kind, start.to_string()),
        )?;
    }
    Ok(())
}
