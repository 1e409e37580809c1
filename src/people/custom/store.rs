//! SQL of HR's own fields and their values.

use std::collections::HashMap;

use super::{Field, FieldFacts};
use crate::error::Result;
use crate::ids::{AuditId, EmployeeId, FieldId};
use crate::storage::{Rx, Tx};
use crate::text::{fold, sort_key};

macro_rules! select_field {
    ($tail:literal) => {
        concat!(
            "SELECT f.id, f.code, f.label, f.kind, f.required, f.visible_to, f.editable_by_person, f.sort_order, \
             f.hidden_by IS NOT NULL FROM employee_fields f ",
            $tail
        )
    };
}

fn field(row: &rusqlite::Row<'_>) -> rusqlite::Result<Field> {
    Ok(Field {
        id: row.get(0)?,
        facts: FieldFacts {
            code: row.get(1)?,
            label: row.get(2)?,
            kind: row.get(3)?,
            options: Vec::new(),
            required: row.get(4)?,
            visible_to: row.get(5)?,
            editable_by_person: row.get(6)?,
            sort_order: row.get(7)?,
        },
        retired: row.get(8)?,
    })
}

pub(super) fn fields(rx: &Rx<'_>, retired: bool) -> Result<Vec<Field>> {
    let mut fields = rx.all(
        select_field!(
            "WHERE (f.hidden_by IS NOT NULL) = ?1 ORDER BY f.sort_order, f.label_key, f.id /* whole table */"
        ),
        [retired],
        field,
    )?;
    let mut options: HashMap<FieldId, Vec<String>> = HashMap::new();
    rx.each("SELECT field_id, name FROM employee_field_options ORDER BY field_id, place", (), |row| {
        options.entry(row.get(0)?).or_default().push(row.get(1)?);
        Ok(())
    })?;
    for one in &mut fields {
        one.facts.options = options.remove(&one.id).unwrap_or_default();
    }
    Ok(fields)
}

pub(super) fn get(rx: &Rx<'_>, id: FieldId) -> Result<Field> {
    let mut found = rx.get(select_field!("WHERE f.id = ?1"), [id], field)?;
    let sql = "SELECT name FROM employee_field_options WHERE field_id = ?1 ORDER BY place";
    found.facts.options = rx.all(sql, [id], |row| row.get(0))?;
    Ok(found)
}

/// Whether any record holds a value of it.
pub(super) fn is_held(rx: &Rx<'_>, id: FieldId) -> Result<bool> {
    rx.exists("SELECT 1 FROM employee_field_values WHERE field_id = ?1", [id])
}

/// How many records hold a value, of every field that any does.
pub(super) fn counts(rx: &Rx<'_>) -> Result<HashMap<FieldId, i64>> {
    let sql = "SELECT field_id, count(*) FROM employee_field_values /* whole table */ GROUP BY field_id";
    Ok(rx.all(sql, (), |row| Ok((row.get(0)?, row.get(1)?)))?.into_iter().collect())
}

pub(super) fn has_code(rx: &Rx<'_>, key: &str) -> Result<bool> {
    rx.exists("SELECT 1 FROM employee_fields WHERE code_key = ?1", [key])
}

pub(super) fn insert(tx: &mut Tx<'_>, facts: &FieldFacts) -> Result<FieldId> {
    let id = tx.insert(
        "INSERT INTO employee_fields (code, code_key, label, label_key, kind, required, visible_to, editable_by_person, \
         sort_order) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        (
            &facts.code,
            fold(&facts.code),
            &facts.label,
            sort_key(&facts.label),
            facts.kind,
            facts.required,
            facts.visible_to,
            facts.editable_by_person,
            facts.sort_order,
        ),
    )?;
    set_options(tx, FieldId(id), &facts.options)?;
    Ok(FieldId(id))
}

pub(super) fn update(tx: &mut Tx<'_>, id: FieldId, facts: &FieldFacts) -> Result<()> {
    tx.run(
        "UPDATE employee_fields SET label = ?2, label_key = ?3, kind = ?4, required = ?5, visible_to = ?6, \
         editable_by_person = ?7, sort_order = ?8 WHERE id = ?1",
        (
            id,
            &facts.label,
            sort_key(&facts.label),
            facts.kind,
            facts.required,
            facts.visible_to,
            facts.editable_by_person,
            facts.sort_order,
        ),
    )?;
    set_options(tx, id, &facts.options)
}

fn set_options(tx: &mut Tx<'_>, id: FieldId, options: &[String]) -> Result<()> {
    tx.run("DELETE FROM employee_field_options WHERE field_id = ?1", [id])?;
    for (place, name) in (0_i64..).zip(options) {
        tx.run("INSERT INTO employee_field_options (field_id, place, name) VALUES (?1, ?2, ?3)", (id, place, name))?;
    }
    Ok(())
}

pub(super) fn set_hidden(tx: &mut Tx<'_>, id: FieldId, by: Option<AuditId>) -> Result<()> {
    tx.run("UPDATE employee_fields SET hidden_by = ?2 WHERE id = ?1", (id, by))?;
    Ok(())
}

/// What one person's record holds, retired fields included.
pub(super) fn values(rx: &Rx<'_>, employee: EmployeeId) -> Result<HashMap<FieldId, String>> {
    let rows =
        rx.all("SELECT field_id, value FROM employee_field_values WHERE employee_id = ?1", [employee], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    Ok(rows.into_iter().collect())
}

/// What these people's records hold.
pub(super) fn values_of(rx: &Rx<'_>, people: &[EmployeeId]) -> Result<HashMap<EmployeeId, HashMap<FieldId, String>>> {
    let mut found: HashMap<EmployeeId, HashMap<FieldId, String>> = HashMap::new();
    rx.each(
        "SELECT employee_id, field_id, value FROM employee_field_values \
         WHERE employee_id IN (SELECT value FROM json_each(?1))",
        [crate::people::json_ids(people)],
        |row| {
            found.entry(row.get(0)?).or_default().insert(row.get(1)?, row.get(2)?);
            Ok(())
        },
    )?;
    Ok(found)
}

/// What everybody's records hold.
pub(super) fn everybodys_values(rx: &Rx<'_>) -> Result<HashMap<EmployeeId, HashMap<FieldId, String>>> {
    let mut found: HashMap<EmployeeId, HashMap<FieldId, String>> = HashMap::new();
    rx.each("SELECT employee_id, field_id, value FROM employee_field_values /* whole table */", (), |row| {
        found.entry(row.get(0)?).or_default().insert(row.get(1)?, row.get(2)?);
        Ok(())
    })?;
    Ok(found)
}

pub(super) fn set_value(tx: &mut Tx<'_>, employee: EmployeeId, field: FieldId, value: Option<&str>) -> Result<()> {
    match value {
        Some(value) => tx.run(
            "INSERT INTO employee_field_values (employee_id, field_id, value) VALUES (?1, ?2, ?3) \
             ON CONFLICT (employee_id, field_id) DO UPDATE SET value = excluded.value",
            (employee, field, value),
        )?,
        None => {
            tx.run("DELETE FROM employee_field_values WHERE employee_id = ?1 AND field_id = ?2", (employee, field))?
        }
    };
    Ok(())
}

/// What one person's record holds, for their own archive.
pub(in crate::people) fn export_of(rx: &Rx<'_>, employee: EmployeeId) -> Result<Vec<serde_json::Value>> {
    rx.json(
        "SELECT f.code, f.label, v.value FROM employee_field_values v JOIN employee_fields f ON f.id = v.field_id \
         WHERE v.employee_id = ?1 ORDER BY f.code",
        [employee],
    )
}

/// How many fields one person's record holds.
pub(in crate::people) fn count_of(rx: &Rx<'_>, employee: EmployeeId) -> Result<i64> {
    rx.scalar("SELECT count(*) FROM employee_field_values WHERE employee_id = ?1", [employee])
}

/// Erases all of them, for good.
pub(in crate::people) fn erase_of(tx: &mut Tx<'_>, employee: EmployeeId) -> Result<()> {
    tx.run("DELETE FROM employee_field_values WHERE employee_id = ?1", [employee])?;
    Ok(())
}
