//! Kinds of leave: what HR sets up once and every request is measured by.

pub mod api;
mod model;
pub mod pages;
pub mod presets;
pub(in crate::leave) mod store;

pub use model::{Color, LeaveType, Mark, TypeFields, VisibleAs};

use serde_json::Value;

use crate::audit;
use crate::auth::Actor;
use crate::error::{AppError, FieldErrors, Result};
use crate::ids::LeaveTypeId;
use crate::leave::rules::{Attachment, Overlap};
use crate::msg;
use crate::people::{self, Employee};
use crate::storage::{Rx, Tx};
use crate::text;
use crate::time::Minutes;

/// Every type, inactive ones included, in the order of lists. Anybody may read them.
///
/// # Errors
/// When the database cannot be read.
pub fn all(rx: &Rx<'_>) -> Result<Vec<LeaveType>> {
    store::all(rx)
}

/// Those that may be asked for now.
///
/// # Errors
/// When the database cannot be read.
pub fn active(rx: &Rx<'_>) -> Result<Vec<LeaveType>> {
    Ok(store::all(rx)?.into_iter().filter(|kind| kind.fields.active).collect())
}

/// # Errors
/// [`AppError::NotFound`].
pub fn get(rx: &Rx<'_>, id: LeaveTypeId) -> Result<LeaveType> {
    store::get(rx, id)
}

/// Whether somebody may ask for a type: where they work, how they are employed, which group they belong to, today.
///
/// # Errors
/// When the database cannot be read.
pub fn is_for(rx: &Rx<'_>, kind: &LeaveType, person: &Employee) -> Result<bool> {
    let (fields, facts) = (&kind.fields, &person.facts);
    let there = fields.entity_id.is_none_or(|entity| facts.entity_id == Some(entity))
        && fields.location_id.is_none_or(|location| facts.location_id == Some(location))
        && fields.employment_type.is_none_or(|employed| facts.employment_type == employed);
    Ok(match fields.group_id {
        Some(group) if there => people::groups::of_employee(rx, person.id)?.iter().any(|one| one.id == group),
        _ => there,
    })
}

/// The type of the ready-made set with that name (see [`presets`]).
///
/// # Errors
/// [`AppError::NotFound`] where the set was never made.
pub fn preset(rx: &Rx<'_>, name: &str) -> Result<LeaveType> {
    store::by_preset(rx, name)?.ok_or(AppError::NotFound)
}

/// Makes what is missing of the ready-made set; what is there stays as HR changed it. Called by set-up and demo.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR and admins.
pub fn seed_types(tx: &mut Tx<'_>, actor: &Actor) -> Result<()> {
    if !actor.is_admin() {
        actor.require_hr()?;
    }
    for (preset, fields) in presets::all() {
        if store::by_preset(tx, preset)?.is_none() && store::by_name(tx, &fields.name)?.is_none() {
            let id = store::insert(tx, Some(preset), &fields)?;
            record_created(tx, actor, id, &fields)?;
        }
    }
    Ok(())
}

/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::Invalid`] by field.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, fields: TypeFields) -> Result<LeaveTypeId> {
    actor.require_hr()?;
    let fields = check(tx, None, fields)?;
    let id = store::insert(tx, None, &fields)?;
    record_created(tx, actor, id, &fields)?;
    Ok(id)
}

/// Sets every field anew. What is booked already stays as it was counted.
///
/// # Errors
/// As [`create`]; [`AppError::NotFound`].
pub fn update(tx: &mut Tx<'_>, actor: &Actor, id: LeaveTypeId, fields: TypeFields) -> Result<()> {
    actor.require_hr()?;
    let before = store::get(tx, id)?;
    let fields = check(tx, Some(id), fields)?;
    if before.fields.affects_balance != fields.affects_balance && store::is_used(tx, id)? {
        return Err(AppError::invalid(
            "affects_balance",
            "Leave of this kind is booked already; make another kind that has, or has no, balance.",
        ));
    }
    if before.fields.overlap != fields.overlap && store::has_met(tx, id)? {
        return Err(AppError::invalid(
            "overlap",
            "Leave of this kind has met other leave already; make another kind that does so differently.",
        ));
    }
    store::update(tx, id, &fields)?;
    let mut entry = audit::Entry::new("leave_type.updated").on("leave_type", id.0);
    for (field, old, new) in pairs(&before.fields, &fields)? {
        entry = entry.change(&field, old, new);
    }
    audit::record(tx, actor, entry)?;
    Ok(())
}

/// Removes a type that nothing names; one that was ever used is made inactive instead.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::NotFound`].
pub fn remove(tx: &mut Tx<'_>, actor: &Actor, id: LeaveTypeId) -> Result<()> {
    actor.require_hr()?;
    let kind = store::get(tx, id)?;
    if store::is_used(tx, id)? {
        store::update(tx, id, &TypeFields { active: false, ..kind.fields })?;
        audit::record(
            tx,
            actor,
            audit::Entry::new("leave_type.updated").on("leave_type", id.0).change("active", true, false),
        )?;
    } else {
        store::delete(tx, id)?;
        audit::record(
            tx,
            actor,
            audit::Entry::new("leave_type.deleted").on("leave_type", id.0).change("name", kind.fields.name, ""),
        )?;
    }
    Ok(())
}

fn record_created(tx: &mut Tx<'_>, actor: &Actor, id: LeaveTypeId, fields: &TypeFields) -> Result<()> {
    let entry = audit::Entry::new("leave_type.created").on("leave_type", id.0).change("name", "", fields.name.as_str());
    audit::record(tx, actor, entry)?;
    Ok(())
}

/// Tidies what was typed and refuses what cannot be.
fn check(tx: &Tx<'_>, id: Option<LeaveTypeId>, mut fields: TypeFields) -> Result<TypeFields> {
    let mut errors = FieldErrors::new();
    fields.name = text::tidy(&fields.name);
    fields.letter = text::tidy(&fields.letter);
    fields.description = fields.description.trim().to_owned();
    match fields.name.chars().count() {
        0 => errors.add("name", "Please fill this in."),
        101.. => errors.add("name", msg!("At most {0} characters; this has {1}.", 100, fields.name.chars().count())),
        _ if store::by_name(tx, &fields.name)?.is_some_and(|other| Some(other) != id) => {
            errors.add("name", "Another kind of leave has this name.");
        }
        _ => {}
    }
    if fields.letter.is_empty() {
        fields.letter = fields.name.chars().take(1).flat_map(char::to_uppercase).take(1).collect();
    }
    if fields.letter.chars().count() > 1 {
        errors.add("letter", "One letter or digit.");
    }
    if fields.description.chars().count() > 500 {
        errors.add("description", msg!("At most {0} characters.", 500));
    }
    let mut within = |field: &'static str, value: i64, least: i64, most: i64| {
        if !(least..=most).contains(&value) {
            errors.add(field, msg!("From {0} to {1}.", least, most));
        }
    };
    within("notice_days", fields.notice_days.into(), 0, 366);
    within("attachment_within_days", fields.attachment_within_days.into(), 0, 90);
    within("usable_after_months", fields.usable_after_months.into(), 0, 120);
    within("negative_limit_minutes", fields.negative_limit_minutes.get(), 0, 1_000_000);
    within("max_consecutive_days", fields.max_consecutive_days.unwrap_or(1).into(), 1, 1_100);
    within("max_minutes_per_year", fields.max_minutes_per_year.map_or(1, Minutes::get), 1, 1_000_000);
    if let Attachment::FromDays(days) = fields.attachment {
        within("attachment", days.into(), 1, 366);
    }
    for (field, known) in store::known_places(tx, &fields)? {
        if !known {
            errors.add(field, "Choose one of the list.");
        }
    }
    if fields.works && fields.overlap == Overlap::Interrupts {
        errors.add("overlap", "Work elsewhere interrupts no leave: choose one of the two.");
    }
    if fields.works && fields.affects_balance {
        errors.add("works", "Work elsewhere takes nothing from a balance: choose one of the two.");
    }
    errors.into_result(fields)
}

/// Each field with its value before and after, for the audit log.
fn pairs(before: &TypeFields, after: &TypeFields) -> Result<Vec<(String, Value, Value)>> {
    let values = |fields: &TypeFields| match serde_json::to_value(fields) {
        Ok(Value::Object(values)) => Ok(values),
        Ok(_) => Ok(serde_json::Map::new()),
        Err(error) => Err(AppError::internal(error)),
    };
    let (mut before, after) = (values(before)?, values(after)?);
    Ok(after.into_iter().map(|(field, new)| (field.clone(), before.remove(&field).unwrap_or_default(), new)).collect())
}
