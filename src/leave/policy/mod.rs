//! Entitlement policies: who is entitled to how much leave of a kind, from when on, and what becomes of the rest.
//!
//! HR writes them; `grant` brings the books to what they say, each night and whenever something that they depend on
//! changes. A policy holds for everybody whom its scope fits. Of several that fit somebody the most specific holds: one for
//! the person before one for a kind of employment, that before one for a location, that before one for an entity, that
//! before one for everybody; where two of these are given, both count. Of two with the same scope the one that is valid
//! from later on holds for the leave years that end from then on, which is how next year's figures are entered.

pub mod api;
mod entitled;
mod form;
mod grant;
pub mod jobs;
mod model;
pub mod pages;
pub(in crate::leave) mod store;
#[cfg(test)]
mod tests;

pub use entitled::Entitled;
pub use form::days_a_year;
pub use grant::{Holder, due, holders, regrant, regrant_everybody, regrant_people, welcome};
pub use model::{LeavePolicy, PolicyFields, Scope};

use serde_json::json;

use crate::audit;
use crate::auth::Actor;
use crate::error::{AppError, FieldErrors, Result};
use crate::ids::{LeavePolicyId, LeaveTypeId};
use crate::leave::rules::{Amount, FirstYear, GrantRhythm, Policy};
use crate::leave::types;
use crate::msg;
use crate::people::recount::Touched;
use crate::people::{self, org};
use crate::storage::{Rx, Tx};
use crate::text::line;
use crate::time::Minutes;

/// The most that a policy may name, in minutes: some years of work.
const MOST: Minutes = Minutes::new(1_000_000);

/// All policies in force, by type and name. HR's.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR.
pub fn all(rx: &Rx<'_>, actor: &Actor) -> Result<Vec<LeavePolicy>> {
    actor.require_hr()?;
    store::all(rx)
}

/// One policy in force.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::NotFound`].
pub fn get(rx: &Rx<'_>, actor: &Actor, id: LeavePolicyId) -> Result<LeavePolicy> {
    actor.require_hr()?;
    store::get(rx, id)
}

/// Those in force that grant one type.
pub(super) fn of_type(rx: &Rx<'_>, kind: LeaveTypeId) -> Result<Vec<LeavePolicy>> {
    store::of_type(rx, kind)
}

/// Enters a policy and grants by it at once. Answers whose books that touches.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::Invalid`] by field; [`AppError::Conflict`] where one with this
/// scope and date is there already.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, mut fields: PolicyFields) -> Result<(LeavePolicyId, Vec<Touched>)> {
    actor.require_hr()?;
    check(tx, None, &mut fields)?;
    let id = store::insert(tx, &fields)?;
    record(tx, actor, "leave_policy.created", id, None, Some(&fields))?;
    let touched = regrant_everybody(tx, actor, &[fields.leave_type_id])?;
    Ok((id, touched))
}

/// Changes a policy by `change`, which is handed it as it stands; what it granted in leave years that are not closed is
/// corrected. Answers whose books that touches.
///
/// # Errors
/// As [`create`]; [`AppError::NotFound`].
pub fn update(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: LeavePolicyId,
    change: impl FnOnce(&mut PolicyFields),
) -> Result<Vec<Touched>> {
    actor.require_hr()?;
    let before = store::get(tx, id)?.fields;
    let mut fields = before.clone();
    change(&mut fields);
    check(tx, Some(id), &mut fields)?;
    if fields == before {
        return Ok(Vec::new());
    }
    store::update(tx, id, &fields)?;
    record(tx, actor, "leave_policy.updated", id, Some(&before), Some(&fields))?;
    let mut kinds = vec![before.leave_type_id, fields.leave_type_id];
    kinds.dedup();
    regrant_everybody(tx, actor, &kinds)
}

/// Ends a policy. What it granted in leave years that are not closed is taken back, unless another policy holds then.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::NotFound`].
pub fn remove(tx: &mut Tx<'_>, actor: &Actor, id: LeavePolicyId) -> Result<Vec<Touched>> {
    actor.require_hr()?;
    let before = store::get(tx, id)?.fields;
    store::remove(tx, id)?;
    record(tx, actor, "leave_policy.removed", id, Some(&before), None)?;
    regrant_everybody(tx, actor, &[before.leave_type_id])
}

/// The ready-made policies by name: `service-years` for vacation, `service-years-sick` beside it for sick leave.
pub const PRESETS: &[&str] = &["service-years", "service-years-sick"];

/// Applies a ready-made policy to a type, for everybody.
///
/// # Errors
/// As [`create`]; [`AppError::NotFound`] where there is none of that name.
pub fn apply_preset(
    tx: &mut Tx<'_>,
    actor: &Actor,
    name: &str,
    leave_type_id: LeaveTypeId,
) -> Result<(LeavePolicyId, Vec<Touched>)> {
    actor.require_hr()?;
    let terms = match name {
        "service-years" => Policy::service_years(),
        "service-years-sick" => Policy::service_years_sick(),
        _ => return Err(AppError::NotFound),
    };
    let valid_from = people::today(tx)?;
    let name = types::store::find(tx, leave_type_id)?.map(|kind| kind.fields.name).unwrap_or_default();
    create(tx, actor, PolicyFields { name, leave_type_id, applies_to: Scope::default(), valid_from, terms })
}

fn check(rx: &Rx<'_>, id: Option<LeavePolicyId>, fields: &mut PolicyFields) -> Result<()> {
    let mut errors = FieldErrors::new();
    match types::store::find(rx, fields.leave_type_id)? {
        None => errors.add("leave_type_id", "There is no such kind of leave."),
        Some(kind) if !kind.fields.affects_balance => errors.add("leave_type_id", "This kind of leave has no balance."),
        Some(kind) if fields.name.trim().is_empty() => fields.name = kind.fields.name,
        Some(_) => {}
    }
    fields.name = line(&mut errors, "name", &fields.name, 100);
    if !(1970..=2199).contains(&fields.valid_from.year()) {
        errors.add("valid_from", "The date is too far away.");
    }
    check_scope(rx, fields.applies_to, &mut errors)?;
    check_terms(&fields.terms, &mut errors);
    errors.into_result(())?;
    let same = |other: &LeavePolicy| {
        Some(other.id) != id
            && (other.fields.applies_to, other.fields.valid_from) == (fields.applies_to, fields.valid_from)
    };
    match store::of_type(rx, fields.leave_type_id)?.into_iter().find(same) {
        None => Ok(()),
        Some(other) => Err(AppError::Conflict(msg!(
            "“{0}” is for the same people from the same day on: change that one, or choose another day.",
            other.fields.name
        ))),
    }
}

fn check_scope(rx: &Rx<'_>, scope: Scope, errors: &mut FieldErrors) -> Result<()> {
    let there = |found: Result<()>| match found {
        Ok(()) => Ok(true),
        Err(AppError::NotFound) => Ok(false),
        Err(other) => Err(other),
    };
    if let Some(entity) = scope.entity_id
        && !there(org::entity::get(rx, entity).map(drop))?
    {
        errors.add("entity_id", "There is no such entity.");
    }
    if let Some(location) = scope.location_id
        && !there(org::location::get(rx, location).map(drop))?
    {
        errors.add("location_id", "There is no such location.");
    }
    if let Some(person) = scope.employee_id {
        if !there(people::get(rx, person).map(drop))? {
            errors.add("employee_id", "There is no such person.");
        }
        if scope.entity_id.is_some() || scope.location_id.is_some() || scope.employment_type.is_some() {
            errors.add("employee_id", "A policy for one person is for nobody else: leave the others out.");
        }
    }
    Ok(())
}

fn check_terms(terms: &Policy, errors: &mut FieldErrors) {
    let fits = |minutes: Minutes| !minutes.is_negative() && minutes <= MOST;
    let amounts: Vec<Minutes> = match &terms.amount {
        Amount::Fixed(minutes) => vec![*minutes],
        Amount::ServiceYears(tiers) => tiers.all().iter().map(|tier| tier.minutes).collect(),
    };
    if !amounts.into_iter().all(fits) {
        errors.add("amount", "Not below 0, and at most 1,000,000 minutes.");
    }
    if let FirstYear::MonthTable(table) = terms.first_year
        && !table.into_iter().all(fits)
    {
        errors.add("first_year", "Not below 0, and at most 1,000,000 minutes.");
    }
    if let GrantRhythm::PerHoursWorked(rate) = terms.grant
        && !(rate.minutes.is_positive() && rate.per_minutes.is_positive() && rate.minutes <= rate.per_minutes)
    {
        errors
            .add("grant", "So many minutes of leave for so many of work: both above 0, and not more leave than work.");
    }
    if !(1..=10_080).contains(&terms.rounding.step_minutes.get()) {
        errors.add("rounding", "To a multiple of 1 to 10,080 minutes.");
    }
    let Some(carry) = terms.carry_over else { return };
    if !carry.max_minutes.is_none_or(fits) || !carry.exempt_minutes.is_none_or(fits) {
        errors.add("carry_over", "Not below 0, and at most 1,000,000 minutes.");
    }
    if !carry.expires_after_months.is_none_or(|months| (1..=24).contains(&months)) {
        errors.add("carry_over", "It can be used for 1 to 24 months.");
    }
    if carry.expires_after_months.is_some() && carry.expires_on.is_some() {
        errors.add("carry_over", "It expires after some months, or on a day: not both.");
    }
}

fn record(
    tx: &mut Tx<'_>,
    actor: &Actor,
    action: &'static str,
    id: LeavePolicyId,
    before: Option<&PolicyFields>,
    after: Option<&PolicyFields>,
) -> Result<()> {
    let columns = |fields: Option<&PolicyFields>| match fields {
        None => vec![json!(null); 5],
        Some(fields) => vec![
            json!(fields.name),
            json!(fields.leave_type_id),
            json!(fields.applies_to),
            json!(fields.valid_from),
            json!(fields.terms),
        ],
    };
    let names = ["name", "leave_type_id", "applies_to", "valid_from", "terms"];
    let mut entry = audit::Entry::new(action).on("leave_policy", id.0);
    for (name, (old, new)) in names.into_iter().zip(columns(before).into_iter().zip(columns(after))) {
        if old != new {
            entry = entry.change(name, old, new);
        }
    }
    audit::record(tx, actor, entry).map(drop)
}
