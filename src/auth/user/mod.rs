//! Logins: made, given roles, disabled, unlocked. Whose record a login belongs to is people's business; here it is a
//! number. Who may: an admin; HR too, as far as the login is for staff without HR's or an admin's own roles.

pub mod api;
pub mod pages;
mod store;

use std::collections::HashSet;

use jiff::Timestamp;
use serde::Serialize;

use crate::audit::{self, Entry};
use crate::error::{AppError, Result};
use crate::ids::{EmployeeId, UserId};
use crate::notifications::{self, Post};
use crate::storage::{Rx, Tx};
use crate::text::EmailAddress;
use crate::text_enum;
use crate::web::Listing;
use crate::{msg, tr};

use super::actor::{Actor, Role, Roles};
use super::password::PasswordHash;
use super::{first_time, links, lockout, personal, session};

text_enum! {
    /// Whether a login can be used.
    pub enum State {
        /// Its password was never set.
        Invited = "invited",
        Active = "active",
        Disabled = "disabled",
    }
}

/// A login as admins and HR see it.
#[derive(Clone, Debug)]
pub struct User {
    pub id: UserId,
    /// The record it belongs to, and the name there.
    pub employee: Option<(EmployeeId, String)>,
    /// The person's name; the login's own where it is nobody's on the staff.
    pub name: String,
    pub email: String,
    /// Those that were given; what follows from the record is not among them.
    pub roles: Roles,
    pub language: String,
    pub state: State,
    pub created_at: Timestamp,
    pub last_seen_at: Option<Timestamp>,
}

/// A login to be made.
#[derive(Clone, Debug)]
pub struct NewUser {
    pub email: EmailAddress,
    /// For a login that is nobody's on the staff: 1 to 200 characters. A person's record has its own.
    pub name: String,
    pub employee_id: Option<EmployeeId>,
    /// [`Role::Hire`] cannot be given.
    pub roles: Roles,
    /// As in `locales/`.
    pub language: String,
}

/// Orderings and filters of the list of users.
pub const ORDERINGS: &[&str] = &["name", "email", "last_seen_at", "created_at"];
pub const FILTERS: &[&str] = &["search", "role", "state"];

/// Makes a login without a password; an invitation or a verb sets one.
///
/// # Errors
/// [`AppError::Forbidden`] for those who may not give these roles; [`AppError::Invalid`] for an address that has a
/// login, a record that has one, or an empty name.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, new: NewUser) -> Result<UserId> {
    require_may_give(actor, new.roles)?;
    let name = crate::text::tidy(&new.name);
    if name.is_empty() || name.chars().count() > 200 {
        return Err(AppError::invalid("name", "Give a name of 1 to 200 characters."));
    }
    if store::by_key(tx, new.email.key())?.is_some() {
        return Err(AppError::invalid("email", msg!("There is a login with the address {0} already.", new.email)));
    }
    if let Some(employee) = new.employee_id
        && store::by_employee(tx, employee)?.is_some()
    {
        return Err(AppError::invalid("employee_id", "This person has a login already."));
    }
    let id = store::insert(tx, &new, &name)?;
    store::set_roles(tx, id, new.roles)?;
    let entry = Entry::new("user.created").on("user", id).with("email", new.email.as_str()).with("name", name);
    audit::record(tx, actor, entry.with("employee_id", new.employee_id).with("roles", names(new.roles)))?;
    Ok(id)
}

/// A record was entered under the address of a login that is nobody's on the staff, as the first admin's is: from now
/// on it is this person's. Answers whose.
///
/// # Errors
/// [`AppError::Invalid`] on `email` where the login has a role that the acting person may not give, unless it is their
/// own.
pub fn adopt(tx: &mut Tx<'_>, actor: &Actor, employee: EmployeeId, email: &EmailAddress) -> Result<Option<UserId>> {
    let Some(id) = store::by_key(tx, email.key())? else { return Ok(None) };
    let login = store::get(tx, id)?;
    if login.employee.is_some() {
        return Ok(None);
    }
    // Whoever keeps the record then decides on its last day, and on its address: that is not HR's over admins.
    if actor.user_id != Some(id) {
        require_may_give(actor, login.roles).map_err(|_| {
            AppError::invalid(
                "email",
                msg!("This is the address of an admin’s or HR’s login: an admin enters this person."),
            )
        })?;
    }
    store::set_employee(tx, id, employee)?;
    let entry = Entry::new("user.employee_set").on("user", id).change("employee_id", (), employee);
    audit::record(tx, actor, entry)?;
    Ok(Some(id))
}

/// # Errors
/// [`AppError::NotFound`]; [`AppError::Forbidden`] for all but admins and HR.
pub fn get(rx: &Rx<'_>, actor: &Actor, id: UserId) -> Result<User> {
    require_office(actor)?;
    store::get(rx, id)
}

/// The login with this address, however it is written.
///
/// # Errors
/// What the database says.
pub fn by_email(rx: &Rx<'_>, email: &EmailAddress) -> Result<Option<UserId>> {
    store::by_key(rx, email.key())
}

/// The login of a person.
///
/// # Errors
/// What the database says.
pub fn by_employee(rx: &Rx<'_>, employee: EmployeeId) -> Result<Option<UserId>> {
    store::by_employee(rx, employee)
}

/// One page of the logins, and how many there are in all.
///
/// # Errors
/// [`AppError::Forbidden`] for all but admins and HR; [`AppError::Invalid`] for a filter that is no role or state.
pub fn list(rx: &Rx<'_>, actor: &Actor, listing: &Listing) -> Result<(Vec<User>, i64)> {
    require_office(actor)?;
    let role: Option<Role> = match listing.text("role") {
        "" => None,
        text => Some(text.parse().map_err(|()| AppError::invalid("role", msg!("There is no role {0}.", text)))?),
    };
    store::list(rx, listing, role, listing.filter("state")?)
}

/// Gives `id` exactly these roles.
///
/// # Errors
/// [`AppError::Forbidden`] for all but admins; [`AppError::Conflict`] where nobody could administer any more.
pub fn set_roles(tx: &mut Tx<'_>, actor: &Actor, id: UserId, roles: Roles) -> Result<()> {
    actor.require_admin()?;
    let before = store::get(tx, id)?;
    let roles: Roles = roles.iter().filter(|role| *role != Role::Hire).collect();
    if before.roles == roles {
        return Ok(());
    }
    if before.roles.contains(Role::Admin) && !roles.contains(Role::Admin) {
        require_another_admin(tx, actor, id)?;
    }
    store::set_roles(tx, id, roles)?;
    let entry = Entry::new("user.roles_changed").on("user", id).change("roles", names(before.roles), names(roles));
    audit::record(tx, actor, entry)?;
    Ok(())
}

/// Ends the login: it cannot be used, its sessions and tokens are over at once.
///
/// # Errors
/// [`AppError::Forbidden`] for those who may not; [`AppError::Conflict`] for oneself and for the last admin.
pub fn disable(tx: &mut Tx<'_>, actor: &Actor, id: UserId) -> Result<()> {
    let before = require_may_manage(tx, actor, id)?;
    if actor.user_id == Some(id) {
        return Err(AppError::conflict("Ask another admin to disable your own login."));
    }
    if before.state == State::Disabled {
        return Ok(());
    }
    if before.roles.contains(Role::Admin) {
        require_another_admin(tx, actor, id)?;
    }
    store::set_disabled(tx, id, true)?;
    let sessions = session::end_all(tx, id, None)?;
    let tokens = personal::revoke_all(tx, id)?;
    let entry = Entry::new("user.disabled").on("user", id).change("disabled", false, true);
    audit::record(tx, actor, entry.with("sessions_ended", sessions).with("tokens_revoked", tokens))?;
    Ok(())
}

/// The login may be used again, with the password it had.
///
/// # Errors
/// [`AppError::Forbidden`] for those who may not.
pub fn enable(tx: &mut Tx<'_>, actor: &Actor, id: UserId) -> Result<()> {
    let before = require_may_manage(tx, actor, id)?;
    if before.state != State::Disabled {
        return Ok(());
    }
    store::set_disabled(tx, id, false)?;
    audit::record(tx, actor, Entry::new("user.enabled").on("user", id).change("disabled", true, false))?;
    Ok(())
}

/// Opens the doors that wrong passwords have closed; how many there were.
///
/// # Errors
/// [`AppError::Forbidden`] for those who may not.
pub fn unlock(tx: &mut Tx<'_>, actor: &Actor, id: UserId) -> Result<usize> {
    require_may_manage(tx, actor, id)?;
    let places = lockout::unlock(tx, id)?;
    audit::record(tx, actor, Entry::new("user.unlocked").on("user", id).with("places", places))?;
    Ok(places)
}

/// Ends every session of `id`; how many.
///
/// # Errors
/// [`AppError::Forbidden`] for those who may not.
pub fn end_sessions(tx: &mut Tx<'_>, actor: &Actor, id: UserId) -> Result<usize> {
    require_may_manage(tx, actor, id)?;
    let ended = session::end_all(tx, id, None)?;
    audit::record(tx, actor, Entry::new("user.sessions_ended").on("user", id).with("sessions", ended))?;
    Ok(ended)
}

/// Sets a password that was hashed before, ends the sessions of `id` except the acting one, and opens closed doors.
/// Whoever calls this has checked that the acting person may: by the old password, by a link, or as an admin.
///
/// # Errors
/// What the database says.
pub fn set_password(tx: &mut Tx<'_>, actor: &Actor, id: UserId, hash: &PasswordHash, how: &'static str) -> Result<()> {
    store::set_password(tx, id, hash)?;
    // What the person did not choose themselves came from somebody who knows them.
    if !["activation", "printed_code", "password_reset", "changed"].contains(&how) {
        first_time::skip(tx, id)?;
    }
    let keep = actor.origin.session_id.filter(|_| actor.user_id == Some(id));
    let ended = session::end_all(tx, id, keep)?;
    lockout::unlock(tx, id)?;
    let entry = Entry::new("user.password_set").on("user", id).with("how", how).with("sessions_ended", ended);
    audit::record(tx, actor, entry)?;
    Ok(())
}

/// Whoever forgot a password may have lost more: personal tokens are over, and no browser is known any more.
///
/// # Errors
/// What the database says.
pub(super) fn revoke_access(tx: &mut Tx<'_>, actor: &Actor, id: UserId) -> Result<()> {
    let tokens = personal::revoke_all(tx, id)?;
    let devices = lockout::forget_devices(tx, id)?;
    let entry = Entry::new("user.access_revoked").on("user", id).with("tokens_revoked", tokens);
    audit::record(tx, actor, entry.with("devices_forgotten", devices))?;
    Ok(())
}

/// Keeps the login's address and name the same as its person's record; called by the act that changes the record and
/// writes its audit entry. Whoever reads the mail of an address can have a new password: so links that went to the
/// old one are over, and the old one is told where to.
///
/// # Errors
/// [`AppError::Invalid`] where another login has the address; [`AppError::Forbidden`] where the address changes and
/// the login has a role that the acting person may not give.
pub fn follow_employee(
    tx: &mut Tx<'_>,
    actor: &Actor,
    employee: EmployeeId,
    email: &EmailAddress,
    name: &str,
) -> Result<()> {
    let Some(id) = store::by_employee(tx, employee)? else { return Ok(()) };
    if store::by_key(tx, email.key())?.is_some_and(|other| other != id) {
        return Err(AppError::invalid("email", msg!("There is a login with the address {0} already.", email)));
    }
    let before = store::get(tx, id)?;
    let old: EmailAddress =
        before.email.parse().map_err(|why| AppError::internal(format!("{}: {why}", before.email)))?;
    if old.key() != email.key() {
        require_may_give(actor, before.roles)?;
        links::drop_all(tx, id)?;
        if before.state == State::Active {
            tell_old_address(tx, &before, &old, email)?;
        }
    }
    store::set_identity(tx, id, email, name)
}

fn tell_old_address(tx: &mut Tx<'_>, user: &User, old: &EmailAddress, new: &EmailAddress) -> Result<()> {
    let lang = user.language.parse().unwrap_or_default();
    let (subject, reason) = (
        msg!("Your login has another address now"),
        msg!("You get this mail because {0} was the address of your login.", old),
    );
    let post = Post::new(old, &user.name, lang, subject, reason)
        .paragraph(msg!("From now on you sign in with {0}, and mail goes there. Your password stays.", new))
        .paragraph(msg!("If you do not know why, ask HR or your admin at once."));
    notifications::post(tx, &post)?;
    Ok(())
}

/// Logins in use that have this role, stored with it.
///
/// # Errors
/// What the database says.
pub fn with_role(rx: &Rx<'_>, role: Role) -> Result<Vec<UserId>> {
    store::with_role(rx, role)
}

/// Those whose login has an address that `actor` may not change: HR's own and admins', for HR.
///
/// # Errors
/// What the database says.
pub fn guarded(rx: &Rx<'_>, actor: &Actor) -> Result<HashSet<EmployeeId>> {
    if actor.is_admin() { Ok(HashSet::new()) } else { store::with_office_roles(rx) }
}

/// Where somebody stops working here: somebody else must still be able to administer.
///
/// # Errors
/// [`AppError::Conflict`] where this person is the last admin.
pub fn require_may_go(rx: &Rx<'_>, actor: &Actor, employee: EmployeeId) -> Result<()> {
    let Some(id) = store::by_employee(rx, employee)? else { return Ok(()) };
    if store::get(rx, id)?.roles.contains(Role::Admin) { require_another_admin(rx, actor, id) } else { Ok(()) }
}

/// Who may not stop working here ([`require_may_go`]): the last admin.
pub fn must_stay(rx: &Rx<'_>, actor: &Actor) -> Result<HashSet<EmployeeId>> {
    let mut stay = HashSet::new();
    for id in store::with_office_roles(rx)? {
        match require_may_go(rx, actor, id) {
            Ok(()) => {}
            Err(AppError::Conflict(_)) => drop(stay.insert(id)),
            Err(other) => return Err(other),
        }
    }
    Ok(stay)
}

/// The names of roles, for the audit log and the API.
pub fn names(roles: Roles) -> Vec<&'static str> {
    roles.iter().map(Role::as_str).collect()
}

/// A role that an admin can give, with what it is for.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Choice {
    pub role: Role,
    pub label: &'static str,
    pub means: &'static str,
}

/// Every role that can be given.
pub const CHOICES: [Choice; 4] = [
    Choice { role: Role::Employee, label: tr!("Employee"), means: tr!("own records, requests and tasks") },
    Choice { role: Role::Manager, label: tr!("Manager"), means: tr!("decides for those who report to them") },
    Choice { role: Role::Hr, label: tr!("HR"), means: tr!("people, policies, templates and reports of everybody") },
    Choice { role: Role::Admin, label: tr!("Admin"), means: tr!("settings, logins and the audit log") },
];

fn require_office(actor: &Actor) -> Result<()> {
    if actor.is_admin() || actor.is_hr() { Ok(()) } else { Err(AppError::forbidden("Only HR and admins may do this.")) }
}

/// HR manages the logins of staff; those of HR and of admins are an admin's.
pub(super) fn require_may_manage(rx: &Rx<'_>, actor: &Actor, id: UserId) -> Result<User> {
    require_office(actor)?;
    let user = store::get(rx, id)?;
    require_may_give(actor, user.roles)?;
    Ok(user)
}

fn require_may_give(actor: &Actor, roles: Roles) -> Result<()> {
    require_office(actor)?;
    if actor.is_admin() || !(roles.contains(Role::Hr) || roles.contains(Role::Admin)) {
        Ok(())
    } else {
        Err(AppError::forbidden("Only an admin may do this: the login has HR’s or an admin’s role."))
    }
}

fn require_another_admin(rx: &Rx<'_>, actor: &Actor, id: UserId) -> Result<()> {
    if store::other_admins(rx, id, actor.today(rx.now()))? > 0 {
        Ok(())
    } else {
        Err(AppError::conflict("This is the last admin. Give somebody else the role first."))
    }
}
