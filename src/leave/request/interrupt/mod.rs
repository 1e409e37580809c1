//! Sickness in the middle of a vacation: approved leave of a kind that interrupts gives back the days beneath it, and
//! charges them again where it is taken back.

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use jiff::civil::Date;

use super::{LeaveRequest, charges, store};
use crate::auth::Actor;
use crate::error::{AppError, Msg, Result};
use crate::leave::calendars::PersonCalendar;
use crate::leave::ledger::Accounts;
use crate::leave::recount::{self, Tell};
use crate::leave::rules::Overlap;
use crate::leave::types;
use crate::msg;
use crate::storage::{Rx, Tx};
use crate::time::Minutes;

/// What yields to `request`, which is approved now, gives its days back.
pub(super) fn gives_back(tx: &mut Tx<'_>, actor: &Actor, request: &LeaveRequest) -> Result<()> {
    if !interrupts(tx, request)? {
        return Ok(());
    }
    let period = request.span.period();
    let why = msg!("Given back for other leave from {0} to {1}.", period.first(), period.last());
    beneath(tx, actor, request, why)
}

/// `request` no longer lies on the days that it covered, or not on all of them: what it interrupted is charged again.
///
/// # Errors
/// [`AppError::Conflict`] where the balance of any leave year does not cover that any more; HR may, for others.
pub(super) fn charges_again(tx: &mut Tx<'_>, actor: &Actor, request: &LeaveRequest) -> Result<()> {
    let period = request.span.period();
    if !interrupts(tx, request)? {
        return Ok(());
    }
    if (!actor.is_hr() || actor.employee_id == Some(request.employee_id)) && !is_covered(tx, request)? {
        return Err(AppError::conflict(
            "This gave days of other leave back, and they are used meanwhile. HR can take it back.",
        ));
    }
    let (first, last) = (period.first(), period.last());
    let why = msg!("Charged again: the other leave from {0} to {1} was taken back or shortened.", first, last);
    beneath(tx, actor, request, why)
}

/// Whether the balances cover what leave beneath `request` charges now and is not booked yet.
fn is_covered(rx: &Rx<'_>, request: &LeaveRequest) -> Result<bool> {
    let person = request.employee_id;
    for other in store::occupying(rx, person, request.span.period(), None)? {
        let (kind, span) = (types::get(rx, other.leave_type_id)?, other.span);
        let calendar = PersonCalendar::of(rx, person, span.period())?;
        let mut more = calendar.count(&kind, &span, &store::interruptions_of(rx, person, span.period())?);
        let booked: HashMap<Date, Minutes> =
            store::days(rx, other.id)?.into_iter().map(|day| (day.date, day.charged)).collect();
        for day in &mut more.days {
            day.charged = (day.charged - booked.get(&day.date).copied().unwrap_or_default()).or_zero();
        }
        let years = charges(rx, Accounts::of(rx, person, kind.id)?, &kind, &more, None)?;
        if years.iter().any(|year| year.missing.is_positive()) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn interrupts(rx: &Rx<'_>, request: &LeaveRequest) -> Result<bool> {
    Ok(types::get(rx, request.leave_type_id)?.fields.overlap == Overlap::Interrupts)
}

fn beneath(tx: &mut Tx<'_>, actor: &Actor, request: &LeaveRequest, why: Msg) -> Result<()> {
    recount::beneath(tx, actor, request.employee_id, request.span.period(), why, Tell::Requester).map(drop)
}
