//! What higher floors do in the same transaction when a person's record changes: an onboarding's dates move along
//! with the first day. The composition root names them once; people knows none of them.

use std::sync::OnceLock;

use super::Employee;
use crate::auth::Actor;
use crate::error::Result;
use crate::storage::Tx;

/// Told of a change with the record as it was and as it is now. An error undoes the change.
pub type Follow = fn(&mut Tx<'_>, &Actor, &Employee, &Employee) -> Result<()>;

static FOLLOWERS: OnceLock<Vec<Follow>> = OnceLock::new();

/// Names who follows. The first call counts: the same program always has the same followers.
pub fn followed_by(followers: &[Follow]) {
    FOLLOWERS.get_or_init(|| followers.to_vec());
}

pub(super) fn tell(tx: &mut Tx<'_>, actor: &Actor, before: &Employee, after: &Employee) -> Result<()> {
    FOLLOWERS.get().into_iter().flatten().try_for_each(|follow| follow(tx, actor, before, after))
}
