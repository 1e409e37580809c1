//! What the clockwork runs in the morning of each location: people are reminded of tasks that are due soon or overdue,
//! one notice a person, however many tasks there are; and they hear that somebody whom they prepare for starts soon.

use std::collections::BTreeMap;

use super::notices;
use super::rules;
use super::tasks::{self, Task};
use crate::error::{Msg, Result};
use crate::ids::EmployeeId;
use crate::jobs::{CatchUp, Due, Job, JobCtx, Outcome, REMIND, Zones};
use crate::lang::Lang;
use crate::notifications::{self, Notice};
use crate::people;
use crate::storage::Rx;
use crate::time::period;
use crate::web::Format;
use crate::{msg, msg_n, tr};

/// Reminds of tasks; see [`rules::is_reminded`] for the days.
#[derive(Clone, Copy, Debug)]
pub struct TaskReminders;

impl Job for TaskReminders {
    fn name(&self) -> &'static str {
        "task_reminders"
    }

    fn title(&self) -> &'static str {
        tr!("Onboarding tasks: due soon and overdue")
    }

    fn schedule(&self) -> &'static str {
        "0 8 * * *"
    }

    fn zones(&self) -> Zones {
        Zones::EachLocation
    }

    fn catch_up(&self) -> CatchUp {
        CatchUp::Latest
    }

    fn run(&self, ctx: &JobCtx, due: &Due) -> Result<Outcome> {
        let run = due.clone();
        let reminders = ctx.read(move |rx| reminders(rx, &run))?;
        let mut told = 0;
        for (person, mine) in reminders {
            let run = due.clone();
            told += i64::from(ctx.write(REMIND, move |tx, _| {
                if !run.first(tx, format_args!("employee:{person}"))? {
                    return Ok(false);
                }
                let lang = notifications::language(tx, person)?;
                let text = text(&mine, &run, lang);
                let link = match mine.as_slice() {
                    [task] => format!("/tasks/{}", task.id),
                    _ => "/tasks".to_owned(),
                };
                let notice = Notice::new(&notices::DUE, ("employee", person.0), text).link(link);
                Ok(notifications::notify(tx, person, &notice)?.is_some())
            })?);
        }
        if told == 0 {
            return Ok(Outcome::nothing());
        }
        Ok(Outcome::did(msg_n!(told, "{0} person reminded", "{0} people reminded")))
    }
}

/// For how many days before a first day it is told of.
const DAYS_BEFORE: i64 = 7;

/// Tells the manager of a new colleague, and the members of the groups that have tasks in the onboarding, that the first
/// day is within a week: once for each first day, on the first morning on which that is so.
#[derive(Clone, Copy, Debug)]
pub struct StartsNextWeek;

impl Job for StartsNextWeek {
    fn name(&self) -> &'static str {
        "starts_next_week"
    }

    fn title(&self) -> &'static str {
        tr!("Somebody starts next week")
    }

    fn schedule(&self) -> &'static str {
        "0 8 * * *"
    }

    fn zones(&self) -> Zones {
        Zones::EachLocation
    }

    fn run(&self, ctx: &JobCtx, due: &Due) -> Result<Outcome> {
        let (first, last) = (period::ahead(due.date, 1), period::ahead(due.date, DAYS_BEFORE));
        let starting = ctx.read(|rx| people::milestones::joining(rx, first, last))?;
        let mut told = 0;
        for hire in starting {
            let due = due.clone();
            told += ctx.write(REMIND, move |tx, _| {
                let mut told: i64 = 0;
                let mut readers = people::managers_of(tx, hire.id)?;
                for group in tasks::store::groups_for(tx, hire.id)? {
                    readers.extend(tasks::store::members(tx, group)?);
                }
                let day = hire.facts.join_date;
                for reader in readers {
                    // Whoever is told twice over is told once: the second time is not the first.
                    let subject = format!("employee:{}:{reader}", hire.id);
                    if reader == hire.id || !people::is_run_of(tx, &due, reader)? || !due.first_in(tx, subject, day)? {
                        continue;
                    }
                    let format = Format::new(notifications::language(tx, reader)?, due.zone.clone(), due.at);
                    let text = msg!("{0} starts on {1}", hire.name(), format.full(day));
                    let notice = Notice::new(&notices::STARTS, ("employee", hire.id.0), text);
                    notifications::notify(tx, reader, &notice.link(format!("/people/{}", hire.id)))?;
                    told += 1;
                }
                Ok(told)
            })?;
        }
        if told == 0 {
            return Ok(Outcome::nothing());
        }
        Ok(Outcome::did(msg_n!(told, "{0} person told", "{0} people told")))
    }
}

/// Who of this run's zone is to be told of which of their tasks.
fn reminders(rx: &Rx<'_>, due: &Due) -> Result<BTreeMap<EmployeeId, Vec<Task>>> {
    let mut by_person: BTreeMap<EmployeeId, Vec<Task>> = BTreeMap::new();
    for task in tasks::store::due_by(rx, period::ahead(due.date, 3))? {
        if !rules::is_reminded(task.due_date, due.date) {
            continue;
        }
        for person in tasks::people_of(rx, task.doer)? {
            by_person.entry(person).or_default().push(task.clone());
        }
    }
    let mut here = BTreeMap::new();
    for (person, tasks) in by_person {
        if people::is_run_of(rx, due, person)? {
            here.insert(person, tasks);
        }
    }
    Ok(here)
}

fn text(tasks: &[Task], due: &Due, lang: Lang) -> Msg {
    let format = Format::new(lang, due.zone.clone(), due.at);
    let late = |task: &&Task| task.due_date < due.date;
    if let [task] = tasks {
        let day = format.day(task.due_date);
        return if late(&task) {
            msg!("“{0}” for {1} was due on {2}.", task.title, task.hire.name, day)
        } else {
            msg!("“{0}” for {1} is due on {2}.", task.title, task.hire.name, day)
        };
    }
    let overdue = i64::try_from(tasks.iter().filter(late).count()).unwrap_or(i64::MAX);
    let soon = i64::try_from(tasks.len()).unwrap_or(i64::MAX) - overdue;
    match (overdue, soon) {
        (0, soon) => msg_n!(soon, "{0} onboarding task is due soon.", "{0} onboarding tasks are due soon."),
        (overdue, 0) => msg_n!(overdue, "{0} onboarding task is overdue.", "{0} onboarding tasks are overdue."),
        (overdue, soon) => msg_n!(
            overdue,
            "{0} onboarding task is overdue, {1} due soon.",
            "{0} onboarding tasks are overdue, {1} due soon."
        )
        .arg(soon),
    }
}
