//! Public holidays: a list for everybody, for an entity, for a location; what holds at one place on one date is the
//! most specific of them ([`of`], decided by `time/holidays`). What a person has of them is `working_time`'s.

pub mod api;
pub mod import;
pub mod packs;
pub mod pages;
mod store;

use jiff::civil::Date;
use serde_json::{Value, json};

use super::NameRef;
use super::recount::{self, Touched, Whose};
use crate::audit;
use crate::auth::Actor;
use crate::error::{FieldErrors, Msg, Result};
use crate::ids::{EntityId, HolidayId, LocationId};
use crate::msg;
use crate::storage::{Rx, Tx};
use crate::text::line;
use crate::time::{Half, HolidayScope, Holidays, Period, period};

/// A holiday lasts at most this many days: a longer one is a slip of the pen.
const LONGEST: i64 = 31;

/// What HR sets of a holiday.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HolidayFacts {
    /// 1 to 100 characters.
    pub name: String,
    pub start_date: Date,
    /// The last day, at most 31 days long in all.
    pub end_date: Date,
    /// `None` is the whole day.
    pub half: Option<Half>,
    pub scope: HolidayScope,
    /// With scope `entity`, and only then.
    pub entity_id: Option<EntityId>,
    /// With scope `location`, and only then.
    pub location_id: Option<LocationId>,
    /// "Not a holiday here": takes away what a wider scope gives.
    pub working: bool,
    /// The date is computed, and may turn out another.
    pub estimated: bool,
    /// Of what was imported: the list it came from. Empty for what was typed.
    pub source: String,
    /// Of a day that the law gives because a holiday falls on a free day: the date of that holiday.
    pub observed_for: Option<Date>,
}

/// A holiday with the names of what it is scoped to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HolidayRow {
    pub id: HolidayId,
    pub facts: HolidayFacts,
    pub entity: Option<NameRef>,
    pub location: Option<NameRef>,
}

/// The holidays of an entity and location within `period`; with neither, the global ones.
pub fn of(rx: &Rx<'_>, entity: Option<EntityId>, location: Option<LocationId>, period: Period) -> Result<Holidays> {
    // A day that the law gives instead may lie outside, and still says what becomes of the holiday inside.
    let wide = Period::new(period::back(period.first(), 31), period::ahead(period.last(), 31)).unwrap_or(period);
    Ok(Holidays::of_place(store::rules(rx, entity, location, wide)?).limited_to(period))
}

/// What is entered for `period`, by date; narrowed to what is scoped to just this entity or location.
pub fn list(
    rx: &Rx<'_>,
    period: Period,
    entity: Option<EntityId>,
    location: Option<LocationId>,
) -> Result<Vec<HolidayRow>> {
    store::within(rx, period, entity, location)
}

/// One holiday.
///
/// # Errors
/// [`crate::error::AppError::NotFound`]
pub fn get(rx: &Rx<'_>, id: HolidayId) -> Result<HolidayRow> {
    store::get(rx, id)
}

/// Enters a holiday; leave around it is counted anew, and it is answered what that touched.
///
/// # Errors
/// [`crate::error::AppError::Forbidden`] for all but HR; [`crate::error::AppError::Invalid`] by field.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, mut facts: HolidayFacts) -> Result<(HolidayId, Vec<Touched>)> {
    actor.require_hr()?;
    check(tx, &mut facts)?;
    let id = enter(tx, actor, &facts)?;
    let why = msg!("{0} was entered as a holiday.", facts.name);
    Ok((id, recounted(tx, actor, &[&facts], why)?))
}

/// Enters a holiday that was checked; leave aside.
fn enter(tx: &mut Tx<'_>, actor: &Actor, facts: &HolidayFacts) -> Result<HolidayId> {
    let id = store::insert(tx, facts)?;
    let entry = audit::Entry::new("holiday.created").on("holiday", id);
    let entry = columns(facts).into_iter().fold(entry, |entry, (field, value)| entry.change(field, Value::Null, value));
    audit::record(tx, actor, entry)?;
    Ok(id)
}

/// Changes a holiday that was checked; leave aside.
fn rewrite(tx: &mut Tx<'_>, actor: &Actor, id: HolidayId, before: &HolidayFacts, facts: &HolidayFacts) -> Result<()> {
    store::update(tx, id, facts)?;
    let mut entry = audit::Entry::new("holiday.updated").on("holiday", id);
    for ((field, old), (_, new)) in columns(before).into_iter().zip(columns(facts)) {
        if old != new {
            entry = entry.change(field, old, new);
        }
    }
    audit::record(tx, actor, entry).map(drop)
}

/// Changes a holiday by `change`, which is handed it as it now stands.
///
/// # Errors
/// As [`create`]; [`crate::error::AppError::NotFound`].
pub fn update(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: HolidayId,
    change: impl FnOnce(&mut HolidayFacts),
) -> Result<Vec<Touched>> {
    actor.require_hr()?;
    let before = store::get(tx, id)?.facts;
    let mut facts = before.clone();
    change(&mut facts);
    check(tx, &mut facts)?;
    if facts == before {
        return Ok(Vec::new());
    }
    rewrite(tx, actor, id, &before, &facts)?;
    let why = msg!("The holiday {0} was changed.", facts.name);
    recounted(tx, actor, &[&before, &facts], why)
}

/// Removes a holiday for good: nothing refers to it, and the audit log keeps what it was.
///
/// # Errors
/// [`crate::error::AppError::Forbidden`] for all but HR; [`crate::error::AppError::NotFound`].
pub fn delete(tx: &mut Tx<'_>, actor: &Actor, id: HolidayId) -> Result<Vec<Touched>> {
    actor.require_hr()?;
    let facts = store::get(tx, id)?.facts;
    store::delete(tx, id)?;
    let entry = audit::Entry::new("holiday.deleted").on("holiday", id);
    let entry =
        columns(&facts).into_iter().fold(entry, |entry, (field, value)| entry.change(field, value, Value::Null));
    audit::record(tx, actor, entry)?;
    let why = msg!("{0} is no holiday any more.", facts.name);
    recounted(tx, actor, &[&facts], why)
}

/// Has leave around these holidays counted anew.
fn recounted(tx: &mut Tx<'_>, actor: &Actor, facts: &[&HolidayFacts], why: Msg) -> Result<Vec<Touched>> {
    let periods = facts.iter().filter_map(|facts| Period::new(facts.start_date, facts.end_date));
    let Some(period) = periods.reduce(Period::hull) else { return Ok(Vec::new()) };
    let whose = |facts: &&HolidayFacts| match (facts.location_id, facts.entity_id) {
        (Some(location), _) => Whose::Location(location),
        (None, Some(entity)) => Whose::Entity(entity),
        (None, None) => Whose::Everybody,
    };
    let mut change = recount::Change::new(period, Whose::Everybody, why);
    change.whose = facts.iter().map(whose).collect();
    recount::recount(tx, actor, &change)
}

fn check(rx: &Rx<'_>, facts: &mut HolidayFacts) -> Result<()> {
    let mut errors = FieldErrors::new();
    facts.name = line(&mut errors, "name", &facts.name, 100);
    match Period::new(facts.start_date, facts.end_date) {
        None => errors.add("end_date", "The last day cannot come before the first."),
        Some(period) if period.day_count() > LONGEST => {
            errors.add("end_date", msg!("A holiday lasts at most {0} days.", LONGEST));
        }
        Some(_) => {}
    }
    if facts.working && facts.half.is_some() {
        errors.add("half", "“Not a holiday here” concerns the whole day.");
    }
    match (facts.scope, facts.entity_id, facts.location_id) {
        (HolidayScope::Global, None, None) => {
            if facts.working {
                errors.add("working", "“Not a holiday here” needs an entity or a location.");
            }
        }
        (HolidayScope::Entity, Some(entity), None) => {
            if !store::has_entity(rx, entity)? {
                errors.add("entity_id", "There is no such entity.");
            }
        }
        (HolidayScope::Location, None, Some(location)) => {
            if !store::has_location(rx, location)? {
                errors.add("location_id", "There is no such location.");
            }
        }
        (HolidayScope::Entity, None, None) => errors.add("entity_id", "Choose the entity it holds for."),
        (HolidayScope::Location, None, None) => errors.add("location_id", "Choose the location it holds for."),
        (_, Some(_), _) if facts.scope != HolidayScope::Entity => {
            errors.add("entity_id", "Only with the scope “entity”.");
        }
        _ => errors.add("location_id", "Only with the scope “location”."),
    }
    errors.into_result(())
}

fn columns(facts: &HolidayFacts) -> [(&'static str, Value); 11] {
    [
        ("name", json!(facts.name)),
        ("start_date", json!(facts.start_date)),
        ("end_date", json!(facts.end_date)),
        ("half", json!(facts.half)),
        ("scope", json!(facts.scope)),
        ("entity_id", json!(facts.entity_id)),
        ("location_id", json!(facts.location_id)),
        ("working", json!(facts.working)),
        ("estimated", json!(facts.estimated)),
        ("source", json!(facts.source)),
        ("observed_for", json!(facts.observed_for)),
    ]
}
