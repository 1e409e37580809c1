//! One's own tasks in the order of what to do first.

use super::Task;
use super::view::{self, Row};
use crate::auth::Actor;
use crate::error::Result;
use crate::onboarding::rules::{self, TaskStatus};
use crate::storage::Rx;
use crate::time::period;
use crate::tr;
use crate::web::Format;

/// A heading, and which tasks stand beneath it.
type Group<'a> = (&'static str, &'a dyn Fn(&Task) -> bool);

/// Headings (keys of the catalogues) with the actor's tasks beneath; headings without any are left out.
///
/// # Errors
/// When the database cannot be read.
pub fn mine(rx: &Rx<'_>, actor: &Actor, format: &Format) -> Result<Vec<(&'static str, Vec<Row>)>> {
    let today = format.today();
    let next_week = period::ahead(today, 7);
    let open = |task: &Task| task.status == TaskStatus::Open;
    let late = |task: &Task| rules::is_overdue(task.status, task.due_date, today);
    let groups: [Group<'_>; 5] = [
        (tr!("Overdue"), &late),
        (tr!("Within a week"), &|task| open(task) && !late(task) && task.due_date <= next_week),
        (tr!("Afterwards"), &|task| open(task) && task.due_date > next_week),
        (tr!("Waits for approval"), &|task| task.status == TaskStatus::AwaitingApproval),
        (tr!("Waits for other tasks"), &|task| task.status == TaskStatus::Locked),
    ];
    let tasks = super::mine(rx, actor)?;
    let mut shown = Vec::new();
    for (title, belongs) in groups {
        let rows = tasks.iter().filter(|task| belongs(task)).map(|task| view::row(rx, format, task));
        let rows = rows.collect::<Result<Vec<_>>>()?;
        if !rows.is_empty() {
            shown.push((title, rows));
        }
    }
    Ok(shown)
}
