//! Tasks of a run: done, decided, given to somebody else, postponed, taken out, talked about. Each act checks who
//! may, changes the task, unlocks what waited for it and brings the run in line, all in the one transaction.
//!
//! A task is seen by whoever does it (a member of its group), by the managers of the new colleague, by HR, and by the
//! one who is asked to approve it. For everybody else it does not exist.

pub mod api;
pub mod bulk;
pub mod choices;
pub mod edit;
pub mod facts;
pub mod list;
pub mod pages;
pub mod sheet;
pub(super) mod store;
pub mod talk;
pub mod view;

use jiff::Timestamp;
use jiff::civil::Date;

use super::model::{Category, LONGEST_NOTE, prose};
use super::rules::{Completion, DayCount, Doer, TaskStatus};
use super::{notices, runs};
use crate::approvals::{self, Decision, Kind, Outcome};
use crate::audit;
use crate::auth::Actor;
use crate::error::{AppError, FieldErrors, Result};
use crate::ids::{EmployeeId, OnboardingId, TaskId};
use crate::msg;
use crate::people::{self, NameRef};
use crate::storage::{Op, Rx, Tx};

pub use edit::{Change, NewTask};
pub use talk::{Comment, Event};

pub const COMPLETED: Op = Op::act("task.completed");
pub const DECIDED: Op = Op::act("task.decided");
pub const CHANGED: Op = Op::act("task.changed");
pub const ADDED: Op = Op::act("task.added");
pub const COMMENTED: Op = Op::act("task.commented");

/// A task of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    pub id: TaskId,
    pub onboarding_id: OnboardingId,
    /// Whose onboarding it is.
    pub hire: NameRef,
    pub first_day: Date,
    pub title: String,
    pub description: String,
    pub category: Category,
    /// The part that does it, as the template said: `hire`, `manager`, `buddy`, `hr`, `group`, `employee`.
    pub role: String,
    pub doer: Doer,
    /// A person's or a group's name; empty for HR.
    pub doer_name: String,
    /// HR or the manager does it only because nobody fills the part yet.
    pub stand_in: bool,
    /// How the due date was counted; `None` where somebody chose it by hand.
    pub counted: Option<(i32, DayCount)>,
    pub due_date: Date,
    pub required: bool,
    pub completion: Completion,
    pub status: TaskStatus,
    pub done_by: Option<EmployeeId>,
    pub done_by_name: String,
    pub done_at: Option<Timestamp>,
    /// What the doer wrote.
    pub note: String,
    /// Why it came back from the one who decides.
    pub returned: String,
    pub comments: u32,
    /// What must be done before.
    pub needs: Vec<Need>,
}

/// Another task that must be done before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    pub id: TaskId,
    pub title: String,
    pub status: TaskStatus,
}

/// A task about to be written.
#[derive(Clone, Debug)]
pub(super) struct NewRow {
    pub onboarding_id: OnboardingId,
    pub sort_order: i64,
    pub title: String,
    pub description: String,
    pub category: Category,
    pub role: &'static str,
    pub doer: Doer,
    pub stand_in: bool,
    pub counted: Option<(i32, DayCount)>,
    pub due_date: Date,
    pub required: bool,
    pub completion: Completion,
    pub status: TaskStatus,
}

/// What somebody is to a task; the later include what the earlier may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    None,
    /// Is asked to approve it.
    Approver,
    /// Does it, alone or as a member of its group.
    Doer,
    /// Manager of the new colleague, or HR: may also reassign, postpone and take out.
    Lead,
}

/// What `actor` is to `task`.
///
/// # Errors
/// When the database cannot be read.
pub fn standing(rx: &Rx<'_>, actor: &Actor, task: &Task) -> Result<Standing> {
    if people::reach(rx, actor, EmployeeId(task.hire.id))?.leads() {
        return Ok(Standing::Lead);
    }
    if is_doer(rx, actor, task.doer)? {
        return Ok(Standing::Doer);
    }
    let asked = approvals::current(rx, Kind::Task, task.id.0)?
        .map_or(Ok(false), |approval| approvals::concerns(rx, actor, &approval))?;
    Ok(if asked { Standing::Approver } else { Standing::None })
}

fn is_doer(rx: &Rx<'_>, actor: &Actor, doer: Doer) -> Result<bool> {
    match (doer, actor.employee_id) {
        (Doer::Hr, _) => Ok(actor.is_hr()),
        (Doer::Person(person), Some(own)) => Ok(person == own),
        (Doer::Group(group), Some(own)) => store::is_member(rx, group, own),
        (_, None) => Ok(false),
    }
}

/// The task and what the actor is to it.
///
/// # Errors
/// [`AppError::NotFound`] for those who may not know of it.
pub fn get(rx: &Rx<'_>, actor: &Actor, id: TaskId) -> Result<(Task, Standing)> {
    let task = store::get(rx, id)?.ok_or(AppError::NotFound)?;
    match standing(rx, actor, &task)? {
        Standing::None => Err(AppError::NotFound),
        standing => Ok((task, standing)),
    }
}

/// As [`get`], for acts of those who lead the new colleague.
fn led(rx: &Rx<'_>, actor: &Actor, id: TaskId) -> Result<Task> {
    match get(rx, actor, id)? {
        (task, Standing::Lead) => Ok(task),
        _ => Err(AppError::forbidden("Only the manager and HR may change this task.")),
    }
}

/// What somebody says who did a task.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// At most 2,000 characters; may be empty.
    pub note: String,
    /// "I have read this", for tasks that are completed so.
    pub acknowledged: bool,
}

/// Its doer (or a manager of the new colleague, or HR) says that a task is done. Where the task asks for approval it
/// waits for that now, else whatever waited for it opens.
///
/// # Errors
/// [`AppError::Conflict`] where it is not open (says who did it and when, or what it waits for);
/// [`AppError::Forbidden`] for a task that only the person it is for can confirm; [`AppError::Invalid`] where it must
/// be acknowledged and is not.
pub fn complete(tx: &mut Tx<'_>, actor: &Actor, id: TaskId, done: &Done) -> Result<TaskStatus> {
    let (task, standing) = get(tx, actor, id)?;
    if standing < Standing::Doer {
        return Err(AppError::forbidden("You are asked to approve this, somebody else does it."));
    }
    let mut errors = FieldErrors::new();
    let note = prose(&mut errors, "note", &done.note, LONGEST_NOTE);
    if task.completion == Completion::Acknowledge {
        if !is_doer(tx, actor, task.doer)? {
            return Err(AppError::Forbidden(msg!("Only {0} can confirm having read this.", task.doer_name)));
        }
        if !done.acknowledged {
            errors.add("acknowledged", "Read it, then tick that you have.");
        }
    }
    errors.into_result(())?;
    let next = task.status.completed(task.completion).map_err(|_| not_now(actor, &task))?;
    store::set_done(tx, id, next, actor, &note)?;
    event(tx, actor, id, "completed", &note)?;
    let entry = audit::Entry::new("task.completed").on("task", id).change("status", task.status, next);
    let entry = match task.completion {
        Completion::Acknowledge => entry.with("acknowledged", &task.title),
        Completion::Tick | Completion::Approval => entry,
    };
    audit::record(tx, actor, entry.because(&note))?;
    if next == TaskStatus::AwaitingApproval {
        ask(tx, actor, &task)?;
    }
    runs::settle(tx, actor, task.onboarding_id)?;
    Ok(next)
}

/// Asks for the decision on a task in the line of the new colleague. A question that was asked before is answered by
/// doing it again.
fn ask(tx: &mut Tx<'_>, actor: &Actor, task: &Task) -> Result<()> {
    let title = msg!("Onboarding of {0}: “{1}”", task.hire.name, task.title);
    let hire = EmployeeId(task.hire.id);
    let doer = actor.employee_id.unwrap_or(hire);
    let new = approvals::New::of(Kind::Task, task.id.0, doer, title).about(hire);
    if asked_back(tx, task.id)? {
        return approvals::resubmit(tx, actor, &new);
    }
    approvals::open(tx, actor, new)?;
    Ok(())
}

/// Decides on a task that was done and asks for approval. What is not approved goes back to its doer, with the reason.
///
/// # Errors
/// As [`approvals::decide`]; [`AppError::NotFound`] for those who may not know of it.
pub fn decide(tx: &mut Tx<'_>, actor: &Actor, id: TaskId, decision: &Decision) -> Result<TaskStatus> {
    let (task, _) = get(tx, actor, id)?;
    if task.status != TaskStatus::AwaitingApproval && approvals::current(tx, Kind::Task, id.0)?.is_none() {
        return Err(not_now(actor, &task));
    }
    let outcome = approvals::decide(tx, actor, Kind::Task, id.0, decision)?;
    let (what, words, approved) = match (decision, outcome) {
        (Decision::Approve { note, .. }, Outcome::Approved) => ("approved", note.clone().unwrap_or_default(), true),
        (Decision::Reject { reason, .. }, _) => ("rejected", reason.clone(), false),
        (Decision::Clarify { question }, _) => ("asked", question.clone(), false),
        _ => return Ok(task.status),
    };
    let words = words.trim().to_owned();
    let next = task.status.decided(approved).map_err(|_| not_now(actor, &task))?;
    if approved {
        store::set_status(tx, id, next)?;
    } else {
        store::hand_back(tx, id, &words)?;
    }
    event(tx, actor, id, what, &words)?;
    let entry = audit::Entry::new("task.decided").on("task", id).change("status", task.status, next).because(&words);
    audit::record(tx, actor, entry)?;
    notices::tell(tx, actor, task.done_by, |_| {
        let text = match what {
            "approved" => msg!("{0} approved “{1}”.", actor.name, task.title),
            "asked" => msg!("{0} asks about “{1}”.", actor.name, task.title),
            _ => msg!("{0} sent “{1}” back to you.", actor.name, task.title),
        };
        notices::of_task(&notices::DECIDED, &task, text).quote(&words)
    })?;
    runs::settle(tx, actor, task.onboarding_id)?;
    Ok(next)
}

/// Ends whatever waits for a decision on a task that leaves the run.
pub(super) fn put_aside(tx: &mut Tx<'_>, actor: &Actor, task: &Task) -> Result<()> {
    if task.status == TaskStatus::AwaitingApproval || asked_back(tx, task.id)? {
        approvals::withdraw(tx, actor, Kind::Task, task.id.0)?;
    }
    store::set_status(tx, task.id, TaskStatus::Dropped)
}

fn asked_back(rx: &Rx<'_>, id: TaskId) -> Result<bool> {
    let approval = approvals::current(rx, Kind::Task, id.0)?;
    Ok(approval.is_some_and(|approval| approval.status == approvals::Status::Clarification))
}

/// Why a task cannot be done or decided now: who did it and when, or what it waits for.
fn not_now(actor: &Actor, task: &Task) -> AppError {
    let at = task.done_at.map(|at| at.to_zoned(actor.zone.clone()).strftime("%-d %b, %-H:%M").to_string());
    AppError::Conflict(match (task.status, at) {
        (TaskStatus::Locked, _) => {
            let open: Vec<_> = task.needs.iter().filter(|need| !need.status.is_settled()).collect();
            let titles: Vec<_> = open.iter().map(|need| format!("“{}”", need.title)).collect();
            msg!("This opens when {0} is done.", titles.join(", "))
        }
        (TaskStatus::AwaitingApproval, Some(at)) => {
            msg!("{0} did this on {1}; it waits for approval.", task.done_by_name, at)
        }
        (TaskStatus::Done, Some(at)) => msg!("{0} did this on {1}.", task.done_by_name, at),
        (TaskStatus::Dropped, _) => msg!("This was taken out of the onboarding."),
        _ => msg!("This has not been done yet."),
    })
}

/// Writes a step of a task's history.
pub(super) fn event(tx: &mut Tx<'_>, actor: &Actor, id: TaskId, what: &'static str, detail: &str) -> Result<()> {
    store::event(tx, actor, id, what, detail)
}

/// Tells whoever does a task that it is open now.
pub(super) fn tell_turn(tx: &mut Tx<'_>, actor: &Actor, task: &Task) -> Result<()> {
    let readers = people_of(tx, task.doer)?;
    notices::tell(tx, actor, readers, |format| {
        let due = format.day(task.due_date);
        let text = msg!("“{0}” for {1} can be done now. It is due on {2}.", task.title, task.hire.name, due);
        notices::of_task(&notices::OPENED, task, text)
    })
}

/// Everybody who may do what is given to `doer`.
pub(super) fn people_of(rx: &Rx<'_>, doer: Doer) -> Result<Vec<EmployeeId>> {
    match doer {
        Doer::Person(person) => Ok(vec![person]),
        Doer::Group(group) => store::members(rx, group),
        Doer::Hr => Ok(people::hr_members(rx)?.into_iter().map(|person| EmployeeId(person.id)).collect()),
    }
}

/// "Noah Thiessen", "IT", "HR".
pub(super) fn name_of(rx: &Rx<'_>, doer: Doer) -> Result<String> {
    match doer {
        Doer::Person(person) => runs::store::name(rx, person),
        Doer::Group(group) => store::group_name(rx, group),
        Doer::Hr => Ok("HR".to_owned()),
    }
}

/// The tasks of a run, for those who see the run.
///
/// # Errors
/// [`AppError::NotFound`] for everybody else.
pub fn of_run(rx: &Rx<'_>, actor: &Actor, id: OnboardingId) -> Result<Vec<Task>> {
    runs::get(rx, actor, id)?;
    store::of_run(rx, id)
}

/// What the actor has to do: own tasks and those of their groups (and HR's), unfinished, of runs that go on; what is
/// due first comes first, what is locked last.
///
/// # Errors
/// When the database cannot be read.
pub fn mine(rx: &Rx<'_>, actor: &Actor) -> Result<Vec<Task>> {
    store::mine(rx, actor.employee_id, actor.is_hr(), None)
}
