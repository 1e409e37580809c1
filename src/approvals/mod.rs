//! The approval engine: one place that knows who is asked, who may decide, what was decided and by whom. A feature
//! opens an approval for its subject, calls [`decide`] from its own action and sets its own state by the [`Outcome`];
//! what a request *is* stays with the feature. Source of the rules: the reference page "Approvals".

mod held;
mod rules;
mod store;
mod types;

#[cfg(test)]
mod tests;

use jiff::Timestamp;

use crate::audit;
use crate::auth::Actor;
use crate::error::{AppError, Msg, Result};
use crate::ids::{ApprovalId, EmployeeId};
use crate::msg;
use crate::notifications::{self, Notice};
use crate::people::{self, Approver, Employee};
use crate::storage::{Rx, Tx};

pub use held::holder;
pub use types::{Approval, Ask, Because, Decision, Fact, Facts, Kind, New, Outcome, Status, Step, StepKind};

/// Asks whom `new.ask` says: a person, HR, or whoever decides for the requester (the approver, else the line manager).
/// Where there is none, HR is asked, else an admin; with nobody else in the company, the requester, marked so in the
/// audit log.
///
/// # Errors
/// [`AppError::Conflict`] where the subject waits for a decision already.
pub fn open(tx: &mut Tx<'_>, actor: &Actor, new: New) -> Result<ApprovalId> {
    if store::open_of(tx, new.kind, new.subject_id)?.is_some() {
        return Err(AppError::conflict("This waits for a decision already."));
    }
    let asked = whom_to_ask(tx, new.requester, new.ask)?;
    let id = store::insert(tx, &new, rules::due_at(tx.now(), &actor.zone))?;
    for (employee, because) in &asked {
        store::ask(tx, id, 1, *employee, *because)?;
    }
    store::step(tx, id, StepKind::Requested, 1, actor, None, "")?;
    let mut entry = audit::Entry::new("approval.requested").on(new.kind.as_str(), new.subject_id);
    if asked.iter().any(|(_, because)| *because == Because::Own) {
        entry = entry.because("nobody else could be asked: decides on their own request");
    }
    audit::record(tx, actor, entry)?;
    tell_asked(tx, new.kind, new.subject_id, new.requester, &new.title, &asked)?;
    Ok(id)
}

/// Records a decision on the subject's open approval.
///
/// # Errors
/// [`AppError::NotFound`] where nothing was ever asked; [`AppError::Conflict`] where it is decided already (says who
/// and when) or waits for the requester's answer; [`AppError::Forbidden`] for one's own request or for somebody who
/// is not asked; [`AppError::Invalid`] where a reason is missing.
pub fn decide(tx: &mut Tx<'_>, actor: &Actor, kind: Kind, subject_id: i64, decision: &Decision) -> Result<Outcome> {
    let approval = still_open(tx, actor, kind, subject_id)?;
    let standing = standing(tx, actor, &approval)?;
    let on_behalf = match standing {
        Standing::Asked => None,
        Standing::OnBehalf => Some(decision.on_behalf_reason().ok_or_else(|| {
            AppError::invalid("on_behalf_reason", "You were not asked. Say why you decide on someone’s behalf.")
        })?),
    };
    decision.check()?;
    let (step, status, outcome) = match decision {
        Decision::Approve { .. } => (StepKind::Approved, Status::Approved, Outcome::Approved),
        Decision::Reject { .. } => (StepKind::Rejected, Status::Rejected, Outcome::Rejected),
        Decision::Clarify { .. } => (StepKind::Asked, Status::Clarification, Outcome::Clarification),
    };
    store::set_status(tx, approval.id, status, approval.version + 1)?;
    store::close_questions(tx, approval.id)?;
    store::step(tx, approval.id, step, approval.level, actor, on_behalf, decision.words())?;
    let mut entry = audit::Entry::new(step.action()).on(kind.as_str(), subject_id).change(
        "approval",
        approval.status.as_str(),
        status.as_str(),
    );
    if let Some(reason) = on_behalf {
        let names: Vec<&str> = approval.asked.iter().map(|person| person.name.as_str()).collect();
        entry = entry.on_behalf_of(names.join(", ")).because(reason);
    } else if !decision.words().is_empty() {
        entry = entry.because(decision.words());
    }
    audit::record(tx, actor, entry)?;
    settle(tx, kind, subject_id)?;
    Ok(outcome)
}

/// Refuses to decide on something that the requester has changed since it was looked at: `seen` is the version that
/// was shown; `None` is somebody who was shown none, and says nothing about it.
///
/// # Errors
/// [`AppError::Conflict`] where it waits in another version. What is decided already is [`decide`]'s to say.
pub fn require_seen(rx: &Rx<'_>, kind: Kind, subject_id: i64, seen: Option<u32>) -> Result<()> {
    let (Some(seen), Some(approval)) = (seen, store::open_of(rx, kind, subject_id)?) else { return Ok(()) };
    if approval.status == Status::Pending && approval.version != seen {
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
    store::step(tx, approval.id, StepKind::Withdrawn, approval.level, actor, None, "")?;
    let entry = audit::Entry::new("approval.withdrawn").on(kind.as_str(), subject_id).change(
        "approval",
        approval.status.as_str(),
        Status::Withdrawn.as_str(),
    );
    audit::record(tx, actor, entry)?;
    settle(tx, kind, subject_id)
}

/// The requester answers a clarification, or changes a request that still waits: it starts again at level 1, asks
/// afresh, and links made for the earlier version no longer act.
///
/// # Errors
/// As [`decide`].
pub fn resubmit(tx: &mut Tx<'_>, actor: &Actor, kind: Kind, subject_id: i64, title: Msg) -> Result<()> {
    resubmit_to(tx, actor, kind, subject_id, title, kind.ask())
}

/// As [`resubmit`], asking somebody else than the kind's usual ones (see [`New::ask`]).
///
/// # Errors
/// As [`decide`].
pub fn resubmit_to(
    tx: &mut Tx<'_>,
    actor: &Actor,
    kind: Kind,
    subject_id: i64,
    title: Msg,
    ask: impl Into<Ask>,
) -> Result<()> {
    let Some(approval) = store::open_of(tx, kind, subject_id)? else {
        return Err(decided_already(tx, actor, kind, subject_id)?);
    };
    store::reopen(tx, approval.id, &title, rules::due_at(tx.now(), &actor.zone), approval.version + 1)?;
    let requester = approval.requester_id();
    let asked = whom_to_ask(tx, requester, ask.into())?;
    for (employee, because) in &asked {
        store::ask(tx, approval.id, 1, *employee, *because)?;
    }
    store::step(tx, approval.id, StepKind::Resubmitted, 1, actor, None, "")?;
    let entry = audit::Entry::new("approval.resubmitted").on(kind.as_str(), subject_id).change(
        "approval",
        approval.status.as_str(),
        Status::Pending.as_str(),
    );
    audit::record(tx, actor, entry)?;
    tell_asked(tx, kind, subject_id, requester, &title, &asked)
}

/// What follows when a person's record changes: what waits for a decision of somebody who is gone is asked of whoever
/// decides now, unless somebody else is asked already. See [`people::Follow`].
///
/// # Errors
/// When the database cannot be read or written.
pub fn follow(tx: &mut Tx<'_>, actor: &Actor, _before: &Employee, after: &Employee) -> Result<()> {
    if !people::is_gone(tx, after)? {
        return Ok(());
    }
    for approval in store::waiting_for(tx, after.id)? {
        store::unask(tx, approval.id, after.id)?;
        let requester = approval.requester_id();
        let left = approval.asked.iter().any(|person| person.id != after.id.0);
        let asked = if left { Vec::new() } else { whom_to_ask(tx, requester, approval.kind.ask())? };
        for (employee, because) in &asked {
            store::ask(tx, approval.id, approval.level, *employee, *because)?;
        }
        store::set_status(tx, approval.id, approval.status, approval.version + 1)?;
        store::step(tx, approval.id, StepKind::Reasked, approval.level, actor, None, "")?;
        let ids = |ids: &mut dyn Iterator<Item = i64>| ids.collect::<Vec<i64>>();
        let before = ids(&mut approval.asked.iter().map(|person| person.id));
        let kept = before.iter().copied().filter(|id| *id != after.id.0);
        let now = ids(&mut kept.chain(asked.iter().map(|(employee, _)| employee.0)));
        let entry = audit::Entry::new(StepKind::Reasked.action()).on(approval.kind.as_str(), approval.subject_id);
        audit::record(tx, actor, entry.change("asked", before, now))?;
        tell_asked(tx, approval.kind, approval.subject_id, requester, &approval.title, &asked)?;
    }
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

/// Every step of every approval the subject had, oldest first.
///
/// # Errors
/// When the database cannot be read.
pub fn timeline(rx: &Rx<'_>, kind: Kind, subject_id: i64) -> Result<Vec<Step>> {
    store::steps_of(rx, kind, subject_id)
}

/// What waits for this person's decision, oldest first.
///
/// # Errors
/// When the database cannot be read.
pub fn waiting_for(rx: &Rx<'_>, actor: &Actor) -> Result<Vec<Approval>> {
    let mut all = actor.employee_id.map_or(Ok(Vec::new()), |employee| store::waiting_for(rx, employee))?;
    all.retain(|approval| is_asked(actor, approval));
    if actor.is_hr() || actor.is_admin() {
        all.extend(store::waiting_for_office(rx)?.into_iter().filter(|approval| is_asked(actor, approval)));
    }
    Ok(all)
}

/// How much waits for this person's decision.
///
/// # Errors
/// When the database cannot be read.
pub fn count_for(rx: &Rx<'_>, actor: &Actor) -> Result<u32> {
    let named = actor.employee_id.map_or(Ok(0), |employee| store::count_for(rx, employee))?;
    if !(actor.is_hr() || actor.is_admin()) {
        return Ok(named);
    }
    let office = store::waiting_for_office(rx)?.iter().filter(|approval| is_asked(actor, approval)).count();
    Ok(named + u32::try_from(office).unwrap_or(u32::MAX))
}

/// One page of what this person decided, newest first, and how much there is in all.
///
/// # Errors
/// When the database cannot be read.
pub fn decided_by(rx: &Rx<'_>, actor: &Actor, limit: i64, offset: i64) -> Result<(Vec<(Approval, Step)>, i64)> {
    let Some(employee) = actor.employee_id else { return Ok((Vec::new(), 0)) };
    Ok((store::decided_by(rx, employee, limit, offset)?, store::count_decided_by(rx, employee)?))
}

/// What came back to this person with a question, oldest first, with the question.
///
/// # Errors
/// When the database cannot be read.
pub fn questions_to(rx: &Rx<'_>, actor: &Actor) -> Result<Vec<(Approval, Step)>> {
    actor.employee_id.map_or(Ok(Vec::new()), |employee| store::questions_to(rx, employee))
}

/// Whether `actor` may decide the approval now: is asked, or HR (who must then give a reason).
///
/// # Errors
/// When the database cannot be read.
pub fn may_decide(rx: &Rx<'_>, actor: &Actor, approval: &Approval) -> Result<bool> {
    if approval.status != Status::Pending {
        return Ok(false);
    }
    match standing(rx, actor, approval) {
        Ok(_) => Ok(true),
        Err(AppError::Forbidden(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// As [`may_decide`] of something that waits, for a page that leads to a decision.
///
/// # Errors
/// [`AppError::Forbidden`] with the reason: it is one's own, or somebody else is asked.
pub fn require_may_decide(rx: &Rx<'_>, actor: &Actor, approval: &Approval) -> Result<()> {
    standing(rx, actor, approval).map(drop)
}

/// Whether `actor` is among those asked, so that no on-behalf reason is wanted.
pub fn is_asked(actor: &Actor, approval: &Approval) -> bool {
    let named = actor.employee_id.is_some_and(|me| approval.asked.iter().any(|person| person.id == me.0));
    if approval.kind.ask() != Ask::Hr {
        return named;
    }
    // Whoever has lost the role since is asked no more; where nobody is named, it waits for whoever has it.
    let own = actor.employee_id == Some(approval.requester_id());
    let office = actor.is_hr() || actor.is_admin();
    (named && (office || own)) || (approval.asked.is_empty() && office && !own)
}

/// By what right somebody decides.
enum Standing {
    Asked,
    OnBehalf,
}

fn standing(rx: &Rx<'_>, actor: &Actor, approval: &Approval) -> Result<Standing> {
    if is_asked(actor, approval)
        && (actor.employee_id != Some(approval.requester_id()) || store::asked_oneself(rx, approval)?)
    {
        return Ok(Standing::Asked);
    }
    if actor.employee_id == Some(approval.requester_id()) {
        return Err(AppError::forbidden("Nobody decides on their own request."));
    }
    if actor.is_hr() {
        return Ok(Standing::OnBehalf);
    }
    let names: Vec<&str> = approval.asked.iter().map(|person| person.name.as_str()).collect();
    Err(AppError::Forbidden(msg!("This waits for {0}.", names.join(", "))))
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

/// Why the subject cannot be decided any more: who decided, and when, in the reader's zone.
fn decided_already(rx: &Rx<'_>, actor: &Actor, kind: Kind, subject_id: i64) -> Result<AppError> {
    let steps = store::steps_of(rx, kind, subject_id)?;
    let Some(last) = steps.last() else { return Ok(AppError::NotFound) };
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

/// The chain of fallbacks; never empty.
fn whom_to_ask(rx: &Rx<'_>, requester: EmployeeId, ask: Ask) -> Result<Vec<(EmployeeId, Because)>> {
    match ask {
        Ask::Person(person) if person != requester => return Ok(vec![(person, Because::Approver)]),
        Ask::Hr => {}
        Ask::Person(_) | Ask::Approver => match people::approver_of(rx, requester)? {
            Approver::Named(person) => return Ok(vec![(person, Because::Approver)]),
            Approver::LineManager(person) => return Ok(vec![(person, Because::LineManager)]),
            Approver::Hr => {}
        },
    }
    let today = people::today(rx)?;
    for (role, because) in [("hr", Because::Hr), ("admin", Because::Admin)] {
        let people: Vec<_> =
            store::with_role(rx, role, today)?.into_iter().filter(|person| *person != requester).collect();
        if !people.is_empty() {
            return Ok(people.into_iter().map(|person| (person, because)).collect());
        }
    }
    // Somebody without a record of their own may hold the role: then it waits for whoever has it.
    if ask == Ask::Hr && !store::office_logins(rx)?.is_empty() {
        return Ok(Vec::new());
    }
    Ok(vec![(requester, Because::Own)])
}

fn tell_asked(
    tx: &mut Tx<'_>,
    kind: Kind,
    subject_id: i64,
    requester: EmployeeId,
    title: &Msg,
    asked: &[(EmployeeId, Because)],
) -> Result<()> {
    let who = people::get(tx, requester)?.name();
    let notice =
        Notice::new(kind.notice(), (kind.as_str(), subject_id), msg!("{0} asks for your decision: {1}", who, title))
            .link("/inbox");
    // Where a salary goes is looked at by somebody who has signed in.
    let notice = match store::open_of(tx, kind, subject_id)? {
        Some(approval) if kind != Kind::Profile => notice.decides(approval.id, approval.version),
        _ => notice,
    };
    if asked.is_empty() {
        let office = store::office_logins(tx)?;
        return notifications::notify_all(tx, office, &notice);
    }
    notifications::notify_all(tx, asked.iter().map(|(employee, _)| *employee), &notice)
}

/// What waits no longer needs to be read.
fn settle(tx: &mut Tx<'_>, kind: Kind, subject_id: i64) -> Result<()> {
    notifications::settle(tx, kind.notice(), (kind.as_str(), subject_id))
}
