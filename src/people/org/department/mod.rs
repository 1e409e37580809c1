//! Departments: at a location or without one, perhaps within another department, with a head and further managers.
//!
//! Heads and managers of a department are named for people to find; who decides on whose requests follows from the
//! reporting lines (`reach/`).

pub mod api;
pub mod pages;
mod store;

use super::{money, rules};
use crate::audit;
use crate::auth::Actor;
use crate::error::{AppError, FieldErrors, Result};
use crate::ids::{DepartmentId, EmployeeId, LocationId};
use crate::msg;
use crate::people::recount::{self, Touched, Whose};
use crate::people::schedule::overlays;
use crate::people::{self, NameRef};
use crate::storage::{Rx, Tx};
use crate::text::fold;
use crate::web::Listing;

/// What HR sets of a department.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DepartmentFacts {
    /// 1 to 100 characters.
    pub name: String,
    /// 1 to 10 characters, unique regardless of case.
    pub code: String,
    pub location_id: Option<LocationId>,
    /// The department that this one is a part of.
    pub parent_id: Option<DepartmentId>,
    pub head_id: Option<EmployeeId>,
    /// For a year, in the smallest unit of `currency` (cents); for HR alone.
    pub budget_minor: Option<i64>,
    /// ISO 4217, such as EUR; empty exactly where there is no budget.
    pub currency: String,
}

/// A department.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Department {
    pub id: DepartmentId,
    pub facts: DepartmentFacts,
    pub location: Option<NameRef>,
    pub parent: Option<NameRef>,
    pub head: Option<NameRef>,
    /// The head is deactivated: HR alone knows of them.
    pub head_hidden: bool,
    /// People in it, deactivated ones left out.
    pub people: i64,
    pub hidden: bool,
}

/// By which words a list of departments can be ordered.
pub const ORDERINGS: &[&str] = &["name", "code"];
/// By which words HR can filter it: `active=false` shows the deactivated ones instead.
pub const FILTERS: &[&str] = &["search", "active", "location_id", "parent_id"];
/// By which words everybody else can.
pub const PUBLIC_FILTERS: &[&str] = &["search", "location_id", "parent_id"];

/// A page of the departments, and how many there are in all.
///
/// # Errors
/// [`AppError::Invalid`] for a filter that cannot be read.
pub fn list(rx: &Rx<'_>, listing: &Listing) -> Result<(Vec<Department>, i64)> {
    store::list(rx, listing)
}

/// Those in use, by name: for choosing one.
pub fn choices(rx: &Rx<'_>) -> Result<Vec<NameRef>> {
    store::choices(rx)
}

/// One department, deactivated or not.
///
/// # Errors
/// [`AppError::NotFound`]
pub fn get(rx: &Rx<'_>, id: DepartmentId) -> Result<Department> {
    store::get(rx, id)
}

/// Enters a department.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::Invalid`] by field.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, mut facts: DepartmentFacts) -> Result<DepartmentId> {
    actor.require_hr()?;
    check(tx, None, &mut facts)?;
    let id = store::insert(tx, &facts)?;
    audit::record(tx, actor, entry("department.created", id, &DepartmentFacts::default(), &facts))?;
    Ok(id)
}

/// Changes a department by `change`, which is handed it as it now stands. Where it becomes a part of another one, leave
/// of all its people is counted anew from today on: a department's hours for a while are those of its parts.
///
/// # Errors
/// As [`create`]; [`AppError::NotFound`]; [`AppError::Invalid`] on `parent_id` where a department would be part of
/// itself.
pub fn update(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: DepartmentId,
    change: impl FnOnce(&mut DepartmentFacts),
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
    audit::record(tx, actor, entry("department.updated", id, &before, &facts))?;
    let today = people::today(tx)?;
    if facts.parent_id == before.parent_id || !overlays::names_a_department(tx, today)? {
        return Ok(Vec::new());
    }
    let (whose, why) = (store::people_within(tx, id)?, msg!("{0} is part of another department.", facts.name));
    recount::recount(tx, actor, &recount::Change::since(today, Whose::People(whose), why))
}

/// Those who manage the department beside its head, by name.
///
/// The department of a person, then those that it is part of, the nearest first; none for who belongs to none.
///
/// # Errors
/// [`AppError::NotFound`] where there is no such person.
pub fn of_person(rx: &Rx<'_>, employee: EmployeeId) -> Result<Vec<DepartmentId>> {
    match people::get(rx, employee)?.facts.department_id {
        Some(own) => store::with_above(rx, own),
        None => Ok(Vec::new()),
    }
}

/// A department and all that are part of it, directly or through others.
///
/// # Errors
/// When the database cannot be read.
pub fn with_beneath(rx: &Rx<'_>, id: DepartmentId) -> Result<Vec<DepartmentId>> {
    store::with_beneath(rx, id)
}

/// # Errors
/// [`AppError::NotFound`]
pub fn managers(rx: &Rx<'_>, id: DepartmentId) -> Result<Vec<NameRef>> {
    store::get(rx, id)?;
    store::managers(rx, id)
}

/// Names `employee` a manager of the department. Naming somebody twice changes nothing.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::NotFound`] for the department; [`AppError::Invalid`] on
/// `employee_id`.
pub fn add_manager(tx: &mut Tx<'_>, actor: &Actor, id: DepartmentId, employee: EmployeeId) -> Result<()> {
    actor.require_hr()?;
    store::get(tx, id)?;
    if !store::has_employee(tx, employee)? {
        return Err(AppError::invalid("employee_id", "There is no such person."));
    }
    if store::add_manager(tx, id, employee)? {
        let entry = audit::Entry::new("department.manager_added").on("department", id).with("employee_id", employee);
        audit::record(tx, actor, entry)?;
    }
    Ok(())
}

/// `employee` no longer manages the department.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::NotFound`] where they did not.
pub fn remove_manager(tx: &mut Tx<'_>, actor: &Actor, id: DepartmentId, employee: EmployeeId) -> Result<()> {
    actor.require_hr()?;
    if !store::remove_manager(tx, id, employee)? {
        return Err(AppError::NotFound);
    }
    let entry =
        audit::Entry::new("department.manager_removed").on("department", id).change("employee_id", employee, ());
    audit::record(tx, actor, entry)?;
    Ok(())
}

fn check(rx: &Rx<'_>, before: Option<(DepartmentId, &DepartmentFacts)>, facts: &mut DepartmentFacts) -> Result<()> {
    let id = before.map(|(id, _)| id);
    let before = before.map(|(_, before)| before);
    let mut errors = FieldErrors::new();
    rules::name_and_code(&mut facts.name, &mut facts.code, &mut errors);
    if let Some((_, holder)) = store::holder_of_code(rx, &fold(&facts.code))?.filter(|(other, _)| Some(*other) != id) {
        errors.add("code", msg!("{0} has the code {1} already.", holder, facts.code));
    }
    money::check(facts.budget_minor, &mut facts.currency, &mut errors);
    // What it had before may stay, though deactivated since.
    if let Some(location) = facts.location_id
        && before.is_none_or(|before| before.location_id != facts.location_id)
        && !store::has_location(rx, location)?
    {
        errors.add("location_id", "There is no such location.");
    }
    if let Some(head) = facts.head_id
        && before.is_none_or(|before| before.head_id != facts.head_id)
        && !store::has_employee(rx, head)?
    {
        errors.add("head_id", "There is no such person.");
    }
    if let Some(parent) = facts.parent_id
        && before.is_none_or(|before| before.parent_id != facts.parent_id)
    {
        if !store::has_department(rx, parent)? {
            errors.add("parent_id", "There is no such department.");
        } else if let Some(id) = id
            && (parent == id || store::is_within(rx, parent, id)?)
        {
            errors.add("parent_id", "A department cannot be part of itself.");
        }
    }
    errors.into_result(())
}

fn entry(action: &'static str, id: DepartmentId, before: &DepartmentFacts, after: &DepartmentFacts) -> audit::Entry {
    audit::Entry::new(action)
        .on("department", id)
        .change("name", &before.name, &after.name)
        .change("code", &before.code, &after.code)
        .change("location_id", before.location_id, after.location_id)
        .change("parent_id", before.parent_id, after.parent_id)
        .change("head_id", before.head_id, after.head_id)
        .change("budget_minor", before.budget_minor, after.budget_minor)
        .change("currency", &before.currency, &after.currency)
}
