//! SQL of the working patterns.

use jiff::civil::{Date, Time, Weekday};
use rusqlite::Row;

use super::Schedule;
use crate::error::{AppError, Result};
use crate::ids::{AuditId, EmployeeId, ScheduleId, ScheduleTemplateId};
use crate::people::NameRef;
use crate::storage::{Rx, Tx};
use crate::time::{Minutes, Rotation, Shift, WeeklySchedule, WorkDay, hhmm};

pub(super) const WEEK: [Weekday; 7] = [
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
    employee: EmployeeId,
    effective_on: Date,
    weeks: u8,
    anchor: Option<Date>,
    template: Option<ScheduleTemplateId>,
    hidden: bool,
    day: Option<PatternDay>,
}

/// A working day of a pattern.
pub(super) struct PatternDay {
    /// From 1.
    pub week: u8,
    /// 1 to 7, Monday first.
    pub weekday: u8,
    pub work: WorkDay,
}

/// Week, weekday, minutes, start and end, from the column `at` on; `None` where an outer join found no day.
pub(super) fn pattern_day(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<PatternDay>> {
    let Some(minutes) = row.get::<_, Option<Minutes>>(at + 2)? else { return Ok(None) };
    let work = work_day(minutes, row.get(at + 3)?, row.get(at + 4)?)?;
    Ok(Some(PatternDay { week: row.get(at)?, weekday: row.get(at + 1)?, work }))
}

/// What was checked when it was written.
pub(super) fn work_day(minutes: Minutes, start: Option<Time>, end: Option<Time>) -> rusqlite::Result<WorkDay> {
    let shift = start.zip(end).and_then(|(start, end)| Shift::new(start, end));
    WorkDay::new(minutes, shift)
        .map_err(|why| rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Integer, Box::new(why)))
}

/// The pattern of so many weeks that these days make.
pub(super) fn pattern(weeks: u8, anchor: Option<Date>, days: &[PatternDay]) -> Result<Rotation> {
    let mut found = vec![[WorkDay::FREE; 7]; usize::from(weeks)];
    for day in days {
        let place =
            found.get_mut(usize::from(day.week - 1)).and_then(|week| week.get_mut(usize::from(day.weekday - 1)));
        if let Some(place) = place {
            *place = day.work;
        }
    }
    let weeks = found.into_iter().map(WeeklySchedule::new).collect();
    Rotation::new(anchor.unwrap_or_default(), weeks).ok_or_else(|| AppError::internal("a pattern without a week"))
}

macro_rules! select_schedule {
    ($tail:literal) => {
        concat!(
            "SELECT s.id, s.employee_id, s.effective_on, s.weeks, s.anchor, s.template_id, s.hidden_by IS NOT NULL, \
             d.week, d.weekday, d.minutes, d.start_time, d.end_time FROM employee_schedules s \
             LEFT JOIN employee_schedule_days d ON d.schedule_id = s.id ",
            $tail
        )
    };
}

fn day_row(row: &Row<'_>) -> rusqlite::Result<DayRow> {
    Ok(DayRow {
        schedule: row.get(0)?,
        employee: row.get(1)?,
        effective_on: row.get(2)?,
        weeks: row.get(3)?,
        anchor: row.get(4)?,
        template: row.get(5)?,
        hidden: row.get(6)?,
        day: pattern_day(row, 7)?,
    })
}

/// The patterns of a person, by date.
pub(super) fn of_employee(rx: &Rx<'_>, employee: EmployeeId) -> Result<Vec<Schedule>> {
    fold(rx.all(
        select_schedule!("WHERE s.employee_id = ?1 AND s.hidden_by IS NULL ORDER BY s.effective_on, s.id"),
        [employee],
        day_row,
    )?)
}

/// Who has which template on `on`: whoever works a copy of it then, by name; of one template, or of all.
pub(super) fn holders(
    rx: &Rx<'_>,
    template: Option<ScheduleTemplateId>,
    on: Date,
) -> Result<Vec<(ScheduleTemplateId, NameRef)>> {
    rx.all(
        "SELECT s.template_id, e.id, e.first_name || ' ' || e.last_name FROM employee_schedules s \
         JOIN employees e ON e.id = s.employee_id \
         WHERE s.template_id IN (SELECT id FROM schedule_templates WHERE ?1 IS NULL OR id = ?1) \
         AND s.hidden_by IS NULL AND s.effective_on <= ?2 AND NOT EXISTS ( \
         SELECT 1 FROM employee_schedules later WHERE later.employee_id = s.employee_id AND later.hidden_by IS NULL \
         AND later.effective_on > s.effective_on AND later.effective_on <= ?2) ORDER BY e.name_key, e.id",
        (template, on),
        |row| Ok((row.get(0)?, NameRef { id: row.get(1)?, name: row.get(2)? })),
    )
}

/// The removed patterns of a person, the one removed last first.
pub(super) fn removed_of(rx: &Rx<'_>, employee: EmployeeId) -> Result<Vec<Schedule>> {
    fold(rx.all(
        select_schedule!("WHERE s.employee_id = ?1 AND s.hidden_by IS NOT NULL ORDER BY s.hidden_by DESC, s.id"),
        [employee],
        day_row,
    )?)
}

/// The patterns of several people, person by person and by date.
pub(super) fn of_employees(rx: &Rx<'_>, employees: &[EmployeeId]) -> Result<Vec<Schedule>> {
    fold(rx.all(
        select_schedule!(
            "WHERE s.employee_id IN (SELECT value FROM json_each(?1)) AND s.hidden_by IS NULL \
             ORDER BY s.employee_id, s.effective_on, s.id"
        ),
        [crate::people::json_ids(employees)],
        day_row,
    )?)
}

/// The patterns that are copies of a template, person by person and by date.
pub(super) fn of_template(rx: &Rx<'_>, template: ScheduleTemplateId) -> Result<Vec<Schedule>> {
    fold(rx.all(
        select_schedule!(
            "WHERE s.template_id = ?1 AND s.hidden_by IS NULL ORDER BY s.employee_id, s.effective_on, s.id"
        ),
        [template],
        day_row,
    )?)
}

/// One pattern, removed or not.
pub(super) fn get(rx: &Rx<'_>, id: ScheduleId) -> Result<Schedule> {
    fold(rx.all(select_schedule!("WHERE s.id = ?1"), [id], day_row)?)?.pop().ok_or(AppError::NotFound)
}

/// Rows sorted by schedule.
fn fold(rows: Vec<DayRow>) -> Result<Vec<Schedule>> {
    let mut found: Vec<(DayRow, Vec<PatternDay>)> = Vec::new();
    for mut row in rows {
        let day = row.day.take();
        if found.last().is_none_or(|(last, _)| last.schedule != row.schedule) {
            found.push((row, Vec::new()));
        }
        if let Some((_, days)) = found.last_mut() {
            days.extend(day);
        }
    }
    let schedule = |(row, days): (DayRow, Vec<PatternDay>)| {
        Ok(Schedule {
            id: row.schedule,
            employee_id: row.employee,
            effective_on: row.effective_on,
            pattern: pattern(row.weeks, row.anchor, &days)?,
            template_id: row.template,
            hidden: row.hidden,
        })
    };
    found.into_iter().map(schedule).collect()
}

/// The one that begins on exactly that date.
pub(super) fn ids_of(rx: &Rx<'_>, employee: EmployeeId) -> Result<Vec<i64>> {
    rx.all("SELECT id FROM employee_schedules WHERE employee_id = ?1 ORDER BY id", [employee], |row| row.get(0))
}

pub(super) fn beginning_on(rx: &Rx<'_>, employee: EmployeeId, on: Date) -> Result<Option<ScheduleId>> {
    rx.one(
        "SELECT id FROM employee_schedules WHERE employee_id = ?1 AND effective_on = ?2 AND hidden_by IS NULL",
        (employee, on),
        |row| row.get(0),
    )
}

/// What is written of a pattern.
pub(super) struct New<'a> {
    pub effective_on: Date,
    pub pattern: &'a Rotation,
    pub template_id: Option<ScheduleTemplateId>,
}

impl New<'_> {
    fn weeks(&self) -> i64 {
        i64::try_from(self.pattern.weeks().len()).unwrap_or(i64::MAX)
    }
}

pub(super) fn insert(tx: &mut Tx<'_>, employee: EmployeeId, new: &New<'_>) -> Result<ScheduleId> {
    let id = tx.insert(
        "INSERT INTO employee_schedules (employee_id, effective_on, weeks, anchor, template_id) \
         VALUES (?1, ?2, ?3, ?4, ?5)",
        (employee, new.effective_on, new.weeks(), new.pattern.anchor(), new.template_id),
    )?;
    insert_days(tx, ScheduleId(id), new.pattern)?;
    Ok(ScheduleId(id))
}

pub(super) fn update(tx: &mut Tx<'_>, id: ScheduleId, new: &New<'_>) -> Result<()> {
    tx.run(
        "UPDATE employee_schedules SET effective_on = ?2, weeks = ?3, anchor = ?4, template_id = ?5 WHERE id = ?1",
        (id, new.effective_on, new.weeks(), new.pattern.anchor(), new.template_id),
    )?;
    tx.run("DELETE FROM employee_schedule_days WHERE schedule_id = ?1", [id])?;
    insert_days(tx, id, new.pattern)
}

pub(super) fn set_hidden(tx: &mut Tx<'_>, id: ScheduleId, by: Option<AuditId>) -> Result<()> {
    tx.run("UPDATE employee_schedules SET hidden_by = ?2 WHERE id = ?1", (id, by))?;
    Ok(())
}

fn insert_days(tx: &mut Tx<'_>, id: ScheduleId, pattern: &Rotation) -> Result<()> {
    for (week, weekday, day) in worked(pattern) {
        let (start, end) = times(day);
        tx.run(
            "INSERT INTO employee_schedule_days (schedule_id, week, weekday, minutes, start_time, end_time) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            (id, week, weekday, day.minutes(), start, end),
        )?;
    }
    Ok(())
}

/// The days with work of a pattern: the week from 1, the weekday from 1 (Monday).
pub(super) fn worked(pattern: &Rotation) -> impl Iterator<Item = (i64, i64, WorkDay)> {
    let numbered = (1..).zip(pattern.weeks());
    let days = numbered.flat_map(|(number, week)| {
        (1..).zip(WEEK).map(move |(weekday, name)| (number, weekday, week.of_weekday(name)))
    });
    days.filter(|(_, _, day)| day.minutes().is_positive())
}

/// Start and end as they are kept, where they are known.
pub(super) fn times(day: WorkDay) -> (Option<String>, Option<String>) {
    let shift = day.shift();
    (shift.map(|shift| hhmm::format(shift.start())), shift.map(|shift| hhmm::format(shift.end())))
}
