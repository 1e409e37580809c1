//! Groups of people that receive tasks together: IT, finance, facilities. A group is known by its code ("it").
//!
//! Lists show who is in a group today; since when, and who was in it before, is kept as well, because hours for a while
//! may be a group's: leave is counted anew from the day on which somebody comes into such a group, or goes.

pub mod api;
pub mod pages;
mod store;

use jiff::civil::Date;

use crate::audit;
use crate::auth::Actor;
use crate::error::{AppError, FieldErrors, Result};
use crate::ids::{EmployeeId, GroupId};
use crate::msg;
use crate::people::recount::{self, Touched, Whose};
use crate::people::schedule::overlays;
use crate::people::{self, NameRef};
use crate::storage::{Rx, Tx, is_foreign_key_violation};
use crate::text::{fold, line, tidy};

/// A group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub id: GroupId,
    /// 1 to 100 characters.
    pub name: String,
    /// 1 to 40 of letters, digits and `_ . -`; unique regardless of case.
    pub code: String,
    /// How many people are in it, deactivated ones left out.
    pub members: i64,
}

/// All groups, by code.
pub fn all(rx: &Rx<'_>) -> Result<Vec<Group>> {
    store::all(rx)
}

/// One group.
///
/// # Errors
/// [`crate::error::AppError::NotFound`]
pub fn get(rx: &Rx<'_>, id: GroupId) -> Result<Group> {
    store::get(rx, id)
}

/// The groups a person is in, by code.
pub fn of_employee(rx: &Rx<'_>, employee: EmployeeId) -> Result<Vec<Group>> {
    store::of_employee(rx, employee)
}

/// The groups with these codes, in any case.
///
/// # Errors
/// [`crate::error::AppError::Invalid`] on `groups`, naming the first code that there is no group for.
pub fn by_codes(rx: &Rx<'_>, codes: &[String]) -> Result<Vec<GroupId>> {
    let mut ids = Vec::with_capacity(codes.len());
    let mut errors = FieldErrors::new();
    for code in codes {
        match store::by_code_key(rx, &fold(code))? {
            Some(id) => ids.push(id),
            None => errors.add("groups", msg!("There is no group “{0}”.", code)),
        }
    }
    errors.into_result(ids)
}

/// Makes a group.
///
/// # Errors
/// [`crate::error::AppError::Forbidden`] for all but HR; [`crate::error::AppError::Invalid`] by field.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, name: &str, code: &str) -> Result<GroupId> {
    actor.require_hr()?;
    let mut errors = FieldErrors::new();
    let (name, code) = (line(&mut errors, "name", name, 100), tidy(code));
    let key = fold(&code);
    let plain = code.chars().all(|c| c.is_alphanumeric() || "_.-".contains(c));
    if !(1..=40).contains(&code.chars().count()) || !plain {
        errors.add("code", "Use 1 to 40 letters, digits, dots, hyphens or underscores, such as “it”.");
    } else if store::by_code_key(tx, &key)?.is_some() {
        errors.add("code", msg!("There is a group “{0}” already.", code));
    }
    errors.into_result(())?;
    let id = store::insert(tx, &name, &code, &key)?;
    let entry = audit::Entry::new("group.created").on("group", id).with("name", name).with("code", code);
    audit::record(tx, actor, entry)?;
    Ok(id)
}

/// Gives a group another name; its code stays, templates know it by that.
///
/// # Errors
/// As [`create`]; [`crate::error::AppError::NotFound`].
pub fn rename(tx: &mut Tx<'_>, actor: &Actor, id: GroupId, name: &str) -> Result<()> {
    actor.require_hr()?;
    let before = store::get(tx, id)?.name;
    let mut errors = FieldErrors::new();
    let name = line(&mut errors, "name", name, 100);
    errors.into_result(())?;
    if name == before {
        return Ok(());
    }
    store::rename(tx, id, &name)?;
    let entry = audit::Entry::new("group.updated").on("group", id).change("name", before, name);
    audit::record(tx, actor, entry)?;
    Ok(())
}

/// Dissolves a group; its members stay who they are.
///
/// # Errors
/// [`crate::error::AppError::Forbidden`] for all but HR; [`crate::error::AppError::NotFound`];
/// [`crate::error::AppError::Conflict`] while a task or a template names it: what was done keeps its owner.
pub fn delete(tx: &mut Tx<'_>, actor: &Actor, id: GroupId) -> Result<()> {
    actor.require_hr()?;
    let group = store::get(tx, id)?;
    store::delete(tx, id).map_err(|error| {
        if is_foreign_key_violation(&error) {
            AppError::conflict(msg!(
                "Tasks, templates or hours for a while name the group {0}, so it stays. Rename it, or take its members out.",
                group.name
            ))
        } else {
            error
        }
    })?;
    let entry = audit::Entry::new("group.deleted").on("group", id).change("name", group.name, ()).change(
        "code",
        group.code,
        (),
    );
    audit::record(tx, actor, entry)?;
    Ok(())
}

/// Puts a person who was just entered into these groups, from the first day on where that has passed.
///
/// # Errors
/// As [`set_of_employee`].
pub(super) fn begin(
    tx: &mut Tx<'_>,
    actor: &Actor,
    employee: EmployeeId,
    groups: &[GroupId],
    first_day: Date,
) -> Result<()> {
    let since = people::today(tx)?.min(first_day);
    put_from(tx, actor, employee, groups, since).map(drop)
}

/// Puts a person into exactly these groups, from today on; where a group has hours of its own for a while, leave is
/// counted anew.
///
/// # Errors
/// [`crate::error::AppError::Forbidden`] for all but HR; [`crate::error::AppError::NotFound`] for a group that is not.
pub fn set_of_employee(
    tx: &mut Tx<'_>,
    actor: &Actor,
    employee: EmployeeId,
    groups: &[GroupId],
) -> Result<Vec<Touched>> {
    let today = people::today(tx)?;
    let changed = put_from(tx, actor, employee, groups, today)?;
    if !overlays::names_a_group(tx, &changed, today)? {
        return Ok(Vec::new());
    }
    let why = msg!("Other groups have other working hours for a while.");
    recount::recount(tx, actor, &recount::Change::since(today, Whose::People(vec![employee]), why))
}

/// Answers the groups that the person came into or left.
fn put_from(
    tx: &mut Tx<'_>,
    actor: &Actor,
    employee: EmployeeId,
    groups: &[GroupId],
    since: Date,
) -> Result<Vec<GroupId>> {
    actor.require_hr()?;
    let mut before: Vec<GroupId> = store::of_employee(tx, employee)?.into_iter().map(|group| group.id).collect();
    before.sort_unstable();
    let mut after = groups.to_vec();
    after.sort_unstable();
    after.dedup();
    if before == after {
        return Ok(Vec::new());
    }
    let left = before.iter().filter(|id| !after.contains(id));
    let joined = after.iter().filter(|id| !before.contains(id));
    let changed: Vec<GroupId> = left.clone().chain(joined.clone()).copied().collect();
    for id in left {
        store::leave(tx, *id, employee, since)?;
    }
    for id in joined {
        store::get(tx, *id)?;
        store::join(tx, *id, employee, since)?;
    }
    let entry = audit::Entry::new("employee.groups_changed").on("employee", employee).change("groups", before, after);
    audit::record(tx, actor, entry)?;
    Ok(changed)
}

/// Who is in a group, by name, those who were deactivated left out.
///
/// # Errors
/// [`crate::error::AppError::NotFound`]
pub fn members(rx: &Rx<'_>, id: GroupId) -> Result<Vec<NameRef>> {
    store::get(rx, id)?;
    store::members(rx, id)
}

/// Takes a person into a group; who is in it already stays.
///
/// # Errors
/// [`crate::error::AppError::Forbidden`] for all but HR; [`crate::error::AppError::NotFound`] for a group that is not;
/// [`crate::error::AppError::Invalid`] on `employee_id` for nobody who could be in one.
pub fn add_member(tx: &mut Tx<'_>, actor: &Actor, id: GroupId, employee: EmployeeId) -> Result<Vec<Touched>> {
    actor.require_hr()?;
    store::get(tx, id)?;
    let known = match people::get(tx, employee) {
        Err(AppError::NotFound) => false,
        found => !found?.hidden,
    };
    if !known {
        return Err(AppError::invalid("employee_id", "There is no such person."));
    }
    change_membership(tx, actor, employee, |groups| groups.push(id))
}

/// Takes a person out of a group.
///
/// # Errors
/// [`crate::error::AppError::Forbidden`] for all but HR; [`crate::error::AppError::NotFound`] for who is not in it.
pub fn remove_member(tx: &mut Tx<'_>, actor: &Actor, id: GroupId, employee: EmployeeId) -> Result<Vec<Touched>> {
    actor.require_hr()?;
    if !store::of_employee(tx, employee)?.iter().any(|group| group.id == id) {
        return Err(AppError::NotFound);
    }
    change_membership(tx, actor, employee, |groups| groups.retain(|group| *group != id))
}

fn change_membership(
    tx: &mut Tx<'_>,
    actor: &Actor,
    employee: EmployeeId,
    change: impl FnOnce(&mut Vec<GroupId>),
) -> Result<Vec<Touched>> {
    let mut groups: Vec<GroupId> = store::of_employee(tx, employee)?.into_iter().map(|group| group.id).collect();
    change(&mut groups);
    set_of_employee(tx, actor, employee, &groups)
}
