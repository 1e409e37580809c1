//! People's records: made, changed, deactivated and brought back. Each act checks who may, checks the whole record,
//! and writes it, its dated history and its audit entry in the one transaction.
//!
//! Logins belong to `auth/` (`login` only asks for one), working weeks to `schedule/`; who reports to whom is asked of `reach/`.

pub mod api;
pub mod changes;
pub mod form;
mod links;
pub mod login;
mod model;
pub mod pages;
mod rules;
pub mod show;
mod store;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use jiff::civil::Date;
use serde_json::{Value, json};

pub use changes::{DatedChanges, Standing, standing_on};
pub use model::{Employee, EmploymentType, Facts, Login, Status, photo_href};
pub(super) use rules::{check, number_after};
pub(in crate::people) use store::joining_between;
pub(super) use store::{COLUMN_COUNT, COLUMNS, from_row, left_between, probation_between, standing};

use changes::DatedField;

use super::recount::{self, Touched};
use super::{custom, follow, groups, schedule};
use crate::audit;
use crate::auth::{Actor, user};
use crate::error::{AppError, Result};
use crate::ids::{EmployeeId, GroupId, UserId};
use crate::msg;
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
    /// HR's own fields; `None` where nobody was asked for them, so that those that are required may be missing.
    pub custom: Option<custom::Given>,
}

impl From<Facts> for NewEmployee {
    fn from(facts: Facts) -> Self {
        NewEmployee { facts, groups: Vec::new(), schedule: None, custom: None }
    }
}

/// The records of everybody, deactivated people included, by id.
///
/// # Errors
/// When the database cannot be read.
pub fn everybody(rx: &Rx<'_>) -> Result<Vec<Employee>> {
    store::everybody(rx)
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
    let mut number = number_after(store::highest_number(rx)?.as_deref().into_iter());
    // Somebody may have the same number in other letters.
    while store::holder_of_number(rx, &crate::text::fold(&number))?.is_some() {
        number = number_after(std::iter::once(number.as_str()));
    }
    Ok(number)
}

/// Enters a person. Of entity, location and department what is left out follows from what is given.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::Invalid`] with every fault, by field.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, new: NewEmployee) -> Result<EmployeeId> {
    actor.require_hr()?;
    let NewEmployee { mut facts, groups, schedule, custom: given } = new;
    let mut errors = check(&mut facts);
    links::check(tx, None, &mut facts, &mut errors)?;
    let fields = custom::fields(tx)?;
    let nothing = HashMap::new();
    let values = match given.map(|given| custom::check(&fields, &nothing, &given, true)).transpose() {
        Ok(values) => values.unwrap_or_default(),
        Err(wrong) => {
            errors.0.extend(wrong.0);
            Vec::new()
        }
    };
    errors.into_result(())?;
    let id = store::insert(tx, &facts)?;
    record_new(tx, actor, id, &facts, schedule)?;
    groups::begin(tx, actor, id, &groups, facts.join_date)?;
    custom::record(tx, actor, id, &fields, &nothing, &values)?;
    Ok(id)
}

/// Changes a person's record by `change`, which is handed the record as it now stands. Everything counts from today on.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Forbidden`] for all but HR, and for HR where the address of HR's or an admin's
/// login would change; [`AppError::Conflict`] where the last admin would have left; [`AppError::Invalid`] by field: a
/// manager who reports to this person, a number that another has.
pub fn update(tx: &mut Tx<'_>, actor: &Actor, id: EmployeeId, change: impl FnOnce(&mut Facts)) -> Result<Employee> {
    update_from(tx, actor, id, None, change)
}

/// As [`update`], but department, location, entity, manager, kind of employment and position count from `on` on;
/// `None` is today, or the first day where that is still to come. `change` is handed these as they stand on that day.
/// An earlier day rewrites the past up to the next recorded change; for a later one the record stays as it is until
/// then.
///
/// # Errors
/// As [`update`]; [`AppError::Invalid`] on `effective_on` for a day outside the employment.
pub fn update_from(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: EmployeeId,
    on: Option<Date>,
    change: impl FnOnce(&mut Facts),
) -> Result<Employee> {
    update_touching(tx, actor, id, on, change).map(|(employee, _)| employee)
}

/// As [`update_from`], and tells the leave that was counted anew because the person is elsewhere: other holidays hold
/// there, and other hours for a while.
///
/// # Errors
/// As [`update_from`].
pub fn update_touching(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: EmployeeId,
    on: Option<Date>,
    change: impl FnOnce(&mut Facts),
) -> Result<(Employee, Vec<Touched>)> {
    actor.require_hr()?;
    changes::settle(tx, actor, id)?;
    let before = store::get(tx, id)?;
    let today = super::today(tx)?;
    let history = changes::History::of(tx, id)?;
    let then = history.standing(&before.facts, on.unwrap_or_else(|| changes::shown(today, &before.facts)));
    let mut facts = before.facts.clone();
    then.clone().put_into(&mut facts);
    change(&mut facts);
    // Who moves to another location moves to its entity, unless told otherwise.
    if facts.location_id.is_some() && facts.location_id != then.location_id && facts.entity_id == then.entity_id {
        facts.entity_id = None;
    }
    let mut errors = check(&mut facts);
    if let Some(on) = on {
        rules::check_effective(on, &facts, &mut errors);
    }
    let on = on.unwrap_or_else(|| changes::shown(today, &facts));
    let mut known = before.facts.clone();
    then.clone().put_into(&mut known);
    // How the employment began holds from the new first day on, before anything else is asked or written.
    changes::begin_earlier(tx, id, facts.join_date)?;
    links::check(tx, Some((id, &known, on)), &mut facts, &mut errors)?;
    errors.into_result(())?;
    let (_, touched) = write(tx, actor, &before, &then, facts, on)?;
    Ok((store::get(tx, id)?, touched))
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
    let planned = changes::towards::planned_towards(tx, &[(DatedField::ManagerId, vec![id.0])])?;
    let page = format!("/people/{id}/deactivate");
    changes::towards::tell_hr(tx, ("employee", id.0), &employee.name(), &planned, page)?;
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
    changes::settle(tx, actor, id)?;
    let before = store::get(tx, id)?;
    let mut facts = before.facts.clone();
    facts.phone = phone.unwrap_or(facts.phone);
    facts.deputy_id = deputy.unwrap_or(facts.deputy_id);
    let mut errors = check(&mut facts);
    let today = super::today(tx)?;
    links::check(tx, Some((id, &before.facts, today)), &mut facts, &mut errors)?;
    errors.into_result(())?;
    update_checked(tx, actor, &before, &facts).map(drop)
}

/// Names another photo, or none; whoever calls it has asked who may, and audits it.
pub(super) fn set_photo(tx: &mut Tx<'_>, id: EmployeeId, photo: Option<&FileId>) -> Result<()> {
    store::set_photo(tx, id, photo)
}

/// What the record holds, for the person's own archive.
pub(super) fn held(rx: &Rx<'_>, id: EmployeeId) -> Result<serde_json::Map<String, Value>> {
    store::held(rx, id)
}

/// How many dated changes are kept.
pub(super) fn count_history(rx: &Rx<'_>, id: EmployeeId) -> Result<i64> {
    store::count_history(rx, id)
}

/// Takes name, number, addresses and phone out of the record of somebody who has left, for good. Whoever calls this has
/// asked who may, and audits it.
pub(super) fn pseudonymise(tx: &mut Tx<'_>, subject: &super::data::Subject) -> Result<()> {
    let facts = store::get(tx, subject.id)?.facts;
    let (first_name, last_name) = subject.pseudonym.clone();
    let nobody = Facts {
        number: format!("former-{}", subject.id),
        first_name,
        last_name,
        email: subject.address(),
        phone: String::new(),
        ..facts
    };
    store::update(tx, subject.id, &nobody)
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
    store::set_hidden(tx, id, None)?;
    let after = store::get(tx, id)?;
    follow::tell(tx, actor, &Employee { hidden: true, ..after.clone() }, &after)
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
    changes::begin(tx, id, facts)?;
    for (field, value) in columns(facts) {
        if !is_blank(&value) {
            entry = entry.with(field, value);
        }
    }
    audit::record(tx, actor, entry)?;
    let address = facts.email.parse().map_err(|why| AppError::invalid("email", why))?;
    if user::adopt(tx, actor, id, &address)?.is_some()
        && facts.leave_date.is_some_and(|last| last < actor.today(tx.now()))
    {
        user::require_may_go(tx, actor, id)?;
    }
    schedule::begin(tx, id, facts.join_date, &week.unwrap_or_else(schedule::full_time).into())?;
    follow::tell_entered(tx, actor, id)
}

/// Writes a change from today on that was checked. Answers whether there was anything to write.
pub(super) fn update_checked(tx: &mut Tx<'_>, actor: &Actor, before: &Employee, facts: &Facts) -> Result<bool> {
    if before.facts == *facts {
        return Ok(false);
    }
    let on = changes::shown(super::today(tx)?, facts);
    write(tx, actor, before, &Standing::of(&before.facts), facts.clone(), on).map(|(changed, _)| changed)
}

/// Writes a change that was checked: what is dated counts from `on` on, on which the person stood as `then` says.
/// Answers whether there was anything to write, and the leave that counts differently by it.
fn write(
    tx: &mut Tx<'_>,
    actor: &Actor,
    before: &Employee,
    then: &Standing,
    wanted: Facts,
    on: Date,
) -> Result<(bool, Vec<Touched>)> {
    let today = super::today(tx)?;
    let shown = changes::shown(today, &wanted);
    if wanted.leave_date != before.facts.leave_date && wanted.leave_date.is_some_and(|last| last < today) {
        user::require_may_go(tx, actor, before.id)?;
    }
    changes::begin_earlier(tx, before.id, wanted.join_date)?;
    if wanted.leave_date != before.facts.leave_date {
        changes::end_plans(tx, actor, before.id, wanted.leave_date)?;
    }
    let asked = Standing::of(&wanted);
    let dated = changes::record(tx, before.id, then, &asked, on, shown)?;
    let facts = changes::align(tx, before.id, wanted, today)?;
    if facts == before.facts && dated.is_empty() {
        return Ok((false, Vec::new()));
    }
    let action = if facts == before.facts && on > shown { "employee.change_planned" } else { "employee.updated" };
    let mut entry = audit::Entry::new(action).on("employee", before.id);
    for ((field, old), (_, new)) in columns(&before.facts).into_iter().zip(columns(&facts)) {
        if field.parse::<DatedField>().is_err() {
            entry = entry.change(field, old, new);
        }
    }
    for field in &dated {
        entry = entry.change(field.as_str(), then.value(*field), asked.value(*field));
    }
    if on != shown && !dated.is_empty() {
        entry = entry.with("effective_on", on);
    }
    audit::record(tx, actor, entry)?;
    let department = dated.contains(&DatedField::DepartmentId);
    let moved = dated.iter().any(|field| matches!(field, DatedField::LocationId | DatedField::EntityId))
        || (department && schedule::overlays::names_a_department(tx, on)?);
    let days = (facts.join_date, facts.leave_date) != (before.facts.join_date, before.facts.leave_date);
    let kind = dated.contains(&DatedField::EmploymentType);
    let recounted = |tx: &mut Tx<'_>| {
        let why = match () {
            () if moved => msg!("The place of work changed."),
            () if days => msg!("The first or the last day of employment changed."),
            () if kind => msg!("The kind of employment changed."),
            () => return Ok(Vec::new()),
        };
        let change = recount::Change::since(on, recount::Whose::People(vec![before.id]), why);
        recount::recount(tx, actor, &change)
    };
    if facts == before.facts {
        return Ok((true, recounted(tx)?));
    }
    store::update(tx, before.id, &facts)?;
    if facts.join_date < before.facts.join_date {
        schedule::begin_earlier(tx, before.id, before.facts.join_date, facts.join_date)?;
    }
    if facts.email != before.facts.email || facts.name() != before.facts.name() {
        let address = facts.email.parse().map_err(|why| AppError::invalid("email", why))?;
        user::follow_employee(tx, actor, before.id, &address, &facts.name())?;
    }
    follow::tell(tx, actor, before, &Employee { facts, ..before.clone() })?;
    Ok((true, recounted(tx)?))
}

/// The columns in which two records differ.
pub(super) fn changed_columns(before: &Facts, after: &Facts) -> Vec<&'static str> {
    let pairs = columns(before).into_iter().zip(columns(after));
    pairs.filter(|((_, old), (_, new))| old != new).map(|((column, _), _)| column).collect()
}

/// The record by column, as the audit log keeps it.
fn columns(facts: &Facts) -> [(&'static str, Value); 17] {
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
        ("probation_end", json!(facts.probation_end)),
        ("leave_date", json!(facts.leave_date)),
        ("exclude_from_reports", json!(facts.exclude_from_reports)),
    ]
}

fn is_blank(value: &Value) -> bool {
    value.is_null() || value == "" || *value == json!(false)
}
