//! Requests for leave, from the first look at what one would do to its end.

pub mod act;
pub mod api;
pub mod form;
mod interrupt;
pub mod json;
pub mod look;
pub mod model;
pub mod pages;
pub mod plan;
pub mod show;
pub(in crate::leave) mod store;
#[cfg(test)]
mod tests;

pub use act::{amend, cancel, decide, return_early, revoke, submit};
pub use model::{AwayTime, DayPart, LeaveRequest, NewLeave, RequestDay};
pub use plan::{Hand, Plan, YearCharge};
pub(in crate::leave) use plan::{charges, request_days, whose};

use crate::approvals;
use crate::auth::Actor;
use crate::error::{AppError, Result};
use crate::ids::LeaveRequestId;
use crate::leave::{calendars, types, words};
use crate::msg;
use crate::people::{self, Reach};
use crate::storage::{Op, Rx};
use crate::web::Format;

pub const SUBMIT: Op = Op::act("leave.requested");
pub const AMEND: Op = Op::act("leave.amended");
pub const DECIDE: Op = Op::act("leave.decided");
pub const CANCEL: Op = Op::act("leave.cancelled");
pub const REVOKE: Op = Op::act("leave.revoked");
pub const RETURN: Op = Op::act("leave.returned");

/// What somebody may know of a request beyond what the calendar shows everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// It is their own.
    Own,
    /// They lead the person, are HR, or are or were asked to decide.
    Full,
    /// Nothing.
    None,
}

/// How much `actor` may know of `request`.
///
/// # Errors
/// When the database cannot be read.
pub fn sight(rx: &Rx<'_>, actor: &Actor, request: &LeaveRequest) -> Result<Sight> {
    match people::reach(rx, actor, request.employee_id)? {
        Reach::Own => return Ok(Sight::Own),
        Reach::Report | Reach::Organization => return Ok(Sight::Full),
        Reach::None => {}
    }
    // Whoever decides on a person's leave sees also what needs no decision.
    if let people::Approver::Named(approver) = people::approver_of(rx, request.employee_id)?
        && actor.employee_id == Some(approver)
    {
        return Ok(Sight::Full);
    }
    let asked = approvals::current(rx, approvals::Kind::Leave, request.id.0)?;
    let concerned = asked.map_or(Ok(false), |approval| approvals::concerns(rx, actor, &approval))?;
    Ok(if concerned { Sight::Full } else { Sight::None })
}

/// One request, for who may know of it.
///
/// # Errors
/// [`AppError::NotFound`].
pub fn get(rx: &Rx<'_>, actor: &Actor, id: LeaveRequestId) -> Result<(LeaveRequest, Sight)> {
    let request = store::get(rx, id)?;
    match sight(rx, actor, &request)? {
        Sight::None => Err(AppError::NotFound),
        sight => Ok((request, sight)),
    }
}

/// "Vacation, Tue 8 – Fri 11 Dec, 4 days"
pub(in crate::leave) fn title(rx: &Rx<'_>, request: &LeaveRequest, format: &Format) -> Result<String> {
    let kind = types::get(rx, request.leave_type_id)?;
    let per_day = calendars::usual_day(rx, request.employee_id, request.span.first_day())?;
    Ok(words::title(&kind, &request.span, request.minutes, per_day, format))
}

/// Looks at what a request would do, without sending it.
///
/// # Errors
/// [`AppError::Invalid`] where it is no request at all; [`AppError::Forbidden`] for a login without a record.
pub fn preview(rx: &Rx<'_>, actor: &Actor, mut input: NewLeave, instead_of: Option<LeaveRequestId>) -> Result<Plan> {
    let too_long = input.tidy();
    let whose = whose(rx, actor, input.employee_id)?;
    if let Some(id) = instead_of {
        get(rx, actor, id)?;
    }
    let mut plan = Plan::of(rx, actor, whose, &input, instead_of)?;
    plan.errors.0.extend(too_long.0);
    Ok(plan)
}

/// "Waits for Jonas Brandt"
///
/// # Errors
/// When the database cannot be read.
pub(super) fn waits_for(rx: &Rx<'_>, id: LeaveRequestId, format: &Format) -> Result<String> {
    let whom = approvals::current(rx, approvals::Kind::Leave, id.0)?
        .map_or_else(|| msg!("HR"), |approval| approval.waits_for());
    Ok(format.lang.msg(&msg!("Waits for {0}", whom)))
}

/// The page of a request.
pub fn href(id: LeaveRequestId) -> String {
    format!("/leave/requests/{id}")
}

/// The time in `period` during which approved leave keeps a person away: what other work has to heed.
///
/// # Errors
/// When the database cannot be read.
pub fn approved_time(rx: &Rx<'_>, employee: crate::ids::EmployeeId, period: crate::time::Period) -> Result<AwayTime> {
    store::approved_time(rx, employee, period)
}
