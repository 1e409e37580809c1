//! Working weeks: which minutes a person works on which weekday, from which date on.
//!
//! Everybody has at least one, which begins with the employment. A week that begins later replaces the one before
//! from its date on; the past keeps what it had. The arithmetic is `time/schedule`'s.

pub mod api;
pub mod form;
pub mod pages;
mod store;

use std::collections::HashMap;

use jiff::civil::{Date, Time};

use crate::audit;
use crate::auth::Actor;
use crate::error::{AppError, Result};
use crate::ids::{EmployeeId, ScheduleId};
use crate::msg;
use crate::people::employee;
use crate::storage::{Rx, Tx};
use crate::time::{DatedSchedules, Minutes, Shift, WeeklySchedule, WorkDay};

/// One working week of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    pub id: ScheduleId,
    pub employee_id: EmployeeId,
    pub effective_on: Date,
    pub week: WeeklySchedule,
    /// Removed; may be brought back.
    pub hidden: bool,
}

/// Monday to Friday, 8 hours between 9:00 and 17:30: what somebody works of whom nothing else is said.
pub fn full_time() -> WeeklySchedule {
    let shift = Shift::new(Time::constant(9, 0, 0, 0), Time::constant(17, 30, 0, 0));
    let day = WorkDay::new(Minutes::hours(8), shift).expect("8 hours fit between 9:00 and 17:30");
    WeeklySchedule::new([day, day, day, day, day, WorkDay::FREE, WorkDay::FREE])
}

/// Which week applies to `employee` from which date on, for all arithmetic.
pub fn schedules(rx: &Rx<'_>, employee: EmployeeId) -> Result<DatedSchedules> {
    Ok(DatedSchedules::new(list(rx, employee)?.into_iter().map(|schedule| (schedule.effective_on, schedule.week))))
}

/// The same for several people at once; somebody of whom nothing is known is left out.
pub fn schedules_of(rx: &Rx<'_>, employees: &[EmployeeId]) -> Result<HashMap<EmployeeId, DatedSchedules>> {
    let mut weeks: HashMap<EmployeeId, Vec<(Date, WeeklySchedule)>> = HashMap::new();
    for schedule in store::of_employees(rx, employees)? {
        weeks.entry(schedule.employee_id).or_default().push((schedule.effective_on, schedule.week));
    }
    Ok(weeks.into_iter().map(|(employee, weeks)| (employee, DatedSchedules::new(weeks))).collect())
}

/// The working weeks of `employee`, the earliest first.
pub fn list(rx: &Rx<'_>, employee: EmployeeId) -> Result<Vec<Schedule>> {
    store::of_employee(rx, employee)
}

/// One working week, removed or not.
///
/// # Errors
/// [`AppError::NotFound`]
pub fn get(rx: &Rx<'_>, id: ScheduleId) -> Result<Schedule> {
    store::get(rx, id)
}

/// The first working week, with the record that the caller has just written and audited.
pub(super) fn begin(tx: &mut Tx<'_>, employee: EmployeeId, on: Date, week: WeeklySchedule) -> Result<()> {
    store::insert(tx, employee, on, &week).map(drop)
}

/// The first day moved to an earlier date: the first week begins with it.
pub(super) fn begin_earlier(tx: &mut Tx<'_>, employee: EmployeeId, from: Date, to: Date) -> Result<()> {
    if let Some(first) = store::of_employee(tx, employee)?.first().filter(|first| first.effective_on == from) {
        store::update(tx, first.id, to, &first.week)?;
    }
    Ok(())
}

/// From `on` the person works `week`. A week that begins on the same date is replaced.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::NotFound`]; [`AppError::Invalid`] on `effective_on` for a
/// date before the first day.
pub fn set(tx: &mut Tx<'_>, actor: &Actor, employee: EmployeeId, on: Date, week: WeeklySchedule) -> Result<ScheduleId> {
    actor.require_hr()?;
    check_date(tx, employee, on)?;
    match store::beginning_on(tx, employee, on)? {
        Some(id) => {
            change(tx, actor, id, on, week)?;
            Ok(id)
        }
        None => {
            let id = store::insert(tx, employee, on, &week)?;
            let entry = audit::Entry::new("schedule.created")
                .on("schedule", id)
                .with("employee_id", employee)
                .with("effective_on", on)
                .with("week", week);
            audit::record(tx, actor, entry)?;
            Ok(id)
        }
    }
}

/// Changes when a week begins, and what it is.
///
/// # Errors
/// As [`set`]; [`AppError::Invalid`] where another week of the person begins on that date, or none would apply to the
/// first day any more.
pub fn change(tx: &mut Tx<'_>, actor: &Actor, id: ScheduleId, on: Date, week: WeeklySchedule) -> Result<()> {
    actor.require_hr()?;
    let before = present(tx, id)?;
    if (before.effective_on, before.week) == (on, week) {
        return Ok(());
    }
    check_date(tx, before.employee_id, on)?;
    if store::beginning_on(tx, before.employee_id, on)?.is_some_and(|other| other != id) {
        return Err(AppError::invalid("effective_on", msg!("Another working week begins on {0} already.", on)));
    }
    if let Some(first_day) = bares_first_day(tx, &before, Some(on))? {
        return Err(AppError::invalid(
            "effective_on",
            msg!("The first working week begins with the first day, {0}.", first_day),
        ));
    }
    store::update(tx, id, on, &week)?;
    let entry = audit::Entry::new("schedule.updated")
        .on("schedule", id)
        .change("effective_on", before.effective_on, on)
        .change("week", before.week, week);
    audit::record(tx, actor, entry)?;
    Ok(())
}

/// Removes a week; the one before goes on in its place.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::NotFound`]; [`AppError::Conflict`] for the only one, and for the
/// one of the first day.
pub fn hide(tx: &mut Tx<'_>, actor: &Actor, id: ScheduleId) -> Result<()> {
    actor.require_hr()?;
    let schedule = present(tx, id)?;
    if store::of_employee(tx, schedule.employee_id)?.len() < 2 {
        return Err(AppError::conflict("This is the only working week: everybody has one."));
    }
    if let Some(first_day) = bares_first_day(tx, &schedule, None)? {
        return Err(AppError::Conflict(msg!(
            "This is the working week of the first day, {0}; without it the days up to the next one would have none.",
            first_day
        )));
    }
    let entry = audit::Entry::new("schedule.removed").on("schedule", id).change("active", true, false);
    let act = audit::record(tx, actor, entry)?;
    store::set_hidden(tx, id, Some(act))
}

/// Brings a removed week back.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::NotFound`]; [`AppError::Conflict`] where another begins on
/// its date by now.
pub fn restore(tx: &mut Tx<'_>, actor: &Actor, id: ScheduleId) -> Result<()> {
    actor.require_hr()?;
    let schedule = store::get(tx, id)?;
    if !schedule.hidden {
        return Ok(());
    }
    if store::beginning_on(tx, schedule.employee_id, schedule.effective_on)?.is_some() {
        return Err(AppError::Conflict(msg!("Another working week begins on {0} by now.", schedule.effective_on)));
    }
    let entry = audit::Entry::new("schedule.restored").on("schedule", id).change("active", false, true);
    audit::record(tx, actor, entry)?;
    store::set_hidden(tx, id, None)
}

pub(super) fn present(rx: &Rx<'_>, id: ScheduleId) -> Result<Schedule> {
    let schedule = store::get(rx, id)?;
    if schedule.hidden { Err(AppError::NotFound) } else { Ok(schedule) }
}

/// Whether a week may be removed: it is neither the only one nor that of the first day.
pub(super) fn is_removable(rx: &Rx<'_>, schedule: &Schedule) -> Result<bool> {
    let alone = store::of_employee(rx, schedule.employee_id)?.len() < 2;
    Ok(!alone && bares_first_day(rx, schedule, None)?.is_none())
}

/// The first day of the employment, where no week would apply to it once `schedule` begins on `on`, or is gone.
fn bares_first_day(rx: &Rx<'_>, schedule: &Schedule, on: Option<Date>) -> Result<Option<Date>> {
    let first_day = employee::get(rx, schedule.employee_id)?.facts.join_date;
    let others = store::of_employee(rx, schedule.employee_id)?;
    let others = others.iter().filter(|other| other.id != schedule.id).map(|other| other.effective_on);
    let covered = others.chain(on).any(|begins| begins <= first_day);
    Ok((schedule.effective_on <= first_day && !covered).then_some(first_day))
}

fn check_date(rx: &Rx<'_>, employee: EmployeeId, on: Date) -> Result<()> {
    let first_day = employee::get(rx, employee)?.facts.join_date;
    if on < first_day {
        return Err(AppError::invalid("effective_on", msg!("That is before the first day, {0}.", first_day)));
    }
    Ok(())
}
