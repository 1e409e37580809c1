//! The facts about a login that decide what it may do: its person, its roles today, its zone and language.

pub mod api;
pub mod pages;
pub mod password;
pub mod rules;
mod store;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::audit::{self, Entry};
use crate::error::{AppError, Result};
use crate::ids::{EmployeeId, UserId};
use crate::lang::Lang;
use crate::storage::{Rx, Tx};
use crate::web::Theme;

use super::actor::{Actor, Origin, Roles};
pub use rules::Employment;

/// A login that may be used now.
#[derive(Clone, Debug)]
pub struct Account {
    pub user_id: UserId,
    pub employee_id: Option<EmployeeId>,
    /// The person's name; the login's own where it is nobody's on the staff.
    pub name: String,
    pub email: String,
    /// Position, or empty.
    pub position: String,
    /// Where their photo is served; empty where there is none.
    pub photo: String,
    pub roles: Roles,
    /// The zone of the person's location; the organization's where there is none.
    pub zone: TimeZone,
    /// Has looked at what is noted of them, or needs not to.
    pub welcomed: bool,
    /// As in `locales/`.
    pub language: String,
    /// `light`, `dark`, or empty for as the device says.
    pub theme: String,
    /// When the roles must be asked for again at the latest: the next midnight of `zone`, because the first and the
    /// last day at work are dates.
    pub good_until: Timestamp,
}

impl Account {
    /// The person as actions see them, coming from there.
    pub(super) fn actor(&self, origin: Origin) -> Actor {
        Actor {
            user_id: Some(self.user_id),
            employee_id: self.employee_id,
            name: self.name.clone(),
            roles: self.roles,
            origin,
            zone: self.zone.clone(),
            language: self.language.clone(),
        }
    }
}

/// The login `user` as of now. `None` where there is none, or where it may not be used: disabled, or its person has
/// left or is hidden.
///
/// # Errors
/// What the database says.
pub fn load(rx: &Rx<'_>, user: UserId, org_zone: &TimeZone) -> Result<Option<Account>> {
    let Some(row) = store::login(rx, user)? else { return Ok(None) };
    let zone = row.time_zone.as_deref().and_then(|name| TimeZone::get(name).ok()).unwrap_or_else(|| org_zone.clone());
    let local = rx.now().to_zoned(zone.clone());
    let Some(roles) = rules::roles(row.stored, row.employment, row.leads, local.date()).filter(|_| !row.disabled)
    else {
        return Ok(None);
    };
    let midnight = local.tomorrow().and_then(|day| day.start_of_day()).map_err(AppError::internal)?;
    Ok(Some(Account {
        user_id: user,
        employee_id: row.employee_id,
        name: row.name,
        email: row.email,
        position: row.position,
        photo: row.photo,
        welcomed: row.employee_id.is_none() || row.welcomed,
        roles,
        zone,
        language: row.language,
        theme: row.theme,
        good_until: midnight.timestamp(),
    }))
}

/// Sets the language and theme that the acting person reads in.
///
/// # Errors
/// What the database says.
pub fn set_look(tx: &mut Tx<'_>, actor: &Actor, language: Lang, theme: Theme) -> Result<()> {
    let user = actor.user_id.ok_or(AppError::Unauthenticated)?;
    let before = store::look(tx, user)?;
    let after = (language.code().to_owned(), theme.as_str().to_owned());
    if before == after {
        return Ok(());
    }
    store::set_look(tx, user, &after.0, &after.1)?;
    let entry = Entry::new("user.look_changed").on("user", user);
    audit::record(tx, actor, entry.change("language", before.0, after.0).change("theme", before.1, after.1))?;
    Ok(())
}
