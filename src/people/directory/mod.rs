//! The directory: people with the names of what they belong to, searched, filtered and paged.
//!
//! Colleagues find those who work here today, and their own reports; HR finds everybody. What is found is decided
//! in the query itself, before anything is counted.

pub mod pages;
mod store;
#[cfg(test)]
mod tests;

use jiff::civil::Date;

use super::reach::{self, Reach};
use super::{Employee, EmploymentType, NameRef, Status};
use crate::auth::{Actor, Role};
use crate::error::{AppError, Result};
use crate::ids::{DepartmentId, EmployeeId, EntityId, GroupId, LocationId};
use crate::storage::Rx;
use crate::web::Listing;

/// A person with the names of what the record refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    pub employee: Employee,
    pub entity: Option<NameRef>,
    pub location: Option<NameRef>,
    pub department: Option<NameRef>,
    pub manager: Option<NameRef>,
    pub approver: Option<NameRef>,
    pub deputy: Option<NameRef>,
}

/// By which words HR can order the list.
pub const ORDERINGS: &[&str] =
    &["name", "first_name", "number", "position", "department", "location", "join_date", "leave_date"];
/// By which words HR can filter it.
pub const FILTERS: &[&str] = &[
    "search",
    "department_id",
    "location_id",
    "entity_id",
    "manager_id",
    "group_id",
    "employment_type",
    "status",
    "active",
    "on",
];
/// By which words everybody else can order it: none tells what they may not see.
pub const PUBLIC_ORDERINGS: &[&str] = &["name", "first_name", "position", "department", "location"];
/// By which words everybody else can filter it.
pub const PUBLIC_FILTERS: &[&str] = &["search", "department_id", "location_id", "entity_id", "manager_id"];

/// The words that this actor's list knows: orderings, filters.
pub fn words(actor: &Actor) -> (&'static [&'static str], &'static [&'static str]) {
    if actor.is_hr() { (ORDERINGS, FILTERS) } else { (PUBLIC_ORDERINGS, PUBLIC_FILTERS) }
}

/// What a list is narrowed to, beside what the actor may see at all.
#[derive(Clone, Debug, Default)]
pub(super) struct Narrow {
    /// With all that are part of it.
    department: Option<DepartmentId>,
    location: Option<LocationId>,
    entity: Option<EntityId>,
    manager: Option<EmployeeId>,
    group: Option<GroupId>,
    employment_type: Option<EmploymentType>,
    /// As people stood on this day, and only who was employed then.
    on: Option<Date>,
    /// Above, directly or through others.
    above: Option<EmployeeId>,
    status: Option<Status>,
    hidden: bool,
    without_left: bool,
}

/// A page of the people that `actor` may find, and how many there are in all. A search finds those in whom every one
/// of its words occurs: in a name, the address or the position; for HR also in the number.
///
/// # Errors
/// [`AppError::Invalid`] for a filter that cannot be read.
pub fn list(rx: &Rx<'_>, actor: &Actor, listing: &Listing) -> Result<(Vec<Profile>, i64)> {
    find(rx, actor, listing, false)
}

/// As [`list`], and those who have left only where they are asked for: for a page to look at.
///
/// # Errors
/// As [`list`].
pub fn present(rx: &Rx<'_>, actor: &Actor, listing: &Listing) -> Result<(Vec<Profile>, i64)> {
    find(rx, actor, listing, true)
}

/// Those who report to `manager` and whom `actor` may find; with `indirect=true`, also through others.
///
/// # Errors
/// As [`list`].
pub fn reports(rx: &Rx<'_>, actor: &Actor, manager: EmployeeId, listing: &Listing) -> Result<(Vec<Profile>, i64)> {
    let indirect = listing.filter::<bool>("indirect")?.unwrap_or(false);
    let narrow = if indirect {
        Narrow { above: Some(manager), ..Narrow::default() }
    } else {
        Narrow { manager: Some(manager), ..Narrow::default() }
    };
    narrowed(rx, actor, &narrow, listing)
}

fn find(rx: &Rx<'_>, actor: &Actor, listing: &Listing, without_left: bool) -> Result<(Vec<Profile>, i64)> {
    let status: Option<Status> = listing.filter("status")?;
    let hidden = !listing.filter::<bool>("active")?.unwrap_or(true);
    let narrow = Narrow {
        department: listing.filter("department_id")?,
        location: listing.filter("location_id")?,
        entity: listing.filter("entity_id")?,
        manager: listing.filter("manager_id")?,
        group: listing.filter("group_id")?,
        employment_type: listing.filter("employment_type")?,
        on: listing.filter("on")?,
        above: None,
        without_left: without_left && status.is_none() && !hidden,
        status,
        hidden,
    };
    narrowed(rx, actor, &narrow, listing)
}

fn narrowed(rx: &Rx<'_>, actor: &Actor, narrow: &Narrow, listing: &Listing) -> Result<(Vec<Profile>, i64)> {
    let today = narrow.on.unwrap_or_else(|| actor.today(rx.now()));
    let scope = reach::scope(rx, actor)?;
    let search = crate::text::fold(listing.search.as_deref().unwrap_or_default());
    store::list(rx, &scope, today, narrow, &search, listing)
}

/// One person as `actor` may see them, and how far the actor reaches.
///
/// # Errors
/// [`AppError::NotFound`] where there is none whom the actor may find: outside the own lines only those who work
/// here today are, and deactivated people are for HR alone.
pub fn profile(rx: &Rx<'_>, actor: &Actor, id: EmployeeId) -> Result<(Profile, Reach)> {
    let profile = store::get(rx, id)?;
    let reach = reach::reach(rx, actor, id)?;
    let works_here = profile.employee.is_employed_on(actor.today(rx.now()));
    // Before the first day nobody is known but oneself.
    let staff = actor.roles.iter().any(|role| role != Role::Hire);
    if reach.sees() || (works_here && staff) { Ok((profile, reach)) } else { Err(AppError::NotFound) }
}

/// A record with its names, whoever asks: for HR's own forms.
pub(super) fn whole(rx: &Rx<'_>, id: EmployeeId) -> Result<Profile> {
    store::get(rx, id)
}

/// Everybody who is not deactivated, by number: what an export holds. With a day, those who were employed then, as
/// they stood.
pub(super) fn everybody(rx: &Rx<'_>, on: Option<Date>) -> Result<Vec<Profile>> {
    store::everybody(rx, on)
}

/// Everybody who works here today and to whom somebody reports, by name.
///
/// # Errors
/// When the database cannot be read.
pub fn managers(rx: &Rx<'_>) -> Result<Vec<NameRef>> {
    store::managers(rx, super::today(rx)?)
}

/// Those whose name holds the words of a search, and who belong to a department or one beneath it.
///
/// # Errors
/// When the database cannot be read.
pub fn matching(
    rx: &Rx<'_>,
    search: Option<&str>,
    department: Option<DepartmentId>,
) -> Result<std::collections::HashSet<EmployeeId>> {
    store::matching(rx, search, department)
}

/// For choosing a person: all who are employed on or after `today`, by name.
pub fn choices(rx: &Rx<'_>, today: Date) -> Result<Vec<NameRef>> {
    store::choices(rx, today)
}
