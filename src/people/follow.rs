//! What other rooms do in the same transaction when a person's record changes: an onboarding's dates move along with
//! the first day, decisions that wait for somebody who left are asked of somebody else. The composition root names
//! them once; people knows none of them.

use std::sync::OnceLock;

use super::Employee;
use crate::auth::Actor;
use crate::error::Result;
use crate::ids::EmployeeId;
use crate::storage::{Rx, Tx};

/// Told of a change with the record as it was and as it is now; also once somebody's last day has passed, with the
/// record as it is twice. An error undoes the change.
pub type Follow = fn(&mut Tx<'_>, &Actor, &Employee, &Employee) -> Result<()>;

/// Told of somebody new: whom an import added, or who was entered at all. An error undoes it.
pub type Welcome = fn(&mut Tx<'_>, &Actor, EmployeeId) -> Result<()>;

/// Who follows what happens to records.
#[derive(Clone, Debug, Default)]
pub struct Followers {
    pub changed: Vec<Follow>,
    pub imported: Vec<Welcome>,
    /// However they came.
    pub entered: Vec<Welcome>,
}

static FOLLOWERS: OnceLock<Followers> = OnceLock::new();

/// Names who follows. The first call counts: the same program always has the same followers.
pub fn followed_by(followers: Followers) {
    FOLLOWERS.get_or_init(|| followers);
}

pub(super) fn tell(tx: &mut Tx<'_>, actor: &Actor, before: &Employee, after: &Employee) -> Result<()> {
    let followers = FOLLOWERS.get().map(|followers| followers.changed.as_slice());
    followers.unwrap_or_default().iter().try_for_each(|follow| follow(tx, actor, before, after))
}

pub(super) fn tell_entered(tx: &mut Tx<'_>, actor: &Actor, id: EmployeeId) -> Result<()> {
    let followers = FOLLOWERS.get().map(|followers| followers.entered.as_slice());
    followers.unwrap_or_default().iter().try_for_each(|welcome| welcome(tx, actor, id))
}

pub(super) fn tell_imported(tx: &mut Tx<'_>, actor: &Actor, id: EmployeeId) -> Result<()> {
    let followers = FOLLOWERS.get().map(|followers| followers.imported.as_slice());
    followers.unwrap_or_default().iter().try_for_each(|welcome| welcome(tx, actor, id))
}

/// Whether the person is deactivated or their last day has passed.
///
/// # Errors
/// When the database cannot be read.
pub fn is_gone(rx: &Rx<'_>, person: &Employee) -> Result<bool> {
    let today = super::today(rx)?;
    Ok(person.hidden || person.facts.leave_date.is_some_and(|last| last < today))
}
