//! What follows in runs when a record changes: the due dates move with the first day, open tasks go to a new manager,
//! and what somebody had to do who is no longer here goes to whoever fills the part now.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{cast, store};
use crate::audit;
use crate::auth::Actor;
use crate::error::{AppError, Result};
use crate::ids::{EmployeeId, OnboardingId};
use crate::msg;
use crate::onboarding::rules::{self, Doer, Role, TaskStatus};
use crate::onboarding::tasks::{self, Task};
use crate::onboarding::{dates, notices};
use crate::people::{self, Employee};
use crate::storage::Tx;

/// What follows in a run when the record of its person changed: the due dates of open tasks move with the first day,
/// and tasks of the line manager go to the new one. What somebody who is gone had to do goes to others. Part of the
/// same transaction; see [`people::Follow`].
///
/// # Errors
/// When the database cannot be read or written.
pub fn follow(tx: &mut Tx<'_>, actor: &Actor, before: &Employee, after: &Employee) -> Result<()> {
    if people::is_gone(tx, after)? {
        hand_over(tx, actor, after.id)?;
    }
    let Some((id, first_day, buddy)) = store::running_of(tx, after.id)? else { return Ok(()) };
    if before.facts.manager_id != after.facts.manager_id {
        recast(tx, actor, id, after.id, buddy)?;
    }
    let new_first_day = after.facts.join_date;
    let place = |employee: &Employee| (employee.facts.entity_id, employee.facts.location_id);
    if first_day != new_first_day || place(before) != place(after) {
        move_dates(tx, actor, id, after, first_day)?;
    }
    Ok(())
}

/// Counts the due dates of everything that is not done anew.
fn move_dates(tx: &mut Tx<'_>, actor: &Actor, id: OnboardingId, hire: &Employee, old_first_day: Date) -> Result<()> {
    let first_day = hire.facts.join_date;
    let left: Vec<_> = tasks::store::of_run(tx, id)?.into_iter().filter(|task| !task.status.is_settled()).collect();
    let offsets: Vec<_> = left.iter().filter_map(|task| task.counted).collect();
    let counted = dates::due_dates(tx, first_day, hire.facts.entity_id, hire.facts.location_id, &offsets)?;
    let mut counted = counted.into_iter();
    let mut moved = 0;
    for task in &left {
        let due = match task.counted {
            Some(_) => counted.next().unwrap_or(task.due_date),
            None => rules::moved_along(task.due_date, old_first_day, first_day),
        };
        if due != task.due_date {
            tasks::store::set_due(tx, task.id, due, task.counted)?;
            moved += 1;
        }
    }
    store::set_first_day(tx, id, first_day)?;
    let entry = audit::Entry::new("onboarding.moved")
        .on("onboarding", id)
        .change("join_date", old_first_day, first_day)
        .with("tasks_moved", moved);
    audit::record(tx, actor, entry)?;
    Ok(())
}

/// Hands open tasks of manager and buddy to whoever fills the part now. What was given to somebody by hand stays.
pub(super) fn recast(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: OnboardingId,
    hire: EmployeeId,
    buddy: Option<EmployeeId>,
) -> Result<()> {
    let cast = cast(tx, hire, buddy)?;
    let mut told = BTreeSet::new();
    for task in tasks::store::of_run(tx, id)? {
        let role = match task.role.as_str() {
            "manager" => Role::Manager,
            "buddy" => Role::Buddy,
            _ => continue,
        };
        let (doer, stand_in) = rules::doer(role, &cast);
        let open = matches!(task.status, TaskStatus::Open | TaskStatus::Locked);
        if !open || (doer, stand_in) == (task.doer, task.stand_in) {
            continue;
        }
        tasks::store::set_doer(tx, task.id, &task.role, doer, stand_in)?;
        tasks::event(tx, actor, task.id, "reassigned", &tasks::name_of(tx, doer)?)?;
        if let Doer::Person(person) = doer {
            told.insert(person);
        }
    }
    let who = store::name(tx, hire)?;
    notices::tell(tx, actor, told, |_| {
        let text = msg!("Tasks for the onboarding of {0} are yours now.", who);
        notices::of_run(&notices::ASSIGNED, id, text).link("/tasks")
    })
}

/// Gives the open tasks of somebody who is gone to whoever fills their part now, else to HR; likewise those of a group
/// that nobody is left in. Their own onboarding stays with them: HR ends it.
fn hand_over(tx: &mut Tx<'_>, actor: &Actor, gone: EmployeeId) -> Result<()> {
    let own = tasks::store::held_by(tx, gone)?.into_iter().filter(|task| task.role != "hire" || task.hire.id != gone.0);
    let mut left: Vec<Task> = own.collect();
    for task in tasks::store::held_by_groups_of(tx, gone)? {
        if let Doer::Group(group) = task.doer
            && !tasks::store::is_staffed(tx, group)?
        {
            left.push(task);
        }
    }
    let mut told: BTreeMap<OnboardingId, BTreeSet<EmployeeId>> = BTreeMap::new();
    for task in &left {
        let run = store::get(tx, task.onboarding_id)?.ok_or(AppError::NotFound)?;
        let cast = cast(tx, EmployeeId(task.hire.id), run.buddy.map(|buddy| EmployeeId(buddy.id)))?;
        let role = match task.role.as_str() {
            "manager" => Role::Manager,
            "buddy" => Role::Buddy,
            _ => Role::Person(None),
        };
        let (doer, stand_in) = rules::doer(role, &cast);
        tasks::store::set_doer(tx, task.id, &task.role, doer, stand_in)?;
        let (before, after) = (tasks::name_of(tx, task.doer)?, tasks::name_of(tx, doer)?);
        tasks::event(tx, actor, task.id, "reassigned", &after)?;
        let entry = audit::Entry::new("task.reassigned").on("task", task.id).change("assignee", before, after);
        audit::record(tx, actor, entry)?;
        told.entry(task.onboarding_id).or_default().extend(tasks::people_of(tx, doer)?);
    }
    for (run, readers) in told {
        let who = left.iter().find(|task| task.onboarding_id == run).map(|task| task.hire.name.clone());
        let who = who.unwrap_or_default();
        notices::tell(tx, actor, readers, |_| {
            let text = msg!("Tasks for the onboarding of {0} are yours now.", who);
            notices::of_run(&notices::ASSIGNED, run, text).link("/tasks")
        })?;
    }
    Ok(())
}
