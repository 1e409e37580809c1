//! People's records: made, changed, deactivated and brought back. Each act checks who may, checks the whole record,
//! and writes it, its dated history and its audit entry in the one transaction.
//!
//! Logins belong to `auth/` (`login` only asks for one), working weeks to `schedule/`; who reports to whom is asked of `reach/`.

pub mod api;
pub mod form;
mod links;
pub mod login;
mod model;
pub mod pages;
mod rules;
mod store;
#[cfg(test)]
mod tests;

use jiff::civil::Date;
use serde_json::{Value, json};

pub use model::{Employee, EmploymentType, Facts, Login, Status, photo_href};
pub(super) use rules::{check, number_after};
pub(super) use store::{COLUMN_COUNT, COLUMNS, everybody, from_row, left_between};

use super::{follow, groups, schedule};
use crate::audit;
use crate::auth::{Actor, user};
use crate::error::{AppError, Result};
use crate::ids::{DepartmentId, EmployeeId, EntityId, GroupId, LocationId, UserId};
use crate::storage::{Rx, Tx};
use crate::time::WeeklySchedule;
use crate::vault::FileId;

/// A person to be entered.
#[derive(Clone, Debug)]
pub struct NewEmployee {
    pub facts: Facts,
    pub groups: Vec<GroupId>,
    /// The working week from the first day on; `None` is [`schedule::full_time`].
    pub schedule: Option<WeeklySchedule>,
}

impl From<Facts> for NewEmployee {
    fn from(facts: Facts) -> Self {
        NewEmployee { facts, groups: Vec::new(), schedule: None }
    }
}

/// The record, deactivated or not.
///
/// # Errors
/// [`AppError::NotFound`]
pub fn get(rx: &Rx<'_>, id: EmployeeId) -> Result<Employee> {
    store::get(rx, id)
}

/// The record behind a login, where its user is staff.
pub fn by_user(rx: &Rx<'_>, user: UserId) -> Result<Option<Employee>> {
    store::by_user(rx, user)
}

/// The record with this work address, however it is written.
pub fn by_email(rx: &Rx<'_>, email: &str) -> Result<Option<Employee>> {
    store::by_email_key(rx, &crate::text::fold(email))
}

/// A number that nobody has: one more than the highest made of digits; "1" at first.
pub fn next_number(rx: &Rx<'_>) -> Result<String> {
    Ok(number_after(store::highest_number(rx)?.as_deref().into_iter()))
}

/// Enters a person. Of entity, location and department what is left out follows from what is given.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::Invalid`] with every fault, by field.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, new: NewEmployee) -> Result<EmployeeId> {
    actor.require_hr()?;
    let NewEmployee { mut facts, groups, schedule } = new;
    let mut errors = check(&mut facts);
    links::check(tx, None, &mut facts, &mut errors)?;
    errors.into_result(())?;
    let id = store::insert(tx, &facts)?;
    record_new(tx, actor, id, &facts, schedule)?;
    groups::set_of_employee(tx, actor, id, &groups)?;
    Ok(id)
}

/// Changes a person's record by `change`, which is handed the record as it now stands.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Forbidden`] for all but HR, and for HR where the address of HR's or an admin's
/// login would change; [`AppError::Conflict`] where the last admin would have left; [`AppError::Invalid`] by field: a
/// manager who reports to this person, a number that another has.
pub fn update(tx: &mut Tx<'_>, actor: &Actor, id: EmployeeId, change: impl FnOnce(&mut Facts)) -> Result<Employee> {
    actor.require_hr()?;
    let before = store::get(tx, id)?;
    let mut facts = before.facts.clone();
    change(&mut facts);
    // Who moves to another location moves to its entity, unless told otherwise.
    if facts.location_id != before.facts.location_id && facts.entity_id == before.facts.entity_id {
        facts.entity_id = None;
    }
    let mut errors = check(&mut facts);
    links::check(tx, Some(&before), &mut facts, &mut errors)?;
    errors.into_result(())?;
    update_checked(tx, actor, &before, &facts)?;
    Ok(Employee { facts, ..before })
}

/// Puts `id` under `manager`, or under nobody.
///
/// # Errors
/// As [`update`].
pub fn set_manager(tx: &mut Tx<'_>, actor: &Actor, id: EmployeeId, manager: Option<EmployeeId>) -> Result<Employee> {
    update(tx, actor, id, |facts| facts.manager_id = manager)
}

/// Deactivates a person: the record stays, HR alone sees it, and it signs in and decides no more. What waited for
/// them goes to others.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Forbidden`] for all but HR; [`AppError::Conflict`] for oneself and for the last
/// admin.
pub fn hide(tx: &mut Tx<'_>, actor: &Actor, id: EmployeeId) -> Result<()> {
    actor.require_hr()?;
    let employee = store::get(tx, id)?;
    if actor.employee_id == Some(id) {
        return Err(AppError::conflict("You cannot deactivate yourself: ask a colleague in HR."));
    }
    if employee.hidden {
        return Ok(());
    }
    user::require_may_go(tx, actor, id)?;
    let entry = audit::Entry::new("employee.deactivated").on("employee", id).change("active", true, false);
    let act = audit::record(tx, actor, entry)?;
    store::set_hidden(tx, id, Some(act))?;
    // What waited for them is asked of others.
    let after = Employee { hidden: true, ..employee.clone() };
    follow::tell(tx, actor, &employee, &after)
}

/// What a person sets in their own record: how to reach them at work, and who stands in for them.
///
/// # Errors
/// [`AppError::Forbidden`] for anybody else's record; [`AppError::Invalid`] by field.
pub(super) fn set_own(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: EmployeeId,
    phone: Option<String>,
    deputy: Option<Option<EmployeeId>>,
) -> Result<()> {
    if actor.employee_id != Some(id) {
        return Err(AppError::forbidden("This is somebody else’s record."));
    }
    let before = store::get(tx, id)?;
    let mut facts = before.facts.clone();
    facts.phone = phone.unwrap_or(facts.phone);
    facts.deputy_id = deputy.unwrap_or(facts.deputy_id);
    let mut errors = check(&mut facts);
    links::check(tx, Some(&before), &mut facts, &mut errors)?;
    errors.into_result(())?;
    update_checked(tx, actor, &before, &facts).map(drop)
}

/// Names another photo, or none; whoever calls it has asked who may, and audits it.
pub(super) fn set_photo(tx: &mut Tx<'_>, id: EmployeeId, photo: Option<&FileId>) -> Result<()> {
    store::set_photo(tx, id, photo)
}

/// Brings a deactivated person back.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Forbidden`] for all but HR.
pub fn restore(tx: &mut Tx<'_>, actor: &Actor, id: EmployeeId) -> Result<()> {
    actor.require_hr()?;
    if !store::get(tx, id)?.hidden {
        return Ok(());
    }
    let entry = audit::Entry::new("employee.restored").on("employee", id).change("active", false, true);
    audit::record(tx, actor, entry)?;
    store::set_hidden(tx, id, None)
}

/// A location now belongs to another entity: the people there go along. The caller has checked and audits it.
/// Answers who went.
pub(super) fn move_to_entity(
    tx: &mut Tx<'_>,
    location: LocationId,
    entity: EntityId,
    on: Date,
) -> Result<Vec<EmployeeId>> {
    let moved = store::at_location(tx, location)?;
    for (id, join_date) in &moved {
        store::set_entity(tx, *id, entity)?;
        store::set_dated(tx, *id, "entity_id", on.max(*join_date), Some(&entity.to_string()))?;
    }
    Ok(moved.into_iter().map(|(id, _)| id).collect())
}

/// Where somebody stood on a date, as far as it was recorded: a report for March shows March.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub entity_id: Option<EntityId>,
    pub location_id: Option<LocationId>,
    pub department_id: Option<DepartmentId>,
    pub manager_id: Option<EmployeeId>,
    pub employment_type: EmploymentType,
    pub position: String,
}

/// How `id` stood on `date`; before the first day, how the employment began.
///
/// # Errors
/// [`AppError::NotFound`]
pub fn standing_on(rx: &Rx<'_>, id: EmployeeId, date: Date) -> Result<Standing> {
    let now = store::get(rx, id)?.facts;
    let number = |field: &str, present: Option<i64>| -> Result<Option<i64>> {
        Ok(match store::dated(rx, id, field, date)? {
            Some(value) => value.and_then(|text| text.parse().ok()),
            None => present,
        })
    };
    Ok(Standing {
        entity_id: number("entity_id", now.entity_id.map(|id| id.0))?.map(EntityId),
        location_id: number("location_id", now.location_id.map(|id| id.0))?.map(LocationId),
        department_id: number("department_id", now.department_id.map(|id| id.0))?.map(DepartmentId),
        manager_id: number("manager_id", now.manager_id.map(|id| id.0))?.map(EmployeeId),
        employment_type: store::dated(rx, id, "employment_type", date)?
            .flatten()
            .and_then(|word| word.parse().ok())
            .unwrap_or(now.employment_type),
        position: store::dated(rx, id, "position", date)?.flatten().unwrap_or(now.position),
    })
}

/// Writes a record that an import has checked, without its links to people: they may not be there yet.
/// [`link_and_record`] must follow.
pub(super) fn insert_unlinked(tx: &mut Tx<'_>, facts: &Facts) -> Result<EmployeeId> {
    store::insert(tx, &Facts { manager_id: None, approver_id: None, deputy_id: None, ..facts.clone() })
}

/// Completes what [`insert_unlinked`] wrote.
pub(super) fn link_and_record(tx: &mut Tx<'_>, actor: &Actor, id: EmployeeId, facts: &Facts) -> Result<()> {
    if facts.manager_id.is_some() || facts.approver_id.is_some() || facts.deputy_id.is_some() {
        store::set_links(tx, id, facts)?;
    }
    record_new(tx, actor, id, facts, None)
}

/// What stands beside a new record: its dated history, its audit entry, its working week.
fn record_new(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: EmployeeId,
    facts: &Facts,
    week: Option<WeeklySchedule>,
) -> Result<()> {
    let mut entry = audit::Entry::new("employee.created").on("employee", id);
    for (field, value) in columns(facts) {
        if DATED.contains(&field) {
            store::set_dated(tx, id, field, facts.join_date, text_of(&value).as_deref())?;
        }
        if !is_blank(&value) {
            entry = entry.with(field, value);
        }
    }
    audit::record(tx, actor, entry)?;
    let address = facts.email.parse().map_err(|why| AppError::invalid("email", why))?;
    user::adopt(tx, actor, id, &address)?;
    schedule::begin(tx, id, facts.join_date, &week.unwrap_or_else(schedule::full_time).into())
}

/// Writes a change that was checked. Answers whether there was anything to write.
pub(super) fn update_checked(tx: &mut Tx<'_>, actor: &Actor, before: &Employee, facts: &Facts) -> Result<bool> {
    if before.facts == *facts {
        return Ok(false);
    }
    let today = actor.today(tx.now());
    if facts.leave_date != before.facts.leave_date && facts.leave_date.is_some_and(|last| last < today) {
        user::require_may_go(tx, actor, before.id)?;
    }
    let on = today.max(facts.join_date);
    let mut entry = audit::Entry::new("employee.updated").on("employee", before.id);
    for ((field, old), (_, new)) in columns(&before.facts).into_iter().zip(columns(facts)) {
        if old == new {
            continue;
        }
        if DATED.contains(&field) {
            store::set_dated(tx, before.id, field, on, text_of(&new).as_deref())?;
        }
        entry = entry.change(field, old, new);
    }
    store::update(tx, before.id, facts)?;
    if facts.join_date < before.facts.join_date {
        schedule::begin_earlier(tx, before.id, before.facts.join_date, facts.join_date)?;
    }
    if facts.email != before.facts.email || facts.name() != before.facts.name() {
        let address = facts.email.parse().map_err(|why| AppError::invalid("email", why))?;
        user::follow_employee(tx, actor, before.id, &address, &facts.name())?;
    }
    audit::record(tx, actor, entry)?;
    follow::tell(tx, actor, before, &Employee { facts: facts.clone(), ..before.clone() })?;
    Ok(true)
}

/// The columns in which two records differ.
pub(super) fn changed_columns(before: &Facts, after: &Facts) -> Vec<&'static str> {
    let pairs = columns(before).into_iter().zip(columns(after));
    pairs.filter(|((_, old), (_, new))| old != new).map(|((column, _), _)| column).collect()
}

/// The fields whose past is kept.
const DATED: [&str; 6] = ["department_id", "location_id", "entity_id", "manager_id", "employment_type", "position"];

/// The record by column, as the audit log keeps it.
fn columns(facts: &Facts) -> [(&'static str, Value); 16] {
    [
        ("number", json!(facts.number)),
        ("first_name", json!(facts.first_name)),
        ("last_name", json!(facts.last_name)),
        ("email", json!(facts.email)),
        ("phone", json!(facts.phone)),
        ("position", json!(facts.position)),
        ("employment_type", json!(facts.employment_type)),
        ("entity_id", json!(facts.entity_id)),
        ("location_id", json!(facts.location_id)),
        ("department_id", json!(facts.department_id)),
        ("manager_id", json!(facts.manager_id)),
        ("approver_id", json!(facts.approver_id)),
        ("deputy_id", json!(facts.deputy_id)),
        ("join_date", json!(facts.join_date)),
        ("leave_date", json!(facts.leave_date)),
        ("exclude_from_reports", json!(facts.exclude_from_reports)),
    ]
}

fn is_blank(value: &Value) -> bool {
    value.is_null() || value == "" || *value == json!(false)
}

/// How a dated field stands in its `value` column.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}
