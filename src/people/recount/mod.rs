//! What a change of hours or holidays does to leave that is asked for or approved: it is counted anew in the same
//! transaction, after somebody has seen whom that touches.
//!
//! People knows nothing of leave: the composition root names who counts ([`recounted_by`]). An action changes the
//! calendar, then calls [`recount`]; [`write`] runs such an action, and where it touches leave of which the list was not
//! confirmed it writes nothing and answers the list. What was confirmed is known by its mark: where anything in the
//! list has changed since (a request approved, another holiday), the new list is shown.

pub mod api;
mod page;

pub use page::{Ask, CONFIRMED};

use std::sync::{Arc, OnceLock};

use jiff::civil::Date;
use parking_lot::Mutex;
use sha2::{Digest as _, Sha256};

use super::NameRef;
use crate::auth::{Actor, Ctx};
use crate::error::{AppError, Msg, Result};
use crate::ids::{EmployeeId, EntityId, LeaveRequestId, LocationId};
use crate::msg;
use crate::storage::{Op, Rx, Tx};
use crate::time::{Minutes, Period};
use crate::web::{Flash, FormState};

/// Whose hours or holidays changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    Everybody,
    Entity(EntityId),
    Location(LocationId),
    People(Vec<EmployeeId>),
}

/// A change of hours or holidays.
#[derive(Clone, Debug)]
pub struct Change {
    /// The dates that may count differently.
    pub period: Period,
    pub whose: Vec<Whose>,
    /// The reason, as it stands in the ledger: "Easter Monday was entered as a holiday."
    pub why: Msg,
}

impl Change {
    /// Of `period`; holidays in it may be kept on dates after it.
    pub fn new(period: Period, whose: Whose, why: Msg) -> Change {
        Change { period, whose: vec![whose], why }
    }

    /// From `first` on, without end.
    pub fn since(first: Date, whose: Whose, why: Msg) -> Change {
        let period = Period::new(first, Date::MAX).unwrap_or(Period::day(first));
        Change { period, whose: vec![whose], why }
    }
}

crate::text_enum! {
    /// What of leave a change touches.
    pub enum Matter {
        /// A request, asked for or approved.
        Request = "request",
        /// A lieu day that is taken back.
        LieuDay = "lieu_day",
        /// What is granted for a leave year.
        Entitlement = "entitlement",
    }
}

/// A piece of leave that counts differently by a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    pub matter: Matter,
    /// Of a request.
    pub request_id: Option<LeaveRequestId>,
    pub employee: NameRef,
    /// "Vacation"
    pub kind: String,
    pub period: Period,
    /// Not decided yet.
    pub open: bool,
    pub before: Minutes,
    pub after: Minutes,
    /// What is available of that kind of leave afterwards, on its first day; `None` where it has no balance.
    pub balance_after: Option<Minutes>,
    /// What a day is worth, where amounts of that kind are shown in days.
    pub per_day: Option<Minutes>,
}

/// Counts the leave that a change touches anew, and books what that makes of it. The calendar has changed already.
pub type Recount = fn(&mut Tx<'_>, &Actor, &Change) -> Result<Vec<Touched>>;

static RECOUNT: OnceLock<Recount> = OnceLock::new();

/// Names who counts leave. The first call counts: the same program always has the same.
pub fn recounted_by(recount: Recount) {
    RECOUNT.get_or_init(|| recount);
}

/// Has leave counted anew after a change, in the same transaction.
pub(super) fn recount(tx: &mut Tx<'_>, actor: &Actor, change: &Change) -> Result<Vec<Touched>> {
    RECOUNT.get().map_or_else(|| Ok(Vec::new()), |recount| recount(tx, actor, change))
}

/// How an action went that counts leave anew.
#[derive(Debug)]
pub enum Written<T> {
    /// Written, with what it touched.
    Done(T, Vec<Touched>),
    /// Not written: somebody has to see this list first.
    Asks(Vec<Touched>),
}

/// Whether what an action touches may be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Consent {
    /// Whatever it is.
    Given,
    /// Nothing is written: what would be touched is asked for.
    DryRun,
    /// Where it is nothing, or the list that has this mark.
    To(String),
    /// As [`Consent::To`]; where it is another list, it is not shown but refused.
    Exactly(String),
}

/// Runs an action that counts leave anew, and writes it where `consent` covers what it touches.
///
/// # Errors
/// What the action or the database says; nothing was changed then.
pub async fn write<T, F>(ctx: &Ctx, op: Op, consent: Consent, action: F) -> Result<Written<T>>
where
    F: FnOnce(&mut Tx<'_>, &Actor) -> Result<(T, Vec<Touched>)> + Send + 'static,
    T: Send + 'static,
{
    let asked: Arc<Mutex<Option<Vec<Touched>>>> = Arc::default();
    let asks = Arc::clone(&asked);
    let written = ctx.write(op, move |tx, actor| {
        let (value, touched) = action(tx, actor)?;
        let may = match &consent {
            Consent::Given => true,
            Consent::DryRun => false,
            Consent::To(seen) => touched.is_empty() || *seen == mark(&touched),
            Consent::Exactly(seen) => {
                if *seen != mark(&touched) {
                    let why = "What this does to leave is not what was confirmed: look at it again with a dry run.";
                    return Err(AppError::conflict(why));
                }
                true
            }
        };
        if may {
            return Ok((value, touched));
        }
        *asks.lock() = Some(touched);
        // What the action wrote is taken back with the transaction.
        Err(AppError::conflict("This has to be confirmed."))
    });
    let written = written.await;
    if let Some(touched) = asked.lock().take() {
        return Ok(Written::Asks(touched));
    }
    written.map(|(value, touched)| Written::Done(value, touched))
}

/// One list of what two steps of one act touched: leave that both counted is told once, from before to after.
pub fn joined(touched: &mut Vec<Touched>, more: Vec<Touched>) {
    for one in more {
        let known = |held: &&mut Touched| held.request_id.is_some() && held.request_id == one.request_id;
        match touched.iter_mut().find(known) {
            Some(held) => *held = Touched { before: held.before, ..one },
            None => touched.push(one),
        }
    }
}

/// Says of a list that it is this one.
pub fn mark(touched: &[Touched]) -> String {
    mark_of(touched.iter().map(|one| {
        (
            (one.matter, one.request_id.map(|id| id.0), &one.kind),
            one.employee.id,
            one.period.first(),
            one.open,
            one.before.get(),
            one.after.get(),
            one.balance_after.map(Minutes::get),
        )
    }))
}

/// Says of these lines that they are these: 16 hexadecimal digits. What was looked at is known by them when it is
/// confirmed.
pub fn mark_of<L: std::fmt::Debug>(lines: impl IntoIterator<Item = L>) -> String {
    let mut digest = Sha256::new();
    for line in lines {
        digest.update(format!("{line:?}"));
    }
    digest.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// The people whom these scopes mean; `None` for everybody.
///
/// # Errors
/// When the database cannot be read.
pub fn people_of(rx: &Rx<'_>, whose: &[Whose]) -> Result<Option<Vec<EmployeeId>>> {
    let mut people = Vec::new();
    for one in whose {
        match one {
            Whose::Everybody => return Ok(None),
            Whose::Entity(entity) => people.extend(super::reach::people_at(rx, Some(*entity), None)?),
            Whose::Location(location) => people.extend(super::reach::people_at(rx, None, Some(*location))?),
            Whose::People(ids) => people.extend(ids),
        }
    }
    people.sort_unstable();
    people.dedup();
    Ok(Some(people))
}

/// What the page that asks sends beside what was typed.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Confirmed {
    /// The mark of the list that was seen.
    pub confirmed: String,
}

/// What a form says about leave that its change touches.
pub trait ConsentOf {
    fn consent(&self) -> Consent;
}

impl ConsentOf for FormState {
    fn consent(&self) -> Consent {
        Consent::To(self.value(CONFIRMED).to_owned())
    }
}

/// Whether somebody wants back from the page that asks to the form, as they filled it in.
pub fn turned_back(form: &FormState) -> bool {
    !form.value(page::BACK).is_empty()
}

/// `what` was done, and leave was counted anew.
pub fn said(what: Msg, touched: &[Touched]) -> Flash {
    match i64::try_from(touched.len()).unwrap_or(i64::MAX) {
        0 => Flash::ok(what),
        1 => Flash::ok(msg!("{0} One request for leave was counted anew.", what)),
        many => Flash::ok(msg!("{0} {1} requests for leave were counted anew.", what, many)),
    }
}
