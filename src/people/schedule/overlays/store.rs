//! SQL of the hours for a while, and of who they are for.

use std::collections::HashMap;

use jiff::civil::Date;

use super::{OverlayFacts, OverlayRow, Stay};
use crate::error::Result;
use crate::ids::{AuditId, DepartmentId, EmployeeId, OverlayId};
use crate::people::employee::changes::DatedField;
use crate::people::schedule::store::{WEEK, times, work_day};
use crate::people::{NameRef, json_ids};
use crate::storage::{Rx, Tx};
use crate::time::{Minutes, OverlayScope, PartialWeek, Period, WorkDay, period};

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

/// At which locations, or in which departments, these people were, are and will be. The first one holds for the time
/// before as well.
pub(super) fn stays(rx: &Rx<'_>, people: &[EmployeeId], field: DatedField) -> Result<HashMap<EmployeeId, Vec<Stay>>> {
    let steps = rx.all(
        "SELECT employee_id, effective_on, CAST(value AS INTEGER) FROM employee_changes \
         WHERE employee_id IN (SELECT value FROM json_each(?1)) AND field = ?2 ORDER BY employee_id, effective_on",
        (json_ids(people), field),
        |row| Ok((row.get::<_, EmployeeId>(0)?, row.get::<_, Date>(1)?, row.get::<_, Option<i64>>(2)?)),
    )?;
    let mut found: HashMap<EmployeeId, Vec<Stay>> = HashMap::new();
    for (at, (person, on, of)) in steps.iter().enumerate() {
        let own = |at: Option<usize>| at.and_then(|at| steps.get(at)).filter(|(other, ..)| other == person);
        let first = if own(at.checked_sub(1)).is_some() { *on } else { Date::MIN };
        let last = own(Some(at + 1)).map_or(Date::MAX, |(_, next, _)| period::back(*next, 1));
        if let (Some(period), Some(of)) = (Period::new(first, last), *of) {
            found.entry(*person).or_default().push(Stay { period, of });
        }
    }
    Ok(found)
}

/// In which of the groups that an overlay is for these people are and were.
pub(super) fn group_stays(rx: &Rx<'_>, people: &[EmployeeId]) -> Result<HashMap<EmployeeId, Vec<Stay>>> {
    let rows = rx.all(
        "SELECT m.employee_id, m.group_id, m.since, m.until FROM group_stays m \
         WHERE m.employee_id IN (SELECT value FROM json_each(?1)) \
         AND m.group_id IN (SELECT group_id FROM schedule_overlays WHERE group_id IS NOT NULL)",
        [json_ids(people)],
        |row| {
            let (since, until): (Date, Option<Date>) = (row.get(2)?, row.get(3)?);
            let period = Period::new(since, until.unwrap_or(Date::MAX)).unwrap_or(Period::day(since));
            Ok((row.get::<_, EmployeeId>(0)?, Stay { period, of: row.get(1)? }))
        },
    )?;
    let mut found: HashMap<EmployeeId, Vec<Stay>> = HashMap::new();
    for (person, stay) in rows {
        found.entry(person).or_default().push(stay);
    }
    Ok(found)
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
