//! SQL of the working weeks.

use jiff::civil::{Date, Time, Weekday};

use super::Schedule;
use crate::error::{AppError, Result};
use crate::ids::{AuditId, EmployeeId, ScheduleId};
use crate::storage::{Rx, Tx};
use crate::time::{Minutes, Shift, WeeklySchedule, WorkDay};

const WEEK: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];

struct DayRow {
    schedule: ScheduleId,
    effective_on: Date,
    /// 1 to 7, Monday first; `None` where the week has no working day.
    weekday: Option<i64>,
    day: Option<(Minutes, Option<Time>, Option<Time>)>,
}

fn day_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<DayRow> {
    let minutes: Option<Minutes> = row.get(3)?;
    Ok(DayRow {
        schedule: row.get(0)?,
        effective_on: row.get(1)?,
        weekday: row.get(2)?,
        day: match minutes {
            Some(minutes) => Some((minutes, row.get(4)?, row.get(5)?)),
            None => None,
        },
    })
}

/// The working weeks of a person, by date.
pub(super) fn of_employee(rx: &Rx<'_>, employee: EmployeeId) -> Result<Vec<Schedule>> {
    let rows = rx.all(
        "SELECT s.id, s.effective_on, d.weekday, d.minutes, d.start_time, d.end_time FROM employee_schedules s \
         LEFT JOIN employee_schedule_days d ON d.schedule_id = s.id \
         WHERE s.employee_id = ?1 AND s.hidden_by IS NULL ORDER BY s.effective_on, d.weekday",
        [employee],
        day_row,
    )?;
    fold(employee, false, rows)
}

/// The working weeks of several people, person by person and by date.
pub(super) fn of_employees(rx: &Rx<'_>, employees: &[EmployeeId]) -> Result<Vec<Schedule>> {
    let rows = rx.all(
        "SELECT s.id, s.effective_on, d.weekday, d.minutes, d.start_time, d.end_time, s.employee_id \
         FROM employee_schedules s LEFT JOIN employee_schedule_days d ON d.schedule_id = s.id \
         WHERE s.employee_id IN (SELECT value FROM json_each(?1)) AND s.hidden_by IS NULL \
         ORDER BY s.employee_id, s.effective_on, d.weekday",
        [crate::people::json_ids(employees)],
        |row| Ok((row.get(6)?, day_row(row)?)),
    )?;
    let mut people: Vec<(EmployeeId, Vec<DayRow>)> = Vec::new();
    for (employee, row) in rows {
        match people.last_mut().filter(|(last, _)| *last == employee) {
            Some((_, rows)) => rows.push(row),
            None => people.push((employee, vec![row])),
        }
    }
    let folded: Result<Vec<Vec<Schedule>>> =
        people.into_iter().map(|(employee, rows)| fold(employee, false, rows)).collect();
    Ok(folded?.into_iter().flatten().collect())
}

/// One working week, removed or not.
pub(super) fn get(rx: &Rx<'_>, id: ScheduleId) -> Result<Schedule> {
    let (employee, hidden): (EmployeeId, bool) =
        rx.get("SELECT employee_id, hidden_by IS NOT NULL FROM employee_schedules WHERE id = ?1", [id], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    let rows = rx.all(
        "SELECT s.id, s.effective_on, d.weekday, d.minutes, d.start_time, d.end_time FROM employee_schedules s \
         LEFT JOIN employee_schedule_days d ON d.schedule_id = s.id WHERE s.id = ?1 ORDER BY d.weekday",
        [id],
        day_row,
    )?;
    fold(employee, hidden, rows)?.pop().ok_or(AppError::NotFound)
}

/// Rows of one person, sorted by schedule.
fn fold(employee_id: EmployeeId, hidden: bool, rows: Vec<DayRow>) -> Result<Vec<Schedule>> {
    let mut found: Vec<(ScheduleId, Date, [WorkDay; 7])> = Vec::new();
    for row in rows {
        if found.last().is_none_or(|(id, ..)| *id != row.schedule) {
            found.push((row.schedule, row.effective_on, [WorkDay::FREE; 7]));
        }
        let Some((_, _, week)) = found.last_mut() else { continue };
        let place = row.weekday.and_then(|number| week.get_mut(usize::try_from(number - 1).ok()?));
        if let (Some(day), Some((minutes, start, end))) = (place, row.day) {
            let shift = start.zip(end).and_then(|(start, end)| Shift::new(start, end));
            *day = WorkDay::new(minutes, shift).map_err(AppError::internal)?;
        }
    }
    let schedule =
        |(id, effective_on, week)| Schedule { id, employee_id, effective_on, week: WeeklySchedule::new(week), hidden };
    Ok(found.into_iter().map(schedule).collect())
}

/// The one that begins on exactly that date.
pub(super) fn beginning_on(rx: &Rx<'_>, employee: EmployeeId, on: Date) -> Result<Option<ScheduleId>> {
    rx.one(
        "SELECT id FROM employee_schedules WHERE employee_id = ?1 AND effective_on = ?2 AND hidden_by IS NULL",
        (employee, on),
        |row| row.get(0),
    )
}

pub(super) fn insert(tx: &mut Tx<'_>, employee: EmployeeId, on: Date, week: &WeeklySchedule) -> Result<ScheduleId> {
    let id = tx.insert("INSERT INTO employee_schedules (employee_id, effective_on) VALUES (?1, ?2)", (employee, on))?;
    insert_days(tx, ScheduleId(id), week)?;
    Ok(ScheduleId(id))
}

pub(super) fn update(tx: &mut Tx<'_>, id: ScheduleId, on: Date, week: &WeeklySchedule) -> Result<()> {
    tx.run("UPDATE employee_schedules SET effective_on = ?2 WHERE id = ?1", (id, on))?;
    tx.run("DELETE FROM employee_schedule_days WHERE schedule_id = ?1", [id])?;
    insert_days(tx, id, week)
}

pub(super) fn set_hidden(tx: &mut Tx<'_>, id: ScheduleId, by: Option<AuditId>) -> Result<()> {
    tx.run("UPDATE employee_schedules SET hidden_by = ?2 WHERE id = ?1", (id, by))?;
    Ok(())
}

fn insert_days(tx: &mut Tx<'_>, id: ScheduleId, week: &WeeklySchedule) -> Result<()> {
    let clock = |time: Time| format!("{:02}:{:02}", time.hour(), time.minute());
    for (number, weekday) in (1_i64..).zip(WEEK) {
        let day = week.of_weekday(weekday);
        if day.minutes().is_zero() {
            continue;
        }
        let shift = day.shift();
        tx.run(
            "INSERT INTO employee_schedule_days (schedule_id, weekday, minutes, start_time, end_time) \
             VALUES (?1, ?2, ?3, ?4, ?5)",
            (id, number, day.minutes(), shift.map(|s| clock(s.start())), shift.map(|s| clock(s.end()))),
        )?;
    }
    Ok(())
}
