//! Photos of people: taken from themselves or HR, cleaned of what cameras add (`rules`), sealed in the vault, and shown
//! to whoever may see the person.

pub mod api;
pub mod pages;
pub mod rules;
#[cfg(test)]
mod tests;

use crate::audit::{self, Entry};
use crate::auth::{Actor, Ctx};
use crate::error::{AppError, Result};
use crate::ids::EmployeeId;
use crate::storage::{Op, Rx, Tx};
use crate::vault::{self, Named, Sealed};

use super::{Reach, directory, employee, reach};

const CHANGED: Op = Op::act("employee.photo_changed");
const REMOVED: Op = Op::act("employee.photo_removed");

/// The photo of a person, for whoever may see them; a new hire sees their own alone.
///
/// # Errors
/// [`AppError::NotFound`] where there is none, or the person is not to be seen.
pub fn of(rx: &Rx<'_>, actor: &Actor, id: EmployeeId) -> Result<Named> {
    let (profile, _) = directory::profile(rx, actor, id)?;
    let photo = profile.employee.photo.ok_or(AppError::NotFound)?;
    vault::get(rx, &photo)
}

/// `Ok` for the person and for HR.
///
/// # Errors
/// [`AppError::NotFound`] for whoever may not see the person; [`AppError::Forbidden`].
pub fn require_may_change(rx: &Rx<'_>, actor: &Actor, id: EmployeeId) -> Result<()> {
    let (_, reach) = directory::profile(rx, actor, id)?;
    if reach == Reach::Own || (reach.sees() && actor.is_hr()) {
        return Ok(());
    }
    Err(AppError::forbidden("Only the person and HR change the photo."))
}

/// Sets the photo to a sealed file; the one before goes in a week.
///
/// # Errors
/// As [`require_may_change`].
fn set(tx: &mut Tx<'_>, actor: &Actor, id: EmployeeId, sealed: &Sealed, media_type: &str) -> Result<()> {
    require_may_change(tx, actor, id)?;
    let before = employee::get(tx, id)?.photo;
    let photo = vault::keep(tx, sealed, "photo", media_type)?;
    employee::set_photo(tx, id, Some(&photo))?;
    if let Some(before) = &before {
        vault::release(tx, before)?;
    }
    let entry = Entry::new("employee.photo_changed").on("employee", id).change("photo", before.is_some(), true);
    audit::record(tx, actor, entry.with("media_type", media_type)).map(drop)
}

/// Takes the photo away. Answers whether there was one.
///
/// # Errors
/// As [`require_may_change`].
pub fn remove(tx: &mut Tx<'_>, actor: &Actor, id: EmployeeId) -> Result<bool> {
    require_may_change(tx, actor, id)?;
    let Some(before) = forget(tx, id)? else { return Ok(false) };
    let entry = Entry::new("employee.photo_removed").on("employee", id).change("photo", before, false);
    audit::record(tx, actor, entry)?;
    Ok(true)
}

/// Takes the photo away, whoever asks; the caller has checked and audits it.
pub(super) fn forget(tx: &mut Tx<'_>, id: EmployeeId) -> Result<Option<bool>> {
    let Some(before) = employee::get(tx, id)?.photo else { return Ok(None) };
    employee::set_photo(tx, id, None)?;
    vault::release(tx, &before)?;
    Ok(Some(true))
}

/// Cleans, seals and names a picture that was sent.
///
/// # Errors
/// [`AppError::Invalid`] on `file`; as [`require_may_change`].
async fn take(ctx: &Ctx, id: EmployeeId, content: Vec<u8>) -> Result<()> {
    let vault = ctx.org.vault();
    let work = move || {
        let picture = rules::clean(&content)?;
        let sealed = vault.put(&picture.bytes).map_err(AppError::internal)?;
        Ok::<_, AppError>((picture.media_type, sealed))
    };
    let (media_type, sealed) = tokio::task::spawn_blocking(work).await.map_err(AppError::internal)??;
    ctx.write(CHANGED, move |tx, actor| set(tx, actor, id, &sealed, media_type)).await
}

/// Whose photo a page of one's own is about.
fn own(actor: &Actor) -> Result<EmployeeId> {
    actor.require_employee()
}

/// Whether `actor` sees more of the person than colleagues: for the page to return to.
fn is_own(rx: &Rx<'_>, actor: &Actor, id: EmployeeId) -> Result<bool> {
    Ok(reach(rx, actor, id)? == Reach::Own)
}
