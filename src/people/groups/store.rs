//! SQL of the groups.

use jiff::civil::Date;

use super::Group;
use crate::error::Result;
use crate::ids::{EmployeeId, GroupId};
use crate::people::NameRef;
use crate::storage::{Rx, Tx};
use crate::time::period;

fn group(row: &rusqlite::Row<'_>) -> rusqlite::Result<Group> {
    Ok(Group { id: row.get(0)?, name: row.get(1)?, code: row.get(2)?, members: row.get(3)? })
}

pub(super) fn all(rx: &Rx<'_>) -> Result<Vec<Group>> {
    rx.all(
        "SELECT g.id, g.name, g.code, (SELECT count(*) FROM group_members m JOIN employees o ON o.id = m.employee_id WHERE m.group_id = g.id AND o.hidden_by IS NULL) \
         FROM groups g ORDER BY g.code_key",
        (),
        group,
    )
}

pub(super) fn of_employee(rx: &Rx<'_>, employee: EmployeeId) -> Result<Vec<Group>> {
    rx.all(
        "SELECT g.id, g.name, g.code, (SELECT count(*) FROM group_members n JOIN employees o ON o.id = n.employee_id WHERE n.group_id = g.id AND o.hidden_by IS NULL) \
         FROM group_members m JOIN groups g ON g.id = m.group_id WHERE m.employee_id = ?1 ORDER BY g.code_key",
        [employee],
        group,
    )
}

pub(super) fn get(rx: &Rx<'_>, id: GroupId) -> Result<Group> {
    rx.get(
        "SELECT g.id, g.name, g.code, (SELECT count(*) FROM group_members m JOIN employees o ON o.id = m.employee_id WHERE m.group_id = g.id AND o.hidden_by IS NULL) \
         FROM groups g WHERE g.id = ?1",
        [id],
        group,
    )
}

/// Those who are not deactivated, by name.
pub(super) fn members(rx: &Rx<'_>, id: GroupId) -> Result<Vec<NameRef>> {
    rx.all(
        "SELECT e.id, e.first_name || ' ' || e.last_name FROM group_members m JOIN employees e ON e.id = m.employee_id \
         WHERE m.group_id = ?1 AND e.hidden_by IS NULL ORDER BY e.name_key, e.id",
        [id],
        |row| Ok(NameRef { id: row.get(0)?, name: row.get(1)? }),
    )
}

pub(super) fn by_code_key(rx: &Rx<'_>, key: &str) -> Result<Option<GroupId>> {
    rx.one("SELECT id FROM groups WHERE code_key = ?1", [key], |row| row.get(0))
}

pub(super) fn insert(tx: &mut Tx<'_>, name: &str, code: &str, key: &str) -> Result<GroupId> {
    tx.insert("INSERT INTO groups (name, code, code_key) VALUES (?1, ?2, ?3)", [name, code, key]).map(GroupId)
}

pub(super) fn rename(tx: &mut Tx<'_>, id: GroupId, name: &str) -> Result<()> {
    tx.run("UPDATE groups SET name = ?2 WHERE id = ?1", (id, name))?;
    Ok(())
}

pub(super) fn delete(tx: &mut Tx<'_>, id: GroupId) -> Result<()> {
    tx.run("DELETE FROM group_stays WHERE group_id = ?1", [id])?;
    tx.run("DELETE FROM groups WHERE id = ?1", [id])?;
    Ok(())
}

/// In it from `since` on. Who left the day before has not been away.
pub(super) fn join(tx: &mut Tx<'_>, id: GroupId, employee: EmployeeId, since: Date) -> Result<()> {
    let eve = period::back(since, 1);
    let again = "UPDATE group_stays SET until = NULL WHERE group_id = ?1 AND employee_id = ?2 AND until = ?3";
    if tx.run(again, (id, employee, eve))? == 0 {
        tx.run("INSERT INTO group_stays (group_id, employee_id, since) VALUES (?1, ?2, ?3)", (id, employee, since))?;
    }
    Ok(())
}

/// In it until the day before `today`. Who came in today has not been there.
pub(super) fn leave(tx: &mut Tx<'_>, id: GroupId, employee: EmployeeId, today: Date) -> Result<()> {
    tx.run(
        "DELETE FROM group_stays WHERE group_id = ?1 AND employee_id = ?2 AND until IS NULL AND since >= ?3",
        (id, employee, today),
    )?;
    tx.run(
        "UPDATE group_stays SET until = ?3 WHERE group_id = ?1 AND employee_id = ?2 AND until IS NULL",
        (id, employee, period::back(today, 1)),
    )?;
    Ok(())
}
