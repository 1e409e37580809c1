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

/// One page of one's own tasks.
#[derive(Clone, Debug, Default)]
pub struct Mine {
    /// Headings (keys of the catalogues) with the tasks of this page beneath; headings without any are left out.
    pub groups: Vec<(&'static str, Vec<Row>)>,
    /// Of all pages.
    pub total: i64,
    pub open: usize,
    pub overdue: usize,
}

/// One's own tasks, what to do first in front.
///
/// # Errors
/// When the database cannot be read.
pub fn mine(rx: &Rx<'_>, actor: &Actor, format: &Format, limit: i64, offset: i64) -> Result<Mine> {
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
    let mut mine = Mine {
        groups: Vec::new(),
        total: i64::try_from(tasks.len()).unwrap_or(i64::MAX),
        open: tasks.iter().filter(|task| open(task)).count(),
        overdue: tasks.iter().filter(|task| late(task)).count(),
    };
    let place = |at: i64| usize::try_from(at).unwrap_or(usize::MAX);
    let (mut skip, mut left) = (place(offset), place(limit));
    for (title, belongs) in groups {
        let of: Vec<&Task> = tasks.iter().filter(|task| belongs(task)).collect();
        let rows = of.iter().skip(skip).take(left).map(|task| view::row(rx, format, task));
        let rows = rows.collect::<Result<Vec<_>>>()?;
        skip = skip.saturating_sub(of.len());
        left -= rows.len();
        if !rows.is_empty() {
            mine.groups.push((title, rows));
        }
    }
    Ok(mine)
}
