//! What is said about a task, and what happened to it.

use jiff::Timestamp;

use super::{Standing, store};
use crate::audit;
use crate::auth::Actor;
use crate::error::{AppError, FieldErrors, Result};
use crate::ids::{CommentId, EmployeeId, TaskId};
use crate::onboarding::model::{LONGEST_TEXT, prose};
use crate::onboarding::notices;
use crate::storage::{Rx, Tx};
use crate::{msg, tr};

/// One comment; an answer names the comment that it answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    pub id: CommentId,
    pub parent_id: Option<CommentId>,
    pub author_id: Option<EmployeeId>,
    pub author: String,
    pub body: String,
    pub created_at: Timestamp,
}

/// One step of a task's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub at: Timestamp,
    /// `added`, `completed`, `approved`, `rejected`, `asked`, `reassigned`, `postponed`, `changed`, `dropped`,
    /// `reopened`, `reminded`.
    pub what: String,
    pub who: String,
    /// A note, a reason, a new date or a name, as the step has it; may be empty.
    pub detail: String,
}

impl Event {
    /// Name in the icon sprite.
    pub fn icon(&self) -> &'static str {
        match self.what.as_str() {
            "completed" => "check",
            "approved" => "done",
            "rejected" => "no",
            "asked" => "ask",
            "reassigned" => "person",
            "postponed" => "calendar",
            "dropped" => "void",
            "reopened" => "undo",
            "reminded" => "bell",
            "added" => "plus",
            _ => "doc",
        }
    }

    /// The rest of the sentence after the name; a key of the catalogues, `{0}` is the detail.
    pub fn words(&self) -> &'static str {
        match self.what.as_str() {
            "completed" => tr!("did it"),
            "approved" => tr!("approved it"),
            "rejected" => tr!("sent it back"),
            "asked" => tr!("asked about it"),
            "reassigned" => tr!("gave it to {0}"),
            "postponed" => tr!("moved it to {0}"),
            "dropped" => tr!("took it out"),
            "reopened" => tr!("opened it again"),
            "reminded" => tr!("sent a reminder"),
            "added" => tr!("added it"),
            _ => tr!("changed it"),
        }
    }

    /// Whether the detail is what somebody wrote, and not part of the sentence.
    pub fn is_said(&self) -> bool {
        !self.detail.is_empty() && !matches!(self.what.as_str(), "reassigned" | "postponed")
    }
}

/// Writes a comment on a task, or an answer to one. Those who do the task and those who wrote before are told.
///
/// # Errors
/// [`AppError::NotFound`] for those who may not know of the task, [`AppError::Invalid`] without a text or with a
/// `parent_id` of another task.
pub fn comment(tx: &mut Tx<'_>, actor: &Actor, id: TaskId, body: &str, parent: Option<CommentId>) -> Result<CommentId> {
    let (task, _) = super::get(tx, actor, id)?;
    let mut errors = FieldErrors::new();
    let body = prose(&mut errors, "body", body, LONGEST_TEXT);
    if body.is_empty() {
        errors.add("body", "Please write something.");
    }
    let before = store::comments(tx, id)?;
    if parent.is_some_and(|parent| before.iter().all(|comment| comment.id != parent)) {
        errors.add("parent_id", "There is no such comment on this task.");
    }
    errors.into_result(())?;
    let comment = store::add_comment(tx, actor, id, parent, &body)?;
    audit::record(tx, actor, audit::Entry::new("task.commented").on("task", id).with("comment_id", comment))?;
    let mut readers = super::people_of(tx, task.doer)?;
    readers.extend(before.iter().filter_map(|comment| comment.author_id));
    notices::tell(tx, actor, readers, |_| {
        let text = msg!("{0} wrote about “{1}”.", actor.name, task.title);
        notices::of_task(&notices::COMMENTED, &task, text).quote(&body).link(format!("/tasks/{id}#talk"))
    })?;
    Ok(comment)
}

/// The comments on a task, oldest first.
///
/// # Errors
/// [`AppError::NotFound`] for those who may not know of the task.
pub fn comments(rx: &Rx<'_>, actor: &Actor, id: TaskId) -> Result<Vec<Comment>> {
    super::get(rx, actor, id)?;
    store::comments(rx, id)
}

/// What happened to a task, oldest first.
///
/// # Errors
/// [`AppError::NotFound`] for those who may not know of the task.
pub fn history(rx: &Rx<'_>, actor: &Actor, id: TaskId) -> Result<Vec<Event>> {
    super::get(rx, actor, id)?;
    store::events(rx, id)
}

/// Reminds whoever does an open task.
///
/// # Errors
/// [`AppError::Forbidden`] for all but managers of the new colleague and HR, [`AppError::Conflict`] where it is not
/// open.
pub fn remind(tx: &mut Tx<'_>, actor: &Actor, id: TaskId) -> Result<()> {
    let (task, standing) = super::get(tx, actor, id)?;
    if standing < Standing::Lead {
        return Err(AppError::forbidden("Only the manager and HR may send reminders."));
    }
    if task.status != super::TaskStatus::Open {
        return Err(super::not_now(actor, &task));
    }
    super::event(tx, actor, id, "reminded", "")?;
    audit::record(tx, actor, audit::Entry::new("task.reminded").on("task", id).with("assignee", &task.doer_name))?;
    let readers = super::people_of(tx, task.doer)?;
    notices::tell(tx, actor, readers, |format| {
        let due = format.day(task.due_date);
        let text = msg!("{0} reminds you of “{1}” for {2}, due on {3}.", actor.name, task.title, task.hire.name, due);
        notices::of_task(&notices::REMINDED, &task, text)
    })
}
