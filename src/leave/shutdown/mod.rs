//! Company shutdowns: the days between the years, on which HR books leave for everybody, or everybody at a location,
//! but for those who work all the same.
//!
//! Each person's leave is a request of its own, so that all that holds of leave holds of it: sickness interrupts it, a
//! holiday entered afterwards takes nothing, whoever has leave already keeps that and is booked around it. What it does
//! to each is worked out in `share`; it is looked at before, and taken back as a whole. People are booked some at a
//! time: a shutdown of two thousand does not keep others from writing, and what was cut short goes on where it stopped.

pub mod api;
pub mod pages;
mod share;
mod store;
#[cfg(test)]
mod tests;

pub use share::{Outcome, Share, mark};

use std::collections::HashSet;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::ToSchema;

use super::ledger::Accounts;
use super::notices::{self, Fate};
use super::request::{self, LeaveRequest, NewLeave, act};
use super::rules::{LeaveSpan, LeaveStatus, Overlap, Part, SpanInput, entry_window};
use super::{limits, types};
use crate::audit;
use crate::auth::Actor;
use crate::error::{AppError, FieldErrors, Result};
use crate::ids::{EmployeeId, LeaveRequestId, LeaveTypeId, LocationId, ShutdownId};
use crate::msg;
use crate::people::{self, NameRef};
use crate::storage::{Op, Rx, Tx};
use crate::text;

pub const CREATED: Op = Op::act("leave_shutdown.created");
pub const INCLUDED: Op = Op::act("leave_shutdown.included");
pub const BOOKED: Op = Op::act("leave_shutdown.booked");
pub const TAKEN_BACK: Op = Op::act("leave_shutdown.taken_back");

/// So many people, or requests, are written at once.
pub const AT_ONCE: usize = 50;

/// The longest shutdown, in calendar days.
const LONGEST: i64 = 92;

fn full_day() -> Part {
    Part::FullDay
}

/// What HR says of a shutdown.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewShutdown {
    /// 1 to 100 characters; each person reads it.
    #[schema(example = "Between the years")]
    pub name: String,
    /// What is booked.
    pub leave_type_id: LeaveTypeId,
    /// What is booked for whom the balance does not cover it; left out, they are not booked.
    #[serde(default)]
    pub fallback_leave_type_id: Option<LeaveTypeId>,
    #[schema(value_type = String, format = Date, example = "2026-12-28")]
    pub start_date: Date,
    /// At most 92 days.
    #[schema(value_type = String, format = Date, example = "2026-12-31")]
    pub end_date: Date,
    #[serde(default = "full_day")]
    pub start_part: Part,
    #[serde(default = "full_day")]
    pub end_part: Part,
    /// Only people who work there.
    #[serde(default)]
    pub location_id: Option<LocationId>,
    /// Who works all the same.
    #[serde(default)]
    pub except: Vec<EmployeeId>,
}

/// A shutdown as it is kept.
#[derive(Clone, Debug)]
pub struct Shutdown {
    pub id: ShutdownId,
    pub name: String,
    pub kind: NameRef,
    pub fallback: Option<NameRef>,
    pub span: LeaveSpan,
    pub location: Option<NameRef>,
    pub created_by: String,
    pub created_at: Timestamp,
    pub taken_back_at: Option<Timestamp>,
    /// Empty where it stands.
    pub taken_back_reason: String,
}

impl Shutdown {
    /// What is looked for in people's calendars.
    fn wanted(&self) -> share::Wanted {
        share::Wanted {
            kind: LeaveTypeId(self.kind.id),
            fallback: self.fallback.as_ref().map(|kind| LeaveTypeId(kind.id)),
            span: self.span,
            location_id: self.location.as_ref().map(|place| LocationId(place.id)),
        }
    }
}

/// All of them, the latest first.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR.
pub fn all(rx: &Rx<'_>, actor: &Actor) -> Result<Vec<Shutdown>> {
    actor.require_hr()?;
    store::all(rx)
}

/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::NotFound`].
pub fn get(rx: &Rx<'_>, actor: &Actor, id: ShutdownId) -> Result<Shutdown> {
    actor.require_hr()?;
    store::get(rx, id)
}

/// The leave that stands of it, by name.
///
/// # Errors
/// As [`get`].
pub fn booked(rx: &Rx<'_>, actor: &Actor, id: ShutdownId) -> Result<Vec<LeaveRequest>> {
    get(rx, actor, id)?;
    request::store::of_shutdown(rx, id)
}

/// What a shutdown would do to everybody whom it concerns, by department and name.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::Invalid`] by field.
pub fn look(rx: &Rx<'_>, actor: &Actor, new: &NewShutdown) -> Result<Vec<Share>> {
    actor.require_hr()?;
    share::read(rx, &check(rx, new)?, &new.except, |_| true)
}

/// What it would still do: who is not booked, and why. Nobody where it was taken back, or is long over.
///
/// # Errors
/// As [`get`].
pub fn missing(rx: &Rx<'_>, actor: &Actor, id: ShutdownId) -> Result<Vec<Share>> {
    let shutdown = get(rx, actor, id)?;
    let window = entry_window(people::today(rx)?);
    if shutdown.taken_back_at.is_some() || !window.contains(shutdown.span.first_day()) {
        return Ok(Vec::new());
    }
    let booked: HashSet<EmployeeId> = request::store::of_shutdown(rx, id)?.iter().map(|one| one.employee_id).collect();
    share::read(rx, &shutdown.wanted(), &store::exceptions(rx, id)?, |person| !booked.contains(&person))
}

/// Enters a shutdown. Nobody is booked by it yet: see [`book`].
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::Invalid`] by field.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, mut new: NewShutdown) -> Result<ShutdownId> {
    actor.require_hr()?;
    new.name = text::tidy(&new.name);
    check(tx, &new)?;
    let id = store::insert(tx, &new, &actor.name)?;
    new.except.sort_unstable();
    new.except.dedup();
    for person in &new.except {
        store::except(tx, id, *person)?;
    }
    let entry = audit::Entry::new("leave_shutdown.created")
        .on("leave_shutdown", id.0)
        .with("name", &new.name)
        .with("start_date", new.start_date)
        .with("end_date", new.end_date)
        .with("leave_type_id", new.leave_type_id)
        .with("location_id", new.location_id)
        .with("except", new.except.len());
    audit::record(tx, actor, entry)?;
    Ok(id)
}

/// Books these people, so far as they are not booked: as their calendars are now. Answers how many were.
///
/// # Errors
/// As [`get`]; [`AppError::Conflict`] where it was taken back, or payroll has closed the month.
pub fn book(tx: &mut Tx<'_>, actor: &Actor, id: ShutdownId, people: &[EmployeeId]) -> Result<usize> {
    let shutdown = get(tx, actor, id)?;
    if shutdown.taken_back_at.is_some() {
        return Err(AppError::conflict("This shutdown was taken back meanwhile."));
    }
    limits::settings::require_open(tx, shutdown.span.period())?;
    let done: Vec<EmployeeId> =
        request::store::of_shutdown(tx, id)?.iter().map(|request| request.employee_id).collect();
    let people: Vec<EmployeeId> = people.iter().copied().filter(|person| !done.contains(person)).collect();
    let mut booked = 0;
    let except = store::exceptions(tx, id)?;
    for share in share::read(tx, &shutdown.wanted(), &except, |person| people.contains(&person))? {
        if let Outcome::Books { kind, stretches, .. } = &share.outcome {
            let kind = types::get(tx, *kind)?;
            let years = Accounts::of(tx, share.person.id, kind.id)?.years;
            for (span, count) in stretches {
                let input = as_input(kind.id, span, &shutdown.name);
                let new = request::store::New {
                    employee_id: share.person.id,
                    input: &input,
                    minutes: count.total(),
                    status: LeaveStatus::Approved,
                    entered_by: Some(&actor.name),
                    shutdown_id: Some(id),
                };
                let days = request::request_days(span, count, years);
                let request = act::enter(tx, actor, &new, (&kind, &days), Some(share.person.name.clone()))?;
                let request = request::store::get(tx, request)?;
                act::book(tx, actor, &request)?;
                notices::requester(tx, actor, &request, Fate::Entered, &shutdown.name)?;
            }
            booked += 1;
        }
    }
    Ok(booked)
}

/// Takes a shutdown back: nobody is booked by it any more. What was booked ends by [`end`].
///
/// # Errors
/// As [`get`]; [`AppError::Invalid`] on `reason` where none is given; [`AppError::Conflict`] where payroll has closed a
/// month of it.
pub fn take_back(tx: &mut Tx<'_>, actor: &Actor, id: ShutdownId, reason: &str) -> Result<()> {
    let shutdown = get(tx, actor, id)?;
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(AppError::invalid("reason", "Say why; the person reads it."));
    }
    act::check_reason(reason)?;
    limits::settings::require_open(tx, shutdown.span.period())?;
    if shutdown.taken_back_at.is_none() {
        store::take_back(tx, id, reason)?;
        let entry = audit::Entry::new("leave_shutdown.taken_back").on("leave_shutdown", id.0);
        audit::record(tx, actor, entry.because(reason))?;
    }
    Ok(())
}

/// Ends these requests of a shutdown that was taken back.
///
/// # Errors
/// As [`get`]; [`AppError::Conflict`] where it stands.
pub fn end(tx: &mut Tx<'_>, actor: &Actor, id: ShutdownId, requests: &[LeaveRequestId]) -> Result<usize> {
    let shutdown = get(tx, actor, id)?;
    if shutdown.taken_back_at.is_none() {
        return Err(AppError::conflict("This shutdown stands."));
    }
    let mut ended = 0;
    for one in request::store::of_shutdown(tx, id)?.iter().filter(|one| requests.contains(&one.id)) {
        act::end_of_shutdown(tx, actor, one, &shutdown.taken_back_reason)?;
        ended += 1;
    }
    Ok(ended)
}

/// Books everybody whom a shutdown books, some at a time. Answers how many people that were.
///
/// # Errors
/// As [`book`]; who was booked before stays booked.
pub async fn book_all(ctx: &crate::auth::Ctx, id: ShutdownId) -> Result<usize> {
    let people: Vec<EmployeeId> = ctx
        .read(move |rx, actor| {
            let missing = missing(rx, actor, id)?.into_iter().filter(Share::books);
            Ok(missing.map(|share| share.person.id).collect())
        })
        .await?;
    let mut booked = 0;
    for some in people.chunks(AT_ONCE) {
        let some = some.to_vec();
        booked += ctx.write(BOOKED, move |tx, actor| book(tx, actor, id, &some)).await?;
    }
    Ok(booked)
}

/// Takes a shutdown back and ends all that it booked, some at a time. Answers how many requests that were.
///
/// # Errors
/// As [`take_back`].
pub async fn take_all_back(ctx: &crate::auth::Ctx, id: ShutdownId, reason: String) -> Result<usize> {
    ctx.write(TAKEN_BACK, move |tx, actor| take_back(tx, actor, id, &reason)).await?;
    let requests: Vec<LeaveRequestId> =
        ctx.read(move |rx, actor| Ok(booked(rx, actor, id)?.into_iter().map(|one| one.id).collect())).await?;
    let mut ended = 0;
    for some in requests.chunks(AT_ONCE) {
        let some = some.to_vec();
        ended += ctx.write(TAKEN_BACK, move |tx, actor| end(tx, actor, id, &some)).await?;
    }
    Ok(ended)
}

fn as_input(kind: LeaveTypeId, span: &LeaveSpan, name: &str) -> NewLeave {
    let SpanInput { start_date, start_part, end_date, end_part, from_time, to_time } = span.to_input();
    NewLeave {
        leave_type_id: kind,
        employee_id: None,
        start_date,
        end_date,
        start_part,
        end_part,
        from_time,
        to_time,
        reason: name.to_owned(),
        contact: String::new(),
        deputy_id: None,
        document_ids: Vec::new(),
        files_chosen: 0,
    }
}

/// Whether a shutdown can be booked as this kind: not as sickness, and not as work elsewhere.
fn is_offered(kind: &types::LeaveType) -> bool {
    kind.fields.active && !kind.fields.works && kind.fields.overlap != Overlap::Interrupts
}

/// Refuses a shutdown that books nobody.
fn require_somebody(shares: &[Share], except: &[EmployeeId]) -> Result<()> {
    if shares.iter().any(|share| share.books() && !except.contains(&share.person.id)) {
        return Ok(());
    }
    Err(AppError::invalid("start_date", "Nobody would be booked."))
}

/// HR took one person's leave of a shutdown back: they work all the same, and are not booked again.
pub(in crate::leave) fn works_after_all(tx: &mut Tx<'_>, request: &LeaveRequest) -> Result<()> {
    match request.shutdown_id {
        Some(id) => store::except(tx, id, request.employee_id),
        None => Ok(()),
    }
}

/// Somebody who was left out is to be booked after all: by [`book`], like whoever is missing.
///
/// # Errors
/// As [`get`]; [`AppError::NotFound`] for who was not left out.
pub fn include(tx: &mut Tx<'_>, actor: &Actor, id: ShutdownId, person: EmployeeId) -> Result<()> {
    get(tx, actor, id)?;
    if !store::include(tx, id, person)? {
        return Err(AppError::NotFound);
    }
    let entry = audit::Entry::new("leave_shutdown.included").on("leave_shutdown", id.0).with("employee_id", person);
    audit::record(tx, actor, entry)?;
    Ok(())
}

/// What is wanted, where it can be.
fn check(rx: &Rx<'_>, new: &NewShutdown) -> Result<share::Wanted> {
    let mut errors = FieldErrors::new();
    let length = text::tidy(&new.name).chars().count();
    match length {
        0 => errors.add("name", "Please fill this in."),
        101.. => errors.add("name", msg!("At most {0} characters; this has {1}.", 100, length)),
        _ => {}
    }
    let active = |id| Ok::<_, AppError>(types::store::find(rx, id)?.is_some_and(|kind| is_offered(&kind)));
    if !active(new.leave_type_id)? {
        errors.add("leave_type_id", "There is no such kind of leave.");
    }
    if let Some(fallback) = new.fallback_leave_type_id {
        if fallback == new.leave_type_id {
            errors.add("fallback_leave_type_id", "Choose another kind than the one above.");
        } else if !active(fallback)? {
            errors.add("fallback_leave_type_id", "There is no such kind of leave.");
        }
    }
    if let Some(location) = new.location_id
        && !people::org::location::choices(rx)?.iter().any(|known| known.id == location.0)
    {
        errors.add("location_id", "There is no such location.");
    }
    let span = LeaveSpan::parse(&SpanInput {
        start_date: new.start_date,
        start_part: new.start_part,
        end_date: new.end_date,
        end_part: new.end_part,
        from_time: None,
        to_time: None,
    });
    let span = match span {
        Ok(span) => span,
        Err(wrong) => {
            errors.0.extend(wrong.0);
            return Err(AppError::Invalid(errors));
        }
    };
    if span.period().day_count() > LONGEST {
        errors.add("end_date", msg!("A shutdown covers at most {0} days.", LONGEST));
    }
    let window = entry_window(people::today(rx)?);
    if !window.contains(span.first_day()) || !window.contains(span.last_day()) {
        errors.add("start_date", msg!("Leave can be entered from {0} to {1}.", window.first(), window.last()));
    }
    if let Some(closed) = limits::settings::closed_within(rx, span.period())? {
        errors.add("start_date", limits::settings::closed_words(closed));
    }
    if let Some(other) = store::meeting(rx, new)? {
        errors.add(
            "start_date",
            msg!("There is a shutdown on these days: {0}. Take it back first, or book who is missing there.", other),
        );
    }
    if !store::are_people(rx, &new.except)? {
        errors.add("except", "There is no such person.");
    }
    errors.into_result(share::Wanted {
        kind: new.leave_type_id,
        fallback: new.fallback_leave_type_id,
        span,
        location_id: new.location_id,
    })
}
