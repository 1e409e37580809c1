//! Runs: one person's onboarding. A run is made whole from a published template (who does what by when, what waits
//! for what) in the transaction that asks for it, and follows when the first day moves or a manager is found.

pub mod api;
pub mod board;
mod follow;
pub mod pages;
pub(super) mod store;
pub mod timeline;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;

use super::model::{LONGEST_NOTE, Part, prose};
use super::rules::{self, Cast, Progress, Role, TaskStatus};
use super::tasks::{self, NewRow};
use super::{dates, notices, templates};
use crate::audit;
use crate::auth::Actor;
use crate::error::{AppError, FieldErrors, Result};
use crate::ids::{EmployeeId, OnboardingId, TemplateId};
use crate::people::{self, Employee, NameRef, Reach};
use crate::storage::{Op, Rx, Tx};
use crate::{msg, msg_n, text_enum};
pub use follow::follow;
use follow::recast;

pub const STARTED: Op = Op::act("onboarding.started");
pub const CHANGED: Op = Op::act("onboarding.changed");
pub const CANCELLED: Op = Op::act("onboarding.cancelled");

text_enum! {
    /// Where a run stands.
    pub enum RunStatus {
        Running = "running",
        /// Everything that is required is done.
        Finished = "finished",
        Cancelled = "cancelled",
    }
}

/// One person's run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    pub id: OnboardingId,
    pub employee: NameRef,
    pub position: String,
    pub department: String,
    pub location: String,
    pub manager: Option<NameRef>,
    pub buddy: Option<NameRef>,
    /// `None` where the template was removed before it was ever published.
    pub template: Option<NameRef>,
    pub template_version: u32,
    /// The first day that the due dates are counted from.
    pub join_date: Date,
    pub status: RunStatus,
    pub started_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub cancel_reason: String,
    /// Has a login, and has never used it.
    pub invited: bool,
    pub progress: Progress,
}

/// What a new run is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewRun {
    pub employee_id: EmployeeId,
    pub template_id: TemplateId,
    pub buddy_id: Option<EmployeeId>,
}

/// Starts the onboarding of somebody who is entered already: every task of the template's latest version, with the
/// person who does it, the date it is due, and locked while it waits for others.
///
/// # Errors
/// [`AppError::Forbidden`] for anybody but HR; [`AppError::Invalid`] where person, template or buddy will not do;
/// [`AppError::Conflict`] while another run of the person goes on.
pub fn start(tx: &mut Tx<'_>, actor: &Actor, new: NewRun) -> Result<OnboardingId> {
    actor.require_hr()?;
    let hire = check_new(tx, actor, &new)?;
    if store::running_of(tx, new.employee_id)?.is_some() {
        return Err(AppError::Conflict(msg!("{0} is being onboarded already.", hire.name())));
    }
    let template = templates::get(tx, actor, new.template_id)?;
    let plan = templates::store::tasks(tx, new.template_id, template.version)?;
    let id = store::insert(tx, &new, template.version, hire.facts.join_date)?;
    let cast = cast(tx, new.employee_id, new.buddy_id)?;
    let offsets: Vec<_> = plan.iter().map(|task| (task.days_offset, task.day_count)).collect();
    let due = dates::due_dates(tx, hire.facts.join_date, hire.facts.entity_id, hire.facts.location_id, &offsets)?;
    let mut rows = Vec::with_capacity(plan.len());
    for (place, (task, due_date)) in (0..).zip(plan.iter().zip(due)) {
        let (doer, stand_in) = rules::doer(role(tx, &task.part)?, &cast);
        let row = NewRow {
            onboarding_id: id,
            sort_order: place,
            title: task.title.clone(),
            description: task.description.clone(),
            category: task.category,
            role: task.part.kind(),
            doer,
            stand_in,
            counted: Some((task.days_offset, task.day_count)),
            due_date,
            required: task.required,
            completion: task.completion,
            status: if task.depends_on.is_empty() { TaskStatus::Open } else { TaskStatus::Locked },
        };
        rows.push(tasks::store::insert(tx, &row)?);
    }
    for (row, task) in rows.iter().zip(&plan) {
        let needs: Vec<_> = task.depends_on.iter().filter_map(|at| rows.get(*at).copied()).collect();
        tasks::store::set_needs(tx, *row, &needs)?;
    }
    let entry = audit::Entry::new("onboarding.started")
        .on("onboarding", id)
        .with("employee", hire.name())
        .with("template", &template.name)
        .with("version", template.version)
        .with("tasks", plan.len());
    audit::record(tx, actor, entry)?;
    tell_doers(tx, actor, id, &hire)?;
    Ok(id)
}

fn check_new(rx: &Rx<'_>, actor: &Actor, new: &NewRun) -> Result<Employee> {
    let mut errors = FieldErrors::new();
    let hire = match people::get(rx, new.employee_id) {
        Ok(hire) => Some(hire),
        Err(AppError::NotFound) => None,
        Err(other) => return Err(other),
    };
    match &hire {
        None => errors.add("employee_id", "There is no such person."),
        Some(hire) if hire.hidden || hire.status(people::today(rx)?) == people::Status::Left => {
            errors.add("employee_id", msg!("{0} has left.", hire.name()));
        }
        Some(_) => {}
    }
    match templates::get(rx, actor, new.template_id) {
        Ok(template) if template.is_published() => {}
        Ok(template) => errors.add("template_id", msg!("“{0}” is a draft. Publish it first.", template.name)),
        Err(AppError::NotFound) => errors.add("template_id", "There is no such template."),
        Err(other) => return Err(other),
    }
    check_buddy(rx, &mut errors, new.employee_id, new.buddy_id)?;
    errors.into_result(())?;
    hire.ok_or(AppError::NotFound)
}

fn check_buddy(rx: &Rx<'_>, errors: &mut FieldErrors, hire: EmployeeId, buddy: Option<EmployeeId>) -> Result<()> {
    match buddy {
        Some(buddy) if buddy == hire => errors.add("buddy_id", "Nobody is their own buddy."),
        Some(buddy) if store::present(rx, buddy)?.is_none() => errors.add("buddy_id", "There is no such person."),
        _ => {}
    }
    Ok(())
}

/// Who fills the parts of a run now.
pub(super) fn cast(rx: &Rx<'_>, hire: EmployeeId, buddy: Option<EmployeeId>) -> Result<Cast> {
    let manager = people::get(rx, hire)?.facts.manager_id;
    let here = |person: Option<EmployeeId>| match person {
        Some(person) => Ok(store::present(rx, person)?.map(|_| person)),
        None => Ok::<_, AppError>(None),
    };
    Ok(Cast { hire, manager: here(manager)?, buddy: here(buddy)? })
}

/// A template's part as the rules take it: a person who was named may have left.
pub(super) fn role(rx: &Rx<'_>, part: &Part) -> Result<Role> {
    Ok(match part {
        Part::Hire => Role::Hire,
        Part::Manager => Role::Manager,
        Part::Buddy => Role::Buddy,
        Part::Hr => Role::Hr,
        Part::Group(group) => Role::Group(tasks::store::is_staffed(rx, group.id)?.then_some(group.id)),
        Part::Employee(person) => {
            let id = EmployeeId(person.id);
            Role::Person(store::present(rx, id)?.map(|_| id))
        }
    })
}

/// One notice to each person who has something to do in a new run, however much it is.
fn tell_doers(tx: &mut Tx<'_>, actor: &Actor, id: OnboardingId, hire: &Employee) -> Result<()> {
    let mut counts: BTreeMap<EmployeeId, i64> = BTreeMap::new();
    for doer in tasks::store::doers_of(tx, id)? {
        for person in tasks::people_of(tx, doer)? {
            *counts.entry(person).or_default() += 1;
        }
    }
    for (person, count) in counts {
        notices::tell(tx, actor, [person], |format| {
            if person == hire.id {
                let text = msg_n!(count, "Welcome! {0} task is here for you.", "Welcome! {0} tasks are here for you.");
                return notices::of_run(&notices::WELCOME, id, text).link("/welcome");
            }
            let text = msg_n!(count, "{1} starts on {2}: {0} task for you.", "{1} starts on {2}: {0} tasks for you.")
                .arg(hire.name())
                .arg(format.day(hire.facts.join_date));
            notices::of_run(&notices::STARTED, id, text).link("/tasks")
        })?;
    }
    Ok(())
}

/// Ends a run before it is finished. What is open is taken out; what was done stays in the history.
///
/// # Errors
/// [`AppError::Forbidden`] for anybody but HR, [`AppError::Invalid`] without a reason, [`AppError::Conflict`] where it
/// has ended already.
pub fn cancel(tx: &mut Tx<'_>, actor: &Actor, id: OnboardingId, reason: &str) -> Result<()> {
    actor.require_hr()?;
    let run = get(tx, actor, id)?;
    let mut errors = FieldErrors::new();
    let reason = prose(&mut errors, "reason", reason, LONGEST_NOTE);
    if reason.is_empty() {
        errors.add("reason", "Say why, so that everybody understands.");
    }
    errors.into_result(())?;
    if run.status != RunStatus::Running {
        return Err(AppError::conflict("This onboarding has ended already."));
    }
    for task in tasks::store::of_run(tx, id)?.into_iter().filter(|task| !task.status.is_settled()) {
        tasks::put_aside(tx, actor, &task)?;
    }
    store::end(tx, id, RunStatus::Cancelled, &reason)?;
    let entry = audit::Entry::new("onboarding.cancelled")
        .on("onboarding", id)
        .change("status", run.status, RunStatus::Cancelled)
        .because(&reason);
    audit::record(tx, actor, entry)?;
    Ok(())
}

/// Names the buddy (or nobody); open tasks of the buddy go to the new one.
///
/// # Errors
/// [`AppError::NotFound`] for those who do not see the run, [`AppError::Invalid`], [`AppError::Conflict`] where it has
/// ended.
pub fn set_buddy(tx: &mut Tx<'_>, actor: &Actor, id: OnboardingId, buddy: Option<EmployeeId>) -> Result<()> {
    let run = get(tx, actor, id)?;
    if run.status != RunStatus::Running {
        return Err(AppError::conflict("This onboarding has ended already."));
    }
    let hire = EmployeeId(run.employee.id);
    let mut errors = FieldErrors::new();
    check_buddy(tx, &mut errors, hire, buddy)?;
    errors.into_result(())?;
    store::set_buddy(tx, id, buddy)?;
    recast(tx, actor, id, hire, buddy)?;
    let entry = audit::Entry::new("onboarding.changed").on("onboarding", id).change(
        "buddy_id",
        run.buddy.map(|buddy| buddy.id),
        buddy,
    );
    audit::record(tx, actor, entry)?;
    Ok(())
}

/// Brings a run in line after something changed in it: locks and unlocks what depends on other tasks, tells those
/// whose turn it is, and ends the run once nothing required is left (or takes it up again).
///
/// # Errors
/// [`AppError::Conflict`] where a finished run would go on beside another of the same person.
pub(super) fn settle(tx: &mut Tx<'_>, actor: &Actor, id: OnboardingId) -> Result<()> {
    let list = tasks::store::of_run(tx, id)?;
    let places: BTreeMap<_, _> = list.iter().enumerate().map(|(at, task)| (task.id, at)).collect();
    let needs: Vec<Vec<usize>> =
        list.iter().map(|task| task.needs.iter().filter_map(|need| places.get(&need.id).copied()).collect()).collect();
    let nodes: Vec<_> = list.iter().zip(&needs).map(|(task, needs)| (task.status, needs.as_slice())).collect();
    for (at, status) in rules::locks(&nodes) {
        tasks::store::set_status(tx, list[at].id, status)?;
        if status == TaskStatus::Open {
            tasks::tell_turn(tx, actor, &list[at])?;
        }
    }
    let run = store::get(tx, id)?.ok_or(AppError::NotFound)?;
    let complete = run.progress.is_complete();
    let next = match run.status {
        RunStatus::Running if complete => RunStatus::Finished,
        RunStatus::Finished if !complete => RunStatus::Running,
        _ => return Ok(()),
    };
    if next == RunStatus::Running && store::running_of(tx, EmployeeId(run.employee.id))?.is_some() {
        return Err(AppError::Conflict(msg!(
            "{0} is being onboarded anew: what is finished stays as it is. Add the task there.",
            run.employee.name
        )));
    }
    store::end(tx, id, next, "")?;
    let entry = audit::Entry::new("onboarding.changed").on("onboarding", id).change("status", run.status, next);
    audit::record(tx, actor, entry)?;
    if next == RunStatus::Finished {
        let manager = run.manager.iter().map(|manager| EmployeeId(manager.id));
        notices::tell(tx, actor, manager, |_| {
            let text = msg!("The onboarding of {0} is complete.", run.employee.name);
            notices::of_run(&notices::FINISHED, id, text).link(format!("/onboarding/{id}"))
        })?;
    }
    Ok(())
}

/// The run, for HR and for the managers of its person.
///
/// # Errors
/// [`AppError::NotFound`] for everybody else.
pub fn get(rx: &Rx<'_>, actor: &Actor, id: OnboardingId) -> Result<Run> {
    let run = store::get(rx, id)?.ok_or(AppError::NotFound)?;
    let leads = people::reach(rx, actor, EmployeeId(run.employee.id))?.leads();
    if leads { Ok(run) } else { Err(AppError::NotFound) }
}

/// Every run that the actor may see: HR all, a manager those of their reports. Those under way by first day, then
/// those that ended, latest first.
///
/// # Errors
/// When the database cannot be read.
pub fn list(rx: &Rx<'_>, actor: &Actor) -> Result<Vec<Run>> {
    store::list(rx, led_by(rx, actor)?.as_deref())
}

/// One page of the runs that ended, the latest first, and how many there are in all; of one person also that which goes
/// on. Of those whom the actor leads, for HR of all.
///
/// # Errors
/// When the database cannot be read.
pub fn ended(
    rx: &Rx<'_>,
    actor: &Actor,
    employee: Option<EmployeeId>,
    limit: i64,
    offset: i64,
) -> Result<(Vec<Run>, i64)> {
    store::ended(rx, led_by(rx, actor)?.as_deref(), employee, limit, offset)
}

/// Ids (as JSON) of the people whom the actor leads; `None` is everybody.
pub(super) fn led_by(rx: &Rx<'_>, actor: &Actor) -> Result<Option<String>> {
    if actor.is_hr() {
        return Ok(None);
    }
    let reports = match actor.employee_id {
        Some(own) => people::all_reports(rx, own)?,
        None => Vec::new(),
    };
    Ok(Some(people::json_ids(&reports)))
}

/// How far somebody's latest run is, for the person, their managers and HR.
///
/// # Errors
/// [`AppError::NotFound`] for everybody else, and where there was never a run.
pub fn progress_of(rx: &Rx<'_>, actor: &Actor, employee: EmployeeId) -> Result<(OnboardingId, Progress)> {
    if people::reach(rx, actor, employee)? == Reach::None {
        return Err(AppError::NotFound);
    }
    let run = store::latest_of(rx, employee)?.ok_or(AppError::NotFound)?;
    Ok((run.id, run.progress))
}

/// How far a run is, for its person, their managers and HR.
///
/// # Errors
/// [`AppError::NotFound`] for everybody else.
pub fn progress(rx: &Rx<'_>, actor: &Actor, id: OnboardingId) -> Result<Progress> {
    let run = store::get(rx, id)?.ok_or(AppError::NotFound)?;
    match people::reach(rx, actor, EmployeeId(run.employee.id))? {
        Reach::None => Err(AppError::NotFound),
        _ => Ok(run.progress),
    }
}
