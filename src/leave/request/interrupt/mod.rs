//! Sickness in the middle of a vacation: approved leave of a kind that interrupts gives back the days beneath it, and
//! charges them again where it is taken back.

#[cfg(test)]
mod tests;

use super::LeaveRequest;
use crate::auth::Actor;
use crate::error::{AppError, Msg, Result};
use crate::leave::recount::{self, Tell};
use crate::leave::rules::Overlap;
use crate::leave::types;
use crate::msg;
use crate::people::recount::Touched;
use crate::storage::Tx;

/// What yields to `request`, which is approved now, gives its days back.
pub(super) fn gives_back(tx: &mut Tx<'_>, actor: &Actor, request: &LeaveRequest) -> Result<()> {
    let period = request.span.period();
    let why = msg!("Given back for other leave from {0} to {1}.", period.first(), period.last());
    beneath(tx, actor, request, why).map(drop)
}

/// `request` no longer lies on the days that it covered, or not on all of them: what it interrupted is charged again.
///
/// # Errors
/// [`AppError::Conflict`] where the person takes it back, and the balance does not cover that any more: HR can.
pub(super) fn charges_again(tx: &mut Tx<'_>, actor: &Actor, request: &LeaveRequest) -> Result<()> {
    let period = request.span.period();
    let why = msg!(
        "Charged again: the other leave from {0} to {1} was taken back or shortened.",
        period.first(),
        period.last()
    );
    for touched in beneath(tx, actor, request, why)? {
        let Some(id) = touched.request_id.filter(|_| actor.employee_id == Some(request.employee_id)) else { continue };
        let kind = types::get(tx, crate::leave::request::store::get(tx, id)?.leave_type_id)?;
        if touched.balance_after.is_some_and(|left| left < -kind.fields.negative_limit_minutes) {
            return Err(AppError::conflict(
                "This gave days of other leave back, and they are used meanwhile. HR can take it back.",
            ));
        }
    }
    Ok(())
}

fn beneath(tx: &mut Tx<'_>, actor: &Actor, request: &LeaveRequest, why: Msg) -> Result<Vec<Touched>> {
    let kind = types::get(tx, request.leave_type_id)?;
    if kind.fields.overlap != Overlap::Interrupts {
        return Ok(Vec::new());
    }
    recount::beneath(tx, actor, request.employee_id, request.span.period(), why, Tell::Requester)
}
