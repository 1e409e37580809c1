//! SQL of changes that HR confirms.

use rusqlite::{Row, ToSql, params_from_iter};

use super::ProfileChange;
use crate::approvals::Status;
use crate::error::Result;
use crate::ids::{EmployeeId, ProfileChangeId};
use crate::people::NameRef;
use crate::people::personal::Sensitive;
use crate::storage::{Rx, Tx};

const SELECT: &str = "SELECT c.id, e.id, e.first_name || ' ' || e.last_name, c.\"before\", c.\"after\", c.status, \
     c.created_at, c.updated_at FROM profile_changes c JOIN employees e ON e.id = c.employee_id";

fn change(row: &Row<'_>) -> rusqlite::Result<ProfileChange> {
    let sensitive = |column: usize| -> rusqlite::Result<Sensitive> {
        let text: String = row.get(column)?;
        serde_json::from_str(&text).map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, error.into())
        })
    };
    Ok(ProfileChange {
        id: row.get(0)?,
        employee: NameRef { id: row.get(1)?, name: row.get(2)? },
        before: sensitive(3)?,
        after: sensitive(4)?,
        status: row.get(5)?,
        created_at: row.get(6)?,
        updated_at: row.get(7)?,
    })
}

fn text(sensitive: &Sensitive) -> String {
    serde_json::to_string(sensitive).expect("four texts serialize")
}

pub(super) fn insert(
    tx: &mut Tx<'_>,
    employee: EmployeeId,
    before: &Sensitive,
    after: &Sensitive,
) -> Result<ProfileChangeId> {
    let now = tx.now();
    tx.insert(
        "INSERT INTO profile_changes (employee_id, \"before\", \"after\", status, created_at, updated_at) \
         VALUES (?1, ?2, ?3, 'pending', ?4, ?4)",
        (employee, text(before), text(after), now),
    )
    .map(ProfileChangeId)
}

/// What is wanted now, and it waits again.
pub(super) fn amend(tx: &mut Tx<'_>, id: ProfileChangeId, before: &Sensitive, after: &Sensitive) -> Result<()> {
    let now = tx.now();
    tx.run(
        "UPDATE profile_changes SET \"before\" = ?2, \"after\" = ?3, status = 'pending', updated_at = ?4 WHERE id = ?1",
        (id, text(before), text(after), now),
    )?;
    Ok(())
}

pub(super) fn set_status(tx: &mut Tx<'_>, id: ProfileChangeId, status: Status) -> Result<()> {
    let now = tx.now();
    tx.run("UPDATE profile_changes SET status = ?2, updated_at = ?3 WHERE id = ?1", (id, status.as_str(), now))?;
    Ok(())
}

pub(super) fn get(rx: &Rx<'_>, id: ProfileChangeId) -> Result<ProfileChange> {
    rx.get(&format!("{SELECT} WHERE c.id = ?1"), [id], change)
}

pub(super) fn open_of(rx: &Rx<'_>, employee: EmployeeId) -> Result<Option<ProfileChange>> {
    let sql = format!("{SELECT} WHERE c.employee_id = ?1 AND c.status IN ('pending', 'clarification')");
    rx.one(&sql, [employee], change)
}

/// Those of one person or of all, newest first, and how many there are.
pub(super) fn list(
    rx: &Rx<'_>,
    employee: Option<EmployeeId>,
    status: Option<Status>,
    limit: i64,
    offset: i64,
) -> Result<(Vec<ProfileChange>, i64)> {
    let mut conditions = vec!["c.id > 0"];
    let mut values: Vec<Box<dyn ToSql>> = Vec::new();
    if let Some(employee) = employee {
        conditions.push("c.employee_id = ?");
        values.push(Box::new(employee));
    }
    if let Some(status) = status {
        conditions.push("c.status = ?");
        values.push(Box::new(status.as_str()));
    }
    let conditions = conditions.join(" AND ");
    let count = format!("SELECT count(*) FROM profile_changes c WHERE {conditions}");
    let total = rx.scalar(&count, params_from_iter(&values))?;
    let sql = format!("{SELECT} WHERE {conditions} ORDER BY c.id DESC LIMIT {limit} OFFSET {offset}");
    Ok((rx.all(&sql, params_from_iter(&values), change)?, total))
}

/// The same change with other words.
pub(super) fn rewrite(tx: &mut Tx<'_>, id: ProfileChangeId, before: &Sensitive, after: &Sensitive) -> Result<()> {
    tx.run(
        "UPDATE profile_changes SET \"before\" = ?2, \"after\" = ?3 WHERE id = ?1",
        (id, text(before), text(after)),
    )?;
    Ok(())
}

/// Every row of a person, for their own archive.
pub(super) fn held(rx: &Rx<'_>, employee: EmployeeId) -> Result<Vec<serde_json::Value>> {
    rx.json("SELECT * FROM profile_changes WHERE employee_id = ?1 ORDER BY id", [employee])
}
