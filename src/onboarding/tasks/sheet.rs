//! The page of one task, in the reader's words: what it is, what the reader may do with it, what was said and what
//! happened.

use super::view::{self, Row};
use super::{Standing, choices, store, talk};
use crate::approvals::{self, Kind};
use crate::auth::Actor;
use crate::error::Result;
use crate::ids::{CommentId, OnboardingId, TaskId};
use crate::onboarding::rules::{Completion, TaskStatus};
use crate::people::{self, Approver};
use crate::storage::Rx;
use crate::web::Format;
use crate::web::parts::Event;
use crate::{msg, tr};

/// A task's page.
#[derive(Clone, Debug)]
pub struct Sheet {
    pub id: TaskId,
    pub onboarding_id: OnboardingId,
    pub row: Row,
    /// Where "back" leads, and its words.
    pub back: (String, String),
    /// Label (a key of the catalogues) and value.
    pub facts: Vec<(&'static str, String)>,
    /// The description, line by line.
    pub text: Vec<String>,
    /// What its doer wrote.
    pub note: String,
    pub due_date: String,
    /// What happens once it is done; empty where nothing in particular does.
    pub then: String,
    pub may: May,
    pub doers: Vec<(String, String)>,
    pub comments: Vec<Said>,
    pub events: Vec<Event>,
}

/// What the reader may do now.
#[derive(Clone, Copy, Debug, Default)]
pub struct May {
    pub finish: bool,
    pub decide: bool,
    /// HR decides without being asked, and says why.
    pub on_behalf: bool,
    /// The version of the approval that is shown.
    pub version: u32,
    pub change: bool,
    pub give_on: bool,
    pub reopen: bool,
}

/// A comment as shown; answers stand beneath what they answer.
#[derive(Clone, Debug)]
pub struct Said {
    pub id: CommentId,
    pub author: String,
    pub when: String,
    pub lines: Vec<String>,
    pub answers: Vec<Said>,
}

impl Sheet {
    /// `hire`: the reader is a new colleague before the first day.
    ///
    /// # Errors
    /// [`crate::error::AppError::NotFound`] for those who may not know of the task.
    pub fn read(rx: &Rx<'_>, actor: &Actor, format: &Format, id: TaskId, hire: bool) -> Result<Sheet> {
        let (task, standing) = super::get(rx, actor, id)?;
        let lead = standing == Standing::Lead;
        let asked = approvals::current(rx, Kind::Task, id.0)?;
        let waits = task.status == TaskStatus::AwaitingApproval;
        let decide =
            waits && asked.as_ref().map_or(Ok(false), |approval| approvals::may_decide(rx, actor, approval))?;
        let own_mark = standing >= Standing::Doer
            && (waits || (task.status == TaskStatus::Done && task.completion != Completion::Approval));
        let reading = task.completion == Completion::Acknowledge && !super::is_doer(rx, actor, task.doer)?;
        let may = May {
            finish: task.status == TaskStatus::Open && standing >= Standing::Doer && !reading,
            decide,
            version: asked.as_ref().map_or(0, |approval| approval.version),
            on_behalf: decide
                && !asked.as_ref().map_or(Ok(true), |approval| approvals::is_asked(rx, actor, approval))?,
            change: lead && !task.status.is_settled(),
            give_on: lead && matches!(task.status, TaskStatus::Open | TaskStatus::Locked),
            reopen: own_mark || (lead && task.status.is_settled()),
        };
        let back = if hire {
            ("/welcome".to_owned(), format.lang.text(tr!("Welcome")).to_owned())
        } else if lead {
            let words = format.lang.msg(&msg!("Onboarding of {0}", task.hire.name));
            (format!("/onboarding/{}", task.onboarding_id), words)
        } else {
            ("/tasks".to_owned(), format.lang.text(tr!("My tasks")).to_owned())
        };
        let mut facts = vec![(tr!("For"), task.hire.name.clone()), (tr!("First day"), format.day(task.first_day))];
        let row = view::row(rx, format, &task)?;
        facts.push((tr!("Done by"), row.who.clone()));
        facts.push((tr!("Due"), format.day(task.due_date)));
        facts.push((tr!("Stage"), format.lang.text(task.category.label()).to_owned()));
        Ok(Sheet {
            id,
            onboarding_id: task.onboarding_id,
            row,
            back,
            facts,
            text: lines(&task.description),
            note: if task.done_at.is_some() { task.note.clone() } else { String::new() },
            due_date: task.due_date.to_string(),
            then: if may.finish { then(rx, actor, format, &task)? } else { String::new() },
            may,
            doers: if may.give_on { choices::doers(rx, actor, format.lang)? } else { Vec::new() },
            comments: thread(format, talk::comments(rx, actor, id)?),
            events: talk::history(rx, actor, id)?.iter().map(|event| shown(format, event)).collect(),
        })
    }
}

/// What the button does, in words.
fn then(rx: &Rx<'_>, actor: &Actor, format: &Format, task: &super::Task) -> Result<String> {
    if task.completion == Completion::Approval {
        let hire = crate::ids::EmployeeId(task.hire.id);
        let asked = match people::approver_of(rx, hire)? {
            Approver::Named(person) | Approver::LineManager(person) if Some(person) != actor.employee_id => {
                crate::onboarding::runs::store::name(rx, person)?
            }
            _ => return Ok(format.lang.text(tr!("Somebody else is asked to approve it.")).to_owned()),
        };
        return Ok(format.lang.msg(&msg!("{0} is asked to approve it.", asked)));
    }
    let opens = store::opens(rx, task.id)?;
    if opens.is_empty() {
        return Ok(String::new());
    }
    let titles = opens.iter().map(|title| format.lang.msg(&msg!("“{0}”", title))).collect::<Vec<_>>().join(", ");
    Ok(format.lang.msg(&msg!("Opens {0}.", titles)))
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// Comments with their answers beneath, whatever they answer: one step in, not more.
fn thread(format: &Format, comments: Vec<talk::Comment>) -> Vec<Said> {
    let mut said: Vec<Said> = Vec::new();
    let mut root_of = std::collections::HashMap::new();
    for comment in comments {
        let root = comment.parent_id.and_then(|parent| root_of.get(&parent).copied());
        let shown = Said {
            id: comment.id,
            author: comment.author,
            when: format.when(comment.created_at),
            lines: lines(&comment.body),
            answers: Vec::new(),
        };
        root_of.insert(comment.id, root.unwrap_or(said.len()));
        match root.and_then(|root| said.get_mut(root)) {
            Some(first) => first.answers.push(shown),
            None => said.push(shown),
        }
    }
    said
}

fn shown(format: &Format, event: &talk::Event) -> Event {
    let detail = match event.detail.parse::<jiff::civil::Date>() {
        Ok(date) if event.what == "postponed" => format.day(date),
        _ => event.detail.clone(),
    };
    Event {
        icon: event.icon(),
        who: event.who.clone(),
        what: format.lang.msg(&msg!(event.words(), detail)),
        when: format.when(event.at),
        say: if event.is_said() { event.detail.clone() } else { String::new() },
    }
}
