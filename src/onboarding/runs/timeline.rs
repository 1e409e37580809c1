//! The way of one person from the invitation on: what happened on which day, and what is still to come.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use super::store;
use crate::auth::Actor;
use crate::error::{AppError, Result};
use crate::ids::EmployeeId;
use crate::people::{self, Reach};
use crate::storage::Rx;
use crate::text_enum;

text_enum! {
    /// A milestone of a person's time here.
    pub enum Milestone {
        Invited = "invited",
        OnboardingStarted = "onboarding_started",
        TaskCompleted = "task_completed",
        TaskApproved = "task_approved",
        FirstDay = "first_day",
        OnboardingFinished = "onboarding_finished",
        OnboardingCancelled = "onboarding_cancelled",
        LastDay = "last_day",
    }
}

/// One entry of the timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = TimelineEntry)]
pub struct Entry {
    #[schema(value_type = String, format = Date, example = "2026-11-16")]
    pub date: Date,
    /// The instant, where it is known; a first day has none.
    #[schema(value_type = Option<String>, example = "2026-11-16T09:12:00Z")]
    pub at: Option<Timestamp>,
    pub kind: Milestone,
    /// The template's or the task's name; empty where the kind says it all.
    pub title: String,
    /// Who did it; empty where nobody in particular did.
    pub by: String,
    /// It is still to come.
    pub ahead: bool,
}

/// The timeline of a person, oldest first, for the person, their managers and HR. A person sees no names of tasks that
/// were not their own.
///
/// # Errors
/// [`AppError::NotFound`] for everybody else.
pub fn of(rx: &Rx<'_>, actor: &Actor, employee: EmployeeId) -> Result<Vec<Entry>> {
    let reach = people::reach(rx, actor, employee)?;
    if reach == Reach::None {
        return Err(AppError::NotFound);
    }
    let zone = people::place_of(rx, employee)?.zone;
    let today = rx.now().to_zoned(zone.clone()).date();
    let instant = |kind, at: Timestamp, title: String, by: String| Entry {
        date: at.to_zoned(zone.clone()).date(),
        at: Some(at),
        kind,
        title,
        by,
        ahead: false,
    };
    let day = |kind, date| Entry { date, at: None, kind, title: String::new(), by: String::new(), ahead: date > today };
    let mut entries = Vec::new();
    if let Some(at) = store::invited_at(rx, employee)? {
        entries.push(instant(Milestone::Invited, at, String::new(), String::new()));
    }
    for run in store::all_of(rx, employee)? {
        let name = run.template.map(|template| template.name).unwrap_or_default();
        entries.push(instant(Milestone::OnboardingStarted, run.started_at, name.clone(), String::new()));
        let ended = match run.status {
            super::RunStatus::Finished => Some(Milestone::OnboardingFinished),
            super::RunStatus::Cancelled => Some(Milestone::OnboardingCancelled),
            super::RunStatus::Running => None,
        };
        entries.extend(ended.zip(run.ended_at).map(|(kind, at)| instant(kind, at, name, String::new())));
    }
    let own_only = (reach == Reach::Own).then_some(employee);
    for done in store::done_tasks(rx, employee, own_only)? {
        let kind = if done.approved { Milestone::TaskApproved } else { Milestone::TaskCompleted };
        entries.push(instant(kind, done.at, done.title, done.by));
    }
    let facts = people::get(rx, employee)?.facts;
    entries.push(day(Milestone::FirstDay, facts.join_date));
    entries.extend(facts.leave_date.map(|date| day(Milestone::LastDay, date)));
    entries.sort_by_key(|entry| (entry.date, entry.at));
    Ok(entries)
}
