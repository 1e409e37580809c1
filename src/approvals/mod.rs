//! The approval engine: one place that knows who is asked, who may decide, what was decided and by whom. A feature
//! opens an approval for its subject, calls [`decide`] from its own action and sets its own state by the [`Outcome`];
//! what a request *is* stays with the feature. Source of the rules: the reference page "Approvals".
//!
//! `chain/` says which levels a request follows, `asking` whom a level asks, `right` who may decide, `onward` how one
//! level follows another, `waiting` what waits for whom, `bodies` what
//! a decision is sent as in the API, `jobs` what happens when nobody decides.

mod asking;
pub mod bodies;
pub mod chain;
mod held;
pub mod jobs;
mod onward;
mod right;
mod rules;
mod step;
mod store;
mod types;
mod waiting;

#[cfg(test)]
mod tests;

use jiff::Timestamp;

use crate::audit;
use crate::auth::Actor;
use crate::error::{AppError, Msg, Result};
use crate::ids::{ApprovalId, EmployeeId};
use crate::msg;
use crate::storage::{Rx, Tx};

pub use asking::{Absences, Asked, absences_known_by, of_level, stand_in};
pub use held::holder;
pub use onward::follow;
pub use right::{concerns, is_asked, may_decide, require_may_decide};
pub use step::Step;
pub use types::{Approval, Because, Decision, Fact, Facts, Kind, New, Outcome, Status, StepKind};
pub use waiting::{Item, count_for, decided_by, page_for, questions_to, waiting_for};

use right::Right;
use store::{Course, Happened};

/// Asks whom the chain says that fits the request best (see [`chain`]), from its first level on.
///
/// # Errors
/// [`AppError::Conflict`] where the subject waits for a decision already.
pub fn open(tx: &mut Tx<'_>, actor: &Actor, new: New) -> Result<ApprovalId> {
    if store::open_of(tx, new.kind, new.subject_id)?.is_some() {
        return Err(AppError::conflict("This waits for a decision already."));
    }
    let course = course(tx, &new)?;
    let id = store::insert(tx, &new, &course)?;
    store::step(tx, id, actor, &Happened::plain(StepKind::Requested, 1))?;
    let asked = onward::enter(tx, actor, id, 1)?.unwrap_or_default();
    let mut entry = audit::Entry::new("approval.requested").on(new.kind.as_str(), new.subject_id);
    if asked.iter().any(|(_, because)| *because == Because::Own) {
        entry = entry.because("nobody else could be asked: decides on their own request");
    }
    audit::record(tx, actor, entry)?;
    Ok(id)
}

fn course(rx: &Rx<'_>, new: &New) -> Result<Course> {
    let (levels, escalate_after_hours) = chain::levels_for(rx, new.kind, new.about, new.leave_type_id, new.minutes)?;
    Ok(Course { levels, escalate_after_hours })
}

/// Records a decision on the subject's open approval.
///
/// # Errors
/// [`AppError::NotFound`] where nothing was ever asked; [`AppError::Conflict`] where it is decided already (says who
/// and when), has gone on to another level, or waits for the requester's answer; [`AppError::Forbidden`] for one's own
/// request or for somebody who is not asked; [`AppError::Invalid`] where a reason is missing.
pub fn decide(tx: &mut Tx<'_>, actor: &Actor, kind: Kind, subject_id: i64, decision: &Decision) -> Result<Outcome> {
    let approval = still_open(tx, actor, kind, subject_id)?;
    let right = right::of(tx, actor, &approval)?;
    let on_behalf = match right {
        Right::OnBehalf => Some(decision.on_behalf_reason().ok_or_else(|| {
            AppError::invalid("on_behalf_reason", "You were not asked. Say why you decide on someone’s behalf.")
        })?),
        _ => None,
    };
    decision.check()?;
    let step = match decision {
        Decision::Approve { .. } => StepKind::Approved,
        Decision::Reject { .. } => StepKind::Rejected,
        Decision::Clarify { .. } => StepKind::Asked,
    };
    let person = match &right {
        Right::InPlaceOf { people, .. } => people.first().copied(),
        Right::OnBehalf => store::asked_at(tx, &approval)?.into_iter().find(|one| one.open).map(|one| one.employee),
        Right::Named { .. } | Right::Office => None,
    };
    let happened = Happened { step, level: approval.level, on_behalf_of: on_behalf, person, note: decision.words() };
    store::step(tx, approval.id, actor, &happened)?;
    let (status, outcome) = match decision {
        Decision::Approve { .. } => onward::agree(tx, actor, &approval, &right)?,
        Decision::Reject { .. } => (Status::Rejected, Outcome::Rejected),
        Decision::Clarify { .. } => (Status::Clarification, Outcome::Clarification),
    };
    if matches!(outcome, Outcome::Rejected | Outcome::Clarification) {
        store::set_status(tx, approval.id, status, approval.version + 1)?;
        store::close_questions(tx, approval.id)?;
    }
    let mut entry = audit::Entry::new(step.action())
        .on(kind.as_str(), subject_id)
        .change("approval", approval.status.as_str(), status.as_str())
        .with("level", approval.level);
    if let Some(reason) = on_behalf {
        entry = entry.on_behalf_of(approval.waits_for().to_string()).because(reason);
    } else if !decision.words().is_empty() {
        entry = entry.because(decision.words());
    }
    if matches!(right, Right::Named { because: Because::Own, .. }) {
        entry = entry.with("own_request", true);
    }
    if let (Some(person), None) = (person, on_behalf) {
        entry = entry.on_behalf_of(crate::people::get(tx, person)?.name());
    }
    audit::record(tx, actor, entry)?;
    if outcome != Outcome::Onward {
        onward::settle(tx, kind, subject_id)?;
    }
    Ok(outcome)
}

/// Refuses to decide on something that the requester has changed since it was looked at: `seen` is the version that
/// was shown; `None` is somebody who was shown none, and says nothing about it.
///
/// # Errors
/// [`AppError::Conflict`] where it waits in another version. What is decided already is [`decide`]'s to say.
pub fn require_seen(rx: &Rx<'_>, actor: &Actor, kind: Kind, subject_id: i64, seen: Option<u32>) -> Result<()> {
    let (Some(seen), Some(approval)) = (seen, store::open_of(rx, kind, subject_id)?) else { return Ok(()) };
    if approval.status == Status::Pending && approval.version != seen {
        if let Some(words) = agreed_meanwhile(rx, actor, &approval)? {
            return Err(AppError::Conflict(words));
        }
        return Err(AppError::Conflict(msg!(
            "This has changed since you looked at it. Look at it again, then decide."
        )));
    }
    Ok(())
}

/// Gives a subject the title of what it came to when it was decided.
///
/// # Errors
/// [`AppError::NotFound`]
pub fn retitle(tx: &mut Tx<'_>, kind: Kind, subject_id: i64, title: &Msg) -> Result<()> {
    let approval = store::latest_of(tx, kind, subject_id)?.ok_or(AppError::NotFound)?;
    if approval.status == Status::Pending {
        store::set_status(tx, approval.id, approval.status, approval.version + 1)?;
    }
    store::set_title(tx, approval.id, title)
}

/// The requester takes it back while it is undecided.
///
/// # Errors
/// As [`decide`]; the feature has checked that `actor` is the requester or HR.
pub fn withdraw(tx: &mut Tx<'_>, actor: &Actor, kind: Kind, subject_id: i64) -> Result<()> {
    let Some(approval) = store::open_of(tx, kind, subject_id)? else {
        return Err(decided_already(tx, actor, kind, subject_id)?);
    };
    store::set_status(tx, approval.id, Status::Withdrawn, approval.version + 1)?;
    store::close_questions(tx, approval.id)?;
    store::step(tx, approval.id, actor, &Happened::plain(StepKind::Withdrawn, approval.level))?;
    let entry = audit::Entry::new("approval.withdrawn").on(kind.as_str(), subject_id).change(
        "approval",
        approval.status.as_str(),
        Status::Withdrawn.as_str(),
    );
    audit::record(tx, actor, entry)?;
    onward::settle(tx, kind, subject_id)
}

/// The requester answers a clarification, or changes a request that still waits: it starts again at level 1 of the chain
/// that fits what it is now, asks afresh, and links made for the earlier version no longer act. Whoever sends it again is
/// who asks: of a task that may be another than before.
///
/// # Errors
/// As [`decide`].
pub fn resubmit(tx: &mut Tx<'_>, actor: &Actor, new: &New) -> Result<()> {
    let Some(approval) = store::open_of(tx, new.kind, new.subject_id)? else {
        return Err(decided_already(tx, actor, new.kind, new.subject_id)?);
    };
    let course = course(tx, new)?;
    onward::settle(tx, new.kind, new.subject_id)?;
    store::reopen(tx, approval.id, new, &course, approval.version + 1)?;
    store::step(tx, approval.id, actor, &Happened::plain(StepKind::Resubmitted, 1))?;
    let entry = audit::Entry::new("approval.resubmitted").on(new.kind.as_str(), new.subject_id).change(
        "approval",
        approval.status.as_str(),
        Status::Pending.as_str(),
    );
    audit::record(tx, actor, entry)?;
    onward::enter(tx, actor, approval.id, 1)?;
    Ok(())
}

/// The latest approval of a subject, open or ended.
///
/// # Errors
/// When the database cannot be read.
pub fn current(rx: &Rx<'_>, kind: Kind, subject_id: i64) -> Result<Option<Approval>> {
    store::latest_of(rx, kind, subject_id)
}

/// One approval by its own id.
///
/// # Errors
/// [`AppError::NotFound`].
pub fn get(rx: &Rx<'_>, id: ApprovalId) -> Result<Approval> {
    store::get(rx, id)?.ok_or(AppError::NotFound)
}

/// Whom it concerns what becomes of it: those who are asked now, and who agreed to it at an earlier level.
///
/// # Errors
/// When the database cannot be read.
pub fn concerned(rx: &Rx<'_>, approval: &Approval) -> Result<Vec<EmployeeId>> {
    let mut people: Vec<EmployeeId> = approval.asked.iter().map(|person| EmployeeId(person.id)).collect();
    for person in store::agreed(rx, approval.id)? {
        if !people.contains(&person) && person != approval.requester_id() {
            people.push(person);
        }
    }
    Ok(people)
}

/// Every step of every approval the subject had, oldest first.
///
/// # Errors
/// When the database cannot be read.
pub fn timeline(rx: &Rx<'_>, kind: Kind, subject_id: i64) -> Result<Vec<Step>> {
    store::steps_of(rx, kind, subject_id)
}

/// The same as a page tells it.
///
/// # Errors
/// When the database cannot be read.
pub fn events(
    rx: &Rx<'_>,
    actor: &Actor,
    kind: Kind,
    subject_id: i64,
    format: &crate::web::Format,
) -> Result<Vec<crate::web::parts::Event>> {
    let levels = current(rx, kind, subject_id)?.map_or(1, |approval| approval.levels.len());
    Ok(timeline(rx, kind, subject_id)?.iter().map(|step| step.event(format, &actor.name, levels)).collect())
}

fn still_open(rx: &Rx<'_>, actor: &Actor, kind: Kind, subject_id: i64) -> Result<Approval> {
    let Some(approval) = store::open_of(rx, kind, subject_id)? else {
        return Err(decided_already(rx, actor, kind, subject_id)?);
    };
    match approval.status {
        Status::Clarification => {
            Err(AppError::Conflict(msg!("A question was asked; this waits for {0}’s answer.", approval.requester.name)))
        }
        _ => Ok(approval),
    }
}

/// Of what has gone on to a further level: who agreed at the one before and when, in the reader's zone, and for whom it
/// waits now.
///
/// # Errors
/// When the database cannot be read.
pub fn agreed_meanwhile(rx: &Rx<'_>, actor: &Actor, approval: &Approval) -> Result<Option<Msg>> {
    let steps = store::steps_of(rx, approval.kind, approval.subject_id)?;
    let last = steps.iter().rev().find(|step| step.what.is_of_a_person());
    Ok(last.filter(|step| step.what == StepKind::Approved && step.level < approval.level).map(|step| {
        msg!("{0} agreed to this on {1}; it waits for {2} now.", step.who, local(step.at, actor), approval.waits_for())
    }))
}

/// Why the subject cannot be decided any more: who decided, and when, in the reader's zone.
fn decided_already(rx: &Rx<'_>, actor: &Actor, kind: Kind, subject_id: i64) -> Result<AppError> {
    let steps = store::steps_of(rx, kind, subject_id)?;
    let Some(last) = steps.iter().rev().find(|step| step.what.is_of_a_person()) else {
        return Ok(AppError::NotFound);
    };
    let at = local(last.at, actor);
    Ok(AppError::Conflict(match last.what {
        StepKind::Approved => msg!("{0} approved this on {1}.", last.who, at),
        StepKind::Rejected => msg!("{0} rejected this on {1}.", last.who, at),
        _ => msg!("{0} withdrew this on {1}.", last.who, at),
    }))
}

fn local(at: Timestamp, actor: &Actor) -> String {
    at.to_zoned(actor.zone.clone()).strftime("%-d %b, %-H:%M").to_string()
}

/// Somebody who is asked, and by which rule.
pub(crate) type Named = (EmployeeId, Because);
