//! Setting a company up after its first admin has signed in: company, place of work, public holidays, kinds of leave,
//! mail, first people. Each step is a page of its own that can be done, skipped and done again; what was done is kept
//! in the organization's settings, so that it goes on after a restart. A step changes nothing by itself: it calls the
//! action of the room that the matter belongs to.

pub mod api;
pub mod pages;
mod steps;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::audit;
use crate::auth::Actor;
use crate::error::{AppError, Result};
use crate::orgs;
use crate::storage::{Op, Rx, Tx};
use crate::{text_enum, tr};

/// The operation of a write that notes how far somebody is.
pub const NOTED: Op = Op::act("set_up.noted");

/// The setting that it is kept in.
const KEY: &str = "set_up";

text_enum! {
    /// A step, in the order in which they are offered.
    pub enum Step {
        Company = "company",
        Place = "place",
        Holidays = "holidays",
        Leave = "leave",
        Mail = "mail",
        People = "people",
    }

    /// How a step stands.
    pub enum State {
        Open = "open",
        Done = "done",
        Skipped = "skipped",
    }
}

impl Step {
    /// As a person reads it; a key of the catalogues.
    pub fn label(self) -> &'static str {
        match self {
            Step::Company => tr!("Company"),
            Step::Place => tr!("Place of work"),
            Step::Holidays => tr!("Public holidays"),
            Step::Leave => tr!("Kinds of leave"),
            Step::People => tr!("First people"),
            Step::Mail => tr!("Mail"),
        }
    }

    /// What it is about, in a sentence.
    pub fn about(self) -> &'static str {
        match self {
            Step::Company => tr!("Name, country, time zone, language and the day a week begins with."),
            Step::Place => tr!("The legal company and its first site, with its time zone and address."),
            Step::Holidays => tr!("Those of your country and region, for this year and the next."),
            Step::Leave => tr!("Vacation, sick leave and others, ready-made; you change them as you like."),
            Step::People => tr!("Yourself and the first colleagues; or everybody, from a file."),
            Step::Mail => tr!("Through which server notices and invitations leave."),
        }
    }

    /// Whether it takes the role of HR: an admin without it leaves the step to somebody who has it.
    pub fn is_for_hr(self) -> bool {
        matches!(self, Step::Place | Step::Holidays | Step::Leave | Step::People)
    }

    /// The page of the step.
    pub fn href(self) -> String {
        format!("{HOME}/{self}")
    }
}

/// The page of all steps.
pub const HOME: &str = "/admin/set-up";

/// How far a company is set up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Those that are not open.
    steps: BTreeMap<Step, State>,
    /// Nobody is reminded any more.
    closed: bool,
}

impl Progress {
    pub fn of(&self, step: Step) -> State {
        self.steps.get(&step).copied().unwrap_or(State::Open)
    }

    /// The first open step after this one, or from the beginning.
    pub fn next(&self, after: Option<Step>) -> Option<Step> {
        let open = |step: &&Step| self.of(**step) == State::Open;
        let later = Step::ALL.iter().filter(|step| after.is_none_or(|after| **step > after)).find(open);
        later.or_else(|| Step::ALL.iter().find(open)).copied()
    }

    /// How many steps are not open.
    pub fn finished(&self) -> usize {
        Step::ALL.iter().filter(|step| self.of(**step) != State::Open).count()
    }

    /// An admin said that it is enough, or nothing is open.
    pub fn is_over(&self) -> bool {
        self.closed || self.next(None).is_none()
    }
}

/// How far the company is set up.
///
/// # Errors
/// When the database cannot be read.
pub fn progress(rx: &Rx<'_>) -> Result<Progress> {
    let kept = orgs::setting(rx, KEY)?;
    kept.map_or(Ok(Progress::default()), |kept| serde_json::from_str(&kept).map_err(AppError::internal))
}

/// Notes how a step stands.
///
/// # Errors
/// [`AppError::Forbidden`] for all but admins.
pub fn note(tx: &mut Tx<'_>, actor: &Actor, step: Step, state: State) -> Result<()> {
    change(tx, actor, |progress| {
        let before = progress.of(step);
        progress.steps.insert(step, state);
        audit::Entry::new(NOTED.name()).change(step.as_str(), before, state)
    })
}

/// It is enough: nobody is reminded any more. The pages stay.
///
/// # Errors
/// [`AppError::Forbidden`] for all but admins.
pub fn close(tx: &mut Tx<'_>, actor: &Actor) -> Result<()> {
    change(tx, actor, |progress| {
        let before = std::mem::replace(&mut progress.closed, true);
        audit::Entry::new(NOTED.name()).change("closed", before, true)
    })
}

/// From the beginning: every step is open again. What was set stays as it is, and each step shows it.
///
/// # Errors
/// [`AppError::Forbidden`] for all but admins.
pub fn restart(tx: &mut Tx<'_>, actor: &Actor) -> Result<()> {
    change(tx, actor, |progress| {
        let before = progress.finished();
        *progress = Progress::default();
        audit::Entry::new(NOTED.name()).change("finished", before, 0)
    })
}

fn change(tx: &mut Tx<'_>, actor: &Actor, change: impl FnOnce(&mut Progress) -> audit::Entry) -> Result<()> {
    actor.require_admin()?;
    let before = progress(tx)?;
    let mut after = before.clone();
    let entry = change(&mut after);
    if after == before {
        return Ok(());
    }
    orgs::set_setting(tx, KEY, &serde_json::to_string(&after).map_err(AppError::internal)?)?;
    audit::record(tx, actor, entry)?;
    Ok(())
}
