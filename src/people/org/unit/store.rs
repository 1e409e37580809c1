//! SQL of deactivating and bringing back.

use super::{Impact, Unit};
use crate::error::{AppError, Result};
use crate::ids::AuditId;
use crate::people::NameRef;
use crate::storage::{Rx, Tx};

/// Which act hid it, and the name of what it belongs to where that is hidden too.
pub(super) struct State {
    pub hidden_by: Option<i64>,
    pub hidden_above: Option<String>,
}

pub(super) fn state(rx: &Rx<'_>, unit: Unit) -> Result<State> {
    let sql = match unit {
        Unit::Entity(_) => "SELECT hidden_by, NULL FROM entities WHERE id = ?1",
        Unit::Location(_) => {
            "SELECT l.hidden_by, CASE WHEN n.hidden_by IS NOT NULL THEN n.name END \
             FROM locations l JOIN entities n ON n.id = l.entity_id WHERE l.id = ?1"
        }
        Unit::Department(_) => {
            "SELECT d.hidden_by, CASE WHEN l.hidden_by IS NOT NULL THEN l.name WHEN p.hidden_by IS NOT NULL THEN p.name END \
             FROM departments d LEFT JOIN locations l ON l.id = d.location_id \
             LEFT JOIN departments p ON p.id = d.parent_id WHERE d.id = ?1"
        }
    };
    let row = rx.one(sql, [unit.id()], |row| Ok(State { hidden_by: row.get(0)?, hidden_above: row.get(1)? }))?;
    row.ok_or(AppError::NotFound)
}

pub(super) fn name(rx: &Rx<'_>, unit: Unit) -> Result<String> {
    let sql = match unit {
        Unit::Entity(_) => "SELECT name FROM entities WHERE id = ?1",
        Unit::Location(_) => "SELECT name FROM locations WHERE id = ?1",
        Unit::Department(_) => "SELECT name FROM departments WHERE id = ?1",
    };
    rx.scalar(sql, [unit.id()])
}

/// Locations that go along: those of an entity.
pub(super) fn locations_below(rx: &Rx<'_>, unit: Unit) -> Result<Vec<NameRef>> {
    let Unit::Entity(id) = unit else { return Ok(Vec::new()) };
    rx.all(
        "SELECT id, name FROM locations WHERE entity_id = ?1 AND hidden_by IS NULL ORDER BY name_key, id",
        [id],
        name_ref,
    )
}

/// Departments that go along: those at the locations, and whatever is part of them; not the unit itself.
pub(super) fn departments_below(rx: &Rx<'_>, unit: Unit) -> Result<Vec<NameRef>> {
    // Each begins with other roots and goes on alike.
    macro_rules! with_parts {
        ($roots:literal) => {
            concat!(
                "WITH RECURSIVE below (id) AS (",
                $roots,
                " UNION SELECT d.id FROM below JOIN departments d ON d.parent_id = below.id WHERE d.hidden_by IS NULL) \
                 SELECT d.id, d.name FROM below JOIN departments d ON d.id = below.id ORDER BY d.name_key, d.id"
            )
        };
    }
    let sql = match unit {
        Unit::Entity(_) => with_parts!(
            "SELECT d.id FROM locations l JOIN departments d ON d.location_id = l.id \
             WHERE l.entity_id = ?1 AND l.hidden_by IS NULL AND d.hidden_by IS NULL"
        ),
        Unit::Location(_) => with_parts!("SELECT id FROM departments WHERE location_id = ?1 AND hidden_by IS NULL"),
        Unit::Department(_) => with_parts!("SELECT id FROM departments WHERE parent_id = ?1 AND hidden_by IS NULL"),
    };
    rx.all(sql, [unit.id()], name_ref)
}

/// How many people belong to the unit or to one of the departments that go along.
pub(super) fn people_in(rx: &Rx<'_>, unit: Unit, departments: &[NameRef]) -> Result<i64> {
    let sql = match unit {
        Unit::Entity(_) => {
            "SELECT count(*) FROM employees WHERE hidden_by IS NULL AND id IN (\
             SELECT id FROM employees WHERE entity_id = ?1 \
             UNION SELECT id FROM employees WHERE department_id IN (SELECT value FROM json_each(?2)))"
        }
        Unit::Location(_) => {
            "SELECT count(*) FROM employees WHERE hidden_by IS NULL AND id IN (\
             SELECT id FROM employees WHERE location_id = ?1 \
             UNION SELECT id FROM employees WHERE department_id IN (SELECT value FROM json_each(?2)))"
        }
        Unit::Department(_) => {
            "SELECT count(*) FROM employees WHERE hidden_by IS NULL AND id IN (\
             SELECT id FROM employees WHERE department_id = ?1 \
             UNION SELECT id FROM employees WHERE department_id IN (SELECT value FROM json_each(?2)))"
        }
    };
    let ids: Vec<i64> = departments.iter().map(|department| department.id).collect();
    rx.scalar(sql, (unit.id(), serde_json::to_string(&ids).map_err(AppError::internal)?))
}

pub(super) fn hide(tx: &mut Tx<'_>, unit: Unit, act: AuditId) -> Result<()> {
    let sql = match unit {
        Unit::Entity(_) => "UPDATE entities SET hidden_by = ?2 WHERE id = ?1",
        Unit::Location(_) => "UPDATE locations SET hidden_by = ?2 WHERE id = ?1",
        Unit::Department(_) => "UPDATE departments SET hidden_by = ?2 WHERE id = ?1",
    };
    tx.run(sql, (unit.id(), act))?;
    Ok(())
}

/// Revives what `act` hid; answers the locations and departments among it beside `unit` itself.
pub(super) fn revive(tx: &mut Tx<'_>, act: AuditId, unit: Unit) -> Result<Impact> {
    let mut locations = tx.all("SELECT id, name FROM locations WHERE hidden_by = ?1 ORDER BY id", [act], name_ref)?;
    let mut departments =
        tx.all("SELECT id, name FROM departments WHERE hidden_by = ?1 ORDER BY id", [act], name_ref)?;
    tx.run("UPDATE entities SET hidden_by = NULL WHERE hidden_by = ?1", [act])?;
    tx.run("UPDATE locations SET hidden_by = NULL WHERE hidden_by = ?1", [act])?;
    tx.run("UPDATE departments SET hidden_by = NULL WHERE hidden_by = ?1", [act])?;
    match unit {
        Unit::Entity(_) => {}
        Unit::Location(id) => locations.retain(|one| one.id != id.0),
        Unit::Department(id) => departments.retain(|one| one.id != id.0),
    }
    Ok(Impact { locations, departments, ..Impact::default() })
}

fn name_ref(row: &rusqlite::Row<'_>) -> rusqlite::Result<NameRef> {
    Ok(NameRef { id: row.get(0)?, name: row.get(1)? })
}
