//! A new colleague, at one go: the record, the login with its invitation, and the run of a template. All of it in
//! one transaction, so that nobody is ever half hired.

pub mod api;
pub mod input;
pub mod pages;
#[cfg(test)]
mod tests;

use super::runs::{self, NewRun};
use super::templates;
use crate::auth::{Actor, Roles, links, user};
use crate::error::{AppError, Result};
use crate::ids::{EmployeeId, OnboardingId, TemplateId, UserId};
use crate::orgs::Org;
use crate::people::{self, NewEmployee};
use crate::storage::{Op, Rx, Tx};

/// What hiring writes is named in the audit log by its parts: "employee.created", "user.created"…
pub const HIRED: Op = Op::act("employee.hired");

/// Somebody to be hired.
#[derive(Clone, Debug)]
pub struct NewHire {
    pub person: NewEmployee,
    /// `None` makes no login.
    pub login: Option<NewLogin>,
    pub template: Choice,
    pub buddy_id: Option<EmployeeId>,
}

/// Which template's tasks begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The published one that fits best ([`templates::best_for`]), where the first day has not passed: who has been
    /// here for years needs no welcome. Nothing where none fits.
    Fitting,
    Template(TemplateId),
    Nothing,
}

/// The login that comes with a person; its address is the work address.
#[derive(Clone, Debug)]
pub struct NewLogin {
    pub roles: Roles,
    /// As in `locales/`.
    pub language: String,
    /// Whether the invitation goes out now; otherwise HR sends it later.
    pub invite: bool,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hired {
    pub employee_id: EmployeeId,
    pub user_id: Option<UserId>,
    pub onboarding_id: Option<OnboardingId>,
}

/// Hires.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR, and for roles that only an admin gives; [`AppError::Invalid`] by field, of
/// the record, the login (`email`) or the run (`template_id`, `buddy_id`). Nothing was written then.
pub fn hire(tx: &mut Tx<'_>, actor: &Actor, org: &Org, new: NewHire) -> Result<Hired> {
    let employee_id = people::create(tx, actor, new.person)?;
    let user_id = match new.login {
        None => None,
        Some(login) => {
            let facts = people::get(tx, employee_id)?.facts;
            let email = facts.email.parse().map_err(|why| AppError::invalid("email", why))?;
            let NewLogin { roles, language, invite } = login;
            let new = user::NewUser { email, name: facts.name(), employee_id: Some(employee_id), roles, language };
            let id = user::create(tx, actor, new)?;
            if invite {
                links::invite(tx, actor, org, id)?;
            }
            Some(id)
        }
    };
    let template = match new.template {
        Choice::Nothing => None,
        Choice::Template(id) => Some(id),
        Choice::Fitting => fitting(tx, actor, employee_id)?,
    };
    let onboarding_id = match template {
        Some(template_id) => Some(runs::start(tx, actor, NewRun { employee_id, template_id, buddy_id: new.buddy_id })?),
        None => None,
    };
    Ok(Hired { employee_id, user_id, onboarding_id })
}

/// Begins what fits somebody whom an import added, as [`hire`] does for one person ([`Choice::Fitting`]).
///
/// # Errors
/// As [`runs::start`].
pub fn welcome(tx: &mut Tx<'_>, actor: &Actor, employee_id: EmployeeId) -> Result<()> {
    if let Some(template_id) = fitting(tx, actor, employee_id)? {
        runs::start(tx, actor, NewRun { employee_id, template_id, buddy_id: None })?;
    }
    Ok(())
}

/// What [`Choice::Fitting`] chooses for somebody who is entered.
fn fitting(rx: &Rx<'_>, actor: &Actor, employee_id: EmployeeId) -> Result<Option<TemplateId>> {
    let facts = people::get(rx, employee_id)?.facts;
    if facts.join_date < actor.today(rx.now()) {
        return Ok(None);
    }
    templates::best_for(rx, facts.department_id, facts.location_id, facts.employment_type)
}
