//! What other rooms show of tasks: what somebody has to do (home), and what somebody needs to see in order to decide
//! (inbox).

use std::collections::HashMap;

use jiff::civil::Date;

use super::{Task, store};
use crate::approvals::{Fact, Facts};
use crate::auth::Actor;
use crate::error::Result;
use crate::ids::TaskId;
use crate::lang::Lang;
use crate::onboarding::runs;
use crate::storage::Rx;
use crate::web::Format;
use crate::{msg, people, tr};

/// What the actor has to do now, what is due first in front, `limit` at most. Locked tasks are left out.
///
/// # Errors
/// When the database cannot be read.
pub fn my_open_tasks(rx: &Rx<'_>, actor: &Actor, limit: u32) -> Result<Vec<Task>> {
    let mut tasks = store::mine(rx, actor.employee_id, actor.is_hr(), Some(limit))?;
    tasks.retain(|task| task.status == super::TaskStatus::Open);
    Ok(tasks)
}

/// How much the actor has to do, and how much of it is overdue: the count beside "Tasks".
///
/// # Errors
/// When the database cannot be read.
pub fn count_mine(rx: &Rx<'_>, actor: &Actor) -> Result<(u32, u32)> {
    store::count_mine(rx, actor.employee_id, actor.is_hr(), today(rx, actor)?)
}

fn today(rx: &Rx<'_>, actor: &Actor) -> Result<Date> {
    if actor.employee_id.is_some() { Ok(actor.today(rx.now())) } else { people::today(rx) }
}

/// What the inbox shows of the tasks that wait for a decision: who did it and when, what it opens, how far the
/// onboarding is. Ids that are no tasks are left out.
///
/// # Errors
/// When the database cannot be read.
pub fn inbox_facts(rx: &Rx<'_>, actor: &Actor, ids: &[i64]) -> Result<HashMap<i64, Facts>> {
    let lang: Lang = actor.language.parse().unwrap_or_default();
    let format = Format::new(lang, actor.zone.clone(), rx.now());
    let mut all = HashMap::new();
    for id in ids {
        let Some(task) = store::get(rx, TaskId(*id))? else { continue };
        let Some(run) = runs::store::get(rx, task.onboarding_id)? else { continue };
        let fact = |label: &'static str, value: String| Fact { label: lang.text(label).to_owned(), value, warn: false };
        let done_by = match task.done_at {
            Some(at) => format!("{}, {}", task.done_by_name, format.when(at)),
            None => task.done_by_name.clone(),
        };
        let opens = store::opens(rx, task.id)?;
        let opens = opens.iter().map(|title| lang.msg(&msg!("“{0}”", title))).collect::<Vec<_>>().join(", ");
        let done = msg!("{0} of {1} tasks done", run.progress.completed, run.progress.total);
        let mut facts = vec![fact(tr!("Done by"), done_by)];
        if !opens.is_empty() {
            facts.push(fact(tr!("Opens"), opens));
        }
        facts.push(fact("Onboarding", lang.msg(&done)));
        let title = msg!("Onboarding of {0}: “{1}”", task.hire.name, task.title);
        let shown = Facts {
            link: format!("/tasks/{}", task.id),
            icon: "sprout",
            title: lang.msg(&title),
            quote: task.note.clone(),
            facts,
        };
        all.insert(*id, shown);
    }
    Ok(all)
}
