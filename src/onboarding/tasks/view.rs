//! A task as pages show it: one row of a list, with everything in the reader's words.

use super::Task;
use crate::approvals::{self, Kind};
use crate::auth::Actor;
use crate::error::{Msg, Result};
use crate::ids::TaskId;
use crate::onboarding::rules::{self, Completion, Doer, TaskStatus};
use crate::storage::Rx;
use crate::time::period;
use crate::web::Format;
use crate::{msg, msg_n, tr};

/// One row.
#[derive(Clone, Debug)]
pub struct Row {
    pub id: TaskId,
    pub title: String,
    /// Whose onboarding, and when it begins.
    pub hire: String,
    pub first_day: String,
    /// Class of the row: `done`, `wait`, `late`, `lock`, `open`, `off`.
    pub look: &'static str,
    /// Name in the icon sprite.
    pub icon: &'static str,
    /// The same in words, for those who do not see the icon.
    pub state: &'static str,
    /// "Priya", "Ana Ribeiro", "IT"
    pub who: String,
    /// "due 4 Dec", or when it was done.
    pub when: String,
    /// What else is to be said, a sentence each.
    pub lines: Vec<String>,
    pub comments: u32,
    pub optional: bool,
    /// Open, and a click says that it is done.
    pub can_finish: bool,
    /// Open, and to be read and confirmed on its own page.
    pub must_read: bool,
    pub open: bool,
    pub late: bool,
}

/// Everything that a row needs; the people asked for an approval are looked up.
///
/// # Errors
/// When the database cannot be read.
pub fn row(rx: &Rx<'_>, format: &Format, task: &Task) -> Result<Row> {
    let today = format.today();
    let late = rules::is_overdue(task.status, task.due_date, today);
    let (look, icon, state) = match task.status {
        TaskStatus::Done => ("done", "done", tr!("Done:")),
        TaskStatus::AwaitingApproval => ("wait", "wait", tr!("Waits for approval:")),
        TaskStatus::Locked => ("lock", "lock", tr!("Locked:")),
        TaskStatus::Dropped => ("lock", "void", tr!("Taken out:")),
        TaskStatus::Open if late => ("late", "late", tr!("Overdue:")),
        TaskStatus::Open => ("open", "open", tr!("Open:")),
    };
    let when = match (task.status, task.done_at) {
        (TaskStatus::Done, Some(at)) => format.date(at.to_zoned(format.zone.clone()).date()),
        (TaskStatus::Dropped, _) => String::new(),
        _ => format.lang.msg(&msg!("due {0}", format.date(task.due_date))),
    };
    let open = task.status == TaskStatus::Open;
    let must_read = open && task.completion == Completion::Acknowledge;
    Ok(Row {
        id: task.id,
        title: task.title.clone(),
        hire: task.hire.name.clone(),
        first_day: format.day(task.first_day),
        look,
        icon,
        state,
        who: who(format, task),
        when,
        lines: lines(rx, format, task)?.iter().map(|line| format.lang.msg(line)).collect(),
        comments: task.comments,
        optional: !task.required,
        can_finish: open && !must_read,
        must_read,
        open,
        late,
    })
}

/// The doer's name; the new colleague goes by the first name in their own onboarding.
fn who(format: &Format, task: &Task) -> String {
    match task.doer {
        Doer::Hr => format.lang.text(tr!("HR")).to_owned(),
        Doer::Person(person) if person.0 == task.hire.id => first_name(&task.hire.name).to_owned(),
        _ => task.doer_name.clone(),
    }
}

pub(in crate::onboarding) fn first_name(name: &str) -> &str {
    name.split_whitespace().next().unwrap_or(name)
}

fn lines(rx: &Rx<'_>, format: &Format, task: &Task) -> Result<Vec<Msg>> {
    let mut lines = Vec::new();
    match task.status {
        TaskStatus::AwaitingApproval => {
            let asked =
                approvals::current(rx, Kind::Task, task.id.0)?.map(|approval| approval.asked).unwrap_or_default();
            let names: Vec<_> = asked.iter().map(|person| person.name.as_str()).collect();
            let when = task.done_at.map(|at| format.when(at)).unwrap_or_default();
            lines.push(msg!("{0} did it {1}. Waits for {2}.", task.done_by_name, when, names.join(", ")));
        }
        TaskStatus::Locked => {
            let open = task.needs.iter().filter(|need| !need.status.is_settled());
            let titles: Vec<_> = open.map(|need| format.lang.msg(&msg!("“{0}”", need.title))).collect();
            lines.push(msg!("Opens after {0}.", titles.join(", ")));
        }
        TaskStatus::Open => {
            let days = period::days_between(task.due_date, format.today());
            if days > 0 {
                lines.push(msg_n!(days, "{0} day overdue.", "{0} days overdue."));
            }
            if !task.returned.is_empty() {
                lines.push(msg!("Came back: “{0}”", task.returned));
            }
        }
        TaskStatus::Done | TaskStatus::Dropped => {}
    }
    if task.stand_in && !task.status.is_settled() {
        lines.push(match task.role.as_str() {
            "buddy" => msg!("There is no buddy yet: {0} stands in.", who(format, task)),
            "manager" => msg!("There is no manager yet: {0} stands in.", who(format, task)),
            _ => msg!("The person who was named has left: {0} stands in.", who(format, task)),
        });
    }
    Ok(lines)
}

/// Whether a task is one of the actor's own to do, as a page knows it from the list it came with.
pub fn is_own(actor: &Actor, task: &Task) -> bool {
    match task.doer {
        Doer::Person(person) => actor.employee_id == Some(person),
        Doer::Hr => actor.is_hr(),
        Doer::Group(_) => false,
    }
}
