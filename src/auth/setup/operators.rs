//! Operators: the logins that speak for the machine itself (is this directory moved or a copy?), beside their role in
//! an organization. The first admin of the first organization is one.

use crate::error::Result;
use crate::ids::UserId;
use crate::storage::{Rx, Tx};

use super::store;

/// Makes a login an operator. In the appliance's database.
///
/// # Errors
/// What the database says.
pub fn add(tx: &mut Tx<'_>, organization: &str, user: UserId) -> Result<()> {
    store::add_operator(tx, organization, user)
}

/// Makes a login an operator where there is none yet.
///
/// # Errors
/// What the database says.
pub fn add_first(tx: &mut Tx<'_>, organization: &str, user: UserId) -> Result<()> {
    if store::has_operator(tx)? { Ok(()) } else { store::add_operator(tx, organization, user) }
}

/// Whether a login is an operator.
///
/// # Errors
/// What the database says.
pub fn is_one(rx: &Rx<'_>, organization: &str, user: UserId) -> Result<bool> {
    store::is_operator(rx, organization, user)
}
