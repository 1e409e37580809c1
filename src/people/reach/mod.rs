//! Who stands where to whom: the one function that says how far an actor reaches ([`reach`]), the lines of
//! reporting above and below a person, who decides on their requests, who belongs to a group, where they work.
//!
//! Whether the actor may *do* a thing is decided in the action; this room only says what the two are to each other.

pub mod rules;
mod store;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::NameRef;
use crate::auth::{Actor, Role};
use crate::error::{AppError, Result};
use crate::ids::{EmployeeId, EntityId, LocationId};
use crate::jobs::Due;
use crate::storage::Rx;

/// What a person is to the actor, the closest first: HR's own manager is their manager before they are HR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The actor's own record.
    Own,
    /// Somebody who reports to the actor, directly or through others.
    Report,
    /// Anybody else, for HR.
    Organization,
    /// A colleague, or nobody at all.
    None,
}

impl Reach {
    /// Whether the actor sees more of the person than colleagues do.
    pub fn sees(self) -> bool {
        self != Reach::None
    }

    /// Whether the actor is above the person: their manager's line, or HR.
    pub fn leads(self) -> bool {
        matches!(self, Reach::Report | Reach::Organization)
    }
}

/// What `employee` is to `actor`. A deactivated person exists for HR alone.
pub fn reach(rx: &Rx<'_>, actor: &Actor, employee: EmployeeId) -> Result<Reach> {
    let Some(hidden) = store::is_hidden(rx, employee)? else { return Ok(Reach::None) };
    if !hidden && let Some(own) = actor.employee_id {
        if own == employee {
            return Ok(Reach::Own);
        }
        // Before the first day nobody is theirs to lead yet.
        if is_here(actor) && store::is_above(rx, own, employee)? {
            return Ok(Reach::Report);
        }
    }
    Ok(if actor.is_hr() { Reach::Organization } else { Reach::None })
}

/// Whether the actor's first day has come.
fn is_here(actor: &Actor) -> bool {
    !actor.has(Role::Hire)
}

/// As [`reach`], for what only those who see the person may know of at all.
///
/// # Errors
/// [`AppError::NotFound`] where the actor does not reach the person.
pub fn within_reach(rx: &Rx<'_>, actor: &Actor, employee: EmployeeId) -> Result<Reach> {
    match reach(rx, actor, employee)? {
        Reach::None => Err(AppError::NotFound),
        reach => Ok(reach),
    }
}

/// Everybody an actor sees more of than colleagues do: what a list is filtered by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// HR.
    Organization,
    /// These: the actor's own record and all direct and indirect reports. Empty for a login without a record.
    People(Vec<EmployeeId>),
}

impl Scope {
    pub fn includes(&self, employee: EmployeeId) -> bool {
        match self {
            Scope::Organization => true,
            Scope::People(ids) => ids.contains(&employee),
        }
    }

    /// For `(?1 IS NULL OR employee_id IN (SELECT value FROM json_each(?1)))`: a JSON list of ids, `None` for all.
    pub fn ids_json(&self) -> Option<String> {
        match self {
            Scope::Organization => None,
            Scope::People(ids) => Some(super::json_ids(ids)),
        }
    }
}

/// How far `actor` sees.
pub fn scope(rx: &Rx<'_>, actor: &Actor) -> Result<Scope> {
    if actor.is_hr() {
        return Ok(Scope::Organization);
    }
    let Some(own) = actor.employee_id else { return Ok(Scope::People(Vec::new())) };
    let mut ids = vec![own];
    if is_here(actor) {
        ids.extend(all_reports(rx, own)?);
    }
    Ok(Scope::People(ids))
}

/// The direct reports, by name; deactivated ones left out.
pub fn reports(rx: &Rx<'_>, manager: EmployeeId) -> Result<Vec<NameRef>> {
    store::reports(rx, manager)
}

/// Direct and indirect reports, deactivated ones left out (but not those below them).
pub fn all_reports(rx: &Rx<'_>, manager: EmployeeId) -> Result<Vec<EmployeeId>> {
    store::all_reports(rx, manager)
}

/// Whether anybody reports to them: whoever has reports is a manager.
pub fn has_reports(rx: &Rx<'_>, manager: EmployeeId) -> Result<bool> {
    store::has_reports(rx, manager)
}

/// Whether `above` is a manager of `employee`, directly or through others.
pub fn is_above(rx: &Rx<'_>, above: EmployeeId, employee: EmployeeId) -> Result<bool> {
    store::is_above(rx, above, employee)
}

/// Who decides on a person's requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approver {
    /// The one named in the record.
    Named(EmployeeId),
    /// The line manager, or the next above who is employed today.
    LineManager(EmployeeId),
    /// Nobody above is left: [`hr_members`].
    Hr,
}

/// Who decides on `employee`'s requests: the approver named in the record, else the line manager, else the next
/// above, else HR. Whoever is deactivated, has left or has not begun yet is passed over.
///
/// # Errors
/// [`AppError::NotFound`] where there is no such person.
pub fn approver_of(rx: &Rx<'_>, employee: EmployeeId) -> Result<Approver> {
    let today = today(rx)?;
    let named = store::approver(rx, employee)?.ok_or(AppError::NotFound)?;
    if let Some(approver) = named
        && store::is_employed(rx, approver, today)?
    {
        return Ok(Approver::Named(approver));
    }
    Ok(store::nearest_manager(rx, employee, today)?.map_or(Approver::Hr, Approver::LineManager))
}

/// The line manager of `employee`, or the next above who is employed today.
///
/// # Errors
/// When the database cannot be read.
pub fn manager_of(rx: &Rx<'_>, employee: EmployeeId) -> Result<Option<EmployeeId>> {
    store::nearest_manager(rx, employee, today(rx)?)
}

/// Those who hold the role HR, employed and with a login that is not disabled, by name.
pub fn hr_members(rx: &Rx<'_>) -> Result<Vec<NameRef>> {
    let today = today(rx)?;
    store::role_members(rx, "hr", today)
}

/// The members of the group with this code (in any case) who are employed today, by name; none where there is no
/// such group.
pub fn members_of_group(rx: &Rx<'_>, code: &str) -> Result<Vec<NameRef>> {
    let today = today(rx)?;
    store::group_members(rx, &crate::text::fold(code), today)
}

/// A place of work from a day on.
pub(super) type Stay = (Date, Option<EntityId>, Option<LocationId>);

/// From which day on each of these people is at which location and entity, the earliest first. The first one holds for
/// the time before as well; who never was anywhere is left out.
///
/// # Errors
/// When the database cannot be read.
pub(super) fn places_over_time(rx: &Rx<'_>, employees: &[EmployeeId]) -> Result<HashMap<EmployeeId, Vec<Stay>>> {
    let mut found: HashMap<EmployeeId, Vec<Stay>> = HashMap::new();
    for (employee, on, is_location, id) in store::moves(rx, employees)? {
        let stretches = found.entry(employee).or_default();
        let (entity, location) = stretches.last().map_or((None, None), |(_, entity, location)| (*entity, *location));
        if stretches.last().is_none_or(|(day, ..)| *day != on) {
            stretches.push((on, entity, location));
        }
        if let Some(last) = stretches.last_mut() {
            if is_location { last.2 = id.map(LocationId) } else { last.1 = id.map(EntityId) }
        }
    }
    Ok(found)
}

/// Who works for an entity, or at a location; deactivated ones too, whose past leave counts as well.
///
/// # Errors
/// When the database cannot be read.
pub(super) fn people_at(
    rx: &Rx<'_>,
    entity: Option<EntityId>,
    location: Option<LocationId>,
) -> Result<Vec<EmployeeId>> {
    store::people_at(rx, entity, location)
}

/// Where a person works: what decides on time zone and holidays.
#[derive(Clone, Debug)]
pub struct Place {
    /// The location's; the organization's where there is no location.
    pub zone: TimeZone,
    pub location_id: Option<LocationId>,
    pub entity_id: Option<EntityId>,
    /// ISO 3166 alpha-2, of the location, else of the entity; empty where neither says.
    pub country: String,
}

/// Where `employee` works.
///
/// # Errors
/// [`AppError::NotFound`] where there is no such person.
pub fn place_of(rx: &Rx<'_>, employee: EmployeeId) -> Result<Place> {
    let (location_id, entity_id, zone, country) = store::place(rx, employee)?;
    let zone = match zone.and_then(|name| TimeZone::get(&name).ok()) {
        Some(zone) => zone,
        None => organization_zone(rx)?,
    };
    Ok(Place { zone, location_id, entity_id, country })
}

/// Where each of these people works, in one question.
///
/// # Errors
/// When the database cannot be read.
pub fn placed(rx: &Rx<'_>, employees: &[EmployeeId]) -> Result<Vec<super::Placed>> {
    store::placed(rx, employees)
}

/// Whether a run of the clockwork is that of `employee`'s own zone.
///
/// # Errors
/// [`AppError::NotFound`] where there is no such person.
pub fn is_run_of(rx: &Rx<'_>, due: &Due, employee: EmployeeId) -> Result<bool> {
    let place = place_of(rx, employee)?;
    Ok(due.is_for(place.location_id.map(|_| &place.zone)))
}

/// Who works with `employee` from day to day: the line manager, those who have the same one, and who reports to
/// `employee`; of them who is employed on `on`, by id.
///
/// # Errors
/// When the database cannot be read.
pub fn team_of(rx: &Rx<'_>, employee: EmployeeId, on: Date) -> Result<Vec<EmployeeId>> {
    store::team(rx, employee, on)
}

/// Who looks after `employee` as their manager: the line manager, or the next above who is employed today; where nobody
/// is left, HR.
///
/// # Errors
/// When the database cannot be read.
pub fn managers_of(rx: &Rx<'_>, employee: EmployeeId) -> Result<Vec<EmployeeId>> {
    let today = today(rx)?;
    match store::nearest_manager(rx, employee, today)? {
        Some(manager) => Ok(vec![manager]),
        None => Ok(hr_members(rx)?.into_iter().map(|one| EmployeeId(one.id)).filter(|id| *id != employee).collect()),
    }
}

/// The zone of whoever has no location.
pub fn organization_zone(rx: &Rx<'_>) -> Result<TimeZone> {
    let name = store::organization_zone(rx)?;
    Ok(name.and_then(|name| TimeZone::get(&name).ok()).unwrap_or(TimeZone::UTC))
}

/// The date it is now in the organization's zone.
pub fn today(rx: &Rx<'_>) -> Result<Date> {
    Ok(rx.now().to_zoned(organization_zone(rx)?).date())
}
