//! By what right somebody decides: as one who is asked, in the place of one who is away, or as HR on behalf.

use super::asking;
use super::chain::rules::Approvers;
use super::store;
use super::types::{Approval, Because, Status};
use crate::auth::Actor;
use crate::error::{AppError, Result};
use crate::ids::EmployeeId;
use crate::msg;
use crate::storage::Rx;

/// By what right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Right {
    /// Is asked by name. `whole`: their word stands for the level, however many of it must agree.
    Named { because: Because, whole: bool },
    /// These are asked and away today, and this is who stands in for them.
    InPlaceOf { people: Vec<EmployeeId>, whole: bool },
    /// Nobody is named, and this is HR or an admin.
    Office,
    /// HR, whom nobody asked: with a reason.
    OnBehalf,
}

/// By what right `actor` decides on something that waits.
///
/// # Errors
/// [`AppError::Forbidden`] with the reason: it is one's own, or somebody else is asked; [`AppError::Conflict`] for who
/// has agreed already.
pub(super) fn of(rx: &Rx<'_>, actor: &Actor, approval: &Approval) -> Result<Right> {
    let requester = approval.requester_id();
    let asked = store::asked_at(rx, approval)?;
    if let Some(right) = asked_right(rx, actor, approval, &asked)? {
        return Ok(right);
    }
    if actor.employee_id == Some(requester) {
        return Err(AppError::forbidden("Nobody decides on their own request."));
    }
    if let Some(me) = actor.employee_id
        && asked.iter().any(|one| one.employee == me && one.agreed)
    {
        return Err(AppError::Conflict(msg!(
            "You have agreed to this already. It waits for the others who are asked."
        )));
    }
    if actor.is_hr() {
        return Ok(Right::OnBehalf);
    }
    Err(match actor.employee_id {
        // Asked at an earlier level: somebody was quicker, or they have decided themselves.
        Some(me) if approval.level > 1 && store::was_asked(rx, approval.id, me, true)? => {
            let words = super::agreed_meanwhile(rx, actor, approval)?;
            AppError::Conflict(words.unwrap_or_else(|| msg!("This waits for {0}.", approval.waits_for())))
        }
        _ => AppError::Forbidden(msg!("This waits for {0}.", approval.waits_for())),
    })
}

/// The right of one who is asked, or stands in for one who is.
fn asked_right(rx: &Rx<'_>, actor: &Actor, approval: &Approval, asked: &[store::AskedOne]) -> Result<Option<Right>> {
    let requester = approval.requester_id();
    let me = actor.employee_id;
    let own = me == Some(requester);
    if approval.office {
        let may = actor.is_hr() || (actor.is_admin() && !asking::has_hr(rx, requester)?);
        return Ok((may && !own).then_some(Right::Office));
    }
    let Some(me) = me else { return Ok(None) };
    let holds = |because: Because| match because {
        Because::Hr => actor.is_hr(),
        Because::Admin => actor.is_admin() || actor.is_hr(),
        Because::Own => own,
        _ => !own,
    };
    if let Some(one) = asked.iter().find(|one| one.employee == me && one.open && holds(one.because)) {
        return Ok(Some(Right::Named { because: one.because, whole: is_whole(approval, one) }));
    }
    if own {
        return Ok(None);
    }
    if approval.kind.is_for_office() && !(actor.is_hr() || actor.is_admin()) {
        return Ok(None);
    }
    let (mut people, mut whole) = (Vec::new(), false);
    for one in asked.iter().filter(|one| one.open && one.employee != me) {
        if asking::stand_in(rx, one.employee, requester)? == Some(me)
            && asking::still_holds(rx, one.employee, one.because)?
        {
            people.push(one.employee);
            whole |= is_whole(approval, one);
        }
    }
    Ok((!people.is_empty()).then_some(Right::InPlaceOf { people, whole }))
}

/// Whether the word of one who is asked for this reason stands for the level: who was asked as nobody decided in time,
/// and the office where the level found nobody of its own.
fn is_whole(approval: &Approval, one: &store::AskedOne) -> bool {
    let of_the_rule =
        approval.at_level().is_some_and(|level| matches!(level.approvers, Approvers::Hr | Approvers::Admin));
    match one.because {
        _ if one.besides => true,
        Because::Hr | Because::Admin => !of_the_rule,
        _ => false,
    }
}

/// Whether `actor` is among those who are asked now, or stands in for one of them, so that no on-behalf reason is
/// wanted.
///
/// # Errors
/// When the database cannot be read.
pub fn is_asked(rx: &Rx<'_>, actor: &Actor, approval: &Approval) -> Result<bool> {
    if approval.status != Status::Pending {
        return Ok(false);
    }
    Ok(asked_right(rx, actor, approval, &store::asked_at(rx, approval)?)?.is_some())
}

/// Whether the approval is, or was, `actor`'s to decide: at any level, in somebody's place, or because they did.
///
/// # Errors
/// When the database cannot be read.
pub fn concerns(rx: &Rx<'_>, actor: &Actor, approval: &Approval) -> Result<bool> {
    let was = match actor.employee_id {
        Some(me) if me != approval.requester_id() => {
            store::was_asked(rx, approval.id, me, actor.is_hr() || actor.is_admin())?
        }
        _ => false,
    };
    Ok(was || is_asked(rx, actor, approval)?)
}

/// Whether `actor` may decide the approval now: is asked, or HR (who must then give a reason).
///
/// # Errors
/// When the database cannot be read.
pub fn may_decide(rx: &Rx<'_>, actor: &Actor, approval: &Approval) -> Result<bool> {
    if approval.status != Status::Pending {
        return Ok(false);
    }
    match of(rx, actor, approval) {
        Ok(_) => Ok(true),
        Err(AppError::Forbidden(_) | AppError::Conflict(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// As [`may_decide`] of something that waits, for a page that leads to a decision.
///
/// # Errors
/// [`AppError::Forbidden`] or [`AppError::Conflict`] with the reason: it is one's own, or somebody else is asked.
pub fn require_may_decide(rx: &Rx<'_>, actor: &Actor, approval: &Approval) -> Result<()> {
    if let Err(why) = super::still_open(rx, actor, approval.kind, approval.subject_id) {
        let own = actor.employee_id == Some(approval.requester_id());
        return Err(if own { AppError::forbidden("Nobody decides on their own request.") } else { why });
    }
    of(rx, actor, approval).map(drop)
}
