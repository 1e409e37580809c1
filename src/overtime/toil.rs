//! Time off in lieu: what approved overtime adds to the leave ledger, and what is taken back when the approval falls.
//! A plan adds nothing: its minutes are credited once they were worked.

use crate::auth::Actor;
use crate::error::{AppError, Result};
use crate::leave::rules::LedgerKind;
use crate::leave::types::{self, LeaveType, presets};
use crate::leave::{self, Credit};
use crate::msg;
use crate::storage::{Rx, Tx};
use crate::web::Format;

use super::rules::{Compensation, OvertimeStatus, Stage};
use super::store;
use super::types::Request;

/// The kind of leave that is credited; none where the organization has none in use.
pub(super) fn kind(rx: &Rx<'_>) -> Result<Option<LeaveType>> {
    match types::preset(rx, presets::TOIL) {
        Ok(kind) => Ok(Some(kind).filter(|kind| kind.fields.active && kind.fields.affects_balance)),
        Err(AppError::NotFound) => Ok(None),
        Err(other) => Err(other),
    }
}

/// Credits an approved request that was worked and is to be made good with time off. Done once, whatever is asked.
///
/// # Errors
/// [`AppError::Conflict`] where there is no such kind of leave any more.
pub(super) fn credit(tx: &mut Tx<'_>, actor: &Actor, request: &Request) -> Result<()> {
    let due = request.compensation == Compensation::Toil
        && request.stage == Stage::Worked
        && request.status == OvertimeStatus::Approved
        && request.credited_minutes.is_positive();
    if !due || store::toil_row(tx, request.id)?.is_some() {
        return Ok(());
    }
    let kind = kind(tx)?
        .ok_or_else(|| AppError::conflict("Time off in lieu is not set up here: there is no such kind of leave."))?;
    // Approved in another year than it was worked: it counts from now, not into a year that is closed.
    let today = actor.today(tx.now());
    let effective_on = if request.date.year() == today.year() { request.date } else { today };
    let format = Format::new(crate::lang::Lang::default(), actor.zone.clone(), tx.now());
    let credit = Credit {
        employee_id: request.employee_id(),
        leave_type_id: kind.id,
        kind: LedgerKind::Toil,
        minutes: request.credited_minutes,
        effective_on,
        expires_on: None,
        explanation: msg!(
            "Overtime on {0}: {1} hours worked, for {2}.",
            request.date,
            format.hours(request.total_minutes.get()),
            request.project.name
        ),
    };
    let row = leave::grant(tx, actor, &credit)?;
    store::set_toil_row(tx, request.id, Some(row))
}

/// Takes back what [`credit`] added.
///
/// # Errors
/// When the database refuses.
pub(super) fn take_back(tx: &mut Tx<'_>, actor: &Actor, request: &Request) -> Result<()> {
    let Some(row) = store::toil_row(tx, request.id)? else { return Ok(()) };
    leave::take_back(tx, actor, row, &msg!("The overtime of {0} was taken back.", request.date))?;
    store::set_toil_row(tx, request.id, None)
}
