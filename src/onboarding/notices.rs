//! What onboarding tells people, and how: one notice a kind of event, in each reader's own language.

use crate::auth::Actor;
use crate::error::{Msg, Result};
use crate::ids::{EmployeeId, OnboardingId};
use crate::notifications::{self, Kind, Notice, Topic};
use crate::onboarding::tasks::Task;
use crate::storage::Tx;
use crate::tr;
use crate::web::Format;

/// A run was made with something to do for the reader.
pub const STARTED: Kind =
    Kind::new("onboarding_started", Topic::Tasks, tr!("Tasks for a new colleague"), tr!("See your tasks"));
/// The reader is the new colleague.
pub const WELCOME: Kind = Kind::new("onboarding_welcome", Topic::Tasks, tr!("Welcome"), tr!("See your tasks"));
/// All that is required is done.
pub const FINISHED: Kind =
    Kind::new("onboarding_finished", Topic::Team, tr!("An onboarding is complete"), tr!("See the onboarding"));
/// What a task waited for is done.
pub const OPENED: Kind = Kind::new("task_opened", Topic::Tasks, tr!("A task can be done now"), tr!("Open the task"));
/// A task is the reader's now.
pub const ASSIGNED: Kind = Kind::new("task_assigned", Topic::Tasks, tr!("A task for you"), tr!("Open the task"));
/// A new colleague begins within a week.
pub const STARTS: Kind =
    Kind::new("starts_next_week", Topic::Team, tr!("A new colleague starts soon"), tr!("Open the person’s page"));
/// Somebody decided about what the reader did.
pub const DECIDED: Kind =
    Kind::new("task_decided", Topic::Requests, tr!("A decision on your task"), tr!("Open the task"));
pub const COMMENTED: Kind =
    Kind::new("task_commented", Topic::Tasks, tr!("A comment on a task"), tr!("Read the comment"));
/// Somebody asks to have it done; not again the same day.
pub const REMINDED: Kind =
    Kind::new("task_reminded", Topic::Tasks, tr!("A reminder of a task"), tr!("Open the task")).cooldown_hours(12);
/// The clockwork's morning look at what is due; once a day.
pub const DUE: Kind =
    Kind::new("tasks_due", Topic::Tasks, tr!("Tasks that are due"), tr!("See your tasks")).cooldown_hours(20);

/// Tells each of these people but the one who acts; one who is named twice is told once. The text is made for each
/// reader, so that its dates are in their language.
pub(super) fn tell(
    tx: &mut Tx<'_>,
    actor: &Actor,
    readers: impl IntoIterator<Item = EmployeeId>,
    make: impl Fn(&Format) -> Notice,
) -> Result<()> {
    let mut told = Vec::new();
    for reader in readers {
        if Some(reader) == actor.employee_id || told.contains(&reader) {
            continue;
        }
        told.push(reader);
        let lang = notifications::language(tx, reader)?;
        let format = Format::new(lang, actor.zone.clone(), tx.now());
        notifications::notify(tx, reader, &make(&format))?;
    }
    Ok(())
}

/// A notice about a task, with its page as the link.
pub(super) fn of_task(kind: &'static Kind, task: &Task, text: Msg) -> Notice {
    Notice::new(kind, ("task", task.id.0), text).link(format!("/tasks/{}", task.id))
}

/// A notice about a run.
pub(super) fn of_run(kind: &'static Kind, run: OnboardingId, text: Msg) -> Notice {
    Notice::new(kind, ("onboarding", run.0), text)
}
