//! Working patterns: how long a person works on which day, from which date on. A pattern is a week, or up to twelve
//! that follow each other (`time/rotation`).
//!
//! Everybody has at least one, which begins with the employment. A pattern that begins later replaces the one before
//! from its date on; the past keeps what it had. `templates/` holds patterns ready to be copied, `overlays/` hours for a
//! while that lie over the personal ones; [`schedules`] answers with both. The arithmetic is `time/dated`'s.

pub mod api;
pub mod days;
pub mod form;
pub mod overlays;
pub mod pages;
mod store;
pub mod templates;

use std::collections::HashMap;

use jiff::civil::{Date, Time};

use crate::audit;
use crate::auth::Actor;
use crate::error::{AppError, Result};
use crate::ids::{EmployeeId, LocationId, ScheduleId, ScheduleTemplateId};
use crate::msg;
use crate::people::employee;
use crate::people::recount::{self, Touched, Whose};
use crate::storage::{Rx, Tx};
use crate::time::{DatedSchedules, Minutes, Rotation, Shift, WeeklySchedule, WorkDay};

/// One working pattern of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    pub id: ScheduleId,
    pub employee_id: EmployeeId,
    pub effective_on: Date,
    pub pattern: Rotation,
    /// The template it is a copy of.
    pub template_id: Option<ScheduleTemplateId>,
    /// Removed; may be brought back.
    pub hidden: bool,
}

/// What HR sets of a working pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub effective_on: Date,
    pub pattern: Rotation,
    /// The template it is a copy of; forgotten where the pattern is not that of the template.
    pub template_id: Option<ScheduleTemplateId>,
}

impl Wanted {
    pub fn new(effective_on: Date, pattern: impl Into<Rotation>) -> Self {
        Wanted { effective_on, pattern: pattern.into(), template_id: None }
    }
}

/// Monday to Friday, 8 hours between 9:00 and 17:30: what somebody works of whom nothing else is said.
pub fn full_time() -> WeeklySchedule {
    let shift = Shift::new(Time::constant(9, 0, 0, 0), Time::constant(17, 30, 0, 0));
    let day = WorkDay::new(Minutes::hours(8), shift).expect("8 hours fit between 9:00 and 17:30");
    WeeklySchedule::new([day, day, day, day, day, WorkDay::FREE, WorkDay::FREE])
}

/// When `employee` works, with what lies over it, for all arithmetic.
pub fn schedules(rx: &Rx<'_>, employee: EmployeeId) -> Result<DatedSchedules> {
    Ok(schedules_of(rx, &[employee])?.remove(&employee).unwrap_or_default())
}

/// The same for several people at once, in as many questions as for one; somebody of whom nothing is known is left out.
pub fn schedules_of(rx: &Rx<'_>, employees: &[EmployeeId]) -> Result<HashMap<EmployeeId, DatedSchedules>> {
    let mut patterns: HashMap<EmployeeId, Vec<(Date, Rotation)>> = HashMap::new();
    for schedule in store::of_employees(rx, employees)? {
        patterns.entry(schedule.employee_id).or_default().push((schedule.effective_on, schedule.pattern));
    }
    let mut overlays = overlays::over_people(rx, employees)?;
    let dated = |(employee, patterns)| {
        (employee, DatedSchedules::new(patterns).under(overlays.remove(&employee).unwrap_or_default()))
    };
    Ok(patterns.into_iter().map(dated).collect())
}

/// When work is done at a place, whoever does it: Monday to Friday, with what lies over the hours of everybody, or of
/// that location.
pub fn of_place(rx: &Rx<'_>, location: Option<LocationId>) -> Result<DatedSchedules> {
    Ok(DatedSchedules::always(full_time()).under(overlays::over_place(rx, location)?))
}

/// The working weeks of `employee`, the earliest first.
pub fn list(rx: &Rx<'_>, employee: EmployeeId) -> Result<Vec<Schedule>> {
    store::of_employee(rx, employee)
}

/// Those that were removed and can be brought back, the one removed last first.
pub fn removed(rx: &Rx<'_>, employee: EmployeeId) -> Result<Vec<Schedule>> {
    store::removed_of(rx, employee)
}

/// One working week, removed or not.
///
/// # Errors
/// [`AppError::NotFound`]
pub fn get(rx: &Rx<'_>, id: ScheduleId) -> Result<Schedule> {
    store::get(rx, id)
}

/// The first working pattern, with the record that the caller has just written and audited.
pub(super) fn begin(tx: &mut Tx<'_>, employee: EmployeeId, on: Date, pattern: &Rotation) -> Result<()> {
    store::insert(tx, employee, &store::New { effective_on: on, pattern, template_id: None }).map(drop)
}

/// The first day moved to an earlier date: the first pattern begins with it.
pub(super) fn begin_earlier(tx: &mut Tx<'_>, employee: EmployeeId, from: Date, to: Date) -> Result<()> {
    if let Some(first) = store::of_employee(tx, employee)?.first().filter(|first| first.effective_on == from) {
        let new = store::New { effective_on: to, pattern: &first.pattern, template_id: first.template_id };
        store::update(tx, first.id, &new)?;
    }
    Ok(())
}

/// From its date on the person works this pattern. One that begins on the same date is replaced. Leave from then on is
/// counted anew; it is answered what that touched.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::NotFound`]; [`AppError::Invalid`] on `effective_on` for a
/// date before the first day, on `template_id` for a template that is not there.
pub fn set(tx: &mut Tx<'_>, actor: &Actor, employee: EmployeeId, wanted: Wanted) -> Result<(ScheduleId, Vec<Touched>)> {
    let on = wanted.effective_on;
    let id = put(tx, actor, employee, wanted)?;
    Ok((id, recounted(tx, actor, vec![employee], on)?))
}

/// [`set`], leave aside.
fn put(tx: &mut Tx<'_>, actor: &Actor, employee: EmployeeId, mut wanted: Wanted) -> Result<ScheduleId> {
    actor.require_hr()?;
    check_date(tx, employee, wanted.effective_on)?;
    if let Some(id) = store::beginning_on(tx, employee, wanted.effective_on)? {
        put_into(tx, actor, id, wanted)?;
        return Ok(id);
    }
    templates::check_copy(tx, &mut wanted)?;
    let id = store::insert(tx, employee, &new(&wanted))?;
    let entry = audit::Entry::new("schedule.created")
        .on("schedule", id)
        .with("employee_id", employee)
        .with("effective_on", wanted.effective_on)
        .with("weeks", wanted.pattern.weeks())
        .with("anchor", wanted.pattern.anchor())
        .with("template_id", wanted.template_id);
    audit::record(tx, actor, entry)?;
    Ok(id)
}

/// Changes when a pattern begins, and what it is; leave is counted anew as by [`set`].
///
/// # Errors
/// As [`set`]; [`AppError::Invalid`] where another pattern of the person begins on that date, or none would apply to the
/// first day any more.
pub fn change(tx: &mut Tx<'_>, actor: &Actor, id: ScheduleId, wanted: Wanted) -> Result<Vec<Touched>> {
    let on = wanted.effective_on;
    match put_into(tx, actor, id, wanted)? {
        Some(before) => recounted(tx, actor, vec![before.employee_id], on.min(before.effective_on)),
        None => Ok(Vec::new()),
    }
}

/// [`change`], leave aside. Answers what it was, where that changed.
fn put_into(tx: &mut Tx<'_>, actor: &Actor, id: ScheduleId, mut wanted: Wanted) -> Result<Option<Schedule>> {
    actor.require_hr()?;
    let before = present(tx, id)?;
    templates::check_copy(tx, &mut wanted)?;
    let on = wanted.effective_on;
    if (before.effective_on, &before.pattern, before.template_id) == (on, &wanted.pattern, wanted.template_id) {
        return Ok(None);
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
    store::update(tx, id, &new(&wanted))?;
    let entry = audit::Entry::new("schedule.updated")
        .on("schedule", id)
        .change("effective_on", before.effective_on, on)
        .change("weeks", before.pattern.weeks(), wanted.pattern.weeks())
        .change("anchor", before.pattern.anchor(), wanted.pattern.anchor())
        .change("template_id", before.template_id, wanted.template_id);
    audit::record(tx, actor, entry)?;
    Ok(Some(before))
}

/// Has leave of these people counted anew from `on`.
fn recounted(tx: &mut Tx<'_>, actor: &Actor, whose: Vec<EmployeeId>, on: Date) -> Result<Vec<Touched>> {
    let why = msg!("The working hours from {0} on were changed.", on);
    recount::recount(tx, actor, &recount::Change::since(on, Whose::People(whose), why))
}

fn new(wanted: &Wanted) -> store::New<'_> {
    let Wanted { effective_on, pattern, template_id } = wanted;
    store::New { effective_on: *effective_on, pattern, template_id: *template_id }
}

/// Removes a week; the one before goes on in its place.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::NotFound`]; [`AppError::Conflict`] for the only one, and for the
/// one of the first day.
pub fn hide(tx: &mut Tx<'_>, actor: &Actor, id: ScheduleId) -> Result<Vec<Touched>> {
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
    store::set_hidden(tx, id, Some(act))?;
    recounted(tx, actor, vec![schedule.employee_id], schedule.effective_on)
}

/// Brings a removed week back.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::NotFound`]; [`AppError::Conflict`] where another begins on
/// its date by now.
pub fn restore(tx: &mut Tx<'_>, actor: &Actor, id: ScheduleId) -> Result<Vec<Touched>> {
    actor.require_hr()?;
    let schedule = store::get(tx, id)?;
    if !schedule.hidden {
        return Ok(Vec::new());
    }
    if store::beginning_on(tx, schedule.employee_id, schedule.effective_on)?.is_some() {
        return Err(AppError::Conflict(msg!("Another working week begins on {0} by now.", schedule.effective_on)));
    }
    let entry = audit::Entry::new("schedule.restored").on("schedule", id).change("active", false, true);
    audit::record(tx, actor, entry)?;
    store::set_hidden(tx, id, None)?;
    recounted(tx, actor, vec![schedule.employee_id], schedule.effective_on)
}

/// The ids of all weeks that were ever entered for a person, also of removed ones: the log knows them by these.
///
/// # Errors
/// What the database says.
pub(super) fn ids_of(rx: &Rx<'_>, employee: EmployeeId) -> Result<Vec<i64>> {
    store::ids_of(rx, employee)
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
