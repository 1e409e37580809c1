//! The few settings that hold for all leave: how long an approval can be revoked, and which months payroll has closed.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::store;
use crate::audit;
use crate::auth::Actor;
use crate::error::{AppError, FieldErrors, Result};
use crate::msg;
use crate::storage::{Op, Rx, Tx};
use crate::time::Period;

pub const SET: Op = Op::act("leave_settings.updated");

/// What holds for all leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeaveSettings {
    /// Elapsed hours after an approval within which it may be revoked, 0 to 720; preset 24, 0 is never.
    #[schema(example = 24)]
    pub revoke_within_hours: u32,
    /// The last day of the last month that payroll has closed: leave up to it is neither entered nor changed.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date, example = "2026-10-31")]
    pub payroll_closed_through: Option<Date>,
}

/// # Errors
/// When the database cannot be read.
pub fn get(rx: &Rx<'_>) -> Result<LeaveSettings> {
    store::settings(rx)
}

/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::Invalid`] by field.
pub fn set(tx: &mut Tx<'_>, actor: &Actor, new: LeaveSettings) -> Result<()> {
    actor.require_hr()?;
    let mut errors = FieldErrors::new();
    if new.revoke_within_hours > 720 {
        errors.add("revoke_within_hours", msg!("From {0} to {1}.", 0, 720));
    }
    let today = crate::people::today(tx)?;
    match new.payroll_closed_through {
        Some(date) if date != date.last_of_month() => {
            errors.add("payroll_closed_through", "The last day of a month.");
        }
        Some(date) if date >= today.first_of_month() => {
            errors.add("payroll_closed_through", "A month that is over.");
        }
        _ => {}
    }
    errors.into_result(())?;
    let before = store::settings(tx)?;
    store::set_settings(tx, new)?;
    let entry = audit::Entry::new("leave_settings.updated")
        .on("leave_settings", 1)
        .change("revoke_within_hours", before.revoke_within_hours, new.revoke_within_hours)
        .change("payroll_closed_through", before.payroll_closed_through, new.payroll_closed_through);
    audit::record(tx, actor, entry)?;
    Ok(())
}

/// Where `period` reaches into a month that payroll has closed: the last closed day.
///
/// # Errors
/// When the database cannot be read.
pub fn closed_within(rx: &Rx<'_>, period: Period) -> Result<Option<Date>> {
    Ok(store::settings(rx)?.payroll_closed_through.filter(|closed| period.first() <= *closed))
}

/// # Errors
/// [`AppError::Conflict`] where `period` reaches into a month that payroll has closed.
pub fn require_open(rx: &Rx<'_>, period: Period) -> Result<()> {
    match closed_within(rx, period)? {
        None => Ok(()),
        Some(closed) => Err(AppError::Conflict(closed_words(closed))),
    }
}

/// Why nothing is changed up to `closed`.
pub fn closed_words(closed: Date) -> crate::error::Msg {
    msg!("Payroll has closed the months up to {0}. HR can open them again.", closed)
}
