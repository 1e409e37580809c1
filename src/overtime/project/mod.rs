//! Projects that overtime is booked on.

pub mod api;
pub mod pages;

use crate::audit;
use crate::auth::Actor;
use crate::error::{AppError, FieldErrors, Result};
use crate::ids::ProjectId;
use crate::storage::{Op, Rx, Tx};
use crate::text::fold;

pub use super::types::Project;

use super::store;

pub const CREATED: Op = Op::act("project.created");
pub const CHANGED: Op = Op::act("project.changed");
pub const DELETED: Op = Op::act("project.deleted");

/// Projects by name; those in use only, or all.
///
/// # Errors
/// When the database cannot be read.
pub fn list(rx: &Rx<'_>, active_only: bool) -> Result<Vec<Project>> {
    store::projects(rx, active_only)
}

/// # Errors
/// [`AppError::NotFound`].
pub fn get(rx: &Rx<'_>, id: ProjectId) -> Result<Project> {
    store::project_by_id(rx, id)?.ok_or(AppError::NotFound)
}

/// Makes a project; `new.id` is ignored. For HR.
///
/// # Errors
/// [`AppError::Invalid`] for a code or name out of bounds or a code that is taken in any case.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, new: Project) -> Result<ProjectId> {
    actor.require_hr()?;
    let new = checked(tx, new, None)?;
    let id = store::insert_project(tx, &new, &fold(&new.code))?;
    audit::record(
        tx,
        actor,
        audit::Entry::new("project.created").on("project", id.0).with("code", &new.code).with("name", &new.name),
    )?;
    Ok(id)
}

/// Changes a project. Requests keep the name they were sent with. For HR.
///
/// # Errors
/// As [`create`]; [`AppError::NotFound`].
pub fn update(tx: &mut Tx<'_>, actor: &Actor, id: ProjectId, change: impl FnOnce(&mut Project)) -> Result<Project> {
    actor.require_hr()?;
    let before = get(tx, id)?;
    let mut after = before.clone();
    change(&mut after);
    let after = checked(tx, Project { id, ..after }, Some(id))?;
    store::update_project(tx, &after, &fold(&after.code))?;
    let entry = audit::Entry::new("project.changed")
        .on("project", id.0)
        .change("code", &before.code, &after.code)
        .change("name", &before.name, &after.name)
        .change("description", &before.description, &after.description)
        .change("active", before.active, after.active);
    audit::record(tx, actor, entry)?;
    Ok(after)
}

/// Removes a project that nothing was booked on; one that was is taken out of use instead. For HR.
///
/// # Errors
/// [`AppError::NotFound`].
pub fn delete(tx: &mut Tx<'_>, actor: &Actor, id: ProjectId) -> Result<()> {
    actor.require_hr()?;
    let project = get(tx, id)?;
    if store::is_project_used(tx, id)? {
        update(tx, actor, id, |project| project.active = false)?;
        return Ok(());
    }
    store::delete_project(tx, id)?;
    audit::record(tx, actor, audit::Entry::new("project.deleted").on("project", id.0).with("code", &project.code))?;
    Ok(())
}

fn checked(rx: &Rx<'_>, mut project: Project, own: Option<ProjectId>) -> Result<Project> {
    let mut errors = FieldErrors::new();
    for text in [&mut project.code, &mut project.name, &mut project.description] {
        *text = text.trim().to_owned();
    }
    if !(1..=20).contains(&project.code.chars().count()) {
        errors.add("code", "Give the project a code of 1 to 20 characters.");
    } else if store::project_with_code(rx, &fold(&project.code))?.is_some_and(|other| Some(other) != own) {
        errors.add("code", "Another project has this code.");
    }
    if !(1..=200).contains(&project.name.chars().count()) {
        errors.add("name", "Give the project a name of 1 to 200 characters.");
    }
    if project.description.chars().count() > 2000 {
        errors.add("description", "At most 2,000 characters.");
    }
    errors.into_result(project)
}
