//! Changing a run by hand: a task more, a task less, another date, somebody else. For managers of the new colleague
//! and HR.

use jiff::civil::{Date, date};
use serde::Deserialize;

use super::{Standing, Task, event, store};
use crate::approvals::{self, Kind};
use crate::audit;
use crate::auth::Actor;
use crate::error::{AppError, FieldErrors, Result};
use crate::ids::{EmployeeId, OnboardingId, TaskId};
use crate::msg;
use crate::onboarding::model::{Category, LONGEST_NOTE, LONGEST_TEXT, LONGEST_TITLE, Part, prose, word};
use crate::onboarding::notices;
use crate::onboarding::rules::{self, Completion, TaskStatus};
use crate::onboarding::runs::{self, RunStatus};
use crate::onboarding::templates::draft::read_part;
use crate::storage::{Rx, Tx};
use crate::text::line;

/// Due dates lie between these: a year of two or five digits is a slip of the pen.
const DATES: std::ops::RangeInclusive<Date> = date(2000, 1, 1)..=date(2199, 12, 31);

/// A task to be added to a run.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewTask)]
pub struct NewTask {
    pub onboarding_id: OnboardingId,
    /// 1 to 200 characters.
    #[schema(example = "Order a standing desk", min_length = 1, max_length = 200)]
    pub title: String,
    /// At most 4,000 characters.
    #[serde(default)]
    pub description: String,
    /// `pre_boarding`, `first_day`, `first_week`, `first_month` or `later`.
    #[schema(example = "first_week")]
    pub category: String,
    /// `hire`, `manager`, `buddy`, `hr`, `group:CODE` or `employee:ID`.
    #[schema(example = "group:it")]
    pub assignee: String,
    #[schema(value_type = String, format = Date, example = "2026-12-04")]
    pub due_date: Date,
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub required: bool,
    /// `tick`, `approval` or `acknowledge`.
    #[serde(default = "tick")]
    #[schema(example = "tick", default = "tick")]
    pub completion: String,
    /// Ids of tasks of the same run that must be done before.
    #[serde(default)]
    pub depends_on: Vec<TaskId>,
}

fn yes() -> bool {
    true
}

fn tick() -> String {
    Completion::Tick.as_str().to_owned()
}

/// What may be changed of a task in a run; what is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TaskChange)]
pub struct Change {
    #[schema(min_length = 1, max_length = 200)]
    pub title: Option<String>,
    pub description: Option<String>,
    #[schema(example = "first_week")]
    pub category: Option<String>,
    pub required: Option<bool>,
    /// Postpones it (or brings it forward).
    #[schema(value_type = Option<String>, format = Date, example = "2026-12-04")]
    pub due_date: Option<Date>,
}

/// Adds a task to a run that goes on, or that was finished (it goes on then).
///
/// # Errors
/// [`AppError::NotFound`] for those who do not see the run, [`AppError::Conflict`] where it was cancelled,
/// [`AppError::Invalid`] field by field.
pub fn add(tx: &mut Tx<'_>, actor: &Actor, new: &NewTask) -> Result<TaskId> {
    let run = runs::get(tx, actor, new.onboarding_id)?;
    if run.status == RunStatus::Cancelled {
        return Err(AppError::conflict("This onboarding was cancelled."));
    }
    let mut errors = FieldErrors::new();
    let title = line(&mut errors, "title", &new.title, LONGEST_TITLE);
    let description = prose(&mut errors, "description", &new.description, LONGEST_TEXT);
    let category = word::<Category>(&mut errors, "category", &new.category);
    let completion = word::<Completion>(&mut errors, "completion", &new.completion);
    let part = read_part(tx, &mut errors, "assignee", &new.assignee)?;
    check_date(&mut errors, new.due_date);
    let others = store::of_run(tx, run.id)?;
    let mut needs = new.depends_on.clone();
    needs.sort_unstable();
    needs.dedup();
    if needs.iter().any(|id| others.iter().all(|task| task.id != *id)) {
        errors.add("depends_on", "There is no such task in this onboarding.");
    }
    errors.into_result(())?;
    let (Some(category), Some(completion), Some(part)) = (category, completion, part) else {
        return Err(AppError::internal("a checked task lacks a part"));
    };
    let cast = runs::cast(tx, EmployeeId(run.employee.id), run.buddy.as_ref().map(|buddy| EmployeeId(buddy.id)))?;
    let (doer, stand_in) = rules::doer(runs::role(tx, &part)?, &cast);
    let row = super::NewRow {
        onboarding_id: run.id,
        sort_order: store::next_place(tx, run.id)?,
        title: title.clone(),
        description,
        category,
        role: part.kind(),
        doer,
        stand_in,
        counted: None,
        due_date: new.due_date,
        required: new.required,
        completion,
        status: TaskStatus::Open,
    };
    let id = store::insert(tx, &row)?;
    store::set_needs(tx, id, &needs)?;
    event(tx, actor, id, "added", "")?;
    let entry = audit::Entry::new("task.added")
        .on("task", id)
        .with("title", &title)
        .with("onboarding_id", run.id)
        .with("due_date", new.due_date);
    audit::record(tx, actor, entry)?;
    tell_assigned(tx, actor, id)?;
    runs::settle(tx, actor, run.id)?;
    Ok(id)
}

/// Changes words, stage, weight or date of a task.
///
/// # Errors
/// [`AppError::Forbidden`] for its doer, [`AppError::Conflict`] where it is done or out, [`AppError::Invalid`].
pub fn change(tx: &mut Tx<'_>, actor: &Actor, id: TaskId, change: &Change) -> Result<()> {
    let before = super::led(tx, actor, id)?;
    if before.status.is_settled() {
        return Err(super::not_now(actor, &before));
    }
    let mut errors = FieldErrors::new();
    let mut task = before.clone();
    if let Some(title) = &change.title {
        task.title = line(&mut errors, "title", title, LONGEST_TITLE);
    }
    if let Some(description) = &change.description {
        task.description = prose(&mut errors, "description", description, LONGEST_TEXT);
    }
    if let Some(category) = &change.category {
        task.category = word(&mut errors, "category", category).unwrap_or(task.category);
    }
    task.required = change.required.unwrap_or(task.required);
    if let Some(due) = change.due_date {
        check_date(&mut errors, due);
        task.due_date = due;
    }
    errors.into_result(())?;
    if task == before {
        return Ok(());
    }
    if task.due_date != before.due_date {
        store::set_due(tx, id, task.due_date, None)?;
        event(tx, actor, id, "postponed", &task.due_date.to_string())?;
    }
    if (Task { due_date: before.due_date, ..task.clone() }) != before {
        store::set_words(tx, &task)?;
        event(tx, actor, id, "changed", "")?;
    }
    let entry = audit::Entry::new("task.changed")
        .on("task", id)
        .change("title", &before.title, &task.title)
        .change("description", &before.description, &task.description)
        .change("category", before.category, task.category)
        .change("required", before.required, task.required)
        .change("due_date", before.due_date, task.due_date);
    audit::record(tx, actor, entry)?;
    runs::settle(tx, actor, task.onboarding_id)
}

/// Gives a task to somebody else: `hire`, `manager`, `buddy`, `hr`, `group:CODE`, `employee:ID`.
///
/// # Errors
/// As [`change`].
pub fn reassign(tx: &mut Tx<'_>, actor: &Actor, id: TaskId, to: &str) -> Result<()> {
    let task = super::led(tx, actor, id)?;
    if !matches!(task.status, TaskStatus::Open | TaskStatus::Locked) {
        return Err(super::not_now(actor, &task));
    }
    let mut errors = FieldErrors::new();
    let part = read_part(tx, &mut errors, "assignee", to)?;
    errors.into_result(())?;
    let part = part.ok_or_else(|| AppError::internal("a checked part is missing"))?;
    let run = runs::store::get(tx, task.onboarding_id)?.ok_or(AppError::NotFound)?;
    let cast = runs::cast(tx, EmployeeId(task.hire.id), run.buddy.map(|buddy| EmployeeId(buddy.id)))?;
    let role = runs::role(tx, &part)?;
    if let (rules::Role::Person(None), Part::Employee(person)) = (role, &part) {
        return Err(AppError::invalid("assignee", msg!("{0} has left.", person.name)));
    }
    let (doer, stand_in) = rules::doer(role, &cast);
    if doer == task.doer {
        return Ok(());
    }
    store::set_doer(tx, id, part.kind(), doer, stand_in)?;
    let name = super::name_of(tx, doer)?;
    event(tx, actor, id, "reassigned", &name)?;
    let before = super::name_of(tx, task.doer)?;
    audit::record(tx, actor, audit::Entry::new("task.reassigned").on("task", id).change("assignee", before, &name))?;
    tell_assigned(tx, actor, id)
}

/// Takes a task out of its run: it holds nothing up and counts for nothing.
///
/// # Errors
/// As [`change`].
pub fn take_out(tx: &mut Tx<'_>, actor: &Actor, id: TaskId, reason: &str) -> Result<()> {
    let task = super::led(tx, actor, id)?;
    let mut errors = FieldErrors::new();
    let reason = prose(&mut errors, "reason", reason, LONGEST_NOTE);
    errors.into_result(())?;
    let next = task.status.dropped().map_err(|_| super::not_now(actor, &task))?;
    super::put_aside(tx, actor, &task)?;
    event(tx, actor, id, "dropped", &reason)?;
    let entry = audit::Entry::new("task.dropped").on("task", id).change("status", task.status, next).because(&reason);
    audit::record(tx, actor, entry)?;
    runs::settle(tx, actor, task.onboarding_id)
}

/// Opens a task again: by whoever did it or does it (done by mistake), by managers of the new colleague and HR (also
/// one that was taken out). What it had unlocked and is still open is locked again.
///
/// # Errors
/// [`AppError::Forbidden`], [`AppError::Conflict`] where it is open or locked, or its run was cancelled.
pub fn reopen(tx: &mut Tx<'_>, actor: &Actor, id: TaskId) -> Result<()> {
    let (task, standing) = super::get(tx, actor, id)?;
    let run = runs::store::get(tx, task.onboarding_id)?.ok_or(AppError::NotFound)?;
    if run.status == RunStatus::Cancelled {
        return Err(AppError::conflict("This onboarding was cancelled."));
    }
    let own = standing == Standing::Doer && task.status != TaskStatus::Dropped;
    // What somebody approved is not undone by the one who asked for it.
    let decided = task.status == TaskStatus::Done && task.completion == Completion::Approval;
    if standing < Standing::Lead && (!own || decided) {
        return Err(AppError::forbidden("Only the manager and HR may open this again."));
    }
    let next = task.status.reopened().map_err(|_| AppError::conflict("This is not done yet."))?;
    if task.status == TaskStatus::AwaitingApproval {
        approvals::withdraw(tx, actor, Kind::Task, id.0)?;
    }
    store::set_status(tx, id, next)?;
    event(tx, actor, id, "reopened", "")?;
    audit::record(tx, actor, audit::Entry::new("task.reopened").on("task", id).change("status", task.status, next))?;
    runs::settle(tx, actor, task.onboarding_id)
}

fn check_date(errors: &mut FieldErrors, due: Date) {
    if !DATES.contains(&due) {
        errors.add("due_date", msg!("The date lies between {0} and {1}.", DATES.start(), DATES.end()));
    }
}

/// Tells whoever has a task now.
fn tell_assigned(tx: &mut Tx<'_>, actor: &Actor, id: TaskId) -> Result<()> {
    let task = read(tx, id)?;
    let readers = super::people_of(tx, task.doer)?;
    notices::tell(tx, actor, readers, |format| {
        let due = format.day(task.due_date);
        let text = msg!("“{0}” for the onboarding of {1} is yours, due on {2}.", task.title, task.hire.name, due);
        notices::of_task(&notices::ASSIGNED, &task, text)
    })
}

fn read(rx: &Rx<'_>, id: TaskId) -> Result<Task> {
    store::get(rx, id)?.ok_or(AppError::NotFound)
}
