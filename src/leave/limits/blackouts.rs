//! Dates on which no leave is taken: stocktaking, the week of the fair. Of everybody, of a department with those beneath
//! it, of a location, or of a department at a location.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::store;
use crate::audit;
use crate::auth::Actor;
use crate::error::{FieldErrors, Result};
use crate::ids::{BlackoutId, DepartmentId, EmployeeId, LocationId};
use crate::msg;
use crate::people;
use crate::storage::{Op, Rx, Tx};
use crate::text::line;
use crate::time::Period;

pub const CREATED: Op = Op::act("leave_blackout.created");
pub const CHANGED: Op = Op::act("leave_blackout.updated");
pub const DELETED: Op = Op::act("leave_blackout.deleted");

/// The longest, in days.
const LONGEST: i64 = 366;

/// What HR sets of a blackout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewLeaveBlackout)]
pub struct BlackoutFacts {
    /// 1 to 100 characters; whoever asks for these days reads it.
    #[schema(example = "Stocktaking")]
    pub name: String,
    #[schema(value_type = String, format = Date, example = "2026-12-28")]
    pub start_date: Date,
    /// The last day, at most 366 days in all.
    #[schema(value_type = String, format = Date, example = "2026-12-31")]
    pub end_date: Date,
    /// Only of people in it or beneath it.
    #[serde(default)]
    pub department_id: Option<DepartmentId>,
    /// Only of people there.
    #[serde(default)]
    pub location_id: Option<LocationId>,
}

/// A blackout as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = LeaveBlackout)]
pub struct Blackout {
    #[schema(example = 3)]
    pub id: BlackoutId,
    #[schema(example = "Stocktaking")]
    pub name: String,
    #[schema(value_type = String, format = Date, example = "2026-12-28")]
    pub start_date: Date,
    #[schema(value_type = String, format = Date, example = "2026-12-31")]
    pub end_date: Date,
    pub department_id: Option<DepartmentId>,
    pub location_id: Option<LocationId>,
}

impl Blackout {
    pub fn facts(&self) -> BlackoutFacts {
        BlackoutFacts {
            name: self.name.clone(),
            start_date: self.start_date,
            end_date: self.end_date,
            department_id: self.department_id,
            location_id: self.location_id,
        }
    }
}

/// All of them, the next to end first; those that are over come last.
///
/// # Errors
/// When the database cannot be read.
pub fn all(rx: &Rx<'_>) -> Result<Vec<Blackout>> {
    let today = people::today(rx)?;
    let mut all = store::blackouts(rx)?;
    all.sort_by_key(|one| (one.end_date < today, one.start_date, one.id));
    Ok(all)
}

/// # Errors
/// [`crate::error::AppError::NotFound`]
pub fn get(rx: &Rx<'_>, id: BlackoutId) -> Result<Blackout> {
    store::blackout(rx, id)
}

/// # Errors
/// [`crate::error::AppError::Forbidden`] for all but HR; [`crate::error::AppError::Invalid`] by field.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, facts: BlackoutFacts) -> Result<BlackoutId> {
    actor.require_hr()?;
    let facts = check(tx, facts)?;
    let id = store::insert_blackout(tx, &facts)?;
    let entry = audit::Entry::new("leave_blackout.created")
        .on("leave_blackout", id.0)
        .change("name", "", facts.name.as_str())
        .change("start_date", (), facts.start_date)
        .change("end_date", (), facts.end_date);
    audit::record(tx, actor, entry)?;
    Ok(id)
}

/// Leave that is asked for or booked already stays as it is.
///
/// # Errors
/// As [`create`]; [`crate::error::AppError::NotFound`].
pub fn update(tx: &mut Tx<'_>, actor: &Actor, id: BlackoutId, facts: BlackoutFacts) -> Result<()> {
    actor.require_hr()?;
    let before = store::blackout(tx, id)?;
    let facts = check(tx, facts)?;
    store::update_blackout(tx, id, &facts)?;
    let entry = audit::Entry::new("leave_blackout.updated")
        .on("leave_blackout", id.0)
        .change("name", before.name, facts.name)
        .change("start_date", before.start_date, facts.start_date)
        .change("end_date", before.end_date, facts.end_date)
        .change("department_id", before.department_id, facts.department_id)
        .change("location_id", before.location_id, facts.location_id);
    audit::record(tx, actor, entry)?;
    Ok(())
}

/// # Errors
/// [`crate::error::AppError::Forbidden`] for all but HR; [`crate::error::AppError::NotFound`].
pub fn delete(tx: &mut Tx<'_>, actor: &Actor, id: BlackoutId) -> Result<()> {
    actor.require_hr()?;
    let before = store::blackout(tx, id)?;
    store::delete_blackout(tx, id)?;
    let entry = audit::Entry::new("leave_blackout.deleted").on("leave_blackout", id.0).change("name", before.name, "");
    audit::record(tx, actor, entry)?;
    Ok(())
}

/// Those that touch `period` and hold for a person, the earliest first.
///
/// # Errors
/// When the database cannot be read.
pub fn for_person(rx: &Rx<'_>, employee: EmployeeId, period: Period) -> Result<Vec<Blackout>> {
    let found = store::blackouts_within(rx, period)?;
    if found.is_empty() {
        return Ok(found);
    }
    let (departments, location) =
        (people::org::department::of_person(rx, employee)?, people::get(rx, employee)?.facts.location_id);
    let holds = |one: &Blackout| {
        one.department_id.is_none_or(|department| departments.contains(&department))
            && one.location_id.is_none_or(|there| Some(there) == location)
    };
    Ok(found.into_iter().filter(holds).collect())
}

/// Those that touch `period`, whomever they hold for: for the calendar.
///
/// # Errors
/// When the database cannot be read.
pub fn within(rx: &Rx<'_>, period: Period) -> Result<Vec<Blackout>> {
    store::blackouts_within(rx, period)
}

fn check(rx: &Rx<'_>, mut facts: BlackoutFacts) -> Result<BlackoutFacts> {
    let mut errors = FieldErrors::new();
    facts.name = line(&mut errors, "name", &facts.name, 100);
    match Period::new(facts.start_date, facts.end_date) {
        None => errors.add("end_date", "The last day lies before the first."),
        Some(period) if period.day_count() > LONGEST => errors.add("end_date", msg!("At most {0} days.", LONGEST)),
        Some(_) => {}
    }
    if !(1970..=2199).contains(&facts.start_date.year()) {
        errors.add("start_date", "The date is too far away.");
    }
    if let Some(id) = facts.department_id
        && !store::has_department(rx, id)?
    {
        errors.add("department_id", "There is no such department.");
    }
    if let Some(id) = facts.location_id
        && !store::has_location(rx, id)?
    {
        errors.add("location_id", "There is no such location.");
    }
    errors.into_result(facts)
}
