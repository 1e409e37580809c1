//! A login for somebody whose record is there already: entered by hand, or imported. Hiring makes both at once.

use std::sync::Arc;

use axum::extract::Path;
use axum::response::Response;

use crate::auth::{Actor, Hr, Role, links, user};
use crate::error::{AppError, Result};
use crate::ids::{EmployeeId, UserId};
use crate::msg;
use crate::orgs::Org;
use crate::storage::Tx;
use crate::web::Flash;

/// Invites a person by mail, making the login where there is none; an earlier invitation is over.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Forbidden`] for all but HR; [`AppError::Conflict`] for somebody who is
/// deactivated, has left, or has set a password already; [`AppError::Invalid`] where another login has the address.
pub fn invite(tx: &mut Tx<'_>, actor: &Actor, org: &Org, id: EmployeeId) -> Result<()> {
    let user = ready(tx, actor, org, id)?;
    links::invite(tx, actor, org, user)
}

/// The login of somebody who may be invited, made where there is none.
///
/// # Errors
/// As [`invite`].
pub fn ready(tx: &mut Tx<'_>, actor: &Actor, org: &Org, id: EmployeeId) -> Result<UserId> {
    actor.require_hr()?;
    let employee = super::get(tx, id)?;
    let left = employee.facts.leave_date.is_some_and(|last| last < actor.today(tx.now()));
    if employee.hidden || left {
        return Err(AppError::conflict(msg!("{0} does not work here any more.", employee.name())));
    }
    match user::by_employee(tx, id)? {
        Some(user) => Ok(user),
        None => {
            let new = user::NewUser {
                email: employee.facts.email.parse().map_err(|why| AppError::invalid("email", why))?,
                name: employee.name(),
                employee_id: Some(id),
                roles: [Role::Employee].into_iter().collect(),
                language: org.settings().language.clone(),
            };
            user::create(tx, actor, new)
        }
    }
}

/// `POST /people/{id}/invite`
pub async fn send(ctx: Hr, Path(id): Path<EmployeeId>) -> Result<Response> {
    let org = Arc::clone(&ctx.org);
    let sent = ctx
        .write(links::INVITED, move |tx, actor| {
            invite(tx, actor, &org, id)?;
            Ok(super::get(tx, id)?.facts)
        })
        .await;
    let said = match sent {
        Ok(facts) => Flash::ok(msg!("The invitation goes to {0}.", facts.email)),
        Err(AppError::Conflict(why)) => Flash::bad(why),
        Err(AppError::Invalid(errors)) if !errors.is_empty() => Flash::bad(errors.0[0].1.clone()),
        Err(other) => return Err(other),
    };
    Ok(said.redirect(&ctx.visit, &format!("/people/{id}")))
}
