//! Sites: where people work, with a time zone and the holidays of a country and region.

pub mod api;
pub mod pages;
mod store;

use jiff::civil::Date;

use super::rules;
use crate::audit;
use crate::auth::Actor;
use crate::error::{FieldErrors, Result};
use crate::ids::{EntityId, LocationId};
use crate::msg;
use crate::people::recount::{self, Touched, Whose};
use crate::people::{FreeDays, NameRef};
use crate::storage::{Rx, Tx};
use crate::text::fold;
use crate::time::FreeDayRule;
use crate::web::Listing;

/// What HR sets of a location.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocationFacts {
    pub entity_id: EntityId,
    /// 1 to 100 characters.
    pub name: String,
    /// 1 to 10 characters, unique regardless of case.
    pub code: String,
    /// A name of the IANA database: "Europe/Berlin".
    pub time_zone: String,
    /// ISO 3166 alpha-2; empty is the entity's.
    pub country: String,
    /// State or province, for its holidays; at most 20 characters, may be empty.
    pub region: String,
    /// At most 500 characters, may be empty.
    pub address: String,
    /// What becomes of a whole holiday on a day that a person does not work anyway.
    pub holiday_on_free_day: FreeDayRule,
    /// Of which holidays: those from this date on. Always there with a rule, and only then; today where it is left out.
    pub free_day_from: Option<Date>,
    /// For how many months a lieu day can be used, 1 to 60; `None` is without end.
    pub lieu_expires_months: Option<u8>,
}

/// A site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    pub id: LocationId,
    pub facts: LocationFacts,
    pub entity: NameRef,
    pub hidden: bool,
}

/// By which words a list of locations can be ordered.
pub const ORDERINGS: &[&str] = &["name", "code"];
/// By which words HR can filter it: `active=false` shows the deactivated ones instead.
pub const FILTERS: &[&str] = &["search", "active", "entity_id"];
/// By which words everybody else can.
pub const PUBLIC_FILTERS: &[&str] = &["search", "entity_id"];

/// A page of the locations, and how many there are in all.
///
/// # Errors
/// [`crate::error::AppError::Invalid`] for a filter that cannot be read.
pub fn list(rx: &Rx<'_>, listing: &Listing) -> Result<(Vec<Location>, i64)> {
    store::list(rx, listing)
}

/// Those in use, by name: for choosing one.
pub fn choices(rx: &Rx<'_>) -> Result<Vec<NameRef>> {
    store::choices(rx)
}

/// One location, deactivated or not.
///
/// # Errors
/// [`crate::error::AppError::NotFound`]
pub fn get(rx: &Rx<'_>, id: LocationId) -> Result<Location> {
    store::get(rx, id)
}

/// What a location does about whole holidays on free days; `None` where they are lost.
///
/// # Errors
/// When the database cannot be read.
pub fn free_days(rx: &Rx<'_>, id: LocationId) -> Result<Option<FreeDays>> {
    store::free_days(rx, id)
}

/// The locations in use that have this rule, with their entity.
///
/// # Errors
/// When the database cannot be read.
pub fn with_free_days(rx: &Rx<'_>, rule: FreeDayRule) -> Result<Vec<(LocationId, EntityId, FreeDays)>> {
    store::with_free_days(rx, rule)
}

/// Enters a location.
///
/// # Errors
/// [`crate::error::AppError::Forbidden`] for all but HR; [`crate::error::AppError::Invalid`] by field.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, mut facts: LocationFacts) -> Result<LocationId> {
    actor.require_hr()?;
    check(tx, None, &mut facts)?;
    let id = store::insert(tx, &facts)?;
    let entry = audit::Entry::new("location.created")
        .on("location", id)
        .with("entity_id", facts.entity_id)
        .with("name", &facts.name)
        .with("code", &facts.code)
        .with("time_zone", &facts.time_zone)
        .with("country", &facts.country)
        .with("region", &facts.region)
        .with("address", &facts.address)
        .with("holiday_on_free_day", facts.holiday_on_free_day)
        .with("free_day_from", facts.free_day_from)
        .with("lieu_expires_months", facts.lieu_expires_months);
    audit::record(tx, actor, entry)?;
    Ok(id)
}

/// Changes a location by `change`, which is handed it as it now stands. People stay at it: a location that moves to
/// another entity takes them along. Leave is counted anew where it moves, and where the rule about holidays on free days
/// changes.
///
/// # Errors
/// As [`create`]; [`crate::error::AppError::NotFound`].
pub fn update(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: LocationId,
    change: impl FnOnce(&mut LocationFacts),
) -> Result<Vec<Touched>> {
    actor.require_hr()?;
    let before = store::get(tx, id)?.facts;
    let mut facts = before.clone();
    change(&mut facts);
    check(tx, Some((id, &before)), &mut facts)?;
    if facts == before {
        return Ok(Vec::new());
    }
    store::update(tx, id, &facts)?;
    let moved = if facts.entity_id == before.entity_id {
        Vec::new()
    } else {
        crate::people::employee::changes::move_to_entity(tx, actor, id, facts.entity_id)?
    };
    let mut entry = audit::Entry::new("location.updated")
        .on("location", id)
        .change("entity_id", before.entity_id, facts.entity_id)
        .change("name", &before.name, &facts.name)
        .change("code", &before.code, &facts.code)
        .change("time_zone", &before.time_zone, &facts.time_zone)
        .change("country", &before.country, &facts.country)
        .change("region", &before.region, &facts.region)
        .change("address", &before.address, &facts.address)
        .change("holiday_on_free_day", before.holiday_on_free_day, facts.holiday_on_free_day)
        .change("free_day_from", before.free_day_from, facts.free_day_from)
        .change("lieu_expires_months", before.lieu_expires_months, facts.lieu_expires_months);
    if !moved.is_empty() {
        entry = entry.with("employees", moved);
    }
    audit::record(tx, actor, entry)?;
    let rule = |facts: &LocationFacts| (facts.holiday_on_free_day, facts.free_day_from);
    let froms = [before.free_day_from, facts.free_day_from].into_iter().flatten();
    let mut touched = Vec::new();
    if let Some(from) = froms.min().filter(|_| rule(&before) != rule(&facts)) {
        let why = msg!("What {0} does about holidays on free days was changed.", facts.name);
        touched = recount::recount(tx, actor, &recount::Change::since(from, Whose::Location(id), why))?;
    }
    if facts.entity_id != before.entity_id {
        // People went along today, to the holidays of that entity.
        let (today, why) = (crate::people::today(tx)?, msg!("{0} belongs to another entity.", facts.name));
        let moved = recount::recount(tx, actor, &recount::Change::since(today, Whose::Location(id), why))?;
        recount::joined(&mut touched, moved);
    }
    Ok(touched)
}

fn check(rx: &Rx<'_>, before: Option<(LocationId, &LocationFacts)>, facts: &mut LocationFacts) -> Result<()> {
    let mut errors = FieldErrors::new();
    rules::name_and_code(&mut facts.name, &mut facts.code, &mut errors);
    rules::country(&mut facts.country, &mut errors);
    rules::time_zone(&mut facts.time_zone, &mut errors);
    rules::lines(&mut facts.region, "region", 20, &mut errors);
    rules::lines(&mut facts.address, "address", 500, &mut errors);
    if facts.holiday_on_free_day == FreeDayRule::Nothing {
        facts.free_day_from = None;
    } else {
        facts.free_day_from.get_or_insert(crate::people::today(rx)?);
    }
    let today = crate::people::today(rx)?;
    let gave = before.is_some_and(|(_, before)| before.holiday_on_free_day == FreeDayRule::LieuDay);
    if gave && facts.holiday_on_free_day == FreeDayRule::NextWorkingDay && facts.free_day_from <= Some(today) {
        errors.add("free_day_from", "Lieu days were given up to today: choose a later date.");
    }
    if facts.holiday_on_free_day != FreeDayRule::LieuDay {
        facts.lieu_expires_months = None;
    }
    if facts.lieu_expires_months.is_some_and(|months| !(1..=60).contains(&months)) {
        errors.add("lieu_expires_months", "From 1 to 60 months, or empty for no end.");
    }
    let holder = store::holder_of_code(rx, &fold(&facts.code))?;
    if let Some((_, holder)) = holder.filter(|(other, _)| Some(*other) != before.map(|(id, _)| id)) {
        errors.add("code", msg!("{0} has the code {1} already.", holder, facts.code));
    }
    let kept = before.is_some_and(|(_, before)| before.entity_id == facts.entity_id);
    if !kept && !store::has_entity(rx, facts.entity_id)? {
        errors.add("entity_id", "There is no such entity.");
    }
    errors.into_result(())
}
