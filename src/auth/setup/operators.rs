//! Operators: the logins that speak for the machine itself (is this directory moved or a copy?), beside their role in
//! an organization. The first admin of the first organization is one.

use crate::audit::{self, Entry};
use crate::auth::Actor;
use crate::error::Result;
use crate::ids::UserId;
use crate::storage::{Op, Rx, Tx};

use super::store;

/// What making an operator is, as a write to the appliance's database.
pub const ADDED: Op = Op::act("operator.added");

/// Makes a login an operator. In the appliance's database.
///
/// # Errors
/// What the database says.
pub fn add(tx: &mut Tx<'_>, actor: &Actor, organization: &str, user: UserId) -> Result<()> {
    store::add_operator(tx, organization, user)?;
    audit::record(tx, actor, Entry::new(ADDED.name()).on("user", user).with("organization", organization))?;
    Ok(())
}

/// Makes a login an operator where there is none yet.
///
/// # Errors
/// What the database says.
pub fn add_first(tx: &mut Tx<'_>, actor: &Actor, organization: &str, user: UserId) -> Result<()> {
    if store::has_operator(tx)? { Ok(()) } else { add(tx, actor, organization, user) }
}

/// Whether a login is an operator.
///
/// # Errors
/// What the database says.
pub fn is_one(rx: &Rx<'_>, organization: &str, user: UserId) -> Result<bool> {
    store::is_operator(rx, organization, user)
}
