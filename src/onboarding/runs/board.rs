//! The board of runs and one run beside it, in the reader's words.

use super::{Run, RunStatus};
use crate::auth::Actor;
use crate::error::{Msg, Result};
use crate::ids::OnboardingId;
use crate::onboarding::model::Category;
use crate::onboarding::rules::TaskStatus;
use crate::onboarding::tasks::view::{self, Row};
use crate::onboarding::tasks::{self, Task};
use crate::storage::Rx;
use crate::time::period;
use crate::web::Format;
use crate::{msg, msg_n, tr};

/// How long a finished run stays on the board, in days.
const KEPT_DAYS: i64 = 60;

/// All runs that a reader sees, in groups.
#[derive(Clone, Debug, Default)]
pub struct Board {
    pub lead: Vec<String>,
    pub groups: Vec<Group>,
    pub total: usize,
}

#[derive(Clone, Debug)]
pub struct Group {
    /// A key of the catalogues.
    pub title: &'static str,
    pub runs: Vec<Card>,
}

/// One person on the board.
#[derive(Clone, Debug)]
pub struct Card {
    pub id: OnboardingId,
    pub name: String,
    /// "Engineer, since 16 Nov"
    pub second: String,
    pub done: u32,
    pub total: u32,
    pub overdue: u32,
    /// What is to be said where nothing is overdue.
    pub note: String,
    pub current: bool,
}

impl Board {
    /// # Errors
    /// When the database cannot be read.
    pub fn read(rx: &Rx<'_>, actor: &Actor, format: &Format, current: Option<OnboardingId>) -> Result<Board> {
        let today = format.today();
        let since = rx.now() - jiff::SignedDuration::from_hours(24 * KEPT_DAYS);
        let runs = super::store::on_board(rx, super::led_by(rx, actor)?.as_deref(), since, current)?;
        let running = |run: &&Run| run.status == RunStatus::Running;
        let of = |title, wanted: &dyn Fn(&Run) -> bool| Group {
            title,
            runs: runs.iter().filter(|run| wanted(run)).map(|run| card(run, format, current)).collect(),
        };
        let groups = vec![
            latest_first(of(tr!("First months"), &|run| run.status == RunStatus::Running && run.join_date <= today)),
            of(tr!("Before the first day"), &|run| run.status == RunStatus::Running && run.join_date > today),
            of(tr!("Finished"), &|run| run.status == RunStatus::Finished),
            of(tr!("Cancelled"), &|run| run.status == RunStatus::Cancelled),
        ];
        let under_way = runs.iter().filter(running).count();
        let overdue: u32 = runs.iter().filter(running).map(|run| run.progress.overdue).sum();
        let soon = |run: &&Run| (1..=7).contains(&period::days_between(today, run.join_date));
        let soon = runs.iter().filter(running).filter(soon).count();
        let mut lead = vec![if under_way == 0 {
            msg!("Nobody is on their way in.")
        } else {
            msg_n!(count(under_way), "{0} person is on their way in.", "{0} people are on their way in.")
        }];
        if soon > 0 {
            lead.push(msg_n!(count(soon), "{0} starts within a week.", "{0} start within a week."));
        }
        if overdue > 0 {
            lead.push(msg_n!(i64::from(overdue), "{0} task is overdue.", "{0} tasks are overdue."));
        }
        Ok(Board {
            lead: lead.iter().map(|sentence| format.lang.msg(sentence)).collect(),
            groups: groups.into_iter().filter(|group| !group.runs.is_empty()).collect(),
            total: runs.len(),
        })
    }

    /// The run that the page shows where none was asked for: the first of the board.
    pub fn first(&self) -> Option<OnboardingId> {
        self.groups.first().and_then(|group| group.runs.first()).map(|card| card.id)
    }
}

/// Who came last is looked at most.
fn latest_first(mut group: Group) -> Group {
    group.runs.reverse();
    group
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn card(run: &Run, format: &Format, current: Option<OnboardingId>) -> Card {
    let day = format.date(run.join_date);
    let since = if run.join_date > format.today() { msg!("from {0}", day) } else { msg!("since {0}", day) };
    let since = format.lang.msg(&since);
    let second = if run.position.is_empty() { since } else { format!("{}, {since}", run.position) };
    let note = match run.status {
        RunStatus::Finished => tr!("complete"),
        RunStatus::Cancelled => tr!("cancelled"),
        RunStatus::Running if run.invited => tr!("invited, not signed in yet"),
        RunStatus::Running => tr!("on track"),
    };
    let running = run.status == RunStatus::Running;
    Card {
        id: run.id,
        name: run.employee.name.clone(),
        second,
        done: run.progress.completed,
        total: run.progress.total,
        overdue: if running { run.progress.overdue } else { 0 },
        note: format.lang.text(note).to_owned(),
        current: Some(run.id) == current,
    }
}

/// One run, stage by stage.
#[derive(Clone, Debug)]
pub struct Sheet {
    pub id: OnboardingId,
    pub employee_id: i64,
    pub name: String,
    pub first_name: String,
    /// "Engineer, Engineering, Hamburg. First day Mon 16 Nov."
    pub lead: String,
    /// "Manager Ana Ribeiro, buddy Wiktor Szczepański, from “Engineering onboarding” version 4"
    pub origin: String,
    pub percent: u8,
    pub stages: Vec<Stage>,
    pub running: bool,
    pub cancelled: bool,
    pub cancel_reason: String,
    pub buddy_id: Option<i64>,
}

/// The tasks of one stage.
#[derive(Clone, Debug)]
pub struct Stage {
    /// Keys of the catalogues.
    pub title: &'static str,
    pub short: &'static str,
    pub done: usize,
    pub total: usize,
    pub open: bool,
    /// The first that is not complete.
    pub current: bool,
    pub rows: Vec<(Row, bool)>,
}

impl Sheet {
    /// # Errors
    /// [`crate::error::AppError::NotFound`] for those who may not see the run.
    pub fn read(rx: &Rx<'_>, actor: &Actor, format: &Format, id: OnboardingId) -> Result<Sheet> {
        let run = super::get(rx, actor, id)?;
        let list = tasks::of_run(rx, actor, id)?;
        let mut stages = Vec::new();
        for category in Category::ALL {
            let of: Vec<&Task> = list.iter().filter(|task| task.category == *category).collect();
            if of.is_empty() {
                continue;
            }
            let counted: Vec<_> = of.iter().filter(|task| task.status != TaskStatus::Dropped).collect();
            let done = counted.iter().filter(|task| task.status == TaskStatus::Done).count();
            let mut rows = Vec::with_capacity(of.len());
            for task in &of {
                rows.push((view::row(rx, format, task)?, view::is_own(actor, task)));
            }
            let current = done < counted.len() && stages.iter().all(|stage: &Stage| stage.done == stage.total);
            stages.push(Stage {
                title: category.label(),
                short: category.short(),
                done,
                total: counted.len(),
                open: done < counted.len(),
                current,
                rows,
            });
        }
        if stages.iter().all(|stage| !stage.open)
            && let Some(last) = stages.last_mut()
        {
            last.open = true;
        }
        Ok(Sheet {
            id,
            employee_id: run.employee.id,
            name: run.employee.name.clone(),
            first_name: view::first_name(&run.employee.name).to_owned(),
            lead: lead(&run, format),
            origin: origin(&run, format),
            percent: run.progress.percent(),
            stages,
            running: run.status == RunStatus::Running,
            cancelled: run.status == RunStatus::Cancelled,
            cancel_reason: run.cancel_reason,
            buddy_id: run.buddy.map(|buddy| buddy.id),
        })
    }
}

fn lead(run: &Run, format: &Format) -> String {
    let place: Vec<&str> = [&run.position, &run.department, &run.location]
        .into_iter()
        .map(String::as_str)
        .filter(|word| !word.is_empty())
        .collect();
    let first_day = format.lang.msg(&msg!("First day {0}.", format.day(run.join_date)));
    if place.is_empty() { first_day } else { format!("{}. {first_day}", place.join(", ")) }
}

fn origin(run: &Run, format: &Format) -> String {
    let say = |message: &Msg| format.lang.msg(message);
    let manager = match &run.manager {
        Some(manager) => msg!("Manager {0}", manager.name),
        None => msg!("No manager yet"),
    };
    let mut parts = vec![say(&manager)];
    parts.extend(run.buddy.as_ref().map(|buddy| say(&msg!("buddy {0}", buddy.name))));
    if let Some(template) = &run.template {
        parts.push(say(&msg!("from “{0}” version {1}", template.name, run.template_version)));
    }
    parts.join(", ")
}
