//! SQL of what limits leave.

use rusqlite::Row;

use super::blackouts::{Blackout, BlackoutFacts};
use super::coverage::{CoverageFacts, CoverageRule};
use super::settings::LeaveSettings;
use crate::error::Result;
use crate::ids::{BlackoutId, CoverageRuleId, DepartmentId, LocationId};
use crate::storage::{Rx, Tx};
use crate::time::Period;

const BLACKOUT: &str = "SELECT id, name, start_date, end_date, department_id, location_id FROM leave_blackouts";

fn read_blackout(row: &Row<'_>) -> rusqlite::Result<Blackout> {
    Ok(Blackout {
        id: row.get(0)?,
        name: row.get(1)?,
        start_date: row.get(2)?,
        end_date: row.get(3)?,
        department_id: row.get(4)?,
        location_id: row.get(5)?,
    })
}

pub(super) fn blackouts(rx: &Rx<'_>) -> Result<Vec<Blackout>> {
    rx.all(&format!("{BLACKOUT} ORDER BY start_date, id"), (), read_blackout)
}

pub(super) fn blackouts_within(rx: &Rx<'_>, period: Period) -> Result<Vec<Blackout>> {
    let sql = format!("{BLACKOUT} WHERE end_date >= ?1 AND start_date <= ?2 ORDER BY start_date, id");
    rx.all(&sql, (period.first(), period.last()), read_blackout)
}

pub(super) fn blackout(rx: &Rx<'_>, id: BlackoutId) -> Result<Blackout> {
    rx.get(&format!("{BLACKOUT} WHERE id = ?1"), [id], read_blackout)
}

pub(super) fn insert_blackout(tx: &mut Tx<'_>, facts: &BlackoutFacts) -> Result<BlackoutId> {
    tx.insert(
        "INSERT INTO leave_blackouts (name, start_date, end_date, department_id, location_id) VALUES (?1, ?2, ?3, ?4, ?5)",
        (&facts.name, facts.start_date, facts.end_date, facts.department_id, facts.location_id),
    )
    .map(BlackoutId)
}

pub(super) fn update_blackout(tx: &mut Tx<'_>, id: BlackoutId, facts: &BlackoutFacts) -> Result<()> {
    tx.run(
        "UPDATE leave_blackouts SET name = ?2, start_date = ?3, end_date = ?4, department_id = ?5, location_id = ?6
         WHERE id = ?1",
        (id, &facts.name, facts.start_date, facts.end_date, facts.department_id, facts.location_id),
    )?;
    Ok(())
}

pub(super) fn delete_blackout(tx: &mut Tx<'_>, id: BlackoutId) -> Result<()> {
    tx.run("DELETE FROM leave_blackouts WHERE id = ?1", [id])?;
    Ok(())
}

pub(super) fn coverage_rules(rx: &Rx<'_>) -> Result<Vec<CoverageRule>> {
    rx.all(
        "SELECT r.id, r.department_id, d.name, r.minimum_present, r.hard FROM leave_coverage_rules r
         JOIN departments d ON d.id = r.department_id ORDER BY d.name_key, r.id",
        (),
        |row| {
            Ok(CoverageRule {
                id: row.get(0)?,
                department_id: row.get(1)?,
                department: row.get(2)?,
                minimum_present: row.get(3)?,
                hard: row.get(4)?,
            })
        },
    )
}

pub(super) fn insert_coverage(tx: &mut Tx<'_>, facts: CoverageFacts) -> Result<CoverageRuleId> {
    tx.insert(
        "INSERT INTO leave_coverage_rules (department_id, minimum_present, hard) VALUES (?1, ?2, ?3)",
        (facts.department_id, facts.minimum_present, facts.hard),
    )
    .map(CoverageRuleId)
}

pub(super) fn update_coverage(tx: &mut Tx<'_>, id: CoverageRuleId, facts: CoverageFacts) -> Result<()> {
    tx.run(
        "UPDATE leave_coverage_rules SET department_id = ?2, minimum_present = ?3, hard = ?4 WHERE id = ?1",
        (id, facts.department_id, facts.minimum_present, facts.hard),
    )?;
    Ok(())
}

pub(super) fn delete_coverage(tx: &mut Tx<'_>, id: CoverageRuleId) -> Result<()> {
    tx.run("DELETE FROM leave_coverage_rules WHERE id = ?1", [id])?;
    Ok(())
}

pub(super) fn settings(rx: &Rx<'_>) -> Result<LeaveSettings> {
    rx.get("SELECT revoke_within_hours, payroll_closed_through FROM leave_settings WHERE id = 1", (), |row| {
        Ok(LeaveSettings { revoke_within_hours: row.get(0)?, payroll_closed_through: row.get(1)? })
    })
}

pub(super) fn set_settings(tx: &mut Tx<'_>, new: LeaveSettings) -> Result<()> {
    tx.run(
        "UPDATE leave_settings SET revoke_within_hours = ?1, payroll_closed_through = ?2 WHERE id = 1",
        (new.revoke_within_hours, new.payroll_closed_through),
    )?;
    Ok(())
}

pub(super) fn has_department(rx: &Rx<'_>, id: DepartmentId) -> Result<bool> {
    rx.scalar("SELECT EXISTS (SELECT 1 FROM departments WHERE id = ?1)", [id])
}

pub(super) fn has_location(rx: &Rx<'_>, id: LocationId) -> Result<bool> {
    rx.scalar("SELECT EXISTS (SELECT 1 FROM locations WHERE id = ?1)", [id])
}
