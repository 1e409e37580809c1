//! One act on several tasks, all or nothing: the one who ticks off ten laptops at once, the manager who moves a week.

use jiff::civil::Date;
use serde::Deserialize;

use super::{Change, Done, edit, talk};
use crate::auth::Actor;
use crate::error::{AppError, Result};
use crate::ids::TaskId;
use crate::msg;
use crate::storage::{Op, Tx};

pub const OP: Op = Op::act("task.bulk");

/// The most tasks that one act may touch.
pub const MOST: usize = 200;

/// What is to be done to all of them, as the API and the page say it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TasksBulk)]
pub struct Input {
    /// `complete`, `reassign` (with `assignee`), `postpone` (with `due_date`) or `remind`.
    #[schema(example = "complete")]
    pub action: String,
    /// At most 200.
    #[serde(default)]
    pub ids: Vec<TaskId>,
    /// With `complete`.
    pub note: Option<String>,
    /// With `reassign`.
    #[schema(example = "group:it")]
    pub assignee: Option<String>,
    /// With `postpone`.
    #[schema(value_type = Option<String>, format = Date, example = "2026-12-11")]
    pub due_date: Option<Date>,
}

/// One act on several tasks.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Act {
    Complete(Done),
    Reassign(String),
    Postpone(Date),
    Remind,
}

impl Input {
    fn act(&self) -> Result<Act> {
        let needed = |field: &'static str| AppError::invalid(field, "This is needed.");
        match self.action.as_str() {
            "complete" => Ok(Act::Complete(Done { note: self.note.clone().unwrap_or_default(), acknowledged: false })),
            "reassign" => self.assignee.clone().map(Act::Reassign).ok_or_else(|| needed("assignee")),
            "postpone" => self.due_date.map(Act::Postpone).ok_or_else(|| needed("due_date")),
            "remind" => Ok(Act::Remind),
            _ => Err(AppError::invalid("action", "One of complete, reassign, postpone, remind.")),
        }
    }
}

/// Does it to each; where one cannot be done nothing is. Answers how many.
///
/// # Errors
/// What the single act says; [`AppError::Invalid`] names the place: `ids.3`.
pub fn run(tx: &mut Tx<'_>, actor: &Actor, input: &Input) -> Result<usize> {
    let act = input.act()?;
    let mut ids = input.ids.clone();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Err(AppError::invalid("ids", "Choose at least one task."));
    }
    if ids.len() > MOST {
        return Err(AppError::invalid("ids", msg!("At most {0} tasks at once.", MOST)));
    }
    for id in &ids {
        one(tx, actor, &act, *id).map_err(|error| at(error, input, *id))?;
    }
    Ok(ids.len())
}

fn one(tx: &mut Tx<'_>, actor: &Actor, act: &Act, id: TaskId) -> Result<()> {
    match act {
        Act::Complete(done) => super::complete(tx, actor, id, done).map(|_| ()),
        Act::Reassign(assignee) => edit::reassign(tx, actor, id, assignee),
        Act::Postpone(due) => edit::change(tx, actor, id, &Change { due_date: Some(*due), ..Change::default() }),
        Act::Remind => talk::remind(tx, actor, id),
    }
}

/// Says which of them stood in the way.
fn at(error: AppError, input: &Input, id: TaskId) -> AppError {
    let place = input.ids.iter().position(|other| *other == id).unwrap_or(0);
    match error {
        AppError::Invalid(errors) if errors.of("acknowledged").is_some() => {
            AppError::invalid(format!("ids.{place}"), "One of them must be read and confirmed on its own page.")
        }
        AppError::Conflict(message) | AppError::Forbidden(message) => {
            AppError::invalid(format!("ids.{place}"), message)
        }
        AppError::NotFound => AppError::invalid(format!("ids.{place}"), "There is no such task."),
        other => other,
    }
}
