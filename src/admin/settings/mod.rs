//! What an organization decides for itself: name, time zone, language, first day of the week, country, colour of its
//! mail. Kept by `orgs`; changed here, by its admins.

pub mod api;
pub mod pages;

use crate::audit;
use crate::auth::Actor;
use crate::error::Result;
use crate::orgs::OrgSettings;
use crate::storage::{Op, Rx, Tx};

/// The operation of a write that changes them; the caller then has the organization read them again.
pub const CHANGED: Op = Op::act("organization.changed");

/// Changes the settings by `change`, which is handed them as they now stand. The caller calls
/// [`crate::orgs::Org::reload_settings`] once it is committed.
///
/// # Errors
/// [`crate::error::AppError::Forbidden`] for all but admins; [`crate::error::AppError::Invalid`] by field.
pub fn change(tx: &mut Tx<'_>, actor: &Actor, change: impl FnOnce(&mut OrgSettings)) -> Result<OrgSettings> {
    actor.require_admin()?;
    let before = OrgSettings::load(tx)?;
    let mut after = before.clone();
    change(&mut after);
    after.name = crate::text::tidy(&after.name);
    after.country = after.country.trim().to_ascii_uppercase();
    after.check()?;
    if after == before {
        return Ok(after);
    }
    after.save(tx)?;
    let mut entry = audit::Entry::new(CHANGED.name());
    for ((field, old), (_, new)) in told(&before).into_iter().zip(told(&after)) {
        if old != new {
            entry = entry.change(field, old, new);
        }
    }
    audit::record(tx, actor, entry)?;
    Ok(after)
}

/// As they stand.
///
/// # Errors
/// When the database cannot be read.
pub fn settings(rx: &Rx<'_>) -> Result<OrgSettings> {
    OrgSettings::load(rx)
}

fn told(settings: &OrgSettings) -> [(&'static str, String); 6] {
    [
        ("name", settings.name.clone()),
        ("time_zone", settings.zone.iana_name().unwrap_or("UTC").to_owned()),
        ("language", settings.language.clone()),
        ("week_start", settings.week_start.to_string()),
        ("country", settings.country.clone()),
        ("color", settings.color.to_string()),
    ]
}
