//! SQL of the hours for a while, and of who they are for.

use std::collections::{HashMap, HashSet};

use super::{OverlayFacts, OverlayRow};
use crate::error::Result;
use crate::ids::{AuditId, DepartmentId, EmployeeId, GroupId, LocationId, OverlayId};
use crate::people::schedule::store::{WEEK, times, work_day};
use crate::people::{NameRef, json_ids};
use crate::storage::{Rx, Tx};
use crate::time::{Minutes, OverlayScope, PartialWeek, WorkDay};

/// Every overlay, removed or not, by its first day: a company has a few of them a year.
pub(super) fn all(rx: &Rx<'_>) -> Result<Vec<OverlayRow>> {
    let mut weeks: HashMap<OverlayId, [Option<WorkDay>; 7]> = HashMap::new();
    let days =
        rx.all("SELECT overlay_id, weekday, minutes, start_time, end_time FROM schedule_overlay_days", (), |row| {
            let minutes: Minutes = row.get(2)?;
            Ok((row.get::<_, OverlayId>(0)?, row.get::<_, u8>(1)?, work_day(minutes, row.get(3)?, row.get(4)?)?))
        })?;
    for (id, weekday, work) in days {
        if let Some(day) = weeks.entry(id).or_default().get_mut(usize::from(weekday - 1)) {
            *day = Some(work);
        }
    }
    rx.all(
        "SELECT o.id, o.name, o.start_date, o.end_date, o.mode, o.scope, o.location_id, o.department_id, o.group_id, \
         o.hidden_by IS NOT NULL, coalesce(o.location_id, o.department_id, o.group_id), coalesce(l.name, d.name, g.name) \
         FROM schedule_overlays o LEFT JOIN locations l ON l.id = o.location_id \
         LEFT JOIN departments d ON d.id = o.department_id LEFT JOIN groups g ON g.id = o.group_id \
         ORDER BY o.start_date, o.id",
        (),
        |row| {
            let id: OverlayId = row.get(0)?;
            Ok(OverlayRow {
                id,
                facts: OverlayFacts {
                    name: row.get(1)?,
                    start_date: row.get(2)?,
                    end_date: row.get(3)?,
                    mode: row.get(4)?,
                    scope: row.get(5)?,
                    location_id: row.get(6)?,
                    department_id: row.get(7)?,
                    group_id: row.get(8)?,
                    week: PartialWeek::new(weeks.get(&id).copied().unwrap_or_default()),
                },
                hidden: row.get(9)?,
                whom: NameRef::from_columns(row, 10, 11)?,
            })
        },
    )
}

/// Where a person works.
pub(super) struct PersonPlace {
    pub employee_id: EmployeeId,
    pub location_id: Option<LocationId>,
    pub department_id: Option<DepartmentId>,
}

pub(super) fn places(rx: &Rx<'_>, people: &[EmployeeId]) -> Result<Vec<PersonPlace>> {
    rx.all(
        "SELECT id, location_id, department_id FROM employees WHERE id IN (SELECT value FROM json_each(?1))",
        [json_ids(people)],
        |row| Ok(PersonPlace { employee_id: row.get(0)?, location_id: row.get(1)?, department_id: row.get(2)? }),
    )
}

/// Which of these people belong to a group that an overlay is for.
pub(super) fn members(rx: &Rx<'_>, people: &[EmployeeId]) -> Result<HashSet<(GroupId, EmployeeId)>> {
    let pairs = rx.all(
        "SELECT m.group_id, m.employee_id FROM group_members m \
         WHERE m.employee_id IN (SELECT value FROM json_each(?1)) \
         AND m.group_id IN (SELECT group_id FROM schedule_overlays WHERE group_id IS NOT NULL)",
        [json_ids(people)],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    Ok(pairs.into_iter().collect())
}

/// The department above each.
pub(super) fn departments_above(rx: &Rx<'_>) -> Result<HashMap<DepartmentId, DepartmentId>> {
    let pairs = rx.all("SELECT id, parent_id FROM departments WHERE parent_id IS NOT NULL", (), |row| {
        Ok((row.get(0)?, row.get(1)?))
    })?;
    Ok(pairs.into_iter().collect())
}

/// Whether what a new overlay names is in use.
pub(super) fn is_there(rx: &Rx<'_>, scope: OverlayScope, id: i64) -> Result<bool> {
    let sql = match scope {
        OverlayScope::Everybody => return Ok(true),
        OverlayScope::Location => "SELECT EXISTS (SELECT 1 FROM locations WHERE id = ?1 AND hidden_by IS NULL)",
        OverlayScope::Department => "SELECT EXISTS (SELECT 1 FROM departments WHERE id = ?1 AND hidden_by IS NULL)",
        OverlayScope::Group => "SELECT EXISTS (SELECT 1 FROM groups WHERE id = ?1)",
    };
    rx.scalar(sql, [id])
}

pub(super) fn insert(tx: &mut Tx<'_>, facts: &OverlayFacts) -> Result<OverlayId> {
    let id = tx.insert(
        "INSERT INTO schedule_overlays (name, start_date, end_date, mode, scope, location_id, department_id, group_id) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        (
            &facts.name,
            facts.start_date,
            facts.end_date,
            facts.mode,
            facts.scope,
            facts.location_id,
            facts.department_id,
            facts.group_id,
        ),
    )?;
    insert_days(tx, OverlayId(id), &facts.week)?;
    Ok(OverlayId(id))
}

pub(super) fn update(tx: &mut Tx<'_>, id: OverlayId, facts: &OverlayFacts) -> Result<()> {
    tx.run(
        "UPDATE schedule_overlays SET name = ?2, start_date = ?3, end_date = ?4, mode = ?5, scope = ?6, location_id = ?7, \
         department_id = ?8, group_id = ?9 WHERE id = ?1",
        (
            id,
            &facts.name,
            facts.start_date,
            facts.end_date,
            facts.mode,
            facts.scope,
            facts.location_id,
            facts.department_id,
            facts.group_id,
        ),
    )?;
    tx.run("DELETE FROM schedule_overlay_days WHERE overlay_id = ?1", [id])?;
    insert_days(tx, id, &facts.week)
}

pub(super) fn set_hidden(tx: &mut Tx<'_>, id: OverlayId, by: Option<AuditId>) -> Result<()> {
    tx.run("UPDATE schedule_overlays SET hidden_by = ?2 WHERE id = ?1", (id, by))?;
    Ok(())
}

fn insert_days(tx: &mut Tx<'_>, id: OverlayId, week: &PartialWeek) -> Result<()> {
    for (number, weekday) in (1_i64..).zip(WEEK) {
        let Some(day) = week.of_weekday(weekday) else { continue };
        let (start, end) = times(day);
        tx.run(
            "INSERT INTO schedule_overlay_days (overlay_id, weekday, minutes, start_time, end_time) \
             VALUES (?1, ?2, ?3, ?4, ?5)",
            (id, number, day.minutes(), start, end),
        )?;
    }
    Ok(())
}
