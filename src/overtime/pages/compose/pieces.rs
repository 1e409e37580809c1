//! What follows the typing: what the times come to, what stands in the way, and what happens once it is sent.

use super::read::{Read, break_rows, index};
use super::{Look, Task};
use crate::auth::Actor;
use crate::error::{Msg, Result};
use crate::ids::EmployeeId;
use crate::leave;
use crate::msg;
use crate::overtime::href;
use crate::overtime::weigh;
use crate::overtime::words::hours_of;
use crate::people::{self, Approver};
use crate::storage::Rx;
use crate::time::hhmm;
use crate::web::{FormState, Format};

/// What follows the typing: each piece has an id of its own.
#[derive(Debug)]
pub(super) struct Pieces {
    /// The day it ends on, where that is another one.
    pub(super) ends_on: String,
    /// What each break comes to.
    pub(super) lengths: Vec<(usize, String)>,
    /// What is wrong with breaks: row from 0, and the sentence.
    pub(super) break_errors: Vec<(usize, String)>,
    pub(super) look: Option<Look>,
    pub(super) obstacles: Vec<String>,
    /// Why there is nothing to show yet.
    pub(super) hint: Option<String>,
    pub(super) sum: String,
    pub(super) then: String,
    pub(super) send: &'static str,
    pub(super) back: String,
    pub(super) withdraw: Option<String>,
}

impl Pieces {
    /// What the break in that row of the form, from 1, comes to.
    pub(super) fn length_of(&self, number: &usize) -> &str {
        self.lengths.iter().find(|(row, _)| row == number).map_or("", |(_, length)| length)
    }

    pub(super) fn of(
        rx: &Rx<'_>,
        actor: &Actor,
        task: Task,
        form: &FormState,
        employee: EmployeeId,
        format: &Format,
    ) -> Result<Pieces> {
        let mut read = Read::of(form, employee);
        let weighed = read.weigh(rx, actor, task)?;
        let say = |words: &Msg| leave::words::say(words, format);
        // What an action said stands first: it is about what was sent.
        let said = form.errors.0.iter().chain(&read.errors.0);
        let mut break_errors: Vec<(usize, String)> = Vec::new();
        for (field, words) in said {
            if let Some(row) = index(field).filter(|row| !break_errors.iter().any(|(known, _)| known == row)) {
                break_errors.push((row, say(words)));
            }
        }
        let mut obstacles: Vec<String> = Vec::new();
        let (mut ends_on, mut sum) = (String::new(), String::new());
        if let (Some(weighed), Some(wanted)) = (&weighed, &read.wanted) {
            let span = &weighed.span;
            obstacles.extend(weighed.obstacles.iter().map(say));
            obstacles.extend(weigh::above_maximum(actor, &weighed.limits, &weighed.override_reason).iter().map(say));
            if span.last_date() != span.date() || wanted.end_time < wanted.start_time {
                ends_on = format.day(crate::time::period::ahead(span.date(), 1));
            }
            sum = format.lang.msg(&msg!(
                "{0} hours, {1} {2}",
                format.hours(weighed.classified.minutes.get()),
                format.day(span.date()),
                hours_of(wanted.start_time, wanted.end_time, format)
            ));
        }
        let later =
            read.errors.0.iter().find(|(field, _)| matches!(&**field, "date" | "start_time" | "end_time" | "breaks"));
        let complete = read.wanted.is_some();
        let hint = match (&weighed, later) {
            (None, Some((_, words))) if complete => Some(say(words)),
            _ => None,
        };
        Ok(Pieces {
            ends_on,
            lengths: lengths(form, format),
            break_errors,
            look: weighed.as_ref().map(|weighed| Look::of(weighed, format)),
            obstacles,
            hint,
            sum,
            then: format.lang.msg(&then(rx, task, employee)?),
            send: match task {
                Task::New => crate::tr!("Send"),
                Task::Change(_) => crate::tr!("Send again"),
                Task::Confirm(_) => crate::tr!("Confirm"),
            },
            back: task.id().map_or_else(|| "/overtime".to_owned(), href),
            withdraw: match task {
                Task::Change(id) => Some(format!("{}/cancel", href(id))),
                _ => None,
            },
        })
    }
}

/// The minutes of each break that is filled in.
fn lengths(form: &FormState, format: &Format) -> Vec<(usize, String)> {
    let length = |(start, end): &(String, String)| {
        let (start, end) = (hhmm::parse(start)?, hhmm::parse(end)?);
        let minutes = |time: jiff::civil::Time| i64::from(time.hour()) * 60 + i64::from(time.minute());
        Some(format.spent((minutes(end) - minutes(start)).rem_euclid(24 * 60)))
    };
    break_rows(form).iter().zip(1..).map(|(row, number)| (number, length(row).unwrap_or_default())).collect()
}

/// What happens once it is sent.
fn then(rx: &Rx<'_>, task: Task, employee: EmployeeId) -> Result<Msg> {
    let name = match people::approver_of(rx, employee)? {
        Approver::Named(person) | Approver::LineManager(person) => Some(people::get(rx, person)?.name()),
        Approver::Hr => None,
    };
    Ok(match (task, name) {
        (Task::Confirm(_), Some(name)) => msg!("More than was planned goes to {0} again.", name),
        (Task::Confirm(_), None) => msg!("More than was planned goes to HR again."),
        (Task::Change(_), Some(name)) => msg!("Goes to {0} again.", name),
        (Task::Change(_), None) => msg!("Goes to HR again."),
        (Task::New, Some(name)) => msg!("Goes to {0}.", name),
        (Task::New, None) => msg!("Goes to HR."),
    })
}
